/** Tensors as images of 8 bits. */
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../../errors.js';
import { mul } from '../../../ops/elementwise/binary.js';
import { contiguous, to } from '../../../ops/view/copy.js';
import { permute } from '../../../ops/view/movement.js';
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { oneOf } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import { IMAGE_MODES, Image, type ImageMode } from '../../image/image.js';
import type { Conversion } from '../base/functions.js';
import { assertImageLike, getDimensions } from '../base/image-like.js';
import { Transform } from '../base/transform.js';
import { TVTensor, Image as WrappedImage } from '../base/tv-tensors.js';

const MODE_OF: Readonly<Record<number, ImageMode>> = { 1: 'L', 2: 'LA', 3: 'RGB', 4: 'RGBA' };

/** The options of {@link toPilImage}. */
export interface ToPilImageOptions {
  /** Default: the mode with as many channels: 'L', 'LA', 'RGB' or 'RGBA'. */
  mode?: ImageMode | null;
}

/**
 * A tensor as an image of 8 bits: bytes as they are, floats of 0 to 1 times 255, the fraction dropped.
 * @param image [C, H, W] of one to four channels, or [H, W].
 * @throws {ShapeError} for other shapes. @throws {DTypeError} for other whole numbers than uint8. @throws {ArgumentError} for another mode.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.to_pil_image.html
 * @example
 * transforms.functional.toPilImage(ones([3, 2, 4])).size; // [4, 2]
 */
export function toPilImage(image: Tensor, ...args: Arguments<ToPilImageOptions, [mode: 'mode']>): Image {
  const { mode } = readArguments<Required<ToPilImageOptions>>('toPilImage', { mode: null }, args);
  assertImageLike('toPilImage', image);
  if (image instanceof Image) throw new ArgumentError('toPilImage: got an Image, expected a Tensor. It is one already.');
  const [channels, height, width] = getDimensions(image);
  const natural = MODE_OF[channels];
  if (image.ndim > 3 || natural === undefined)
    throw new ShapeError(`toPilImage: the image has shape ${showShape(image.shape)}, expected [C, H, W] with 1 to 4 channels, or [H, W].`);
  if (mode !== null) oneOf('toPilImage', 'mode', mode, [natural]);
  if (image.dtype !== 'uint8' && image.dtype !== 'float32' && image.dtype !== 'float64')
    throw new DTypeError(`toPilImage: the image is ${image.dtype}, expected uint8, or floats of 0 to 1. Use image.to('uint8').`);
  const rows = image.ndim === 3 ? permute(image, 1, 2, 0) : image;
  const bytes = rows.dtype === 'uint8' ? rows : to(to(mul(rows, 255), 'int32'), 'uint8');
  return new Image(natural, [width, height], toTypedArray(contiguous(bytes)) as Uint8Array);
}

/** The options of {@link ToPILImage}. */
export interface ToPILImageOptions extends ToPilImageOptions {}

/**
 * Makes a tensor [C, H, W] an image of 8 bits: bytes as they are, floats of 0 to 1 times 255.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ToPILImage.html
 * @example
 * new transforms.ToPILImage().forward(ones([3, 2, 4])).mode; // 'RGB'
 */
export class ToPILImage extends Transform<undefined, Conversion<Tensor, Image>> {
  static override readonly className: string = 'ToPILImage';
  /** The mode of the image; null takes the one with as many channels. */
  readonly mode: ImageMode | null;

  constructor(...args: Arguments<ToPILImageOptions, [mode: 'mode']>) {
    super();
    const { mode } = readArguments<Required<ToPILImageOptions>>(classNameOf(new.target), { mode: null }, args);
    this.mode = mode === null ? null : oneOf(classNameOf(new.target), 'mode', mode, IMAGE_MODES);
  }

  transform(image: Tensor): Image {
    return toPilImage(image, this.mode);
  }

  /** Masks, boxes and points stay as they are. */
  protected override takes(value: unknown): boolean {
    return super.takes(value) && (!(value instanceof TVTensor) || value instanceof WrappedImage);
  }

  protected override extraRepr(): string {
    return this.mode === null ? '' : `mode=${this.mode}`;
  }
}
