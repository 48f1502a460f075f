/** Arguments that many transforms take: sizes, and what fills an image. */
import { ArgumentError } from '../../../errors.js';
import { finiteNumber, sizesPerAxis, unexpected } from '../../../tensor/arguments/checks.js';

/** A size: height and width, or one number for both. */
export type Size = number | readonly [size: number] | readonly [height: number, width: number];

/** @internal Height and width. */
export const sizeOf = (op: string, size: unknown): [height: number, width: number] =>
  sizesPerAxis(op, 'size', size, 2, 1) as [number, number];

/** @internal @throws {ArgumentError} for height and width one after the other, where the second argument is another than a number. */
export function refuseTwoSizes(op: string, [size, next]: readonly unknown[]): void {
  if (typeof size === 'number' && typeof next === 'number')
    throw new ArgumentError(`${op}: the size is ${size}, and ${next} follows. Height and width are one list: [${size}, ${next}].`);
}

/** @internal @throws {ArgumentError} for anything but a number, or a list of numbers. */
export function checkFill(op: string, fill: unknown): number | readonly number[] {
  if (typeof fill === 'number') return finiteNumber(op, 'fill', fill);
  if (!Array.isArray(fill) || fill.length === 0) throw unexpected(op, 'fill', fill, 'a number, or a list of one for each channel');
  return fill.map((number: unknown, i) => finiteNumber(op, `fill[${i}]`, number));
}
