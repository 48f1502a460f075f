/** The bootstrap interval of a mean. */

import type { Interval } from '../../../report/study/verdict.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { above, assertBoolean, below, countOf } from '../../../tensor/arguments/checks.js';
import { assertDifferences, largest, meanOf } from '../base/differences.js';
import { type Distributions, distributions } from '../base/distributions.js';
import { Draws } from '../base/draws.js';
import { tIntervalOf } from './paired-t.js';

/** Options of {@link bootstrapInterval}. */
export interface BootstrapIntervalOptions {
  /** How often such intervals are to hold the true mean. Default: 0.95. */
  confidence?: number;
  /** Widened for small samples. Default: true; false gives what SciPy gives. */
  expand?: boolean;
  /** How many resamples are drawn where there are more than nine values; those of fewer are gone through, all of them. Default: 10,000. */
  resamples?: number;
  /** The seed of the drawn ones. Default: 0. */
  seed?: number;
}

const DEFAULTS: Required<BootstrapIntervalOptions> = { confidence: 0.95, expand: true, resamples: 10_000, seed: 0 };

/** Of so many values all resamples are gone through: 24,310 that differ, of 9^9. */
const COUNTED = 9;

/** Resamples of fewer values reach no farther than these, which is not far enough: of two, they hold the mean of normal ones in 71 cases of 100. */
const ENOUGH = 5;

/**
 * The bias-corrected and accelerated (BCa) bootstrap interval of a mean: which differences might as well have been seen is asked of resamples of those that were. It follows skewed data, as Student's does not.
 *
 * A bootstrap of few values is too narrow: resamples of n vary (n - 1)/n as much as samples do, and know nothing of how uncertain their own spread is.
 * Of five normal differences, a plain BCa interval of 95 % holds the mean in 84 cases of 100. Unless `expand` is false, the ends are therefore
 * taken as far out as Student's t has them, resample means are spread by n/(n - 1) (Hesterberg's two corrections), and what BCa reads from the data's skewness
 * counts n/(n + 12), since that of a few values is mostly noise. Then it is 95 in 100 of five values and more, of heavy-tailed ones (t with 3 degrees of freedom), too, and 94 of
 * mildly skewed ones (gamma, shape 4); of exponential ones it is 90 of five, 92 of seven to ten and 94 of twenty, where Student's holds 88, 89 to 90 and 92, than which it is 3 % to 7 % wider. Resamples of fewer than
 * five values do not reach far enough: then it holds Student's interval, too.
 *
 * Of up to nine values, all n^n resamples are counted, so that nothing is random; of more, `resamples` are drawn, the same for the same seed. Equal values give an interval of
 * no width. With `expand: false`, as `bootstrap(…, method='BCa')` of SciPy.
 *
 * ```ts
 * await bootstrapInterval([0.012, 0.009, 0.015, 0.011, 0.008]);
 * ```
 * @throws {ArgumentError} for fewer than two values, or what are no finite numbers.
 * @see Efron 1987, https://doi.org/10.1080/01621459.1987.10478410; Hesterberg 2015, https://doi.org/10.1080/00031305.2015.1089789
 */
export async function bootstrapInterval(values: readonly number[], options: BootstrapIntervalOptions = {}): Promise<Interval> {
  const op = 'bootstrapInterval';
  assertDifferences(op, values, 2, 'values');
  const read = readOptions(op, DEFAULTS, options);
  below(op, 'confidence', above(op, 'confidence', read.confidence, 0), 0, 1);
  assertBoolean(op, 'expand', read.expand);
  countOf(op, 'resamples', read.resamples, 1);
  countOf(op, 'seed', read.seed);
  return bootstrapOf(await distributions(), values, read);
}

/** {@link bootstrapInterval}, with what it needs at hand. */
export function bootstrapOf(d: Distributions, values: readonly number[], options: BootstrapIntervalOptions = {}): Interval {
  return bootstrapsOf(d, values, options)(options.expand ?? true);
}

/** The interval as it is with `expand` or without it, both of the same resamples. */
export function bootstrapsOf(
  d: Distributions,
  values: readonly number[],
  { confidence = 0.95, resamples = 10_000, seed = 0 }: Omit<BootstrapIntervalOptions, 'expand'> = {},
): (expand: boolean) => Interval {
  const n = values.length;
  const mean = meanOf(values);
  const spread = values.map((value) => value - mean);
  const size = largest(spread);
  if (size <= 1e-14 * largest(values)) return () => [mean, mean];
  // Around the mean, so that small differences of large values lose no digits.
  const means = n <= COUNTED ? allMeans(spread) : drawnMeans(spread, resamples, seed);
  const tie = 1e-12 * size;
  const bias = d.ndtri(Math.min(0.9999, Math.max(0.0001, (means.weightBelow(-tie) + means.weightBelow(tie)) / 2)));
  let [squares, cubes] = [0, 0];
  for (const value of spread) {
    squares += value ** 2;
    cubes += value ** 3;
  }
  const acceleration = cubes / (6 * squares ** 1.5);
  const tail = (1 - confidence) / 2;
  return (expand) => {
    const trust = expand ? n / (n + 12) : 1;
    const [z0, a] = [trust * bias, trust * acceleration];
    const z = expand ? d.stdtri(n - 1, tail) : d.ndtri(tail);
    const wider = expand ? n / (n - 1) : 1;
    const place = (at: number) => (1 - a * (z0 + at) > 0 ? d.ndtr(z0 + (z0 + at) / (1 - a * (z0 + at))) : at < 0 ? 0 : 1);
    const [low, high] = [mean + wider * means.quantile(place(z)), mean + wider * means.quantile(place(-z))];
    if (!expand || n >= ENOUGH) return [low, high];
    const [least, most] = tIntervalOf(d, values, confidence);
    return [Math.min(low, least), Math.max(high, most)];
  };
}

/** Means of resamples, each with its weight. */
interface Means {
  /** The share of those below a value. */
  weightBelow(value: number): number;
  /** Between two neighbours linearly, as NumPy's `quantile`. */
  quantile(q: number): number;
}

/** Into so many bins the means go; only the bins that are asked for are sorted. */
const BINS = 1024;

function meansOf(values: Float64Array, weights: Float64Array): Means {
  let [least, most] = [values[0]!, values[0]!];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const binOf = (value: number) => (most > least ? Math.floor(((value - least) / (most - least)) * (BINS - 1)) : 0);
  // Weights are counts of resamples, whose sums are exact up to 2^53.
  const before = new Float64Array(BINS + 1);
  const first = new Uint32Array(BINS + 1);
  for (let i = 0; i < values.length; i++) {
    const bin = binOf(values[i]!) + 1;
    before[bin]! += weights[i]!;
    first[bin]! += 1;
  }
  for (let bin = 0; bin < BINS; bin++) {
    before[bin + 1]! += before[bin]!;
    first[bin + 1]! += first[bin]!;
  }
  const members = new Uint32Array(values.length);
  const next = first.slice();
  for (let i = 0; i < values.length; i++) members[next[binOf(values[i]!)]!++] = i;
  const inBin = (bin: number) => members.subarray(first[bin], first[bin + 1]);
  const total = before[BINS]!;

  /** The mean at a place among all resamples in their order. */
  function at(place: number): number {
    let bin = 0;
    while (bin < BINS - 1 && before[bin + 1]! <= place) bin++;
    const sorted = inBin(bin).sort((a, b) => values[a]! - values[b]!);
    let upTo = before[bin]!;
    for (const i of sorted) {
      upTo += weights[i]!;
      if (upTo > place) return values[i]!;
    }
    return most;
  }
  return {
    weightBelow(value) {
      if (value <= least) return 0;
      if (value > most) return 1;
      const bin = binOf(value);
      let weight = before[bin]!;
      for (const i of inBin(bin)) if (values[i]! < value) weight += weights[i]!;
      return weight / total;
    },
    quantile(q) {
      const place = q * (total - 1);
      const low = Math.floor(place);
      const [a, b] = [at(low), at(low + 1)];
      return a + (b - a) * (place - low);
    },
  };
}

/** All n^n resamples: how often each value is in one decides its mean, and n! / (c1! … cn!) of them have the same counts. */
function allMeans(values: readonly number[]): Means {
  const n = values.length;
  const factorial = [1];
  for (let i = 1; i <= n; i++) factorial.push(factorial[i - 1]! * i);
  const size = Math.round(factorials(2 * n - 1) / (factorial[n]! * factorials(n - 1)));
  const means = new Float64Array(size);
  const weights = new Float64Array(size);
  let made = 0;
  const go = (i: number, left: number, sum: number, ways: number) => {
    if (i === n - 1) {
      means[made] = (sum + left * values[i]!) / n;
      weights[made++] = Math.round(ways / factorial[left]!);
      return;
    }
    for (let count = 0; count <= left; count++) go(i + 1, left - count, sum + count * values[i]!, ways / factorial[count]!);
  };
  go(0, n, 0, factorial[n]!);
  return meansOf(means, weights);
}

function drawnMeans(values: readonly number[], resamples: number, seed: number): Means {
  const n = values.length;
  const draws = new Draws(seed);
  const means = new Float64Array(resamples);
  for (let k = 0; k < resamples; k++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[draws.below(n)]!;
    means[k] = sum / n;
  }
  return meansOf(means, new Float64Array(resamples).fill(1));
}

const factorials = (n: number): number => (n < 2 ? 1 : n * factorials(n - 1));
