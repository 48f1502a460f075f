/** Agreement beyond chance: Cohen's kappa and Matthews' correlation coefficient. */
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { oneOf } from '../../../tensor/arguments/checks.js';
import type { Metric } from '../../types.js';
import { CLASS_OPTIONS, type ClassOptions, checkClassOptions, type Form, readAnswers, saysYesNo } from '../forms/answers.js';
import { ClassCounts } from './class-counts.js';
import { PairCounts } from './confusion-matrix.js';

/** The options of {@link cohenKappa}. */
export interface CohenKappaOptions extends ClassOptions {
  /** For classes in order: how much an answer is off counts, `linear` by the distance, `quadratic` by its square. Default: all errors alike. */
  weights?: 'linear' | 'quadratic' | null;
}

/**
 * Cohen's kappa: how far the agreement of answers and targets is beyond that of chance; 1 is all, 0 none, NaN where there is but one class.
 * @param options weights, and those by which {@link accuracy} reads outputs. With weights the distance of classes is that of their numbers,
 *   be there samples of those between or not.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.cohen_kappa_score.html
 * @example
 * score(cohenKappa(), tensor([0, 1, 1, 2], { dtype: 'int64' }), tensor([0, 1, 2, 2])); // 0.6363636363636364
 */
export function cohenKappa(options: CohenKappaOptions = {}): Metric {
  const op = 'cohenKappa';
  const defaults = { ...CLASS_OPTIONS, weights: required as 'linear' | 'quadratic' | null | undefined, name: op };
  const { weights, name, ...read } = readOptions(op, defaults, options);
  checkClassOptions(op, read);
  if (weights !== undefined && weights !== null) oneOf(op, 'weights', weights, ['linear', 'quadratic']);
  const power = weights === 'linear' ? 1 : weights === 'quadratic' ? 2 : 0;
  return {
    name,
    start({ loss } = {}) {
      const form: Form = { op, ...read, yesNo: saysYesNo(options), loss };
      const pairs = new PairCounts(op);
      return {
        update: (output, target) => pairs.add(readAnswers(form, output, target)),
        value: () => kappaOf(pairs, power),
        stateDict: () => pairs.stateDict(),
        loadStateDict: (state) => pairs.loadStateDict(state),
      };
    },
  };
}

/** @param power of the distance of two classes; 0 for errors that count alike. */
function kappaOf({ counts, classes }: PairCounts, power: number): number {
  const [rows, columns] = [new Float64Array(classes), new Float64Array(classes)];
  let total = 0;
  counts.forEach((count, i) => {
    rows[Math.floor(i / classes)]! += count;
    columns[i % classes]! += count;
    total += count;
  });
  let [seen, expected] = [0, 0];
  counts.forEach((count, i) => {
    const [row, column] = [Math.floor(i / classes), i % classes];
    if (row === column) return;
    const weight = Math.abs(row - column) ** power;
    seen += weight * count;
    expected += (weight * rows[row]! * columns[column]!) / total;
  });
  return 1 - seen / expected;
}

/**
 * Matthews' correlation coefficient of answers and targets, from -1 to 1; 0 where one of them is always the same.
 * @param options those by which {@link accuracy} reads outputs: mode, threshold, logits, ignoreIndex, numClasses, name.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.matthews_corrcoef.html
 * @example
 * score(matthews(), tensor([0, 1, 1, 2], { dtype: 'int64' }), tensor([0, 1, 2, 2])); // 0.7
 */
export function matthews(options: ClassOptions = {}): Metric {
  const op = 'matthews';
  const { name, ...read } = readOptions(op, { ...CLASS_OPTIONS, name: op }, options);
  checkClassOptions(op, read);
  return {
    name,
    start({ loss } = {}) {
      const form: Form = { op, ...read, yesNo: saysYesNo(options), loss };
      const counts = new ClassCounts(op);
      return {
        update: (output, target) => counts.add(readAnswers(form, output, target)),
        value: () => (counts.samples === 0 ? Number.NaN : correlationOf(counts)),
        stateDict: () => counts.stateDict(),
        loadStateDict: (state) => counts.loadStateDict(state),
      };
    },
  };
}

function correlationOf(counts: ClassCounts): number {
  // Each label of several is a question of two answers; together they are one.
  const several = counts.mode === 'multilabel';
  const sum = (list: Float64Array) => list.reduce((all, value) => all + value, 0);
  const n = counts.samples;
  const yes = { hits: sum(counts.hits), predicted: sum(counts.predicted), truth: sum(counts.truth) };
  const right = several ? n - yes.predicted - yes.truth + 2 * yes.hits : yes.hits;
  const truth = several ? [n - yes.truth, yes.truth] : [...counts.truth];
  const predicted = several ? [n - yes.predicted, yes.predicted] : [...counts.predicted];
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((all, value, i) => all + value * b[i]!, 0);
  const below = (n ** 2 - dot(predicted, predicted)) * (n ** 2 - dot(truth, truth));
  return below === 0 ? 0 : (right * n - dot(truth, predicted)) / Math.sqrt(below);
}
