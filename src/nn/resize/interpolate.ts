/**
 * Resizing of sequences, images and volumes. Every mode works axis by axis: a place along an axis of the result is a weighted sum of a few
 * places along that axis of the input, its taps.
 */
import { noGrad } from '../../autograd/mode.js';
import { record } from '../../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { add, mul } from '../../ops/elementwise/binary.js';
import { indexAdd, slicesAt } from '../../ops/gather/gather.js';
import { clone, detach, formatOf } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { assertFloating, listable } from '../../tensor/checks.js';
import { fromTypedArray, zeros } from '../../tensor/create.js';
import { numel } from '../../tensor/shape.js';
import { show } from '../../tensor/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type AxisTaps, areaTaps, cubicTaps, filterTaps, linearTaps, nearestTaps } from './filter.js';

/** How values between elements are found. */
export type InterpolateMode = 'nearest' | 'nearest-exact' | 'linear' | 'bilinear' | 'bicubic' | 'trilinear' | 'area' | 'lanczos';

/** The options of {@link interpolate}. */
export interface InterpolateOptions {
  /** The sizes of the axes that come out: one for all, or one for each. Give this or `scaleFactor`. */
  size?: number | readonly number[] | null;
  /** How many times as large the axes become: one for all, or one for each. */
  scaleFactor?: number | readonly number[] | null;
  /** Default: 'nearest'. */
  mode?: InterpolateMode;
  /** Whether the first and last elements stay at the ends ('linear', 'bilinear', 'bicubic', 'trilinear' only). Default: false. */
  alignCorners?: boolean | null;
  /** Takes the scale from the sizes, not from `scaleFactor`: another result where that does not give whole sizes. Default: false. */
  recomputeScaleFactor?: boolean | null;
  /** Smooths when 'bilinear', 'bicubic' or 'lanczos' make an image smaller. Default: false. */
  antialias?: boolean;
}

/** The number of axes that each mode takes, where it takes one only. */
const RANKS: Partial<Record<InterpolateMode, number>> = { linear: 1, bilinear: 2, bicubic: 2, lanczos: 2, trilinear: 3 };
const MODES = ['nearest', 'nearest-exact', 'linear', 'bilinear', 'bicubic', 'trilinear', 'area', 'lanczos'];
const FITTING = { 1: 'linear', 2: 'bilinear', 3: 'trilinear' } as const;

/**
 * Makes the axes after [N, C] longer or shorter.
 * @param x [N, C, L], [N, C, H, W] or [N, C, D, H, W], floating; 'linear' takes the first, 'bilinear', 'bicubic' and 'lanczos' the second, 'trilinear' the last.
 * @param args the options in the order of their list, or by name.
 * @returns [N, C, ...size], or axes of floor(length * scaleFactor).
 * Gradient: that of these values; PyTorch's own is another one where a scaleFactor other than 1 keeps the sizes ('bicubic'), or one other than 2
 * doubles them ('nearest' of sequences and volumes).
 * @throws {ShapeError} for another number of dims, empty axes, or sizes that do not fit. @throws {ArgumentError} for options that contradict each other.
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
 * @example
 * F.interpolate(tensor([[[1, 3]]]), 4); // [[[1, 1, 3, 3]]]
 * F.interpolate(tensor([[[1, 3]]]), { scaleFactor: 2, mode: 'linear' }); // [[[1.0, 1.5, 2.5, 3.0]]]
 */
export function interpolate(
  x: Tensor,
  ...args: Trailing<
    [number | readonly number[] | null, number | readonly number[] | null, InterpolateMode, boolean | null],
    InterpolateOptions
  >
): Tensor {
  const defaults = { size: null, scaleFactor: null, mode: 'nearest', alignCorners: null, recomputeScaleFactor: null, antialias: false };
  return interpolateAs('interpolate', x, readArguments<InterpolateOptions>('interpolate', defaults as InterpolateOptions, args));
}

/** @internal {@link interpolate} in the name of a layer. */
export function interpolateAs(op: string, x: Tensor, options: InterpolateOptions): Tensor {
  assertFloating(op, 'x', x);
  const { mode = 'nearest', alignCorners = null, antialias = false } = options;
  checkMode(op, x, mode, alignCorners, antialias);
  const { sizes, scales } = axesOf(op, x, options, mode);
  for (const size of sizes) listable(op, 'places along an axis', size);
  if (sizes.some((s, i) => s < 1 || x.shape[i + 2]! < 1) || x.shape[1] === 0) {
    throw new ShapeError(
      `${op}: input ${showShape(x.shape)} cannot become ${showShape([...x.shape.slice(0, 2), ...sizes])}: only the batch may be empty.`,
    );
  }
  const out = sizes.reduce((y, to, i) => {
    const from = x.shape[i + 2]!;
    const taps = tapsOf(mode, from, to, scales?.[i] ?? null, alignCorners === true, antialias, x);
    return isIdentity(taps, from) ? y : resample(op, y, i + 2, taps);
  }, x);
  if (out === x) return clone(x);
  return x.ndim > 3 ? formatOf(out, x) : out;
}

function checkMode(op: string, x: Tensor, mode: InterpolateMode, alignCorners: boolean | null, antialias: boolean): void {
  const given = showShape(x.shape);
  if (!MODES.includes(mode)) throw new ArgumentError(`${op}: mode is ${show(mode)}, expected one of ${MODES.join(', ')}.`);
  if (x.ndim < 3 || x.ndim > 5)
    throw new ShapeError(
      `${op}: input is ${given}, expected [N, C, L], [N, C, H, W] or [N, C, D, H, W]. Insert missing dims with unsqueeze.`,
    );
  const axes = (x.ndim - 2) as 1 | 2 | 3;
  if (RANKS[mode] !== undefined && RANKS[mode] !== axes) {
    throw new ArgumentError(
      `${op}: mode '${mode}' takes ${RANKS[mode]! + 2} dims, the input ${given} has ${x.ndim}. Use '${FITTING[axes]}' or 'nearest'.`,
    );
  }
  const interpolating = ['linear', 'bilinear', 'bicubic', 'trilinear', 'lanczos'].includes(mode);
  if (alignCorners !== null && !interpolating)
    throw new ArgumentError(`${op}: mode '${mode}' knows no alignCorners; linear, bilinear, bicubic and trilinear do. Leave it out.`);
  if (antialias && !['bilinear', 'bicubic', 'lanczos'].includes(mode))
    throw new ArgumentError(`${op}: antialias needs mode 'bilinear', 'bicubic' or 'lanczos', got '${mode}'.`);
  if (mode === 'lanczos' && (alignCorners === true || !antialias))
    throw new ArgumentError(`${op}: mode 'lanczos' needs antialias: true and no alignCorners.`);
}

/** The sizes that come out, and the scale factors where they are what positions are computed with. */
function axesOf(
  op: string,
  x: Tensor,
  { size = null, scaleFactor = null, recomputeScaleFactor }: InterpolateOptions,
  mode: InterpolateMode,
): { sizes: number[]; scales: number[] | null } {
  const lengths = x.shape.slice(2);
  if ((size === null) === (scaleFactor === null))
    throw new ArgumentError(`${op}: expected either size or scaleFactor, got ${size === null ? 'neither' : 'both'}.`);
  const each = (value: number | readonly number[], name: string): number[] => {
    if (typeof value !== 'number' && !Array.isArray(value))
      throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected a number, or one for each axis.`);
    const list: number[] = typeof value === 'number' ? lengths.map(() => value) : [...value];
    if (list.length !== lengths.length)
      throw new ShapeError(
        `${op}: ${name} is ${showShape(list)}, expected one number for each of ${lengths.length} axes of the input ${showShape(x.shape)}.`,
      );
    return list;
  };
  if (size !== null) {
    if (recomputeScaleFactor) throw new ArgumentError(`${op}: recomputeScaleFactor has no meaning with size. Leave it out.`);
    const sizes = each(size, 'size');
    if (!sizes.every(Number.isInteger)) throw new ArgumentError(`${op}: size is ${showShape(sizes)}, expected whole numbers.`);
    return { sizes, scales: null };
  }
  const scales = each(scaleFactor!, 'scaleFactor');
  if (!scales.every((s) => typeof s === 'number' && Number.isFinite(s)))
    throw new ArgumentError(`${op}: scaleFactor is ${showShape(scales)}, expected numbers.`);
  const sizes = lengths.map((length, i) => Math.trunc(length * scales[i]!));
  return { sizes, scales: recomputeScaleFactor || mode === 'area' ? null : scales };
}

function tapsOf(
  mode: InterpolateMode,
  from: number,
  to: number,
  scale: number | null,
  align: boolean,
  antialias: boolean,
  x: Tensor,
): AxisTaps {
  if (mode === 'nearest' || mode === 'nearest-exact')
    return nearestTaps(from, to, scale, mode === 'nearest-exact', x.ndim === 4, x.dtype === 'float32');
  if (mode === 'area') return areaTaps(from, to);
  if (antialias || mode === 'lanczos') return filterTaps(mode as 'bilinear' | 'bicubic' | 'lanczos', from, to, scale, align);
  return mode === 'bicubic' ? cubicTaps(from, to, scale, align) : linearTaps(from, to, scale, align);
}

function isIdentity({ places, weights }: AxisTaps, from: number): boolean {
  return places.length === 1 && weights === null && places[0]!.length === from && places[0]!.every((p, i) => p === i);
}

/** Along dim `d`, place i of the result is the sum over taps k of weights[k][i] times place places[k][i] of x. */
function resample(op: string, x: Tensor, d: number, { places, weights }: AxisTaps): Tensor {
  const index = places.map((list) => fromTypedArray(BigInt64Array.from(list, BigInt)));
  if (weights === null) return slicesAt(op, x, d, index[0]!);
  const column = [places[0]!.length, ...x.shape.slice(d + 1).map(() => 1)];
  const factors = weights.map((list) =>
    reshape(fromTypedArray(x.dtype === 'float32' ? Float32Array.from(list) : Float64Array.from(list)), column),
  );
  return gathered(op, x, d, index, factors);
}

/** A sum of weighted selections, and (as its gradient) of weighted additions: each is the other's gradient. */
function gathered(op: string, x: Tensor, d: number, index: readonly Tensor[], factors: readonly Tensor[]): Tensor {
  const out = noGrad(() => index.map((i, k) => mul(slicesAt(op, detach(x), d, i), factors[k]!)).reduce((sum, part) => add(sum, part)));
  const { shape } = x;
  return record(op, out, [x], [...index, ...factors], (g, saved) => {
    const [places, weights] = [saved.slice(0, index.length), saved.slice(index.length)];
    return [scattered(op, g, d, shape, places, weights)];
  });
}

function scattered(
  op: string,
  g: Tensor,
  d: number,
  shape: readonly number[],
  index: readonly Tensor[],
  factors: readonly Tensor[],
): Tensor {
  const out = noGrad(() => {
    const start = zeros(shape, { dtype: g.dtype });
    if (numel(shape) === 0) return start;
    return index.reduce((sum, i, k) => indexAdd(sum, d, i, mul(detach(g), factors[k]!)), start);
  });
  const count = index.length;
  return record(`${op}_backward`, out, [g], [...index, ...factors], (gg, saved) => [
    gathered(op, gg, d, saved.slice(0, count), saved.slice(count)),
  ]);
}
