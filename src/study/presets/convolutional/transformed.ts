/** A data set whose images go through a transform. */
import { asDataset, Dataset, type DatasetLike, isPromise, type MapDataset, type MaybePromise } from '../../../data/datasets/dataset.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { type TransformOf, transformed } from '../../../vision/transforms/base/functions.js';

/** The samples of a data set, with their images transformed, anew each time that they are asked for. */
export class TransformedDataset extends Dataset<[Tensor, number]> {
  static override readonly className: string = 'TransformedDataset';
  private readonly source: MapDataset<[Tensor, number]>;

  constructor(
    dataset: DatasetLike<[Tensor, number]>,
    private readonly transform: TransformOf<Tensor, Tensor>,
  ) {
    super();
    this.source = asDataset(dataset, 'TransformedDataset');
  }

  get length(): number {
    return this.source.length;
  }

  get(index: number): MaybePromise<[Tensor, number]> {
    const of = ([image, label]: [Tensor, number]): [Tensor, number] => [transformed(this.transform, image), label];
    const sample = this.source.get(index);
    return isPromise(sample) ? sample.then(of) : of(sample);
  }
}
