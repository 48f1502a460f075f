/** From a study's verdict to that on a document's claim: of each part of the claim, whether it was found. */
import type { ComparisonVerdict, Outcome, StudyVerdict } from '../../../report/study/verdict.js';
import type { ClaimVerdict } from '../../define/types.js';
import { sentence } from './reading.js';

/** What was found of a part of a claim, and why. */
export interface Part {
  readonly verdict: ClaimVerdict['verdict'];
  /** A sentence. */
  readonly words: string;
}

/** A claim is found where all of its parts are, refuted where one is, and undecided otherwise. */
export function claimVerdict(parts: readonly Part[]): ClaimVerdict {
  const some = (verdict: Part['verdict']) => parts.some((part) => part.verdict === verdict);
  return {
    verdict: some('refuted') ? 'refuted' : some('undecided') || parts.length === 0 ? 'undecided' : 'found',
    words: parts.map(({ words }) => words).join(' '),
  };
}

/** A variant against another; undefined where the study did not compare them. */
export function comparisonOf(verdict: StudyVerdict, variant: string, against: string): ComparisonVerdict | undefined {
  return verdict.comparisons.find((comparison) => comparison.variant === variant && comparison.against === against);
}

/** That a variant scores better than another on the test data. No difference that matters speaks against it, as a worse score does. */
export function scoresBetter(verdict: StudyVerdict, variant: string, against: string): Part {
  return scores(verdict, variant, against, 'helped', 'hurt');
}

/** That a variant scores worse than another on the test data. No difference that matters speaks against it, as a better score does. */
export function scoresWorse(verdict: StudyVerdict, variant: string, against: string): Part {
  return scores(verdict, variant, against, 'hurt', 'helped');
}

function scores(verdict: StudyVerdict, variant: string, against: string, claimed: Outcome, contrary: Outcome): Part {
  const found = comparisonOf(verdict, variant, against);
  if (!found) return { verdict: 'undecided', words: `${variant} was not compared with ${against}.` };
  const { outcome, words } = found;
  // The verdict says once for all comparisons how many would do.
  if (outcome === 'tooFew') return { verdict: 'undecided', words: `${variant} against ${against}: too few seeds to decide.` };
  const refuted = outcome === contrary || outcome === 'equivalent';
  return { verdict: outcome === claimed ? 'found' : refuted ? 'refuted' : 'undecided', words: sentence(words) };
}
