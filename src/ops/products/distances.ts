/** Slices scaled by their norms, and distances between the rows of one matrix. */

import { named } from '../../autograd/node.js';
import { ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, tooMany } from '../../tensor/arguments/arguments.js';
import { above, assertDims, assertTensor, atLeast } from '../../tensor/arguments/checks.js';
import { normalizeDim } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add, div, mul, sub } from '../elementwise/binary.js';
import { gt } from '../elementwise/comparison.js';
import { where } from '../elementwise/table.js';
import { indexSelect } from '../gather/index-select.js';
import { triuIndices } from '../index/creation.js';
import { sum } from '../reduce/sum.js';
import { norm } from '../statistics/moments.js';
import { clone } from '../view/copy.js';
import { unsqueeze } from '../view/movement.js';
import { select } from '../view/select.js';

/**
 * `x` with each of its slices along `dim` whose norm is above `maxnorm` scaled down to that norm.
 * Gradient: through the norms as well.
 * @param p the exponent of the norm, above 0. @param maxnorm at least 0.
 * @throws {ShapeError} for fewer than 2 dims. @throws {ArgumentError} for another p or maxnorm.
 * @see https://pytorch.org/docs/stable/generated/torch.renorm.html
 * @example
 * renorm(tensor([[3, 4], [0.3, 0.4]]), 2, 0, 1); // [[0.6, 0.8], [0.3, 0.4]]
 */
export function renorm(x: Tensor, p: number, dim: number, maxnorm: number): Tensor {
  if (arguments.length > 4) tooMany('renorm', 4, arguments);
  assertTensor('renorm', 'x', x);
  above('renorm', 'p', p, 0);
  atLeast('renorm', 'maxnorm', maxnorm, 0);
  assertDims('renorm', 'x', x, 2);
  const d = normalizeDim(dim, x.ndim, 'renorm');
  const norms = norm(
    x,
    p,
    x.shape.map((_, i) => i).filter((i) => i !== d),
    true,
  );
  return named('Renorm', mul(x, where(gt(norms, maxnorm), div(maxnorm, add(norms, 1e-7)), 1)));
}

/** The options of {@link pdist}. */
export interface PdistOptions {
  /** The exponent of the norm. Default: 2. */
  p?: number;
}

/**
 * The distances of all pairs of rows of a matrix, the upper triangle of `cdist(x, x)` without its diagonal as one vector.
 * Gradient: 0 for rows that are equal.
 * @param args p, the exponent of the norm, by position or by name; default 2.
 * @throws {ShapeError} for other ranks. @throws {ArgumentError} for a negative p.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pdist.html
 */
export function pdist(x: Tensor, ...args: Arguments<PdistOptions, [p: 'p']>): Tensor {
  assertTensor('pdist', 'x', x);
  const { p } = readArguments('pdist', { p: 2 }, args);
  atLeast('pdist', 'p', p, 0);
  if (x.ndim !== 2) throw new ShapeError(`pdist: x is ${showShape(x.shape)}, expected a matrix.`);
  const pairs = triuIndices(x.shape[0]!, x.shape[0]!, 1);
  const [left, right] = [0, 1].map((i) => indexSelect(x, 0, clone(select(pairs, 0, i)))) as [Tensor, Tensor];
  return norm(sub(left, right), p, 1);
}

/** The p-norm of a - b. @param p default 2. */
export function dist(a: Tensor, b: Tensor, p = 2): Tensor {
  if (arguments.length > 3) tooMany('dist', 3, arguments);
  assertTensor('dist', 'a', a);
  assertTensor('dist', 'b', b);
  return named('Dist', norm(sub(a, b), p));
}

/**
 * The p-norm distance of every row of `a` to every row of `b`.
 * @param a [..., P, M]. @param b [..., R, M]. @param p default 2.
 * @returns [..., P, R]. @throws {ShapeError} for rows of different sizes.
 * @see https://pytorch.org/docs/stable/generated/torch.cdist.html
 */
export function cdist(a: Tensor, b: Tensor, p = 2): Tensor {
  if (arguments.length > 3) tooMany('cdist', 3, arguments);
  assertTensor('cdist', 'a', a);
  assertTensor('cdist', 'b', b);
  if (a.ndim < 2 || b.ndim < 2 || a.shape.at(-1) !== b.shape.at(-1))
    throw new ShapeError(`cdist: inputs are ${showShape(a.shape)} and ${showShape(b.shape)}, expected [..., P, M] and [..., R, M].`);
  const difference = sub(unsqueeze(a, -2), unsqueeze(b, -3));
  return named('Cdist', a.shape.at(-1) === 0 ? sum(difference, -1) : norm(difference, p, -1));
}
