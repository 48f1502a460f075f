/** Images blurred by a bell curve: gaussianBlur and GaussianBlur. */
import { ShapeError } from '../../../errors.js';
import { conv2d } from '../../../nn/conv/conv.js';
import { div, mul } from '../../../ops/elementwise/binary.js';
import { exp, neg, round, square } from '../../../ops/elementwise/unary.js';
import { padOf } from '../../../ops/join/pad.js';
import { softmax } from '../../../ops/reduce/softmax.js';
import { to } from '../../../ops/view/copy.js';
import { reshape, unsqueeze } from '../../../ops/view/movement.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { above, finiteNumber, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';
import { linspace } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { type DType, isFloating } from '../../../tensor/values/dtype.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import { drawUniform } from '../base/draws.js';
import { bytesOf, type ImageLike } from '../base/image-like.js';
import { byKind, type Kinds } from '../base/kinds.js';
import { Transform } from '../base/transform.js';
import { SAME_SIZE, type SizeRule } from '../batch/rules.js';
import { toPilImage } from '../convert/to-pil-image.js';
import { floatsOf, type Version } from './values.js';

/** One number for both axes, or one for each: x first. */
export type PerAxis = number | readonly [both: number] | readonly [x: number, y: number];

/** @throws {ArgumentError} for anything but one or two odd numbers above 0. */
function readKernelSize(op: string, value: unknown): [x: number, y: number] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const odd = (n: unknown) => Number.isSafeInteger(n) && (n as number) > 0 && (n as number) % 2 === 1;
  if (list.length < 1 || list.length > 2 || !list.every(odd))
    throw unexpected(op, 'kernelSize', value, 'an odd number above 0, or two of them: [x, y]');
  const [x, y = x] = list as number[];
  return [x!, y!];
}

/** @throws {ArgumentError} for anything but one or two numbers above 0. */
function readSigma(op: string, value: unknown): [number, number] {
  if (typeof value === 'number') return [above(op, 'sigma', finiteNumber(op, 'sigma', value), 0), value];
  if (!Array.isArray(value) || value.length < 1 || value.length > 2)
    throw unexpected(op, 'sigma', value, 'a number above 0, or two of them');
  const [first, second = first] = value.map((s: unknown, i) => above(op, `sigma[${i}]`, finiteNumber(op, `sigma[${i}]`, s), 0));
  return [first!, second!];
}

/** How much each of `size` neighbours in a row counts; all together 1. */
function bell(size: number, sigma: number, dtype: DType, version: Version): Tensor {
  if (version === 'v2') {
    const most = (size - 1) / (2 * Math.sqrt(2));
    return softmax(neg(square(div(linspace(-most, most, size, { dtype }), sigma))), 0);
  }
  const most = (size - 1) * 0.5;
  const heights = exp(mul(square(div(linspace(-most, most, size, { dtype }), sigma)), -0.5));
  return div(heights, sumInTurn(toTypedArray(heights) as Float32Array | Float64Array));
}

/** The sum in the order of PyTorch's vectors of eight, four of them side by side: a rounding apart would be another level here and there. */
function sumInTurn(values: Float32Array | Float64Array): number {
  const width = values.length < 8 ? 1 : 8;
  const count = Math.floor(values.length / width);
  const parts = values instanceof Float32Array ? new Float32Array(4 * width + 1) : new Float64Array(4 * width + 1);
  const total = 4 * width;
  for (let i = 0; i < count; i++) {
    const part = i < count - (count % 4) ? i % 4 : 0;
    for (let lane = 0; lane < width; lane++) parts[part * width + lane]! += values[i * width + lane]!;
  }
  for (let part = 1; part < 4; part++) for (let lane = 0; lane < width; lane++) parts[lane]! += parts[part * width + lane]!;
  for (let i = count * width; i < values.length; i++) parts[total]! += values[i]!;
  for (let lane = 0; lane < width; lane++) parts[total]! += parts[lane]!;
  return parts[total]!;
}

type Two = readonly [x: number, y: number];

function blurred(op: string, image: Tensor, [kx, ky]: Two, [sx, sy]: Two, version: Version): Tensor {
  if (image.numel() === 0) return image;
  const [height, width] = image.shape.slice(-2) as [number, number];
  const [halfX, halfY] = [(kx - 1) / 2, (ky - 1) / 2];
  if (halfX >= width || halfY >= height)
    throw new ShapeError(
      `${op}: kernelSize [${kx}, ${ky}] reaches ${halfX} and ${halfY} pixels out, but the image is ${width} wide and ${height} high, expected more. Take a smaller window.`,
    );
  const x = floatsOf(reshape(image, [-1, 1, height, width]));
  const window = mul(unsqueeze(bell(ky, sy, x.dtype, version), 1), bell(kx, sx, x.dtype, version));
  const padded = padOf(op, x, { pad: [halfX, halfX, halfY, halfY], mode: 'reflect', value: null });
  const out = conv2d(padded, reshape(window, [1, 1, ky, kx]));
  return reshape(isFloating(image.dtype) ? out : to(round(out), image.dtype), image.shape);
}

export const GAUSSIAN_BLUR: Kinds<[kernelSize: Two, sigma: Two, version: Version]> = {
  image: (op, image, kernelSize, sigma, version) => toPilImage(blurred(op, bytesOf(image), kernelSize, sigma, version), image.mode),
  tensor: blurred,
};

/** The options of {@link gaussianBlur}. */
export interface GaussianBlurFunctionOptions {
  /** How wide and how high the window is, in pixels: odd numbers. */
  kernelSize: PerAxis;
  /** The standard deviation of the bell curve, in pixels. Default: 0.15 kernelSize + 0.35. */
  sigma?: PerAxis | null;
}

/** The checked arguments of {@link gaussianBlur}. */
export function readBlur(args: BlurArguments): [kernelSize: Two, sigma: Two] {
  const op = 'gaussianBlur';
  const { kernelSize, sigma } = readArguments<{ kernelSize: unknown; sigma: unknown }>(op, { kernelSize: required, sigma: null }, args);
  const [x, y] = readKernelSize(op, kernelSize);
  return [[x, y], sigma === null ? [x * 0.15 + 0.35, y * 0.15 + 0.35] : readSigma(op, sigma)];
}

export type BlurArguments = Arguments<GaussianBlurFunctionOptions, [kernelSize: 'kernelSize', sigma: 'sigma']>;

/**
 * An image blurred: each pixel becomes the mean of those around it, weighted by a bell curve. What lies outside is mirrored at the edge.
 * @param image [..., C, H, W], or an Image of any mode.
 * @throws {ArgumentError} for even sizes, and sigmas that are not above 0. @throws {ShapeError} for a window twice as large as the image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.gaussian_blur.html
 * @example
 * transforms.functional.gaussianBlur(rand(3, 8, 8), 5, { sigma: 1.5 }).shape; // [3, 8, 8]
 */
export function gaussianBlur<I extends ImageLike>(image: I, ...args: BlurArguments): I {
  return byKind('gaussianBlur', GAUSSIAN_BLUR, image, ...readBlur(args), 'v1');
}

/** The options of {@link GaussianBlur}. */
export interface GaussianBlurOptions {
  /** How wide and how high the window is, in pixels: odd numbers. */
  kernelSize: PerAxis;
  /** The standard deviation of the bell curve, in pixels, or between which two it is drawn. Default: [0.1, 2]. */
  sigma?: number | readonly [min: number, max: number];
}

/**
 * Blurs an image by a bell curve, whose standard deviation is drawn for each sample.
 * @throws {ArgumentError} for even sizes, and sigmas that are not above 0 or not in order.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.GaussianBlur.html
 * @example
 * new transforms.GaussianBlur([5, 9], [0.1, 5]).forward(rand(3, 12, 12)).shape; // [3, 12, 12]
 */
export class GaussianBlur extends Transform<number> {
  static override readonly className: string = 'GaussianBlur';
  /** @internal */
  static override readonly batchedSize: SizeRule = SAME_SIZE;
  /** @internal */
  protected readonly version: Version = 'v1';
  /** How wide and how high the window is. */
  readonly kernelSize: readonly [x: number, y: number];
  /** The range from which the standard deviation is drawn. */
  readonly sigma: readonly [min: number, max: number];

  constructor(...args: Arguments<GaussianBlurOptions, [kernelSize: 'kernelSize', sigma: 'sigma']>) {
    super();
    const op = classNameOf(new.target);
    const { kernelSize, sigma } = readArguments<{ kernelSize: unknown; sigma: unknown }>(op, { kernelSize: required, sigma: null }, args);
    this.kernelSize = readKernelSize(op, kernelSize);
    this.sigma = readSigma(op, sigma ?? [0.1, 2]);
    if (this.sigma[0] > this.sigma[1]) throw unexpected(op, 'sigma', sigma, 'the smaller one first: [min, max]');
  }

  override makeParams(): number {
    return drawUniform(...this.sigma);
  }

  transform<I extends ImageLike>(input: I, sigma: number): I {
    return this.byKind(GAUSSIAN_BLUR, input, this.kernelSize, [sigma, sigma], this.version);
  }

  protected override extraRepr(): string {
    const [open, close] = this.version === 'v1' ? '()' : '[]';
    return `kernel_size=(${this.kernelSize.join(', ')}), sigma=${open}${this.sigma.map(pythonFloat).join(', ')}${close}`;
  }
}
