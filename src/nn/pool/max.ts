/** The largest value of each window: `F.maxPool1d`, `nn.MaxPool1d` and those over two and three axes. */
import { named } from '../../autograd/node.js';
import { formatOf } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { type Arguments, type Named, readArguments, required } from '../../tensor/arguments/arguments.js';
import { type Pair, type Rank, type Single, type Sizes, sizesPerAxis, type Triple } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { bool, tuple } from '../module/text.js';
import { maxOf } from './kernels.js';
import { type IndicesOption, type Pooled, type PoolOptions, poolAxes, type Windows } from './shape.js';

export interface MaxPoolOptions<S extends Sizes = Sizes, Indices extends boolean = boolean> extends PoolOptions<S>, IndicesOption<Indices> {
  /** Elements from one tap of a window to the next. Default: 1. */
  dilation?: S;
}

/** The options of {@link maxPool1d} and {@link MaxPool1d}. */
export type MaxPool1dOptions = MaxPoolOptions<Single>;
/** The options of {@link maxPool2d} and {@link MaxPool2d}. */
export type MaxPool2dOptions = MaxPoolOptions<Pair>;
/** The options of {@link maxPool3d} and {@link MaxPool3d}. */
export type MaxPool3dOptions = MaxPoolOptions<Triple>;

type MaxPoolArguments<S extends Sizes, Indices extends boolean> = Arguments<
  Named<MaxPoolOptions<S, Indices>, 'kernelSize', S>,
  [
    kernelSize: 'kernelSize',
    stride: 'stride',
    padding: 'padding',
    dilation: 'dilation',
    ceilMode: 'ceilMode',
    returnIndices: 'returnIndices',
  ]
>;

interface MaxPoolSettings extends Windows {
  readonly dilation: Sizes | null;
  readonly returnIndices: boolean;
}

/** In the order of PyTorch's functions. */
const MAX_POOL: MaxPoolSettings = {
  kernelSize: required,
  stride: null,
  padding: null,
  dilation: null,
  ceilMode: false,
  returnIndices: false,
};

/**
 * The largest value of each window; padding never wins, NaN does.
 * Gradient: to the place of the maximum, the first of equals.
 * @param x [N, C, H, W], or [C, H, W] for one image.
 * @param args kernelSize, stride (default: the kernel size), padding (0), dilation (1), ceilMode (false) and returnIndices (false), in this
 *   order or by name.
 * @returns [N, C, OH, OW], with `returnIndices` followed by the int64 places.
 * @throws {ShapeError} when no window fits. @throws {ArgumentError} for padding of more than half a window. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 * @example
 * F.maxPool2d(randn([1, 3, 8, 8]), 2).shape; // [1, 3, 4, 4]
 * const [values, places] = F.maxPool2d(randn([1, 3, 8, 8]), 3, { stride: 2, padding: 1, returnIndices: true });
 */
export function maxPool2d<Indices extends boolean = false>(x: Tensor, ...args: MaxPoolArguments<Pair, Indices>): Pooled<Indices> {
  return maxPoolOf('maxPool2d', 2, x, readArguments('maxPool2d', MAX_POOL, args)) as Pooled<Indices>;
}

/**
 * {@link maxPool2d} along one axis.
 * @param x [N, C, L], or [C, L] for one item. @param args as in maxPool2d.
 * @throws as maxPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool1d.html
 * @example
 * F.maxPool1d(randn([1, 3, 8]), 2).shape; // [1, 3, 4]
 */
export function maxPool1d<Indices extends boolean = false>(x: Tensor, ...args: MaxPoolArguments<Single, Indices>): Pooled<Indices> {
  return maxPoolOf('maxPool1d', 1, x, readArguments('maxPool1d', MAX_POOL, args)) as Pooled<Indices>;
}

/**
 * {@link maxPool2d} over volumes.
 * @param x [N, C, D, H, W], or [C, D, H, W] for one volume. @param args as in maxPool2d.
 * @throws as maxPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool3d.html
 * @example
 * F.maxPool3d(randn([1, 3, 4, 8, 8]), [1, 2, 2]).shape; // [1, 3, 4, 4, 4]
 */
export function maxPool3d<Indices extends boolean = false>(x: Tensor, ...args: MaxPoolArguments<Triple, Indices>): Pooled<Indices> {
  return maxPoolOf('maxPool3d', 3, x, readArguments('maxPool3d', MAX_POOL, args)) as Pooled<Indices>;
}

/** What PyTorch calls the gradients. */
const LABELS = { 1: 'SqueezeBackward1', 2: 'MaxPool2DWithIndices', 3: 'MaxPool3DWithIndices' } as const;

/** @internal Max pooling whose arguments have been read. @param op what errors call it. */
export function maxPoolOf(op: string, rank: Rank, x: Tensor, settings: MaxPoolSettings): Tensor | [Tensor, Tensor] {
  const axes = poolAxes(op, rank, x, settings);
  const shape = [...x.shape.slice(0, -rank), ...axes.outSize];
  const format = (y: Tensor) => (x.ndim === rank + 2 ? formatOf(reshape(y, shape), x) : reshape(y, shape));
  const [values, places] = maxOf(x, axes, settings.returnIndices);
  const maxima = named(LABELS[rank], format(values));
  return places === null ? maxima : [maxima, format(places)];
}

type MaxPoolLayerArguments<S extends Sizes, Indices extends boolean> = Arguments<
  Named<MaxPoolOptions<S, Indices>, 'kernelSize', S>,
  [
    kernelSize: 'kernelSize',
    stride: 'stride',
    padding: 'padding',
    dilation: 'dilation',
    returnIndices: 'returnIndices',
    ceilMode: 'ceilMode',
  ]
>;

/** In the order of PyTorch's layers. */
const LAYER: MaxPoolSettings = {
  kernelSize: required,
  stride: null,
  padding: null,
  dilation: null,
  returnIndices: false,
  ceilMode: false,
};

/** The sizes stay as they were given, since PyTorch prints them so. */
abstract class MaxPool<S extends Sizes, Indices extends boolean> extends Module {
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  /** Of each window. */
  readonly kernelSize: S;
  /** Elements from one window to the next. */
  readonly stride: S;
  /** Elements added on each side, which never win. */
  readonly padding: S;
  /** Elements from one tap of a window to the next. */
  readonly dilation: S;
  /** Whether windows may reach over the end. */
  readonly ceilMode: boolean;
  /** Whether the places of the maxima are returned, too. */
  readonly returnIndices: Indices;
  private readonly spatialDims: Rank;

  protected constructor(name: string, rank: Rank, args: readonly unknown[]) {
    super();
    this.spatialDims = rank;
    const { kernelSize, stride, padding, dilation, ceilMode, returnIndices } = readArguments(name, LAYER, args);
    this.kernelSize = kernelSize as S;
    this.stride = (stride ?? kernelSize) as S;
    this.padding = (padding ?? 0) as S;
    this.dilation = (dilation ?? 1) as S;
    this.ceilMode = ceilMode;
    this.returnIndices = returnIndices as Indices;
    sizesPerAxis(name, 'kernelSize', this.kernelSize, rank, 1);
    sizesPerAxis(name, 'stride', this.stride, rank, 1);
    sizesPerAxis(name, 'padding', this.padding, rank, 0);
    sizesPerAxis(name, 'dilation', this.dilation, rank, 1);
  }

  /** @returns the maxima; with `returnIndices`, followed by where they stood. */
  forward(x: Tensor): Pooled<Indices> {
    return maxPoolOf(`maxPool${this.spatialDims}d`, this.spatialDims, x, this) as Pooled<Indices>;
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return `kernel_size=${tuple(kernelSize)}, stride=${tuple(stride)}, padding=${tuple(padding)}, dilation=${tuple(dilation)}, ceil_mode=${bool(ceilMode)}`;
  }
}

/**
 * The largest value of each window of [N, C, L] or [C, L].
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
 * @example
 * new nn.MaxPool1d(3, { stride: 2 });
 */
export class MaxPool1d<Indices extends boolean = false> extends MaxPool<Single, Indices> {
  static override readonly className: string = 'MaxPool1d';
  /**
   * The largest value of each window of [N, C, L] or [C, L].
   * @param args kernelSize, stride (default: the kernel size), padding (0), dilation (1), returnIndices (false) and ceilMode (false), in
   *   PyTorch's order or by name.
   */
  constructor(...args: MaxPoolLayerArguments<Single, Indices>) {
    super(classNameOf(new.target), 1, args);
  }
}

/**
 * The largest value of each window of [N, C, H, W] or [C, H, W].
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 * @example
 * new nn.MaxPool2d(2);
 * new nn.MaxPool2d(3, 2, { padding: 1 });
 */
export class MaxPool2d<Indices extends boolean = false> extends MaxPool<Pair, Indices> {
  static override readonly className: string = 'MaxPool2d';
  /**
   * The largest value of each window of [N, C, H, W] or [C, H, W].
   * @param args kernelSize, stride (default: the kernel size), padding (0), dilation (1), returnIndices (false) and ceilMode (false), in
   *   PyTorch's order or by name.
   */
  constructor(...args: MaxPoolLayerArguments<Pair, Indices>) {
    super(classNameOf(new.target), 2, args);
  }
}

/**
 * The largest value of each window of [N, C, D, H, W] or [C, D, H, W].
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool3d.html
 * @example
 * new nn.MaxPool3d([1, 2, 2]);
 */
export class MaxPool3d<Indices extends boolean = false> extends MaxPool<Triple, Indices> {
  static override readonly className: string = 'MaxPool3d';
  /**
   * The largest value of each window of [N, C, D, H, W] or [C, D, H, W].
   * @param args kernelSize, stride (default: the kernel size), padding (0), dilation (1), returnIndices (false) and ceilMode (false), in
   *   PyTorch's order or by name.
   */
  constructor(...args: MaxPoolLayerArguments<Triple, Indices>) {
    super(classNameOf(new.target), 3, args);
  }
}
