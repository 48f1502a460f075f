/** What a study says on the terminal beside its table. */

import { oneLine } from '../../report/progress/cells.js';
import type { StudyFigures } from '../../report/study/figures.js';
import type { StudyVerdict } from '../../report/study/verdict.js';

/** A score in a line. */
export function shownScore(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '-';
  return Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(2) : value.toFixed(4);
}

/** The verdict in sentences, a line each: every comparison, what was too little, and what became of the claim. */
export function verdictLines(figures: StudyFigures, verdict: StudyVerdict): string[] {
  const { claim, stopped } = figures;
  const judged =
    verdict.claim && claim
      ? [`Claim: "${claim.quote}" (${claim.document})`, `${capital(verdict.claim.verdict)}. ${verdict.claim.words}`]
      : [];
  return [...(stopped === undefined ? [] : [stopped]), ...verdict.words, ...judged].map(oneLine);
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
