/** precision, recall, F scores, specificity and Jaccard's index. */
import { atLeast } from '../../../tensor/arguments/checks.js';
import { isOptions } from '../../../tensor/arguments/show.js';
import type { Metric } from '../../types.js';
import { type AverageOptions, averaged, type Fraction } from './averages.js';

/** @internal Of the answers of a class, the share that is right. */
export const precisionOf: Fraction = ({ hits, predicted }) => [hits, predicted];
/** @internal Of the samples of a class, the share that is found. */
export const recallOf: Fraction = ({ hits, truth }) => [hits, truth];
/** @internal The harmonic mean of both, recall counting beta times as much. */
export const fOf =
  (beta: number): Fraction =>
  ({ hits, predicted, truth }) => [(1 + beta ** 2) * hits, beta ** 2 * truth + predicted];

/**
 * Of the answers of a class, the share that is right: tp / (tp + fp); one number of all classes by `average`.
 * @param options average (default `macro`, in binary mode the score of class 1), classIndex, zeroDivision (default 0), and what
 *   {@link accuracy} takes to read outputs: mode, threshold, logits, ignoreIndex, numClasses, name.
 * @throws {ArgumentError} for targets that are not classes, and where the form does not tell what is meant.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.precision_score.html
 * @example
 * score(precision(), tensor([0, 1, 1, 2], { dtype: 'int64' }), tensor([0, 1, 2, 2])); // 0.8333333333333334
 */
export function precision(options: AverageOptions = {}): Metric {
  return averaged('precision', options, precisionOf);
}

/**
 * Of the samples of a class, the share that is found: tp / (tp + fn), also called sensitivity. Options as {@link precision}.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.recall_score.html
 * @example
 * score(recall({ classIndex: 2 }), tensor([0, 1, 1, 2], { dtype: 'int64' }), tensor([0, 1, 2, 2])); // 0.5
 */
export function recall(options: AverageOptions = {}): Metric {
  return averaged('recall', options, recallOf);
}

/**
 * F1, the harmonic mean of {@link precision} and {@link recall}: 2 tp / (2 tp + fp + fn). Options as {@link precision}.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.f1_score.html
 * @example
 * score(f1({ average: 'weighted' }), tensor([0, 1, 1, 2], { dtype: 'int64' }), tensor([0, 1, 2, 2])); // 0.75
 */
export function f1(options: AverageOptions = {}): Metric {
  return averaged('f1', options, fOf(1));
}

/** The options of {@link fBeta}. */
export interface FBetaOptions extends AverageOptions {
  /** How many times as much recall counts as precision. Default: 1. */
  beta?: number;
}

/**
 * The harmonic mean of {@link precision} and {@link recall}, recall counting `beta` times as much. Other options as {@link precision}.
 * @throws {ArgumentError} for a negative beta.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.fbeta_score.html
 * @example
 * score(fBeta({ beta: 2, mode: 'binary' }), tensor([0.9, 0.2, 0.6]), tensor([1, 1, 0])); // 0.5
 */
export function fBeta(options: FBetaOptions = {}): Metric {
  if (!isOptions(options)) return averaged('fBeta', options, fOf(1)); // which refuses it
  const { beta = 1, ...rest } = options as FBetaOptions;
  return averaged('fBeta', rest, fOf(atLeast('fBeta', 'beta', beta, 0)));
}

/**
 * Of the samples that are not of a class, the share that is not taken for it: tn / (tn + fp). Options as {@link precision}.
 * @see https://lightning.ai/docs/torchmetrics/stable/classification/specificity.html
 * @example
 * score(specificity(), tensor([0, 1, 1, 2], { dtype: 'int64' }), tensor([0, 1, 2, 2])); // 0.8888888888888888
 */
export function specificity(options: AverageOptions = {}): Metric {
  return averaged('specificity', options, ({ hits, predicted, truth, total }) => [total - predicted - truth + hits, total - truth]);
}

/**
 * Jaccard's index, intersection over union: tp / (tp + fp + fn). Options as {@link precision}; for masks [N, C, H, W] it is the mean IoU.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.jaccard_score.html
 * @example
 * score(jaccard({ average: 'micro' }), tensor([0, 1, 1, 2], { dtype: 'int64' }), tensor([0, 1, 2, 2])); // 0.6
 */
export function jaccard(options: AverageOptions = {}): Metric {
  return averaged('jaccard', options, ({ hits, predicted, truth }) => [hits, predicted + truth - hits]);
}
