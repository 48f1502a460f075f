/** ROC and precision-recall curves. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { ArgumentError } from '../../../errors.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { assertBoolean, wholeNumber } from '../../../tensor/arguments/checks.js';
import { fromTypedArray } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Loss } from '../../types.js';
import { checkClassOptions } from '../forms/answers.js';
import { LikelihoodReader } from '../forms/likelihoods.js';
import { SCORE_OPTIONS, type ScoreOptions, scoreForm } from '../forms/score-options.js';
import { KeptScores } from './kept-scores.js';
import type { Points } from './points.js';

/** The options of {@link rocCurve} and {@link precisionRecallCurve}. */
export interface CurveOptions extends Omit<ScoreOptions, 'name'> {
  /** The class, or label, whose curve it is, against the rest. Needed where there are several. */
  classIndex?: number;
  /** Whether points are left out that lie on the line between their neighbours. Default: rocCurve true, precisionRecallCurve false. */
  dropIntermediate?: boolean;
  /** The loss, which tells whether outputs are logits or probabilities. Default: none. */
  loss?: Loss;
}

/** A ROC curve, from (0, 0) to (1, 1). */
export interface RocCurve {
  /** The share of what is not true that reaches the threshold, rising. */
  readonly fpr: Tensor;
  /** The share of what is true that does. */
  readonly tpr: Tensor;
  /** The thresholds, falling; the first, which nothing reaches, is infinite. */
  readonly thresholds: Tensor;
}

/** A precision-recall curve; its last point, of precision 1 and recall 0, has no threshold. */
export interface PrecisionRecallCurve {
  /** Of what reaches the threshold, the share that is true. */
  readonly precision: Tensor;
  /** Of what is true, the share that reaches the threshold, falling. */
  readonly recall: Tensor;
  /** The thresholds, rising: one fewer than points. */
  readonly thresholds: Tensor;
}

interface Wanted {
  readonly points: Points;
  readonly drop: boolean;
}

function curvePoints(op: string, output: Tensor, target: Tensor, options: CurveOptions, drop: boolean): Wanted {
  const defaults = {
    ...SCORE_OPTIONS,
    classIndex: required as number | undefined,
    dropIntermediate: drop,
    loss: required as Loss | undefined,
  };
  const { classIndex, dropIntermediate, loss, ...read } = readOptions(op, defaults, options);
  const form = scoreForm(op, read, loss);
  checkClassOptions(op, form);
  assertBoolean(op, 'dropIntermediate', dropIntermediate);
  if (classIndex !== undefined) wholeNumber(op, 'classIndex', classIndex, { min: 0 });
  const kept = new KeptScores(op);
  noGrad(() => kept.add(new LikelihoodReader(form, true).read(output, target)));
  if (kept.mode !== 'binary' && classIndex === undefined)
    throw new ArgumentError(`${op}: there are ${kept.classes} classes, and each has its own curve. Choose one: classIndex: 1.`);
  if (classIndex !== undefined && kept.mode !== 'binary' && classIndex >= kept.classes)
    throw new ArgumentError(`${op}: classIndex is ${classIndex}, but classes go from 0 to ${kept.classes - 1}.`);
  const asked = kept.of(kept.mode === 'binary' ? 0 : classIndex!);
  if (asked.total === 0) throw new ArgumentError(`${op}: there is no sample that counts, expected at least one.`);
  if (asked.nan) throw new ArgumentError(`${op}: some scores are NaN, which have no order.`);
  return { points: asked.points(), drop: dropIntermediate };
}

/** The points between the first and the last that `keep` says yes to. */
function thinned({ thresholds, hits, misses }: Points, keep: (i: number) => boolean): Points {
  const last = hits.length - 1;
  const kept = (list: Float64Array) => list.filter((_, i) => i === 0 || i === last || keep(i));
  return { thresholds: kept(thresholds), hits: kept(hits), misses: kept(misses) };
}

const shares = (counts: Float64Array): number[] => Array.from(counts, (count) => count / counts.at(-1)!);

/**
 * The ROC curve: what share of true and of other samples reaches each threshold. NaN where there is none of a kind.
 * @param output scores: [N] with `mode: 'binary'`, or [N, C] with `classIndex`. @param target 0 and 1, or class numbers.
 * @param options classIndex, dropIntermediate (default true), and how outputs are read: mode, logits, ignoreIndex, loss.
 * @returns fpr, tpr and thresholds, float64 tensors of one length.
 * @throws {ArgumentError} for targets that are not classes, NaN scores, and where the form does not tell what is meant.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_curve.html
 * @example
 * rocCurve(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1]), { mode: 'binary' }).tpr; // [0.0, 0.5, 0.5, 1.0, 1.0]
 */
export function rocCurve(output: Tensor, target: Tensor, options: CurveOptions = {}): RocCurve {
  const { points, drop } = curvePoints('rocCurve', output, target, options, true);
  const bends = (list: Float64Array, i: number) => list[i + 1]! - 2 * list[i]! + list[i - 1]! !== 0;
  const { thresholds, hits, misses } = drop ? thinned(points, (i) => bends(points.hits, i) || bends(points.misses, i)) : points;
  const list = (first: number, values: Iterable<number>) => fromTypedArray(Float64Array.from([first, ...values]));
  const [allHits, allMisses] = [hits.at(-1)!, misses.at(-1)!];
  return {
    fpr: list(allMisses === 0 ? Number.NaN : 0, shares(misses)),
    tpr: list(allHits === 0 ? Number.NaN : 0, shares(hits)),
    thresholds: list(Number.POSITIVE_INFINITY, thresholds),
  };
}

/**
 * The precision-recall curve. Where nothing is true, recall is 1 at every threshold, as in scikit-learn.
 * @param output scores: [N] with `mode: 'binary'`, or [N, C] with `classIndex`. @param target 0 and 1, or class numbers.
 * @param options classIndex, dropIntermediate (default false), and how outputs are read: mode, logits, ignoreIndex, loss.
 * @returns precision, recall and thresholds, float64 tensors; the thresholds are one fewer.
 * @throws {ArgumentError} for targets that are not classes, NaN scores, and where the form does not tell what is meant.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.precision_recall_curve.html
 * @example
 * precisionRecallCurve(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1]), { mode: 'binary' }).recall; // [1.0, 1.0, 0.5, 0.5, 0.0]
 */
export function precisionRecallCurve(output: Tensor, target: Tensor, options: CurveOptions = {}): PrecisionRecallCurve {
  const { points, drop } = curvePoints('precisionRecallCurve', output, target, options, false);
  const moves = (i: number) => points.hits[i] !== points.hits[i - 1] || points.hits[i + 1] !== points.hits[i];
  const { thresholds, hits, misses } = drop ? thinned(points, moves) : points;
  const none = hits.at(-1) === 0;
  const rising = (values: readonly number[], last: number) => fromTypedArray(Float64Array.from([...values].reverse().concat(last)));
  return {
    precision: rising(
      Array.from(hits, (hit, i) => hit / (hit + misses[i]!)),
      1,
    ),
    recall: rising(none ? Array.from(hits, () => 1) : shares(hits), 0),
    thresholds: fromTypedArray(thresholds.slice().reverse()),
  };
}
