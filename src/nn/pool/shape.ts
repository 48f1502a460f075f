/** What pooling checks before it computes, and the options that its functions share; for one, two and three axes. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { assertFloating, listable, type Rank, type Sizes, sizesPerAxis } from '../../tensor/checks.js';
import { show } from '../../tensor/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type Axes, type WindowSettings, wordsOf } from '../conv/geometry.js';

export interface PoolOptions<S extends Sizes = Sizes> {
  /** Elements from one window to the next. Default: the kernel size. */
  stride?: S | null;
  /** Elements added on each side, at most half a window. Default: 0. */
  padding?: S;
  /** Lets windows reach over the end, as long as they start inside. Default: false. */
  ceilMode?: boolean;
}

export interface MaxPoolOptions<S extends Sizes = Sizes> extends PoolOptions<S> {
  /** Elements from one tap of a window to the next. Default: 1. */
  dilation?: S;
  /** Also returns where each maximum stood: its position in the plane (or volume), row by row, as int64. Default: false. */
  returnIndices?: boolean;
}

export interface AvgPoolOptions<S extends Sizes = Sizes> extends PoolOptions<S> {
  /** Whether padding counts as zeros that are averaged. Default: true. */
  countIncludePad?: boolean;
}

export interface DividedPoolOptions<S extends Sizes = Sizes> extends AvgPoolOptions<S> {
  /** Divides by this instead of the window's size. */
  divisorOverride?: number | null;
}

/** The options of max pooling in PyTorch's order, as `readArguments` takes them; null stands for the kernel size, for 0 and for 1. */
export const MAX_POOL: WindowSettings<MaxPoolOptions> = {
  stride: null,
  padding: null,
  dilation: null,
  ceilMode: false,
  returnIndices: false,
};
/** The options of average pooling along one axis, likewise. */
export const AVG_POOL: WindowSettings<AvgPoolOptions> = { stride: null, padding: null, ceilMode: false, countIncludePad: true };
/** The options of average pooling over more axes, likewise. */
export const DIVIDED_POOL: WindowSettings<DividedPoolOptions> = { ...AVG_POOL, divisorOverride: null };

/** What the geometry of a pooling follows from, besides the sizes of the input and of the windows. */
export interface WindowSteps {
  readonly stride: Sizes | null;
  readonly padding: Sizes | null;
  readonly dilation?: Sizes | null;
  readonly ceilMode: boolean;
}

/** Throws unless `x` has `rank` axes behind its channels, with or without a batch in front, none of them empty. */
export function checkPoolInput(op: string, rank: Rank, x: Tensor): void {
  assertFloating(op, 'x', x);
  const { shape, ndim } = x;
  if (ndim !== rank + 1 && ndim !== rank + 2) {
    const hint = ndim === rank ? ' Insert the channel dim: x.unsqueeze(0).' : '';
    throw new ShapeError(`${op}: x is ${showShape(shape)}, expected ${wordsOf(rank).input}.${hint}`);
  }
  if (shape.slice(-rank).includes(0))
    throw new ShapeError(`${op}: x is ${showShape(shape)}: there is nothing to pool. Only the batch may be empty.`);
}

/** The geometry of pooling, after the checks. */
export function poolAxes(op: string, rank: Rank, x: Tensor, kernelSize: Sizes, options: WindowSteps): Axes {
  checkPoolInput(op, rank, x);
  const given = showShape(x.shape);
  const [n, c, ...size] = (x.ndim === rank + 2 ? x.shape : [1, ...x.shape]) as [number, number, ...number[]];
  if (c === 0) throw new ShapeError(`${op}: x is ${given}, without channels. Only the batch may be empty.`);
  const kernel = sizesPerAxis(op, 'kernelSize', kernelSize, rank, 1);
  const stride = sizesPerAxis(op, 'stride', options.stride ?? kernel, rank, 1);
  const padding = sizesPerAxis(op, 'padding', options.padding ?? 0, rank, 0);
  const dilation = sizesPerAxis(op, 'dilation', options.dilation ?? 1, rank, 1);
  const outSize = size.map((s, d) => {
    const [k, p, step] = [kernel[d]!, padding[d]!, stride[d]!];
    if (p > k / 2) throw new ArgumentError(`${op}: padding ${p} is more than half of kernelSize ${k}.`);
    const room = s + 2 * p - (dilation[d]! * (k - 1) + 1);
    const count = (options.ceilMode ? Math.ceil(room / step) : Math.floor(room / step)) + 1;
    // The last window must start inside the image or its left padding.
    return options.ceilMode && (count - 1) * step >= s + p ? count - 1 : count;
  });
  if (outSize.some((s) => s < 1)) {
    throw new ShapeError(
      `${op}: windows of ${showShape(kernel)} do not fit ${rank === 3 ? 'a volume' : `an ${wordsOf(rank).image}`} of ${showShape(size)} (x ${given}): the result would be ${showShape(outSize)}. Take a smaller kernelSize, or padding.`,
    );
  }
  return { n, c, size, o: c, kernel, outSize, stride, padding, dilation, groups: 1 };
}

/** The sizes per axis that adaptive pooling is to give; null keeps an axis. */
export function adaptiveSizes(op: string, rank: Rank, x: Tensor, outputSize: number | readonly (number | null)[]): number[] {
  checkPoolInput(op, rank, x);
  const wanted = Array.isArray(outputSize) ? outputSize.map((s, d) => s ?? x.shape[x.ndim - rank + d]!) : (outputSize as number);
  const sizes = sizesPerAxis(op, 'outputSize', wanted, rank, 0);
  for (const size of sizes) listable(op, 'places along an axis', size);
  return sizes;
}

/** Throws for a divisor of 0. */
export function divisorOf(op: string, override: number | null | undefined): number {
  if (override != null && (!Number.isInteger(override) || override === 0))
    throw new ArgumentError(`${op}: divisorOverride is ${show(override)}, expected a whole number other than 0.`);
  return override ?? 0;
}
