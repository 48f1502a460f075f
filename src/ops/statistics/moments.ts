/** Variance and norms over dims. */

import { noGrad } from '../../autograd/modes/mode.js';
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { DTypeError } from '../../errors.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertFloating, assertNumber, assertTensor, unexpected } from '../../tensor/arguments/checks.js';
import { code, rowMajor } from '../../tensor/raw.js';
import { normalizeDims, numel, pick } from '../../tensor/shape.js';
import { aliasTensor, emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { assertDType, type DType, dtypes, isFloating } from '../../tensor/values/dtype.js';
import { div, mul, pow, sub } from '../elementwise/binary.js';
import { eq, ne } from '../elementwise/comparison.js';
import { where } from '../elementwise/table.js';
import { abs, sign, sqrt } from '../elementwise/unary.js';
import { amax, amin } from '../reduce/extrema.js';
import { type Dims, dropDims, mean, type ReduceOptions, reducedShape, reduceRaw, sum, withDims } from '../reduce/sum.js';
import { detach, to } from '../view/copy.js';

/** The options of {@link variance}, which is `var` outside. */
export interface VarOptions {
  /** What is reduced: one dim, several, or all. Default: all. */
  dim?: Dims;
  /** NumPy's name for `dim`, which PyTorch takes too. */
  axis?: Dims;
  /** Taken from the count in the divisor: 1 (default) gives the estimate without bias, 0 the plain mean of squares. */
  correction?: number;
  /** Older form of `correction`: true is 1, false is 0. */
  unbiased?: boolean;
  /** Keeps reduced dims with size 1. Default: false. */
  keepdim?: boolean;
  /** NumPy's name for `keepdim`. */
  keepdims?: boolean;
}

/** Dims, then PyTorch's older `unbiased` and `keepdim`, by position or by name; `unbiased` may stand alone. */
export type VarianceArguments = Arguments<VarOptions, [dim: 'dim', unbiased: 'unbiased', keepdim: 'keepdim']> | [unbiased: boolean];

/** The options of {@link variance}. */
export type VarianceOptions = VarOptions;
/** The options of {@link std}. */
export type StdOptions = VarOptions;
/** The options of {@link varMean}. */
export type VarMeanOptions = VarOptions;
/** The options of {@link stdMean}. */
export type StdMeanOptions = VarOptions;

const VARIANCE = { dim: undefined, unbiased: true, keepdim: false, correction: null };

/** The dims, what the divisor lacks, and whether dims stay. */
function readVariance(op: string, x: Tensor, given: VarianceArguments): { dim: Dims; correction: number; keepdim: boolean } {
  assertTensor(op, 'x', x);
  const args = typeof given[0] === 'boolean' ? [undefined, ...given] : given;
  const { dim, unbiased, keepdim, correction } = readArguments<{
    dim: Dims;
    unbiased: boolean;
    keepdim: boolean;
    correction: number | null;
  }>(op, VARIANCE, args);
  if (correction !== null) assertNumber(op, 'correction', correction);
  return { dim, keepdim, correction: correction ?? (unbiased ? 1 : 0) };
}

function varianceRaw(name: 'var' | 'std', x: Tensor, dims: readonly number[], correction: number): Tensor {
  assertFloating(name, 'x', x);
  // The kernel takes one run of dims: where those to reduce are apart, they go to the end.
  const kept = x.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  const together = dims.every((d, i) => i === 0 || d === dims[i - 1]! + 1);
  const order = together ? x.shape.map((_, d) => d) : [...kept, ...dims];
  const source = rowMajor(together ? x : aliasTensor(x, pick(x.shape, order), pick(x.strides, order), x.offset), name);
  const out = emptyTensor(reducedShape(x.shape, dims, true), x.dtype);
  const first = order.indexOf(dims[0] ?? x.ndim);
  const [start, end] = dims.length === 0 ? [x.ndim, x.ndim] : [first, first + dims.length];
  const [outer, len, inner] = [source.shape.slice(0, start), source.shape.slice(start, end), source.shape.slice(end)].map(numel) as [
    number,
    number,
    number,
  ];
  check(kernels.varMean(code(x.dtype), out.ptr, 0, source.ptr, outer, len, inner, correction, name === 'std' ? 1 : 0), name);
  return out;
}

/** dx = 2 (x - mean) dy / (n - correction), dy with the reduced dims in place. */
function varianceGrad(g: Tensor, x: Tensor, dims: readonly number[], correction: number): Tensor {
  const divisor = numel(pick(x.shape, dims)) - correction;
  return mul(mul(sub(x, mean(x, dims, true)), 2 / divisor), g);
}

/**
 * The variance over `dim` (default: all dims).
 * @throws {DTypeError} for integers and bools.
 * @see https://pytorch.org/docs/stable/generated/torch.var.html
 */
export function variance(x: Tensor, ...given: VarianceArguments): Tensor {
  const { dim, correction, keepdim } = readVariance('var', x, given);
  const dims = normalizeDims(dim, x.ndim, 'var');
  const out = dropDims(varianceRaw('var', x, dims, correction), x.shape, dims, keepdim);
  return record('var', out, {
    inputs: { x },
    saved: { x },
    composed: (dy, { x }) => ({ x: varianceGrad(withDims(dy, x.shape, dims), x, dims, correction) }),
  });
}

/** The standard deviation over `dim` (default: all dims): the root of {@link variance}. Gradient 0 where it is 0. */
export function std(x: Tensor, ...given: VarianceArguments): Tensor {
  const { dim, correction, keepdim } = readVariance('std', x, given);
  const dims = normalizeDims(dim, x.ndim, 'std');
  const out = dropDims(varianceRaw('std', x, dims, correction), x.shape, dims, keepdim);
  return record('std', out, {
    inputs: { x },
    saved: { x, y: out },
    composed: (dy, { x, y }) => {
      const slope = where(eq(y, 0), 0, div(dy, mul(y, 2)));
      return { x: varianceGrad(withDims(slope, x.shape, dims), x, dims, correction) };
    },
  });
}

/** The variance and the mean over `dim` (default: all dims), in that order. */
export function varMean(x: Tensor, ...given: VarianceArguments): [variance: Tensor, mean: Tensor] {
  const { dim, correction, keepdim } = readVariance('varMean', x, given);
  return [variance(x, dim, { correction, keepdim }), mean(x, dim, keepdim)];
}

/** The options of {@link norm}. */
export interface NormOptions extends ReduceOptions {
  /** The exponent, or `fro` (2). Default: 2. */
  p?: number | 'fro';
  /** Converts the input first: a floating dtype that holds the input's. Default: the input's. */
  dtype?: DType | null;
}

/**
 * The norm of the elements over `dim` (default: all dims): `(sum |x|^p)^(1/p)`; the largest or smallest |x| for p = Infinity or
 * -Infinity, the count of nonzeros for 0.
 * Gradient: 0 where the norm is 0; shared evenly among equals for infinite p.
 * @param given p (a number, or `fro`, which is 2; default 2), dim and keepdim (default false) in this order, or by name.
 * @throws {DTypeError} for integers and bools.
 * @see https://pytorch.org/docs/stable/generated/torch.norm.html
 */
export function norm(x: Tensor, ...given: Arguments<NormOptions, [p: 'p', dim: 'dim', keepdim: 'keepdim']>): Tensor {
  assertTensor('norm', 'x', x);
  type Read = { p: number | 'fro' | null; dim: Dims; keepdim: boolean; dtype: DType | null };
  const { p, dim, keepdim, dtype } = readArguments<Read>('norm', NORM, given);
  if (p !== null && p !== 'fro' && (typeof p !== 'number' || Number.isNaN(p))) throw unexpected('norm', 'p', p, "a number or 'fro'");
  assertFloating('norm', 'x', x);
  if (dtype !== null && dtype !== x.dtype) {
    assertDType(dtype, 'norm');
    if (!isFloating(dtype) || dtypes[dtype].bytes < dtypes[x.dtype].bytes)
      throw new DTypeError(
        `norm: dtype is ${dtype}, expected a floating dtype that holds ${x.dtype}. Convert the norm: x.norm().to('${dtype}').`,
      );
    return norm(to(x, dtype), p ?? 2, dim, keepdim);
  }
  const order = p === 'fro' || p === null ? 2 : p;
  if (order === Number.POSITIVE_INFINITY) return amax(abs(x), dim, keepdim);
  if (order === Number.NEGATIVE_INFINITY) return amin(abs(x), dim, keepdim);
  const dims = normalizeDims(dim, x.ndim, 'norm');
  const { shape } = x;
  const out = noGrad(() => dropDims(normRaw(detach(x), order, dims), shape, dims, keepdim));
  return record('norm', out, {
    inputs: { x },
    saved: { x, y: out },
    composed: (dy, { x, y }) => {
      const wide = (t: Tensor) => withDims(t, shape, dims);
      if (order === 0) return { x: mul(x, 0) };
      if (order === 1) return { x: mul(wide(dy), sign(x)) };
      if (order === 2) return { x: mul(where(eq(wide(y), 0), 0, div(x, wide(y))), wide(dy)) };
      // dx = dy sign(x) |x|^(p-1) / norm^(p-1)
      const slope = where(eq(y, 0), 0, div(dy, pow(y, order - 1)));
      const power = mul(sign(x), pow(abs(x), order - 1));
      return { x: mul(order < 1 ? where(eq(x, 0), 0, power) : power, wide(slope)) };
    },
  });
}

const NORM = { p: null, dim: undefined, keepdim: false, dtype: null };

function normRaw(x: Tensor, p: number, dims: readonly number[]): Tensor {
  if (p === 0) return to(sum(ne(x, 0), dims, true), x.dtype);
  if (p === 1) return reduceRaw('sumabs', x, dims, 'norm');
  if (p === 2) return sqrt(squares(x, dims));
  return pow(sum(pow(abs(x), p), dims, true), 1 / p);
}

/** The sum of squares. Over runs of dims that are apart, the kernel would square its own sums. */
function squares(x: Tensor, dims: readonly number[]): Tensor {
  const together = dims.length === x.ndim || dims.every((d, i) => i === 0 || d === dims[i - 1]! + 1);
  return together && x.isContiguous() ? reduceRaw('sumsq', x, dims, 'norm') : sum(mul(x, x), dims, true);
}

/** The standard deviation and the mean, in that order. */
export function stdMean(x: Tensor, ...given: VarianceArguments): [std: Tensor, mean: Tensor] {
  const { dim, correction, keepdim } = readVariance('stdMean', x, given);
  return [std(x, dim, { correction, keepdim }), mean(x, dim, keepdim)];
}
