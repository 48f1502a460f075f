/** Images of 8 bits as tensors: of 0 to 1, or of their bytes. */

import { DTypeError } from '../../../errors.js';
import { div } from '../../../ops/elementwise/binary.js';
import { to } from '../../../ops/view/copy.js';
import { tooMany } from '../../../tensor/arguments/arguments.js';
import { Tensor } from '../../../tensor/tensor.js';
import { assertImage, Image } from '../../image/image.js';
import type { Conversion } from '../base/functions.js';
import { assertImageLike, bytesOf, type ImageLike } from '../base/image-like.js';
import { Transform } from '../base/transform.js';
import { TVTensor, Image as WrappedImage } from '../base/tv-tensors.js';

/**
 * An image of 8 bits as a tensor of its bytes.
 * @returns uint8 [C, H, W]. @throws {ArgumentError} for anything but an Image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.pil_to_tensor.html
 * @example
 * transforms.functional.pilToTensor(new Image('RGB', [4, 2])).shape; // [3, 2, 4]
 */
export function pilToTensor(image: Image): Tensor {
  if (arguments.length > 1) tooMany('pilToTensor', 1, arguments);
  assertImage('pilToTensor', image);
  return bytesOf(image);
}

/**
 * An image of 8 bits as a tensor of 0 to 1. A uint8 tensor [C, H, W] is taken for one, which torchvision refuses.
 * @returns float32 [C, H, W]. @throws {DTypeError} for tensors of another dtype, which are no images of 8 bits.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.to_tensor.html
 * @example
 * transforms.functional.toTensor(new Image('L', [2, 1], Uint8Array.of(0, 255))); // [[[0, 1]]]
 */
export function toTensor(image: ImageLike): Tensor {
  if (arguments.length > 1) tooMany('toTensor', 1, arguments);
  assertImageLike('toTensor', image);
  if (image instanceof Tensor && image.dtype !== 'uint8')
    throw new DTypeError(
      `toTensor: the image is a tensor of ${image.dtype}, expected an Image, or uint8 [C, H, W]. It is a tensor already.`,
    );
  return div(to(image instanceof Image ? bytesOf(image) : image, 'float32'), 255);
}

/**
 * Makes an image of 8 bits a float32 tensor [C, H, W] of 0 to 1; a uint8 tensor is taken for one, which torchvision refuses.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ToTensor.html
 * @example
 * new transforms.ToTensor().forward(new Image('RGB', [4, 2])).shape; // [3, 2, 4]
 */
export class ToTensor extends Transform<undefined, Conversion<ImageLike, Tensor>> {
  static override readonly className: string = 'ToTensor';

  transform(image: ImageLike): Tensor {
    return toTensor(image);
  }

  /** Masks, boxes and points are tensors already. */
  protected override takes(value: unknown): boolean {
    return super.takes(value) && (!(value instanceof TVTensor) || value instanceof WrappedImage);
  }
}

/**
 * Makes an image of 8 bits a uint8 tensor [C, H, W] of its bytes.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.PILToTensor.html
 * @example
 * new transforms.PILToTensor().forward(new Image('RGB', [4, 2])).dtype; // 'uint8'
 */
export class PILToTensor extends Transform<undefined, Conversion<Image, Tensor>> {
  static override readonly className: string = 'PILToTensor';

  transform(image: Image): Tensor {
    return pilToTensor(image);
  }

  /** Masks, boxes and points are tensors already. */
  protected override takes(value: unknown): boolean {
    return super.takes(value) && !(value instanceof TVTensor);
  }
}
