/** The options of a DataLoader, and what reads them. */
import { ArgumentError } from '../../errors.js';
import { readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertFunction, atLeast, unexpected, wholeNumber } from '../../tensor/arguments/checks.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { checkGenerator, type Generator as RandomGenerator } from '../../tensor/create/random.js';
import type { MaybePromise } from '../datasets/dataset.js';
import { absolute, importExport } from '../datasets/module-dataset.js';
import { defaultCollate } from './collate.js';
import type { Sampler } from './sampler.js';
import { checkCrosses } from './workers/crossing.js';
import type { WorkerSettings } from './workers/pool.js';

/** The options of {@link DataLoader}. */
export interface DataLoaderOptions<T, B> {
  /** Samples in a batch. Default: 1. */
  batchSize?: number;
  /** A new random order in each epoch. Default: false. */
  shuffle?: boolean;
  /** Leaves out a last batch that is not full. Default: false. */
  dropLast?: boolean;
  /** The numbers of an epoch's samples, instead of `shuffle`: a sampler, or a list. */
  sampler?: Sampler | Iterable<number>;
  /** The numbers of each batch, instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  batchSampler?: Iterable<readonly number[]>;
  /** Where shuffling takes its numbers from. Default: a new generator in each epoch, seeded from the default one. */
  generator?: RandomGenerator;
  /**
   * Makes a batch out of samples; or the address of a module that exports such a function, by default or under the name after `#`. Where there
   * are workers, a function crosses to them as its text. Default: {@link defaultCollate}, or the data set's own `getBatch`.
   */
  collate?: ((samples: T[]) => MaybePromise<B>) | URL | string;
  /**
   * Worker threads that load batches ahead, for `for await`. Each has a data set of its own: Hone's data sets cross to them with their
   * transforms and tensors, arrays are copied, functions among them cross as their text and see nothing around them; a class of yours
   * crosses by way of {@link ModuleDataset}. Default: 0, the thread of the loop.
   */
  numWorkers?: number;
  /** Batches that each worker loads ahead. Default: 2. */
  prefetchFactor?: number;
  /** Keeps the workers for the next loop, with their data sets and random numbers. Default: false. */
  persistentWorkers?: boolean;
  /**
   * What each worker calls with its number before the first batch: a function, which crosses as its text, or the address of a module that
   * exports it, by default or under the name after `#`.
   */
  workerInitFn?: ((id: number) => unknown) | URL | string;
  /** Seconds to wait for a batch of a worker. Default: 0, as long as it takes. */
  timeout?: number;
  /** Has no effect: there is no other memory that batches would be copied to. Default: false. */
  pinMemory?: boolean;
}

/** The defaults of those that have one, in PyTorch's order. */
const DEFAULTS: Required<DataLoaderOptions<unknown, unknown>> & { multiprocessingContext: never } = {
  batchSize: required,
  shuffle: false,
  sampler: required,
  batchSampler: required,
  numWorkers: 0,
  collate: required,
  pinMemory: false,
  dropLast: false,
  timeout: 0,
  workerInitFn: required,
  multiprocessingContext: required,
  generator: required,
  prefetchFactor: required,
  persistentWorkers: false,
};

/** @internal @throws {ArgumentError} for an unknown option, or a value that is never right. */
export function readLoader<T, B>(given: readonly unknown[]): DataLoaderOptions<T, B> {
  const read = readArguments('DataLoader', DEFAULTS, given) as DataLoaderOptions<T, B>;
  const { batchSize, sampler, batchSampler, generator, collate } = read;
  if (batchSize !== undefined) {
    const hint = typeof batchSize === 'number' ? undefined : 'Write new DataLoader(dataset, { batchSize: 64, shuffle: true }).';
    wholeNumber('DataLoader', 'batchSize', batchSize, { min: 1 }, hint);
  }
  for (const [name, value] of Object.entries({ sampler, batchSampler }))
    if (value !== undefined && typeof (value as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] !== 'function')
      throw unexpected('DataLoader', name, value, 'a sampler or a list of numbers');
  checkGenerator('DataLoader', generator);
  if (collate !== undefined && !isAddress(collate)) assertFunction('DataLoader', 'collate', collate);
  if (typeof collate === 'string' && !URL.canParse(collate))
    throw unexpected(
      'DataLoader',
      'collate',
      collate,
      'a function, or the absolute address of a module',
      "Write new URL('./module.js', import.meta.url).",
    );
  if ('multiprocessingContext' in read && read.multiprocessingContext !== undefined)
    throw new ArgumentError(
      'DataLoader: multiprocessingContext says how Python starts processes; the workers here are threads. Leave it out.',
    );
  if (read.pinMemory) warnOnce('DataLoader: pinMemory has no effect, there is no other memory that batches would be copied to.');
  return read;
}

/** @internal How the workers work; undefined where there are none. @throws {ArgumentError} for options that nobody would read. */
export function readWorkers<T, B>(options: DataLoaderOptions<T, B>): WorkerSettings | undefined {
  const { numWorkers = 0, prefetchFactor, persistentWorkers = false, workerInitFn, timeout = 0, collate } = options;
  wholeNumber('DataLoader', 'numWorkers', numWorkers, { min: 0 });
  atLeast('DataLoader', 'timeout', timeout, 0);
  if (numWorkers === 0) {
    const idle = Object.entries({
      prefetchFactor,
      persistentWorkers: persistentWorkers || undefined,
      workerInitFn,
      timeout: timeout || undefined,
    });
    const [name] = idle.find(([, value]) => value !== undefined) ?? [];
    if (name !== undefined)
      throw new ArgumentError(`DataLoader: ${name} is for workers, but numWorkers is 0. Set numWorkers, or leave it out.`);
    return undefined;
  }
  if (prefetchFactor !== undefined) wholeNumber('DataLoader', 'prefetchFactor', prefetchFactor, { min: 1 });
  const init = isAddress(workerInitFn) ? absolute('DataLoader: workerInitFn', workerInitFn) : workerInitFn;
  if (init !== undefined && typeof init !== 'string') {
    assertFunction('DataLoader', 'workerInitFn', init);
    checkCrosses(init, 'workerInitFn');
  }
  const own = isAddress(collate) ? absolute('DataLoader: collate', collate) : collate === defaultCollate ? undefined : collate;
  if (own !== undefined && typeof own !== 'string') checkCrosses(own, 'collate');
  return { numWorkers, prefetchFactor: prefetchFactor ?? 2, persistentWorkers, timeout, init, collate: own };
}

/** @internal Whether it is the address of a module. */
export const isAddress = (value: unknown): value is URL | string => typeof value === 'string' || value instanceof URL;

/** @internal The function that a module exports, fetched when it is first called. */
export function fromModule<T, B>(address: URL | string): (samples: T[]) => Promise<B> {
  const url = absolute('DataLoader: collate', address);
  let found: Promise<unknown> | undefined;
  return async (samples) => {
    found ??= importExport('DataLoader: collate', url);
    const collate = await found;
    if (typeof collate !== 'function') throw unexpected('DataLoader', `collate in ${url}`, collate, 'a function');
    return (await (collate as (samples: T[]) => MaybePromise<B>)(samples)) as B;
  };
}
