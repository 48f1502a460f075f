/** Corners and middle of images: fiveCrop and tenCrop, FiveCrop and TenCrop. */
import { ArgumentError } from '../../../errors.js';
import { type Arguments, readArguments, required, tooMany } from '../../../tensor/arguments/arguments.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonBool } from '../../../tensor/arguments/python-text.js';
import { refuseTwoSizes, type Size, sizeOf } from '../base/arguments.js';
import type { Several } from '../base/functions.js';
import { getDimensions, type ImageLike } from '../base/image-like.js';
import { BoundingBoxes, KeyPoints, Mask } from '../base/tv-tensors.js';
import { Crop, type CropOptions, centerCrop, crop, onlySize } from './crop.js';
import { hflip, vflip } from './flip.js';

/** What {@link fiveCrop} gives. */
export type FiveCrops<I> = [topLeft: I, topRight: I, bottomLeft: I, bottomRight: I, center: I];

/**
 * The four corners of an image and its middle.
 * @param size height and width, or one number for both.
 * @throws {ArgumentError} for a size larger than the image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.five_crop.html
 * @example
 * transforms.functional.fiveCrop(rand(3, 5, 7), 2).length; // 5
 */
export function fiveCrop<I extends ImageLike>(image: I, size: Size): FiveCrops<I> {
  if (arguments.length > 2) tooMany('fiveCrop', 2, arguments);
  const [height, width] = sizeOf('fiveCrop', size);
  const [, h, w] = getDimensions(image);
  if (height > h || width > w)
    throw new ArgumentError(
      `fiveCrop: size is [${height}, ${width}], larger than the image [${h}, ${w}]. Take a smaller one, or pad first.`,
    );
  const at = (top: number, left: number) => crop(image, top, left, height, width);
  return [at(0, 0), at(0, w - width), at(h - height, 0), at(h - height, w - width), centerCrop(image, [height, width])];
}

/** The options of {@link tenCrop}. */
export interface TenCropFunctionOptions {
  /** Height and width, or one number for both. */
  size: Size;
  /** Whether the mirror image is upside down instead. Default: false. */
  verticalFlip?: boolean;
}

/**
 * {@link fiveCrop} of an image, and of its mirror image.
 * @throws {ArgumentError} for a size larger than the image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.ten_crop.html
 * @example
 * transforms.functional.tenCrop(rand(3, 5, 7), 2, { verticalFlip: true }).length; // 10
 */
export function tenCrop<I extends ImageLike>(
  image: I,
  ...args: Arguments<TenCropFunctionOptions, [size: 'size', verticalFlip: 'verticalFlip']>
): I[] {
  const { size, verticalFlip } = readArguments('tenCrop', { size: required, verticalFlip: false }, args);
  return [...fiveCrop(image, size), ...fiveCrop(verticalFlip ? vflip(image) : hflip(image), size)];
}
/** @throws {ArgumentError} for masks, boxes and points, of which this makes no several copies. */
function assertNoBoxes(op: string, values: readonly unknown[]): void {
  if (values.some((value) => value instanceof BoundingBoxes || value instanceof KeyPoints || value instanceof Mask))
    throw new ArgumentError(`${op}: masks, boxes and points cannot be cut into several. Pass the image alone.`);
}

/**
 * Cuts out the four corners of an image, and its middle.
 * @throws {ArgumentError} unless the size is a whole number, or two, of at least 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.FiveCrop.html
 * @example
 * new transforms.FiveCrop(2).forward(rand(3, 5, 7)).length; // 5
 */
export class FiveCrop extends Crop<undefined, Several<5>> {
  static override readonly className: string = 'FiveCrop';

  constructor(...args: Arguments<CropOptions, [size: 'size']>) {
    super(onlySize(classNameOf(new.target), args));
  }

  protected override checkInputs(values: readonly unknown[]): void {
    assertNoBoxes(classNameOf(this), values);
  }

  transform<I extends ImageLike>(image: I): FiveCrops<I> {
    return fiveCrop(image, this.size);
  }
}

/** The options of {@link TenCrop}. */
export interface TenCropOptions extends CropOptions {
  /** Whether the mirror image is upside down instead. Default: false. */
  verticalFlip?: boolean;
}

/**
 * Cuts out the four corners of an image and its middle, and those of its mirror image.
 * @throws {ArgumentError} unless the size is a whole number, or two, of at least 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.TenCrop.html
 * @example
 * new transforms.TenCrop(2).forward(rand(3, 5, 7)).length; // 10
 */
export class TenCrop extends Crop<undefined, Several<10>> {
  static override readonly className: string = 'TenCrop';
  /** Whether the mirror image is upside down instead. */
  readonly verticalFlip: boolean;

  constructor(...args: Arguments<TenCropOptions, [size: 'size', verticalFlip: 'verticalFlip']>) {
    refuseTwoSizes(classNameOf(new.target), args);
    const { size, verticalFlip } = readArguments(classNameOf(new.target), { size: required, verticalFlip: false }, args);
    super(size);
    this.verticalFlip = verticalFlip;
  }

  protected override checkInputs(values: readonly unknown[]): void {
    assertNoBoxes(classNameOf(this), values);
  }

  transform<I extends ImageLike>(image: I): I[] {
    return tenCrop(image, this.size, this.verticalFlip);
  }

  protected override extraRepr(): string {
    return `${super.extraRepr()}, vertical_flip=${pythonBool(this.verticalFlip)}`;
  }
}
