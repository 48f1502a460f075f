/** What all statistics of paired differences ask of them. */
import { ArgumentError } from '../../../errors.js';
import { assertNumbers } from '../../../tensor/arguments/checks.js';

/** Differences this close, as a part of the largest one, are equal: accuracies are fractions whose floating-point differences miss each other by a hair. */
export const TIE = 1e-9;

/**
 * Throws unless `values` is a list of finite numbers.
 * @param least how many there must be.
 * @throws {ArgumentError} that names the first that is none, or says that they are too few.
 */
export function assertDifferences(op: string, values: readonly number[], least = 0, name = 'differences'): void {
  assertNumbers(op, name, values);
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0)
    throw new ArgumentError(`${op}: ${name}[${odd}] is ${values[odd]}, expected finite numbers. Leave out the repeats that gave no score.`);
  if (values.length < least)
    throw new ArgumentError(`${op}: got ${values.length === 1 ? 'one value' : `${values.length} values`}, expected at least ${least}.`);
}

/** Below this, a difference counts as none, and two as equal. */
export function tieOf(values: readonly number[]): number {
  return TIE * largest(values);
}

/** The largest magnitude; 0 of none. */
export function largest(values: readonly number[]): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

/** The mean; NaN of none. */
export function meanOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The sample deviation, with divisor n - 1. NaN below two values, 0 where they are equal but for rounding. */
export function deviationOf(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const mean = meanOf(values);
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / (values.length - 1));
  return deviation <= 1e-14 * largest(values) ? 0 : deviation;
}
