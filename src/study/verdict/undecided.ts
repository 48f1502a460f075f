/** What a study that runs until it is decided has still to find out. */
import { checkFigures } from '../../report/study/check.js';
import type { StudyFigures } from '../../report/study/figures.js';
import { distributions } from '../statistics/base/distributions.js';
import { powerOf } from '../statistics/power.js';
import { ALPHA, type Judged, judged } from './compare.js';

/** A comparison that more repeats may decide. */
export interface UndecidedComparison {
  variant: string;
  against: string;
  /** The p of its sequential test so far. */
  p: number;
  /** The same after Holm's correction. */
  adjusted: number;
}

/** A comparison is given up where the whole budget would decide it with a smaller chance than this, were the effect as large as it may well be. */
const HOPE = 0.1;

/**
 * The comparisons that are still open: neither decided, as {@link studyVerdict} decides, nor beyond hope within the budget, which is the last of `figures.looks`. A
 * comparison is given up as futile where even an effect at the far end of its 95 % interval would be found with less than 10 % chance by the whole
 * budget; that costs nothing in false alarms. A comparison with fewer than two pairs is open; one that failed, and
 * one whose interval lies within what matters to nobody, is closed.
 *
 * ```ts
 * for (const { variant, against } of await undecided(figures)) console.log(`${variant} against ${against} needs more seeds`);
 * ```
 * @throws {ArgumentError} for figures whose baseline or pairs name variants that they do not have.
 */
export async function undecided(figures: StudyFigures): Promise<UndecidedComparison[]> {
  checkFigures('undecided', figures);
  const d = await distributions();
  const all = judged(d, figures);
  const budget = figures.looks?.at(-1) ?? figures.repeats;
  const futile = ({ differences, mean, deviation }: Judged) => {
    const n = differences.length;
    if (n < 2) return false;
    const most = Math.abs(mean) - (d.stdtri(n - 1, 0.025) * deviation) / Math.sqrt(n);
    // Differences that are all alike: of 0, or as clear as can be.
    if (deviation === 0) return mean === 0;
    return powerOf(d, most / deviation, budget, ALPHA / all.length) < HOPE;
  };
  return all
    .filter(({ outcome, comparison }) => (outcome === 'undecided' || outcome === 'tooFew') && comparison.done < budget)
    .filter((one) => !futile(one))
    .map(({ variant, against, p, adjusted }) => ({ variant, against, p: p.signFlip, adjusted }));
}
