/** Power-average pooling: the p-norm of each window. */
import { ArgumentError } from '../../errors.js';
import { mul, pow } from '../../ops/elementwise/binary.js';
import { abs, neg, relu, sign } from '../../ops/elementwise/unary.js';
import { detach } from '../../ops/view/copy.js';
import { leadingByName, type Named, readArguments } from '../../tensor/arguments.js';
import { type Pair, type Rank, type Single, type Sizes, sizesPerAxis, type Triple } from '../../tensor/checks.js';
import { show } from '../../tensor/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d } from './functional.js';

/** The options of the power-average pools. */
export interface LpPoolOptions<S extends Sizes = Sizes> {
  /** Elements from one window to the next. Default: the kernel size. */
  stride?: S | null;
  /** Lets windows reach over the end, as long as they start inside. Default: false. */
  ceilMode?: boolean;
}

/**
 * The `normType`-norm of each window: `(sum of x^p)^(1/p)`, its largest magnitude for infinity. Where a sum is 0, so is its gradient.
 * @param x [N, C, H, W] or [C, H, W]. @param stride, ceilMode: in this order, or by name in one object.
 * @throws {ArgumentError} for normType 0. @throws as {@link avgPool2d}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool2d.html
 * @example
 * F.lpPool2d(rand([1, 3, 8, 8]), 2, 2).shape; // [1, 3, 4, 4]
 */
export function lpPool2d(
  x: Tensor,
  normType: number,
  kernelSize: Pair,
  stride?: Pair | LpPoolOptions<Pair> | null,
  ceilMode?: boolean,
): Tensor;
export function lpPool2d(x: Tensor, options: Named<LpPoolOptions<Pair>, 'kernelSize', Pair> & { normType: number }): Tensor;
export function lpPool2d(x: Tensor, ...given: unknown[]): Tensor {
  return lpPool('lpPool2d', 2, x, given);
}

/**
 * {@link lpPool2d} along one axis.
 * @param x [N, C, L] or [C, L].
 * @throws as lpPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool1d.html
 * @example
 * F.lpPool1d(rand([1, 3, 8]), 2, 2).shape; // [1, 3, 4]
 */
export function lpPool1d(
  x: Tensor,
  normType: number,
  kernelSize: Single,
  stride?: Single | LpPoolOptions<Single> | null,
  ceilMode?: boolean,
): Tensor;
export function lpPool1d(x: Tensor, options: Named<LpPoolOptions<Single>, 'kernelSize', Single> & { normType: number }): Tensor;
export function lpPool1d(x: Tensor, ...given: unknown[]): Tensor {
  return lpPool('lpPool1d', 1, x, given);
}

/**
 * {@link lpPool2d} over volumes.
 * @param x [N, C, D, H, W] or [C, D, H, W].
 * @throws as lpPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool3d.html
 * @example
 * F.lpPool3d(rand([1, 3, 4, 8, 8]), 2, 2).shape; // [1, 3, 2, 4, 4]
 */
export function lpPool3d(
  x: Tensor,
  normType: number,
  kernelSize: Triple,
  stride?: Triple | LpPoolOptions<Triple> | null,
  ceilMode?: boolean,
): Tensor;
export function lpPool3d(x: Tensor, options: Named<LpPoolOptions<Triple>, 'kernelSize', Triple> & { normType: number }): Tensor;
export function lpPool3d(x: Tensor, ...given: unknown[]): Tensor {
  return lpPool('lpPool3d', 3, x, given);
}

type Pool = (x: Tensor, kernelSize: Sizes, options: LpPoolOptions) => Tensor;
const AVERAGE = { 1: avgPool1d, 2: avgPool2d, 3: avgPool3d } as Record<Rank, Pool>;
const LARGEST = { 1: maxPool1d, 2: maxPool2d, 3: maxPool3d } as Record<Rank, Pool>;

function lpPool(op: string, rank: Rank, x: Tensor, all: readonly unknown[]): Tensor {
  const [p, kernelSize, ...given] = leadingByName(op, ['normType', 'kernelSize'], all) as [number, Sizes, ...unknown[]];
  checkNormType(op, p);
  const options = readArguments(op, { stride: null, ceilMode: false }, given);
  if (p === Number.POSITIVE_INFINITY) return LARGEST[rank](abs(x), kernelSize, options);
  if (p === Number.NEGATIVE_INFINITY) return neg(LARGEST[rank](neg(abs(x)), kernelSize, options));
  const elements = sizesPerAxis(op, 'kernelSize', kernelSize, rank, 1).reduce((a, b) => a * b, 1);
  const mean = AVERAGE[rank](pow(x, p), kernelSize, options);
  // relu stops the infinite gradient of the root at 0; the sign has none.
  return pow(mul(mul(detach(sign(mean)), relu(abs(mean))), elements), 1 / p);
}

/** @internal Throws for 0, which is no norm. */
export function checkNormType(op: string, p: number): void {
  if (typeof p !== 'number' || p === 0 || Number.isNaN(p))
    throw new ArgumentError(`${op}: normType is ${show(p)}, expected a number other than 0, or Infinity.`);
}
