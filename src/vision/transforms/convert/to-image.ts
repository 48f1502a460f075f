/** Images as tensors of `tvTensors`, and plain tensors again: toImage, ToImage and ToPureTensor. */

import { ArgumentError } from '../../../errors.js';
import { tooMany } from '../../../tensor/arguments/arguments.js';
import { describe } from '../../../tensor/arguments/show.js';
import { Tensor } from '../../../tensor/tensor.js';
import { Image as EightBitImage } from '../../image/image.js';
import type { Conversion } from '../base/functions.js';
import type { ImageLike } from '../base/image-like.js';
import { Transform } from '../base/transform.js';
import { Image, TVTensor } from '../base/tv-tensors.js';

/**
 * An image of 8 bits, or a tensor, as `tvTensors.Image`; values stay as they are.
 * @throws {ArgumentError} for anything else. @throws {ShapeError} for less than two dims.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.to_image.html
 * @example
 * transforms.functional.toImage(new Image('RGB', [4, 2])).shape; // [3, 2, 4]
 */
export function toImage(image: ImageLike): Image {
  if (arguments.length > 1) tooMany('toImage', 1, arguments);
  if (!(image instanceof Tensor || image instanceof EightBitImage))
    throw new ArgumentError(`toImage: the image is ${describe(image)}, expected a Tensor or an Image.`);
  return new Image(image);
}

/**
 * Makes images of 8 bits, and the plain tensor of a sample, `tvTensors.Image`; values stay as they are.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.ToImage.html
 * @example
 * new transforms.ToImage().forward(new Image('RGB', [4, 2])).dtype; // 'uint8'
 */
export class ToImage extends Transform<undefined, Conversion<ImageLike, Image>> {
  static override readonly className: string = 'ToImage';

  transform(image: ImageLike): Image {
    return toImage(image);
  }

  protected override takes(value: unknown): boolean {
    return super.takes(value) && !(value instanceof TVTensor);
  }
}

/**
 * Makes plain tensors of those of `tvTensors`.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.ToPureTensor.html
 * @example
 * String(new transforms.ToPureTensor().forward(new tvTensors.Mask([[0, 1]]))); // 'tensor([[0., 1.]])'
 */
export class ToPureTensor extends Transform<undefined, Conversion<TVTensor, Tensor>> {
  static override readonly className: string = 'ToPureTensor';

  transform(input: TVTensor): Tensor {
    return input.plain();
  }

  protected override takes(value: unknown): boolean {
    return value instanceof TVTensor;
  }
}
