/** Resizing as v2 computes and prints it: bytes of tensors are interpolated as such, not as floats that are rounded. */
import { readArguments } from '../../../tensor/arguments/arguments.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';
import type { ImageLike } from '../base/image-like.js';
import { interpolationOf, interpolationText } from '../base/interpolation.js';
import { byKind } from '../base/kinds.js';
import type { SizeRule } from '../batch/rules.js';
import {
  GIVEN_SIZE,
  RandomResizedCrop as RandomResizedCropV1,
  RESIZED_CROP,
  type ResizedCropArguments,
  resizedCropOf,
} from '../geometry/random-resized-crop.js';
import {
  antialiasOf,
  antialiasText,
  checkResizeSize,
  RESIZE,
  RESIZE_DEFAULTS,
  RESIZED,
  type ResizeArguments,
  type ResizeFunctionOptions,
  Resize as ResizeV1,
  resizedSize,
  sizeIn,
} from '../geometry/resize.js';

/**
 * An image in another size: one of 8 bits as PIL makes it, a tensor as torchvision's v2 does, bytes to the bit. Masks take the nearest pixels, boxes
 * and points move along.
 * @param args size, interpolation, maxSize and antialias in this order, or by name.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.resize.html
 * @example
 * transforms.v2.functional.resize(rand(3, 40, 60), 20).shape; // [3, 20, 30]
 */
export function resize<I extends ImageLike>(image: I, ...args: ResizeArguments<ResizeFunctionOptions>): I {
  const { size, interpolation, maxSize, antialias } = readArguments<Required<ResizeFunctionOptions>>('resize', RESIZE_DEFAULTS, args);
  const how = { interpolation: interpolationOf('resize', interpolation), antialias: antialiasOf('resize', antialias), bytes: true };
  checkResizeSize('resize', size, maxSize);
  return byKind('resize', RESIZE, image, ...resizedSize('resize', sizeIn('resize', image), size, maxSize), how);
}

/**
 * A part of an image in another size, as v2 computes it; what lies outside the image is 0.
 * @param args size, interpolation and antialias in this order, or by name.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.resized_crop.html
 * @example
 * transforms.v2.functional.resizedCrop(rand(3, 40, 60), 10, 5, 20, 30, [8, 8]).shape; // [3, 8, 8]
 */
export function resizedCrop<I extends ImageLike>(
  image: I,
  top: number,
  left: number,
  height: number,
  width: number,
  ...args: ResizedCropArguments
): I {
  return resizedCropOf(image, { top, left, height, width }, readArguments('resizedCrop', RESIZED_CROP, args), true);
}

/**
 * Makes images larger or smaller, their masks, boxes and points along with them; bytes of tensors as v2 does, to the bit.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.Resize.html
 * @example
 * new transforms.v2.Resize(null, { maxSize: 8 }).forward(rand(3, 16, 32)).shape; // [3, 4, 8]
 */
export class Resize extends ResizeV1 {
  static override readonly className: string = 'Resize';
  /** @internal */
  static override readonly batchedSize: SizeRule<ResizeV1> = RESIZED;

  protected override get bytes(): boolean {
    return true;
  }

  protected override extraRepr(): string {
    const { size, interpolation, maxSize, antialias } = this;
    const parts = [`interpolation=${interpolationText(interpolation)}`];
    if (size !== null) parts.unshift(`size=[${typeof size === 'number' ? size : size.join(', ')}]`);
    if (maxSize !== null) parts.push(`max_size=${maxSize}`);
    if (antialias !== null) parts.push(`antialias=${antialiasText(antialias)}`);
    return parts.join(', ');
  }
}

/**
 * Cuts a part out of an image, of a random area, proportion and place, and gives it the same size always; bytes of tensors as v2 does, to the bit.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomResizedCrop.html
 * @example
 * new transforms.v2.RandomResizedCrop(8, { scale: [0.5, 1] }).forward(rand(3, 32, 32)).shape; // [3, 8, 8]
 */
export class RandomResizedCrop extends RandomResizedCropV1 {
  static override readonly className: string = 'RandomResizedCrop';
  /** @internal */
  static override readonly batchedSize: SizeRule<RandomResizedCropV1> = GIVEN_SIZE;

  protected override get bytes(): boolean {
    return true;
  }

  protected override extraRepr(): string {
    const { size, scale, ratio, interpolation, antialias } = this;
    const floats = (values: readonly number[]) => `(${values.map(pythonFloat).join(', ')})`;
    const text = `size=(${size.join(', ')}), scale=${floats(scale)}, ratio=${floats(ratio)}, interpolation=${interpolationText(interpolation)}`;
    return antialias === null ? text : `${text}, antialias=${antialiasText(antialias)}`;
  }
}
