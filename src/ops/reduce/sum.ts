/** Reductions over dims. */

import { named, record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { BinaryOp, ReduceOp, type ReduceOpName } from '../../engine/kernel-table.gen.js';
import { DTypeError } from '../../errors.js';
import { type Arguments, readOne, readReduction, readTypedReduction } from '../../tensor/arguments/arguments.js';
import { assertFloating, assertFloatingDType } from '../../tensor/arguments/checks.js';
import { memoryOrder } from '../../tensor/layout.js';
import { castRaw, code, rowMajor } from '../../tensor/raw.js';
import { isDense, normalizeDims, numel, pick, type Shape } from '../../tensor/shape.js';
import { aliasTensor, emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { type DType, isFloating } from '../../tensor/values/dtype.js';
import { item } from '../../tensor/values/transfer.js';
import { div } from '../elementwise/binary.js';
import { isnan, logicalNot, ne } from '../elementwise/comparison.js';
import { where } from '../elementwise/table.js';
import { to } from '../view/copy.js';
import { expand, reshape } from '../view/movement.js';

/** One dim, several, or (undefined or null) all. */
export type Dims = number | readonly number[] | null | undefined;

/** The options of reductions over one dim, several, or all. */
export interface ReduceOptions {
  /** What is reduced: one dim, several, or all. Default: all. */
  dim?: Dims;
  /** NumPy's name for `dim`, which PyTorch takes too. */
  axis?: Dims;
  /** Keeps reduced dims with size 1. Default: false. */
  keepdim?: boolean;
  /** NumPy's name for `keepdim`. */
  keepdims?: boolean;
}

/** {@link ReduceOptions} of those that take `dtype`. */
export interface TypedReduceOptions extends ReduceOptions {
  /** Converts the input first, which keeps sums from overflowing, and says what the result is. Default: as each function says. */
  dtype?: DType | null;
}

/** The options of {@link sum}. */
export type SumOptions = TypedReduceOptions;
/** The options of {@link mean}. */
export type MeanOptions = TypedReduceOptions;
/** The options of {@link nansum}. */
export type NansumOptions = TypedReduceOptions;
/** The options of {@link nanmean}. */
export type NanmeanOptions = TypedReduceOptions;
/** The options of {@link any}. */
export type AnyOptions = ReduceOptions;
/** The options of {@link all}. */
export type AllOptions = ReduceOptions;

/** The options of {@link countNonzero}. */
export interface CountNonzeroOptions {
  /** Over which the elements are counted: one dim, several, or all. Default: all. */
  dim?: Dims;
}

/** {@link ReduceArguments} of those that take `dtype` by name. */
export type TypedReduceArguments = Arguments<TypedReduceOptions, [dim: 'dim', keepdim: 'keepdim']>;

/** Dims and `keepdim`, by position or by name: `x.sum(1, true)`, `x.sum({ dim: 1, keepdim: true })`. */
export type ReduceArguments = Arguments<ReduceOptions, [dim: 'dim', keepdim: 'keepdim']>;

/** `x` seen in the order of its memory: row-major, with the place of each old dim in the new order. */
function inMemoryOrder(x: Tensor, op: string): { x: Tensor; order: number[] } {
  if (x.isContiguous() || !isDense(x.shape, x.strides)) return { x: rowMajor(x, op), order: x.shape.map((_, d) => d) };
  const order = memoryOrder(x);
  return { x: aliasTensor(x, pick(x.shape, order), pick(x.strides, order), x.offset), order };
}

/** The shape after a reduction. */
export function reducedShape(shape: Shape, dims: readonly number[], keepdim: boolean): number[] {
  const out: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    if (!dims.includes(i)) out.push(shape[i]!);
    else if (keepdim) out.push(1);
  }
  return out;
}

/** Whether `dims` follow one upon the other. */
function areNeighbours(dims: readonly number[]): boolean {
  for (let i = 1; i < dims.length; i++) if (dims[i] !== dims[i - 1]! + 1) return false;
  return dims.length > 0;
}

/**
 * Reduces `dims` (counted from the front) with a kernel that may be applied to one run of neighbouring dims after the other; the result
 * has those dims with size 1, or with `keepdim` false lacks them. Not recorded.
 */
export function reduceRaw(op: ReduceOpName, x: Tensor, dims: readonly number[], name: string, keepdim = true): Tensor {
  // What most calls are: one run of dims of a row-major tensor.
  if (x.isContiguous() && areNeighbours(dims)) {
    const sizes = x.shape;
    const [start, end] = [dims[0]!, dims[0]! + dims.length];
    let [outer, len, inner] = [1, 1, 1];
    for (let i = 0; i < sizes.length; i++) {
      if (i < start) outer *= sizes[i]!;
      else if (i < end) len *= sizes[i]!;
      else inner *= sizes[i]!;
    }
    const out = emptyTensor(reducedShape(sizes, dims, keepdim), reducedDType(op, x.dtype));
    check(kernels.reduce(ReduceOp[op], code(x.dtype), out.ptr, x.ptr, outer, len, inner), name);
    return out;
  }
  return dropDims(reduceRuns(op, x, dims, name), x.shape, dims, keepdim);
}

/** What the kernel writes: bools for any and all, else the dtype that it reads. */
const reducedDType = (op: ReduceOpName, dtype: DType): DType => (op === 'any' || op === 'all' ? 'bool' : dtype);

/** {@link reduceRaw} of any dims, one run after the other; they stay with size 1. */
function reduceRuns(op: ReduceOpName, x: Tensor, dims: readonly number[], name: string): Tensor {
  const shape = reducedShape(x.shape, dims, true);
  const { x: first, order } = inMemoryOrder(x, name);
  let current = first;
  const wanted = order.map((dim) => dims.includes(dim));
  const sizes = [...current.shape];
  let end = wanted.length;
  // Runs of neighbouring dims, last first. With nothing to reduce the kernel still runs once, over runs of one: results need its dtype.
  do {
    while (end > 0 && !wanted[end - 1]) end--;
    let start = end;
    while (start > 0 && wanted[start - 1]) start--;
    const [outer, len, inner] = [sizes.slice(0, start), sizes.slice(start, end), sizes.slice(end)].map(numel) as [number, number, number];
    sizes.fill(1, start, end);
    const next = emptyTensor([...sizes], reducedDType(op, current.dtype));
    check(kernels.reduce(ReduceOp[op], code(current.dtype), next.ptr, current.ptr, outer, len, inner), name);
    current = next;
    end = start;
  } while (wanted.slice(0, end).includes(true));
  const back = new Array<number>(order.length);
  order.forEach((dim, i) => {
    back[dim] = current.strides[i]!;
  });
  return rowMajor(aliasTensor(current, shape, back, current.offset), name);
}

/** The gradient of a reduction, seen with the reduced dims in place again. */
export function withDims(g: Tensor, shape: Shape, dims: readonly number[]): Tensor {
  return reshape(g, reducedShape(shape, dims, true));
}

/** A result whose reduced dims have size 1, without them unless `keepdim`. */
export function dropDims(kept: Tensor, shape: Shape, dims: readonly number[], keepdim: boolean): Tensor {
  if (keepdim) return kept;
  const rest = shape.map((_, i) => i).filter((i) => !dims.includes(i));
  return aliasTensor(kept, pick(kept.shape, rest), pick(kept.strides, rest), kept.offset);
}

/** {@link expand} of {@link withDims}: the same view, made at once and not recorded. */
function repeated(g: Tensor, shape: Shape, dims: readonly number[], keepdim: boolean): Tensor {
  if (dims.some((dim) => shape[dim] === 1)) return expand(withDims(g, shape, dims), shape);
  const strides: number[] = [];
  let at = 0;
  for (let i = 0; i < shape.length; i++) {
    if (!dims.includes(i)) strides.push(g.strides[at++]!);
    else {
      strides.push(0);
      if (keepdim) at++;
    }
  }
  return aliasTensor(g, shape, strides, g.offset);
}

/**
 * The sum over `dim` (default: all dims). Integers and bools are summed as int64, unless `dtype` says otherwise.
 * Gradient: the same for every element.
 * @see https://pytorch.org/docs/stable/generated/torch.sum.html
 */
export function sum(x: Tensor, ...given: TypedReduceArguments): Tensor {
  const { dim, keepdim, dtype } = readTypedReduction<Dims>('sum', x, given);
  const source = dtype === null ? x : to(x, dtype);
  const dims = normalizeDims(dim, x.ndim, 'sum');
  const type = dtype ?? (isFloating(x.dtype) ? x.dtype : 'int64');
  // Bools add up to true or false.
  const op = type === 'bool' ? 'any' : 'sum';
  const out = reduceRaw(op, castRaw(source, type, 'sum'), dims, 'sum', keepdim);
  const { shape } = x;
  const result = record('sum', out, {
    inputs: { x: source },
    composed: (dy) => ({ x: expand(withDims(dy, shape, dims), shape) }),
    fused: (dy) => ({ x: repeated(dy, shape, dims, keepdim) }),
  });
  return dim === undefined || dim === null ? result : named('SumBackward1', result);
}

/**
 * The mean over `dim` (default: all dims).
 * @throws {DTypeError} for integers and bools, unless `dtype` is floating.
 * @see https://pytorch.org/docs/stable/generated/torch.mean.html
 */
export function mean(x: Tensor, ...given: TypedReduceArguments): Tensor {
  const { dim, keepdim, dtype } = readTypedReduction<Dims>('mean', x, given);
  const source = dtype === null ? x : to(x, dtype);
  if (!isFloating(source.dtype))
    throw new DTypeError(`mean: x is ${source.dtype}, expected float32 or float64. Use x.mean({ dtype: 'float32' }).`);
  const dims = normalizeDims(dim, x.ndim, 'mean');
  const count = numel(pick(x.shape, dims));
  // The sum is divided where it lies.
  const out = reduceRaw('sum', source, dims, 'mean', keepdim);
  check(kernels.binaryScalar(BinaryOp.div, code(out.dtype), out.ptr, out.ptr, numel(out.shape), count, 0), 'mean');
  const { shape } = x;
  const result = record('mean', out, {
    inputs: { x: source },
    composed: (dy) => ({ x: expand(withDims(div(dy, count), shape, dims), shape) }),
    fused: (dy) => ({ x: repeated(div(dy, count), shape, dims, keepdim) }),
  });
  return dim === undefined || dim === null ? result : named('MeanBackward1', result);
}

/** Whether any element over `dim` (default: all dims) is nonzero. bool; uint8 gives uint8, as in PyTorch. */
export function any(x: Tensor, ...given: ReduceArguments): Tensor {
  return truth('any', x, given);
}

/** Whether all elements over `dim` (default: all dims) are nonzero. bool; uint8 gives uint8, as in PyTorch. */
export function all(x: Tensor, ...given: ReduceArguments): Tensor {
  return truth('all', x, given);
}

function truth(op: 'any' | 'all', x: Tensor, given: ReduceArguments): Tensor {
  const { dim, keepdim } = readReduction<Dims>(op, x, given);
  const dims = normalizeDims(dim, x.ndim, op);
  const out = reduceRaw(op, x, dims, op, keepdim);
  return x.dtype === 'uint8' ? castRaw(out, 'uint8', op) : out;
}

/** How many elements over `dim` (default: all dims) are not 0, as int64. */
export function countNonzero(x: Tensor, ...given: Arguments<CountNonzeroOptions, [dim: 'dim']>): Tensor {
  const dim = readOne<Dims>('countNonzero', x, 'dim', undefined, given);
  return sum(ne(x, 0), dim);
}

/** Whether no element is 0; for gradients that divide. */
export function allNonzero(x: Tensor): boolean {
  return (
    item(
      reduceRaw(
        'all',
        x,
        x.shape.map((_, d) => d),
        'all',
      ),
    ) !== 0
  );
}

/** Sums `x` down to `shape`, which broadcasts to x's: the gradient of broadcasting. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const lead = x.ndim - shape.length;
  const dims = x.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1));
  return reshape(dims.length === 0 ? x : sum(x, dims, true), shape);
}

/** The sum without the NaNs. */
export function nansum(x: Tensor, ...given: TypedReduceArguments): Tensor {
  const { dim, keepdim, dtype } = readTypedReduction<Dims>('nansum', x, given);
  return named('Nansum', sum(isFloating(x.dtype) ? where(isnan(x), 0, x) : x, { dim, keepdim, dtype }));
}

/** The mean without the NaNs; NaN where there is nothing else. */
export function nanmean(x: Tensor, ...given: TypedReduceArguments): Tensor {
  const { dim, keepdim, dtype } = readTypedReduction<Dims>('nanmean', x, given);
  assertFloating('nanmean', 'x', x);
  if (dtype !== null) assertFloatingDType('nanmean', 'dtype', dtype);
  return div(nansum(x, { dim, keepdim, dtype }), sum(logicalNot(isnan(x)), dim, keepdim));
}
