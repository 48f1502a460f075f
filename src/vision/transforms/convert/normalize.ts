/** Values less the mean of their channel, divided by its standard deviation. */
import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { div, sub } from '../../../ops/elementwise/binary.js';
import { addInPlace, binaryInPlace } from '../../../ops/elementwise/inplace.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { assertFloating, finiteNumber, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';
import { fromTypedArray } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { ImageLike } from '../base/image-like.js';
import { byKind, type Kinds } from '../base/kinds.js';
import { Transform } from '../base/transform.js';

/** The options of {@link normalize}. */
export interface NormalizeFunctionOptions {
  /** Taken off: one for each channel, or one for all. */
  mean: number | readonly number[];
  /** Divided by: one for each channel, or one for all. */
  std: number | readonly number[];
  /** Whether the tensor itself is changed. Default: false. */
  inplace?: boolean;
}

/**
 * A tensor less the mean of each channel, divided by its standard deviation.
 * @param image floats [..., C, H, W].
 * @throws {ArgumentError} for a std of 0. @throws {ShapeError} for another number of channels. @throws {DTypeError} unless they are floats.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.normalize.html
 * @example
 * transforms.functional.normalize(ones([1, 1, 2]), [0.5], [0.25]); // [[[2, 2]]]
 */
export function normalize(
  image: Tensor,
  ...args: Arguments<NormalizeFunctionOptions, [mean: 'mean', std: 'std', inplace: 'inplace']>
): Tensor {
  const { mean, std, inplace } = readArguments('normalize', { mean: required, std: required, inplace: false }, args);
  return byKind('normalize', NORMALIZE, image, perChannel('normalize', 'mean', mean), perChannel('normalize', 'std', std), inplace);
}

/** A list of numbers, one for each channel, or one number for all. */
function perChannel(op: string, name: string, value: unknown): number | number[] {
  if (typeof value === 'number') return finiteNumber(op, name, value);
  if (!Array.isArray(value) || value.length === 0) throw unexpected(op, name, value, 'a list of numbers, one for each channel');
  return value.map((number: unknown, i) => finiteNumber(op, `${name}[${i}]`, number));
}

const NORMALIZE: Kinds<[mean: number | number[], std: number | number[], inplace: boolean]> = {
  image(op) {
    throw new ArgumentError(`${op}: got an Image, expected a Tensor. Put ToTensor in front of it.`);
  },
  tensor: normalizeOf,
};

function normalizeOf(op: string, image: Tensor, mean: number | number[], std: number | number[], inplace: boolean): Tensor {
  assertFloating(op, 'the image', image);
  if (image.ndim < 3) throw new ShapeError(`${op}: the image has shape ${showShape(image.shape)}, expected [..., C, H, W].`);
  const channels = image.shape[image.ndim - 3]!;
  const asTensor = (name: string, values: number | number[]) => {
    const list = typeof values === 'number' ? [values] : values;
    if (list.length !== 1 && list.length !== channels)
      throw new ShapeError(`${op}: ${name} has ${list.length} numbers, the image has ${channels} channels. Pass one for each channel.`);
    const array = image.dtype === 'float32' ? Float32Array.from(list) : Float64Array.from(list);
    if (name === 'std' && array.includes(0))
      throw new ArgumentError(`${op}: std is ${values}, which is 0 in ${image.dtype}. Nothing can be divided by it.`);
    return fromTypedArray(array, [list.length, 1, 1]);
  };
  const [means, stds] = [asTensor('mean', mean), asTensor('std', std)];
  if (!inplace) return div(sub(image, means), stds);
  addInPlace(image, means, 1, 'sub_', true);
  return binaryInPlace('div_', 'div', image, stds, () => div(image, stds));
}

/** The options of {@link Normalize}. */
export interface NormalizeOptions {
  /** Taken off: one for each channel, or one for all. */
  mean: number | readonly number[];
  /** Divided by: one for each channel, or one for all. */
  std: number | readonly number[];
  /** Whether the tensor itself is changed. Default: false. */
  inplace?: boolean;
}

/**
 * Takes the mean of each channel off a tensor of floats [..., C, H, W], and divides by its standard deviation.
 * @throws {ArgumentError} for anything but numbers.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Normalize.html
 * @example
 * new transforms.Normalize([0.5], [0.25]).forward(ones([1, 1, 2])); // [[[2, 2]]]
 */
export class Normalize extends Transform {
  static override readonly className: string = 'Normalize';
  /** Taken off. */
  readonly mean: number | number[];
  /** Divided by. */
  readonly std: number | number[];
  /** Whether the tensor itself is changed. */
  readonly inplace: boolean;

  constructor(...args: Arguments<NormalizeOptions, [mean: 'mean', std: 'std', inplace: 'inplace']>) {
    super();
    const op = classNameOf(new.target);
    const { mean, std, inplace } = readArguments(op, { mean: required, std: required, inplace: false }, args);
    this.mean = perChannel(op, 'mean', mean);
    this.std = perChannel(op, 'std', std);
    this.inplace = inplace;
  }

  transform<I extends ImageLike>(input: I): I {
    return this.byKind(NORMALIZE, input, this.mean, this.std, this.inplace);
  }

  protected override extraRepr(): string {
    const text = (values: number | number[]) =>
      typeof values === 'number' ? pythonFloat(values) : `[${values.map(pythonFloat).join(', ')}]`;
    return `mean=${text(this.mean)}, std=${text(this.std)}`;
  }
}
