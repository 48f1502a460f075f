/** Pooling layers over windows of a given size. */

import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { type Pair, type Rank, type Single, type Sizes, sizesPerAxis, type Triple } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { bool, tuple } from '../module/text.js';
import {
  type AvgPool1dOptions,
  type AvgPool2dOptions,
  type AvgPool3dOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type MaxPool1dOptions,
  type MaxPool2dOptions,
  type MaxPool3dOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from './functional.js';
import { AVG_POOL, DIVIDED_POOL, type MaxPoolOptions } from './shape.js';

/** What {@link MaxPool2d.forward} returns: with `returnIndices`, the maxima are followed by where they stood. */
export type Pooled<Indices extends boolean> = Indices extends true ? [Tensor, Tensor] : Tensor;

type WithIndices<Options, Indices extends boolean> = Options & { returnIndices?: Indices };

const MAX_LAYER = { stride: null, padding: null, dilation: null, returnIndices: false, ceilMode: false };

/** What the max pools share. */
abstract class MaxPool<S extends Sizes, Indices extends boolean> extends Module {
  readonly stride: S;
  readonly padding: S;
  readonly dilation: S;
  readonly ceilMode: boolean;
  readonly returnIndices: Indices;

  protected constructor(
    name: string,
    rank: Rank,
    readonly kernelSize: S,
    given: readonly unknown[],
  ) {
    super();
    const options = readArguments<Record<'stride' | 'padding' | 'dilation', S | null> & { ceilMode: boolean; returnIndices: boolean }>(
      name,
      MAX_LAYER,
      given,
    );
    sizesPerAxis(name, 'kernelSize', kernelSize, rank, 1);
    this.stride = options.stride ?? kernelSize;
    this.padding = options.padding ?? (0 as Sizes as S);
    this.dilation = options.dilation ?? (1 as Sizes as S);
    this.ceilMode = options.ceilMode;
    this.returnIndices = options.returnIndices as Indices;
    sizesPerAxis(name, 'stride', this.stride, rank, 1);
    sizesPerAxis(name, 'padding', this.padding, rank, 0);
    sizesPerAxis(name, 'dilation', this.dilation, rank, 1);
  }

  protected options(): MaxPoolOptions<S> {
    const { stride, padding, dilation, ceilMode, returnIndices } = this;
    return { stride, padding, dilation, ceilMode, returnIndices };
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return `kernel_size=${tuple(kernelSize)}, stride=${tuple(stride)}, padding=${tuple(padding)}, dilation=${tuple(dilation)}, ceil_mode=${bool(ceilMode)}`;
  }
}

/** What the average pools share; along one axis there is no divisor to override. */
abstract class AvgPool<S extends Sizes> extends Module {
  readonly kernelSize: S;
  readonly stride: S;
  readonly padding: S;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  protected constructor(name: string, rank: Rank, kernelSize: S, given: readonly unknown[]) {
    super();
    type Given = Record<'stride' | 'padding', S | null> & { ceilMode: boolean; countIncludePad: boolean; divisorOverride: number | null };
    const options = readArguments<Given>(name, (rank === 1 ? AVG_POOL : DIVIDED_POOL) as Given, given);
    // PyTorch prints the sizes of AvgPool1d as tuples, and those of the others as they were given.
    const sizes = (value: S, least: number, what: string): S => {
      const all = sizesPerAxis(name, what, value, rank, least);
      return rank === 1 ? (all as Sizes as S) : value;
    };
    this.kernelSize = sizes(kernelSize, 1, 'kernelSize');
    this.stride = sizes(options.stride ?? kernelSize, 1, 'stride');
    this.padding = sizes(options.padding ?? (0 as Sizes as S), 0, 'padding');
    this.ceilMode = options.ceilMode;
    this.countIncludePad = options.countIncludePad;
    this.divisorOverride = options.divisorOverride ?? null;
  }

  override extraRepr(): string {
    return `kernel_size=${tuple(this.kernelSize)}, stride=${tuple(this.stride)}, padding=${tuple(this.padding)}`;
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
   * @param stride and what follows it (default: the kernel size): values in PyTorch's order, or all of them by name in one object.
   */
  constructor(
    kernelSize: Single,
    stride?: Single | WithIndices<MaxPool1dOptions, Indices> | null,
    padding?: Single | WithIndices<MaxPool1dOptions, Indices>,
    dilation?: Single | WithIndices<MaxPool1dOptions, Indices>,
    returnIndices?: Indices | WithIndices<MaxPool1dOptions, Indices>,
    ceilMode?: boolean,
  ) {
    super(classNameOf(new.target), 1, kernelSize, [stride, padding, dilation, returnIndices, ceilMode]);
  }

  /** @returns the maxima; with `returnIndices`, followed by where they stood. */
  forward(x: Tensor): Pooled<Indices> {
    return maxPool1d(x, this.kernelSize, this.options()) as Pooled<Indices>;
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
   * @param stride and what follows it (default: the kernel size): values in PyTorch's order, or all of them by name in one object.
   */
  constructor(
    kernelSize: Pair,
    stride?: Pair | WithIndices<MaxPool2dOptions, Indices> | null,
    padding?: Pair | WithIndices<MaxPool2dOptions, Indices>,
    dilation?: Pair | WithIndices<MaxPool2dOptions, Indices>,
    returnIndices?: Indices | WithIndices<MaxPool2dOptions, Indices>,
    ceilMode?: boolean,
  ) {
    super(classNameOf(new.target), 2, kernelSize, [stride, padding, dilation, returnIndices, ceilMode]);
  }

  /** @returns the maxima; with `returnIndices`, followed by where they stood. */
  forward(x: Tensor): Pooled<Indices> {
    return maxPool2d(x, this.kernelSize, this.options()) as Pooled<Indices>;
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
   * @param stride and what follows it (default: the kernel size): values in PyTorch's order, or all of them by name in one object.
   */
  constructor(
    kernelSize: Triple,
    stride?: Triple | WithIndices<MaxPool3dOptions, Indices> | null,
    padding?: Triple | WithIndices<MaxPool3dOptions, Indices>,
    dilation?: Triple | WithIndices<MaxPool3dOptions, Indices>,
    returnIndices?: Indices | WithIndices<MaxPool3dOptions, Indices>,
    ceilMode?: boolean,
  ) {
    super(classNameOf(new.target), 3, kernelSize, [stride, padding, dilation, returnIndices, ceilMode]);
  }

  /** @returns the maxima; with `returnIndices`, followed by where they stood. */
  forward(x: Tensor): Pooled<Indices> {
    return maxPool3d(x, this.kernelSize, this.options()) as Pooled<Indices>;
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
   * @param stride and what follows it (default: the kernel size): values in PyTorch's order, or all of them by name in one object.
   */
  constructor(
    kernelSize: Single,
    ...args: Trailing<[stride: Single | null, padding: Single, ceilMode: boolean, countIncludePad: boolean], AvgPool1dOptions>
  ) {
    super(classNameOf(new.target), 1, kernelSize, args);
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad } = this;
    return avgPool1d(x, this.kernelSize, { stride, padding, ceilMode, countIncludePad });
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
   * @param stride and what follows it (default: the kernel size): values in PyTorch's order, or all of them by name in one object.
   */
  constructor(
    kernelSize: Pair,
    ...args: Trailing<
      [stride: Pair | null, padding: Pair, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null],
      AvgPool2dOptions
    >
  ) {
    super(classNameOf(new.target), 2, kernelSize, args);
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return avgPool2d(x, this.kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride });
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
   * @param stride and what follows it (default: the kernel size): values in PyTorch's order, or all of them by name in one object.
   */
  constructor(
    kernelSize: Triple,
    ...args: Trailing<
      [stride: Triple | null, padding: Triple, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null],
      AvgPool3dOptions
    >
  ) {
    super(classNameOf(new.target), 3, kernelSize, args);
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return avgPool3d(x, this.kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride });
  }
}
