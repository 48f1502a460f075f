/** Pooling over as many windows as give a wanted size: window i of an axis covers floor(i from / to) to ceil((i + 1) from / to). */
import { ShapeError, showShape } from '../../errors.js';
import { mul } from '../../ops/elementwise/binary.js';
import { sum } from '../../ops/reduce/sum.js';
import { filled, formatOf } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { listable, type Rank, sizesPerAxis } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { Axes } from '../conv/geometry.js';
import { Module } from '../module/module.js';
import { tuple } from '../module/text.js';
import { averageOf, maxOf } from './kernels.js';
import { checkPoolInput, type IndicesOption, type Pooled } from './shape.js';

/** One size for both axes, or [height, width]; null keeps an axis. */
export type AdaptivePair = number | readonly [number | null, number | null];
/** One size for all axes, or [depth, height, width]; null keeps an axis. */
export type AdaptiveTriple = number | readonly [number | null, number | null, number | null];
/** A size, or [length]. */
export type AdaptiveSingle = number | readonly [number];

type OutputSize = number | readonly (number | null)[];

interface AdaptiveAvgPoolOptions<S extends OutputSize> {
  /** The size of the output, along each axis. */
  outputSize: S;
}

interface AdaptiveMaxPoolOptions<S extends OutputSize, Indices extends boolean = boolean> extends IndicesOption<Indices> {
  /** The size of the output, along each axis. */
  outputSize: S;
}

/** The options of {@link adaptiveAvgPool1d} and {@link AdaptiveAvgPool1d}. */
export type AdaptiveAvgPool1dOptions = AdaptiveAvgPoolOptions<AdaptiveSingle>;
/** The options of {@link adaptiveAvgPool2d} and {@link AdaptiveAvgPool2d}. */
export type AdaptiveAvgPool2dOptions = AdaptiveAvgPoolOptions<AdaptivePair>;
/** The options of {@link adaptiveAvgPool3d} and {@link AdaptiveAvgPool3d}. */
export type AdaptiveAvgPool3dOptions = AdaptiveAvgPoolOptions<AdaptiveTriple>;
/** The options of {@link adaptiveMaxPool1d} and {@link AdaptiveMaxPool1d}. */
export type AdaptiveMaxPool1dOptions = AdaptiveMaxPoolOptions<AdaptiveSingle>;
/** The options of {@link adaptiveMaxPool2d} and {@link AdaptiveMaxPool2d}. */
export type AdaptiveMaxPool2dOptions = AdaptiveMaxPoolOptions<AdaptivePair>;
/** The options of {@link adaptiveMaxPool3d} and {@link AdaptiveMaxPool3d}. */
export type AdaptiveMaxPool3dOptions = AdaptiveMaxPoolOptions<AdaptiveTriple>;

type AdaptiveAvgArguments<S extends OutputSize> = Arguments<AdaptiveAvgPoolOptions<S>, [outputSize: 'outputSize']>;
type AdaptiveMaxArguments<S extends OutputSize, Indices extends boolean> = Arguments<
  AdaptiveMaxPoolOptions<S, Indices>,
  [outputSize: 'outputSize', returnIndices: 'returnIndices']
>;

interface AdaptiveSettings {
  readonly outputSize: OutputSize;
  readonly returnIndices: boolean;
}

const AVERAGE: { readonly outputSize: OutputSize } = { outputSize: required };
const MAXIMUM: AdaptiveSettings = { outputSize: required, returnIndices: false };

/**
 * Means of windows chosen so that the result has a given size.
 * @param x [N, C, H, W] or [C, H, W].
 * @param args outputSize: one size, or [height, width]; null keeps a size.
 * @returns [N, C, ...outputSize].
 * @throws {ShapeError} for another number of dims. @throws {ArgumentError} for a size that is not a whole number. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 * @example
 * F.adaptiveAvgPool2d(randn([1, 3, 7, 5]), [2, null]).shape; // [1, 3, 2, 5]
 */
export function adaptiveAvgPool2d(x: Tensor, ...args: AdaptiveAvgArguments<AdaptivePair>): Tensor {
  return adaptiveAverage(2, x, readArguments('adaptiveAvgPool2d', AVERAGE, args).outputSize);
}

/**
 * {@link adaptiveAvgPool2d} along one axis.
 * @param x [N, C, L] or [C, L]. @param args outputSize.
 * @throws as adaptiveAvgPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool1d.html
 * @example
 * F.adaptiveAvgPool1d(randn([1, 3, 7]), 2).shape; // [1, 3, 2]
 */
export function adaptiveAvgPool1d(x: Tensor, ...args: AdaptiveAvgArguments<AdaptiveSingle>): Tensor {
  return adaptiveAverage(1, x, readArguments('adaptiveAvgPool1d', AVERAGE, args).outputSize);
}

/**
 * {@link adaptiveAvgPool2d} over volumes.
 * @param x [N, C, D, H, W] or [C, D, H, W]. @param args outputSize: one size, or [depth, height, width]; null keeps a size.
 * @throws as adaptiveAvgPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool3d.html
 * @example
 * F.adaptiveAvgPool3d(randn([1, 3, 4, 7, 5]), 2).shape; // [1, 3, 2, 2, 2]
 */
export function adaptiveAvgPool3d(x: Tensor, ...args: AdaptiveAvgArguments<AdaptiveTriple>): Tensor {
  return adaptiveAverage(3, x, readArguments('adaptiveAvgPool3d', AVERAGE, args).outputSize);
}

/**
 * Maxima of windows chosen so that the result has a given size; NaN wins.
 * Gradient: to the place of the maximum, the first of equals.
 * @param x [N, C, H, W] or [C, H, W].
 * @param args outputSize (one size, or [height, width]; null keeps a size) and returnIndices (default: false), in this order or by name.
 * @returns [N, C, ...outputSize], with `returnIndices` followed by the int64 places.
 * @throws as {@link adaptiveAvgPool2d}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool2d.html
 * @example
 * F.adaptiveMaxPool2d(randn([1, 3, 7, 5]), 2).shape; // [1, 3, 2, 2]
 */
export function adaptiveMaxPool2d<Indices extends boolean = false>(
  x: Tensor,
  ...args: AdaptiveMaxArguments<AdaptivePair, Indices>
): Pooled<Indices> {
  return adaptiveMaximum(2, x, readArguments('adaptiveMaxPool2d', MAXIMUM, args)) as Pooled<Indices>;
}

/**
 * {@link adaptiveMaxPool2d} along one axis.
 * @param x [N, C, L] or [C, L]. @param args outputSize and returnIndices (default: false), in this order or by name.
 * @throws as adaptiveAvgPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool1d.html
 * @example
 * F.adaptiveMaxPool1d(randn([1, 3, 7]), 2).shape; // [1, 3, 2]
 */
export function adaptiveMaxPool1d<Indices extends boolean = false>(
  x: Tensor,
  ...args: AdaptiveMaxArguments<AdaptiveSingle, Indices>
): Pooled<Indices> {
  return adaptiveMaximum(1, x, readArguments('adaptiveMaxPool1d', MAXIMUM, args)) as Pooled<Indices>;
}

/**
 * {@link adaptiveMaxPool2d} over volumes.
 * @param x [N, C, D, H, W] or [C, D, H, W]. @param args as in adaptiveMaxPool2d, with [depth, height, width].
 * @throws as adaptiveAvgPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool3d.html
 * @example
 * F.adaptiveMaxPool3d(randn([1, 3, 4, 7, 5]), 2).shape; // [1, 3, 2, 2, 2]
 */
export function adaptiveMaxPool3d<Indices extends boolean = false>(
  x: Tensor,
  ...args: AdaptiveMaxArguments<AdaptiveTriple, Indices>
): Pooled<Indices> {
  return adaptiveMaximum(3, x, readArguments('adaptiveMaxPool3d', MAXIMUM, args)) as Pooled<Indices>;
}

/** The geometry of the windows: they lie side by side along an axis that divides evenly; elsewhere stride 0 has the kernels work them out. */
function windowsOf(x: Tensor, rank: Rank, sizes: readonly number[]): Axes {
  const [n, c] = x.ndim === rank + 2 ? (x.shape as [number, number]) : [1, x.shape[0]!];
  const size = x.shape.slice(-rank);
  const stride = size.map((from, d) => (from % sizes[d]! === 0 ? from / sizes[d]! : 0));
  const kernel = stride.map((each) => Math.max(each, 1));
  const zeros = size.map(() => 0);
  const ones = size.map(() => 1);
  return { n, c, size, o: c, kernel, outSize: sizes, stride, padding: zeros, dilation: ones, groups: 1 };
}

/** `outputSize` for each axis; null keeps its size. */
function outputSizes(op: string, rank: Rank, x: Tensor, outputSize: OutputSize): number[] {
  checkPoolInput(op, rank, x);
  const given = Array.isArray(outputSize) ? outputSize.map((s, d) => s ?? x.shape[x.ndim - rank + d]!) : outputSize;
  const sizes = sizesPerAxis(op, 'outputSize', given, rank, 0);
  for (const size of sizes) listable(op, 'places along an axis', size);
  return sizes;
}

function adaptiveAverage(rank: Rank, x: Tensor, outputSize: OutputSize): Tensor {
  const sizes = outputSizes(`adaptiveAvgPool${rank}d`, rank, x, outputSize);
  const shape = [...x.shape.slice(0, -rank), ...sizes];
  if (sizes.includes(0)) return nothing(x, shape);
  const means = reshape(averageOf(x, windowsOf(x, rank, sizes), true, 0), shape);
  return rank < 3 && x.ndim === rank + 2 ? formatOf(means, x) : means;
}

/** An empty result, through which gradients of 0 reach x. */
function nothing(x: Tensor, shape: readonly number[]): Tensor {
  return mul(filled(shape, x.dtype, 0), sum(x));
}

function adaptiveMaximum(rank: Rank, x: Tensor, { outputSize, returnIndices }: AdaptiveSettings): Tensor | [Tensor, Tensor] {
  const op = `adaptiveMaxPool${rank}d`;
  const sizes = outputSizes(op, rank, x, outputSize);
  if (x.ndim === rank + 2 && x.shape[1] === 0)
    throw new ShapeError(`${op}: x is ${showShape(x.shape)}, without channels. Only the batch may be empty.`);
  const shape = [...x.shape.slice(0, -rank), ...sizes];
  if (sizes.includes(0)) return returnIndices ? [nothing(x, shape), emptyTensor(shape, 'int64')] : nothing(x, shape);
  const [values, places] = maxOf(x, windowsOf(x, rank, sizes), returnIndices);
  const format = (y: Tensor) => (rank < 3 && x.ndim === rank + 2 ? formatOf(reshape(y, shape), x) : reshape(y, shape));
  return places === null ? format(values) : [format(values), format(places)];
}

abstract class AdaptivePool<S extends OutputSize> extends Module {
  protected readonly spatialDims: Rank;

  protected constructor(
    name: string,
    rank: Rank,
    /** The size of the output, along each axis. */
    readonly outputSize: S,
  ) {
    super();
    this.spatialDims = rank;
    const known = Array.isArray(outputSize) ? outputSize.map((s: number | null) => s ?? 0) : outputSize;
    sizesPerAxis(name, 'outputSize', known, rank, 0);
  }

  override extraRepr(): string {
    return `output_size=${tuple(this.outputSize)}`;
  }
}

abstract class AdaptiveAvgPool<S extends OutputSize> extends AdaptivePool<S> {
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  protected constructor(name: string, rank: Rank, args: readonly unknown[]) {
    super(name, rank, readArguments(name, AVERAGE, args).outputSize as S);
  }

  /** @returns [N, C, ...outputSize], or without N. */
  forward(x: Tensor): Tensor {
    return adaptiveAverage(this.spatialDims, x, this.outputSize);
  }
}

/**
 * Averages of as many windows of [N, C, L] or [C, L] as give `outputSize` (one number, the length), whatever the size of the input.
 * @throws {ArgumentError} for sizes that are not whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
 * @example
 * new nn.AdaptiveAvgPool1d(1);
 */
export class AdaptiveAvgPool1d extends AdaptiveAvgPool<AdaptiveSingle> {
  static override readonly className: string = 'AdaptiveAvgPool1d';
  constructor(...args: AdaptiveAvgArguments<AdaptiveSingle>) {
    super(classNameOf(new.target), 1, args);
  }
}

/**
 * Averages of as many windows of [N, C, H, W] or [C, H, W] as give `outputSize` (one number for a square; null keeps an axis), whatever the size of the input.
 * @throws {ArgumentError} for sizes that are not whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 * @example
 * new nn.AdaptiveAvgPool2d(1);
 */
export class AdaptiveAvgPool2d extends AdaptiveAvgPool<AdaptivePair> {
  static override readonly className: string = 'AdaptiveAvgPool2d';
  constructor(...args: AdaptiveAvgArguments<AdaptivePair>) {
    super(classNameOf(new.target), 2, args);
  }
}

/**
 * Averages of as many windows of [N, C, D, H, W] or [C, D, H, W] as give `outputSize` (one number for a cube; null keeps an axis), whatever the size of the input.
 * @throws {ArgumentError} for sizes that are not whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool3d.html
 * @example
 * new nn.AdaptiveAvgPool3d(1);
 */
export class AdaptiveAvgPool3d extends AdaptiveAvgPool<AdaptiveTriple> {
  static override readonly className: string = 'AdaptiveAvgPool3d';
  constructor(...args: AdaptiveAvgArguments<AdaptiveTriple>) {
    super(classNameOf(new.target), 3, args);
  }
}

abstract class AdaptiveMaxPool<S extends OutputSize, Indices extends boolean> extends AdaptivePool<S> {
  /** Whether the places of the largest elements are returned, too. */
  readonly returnIndices: Indices;

  protected constructor(name: string, rank: Rank, args: readonly unknown[]) {
    const { outputSize, returnIndices } = readArguments(name, MAXIMUM, args);
    super(name, rank, outputSize as S);
    this.returnIndices = returnIndices as Indices;
  }

  /** @returns the maxima; with `returnIndices`, followed by where they stood. */
  forward(x: Tensor): Pooled<Indices> {
    return adaptiveMaximum(this.spatialDims, x, this) as Pooled<Indices>;
  }
}

/**
 * Maxima of as many windows of [N, C, L] or [C, L] as give `outputSize` (one number, the length), whatever the size of the input.
 * @throws {ArgumentError} for sizes that are not whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html
 * @example
 * new nn.AdaptiveMaxPool1d(2);
 */
export class AdaptiveMaxPool1d<Indices extends boolean = false> extends AdaptiveMaxPool<AdaptiveSingle, Indices> {
  static override readonly className: string = 'AdaptiveMaxPool1d';
  constructor(...args: AdaptiveMaxArguments<AdaptiveSingle, Indices>) {
    super(classNameOf(new.target), 1, args);
  }
}

/**
 * Maxima of as many windows of [N, C, H, W] or [C, H, W] as give `outputSize` (one number for a square; null keeps an axis), whatever the size of the input.
 * @throws {ArgumentError} for sizes that are not whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
 * @example
 * new nn.AdaptiveMaxPool2d(2);
 */
export class AdaptiveMaxPool2d<Indices extends boolean = false> extends AdaptiveMaxPool<AdaptivePair, Indices> {
  static override readonly className: string = 'AdaptiveMaxPool2d';
  constructor(...args: AdaptiveMaxArguments<AdaptivePair, Indices>) {
    super(classNameOf(new.target), 2, args);
  }
}

/**
 * Maxima of as many windows of [N, C, D, H, W] or [C, D, H, W] as give `outputSize` (one number for a cube; null keeps an axis), whatever the size of the input.
 * @throws {ArgumentError} for sizes that are not whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool3d.html
 * @example
 * new nn.AdaptiveMaxPool3d(2);
 */
export class AdaptiveMaxPool3d<Indices extends boolean = false> extends AdaptiveMaxPool<AdaptiveTriple, Indices> {
  static override readonly className: string = 'AdaptiveMaxPool3d';
  constructor(...args: AdaptiveMaxArguments<AdaptiveTriple, Indices>) {
    super(classNameOf(new.target), 3, args);
  }
}
