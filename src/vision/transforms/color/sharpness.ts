/** Sharper and softer images: adjustSharpness and RandomAdjustSharpness. */
import { conv2d } from '../../../nn/conv/conv.js';
import { sub } from '../../../ops/elementwise/binary.js';
import { where } from '../../../ops/elementwise/table.js';
import { round } from '../../../ops/elementwise/unary.js';
import { pad } from '../../../ops/join/pad.js';
import { reshape } from '../../../ops/view/movement.js';
import { narrow } from '../../../ops/view/select.js';
import { type Arguments, readArguments, required, tooMany } from '../../../tensor/arguments/arguments.js';
import { atLeast, finiteNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { ones, tensor } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { sharpenPixels } from '../../image/colour.js';
import { Image } from '../../image/image.js';
import { probabilityText } from '../base/functions.js';
import type { ImageLike } from '../base/image-like.js';
import { byKind, type Kinds } from '../base/kinds.js';
import { RandomTransform, type RandomTransformOptions } from '../base/transform.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { addFused, blended, clipped, factorOf, floatsOf, ofChannels, type Version } from './values.js';

/** The mean of each pixel inside an image [N, 1, H, W] and its neighbours, the pixel itself five times: [N, 1, H - 2, W - 2]. */
function smoothed(x: Tensor): Tensor {
  const [a, b] = [1 / 13, 5 / 13];
  const weight = reshape(tensor([a, a, a, a, b, a, a, a, a], { dtype: x.dtype }), [1, 1, 3, 3]);
  return conv2d(x, weight);
}

function sharpened(image: Tensor, factor: number, version: Version): Tensor {
  const [height, width] = image.shape.slice(-2) as [number, number];
  if (height <= 2 || width <= 2) return image;
  const x = floatsOf(reshape(image, [-1, 1, height, width]));
  const soft = isFloating(image.dtype) ? smoothed(x) : round(smoothed(x));
  const inside = pad(ones([height - 2, width - 2], { dtype: 'bool' }), [1, 1, 1, 1]);
  const framed = (middle: Tensor) => where(inside, pad(middle, [1, 1, 1, 1]), x);
  if (version === 'v1') return reshape(blended(reshape(image, x.shape), framed(soft), factor, version), image.shape);
  const middle = narrow(narrow(x, -2, 1, height - 2), -1, 1, width - 2);
  return reshape(clipped(framed(addFused(middle, sub(soft, middle), 1 - factor)), image.dtype), image.shape);
}

export const SHARPNESS: Kinds<[factor: number, version: Version]> = {
  image: (op, image, factor) => new Image(image.mode, image.size, sharpenPixels(op, image, factor)),
  tensor: (op, x, factor, version) => ofChannels(op, x, (image) => sharpened(image, factor, version)),
};

/**
 * A sharper or softer image: a factor of 0 is smoothed, 1 the image itself, 2 sharper by as much.
 * @param image [..., 1 or 3, H, W], or an Image; its opacity stays. The outermost pixels stay, too.
 * @throws {ArgumentError} for a factor that is not finite, or negative for a tensor. @throws {ShapeError} for a tensor of other channels.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_sharpness.html
 * @example
 * transforms.functional.adjustSharpness(rand(3, 8, 8), 2).shape; // [3, 8, 8]
 */
export function adjustSharpness<I extends ImageLike>(image: I, sharpnessFactor: number): I {
  if (arguments.length > 2) tooMany('adjustSharpness', 2, arguments);
  return byKind('adjustSharpness', SHARPNESS, image, factorOf('adjustSharpness', 'sharpnessFactor', image, sharpnessFactor), 'v1');
}

/** The options of {@link RandomAdjustSharpness}. */
export interface RandomAdjustSharpnessOptions extends RandomTransformOptions {
  /** 0 smoothes, 1 leaves the image, 2 sharpens by as much. */
  sharpnessFactor: number;
}

/**
 * Makes an image sharper or softer with probability `p`, drawing one number.
 * @throws {ArgumentError} unless p is from 0 to 1, and the factor a number of at least 0.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomAdjustSharpness.html
 * @example
 * new transforms.RandomAdjustSharpness(2, 1).forward(rand(3, 8, 8)).shape; // [3, 8, 8]
 */
export class RandomAdjustSharpness extends RandomTransform {
  static override readonly className: string = 'RandomAdjustSharpness';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected readonly version: Version = 'v1';
  /** 0 smoothes, 1 leaves the image, 2 sharpens by as much. */
  readonly sharpnessFactor: number;

  constructor(...args: Arguments<RandomAdjustSharpnessOptions, [sharpnessFactor: 'sharpnessFactor', p: 'p']>) {
    const op = classNameOf(new.target);
    const { sharpnessFactor, p } = readArguments<{ sharpnessFactor: unknown; p: number }>(op, { sharpnessFactor: required, p: 0.5 }, args);
    super(p);
    this.sharpnessFactor = atLeast(op, 'sharpnessFactor', finiteNumber(op, 'sharpnessFactor', sharpnessFactor), 0);
  }

  protected applied<I extends ImageLike>(input: I): I {
    return this.byKind(SHARPNESS, input, this.sharpnessFactor, this.version);
  }

  protected override extraRepr(): string {
    return `sharpness_factor=${probabilityText(this.sharpnessFactor)},p=${probabilityText(this.p)}`;
  }
}
