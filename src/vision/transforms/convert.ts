/** Transforms between images of 8 bits and tensors, and that of values: ToTensor, PILToTensor, ToPILImage, Normalize. */
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { oneOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../tensor/arguments/python-text.js';
import type { Tensor } from '../../tensor/tensor.js';
import { IMAGE_MODES, type Image, type ImageMode } from '../image.js';
import { normalizeOf, perChannel, pilToTensor, type ToPilImageOptions, toPilImage, toTensor } from './functional.js';
import { type ImageLike, Transform } from './transform.js';

/**
 * Makes an image of 8 bits a float32 tensor [C, H, W] of 0 to 1. Data sets hold their images as uint8 tensors, which are taken as such.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ToTensor.html
 * @example
 * new transforms.ToTensor().forward(new Image('RGB', [4, 2])).shape; // [3, 2, 4]
 */
export class ToTensor extends Transform {
  static override readonly className: string = 'ToTensor';

  forward(image: ImageLike): Tensor {
    return toTensor(image);
  }
}

/**
 * Makes an image of 8 bits a uint8 tensor [C, H, W] of its bytes.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.PILToTensor.html
 * @example
 * new transforms.PILToTensor().forward(new Image('RGB', [4, 2])).dtype; // 'uint8'
 */
export class PILToTensor extends Transform {
  static override readonly className: string = 'PILToTensor';

  forward(image: Image): Tensor {
    return pilToTensor(image);
  }
}

/** The options of {@link ToPILImage}. */
export interface ToPILImageOptions extends ToPilImageOptions {}

/**
 * Makes a tensor [C, H, W] an image of 8 bits: bytes as they are, floats of 0 to 1 times 255.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ToPILImage.html
 * @example
 * new transforms.ToPILImage().forward(ones([3, 2, 4])).mode; // 'RGB'
 */
export class ToPILImage extends Transform {
  static override readonly className: string = 'ToPILImage';
  /** null takes the one of as many channels. */
  readonly mode: ImageMode | null;

  constructor(...args: Arguments<ToPILImageOptions, [mode: 'mode']>) {
    super();
    const { mode } = readArguments<Required<ToPILImageOptions>>(classNameOf(new.target), { mode: null }, args);
    this.mode = mode === null ? null : oneOf(classNameOf(new.target), 'mode', mode, IMAGE_MODES);
  }

  forward(image: Tensor): Image {
    return toPilImage(image, this.mode);
  }

  protected override extraRepr(): string {
    return this.mode === null ? '' : `mode=${this.mode}`;
  }
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

  forward(image: Tensor): Tensor {
    return normalizeOf(classNameOf(this), image, this.mean, this.std, this.inplace);
  }

  protected override extraRepr(): string {
    const text = (values: number | number[]) =>
      typeof values === 'number' ? pythonFloat(values) : `[${values.map(pythonFloat).join(', ')}]`;
    return `mean=${text(this.mean)}, std=${text(this.std)}`;
  }
}
