/** Which samples a batch is made of, where its loader knows: for messages that name them. */
const numbers = new WeakMap<object, readonly number[]>();

/** Notes the numbers in the data set of a batch's samples; gives the batch. */
export function noteSamples<B>(batch: B, indices: readonly number[]): B {
  if (typeof batch === 'object' && batch !== null) numbers.set(batch, indices);
  return batch;
}

/** The numbers in the data set of a batch's samples, in their order. */
export function samplesOf(batch: unknown): readonly number[] | undefined {
  return typeof batch === 'object' && batch !== null ? numbers.get(batch) : undefined;
}
