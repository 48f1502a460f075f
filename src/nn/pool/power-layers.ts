/** Power-average pooling layers: norms of windows. */

import { readArguments } from '../../tensor/arguments.js';
import { type Pair, type Rank, type Single, type Sizes, sizesPerAxis, type Triple } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { bool, tuple } from '../module/text.js';
import { checkNormType, type LpPoolOptions, lpPool1d, lpPool2d, lpPool3d } from './power.js';

/** What the power-average pools share. */
abstract class LPPool<S extends Sizes> extends Module {
  readonly stride: S | null;
  readonly ceilMode: boolean;

  protected constructor(
    name: string,
    rank: Rank,
    readonly normType: number,
    readonly kernelSize: S,
    given: unknown[],
  ) {
    super();
    checkNormType(name, normType);
    const options = readArguments<{ stride: S | null; ceilMode: boolean }>(name, { stride: null, ceilMode: false }, given);
    sizesPerAxis(name, 'kernelSize', kernelSize, rank, 1);
    if (options.stride !== null) sizesPerAxis(name, 'stride', options.stride, rank, 1);
    this.stride = options.stride;
    this.ceilMode = options.ceilMode;
  }

  override extraRepr(): string {
    return `norm_type=${this.normType}, kernel_size=${tuple(this.kernelSize)}, stride=${tuple(this.stride)}, ceil_mode=${bool(this.ceilMode)}`;
  }
}

/**
 * The `normType`-norm of each window of [N, C, L] or [C, L]: `(sum of x^p)^(1/p)`.
 * @throws {ArgumentError} for normType 0, and for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool1d.html
 * @example
 * new nn.LPPool1d(2, 3, { stride: 2 });
 */
export class LPPool1d extends LPPool<Single> {
  static override readonly className: string = 'LPPool1d';
  /**
   * The `normType`-norm of each window of [N, C, L] or [C, L]: `(sum of x^p)^(1/p)`.
   * @param stride (default: the kernel size) and ceilMode (default: false): in this order, or by name in one object.
   */
  constructor(
    normType: number,
    kernelSize: Single,
    stride?: Single | LpPoolOptions<Single> | null,
    ceilMode?: boolean | LpPoolOptions<Single>,
  ) {
    super(classNameOf(new.target), 1, normType, kernelSize, [stride, ceilMode]);
  }

  forward(x: Tensor): Tensor {
    const { stride, ceilMode } = this;
    return lpPool1d(x, this.normType, this.kernelSize, { stride, ceilMode });
  }
}

/**
 * The `normType`-norm of each window of [N, C, H, W] or [C, H, W]: `(sum of x^p)^(1/p)`.
 * @throws {ArgumentError} for normType 0, and for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
 * @example
 * new nn.LPPool2d(2, 3, { stride: 2 });
 */
export class LPPool2d extends LPPool<Pair> {
  static override readonly className: string = 'LPPool2d';
  /**
   * The `normType`-norm of each window of [N, C, H, W] or [C, H, W]: `(sum of x^p)^(1/p)`.
   * @param stride (default: the kernel size) and ceilMode (default: false): in this order, or by name in one object.
   */
  constructor(normType: number, kernelSize: Pair, stride?: Pair | LpPoolOptions<Pair> | null, ceilMode?: boolean | LpPoolOptions<Pair>) {
    super(classNameOf(new.target), 2, normType, kernelSize, [stride, ceilMode]);
  }

  forward(x: Tensor): Tensor {
    const { stride, ceilMode } = this;
    return lpPool2d(x, this.normType, this.kernelSize, { stride, ceilMode });
  }
}

/**
 * The `normType`-norm of each window of [N, C, D, H, W] or [C, D, H, W]: `(sum of x^p)^(1/p)`.
 * @throws {ArgumentError} for normType 0, and for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LPPool3d.html
 * @example
 * new nn.LPPool3d(2, 3, { stride: 2 });
 */
export class LPPool3d extends LPPool<Triple> {
  static override readonly className: string = 'LPPool3d';
  /**
   * The `normType`-norm of each window of [N, C, D, H, W] or [C, D, H, W]: `(sum of x^p)^(1/p)`.
   * @param stride (default: the kernel size) and ceilMode (default: false): in this order, or by name in one object.
   */
  constructor(
    normType: number,
    kernelSize: Triple,
    stride?: Triple | LpPoolOptions<Triple> | null,
    ceilMode?: boolean | LpPoolOptions<Triple>,
  ) {
    super(classNameOf(new.target), 3, normType, kernelSize, [stride, ceilMode]);
  }

  forward(x: Tensor): Tensor {
    const { stride, ceilMode } = this;
    return lpPool3d(x, this.normType, this.kernelSize, { stride, ceilMode });
  }
}
