/** What commands read from their options, with errors that name the option. */
import { InvalidArgumentError } from 'commander';
import { ArgumentError } from '../errors.js';

/** A whole number of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < min)
      throw new InvalidArgumentError(`Expected a whole number of at least ${min}.`);
    return value;
  };
}

/** A number in [min, max); or above min where `open`. */
export function numberIn(min: number, max: number, open = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(open ? value > min : value >= min) || !(value < max)) {
      throw new InvalidArgumentError(
        `Expected a number ${open ? 'above' : 'from'} ${min}${max === Number.POSITIVE_INFINITY ? '' : ` and below ${max}`}.`,
      );
    }
    return value;
  };
}

/** One name out of `choices`. */
export function oneOf<T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((name) => name === text);
    if (found === undefined) throw new InvalidArgumentError(`Expected one of ${choices.join(', ')}.`);
    return found;
  };
}

/** Names out of `choices`, separated by commas. */
export function listOf<T extends string>(choices: readonly T[]): (text: string) => T[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    for (const name of names) {
      if (!(choices as readonly string[]).includes(name))
        throw new InvalidArgumentError(`There is no "${name}"; there are ${choices.join(', ')}.`);
    }
    return [...new Set(names)] as T[];
  };
}

/** How many digits there are to train on. */
const DIGITS = 8000;

/** Refuses batches of which the last would hold one digit: batch normalisation has no variance to divide by. */
export function checkLastBatch(batchSize: number): void {
  if (batchSize !== 1 && DIGITS % batchSize !== 1) return;
  const what = batchSize === 1 ? 'is one digit' : `leaves one digit for the last of the batches of ${DIGITS}`;
  throw new ArgumentError(`--batch-size ${batchSize} ${what}, and batch normalisation cannot train on one. Take ${batchSize + 1}.`);
}
