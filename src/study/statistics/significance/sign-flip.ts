/** The exact test of paired differences by their signs. */

import { readOptions } from '../../../tensor/arguments/arguments.js';
import { countOf } from '../../../tensor/arguments/checks.js';
import { assertDifferences, meanOf, tieOf } from '../base/differences.js';
import { drawSigns } from './drawn-signs.js';
import { subsetSums } from './subset-sums.js';

/** Options of {@link signFlipTest}. */
export interface SignFlipTestOptions {
  /** Above so many differences that are not 0, patterns of signs are drawn at random instead of being counted. Default: 30; 40 at most, which takes a tenth of a second. */
  exactUpTo?: number;
  /** How many are drawn. Default: 99,999. */
  resamples?: number;
  /** The seed of the drawn ones. Default: 0. */
  seed?: number;
}

/** What {@link signFlipTest} gives. */
export interface SignFlipResult {
  /** The mean difference. NaN of none. */
  statistic: number;
  /** Two-sided p. */
  p: number;
  /** Whether all patterns were counted. */
  exact: boolean;
}

/** The most differences whose patterns are counted: 2^20 sums a half. */
const COUNTED = 40;
/** So many are counted, and of more so many patterns drawn, unless something else is asked for. */
export const EXACT = 30;
export const DRAWN = 99_999;

const DEFAULTS: Required<SignFlipTestOptions> = { exactUpTo: EXACT, resamples: DRAWN, seed: 0 };

/**
 * The sign-flip (paired permutation) test of a mean difference of 0: were it chance alone, each difference might as well have had the other sign, so p is the share
 * of the 2^n patterns of signs whose mean is at least as far from 0 as the one seen. No distribution is assumed but that differences are
 * symmetric around 0 where there is no effect. p cannot be smaller than 2/2^n: five differences cannot reach 0.05.
 *
 * All patterns are counted for up to 30 differences; beyond, p is (k + 1)/(resamples + 1) of randomly drawn ones, which is valid, too. Differences of 0 say nothing either
 * way and change nothing; ties are counted as in SciPy's `permutation_test(…, permutation_type='samples')`. No differences, or zeros alone, give p = 1.
 *
 * ```ts
 * signFlipTest([0.012, 0.009, 0.015, 0.011, 0.008, 0.014]).p; // 0.03125: all six are positive
 * ```
 * @throws {ArgumentError} for what is not a list of finite numbers.
 * @see Fisher 1935, The Design of Experiments, §21; Phipson and Smyth 2010, https://doi.org/10.2202/1544-6115.1585
 */
export function signFlipTest(differences: readonly number[], options: SignFlipTestOptions = {}): SignFlipResult {
  assertDifferences('signFlipTest', differences);
  const { exactUpTo, resamples, seed } = readOptions('signFlipTest', DEFAULTS, options);
  countOf('signFlipTest', 'resamples', resamples, 1);
  countOf('signFlipTest', 'seed', seed);
  const tie = tieOf(differences);
  const moved = differences.filter((difference) => Math.abs(difference) > tie);
  const statistic = meanOf(differences);
  const exact = moved.length <= Math.min(countOf('signFlipTest', 'exactUpTo', exactUpTo), COUNTED);
  return { statistic, p: exact ? countedP(moved, tie) : drawnP(moved, tie, resamples, seed), exact };
}

function countedP(differences: readonly number[], tie: number): number {
  const seen = Math.abs(sumOf(differences));
  if (seen <= tie) return 1;
  const sums = subsetSums(differences.map(Math.abs));
  return Math.min(1, (2 * sums.atMost((sums.total - seen + tie) / 2)) / 2 ** sums.n);
}

function drawnP(differences: readonly number[], tie: number, resamples: number, seed: number): number {
  const seen = Math.abs(sumOf(differences)) - tie;
  let extreme = 0;
  drawSigns(differences, { prefixes: [differences.length], count: resamples, seed }, ([sums], patterns) => {
    for (let k = 0; k < patterns; k++) if (Math.abs(sums![k]!) >= seen) extreme++;
  });
  return (extreme + 1) / (resamples + 1);
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
