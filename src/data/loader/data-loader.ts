/** DataLoader: batches out of a data set, in order or shuffled as PyTorch shuffles. */

import { Pacer } from '../../engine/tasks/pacer.js';
import { ArgumentError, StateDictError } from '../../errors.js';
import { type Arguments, tooMany } from '../../tensor/arguments/arguments.js';
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
import { noteSamples } from './sample-numbers.js';
import { BatchSampler, RandomSampler, SequentialSampler } from './sampler.js';
import { type DataLoaderState, type EpochState, type LoaderShape, orderName, readLoaderState } from './state/loader-state.js';
import { Order } from './state/order.js';
import { restoreSnapshot, takeSnapshot } from './state/random-snapshot.js';
import { isStateful } from './state/stateful.js';
import { StreamReader } from './state/stream.js';
import { checkCrosses } from './workers/crossing.js';
import { checkedBatch, WorkerEpoch } from './workers/epoch.js';
import { type Collate, LEFT_OUT, loadBatch } from './workers/load-batch.js';
import { WorkerPool, type WorkerSettings } from './workers/pool.js';

/** Batches with their numbers: what {@link DataLoader.entries} gives, for `for` and `for await`. */
export interface Entries<B> extends Iterable<[number, B]>, AsyncIterable<[number, B]> {}

/** What tells where a loop over a loader stands. */
export interface LoaderPlace {
  /** Batches of this epoch that were given out, those before an interruption included. */
  readonly position: number;
  /** The loader's state with this loop as the running epoch, whatever other loops there are; see {@link DataLoader.stateDict}. */
  stateDict(): DataLoaderState;
}

/** A loop over a loader. */
export type LoaderIterator<B> = IterableIterator<B, undefined> & LoaderPlace;

/** A loop over a loader whose batches are awaited. */
export type AsyncLoaderIterator<B> = AsyncIterableIterator<B, undefined> & LoaderPlace;

/** A loop that runs, or has run. */
interface Loop<T> {
  /** Where it began. */
  readonly from: EpochState | undefined;
  batches: number;
  ended: boolean;
  order?: Order<readonly number[]>;
  stream?: StreamReader<T>;
  workers?: WorkerEpoch<unknown>;
  readonly pool?: WorkerPool;
}

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
  /** The loop that was begun, or went on, last. */
  private loop: Loop<T> | undefined;
  /** Where the next loop begins, after {@link loadStateDict}. */
  private resumed: Pick<DataLoaderState, 'epoch' | 'workers'> | undefined;

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
  [Symbol.iterator](): LoaderIterator<B> {
    if (this.workers) throw new ArgumentError('DataLoader: batches of workers must be awaited. Use for await (const batch of loader).');
    const loop = this.begin();
    return this.#placed(this.#batches(loop), loop);
  }

  /** One epoch; between batches memory may come back, and timers, sockets and pages get their turn. Workers start to load at once. */
  [Symbol.asyncIterator](): AsyncLoaderIterator<B> {
    if (this.workers) return this.#byWorkers(this.workers);
    const loop = this.begin();
    return this.#placed(this.#batchesAsync(loop), loop);
  }

  #byWorkers(settings: WorkerSettings): AsyncLoaderIterator<B> {
    const { resumed, batchSampler } = this;
    this.resumed = undefined;
    const { epoch, workers } = resumed ?? {};
    const pool = workers ? new WorkerPool(this.dataset, settings, BigInt(workers.seed), workers) : this.#seededPool(settings);
    const loop: Loop<T> = { from: epoch, batches: epoch?.batches ?? 0, ended: false, pool };
    this.pool = settings.persistentWorkers ? pool : undefined;
    this.loop = loop;
    const count = this.#counter(loop.batches);
    const came = () => {
      this.loop = loop;
      loop.batches++;
      count();
    };
    const left = async () => {
      loop.ended = true;
      if (!settings.persistentWorkers || !pool.alive) await pool.stop();
    };
    const order = batchSampler ? new Order(batchSampler, epoch?.order) : { batchSize: this.batchSize!, dropLast: this.dropLast };
    loop.workers = new WorkerEpoch<B>(pool, order, came, left, workers && { turns: epoch?.turns, workers });
    return this.#placed(loop.workers as WorkerEpoch<B>, loop);
  }

  /** Workers that stayed keep their random numbers: they are seeded once. */
  #seededPool(settings: WorkerSettings): WorkerPool {
    return this.pool?.alive ? this.pool : new WorkerPool(this.dataset, settings, this.drawBaseSeed());
  }

  /**
   * One epoch, each batch with its number from 0 on, as Python's `enumerate(loader)`. Each loop over the result is an epoch; one that goes on
   * after {@link loadStateDict} counts on from the batches before.
   * @example
   * for (const [i, [inputs, targets]] of loader.entries()) console.log(i, inputs.shape, targets.shape);
   */
  entries(): Entries<B> {
    if (arguments.length > 0) tooMany('DataLoader.entries', 0, arguments);
    const loader = this;
    return {
      *[Symbol.iterator]() {
        const batches = loader[Symbol.iterator]();
        for (const batch of batches) yield [batches.position - 1, batch] as [number, B];
      },
      async *[Symbol.asyncIterator]() {
        const batches = loader[Symbol.asyncIterator]();
        for await (const batch of batches) yield [batches.position - 1, batch] as [number, B];
      },
    };
  }

  /**
   * Where the loader stands, between two batches or between two epochs: a loader of the same data set that loads it, in this process or another,
   * gives the rest of the epoch, then whole epochs, with the same random numbers. It holds the place in the sampler's order or in the stream, and
   * where the default generator, Python's beside it, and those in fields of the sampler and the data set stand.
   *
   * Of several loops it is the one that was begun, or went on, last; each loop has a `stateDict()` of its own. Samplers and data sets
   * that have `stateDict()` and `loadStateDict(state)` give their states to it. A stream without is read again from its start, and its samples
   * left out, up to where it stood: where it draws random numbers as it is read, give it both.
   * @returns plain data and typed arrays, as `save` takes them to a .pth.
   * @see https://meta-pytorch.org/data/main/torchdata.stateful_dataloader.html
   * @example
   * const loader = new DataLoader([1, 2, 3, 4, 5, 6], { batchSize: 2 });
   * const loop = loader[Symbol.iterator]();
   * loop.next();
   * const again = new DataLoader([1, 2, 3, 4, 5, 6], { batchSize: 2 });
   * again.loadStateDict(loader.stateDict());
   * Array.from(again, (batch) => batch.toArray()); // [[3, 4], [5, 6]]
   */
  stateDict(): DataLoaderState {
    if (arguments.length > 0) tooMany('DataLoader.stateDict', 0, arguments);
    return this.#stateOf(this.loop);
  }

  /**
   * Goes on from a state of {@link stateDict}: the next loop gives the rest of that epoch, and all random numbers that the state holds go on
   * from there, those of the default generator among them.
   * @param state as `stateDict()` gave it, or as `load` gives it out of a file.
   * @throws {StateDictError} for the state of another loader (samples, batchSize, dropLast, the kind of order, numWorkers), with what differs, and
   * for what no loader gave: then nothing was changed. In the loop, where a sampler does not give the numbers that it gave before.
   */
  loadStateDict(state: DataLoaderState | Readonly<Record<string, unknown>>): void {
    if (arguments.length > 1) tooMany('DataLoader.loadStateDict', 1, arguments);
    const read = readLoaderState(state, this.shape(), this.roots());
    const { dataset } = this;
    const parts = Object.entries({ dataset, sampler: this.ownSampler() }).map(([name, part]) => {
      if (!(name in read)) return undefined;
      if (!isStateful(part))
        throw new StateDictError(
          `DataLoader.loadStateDict: the state holds one of the ${name}, but ${classNameOf(part ?? [])} has no stateDict() and loadStateDict(state). Nothing was changed.`,
        );
      return () => part.loadStateDict(read[name as 'dataset' | 'sampler']);
    });
    for (const give of parts) give?.();
    numberRuleOf(dataset).adopt(read.numbers);
    restoreSnapshot(read.random, this.roots());
    const { epoch, workers } = read;
    void this.pool?.stop();
    Object.assign(this, { pool: undefined, loop: undefined, resumed: { ...(epoch && { epoch }), ...(workers && { workers }) } });
  }

  #stateOf(loop: Loop<T> | undefined): DataLoaderState {
    const { dataset, pool, resumed } = this;
    const sampler = this.ownSampler();
    const running = loop && !loop.ended ? loop : undefined;
    return {
      version: 1,
      loader: this.shape(),
      random: takeSnapshot(this.roots()),
      numbers: numberRuleOf(dataset).decisions(),
      ...(isStateful(dataset) && { dataset: dataset.stateDict() }),
      ...(isStateful(sampler) && { sampler: sampler.stateDict() }),
      ...(running ? { epoch: epochOf(running), ...withWorkers(running.pool, running.workers) } : (resumed ?? withWorkers(pool))),
    };
  }

  /** What may have a state of its own. */
  private ownSampler(): object | undefined {
    const { batchSampler } = this;
    return batchSampler instanceof BatchSampler && !isStateful(batchSampler) ? batchSampler.sampler : batchSampler;
  }

  private shape(): LoaderShape {
    const { batchSize, dropLast, batchSampler, workers } = this;
    return {
      samples: batchSampler ? this.source!.length : undefined,
      batchSize,
      dropLast,
      order: orderName(batchSampler),
      numWorkers: workers?.numWorkers ?? 0,
    };
  }

  /** Where generators are looked for. */
  private roots() {
    return { generator: this.generator, sampler: this.batchSampler, dataset: this.dataset };
  }

  /** A loop, which goes on where a state was loaded. */
  private begin(): Loop<T> {
    const from = this.resumed?.epoch;
    this.resumed = undefined;
    if (!from) this.drawBaseSeed();
    this.loop = { from, batches: from?.batches ?? 0, ended: false };
    return this.loop;
  }

  #placed<I extends object>(iterator: I, loop: Loop<T>): I & LoaderPlace {
    return Object.defineProperties(iterator, {
      position: { get: () => loop.batches },
      stateDict: { value: () => this.#stateOf(loop) },
    }) as I & LoaderPlace;
  }

  /** PyTorch seeds its workers at the start of every epoch; the generator must move on as far. */
  private drawBaseSeed(): bigint {
    return (this.generator ?? defaultGenerator()).drawSeed();
  }

  /** Called at each batch of a loop; warns where a stream has more than it said. */
  #counter(from = 0): () => void {
    if (this.batchSampler) return () => {};
    let batches = from;
    return () => {
      const { promised, batchSize, dropLast, workers } = this;
      if (promised === undefined || batchSize === undefined) return;
      if (++batches <= (dropLast ? Math.floor : Math.ceil)(promised / batchSize)) return;
      warnOnce(
        `DataLoader: the length of ${classNameOf(this.dataset)} was said to be ${promised}, but more samples came.${workers ? ' Each worker reads the whole of its stream, unless this shares the samples out by getWorkerInfo().' : ''}`,
      );
    };
  }

  *#batches(loop: Loop<T>): Generator<B, undefined> {
    const count = this.#counter(loop.batches);
    try {
      for (const load of this.#loads(loop)) {
        const batch = load();
        if (isPromise(batch)) {
          batch.catch(() => {}); // the error below says what matters
          throw new ArgumentError('DataLoader: the dataset (or collate) answers with a promise. Use for await (const batch of loader).');
        }
        if (batch === LEFT_OUT) continue;
        count();
        loop.batches++;
        yield batch;
        this.loop = loop;
      }
    } finally {
      loop.ended = true;
    }
  }

  async *#batchesAsync(loop: Loop<T>): AsyncGenerator<B, undefined> {
    const pacer = new Pacer();
    const count = this.#counter(loop.batches);
    try {
      const loads =
        this.source || !isAsyncStream(this.dataset) ? this.#loads(loop) : this.#loadsAsync(this.dataset as AsyncIterable<T>, loop);
      for await (const load of loads) {
        await pacer.pause();
        const batch = await load();
        if (batch === LEFT_OUT) continue;
        count();
        loop.batches++;
        yield batch;
        this.loop = loop;
      }
    } finally {
      loop.ended = true;
    }
  }

  /** A function for each batch, which loads it. */
  *#loads(loop: Loop<T>): Generator<() => MaybePromise<B | typeof LEFT_OUT>, void> {
    const { source } = this;
    if (source) {
      const order = new Order<readonly number[]>(this.batchSampler!, loop.from?.order);
      loop.order = order;
      for (const indices of closing(order)) {
        const wanted = checkedBatch(indices);
        yield () => this.fetch(source, wanted);
      }
      return;
    }
    const stream = this.dataset as Iterable<T>;
    if (!stream[Symbol.iterator])
      throw new ArgumentError('DataLoader: the iterable dataset is asynchronous. Use for await (const batch of loader).');
    const gathering = new Gathering<T>(this.batchSize!);
    const reader = new StreamReader<T>(stream, false, loop.from?.stream);
    loop.stream = reader;
    for (const sample of closing(reader as { next(): IteratorResult<T>; close(): unknown })) {
      const full = gathering.add(sample);
      if (full) yield () => this.collate(full, nameless);
    }
    if (gathering.rest.length > 0 && !this.dropLast) yield () => this.collate(gathering.rest, nameless);
  }

  async *#loadsAsync(stream: AsyncIterable<T>, loop: Loop<T>): AsyncGenerator<() => MaybePromise<B | typeof LEFT_OUT>> {
    const gathering = new Gathering<T>(this.batchSize!);
    const reader = new StreamReader<T>(stream, true, loop.from?.stream);
    loop.stream = reader;
    try {
      for (let step = await reader.next(); !step.done; step = await reader.next()) {
        const full = gathering.add(step.value);
        if (full) yield () => this.collate(full, nameless);
      }
    } finally {
      await reader.close();
    }
    if (gathering.rest.length > 0 && !this.dropLast) yield () => this.collate(gathering.rest, nameless);
  }

  private fetch(source: MapDataset<T, B>, indices: readonly number[]): MaybePromise<B | typeof LEFT_OUT> {
    const batch = loadBatch(source, indices, this.makesBatches, this.collate);
    return isPromise(batch) ? batch.then((made) => noteSamples(made, indices)) : noteSamples(batch, indices);
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

/** What a reader gives, for `for of`; it is closed where the loop is left. */
function* closing<N>(reader: { next(): IteratorResult<N>; close(): unknown }): Generator<N, void> {
  let whole = false;
  try {
    for (let step = reader.next(); !step.done; step = reader.next()) yield step.value;
    whole = true;
  } finally {
    if (!whole) reader.close();
  }
}

function epochOf({ from, batches, order, stream, workers }: Loop<unknown>): EpochState {
  if (workers) return { batches, ...workers.state() };
  const [numbers, place] = [order ? order.state() : from?.order, stream ? stream.state() : from?.stream];
  return { batches, ...(numbers && { order: numbers }), ...(place && { stream: place }) };
}

const withWorkers = (pool: WorkerPool | undefined, loop?: object) => pool?.alive && { workers: pool.state(loop) };

function isAsyncStream(dataset: object): boolean {
  return Symbol.asyncIterator in dataset;
}
