/** calibrationError and brier: whether probabilities are as often right as they say. */
import { square } from '../../../ops/elementwise/unary.js';
import { gather } from '../../../ops/gather/gather.js';
import { amax, argmax } from '../../../ops/reduce/extrema.js';
import { sum } from '../../../ops/reduce/sum.js';
import { to } from '../../../ops/view/copy.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { countOf, oneOf } from '../../../tensor/arguments/checks.js';
import { linspace } from '../../../tensor/create/create.js';
import type { Metric } from '../../types.js';
import { readList, readNumbers } from '../count-state.js';
import { checkClassOptions, labelIndex, numbersOf } from '../forms/answers.js';
import { LikelihoodReader, type Likelihoods } from '../forms/likelihoods.js';
import { SCORE_OPTIONS, type ScoreOptions, scoreForm } from '../forms/score-options.js';

/** The options of {@link calibrationError}. */
export interface CalibrationErrorOptions extends ScoreOptions {
  /** Into how many parts 0 to 1 is cut. Default: 15. */
  bins?: number;
  /** `l1`: the mean gap, by how many samples a bin has (ECE). `l2`: the root of the mean square. `max`: the largest (MCE). Default: `l1`. */
  norm?: 'l1' | 'l2' | 'max';
}

/**
 * The gap between how sure a model is and how often it is right, bin by bin of its probability: that of its answer, or in binary mode of 1.
 * Several labels a sample count one by one.
 * @param options bins (default 15), norm (`l1`, `l2`, `max`), and how outputs are read: mode, logits, ignoreIndex, name.
 * @throws {ArgumentError} for targets that are not classes, and where the form does not tell what is meant.
 * @see Guo et al. 2017, https://arxiv.org/abs/1706.04599; https://lightning.ai/docs/torchmetrics/stable/classification/calibration_error.html
 * @example
 * score(calibrationError({ bins: 2, mode: 'binary' }), tensor([0.25, 0.25, 0.75, 0.75]), tensor([0, 1, 1, 1])); // 0.25
 */
export function calibrationError(options: CalibrationErrorOptions = {}): Metric {
  const op = 'calibrationError';
  const { bins, norm, name, ...read } = readOptions(
    op,
    { ...SCORE_OPTIONS, bins: 15, norm: 'l1' as 'l1' | 'l2' | 'max', name: op },
    options,
  );
  checkClassOptions(op, scoreForm(op, read, undefined));
  countOf(op, 'bins', bins, 1);
  oneOf(op, 'norm', norm, ['l1', 'l2', 'max']);
  return {
    name,
    start({ loss } = {}) {
      const reader = new LikelihoodReader(scoreForm(op, read, loss));
      // One more than there are bins, for those that are quite sure: torchmetrics keeps them apart.
      let [counts, sure, right] = [0, 0, 0].map(() => new Float64Array(bins + 1)) as [Float64Array, Float64Array, Float64Array];
      // In single precision, in which probabilities such as 0.3 lie on them.
      const edges = numbersOf(linspace(0, 1, bins + 1));
      return {
        update(output, target) {
          eachAnswer(reader.read(output, target), (probability, hit) => {
            const bin = binOf(Math.fround(probability), edges);
            counts[bin]!++;
            sure[bin]! += probability;
            right[bin]! += hit;
          });
        },
        value() {
          const total = counts.reduce((sum, count) => sum + count, 0);
          if (total === 0) return Number.NaN;
          let [sum, most] = [0, 0];
          counts.forEach((count, i) => {
            if (count === 0) return;
            const gap = Math.abs(right[i]! - sure[i]!) / count;
            sum += (norm === 'l2' ? gap ** 2 : gap) * (count / total);
            most = Math.max(most, gap);
          });
          return norm === 'max' ? most : norm === 'l2' ? Math.sqrt(sum) : sum;
        },
        stateDict: () => ({ counts: counts.slice(), sure: sure.slice(), right: right.slice() }),
        loadStateDict(state) {
          [counts, sure, right] = [
            readList(op, state, 'counts', bins + 1),
            readList(op, state, 'sure', bins + 1),
            readList(op, state, 'right', bins + 1),
          ];
        },
      };
    },
  };
}

/** The last edge that the probability reaches. */
function binOf(probability: number, edges: Float64Array): number {
  const last = edges.length - 1;
  let bin = Math.min(last, Math.max(0, Math.floor(probability * last) || 0));
  while (bin < last && probability >= edges[bin + 1]!) bin++;
  while (bin > 0 && probability < edges[bin]!) bin--;
  return bin;
}

/** Calls `add` with the probability of each answer, and 1 where it is right: the likeliest class, or in binary mode 1. */
function eachAnswer(read: Likelihoods, add: (probability: number, hit: number) => void): void {
  const { mode, scores, truth } = read;
  if (mode !== 'multi') {
    const { values } = read;
    for (let i = 0; i < truth.length; i++) if (truth[i]! >= 0) add(values[i]!, truth[i]!);
    return;
  }
  const [sure, answers] = [numbersOf(amax(scores, 1)), numbersOf(argmax(scores, 1))];
  for (let i = 0; i < truth.length; i++) if (truth[i]! >= 0) add(sure[i]!, answers[i] === truth[i] ? 1 : 0);
}

/**
 * Brier's score: the mean squared difference of probabilities and what is true. Three classes and more: summed over them; two, and each of several labels, count once.
 * @param options how outputs are read: mode, logits, ignoreIndex, numClasses, name.
 * @throws {ArgumentError} for targets that are not classes, and where the form does not tell what is meant.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.brier_score_loss.html
 * @example
 * score(brier({ mode: 'binary' }), tensor([0.5, 1, 0]), tensor([1, 1, 1])); // 0.4166666666666667
 */
export function brier(options: ScoreOptions = {}): Metric {
  const op = 'brier';
  const { name, ...read } = readOptions(op, { ...SCORE_OPTIONS, name: op }, options);
  checkClassOptions(op, scoreForm(op, read, undefined));
  return {
    name,
    start({ loss } = {}) {
      const reader = new LikelihoodReader(scoreForm(op, read, loss));
      let [total, count] = [0, 0];
      return {
        update(output, target) {
          const read = reader.read(output, target);
          const { mode, classes, scores, truth } = read;
          if (mode !== 'multi') {
            const { values } = read;
            for (let i = 0; i < truth.length; i++) if (truth[i]! >= 0) total += (values[i]! - truth[i]!) ** 2;
          } else {
            // The sum over classes of (p - y)^2 is that of p^2, less 2 p of the true class, and 1.
            const labels = labelIndex(output, truth);
            const all = to(scores, 'float64');
            const [squares, own] = [numbersOf(sum(square(all), 1)), numbersOf(gather(all, 1, labels))];
            const once = classes === 2 ? 0.5 : 1;
            for (let i = 0; i < truth.length; i++) if (truth[i]! >= 0) total += once * (squares[i]! - 2 * own[i]! + 1);
          }
          for (const label of truth) if (label >= 0) count++;
        },
        value: () => total / count,
        stateDict: () => ({ total, count }),
        loadStateDict(state) {
          ({ total, count } = readNumbers(op, state, ['total', 'count']));
        },
      };
    },
  };
}
