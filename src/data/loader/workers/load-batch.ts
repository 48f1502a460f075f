/** One batch of a data set with samples by number: in the loader's own thread, and in its workers. */
import { isPromise, type MapDataset, type MaybePromise } from '../../datasets/dataset.js';

/**
 * The samples `indices`, collated.
 * @param whole whether the data set's own `getBatch` may answer. @param asked is told the sample before it is asked for.
 */
export function loadBatch<T, B>(
  source: MapDataset<T, B>,
  indices: readonly number[],
  whole: boolean,
  collate: (samples: T[]) => MaybePromise<B>,
  asked?: (index: number | undefined) => void,
): MaybePromise<B> {
  if (source.getBatch && whole) return source.getBatch(indices);
  const samples = indices.map((i) => {
    asked?.(i);
    const sample = source.get(i);
    if (!asked || !isPromise(sample)) return sample;
    // Of promises it is the one that fails which names its sample.
    return sample.catch((error: unknown) => {
      asked(i);
      throw error;
    });
  });
  asked?.(undefined);
  return samples.some(isPromise) ? Promise.all(samples).then((ready) => collate(ready)) : collate(samples as T[]);
}
