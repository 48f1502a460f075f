/** How often a variant is better. */

import type { Interval } from '../../../report/study/verdict.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { above, below } from '../../../tensor/arguments/checks.js';
import { assertDifferences, tieOf } from '../base/differences.js';
import { type Distributions, distributions } from '../base/distributions.js';

/** Options of {@link probabilityOfImprovement}. */
export interface ProbabilityOfImprovementOptions {
  /** How often such intervals hold the true probability. Default: 0.95. */
  confidence?: number;
}

/** What {@link probabilityOfImprovement} gives. */
export interface ImprovementResult {
  /** The share of differences above 0, those of 0 counted half. */
  probability: number;
  /** Its interval. */
  interval: Interval;
}

const DEFAULTS: Required<ProbabilityOfImprovementOptions> = { confidence: 0.95 };

/**
 * The probability that the first of a pair beats the second on a new seed: the share of differences above 0, those of 0 counted half, and its exact (Clopper–Pearson) interval. Of no
 * differences nothing is known: 0.5, from 0 to 1.
 *
 * ```ts
 * await probabilityOfImprovement([0.012, 0.009, -0.002, 0.011, 0]); // { probability: 0.7, interval: [0.21, 0.98] }
 * ```
 * @throws {ArgumentError} for what is not a list of finite numbers.
 * @see Bouthillier et al. 2021, https://arxiv.org/abs/2103.03098; Clopper and Pearson 1934, https://doi.org/10.1093/biomet/26.4.404
 */
export async function probabilityOfImprovement(
  differences: readonly number[],
  options: ProbabilityOfImprovementOptions = {},
): Promise<ImprovementResult> {
  assertDifferences('probabilityOfImprovement', differences);
  const { confidence } = readOptions('probabilityOfImprovement', DEFAULTS, options);
  below('probabilityOfImprovement', 'confidence', above('probabilityOfImprovement', 'confidence', confidence, 0), 0, 1);
  return improvementOf(await distributions(), differences, confidence);
}

/** {@link probabilityOfImprovement}, with what it needs at hand. */
export function improvementOf({ incbi }: Distributions, differences: readonly number[], confidence = 0.95): ImprovementResult {
  const n = differences.length;
  if (n === 0) return { probability: 0.5, interval: [0, 1] };
  const tie = tieOf(differences);
  let wins = 0;
  for (const difference of differences) wins += difference > tie ? 1 : difference < -tie ? 0 : 0.5;
  const tail = (1 - confidence) / 2;
  return {
    probability: wins / n,
    interval: [wins === 0 ? 0 : incbi(wins, n - wins + 1, tail), wins === n ? 1 : incbi(wins + 1, n - wins, 1 - tail)],
  };
}
