/** DataLoader: batches out of a data set, in order or shuffled as PyTorch shuffles. */

import { Pacer } from '../../engine/tasks/pacer.js';
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertFunction, unexpected, wholeNumber } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { checkGenerator, defaultGenerator, type Generator as RandomGenerator } from '../../tensor/create/random.js';
import { Tensor } from '../../tensor/tensor.js';
import { asDataset, type DatasetLike, type IterableDataset, type MapDataset, type MaybePromise } from '../datasets/dataset.js';
import { numberRuleOf } from '../number-rule.js';
import { type Collated, collateBy } from './collate.js';
import { BatchSampler, RandomSampler, type Sampler, SequentialSampler } from './sampler.js';

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
  /** Makes a batch out of samples. Default: {@link defaultCollate}, or the data set's own `getBatch`. */
  collate?: (samples: T[]) => MaybePromise<B>;
}

/** The defaults of those that have one, in PyTorch's order. */
const DEFAULTS: Required<DataLoaderOptions<unknown, unknown>> = {
  batchSize: required,
  shuffle: false,
  sampler: required,
  batchSampler: required,
  collate: required,
  dropLast: false,
  generator: required,
};

/** @throws {ArgumentError} for an unknown option, or a value that is never right. */
function readLoader<T, B>(given: readonly unknown[]): DataLoaderOptions<T, B> {
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
  if (collate !== undefined) assertFunction('DataLoader', 'collate', collate);
  return read;
}

/** Batches with their numbers: what {@link DataLoader.entries} gives, for `for` and `for await`. */
export interface Entries<B> extends Iterable<[number, B]>, AsyncIterable<[number, B]> {}

/** Whether a value must be awaited. */
function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === 'function';
}

/**
 * Batches out of a data set: `for (const [x, y] of loader)` where the data set answers at once, `for await` everywhere. Each loop is one
 * epoch. With the same seed the batches, and the numbers that are drawn for them, are those of PyTorch's DataLoader.
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
  private readonly collate: (samples: T[]) => MaybePromise<B>;

  constructor(
    dataset: DatasetLike<T> | IterableDataset<T>,
    ...args: Arguments<DataLoaderOptions<T, B>, [batchSize: 'batchSize', shuffle: 'shuffle']>
  ) {
    const options = readLoader<T, B>(args);
    const { batchSize = 1, shuffle = false, dropLast = false, sampler, batchSampler, generator, collate } = options;
    if (batchSampler && (options.batchSize !== undefined || options.shuffle || sampler || options.dropLast)) {
      throw new ArgumentError('DataLoader: batchSampler decides alone: leave out batchSize, shuffle, sampler and dropLast.');
    }
    if (sampler && shuffle)
      throw new ArgumentError('DataLoader: sampler and shuffle exclude each other. Use a RandomSampler, or leave one out.');
    this.dataset = dataset;
    this.dropLast = dropLast;
    this.generator = generator;
    this.batchSize = batchSampler ? undefined : batchSize;
    this.makesBatches = collate === undefined;
    this.collate = collate ?? ((samples) => collateBy(numberRuleOf(dataset), samples) as unknown as B);
    if (isStream(dataset)) {
      if (shuffle || sampler || batchSampler)
        throw new ArgumentError(
          'DataLoader: an iterable dataset gives its samples in its own order: leave out shuffle, sampler and batchSampler.',
        );
      return;
    }
    const source = asDataset(dataset as DatasetLike<T>, 'DataLoader') as MapDataset<T, B>;
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
  [Symbol.iterator](): Iterator<B> {
    this.drawBaseSeed();
    return this.batches();
  }

  /** One epoch; between batches memory may come back, and timers, sockets and pages get their turn. */
  [Symbol.asyncIterator](): AsyncIterator<B> {
    this.drawBaseSeed();
    return this.batchesAsync();
  }

  /**
   * One epoch, each batch with its number from 0 on, as Python's `enumerate(loader)`. Each loop over the result is an epoch.
   * @example
   * for (const [i, [inputs, targets]] of loader.entries()) console.log(i, inputs.shape, targets.shape);
   */
  entries(): Entries<B> {
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
  private drawBaseSeed(): void {
    (this.generator ?? defaultGenerator()).drawSeed();
  }

  private *batches(): Generator<B, void> {
    for (const load of this.loads()) {
      const batch = load();
      if (isPromise(batch)) {
        batch.catch(() => {}); // the error below says what matters
        throw new ArgumentError('DataLoader: the dataset (or collate) answers with a promise. Use for await (const batch of loader).');
      }
      yield batch;
    }
  }

  private async *batchesAsync(): AsyncGenerator<B> {
    const pacer = new Pacer();
    const loads = this.source || !isAsyncStream(this.dataset) ? this.loads() : this.loadsAsync(this.dataset as AsyncIterable<T>);
    for await (const load of loads) {
      await pacer.pause();
      yield await load();
    }
  }

  /** A function for each batch, which loads it. */
  private *loads(): Generator<() => MaybePromise<B>, void> {
    const { source } = this;
    if (source) {
      for (const indices of this.batchSampler!) yield () => this.fetch(source, indices);
      return;
    }
    const stream = this.dataset as Partial<Iterable<T>>;
    if (!stream[Symbol.iterator])
      throw new ArgumentError('DataLoader: the iterable dataset is asynchronous. Use for await (const batch of loader).');
    const gathering = new Gathering<T>(this.batchSize!);
    for (const sample of stream as Iterable<T>) {
      const full = gathering.add(sample);
      if (full) yield () => this.collate(full);
    }
    if (gathering.rest.length > 0 && !this.dropLast) yield () => this.collate(gathering.rest);
  }

  private async *loadsAsync(stream: AsyncIterable<T>): AsyncGenerator<() => MaybePromise<B>> {
    const gathering = new Gathering<T>(this.batchSize!);
    for await (const sample of stream) {
      const full = gathering.add(sample);
      if (full) yield () => this.collate(full);
    }
    if (gathering.rest.length > 0 && !this.dropLast) yield () => this.collate(gathering.rest);
  }

  private fetch(source: MapDataset<T, B>, indices: readonly number[]): MaybePromise<B> {
    if (source.getBatch && this.makesBatches) return source.getBatch(indices);
    const samples = indices.map((i) => source.get(i));
    return samples.some(isPromise) ? Promise.all(samples).then((ready) => this.collate(ready)) : this.collate(samples as T[]);
  }
}

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

/** Whether a data set is read from start to end; what can be asked for a sample by its number is not. */
function isStream(dataset: unknown): boolean {
  if (typeof dataset !== 'object' || dataset === null || Array.isArray(dataset) || dataset instanceof Tensor || 'get' in dataset)
    return false;
  return Symbol.iterator in dataset || Symbol.asyncIterator in dataset;
}

function isAsyncStream(dataset: object): boolean {
  return Symbol.asyncIterator in dataset;
}
