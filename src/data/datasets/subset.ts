/** Some samples of a data set. */

import { ArgumentError } from '../../errors.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { wholeNumbers } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { asDataset, checkIndex, Dataset, type DatasetLike, type MapDataset, type MaybePromise } from './dataset.js';

/**
 * A data set, or an array of samples, of which it is known what `get` gives: the sample (`Got` is `T`), or the promise of one. What is made
 * of a data set that answers at once so answers at once, too.
 */
export type Source<T, Batch, Got> = (MapDataset<T, Batch> & Gives<Got>) | (readonly T[] & readonly Got[]);

/** What answers with `Got` when it is asked for a sample. */
interface Gives<Got> {
  /** Sample `index`. */
  get(index: number): Got;
}

/**
 * Some samples of a data set, in the order of `indices`.
 * @throws {IndexError} for an index that the data set does not have.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.Subset
 */
export class Subset<T, Batch = unknown, Got extends MaybePromise<T> = MaybePromise<T>> extends Dataset<T> {
  static override readonly className: string = 'Subset';
  /** The whole data set. */
  readonly dataset: DatasetLike<T, Batch>;
  /** The numbers of its samples in the whole. */
  readonly indices: readonly number[];
  private readonly source: MapDataset<T, Batch>;

  constructor(dataset: Source<T, Batch, Got>, indices: Iterable<number>) {
    super();
    if (arguments.length > 2) tooMany('Subset', 2, arguments);
    this.dataset = dataset;
    this.source = asDataset(this.dataset, 'Subset') as MapDataset<T, Batch>;
    if (typeof (indices as Partial<Iterable<number>> | null)?.[Symbol.iterator] !== 'function')
      throw new ArgumentError(`Subset: indices are ${show(indices)}, expected a list of numbers.`);
    this.indices = Array.from(indices, (index) => checkIndex(index, this.source.length, 'Subset'));
  }

  get length(): number {
    return this.indices.length;
  }

  /** Batches, where the data set gives them. */
  get getBatch(): ((indices: readonly number[]) => MaybePromise<Batch>) | undefined {
    const { source } = this;
    const inWhole = (wanted: readonly number[]) =>
      wholeNumbers('Subset', 'indices', wanted).map((i) => this.indices[checkIndex(i, this.length, 'Subset')]!);
    return source.getBatch && ((wanted) => source.getBatch!(inWhole(wanted)));
  }

  /** As the data set's own. */
  get makesFreshBatches(): boolean {
    return this.source.makesFreshBatches === true;
  }

  get(index: number): Got {
    return this.source.get(this.indices[checkIndex(index, this.length, 'Subset')]!) as Got;
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
    return this.source.nameOf?.(this.indices[index]!);
  }

  /** @internal */
  noteSkipped(index: number, message: string): void {
    this.source.noteSkipped?.(this.indices[index]!, message);
  }
}
