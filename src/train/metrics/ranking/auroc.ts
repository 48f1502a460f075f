/** auroc and averagePrecision: how well scores put what is true above what is not. */
import { ArgumentError } from '../../../errors.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { countOf, oneOf, wholeNumber } from '../../../tensor/arguments/checks.js';
import { linspace } from '../../../tensor/create/create.js';
import type { Metric } from '../../types.js';
import { checkClassOptions, numbersOf } from '../forms/answers.js';
import { LikelihoodReader } from '../forms/likelihoods.js';
import { SCORE_OPTIONS, type ScoreOptions, scoreForm } from '../forms/score-options.js';
import { BinnedScores, KeptScores, type Question } from './kept-scores.js';
import { averagePrecisionOf, rocArea } from './points.js';

/** The options of {@link averagePrecision}. */
export interface AveragePrecisionOptions extends ScoreOptions {
  /**
   * How the values of classes become one: `macro`, their mean; `weighted`, by how often each is true; `micro`, of all scores together.
   * Default: `macro`. Classes for which the value is not defined are left out.
   */
  average?: 'macro' | 'weighted' | 'micro';
  /** The value of this class, or label, against the rest. Default: of all. */
  classIndex?: number;
  /**
   * Counts at so many thresholds from 0 to 1, instead of keeping every score: of bounded memory, a little less exact. Default: none;
   * every score is kept, 8 bytes each.
   */
  thresholds?: number | null;
}

/** The options of {@link auroc}. */
export interface AurocOptions extends AveragePrecisionOptions {
  /** Several classes: each against the rest, or each against each other one (`ovo`). Default: `ovr`. */
  multiClass?: 'ovr' | 'ovo';
}

const RANK_OPTIONS = {
  ...SCORE_OPTIONS,
  average: 'macro' as 'macro' | 'weighted' | 'micro',
  classIndex: required as number | undefined,
  thresholds: required as number | null | undefined,
};

/**
 * The area under the ROC curve: how probable it is that a true sample gets a higher score than one that is not; NaN where one of the two kinds is missing.
 * Several classes: each against the rest, their mean by `average`, classes without samples, or with nothing else, left out.
 * @param options average, classIndex, multiClass (`ovr`, `ovo`), thresholds, and how outputs are read: mode, logits, ignoreIndex, name.
 * @throws {ArgumentError} for targets that are not classes, and where the form does not tell what is meant. @throws {DTypeError} for
 *   outputs that are no scores.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html
 * @example
 * score(auroc({ mode: 'binary' }), tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1])); // 0.75
 */
export function auroc(options: AurocOptions = {}): Metric {
  const { multiClass, ...read } = readOptions('auroc', { ...RANK_OPTIONS, multiClass: 'ovr' as 'ovr' | 'ovo', name: 'auroc' }, options);
  oneOf('auroc', 'multiClass', multiClass, ['ovr', 'ovo']);
  if (multiClass === 'ovo' && (read.average === 'micro' || typeof read.thresholds === 'number' || read.classIndex !== undefined))
    throw new ArgumentError(
      "auroc: multiClass 'ovo' compares pairs of classes: it goes with average 'macro' or 'weighted', and without thresholds and classIndex.",
    );
  return rankMetric('auroc', read, (one) => rocArea(one.points()), multiClass === 'ovo');
}

/**
 * Average precision: the area under the precision-recall curve as a sum of steps. Several classes: each against the rest, their mean by `average`,
 * classes without samples left out; of several labels a sample, one that is never true counts as 0, as in scikit-learn.
 * @param options average, classIndex, thresholds, and how outputs are read: mode, logits, ignoreIndex, name.
 * @throws {ArgumentError} for targets that are not classes, and where the form does not tell what is meant.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.average_precision_score.html
 * @example
 * score(averagePrecision({ mode: 'binary' }), tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1])); // 0.8333333333333333
 */
export function averagePrecision(options: AveragePrecisionOptions = {}): Metric {
  const read = readOptions('averagePrecision', { ...RANK_OPTIONS, name: 'averagePrecision' }, options);
  return rankMetric('averagePrecision', read, (one) => averagePrecisionOf(one.points()), false);
}

type ReadOptions = typeof RANK_OPTIONS & { readonly name: string };

function rankMetric(
  op: string,
  { average, classIndex, thresholds, name, ...read }: ReadOptions,
  value: (one: Question) => number,
  pairs: boolean,
): Metric {
  const form = scoreForm(op, read, undefined);
  checkClassOptions(op, form);
  oneOf(op, 'average', average, ['macro', 'weighted', 'micro']);
  if (classIndex !== undefined) wholeNumber(op, 'classIndex', classIndex, { min: 0 });
  const bins = thresholds ?? undefined;
  if (bins !== undefined) countOf(op, 'thresholds', bins, 2);
  return {
    name,
    start({ loss } = {}) {
      const reader = new LikelihoodReader(scoreForm(op, read, loss), bins === undefined);
      const kept = bins === undefined ? new KeptScores(op) : new BinnedScores(op, numbersOf(linspace(0, 1, bins)));
      return {
        update: (output, target) => kept.add(reader.read(output, target)),
        value() {
          if (kept.samples === 0) return Number.NaN;
          if (kept.mode === 'binary') return value(kept.of(0));
          if (classIndex !== undefined && classIndex >= kept.classes)
            throw new ArgumentError(`${op}: classIndex is ${classIndex}, but classes go from 0 to ${kept.classes - 1}.`);
          if (classIndex !== undefined) return value(kept.of(classIndex));
          if (average === 'micro') return value(kept.together());
          if (pairs && kept.mode === 'multi') return pairwise(kept as KeptScores, average === 'weighted');
          return overClasses(kept, value, average === 'weighted');
        },
        costly: bins === undefined,
        stateDict: () => kept.stateDict(),
        loadStateDict: (state) => kept.loadStateDict(state),
      };
    },
  };
}

/** The mean over classes, but for those where it is not defined. */
function overClasses(kept: KeptScores | BinnedScores, value: (one: Question) => number, weighted: boolean): number {
  let [sum, weights] = [0, 0];
  for (let label = 0; label < kept.classes; label++) {
    const one = kept.of(label);
    if (one.nan) return Number.NaN;
    if (kept.mode === 'multi' && one.positives === 0) continue;
    const found = value(one);
    const weight = weighted ? one.positives : 1;
    if (Number.isNaN(found) || weight === 0) continue;
    sum += weight * found;
    weights += weight;
  }
  return sum / weights;
}

/** The mean over pairs of classes, each of the two being looked for among both. */
function pairwise(kept: KeptScores, weighted: boolean): number {
  let [sum, weights] = [0, 0];
  for (let a = 0; a < kept.classes; a++)
    for (let b = a + 1; b < kept.classes; b++) {
      const [one, other] = [kept.of(a, [a, b]), kept.of(b, [a, b])];
      if (one.nan || other.nan) return Number.NaN;
      if (one.positives === 0 || other.positives === 0) continue;
      const weight = weighted ? one.total / kept.samples : 1;
      sum += (weight * (rocArea(one.points()) + rocArea(other.points()))) / 2;
      weights += weight;
    }
  return sum / weights;
}
