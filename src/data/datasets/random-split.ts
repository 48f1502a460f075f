/** Splits of a data set. */
import { ArgumentError } from '../../errors.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { show } from '../../tensor/arguments/show.js';
import { checkGenerator, type Generator, randperm } from '../../tensor/create/random.js';
import { readInt64 } from '../loader/sampler.js';
import { asDataset, type DatasetLike, type MaybePromise } from './dataset.js';
import { type Source, Subset } from './subset.js';

/** The options of {@link randomSplit}. */
export interface RandomSplitOptions {
  /** Where the order comes from. Default: the default generator. */
  generator?: Generator;
}

/**
 * Cuts a data set at random into parts that do not overlap. The same seed gives the same parts as PyTorch.
 * @param lengths how many samples each part gets; or fractions that add up to 1, where samples that remain go round from the first part on.
 * @throws {ArgumentError} when the lengths do not add up to the data set's length, or the fractions to 1.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.random_split
 * @example
 * const [train, validation] = randomSplit(dataset, [0.8, 0.2], { generator: new Generator(42) });
 */
export function randomSplit<T, Batch = unknown, Got extends MaybePromise<T> = MaybePromise<T>>(
  dataset: Source<T, Batch, Got>,
  lengths: readonly number[],
  options?: RandomSplitOptions,
): Subset<T, Batch, Got>[] {
  if (!Array.isArray(lengths)) throw new ArgumentError(`randomSplit: lengths are ${show(lengths)}, expected a list: [0.8, 0.2].`);
  const { generator } = readOptions<RandomSplitOptions>('randomSplit', { generator: undefined }, options);
  checkGenerator('randomSplit', generator);
  const { length } = asDataset(dataset as DatasetLike<T>, 'randomSplit');
  const sizes = partSizes(length, lengths);
  const order = readInt64(randperm(length, generator && { generator }));
  let start = 0;
  return sizes.map((size) => new Subset<T, Batch, Got>(dataset, order.slice(start, (start += size))));
}

function partSizes(length: number, lengths: readonly number[]): number[] {
  const total = lengths.reduce((sum, part) => sum + part, 0);
  const shown = lengths.join(', ');
  if (lengths.some((part) => !(part >= 0))) throw new ArgumentError(`randomSplit: lengths are [${shown}], expected numbers of 0 or more.`);
  if (Math.abs(total - 1) <= 1e-9) {
    const sizes = lengths.map((fraction) => Math.floor(length * fraction));
    const rest = length - sizes.reduce((sum, size) => sum + size, 0);
    for (let i = 0; i < rest; i++) sizes[i % sizes.length]!++;
    return sizes;
  }
  if (!lengths.every(Number.isInteger))
    throw new ArgumentError(`randomSplit: lengths are [${shown}] and add up to ${total}. Fractions must add up to 1.`);
  if (total !== length)
    throw new ArgumentError(`randomSplit: lengths [${shown}] add up to ${total}, but the dataset has ${length} samples.`);
  return [...lengths];
}
