/** Fractional max pooling: windows of one size at places drawn at random, so that sizes shrink by any factor. */
import { noGrad } from '../../autograd/mode.js';
import { named } from '../../autograd/node.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { add, div, mul, sub } from '../../ops/elementwise/binary.js';
import { ge, le, logicalAnd } from '../../ops/elementwise/comparison.js';
import { trunc } from '../../ops/elementwise/unary.js';
import { gather } from '../../ops/gather/gather.js';
import { cat } from '../../ops/join/join.js';
import { argmax } from '../../ops/reduce/extrema.js';
import { all } from '../../ops/reduce/sum.js';
import { detach, filled, to } from '../../ops/view/copy.js';
import { expand, reshape, select } from '../../ops/view/movement.js';
import { leadingByName, type Named, readArguments } from '../../tensor/arguments.js';
import { assertFloating, assertTensor, type Pair, type Sizes, sizesPerAxis, type Triple } from '../../tensor/checks.js';
import { arange } from '../../tensor/create.js';
import { rand } from '../../tensor/random.js';
import { numel, sameShape } from '../../tensor/shape.js';
import { show } from '../../tensor/show.js';
import type { Tensor } from '../../tensor/tensor.js';

/** The options of {@link fractionalMaxPool2d} and {@link fractionalMaxPool3d}: of `outputSize` and `outputRatio` give one. */
export interface FractionalMaxPoolOptions<S extends Sizes> {
  /** The size of the output, along each axis. */
  outputSize?: S | null;
  /** The size of the output in parts of the input's, between 0 and 1, along each axis. */
  outputRatio?: S | null;
  /** Also returns where each maximum stood: its position in the plane (or volume), row by row, as int64. Default: false. */
  returnIndices?: boolean;
  /** [N, C, axes], from 0 to 1: what the places are made of, instead of a draw. Default: null. */
  randomSamples?: Tensor | null;
}

type Indexed<S extends Sizes> = FractionalMaxPoolOptions<S> & { returnIndices: true };
type Plain<S extends Sizes> = FractionalMaxPoolOptions<S> & { returnIndices?: false };
type Any<S extends Sizes> = FractionalMaxPoolOptions<S>;

/**
 * The largest value of each of `outputSize` windows, which overlap or leave gaps by chance: one number of the default generator for
 * each axis of each plane decides. NaN wins. Gradient: to the place of the maximum, the first of equals.
 * @param x [N, C, H, W], or [C, H, W] for one image. @param kernelSize of each window.
 * @returns [N, C, ...outputSize], with `returnIndices` followed by the int64 places.
 * @throws {ShapeError} for windows that do not fit. @throws {ArgumentError} unless one of outputSize and outputRatio is given. @throws {DTypeError} for integers.
 * @see Graham 2014, https://arxiv.org/abs/1412.6071; https://pytorch.org/docs/stable/generated/torch.nn.functional.fractional_max_pool2d.html
 * @example
 * F.fractionalMaxPool2d(randn([1, 3, 9, 9]), 2, { outputSize: [6, 5] }).shape; // [1, 3, 6, 5]
 */
export function fractionalMaxPool2d(x: Tensor, kernelSize: Pair, options: Indexed<Pair>): [Tensor, Tensor];
export function fractionalMaxPool2d(x: Tensor, options: Named<Indexed<Pair>, 'kernelSize', Pair>): [Tensor, Tensor];
export function fractionalMaxPool2d(x: Tensor, options: Named<Plain<Pair>, 'kernelSize', Pair>): Tensor;
export function fractionalMaxPool2d(x: Tensor, kernelSize: Pair, outputSize: Pair | Plain<Pair> | null, outputRatio?: Pair | null): Tensor;
export function fractionalMaxPool2d(x: Tensor, kernelSize: Pair, options: Any<Pair>): Tensor | [Tensor, Tensor];
export function fractionalMaxPool2d(x: Tensor, ...given: unknown[]): Tensor | [Tensor, Tensor] {
  return fractionalMaxPool('fractionalMaxPool2d', 2, x, given);
}

/**
 * {@link fractionalMaxPool2d} over volumes.
 * @param x [N, C, D, H, W], or [C, D, H, W] for one volume.
 * @throws as fractionalMaxPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.fractional_max_pool3d.html
 * @example
 * F.fractionalMaxPool3d(randn([1, 3, 5, 9, 9]), 2, { outputRatio: 0.5 }).shape; // [1, 3, 2, 4, 4]
 */
export function fractionalMaxPool3d(x: Tensor, kernelSize: Triple, options: Indexed<Triple>): [Tensor, Tensor];
export function fractionalMaxPool3d(x: Tensor, options: Named<Indexed<Triple>, 'kernelSize', Triple>): [Tensor, Tensor];
export function fractionalMaxPool3d(x: Tensor, options: Named<Plain<Triple>, 'kernelSize', Triple>): Tensor;
export function fractionalMaxPool3d(
  x: Tensor,
  kernelSize: Triple,
  outputSize: Triple | Plain<Triple> | null,
  outputRatio?: Triple | null,
): Tensor;
export function fractionalMaxPool3d(x: Tensor, kernelSize: Triple, options: Any<Triple>): Tensor | [Tensor, Tensor];
export function fractionalMaxPool3d(x: Tensor, ...given: unknown[]): Tensor | [Tensor, Tensor] {
  return fractionalMaxPool('fractionalMaxPool3d', 3, x, given);
}

/** @internal The options' defaults, in PyTorch's order. */
export const FRACTIONAL_POOL: Required<FractionalMaxPoolOptions<Sizes>> = {
  outputSize: null,
  outputRatio: null,
  returnIndices: false,
  randomSamples: null,
};

function fractionalMaxPool(op: string, rank: 2 | 3, x: Tensor, given: readonly unknown[]): Tensor | [Tensor, Tensor] {
  assertFloating(op, 'x', x);
  const [kernelSize, ...rest] = leadingByName(op, ['kernelSize'], given);
  const options = readArguments(op, FRACTIONAL_POOL, rest);
  const kernel = sizesPerAxis(op, 'kernelSize', kernelSize as Sizes, rank, 1);
  const axes = rank === 2 ? 'H, W' : 'D, H, W';
  if (x.ndim !== rank + 1 && x.ndim !== rank + 2)
    throw new ShapeError(`${op}: the input is ${showShape(x.shape)}, expected [N, C, ${axes}] or [C, ${axes}].`);
  const lead = x.shape.slice(0, -rank);
  const sizes = x.shape.slice(-rank);
  if ([...lead.slice(-1), ...sizes].includes(0))
    throw new ShapeError(`${op}: the input is ${showShape(x.shape)}: only the batch may be empty.`);
  const out = outputSizes(op, rank, sizes, options);
  // PyTorch wants one place more in volumes.
  for (const [i, size] of sizes.entries())
    if (out[i]! < 1 || out[i]! + kernel[i]! - 1 > size - (rank - 2))
      throw new ShapeError(
        `${op}: ${out[i]} windows of ${kernel[i]} do not fit into ${size} elements (input ${showShape(x.shape)}): there is room for ${Math.max(0, size - (rank - 2) - kernel[i]! + 1)}.`,
      );
  const [planes, area] = [numel(lead), numel(sizes)];
  const samples = samplesOf(op, x, [x.ndim === rank + 1 ? 1 : x.shape[0]!, lead.at(-1)!, rank], options.randomSamples);
  const flat = reshape(x, [planes, area]);
  const places = noGrad(() => {
    const windows = windowsOf(reshape(samples, [planes, rank]), sizes, out, kernel);
    const [count, taps] = [numel(out), numel(kernel)];
    const values = reshape(gather(detach(flat), 1, reshape(windows, [planes, count * taps])), [planes, count, taps]);
    return reshape(gather(windows, 2, argmax(values, 2, true)), [planes, count]);
  });
  const shape = [...lead, ...out];
  const values = named(`FractionalMaxPool${rank}D`, reshape(gather(flat, 1, places), shape));
  return options.returnIndices ? [values, reshape(places, shape)] : values;
}

function outputSizes(
  op: string,
  rank: 2 | 3,
  sizes: readonly number[],
  { outputSize, outputRatio }: FractionalMaxPoolOptions<Sizes>,
): number[] {
  if ((outputSize ?? null) === null && (outputRatio ?? null) === null)
    throw new ArgumentError(`${op}: expected outputSize or outputRatio, got neither.`);
  if (outputSize !== null && outputSize !== undefined) return sizesPerAxis(op, 'outputSize', outputSize, rank, 1);
  return ratiosOf(op, rank, outputRatio).map((ratio, i) => Math.trunc(sizes[i]! * ratio));
}

/** @internal The ratio of each axis. @throws {ArgumentError} for anything but numbers between 0 and 1. */
export function ratiosOf(op: string, rank: 2 | 3, value: unknown): number[] {
  const list: unknown[] = Array.isArray(value) ? value : new Array(rank).fill(value);
  if (list.length !== rank || !list.every((ratio) => typeof ratio === 'number' && ratio > 0 && ratio < 1))
    throw new ArgumentError(`${op}: outputRatio is ${show(value)}, expected a number between 0 and 1, or one for each of ${rank} axes.`);
  return list as number[];
}

function samplesOf(op: string, x: Tensor, shape: readonly number[], given: Tensor | null | undefined): Tensor {
  if (given === null || given === undefined) return rand(shape, { dtype: x.dtype });
  assertTensor(op, 'randomSamples', given);
  if (given.dtype !== x.dtype) throw new DTypeError(`${op}: the input is ${x.dtype} and randomSamples ${given.dtype}, expected one dtype.`);
  if (!sameShape(given.shape, shape))
    throw new ShapeError(
      `${op}: randomSamples is ${showShape(given.shape)}, expected ${showShape(shape)}: one for each axis of each plane.`,
    );
  if (numel(shape) > 0 && noGrad(() => all(logicalAnd(ge(given, 0), le(given, 1))).item()) === 0)
    throw new ArgumentError(`${op}: randomSamples has values outside 0 to 1.`);
  return detach(given);
}

/** The places in its plane that each window covers: [planes, windows, taps]. The samples' first axis is the last of images, but the first of volumes. */
function windowsOf(samples: Tensor, sizes: readonly number[], out: readonly number[], kernel: readonly number[]): Tensor {
  const [planes, rank] = samples.shape as [number, number];
  let at: Tensor | null = null;
  for (let i = 0; i < rank; i++) {
    const sample = reshape(select(samples, 1, rank === 2 ? 1 - i : i), [planes, 1]);
    const starts = startsOf(sample, sizes[i]!, out[i]!, kernel[i]!);
    const along = (axis: number, size: number) => [1, ...new Array<number>(2 * rank).fill(1)].map((s, d) => (d === axis ? size : s));
    const start = reshape(starts, [planes, ...along(1 + i, out[i]!).slice(1)]);
    const own = add(start, reshape(arange(kernel[i]!), along(1 + rank + i, kernel[i]!)));
    at = at === null ? own : add(mul(at, sizes[i]!), own);
  }
  return reshape(expand(at!, [planes, ...out, ...kernel]), [planes, numel(out), numel(kernel)]);
}

/** Where the windows begin along one axis: steps of equal mean that a sample shifts, and the last one at the end: int64 [planes, out]. */
function startsOf(sample: Tensor, size: number, out: number, kernel: number): Tensor {
  const last = filled([sample.shape[0]!, 1], 'int64', size - kernel);
  if (out === 1) return last;
  const step = div(filled([], sample.dtype, size - kernel), out - 1);
  const steps = arange(out - 1, { dtype: sample.dtype });
  const starts = sub(trunc(mul(add(steps, sample), step)), trunc(mul(sample, step)));
  return cat([to(starts, 'int64'), last], 1);
}
