/** Numbers and lines as people read them. */
import type { Outcome } from '../measure/interleave.js';
import { spread, type Timing } from '../measure/statistics.js';

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

/** `1.53 ms ± 2 % (least 1.50)`. */
function showTiming(timing: Timing): string {
  return `${showTime(timing.median)} ± ${Math.round(100 * spread(timing))} % (${showTime(timing.least)})`;
}

/** How many times as long the other takes: of medians, and of least times. */
export interface Ratio {
  median: number;
  least: number;
}

export const ratioOf = (other: Timing, ours: Timing): Ratio => ({ median: other.median / ours.median, least: other.least / ours.least });

/** A line of the table, ratio first: Hone's time, and each peer's with how many times as long it takes. */
export function stepLine(name: string, ours: string, outcomes: ReadonlyMap<string, Outcome>, mark: number | undefined): string {
  const own = outcomes.get(ours);
  if (!own || 'none' in own) return `${''.padEnd(14)} ${name}: ${own?.none ?? 'not measured'}`;
  const parts = [`${ours} ${showTiming(own.timing)}`];
  let first = '';
  for (const [peer, outcome] of outcomes) {
    if (peer === ours) continue;
    if ('none' in outcome) {
      parts.push(`${peer}: ${outcome.none}`);
      continue;
    }
    const ratio = ratioOf(outcome.timing, own.timing);
    const both = `${digits(ratio.median)} (${digits(ratio.least)})`;
    first ||= `${both}${mark === undefined || peer !== 'torch' ? '' : ratio.median >= mark ? ' ✓' : ` < ${mark}`}`;
    parts.push(`${peer} ${showTiming(outcome.timing)} ×${both}`);
  }
  return `${first.padEnd(18)} ${name.padEnd(38)} ${parts.join('   ')}`;
}
