/** How values between pixels are interpolated: torchvision's InterpolationMode. */
import { ArgumentError } from '../../../errors.js';
import { oneOf, unexpected } from '../../../tensor/arguments/checks.js';
import { WARP_FILTERS, type WarpFilter } from '../../image/warp.js';

/** torchvision's InterpolationMode, under its names: `transforms.InterpolationMode.BILINEAR` is `'bilinear'`. */
export const InterpolationMode = {
  NEAREST: 'nearest',
  NEAREST_EXACT: 'nearestExact',
  BILINEAR: 'bilinear',
  BICUBIC: 'bicubic',
  BOX: 'box',
  HAMMING: 'hamming',
  LANCZOS: 'lanczos',
} as const;

/** How values between pixels are interpolated. */
export type Interpolation = (typeof InterpolationMode)[keyof typeof InterpolationMode];

const MODES: readonly Interpolation[] = Object.values(InterpolationMode);

/** @internal @throws {ArgumentError} for one that does not exist. */
export const interpolationOf = (op: string, value: unknown): Interpolation => oneOf(op, 'interpolation', value, MODES);

/** PIL's numbers of them, which older PyTorch programs pass. */
const NUMBERED: readonly Interpolation[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

/**
 * @internal Told of before what is no text: a number in the place of an interpolation. @throws {ArgumentError} for a number, which is PIL's for
 * one, or the width of a size that was passed without brackets.
 */
export function refuseNumber(op: string, [size, interpolation]: readonly unknown[]): void {
  const options = typeof size === 'object' && size !== null && !Array.isArray(size) ? size : interpolation;
  const given = typeof options === 'object' && options !== null ? (options as { interpolation?: unknown }).interpolation : options;
  if (typeof given !== 'number') return;
  const mode = NUMBERED[given];
  const hints = [
    ...(mode === undefined ? [] : [`PIL's ${given} is '${mode}'.`]),
    ...(typeof size === 'number' && given === interpolation ? [`Height and width are a list: [${size}, ${given}].`] : []),
  ];
  throw unexpected(op, 'interpolation', given, `'bilinear' or another of transforms.InterpolationMode`, hints.join(' ') || undefined);
}

/** @internal torchvision's value of it. */
export const interpolationText = (mode: Interpolation): string => (mode === 'nearestExact' ? 'nearest-exact' : mode);

/** @internal @throws {ArgumentError} for an interpolation that is not among `allowed`. */
export function assertInterpolation<T extends Interpolation>(
  op: string,
  mode: Interpolation,
  what: string,
  allowed: readonly T[],
): asserts mode is T {
  if (!allowed.includes(mode as T))
    throw new ArgumentError(
      `${op}: interpolation is '${mode}', which ${what} does not take, expected ${allowed.map((name) => `'${name}'`).join(' or ')}.`,
    );
}

/** @internal How an Image is warped. @throws {ArgumentError} for an interpolation that only resizes. */
export function warpFilterOf(op: string, mode: Interpolation): WarpFilter {
  if (mode === 'nearestExact') return 'nearest';
  assertInterpolation(op, mode, 'an Image', WARP_FILTERS);
  return mode;
}
