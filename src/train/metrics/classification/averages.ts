/** Scores of classes from their counts, and one number of all of them: precision, recall, F, Jaccard's index, specificity. */
import { ArgumentError } from '../../../errors.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { oneOf, wholeNumber } from '../../../tensor/arguments/checks.js';
import { show } from '../../../tensor/arguments/show.js';
import type { Metric } from '../../types.js';
import { readNumbers } from '../count-state.js';
import { type Answers, CLASS_OPTIONS, type ClassOptions, checkClassOptions, type Form, readAnswers, saysYesNo } from '../forms/answers.js';
import { ClassCounts, type Tally } from './class-counts.js';

/**
 * How the scores of classes become one. `macro`: their mean, each class counting alike; classes that are neither answered nor true are left
 * out. `weighted`: their mean, by how often each class is true. `micro`: of all counts together. `binary`: the score of class 1 of two.
 * `samples`: of several labels a sample, the mean of the samples' scores.
 */
export type Average = 'macro' | 'micro' | 'weighted' | 'binary' | 'samples';

/** The options of precision, recall and their kin. */
export interface AverageOptions extends ClassOptions {
  /** How the scores of classes become one, see {@link Average}. Default: `binary` in binary mode, else `macro`. */
  average?: Average;
  /** The score of this class, or label, alone; then `average` does not matter. Default: all. */
  classIndex?: number;
  /** What a score is whose divisor is 0; with NaN it is left out of the mean. Default: 0. */
  zeroDivision?: 0 | 1 | typeof Number.NaN;
}

/** A score as a fraction. */
export type Fraction = (tally: Tally) => readonly [number, number];

/** The options that only such metrics have. */
const AVERAGE_OPTIONS = {
  ...CLASS_OPTIONS,
  average: required as Average | undefined,
  classIndex: required as number | undefined,
  zeroDivision: required as number | undefined,
};

/** A metric that is a fraction of counts. */
export function averaged(op: string, options: AverageOptions, fraction: Fraction): Metric {
  const { average, classIndex, zeroDivision = 0, name, ...read } = readOptions(op, { ...AVERAGE_OPTIONS, name: op }, options);
  checkClassOptions(op, read);
  if (average !== undefined) oneOf(op, 'average', average, ['macro', 'micro', 'weighted', 'binary', 'samples']);
  if (classIndex !== undefined) wholeNumber(op, 'classIndex', classIndex, { min: 0 });
  if (!(zeroDivision === 0 || zeroDivision === 1 || Number.isNaN(zeroDivision)))
    throw new ArgumentError(`${op}: zeroDivision is ${show(zeroDivision)}, expected 0, 1 or NaN.`);
  const mode = read.mode ?? (average === 'samples' ? 'multilabel' : undefined);
  const yesNo = saysYesNo(options);
  const bySample = average === 'samples' && classIndex === undefined;
  return {
    name,
    start({ loss } = {}) {
      const form: Form = { op, ...read, mode, yesNo, loss };
      const counts = new ClassCounts(op);
      const samples = { sum: 0, count: 0 };
      return {
        update(output, target) {
          const answers = readAnswers(form, output, target);
          counts.add(answers);
          if (bySample) addSamples(samples, op, answers, fraction, zeroDivision);
        },
        value() {
          if (counts.samples === 0) return Number.NaN;
          if (bySample) return samples.sum / samples.count;
          return averageOf(op, counts, fraction, { average, classIndex, zeroDivision });
        },
        stateDict: () => ({ ...counts.stateDict(), ...samples }),
        loadStateDict(state) {
          Object.assign(samples, readNumbers(op, state, ['sum', 'count']));
          counts.loadStateDict(state);
        },
      };
    },
  };
}

interface Averaging {
  readonly average?: Average | undefined;
  readonly classIndex?: number | undefined;
  readonly zeroDivision: number;
}

/** One number of all classes. */
export function averageOf(op: string, counts: ClassCounts, fraction: Fraction, { average, classIndex, zeroDivision }: Averaging): number {
  const { mode, classes } = counts;
  const score = (tally: Tally): number => {
    const [part, whole] = fraction(tally);
    return whole === 0 ? zeroDivision : part / whole;
  };
  const how = average ?? (mode === 'binary' ? 'binary' : 'macro');
  const single = classIndex ?? (how === 'binary' ? 1 : undefined);
  if (single !== undefined) {
    if (classIndex === undefined && (mode === 'multilabel' || classes !== 2))
      throw new ArgumentError(
        `${op}: average is 'binary', but there are ${classes} ${mode === 'multilabel' ? 'labels' : 'classes'}. Use 'macro', 'micro' or 'weighted', or classIndex for the score of one.`,
      );
    if (single >= classes) throw new ArgumentError(`${op}: classIndex is ${single}, but classes go from 0 to ${classes - 1}.`);
    return score(counts.of(single));
  }
  const tallies = counts.all();
  if (how === 'micro') {
    const sum = (part: keyof Tally) => tallies.reduce((all, tally) => all + tally[part], 0);
    return score({ hits: sum('hits'), predicted: sum('predicted'), truth: sum('truth'), total: sum('total') });
  }
  let [sum, weights, plain, count] = [0, 0, 0, 0];
  for (const tally of tallies) {
    if (mode !== 'multilabel' && tally.predicted + tally.truth === 0) continue;
    const value = score(tally);
    if (Number.isNaN(value)) continue;
    sum += tally.truth * value;
    weights += tally.truth;
    plain += value;
    count++;
  }
  // Where none of the classes that have a value is true, there is nothing to weigh by.
  return how === 'weighted' && weights > 0 ? sum / weights : plain / count;
}

/** Adds the score of each sample, over its labels. */
function addSamples(
  samples: { sum: number; count: number },
  op: string,
  { mode, predicted, truth, classes, inner }: Answers,
  fraction: Fraction,
  zeroDivision: number,
): void {
  if (mode !== 'multilabel')
    throw new ArgumentError(
      `${op}: average 'samples' is for several labels a sample, but there is one class each. Use 'macro' or 'micro'.`,
    );
  const step = classes * inner;
  for (let start = 0; start < truth.length; start += step) {
    const tally = { hits: 0, predicted: 0, truth: 0, total: 0 };
    for (let i = start; i < start + step; i++) {
      if (truth[i]! < 0) continue;
      tally.total++;
      tally.truth += truth[i]!;
      tally.predicted += predicted[i]!;
      if (truth[i] === 1 && predicted[i] === 1) tally.hits++;
    }
    if (tally.total === 0) continue;
    const [part, whole] = fraction(tally);
    const value = whole === 0 ? zeroDivision : part / whole;
    if (Number.isNaN(value)) continue;
    samples.sum += value;
    samples.count++;
  }
}
