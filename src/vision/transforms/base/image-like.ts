/** The two kinds of image, tensors and images of 8 bits: what both have, and how bytes become a tensor. */

import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { contiguous } from '../../../ops/view/copy.js';
import { permute } from '../../../ops/view/movement.js';
import { tooMany } from '../../../tensor/arguments/arguments.js';
import { adviceFor, describe } from '../../../tensor/arguments/show.js';
import { fromTypedArray } from '../../../tensor/create/create.js';
import { Tensor } from '../../../tensor/tensor.js';
import { Image } from '../../image/image.js';

/** What transforms take: a tensor [..., C, H, W], or an image of 8 bits; masks, boxes and points are tensors of `tvTensors`. */
export type ImageLike = Tensor | Image;

/** @internal @throws {ArgumentError} for anything but a tensor of two dims at least, or an image. */
export function assertImageLike(op: string, value: unknown): asserts value is ImageLike {
  if (value instanceof Image) return;
  assertEitherKind(op, value);
  if (value instanceof Tensor && value.ndim < 2)
    throw new ShapeError(`${op}: the image has shape ${showShape(value.shape)}, expected [..., C, H, W], or [H, W] for one channel.`);
}

/** @internal @throws {ArgumentError} for anything but a tensor or an image. */
export function assertEitherKind(op: string, value: unknown): asserts value is ImageLike {
  if (!(value instanceof Tensor || value instanceof Image))
    throw new ArgumentError(`${op}: the image is ${describe(value)}, expected a Tensor [..., C, H, W] or an Image.${adviceFor(value)}`);
}

/** Channels, height and width of an image. */
export function getDimensions(image: ImageLike): [channels: number, height: number, width: number] {
  if (arguments.length > 1) tooMany('getDimensions', 1, arguments);
  assertImageLike('getDimensions', image);
  if (image instanceof Image) return [image.channels, image.height, image.width];
  const { shape, ndim } = image;
  return [ndim > 2 ? shape[ndim - 3]! : 1, shape[ndim - 2]!, shape[ndim - 1]!];
}

/** Width and height of an image, in this order. */
export function getImageSize(image: ImageLike): [width: number, height: number] {
  if (arguments.length > 1) tooMany('getImageSize', 1, arguments);
  const [, height, width] = getDimensions(image);
  return [width, height];
}

/** How many channels an image has. */
export function getImageNumChannels(image: ImageLike): number {
  if (arguments.length > 1) tooMany('getImageNumChannels', 1, arguments);
  return getDimensions(image)[0];
}

/** @internal The bytes of an image of 8 bits: uint8 [C, H, W]. */
export function bytesOf(image: Image): Tensor {
  return contiguous(permute(fromTypedArray(image.data, [image.height, image.width, image.channels]), 2, 0, 1));
}
