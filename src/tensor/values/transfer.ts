/** Values in and out of engine memory. */

import { check, kernels, loadedEngine, ptrAt } from '../../engine/engine.js';
import { ShapeError, showShape } from '../../errors.js';
import { collapse, numel, type Shape } from '../shape.js';
import { emptyTensor, type Tensor } from '../tensor.js';
import { type DType, dtypes, type TypedArray, type TypedArrayOf } from './dtype.js';

/** Writes a typed array of the tensor's dtype over a contiguous tensor. */
export function writeTyped(x: Tensor, array: TypedArray): void {
  if (array.length > 0) loadedEngine().host.write(x.ptr, array);
}

/** Copies `source` over `target`: same shape, any strides and dtypes. Not recorded. */
export function copyValues(target: Tensor, source: Tensor, op: string): void {
  const { shape, strides } = collapse(source.shape, [target.strides, source.strides]);
  const [to, from] = [target.ptr, source.ptr];
  const { host } = loadedEngine();
  const [codeTo, codeFrom] = [dtypes[target.dtype].code, dtypes[source.dtype].code];
  const scratch = host.scratch();
  const rank = shape.length;
  for (let i = 0; i < rank; i++) {
    scratch[i] = shape[i]!;
    scratch[rank + i] = strides[0]![i]!;
    scratch[2 * rank + i] = strides[1]![i]!;
  }
  check(kernels.copyStrided(codeTo, codeFrom, to, from, rank, host.scratchPtr), op);
}

/** A row-major copy of the values, as the typed array of the dtype: BigInt64Array for int64, Uint8Array of 0 and 1 for bool. */
export function toTypedArray<D extends DType>(x: Tensor & { readonly dtype: D }): TypedArrayOf[D] {
  const { array } = dtypes[x.dtype];
  const count = numel(x.shape);
  let source: Tensor = x;
  const { host } = loadedEngine();
  if (!x.isContiguous()) {
    source = emptyTensor(x.shape, x.dtype);
    copyValues(source, x, 'toTypedArray');
  }
  const out = new array(count);
  if (count > 0) host.read(source.ptr, out);
  if (source !== x) source.dispose();
  return out as TypedArrayOf[D];
}

/** The values of `x` in nested arrays of numbers (booleans for bool); a number for a 0-dim tensor. */
export type Nested = number | boolean | Nested[];

/** PyTorch's `tolist`. int64 values beyond 2^53 lose digits: use `toTypedArray()` for those. */
export function toNested(x: Tensor): Nested {
  const flat = toTypedArray(x);
  const read = (i: number): number | boolean => (x.dtype === 'bool' ? flat[i] !== 0 : Number(flat[i]));
  const build = (depth: number, start: number, step: number): Nested => {
    if (depth === x.ndim) return read(start);
    const size = x.shape[depth]!;
    const inner = size === 0 ? 0 : step / size;
    return Array.from({ length: size }, (_, i) => build(depth + 1, start + i * inner, inner));
  };
  return build(0, 0, numel(x.shape));
}

/** The value of a tensor of one element. @throws {ShapeError} for more, or none. */
export function item(x: Tensor): number {
  if (numel(x.shape) !== 1) throw new ShapeError(`item: expected a tensor of one element, got shape ${showShape(x.shape)}. Use toArray().`);
  return loadedEngine().host.peek(dtypes[x.dtype].code, x.ptr);
}

/** Reads like item() for one position of a tensor; used by printing. */
export function at(x: Tensor, index: Shape): number {
  const offset = index.reduce((sum, i, d) => sum + i * x.strides[d]!, 0);
  return loadedEngine().host.peek(dtypes[x.dtype].code, ptrAt(x.ptr, offset * dtypes[x.dtype].bytes));
}
