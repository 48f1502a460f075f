/** Wilcoxon's test of paired differences by their ranks. */
import { assertDifferences, tieOf } from '../base/differences.js';
import { type Distributions, distributions } from '../base/distributions.js';

/** What {@link wilcoxonTest} gives. */
export interface WilcoxonResult {
  /** The smaller of the sums of ranks of positive and of negative differences. */
  statistic: number;
  /** Two-sided p. */
  p: number;
  /** Whether it was counted, not approximated. */
  exact: boolean;
}

/** Up to so many differences other than 0, p is counted. */
const COUNTED = 50;

/**
 * Wilcoxon's signed-rank test of a median difference of 0. Differences of 0 are left out, equal magnitudes share their mean rank. Up to 50 differences p is exact, ties included; beyond, it is the normal
 * approximation, corrected for ties. As `wilcoxon` of SciPy, which leaves exactness with ties at 13 differences. Without any difference, p is 1.
 *
 * ```ts
 * (await wilcoxonTest([0.012, 0.009, -0.002, 0.011, 0.008, 0.014])).p; // 0.0625
 * ```
 * @throws {ArgumentError} for what is not a list of finite numbers.
 * @see Wilcoxon 1945, https://doi.org/10.2307/3001968
 */
export async function wilcoxonTest(differences: readonly number[]): Promise<WilcoxonResult> {
  assertDifferences('wilcoxonTest', differences);
  return wilcoxonOf(await distributions(), differences);
}

/** {@link wilcoxonTest}, with what it needs at hand. */
export function wilcoxonOf({ ndtr }: Distributions, differences: readonly number[]): WilcoxonResult {
  const tie = tieOf(differences);
  const moved = differences.filter((difference) => Math.abs(difference) > tie);
  moved.sort((a, b) => Math.abs(a) - Math.abs(b));
  const n = moved.length;
  if (n === 0) return { statistic: 0, p: 1, exact: true };
  // Twice the ranks, so that means of two are whole.
  const ranks: number[] = [];
  let ties = 0;
  for (let from = 0; from < n; ) {
    let to = from + 1;
    while (to < n && Math.abs(moved[to]!) - Math.abs(moved[to - 1]!) <= tie) to++;
    for (let i = from; i < to; i++) ranks.push(from + 1 + to);
    ties += (to - from) ** 3 - (to - from);
    from = to;
  }
  const positive = ranks.reduce((sum, rank, i) => sum + (moved[i]! > 0 ? rank : 0), 0);
  const total = n * (n + 1);
  const smaller = Math.min(positive, total - positive);
  const exact = n <= COUNTED;
  return { statistic: smaller / 2, p: exact ? countedP(ranks, smaller) : normalP(), exact };

  function normalP(): number {
    const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1) - ties / 2) / 24);
    const z = (smaller / 2 - total / 4) / deviation;
    return Math.min(1, 2 * ndtr(z));
  }
}

/** Twice the share of the 2^n patterns of signs whose positive ranks add up to at most `most`. */
function countedP(ranks: readonly number[], most: number): number {
  let shares = new Float64Array(most + 1);
  shares[0] = 1;
  for (const rank of ranks) {
    const next = new Float64Array(most + 1);
    for (let sum = 0; sum <= most; sum++) next[sum] = (shares[sum]! + (sum >= rank ? shares[sum - rank]! : 0)) / 2;
    shares = next;
  }
  let share = 0;
  for (const one of shares) share += one;
  return Math.min(1, 2 * share);
}
