/** A verdict in words. */
import type { StudyFigures } from '../../report/study/figures.js';
import { equalsP, showDifference, type Units, unitsOf } from '../../report/study/units.js';
import type { ComparisonVerdict, Interval, StudyVerdict } from '../../report/study/verdict.js';
import { listed } from '../../report/study/words.js';
import type { Distributions } from '../statistics/base/distributions.js';
import { detectableOf, fewestRepeats, neededFor } from '../statistics/power.js';
import { ALPHA, excludesZero } from './compare.js';
import { type Comparison, failuresOf, isNumber, mostlyFailed } from './pairs.js';

/** What sentences on comparisons need to know of the study. */
export interface Telling {
  readonly d: Distributions;
  readonly figures: StudyFigures;
  /** How many comparisons are corrected for together. */
  readonly tests: number;
}

type Told = Omit<ComparisonVerdict, 'words'>;

/** One sentence on a comparison. */
export function wordsOf(telling: Telling, comparison: Comparison, of: Told): string {
  // Where most runs of a side failed, that comes first.
  const mostly = [comparison.variant, comparison.against].some(mostlyFailed);
  if (mostly)
    return wreck(telling.figures, comparison, of) ?? `${failures(comparison)}${reason(comparison)}; ${sentence(telling, comparison, of)}`;
  const parts = of.outcome === 'failed' ? '' : failures(comparison);
  return `${sentence(telling, comparison, of)}${parts === '' ? '' : `; ${parts}`}`;
}

function sentence({ d, figures, tests }: Telling, comparison: Comparison, of: Told): string {
  const { variant, against, mean, bootstrap, outcome, adjusted, differences } = of;
  const n = differences.length;
  const versus = against === figures.baseline ? variant : `${variant} against ${against}`;
  const say = speller(figures, of);
  if (outcome === 'failed')
    return `${versus}: cannot be judged, as ${comparison.done === 1 ? 'its one seed' : `${comparison.done - n} of ${seeds(comparison.done)}`} gave no score${reason(comparison)}`;
  if (n === 0) return `${versus}: no seed has been measured yet`;
  if (outcome === 'tooFew')
    return `${versus}: ${say.mean(mean)} so far${bootstrap ? ` (${say.range(bootstrap)})` : ''}, but with ${seeds(n)} no test can decide this: ${enough(figures, tests)}`;
  const p = `p ${equalsP(adjusted, ALPHA)}${tests > 1 ? ' after correction' : ''}, ${seeds(n)}`;
  const range = say.range(bootstrap!);
  switch (outcome) {
    case 'helped':
    case 'hurt': {
      const verb =
        against === figures.baseline
          ? `${variant} ${outcome}`
          : `${variant} did ${outcome === 'helped' ? 'better' : 'worse'} than ${against}`;
      return `${verb}: ${say.mean(mean)} (${range}, ${p})`;
    }
    case 'equivalent':
      return `${versus}: no difference that matters (${say.mean(mean)}, ${range}, within ±${say.size(figures.matters!)}; ${seeds(n)})`;
    default:
  }
  if (differences.every((difference) => difference === 0))
    return `${versus}: no difference at all, both score the same with each of ${seeds(n)}`;
  if (adjusted <= ALPHA)
    return `${versus}: not certain, as the test finds a difference that the interval leaves open (${say.mean(mean)}, ${range}, ${p})`;
  const found = excludesZero(bootstrap!) ? `${versus}: no difference found that is beyond chance` : `${versus}: no difference found`;
  return `${found} (${say.mean(mean)}, ${range}, ${p})${settle(d, figures, tests, of, say)}`;
}

/** `; 6 more seeds would settle ±0.3 points`. */
function settle(
  d: Distributions,
  { matters }: StudyFigures,
  tests: number,
  { mean, deviation, differences, repeatsNeeded }: Told,
  say: Speller,
): string {
  const n = differences.length;
  if (!(deviation > 0)) return '';
  const alpha = ALPHA / tests;
  const needed = (size: number) => neededFor(d, size / deviation, { alpha, most: 1000 });
  if (isNumber(matters) && matters > 0) {
    const all = needed(matters);
    if (all === undefined) return `; no number of seeds within reason would settle ±${say.size(matters)}`;
    return all > n ? `; ${more(all - n)} would settle ±${say.size(matters)}` : '';
  }
  // A difference of the size seen, where that can be settled with some effort, else one that twice the seeds would.
  const within = repeatsNeeded !== undefined && repeatsNeeded <= 3 * n;
  const size = say.round(within ? Math.abs(mean) : detectableOf(d, Math.max(2 * n, fewestRepeats(alpha)), { alpha }) * deviation);
  const all = needed(size);
  return all !== undefined && all > n ? `; ${more(all - n)} would settle ±${say.size(size)}` : '';
}

/** `at least 6 are needed, 8 with the correction for 6 comparisons`. */
function enough({ looks }: StudyFigures, tests: number): string {
  if (looks !== undefined && looks.at(-1)! >= fewestRepeats(ALPHA / tests))
    return `it is looked at after ${listed(looks.map(String))} seeds`;
  const [alone, together] = [fewestRepeats(ALPHA), fewestRepeats(ALPHA / tests)];
  return `at least ${alone} are needed${together > alone ? `, ${together} with the correction for ${tests} comparisons` : ''}`;
}

/** Why a run failed, where it is one line that fits. */
function reason({ variant, against }: Comparison): string {
  const why = [...variant.runs, ...against.runs].find(({ failed }) => failed !== undefined)?.failed;
  const line = why?.split('\n')[0]?.replace(/\.$/, '');
  return line === undefined || line === '' ? '' : ` (${line.length > 100 ? `${line.slice(0, 99)}…` : line})`;
}

/** The sentence where that is all that can be said; undefined where scores were told apart nevertheless. */
function wreck(figures: StudyFigures, comparison: Comparison, of: Told): string | undefined {
  if (of.outcome !== 'failed') return undefined;
  const n = of.differences.length;
  const say = speller(figures, of);
  const scores =
    n === 0
      ? 'no score is left to compare'
      : `the weights that were left are no basis for a comparison (${say.mean(of.mean)}${of.bootstrap ? `, ${say.range(of.bootstrap)}` : ''}, ${seeds(n)})`;
  const versus = of.against === figures.baseline ? of.variant : `${of.variant} against ${of.against}`;
  return `${versus}: cannot be judged, as ${failures(comparison)}${reason(comparison)}; ${scores}`;
}

/** `1 of 8 runs of a failed and 8 of 8 runs of b diverged`. */
function failures({ variant, against }: Comparison): string {
  return listed(
    [variant, against].flatMap((one) => {
      const { ended, failed, diverged } = failuresOf(one);
      if (failed === 0) return [];
      // The name last: variants are called "none".
      return [`${ended === 1 ? 'the only run' : `${failed} of ${ended} runs`} of ${one.name} ${diverged ? 'diverged' : 'failed'}`];
    }),
  );
}

const seeds = (n: number) => (n === 1 ? 'one seed' : `${n} seeds`);
const more = (n: number) => (n === 1 ? 'one more seed' : `${n} more seeds`);

/** How the figures of a comparison are written. */
interface Speller {
  /** `+1.3 points`, or `loss −0.12`. */
  mean(value: number): string;
  /** `0.9 to 1.7`. */
  range(interval: Interval): string;
  /** `0.3 points`. */
  size(value: number): string;
  /** As much as is written of it. */
  round(value: number): number;
}

/** With as many digits as the interval is certain of. */
function speller(figures: StudyFigures, { mean, bootstrap }: Pick<Told, 'mean' | 'bootstrap'>): Speller {
  const { name } = figures.metric;
  const general = unitsOf(name, figures.variants);
  const half = ((bootstrap ? (bootstrap[1] - bootstrap[0]) / 2 : 0) || (bootstrap ? Math.abs(mean) : 0)) * general.factor;
  const points = general.differenceUnit !== '';
  let digits =
    half > 0 ? Math.min(8, Math.max(points ? 1 : 0, (points ? 0 : 1) - Math.floor(Math.log10(half)))) : points ? 1 : general.digits;
  // An end that is not 0 is not written as 0, where that is what counts.
  if (bootstrap && excludesZero(bootstrap) && bootstrap.some((end) => Number((end * general.factor).toFixed(digits)) === 0)) digits++;
  const units: Units = { ...general, digits, differenceDigits: digits };
  const unit = points ? ` ${general.differenceUnit}${name === 'accuracy' ? '' : ` of ${name}`}` : '';
  const plain = (value: number) => showDifference(units, value).replace('+', '');
  return {
    mean: (value) => (points ? `${showDifference(units, value)}${unit}` : `${name} ${showDifference(units, value)}`),
    range: ([low, high]) => `${plain(low)} to ${plain(high)}`,
    size: (value) =>
      `${showDifference({ ...units, differenceDigits: Math.max(digits, value > 0 ? -Math.floor(Math.log10(value * units.factor)) : 0) }, value).replace('+', '')}${points ? ' points' : ''}`,
    round: (value) => {
      const scale = 10 ** Math.max(digits, -Math.floor(Math.log10(value * units.factor)));
      return Math.ceil(value * units.factor * scale - 1e-9) / scale / units.factor;
    },
  };
}

/** The sentences of a verdict: one for each comparison, then what was too little, and who is best. */
export function sentences(
  { figures, tests }: Telling,
  comparisons: readonly ComparisonVerdict[],
  { best }: Pick<StudyVerdict, 'best'>,
): string[] {
  const out: string[] = [];
  const few = comparisons.filter(({ outcome }) => outcome === 'tooFew');
  const together =
    few.length > 1 &&
    few.length === comparisons.length &&
    few.every(({ differences }) => differences.length === few[0]!.differences.length) &&
    few[0]!.differences.length > 0;
  for (const of of comparisons) {
    const { variant, against, outcome, mean, bootstrap, words } = of;
    if (outcome === 'tooFew' && together) {
      const say = speller(figures, of);
      out.push(
        `${against === figures.baseline ? variant : `${variant} against ${against}`}: ${say.mean(mean)} so far${bootstrap ? ` (${say.range(bootstrap)})` : ''}.`,
      );
    } else out.push(`${words}.`);
  }
  if (together) out.push(`With ${seeds(few[0]!.differences.length)} no test can decide this: ${enough(figures, tests)}.`);
  for (const { name, droppedAfter } of figures.variants)
    if (isNumber(droppedAfter))
      out.push(
        `${name} was dropped after ${droppedAfter === 1 ? 'one epoch' : `${droppedAfter} epochs`}, by its score on validation data, and is compared with nothing.`,
      );
  if (best.length > 1 && few.length < comparisons.length)
    out.push(`${best[0]} has the best mean, but cannot be told apart from ${listed(best.slice(1))}.`);
  else if (best.length === 1 && comparisons.length > 1) {
    const standing = figures.variants.filter((variant) => !mostlyFailed(variant)).length;
    if (standing === figures.variants.length) out.push(`${best[0]} is better than all others.`);
    else if (standing > 1) out.push(`${best[0]} is better than all others that did not fail in at least half of their runs.`);
  }
  return out;
}
