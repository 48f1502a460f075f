/** What fills the area where a map looks outside the image. */
import { unexpected } from '../../../tensor/arguments/checks.js';
import { type Image, inkOf } from '../../image/image.js';
import { checkFill } from '../base/arguments.js';
import { tupleText } from '../base/functions.js';

/** A number for all channels, or one for each. */
export type Fill = number | readonly number[];

/** @internal What a function was given: null for nothing. @throws {ArgumentError} for anything but numbers. */
export const fillOrNull = (op: string, fill: unknown): Fill | null => (fill === null ? null : checkFill(op, fill));

/** @internal A byte for each channel, or nothing. */
export const inkFor = (op: string, image: Image, fill: Fill | null): number[] | undefined =>
  fill === null ? undefined : inkOf(op, 'fill', image, fill);

/** @internal @throws {ArgumentError} for a list with another number than the image has channels. */
export function fillsFor(op: string, fill: Fill, channels: number): readonly number[] {
  const list = typeof fill === 'number' ? [fill] : fill;
  if (list.length !== 1 && list.length !== channels)
    throw unexpected(op, 'fill', fill, `a number, or ${channels} of them for an image of ${channels} channels`);
  return list;
}

/** @internal `, fill=0`. */
export const fillText = (fill: Fill): string => `fill=${tupleText(fill)}`;
