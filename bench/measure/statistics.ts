/** What is kept of many times. */

/** Milliseconds a call. */
export interface Timing {
  least: number;
  /** The quantiles at a tenth, a quarter, a half, three quarters and nine tenths. */
  p10: number;
  p25: number;
  median: number;
  p75: number;
  p90: number;
  /** How many times it is of. */
  count: number;
}

/** The value below which the share `q` of sorted values lies, between neighbours by their distance. */
export function quantile(sorted: readonly number[], q: number): number {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

export function timingOf(times: readonly number[]): Timing {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (q: number) => quantile(sorted, q);
  return { least: sorted[0]!, p10: at(0.1), p25: at(0.25), median: at(0.5), p75: at(0.75), p90: at(0.9), count: sorted.length };
}

/** Half of what lies between the quartiles, as a share of the median: how far apart the times are. */
export const spread = ({ p25, p75, median }: Timing): number => (p75 - p25) / 2 / median;
