/** Images without colour: rgbToGrayscale, Grayscale and RandomGrayscale. */
import { ArgumentError } from '../../../errors.js';
import { add, mul } from '../../../ops/elementwise/binary.js';
import { floor, trunc } from '../../../ops/elementwise/unary.js';
import { to } from '../../../ops/view/copy.js';
import { expand, unsqueeze } from '../../../ops/view/movement.js';
import { select } from '../../../ops/view/select.js';
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { getDimensions, type ImageLike } from '../base/image-like.js';
import { byKind, type Kinds, queryChw } from '../base/kinds.js';
import { RandomTransform, type RandomTransformOptions, Transform } from '../base/transform.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { addFused, floatsOf, ofChannels, type Version } from './values.js';

/** The luma of an image [..., 3, H, W] as floats [..., 1, H, W]. */
function lumaOf(x: Tensor, version: Version): Tensor {
  const [r, g, b] = [0, 1, 2].map((c) => floatsOf(select(x, -3, c))) as [Tensor, Tensor, Tensor];
  const first = mul(r, 0.2989);
  const out = version === 'v1' ? add(add(first, mul(g, 0.587)), mul(b, 0.114)) : addFused(addFused(first, g, 0.587), b, 0.114);
  return unsqueeze(out, -3);
}

/** {@link lumaOf}, without fractions where the image has none. */
export function wholeLumaOf(x: Tensor, version: Version): Tensor {
  const luma = lumaOf(x, version);
  if (isFloating(x.dtype)) return luma;
  return version === 'v1' ? trunc(luma) : floor(luma);
}

/** @throws {ArgumentError} unless it is 1 or 3. */
export const readChannels = (op: string, value: unknown): 1 | 3 => {
  if (value === 1 || value === 3) return value;
  throw unexpected(op, 'numOutputChannels', value, '1 or 3');
};

/** What grey images are made of each kind. */
export const GRAYSCALE: Kinds<[channels: 1 | 3, version: Version]> = {
  image: (_, image, channels) => (channels === 1 ? image.convert('L') : image.convert('L').convert('RGB')),
  tensor: (op, x, channels, version) =>
    ofChannels(op, x, (image, from) => {
      const grey = from === 1 ? image : to(lumaOf(image, version), image.dtype);
      // v1 makes no more channels of a tensor than it has.
      if (channels === 1 || (from === 1 && version === 'v1')) return grey;
      return expand(grey, [...image.shape.slice(0, -3), 3, ...image.shape.slice(-2)]);
    }),
};

/** The options of {@link rgbToGrayscale}. */
export interface RgbToGrayscaleOptions {
  /** How many channels the result has: 1, or 3 alike. Default: 1. */
  numOutputChannels?: number;
}

/**
 * An image without colour. Of an image of 8 bits opacity is left out; a tensor of one channel keeps one, as in torchvision (v2 gives three).
 * @param image [..., 1 or 3, H, W], or an Image of any mode.
 * @throws {ArgumentError} unless numOutputChannels is 1 or 3. @throws {ShapeError} for a tensor of other channels.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.rgb_to_grayscale.html
 * @example
 * transforms.functional.rgbToGrayscale(new Image('RGB', [1, 1], Uint8Array.of(255, 0, 0))).getPixel(0, 0); // [76]
 */
export function rgbToGrayscale<I extends ImageLike>(
  image: I,
  ...args: Arguments<RgbToGrayscaleOptions, [numOutputChannels: 'numOutputChannels']>
): I {
  const { numOutputChannels } = readArguments('rgbToGrayscale', { numOutputChannels: 1 }, args);
  return byKind('rgbToGrayscale', GRAYSCALE, image, readChannels('rgbToGrayscale', numOutputChannels), 'v1');
}

/** The options of {@link Grayscale}. */
export interface GrayscaleOptions extends RgbToGrayscaleOptions {}

/**
 * Takes the colour out of an image.
 * @throws {ArgumentError} unless numOutputChannels is 1 or 3.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Grayscale.html
 * @example
 * new transforms.Grayscale(3).forward(rand(3, 4, 5)).shape; // [3, 4, 5]
 */
export class Grayscale extends Transform {
  static override readonly className: string = 'Grayscale';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected readonly version: Version = 'v1';
  /** How many channels the result has. */
  readonly numOutputChannels: 1 | 3;

  constructor(...args: Arguments<GrayscaleOptions, [numOutputChannels: 'numOutputChannels']>) {
    super();
    const op = classNameOf(new.target);
    this.numOutputChannels = readChannels(op, readArguments(op, { numOutputChannels: 1 }, args).numOutputChannels);
  }

  transform<I extends ImageLike>(input: I): I {
    return this.byKind(GRAYSCALE, input, this.numOutputChannels, this.version);
  }

  protected override extraRepr(): string {
    return `num_output_channels=${this.numOutputChannels}`;
  }
}

/** The options of {@link RandomGrayscale}. */
export interface RandomGrayscaleOptions extends RandomTransformOptions {
  /** How likely a sample is transformed. Default: 0.1. */
  p?: number;
}

/**
 * Takes the colour out of an image with probability `p`; it keeps as many channels as it has.
 * @throws {ArgumentError} unless p is from 0 to 1, and for images with opacity.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomGrayscale.html
 * @example
 * new transforms.RandomGrayscale(1).forward(rand(3, 4, 5)).shape; // [3, 4, 5]
 */
export class RandomGrayscale extends RandomTransform<number> {
  static override readonly className: string = 'RandomGrayscale';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected readonly version: Version = 'v1';

  constructor(...args: Arguments<RandomGrayscaleOptions, [p: 'p']>) {
    super(readArguments(classNameOf(new.target), { p: 0.1 }, args).p);
  }

  protected override drawParams(inputs: readonly ImageLike[]): number {
    return queryChw(classNameOf(this), inputs)[0];
  }

  protected applied<I extends ImageLike>(input: I, channels: number): I {
    if (channels !== 1 && channels !== 3)
      throw new ArgumentError(
        `${classNameOf(this)}: the image has ${getDimensions(input)[0]} channels, expected 1 or 3. Use image.convert('RGB') first.`,
      );
    return this.byKind(GRAYSCALE, input, channels, this.version);
  }
}
