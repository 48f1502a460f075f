/** Histograms, as NumPy counts them and TensorBoard keeps them. */
import { ArgumentError } from '../../errors.js';
import { oneOf, unexpected, wholeNumber } from '../../tensor/arguments/checks.js';
import { BIN_RULES, type BinRule, estimatedBins, extent, pairwiseSum } from './histogram-bins.js';
import type { SummaryValue } from './scalar.js';
import { numbersOf } from './values.js';

/** TensorFlow's limits: from -1e20 to 1e20, each a tenth away from 0 farther than the one before it. */
const tensorflowBins = (() => {
  const limits: number[] = [];
  for (let v = 1e-12; v < 1e20; v *= 1.1) limits.push(v);
  return Float64Array.of(...limits.map((v) => -v).reverse(), 0, ...limits);
})();

/**
 * The histogram of `values`; NaN is in no bin.
 * @param bins `'tensorflow'`, a rule of NumPy's by name, how many equal ones, or their limits.
 */
export function histogramSummary(op: string, tag: string, values: unknown, bins: unknown, maxBins: number | null): SummaryValue {
  const { bucketLimits: bucketLimit, bucketCounts: bucket, ...numbers } = countHistogram(op, tag, values, bins, maxBins);
  return { tag, value: { case: 'histo', value: { ...numbers, bucketLimit, bucket } } };
}

/** A histogram as {@link rawHistogramSummary} takes it: plain data. */
export interface CountedHistogram {
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly bucketLimits: number[];
  readonly bucketCounts: number[];
}

/** Counts what {@link histogramSummary} writes. */
export function countHistogram(op: string, tag: string, values: unknown, bins: unknown, maxBins: number | null): CountedHistogram {
  const { data } = numbersOf(op, 'values', values);
  if (data.length === 0) throw new ArgumentError(`${op}: values has no element, expected at least one.`);
  const x = data instanceof Float64Array ? data : Float64Array.from(data);
  let { counts, limits } = count(op, x, bins);
  if (maxBins !== null && counts.length > wholeNumber(op, 'maxBins', maxBins, { min: 1 }))
    ({ counts, limits } = fewer(counts, limits, maxBins));

  const start = counts.findIndex((n) => n > 0);
  if (start < 0)
    throw new ArgumentError(
      `${op}: none of the ${x.length} values of ${tag} lies in a bin: ${Number.isFinite(x[0]) ? `the first is ${x[0]}` : 'they are not finite'}.`,
    );
  const end = counts.findLastIndex((n) => n > 0) + 1;
  // TensorBoard keeps the upper limits only: an empty bin in front says where the first one begins.
  const bucketCounts = start > 0 ? counts.slice(start - 1, end) : [0, ...counts.slice(0, end)];
  const bucketLimits = Array.from(limits.slice(start, end + 1));
  const [min, max] = extent(x);
  const squares = x.map((v) => v * v);
  return { min, max, num: x.length, sum: pairwiseSum(x), sumSquares: pairwiseSum(squares), bucketLimits, bucketCounts };
}

interface Counted {
  counts: number[];
  limits: ArrayLike<number> & { slice(start: number, end: number): ArrayLike<number> };
}

function count(op: string, x: Float64Array, bins: unknown): Counted {
  if (bins === 'tensorflow') return { counts: countBetween(x, tensorflowBins), limits: tensorflowBins };
  if (typeof bins === 'string')
    return countEqual(op, x, estimatedBins(x, oneOf(op, 'bins', bins, ['tensorflow', ...BIN_RULES]) as BinRule, countIn));
  if (typeof bins === 'number') return countEqual(op, x, wholeNumber(op, 'bins', bins, { min: 1, max: 2 ** 24 }));
  const limits = numbersOf(op, 'bins', bins).data;
  if (limits.length < 2) throw unexpected(op, 'bins', bins, 'at least two limits');
  for (let i = 1; i < limits.length; i++)
    if (!(limits[i]! >= limits[i - 1]!))
      throw new ArgumentError(`${op}: the limits in bins do not increase: ${limits[i - 1]} and then ${limits[i]}, at ${i - 1} and ${i}.`);
  return { counts: countBetween(x, limits), limits: Float64Array.from(limits) };
}

/** How many values lie between neighbouring limits; the last bin has its upper limit in it. */
function countBetween(x: Float64Array, limits: ArrayLike<number>): number[] {
  const last = limits.length - 1;
  const counts = new Array<number>(last).fill(0);
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    if (!(value >= limits[0]! && value <= limits[last]!)) continue;
    // How many limits are at most `value`.
    let [low, high] = [0, last + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (limits[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    counts[Math.min(low - 1, last - 1)]!++;
  }
  return counts;
}

function countEqual(op: string, x: Float64Array, bins: number): Counted {
  const [min, max] = extent(x);
  if (!Number.isFinite(min) || !Number.isFinite(max))
    throw new ArgumentError(
      `${op}: the values reach from ${min} to ${max}, which equal bins cannot be laid over. Use bins: 'tensorflow', or give limits.`,
    );
  return countIn(x, bins, min === max ? [min - 0.5, max + 0.5] : [min, max]);
}

/** NumPy's way with equal bins: the place is computed, and corrected by a limit. */
function countIn(x: Float64Array, bins: number, [first, last]: readonly [number, number]): Counted {
  const width = last - first;
  const limits = new Float64Array(bins + 1);
  const step = width / bins;
  for (let i = 0; i < bins; i++) limits[i] = first + i * step;
  limits[bins] = last;
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    let at = Math.trunc(((value - first) / width) * bins);
    if (at === bins) at--;
    if (value < limits[at]!) at--;
    if (value >= limits[at + 1]! && at !== bins - 1) at++;
    counts[at]!++;
  }
  return { counts, limits };
}

/** Neighbouring bins put together, until there are about `most`. */
function fewer(counts: number[], limits: ArrayLike<number>, most: number): Counted {
  const by = Math.floor(counts.length / most);
  const remainder = counts.length % by;
  const padded = remainder === 0 ? counts : [...counts, ...new Array<number>(by - remainder).fill(0)];
  const out: number[] = [];
  for (let i = 0; i < padded.length; i += by) out.push(padded.slice(i, i + by).reduce((sum, n) => sum + n, 0));
  const kept: number[] = [];
  for (let i = 0; i < counts.length; i += by) kept.push(limits[i]!);
  return { counts: out, limits: [...kept, limits[limits.length - 1]!] };
}

/** A histogram that was counted elsewhere. */
export function rawHistogramSummary(
  op: string,
  tag: string,
  { min, max, num, sum, sumSquares }: Readonly<Record<'min' | 'max' | 'num' | 'sum' | 'sumSquares', number>>,
  bucketLimits: unknown,
  bucketCounts: unknown,
): SummaryValue {
  const bucketLimit = Array.from(numbersOf(op, 'bucketLimits', bucketLimits).data);
  const bucket = Array.from(numbersOf(op, 'bucketCounts', bucketCounts).data);
  if (bucketLimit.length !== bucket.length)
    throw new ArgumentError(
      `${op}: there are ${bucketLimit.length} bucketLimits and ${bucket.length} bucketCounts, expected the same number of both.`,
    );
  return { tag, value: { case: 'histo', value: { min, max, num, sum, sumSquares, bucketLimit, bucket } } };
}
