/** Colours as v2 changes and prints them: tensors get its roundings, images of 8 bits Pillow's, as in v1. */
import { type Arguments, readArguments, tooMany } from '../../../tensor/arguments/arguments.js';
import { between } from '../../../tensor/arguments/checks.js';
import { probabilityText } from '../base/functions.js';
import type { ImageLike } from '../base/image-like.js';
import { byKind } from '../base/kinds.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { type AdjustGammaOptions, CONTRAST, GAMMA, HUE, readGamma, SATURATION } from '../color/adjust.js';
import { ColorJitter as ColorJitterV1 } from '../color/color-jitter.js';
import { type BlurArguments, GAUSSIAN_BLUR, GaussianBlur as GaussianBlurV1, readBlur } from '../color/gaussian-blur.js';
import {
  GRAYSCALE,
  Grayscale as GrayscaleV1,
  RandomGrayscale as RandomGrayscaleV1,
  type RgbToGrayscaleOptions,
  readChannels,
} from '../color/grayscale.js';
import { AUTOCONTRAST, RandomAutocontrast as RandomAutocontrastV1 } from '../color/histogram.js';
import { RandomPosterize as RandomPosterizeV1, RandomSolarize as RandomSolarizeV1 } from '../color/levels.js';
import { RandomAdjustSharpness as RandomAdjustSharpnessV1, SHARPNESS } from '../color/sharpness.js';
import { factorOf, type Version } from '../color/values.js';

/**
 * An image with another contrast; see `transforms.functional.adjustContrast`. @throws as that does.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.adjust_contrast.html
 * @example
 * transforms.v2.functional.adjustContrast(tensor([[[0.25, 0.75]]]), 0); // [[[0.5, 0.5]]]
 */
export function adjustContrast<I extends ImageLike>(image: I, contrastFactor: number): I {
  if (arguments.length > 2) tooMany('adjustContrast', 2, arguments);
  return byKind('adjustContrast', CONTRAST, image, factorOf('adjustContrast', 'contrastFactor', image, contrastFactor), 'v2');
}

/**
 * An image with other saturation; see `transforms.functional.adjustSaturation`. @throws as that does.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.adjust_saturation.html
 * @example
 * transforms.v2.functional.adjustSaturation(tensor([[[0.25, 0.75]]]), 2); // [[[0.25, 0.75]]]
 */
export function adjustSaturation<I extends ImageLike>(image: I, saturationFactor: number): I {
  if (arguments.length > 2) tooMany('adjustSaturation', 2, arguments);
  return byKind('adjustSaturation', SATURATION, image, factorOf('adjustSaturation', 'saturationFactor', image, saturationFactor), 'v2');
}

/**
 * An image with other hues; see `transforms.functional.adjustHue`. @throws as that does.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.adjust_hue.html
 * @example
 * transforms.v2.functional.adjustHue(tensor([[[1]], [[0]], [[0]]]), 0.5); // [[[0]], [[1]], [[1]]]
 */
export function adjustHue<I extends ImageLike>(image: I, hueFactor: number): I {
  if (arguments.length > 2) tooMany('adjustHue', 2, arguments);
  return byKind('adjustHue', HUE, image, between('adjustHue', 'hueFactor', hueFactor, -0.5, 0.5), 'v2');
}

/**
 * An image whose values from 0 to 1 are raised to a power; see `transforms.functional.adjustGamma`. @throws as that does.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.adjust_gamma.html
 * @example
 * transforms.v2.functional.adjustGamma(tensor([[[0.25, 1]]]), 0.5); // [[[0.5, 1]]]
 */
export function adjustGamma<I extends ImageLike>(image: I, ...args: Arguments<AdjustGammaOptions, [gamma: 'gamma', gain: 'gain']>): I {
  const { gamma, gain } = readGamma(args);
  return byKind('adjustGamma', GAMMA, image, gamma, gain, 'v2');
}

/**
 * A sharper or softer image; see `transforms.functional.adjustSharpness`. @throws as that does.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.adjust_sharpness.html
 * @example
 * transforms.v2.functional.adjustSharpness(rand(3, 8, 8), 2).shape; // [3, 8, 8]
 */
export function adjustSharpness<I extends ImageLike>(image: I, sharpnessFactor: number): I {
  if (arguments.length > 2) tooMany('adjustSharpness', 2, arguments);
  return byKind('adjustSharpness', SHARPNESS, image, factorOf('adjustSharpness', 'sharpnessFactor', image, sharpnessFactor), 'v2');
}

/**
 * An image without colour; see `transforms.functional.rgbToGrayscale`. A tensor of one channel gets three where they are asked for. @throws as that does.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.rgb_to_grayscale.html
 * @example
 * transforms.v2.functional.rgbToGrayscale(rand(1, 4, 5), 3).shape; // [3, 4, 5]
 */
export function rgbToGrayscale<I extends ImageLike>(
  image: I,
  ...args: Arguments<RgbToGrayscaleOptions, [numOutputChannels: 'numOutputChannels']>
): I {
  const { numOutputChannels } = readArguments('rgbToGrayscale', { numOutputChannels: 1 }, args);
  return byKind('rgbToGrayscale', GRAYSCALE, image, readChannels('rgbToGrayscale', numOutputChannels), 'v2');
}

/**
 * An image blurred by a bell curve; see `transforms.functional.gaussianBlur`. Of 100,000 bytes one may be a level off torchvision's, whose
 * exponentials here are approximate. @throws as that does.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.gaussian_blur.html
 * @example
 * transforms.v2.functional.gaussianBlur(rand(3, 8, 8), 5, { sigma: 1.5 }).shape; // [3, 8, 8]
 */
export function gaussianBlur<I extends ImageLike>(image: I, ...args: BlurArguments): I {
  return byKind('gaussianBlur', GAUSSIAN_BLUR, image, ...readBlur(args), 'v2');
}

/**
 * An image whose channels are stretched over all levels; see `transforms.functional.autocontrast`. @throws as that does.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.autocontrast.html
 * @example
 * transforms.v2.functional.autocontrast(tensor([[[0.25, 0.5, 0.75]]])); // [[[0, 0.5, 1]]]
 */
export function autocontrast<I extends ImageLike>(image: I): I {
  if (arguments.length > 1) tooMany('autocontrast', 1, arguments);
  return byKind('autocontrast', AUTOCONTRAST, image, 'v2');
}

/**
 * Changes brightness, contrast, saturation and hue of an image in random order.
 * @throws {ArgumentError} for negative numbers, hues beyond 0.5, and values that are not ranges.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.ColorJitter.html
 * @example
 * String(new transforms.v2.ColorJitter({ hue: 0.25 })); // 'ColorJitter(hue=(-0.25, 0.25))'
 */
export class ColorJitter extends ColorJitterV1 {
  static override readonly className: string = 'ColorJitter';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected override readonly version: Version = 'v2';
}

/**
 * Takes the colour out of an image.
 * @throws {ArgumentError} unless numOutputChannels is 1 or 3.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.Grayscale.html
 * @example
 * new transforms.v2.Grayscale(3).forward(rand(1, 4, 5)).shape; // [3, 4, 5]
 */
export class Grayscale extends GrayscaleV1 {
  static override readonly className: string = 'Grayscale';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected override readonly version: Version = 'v2';
}

/**
 * Takes the colour out of an image with probability `p`.
 * @throws {ArgumentError} unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomGrayscale.html
 * @example
 * new transforms.v2.RandomGrayscale(1).forward(rand(3, 4, 5)).shape; // [3, 4, 5]
 */
export class RandomGrayscale extends RandomGrayscaleV1 {
  static override readonly className: string = 'RandomGrayscale';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected override readonly version: Version = 'v2';
}

/**
 * Stretches the channels of an image over all levels with probability `p`.
 * @throws {ArgumentError} unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomAutocontrast.html
 * @example
 * new transforms.v2.RandomAutocontrast(1).forward(tensor([[[0.25, 0.5, 0.75]]])); // [[[0, 0.5, 1]]]
 */
export class RandomAutocontrast extends RandomAutocontrastV1 {
  static override readonly className: string = 'RandomAutocontrast';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected override readonly version: Version = 'v2';
}

/**
 * Blurs an image by a bell curve, whose standard deviation is drawn for each sample.
 * @throws {ArgumentError} for even sizes, and sigmas that are not above 0 or not in order.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.GaussianBlur.html
 * @example
 * String(new transforms.v2.GaussianBlur(3)); // 'GaussianBlur(kernel_size=(3, 3), sigma=[0.1, 2.0])'
 */
export class GaussianBlur extends GaussianBlurV1 {
  static override readonly className: string = 'GaussianBlur';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected override readonly version: Version = 'v2';
}

/**
 * Makes an image sharper or softer with probability `p`.
 * @throws {ArgumentError} unless p is from 0 to 1, and the factor a number of at least 0.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomAdjustSharpness.html
 * @example
 * String(new transforms.v2.RandomAdjustSharpness(2)); // 'RandomAdjustSharpness(p=0.5, sharpness_factor=2)'
 */
export class RandomAdjustSharpness extends RandomAdjustSharpnessV1 {
  static override readonly className: string = 'RandomAdjustSharpness';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected override readonly version: Version = 'v2';

  protected override extraRepr(): string {
    return `p=${probabilityText(this.p)}, sharpness_factor=${probabilityText(this.sharpnessFactor)}`;
  }
}

/**
 * Keeps the upper bits of each value of an image with probability `p`.
 * @throws {ArgumentError} unless p is from 0 to 1, and bits a whole number from 0 to 8.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomPosterize.html
 * @example
 * String(new transforms.v2.RandomPosterize(2)); // 'RandomPosterize(p=0.5, bits=2)'
 */
export class RandomPosterize extends RandomPosterizeV1 {
  static override readonly className: string = 'RandomPosterize';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  protected override extraRepr(): string {
    return `p=${probabilityText(this.p)}, bits=${this.bits}`;
  }
}

/**
 * Inverts the values of an image of at least `threshold` with probability `p`.
 * @throws {ArgumentError} unless p is from 0 to 1, and threshold a finite number.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.RandomSolarize.html
 * @example
 * String(new transforms.v2.RandomSolarize(0.5)); // 'RandomSolarize(p=0.5, threshold=0.5)'
 */
export class RandomSolarize extends RandomSolarizeV1 {
  static override readonly className: string = 'RandomSolarize';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  protected override extraRepr(): string {
    return `p=${probabilityText(this.p)}, threshold=${probabilityText(this.threshold)}`;
  }
}
