/** Data sets that a module makes, so that each worker of a loader can make its own. */
import { ArgumentError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { asDataset, Dataset, type DatasetLike, isStream, type MapDataset, type MaybePromise } from './dataset.js';

/** What a module for {@link ModuleDataset.load} exports, as its default or under a name. */
export type DatasetModule<T, Batch = unknown, Args extends readonly unknown[] = readonly unknown[]> =
  | DatasetLike<T, Batch>
  | ((...args: Args) => MaybePromise<DatasetLike<T, Batch>>)
  | (new (
      ...args: Args
    ) => DatasetLike<T, Batch>);

/**
 * A data set that a module makes: threads cannot be given objects with methods, but each worker of a DataLoader can import a module. Its
 * default export, or the one that the address names after `#`, is a function that returns the data set (or a promise of it), a class, or
 * the data set itself. Streams are made by {@link ModuleIterableDataset}.
 * @see https://pytorch.org/docs/stable/data.html#multi-process-data-loading
 * @example
 * // As a rule the module is a file: await ModuleDataset.load(new URL('./photos.js', import.meta.url), 'photos/train').
 * const url = 'data:text/javascript,export default (n) => Array.from({ length: n }, (_, i) => [i, i * i])';
 * const squares = await ModuleDataset.load<[number, number]>(url, 4);
 * squares.length; // 4
 * const loader = new DataLoader(squares, { batchSize: 2, numWorkers: 2 });
 */
export class ModuleDataset<T, Batch = unknown> extends Dataset<T> {
  static override readonly className: string = 'ModuleDataset';
  /** The data set that the module made in this thread. */
  readonly dataset: DatasetLike<T, Batch>;
  /** The module's address. */
  readonly url: string;
  /** What its default export is called with. */
  readonly args: readonly unknown[];
  private readonly source: MapDataset<T, Batch>;

  private constructor(dataset: DatasetLike<T, Batch>, url: string, args: readonly unknown[]) {
    super();
    this.dataset = dataset;
    this.url = url;
    this.args = args;
    if (isStream(dataset))
      throw new ArgumentError(
        `ModuleDataset: ${url} makes a stream, which has no samples by number. Use await ModuleIterableDataset.load(…).`,
      );
    this.source = asDataset(dataset, 'ModuleDataset') as MapDataset<T, Batch>;
  }

  /**
   * Imports a module and has it make its data set.
   * @param url an absolute address: `new URL('./photos.js', import.meta.url)`; `new URL('./photos.js#train', import.meta.url)` for what it exports as `train`.
   * @param args what the function or the class is given, in each worker again: plain data, tensors, and Hone's own transforms and data sets.
   * @throws {ArgumentError} for an address that is not absolute, and a module whose export makes no data set.
   */
  static async load<T, Batch = unknown>(url: URL | string, ...args: unknown[]): Promise<ModuleDataset<T, Batch>> {
    const address = absolute('ModuleDataset.load', url);
    return new ModuleDataset<T, Batch>((await makeDataset(address, args)) as DatasetLike<T, Batch>, address, args);
  }

  get length(): number {
    return this.source.length;
  }

  /** Batches, where the data set gives them. */
  get getBatch(): ((indices: readonly number[]) => MaybePromise<Batch>) | undefined {
    const { source } = this;
    return source.getBatch && ((indices) => source.getBatch!(indices));
  }

  /** As the data set's own. */
  get makesFreshBatches(): boolean {
    return this.source.makesFreshBatches === true;
  }

  get(index: number): MaybePromise<T> {
    return this.source.get(index);
  }

  /** The data set's own, where it has one. */
  get stateDict(): (() => unknown) | undefined {
    const { source } = this;
    return source.stateDict && (() => source.stateDict!());
  }

  /** The data set's own, where it has one. */
  get loadStateDict(): ((state: unknown) => void) | undefined {
    const { source } = this;
    return source.loadStateDict && ((state) => source.loadStateDict!(state));
  }

  /** @internal */
  nameOf(index: number): string | undefined {
    return this.source.nameOf?.(index);
  }

  /** @internal */
  noteSkipped(index: number, message: string): void {
    this.source.noteSkipped?.(index, message);
  }
}

/** @internal An address of a module, written out. @throws {ArgumentError} for one that depends on where it is read. */
export function absolute(op: string, url: unknown): string {
  try {
    if (url instanceof URL || typeof url === 'string') return new URL(url).href;
  } catch {
    // Said below.
  }
  throw new ArgumentError(`${op}: url is ${show(url)}, expected an absolute address. Write new URL('./module.js', import.meta.url).`);
}

/** @internal What a module exports: as its default, or under the name that stands after `#` in its address. */
export async function importExport(op: string, url: string): Promise<unknown> {
  const [address, fragment] = url.split('#', 2) as [string, string?];
  const name = fragment ? decodeURIComponent(fragment) : 'default';
  const found = (await import(/* @vite-ignore */ /* webpackIgnore: true */ address)) as Record<string, unknown>;
  if (found[name] === undefined)
    throw new ArgumentError(
      `${op}: ${address} has no ${name === 'default' ? 'default export' : `export ${name}`}. It has ${Object.keys(found).join(', ') || 'none'}; name one after #: new URL('./module.js#name', import.meta.url).`,
    );
  return found[name];
}

/** @internal What a module makes of `args`. */
export async function makeDataset(url: string, args: readonly unknown[]): Promise<unknown> {
  const made = await importExport('ModuleDataset', url);
  if (typeof made !== 'function') return made;
  return /^class\b/.test(Function.prototype.toString.call(made))
    ? new (made as new (...args: readonly unknown[]) => unknown)(...args)
    : (made as (...args: readonly unknown[]) => unknown)(...args);
}
