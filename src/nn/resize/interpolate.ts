/**
 * Resizing of sequences, images and volumes: the function and its layers. Every mode works axis by axis: a place along an axis of the result is a weighted sum of a few
 * places along that axis of the input, its taps.
 */
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { slicesAt } from '../../ops/gather/index-select.js';
import { clone, contiguous, detach, formatOf } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { select } from '../../ops/view/select.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloating, finiteNumber, listable, oneOf, unexpected, wholeNumbers } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { fromTypedArray, int64Of } from '../../tensor/create/create.js';
import { numel } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { dtypes } from '../../tensor/values/dtype.js';
import { Module } from '../module/module.js';
import { float, tuple } from '../module/text.js';
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
const MODES: readonly InterpolateMode[] = ['nearest', 'nearest-exact', 'linear', 'bilinear', 'bicubic', 'trilinear', 'area', 'lanczos'];
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
  ...args: Arguments<InterpolateOptions, [size: 'size', scaleFactor: 'scaleFactor', mode: 'mode', alignCorners: 'alignCorners']>
): Tensor {
  return interpolateOf('interpolate', x, readArguments('interpolate', INTERPOLATE, args));
}

type InterpolateSettings = Settings<InterpolateOptions>;

/** In PyTorch's order. */
const INTERPOLATE: InterpolateSettings = {
  size: null,
  scaleFactor: null,
  mode: 'nearest',
  alignCorners: null,
  recomputeScaleFactor: null,
  antialias: false,
};

/** {@link interpolate} whose arguments have been read. @param op what errors call it. */
function interpolateOf(op: string, x: Tensor, settings: InterpolateSettings): Tensor {
  assertFloating(op, 'x', x);
  const { mode, alignCorners, antialias } = settings;
  checkMode(op, x, mode, alignCorners, antialias);
  const { sizes, scales } = axesOf(op, x, settings);
  for (const size of sizes) listable(op, 'places along an axis', size);
  if (sizes.some((s, i) => s < 1 || x.shape[i + 2]! < 1) || x.shape[1] === 0) {
    throw new ShapeError(
      `${op}: input ${showShape(x.shape)} cannot become ${showShape([...x.shape.slice(0, 2), ...sizes])}: only the batch may be empty.`,
    );
  }
  // The last axis first, as PyTorch goes: sums of float32 depend on it.
  const out = sizes.reduceRight((y, to, i) => {
    const from = x.shape[i + 2]!;
    const taps = tapsOf(mode, from, to, scales?.[i] ?? null, alignCorners === true, antialias, x);
    return isIdentity(taps, from) ? y : resample(op, y, i + 2, taps);
  }, x);
  if (out === x) return clone(x);
  return x.ndim > 3 ? formatOf(out, x) : out;
}

function checkMode(op: string, x: Tensor, mode: InterpolateMode, alignCorners: boolean | null, antialias: boolean): void {
  const given = showShape(x.shape);
  oneOf(op, 'mode', mode, MODES);
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
    throw new ArgumentError(`${op}: mode '${mode}' does not take alignCorners; linear, bilinear, bicubic and trilinear do. Leave it out.`);
  if (antialias && !['bilinear', 'bicubic', 'lanczos'].includes(mode))
    throw new ArgumentError(`${op}: antialias needs mode 'bilinear', 'bicubic' or 'lanczos', got '${mode}'.`);
  if (mode === 'lanczos' && (alignCorners === true || !antialias))
    throw new ArgumentError(`${op}: mode 'lanczos' needs antialias: true and no alignCorners.`);
}

/** The sizes that come out, and the scale factors where they are what positions are computed with. */
function axesOf(
  op: string,
  x: Tensor,
  { size, scaleFactor, recomputeScaleFactor, mode }: InterpolateSettings,
): { sizes: number[]; scales: number[] | null } {
  const lengths = x.shape.slice(2);
  if ((size === null) === (scaleFactor === null))
    throw new ArgumentError(`${op}: expected either size or scaleFactor, got ${size === null ? 'neither' : 'both'}.`);
  const each = (value: number | readonly number[], name: string): number[] => {
    if (typeof value !== 'number' && !Array.isArray(value)) throw unexpected(op, name, value, 'a number, or one for each axis');
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
    return { sizes: wholeNumbers(op, 'size', sizes), scales: null };
  }
  const scales = each(scaleFactor!, 'scaleFactor');
  scales.forEach((scale, i) => finiteNumber(op, `scaleFactor[${i}]`, scale));
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
  const single = x.dtype === 'float32';
  if (antialias || mode === 'lanczos') return filterTaps(mode as 'bilinear' | 'bicubic' | 'lanczos', from, to, scale, align, single);
  return (mode === 'bicubic' ? cubicTaps : linearTaps)(from, to, scale, align, single);
}

function isIdentity({ places, weights }: AxisTaps, from: number): boolean {
  return places.length === 1 && weights === null && places[0]!.length === from && places[0]!.every((p, i) => p === i);
}

/** Along dim `d`, place i of the result is the sum over taps k of weights[k][i] times place places[k][i] of x. */
function resample(op: string, x: Tensor, d: number, { places, weights }: AxisTaps): Tensor {
  const [taps, length] = [places.length, places[0]!.length];
  const index = reshape(int64Of(places.flat()), [taps, length]);
  if (weights === null) return slicesAt(op, x, d, select(index, 0, 0));
  const values = x.dtype === 'float32' ? Float32Array.from(weights.flat()) : Float64Array.from(weights.flat());
  const factors = fromTypedArray(values, [taps, length]);
  return gathered(op, x, d, index, factors);
}

/** Sizes before, along and behind a dim. */
const around = (shape: readonly number[], d: number) => [numel(shape.slice(0, d)), shape[d]!, numel(shape.slice(d + 1))] as const;

/** A sum of weighted selections, and (as its gradient) of weighted additions: each is the other's gradient. */
function gathered(op: string, x: Tensor, d: number, index: Tensor, factors: Tensor): Tensor {
  const { shape } = x;
  const [taps, to] = index.shape as [number, number];
  const from = contiguous(detach(x));
  const out = emptyTensor(
    shape.map((n, i) => (i === d ? to : n)),
    x.dtype,
  );
  const [outer, length, inner] = around(shape, d);
  const [y, places, weights] = [out.ptr, index.ptr, factors.ptr];
  check(kernels.tapsGather(dtypes[x.dtype].code, y, from.ptr, places, weights, taps, outer, length, to, inner), op);
  return record(op, out, {
    inputs: { x },
    saved: { index, factors },
    composed: (dy, { index, factors }) => ({ x: scattered(op, dy, d, shape, index, factors) }),
  });
}

function scattered(op: string, g: Tensor, d: number, shape: readonly number[], index: Tensor, factors: Tensor): Tensor {
  const [taps, to] = index.shape as [number, number];
  const from = contiguous(detach(g));
  const out = emptyTensor([...shape], g.dtype);
  const [outer, length, inner] = around(shape, d);
  const [y, places, weights] = [out.ptr, index.ptr, factors.ptr];
  check(kernels.tapsScatter(dtypes[g.dtype].code, y, from.ptr, places, weights, taps, outer, length, to, inner), op);
  return record(`${op}_backward`, out, {
    inputs: { g },
    saved: { index, factors },
    composed: (dg, { index, factors }) => ({ g: gathered(op, dg, d, index, factors) }),
  });
}

type Numbers = number | readonly number[] | null;
/** The options of {@link Upsample}. */
export type UpsampleOptions = Omit<InterpolateOptions, 'antialias'>;

/** In PyTorch's order. */
const UPSAMPLE: Settings<UpsampleOptions> = {
  size: null,
  scaleFactor: null,
  mode: 'nearest',
  alignCorners: null,
  recomputeScaleFactor: null,
};

/** Numbers as Python prints floats. */
function floats(value: number | readonly number[]): string {
  if (typeof value === 'number') return float(value);
  return value.length === 1 ? `(${float(value[0]!)},)` : `(${value.map(float).join(', ')})`;
}

/**
 * Resizes [N, C, L], [N, C, H, W] or [N, C, D, H, W] to a size or by a factor.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Upsample.html
 * @example
 * new nn.Upsample({ scaleFactor: 2, mode: 'bilinear', alignCorners: false });
 */
export class Upsample extends Module {
  static override readonly className: string = 'Upsample';
  /** The size of the output along each axis; null where a factor is given. */
  readonly size: Numbers;
  /** How many times as large each axis becomes; null where a size is given. */
  readonly scaleFactor: Numbers;
  /** How values between elements are found. */
  readonly mode: InterpolateMode;
  /** Whether the corner elements of input and output lie on each other. */
  readonly alignCorners: boolean | null;
  /** Whether the factor is computed again from the rounded size. */
  readonly recomputeScaleFactor: boolean | null;

  /**
   * Resizes [N, C, L], [N, C, H, W] or [N, C, D, H, W] to a size or by a factor.
   * @param args size, scaleFactor, mode (default: 'nearest') and alignCorners in this order, or the options by name.
   */
  constructor(...args: Arguments<UpsampleOptions, [size: 'size', scaleFactor: 'scaleFactor', mode: 'mode', alignCorners: 'alignCorners']>) {
    super();
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = readArguments(classNameOf(new.target), UPSAMPLE, args);
    this.size = size;
    this.scaleFactor = scaleFactor || null;
    this.mode = mode;
    this.alignCorners = alignCorners;
    this.recomputeScaleFactor = recomputeScaleFactor;
  }

  /** @returns [N, C, ...sizes]. */
  forward(x: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    return interpolateOf(classNameOf(this), x, { size, scaleFactor, mode, alignCorners, recomputeScaleFactor, antialias: false });
  }

  override extraRepr(): string {
    const info = this.scaleFactor !== null ? `scale_factor=${floats(this.scaleFactor)}` : `size=${tuple(this.size)}`;
    return `${info}, mode='${this.mode}'`;
  }
}

/** The options of {@link UpsamplingNearest2d} and {@link UpsamplingBilinear2d}. */
export interface UpsamplingOptions {
  /** [height, width], or one number for both. Give this or `scaleFactor`. */
  size?: number | readonly [number, number] | null;
  /** How many times as large the image becomes. */
  scaleFactor?: number | readonly [number, number] | null;
}

type UpsamplingArguments = Arguments<UpsamplingOptions, [size: 'size', scaleFactor: 'scaleFactor']>;

const UPSAMPLING: Settings<UpsamplingOptions> = { size: null, scaleFactor: null };

/**
 * {@link Upsample} of images by the nearest pixel.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.UpsamplingNearest2d.html
 * @example
 * new nn.UpsamplingNearest2d({ scaleFactor: 2 }).forward(ones([1, 3, 4, 4])).shape; // [1, 3, 8, 8]
 */
export class UpsamplingNearest2d extends Upsample {
  static override readonly className: string = 'UpsamplingNearest2d';
  /**
   * {@link Upsample} of images by the nearest pixel.
   * @param args size and scaleFactor in this order or by name.
   */
  constructor(...args: UpsamplingArguments) {
    super(readArguments(classNameOf(new.target), UPSAMPLING, args));
  }
}

/**
 * {@link Upsample} of images by bilinear interpolation, corners aligned.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.UpsamplingBilinear2d.html
 * @example
 * new nn.UpsamplingBilinear2d({ size: [5, 7] }).forward(ones([1, 3, 4, 4])).shape; // [1, 3, 5, 7]
 */
export class UpsamplingBilinear2d extends Upsample {
  static override readonly className: string = 'UpsamplingBilinear2d';
  /**
   * {@link Upsample} of images by bilinear interpolation, corners aligned.
   * @param args size and scaleFactor in this order or by name.
   */
  constructor(...args: UpsamplingArguments) {
    const { size, scaleFactor } = readArguments(classNameOf(new.target), UPSAMPLING, args);
    super({ size, scaleFactor, mode: 'bilinear', alignCorners: true });
  }
}
