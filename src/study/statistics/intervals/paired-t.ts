/** Student's t of paired differences. */

import type { Interval } from '../../../report/study/verdict.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { above, below } from '../../../tensor/arguments/checks.js';
import { assertDifferences, deviationOf, meanOf } from '../base/differences.js';
import { type Distributions, distributions } from '../base/distributions.js';

/** Options of {@link pairedTInterval}. */
export interface PairedTIntervalOptions {
  /** How often such intervals hold the true mean. Default: 0.95. */
  confidence?: number;
}

/** What {@link pairedTTest} gives. */
export interface PairedTResult {
  /** Student's t. Infinite where differences are equal and not 0, 0 where all are 0. */
  statistic: number;
  /** Two-sided p. */
  p: number;
}

const DEFAULTS: Required<PairedTIntervalOptions> = { confidence: 0.95 };

/**
 * Student's interval of a mean difference: mean ± t × deviation / √n, exact for normally distributed differences. As `ttest_rel(…).confidence_interval()` of SciPy.
 *
 * ```ts
 * await pairedTInterval([0.012, 0.009, 0.015, 0.011, 0.008]); // [0.0076, 0.0144]
 * ```
 * @throws {ArgumentError} for fewer than two differences, or what are no finite numbers.
 */
export async function pairedTInterval(differences: readonly number[], options: PairedTIntervalOptions = {}): Promise<Interval> {
  assertDifferences('pairedTInterval', differences, 2);
  const { confidence } = readOptions('pairedTInterval', DEFAULTS, options);
  below('pairedTInterval', 'confidence', above('pairedTInterval', 'confidence', confidence, 0), 0, 1);
  return tIntervalOf(await distributions(), differences, confidence);
}

/**
 * Student's paired t test of a mean difference of 0. As `ttest_rel` of SciPy, but that p is 1, not NaN, where all differences are 0.
 *
 * ```ts
 * (await pairedTTest([0.012, 0.009, 0.015, 0.011, 0.008])).p; // 0.0009
 * ```
 * @throws {ArgumentError} for fewer than two differences, or what are no finite numbers.
 */
export async function pairedTTest(differences: readonly number[]): Promise<PairedTResult> {
  assertDifferences('pairedTTest', differences, 2);
  return tTestOf(await distributions(), differences);
}

/** {@link pairedTInterval}, with what it needs at hand. */
export function tIntervalOf({ stdtri }: Distributions, differences: readonly number[], confidence: number): Interval {
  const n = differences.length;
  const mean = meanOf(differences);
  const half = (-stdtri(n - 1, (1 - confidence) / 2) * deviationOf(differences)) / Math.sqrt(n);
  return [mean - half, mean + half];
}

/** {@link pairedTTest}, with what it needs at hand. */
export function tTestOf({ stdtr }: Distributions, differences: readonly number[]): PairedTResult {
  const n = differences.length;
  const mean = meanOf(differences);
  if (mean === 0) return { statistic: 0, p: 1 };
  const statistic = mean / (deviationOf(differences) / Math.sqrt(n));
  return { statistic, p: Number.isFinite(statistic) ? 2 * stdtr(n - 1, -Math.abs(statistic)) : 0 };
}
