/** What operations share on their way to a kernel: dense operands, strided arguments, casts. No gradients here. */
import { engine } from '../engine/engine.js';
import { type DType, dtypes } from '../tensor/dtype.js';
import { isDense, numel, type Shape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { emptyTensor, Tensor } from '../tensor/tensor.js';
import { copyValues } from '../tensor/transfer.js';

/** The code by which kernels know a dtype. */
export function code(dtype: DType): number {
  return dtypes[dtype].code;
}

/** An uninitialised tensor laid out as `x` is when `x` is dense, row-major otherwise: PyTorch's rule for elementwise results. */
export function emptyLikeDense(x: Tensor, dtype: DType = x.dtype): Tensor {
  if (x.isContiguous() || !isDense(x.shape, x.strides)) return emptyTensor(x.shape, dtype);
  return new Tensor(new Storage(numel(x.shape) * dtypes[dtype].bytes), x.shape, dtype, x.strides);
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
export function metaPtr(): number {
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

/** `x` itself when its elements fill one block in some order, else a row-major copy. Not recorded. */
export function dense(x: Tensor, op: string): Tensor {
  return isDense(x.shape, x.strides) ? x : rowMajor(x, op);
}

/** A copy of `x` as `dtype`, laid out alike; `x` itself when it has that dtype. Not recorded. */
export function castRaw(x: Tensor, dtype: DType, op: string): Tensor {
  if (x.dtype === dtype) return x;
  const out = emptyLikeDense(x, dtype);
  copyInto(out, x, op);
  return out;
}
