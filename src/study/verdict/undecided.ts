/** What a study that runs until it is decided has still to find out. */
import { checkFigures } from '../../report/study/check.js';
import type { StudyFigures } from '../../report/study/figures.js';
import { distributions } from '../statistics/base/distributions.js';
import { ALPHA, type Judged, judged } from './compare.js';
import { droppedComparisons } from './pairs.js';

/** A comparison that more repeats may decide. */
export interface UndecidedComparison {
  /** The variant, by its name. */
  variant: string;
  /** What it is compared with. */
  against: string;
  /** The p of its sequential test so far. */
  p: number;
  /** The same after Holm's correction. */
  adjusted: number;
}

/** A comparison is given up where the rest of the budget would decide it with a smaller chance than this, … */
const HOPE = 0.1;
/** … were the effect as large as the far end of an interval of this confidence. */
const FAR = 0.8;

/**
 * The comparisons that are still open: neither decided, as {@link studyVerdict} decides, nor beyond hope within the budget, which is the last of `figures.looks`. A
 * comparison is given up as futile where, after what has been seen, the rest of the budget would find it with less than 10 % chance even if the effect were at the far end of its 80 %
 * interval (conditional power); giving up costs nothing in false alarms. A comparison with fewer than two pairs is open; one that failed, and
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
  const tests = all.length + droppedComparisons(figures);
  const budget = figures.looks?.at(-1) ?? figures.repeats;
  const futile = ({ differences, mean, deviation, comparison }: Judged) => {
    const n = differences.length;
    if (n < 2) return false;
    // Differences that are all alike: of 0, or as clear as can be.
    if (deviation === 0) return mean === 0;
    const still = budget - comparison.done;
    const whole = n + still;
    const far = Math.abs(mean) - (d.stdtri(n - 1, (1 - FAR) / 2) * deviation) / Math.sqrt(n);
    // Student's t at the end, were the rest of that mean: what is known of it, and what is left to chance.
    const expected = (n * Math.abs(mean) + still * far) / (Math.sqrt(whole) * deviation);
    const critical = d.stdtri(whole - 1, 1 - ALPHA / tests / 2);
    return d.ndtr((expected - critical) / Math.sqrt(still / whole)) < HOPE;
  };
  return all
    .filter(({ outcome, comparison }) => (outcome === 'undecided' || outcome === 'tooFew') && comparison.done < budget)
    .filter((one) => !futile(one))
    .map(({ variant, against, p, adjusted }) => ({ variant, against, p: p.signFlip, adjusted }));
}
