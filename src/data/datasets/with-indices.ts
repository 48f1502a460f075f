/** The numbers of a batch's samples, as kernels take them. */
import { ArgumentError, IndexError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { writeTyped } from '../../tensor/values/transfer.js';

/** Runs `body` with the numbers as an int64 tensor, which is given back afterwards. @throws {IndexError} outside 0..length-1. */
export function withIndices<R>(indices: readonly number[], length: number, op: string, body: (index: Tensor) => R): R {
  if (!Array.isArray(indices)) throw new ArgumentError(`${op}: the samples are ${show(indices)}, expected a list of their numbers.`);
  const count = indices.length;
  const words = new Int32Array(2 * count); // int64, low word first: making BigInts would cost more than gathering the rows
  for (let i = 0; i < count; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= length)
      throw new IndexError(`${op}: there is no sample ${index}: the dataset has ${length}.`);
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
