/** topKAccuracy: the share of labels that are among the highest scores. */
import { ge, gt } from '../../../ops/elementwise/comparison.js';
import { gather } from '../../../ops/gather/gather.js';
import { sum } from '../../../ops/reduce/sum.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { countOf, wholeNumber } from '../../../tensor/arguments/checks.js';
import { numel } from '../../../tensor/shape.js';
import type { Metric } from '../../types.js';
import { readNumbers } from '../count-state.js';
import {
  CLASS_OPTIONS,
  checkClasses,
  classLabels,
  type Form,
  type Formed,
  formed,
  type Ignoring,
  labelIndex,
  numbersOf,
} from '../forms/answers.js';

/** The options of {@link topKAccuracy}. */
export interface TopKAccuracyOptions {
  /** How many of the highest scores are looked at. Default: 5. */
  k?: number;
  /** Labels that count for nothing. Default: those that the loss ignores, -100 as a rule. */
  ignoreIndex?: number;
  /** The key in records. Default: `top5` for k 5. */
  name?: string;
}

/**
 * The share of samples whose label is among the `k` highest scores; of equal scores those of later classes come first, as in scikit-learn.
 * @param options k (default 5), ignoreIndex and name. Outputs [N, C] or [N, C, ...], targets class numbers [N] or [N, ...], or
 *   one-hot.
 * @throws {ShapeError} for outputs and targets that do not fit. @throws {ArgumentError} for targets that are not classes.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.top_k_accuracy_score.html
 * @example
 * score(topKAccuracy({ k: 2 }), tensor([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]), tensor([1, 2])); // 0.5
 */
export function topKAccuracy(options: TopKAccuracyOptions = {}): Metric {
  const op = 'topKAccuracy';
  const { k, ignoreIndex, name } = readOptions(op, { k: 5, ignoreIndex: required as number | undefined, name: '' }, options);
  countOf(op, 'k', k, 1);
  if (ignoreIndex !== undefined) wholeNumber(op, 'ignoreIndex', ignoreIndex);
  const key = name || `top${k}`;
  return {
    name: key,
    start({ loss } = {}) {
      const form: Form = { ...CLASS_OPTIONS, op, mode: 'multi', ignoreIndex, loss };
      let [right, total] = [0, 0];
      return {
        update(output, target) {
          const { hits, of } = topHits(form, formed(form, output, target), k);
          right += hits;
          total += of;
        },
        value: () => right / total,
        stateDict: () => ({ right, total }),
        loadStateDict(state) {
          ({ right, total } = readNumbers(key, state, ['right', 'total']));
        },
      };
    },
  };
}

/** How many labels are among the `k` highest scores, and how many count. */
export function topHits(form: Ignoring, read: Formed, k: number): { hits: number; of: number } {
  const { output } = read;
  const [classes, inner] = [output.shape[1]!, numel(output.shape.slice(2))];
  const truth = numbersOf(classLabels(form.op, read));
  checkClasses(form, output, truth, classes);
  const labels = labelIndex(output, truth);
  const own = gather(output, 1, labels);
  const above = numbersOf(sum(gt(output, own), 1));
  const atLeast = numbersOf(sum(ge(output, own), 1));
  let values: Float64Array | undefined;
  let [hits, of] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    if (truth[i]! < 0) continue;
    of++;
    let before = above[i]!;
    const ties = atLeast[i]! - before - 1;
    // A label whose score is NaN is not even as high as itself.
    if (ties < 0) continue;
    if (ties > 0 && before < k) {
      values ??= numbersOf(output);
      const start = Math.floor(i / inner) * classes * inner + (i % inner);
      const score = values[start + truth[i]! * inner];
      for (let c = truth[i]! + 1; c < classes; c++) if (values[start + c * inner] === score) before++;
    }
    if (before < k) hits++;
  }
  return { hits, of };
}
