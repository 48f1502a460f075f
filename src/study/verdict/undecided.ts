/** What a study that runs until it is decided has still to find out. */
import type { StudyFigures } from '../../report/study/figures.js';
import { deviationOf, meanOf } from '../statistics/base/differences.js';
import { distributions } from '../statistics/base/distributions.js';
import { powerOf } from '../statistics/power.js';
import { holm } from '../statistics/significance/holm.js';
import { comparisonsOf, tested } from './pairs.js';

/** A comparison that more repeats may decide. */
export interface UndecidedComparison {
  variant: string;
  against: string;
  /** The p of its sequential test so far. */
  p: number;
  /** The same after Holm's correction. */
  adjusted: number;
}

/** The level of a study's tests. */
const ALPHA = 0.05;
/** A comparison is given up where the whole budget would decide it with a smaller chance than this, were the effect as large as it may well be. */
const HOPE = 0.1;

/**
 * The comparisons that are still open: not decided after correction, and not beyond hope within the budget, which is the last of `figures.looks`. A
 * comparison is given up as futile where even an effect at the far end of its 95 % interval would be found with less than 10 % chance by the whole
 * budget; that costs nothing in false alarms. A comparison with fewer than two pairs is open.
 *
 * ```ts
 * for (const { variant, against } of await undecided(figures)) console.log(`${variant} against ${against} needs more seeds`);
 * ```
 * @throws {ArgumentError} for figures whose baseline or pairs name variants that they do not have.
 */
export async function undecided(figures: StudyFigures): Promise<UndecidedComparison[]> {
  const d = await distributions();
  const comparisons = comparisonsOf(figures);
  const ps = comparisons.map((comparison) => tested(figures, comparison));
  const adjusted = holm(ps);
  const budget = figures.looks?.at(-1) ?? figures.repeats;
  return comparisons.flatMap(({ variant, against, pairs, done }, i) => {
    if (adjusted[i]! <= ALPHA || done >= budget) return [];
    const n = pairs.length;
    if (n >= 2) {
      const differences = pairs.map(({ difference }) => difference);
      const deviation = deviationOf(differences);
      const most = Math.abs(meanOf(differences)) - (d.stdtri(n - 1, 0.025) * deviation) / Math.sqrt(n);
      if (most === 0 || powerOf(d, deviation === 0 ? 1e9 : most / deviation, budget, ALPHA / comparisons.length) < HOPE) return [];
    }
    return [{ variant: variant.name, against: against.name, p: ps[i]!, adjusted: adjusted[i]! }];
  });
}
