/** Mean and deviation over repeats. */

import { ArgumentError } from '../errors.js';
import { assertNumbers } from '../tensor/arguments/checks.js';
import { show } from '../tensor/arguments/show.js';

/** A mean with the sample standard deviation around it; the deviation of one value is 0. */
export interface Spread {
  /** The mean. */
  mean: number;
  /** The standard deviation of a sample; 0 for one value. */
  deviation: number;
  /** How many values there are. */
  count: number;
}

/** Mean and sample standard deviation (divisor n - 1). NaN for no values. */
export function spread(values: readonly number[]): Spread {
  assertNumbers('spread', 'values', values);
  const count = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / count;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0, count };
}

/** `0.9512 ± 0.0031`, or `0.9512` for a single value. */
export function showSpread(of: Spread, digits = 4): string {
  if (typeof (of as Spread | null | undefined)?.mean !== 'number')
    throw new ArgumentError(`showSpread: got ${show(of)}, expected what spread() gives.`);
  const { mean, deviation, count } = of;
  if (!Number.isFinite(mean)) return '-';
  return count > 1 ? `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}` : mean.toFixed(digits);
}
