/** What commands read from their options, with errors that name the option. */
import { InvalidArgumentError } from 'commander';

/** A whole number of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < min) throw new InvalidArgumentError(`Expected a whole number of at least ${min}.`);
    return value;
  };
}

/** A number in [min, max); or above min where `open`. */
export function numberIn(min: number, max: number, open = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(open ? value > min : value >= min) || !(value < max)) {
      throw new InvalidArgumentError(`Expected a number ${open ? 'above' : 'from'} ${min}${max === Number.POSITIVE_INFINITY ? '' : ` and below ${max}`}.`);
    }
    return value;
  };
}

/** Names out of `choices`, separated by commas. */
export function listOf<T extends string>(choices: readonly T[]): (text: string) => T[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    for (const name of names) {
      if (!(choices as readonly string[]).includes(name)) throw new InvalidArgumentError(`There is no "${name}"; there are ${choices.join(', ')}.`);
    }
    return [...new Set(names)] as T[];
  };
}
