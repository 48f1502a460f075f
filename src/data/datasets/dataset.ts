/** What a data set is: samples by number, or one after the other. */
import { ArgumentError, IndexError } from '../../errors.js';
import { classNameOf, isClass } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';

/** A value now, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/** @internal Whether a value must be awaited. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === 'function';
}

/** Anything with samples by number: a {@link Dataset}, or an object of that form. */
export interface MapDataset<T, Batch = unknown> {
  /** How many samples. */
  readonly length: number;
  /** Sample `index`, from 0 to length - 1. */
  get(index: number): MaybePromise<T>;
  /**
   * A whole batch at once: what collating the samples `indices` would give. Where it is there, DataLoader uses it: one kernel call per tensor
   * instead of one object per sample.
   */
  readonly getBatch?: ((indices: readonly number[]) => MaybePromise<Batch>) | undefined;
  /**
   * Whether `getBatch` makes its tensors anew for each call and keeps none of them, so that a worker of a loader may give their memory away
   * instead of copying it. Default: false.
   */
  readonly makesFreshBatches?: boolean;
  /** What errors call sample `index`: the path of its file, say. */
  nameOf?(index: number): string | undefined;
  /** The data set's own state, for a loader's `stateDict()`, where it keeps one: anything that `save` takes. */
  readonly stateDict?: (() => unknown) | undefined;
  /** Takes that back. */
  readonly loadStateDict?: ((state: unknown) => void) | undefined;
  /** Told of a sample that a worker of a loader left out, as its `get` threw a `SkippedSampleError`. */
  noteSkipped?(index: number, message: string): void;
}

/** What data loaders, subsets and splits take: a data set, or an array of samples. */
export type DatasetLike<T, Batch = unknown> = MapDataset<T, Batch> | readonly T[];

/**
 * A data set with samples by number. Extend it with a length and `get`; a promise from `get` is fine where the loader is read with
 * `for await`.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.Dataset
 * @example
 * class Squares extends Dataset<[Tensor, number]> {
 *   readonly length = 100;
 *   get(i: number): [Tensor, number] {
 *     return [tensor([i]), i * i];
 *   }
 * }
 */
export abstract class Dataset<T = unknown> implements MapDataset<T> {
  /**
   * The name that texts and errors show: minifiers rename classes, but leave this. A class of your own that sets none goes by its
   * name in the code that runs.
   */
  static readonly className: string = 'Dataset';
  abstract readonly length: number;
  abstract get(index: number): MaybePromise<T>;

  /** `Squares (100 samples)`. */
  toString(): string {
    return `${classNameOf(this)} (${this.length} samples)`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/**
 * A data set that is read from its start to its end: a stream, a file too large to number. Extend it with `*[Symbol.iterator]()` or
 * `async *[Symbol.asyncIterator]()`.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset
 */
export abstract class IterableDataset<T = unknown> {
  /**
   * The name that texts and errors show: minifiers rename classes, but leave this. A class of your own that sets none goes by its
   * name in the code that runs.
   */
  static readonly className: string = 'IterableDataset';
  /** How many samples, where that is known. */
  readonly length?: number;
  /**
   * Where the running loop stands, for a loader's `stateDict()`: anything that `save` takes. Without it, or one of the iterator's, a stream is
   * read again from its start, and the samples that were given are left out.
   */
  stateDict?(): unknown;
  /** Lets the next loop go on from there. */
  loadStateDict?(state: unknown): void;
  [Symbol.iterator]?(): Iterator<T>;
  [Symbol.asyncIterator]?(): AsyncIterator<T>;
}

/** @internal Whether a data set is read from start to end; what can be asked for a sample by its number is not. */
export function isStream(dataset: unknown): dataset is Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof dataset !== 'object' || dataset === null || Array.isArray(dataset) || dataset instanceof Tensor || 'get' in dataset)
    return false;
  return Symbol.iterator in dataset || Symbol.asyncIterator in dataset;
}

/** A data set of samples by number, whatever `source` is. @throws {ArgumentError} when it is neither a data set nor an array. */
export function asDataset<T>(source: DatasetLike<T>, op: string): MapDataset<T> {
  if (Array.isArray(source)) return new ArrayDataset(source as readonly T[]);
  const candidate = source as Partial<MapDataset<T>> | null | undefined;
  if (typeof candidate?.get !== 'function' || typeof candidate.length !== 'number') {
    throw new ArgumentError(
      `${op}: the dataset is ${describe(source)}, expected a Dataset (with length and get(index)) or an array of samples. ${adviceFor(source)}`,
    );
  }
  return candidate as MapDataset<T>;
}

/** What to write instead of what is no data set. */
function adviceFor(source: unknown): string {
  if (isClass(source)) return `Make one: new ${classNameOf(source) || 'MyDataset'}(…).`;
  if (typeof source !== 'object' || source === null || source instanceof Tensor) return 'Wrap tensors in new TensorDataset(x, y).';
  if ('__getitem__' in source || '__len__' in source) return "Python's __len__ and __getitem__ are get length() and get(index) here.";
  if (source instanceof IterableDataset) return 'Give it *[Symbol.iterator]() or async *[Symbol.asyncIterator]().';
  if (typeof (source as Partial<MapDataset<unknown>>).get === 'function') return 'It has no length: give it get length() { … }.';
  return 'Wrap tensors in new TensorDataset(x, y).';
}

function describe(value: unknown): string {
  if (isClass(value)) return `the class ${classNameOf(value)}`;
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object'
    ? Object.getPrototypeOf(value) === null
      ? 'a plain object'
      : `a ${classNameOf(value)}`
    : `a ${typeof value}`;
}

/** @internal An array, seen as a data set. */
export class ArrayDataset<T> extends Dataset<T> {
  static override readonly className: string = 'ArrayDataset';
  constructor(readonly samples: readonly T[]) {
    super();
  }
  get length(): number {
    return this.samples.length;
  }
  get(index: number): T {
    return this.samples[checkIndex(index, this.samples.length, 'get')]!;
  }
}

/** `index` counted from the front. @throws {IndexError} when there is no such sample. */
export function checkIndex(index: number, length: number, op: string): number {
  if (!Number.isInteger(index) || index < -length || index >= length) {
    throw new IndexError(`${op}: there is no sample ${show(index)}: the dataset has ${length}.`);
  }
  return index < 0 ? index + length : index;
}
