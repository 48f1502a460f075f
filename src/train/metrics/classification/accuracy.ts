/** accuracy: the share of right answers, by the form of what a model gives and of what it should have given. */
import { ArgumentError } from '../../../errors.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { assertBoolean, countOf } from '../../../tensor/arguments/checks.js';
import type { Metric } from '../../types.js';
import { readNumbers } from '../count-state.js';
import {
  type Answers,
  CLASS_OPTIONS,
  type ClassOptions,
  checkClassOptions,
  type Form,
  formed,
  readAnswers,
  saysYesNo,
} from '../forms/answers.js';
import { topHits } from './top-k.js';

/** The options of {@link accuracy}. */
export interface AccuracyOptions extends ClassOptions {
  /** multi: from how many of the highest scores on the label counts as found; see {@link topKAccuracy}. Default: 1, the largest. */
  topK?: number;
  /** multilabel: whether a sample is right only with all of its labels, rather than label by label. Default: false. */
  exact?: boolean;
}

/**
 * The share of right answers.
 *
 * - Outputs [N, C] or [N, C, ...] (logits or probabilities) with class numbers [N] or [N, ...], or with one-hot or class probabilities of the
 *   outputs' shape: the largest score is the answer.
 * - One output per sample, [N] or [N, 1], or several of which each is a yes or no, with targets 0 or 1: the answer is 1 from `threshold` on.
 *   Under BCELoss outputs are taken as probabilities, under BCEWithLogitsLoss as logits; for other losses say `{ mode: 'binary' }`.
 *   Several labels a sample count one by one, or with `exact` only together.
 * - Class numbers [N] against class numbers [N].
 * @throws {ShapeError} for outputs and targets that do not fit. @throws {ArgumentError} for targets that are not classes, and where the
 * form does not tell what is meant.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.accuracy_score.html
 * @example
 * await evaluate(model, testLoader, { loss: new nn.CrossEntropyLoss(), metrics: [accuracy()] });
 */
export function accuracy(options: AccuracyOptions = {}): Metric {
  const op = 'accuracy';
  const defaults = { ...CLASS_OPTIONS, topK: 1, exact: required as boolean | undefined, name: op };
  const { topK, exact, name, ...read } = readOptions(op, defaults, options);
  checkClassOptions(op, read);
  countOf(op, 'topK', topK, 1);
  if (exact !== undefined) assertBoolean(op, 'exact', exact);
  const mode = read.mode ?? (exact ? 'multilabel' : undefined);
  const yesNo = saysYesNo(options);
  if (exact && mode !== 'multilabel') throw new ArgumentError(`${op}: exact is of several labels a sample, but mode is '${mode}'.`);
  if (topK > 1 && (mode ?? (yesNo ? 'binary' : 'multi')) !== 'multi')
    throw new ArgumentError(`${op}: topK is of class scores, but mode, threshold or logits say that outputs are answers of yes and no.`);
  return {
    name,
    start({ loss } = {}) {
      const form: Form = { op, ...read, mode, yesNo, loss };
      let [right, total] = [0, 0];
      return {
        update(output, target) {
          const { hits, of } =
            topK > 1
              ? topHits(form, formed({ ...form, mode: 'multi' }, output, target), topK)
              : hitsOf(readAnswers(form, output, target), exact);
          right += hits;
          total += of;
        },
        value: () => right / total,
        stateDict: () => ({ right, total }),
        loadStateDict(state) {
          ({ right, total } = readNumbers(name, state, ['right', 'total']));
        },
      };
    },
  };
}

/** How many answers are right, and how many count. */
function hitsOf({ predicted, truth, classes, inner }: Answers, exact: boolean | undefined): { hits: number; of: number } {
  let [hits, of] = [0, 0];
  if (!exact) {
    for (let i = 0; i < truth.length; i++) {
      if (truth[i]! < 0) continue;
      of++;
      if (truth[i] === predicted[i]) hits++;
    }
    return { hits, of };
  }
  const step = classes * inner;
  for (let start = 0; start < truth.length; start += step)
    for (let place = start; place < start + inner; place++) {
      let [right, counts] = [true, false];
      for (let i = place; i < start + step; i += inner) {
        if (truth[i]! < 0) continue;
        counts = true;
        if (truth[i] !== predicted[i]) right = false;
      }
      if (counts) of++;
      if (counts && right) hits++;
    }
  return { hits, of };
}
