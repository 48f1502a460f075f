/** Training and test data out of lists, tensors, tables and data sets that belong together. */
import { ArgumentError, ShapeError } from '../../errors.js';
import { slicesAt } from '../../ops/gather/index-select.js';
import { contiguous } from '../../ops/view/copy.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { finiteNumber, unexpected, wholeNumber } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { defaultGenerator } from '../../tensor/create/random.js';
import { Tensor } from '../../tensor/tensor.js';
import { asDataset, Dataset } from '../datasets/dataset.js';
import { Subset } from '../datasets/subset.js';
import { withIndices } from '../datasets/with-indices.js';
import { type Category, distinct, labelsOf, placesOf, showCategories } from '../preprocessing/categories.js';
import { Table } from '../tables/table.js';
import { RandomState } from './random-state.js';

/** The options of {@link trainTestSplit}. */
export interface TrainTestSplitOptions {
  /** How much goes into the test part: a fraction below 1, rounded up, or a number of samples. Default: what `trainSize` leaves, else 0.25. */
  testSize?: number | null;
  /** How much goes into the training part: a fraction below 1, rounded down, or a number of samples. Default: what `testSize` leaves. */
  trainSize?: number | null;
  /**
   * The seed, from 0 to 2^32 - 1: the parts are those of scikit-learn with that `random_state`. Default: drawn from the default generator,
   * so that `manualSeed` repeats it.
   */
  randomState?: number | null;
  /** Whether the order is random. Default: true; otherwise the test part is the end. */
  shuffle?: boolean;
  /** Labels, one for each sample: both parts then hold each label as often, in proportion, as the whole. Default: null. */
  stratify?: readonly Category[] | Tensor | null;
}

/** What {@link trainTestSplit} cuts: rows of a tensor or a table, items of a list, samples of a data set. */
export type Splittable = Tensor | Table | readonly unknown[] | Dataset<unknown>;

/** The part of a tensor is a tensor, that of a table a table, that of a list a list, that of a data set a {@link Subset}. */
export type PartOf<A> = A extends Tensor
  ? Tensor
  : A extends Table
    ? Table
    : A extends readonly (infer Item)[]
      ? Item[]
      : A extends Dataset<infer Sample>
        ? Subset<Sample>
        : never;

const DEFAULTS = {
  testSize: null as number | null,
  trainSize: null as number | null,
  randomState: null as number | null,
  shuffle: true,
  stratify: null as readonly Category[] | Tensor | null,
};

/**
 * Cuts what belongs together (inputs, targets, …) into a training and a test part: the same samples of each. With the same seed the parts are
 * scikit-learn's, in its order.
 * @returns the training and the test part of each argument, in turn; tensors are copied.
 * @throws {ShapeError} when they differ in length. @throws {ArgumentError} for sizes that leave a part empty, and for labels of which there are
 * too few to stand in both parts.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.train_test_split.html
 * @example
 * const [xTrain, xTest, yTrain, yTest] = trainTestSplit(x, y, { testSize: 0.25, randomState: 0 });
 * trainTestSplit(['a', 'b', 'c', 'd', 'e'], { randomState: 42 }); // [['c', 'a', 'd'], ['b', 'e']]
 */
export function trainTestSplit<A extends Splittable>(a: A, options?: TrainTestSplitOptions): [aTrain: PartOf<A>, aTest: PartOf<A>];
export function trainTestSplit<A extends Splittable, B extends Splittable>(
  a: A,
  b: B,
  options?: TrainTestSplitOptions,
): [aTrain: PartOf<A>, aTest: PartOf<A>, bTrain: PartOf<B>, bTest: PartOf<B>];
export function trainTestSplit<A extends Splittable, B extends Splittable, C extends Splittable>(
  a: A,
  b: B,
  c: C,
  options?: TrainTestSplitOptions,
): [aTrain: PartOf<A>, aTest: PartOf<A>, bTrain: PartOf<B>, bTest: PartOf<B>, cTrain: PartOf<C>, cTest: PartOf<C>];
export function trainTestSplit(...args: unknown[]): unknown[] {
  const op = 'trainTestSplit';
  const given = args.at(-1) === undefined || isOptions(args.at(-1)) ? args.pop() : undefined;
  const { testSize, trainSize, randomState, shuffle, stratify } = readOptions(op, DEFAULTS, given);
  const count = commonLength(op, args);
  const [nTrain, nTest] = partSizes(op, count, trainSize, testSize);
  if (randomState !== null) wholeNumber(op, 'randomState', randomState, { min: 0, max: 2 ** 32 - 1 });
  let [train, test]: [ArrayLike<number>, ArrayLike<number>] = [[], []];
  if (!shuffle) {
    if (stratify !== null) throw new ArgumentError(`${op}: stratify needs a random order, but shuffle is false. Leave one of them out.`);
    train = Array.from({ length: nTrain }, (_, i) => i);
    test = Array.from({ length: nTest }, (_, i) => nTrain + i);
  } else {
    const random = new RandomState(randomState ?? Number(BigInt.asUintN(32, defaultGenerator().drawSeed())));
    if (stratify !== null) [train, test] = stratified(op, labelsOf(op, stratify, 'stratify'), count, nTrain, nTest, random);
    else {
      const order = random.permutation(count);
      test = order.subarray(0, nTest);
      train = order.subarray(nTest, nTest + nTrain);
    }
  }
  return args.flatMap((whole) => [part(op, whole, train), part(op, whole, test)]);
}

/** How many samples all arguments have. */
function commonLength(op: string, args: readonly unknown[]): number {
  if (args.length === 0) throw new ArgumentError(`${op}: nothing was given to split. Pass inputs and targets: ${op}(x, y).`);
  const lengths = args.map((whole, i) => lengthOf(op, whole, i));
  const other = lengths.findIndex((length) => length !== lengths[0]);
  if (other > 0)
    throw new ShapeError(`${op}: argument ${other} has ${lengths[other]} samples, argument 0 has ${lengths[0]}. They must agree.`);
  return lengths[0]!;
}

/** How many samples an argument has. @throws {ArgumentError} for what cannot be cut. */
export function lengthOf(op: string, whole: unknown, i: number): number {
  if (whole instanceof Tensor) {
    if (whole.ndim === 0) throw new ShapeError(`${op}: argument ${i} has no dims, expected [N, ...].`);
    return whole.shape[0]!;
  }
  if (Array.isArray(whole) || whole instanceof Table) return whole.length;
  if (whole instanceof Dataset) return asDataset(whole, op).length;
  const hint = i > 0 && typeof whole === 'number' ? ` A size has a name: { testSize: ${whole} }.` : '';
  throw new ArgumentError(`${op}: argument ${i} is ${show(whole)}, expected a Tensor, a Table, a list or a Dataset.${hint}`);
}

/** scikit-learn's rule: the test part is rounded up, the training part down. */
function partSizes(op: string, count: number, trainSize: number | null, testSize: number | null): [train: number, test: number] {
  const check = (name: string, size: number | null) => {
    if (size === null) return;
    finiteNumber(op, name, size);
    if (size <= 0 || size >= Math.max(1, count) || (size > 1 && !Number.isInteger(size)))
      throw unexpected(op, name, size, `a fraction between 0 and 1, or a number of samples from 1 to ${Math.max(count - 1, 1)}`);
  };
  check('testSize', testSize);
  check('trainSize', trainSize);
  const test = testSize ?? (trainSize === null ? 0.25 : null);
  if (test !== null && trainSize !== null && test < 1 && trainSize < 1 && test + trainSize > 1)
    throw new ArgumentError(`${op}: testSize ${test} and trainSize ${trainSize} add up to ${test + trainSize}, expected 1 at most.`);
  let nTest = test === null ? null : test < 1 ? Math.ceil(test * count) : test;
  let nTrain = trainSize === null ? null : trainSize < 1 ? Math.floor(trainSize * count) : trainSize;
  nTrain ??= count - nTest!;
  nTest ??= count - nTrain;
  if (nTrain + nTest > count)
    throw new ArgumentError(`${op}: ${nTrain} samples for training and ${nTest} for testing are more than the ${count} that there are.`);
  if (nTrain === 0 || nTest === 0)
    throw new ArgumentError(
      `${op}: of ${count} samples ${nTrain} are left for training and ${nTest} for testing, expected at least one in each part. Change testSize or trainSize.`,
    );
  return [nTrain, nTest];
}

/** scikit-learn's StratifiedShuffleSplit: a random part of each label, then all of them mixed. */
function stratified(
  op: string,
  labels: readonly unknown[],
  count: number,
  nTrain: number,
  nTest: number,
  random: RandomState,
): [train: Uint32Array, test: Uint32Array] {
  if (labels.length !== count) throw new ShapeError(`${op}: stratify has ${labels.length} labels for ${count} samples. Give one for each.`);
  const classes = distinct(op, 'stratify', labels);
  const places = placesOf(classes);
  const members: number[][] = classes.map(() => []);
  for (const [i, label] of labels.entries()) members[places.get(label as Category)!]!.push(i);
  const rare = classes.filter((_, i) => members[i]!.length < 2);
  if (rare.length > 0)
    throw new ArgumentError(
      `${op}: stratify holds ${showCategories(rare)} once only, expected each label at least twice, once for each part. Leave ${rare.length === 1 ? 'that sample' : 'those samples'} out, or do not stratify.`,
    );
  for (const [name, size] of [
    ['training', nTrain],
    ['testing', nTest],
  ] as const)
    if (size < classes.length)
      throw new ArgumentError(
        `${op}: ${size} samples for ${name} are fewer than the ${classes.length} labels of stratify. Take more, or do not stratify.`,
      );
  const counts = members.map((list) => list.length);
  const forTrain = likeliest(counts, nTrain, random);
  const forTest = likeliest(
    counts.map((n, i) => n - forTrain[i]!),
    nTest,
    random,
  );
  const [train, test]: [number[], number[]] = [[], []];
  for (const [i, list] of members.entries()) {
    const order = random.permutation(list.length);
    const [end, last] = [forTrain[i]!, forTrain[i]! + forTest[i]!];
    for (let k = 0; k < last; k++) (k < end ? train : test).push(list[order[k]!]!);
  }
  return [random.shuffle(Uint32Array.from(train)), random.shuffle(Uint32Array.from(test))];
}

/** How many of `draws` samples come from each class, in proportion: what is left over goes to the largest remainders, ties at random. */
function likeliest(counts: readonly number[], draws: number, random: RandomState): number[] {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const exact = counts.map((n) => (n / total) * draws);
  const out = exact.map(Math.floor);
  let left = draws - out.reduce((sum, n) => sum + n, 0);
  const remainders = exact.map((value, i) => value - out[i]!);
  for (const value of [...new Set(remainders)].sort((a, b) => b - a)) {
    if (left === 0) break;
    const tied = remainders.flatMap((remainder, i) => (remainder === value ? [i] : []));
    const order = random.permutation(tied.length);
    const some = Math.min(tied.length, left);
    for (let k = 0; k < some; k++) out[tied[order[k]!]!]!++;
    left -= some;
  }
  return out;
}

function part(op: string, whole: unknown, indices: ArrayLike<number>): unknown {
  const list = Array.from(indices);
  if (whole instanceof Tensor) return withIndices(list, whole.shape[0]!, op, (index) => slicesAt(op, contiguous(whole.detach()), 0, index));
  if (Array.isArray(whole)) return list.map((i) => whole[i] as unknown);
  if (whole instanceof Table) return whole.take(list);
  return new Subset(whole as Dataset<unknown>, list);
}
