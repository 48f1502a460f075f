/** Conversions as v2 computes and prints them. */

import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { pythonBool } from '../../../tensor/arguments/python-text.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { DType } from '../../../tensor/values/dtype.js';
import { Normalize as NormalizeV1 } from '../convert/normalize.js';
import {
  byReciprocal,
  type ConvertImageDtypeOptions,
  ConvertImageDtype as ConvertImageDtypeV1,
  toDtype,
  type Unit,
} from '../convert/to-dtype.js';

/**
 * Takes the mean of each channel off a tensor of floats [..., C, H, W], and divides by its standard deviation.
 * @throws {ArgumentError} for anything but numbers.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.Normalize.html
 * @example
 * new transforms.v2.Normalize([0.5], [0.25]).forward(ones([1, 1, 2])); // [[[2, 2]]]
 */
export class Normalize extends NormalizeV1 {
  static override readonly className: string = 'Normalize';
  protected override extraRepr(): string {
    return `${super.extraRepr()}, inplace=${pythonBool(this.inplace)}`;
  }
}

/**
 * Makes images another dtype, and scales their values to its range.
 * @throws {DTypeError} for a dtype that does not exist, and floats that cannot be scaled to int32 or int64.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.ConvertImageDtype.html
 * @example
 * new transforms.v2.ConvertImageDtype('uint8').forward(ones([1, 1, 2])); // [[[255, 255]]]
 */
export class ConvertImageDtype extends ConvertImageDtypeV1 {
  static override readonly className: string = 'ConvertImageDtype';
  protected override unit(): Unit {
    return byReciprocal;
  }
}

/**
 * An image tensor in another dtype, its values scaled to the range of that: 0 to 1 for floats.
 * @throws {DTypeError} for a dtype that does not exist, and floats that cannot be scaled to int32 or int64.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.convert_image_dtype.html
 * @example
 * transforms.v2.functional.convertImageDtype(tensor([[[0, 1]]], { dtype: 'float32' }), 'uint8'); // [[[0, 255]]]
 */
export function convertImageDtype<T extends Tensor>(image: T, ...args: Arguments<ConvertImageDtypeOptions, [dtype: 'dtype']>): T {
  const { dtype } = readArguments('convertImageDtype', { dtype: 'float32' as DType }, args);
  return toDtype(image, dtype, true);
}
