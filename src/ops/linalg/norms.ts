/** Norms, condition numbers and ranks of vectors and matrices. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, readOptions } from '../../tensor/arguments/arguments.js';
import { assertFloating, assertNumbers } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { zeros } from '../../tensor/create/create.js';
import { normalizeDim, numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { div, mul } from '../elementwise/binary.js';
import { clampMin } from '../elementwise/clamp.js';
import { gt, ne } from '../elementwise/comparison.js';
import { abs } from '../elementwise/unary.js';
import { amax, amin } from '../reduce/extrema.js';
import { sum } from '../reduce/sum.js';
import { norm as pNorm } from '../statistics/moments.js';
import { detach, to } from '../view/copy.js';
import { movedim, reshape } from '../view/movement.js';
import { eigvalsh } from './eigh.js';
import { inv } from './lu.js';
import { assertMatrices, assertSquare, columnsOf, rowsOf } from './matrices.js';
import { svdvals } from './svd.js';

/** Of a matrix: Frobenius and nuclear norm, the largest or smallest sum of a column (1, -1) or row (Infinity), singular value (2, -2). */
export type MatrixOrder = 'fro' | 'nuc' | number;

/** The options of {@link vectorNorm}. */
export interface VectorNormOptions {
  /** The order: any number, also 0 (how many are not 0) and ±Infinity (the largest or smallest). Default: 2. */
  ord?: number;
  /** The dims to reduce. Default: all. */
  dim?: number | readonly number[] | null;
  /** Keeps the dims with size 1. Default: false. */
  keepdim?: boolean;
  /** What to compute in. Default: the dtype of x. */
  dtype?: 'float32' | 'float64' | null;
}

/**
 * The norm of vectors: (sum |x|^ord)^(1 / ord).
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html
 * @example
 * linalg.vectorNorm(tensor([3, 4])).item(); // 5
 */
export function vectorNorm(x: Tensor, ...given: Arguments<VectorNormOptions, [ord: 'ord', dim: 'dim', keepdim: 'keepdim']>): Tensor {
  const op = 'vectorNorm';
  assertFloating(op, 'x', x);
  const { ord, dim, keepdim, dtype } = readArguments(
    op,
    { ord: 2, dim: null as number | readonly number[] | null, keepdim: false, dtype: null as 'float32' | 'float64' | null },
    given,
  );
  if (dim !== null) assertNumbers(op, 'dim', dim, true);
  const own = dtype === null ? x : to(x, dtype);
  const dims = dim === null ? own.shape.map((_, d) => d) : typeof dim === 'number' ? [dim] : [...dim];
  if (dims.length === 0 && own.ndim === 0) return ord === 0 ? to(ne(own, 0), own.dtype) : abs(own);
  return pNorm(own, ord, dims, keepdim);
}

/** The options of {@link matrixNorm}. */
export interface MatrixNormOptions {
  /** Default: `fro`. */
  ord?: MatrixOrder;
  /** The two dims of the matrices. Default: the last two. */
  dim?: readonly [number, number];
  /** Keeps the dims with size 1. Default: false. */
  keepdim?: boolean;
  /** Converts to this dtype first. Default: the dtype of the input. */
  dtype?: 'float32' | 'float64' | null;
}

/**
 * The norm of matrices: `fro` (Frobenius), `nuc` (the sum of the singular values), 1 or -1 (the largest or smallest sum of a column's absolute
 * values), Infinity or -Infinity (of a row's), 2 or -2 (the largest or smallest singular value).
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.matrix_norm.html
 */
export function matrixNorm(x: Tensor, ...given: Arguments<MatrixNormOptions, [ord: 'ord', dim: 'dim', keepdim: 'keepdim']>): Tensor {
  const op = 'matrixNorm';
  assertMatrices(op, 'x', x);
  const read = readArguments<{ ord: unknown; dim: readonly number[]; keepdim: boolean; dtype: 'float32' | 'float64' | null }>(
    op,
    { ord: null, dim: [-2, -1], keepdim: false, dtype: null },
    given,
  );
  assertNumbers(op, 'dim', read.dim);
  const ord = read.ord ?? 'fro';
  const own = read.dtype === null ? x : to(x, read.dtype);
  const dims = read.dim.map((d) => normalizeDim(d, own.ndim, op));
  if (dims.length !== 2 || dims[0] === dims[1]) throw new ArgumentError(`${op}: dim is ${show(read.dim)}, expected two different dims.`);
  const kept = (out: Tensor): Tensor => {
    if (!read.keepdim) return out;
    return reshape(
      out,
      own.shape.map((size, d) => (dims.includes(d) ? 1 : size)),
    );
  };
  if (ord === 'fro') return pNorm(own, 2, dims, read.keepdim);
  const matrices = movedim(own, dims, [-2, -1]);
  if (ord === 'nuc') return kept(sum(svdvals(matrices), -1));
  if (ord === 2 || ord === -2) return kept(ord === 2 ? amax(svdvals(matrices), -1) : amin(svdvals(matrices), -1));
  if (ord === 1 || ord === -1 || ord === Number.POSITIVE_INFINITY || ord === Number.NEGATIVE_INFINITY) {
    const sums = sum(abs(matrices), Math.abs(ord) === 1 ? -2 : -1);
    return kept(ord > 0 ? amax(sums, -1) : amin(sums, -1));
  }
  throw new ArgumentError(`${op}: ord is ${show(ord)}, expected "fro", "nuc", 1, -1, 2, -2, Infinity or -Infinity.`);
}

/** The options of {@link norm}. */
export interface NormOptions {
  /** Default: 2 over all elements; for two dims `fro`. */
  ord?: MatrixOrder | null;
  /** The dim of vectors, or the two of matrices. Default: all dims. */
  dim?: number | readonly number[] | null;
  /** Keeps the dims with size 1. Default: false. */
  keepdim?: boolean;
  /** Converts to this dtype first. Default: the dtype of the input. */
  dtype?: 'float32' | 'float64' | null;
}

/**
 * {@link vectorNorm} or {@link matrixNorm}: without `ord` and `dim` the 2-norm of all elements; with two dims, or a matrix and an `ord`, that of matrices.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.norm.html
 */
export function norm(x: Tensor, ...given: Arguments<NormOptions, [ord: 'ord', dim: 'dim', keepdim: 'keepdim']>): Tensor {
  const op = 'linalg.norm';
  assertFloating(op, 'x', x);
  const { ord, dim, keepdim, dtype } = readArguments<Required<NormOptions>>(
    op,
    { ord: null, dim: null, keepdim: false, dtype: null },
    given,
  );
  if (dim !== null) assertNumbers(op, 'dim', dim, true);
  const dims = dim === null ? null : typeof dim === 'number' ? [dim] : [...dim];
  const isMatrix = dims === null ? ord !== null && x.ndim === 2 : dims.length === 2 && ord !== null;
  if (dims === null && ord !== null && x.ndim > 2)
    throw new ShapeError(`${op}: x is ${showShape(x.shape)}, expected one or two dims where ord is given without dim.`);
  if (isMatrix) {
    const [a, b] = dims ?? [-2, -1];
    return matrixNorm(x, ord!, { dim: [a!, b!], keepdim, dtype });
  }
  if (typeof ord === 'string') throw new ArgumentError(`${op}: ord "${ord}" is for matrices, and dim is ${show(dim)}. Give two dims.`);
  return vectorNorm(x, ord ?? 2, { dim: dims, keepdim, dtype });
}

/** The options of {@link cond}. */
export interface CondOptions {
  /** The order of the norm; null and 2 give the ratio of the singular values. Default: null. */
  p?: MatrixOrder | null;
}

/**
 * The condition number of matrices: the product of the norms of A and its inverse; for `null` and 2 the ratio of the singular values.
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.cond.html
 */
export function cond(x: Tensor, ...args: Arguments<CondOptions, [p: 'p']>): Tensor {
  assertMatrices('cond', 'A', x);
  const { p: order } = readArguments<Required<CondOptions>>('cond', { p: null }, args);
  if (order === null || order === 2 || order === -2) {
    const values = svdvals(x);
    const [largest, smallest] = [amax(values, -1), amin(values, -1)];
    return order === -2 ? div(smallest, largest) : div(largest, smallest);
  }
  assertSquare('cond', 'A', x);
  return mul(matrixNorm(x, order), matrixNorm(inv(x), order));
}

/** The options of {@link matrixRank}. */
export interface MatrixRankOptions {
  /** Values at most this large count as zero. Default: 0. */
  atol?: number | null;
  /** … or at most this share of the largest. Default: max(m, n) times the dtype's precision, 0 where atol is given. */
  rtol?: number | null;
  /** Takes the matrices for symmetric, and their eigenvalues. Default: false. */
  hermitian?: boolean;
}

/** The older name of {@link MatrixRankOptions}. @deprecated Use that. */
export type ToleranceOptions = MatrixRankOptions;

/** @internal The defaults of {@link matrixRank}. */
export const TOLERANCE: Required<MatrixRankOptions> = { atol: null, rtol: null, hermitian: false };

/** What counts as zero beside `values` [..., k], as [..., 1]. */
export function toleranceOf(x: Tensor, values: Tensor, { atol, rtol }: { atol: number | null; rtol: number | null }): Tensor {
  const precision = x.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
  const share = rtol ?? (atol !== null && atol > 0 ? 0 : Math.max(columnsOf(x), rowsOf(x)) * precision);
  return clampMin(mul(amax(values, -1, true), share), atol ?? 0);
}

/**
 * The rank of matrices: how many singular values are not zero, within a tolerance. int64 [...].
 * @see https://pytorch.org/docs/stable/generated/torch.linalg.matrix_rank.html
 */
export function matrixRank(x: Tensor, options?: MatrixRankOptions): Tensor {
  const op = 'matrixRank';
  assertMatrices(op, 'A', x);
  const { atol, rtol, hermitian } = readOptions(op, TOLERANCE, options);
  const own = detach(x);
  if (numel(own.shape.slice(-2)) === 0) return zeros(own.shape.slice(0, -2), { dtype: 'int64' });
  const values = hermitian ? abs(eigvalsh(own)) : svdvals(own);
  return sum(to(gt(values, toleranceOf(own, values, { atol, rtol })), 'int64'), -1);
}
