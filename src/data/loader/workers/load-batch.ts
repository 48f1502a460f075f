/** One batch of a data set with samples by number: in the loader's own thread, and in its workers. */
import { SkippedSampleError } from '../../../errors.js';
import { isPromise, type MapDataset, type MaybePromise } from '../../datasets/dataset.js';

/** Makes a batch of samples. `nameOf` tells what errors call one of them. */
export type Collate<T, B> = (samples: T[], nameOf: (position: number) => string | undefined) => MaybePromise<B>;

/** Who is told what is asked for. */
export interface Watch {
  /** The sample that is asked for, or that failed; undefined once they are all there. */
  readonly asked?: (index: number | undefined) => void;
  /** A sample that its data set leaves out, and why. */
  readonly skipped?: (index: number, message: string) => void;
}

/** Stands in the place of a sample that was left out, and of a batch of which nothing is left. */
export const LEFT_OUT: unique symbol = Symbol('left out');

/**
 * The samples `indices`, collated, without those for which the data set throws a {@link SkippedSampleError}.
 * @param whole whether the data set's own `getBatch` may answer.
 */
export function loadBatch<T, B>(
  source: MapDataset<T, B>,
  indices: readonly number[],
  whole: boolean,
  collate: Collate<T, B>,
  { asked, skipped }: Watch = {},
): MaybePromise<B | typeof LEFT_OUT> {
  if (source.getBatch && whole) return source.getBatch(indices);
  const failed = (i: number, error: unknown): typeof LEFT_OUT => {
    // Of promises it is the one that fails which names its sample.
    asked?.(i);
    if (!(error instanceof SkippedSampleError)) throw asked ? error : named(error, source.nameOf?.(i));
    skipped?.(i, error.message);
    return LEFT_OUT;
  };
  const samples = indices.map((i) => {
    asked?.(i);
    try {
      const sample = source.get(i);
      return isPromise(sample) ? sample.catch((error: unknown) => failed(i, error)) : sample;
    } catch (error) {
      return failed(i, error);
    }
  });
  const join = (ready: readonly (T | typeof LEFT_OUT)[]) => {
    asked?.(undefined);
    const places = ready.flatMap((sample, place) => (sample === LEFT_OUT ? [] : [place]));
    if (places.length === 0 && ready.length > 0) return LEFT_OUT;
    const nameOf = (position: number) => source.nameOf?.(indices[places[position]!]!);
    return collate(places.length === ready.length ? (ready as T[]) : places.map((place) => ready[place] as T), nameOf);
  };
  return samples.some(isPromise) ? Promise.all(samples).then((ready) => join(ready as T[])) : join(samples as T[]);
}

/** An error that says which sample it is of: a transform sees an image, and does not know its file. Errors of workers say so by themselves. */
function named(error: unknown, name: string | undefined): unknown {
  if (name === undefined || !(error instanceof Error) || error.message.includes(name)) return error;
  const { message, stack } = error;
  try {
    error.message = `${message} (${name})`;
    if (stack !== undefined) error.stack = stack.replace(message, () => error.message);
  } catch {
    // Its message cannot be changed.
  }
  return error;
}
