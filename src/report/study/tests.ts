/** All that was tested of each comparison, as a table's cells: for those who want to know more than the outcome. */
import type { StudyFigures } from './figures.js';
import { isNumber, showDifference, showInterval, showP, showRatio, showShare, unitsOf } from './units.js';
import type { Interval, StudyVerdict } from './verdict.js';

/** The headings. */
export const TESTS = [
  'comparison',
  'seeds',
  'mean difference',
  'deviation',
  'bootstrap interval',
  't interval',
  'p sign flips',
  'p corrected',
  'p Wilcoxon',
  'p paired t',
  'better on a new seed',
  'time',
  'gap',
  'seeds that would settle it',
  'smallest difference found by so many',
] as const;

/** A row for each comparison, in their order. */
export function testRows(figures: StudyFigures, verdict: StudyVerdict): string[][] {
  const units = unitsOf(figures.metric.name, figures.variants);
  const within = (text: string, interval: Interval | null | undefined, show: (v: number) => string) =>
    interval && isNumber(interval[0]) && isNumber(interval[1]) ? `${text} (${show(interval[0])} to ${show(interval[1])})` : text;
  const difference = (v: unknown) => showDifference(units, v);
  return verdict.comparisons.map((c) => [
    `${c.variant} − ${c.against}`,
    String(c.repeats.length),
    difference(c.mean),
    difference(c.deviation).replace('+', ''),
    showInterval(units, c.bootstrap),
    showInterval(units, c.t),
    showP(c.p.signFlip),
    showP(c.adjusted),
    showP(c.p.wilcoxon),
    showP(c.p.t),
    within(showShare(c.better.probability), c.better.interval, showShare),
    within(showRatio(c.time?.ratio), c.time?.interval, showRatio),
    within(difference(c.gap?.difference), c.gap?.interval, difference),
    isNumber(c.repeatsNeeded) ? String(c.repeatsNeeded) : '–',
    isNumber(c.detectable) ? `±${difference(Math.abs(c.detectable)).replace('+', '')}` : '–',
  ]);
}
