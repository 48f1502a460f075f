/** Batches whose images are blended: MixUp. */
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { assertFloating } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { ImageLike } from '../base/image-like.js';
import { drawBeta } from './dirichlet.js';
import { alike, MIX_DEFAULTS, Mix, type MixOptions, mixed } from './mix.js';

/**
 * Blends each image of a batch with the one before it, and their labels, which become probabilities [N, classes]; the share is drawn from the Beta
 * distribution, one for the batch. Images are floats [N, C, H, W], labels [N] or probabilities.
 * @throws {ArgumentError} for a sample that is not a batch, and labels [N] without `numClasses`. @throws {ShapeError} for other shapes. @throws {DTypeError} unless
 *   images are floats.
 * @see Zhang et al., mixup: Beyond Empirical Risk Minimization (2017), https://arxiv.org/abs/1710.09412;
 *   https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.MixUp.html
 * @example
 * const mixUp = new transforms.MixUp({ numClasses: 10 });
 * mixUp.forward(rand(4, 3, 8, 8), arange(4))[1].shape; // [4, 10]
 * const loader = new DataLoader(new TensorDataset(rand(8, 3, 8, 8), arange(8)), { batchSize: 4, collate: (samples) => mixUp.forward(defaultCollate(samples)) });
 */
export class MixUp extends Mix<number> {
  static override readonly className: string = 'MixUp';

  constructor(...args: Arguments<MixOptions, []>) {
    super(readArguments(classNameOf(new.target), MIX_DEFAULTS, args as readonly unknown[]));
  }

  override makeParams(): number {
    return drawBeta(this.alpha);
  }

  transform<I extends ImageLike>(images: I, share: number): I {
    assertFloating(classNameOf(this), 'the images', images);
    return alike(mixed(images as Tensor, share), images);
  }

  protected share(params: number): number {
    return params;
  }
}
