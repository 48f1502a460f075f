/** Streams that a module makes, so that each worker of a loader can make its own. */
import { ArgumentError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { isStateful } from '../loader/state/stateful.js';
import { IterableDataset, isStream } from './dataset.js';
import { absolute, makeDataset } from './module-dataset.js';

/**
 * A data set that is read from its start to its end, made by a module, as {@link ModuleDataset} is: so that each worker of a DataLoader can
 * make its own. What the module makes may be an {@link IterableDataset}, a list, or anything else that `for of` or `for await` reads.
 *
 * Each worker reads the whole of its stream, unless this shares the samples out by what `getWorkerInfo()` says, as in PyTorch.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset
 * @example
 * const url = 'data:text/javascript,export default (n) => ({ *[Symbol.iterator]() { for (let i = 0; i < n; i++) yield i; } })';
 * const numbers = await ModuleIterableDataset.load<number>(url, 4);
 * [...new DataLoader(numbers, { batchSize: 4 })][0].toArray(); // [0, 1, 2, 3]
 */
export class ModuleIterableDataset<T> extends IterableDataset<T> {
  static override readonly className: string = 'ModuleIterableDataset';
  /** The stream that the module made in this thread. */
  readonly dataset: Iterable<T> | AsyncIterable<T>;
  /** The module's address. */
  readonly url: string;
  /** What its export is called with. */
  readonly args: readonly unknown[];
  /** How many samples, where the stream says so. */
  declare readonly length?: number;

  private constructor(dataset: Iterable<T> | AsyncIterable<T>, url: string, args: readonly unknown[]) {
    super();
    if (!Array.isArray(dataset) && !isStream(dataset))
      throw new ArgumentError(
        `ModuleIterableDataset: ${show(url)} makes ${show(dataset)}, expected an IterableDataset. Data sets with samples by number are made by ModuleDataset.load(…).`,
      );
    this.dataset = dataset;
    this.url = url;
    this.args = args;
    const { length } = dataset as { length?: unknown };
    if (typeof length === 'number') this.length = length;
    // As properties, since a loader asks which of the two there is.
    if (Symbol.asyncIterator in dataset) this[Symbol.asyncIterator] = () => dataset[Symbol.asyncIterator]();
    else this[Symbol.iterator] = () => dataset[Symbol.iterator]();
    if (!isStateful(dataset)) return;
    this.stateDict = () => dataset.stateDict();
    this.loadStateDict = (state) => dataset.loadStateDict(state);
  }

  /**
   * Imports a module and has it make its stream.
   * @param url an absolute address: `new URL('./lines.js', import.meta.url)`; `new URL('./lines.js#test', import.meta.url)` for what it exports as `test`.
   * @param args what the function or the class is given, in each worker again: plain data, tensors, and Hone's own transforms and data sets.
   * @throws {ArgumentError} for an address that is not absolute, and a module whose export makes no stream.
   */
  static async load<T>(url: URL | string, ...args: unknown[]): Promise<ModuleIterableDataset<T>> {
    const address = absolute('ModuleIterableDataset.load', url);
    return new ModuleIterableDataset<T>((await makeDataset(address, args)) as Iterable<T>, address, args);
  }
}
