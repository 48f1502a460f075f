/** Several data sets as one: one after the other, side by side, or as one stream. */

import { ArgumentError, ShapeError } from '../../errors.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { isStateful, readList, readPart, type Stateful } from '../loader/state/stateful.js';
import { asyncChainIterator, chainIterator } from './chain-iterator.js';
import {
  asDataset,
  checkIndex,
  Dataset,
  type DatasetLike,
  IterableDataset,
  isPromise,
  type MapDataset,
  type MaybePromise,
} from './dataset.js';
import type { Source } from './subset.js';

/** One state for several data sets: of each its own, where it has one; undefined where none has. */
function jointState(name: string, parts: readonly unknown[]): Stateful | undefined {
  if (!parts.some(isStateful)) return undefined;
  return {
    stateDict: () => ({ datasets: parts.map((part) => (isStateful(part) ? part.stateDict() : null)) }),
    loadStateDict: (state) => {
      const states = readList('the states of the data sets', readPart(`the state of a ${name}`, state).datasets);
      parts.forEach((part, i) => {
        if (isStateful(part)) part.loadStateDict(states[i]);
      });
    },
  };
}

/**
 * Several data sets, one after the other.
 * @throws {ArgumentError} for an empty list, and for what has no samples by number; for streams there is {@link ChainDataset}.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.ConcatDataset
 * @example
 * const both = new ConcatDataset([new TensorDataset(x, labels), new TensorDataset(x, labels)]);
 */
export class ConcatDataset<T, Got extends MaybePromise<T> = MaybePromise<T>> extends Dataset<T> {
  static override readonly className: string = 'ConcatDataset';
  readonly length: number;
  /** The data sets, in order. */
  readonly datasets: readonly MapDataset<T>[];
  /** How many samples there are up to the end of each data set. */
  readonly cumulativeSizes: readonly number[];

  constructor(datasets: Iterable<Source<T, unknown, Got>>) {
    super();
    if (typeof (datasets as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] !== 'function')
      throw new ArgumentError(`ConcatDataset: datasets are ${show(datasets)}, expected a list: new ConcatDataset([a, b]).`);
    if (arguments.length > 1) tooMany('ConcatDataset', 1, arguments);
    this.datasets = Array.from(datasets, (dataset: unknown) => {
      if (dataset instanceof IterableDataset)
        throw new ArgumentError(
          `ConcatDataset: got a ${classNameOf(dataset)}, which is a stream and has no samples by number. Use new ChainDataset([…]).`,
        );
      return asDataset(dataset as DatasetLike<T>, 'ConcatDataset');
    });
    if (this.datasets.length === 0) throw new ArgumentError('ConcatDataset: no dataset was given.');
    let end = 0;
    this.cumulativeSizes = this.datasets.map((dataset) => (end += dataset.length));
    this.length = end;
  }

  get(index: number): Got {
    const [dataset, i] = this.find(checkIndex(index, this.length, 'ConcatDataset'));
    return dataset.get(i) as Got;
  }

  /** Those of the data sets that have one. */
  get stateDict(): (() => unknown) | undefined {
    return jointState('ConcatDataset', this.datasets)?.stateDict;
  }

  /** Those of the data sets that have one. */
  get loadStateDict(): ((state: unknown) => void) | undefined {
    return jointState('ConcatDataset', this.datasets)?.loadStateDict;
  }

  /** @internal */
  nameOf(index: number): string | undefined {
    const [dataset, i] = this.find(index);
    return dataset.nameOf?.(i);
  }

  /** @internal */
  noteSkipped(index: number, message: string): void {
    const [dataset, i] = this.find(index);
    dataset.noteSkipped?.(i, message);
  }

  /** The data set that a sample is of, and its number there. */
  private find(index: number): readonly [MapDataset<T>, number] {
    const part = this.cumulativeSizes.findIndex((end) => index < end);
    return [this.datasets[part]!, index - (this.cumulativeSizes[part - 1] ?? 0)];
  }
}

/** What a data set, or an array of samples, gives: a sample or the promise of one. */
type GotOf<D> = D extends readonly (infer T)[] ? T : D extends { get(index: number): infer G } ? G : never;

/** The samples of data sets side by side: `[A, B]` for a list of arguments, `{ a: A }` where they came by name. */
export type Stacked<A extends readonly unknown[]> = A extends readonly [infer Only]
  ? Only extends DatasetLike<unknown>
    ? [Awaited<GotOf<Only>>]
    : { -readonly [K in keyof Only]: Awaited<GotOf<Only[K]>> }
  : { -readonly [K in keyof A]: Awaited<GotOf<A[K]>> };

/** {@link Stacked}, or the promise of it where one of the data sets gives promises. */
type StackedNow<A extends readonly unknown[]> = [
  Extract<
    A extends readonly [infer Only] ? (Only extends DatasetLike<unknown> ? GotOf<Only> : GotOf<Only[keyof Only]>) : GotOf<A[number]>,
    Promise<unknown>
  >,
] extends [never]
  ? Stacked<A>
  : MaybePromise<Stacked<A>>;

/** What {@link StackDataset} takes: data sets one by one, or by name in one object. */
type StackInput = DatasetLike<unknown> | Readonly<Record<string, DatasetLike<unknown>>>;

/**
 * Data sets side by side: sample i is sample i of each, in a list, or in an object where they are given by name. Images here and masks
 * there, say, or texts and their labels.
 * @param datasets data sets of the same length, or one object of them.
 * @throws {ShapeError} when their lengths differ. @throws {ArgumentError} for none, and for what is not a data set.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.StackDataset
 * @example
 * const pairs = new StackDataset({ question: ['2 + 2', '2 * 3'], answer: [4, 6] });
 * pairs.get(1).answer; // 6
 */
export class StackDataset<A extends readonly StackInput[]> extends Dataset<Stacked<A>> {
  static override readonly className: string = 'StackDataset';
  readonly length: number;
  /** The data sets, as they were given. */
  readonly datasets: A extends readonly [infer Only] ? (Only extends DatasetLike<unknown> ? A : Only) : A;
  private readonly sources: readonly MapDataset<unknown>[];
  /** Their names, where they came by name. */
  private readonly names: readonly string[] | undefined;

  constructor(...datasets: A) {
    super();
    const only = datasets.length === 1 && isNamed(datasets[0]) ? datasets[0] : undefined;
    this.names = only && Object.keys(only);
    this.datasets = (only ?? datasets) as typeof this.datasets;
    const given: readonly unknown[] = only ? Object.values(only) : datasets;
    this.sources = given.map((dataset) => asDataset(dataset as DatasetLike<unknown>, 'StackDataset'));
    const first = this.sources[0];
    if (first === undefined) throw new ArgumentError('StackDataset: no dataset was given.');
    const label = (i: number) => this.names?.[i] ?? `dataset ${i}`;
    this.sources.forEach((source, i) => {
      if (source.length !== first.length)
        throw new ShapeError(
          `StackDataset: ${label(i)} has ${source.length} samples, ${label(0)} has ${first.length}. Their lengths must be equal: cut the longer one with new Subset(…).`,
        );
    });
    this.length = first.length;
  }

  /** Batches: those of each data set, where all of them give batches. */
  get getBatch(): ((indices: readonly number[]) => MaybePromise<Stacked<A>>) | undefined {
    if (!this.sources.every((source) => source.getBatch)) return undefined;
    return (indices) => this.assemble((source) => source.getBatch!(indices));
  }

  /** Whether all of the data sets make them. */
  get makesFreshBatches(): boolean {
    return this.sources.every((source) => source.makesFreshBatches === true);
  }

  get(index: number): StackedNow<A> {
    const i = checkIndex(index, this.length, 'StackDataset');
    return this.assemble((source) => source.get(i)) as StackedNow<A>;
  }

  /** Those of the data sets that have one. */
  get stateDict(): (() => unknown) | undefined {
    return jointState('StackDataset', this.sources)?.stateDict;
  }

  /** Those of the data sets that have one. */
  get loadStateDict(): ((state: unknown) => void) | undefined {
    return jointState('StackDataset', this.sources)?.loadStateDict;
  }

  /** @internal */
  nameOf(index: number): string | undefined {
    return this.sources.map((source) => source.nameOf?.(index)).find((name) => name !== undefined);
  }

  /** @internal The message names the sample of the data set that left it out. */
  noteSkipped(index: number, message: string): void {
    for (const source of this.sources) {
      const name = source.nameOf?.(index);
      if (name === undefined || message.includes(name)) source.noteSkipped?.(index, message);
    }
  }

  private assemble(read: (source: MapDataset<unknown>) => unknown): MaybePromise<Stacked<A>> {
    const parts = this.sources.map(read);
    const join = (ready: readonly unknown[]) =>
      (this.names ? Object.fromEntries(this.names.map((name, i) => [name, ready[i]])) : ready) as Stacked<A>;
    return parts.some(isPromise) ? Promise.all(parts).then(join) : join(parts);
  }
}

/** Whether it holds data sets by name; what has samples itself does not. */
function isNamed(value: unknown): value is Readonly<Record<string, DatasetLike<unknown>>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return typeof (value as { get?: unknown }).get !== 'function' && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

/** What is read from its start to its end, at once or by promises. */
type Stream<T> = IterableDataset<T> | Iterable<T> | AsyncIterable<T>;

/**
 * Streams, one after the other: each is read when the one before has ended. It is asynchronous where one of them is.
 * @throws {ArgumentError} for an empty list, and for what is not a stream; for data sets with samples by number there is {@link ConcatDataset}.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.ChainDataset
 * @example
 * const chain = new ChainDataset([[1, 2], [3]]);
 * [...new DataLoader(chain, { batchSize: 3 })][0].toArray(); // [1, 2, 3]
 */
export class ChainDataset<T> extends IterableDataset<T> {
  static override readonly className: string = 'ChainDataset';
  /** The streams, in order. */
  readonly datasets: readonly Stream<T>[];
  /** How many samples; undefined where one of the streams does not say. */
  declare readonly length?: number;

  constructor(datasets: Iterable<Stream<T>>) {
    super();
    if (typeof (datasets as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] !== 'function')
      throw new ArgumentError(`ChainDataset: datasets are ${show(datasets)}, expected a list: new ChainDataset([a, b]).`);
    if (arguments.length > 1) tooMany('ChainDataset', 1, arguments);
    const streams = Array.from(datasets);
    if (streams.length === 0) throw new ArgumentError('ChainDataset: no dataset was given.');
    streams.forEach((stream: unknown, i) => {
      if (typeof stream === 'object' && stream !== null && (Symbol.iterator in stream || Symbol.asyncIterator in stream)) return;
      throw new ArgumentError(
        `ChainDataset: dataset ${i} is ${show(stream)}, expected an IterableDataset. Data sets with samples by number go into new ConcatDataset([…]).`,
      );
    });
    this.datasets = streams;
    const lengths = streams.map((stream) => (stream as { length?: unknown }).length);
    if (lengths.every((length) => typeof length === 'number')) this.length = lengths.reduce((sum, length) => sum + length, 0);
    this.afterCrossing();
  }

  /** @internal Functions do not cross to a worker with the other fields. */
  afterCrossing(): void {
    const streams = this.datasets;
    // As properties, since a loader asks which of the two there is.
    if (streams.every((stream) => Symbol.iterator in stream && !(Symbol.asyncIterator in stream)))
      this[Symbol.iterator] = () => chainIterator(streams as readonly Iterable<T>[]);
    else this[Symbol.asyncIterator] = () => asyncChainIterator(streams as readonly (Iterable<T> | AsyncIterable<T>)[]);
    const state = jointState('ChainDataset', streams);
    if (!state) return;
    const { stateDict, loadStateDict } = state;
    // Not among the fields, which cross to workers: there they are made anew.
    Object.defineProperties(this, { stateDict: { value: stateDict }, loadStateDict: { value: loadStateDict } });
  }
}
