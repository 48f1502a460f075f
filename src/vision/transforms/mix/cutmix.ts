/** Batches whose images have a part of another one: CutMix. */
import { roll } from '../../../ops/join/flip.js';
import { clone } from '../../../ops/view/copy.js';
import { narrow } from '../../../ops/view/select.js';
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { drawInt } from '../base/draws.js';
import type { ImageLike } from '../base/image-like.js';
import { querySize } from '../base/kinds.js';
import { drawBeta } from './dirichlet.js';
import { alike, MIX_DEFAULTS, Mix, type MixOptions } from './mix.js';

/** What {@link CutMix} draws: the part that is exchanged, and how much of each image stays. */
export interface CutMixParams {
  /** Left, top, right and bottom. */
  readonly box: readonly [left: number, top: number, right: number, bottom: number];
  /** The share of the image that stays. */
  readonly share: number;
}

/**
 * Puts a part of the image before it into each image of a batch, one part for the batch, and mixes their labels by its area; these become
 * probabilities [N, classes]. Images are [N, C, H, W], labels [N] or probabilities.
 * @throws {ArgumentError} for a sample that is not a batch, and labels [N] without `numClasses`. @throws {ShapeError} for other shapes.
 * @see Yun et al., CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features (2019), https://arxiv.org/abs/1905.04899;
 *   https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.CutMix.html
 * @example
 * new transforms.CutMix({ numClasses: 10 }).forward(rand(4, 3, 8, 8), arange(4))[1].shape; // [4, 10]
 */
export class CutMix extends Mix<CutMixParams> {
  static override readonly className: string = 'CutMix';

  constructor(...args: Arguments<MixOptions, []>) {
    super(readArguments(classNameOf(new.target), MIX_DEFAULTS, args as readonly unknown[]));
  }

  override makeParams(inputs: readonly ImageLike[]): CutMixParams {
    const share = drawBeta(this.alpha);
    const [height, width] = querySize(classNameOf(this), inputs);
    const [x, y] = [drawInt(0, width), drawInt(0, height)];
    const r = 0.5 * Math.sqrt(1 - share);
    const [halfWidth, halfHeight] = [Math.trunc(r * width), Math.trunc(r * height)];
    const [left, top] = [Math.max(x - halfWidth, 0), Math.max(y - halfHeight, 0)];
    const [right, bottom] = [Math.min(x + halfWidth, width), Math.min(y + halfHeight, height)];
    return { box: [left, top, right, bottom], share: 1 - ((right - left) * (bottom - top)) / (width * height) };
  }

  transform<I extends ImageLike>(images: I, { box }: CutMixParams): I {
    const [left, top, right, bottom] = box;
    const part = (x: Tensor) => narrow(narrow(x, -2, top, bottom - top), -1, left, right - left);
    const out = clone(images as Tensor);
    part(out).copy_(part(roll(images as Tensor, 1, 0)));
    return alike(out, images);
  }

  protected share({ share }: CutMixParams): number {
    return share;
  }
}
