/** The options classWeights and sampleWeights, and the labels that balanced weights are counted from. */
import { ArgumentError } from '../../errors.js';
import { assertFunction } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { randomStates, restoreRandomStates } from '../../tensor/create/random-streams.js';
import { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import type { Loader } from '../types.js';
import { checkLoader, eachBatch } from './loaders.js';
import type { ClassWeightList, Weighing } from './weights.js';

/**
 * How much each class counts: a list by class number; an object by number, or by name where the data set has `classes`, in which classes
 * that it leaves out count once; or `balanced`, `n / (k count)` for each of the k classes among the n training samples, as scikit-learn has it.
 */
export type ClassWeights = readonly number[] | Tensor | Readonly<Record<string, number>> | 'balanced';

/** The options of a training or an evaluation that weigh. */
export interface WeightOptions<B> {
  /** How much each class counts. With CrossEntropyLoss and NLLLoss they are its `weight`. Default: all alike. */
  classWeights?: ClassWeights | undefined;
  /**
   * How much each sample counts: true where the last tensor of a batch is its weights, `[...inputs, target, weights]`; or a function that
   * gives them for a batch, [N], or nothing. A `forward` may give them as well, `[output, target, weights]`. Default: all alike.
   */
  sampleWeights?: true | ((batch: B) => Tensor | undefined) | undefined;
}

/**
 * Reads both options; undefined where there are none.
 * @param data what `balanced` counts the labels of, and whose names of classes hold.
 * @throws {ArgumentError} for what are no weights.
 */
export async function readWeights<B>(
  op: string,
  { classWeights, sampleWeights }: WeightOptions<B>,
  data: Loader<B>,
): Promise<Weighing<B> | undefined> {
  if (classWeights === undefined && sampleWeights === undefined) return undefined;
  if (sampleWeights !== undefined && sampleWeights !== true) assertFunction(op, 'sampleWeights', sampleWeights);
  const last = (batch: B) => (Array.isArray(batch) && batch.length > 2 ? (batch.at(-1) as Tensor) : undefined);
  const samples = sampleWeights === true ? last : sampleWeights;
  return { classes: classWeights === undefined ? undefined : await readClassWeights(op, classWeights, data, samples), samples };
}

async function readClassWeights<B>(
  op: string,
  given: ClassWeights,
  data: Loader<B>,
  samples: Weighing<B>['samples'],
): Promise<ClassWeightList> {
  if (given === 'balanced') {
    if (op !== 'fit')
      throw new ArgumentError(
        `${op}: classWeights is "balanced", which would be counted from the data that is measured. Pass the numbers: balancedClassWeights(train).`,
      );
    return { weights: balance(op, await labelsOf(op, data, samples)), open: true };
  }
  if (given instanceof Tensor || Array.isArray(given)) {
    const weights = (given instanceof Tensor ? given.toArray() : given) as readonly number[];
    return { weights: checked(op, weights), open: false };
  }
  if (!isOptions(given))
    throw new ArgumentError(
      `${op}: classWeights is ${show(given)}, expected a list of numbers, an object of them by class, or 'balanced'.`,
    );
  const names = classNames((data as { dataset?: unknown }).dataset);
  const weights: number[] = [];
  for (const [key, weight] of Object.entries(given as Record<string, number>)) {
    const label = /^\d+$/.test(key) ? Number(key) : (names?.indexOf(key) ?? -1);
    if (label < 0 || label > 1e6)
      throw new ArgumentError(
        `${op}: classWeights has a weight for "${key}", which is not a class${names ? `; there are ${names.slice(0, 20).join(', ')}` : ': the data has no names of classes'}. Use the numbers of classes, from 0 on.`,
      );
    weights[label] = weight;
  }
  return {
    weights: checked(
      op,
      Array.from(weights, (weight) => weight ?? 1),
    ),
    open: true,
  };
}

function checked(op: string, weights: readonly number[]): readonly number[] {
  const wrong = Array.isArray(weights)
    ? weights.find((weight) => typeof weight !== 'number' || !Number.isFinite(weight) || weight < 0)
    : weights;
  if (wrong !== undefined || weights.length === 0 || weights.every((weight) => weight === 0))
    throw new ArgumentError(
      `${op}: classWeights ${wrong === undefined ? 'has no weight above 0' : `holds ${show(wrong)}`}, expected a number from 0 on for each class, some above 0.`,
    );
  return weights;
}

/** The names of a data set's classes, also below a Subset. */
function classNames(dataset: unknown): readonly string[] | undefined {
  const { classes, dataset: inner } = (dataset ?? {}) as { classes?: unknown; dataset?: unknown };
  if (Array.isArray(classes) && classes.every((name) => typeof name === 'string')) return classes as string[];
  return inner === undefined ? undefined : classNames(inner);
}

/** The label that cross entropy does not count. */
const IGNORED = -100;

/** `n / (k count)` for each of the k classes that there are; 1 for numbers of none. */
function balance(op: string, labels: readonly number[]): number[] {
  const counts: number[] = [];
  const counted = labels.filter((label) => label !== IGNORED);
  for (const label of counted) {
    if (!Number.isInteger(label) || label < 0 || label > 1e6)
      throw new ArgumentError(`${op}: balanced class weights need the numbers of classes as labels, and there is one ${show(label)}.`);
    counts[label] = (counts[label] ?? 0) + 1;
  }
  const present = counts.filter((count) => count !== undefined).length;
  return Array.from(counts, (count) => (count === undefined ? 1 : counted.length / (present * count)));
}

/**
 * Weights that make all classes of some data count alike: `n / (k count)` for each of its k classes, as scikit-learn's
 * `compute_class_weight('balanced')`; class numbers that do not occur get 1. What `classWeights: 'balanced'` of fit uses.
 * @param data labels (a tensor or a list), or what gives batches `[...inputs, target]`: their labels are read off the data set, or by going
 * through it once; random numbers are as before afterwards.
 * @throws {ArgumentError} for labels that are no class numbers.
 * @example
 * await balancedClassWeights([0, 0, 0, 1]); // [0.67, 2]
 */
export async function balancedClassWeights(data: Tensor | readonly number[] | Loader<unknown>): Promise<number[]> {
  const op = 'balancedClassWeights';
  if (data instanceof Tensor) return balance(op, numbersOf(op, data));
  if (Array.isArray(data) && data.every((label) => typeof label === 'number')) return balance(op, data);
  checkLoader(op, 'the data', data);
  return balance(op, await labelsOf(op, data as Loader<unknown>, undefined));
}

function numbersOf(op: string, target: unknown, need: Need = BALANCE): number[] {
  if (typeof target === 'number') return [target];
  if (!(target instanceof Tensor) || isFloating(target.dtype) || target.ndim > 1)
    throw new ArgumentError(`${op}: ${need.what} one class number a sample, and the target is ${show(target)}. ${need.instead}`);
  return Array.from(target.toTypedArray() as ArrayLike<number>, Number);
}

/** Who needs labels, for messages: what asks for them, and what to do where there are none. */
interface Need {
  readonly what: string;
  readonly instead: string;
}

const BALANCE: Need = { what: 'balanced class weights need', instead: 'Pass the weights as numbers.' };

/** The labels of all samples, read off the data set, or by going through the batches; random numbers and the loader stay where they are. */
export async function labelsOf<B>(op: string, data: Loader<B>, samples: Weighing<B>['samples'], need: Need = BALANCE): Promise<number[]> {
  const known = listed(op, (data as { dataset?: unknown }).dataset, samples !== undefined, need);
  if (known) return known;
  const loader = data as Loader<B> & { stateDict?(): unknown; loadStateDict?(state: unknown): void };
  const [random, place] = [randomStates(), loader.loadStateDict && loader.stateDict?.()];
  const labels: number[] = [];
  try {
    await eachBatch(data, (batch) => {
      if (!Array.isArray(batch))
        throw new ArgumentError(`${op}: ${need.what} batches [...inputs, target], got ${show(batch)}. ${need.instead}`);
      const weights = samples?.(batch);
      labels.push(...numbersOf(op, batch.filter((part) => part !== weights).at(-1), need));
      return true;
    });
  } finally {
    if (place !== undefined) loader.loadStateDict!(place);
    restoreRandomStates(random);
  }
  return labels;
}

/** The labels that a data set lists, where it does: without a look at its samples. By its fields, so that no class is loaded for it. */
function listed(op: string, dataset: unknown, weighted: boolean, need: Need): number[] | undefined {
  const {
    dataset: whole,
    indices,
    datasets,
    cumulativeSizes,
    tensors,
    targets,
    targetTransform,
  } = (dataset ?? {}) as Record<string, unknown>;
  if (whole !== undefined && Array.isArray(indices)) {
    const all = listed(op, whole, weighted, need); // a Subset
    return all && (indices as number[]).map((index) => all[index]!);
  }
  if (Array.isArray(datasets) && Array.isArray(cumulativeSizes)) {
    const parts = datasets.map((part) => listed(op, part, weighted, need)); // a ConcatDataset
    return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part!);
  }
  if (Array.isArray(tensors) && tensors.length > 1 && tensors.every((x) => x instanceof Tensor))
    return numbersOf(op, tensors.at(weighted && tensors.length > 2 ? -2 : -1), need); // a TensorDataset
  if (targetTransform !== undefined && targetTransform !== null) return undefined;
  if (targets instanceof Tensor && targets.ndim === 1 && !isFloating(targets.dtype)) return numbersOf(op, targets, need);
  return Array.isArray(targets) && targets.every((target) => typeof target === 'number') ? (targets as number[]) : undefined;
}
