/** Layers that undo a max pooling. */

import { readArguments } from '../../tensor/arguments.js';
import { type Pair, type Rank, type Single, type Sizes, sizesPerAxis, type Triple } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { tuple } from '../module/text.js';
import { type MaxUnpoolOptions, maxUnpool1d, maxUnpool2d, maxUnpool3d } from './unpool.js';

type UnpoolOptions<S extends Sizes> = Pick<MaxUnpoolOptions<S>, 'stride' | 'padding'>;

/** The size that was pooled, alone or by name, where it is not the smallest possible. */
type OutputSize = readonly number[] | { outputSize?: readonly number[] | null } | null;

/** What the unpoolings share. */
abstract class MaxUnpool<S extends readonly number[]> extends Module {
  readonly kernelSize: S;
  readonly stride: S;
  readonly padding: S;

  protected constructor(name: string, rank: Rank, kernelSize: Sizes, given: unknown[]) {
    super();
    const options = readArguments<Record<'stride' | 'padding', Sizes | null>>(name, { stride: null, padding: null }, given);
    const sizes = (value: Sizes, least: number, what: string) => sizesPerAxis(name, what, value, rank, least) as readonly number[] as S;
    this.kernelSize = sizes(kernelSize, 1, 'kernelSize');
    this.stride = sizes(options.stride ?? kernelSize, 1, 'stride');
    this.padding = sizes(options.padding ?? 0, 0, 'padding');
  }

  protected options(wanted: OutputSize): { stride: S; padding: S; outputSize: readonly number[] | null } {
    const { stride, padding } = this;
    const outputSize = wanted !== null && 'outputSize' in wanted ? wanted.outputSize : (wanted as readonly number[] | null);
    return { stride, padding, outputSize: outputSize ?? null };
  }

  override extraRepr(): string {
    return `kernel_size=${tuple(this.kernelSize)}, stride=${tuple(this.stride)}, padding=${tuple(this.padding)}`;
  }
}

/**
 * Puts the maxima of [N, C, L] or [C, L] back to where they stood before a {@link MaxPool1d} with `returnIndices`; all else is 0.
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool1d.html
 * @example
 * const [y, places] = new nn.MaxPool1d(2, { returnIndices: true }).forward(randn([1, 3, 4]));
 * new nn.MaxUnpool1d(2).forward(y, places).shape; // [1, 3, 4]
 */
export class MaxUnpool1d extends MaxUnpool<readonly [number]> {
  static override readonly className: string = 'MaxUnpool1d';
  /**
   * Puts the maxima of [N, C, L] or [C, L] back to where they stood before a {@link MaxPool1d} with `returnIndices`; all else is 0.
   * @param stride (default: the kernel size) and padding (default: 0): in this order, or by name in one object.
   */
  constructor(kernelSize: Single, stride?: Single | UnpoolOptions<Single> | null, padding?: Single | UnpoolOptions<Single>) {
    super(classNameOf(new.target), 1, kernelSize, [stride, padding]);
  }

  forward(x: Tensor, indices: Tensor, outputSize: OutputSize = null): Tensor {
    return maxUnpool1d(x, indices, this.kernelSize, this.options(outputSize));
  }
}

/**
 * Puts the maxima of [N, C, H, W] or [C, H, W] back to where they stood before a {@link MaxPool2d} with `returnIndices`; all else is 0.
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html
 * @example
 * const [y, places] = new nn.MaxPool2d(2, { returnIndices: true }).forward(randn([1, 3, 4, 4]));
 * new nn.MaxUnpool2d(2).forward(y, places).shape; // [1, 3, 4, 4]
 */
export class MaxUnpool2d extends MaxUnpool<readonly [number, number]> {
  static override readonly className: string = 'MaxUnpool2d';
  /**
   * Puts the maxima of [N, C, H, W] or [C, H, W] back to where they stood before a {@link MaxPool2d} with `returnIndices`; all else is 0.
   * @param stride (default: the kernel size) and padding (default: 0): in this order, or by name in one object.
   */
  constructor(kernelSize: Pair, stride?: Pair | UnpoolOptions<Pair> | null, padding?: Pair | UnpoolOptions<Pair>) {
    super(classNameOf(new.target), 2, kernelSize, [stride, padding]);
  }

  forward(x: Tensor, indices: Tensor, outputSize: OutputSize = null): Tensor {
    return maxUnpool2d(x, indices, this.kernelSize, this.options(outputSize));
  }
}

/**
 * Puts the maxima of [N, C, D, H, W] or [C, D, H, W] back to where they stood before a {@link MaxPool3d} with `returnIndices`; all else is 0.
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool3d.html
 * @example
 * const [y, places] = new nn.MaxPool3d(2, { returnIndices: true }).forward(randn([1, 3, 4, 4, 4]));
 * new nn.MaxUnpool3d(2).forward(y, places).shape; // [1, 3, 4, 4, 4]
 */
export class MaxUnpool3d extends MaxUnpool<readonly [number, number, number]> {
  static override readonly className: string = 'MaxUnpool3d';
  /**
   * Puts the maxima of [N, C, D, H, W] or [C, D, H, W] back to where they stood before a {@link MaxPool3d} with `returnIndices`; all else
   * is 0.
   * @param stride (default: the kernel size) and padding (default: 0): in this order, or by name in one object.
   */
  constructor(kernelSize: Triple, stride?: Triple | UnpoolOptions<Triple> | null, padding?: Triple | UnpoolOptions<Triple>) {
    super(classNameOf(new.target), 3, kernelSize, [stride, padding]);
  }

  forward(x: Tensor, indices: Tensor, outputSize: OutputSize = null): Tensor {
    return maxUnpool3d(x, indices, this.kernelSize, this.options(outputSize));
  }
}
