/** DataLoader: batches out of a data set, in order or shuffled as PyTorch shuffles. */

import { Pacer } from '../../engine/tasks/pacer.js';
import { ArgumentError } from '../../errors.js';
import { type Arguments, tooMany } from '../../tensor/arguments/arguments.js';
import { unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { defaultGenerator, type Generator as RandomGenerator } from '../../tensor/create/random.js';
import {
  asDataset,
  type DatasetLike,
  type IterableDataset,
  isPromise,
  isStream,
  type MapDataset,
  type MaybePromise,
} from '../datasets/dataset.js';
import { numberRuleOf } from '../number-rule.js';
import { type Collated, collateBy } from './collate.js';
import { type DataLoaderOptions, fromModule, isAddress, readLoader, readWorkers } from './options.js';
import { BatchSampler, RandomSampler, SequentialSampler } from './sampler.js';
import { checkCrosses } from './workers/crossing.js';
import { WorkerEpoch } from './workers/epoch.js';
import { type Collate, LEFT_OUT, loadBatch } from './workers/load-batch.js';
import { WorkerPool, type WorkerSettings } from './workers/pool.js';

/** Batches with their numbers: what {@link DataLoader.entries} gives, for `for` and `for await`. */
export interface Entries<B> extends Iterable<[number, B]>, AsyncIterable<[number, B]> {}

/**
 * Batches out of a data set: `for (const [x, y] of loader)` where the data set answers at once, `for await` everywhere. Each loop is one
 * epoch. With the same seed the batches, and the numbers that are drawn for them, are those of PyTorch's DataLoader.
 *
 * A sample for which the data set's `get` throws a `SkippedSampleError` is left out, and its batch is that much smaller; one of which
 * nothing is left is left out, too. All others stay where they are, and keep their random numbers.
 *
 * In browsers prefer `for await`: between batches it lets the memory of dropped tensors come back.
 * @param dataset a data set, an array of samples, or an IterableDataset.
 * @throws {ArgumentError} for options that exclude each other, and when a loop is sync but the data set is not.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
 * @example
 * const loader = new DataLoader(new TensorDataset(x, y), { batchSize: 64, shuffle: true });
 * for await (const [inputs, targets] of loader) { … }
 */
export class DataLoader<T, B = Collated<T>> implements Iterable<B>, AsyncIterable<B> {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'DataLoader';
  /** The samples. */
  readonly dataset: DatasetLike<T> | IterableDataset<T>;
  /** Samples in a batch; undefined where a batch sampler decides. */
  readonly batchSize: number | undefined;
  /** Whether an incomplete last batch is left out. */
  readonly dropLast: boolean;
  /** Whether each batch is made of new tensors that nobody else holds, so that a training loop may free them after use. */
  readonly makesBatches: boolean;
  private readonly source: MapDataset<T, B> | undefined;
  private readonly batchSampler: Iterable<readonly number[]> | undefined;
  private readonly generator: RandomGenerator | undefined;
  private readonly collate: Collate<T, B>;
  private readonly workers: WorkerSettings | undefined;
  /** Workers that wait for the next loop. */
  private pool: WorkerPool | undefined;
  /** How many samples a stream said that it has, where somebody asked. */
  private promised: number | undefined;

  constructor(
    dataset: DatasetLike<T> | IterableDataset<T>,
    ...args: Arguments<DataLoaderOptions<T, B>, [batchSize: 'batchSize', shuffle: 'shuffle']>
  ) {
    // First of all: whoever passes tensors, one after the other, is told of the data set rather than of options.
    const source = isStream(dataset) ? undefined : (asDataset(dataset as DatasetLike<T>, 'DataLoader') as MapDataset<T, B>);
    const options = readLoader<T, B>(args);
    const { batchSize = 1, shuffle = false, dropLast = false, sampler, batchSampler, generator, collate } = options;
    if (batchSampler && (options.batchSize !== undefined || options.shuffle || sampler || options.dropLast)) {
      throw new ArgumentError('DataLoader: batchSampler decides alone: leave out batchSize, shuffle, sampler and dropLast.');
    }
    if (sampler && shuffle)
      throw new ArgumentError('DataLoader: sampler and shuffle exclude each other. Use a RandomSampler, or leave one out.');
    this.workers = readWorkers(options);
    this.dataset = dataset;
    this.dropLast = dropLast;
    this.generator = generator;
    this.batchSize = batchSampler ? undefined : batchSize;
    this.makesBatches = collate === undefined;
    this.collate = isAddress(collate)
      ? fromModule(collate)
      : collate
        ? (samples) => collate(samples)
        : (samples, nameOf) => collateBy(numberRuleOf(dataset), samples, nameOf) as unknown as B;
    if (this.workers) checkCrosses(dataset, 'the dataset');
    if (source === undefined) {
      if (shuffle || sampler || batchSampler)
        throw new ArgumentError(
          'DataLoader: an iterable dataset gives its samples in its own order: leave out shuffle, sampler and batchSampler.',
        );
      return;
    }
    this.source = source;
    const order = () => sampler ?? (shuffle ? new RandomSampler(source, generator && { generator }) : new SequentialSampler(source));
    this.batchSampler = batchSampler ?? new BatchSampler(order(), batchSize, dropLast);
  }

  /** How many batches an epoch has. @throws {ArgumentError} where an iterable data set or a sampler does not say. */
  get length(): number {
    const { length } = (this.batchSampler ?? this.dataset) as { readonly length?: number };
    if (length === undefined)
      throw new ArgumentError('DataLoader: the length is unknown: the iterable dataset (or the batchSampler) has no length.');
    if (this.batchSampler) return length;
    this.promised = length;
    return this.dropLast ? Math.floor(length / this.batchSize!) : Math.ceil(length / this.batchSize!);
  }

  /** `DataLoader (8000 samples of Digits, batchSize: 100, shuffle: true, 80 batches)`. */
  toString(): string {
    const { dataset, batchSize, batchSampler, dropLast } = this;
    const length = (read: () => unknown) => {
      try {
        return read();
      } catch {
        return undefined; // the length of a stream is unknown
      }
    };
    const samples = length(() => (dataset as { length?: number }).length);
    const batches = length(() => this.length);
    const order = batchSampler instanceof BatchSampler ? batchSampler.sampler : batchSampler;
    const parts = [
      `${samples === undefined ? 'samples' : `${samples} samples`} of ${Array.isArray(dataset) ? 'an array' : classNameOf(dataset)}`,
      ...(batchSize === undefined ? [] : [`batchSize: ${batchSize}`]),
      ...(order === undefined || order instanceof SequentialSampler
        ? []
        : [order instanceof RandomSampler ? 'shuffle: true' : `order: ${Array.isArray(order) ? 'a list' : classNameOf(order)}`]),
      ...(dropLast ? ['dropLast: true'] : []),
      ...(batches === undefined ? [] : [`${String(batches)} batches`]),
    ];
    return `${classNameOf(this)} (${parts.join(', ')})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** One epoch. @throws {ArgumentError} when the data set, or `collate`, answers with promises. */
  [Symbol.iterator](): Iterator<B, undefined> {
    if (this.workers) throw new ArgumentError('DataLoader: batches of workers must be awaited. Use for await (const batch of loader).');
    this.drawBaseSeed();
    return this.batches();
  }

  /** One epoch; between batches memory may come back, and timers, sockets and pages get their turn. Workers start to load at once. */
  [Symbol.asyncIterator](): AsyncIterator<B, undefined> {
    const { workers } = this;
    if (!workers) {
      this.drawBaseSeed();
      return this.batchesAsync();
    }
    // Workers that stayed keep their random numbers: they are seeded once.
    const pool = this.pool?.alive ? this.pool : new WorkerPool(this.dataset, workers, this.drawBaseSeed());
    this.pool = workers.persistentWorkers ? pool : undefined;
    const order = this.batchSampler ?? { batchSize: this.batchSize!, dropLast: this.dropLast };
    return new WorkerEpoch<B>(pool, order, this.counter(), async () => {
      if (!workers.persistentWorkers || !pool.alive) await pool.stop();
    });
  }

  /**
   * One epoch, each batch with its number from 0 on, as Python's `enumerate(loader)`. Each loop over the result is an epoch.
   * @example
   * for (const [i, [inputs, targets]] of loader.entries()) console.log(i, inputs.shape, targets.shape);
   */
  entries(): Entries<B> {
    if (arguments.length > 0) tooMany('DataLoader.entries', 0, arguments);
    const loader = this;
    return {
      *[Symbol.iterator]() {
        let i = 0;
        for (const batch of loader) yield [i++, batch] as [number, B];
      },
      async *[Symbol.asyncIterator]() {
        let i = 0;
        for await (const batch of loader as AsyncIterable<B>) yield [i++, batch] as [number, B];
      },
    };
  }

  /** PyTorch seeds its workers at the start of every epoch; the generator must move on as far. */
  private drawBaseSeed(): bigint {
    return (this.generator ?? defaultGenerator()).drawSeed();
  }

  /** Called at each batch of a loop; warns where a stream has more than it said. */
  private counter(): () => void {
    if (this.batchSampler) return () => {};
    let batches = 0;
    return () => {
      const { promised, batchSize, dropLast, workers } = this;
      if (promised === undefined || batchSize === undefined) return;
      if (++batches <= (dropLast ? Math.floor : Math.ceil)(promised / batchSize)) return;
      warnOnce(
        `DataLoader: the length of ${classNameOf(this.dataset)} was said to be ${promised}, but more samples came.${workers ? ' Each worker reads the whole of its stream, unless this shares the samples out by getWorkerInfo().' : ''}`,
      );
    };
  }

  private *batches(): Generator<B, undefined> {
    const count = this.counter();
    for (const load of this.loads()) {
      const batch = load();
      if (isPromise(batch)) {
        batch.catch(() => {}); // the error below says what matters
        throw new ArgumentError('DataLoader: the dataset (or collate) answers with a promise. Use for await (const batch of loader).');
      }
      if (batch === LEFT_OUT) continue;
      count();
      yield batch;
    }
  }

  private async *batchesAsync(): AsyncGenerator<B> {
    const pacer = new Pacer();
    const count = this.counter();
    const loads = this.source || !isAsyncStream(this.dataset) ? this.loads() : this.loadsAsync(this.dataset as AsyncIterable<T>);
    for await (const load of loads) {
      await pacer.pause();
      const batch = await load();
      if (batch === LEFT_OUT) continue;
      count();
      yield batch;
    }
  }

  /** A function for each batch, which loads it. */
  private *loads(): Generator<() => MaybePromise<B | typeof LEFT_OUT>, void> {
    const { source } = this;
    if (source) {
      for (const indices of this.batchSampler!) {
        if (!Array.isArray(indices))
          throw unexpected('DataLoader', 'a batch of batchSampler', indices, 'a list of the numbers of its samples: [[0, 1], [2, 3]]');
        yield () => this.fetch(source, indices);
      }
      return;
    }
    const stream = this.dataset as Partial<Iterable<T>>;
    if (!stream[Symbol.iterator])
      throw new ArgumentError('DataLoader: the iterable dataset is asynchronous. Use for await (const batch of loader).');
    const gathering = new Gathering<T>(this.batchSize!);
    for (const sample of stream as Iterable<T>) {
      const full = gathering.add(sample);
      if (full) yield () => this.collate(full, nameless);
    }
    if (gathering.rest.length > 0 && !this.dropLast) yield () => this.collate(gathering.rest, nameless);
  }

  private async *loadsAsync(stream: AsyncIterable<T>): AsyncGenerator<() => MaybePromise<B | typeof LEFT_OUT>> {
    const gathering = new Gathering<T>(this.batchSize!);
    for await (const sample of stream) {
      const full = gathering.add(sample);
      if (full) yield () => this.collate(full, nameless);
    }
    if (gathering.rest.length > 0 && !this.dropLast) yield () => this.collate(gathering.rest, nameless);
  }

  private fetch(source: MapDataset<T, B>, indices: readonly number[]): MaybePromise<B | typeof LEFT_OUT> {
    return loadBatch(source, indices, this.makesBatches, this.collate);
  }
}

/** Samples of a stream have no names. */
const nameless = () => undefined;

/** Samples of a stream, gathered into batches. */
class Gathering<T> {
  /** Those that do not fill a batch yet. */
  rest: T[] = [];

  constructor(private readonly batchSize: number) {}

  /** Adds a sample; gives the batch that it fills. */
  add(sample: T): T[] | undefined {
    this.rest.push(sample);
    if (this.rest.length < this.batchSize) return undefined;
    const full = this.rest;
    this.rest = [];
    return full;
  }
}

function isAsyncStream(dataset: object): boolean {
  return Symbol.asyncIterator in dataset;
}
