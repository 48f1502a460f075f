/** The statistics of one comparison. */
import type { StudyFigures, StudyRun } from '../../report/study/figures.js';
import type { ComparisonVerdict, Interval, Outcome } from '../../report/study/verdict.js';
import { deviationOf, meanOf } from '../statistics/base/differences.js';
import type { Distributions } from '../statistics/base/distributions.js';
import { bootstrapOf, bootstrapsOf } from '../statistics/intervals/bootstrap.js';
import { improvementOf } from '../statistics/intervals/improvement.js';
import { tIntervalOf, tTestOf } from '../statistics/intervals/paired-t.js';
import { detectableOf, fewestRepeats, neededFor } from '../statistics/power.js';
import { holm } from '../statistics/significance/holm.js';
import { sequentialTest } from '../statistics/significance/sequential.js';
import { wilcoxonOf } from '../statistics/significance/wilcoxon.js';
import { type Comparison, comparisonsOf, droppedComparisons, isNumber, mostlyFailed, subtract, tested } from './pairs.js';

/** The level of a study's tests, and that of its intervals. */
export const ALPHA = 0.05;
export const CONFIDENCE = 0.95;
/** More repeats than this nobody runs: none are foreseeable. */
const MOST_REPEATS = 1000;

/** A comparison, and what came of it. */
export interface Judged extends Measured {
  readonly comparison: Comparison;
  readonly adjusted: number;
  readonly outcome: Outcome;
}

/** All comparisons of a study, corrected for together. */
export function judged(d: Distributions, figures: StudyFigures): Judged[] {
  const comparisons = comparisonsOf(figures);
  const ps = comparisons.map((comparison) => tested(figures, comparison));
  const dropped: number[] = Array(droppedComparisons(figures)).fill(1);
  const adjusted = holm([...ps, ...dropped]);
  const all = comparisons.map((comparison, i) => measured(d, figures, comparison, ps[i]!, ps.length + dropped.length));
  const smallest = holm([...all.map(({ smallestP }) => smallestP), ...dropped]);
  return all.map((of, i) => ({
    ...of,
    comparison: comparisons[i]!,
    adjusted: adjusted[i]!,
    outcome: outcomeOf(figures, comparisons[i]!, of, adjusted[i]!, smallest[i]!),
  }));
}

/** Everything of a comparison that does not depend on the others. */
type Measured = Omit<ComparisonVerdict, 'adjusted' | 'outcome' | 'words'>;

/**
 * What is measured of a comparison.
 * @param p of its sign-flip test.
 * @param tests how many are corrected for together.
 */
function measured(d: Distributions, figures: StudyFigures, comparison: Comparison, p: number, tests: number): Measured {
  const { variant, against, pairs } = comparison;
  const differences = pairs.map(({ difference }) => difference);
  const n = differences.length;
  const sign = figures.metric.better === 'max' ? 1 : -1;
  const [mean, deviation] = [meanOf(differences), deviationOf(differences)];
  // Where it was looked at several times, intervals share their error among the looks, and hold whenever it ends.
  const confidence = 1 - (1 - CONFIDENCE) / Math.max(1, figures.looks?.length ?? 1);
  const alpha = ALPHA / tests;
  const detectable = n < 2 ? Number.POSITIVE_INFINITY : detectableOf(d, n, { alpha }) * deviation;
  const needed =
    n < 2 || mean === 0
      ? undefined
      : deviation === 0
        ? fewestRepeats(alpha)
        : neededFor(d, mean / deviation, { alpha, most: MOST_REPEATS });
  const interval = n > 1 ? bootstrapsOf(d, differences, { confidence }) : undefined;
  const time = timesOf(d, comparison, confidence);
  const gap = gapsOf(d, figures, comparison, confidence);
  return {
    variant: variant.name,
    against: against.name,
    repeats: pairs.map(({ repeat }) => repeat),
    differences,
    mean,
    deviation,
    ...(interval && {
      bootstrap: interval(true),
      bca: interval(false),
      t: tIntervalOf(d, differences, confidence),
    }),
    p: { signFlip: p, wilcoxon: wilcoxonOf(d, differences).p, t: n > 1 ? tTestOf(d, differences).p : 1 },
    smallestP: smallestPOf(figures, comparison),
    better: improvementOf(
      d,
      differences.map((difference) => sign * difference),
      confidence,
    ),
    ...(needed !== undefined && { repeatsNeeded: needed }),
    ...(Number.isFinite(detectable) && { detectable }),
    ...(time && { time }),
    ...(gap && { gap }),
    failed: variant.runs.filter((run) => run.failed !== undefined).length,
  };
}

/** The smallest p that so many pairs can have: that of differences of one sign. */
function smallestPOf({ looks }: StudyFigures, { pairs, done }: Comparison): number {
  if (looks === undefined || looks.length === 0) return Math.min(1, 2 ** (1 - pairs.length));
  return sequentialTest({ differences: pairs.map(() => 1), repeats: pairs.map(({ repeat }) => repeat), done, looks }).p;
}

/** The ratio of training times: a mean of ratios as such, so that twice and half cancel out. */
function timesOf(d: Distributions, { pairs }: Comparison, confidence: number): ComparisonVerdict['time'] {
  const logs = pairs
    .filter(({ run, other }) => run.seconds > 0 && other.seconds > 0)
    .map(({ run, other }) => Math.log(run.seconds / other.seconds));
  if (logs.length === 0) return undefined;
  const interval = logs.length > 1 && tIntervalOf(d, logs, confidence);
  return { ratio: Math.exp(meanOf(logs)), ...(interval && { interval: [Math.exp(interval[0]), Math.exp(interval[1])] as const }) };
}

/** How much better a run does on its training data than on test data. NaN where it was not measured. */
export function gapOf(run: StudyRun, { metric }: StudyFigures): number {
  const [train, test] = [run.scores?.train?.[metric.name], run.scores?.test?.[metric.name]];
  if (!isNumber(train) || !isNumber(test)) return Number.NaN;
  return metric.better === 'max' ? subtract(train, test) : subtract(test, train);
}

function gapsOf(d: Distributions, figures: StudyFigures, { pairs }: Comparison, confidence: number): ComparisonVerdict['gap'] {
  const differences = pairs.map(({ run, other }) => subtract(gapOf(run, figures), gapOf(other, figures))).filter(isNumber);
  if (differences.length === 0) return undefined;
  return { difference: meanOf(differences), ...(differences.length > 1 && { interval: bootstrapOf(d, differences, { confidence }) }) };
}

/** What a comparison came to. Where most runs of a side failed, nothing else is said of it than that it did worse, if it did. */
function outcomeOf(figures: StudyFigures, comparison: Comparison, of: Measured, adjusted: number, adjustedSmallest: number): Outcome {
  const outcome = scored(figures, comparison, of, adjusted, adjustedSmallest);
  if (mostlyFailed(comparison.variant) && outcome !== 'hurt') return 'failed';
  if (mostlyFailed(comparison.against) && outcome !== 'helped') return 'failed';
  return outcome;
}

/** What it came to by its scores. */
function scored(figures: StudyFigures, { done }: Comparison, of: Measured, adjusted: number, adjustedSmallest: number): Outcome {
  const n = of.differences.length;
  // Many repeats without a score are no chance: what is left tells of the lucky ones.
  if (n < done && (n < 2 || n < done / 2)) return 'failed';
  if (adjustedSmallest > ALPHA || of.bootstrap === undefined) return 'tooFew';
  const within = figures.matters;
  if (isNumber(within) && of.bootstrap.every((end) => Math.abs(end) <= within)) return 'equivalent';
  if (adjusted > ALPHA || !excludesZero(of.bootstrap)) return 'undecided';
  return of.mean > 0 === (figures.metric.better === 'max') ? 'helped' : 'hurt';
}

/** Whether 0 lies outside of an interval. */
export const excludesZero = ([low, high]: Interval): boolean => low > 0 || high < 0;
