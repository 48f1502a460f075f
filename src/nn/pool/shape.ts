/** What pooling checks before it computes, and the options that its functions and layers share; for one, two and three axes. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { assertFloating, type Rank, type Sizes, sizesPerAxis } from '../../tensor/arguments/checks.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type Axes, wordsOf } from '../conv/geometry.js';

export interface PoolOptions<S extends Sizes = Sizes> {
  /** Elements from one window to the next. Default: the kernel size. */
  stride?: S | null;
  /** Elements added on each side, at most half a window. Default: 0. */
  padding?: S;
  /** Lets windows reach over the end, as long as they start inside. Default: false. */
  ceilMode?: boolean;
}

/** The option of pools that find maxima. */
export interface IndicesOption<Indices extends boolean = boolean> {
  /** Also returns where each maximum stood: its position in the plane (or volume), row by row, as int64. Default: false. */
  returnIndices?: Indices;
}

/** What a pool of maxima returns: with `returnIndices`, the maxima are followed by where they stood. */
export type Pooled<Indices extends boolean> = Indices extends true ? [Tensor, Tensor] : Tensor;

/** The windows of a pooling as `readArguments` gives them: null stands for the kernel size as stride, for 0 as padding and for 1 as dilation. */
export interface Windows {
  readonly kernelSize: Sizes;
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
export function poolAxes(op: string, rank: Rank, x: Tensor, windows: Windows): Axes {
  checkPoolInput(op, rank, x);
  const given = showShape(x.shape);
  const [n, c, ...size] = (x.ndim === rank + 2 ? x.shape : [1, ...x.shape]) as [number, number, ...number[]];
  if (c === 0) throw new ShapeError(`${op}: x is ${given}, without channels. Only the batch may be empty.`);
  const kernel = sizesPerAxis(op, 'kernelSize', windows.kernelSize, rank, 1);
  const stride = sizesPerAxis(op, 'stride', windows.stride ?? kernel, rank, 1);
  const padding = sizesPerAxis(op, 'padding', windows.padding ?? 0, rank, 0);
  const dilation = sizesPerAxis(op, 'dilation', windows.dilation ?? 1, rank, 1);
  const outSize = size.map((s, d) => {
    const [k, p, step] = [kernel[d]!, padding[d]!, stride[d]!];
    if (p > k / 2) throw new ArgumentError(`${op}: padding ${p} is more than half of kernelSize ${k}.`);
    const room = s + 2 * p - (dilation[d]! * (k - 1) + 1);
    const count = (windows.ceilMode ? Math.ceil(room / step) : Math.floor(room / step)) + 1;
    // The last window must start inside the image or its left padding.
    return windows.ceilMode && (count - 1) * step >= s + p ? count - 1 : count;
  });
  if (outSize.some((s) => s < 1)) {
    throw new ShapeError(
      `${op}: windows of ${showShape(kernel)} do not fit ${rank === 3 ? 'a volume' : `an ${wordsOf(rank).image}`} of ${showShape(size)} (x ${given}): the result would be ${showShape(outSize)}. Take a smaller kernelSize, or padding.`,
    );
  }
  return { n, c, size, o: c, kernel, outSize, stride, padding, dilation, groups: 1 };
}
