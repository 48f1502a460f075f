/** Colours changed by a factor: adjustBrightness, adjustContrast, adjustSaturation, adjustHue and adjustGamma. */
import { mul, pow } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { mean } from '../../../ops/reduce/sum.js';
import { type Arguments, readArguments, required, tooMany } from '../../../tensor/arguments/arguments.js';
import { atLeast, between, finiteNumber } from '../../../tensor/arguments/checks.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { type Adjustment, adjustPixels, lookupPixels, tableOf } from '../../image/colour.js';
import { Image } from '../../image/image.js';
import type { ImageLike } from '../base/image-like.js';
import { byKind, type Kinds } from '../base/kinds.js';
import { wholeLumaOf } from './grayscale.js';
import { hueShifted } from './hue.js';
import { blended, clipped, factorOf, floatsOf, fromUnits, ofChannels, unitsOf, type Version } from './values.js';

/** An image of 8 bits after changes of its colours, one after the other. */
export const adjusted = (op: string, image: Image, ...changes: readonly Adjustment[]): Image =>
  new Image(image.mode, image.size, adjustPixels(op, image, changes));

/** What a change of brightness, contrast, saturation or hue does to each kind. */
export type AdjustKinds = Kinds<[factor: number, version: Version]>;

export const BRIGHTNESS: AdjustKinds = {
  image: (op, image, factor) => adjusted(op, image, ['brightness', factor]),
  tensor: (op, x, factor) => ofChannels(op, x, (image) => clipped(mul(floatsOf(image), factor), image.dtype)),
};

export const CONTRAST: AdjustKinds = {
  image: (op, image, factor) => adjusted(op, image, ['contrast', factor]),
  tensor: (op, x, factor, version) =>
    ofChannels(op, x, (image, channels) => {
      const grey = channels === 3 ? wholeLumaOf(image, version) : floatsOf(image);
      return blended(image, mean(grey, [-3, -2, -1], true), factor, version);
    }),
};

export const SATURATION: AdjustKinds = {
  image: (op, image, factor) => adjusted(op, image, ['saturation', factor]),
  tensor: (op, x, factor, version) =>
    ofChannels(op, x, (image, channels) => (channels === 1 ? image : blended(image, wholeLumaOf(image, version), factor, version))),
};

export const HUE: AdjustKinds = {
  image: (op, image, factor) => (image.mode === 'L' ? image : adjusted(op, image, ['hue', factor])),
  tensor: (op, x, factor, version) =>
    ofChannels(op, x, (image, channels) => (channels === 1 ? image : hueShifted(op, image, factor, version))),
};

/**
 * An image with another brightness: a factor of 0 is black, 1 the image itself, 2 twice as bright.
 * @param image [..., 1 or 3, H, W], or an Image; its opacity stays.
 * @throws {ArgumentError} for a factor that is not finite, or negative for a tensor. @throws {ShapeError} for a tensor of other channels.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_brightness.html
 * @example
 * transforms.functional.adjustBrightness(tensor([[[0.25, 0.75]]]), 2); // [[[0.5, 1]]]
 */
export function adjustBrightness<I extends ImageLike>(image: I, brightnessFactor: number): I {
  if (arguments.length > 2) tooMany('adjustBrightness', 2, arguments);
  return byKind('adjustBrightness', BRIGHTNESS, image, factorOf('adjustBrightness', 'brightnessFactor', image, brightnessFactor), 'v1');
}

/**
 * An image with another contrast: a factor of 0 is grey, 1 the image itself.
 * @param image [..., 1 or 3, H, W], or an Image; its opacity stays.
 * @throws {ArgumentError} for a factor that is not finite, or negative for a tensor. @throws {ShapeError} for a tensor of other channels.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_contrast.html
 * @example
 * transforms.functional.adjustContrast(tensor([[[0.25, 0.75]]]), 0); // [[[0.5, 0.5]]]
 */
export function adjustContrast<I extends ImageLike>(image: I, contrastFactor: number): I {
  if (arguments.length > 2) tooMany('adjustContrast', 2, arguments);
  return byKind('adjustContrast', CONTRAST, image, factorOf('adjustContrast', 'contrastFactor', image, contrastFactor), 'v1');
}

/**
 * An image with other saturation: a factor of 0 is black and white, 1 the image itself.
 * @param image [..., 1 or 3, H, W], or an Image; its opacity stays.
 * @throws {ArgumentError} for a factor that is not finite, or negative for a tensor. @throws {ShapeError} for a tensor of other channels.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_saturation.html
 * @example
 * transforms.functional.adjustSaturation(new Image('RGB', [1, 1], Uint8Array.of(255, 0, 0)), 0).getPixel(0, 0); // [76, 76, 76]
 */
export function adjustSaturation<I extends ImageLike>(image: I, saturationFactor: number): I {
  if (arguments.length > 2) tooMany('adjustSaturation', 2, arguments);
  return byKind('adjustSaturation', SATURATION, image, factorOf('adjustSaturation', 'saturationFactor', image, saturationFactor), 'v1');
}

/**
 * An image with other hues, moved by a part of their circle: 0.5 and -0.5 give the complements. A grey image stays.
 * @param image [..., 1 or 3, H, W], or an Image; opacity becomes full, as in torchvision.
 * @param hueFactor from -0.5 to 0.5.
 * @throws {ArgumentError} for another factor. @throws {ShapeError} for a tensor of other channels.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_hue.html
 * @example
 * transforms.functional.adjustHue(new Image('RGB', [1, 1], Uint8Array.of(255, 0, 0)), 0.5).getPixel(0, 0); // [0, 255, 252]
 */
export function adjustHue<I extends ImageLike>(image: I, hueFactor: number): I {
  if (arguments.length > 2) tooMany('adjustHue', 2, arguments);
  return byKind('adjustHue', HUE, image, between('adjustHue', 'hueFactor', hueFactor, -0.5, 0.5), 'v1');
}

/** The options of {@link adjustGamma}. */
export interface AdjustGammaOptions {
  /** The power that values from 0 to 1 are raised to. */
  gamma: number;
  /** What they are multiplied by. Default: 1. */
  gain?: number;
}

export const GAMMA: Kinds<[gamma: number, gain: number, version: Version]> = {
  image(op, image, gamma, gain) {
    const colours = image.convert('RGB');
    const table = tableOf((byte) => Math.min(255, Math.max(0, Math.trunc((255 + 1 - 1e-3) * gain * (byte / 255) ** gamma))));
    const bytes = lookupPixels(op, colours, Uint8Array.of(...table, ...table, ...table));
    return new Image('RGB', image.size, bytes).convert(image.mode);
  },
  tensor: (op, x, gamma, gain, version) =>
    ofChannels(op, x, (image) => {
      const units = isFloating(image.dtype) ? image : unitsOf(op, image, version);
      const raised = pow(units, gamma);
      // v2 clamps nothing where no gain takes values beyond 1.
      return fromUnits(op, version === 'v2' && gain === 1 ? raised : clamp(mul(raised, gain), 0, 1), image.dtype);
    }),
};

/**
 * An image whose values from 0 to 1 are raised to a power, and multiplied: a gamma above 1 darkens shadows, one below 1 brightens them.
 * @param image [..., 1 or 3, H, W], or an Image; opacity becomes full, as in torchvision.
 * @throws {ArgumentError} for a negative gamma, and numbers that are not finite. @throws {ShapeError} for a tensor of other channels.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.adjust_gamma.html
 * @example
 * transforms.functional.adjustGamma(tensor([[[0.25, 1]]]), 0.5); // [[[0.5, 1]]]
 */
export function adjustGamma<I extends ImageLike>(image: I, ...args: Arguments<AdjustGammaOptions, [gamma: 'gamma', gain: 'gain']>): I {
  const { gamma, gain } = readGamma(args);
  return byKind('adjustGamma', GAMMA, image, gamma, gain, 'v1');
}

/** The checked arguments of {@link adjustGamma}. */
export function readGamma(args: Arguments<AdjustGammaOptions, [gamma: 'gamma', gain: 'gain']>): Required<AdjustGammaOptions> {
  const { gamma, gain } = readArguments<{ gamma: unknown; gain: unknown }>('adjustGamma', { gamma: required, gain: 1 }, args);
  return {
    gamma: atLeast('adjustGamma', 'gamma', finiteNumber('adjustGamma', 'gamma', gamma), 0),
    gain: finiteNumber('adjustGamma', 'gain', gain),
  };
}
