/** Fractional max pooling: windows of one size at places drawn at random, so that sizes shrink by any factor. */
import { noGrad } from '../../autograd/modes/mode.js';
import { named } from '../../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { add, div, mul, sub } from '../../ops/elementwise/binary.js';
import { ge, le, logicalAnd } from '../../ops/elementwise/comparison.js';
import { trunc } from '../../ops/elementwise/unary.js';
import { gather } from '../../ops/gather/gather.js';
import { cat } from '../../ops/join/join.js';
import { argmax } from '../../ops/reduce/extrema.js';
import { all } from '../../ops/reduce/sum.js';
import { detach, filled, to } from '../../ops/view/copy.js';
import { expand, reshape } from '../../ops/view/movement.js';
import { select } from '../../ops/view/select.js';
import { type Arguments, type Named, readArguments, required } from '../../tensor/arguments/arguments.js';
import {
  assertSameDType,
  assertTensor,
  assertTensorOrNull,
  type Pair,
  type Sizes,
  sizesPerAxis,
  type Triple,
  unexpected,
} from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { arange } from '../../tensor/create/create.js';
import { rand } from '../../tensor/create/random.js';
import { numel, sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { checkPoolInput, type IndicesOption, type Pooled } from './shape.js';

/** The options of the fractional pools: of `outputSize` and `outputRatio` give one. */
export interface FractionalMaxPoolOptions<S extends Sizes = Sizes, Indices extends boolean = boolean> extends IndicesOption<Indices> {
  /** The size of the output, along each axis. */
  outputSize?: S | null;
  /** The size of the output in parts of the input's, between 0 and 1, along each axis. */
  outputRatio?: S | null;
  /** [N, C, axes], from 0 to 1: what the places are made of, instead of a draw. Default: null. */
  randomSamples?: Tensor | null;
}

/** The options of {@link fractionalMaxPool2d} and {@link FractionalMaxPool2d}. */
export type FractionalMaxPool2dOptions = FractionalMaxPoolOptions<Pair>;
/** The options of {@link fractionalMaxPool3d} and {@link FractionalMaxPool3d}. */
export type FractionalMaxPool3dOptions = FractionalMaxPoolOptions<Triple>;

type FractionalArguments<S extends Sizes, Indices extends boolean> = Arguments<
  Named<FractionalMaxPoolOptions<S, Indices>, 'kernelSize', S>,
  [kernelSize: 'kernelSize', outputSize: 'outputSize', outputRatio: 'outputRatio', returnIndices: 'returnIndices']
>;

interface FractionalSettings {
  readonly kernelSize: Sizes;
  readonly outputSize: Sizes | null;
  readonly outputRatio: Sizes | null;
  readonly returnIndices: boolean;
  readonly randomSamples: Tensor | null;
}

/** In PyTorch's order. */
const FRACTIONAL_POOL: FractionalSettings = {
  kernelSize: required,
  outputSize: null,
  outputRatio: null,
  returnIndices: false,
  randomSamples: null,
};

/**
 * The largest value of each of `outputSize` windows, which overlap or leave gaps by chance: one number of the default generator for
 * each axis of each plane decides. NaN wins. Gradient: to the place of the maximum, the first of equals.
 * @param x [N, C, H, W], or [C, H, W] for one image.
 * @param args kernelSize, outputSize, outputRatio (one of the two) and returnIndices (default: false) in this order, or the options by name.
 * @returns [N, C, ...outputSize], with `returnIndices` followed by the int64 places.
 * @throws {ShapeError} for windows that do not fit. @throws {ArgumentError} unless one of outputSize and outputRatio is given. @throws {DTypeError} for integers.
 * @see Graham 2014, https://arxiv.org/abs/1412.6071; https://pytorch.org/docs/stable/generated/torch.nn.functional.fractional_max_pool2d.html
 * @example
 * F.fractionalMaxPool2d(randn([1, 3, 9, 9]), 2, { outputSize: [6, 5] }).shape; // [1, 3, 6, 5]
 */
export function fractionalMaxPool2d<Indices extends boolean = false>(
  x: Tensor,
  ...args: FractionalArguments<Pair, Indices>
): Pooled<Indices> {
  return fractionalMaximum(2, x, readArguments('fractionalMaxPool2d', FRACTIONAL_POOL, args)) as Pooled<Indices>;
}

/**
 * {@link fractionalMaxPool2d} over volumes.
 * @param x [N, C, D, H, W], or [C, D, H, W] for one volume. @param args as in fractionalMaxPool2d.
 * @throws as fractionalMaxPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.fractional_max_pool3d.html
 * @example
 * F.fractionalMaxPool3d(randn([1, 3, 5, 9, 9]), 2, { outputRatio: 0.5 }).shape; // [1, 3, 2, 4, 4]
 */
export function fractionalMaxPool3d<Indices extends boolean = false>(
  x: Tensor,
  ...args: FractionalArguments<Triple, Indices>
): Pooled<Indices> {
  return fractionalMaximum(3, x, readArguments('fractionalMaxPool3d', FRACTIONAL_POOL, args)) as Pooled<Indices>;
}

function fractionalMaximum(rank: 2 | 3, x: Tensor, settings: FractionalSettings): Tensor | [Tensor, Tensor] {
  const op = `fractionalMaxPool${rank}d`;
  checkPoolInput(op, rank, x);
  const kernel = sizesPerAxis(op, 'kernelSize', settings.kernelSize, rank, 1);
  const lead = x.shape.slice(0, -rank);
  const sizes = x.shape.slice(-rank);
  if (lead.at(-1) === 0) throw new ShapeError(`${op}: x is ${showShape(x.shape)}, without channels. Only the batch may be empty.`);
  const out = outputSizes(op, rank, sizes, settings);
  // PyTorch asks for one place more in volumes.
  for (const [i, size] of sizes.entries())
    if (out[i]! < 1 || out[i]! + kernel[i]! - 1 > size - (rank - 2))
      throw new ShapeError(
        `${op}: ${out[i]} windows of ${kernel[i]} do not fit into ${size} elements (x ${showShape(x.shape)}): there is room for ${Math.max(0, size - (rank - 2) - kernel[i]! + 1)}.`,
      );
  const [planes, area] = [numel(lead), numel(sizes)];
  const samples = samplesOf(op, x, [x.ndim === rank + 1 ? 1 : x.shape[0]!, lead.at(-1)!, rank], settings.randomSamples);
  const flat = reshape(x, [planes, area]);
  const places = noGrad(() => {
    const windows = windowsOf(reshape(samples, [planes, rank]), sizes, out, kernel);
    const [count, taps] = [numel(out), numel(kernel)];
    const values = reshape(gather(detach(flat), 1, reshape(windows, [planes, count * taps])), [planes, count, taps]);
    return reshape(gather(windows, 2, argmax(values, 2, true)), [planes, count]);
  });
  const shape = [...lead, ...out];
  const values = named(`FractionalMaxPool${rank}D`, reshape(gather(flat, 1, places), shape));
  return settings.returnIndices ? [values, reshape(places, shape)] : values;
}

function outputSizes(op: string, rank: 2 | 3, sizes: readonly number[], { outputSize, outputRatio }: FractionalSettings): number[] {
  if (outputSize !== null) return sizesPerAxis(op, 'outputSize', outputSize, rank, 1);
  if (outputRatio === null) throw new ArgumentError(`${op}: expected outputSize or outputRatio, got neither.`);
  return ratiosPerAxis(op, outputRatio, rank).map((ratio, i) => Math.trunc(sizes[i]! * ratio));
}

/** The ratio of each axis. @throws {ArgumentError} for anything but numbers between 0 and 1. */
function ratiosPerAxis(op: string, value: unknown, rank: 2 | 3): number[] {
  const list: unknown[] = Array.isArray(value) ? value : new Array(rank).fill(value);
  if (list.length !== rank || !list.every((ratio) => typeof ratio === 'number' && ratio > 0 && ratio < 1))
    throw unexpected(op, 'outputRatio', value, `a number between 0 and 1, or one for each of ${rank} axes`);
  return list as number[];
}

function samplesOf(op: string, x: Tensor, shape: readonly number[], given: Tensor | null): Tensor {
  if (given === null) return rand(shape, { dtype: x.dtype });
  assertTensor(op, 'randomSamples', given);
  assertSameDType(op, { x, randomSamples: given });
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

abstract class FractionalMaxPool<S extends Sizes, Indices extends boolean> extends Module {
  /** Of each window. */
  readonly kernelSize: S;
  /** The size of the output, along each axis; null where the ratio is given. */
  readonly outputSize: readonly number[] | null;
  /** The size of the output in parts of the input's, along each axis; null where the size is given. */
  readonly outputRatio: readonly number[] | null;
  /** Whether the places of the largest elements are returned, too. */
  readonly returnIndices: Indices;
  /** What the places are made of, instead of a draw. */
  readonly randomSamples: Tensor | null;
  private readonly spatialDims: 2 | 3;

  protected constructor(name: string, rank: 2 | 3, args: readonly unknown[]) {
    super();
    this.spatialDims = rank;
    const { kernelSize, outputSize, outputRatio, returnIndices, randomSamples } = readArguments(name, FRACTIONAL_POOL, args);
    sizesPerAxis(name, 'kernelSize', kernelSize, rank, 1);
    if ((outputSize === null) === (outputRatio === null))
      throw new ArgumentError(`${name}: expected either outputSize or outputRatio, got ${outputSize === null ? 'neither' : 'both'}.`);
    assertTensorOrNull(name, 'randomSamples', randomSamples);
    this.kernelSize = kernelSize as S;
    this.outputSize = outputSize === null ? null : sizesPerAxis(name, 'outputSize', outputSize, rank, 1);
    this.outputRatio = outputRatio === null ? null : ratiosPerAxis(name, outputRatio, rank);
    this.returnIndices = returnIndices as Indices;
    this.randomSamples = this.registerBuffer('randomSamples', randomSamples, { key: '_random_samples' });
  }

  /** @returns the maxima; with `returnIndices`, followed by where they stood. */
  forward(x: Tensor): Pooled<Indices> {
    return fractionalMaximum(this.spatialDims, x, this) as Pooled<Indices>;
  }
}

/**
 * The largest value of each of `outputSize` windows of [N, C, H, W] or [C, H, W], at places drawn at random in each call, in training
 * and in evaluation alike.
 * @param args kernelSize; of outputSize and outputRatio one; then returnIndices (default: false), and randomSamples [N, C, 2] instead of the draw.
 * @throws {ArgumentError} unless one of outputSize and outputRatio is given, and for options out of their range.
 * @see Graham 2014, https://arxiv.org/abs/1412.6071; https://pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool2d.html
 * @example
 * new nn.FractionalMaxPool2d(3, { outputRatio: [0.5, 0.5] });
 */
export class FractionalMaxPool2d<Indices extends boolean = false> extends FractionalMaxPool<Pair, Indices> {
  static override readonly className: string = 'FractionalMaxPool2d';
  constructor(...args: FractionalArguments<Pair, Indices>) {
    super(classNameOf(new.target), 2, args);
  }
}

/**
 * The largest value of each of `outputSize` windows of [N, C, D, H, W] or [C, D, H, W], at places drawn at random in each call, in training
 * and in evaluation alike.
 * @param args kernelSize; of outputSize and outputRatio one; then returnIndices (default: false), and randomSamples [N, C, 3] instead of the draw.
 * @throws {ArgumentError} unless one of outputSize and outputRatio is given, and for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool3d.html
 * @example
 * new nn.FractionalMaxPool3d(2, { outputSize: 3 });
 */
export class FractionalMaxPool3d<Indices extends boolean = false> extends FractionalMaxPool<Triple, Indices> {
  static override readonly className: string = 'FractionalMaxPool3d';
  constructor(...args: FractionalArguments<Triple, Indices>) {
    super(classNameOf(new.target), 3, args);
  }
}
