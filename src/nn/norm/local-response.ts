/** Normalisation by neighbouring channels: the function and its layer. */
import { ShapeError, showShape } from '../../errors.js';
import { add, div, mul, pow } from '../../ops/elementwise/binary.js';
import { pad } from '../../ops/join/pad.js';
import { reshape } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloating, countOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type LayerKind, Module } from '../module/module.js';
import { float } from '../module/text.js';
import { avgPool2d } from '../pool/average.js';

/** The options of {@link LocalResponseNorm}. */
export interface LocalResponseNormOptions {
  /** The weight of the squares. Default: 1e-4. */
  alpha?: number;
  /** The exponent. Default: 0.75. */
  beta?: number;
  /** Added to the mean of squares. Default: 1. */
  k?: number;
}

const DEFAULTS: Settings<LocalResponseNormOptions> = { alpha: 1e-4, beta: 0.75, k: 1 };

/** The arguments of {@link LocalResponseNormOptions}, in PyTorch's order. */
type LocalResponseNormArguments = Arguments<LocalResponseNormOptions, [alpha: 'alpha', beta: 'beta', k: 'k']>;

/**
 * Divides by the strength of the `size` channels around: `y = x / (k + alpha mean(x^2))^beta`, what lies outside counting as 0.
 * @param x [N, C, ...] of at least 3 dims, floating. @param size how many channels. @param args alpha, beta and k in this order or by name.
 * @throws {ShapeError} for fewer dims. @throws {ArgumentError} for a size below 1. @throws {DTypeError} for integers.
 * @see Krizhevsky et al. 2012; https://pytorch.org/docs/stable/generated/torch.nn.functional.local_response_norm.html
 */
export function localResponseNorm(x: Tensor, size: number, ...args: LocalResponseNormArguments): Tensor {
  const settings = readArguments('localResponseNorm', DEFAULTS, args);
  countOf('localResponseNorm', 'size', size, 1);
  assertItems('localResponseNorm', x);
  return localResponseNormOf(x, size, settings);
}

function assertItems(op: string, x: Tensor): void {
  assertFloating(op, 'input', x);
  if (x.ndim < 3) throw new ShapeError(`${op}: input is ${showShape(x.shape)}, expected [N, C, ...] of at least 3 dims.`);
}

/** {@link localResponseNorm} of checked arguments. */
function localResponseNormOf(x: Tensor, size: number, { alpha, beta, k }: Settings<LocalResponseNormOptions>): Tensor {
  if (numel(x.shape) === 0) return x;
  const [n, c] = x.shape as [number, number];
  const squares = reshape(mul(x, x), [n, 1, c, -1]);
  const means = avgPool2d(pad(squares, [0, 0, Math.floor(size / 2), Math.floor((size - 1) / 2)]), [size, 1], { stride: 1 });
  return div(x, pow(add(mul(reshape(means, x.shape), alpha), k), beta));
}

/**
 * Divides by the strength of the `size` channels around. Input [N, C, ...] of at least 3 dims.
 * @see Krizhevsky et al. 2012; https://pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
 * @example
 * new nn.LocalResponseNorm(2, { alpha: 1e-3 }).forward(randn([2, 3, 4, 4])).shape; // [2, 3, 4, 4]
 */
export class LocalResponseNorm extends Module {
  static override readonly className: string = 'LocalResponseNorm';
  static override readonly kind: LayerKind | null = 'norm';
  /** The factor of the squares. */
  readonly alpha: number;
  /** The exponent. */
  readonly beta: number;
  /** Added to the mean of squares. */
  readonly k: number;

  /**
   * Divides by the strength of the `size` channels around. Input [N, C, ...] of at least 3 dims.
   * @param args alpha (default 1e-4), beta (default 0.75) and k (default 1) in this order, or the options.
   */
  constructor(
    /** How many neighbouring channels count. */
    readonly size: number,
    ...args: LocalResponseNormArguments
  ) {
    super();
    const name = classNameOf(new.target);
    countOf(name, 'size', size, 1);
    const { alpha, beta, k } = readArguments(name, DEFAULTS, args);
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  forward(x: Tensor): Tensor {
    assertItems(classNameOf(this), x);
    return localResponseNormOf(x, this.size, this);
  }

  override extraRepr(): string {
    return `${this.size}, alpha=${float(this.alpha)}, beta=${float(this.beta)}, k=${float(this.k)}`;
  }
}
