/** What judges read off a verdict and its figures beside test scores: gaps, failures, figures of `inspect`. */
import type { StudyFigures, StudyRun } from '../../../report/study/figures.js';
import type { StudyVerdict } from '../../../report/study/verdict.js';
import { comparisonOf, type Part } from './judge.js';

/** That a variant scores worse than another on the test data. No difference that matters speaks against it, as a better score does. */
export function scoresWorse(verdict: StudyVerdict, variant: string, against: string): Part {
  const found = comparisonOf(verdict, variant, against);
  if (!found) return missing(variant, against);
  const { outcome, words } = found;
  return { verdict: outcome === 'hurt' ? 'found' : outcome === 'helped' || outcome === 'equivalent' ? 'refuted' : 'undecided', words };
}

/** A claim that a variant overfits less than another: the gap between its training and test scores is smaller, by its 95 % interval. */
export function smallerGap(verdict: StudyVerdict, variant: string, against: string): Part {
  const gap = comparisonOf(verdict, variant, against)?.gap;
  if (gap?.interval === undefined) return missing(variant, against);
  const [low, high] = gap.interval;
  const change = `${points(Math.abs(gap.difference))} (95 % interval of the change ${points(low)} to ${points(high)})`;
  if (high < 0)
    return { verdict: 'found', words: `${variant}: the gap between training and test is smaller than with ${against}, by ${change}.` };
  if (low > 0)
    return { verdict: 'refuted', words: `${variant}: the gap between training and test is larger than with ${against}, by ${change}.` };
  return {
    verdict: 'undecided',
    words: `${variant}: no difference of the gap between training and test from ${against} was found (95 % interval ${points(low)} to ${points(high)}).`,
  };
}

/** A figure of `inspect` in each repeat that two variants both have, variant first. */
export function extraPairs({ variants }: StudyFigures, name: string, variant: string, against: string): (readonly [number, number])[] {
  const of = (wanted: string) => variants.find((one) => one.name === wanted)?.runs ?? [];
  const value = (run: StudyRun | undefined) => (typeof run?.extra?.[name] === 'number' ? run.extra[name] : undefined);
  return of(variant).flatMap((run) => {
    const [a, b] = [value(run), value(of(against).find(({ repeat }) => repeat === run.repeat))];
    return a === undefined || b === undefined ? [] : [[a, b] as const];
  });
}

/** Runs of a variant that failed, and all that ended. */
export function failures({ variants }: StudyFigures, variant: string): { failed: number; runs: number } {
  const runs = (variants.find(({ name }) => name === variant)?.runs ?? []).filter(({ running }) => running !== true);
  return { failed: runs.filter(({ failed }) => failed !== undefined).length, runs: runs.length };
}

/** A share in percentage points: `1.3`, `−0.2`. */
export function points(share: number): string {
  const text = (Math.abs(share) * 100).toFixed(1);
  return `${share < 0 && Number(text) !== 0 ? '−' : ''}${text}`;
}

/** Words with a full stop at their end. */
export function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

function missing(variant: string, against: string): Part {
  return { verdict: 'undecided', words: `${variant} and ${against} were not both run often enough.` };
}
