/** Levels spread by how often they are there: autocontrast and equalize, and their random classes. */

import { check, kernels } from '../../../engine/engine.js';
import { DTypeError } from '../../../errors.js';
import { div, mul, sub } from '../../../ops/elementwise/binary.js';
import { eq, isfinite } from '../../../ops/elementwise/comparison.js';
import { where } from '../../../ops/elementwise/table.js';
import { reciprocal } from '../../../ops/elementwise/unary.js';
import { amax, amin } from '../../../ops/reduce/extrema.js';
import { contiguous } from '../../../ops/view/copy.js';
import type { Arguments } from '../../../tensor/arguments/arguments.js';
import { tooMany } from '../../../tensor/arguments/arguments.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { fromTypedArray } from '../../../tensor/create/create.js';
import { emptyTensor, type Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { autocontrastTable, equalizeTable, histogramPixels, histogramsOf, lookupPixels, tableOf } from '../../image/colour.js';
import { Image } from '../../image/image.js';
import type { ImageLike } from '../base/image-like.js';
import { byKind, type Kinds } from '../base/kinds.js';
import { RandomTransform, type RandomTransformOptions, readProbability } from '../base/transform.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { byReciprocal, largest, scaled } from '../convert/to-dtype.js';
import { assertOpaque } from './levels.js';
import { clipped, floatsOf, fromUnits, ofChannels, type Version } from './values.js';

/** The tables of all channels, made of their histograms [channels, 256]; null leaves a channel as it is. */
function tablesOf(counts: Int32Array, of: (counts: Int32Array) => Uint8Array | null): Uint8Array {
  const tables = new Uint8Array(counts.length);
  for (let at = 0; at < counts.length; at += 256) tables.set(of(counts.subarray(at, at + 256)) ?? tableOf((byte) => byte), at);
  return tables;
}

function mapped(op: string, image: Image, of: (counts: Int32Array) => Uint8Array | null): Image {
  assertOpaque(op, image);
  return new Image(image.mode, image.size, lookupPixels(op, image, tablesOf(histogramPixels(op, image), of)));
}

function stretched(x: Tensor, version: Version): Tensor {
  if (x.numel() === 0) return x;
  const [floats, bound] = [floatsOf(x), largest(x.dtype)];
  const [least, most] = [amin(floats, [-2, -1], true), amax(floats, [-2, -1], true)];
  if (version === 'v1') {
    // A number by a tensor is the tensor's reciprocal times the number, in torch.
    const scale = mul(reciprocal(sub(most, least)), bound);
    const usable = isfinite(scale);
    return clipped(mul(sub(floats, where(usable, least, 0)), where(usable, scale, 1)), x.dtype);
  }
  const flat = eq(most, least);
  return clipped(div(sub(floats, where(flat, 0, least)), where(flat, 1, mul(sub(most, least), 1 / bound))), x.dtype);
}

export const AUTOCONTRAST: Kinds<[version: Version]> = {
  image: (op, image) => mapped(op, image, autocontrastTable),
  tensor: (op, x, version) => ofChannels(op, x, (image) => stretched(image, version)),
};

/**
 * An image whose channels are stretched over all levels: the darkest pixel becomes black, the lightest white.
 * @param image [..., 1 or 3, H, W], or an Image of mode L or RGB.
 * @throws {ArgumentError} for an Image with opacity. @throws {ShapeError} for a tensor of other channels.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.autocontrast.html
 * @example
 * transforms.functional.autocontrast(tensor([[[0.25, 0.5, 0.75]]])); // [[[0, 0.5, 1]]]
 */
export function autocontrast<I extends ImageLike>(image: I): I {
  if (arguments.length > 1) tooMany('autocontrast', 1, arguments);
  return byKind('autocontrast', AUTOCONTRAST, image, 'v1');
}

/** Bytes [..., C, H, W], each plane by its own histogram. */
function equalized(op: string, x: Tensor): Tensor {
  if (x.numel() === 0) return x;
  const from = contiguous(x);
  const pixels = from.shape[from.ndim - 1]! * from.shape[from.ndim - 2]!;
  const planes = from.numel() / pixels;
  const tables = fromTypedArray(tablesOf(histogramsOf(op, from, planes, pixels, 1), equalizeTable));
  const out = emptyTensor(x.shape, 'uint8');
  check(kernels.imageLookup(out.ptr, from.ptr, tables.ptr, planes, pixels, 1), op);
  tables.dispose();
  return out;
}

export const EQUALIZE: Kinds = {
  image: (op, image) => mapped(op, image, equalizeTable),
  tensor(op, x) {
    if (x.dtype === 'uint8') return equalized(op, x);
    if (!isFloating(x.dtype))
      throw new DTypeError(`${op}: the image is ${x.dtype}, expected uint8 (0 to 255) or floats (0 to 1). Use to('uint8').`);
    return scaled(op, equalized(op, fromUnits(op, x, 'uint8')), x.dtype, byReciprocal);
  },
};

/**
 * An image whose levels are about as frequent as each other, channel by channel.
 * @param image [..., C, H, W] of uint8, or of floats from 0 to 1, which are binned to 256 levels; or an Image of mode L or RGB.
 * @throws {ArgumentError} for an Image with opacity. @throws {DTypeError} for other integers.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.equalize.html
 * @example
 * transforms.functional.equalize(new Image('L', [100, 20], new Uint8Array(2000).map((_, i) => i % 100))).getPixel(99, 0); // [255]
 */
export function equalize<I extends ImageLike>(image: I): I {
  if (arguments.length > 1) tooMany('equalize', 1, arguments);
  return byKind('equalize', EQUALIZE, image);
}

/** The options of {@link RandomAutocontrast}. */
export interface RandomAutocontrastOptions extends RandomTransformOptions {}

/**
 * Stretches the channels of an image over all levels with probability `p`, drawing one number.
 * @throws {ArgumentError} unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomAutocontrast.html
 * @example
 * new transforms.RandomAutocontrast(1).forward(tensor([[[0.25, 0.5, 0.75]]])); // [[[0, 0.5, 1]]]
 */
export class RandomAutocontrast extends RandomTransform {
  static override readonly className: string = 'RandomAutocontrast';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected readonly version: Version = 'v1';

  constructor(...args: Arguments<RandomAutocontrastOptions, [p: 'p']>) {
    super(readProbability(classNameOf(new.target), args));
  }

  protected applied<I extends ImageLike>(input: I): I {
    return this.byKind(AUTOCONTRAST, input, this.version);
  }
}

/** The options of {@link RandomEqualize}. */
export interface RandomEqualizeOptions extends RandomTransformOptions {}

/**
 * Makes the levels of an image about as frequent as each other with probability `p`, drawing one number.
 * @throws {ArgumentError} unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomEqualize.html
 * @example
 * new transforms.RandomEqualize(1).forward(new Image('L', [8, 8])).mode; // 'L'
 */
export class RandomEqualize extends RandomTransform {
  static override readonly className: string = 'RandomEqualize';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;

  constructor(...args: Arguments<RandomEqualizeOptions, [p: 'p']>) {
    super(readProbability(classNameOf(new.target), args));
  }

  protected applied<I extends ImageLike>(input: I): I {
    return this.byKind(EQUALIZE, input);
  }
}
