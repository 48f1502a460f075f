/** Images in one piece, scaled and with outliers. */
import { asDataset, type DatasetLike } from '../../../data/datasets/dataset.js';
import { stack } from '../../../ops/join/join.js';
import { fromTypedArray, tensor } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';

/** How inputs are scaled. */
export type Scaling = 'none' | 'min-max' | 'standard';

/** Images [N, 1, H, W] and labels [N]. */
export interface Inputs {
  readonly images: Tensor;
  readonly labels: Tensor;
}

/** The brightness of white, as images are stored. */
const WHITE = 255;
/** One image in so many has an outlier. */
const EVERY = 100;
/** So many times as bright as white. */
const TIMES = 100;

/** All images of a data set, whose pixels are 0 to 1, as they were stored: 0 to 255. */
export async function inputsOf(data: DatasetLike<unknown>): Promise<Inputs> {
  const source = asDataset(data as DatasetLike<[Tensor, number]>, 'normalisation');
  const indices = Array.from({ length: source.length }, (_, i) => i);
  if (source.getBatch) {
    const [images, labels] = (await source.getBatch(indices)) as [Tensor, Tensor];
    return { images: images.mul(WHITE), labels };
  }
  const samples = await Promise.all(indices.map((i) => source.get(i)));
  return {
    images: stack(samples.map(([image]) => image)).mul(WHITE),
    labels: tensor(
      samples.map(([, label]) => label),
      { dtype: 'int64' },
    ),
  };
}

/** Every hundredth image with one pixel that is far too bright, another one in each. */
export function withOutliers({ images, labels }: Inputs): Inputs {
  const values = (toTypedArray(images) as Float32Array).slice();
  const size = values.length / images.shape[0]!;
  for (let i = 0; i < images.shape[0]!; i += EVERY) values[i * size + ((i * 7919) % size)] = WHITE * TIMES;
  return { images: fromTypedArray(values, images.shape), labels };
}

/** Scales as the training images say. */
export function scalingOf(scaling: Scaling, train: Tensor): (images: Tensor) => Tensor {
  if (scaling === 'none') return (images) => images;
  const [shift, by] =
    scaling === 'standard'
      ? [train.mean().item(), train.std({ correction: 0 }).item()]
      : [train.min().item(), train.max().item() - train.min().item()];
  return (images) => images.sub(shift).div(by);
}
