/** Batches out of whole tensors, by one kernel call each. */
import { check, kernels } from '../engine/engine.js';
import { IndexError } from '../errors.js';
import { dtypes } from '../tensor/dtype.js';
import { numel } from '../tensor/shape.js';
import { emptyTensor, type Tensor } from '../tensor/tensor.js';
import { writeTyped } from '../tensor/transfer.js';

/** Runs `body` with the numbers as an int64 tensor, which is given back afterwards. @throws {IndexError} outside 0..length-1. */
export function withIndices<R>(indices: readonly number[], length: number, op: string, body: (index: Tensor) => R): R {
  const count = indices.length;
  const words = new Int32Array(2 * count); // int64, low word first: making BigInts would cost more than gathering the rows
  for (let i = 0; i < count; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= length) throw new IndexError(`${op}: there is no sample ${index}: the dataset has ${length}.`);
    words[2 * i] = index | 0;
    words[2 * i + 1] = Math.floor(index / 2 ** 32);
  }
  const index = emptyTensor([count], 'int64');
  try {
    if (count > 0) writeTyped(index, words);
    return body(index);
  } finally {
    index.dispose();
  }
}

/** Rows `indices` of a row-major tensor: `[count, ...x.shape.slice(1)]`. Not recorded. */
export function gatherRows(x: Tensor, index: Tensor, op: string): Tensor {
  const rest = x.shape.slice(1);
  const out = emptyTensor([index.shape[0]!, ...rest], x.dtype);
  if (out.numel() > 0) check(kernels.indexSelect(dtypes[x.dtype].bytes, out.ptr, x.ptr, index.ptr, 1, x.shape[0]!, numel(rest), index.shape[0]!), op);
  return out;
}
