/** Power-average pooling: the p-norm of each window. */
import { mul, pow } from '../../ops/elementwise/binary.js';
import { abs, neg, relu, sign } from '../../ops/elementwise/unary.js';
import { detach } from '../../ops/view/copy.js';
import { type Arguments, type Named, readArguments, required } from '../../tensor/arguments/arguments.js';
import { type Pair, type Rank, type Single, type Sizes, sizesPerAxis, type Triple, unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { bool, tuple } from '../module/text.js';
import { avgPoolOf } from './average.js';
import { maxPoolOf } from './max.js';
import { checkPoolInput } from './shape.js';

/** The options of the power-average pools. */
export interface LpPoolOptions<S extends Sizes = Sizes> {
  /** Elements from one window to the next. Default: the kernel size. */
  stride?: S | null;
  /** Lets windows reach over the end, as long as they start inside. Default: false. */
  ceilMode?: boolean;
}

/** The options of {@link lpPool1d} and {@link LPPool1d}. */
export type LpPool1dOptions = LpPoolOptions<Single>;
/** The options of {@link lpPool2d} and {@link LPPool2d}. */
export type LpPool2dOptions = LpPoolOptions<Pair>;
/** The options of {@link lpPool3d} and {@link LPPool3d}. */
export type LpPool3dOptions = LpPoolOptions<Triple>;

type LpPoolArguments<S extends Sizes> = Arguments<
  Named<LpPoolOptions<S>, 'kernelSize', S> & { readonly normType: number },
  [normType: 'normType', kernelSize: 'kernelSize', stride: 'stride', ceilMode: 'ceilMode']
>;

interface LpPoolSettings {
  readonly normType: number;
  readonly kernelSize: Sizes;
  readonly stride: Sizes | null;
  readonly ceilMode: boolean;
}

/** In PyTorch's order. */
const LP_POOL: LpPoolSettings = { normType: required, kernelSize: required, stride: null, ceilMode: false };

/**
 * The `normType`-norm of each window: `(sum of x^p)^(1/p)`, its largest magnitude for infinity. Where a sum is 0, so is its gradient.
 * @param x [N, C, H, W] or [C, H, W].
 * @param args normType, kernelSize, stride (default: the kernel size) and ceilMode (false), in this order or by name.
 * @throws {ArgumentError} for normType 0. @throws as {@link avgPool2d}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool2d.html
 * @example
 * F.lpPool2d(rand([1, 3, 8, 8]), 2, 2).shape; // [1, 3, 4, 4]
 */
export function lpPool2d(x: Tensor, ...args: LpPoolArguments<Pair>): Tensor {
  return lpPool(2, x, readArguments('lpPool2d', LP_POOL, args));
}

/**
 * {@link lpPool2d} along one axis.
 * @param x [N, C, L] or [C, L]. @param args as in lpPool2d.
 * @throws as lpPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool1d.html
 * @example
 * F.lpPool1d(rand([1, 3, 8]), 2, 2).shape; // [1, 3, 4]
 */
export function lpPool1d(x: Tensor, ...args: LpPoolArguments<Single>): Tensor {
  return lpPool(1, x, readArguments('lpPool1d', LP_POOL, args));
}

/**
 * {@link lpPool2d} over volumes.
 * @param x [N, C, D, H, W] or [C, D, H, W]. @param args as in lpPool2d.
 * @throws as lpPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool3d.html
 * @example
 * F.lpPool3d(rand([1, 3, 4, 8, 8]), 2, 2).shape; // [1, 3, 2, 4, 4]
 */
export function lpPool3d(x: Tensor, ...args: LpPoolArguments<Triple>): Tensor {
  return lpPool(3, x, readArguments('lpPool3d', LP_POOL, args));
}

function lpPool(rank: Rank, x: Tensor, { normType: p, kernelSize, stride, ceilMode }: LpPoolSettings): Tensor {
  const op = `lpPool${rank}d`;
  assertNormType(op, p);
  checkPoolInput(op, rank, x);
  const windows = { kernelSize, stride, padding: null, ceilMode };
  const largest = (y: Tensor) => maxPoolOf(op, rank, y, { ...windows, dilation: null, returnIndices: false }) as Tensor;
  if (p === Number.POSITIVE_INFINITY) return largest(abs(x));
  if (p === Number.NEGATIVE_INFINITY) return neg(largest(neg(abs(x))));
  const elements = sizesPerAxis(op, 'kernelSize', kernelSize, rank, 1).reduce((a, b) => a * b, 1);
  const mean = avgPoolOf(op, rank, pow(x, p), { ...windows, countIncludePad: true });
  // relu stops the infinite gradient of the root at 0; the sign has none.
  return pow(mul(mul(detach(sign(mean)), relu(abs(mean))), elements), 1 / p);
}

/** @throws {ArgumentError} for 0, which makes no norm. */
function assertNormType(op: string, p: unknown): void {
  if (typeof p !== 'number' || p === 0 || Number.isNaN(p)) throw unexpected(op, 'normType', p, 'a number other than 0, or Infinity');
}

abstract class LPPool<S extends Sizes> extends Module {
  /** The power of the norm. */
  readonly normType: number;
  /** Of each window. */
  readonly kernelSize: S;
  /** Elements from one window to the next; null for the kernel size. */
  readonly stride: S | null;
  /** Whether windows may reach over the end. */
  readonly ceilMode: boolean;
  private readonly spatialDims: Rank;

  protected constructor(name: string, rank: Rank, args: readonly unknown[]) {
    super();
    this.spatialDims = rank;
    const { normType, kernelSize, stride, ceilMode } = readArguments(name, LP_POOL, args);
    assertNormType(name, normType);
    sizesPerAxis(name, 'kernelSize', kernelSize, rank, 1);
    if (stride !== null) sizesPerAxis(name, 'stride', stride, rank, 1);
    this.normType = normType;
    this.kernelSize = kernelSize as S;
    this.stride = stride as S | null;
    this.ceilMode = ceilMode;
  }

  /** @returns [N, C, ...sizes], or without N. */
  forward(x: Tensor): Tensor {
    return lpPool(this.spatialDims, x, this);
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
   * @param args normType, kernelSize, stride (default: the kernel size) and ceilMode (false), in this order or by name.
   */
  constructor(...args: LpPoolArguments<Single>) {
    super(classNameOf(new.target), 1, args);
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
   * @param args normType, kernelSize, stride (default: the kernel size) and ceilMode (false), in this order or by name.
   */
  constructor(...args: LpPoolArguments<Pair>) {
    super(classNameOf(new.target), 2, args);
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
   * @param args normType, kernelSize, stride (default: the kernel size) and ceilMode (false), in this order or by name.
   */
  constructor(...args: LpPoolArguments<Triple>) {
    super(classNameOf(new.target), 3, args);
  }
}
