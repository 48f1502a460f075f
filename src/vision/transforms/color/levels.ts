/** Levels of grey mapped one by one: invert, posterize and solarize, and their random classes. */
import { ArgumentError, DTypeError } from '../../../errors.js';
import { mul, sub } from '../../../ops/elementwise/binary.js';
import { bitwiseAnd } from '../../../ops/elementwise/bitwise.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { ge } from '../../../ops/elementwise/comparison.js';
import { where } from '../../../ops/elementwise/table.js';
import { floor } from '../../../ops/elementwise/unary.js';
import { type Arguments, readArguments, required, tooMany } from '../../../tensor/arguments/arguments.js';
import { finiteNumber, unexpected, wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { lookupPixels, tableOf } from '../../image/colour.js';
import { Image } from '../../image/image.js';
import { probabilityText } from '../base/functions.js';
import type { ImageLike } from '../base/image-like.js';
import { byKind, type Kinds } from '../base/kinds.js';
import { RandomTransform, type RandomTransformOptions, readProbability } from '../base/transform.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { largest } from '../convert/to-dtype.js';

/** @throws {ArgumentError} for an image with opacity, which Pillow refuses here, too. */
export function assertOpaque(op: string, image: Image): void {
  if (image.channels % 2 === 0)
    throw new ArgumentError(
      `${op}: the image has mode ${image.mode}, expected L or RGB. Use image.convert('${image.mode === 'LA' ? 'L' : 'RGB'}') first.`,
    );
}

/** An image of mode L or RGB with each level replaced. */
function mapped(op: string, image: Image, level: (byte: number) => number): Image {
  assertOpaque(op, image);
  const table = tableOf(level);
  const tables = new Uint8Array(256 * image.channels);
  for (let c = 0; c < image.channels; c++) tables.set(table, 256 * c);
  return new Image(image.mode, image.size, lookupPixels(op, image, tables));
}

const inverted = (x: Tensor): Tensor => sub(isFloating(x.dtype) ? 1 : largest(x.dtype), x);

export const INVERT: Kinds = {
  image: (op, image) => mapped(op, image, (byte) => 255 - byte),
  tensor: (_, x) => inverted(x),
};

/**
 * The negative of an image.
 * @param image [..., C, H, W], or an Image of mode L or RGB.
 * @throws {ArgumentError} for an Image with opacity.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.invert.html
 * @example
 * transforms.functional.invert(tensor([[[0.25, 1]]])); // [[[0.75, 0]]]
 */
export function invert<I extends ImageLike>(image: I): I {
  if (arguments.length > 1) tooMany('invert', 1, arguments);
  return byKind('invert', INVERT, image);
}

/** How many bits the values of a dtype have. */
const bitsOf = (x: Tensor): number => (x.dtype === 'uint8' ? 8 : x.dtype === 'int32' ? 31 : 63);

export const POSTERIZE: Kinds<[bits: number]> = {
  image(op, image, bits) {
    if (bits === 0) throw unexpected(op, 'bits', bits, 'a whole number from 1 to 8 for an Image');
    return mapped(op, image, (byte) => byte & (256 - 2 ** (8 - bits)));
  },
  tensor(op, x, bits) {
    if (x.dtype === 'bool') throw new DTypeError(`${op}: the image is bool, expected numbers. Use to('uint8').`);
    const levels = 2 ** bits;
    if (isFloating(x.dtype)) return mul(clamp(floor(mul(x, levels)), 0, levels - 1), 1 / levels);
    const all = bitsOf(x);
    if (bits >= all) return x;
    return bitwiseAnd(x, all === 63 ? (2n ** BigInt(bits) - 1n) * 2n ** BigInt(63 - bits) : (levels - 1) * 2 ** (all - bits));
  },
};

const readBits = (op: string, bits: unknown): number => wholeNumber(op, 'bits', bits, { min: 0, max: 8 });

/**
 * An image with fewer levels: the upper `bits` of each value.
 * @param image [..., C, H, W], floats from 0 to 1 or integers; or an Image of mode L or RGB.
 * @param bits from 0 to 8; from 1 for an Image.
 * @throws {ArgumentError} for other bits, and for an Image with opacity.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.posterize.html
 * @example
 * transforms.functional.posterize(new Image('L', [1, 1], Uint8Array.of(255)), 2).getPixel(0, 0); // [192]
 */
export function posterize<I extends ImageLike>(image: I, bits: number): I {
  if (arguments.length > 2) tooMany('posterize', 2, arguments);
  return byKind('posterize', POSTERIZE, image, readBits('posterize', bits));
}

export const SOLARIZE: Kinds<[threshold: number]> = {
  image: (op, image, threshold) => mapped(op, image, (byte) => (byte < threshold ? byte : 255 - byte)),
  tensor(op, x, threshold) {
    if (threshold > largest(x.dtype))
      throw unexpected(op, 'threshold', threshold, `a number of at most ${largest(x.dtype)} for a tensor of ${x.dtype}`);
    return where(ge(x, threshold), inverted(x), x);
  },
};

/**
 * An image whose values of at least `threshold` are inverted.
 * @param image [..., C, H, W], or an Image of mode L or RGB.
 * @param threshold in the range of the image: at most 1 for floats, 255 for uint8.
 * @throws {ArgumentError} for a threshold beyond it, and for an Image with opacity.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.solarize.html
 * @example
 * transforms.functional.solarize(tensor([[[0.25, 0.75]]]), 0.5); // [[[0.25, 0.25]]]
 */
export function solarize<I extends ImageLike>(image: I, threshold: number): I {
  if (arguments.length > 2) tooMany('solarize', 2, arguments);
  return byKind('solarize', SOLARIZE, image, finiteNumber('solarize', 'threshold', threshold));
}

/** The options of {@link RandomInvert}. */
export interface RandomInvertOptions extends RandomTransformOptions {}

/**
 * Makes an image its negative with probability `p`, drawing one number.
 * @throws {ArgumentError} unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomInvert.html
 * @example
 * new transforms.RandomInvert(1).forward(tensor([[[0.25, 1]]])); // [[[0.75, 0]]]
 */
export class RandomInvert extends RandomTransform {
  static override readonly className: string = 'RandomInvert';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;

  constructor(...args: Arguments<RandomInvertOptions, [p: 'p']>) {
    super(readProbability(classNameOf(new.target), args));
  }

  protected applied<I extends ImageLike>(input: I): I {
    return this.byKind(INVERT, input);
  }
}

/** The options of {@link RandomPosterize}. */
export interface RandomPosterizeOptions extends RandomTransformOptions {
  /** How many bits of each value are kept, 0 to 8. */
  bits: number;
}

/**
 * Keeps the upper bits of each value of an image with probability `p`, drawing one number.
 * @throws {ArgumentError} unless p is from 0 to 1, and bits a whole number from 0 to 8.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomPosterize.html
 * @example
 * new transforms.RandomPosterize(2, 1).forward(new Image('L', [1, 1], Uint8Array.of(255))).getPixel(0, 0); // [192]
 */
export class RandomPosterize extends RandomTransform {
  static override readonly className: string = 'RandomPosterize';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** How many bits of each value are kept. */
  readonly bits: number;

  constructor(...args: Arguments<RandomPosterizeOptions, [bits: 'bits', p: 'p']>) {
    const op = classNameOf(new.target);
    const { bits, p } = readArguments<{ bits: unknown; p: number }>(op, { bits: required, p: 0.5 }, args);
    super(p);
    this.bits = readBits(op, bits);
  }

  protected applied<I extends ImageLike>(input: I): I {
    return this.byKind(POSTERIZE, input, this.bits);
  }

  protected override extraRepr(): string {
    return `bits=${this.bits},p=${probabilityText(this.p)}`;
  }
}

/** The options of {@link RandomSolarize}. */
export interface RandomSolarizeOptions extends RandomTransformOptions {
  /** Values from this one on are inverted. */
  threshold: number;
}

/**
 * Inverts the values of an image of at least `threshold` with probability `p`, drawing one number.
 * @throws {ArgumentError} unless p is from 0 to 1, and threshold a number in the range of the image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomSolarize.html
 * @example
 * new transforms.RandomSolarize(0.5, 1).forward(tensor([[[0.25, 0.75]]])); // [[[0.25, 0.25]]]
 */
export class RandomSolarize extends RandomTransform {
  static override readonly className: string = 'RandomSolarize';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** Values from this one on are inverted. */
  readonly threshold: number;

  constructor(...args: Arguments<RandomSolarizeOptions, [threshold: 'threshold', p: 'p']>) {
    const op = classNameOf(new.target);
    const { threshold, p } = readArguments<{ threshold: unknown; p: number }>(op, { threshold: required, p: 0.5 }, args);
    super(p);
    this.threshold = finiteNumber(op, 'threshold', threshold);
  }

  protected applied<I extends ImageLike>(input: I): I {
    return this.byKind(SOLARIZE, input, this.threshold);
  }

  protected override extraRepr(): string {
    return `threshold=${probabilityText(this.threshold)},p=${probabilityText(this.p)}`;
  }
}
