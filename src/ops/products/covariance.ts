/** How variables vary together. */
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { readOptions, tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor, assertTensorOrNull } from '../../tensor/arguments/checks.js';
import { zeros } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { div, floats, maximum, mul, sub } from '../elementwise/binary.js';
import { ge, lt } from '../elementwise/comparison.js';
import { where } from '../elementwise/table.js';
import { sqrt } from '../elementwise/unary.js';
import { stack } from '../join/join.js';
import { mean, sum } from '../reduce/sum.js';
import { detach, to } from '../view/copy.js';
import { reshape, squeeze, t, transpose } from '../view/movement.js';
import { select } from '../view/select.js';
import { mm } from './matmul.js';

/** The options of {@link cov}. */
export interface CovOptions {
  /** Taken from the number of observations in the divisor. Default: 1. */
  correction?: number;
  /** How often each observation was made: whole numbers [n]. Default: once. */
  fweights?: Tensor | null;
  /** How much each observation counts, [n], at least 0. Default: as much as every other. */
  aweights?: Tensor | null;
}

/**
 * The covariance of variables (rows) over observations (columns).
 * @throws {ShapeError} for more than 2 dims, and weights that are not one for each observation. @throws {DTypeError} for fweights that are
 * no integers. @throws {ArgumentError} for negative weights. @see https://pytorch.org/docs/stable/generated/torch.cov.html
 */
export function cov(x: Tensor, options?: CovOptions): Tensor {
  assertTensor('cov', 'x', x);
  const defaults: Required<CovOptions> = { correction: 1, fweights: null, aweights: null };
  const { correction, fweights, aweights } = readOptions('cov', defaults, options);
  if (x.ndim > 2) throw new ShapeError(`cov: input is ${showShape(x.shape)}, expected at most 2 dims.`);
  const source = floats(x);
  const rows = x.ndim < 2 ? reshape(source, [1, -1]) : source;
  const count = rows.shape[1]!;
  for (const [name, weights] of Object.entries({ fweights, aweights })) checkWeights(name, weights, count);
  const weights = [fweights, aweights].filter((w) => w !== null).map((w) => to(w, rows.dtype));
  const [weight, total] = weights.length === 0 ? [null, count] : [weights.reduce(mul), sum(weights.reduce(mul))];
  const average = (y: Tensor) => (weight === null ? mean(y, 1, true) : div(sum(mul(y, weight), 1, true), total));
  // Twice: the mean of large numbers is rounded by more than small deviations can bear.
  const near = sub(rows, average(rows));
  const centered = sub(near, average(near));
  const product = mm(weight === null ? centered : mul(centered, weight), t(centered));
  return squeeze(div(product, divisorOf(total, weights, aweights, correction)));
}

function checkWeights(name: string, weights: Tensor | null, count: number): void {
  assertTensorOrNull('cov', name, weights);
  if (weights === null) return;
  if (weights.ndim !== 1 || weights.shape[0] !== count)
    throw new ShapeError(`cov: ${name} are ${showShape(weights.shape)}, expected one for each of the ${count} observations.`);
  if (name === 'fweights' && isFloating(weights.dtype))
    throw new DTypeError(`cov: fweights are ${weights.dtype}, expected whole numbers. Weights that are not are aweights.`);
  if (Array.from(toTypedArray(detach(weights)), Number).some((w) => w < 0)) throw new ArgumentError(`cov: ${name} must be at least 0.`);
}

/** The number of observations less the correction, which counts as much as their weights on average; 0 at least. */
function divisorOf(total: Tensor | number, weights: readonly Tensor[], aweights: Tensor | null, correction: number): Tensor | number {
  if (typeof total === 'number') return Math.max(total - correction, 0);
  if (correction === 0) return total;
  const each = aweights === null ? correction : mul(div(sum(mul(weights.reduce(mul), to(aweights, total.dtype))), total), correction);
  return maximum(sub(total, each), zeros([], { dtype: total.dtype }));
}

/** The correlation of variables (rows) over observations (columns), from -1 to 1. */
export function corrcoef(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('corrcoef', 1, arguments);
  assertTensor('corrcoef', 'x', x);
  const c = cov(x);
  if (c.ndim === 0) return div(c, c);
  const n = c.shape[0]!;
  const deviations = reshape(stack(Array.from({ length: n }, (_, i) => select(select(c, 0, i), 0, i))), [n, 1]);
  const scale = sqrt(deviations);
  const out = div(div(c, scale), transpose(scale, 0, 1));
  return where(lt(out, -1), -1, where(ge(out, 1), 1, out));
}
