/** What gives batches: loaders, arrays of batches, data sets and tensors. */

import type { DatasetLike } from '../../data/datasets/dataset.js';
import { DataLoader } from '../../data/loader/data-loader.js';
import { ArgumentError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Loader } from '../types.js';

/** Samples in a batch where a data set is given without a loader. */
const BATCH_SIZE = 64;

/** Whether a loader's batches may be freed after use: those that a DataLoader makes itself. */
export function ownsBatches(loader: unknown): boolean {
  return (loader as { makesBatches?: boolean }).makesBatches === true;
}

/** How many batches a loader gives, where it knows. */
export function lengthOf(loader: { readonly length?: number }): number | undefined {
  try {
    return loader.length;
  } catch {
    return undefined; // a DataLoader over a stream: its length getter throws
  }
}

function isDataset(given: unknown): given is DatasetLike<unknown> {
  const candidate = given as { get?: unknown; length?: unknown } | null | undefined;
  return typeof candidate?.get === 'function' && typeof candidate.length === 'number';
}

/**
 * Throws unless `given` can be gone through batch by batch, once an epoch.
 * @throws {ArgumentError} that says what it is and how to make batches of it.
 */
export function checkLoader(op: string, name: string, given: unknown): void {
  const what = `${op}: ${name}`;
  const expected = 'expected batches: a DataLoader, or an array of [inputs, targets]';
  if (given === undefined || given === null)
    throw new ArgumentError(`${what} is missing, ${expected}. Pass ${name}: new DataLoader(data, { batchSize: 64, shuffle: true }).`);
  if (given instanceof Tensor)
    throw new ArgumentError(`${what} is ${show(given)}, ${expected}. Pass new DataLoader(new TensorDataset(x, y), { batchSize: 64 }).`);
  if (isDataset(given))
    throw new ArgumentError(`${what} is a data set, ${expected}. Wrap it: new DataLoader(data, { batchSize: 64, shuffle: true }).`);
  const both = given as Partial<AsyncIterable<unknown>> & Partial<Iterable<unknown>>;
  if (typeof given === 'string' || (typeof both[Symbol.asyncIterator] !== 'function' && typeof both[Symbol.iterator] !== 'function'))
    throw new ArgumentError(
      `${what} is ${show(given)}, ${expected}.${typeof given === 'function' ? ' Call it, or pass an object with [Symbol.iterator].' : ''}`,
    );
}

/** What evaluate and predict go through: batches as they are, the samples of a data set in batches, a tensor as one batch. */
export function readBatches<B>(op: string, given: unknown): Loader<B> {
  if (given instanceof Tensor) return [given as B];
  if (!Array.isArray(given) && isDataset(given)) return new DataLoader(given, { batchSize: BATCH_SIZE }) as unknown as Loader<B>;
  checkLoader(op, 'the loader', given);
  return given as Loader<B>;
}

/** What is left of an epoch of which some batches are done: a loader that was given its state goes on by itself. */
export function batchesFrom<B>(loader: Loader<B>, done: number): Loader<B> {
  return Array.isArray(loader) ? (loader as B[]).slice(done) : loader;
}

/** A loader's batches, sync or async. */
function batchesOf<B>(loader: Loader<B>): AsyncIterator<B> | Iterator<B> {
  const both = loader as Partial<AsyncIterable<B>> & Partial<Iterable<B>>;
  return (both[Symbol.asyncIterator]?.() ?? both[Symbol.iterator]?.())!;
}

/**
 * Calls `body` with each batch, and with the loop that gave it, until it returns false; however the loop ends, the loader is closed.
 * @returns whether all batches were gone through.
 */
export async function eachBatch<B>(loader: Loader<B>, body: (batch: B, batches: object) => boolean | Promise<boolean>): Promise<boolean> {
  const batches = batchesOf(loader);
  let whole = false;
  try {
    for (;;) {
      const { done, value } = await batches.next();
      if (done === true) {
        whole = true;
        return true;
      }
      const answer = body(value, batches);
      if ((typeof answer === 'boolean' ? answer : await answer) === false) return false;
    }
  } finally {
    if (!whole) await closeQuietly(batches);
  }
}

/** Closes a loader that is not read to its end. An error in that does not hide the one that ended the loop. */
async function closeQuietly(batches: AsyncIterator<unknown> | Iterator<unknown>): Promise<void> {
  try {
    await batches.return?.();
  } catch {
    // what ended the loop is thrown already
  }
}
