/** Images with noise: gaussianNoise and GaussianNoise. */
import { ArgumentError, DTypeError } from '../../../errors.js';
import { add, mul } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { to } from '../../../ops/view/copy.js';
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { atLeast, finiteNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';
import { randnLike } from '../../../tensor/create/random.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import type { ImageLike } from '../base/image-like.js';
import { byKind, type Kinds } from '../base/kinds.js';
import { Transform } from '../base/transform.js';

/** The options of {@link gaussianNoise}. */
export interface GaussianNoiseFunctionOptions {
  /** The mean of the noise, where the image goes from 0 to 1. Default: 0. */
  mean?: number;
  /** Its standard deviation. Default: 0.1. */
  sigma?: number;
  /** Whether values are kept in the range of the image; bytes beyond it count modulo 256 otherwise. Default: true. */
  clip?: boolean;
}

const DEFAULTS: Required<GaussianNoiseFunctionOptions> = { mean: 0, sigma: 0.1, clip: true };
type NoiseArguments = Arguments<GaussianNoiseFunctionOptions, [mean: 'mean', sigma: 'sigma', clip: 'clip']>;

function readNoise(op: string, args: NoiseArguments): Required<GaussianNoiseFunctionOptions> {
  const { mean, sigma, clip } = readArguments(op, DEFAULTS, args);
  return { mean: finiteNumber(op, 'mean', mean), sigma: atLeast(op, 'sigma', finiteNumber(op, 'sigma', sigma), 0), clip };
}

function noisy(op: string, x: Tensor, { mean, sigma, clip }: Required<GaussianNoiseFunctionOptions>): Tensor {
  if (isFloating(x.dtype)) {
    const out = add(x, add(mul(randnLike(x), sigma), mean));
    return clip ? clamp(out, 0, 1) : out;
  }
  if (x.dtype !== 'uint8') throw new DTypeError(`${op}: the image is ${x.dtype}, expected uint8 or floats. Use to('uint8').`);
  const noise = add(mul(randnLike(x, { dtype: 'float32' }), sigma * 255), mean * 255);
  const out = add(to(noise, 'int32'), x);
  return to(clip ? clamp(out, 0, 255) : out, 'uint8');
}

const GAUSSIAN_NOISE: Kinds<[noise: Required<GaussianNoiseFunctionOptions>]> = {
  image(op) {
    throw new ArgumentError(`${op}: got an Image, expected a Tensor, as in torchvision. Put ToTensor or PILToTensor in front of it.`);
  },
  tensor: noisy,
};

/**
 * A tensor with normally distributed noise added to each value.
 * @param image [..., C, H, W] of uint8, or of floats from 0 to 1.
 * @throws {ArgumentError} for a negative sigma, and an Image. @throws {DTypeError} for other integers.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.gaussian_noise.html
 * @example
 * transforms.functional.gaussianNoise(rand(3, 8, 8), { sigma: 0.05 }).shape; // [3, 8, 8]
 */
export function gaussianNoise(image: Tensor, ...args: NoiseArguments): Tensor {
  return byKind('gaussianNoise', GAUSSIAN_NOISE, image, readNoise('gaussianNoise', args));
}

/** The options of {@link GaussianNoise}. */
export interface GaussianNoiseOptions extends GaussianNoiseFunctionOptions {}

/**
 * Adds normally distributed noise to each value of a tensor; each image of a batch gets its own.
 * @throws {ArgumentError} for a negative sigma.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.GaussianNoise.html
 * @example
 * new transforms.GaussianNoise({ sigma: 0.05 }).forward(rand(3, 8, 8)).shape; // [3, 8, 8]
 */
export class GaussianNoise extends Transform {
  static override readonly className: string = 'GaussianNoise';
  /** The mean of the noise. */
  readonly mean: number;
  /** Its standard deviation. */
  readonly sigma: number;
  /** Whether values are kept in the range of the image. */
  readonly clip: boolean;

  constructor(...args: Arguments<GaussianNoiseOptions, [mean: 'mean', sigma: 'sigma', clip: 'clip']>) {
    super();
    const { mean, sigma, clip } = readNoise(classNameOf(new.target), args);
    this.mean = mean;
    this.sigma = sigma;
    this.clip = clip;
  }

  transform<I extends ImageLike>(input: I): I {
    return this.byKind(GAUSSIAN_NOISE, input, this);
  }

  protected override extraRepr(): string {
    return `mean=${pythonFloat(this.mean)}, sigma=${pythonFloat(this.sigma)}, clip=${this.clip ? 'True' : 'False'}`;
  }
}
