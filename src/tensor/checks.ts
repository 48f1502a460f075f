/** Numbers from outside, checked before anything is made or walked by them: one reader for counts, sizes, places and offsets, one wording. */
import { ArgumentError, OutOfMemoryError } from '../errors.js';
import { show } from './arguments.js';

/** Between what a whole number may lie, ends included. */
export interface Bounds {
  /** Default: none. */
  readonly min?: number;
  /** Default: the largest whole number that a double counts to. */
  readonly max?: number;
}

/**
 * `value`, a whole number within bounds.
 * @param hint what to do instead, as a sentence.
 * @throws {ArgumentError} for fractions, NaN, strings, tensors and whatever else is none.
 */
export function wholeNumber(op: string, name: string, value: unknown, { min, max }: Bounds = {}, hint?: string): number {
  if (Number.isSafeInteger(value) && (min === undefined || (value as number) >= min) && (max === undefined || (value as number) <= max))
    return value as number;
  const range =
    min === undefined
      ? max === undefined
        ? ''
        : ` of at most ${max}`
      : max === undefined
        ? ` of at least ${min}`
        : ` from ${min} to ${max}`;
  throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected a whole number${range}.${hint === undefined ? '' : ` ${hint}`}`);
}

/** {@link wholeNumber} of each item of a list, which is copied: what the caller does to it afterwards changes nothing. */
export function wholeNumbers(op: string, name: string, values: unknown, bounds: Bounds = {}): number[] {
  if (!Array.isArray(values)) throw new ArgumentError(`${op}: ${name} is ${show(values)}, expected a list of whole numbers.`);
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
  const out: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const good = Number.isSafeInteger(value) && value >= min && value <= max;
    out.push(good ? value : wholeNumber(op, `${name}[${i}]`, value, bounds));
  }
  return out;
}

/** `value`, a finite number. @throws {ArgumentError} for anything else. */
export function finiteNumber(op: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected a finite number.`);
}

/** The most entries of a list that JavaScript makes on the way to a tensor. */
const LONGEST = 2 ** 24;

/**
 * `count`, where so many entries may be listed in JavaScript: a list as long as any number that comes from outside would end the process.
 * @throws {OutOfMemoryError} beyond.
 */
export function listable(op: string, what: string, count: number, most = LONGEST): number {
  if (count <= most) return count;
  throw new OutOfMemoryError(`${op}: it would make ${count} ${what}, more than the ${most} that it can. Take fewer, or do it in parts.`);
}
