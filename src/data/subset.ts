/** Data sets out of other data sets. */

import { ArgumentError } from '../errors.js';
import { wholeNumbers } from '../tensor/checks.js';
import { show } from '../tensor/show.js';
import { asDataset, checkIndex, Dataset, type DatasetLike, type MapDataset, type MaybePromise } from './dataset.js';

/** What a data set gives for a batch, if it gives batches. */
export type BatchOf<D> = D extends { getBatch(indices: readonly number[]): infer B } ? Awaited<B> : never;

/**
 * Some samples of a data set, in the order of `indices`.
 * @throws {IndexError} for an index that the data set does not have.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.Subset
 */
export class Subset<T, Batch = unknown> extends Dataset<T> {
  static override readonly className: string = 'Subset';
  /** The whole data set. */
  readonly dataset: DatasetLike<T, Batch>;
  /** The numbers of its samples in the whole. */
  readonly indices: readonly number[];
  /** Batches, where the data set gives them. */
  readonly getBatch?: (indices: readonly number[]) => MaybePromise<Batch>;
  private readonly source: MapDataset<T, Batch>;

  constructor(dataset: DatasetLike<T, Batch>, indices: Iterable<number>) {
    super();
    this.dataset = dataset;
    this.source = asDataset(dataset, 'Subset') as MapDataset<T, Batch>;
    if (typeof (indices as Partial<Iterable<number>> | null)?.[Symbol.iterator] !== 'function')
      throw new ArgumentError(`Subset: indices are ${show(indices)}, expected a list of numbers.`);
    this.indices = Array.from(indices, (index) => checkIndex(index, this.source.length, 'Subset'));
    const { source } = this;
    if (source.getBatch)
      this.getBatch = (wanted) =>
        source.getBatch!(wholeNumbers('Subset', 'indices', wanted).map((i) => this.indices[checkIndex(i, this.length, 'Subset')]!));
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number): MaybePromise<T> {
    return this.source.get(this.indices[checkIndex(index, this.length, 'Subset')]!);
  }
}

/**
 * Several data sets, one after the other.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.ConcatDataset
 */
export class ConcatDataset<T> extends Dataset<T> {
  static override readonly className: string = 'ConcatDataset';
  readonly length: number;
  /** The data sets, in order. */
  readonly datasets: readonly MapDataset<T>[];
  /** The number of samples up to and with data set i. */
  private readonly ends: readonly number[];

  constructor(datasets: Iterable<DatasetLike<T>>) {
    super();
    if (typeof (datasets as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] !== 'function')
      throw new ArgumentError(`ConcatDataset: datasets are ${show(datasets)}, expected a list: new ConcatDataset([a, b]).`);
    this.datasets = Array.from(datasets, (dataset) => asDataset(dataset, 'ConcatDataset'));
    if (this.datasets.length === 0) throw new ArgumentError('ConcatDataset: no dataset was given.');
    let end = 0;
    this.ends = this.datasets.map((dataset) => (end += dataset.length));
    this.length = end;
  }

  get(index: number): MaybePromise<T> {
    const i = checkIndex(index, this.length, 'ConcatDataset');
    const part = this.ends.findIndex((end) => i < end);
    return this.datasets[part]!.get(i - (this.ends[part - 1] ?? 0));
  }
}
