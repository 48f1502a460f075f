/** The sign-flip test of data that is looked at several times while it grows. */
import { ArgumentError } from '../../../errors.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { above, countOf, wholeNumbers } from '../../../tensor/arguments/checks.js';
import { assertDifferences, TIE, tieOf } from '../base/differences.js';
import { drawSigns } from './drawn-signs.js';
import { DRAWN, EXACT, signFlipTest } from './sign-flip.js';
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
 * differences, all patterns of signs are equally likely where there is no effect, so the chance that one of the looks so far had been at most `m` is counted exactly, over all patterns of up to 20 differences (99,999 of them drawn at random beyond); to
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

  const { p, looks } = sequentialOf(differences, { plan, repeats, done });
  return { p, decided: p <= alpha, looks };
}

/**
 * {@link sequentialTest}, its arguments checked.
 * @param of.upTo a p above this need not be exact, as long as it is above, too. Default: 1.
 */
export function sequentialOf(
  differences: readonly number[],
  { plan, repeats, done, upTo = 1 }: { plan: readonly number[]; repeats: readonly number[]; done: number; upTo?: number },
): Omit<SequentialResult, 'decided'> {
  const inOrder = repeats.map((_, i) => i).sort((a, b) => repeats[a]! - repeats[b]!);
  const ordered = inOrder.map((i) => differences[i]!);
  const taken = plan.filter((look) => look <= done);
  if (taken.length === 0) return { p: 1, looks: [] };
  const counts = taken.map((look) => repeats.filter((repeat) => repeat < look).length);
  const looks = taken.map((n, i) => ({ n, p: signFlipTest(ordered.slice(0, counts[i])).p }));
  const smallest = Math.min(...looks.map(({ p }) => p));
  const sum = (list: readonly number[]) => list.reduce((total, n) => total + attainable(smallest, n), 0);
  const ahead = sum(plan.slice(taken.length));
  return { p: Math.min(1, Math.max(smallest, smallest + ahead > upTo ? 0 : past(ordered.slice(0, counts.at(-1)))) + ahead), looks };

  /** The chance that one of the looks so far gives a p as small as the smallest seen. */
  function past(seen: readonly number[]): number {
    if (counts.length === 1 || smallest + ahead >= 1) return sum(counts);
    return Math.min(sum(counts), seen.length <= WALKED ? walked(seen, counts, smallest) : drawn(seen, counts, smallest));
  }
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

/** The largest p of at most `p` that n differences can have: a multiple of 2/2^n. */
function attainable(p: number, n: number): number {
  if (n > EXACT) return p;
  const step = 2 ** (1 - n);
  return Math.min(1, Math.floor(p / step + 1e-9) * step);
}

/** How far from 0 the sum of such differences must be for its p to be at most `p`; farther than it can be where it never is. */
function farSum(differences: readonly number[], p: number): number {
  const tie = tieOf(differences);
  const moved = differences.filter((difference) => Math.abs(difference) > tie).map(Math.abs);
  if (moved.length === 0) return Number.POSITIVE_INFINITY;
  const sums = subsetSums(moved);
  // A sum of signs is the total less twice that of its subset, and that is below the first that is one too many.
  const allowed = Math.floor(p * 2 ** (sums.n - 1) + 1e-9);
  return sums.total - 2 * sums.at(allowed, tie / 8) + tie / 2;
}

/** The share of all patterns of signs in which the sum is far from 0 at some look. */
function walked(differences: readonly number[], counts: readonly number[], p: number): number {
  const n = differences.length;
  // By symmetry the first one may stay as it is.
  let sums = Float64Array.of(differences[0]!);
  let [made, length] = [1, 1];
  let extreme = 0;
  for (const count of counts) {
    const far = farSum(differences.slice(0, count), p);
    for (; length < count; length++) {
      const difference = differences[length]!;
      const next = new Float64Array(2 * made);
      for (let k = 0; k < made; k++) {
        next[2 * k] = sums[k]! + difference;
        next[2 * k + 1] = sums[k]! - difference;
      }
      sums = next;
      made *= 2;
    }
    // Where the sum is far, all patterns that begin so count.
    let near = 0;
    for (let k = 0; k < made; k++) if (Math.abs(sums[k]!) < far) sums[near++] = sums[k]!;
    extreme += (made - near) * 2 ** (n - length);
    made = near;
  }
  return extreme / 2 ** (n - 1);
}

/** The same of patterns drawn at random, counted with the one seen. */
function drawn(differences: readonly number[], counts: readonly number[], p: number): number {
  const prefixes = counts.filter((count, i) => count > (counts[i - 1] ?? 0));
  const distances = prefixes.map(() => new Float64Array(DRAWN));
  let done = 0;
  drawSigns(differences, { prefixes, count: DRAWN, seed: 0 }, (sums, patterns) => {
    distances.forEach((of, look) => {
      for (let k = 0; k < patterns; k++) of[done + k] = Math.abs(sums[look]![k]!);
    });
    done += patterns;
  });
  const far = prefixes.map((count, look) => (count > EXACT ? farOf(distances[look]!, p) : farSum(differences.slice(0, count), p)));
  let extreme = 0;
  for (let k = 0; k < DRAWN; k++) if (far.some((least, look) => distances[look]![k]! >= least)) extreme++;
  return (extreme + 1) / (DRAWN + 1);
}

/** How far a sum must be from 0 for its p among drawn patterns to be at most `p`. */
function farOf(distances: Float64Array, p: number): number {
  const sorted = distances.slice().sort();
  const allowed = Math.floor(p * (DRAWN + 1) + 1e-9) - 1;
  // Beyond the first that is one too many; sums that miss it by a hair are equal to it.
  return (sorted[DRAWN - 1 - allowed] ?? Number.POSITIVE_INFINITY) + TIE * sorted[DRAWN - 1]!;
}
