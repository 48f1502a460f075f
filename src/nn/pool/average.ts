/** The mean of each window: `F.avgPool1d`, `nn.AvgPool1d` and those over two and three axes. */
import { named } from '../../autograd/node.js';
import { ShapeError, showShape } from '../../errors.js';
import { formatOf } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { type Arguments, type Named, readArguments, required } from '../../tensor/arguments/arguments.js';
import {
  type Pair,
  type Rank,
  type Single,
  type Sizes,
  sizesPerAxis,
  type Triple,
  unexpected,
  wholeNumber,
} from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { tuple } from '../module/text.js';
import { averageOf } from './kernels.js';
import { type PoolOptions, poolAxes, type Windows } from './shape.js';

export interface AvgPoolOptions<S extends Sizes = Sizes> extends PoolOptions<S> {
  /** Whether padding counts as zeros that are averaged. Default: true. */
  countIncludePad?: boolean;
}

export interface DividedPoolOptions<S extends Sizes = Sizes> extends AvgPoolOptions<S> {
  /** Divides by this instead of the window's size. */
  divisorOverride?: number | null;
}

/** The options of {@link avgPool1d} and {@link AvgPool1d}. */
export type AvgPool1dOptions = AvgPoolOptions<Single>;
/** The options of {@link avgPool2d} and {@link AvgPool2d}. */
export type AvgPool2dOptions = DividedPoolOptions<Pair>;
/** The options of {@link avgPool3d} and {@link AvgPool3d}. */
export type AvgPool3dOptions = DividedPoolOptions<Triple>;

/** Along one axis there is no divisor to override. */
type RowPoolArguments = Arguments<
  Named<AvgPool1dOptions, 'kernelSize', Single>,
  [kernelSize: 'kernelSize', stride: 'stride', padding: 'padding', ceilMode: 'ceilMode', countIncludePad: 'countIncludePad']
>;

type DividedPoolArguments<S extends Sizes> = Arguments<
  Named<DividedPoolOptions<S>, 'kernelSize', S>,
  [
    kernelSize: 'kernelSize',
    stride: 'stride',
    padding: 'padding',
    ceilMode: 'ceilMode',
    countIncludePad: 'countIncludePad',
    divisorOverride: 'divisorOverride',
  ]
>;

interface AvgPoolSettings extends Windows {
  readonly countIncludePad: boolean;
  readonly divisorOverride?: number | null;
}

/** In PyTorch's order. */
const ROW_POOL: AvgPoolSettings = { kernelSize: required, stride: null, padding: null, ceilMode: false, countIncludePad: true };
const DIVIDED_POOL: AvgPoolSettings = { ...ROW_POOL, divisorOverride: null };

/**
 * The mean of each window.
 * @param x [N, C, H, W], or [C, H, W] for one image.
 * @param args kernelSize, stride (default: the kernel size), padding (0), ceilMode (false), countIncludePad (true) and divisorOverride
 *   (null), in this order or by name.
 * @returns [N, C, OH, OW].
 * @throws {ShapeError} when no window fits. @throws {ArgumentError} for padding of more than half a window, or divisorOverride 0.
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 * @example
 * F.avgPool2d(randn([1, 3, 8, 8]), 3, { stride: 2, padding: 1, countIncludePad: false }).shape; // [1, 3, 4, 4]
 */
export function avgPool2d(x: Tensor, ...args: DividedPoolArguments<Pair>): Tensor {
  return avgPoolOf('avgPool2d', 2, x, readArguments('avgPool2d', DIVIDED_POOL, args));
}

/**
 * {@link avgPool2d} along one axis.
 * @param x [N, C, L], or [C, L] for one item. @param args as in avgPool2d, without divisorOverride.
 * @throws as avgPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool1d.html
 * @example
 * F.avgPool1d(randn([1, 3, 8]), 2).shape; // [1, 3, 4]
 */
export function avgPool1d(x: Tensor, ...args: RowPoolArguments): Tensor {
  return avgPoolOf('avgPool1d', 1, x, readArguments('avgPool1d', ROW_POOL, args));
}

/**
 * {@link avgPool2d} over volumes.
 * @param x [N, C, D, H, W], or [C, D, H, W] for one volume. @param args as in avgPool2d.
 * @throws as avgPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool3d.html
 * @example
 * F.avgPool3d(randn([1, 3, 4, 8, 8]), 2).shape; // [1, 3, 2, 4, 4]
 */
export function avgPool3d(x: Tensor, ...args: DividedPoolArguments<Triple>): Tensor {
  return avgPoolOf('avgPool3d', 3, x, readArguments('avgPool3d', DIVIDED_POOL, args));
}

/** What PyTorch calls the gradients. */
const LABELS = { 1: 'SqueezeBackward1', 2: 'AvgPool2D', 3: 'AvgPool3D' } as const;

/** @internal Average pooling whose arguments have been read. @param op what errors call it. */
export function avgPoolOf(op: string, rank: Rank, x: Tensor, settings: AvgPoolSettings): Tensor {
  const divisor = divisorOf(op, settings.divisorOverride ?? null);
  const axes = poolAxes(op, rank, x, settings);
  // As in PyTorch, which counts no padding here, and asks it of three dims only.
  if (rank === 3 && axes.size.some((size, i) => size < axes.kernel[i]!))
    throw new ShapeError(
      `${op}: the sizes ${showShape(axes.size)} of the input are smaller than the window ${showShape(axes.kernel)}. Take a smaller one.`,
    );
  const out = reshape(averageOf(x, axes, settings.countIncludePad, divisor), [...x.shape.slice(0, -rank), ...axes.outSize]);
  return named(LABELS[rank], rank < 3 && x.ndim === rank + 2 ? formatOf(out, x) : out);
}

/** What sums are divided by; 0 for the size of the window. */
function divisorOf(op: string, override: number | null): number {
  if (override === null) return 0;
  if (override === 0) throw unexpected(op, 'divisorOverride', override, 'a whole number other than 0');
  return wholeNumber(op, 'divisorOverride', override);
}

abstract class AvgPool<S extends Sizes> extends Module {
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  /** Of each window. */
  readonly kernelSize: S;
  /** Elements from one window to the next. */
  readonly stride: S;
  /** Zeros added on each side. */
  readonly padding: S;
  /** Whether windows may reach over the end. */
  readonly ceilMode: boolean;
  /** Whether padding counts as zeros that are averaged. */
  readonly countIncludePad: boolean;
  /** Divides by this instead of the window's size. */
  readonly divisorOverride: number | null;
  private readonly spatialDims: Rank;

  protected constructor(name: string, rank: Rank, args: readonly unknown[]) {
    super();
    this.spatialDims = rank;
    const settings = readArguments(name, rank === 1 ? ROW_POOL : DIVIDED_POOL, args);
    // PyTorch prints the sizes of AvgPool1d as tuples, and those of the others as they were given.
    const sizes = (option: string, value: Sizes, least: number): S => {
      const all = sizesPerAxis(name, option, value, rank, least);
      return (rank === 1 ? all : value) as S;
    };
    this.kernelSize = sizes('kernelSize', settings.kernelSize, 1);
    this.stride = sizes('stride', settings.stride ?? settings.kernelSize, 1);
    this.padding = sizes('padding', settings.padding ?? 0, 0);
    this.ceilMode = settings.ceilMode;
    this.countIncludePad = settings.countIncludePad;
    this.divisorOverride = settings.divisorOverride ?? null;
  }

  /** @returns [N, C, ...sizes], or without N. */
  forward(x: Tensor): Tensor {
    return avgPoolOf(`avgPool${this.spatialDims}d`, this.spatialDims, x, this);
  }

  override extraRepr(): string {
    return `kernel_size=${tuple(this.kernelSize)}, stride=${tuple(this.stride)}, padding=${tuple(this.padding)}`;
  }
}

/**
 * The mean of each window of [N, C, L] or [C, L].
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html
 * @example
 * new nn.AvgPool1d(3, 2, { padding: 1, countIncludePad: false });
 */
export class AvgPool1d extends AvgPool<Single> {
  static override readonly className: string = 'AvgPool1d';
  /**
   * The mean of each window of [N, C, L] or [C, L].
   * @param args kernelSize, stride (default: the kernel size), padding (0), ceilMode (false) and countIncludePad (true), in
   *   PyTorch's order or by name.
   */
  constructor(...args: RowPoolArguments) {
    super(classNameOf(new.target), 1, args);
  }
}

/**
 * The mean of each window of [N, C, H, W] or [C, H, W].
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 * @example
 * new nn.AvgPool2d(3, 2, { padding: 1, countIncludePad: false });
 */
export class AvgPool2d extends AvgPool<Pair> {
  static override readonly className: string = 'AvgPool2d';
  /**
   * The mean of each window of [N, C, H, W] or [C, H, W].
   * @param args kernelSize, stride (default: the kernel size), padding (0), ceilMode (false), countIncludePad (true) and divisorOverride, in
   *   PyTorch's order or by name.
   */
  constructor(...args: DividedPoolArguments<Pair>) {
    super(classNameOf(new.target), 2, args);
  }
}

/**
 * The mean of each window of [N, C, D, H, W] or [C, D, H, W].
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool3d.html
 * @example
 * new nn.AvgPool3d(3, 2, { padding: 1, countIncludePad: false });
 */
export class AvgPool3d extends AvgPool<Triple> {
  static override readonly className: string = 'AvgPool3d';
  /**
   * The mean of each window of [N, C, D, H, W] or [C, D, H, W].
   * @param args kernelSize, stride (default: the kernel size), padding (0), ceilMode (false), countIncludePad (true) and divisorOverride, in
   *   PyTorch's order or by name.
   */
  constructor(...args: DividedPoolArguments<Triple>) {
    super(classNameOf(new.target), 3, args);
  }
}
