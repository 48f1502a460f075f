/** What operations share on their way to a kernel: dense operands, strided arguments, casts. No gradients here. */

import { engine } from '../engine/engine.js';
import type { Ptr } from '../engine/kernel-table.gen.js';
import { isPlain, memoryOrder, resultStrides } from './layout.js';
import { broadcastStrides, collapse, isDense, numel, pick, type Shape } from './shape.js';
import { Storage } from './storage.js';
import { emptyTensor, Tensor } from './tensor.js';
import { code, type DType, elementBytes } from './values/dtype.js';
import { copyValues } from './values/transfer.js';

export { code };

/** An uninitialised tensor of these strides, which leave no holes; row-major where they are null. */
export function emptyStrided(shape: Shape, strides: Shape | null, dtype: DType): Tensor {
  if (strides === null) return emptyTensor(shape, dtype);
  return new Tensor(new Storage(numel(shape) * elementBytes(dtype)), shape, dtype, strides);
}

/** An uninitialised tensor with the order of dims of `x`, without its holes and repetitions: PyTorch's rule for elementwise results. */
export function emptyLikeDense(x: Tensor, dtype: DType = x.dtype): Tensor {
  return x.isContiguous() ? emptyTensor(x.shape, dtype) : emptyStrided(x.shape, resultStrides(x.shape, [x]), dtype);
}

/** A number beside a tensor, of which layouts know only that it is no tensor of the same shape. */
const NUMBER = { shape: [], strides: [] } as const;

/** {@link emptyLikeDense} for a tensor and a number. */
export function emptyBesideNumber(x: Tensor, dtype: DType): Tensor {
  return isPlain(x) ? emptyTensor(x.shape, dtype) : emptyStrided(x.shape, resultStrides(x.shape, [x, NUMBER]), dtype);
}

/**
 * The uninitialised result of an elementwise operation on operands that broadcast to `target`, and what a kernel needs that writes it from
 * its first element in memory to its last: the sizes in that order, and the strides of the operands, as few dims as can be.
 */
export function elementwiseResult(
  target: Shape,
  dtype: DType,
  operands: readonly Tensor[],
): { out: Tensor; shape: number[]; strides: number[][] } {
  const parts = operands.map((x) => broadcastStrides(x.shape, x.strides, target));
  const plain = operands.every(isPlain);
  const out = emptyStrided(target, plain ? null : resultStrides(target, operands), dtype);
  if (out.isContiguous()) return { out, ...collapse(target, parts) };
  const order = memoryOrder(out);
  const inOrder = (list: Shape) => pick(list, order);
  return { out, ...collapse(inOrder(target), parts.map(inOrder)) };
}

/**
 * Writes a shape and stride lists into the engine's scratch block, for kernels that take `meta`, and returns the number of dims. The
 * block holds one call's arguments: use it at once.
 */
export function writeMeta(shape: Shape, ...strides: readonly Shape[]): number {
  const scratch = engine.host.scratch();
  const rank = shape.length;
  // A loop: TypedArray.set takes its slow way with frozen arrays, which the lists of tensors are.
  for (let i = 0; i < rank; i++) scratch[i] = shape[i]!;
  for (let k = 0; k < strides.length; k++) {
    const list = strides[k]!;
    const start = rank * (k + 1);
    for (let i = 0; i < rank; i++) scratch[start + i] = list[i]!;
  }
  return rank;
}

/** The address of the scratch block that {@link writeMeta} fills. */
export function metaPtr(): Ptr {
  return engine.host.scratchPtr;
}

/** Copies `source` into `target` (same shape, any strides), casting where the dtypes differ. */
export const copyInto = copyValues;

/** `x` itself when it is row-major, else a row-major copy. Not recorded. */
export function rowMajor(x: Tensor, op = 'contiguous'): Tensor {
  if (x.isContiguous()) return x;
  const out = emptyTensor(x.shape, x.dtype);
  copyInto(out, x, op);
  return out;
}

/** {@link rowMajor} of an optional operand. */
export const rowMajorOrNull = (x: Tensor | null, op: string): Tensor | null => x && rowMajor(x, op);

/** The address of an optional operand, 0 where there is none. */
export const ptrOrNull = (x: Tensor | null | undefined): Ptr => (x ? x.ptr : 0);

/** `x` itself when its elements fill one block in some order, else a copy that does, with the order of dims of `x`. Not recorded. */
export function dense(x: Tensor, op: string): Tensor {
  if (isDense(x.shape, x.strides)) return x;
  const out = emptyLikeDense(x);
  copyInto(out, x, op);
  return out;
}

/** A copy of `x` as `dtype`, laid out alike; `x` itself when it has that dtype. Not recorded. */
export function castRaw(x: Tensor, dtype: DType, op: string): Tensor {
  if (x.dtype === dtype) return x;
  const out = emptyLikeDense(x, dtype);
  copyInto(out, x, op);
  return out;
}
