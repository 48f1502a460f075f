/** Sorting, the k largest, the kth smallest and medians. */

import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, readReduction, required, tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor, wholeNumber } from '../../tensor/arguments/checks.js';
import { zeros } from '../../tensor/create/create.js';
import { code, copyInto, emptyLikeDense, rowMajor } from '../../tensor/raw.js';
import { normalizeDim, numel, type Shape, sameShape } from '../../tensor/shape.js';
import { aliasTensor, emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { div, mul } from '../elementwise/binary.js';
import { eq, isnan, logicalOr } from '../elementwise/comparison.js';
import { where } from '../elementwise/table.js';
import { scatterAdd } from '../gather/gather.js';
import { type DimArguments, type DimOptions, type ValuesAndIndices, valuesAndIndices } from '../reduce/extrema.js';
import { sum } from '../reduce/sum.js';
import { contiguous, detach, filled, to } from '../view/copy.js';
import { reshape, unsqueeze } from '../view/movement.js';
import { narrow, select } from '../view/select.js';

/** The strides of a row-major tensor whose dim `d` was moved to the end, seen with it in place. */
function backFromEnd(moved: Tensor, d: number): Tensor {
  const put = (list: Shape) => [...list.slice(0, d), list[list.length - 1]!, ...list.slice(d, -1)];
  return moved.ndim < 2 ? moved : aliasTensor(moved, put(moved.shape), put(moved.strides), 0);
}

/** `out` in memory of its own, with the order of dims of `x`. */
function laidLike(out: Tensor, x: Tensor): Tensor {
  const laid = emptyLikeDense(x, out.dtype);
  if (sameShape(laid.strides, out.strides)) return out;
  copyInto(laid, out, 'sort');
  return laid;
}

/** Row-major rows of `x` along `d`: d as the last dim. */
function rowsAlong(x: Tensor, d: number, name: string): Tensor {
  const toEnd = (list: Shape) => [...list.slice(0, d), ...list.slice(d + 1), list[d]!];
  return rowMajor(x.ndim < 2 ? detach(x) : aliasTensor(x, toEnd(x.shape), toEnd(x.strides), x.offset), name);
}

/** Notes that `values` are those of `x` at `indices` along `d`. */
function picked(name: string, values: Tensor, indices: Tensor, x: Tensor, d: number): ValuesAndIndices {
  const { shape, dtype } = x;
  record(name, values, {
    inputs: { x },
    saved: { indices },
    composed: (dy, { indices }) => ({ x: scatterAdd(zeros(shape, { dtype }), d, indices, dy) }),
  });
  return valuesAndIndices(values, indices);
}

/** The options of {@link sort}. */
export interface SortOptions {
  /** Default: -1, the last. */
  dim?: number;
  /** NumPy's name for `dim`, which PyTorch takes too. */
  axis?: number;
  /** Default: false. */
  descending?: boolean;
  /** Equal elements keep their order. They always do; PyTorch's option is accepted. */
  stable?: boolean;
}

/**
 * The elements in ascending order along `dim` (default: the last), and where they were: `[values, indices]`. NaN counts as the largest.
 * Gradient: back to where the elements were.
 * @see https://pytorch.org/docs/stable/generated/torch.sort.html
 */
export function sort(x: Tensor, ...given: SortArguments): ValuesAndIndices {
  assertTensor('sort', 'x', x);
  const { dim, descending } = readArguments('sort', SORT, given);
  return sorted(x, normalizeDim(dim, x.ndim, 'sort'), descending);
}

/** `dim` and `descending`, by position or by name. */
export type SortArguments = Arguments<SortOptions, [dim: 'dim', descending: 'descending']>;

/** The options of {@link argsort}. */
export type ArgsortOptions = SortOptions;

const SORT = { dim: -1, descending: false, stable: false };

function sorted(x: Tensor, d: number, descending: boolean): ValuesAndIndices {
  const rows = rowsAlong(x, d, 'sort');
  const values = emptyTensor(rows.shape, x.dtype);
  const indices = emptyTensor(rows.shape, 'int64');
  const length = x.shape[d] ?? 1;
  check(kernels.sort(code(x.dtype), values.ptr, indices.ptr, rows.ptr, numel(rows.shape.slice(0, -1)), length, descending ? 1 : 0), 'sort');
  return picked('sort', laidLike(backFromEnd(values, d), x), laidLike(backFromEnd(indices, d), x), x, d);
}

/** Where the elements in ascending order are: the indices of {@link sort}. */
export function argsort(x: Tensor, ...given: SortArguments): Tensor {
  assertTensor('argsort', 'x', x);
  const { dim, descending } = readArguments('argsort', SORT, given);
  return sorted(detach(x), normalizeDim(dim, x.ndim, 'argsort'), descending).indices;
}

/** The options of {@link topk}. */
export interface TopkOptions {
  /** How many. */
  k: number;
  /** Default: -1, the last. */
  dim?: number;
  /** NumPy's name for `dim`, which PyTorch takes too. */
  axis?: number;
  /** The largest (default), or the smallest. */
  largest?: boolean;
  /** Whether the result is in order. It always is; PyTorch's option is accepted. */
  sorted?: boolean;
}

/**
 * The `k` largest elements along `dim` (default: the last) in descending order, and where they are: `[values, indices]`.
 * Gradient: back to where the elements were.
 * @throws {ArgumentError} for k above the size of dim.
 * @see https://pytorch.org/docs/stable/generated/torch.topk.html
 */
export function topk(
  x: Tensor,
  ...given: Arguments<TopkOptions, [k: 'k', dim: 'dim', largest: 'largest', sorted: 'sorted']>
): ValuesAndIndices {
  assertTensor('topk', 'x', x);
  const { k, dim, largest } = readArguments('topk', TOPK, given);
  const d = normalizeDim(dim, x.ndim, 'topk');
  const length = x.shape[d] ?? 1;
  wholeNumber('topk', 'k', k, { min: 0, max: length }, `Dim ${d} has ${length} elements.`);
  const rows = rowsAlong(x, d, 'topk');
  const shape = x.ndim === 0 ? [] : [...rows.shape.slice(0, -1), k];
  const values = emptyTensor(shape, x.dtype);
  const indices = emptyTensor(shape, 'int64');
  check(
    kernels.topk(
      code(x.dtype),
      values.ptr,
      indices.ptr,
      rows.ptr,
      numel(rows.shape.slice(0, -1)),
      length,
      x.ndim === 0 ? 1 : k,
      largest ? 1 : 0,
    ),
    'topk',
  );
  return picked('topk', rowMajor(backFromEnd(values, d)), rowMajor(backFromEnd(indices, d)), x, d);
}

const TOPK = { k: required as number, dim: -1, largest: true, sorted: true };

/**
 * The middle value: of all elements, or along `dim` with its place. Of an even count it is the lower of the two in the middle; NaN where
 * there is one.
 * @see https://pytorch.org/docs/stable/generated/torch.median.html
 */
export function median(x: Tensor): Tensor;
export function median(x: Tensor, ...args: DimArguments): ValuesAndIndices;
export function median(x: Tensor, ...given: readonly unknown[]): Tensor | ValuesAndIndices {
  const { dim, keepdim } = readReduction<number | undefined>('median', x, given);
  if (dim === undefined) return medianOfAll(x);
  const d = normalizeDim(dim, x.ndim, 'median');
  const { values, indices } = sort(x, d);
  if (x.ndim === 0) return valuesAndIndices(values, indices);
  const size = x.shape[d]!;
  if (size === 0) throw new ArgumentError(`median: dim ${d} has size 0: there is no median of no elements.`);
  const middle = (t: Tensor) => select(t, d, Math.floor((size - 1) / 2));
  // NaNs stand last.
  const last = detach(select(values, d, size - 1));
  const spoiled = isnan(last);
  const pick = (t: Tensor) => where(spoiled, select(t, d, size - 1), middle(t));
  const [v, i] = [contiguous(pick(values)), contiguous(pick(indices))];
  return keepdim ? valuesAndIndices(unsqueeze(v, d), unsqueeze(i, d)) : valuesAndIndices(v, i);
}

/** The options of {@link median}. */
export type MedianOptions = DimOptions;

/** What PyTorch gives as the median of no integers. */
const NO_MEDIAN = { bool: true, uint8: 0, int32: -(2 ** 31), int64: -(2 ** 63) } as const;

/** The median of all elements. Gradient: shared evenly among equals. */
function medianOfAll(x: Tensor): Tensor {
  if (numel(x.shape) === 0) return filled([], x.dtype, isFloating(x.dtype) ? Number.NaN : NO_MEDIAN[x.dtype as 'int32']);
  const out = median(reshape(detach(x), [-1]), 0).values;
  return record('median', out, {
    inputs: { x },
    saved: { x, y: out },
    composed: (dy, { x, y }) => {
      const winners = to(logicalOr(eq(x, y), isnan(x)), dy.dtype);
      return { x: mul(winners, div(dy, sum(winners))) };
    },
  });
}

/** The options of {@link kthvalue}. */
export interface KthvalueOptions {
  /** Which: from 1, the smallest. */
  k: number;
  /** Default: -1, the last. */
  dim?: number;
  /** Keeps the reduced dim with size 1. Default: false. */
  keepdim?: boolean;
}

/**
 * The k-th smallest element along `dim` (default: the last), and where it is: `[values, indices]`.
 * @param k from 1. @throws {ArgumentError} for one outside 1 to the size of dim.
 */
export function kthvalue(x: Tensor, ...given: Arguments<KthvalueOptions, [k: 'k', dim: 'dim', keepdim: 'keepdim']>): ValuesAndIndices {
  assertTensor('kthvalue', 'x', x);
  const { k, dim, keepdim } = readArguments('kthvalue', { k: required as number, dim: -1, keepdim: false }, given);
  const d = normalizeDim(dim, x.ndim, 'kthvalue');
  const size = x.ndim === 0 ? 1 : x.shape[d]!;
  wholeNumber('kthvalue', 'k', k, { min: 1, max: size }, `Dim ${d} has ${size} elements.`);
  const { values, indices } = sort(x, d);
  if (x.ndim === 0) return valuesAndIndices(values, indices);
  const pick = (y: Tensor) => (keepdim ? narrow(y, d, k - 1, 1) : select(y, d, k - 1));
  return valuesAndIndices(contiguous(pick(values)), contiguous(pick(indices)));
}

/** In ascending order along the first dim. */
export function msort(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('msort', 1, arguments);
  assertTensor('msort', 'x', x);
  return sort(x, 0).values;
}
