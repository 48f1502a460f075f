/** Options that the transforms by maps share: ranges, centers, pairs. */
import { ArgumentError } from '../../../errors.js';
import { finiteNumber, unexpected } from '../../../tensor/arguments/checks.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';

/** A range of angles in degrees: from -n to n, or from the first to the second. */
export type Degrees = number | readonly [min: number, max: number];

/** @internal @throws {ArgumentError} for anything but finite numbers, one of `lengths` of them. */
export function numbersOf(op: string, name: string, value: unknown, lengths: readonly number[], what: string): number[] {
  if (!Array.isArray(value) || !lengths.includes(value.length)) throw unexpected(op, name, value, what);
  return value.map((number: unknown, i) => finiteNumber(op, `${name}[${i}]`, number));
}

/** @internal A range of angles, or two of them. @throws {ArgumentError} for a single number below 0. */
export function degreesOf(op: string, name: string, value: unknown, lengths: readonly number[] = [2]): number[] {
  if (typeof value !== 'number') {
    const lists = lengths.includes(4) ? 'two or four numbers' : 'two numbers';
    const range = numbersOf(op, name, value, lengths, `a number of at least 0, or ${lists}: the least and the most`);
    if (range[0]! > range[1]! || (range.length > 2 && range[2]! > range[3]!))
      throw new ArgumentError(`${op}: ${name} is [${range.join(', ')}], expected the least before the most.`);
    return range;
  }
  if (!(finiteNumber(op, name, value) >= 0))
    throw new ArgumentError(`${op}: ${name} is ${value}, expected at least 0 for a single number, which is taken as [-${name}, ${name}].`);
  return [-value, value];
}

/** @internal A place in an image, or null for its middle. */
export const centerOf = (op: string, value: unknown): [x: number, y: number] | null =>
  value === null ? null : (numbersOf(op, 'center', value, [2], 'two numbers: [x, y], or null for the middle') as [number, number]);

/** @internal Floats as Python prints a list of them. */
export const listText = (values: readonly number[]): string => `[${values.map((value) => pythonFloat(value)).join(', ')}]`;
