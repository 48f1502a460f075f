/** Data sets that a module makes, so that each worker of a loader can make its own. */
import { ArgumentError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { asDataset, Dataset, type DatasetLike, type MapDataset, type MaybePromise } from './dataset.js';

/** What a module for {@link ModuleDataset.load} exports as its default. */
export type DatasetModule<T, Batch = unknown, Args extends readonly unknown[] = readonly unknown[]> =
  | DatasetLike<T, Batch>
  | ((...args: Args) => MaybePromise<DatasetLike<T, Batch>>)
  | (new (
      ...args: Args
    ) => DatasetLike<T, Batch>);

/**
 * A data set that a module makes: threads cannot be given objects with methods, but each worker of a DataLoader can import a module. Its
 * default export is a function that returns the data set (or a promise of it), a class, or the data set itself.
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
  /** Batches, where the data set gives them. */
  readonly getBatch?: (indices: readonly number[]) => MaybePromise<Batch>;
  private readonly source: MapDataset<T, Batch>;

  private constructor(dataset: DatasetLike<T, Batch>, url: string, args: readonly unknown[]) {
    super();
    this.dataset = dataset;
    this.url = url;
    this.args = args;
    const source = asDataset(dataset, 'ModuleDataset') as MapDataset<T, Batch>;
    this.source = source;
    if (source.getBatch) this.getBatch = (indices) => source.getBatch!(indices);
  }

  /**
   * Imports a module and has it make its data set.
   * @param url an absolute address: `new URL('./photos.js', import.meta.url)`.
   * @param args what the function or the class is given, in each worker again: values that structured clone copies.
   * @throws {ArgumentError} for an address that is not absolute, and a module whose default export makes no data set.
   */
  static async load<T, Batch = unknown>(url: URL | string, ...args: unknown[]): Promise<ModuleDataset<T, Batch>> {
    const address = absolute('ModuleDataset.load', url);
    return new ModuleDataset<T, Batch>((await makeDataset(address, args)) as DatasetLike<T, Batch>, address, args);
  }

  get length(): number {
    return this.source.length;
  }

  get(index: number): MaybePromise<T> {
    return this.source.get(index);
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

/** @internal The default export of a module. */
export async function importDefault(op: string, url: string): Promise<unknown> {
  const found = (await import(/* @vite-ignore */ /* webpackIgnore: true */ url)) as { default?: unknown };
  if (found.default === undefined) throw new ArgumentError(`${op}: ${url} has no default export.`);
  return found.default;
}

/** @internal What a module makes of `args`. */
export async function makeDataset(url: string, args: readonly unknown[]): Promise<unknown> {
  const made = await importDefault('ModuleDataset', url);
  if (typeof made !== 'function') return made;
  return /^class\b/.test(Function.prototype.toString.call(made))
    ? new (made as new (...args: readonly unknown[]) => unknown)(...args)
    : (made as (...args: readonly unknown[]) => unknown)(...args);
}
