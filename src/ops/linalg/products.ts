/** Products of several matrices, the matrix exponential, and solutions of tensor equations. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, readOptions, tooMany } from '../../tensor/arguments/arguments.js';
import { assertNumbers, assertTensor, countOf } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { eye, fullLike } from '../../tensor/create/create.js';
import { broadcastShapes, normalizeDim, numel, sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { add, div, mul } from '../elementwise/binary.js';
import { abs } from '../elementwise/unary.js';
import { cat } from '../join/join.js';
import { matmul } from '../products/matmul.js';
import { cross as crossOf, matrixPower as powerOf } from '../products/products.js';
import { amax } from '../reduce/extrema.js';
import { cumprod } from '../reduce/scan.js';
import { sum } from '../reduce/sum.js';
import { expand, movedim, reshape, squeeze, unsqueeze } from '../view/movement.js';
import { diagonal as diagonalOf } from '../view/select.js';
import { inv, solve } from './lu.js';
import { assertSquare, columnsOf, raw } from './matrices.js';

/** The options of {@link vecdot}. */
export interface VecdotOptions {
  /** Default: -1, the last. */
  dim?: number;
}

/** The options of {@link cross}. */
export type CrossOptions = VecdotOptions;

/** The options of {@link diagonal}. */
export interface DiagonalOptions {
  /** Above 0 the diagonal lies above the main one. Default: 0. */
  offset?: number;
  /** The dim of the rows. Default: -2. */
  dim1?: number;
  /** The dim of the columns. Default: -1. */
  dim2?: number;
}

/** The options of {@link vander}. */
export interface VanderOptions {
  /** How many powers. Default: null, as many as a vector has elements. */
  N?: number | null;
}

/** The options of {@link tensorinv}. */
export interface TensorinvOptions {
  /** How many of the leading dims are those of the result. Default: 2. */
  ind?: number;
}

/** The options of {@link tensorsolve}. */
export interface TensorsolveOptions {
  /** Dims of A that are moved to its end first. Default: null, none. */
  dims?: readonly number[] | null;
}

/**
 * The sum of products along a dim; the other dims broadcast.
 * @param given dim (default -1), by position or by name. @see https://pytorch.org/docs/stable/generated/torch.linalg.vecdot.html
 */
export function vecdot(a: Tensor, b: Tensor, ...given: Arguments<VecdotOptions, [dim: 'dim']>): Tensor {
  assertTensor('vecdot', 'x', a);
  assertTensor('vecdot', 'y', b);
  const { dim } = readArguments('vecdot', { dim: -1 }, given);
  return sum(mul(a, b), dim);
}

/**
 * The product of several matrices in the order that takes the fewest multiplications; the first and the last may be vectors.
 * @param matrices two or more. @throws {ShapeError} where sizes do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.multi_dot.html
 */
export function multiDot(matrices: readonly Tensor[]): Tensor {
  if (arguments.length > 1) tooMany('multiDot', 1, arguments);
  const op = 'multiDot';
  if (!Array.isArray(matrices) || matrices.length < 2)
    throw new ArgumentError(`${op}: got ${show(matrices)}, expected a list of two or more tensors.`);
  matrices.forEach((x, i) => {
    assertTensor(op, `matrices[${i}]`, x);
    const isEnd = i === 0 || i === matrices.length - 1;
    if (x.ndim !== 2 && !(isEnd && x.ndim === 1))
      throw new ShapeError(`${op}: matrices[${i}] is ${showShape(x.shape)}, expected a matrix${isEnd ? ' or a vector' : ''}.`);
  });
  const [first, last] = [matrices[0]!, matrices[matrices.length - 1]!];
  const own = matrices.map((x, i) => (x.ndim === 2 ? x : unsqueeze(x, i === 0 ? 0 : 1)));
  let out = chain(own, op);
  if (first.ndim === 1) out = squeeze(out, 0);
  return last.ndim === 1 ? squeeze(out, -1) : out;
}

/**
 * The cross product of vectors of size 3, along `dim` (default: -1); the other dims broadcast.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.cross.html
 */
export function cross(a: Tensor, b: Tensor, ...given: Arguments<VecdotOptions, [dim: 'dim']>): Tensor {
  const op = 'linalg.cross';
  assertTensor(op, 'x', a);
  assertTensor(op, 'y', b);
  const { dim } = readArguments(op, { dim: -1 }, given);
  if (a.ndim !== b.ndim)
    throw new ShapeError(`${op}: inputs are ${showShape(a.shape)} and ${showShape(b.shape)}, expected the same number of dims.`);
  const shape = broadcastShapes(a.shape, b.shape, op);
  return crossOf(expand(a, shape), expand(b, shape), normalizeDim(dim, a.ndim, op));
}

/**
 * The diagonals of matrices: {@link diagonal} of the library, of the last two dims.
 * @param options.offset default 0. @param options.dim1 default -2. @param options.dim2 default -1.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.diagonal.html
 */
export function diagonal(a: Tensor, options?: DiagonalOptions): Tensor {
  const { offset, dim1, dim2 } = readOptions('linalg.diagonal', { offset: 0, dim1: -2, dim2: -1 }, options);
  return diagonalOf(a, offset, dim1, dim2);
}

/**
 * A matrix of powers of each element of vectors: x^0, x^1, … x^(N - 1).
 * @param x [..., n]. @param options.N how many. Default: n. @returns [..., n, N].
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.vander.html
 */
export function vander(x: Tensor, options?: VanderOptions): Tensor {
  if (arguments.length > 2) tooMany('vander', 2, arguments);
  const op = 'linalg.vander';
  assertTensor(op, 'x', x);
  const { N } = readOptions<Required<VanderOptions>>(op, { N: null }, options);
  const count = N ?? x.shape.at(-1) ?? 0;
  if (x.ndim === 0) throw new ShapeError(`${op}: x is [], expected vectors [..., n].`);
  countOf(op, 'N', count, 2);
  const column = unsqueeze(x, -1);
  const ones = fullLike(column, 1);
  return cat([ones, cumprod(expand(column, [...x.shape, count - 1]), -1)], -1);
}

/**
 * A matrix times itself, `n` times; negative n by its inverse.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.matrix_power.html
 */
export function matrixPower(a: Tensor, n: number): Tensor {
  if (arguments.length > 2) tooMany('matrixPower', 2, arguments);
  assertTensor('matrixPower', 'A', a);
  return Number.isInteger(n) && n < 0 ? powerOf(inv(a), -n) : powerOf(a, n);
}

/** By dynamic programming: Cormen et al., Introduction to Algorithms, 15.2. */
function chain(matrices: readonly Tensor[], op: string): Tensor {
  const n = matrices.length;
  const sizes = [...matrices.map((x) => x.shape[0]!), matrices[n - 1]!.shape[1]!];
  matrices.forEach((x, i) => {
    if (x.shape[1] !== sizes[i + 1])
      throw new ShapeError(
        `${op}: matrices[${i}] is ${showShape(x.shape)} and the next ${showShape(matrices[i + 1]!.shape)}, expected inner sizes that agree.`,
      );
  });
  const cost = matrices.map(() => new Float64Array(n));
  const cut = matrices.map(() => new Int32Array(n));
  for (let length = 1; length < n; length++) {
    for (let i = 0; i + length < n; i++) {
      const j = i + length;
      cost[i]![j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const total = cost[i]![k]! + cost[k + 1]![j]! + sizes[i]! * sizes[k + 1]! * sizes[j + 1]!;
        if (total < cost[i]![j]!) [cost[i]![j], cut[i]![j]] = [total, k];
      }
    }
  }
  const product = (i: number, j: number): Tensor => (i === j ? matrices[i]! : matmul(product(i, cut[i]![j]!), product(cut[i]![j]! + 1, j)));
  return product(0, n - 1);
}

/** The Taylor polynomial of degree 18 is exact to the precision of float64 up to this norm: Bader, Blanes and Casas 2019. */
const TAYLOR_NORM = 1.09;
const TAYLOR_DEGREE = 18;

/**
 * The matrix exponential, by a Taylor polynomial of a halved matrix that is squared again.
 * @param a [..., n, n]. @see https://pytorch.org/docs/stable/generated/torch.linalg.matrix_exp.html
 * @example
 * linalg.matrixExp(zeros([2, 2])).toArray(); // [[1, 0], [0, 1]]
 */
export function matrixExp(a: Tensor): Tensor {
  if (arguments.length > 1) tooMany('matrixExp', 1, arguments);
  assertSquare('matrixExp', 'A', a);
  const n = columnsOf(a);
  const identity = expand(eye(n, { dtype: a.dtype }), a.shape);
  if (numel(a.shape) === 0) return add(a, identity);
  const norm = Number(toTypedArray(raw(() => amax(sum(abs(a), -2))))[0]);
  const halvings = norm > TAYLOR_NORM ? Math.ceil(Math.log2(norm / TAYLOR_NORM)) : 0;
  const x = halvings === 0 || !Number.isFinite(halvings) ? a : div(a, 2 ** halvings);
  // Horner: 1 + x (1 + x/2 (1 + x/3 (…)))
  let out = add(div(x, TAYLOR_DEGREE), identity);
  for (let k = TAYLOR_DEGREE - 1; k > 0; k--) out = add(matmul(div(x, k), out), identity);
  for (let i = 0; i < halvings && Number.isFinite(halvings); i++) out = matmul(out, out);
  return out;
}

/**
 * The inverse of `tensordot(A, ·, A.ndim - ind)`.
 * @param given ind, how many of the leading dims are those of the result. Default: 2.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.tensorinv.html
 */
export function tensorinv(a: Tensor, ...given: Arguments<TensorinvOptions, [ind: 'ind']>): Tensor {
  const op = 'tensorinv';
  assertTensor(op, 'A', a);
  const { ind } = readArguments(op, { ind: 2 }, given);
  countOf(op, 'ind', ind, 1);
  const [rows, columns] = [a.shape.slice(0, ind), a.shape.slice(ind)];
  if (numel(rows) !== numel(columns))
    throw new ShapeError(`${op}: A is ${showShape(a.shape)}, expected as many elements in its first ${ind} dims as in the others.`);
  return reshape(inv(reshape(a, [numel(rows), numel(columns)])), [...columns, ...rows]);
}

/**
 * X with `tensordot(A, X, X.ndim) = B`.
 * @param given dims of A that are moved to its end first. @see https://pytorch.org/docs/stable/generated/torch.linalg.tensorsolve.html
 */
export function tensorsolve(a: Tensor, b: Tensor, ...given: Arguments<TensorsolveOptions, [dims: 'dims']>): Tensor {
  const op = 'tensorsolve';
  assertTensor(op, 'A', a);
  assertTensor(op, 'B', b);
  const { dims } = readArguments<Required<TensorsolveOptions>>(op, { dims: null }, given);
  if (dims !== null) assertNumbers(op, 'dims', dims);
  const own =
    dims === null
      ? a
      : movedim(
          a,
          dims.map((d) => normalizeDim(d, a.ndim, op)),
          dims.map((_, i) => a.ndim - dims.length + i),
        );
  const rest = own.shape.slice(b.ndim);
  if (!sameShape(own.shape.slice(0, b.ndim), b.shape) || numel(rest) !== numel(b.shape))
    throw new ShapeError(
      `${op}: A is ${showShape(own.shape)} and B ${showShape(b.shape)}, expected A to begin with B's dims, and as many elements in the others.`,
    );
  return reshape(solve(reshape(own, [numel(b.shape), numel(rest)]), reshape(b, [numel(b.shape)])), rest);
}
