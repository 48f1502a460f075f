/** The sign-flip test of data that is looked at several times while it grows. */
import { ArgumentError } from '../../../errors.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { above, countOf, wholeNumbers } from '../../../tensor/arguments/checks.js';
import { assertDifferences, tieOf } from '../base/differences.js';
import { Draws } from '../base/draws.js';
import { COUNTED, signFlipTest } from './sign-flip.js';
import { subsetSums } from './subset-sums.js';

/** Options of {@link sequentialTest}. */
export interface SequentialTestOptions {
  /** The differences so far, in the order in which they came. What came after the last look is left for the next one. */
  differences: readonly number[];
  /**
   * After how many repeats the data is looked at, ascending: the whole plan, looks to come included, as it was made before the first. {@link plannedLooks} makes one.
   */
  looks: readonly number[];
  /** How many repeats there can be at most; the last look, if the plan does not end with it. Default: the last of `looks`. */
  budget?: number;
  /** The repeat that each difference is of, from 0, where some have none. Default: 0, 1, 2, … */
  repeats?: readonly number[];
  /** How many repeats are done, those without a difference included. Default: as many as `repeats` speak of. */
  done?: number;
  /** The level at which `decided` is said. Default: 0.05. */
  alpha?: number;
}

/** What {@link sequentialTest} gives. */
export interface SequentialResult {
  /** Two-sided p so far. It may be read after every look, and the sampling may end by it. 1 before the first look. */
  p: number;
  /** Whether p is at most `alpha`. */
  decided: boolean;
  /** The looks that were taken, and the p of the sign-flip test at each as if it were the only one. */
  looks: { n: number; p: number }[];
}

const DEFAULTS: { [K in keyof Required<SequentialTestOptions>]: SequentialTestOptions[K] } = {
  differences: required,
  looks: required,
  budget: undefined,
  repeats: undefined,
  done: undefined,
  alpha: 0.05,
};

/** Up to so many differences all patterns of signs are gone through. */
const WALKED = 20;
const DRAWN = 49_999;

/** Options of {@link plannedLooks}. */
export interface PlannedLooksOptions {
  /** How many comparisons are corrected for together. */
  comparisons: number;
  /** How many repeats there can be at most. */
  budget: number;
  /** The level that is shared. Default: 0.05. */
  alpha?: number;
  /** How many looks at most. Default: 4. */
  most?: number;
}

/**
 * A plan for {@link sequentialTest}: the first look where the test could find something for the first time, the last where the budget ends, and some between, ever
 * farther apart. A budget with which nothing can be found has one look, at its end.
 *
 * ```ts
 * plannedLooks({ comparisons: 3, budget: 20 }); // [9, 12, 15, 20]
 * ```
 * @throws {ArgumentError} for counts that are none.
 */
export function plannedLooks(options: PlannedLooksOptions): number[] {
  const op = 'plannedLooks';
  const { comparisons, budget, alpha, most } = readOptions(op, PLANNED, options ?? null);
  countOf(op, 'comparisons', comparisons, 1);
  countOf(op, 'budget', budget, 1);
  countOf(op, 'most', most, 1);
  above(op, 'alpha', alpha, 0);
  // Fewer looks, where that lets the test find something at all.
  for (let looks = Math.min(most, budget); looks > 1; looks--) {
    const first = Math.ceil(1 + Math.log2((comparisons * looks) / alpha) - 1e-9);
    if (first + looks - 1 > budget) continue;
    const step = (budget / first) ** (1 / (looks - 1));
    const plan: number[] = [];
    for (let i = 0; i < looks; i++) plan.push(Math.max((plan.at(-1) ?? 0) + 1, Math.round(first * step ** i)));
    plan[looks - 1] = budget;
    return plan;
  }
  return [budget];
}

const PLANNED: Required<PlannedLooksOptions> = { comparisons: required, budget: required, alpha: 0.05, most: 4 };

/**
 * A group-sequential {@link signFlipTest}: the p that it gives may be looked at after each planned number of repeats, and one may stop as soon as it is small, with no more false
 * alarms than its level says. Each look has the same share of the level, and what is seen is judged by the smallest of the looks' p values, `m`. Given the magnitudes of the
 * differences, all patterns of signs are equally likely where there is no effect, so the chance that one of the looks so far had been at most `m` is counted exactly, over all patterns of up to 20 differences (drawn at random beyond); to
 * it is added what looks to come could still contribute at most. At the last look nothing is added, and p is exact.
 *
 * As a p value that holds whenever it is read, it may be corrected by {@link holm} together with those of other comparisons that were stopped at other times.
 *
 * ```ts
 * const plan = { looks: [8, 11, 15], budget: 15 };
 * const { p, decided } = sequentialTest({ differences: [1.2, 0.8, 1.1, 1.4, 0.9, 1.0, 1.3, 0.7], ...plan }); // after the first look
 * ```
 * @throws {ArgumentError} for looks that are not ascending counts, and differences that are not finite.
 * @see Jennison and Turnbull 1999, Group Sequential Methods; Maurer and Bretz 2013, https://doi.org/10.1080/19466315.2013.807748
 */
export function sequentialTest(options: SequentialTestOptions): SequentialResult {
  const op = 'sequentialTest';
  const { differences, alpha, ...rest } = readOptions(op, DEFAULTS, options ?? null) as SequentialTestOptions & { alpha: number };
  assertDifferences(op, differences);
  const plan = readPlan(op, rest);
  const repeats = rest.repeats === undefined ? differences.map((_, i) => i) : wholeNumbers(op, 'repeats', rest.repeats, { min: 0 });
  if (repeats.length !== differences.length)
    throw new ArgumentError(
      `${op}: repeats has ${repeats.length} items, differences ${differences.length}. Give the repeat of each difference.`,
    );
  const done = countOf(op, 'done', rest.done ?? Math.max(-1, ...repeats) + 1);
  above(op, 'alpha', alpha, 0);

  const inOrder = repeats.map((_, i) => i).sort((a, b) => repeats[a]! - repeats[b]!);
  const ordered = inOrder.map((i) => differences[i]!);
  const counts = plan.map((look) => repeats.filter((repeat) => repeat < look).length);
  const taken = plan.filter((look) => look <= done).length;
  const looks = plan.slice(0, taken).map((n, i) => ({ n, p: signFlipTest(ordered.slice(0, counts[i])).p }));
  const p =
    taken === 0
      ? 1
      : sequentialP(
          ordered.slice(0, counts[taken - 1]),
          looks.map(({ p: one }) => one),
          counts.slice(0, taken),
          plan,
        );
  return { p, decided: p <= alpha, looks };
}

function readPlan(op: string, { looks, budget }: Pick<SequentialTestOptions, 'looks' | 'budget'>): number[] {
  const plan = wholeNumbers(op, 'looks', looks, { min: 1 });
  const last = countOf(op, 'budget', budget ?? plan.at(-1) ?? 0, 1);
  const kept = plan.filter((look) => look < last);
  kept.push(last);
  if (plan.some((look, i) => i > 0 && look <= plan[i - 1]!))
    throw new ArgumentError(`${op}: looks are ${plan.join(', ')}, expected numbers of repeats in ascending order.`);
  return kept;
}

/** The chance that some look gives a p as small as the smallest seen. */
function sequentialP(differences: readonly number[], seen: readonly number[], counts: readonly number[], plan: readonly number[]): number {
  const smallest = Math.min(...seen);
  let ahead = 0;
  for (const look of plan.slice(seen.length)) ahead += attainable(smallest, look);
  let past = 0;
  for (const count of counts) past += attainable(smallest, count);
  const last = differences.length;
  if (counts.length > 1 && last <= COUNTED && smallest + ahead < 1) {
    const looks = counts.map((n) => ({ n, far: farSum(differences.slice(0, n), smallest) }));
    past = Math.min(past, last <= WALKED ? walked(differences, looks) : drawn(differences, looks));
  }
  return Math.min(1, Math.max(smallest, past) + ahead);
}

/** The largest p of at most `p` that n differences can have: a multiple of 2/2^n. */
function attainable(p: number, n: number): number {
  if (n > COUNTED) return p;
  const step = 2 ** (1 - n);
  return Math.min(1, Math.floor(p / step + 1e-9) * step);
}

/** A number of differences, and how far their sum must be from 0 for the p of that look to be small enough. */
interface Look {
  readonly n: number;
  readonly far: number;
}

/** How far from 0 the sum of such differences must be for its p to be at most `p`; infinity where it cannot be. */
function farSum(differences: readonly number[], p: number): number {
  const tie = tieOf(differences);
  const moved = differences.filter((difference) => Math.abs(difference) > tie).map(Math.abs);
  if (moved.length === 0) return Number.POSITIVE_INFINITY;
  const sums = subsetSums(moved);
  const allowed = p * 2 ** (sums.n - 1) + 1e-9;
  // The largest sum of a subset of which few enough are at most as large; a sum of signs is the total less twice that of its subset.
  let low = -tie;
  let high = sums.total / 2;
  if (sums.atMost(0) > allowed) return Number.POSITIVE_INFINITY;
  while (high - low > tie / 8) {
    const middle = (low + high) / 2;
    if (sums.atMost(middle) <= allowed) low = middle;
    else high = middle;
  }
  return sums.total - 2 * low + tie / 2;
}

/** The share of all patterns of signs in which the sum is far from 0 at some look. */
function walked(differences: readonly number[], looks: readonly Look[]): number {
  const far = new Float64Array(differences.length + 1).fill(Number.POSITIVE_INFINITY);
  for (const look of looks) far[look.n] = Math.min(far[look.n]!, look.far);
  // By symmetry the first one may stay as it is. Where the sum is far, all patterns that begin so count.
  const from = (i: number, sum: number): number => {
    if (Math.abs(sum) >= far[i]!) return 2 ** (differences.length - i);
    if (i === differences.length) return 0;
    return from(i + 1, sum + differences[i]!) + from(i + 1, sum - differences[i]!);
  };
  return from(1, differences[0]!) / 2 ** (differences.length - 1);
}

/** The same of patterns drawn at random, counted with the one seen. */
function drawn(differences: readonly number[], looks: readonly Look[]): number {
  const draws = new Draws(0);
  let extreme = 0;
  for (let k = 0; k < DRAWN; k++) {
    let sum = 0;
    let bits = 0;
    let next = 0;
    for (let i = 0; i < differences.length; i++) {
      bits = i % 32 === 0 ? draws.bits() : bits >>> 1;
      sum += bits & 1 ? differences[i]! : -differences[i]!;
      while (next < looks.length && looks[next]!.n <= i + 1) {
        if (Math.abs(sum) >= looks[next++]!.far) {
          extreme++;
          i = differences.length;
          break;
        }
      }
    }
  }
  return (extreme + 1) / (DRAWN + 1);
}
