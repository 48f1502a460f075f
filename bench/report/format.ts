/** Numbers and lines as people read them. */
import type { Outcome } from '../measure/interleave.js';
import { spread, type Timing } from '../measure/statistics.js';
import type { OperationResult } from './results.js';

/** `12.3 us`, `4.56 ms`, `1.23 s`. */
export function showTime(ms: number): string {
  if (ms < 1) return `${digits(ms * 1e3)} us`;
  return ms < 1000 ? `${digits(ms)} ms` : `${digits(ms / 1e3)} s`;
}

/** Three digits. */
export function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** Of so few nothing can be said of how far apart they are. */
const TIMES: Readonly<Record<number, string>> = { 1: ', once', 2: ', twice', 3: ', 3 times' };

/** `1.53 ms ± 2 % (1.50 ms)`: the median, half of what lies between the quartiles, and the least. Of fewer than four times, how many they are. */
export function showTiming(timing: Timing): string {
  const { median, least, count } = timing;
  return `${showTime(median)}${TIMES[count] ?? ` ± ${Math.round(100 * spread(timing))} %`} (${showTime(least)})`;
}

/** How many times as long the other takes: of medians, and of least times. */
export interface Ratio {
  median: number;
  least: number;
}

export const ratioOf = (other: Timing, ours: Timing): Ratio => ({ median: other.median / ours.median, least: other.least / ours.least });

export const showRatio = ({ median, least }: Ratio): string => `${digits(median)} (${digits(least)})`;

/** Hone's own time, and each peer's with how many times as long it takes; the first ratio by itself, to begin a line with. */
function compared(
  ours: string,
  outcomes: readonly (readonly [string, Outcome])[],
  mark: number | undefined,
): { first: string; parts: string[] } {
  const own = outcomes.find(([name]) => name === ours)?.[1];
  if (!own || 'none' in own) return { first: '', parts: [`${ours}: ${own?.none ?? 'not measured'}`] };
  const parts = [`${ours} ${showTiming(own.timing)}`];
  let first = '';
  for (const [peer, outcome] of outcomes) {
    if (peer === ours) continue;
    if ('none' in outcome) {
      parts.push(`${peer}: ${outcome.none}`);
      continue;
    }
    const ratio = ratioOf(outcome.timing, own.timing);
    first ||= `${showRatio(ratio)}${mark === undefined || peer !== 'torch' ? '' : verdict(ratio.median >= mark, `< ${mark}`)}`;
    parts.push(`${peer} ${showTiming(outcome.timing)} ×${showRatio(ratio)}`);
  }
  return { first, parts };
}

const verdict = (met: boolean, otherwise: string) => (met ? ' ✓' : ` ${otherwise}`);

/** A line of the table, ratio first. */
export function stepLine(name: string, ours: string, outcomes: ReadonlyMap<string, Outcome>, mark: number | undefined): string {
  const { first, parts } = compared(ours, [...outcomes], mark);
  return `${first.padEnd(18)} ${name.padEnd(38)} ${parts.join('   ')}`;
}

/** The same with the share of the limit. */
export function operationLine({ name, ours, outcomes, limit, share, mark }: OperationResult): string {
  const { first, parts } = compared(ours, Object.entries(outcomes), mark.ratio);
  const asked = mark.share === undefined ? '' : verdict(share >= mark.share, `< ${Math.round(100 * mark.share)} %`);
  return `${first.padEnd(18)} ${`${Math.round(100 * share)} % of ${limit.by}${asked}`.padEnd(23)} ${name.padEnd(62)} ${parts.join('   ')}`;
}
