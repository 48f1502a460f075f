/**
 * Pooling over windows of one, two and three axes. The kernels pool planes: one axis is a plane of one row, and three axes are pooled
 * twice, every slice first and then along the depth.
 */

import { named } from '../../autograd/node.js';
import { ShapeError, showShape } from '../../errors.js';
import { add, div, floorDivide, mul } from '../../ops/elementwise/binary.js';
import { clamp } from '../../ops/elementwise/clamp.js';
import { ge } from '../../ops/elementwise/comparison.js';
import { where } from '../../ops/elementwise/table.js';
import { gather } from '../../ops/gather/gather.js';
import { formatOf } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { leadingByName, type Named, readArguments } from '../../tensor/arguments.js';
import type { Pair, Rank, Single, Sizes, Triple } from '../../tensor/checks.js';
import { fromTypedArray } from '../../tensor/create.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { type Axes, type Geometry, planar, type WindowSettings } from '../conv/geometry.js';
import { averagePlanes, maxPlanes } from './kernels.js';
import {
  AVG_POOL,
  type AvgPoolOptions,
  DIVIDED_POOL,
  type DividedPoolOptions,
  divisorOf,
  MAX_POOL,
  type MaxPoolOptions,
  poolAxes,
} from './shape.js';

/** The options of {@link MaxPool1d}. */
export type MaxPool1dOptions = MaxPoolOptions<Single>;
/** The options of {@link MaxPool2d}. */
export type MaxPool2dOptions = MaxPoolOptions<Pair>;
/** The options of {@link MaxPool3d}. */
export type MaxPool3dOptions = MaxPoolOptions<Triple>;
/** The options of {@link AvgPool1d}. */
export type AvgPool1dOptions = AvgPoolOptions<Single>;
/** The options of {@link AvgPool2d}. */
export type AvgPool2dOptions = DividedPoolOptions<Pair>;
/** The options of {@link AvgPool3d}. */
export type AvgPool3dOptions = DividedPoolOptions<Triple>;

type Plain<S extends Sizes> = MaxPoolOptions<S> & { returnIndices?: false };
type Indexed<S extends Sizes> = MaxPoolOptions<S> & { returnIndices: true };
type IndexedPlaces<S extends Sizes> =
  | [Indexed<S>]
  | [stride: S | null | undefined, Indexed<S>]
  | [stride: S | null | undefined, padding: S, Indexed<S>];

/**
 * The largest value of each window; padding never wins, NaN does.
 * Gradient: to the place of the maximum, the first of equals.
 * @param x [N, C, H, W], or [C, H, W] for one image.
 * @param stride and what follows it (default: the kernel size): values in this order, or all of them by name in one object.
 * @returns [N, C, OH, OW], with `returnIndices` followed by the int64 places.
 * @throws {ShapeError} when no window fits. @throws {ArgumentError} for padding of more than half a window. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 * @example
 * F.maxPool2d(randn([1, 3, 8, 8]), 2).shape; // [1, 3, 4, 4]
 * const [values, places] = F.maxPool2d(randn([1, 3, 8, 8]), 3, { stride: 2, padding: 1, returnIndices: true });
 */
export function maxPool2d(x: Tensor, kernelSize: Pair, ...options: IndexedPlaces<Pair>): [Tensor, Tensor];
export function maxPool2d(x: Tensor, options: Named<MaxPool2dOptions, 'kernelSize', Pair> & { returnIndices: true }): [Tensor, Tensor];
export function maxPool2d(x: Tensor, options: Named<Plain<Pair>, 'kernelSize', Pair>): Tensor;
export function maxPool2d(
  x: Tensor,
  kernelSize: Pair,
  stride?: Pair | Plain<Pair> | null,
  padding?: Pair | Plain<Pair>,
  dilation?: Pair | Plain<Pair>,
  ceilMode?: boolean,
): Tensor;
export function maxPool2d(
  x: Tensor,
  kernelSize: Pair,
  stride?: Pair | MaxPool2dOptions | null,
  padding?: Pair | MaxPool2dOptions,
  dilation?: Pair | MaxPool2dOptions,
  ceilMode?: boolean,
  returnIndices?: boolean,
): Tensor | [Tensor, Tensor];
export function maxPool2d(x: Tensor, ...given: unknown[]): Tensor | [Tensor, Tensor] {
  return labelled('MaxPool2DWithIndices', maxPool('maxPool2d', 2, x, given));
}

/** Names what was pooled, with or without its places. */
function labelled<T extends Tensor | [Tensor, Tensor]>(label: string, out: T): T {
  named(label, Array.isArray(out) ? out[0] : (out as Tensor));
  return out;
}

/**
 * {@link maxPool2d} along one axis.
 * @param x [N, C, L], or [C, L] for one item.
 * @throws as maxPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool1d.html
 * @example
 * F.maxPool1d(randn([1, 3, 8]), 2).shape; // [1, 3, 4]
 */
export function maxPool1d(x: Tensor, kernelSize: Single, ...options: IndexedPlaces<Single>): [Tensor, Tensor];
export function maxPool1d(x: Tensor, options: Named<MaxPool1dOptions, 'kernelSize', Single> & { returnIndices: true }): [Tensor, Tensor];
export function maxPool1d(x: Tensor, options: Named<Plain<Single>, 'kernelSize', Single>): Tensor;
export function maxPool1d(
  x: Tensor,
  kernelSize: Single,
  stride?: Single | Plain<Single> | null,
  padding?: Single | Plain<Single>,
  dilation?: Single | Plain<Single>,
  ceilMode?: boolean,
): Tensor;
export function maxPool1d(
  x: Tensor,
  kernelSize: Single,
  stride?: Single | MaxPool1dOptions | null,
  padding?: Single | MaxPool1dOptions,
  dilation?: Single | MaxPool1dOptions,
  ceilMode?: boolean,
  returnIndices?: boolean,
): Tensor | [Tensor, Tensor];
export function maxPool1d(x: Tensor, ...given: unknown[]): Tensor | [Tensor, Tensor] {
  return labelled('SqueezeBackward1', maxPool('maxPool1d', 1, x, given));
}

/**
 * {@link maxPool2d} over volumes.
 * @param x [N, C, D, H, W], or [C, D, H, W] for one volume.
 * @throws as maxPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool3d.html
 * @example
 * F.maxPool3d(randn([1, 3, 4, 8, 8]), [1, 2, 2]).shape; // [1, 3, 4, 4, 4]
 */
export function maxPool3d(x: Tensor, kernelSize: Triple, ...options: IndexedPlaces<Triple>): [Tensor, Tensor];
export function maxPool3d(x: Tensor, options: Named<MaxPool3dOptions, 'kernelSize', Triple> & { returnIndices: true }): [Tensor, Tensor];
export function maxPool3d(x: Tensor, options: Named<Plain<Triple>, 'kernelSize', Triple>): Tensor;
export function maxPool3d(
  x: Tensor,
  kernelSize: Triple,
  stride?: Triple | Plain<Triple> | null,
  padding?: Triple | Plain<Triple>,
  dilation?: Triple | Plain<Triple>,
  ceilMode?: boolean,
): Tensor;
export function maxPool3d(
  x: Tensor,
  kernelSize: Triple,
  stride?: Triple | MaxPool3dOptions | null,
  padding?: Triple | MaxPool3dOptions,
  dilation?: Triple | MaxPool3dOptions,
  ceilMode?: boolean,
  returnIndices?: boolean,
): Tensor | [Tensor, Tensor];
export function maxPool3d(x: Tensor, ...given: unknown[]): Tensor | [Tensor, Tensor] {
  return labelled('MaxPool3DWithIndices', maxPool('maxPool3d', 3, x, given));
}

function maxPool(op: string, rank: Rank, x: Tensor, given: unknown[]): Tensor | [Tensor, Tensor] {
  const [kernelSize, ...rest] = leadingByName(op, ['kernelSize'], given);
  const options = readArguments(op, MAX_POOL, rest);
  const axes = poolAxes(op, rank, x, kernelSize as Sizes, options);
  const shape = [...x.shape.slice(0, -rank), ...axes.outSize];
  const wanted = options.returnIndices;
  const [values, indices] = maxOf(x, axes, wanted);
  const format = (y: Tensor) => (x.ndim === rank + 2 ? formatOf(reshape(y, shape), x) : reshape(y, shape));
  return wanted ? [format(values), format(indices!)] : format(values);
}

/** The maxima of the windows, and where they stood when that is wanted; in row-major order, the shape is the caller's to give. */
export function maxOf(x: Tensor, axes: Axes, wanted: boolean): [Tensor, Tensor | null] {
  const one = (input: Tensor, g: Geometry): [Tensor, Tensor | null] => {
    const indices = emptyTensor([g.n, g.c, ...g.outSize], 'int64');
    const values = maxPlanes(reshape(input, [g.n, g.c, ...g.size]), indices, g, !wanted);
    return [values, wanted ? indices : null];
  };
  if (axes.size.length < 3) return one(x, planar(axes));
  const [slices, depth] = inTwo(axes);
  const [inSlices, places] = one(x, slices);
  const [values, best] = one(inSlices, depth);
  return [values, wanted ? placesInVolume(places!, best!, slices, depth) : null];
}

/** Where the maxima stood in the volume: the slice from `best`, the place in it from `places`. */
function placesInVolume(places: Tensor, best: Tensor, slices: Geometry, depth: Geometry): Tensor {
  const { n, c } = depth;
  const [deep, windows] = depth.size;
  const at = reshape(best, [n, c, depth.outSize[0], windows]);
  const slice = floorDivide(at, windows);
  const known = gather(
    reshape(places, [n, c, deep * windows]),
    2,
    clamp(reshape(best, [n, c, depth.outSize[0] * windows]), 0, deep * windows - 1),
  );
  // A window that lies behind the last slice altogether names the first place that it would see, as torch does.
  const first = (d: 0 | 1, i: number) => {
    const start = i * slices.stride[d] - slices.padding[d];
    return start >= 0 ? start : start + Math.ceil(-start / slices.dilation[d]) * slices.dilation[d];
  };
  const width = slices.outSize[1];
  const corners = BigInt64Array.from({ length: windows }, (_, i) =>
    BigInt(first(0, Math.floor(i / width)) * slices.size[1] + first(1, i % width)),
  );
  const inSlice = where(ge(slice, deep), fromTypedArray(corners), reshape(known, at.shape));
  return add(mul(slice, slices.size[0] * slices.size[1]), inSlice);
}

/** Pooling of volumes as that of every slice, and then that along the depth, of planes [depth, places in a slice]. */
function inTwo(axes: Axes): [slices: Geometry, depth: Geometry] {
  const slices = planar(axes);
  const [places, first] = [slices.outSize[0] * slices.outSize[1], (values: readonly number[]) => values[0]!];
  const depth: Geometry = {
    ...slices,
    size: [first(axes.size), places],
    kernel: [first(axes.kernel), 1],
    outSize: [first(axes.outSize), places],
    stride: [first(axes.stride), 1],
    padding: [first(axes.padding), 0],
    dilation: [first(axes.dilation), 1],
  };
  const channels = axes.c * depth.size[0];
  return [{ ...slices, c: channels, o: channels }, depth];
}

/**
 * The mean of each window.
 * @param x [N, C, H, W], or [C, H, W] for one image.
 * @param stride and what follows it (default: the kernel size): values in this order, or all of them by name in one object.
 * @returns [N, C, OH, OW].
 * @throws {ShapeError} when no window fits. @throws {ArgumentError} for padding of more than half a window, or divisorOverride 0.
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html
 * @example
 * F.avgPool2d(randn([1, 3, 8, 8]), 3, { stride: 2, padding: 1, countIncludePad: false }).shape; // [1, 3, 4, 4]
 */
export function avgPool2d(
  x: Tensor,
  kernelSize: Pair | Named<AvgPool2dOptions, 'kernelSize', Pair>,
  stride?: Pair | AvgPool2dOptions | null,
  padding?: Pair | AvgPool2dOptions,
  ceilMode?: boolean,
  countIncludePad?: boolean,
  divisorOverride?: number | null,
): Tensor {
  const [size, ...rest] = leadingByName(
    'avgPool2d',
    ['kernelSize'],
    [kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride],
  );
  return named('AvgPool2D', avgPool('avgPool2d', 2, x, size as Sizes, readArguments('avgPool2d', DIVIDED_POOL, rest)));
}

/**
 * {@link avgPool2d} along one axis.
 * @param x [N, C, L], or [C, L] for one item.
 * @throws as avgPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool1d.html
 * @example
 * F.avgPool1d(randn([1, 3, 8]), 2).shape; // [1, 3, 4]
 */
export function avgPool1d(
  x: Tensor,
  kernelSize: Single | Named<AvgPool1dOptions, 'kernelSize', Single>,
  stride?: Single | AvgPool1dOptions | null,
  padding?: Single | AvgPool1dOptions,
  ceilMode?: boolean,
  countIncludePad?: boolean,
): Tensor {
  const [size, ...rest] = leadingByName('avgPool1d', ['kernelSize'], [kernelSize, stride, padding, ceilMode, countIncludePad]);
  return named(
    'SqueezeBackward1',
    avgPool('avgPool1d', 1, x, size as Sizes, { ...readArguments('avgPool1d', AVG_POOL, rest), divisorOverride: null }),
  );
}

/**
 * {@link avgPool2d} over volumes.
 * @param x [N, C, D, H, W], or [C, D, H, W] for one volume.
 * @throws as avgPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool3d.html
 * @example
 * F.avgPool3d(randn([1, 3, 4, 8, 8]), 2).shape; // [1, 3, 2, 4, 4]
 */
export function avgPool3d(
  x: Tensor,
  kernelSize: Triple | Named<AvgPool3dOptions, 'kernelSize', Triple>,
  stride?: Triple | AvgPool3dOptions | null,
  padding?: Triple | AvgPool3dOptions,
  ceilMode?: boolean,
  countIncludePad?: boolean,
  divisorOverride?: number | null,
): Tensor {
  const [size, ...rest] = leadingByName(
    'avgPool3d',
    ['kernelSize'],
    [kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride],
  );
  return named('AvgPool3D', avgPool('avgPool3d', 3, x, size as Sizes, readArguments('avgPool3d', DIVIDED_POOL, rest)));
}

function avgPool(op: string, rank: Rank, x: Tensor, kernelSize: Sizes, options: WindowSettings<DividedPoolOptions>): Tensor {
  const divisor = divisorOf(op, options.divisorOverride);
  const axes = poolAxes(op, rank, x, kernelSize, options);
  // As in PyTorch, which counts no padding here, and asks it of three dims only.
  if (rank === 3 && axes.size.some((size, i) => size < axes.kernel[i]!))
    throw new ShapeError(
      `${op}: the sizes ${showShape(axes.size)} of the input are smaller than the window ${showShape(axes.kernel)}. Take a smaller one.`,
    );
  const out = reshape(averageOf(x, axes, options.countIncludePad, divisor), [...x.shape.slice(0, -rank), ...axes.outSize]);
  return rank < 3 && x.ndim === rank + 2 ? formatOf(out, x) : out;
}

/** The means of the windows; in row-major order, the shape is the caller's to give. */
export function averageOf(x: Tensor, axes: Axes, countPad: boolean, divisor: number): Tensor {
  const one = (input: Tensor, g: Geometry, by: number) => averagePlanes(reshape(input, [g.n, g.c, ...g.size]), g, countPad, by);
  if (axes.size.length < 3) return one(x, planar(axes), divisor);
  // What a window divides by is a product over the axes.
  const [slices, depth] = inTwo(axes);
  if (divisor === 0) return one(one(x, slices, 0), depth, 0);
  return div(one(one(x, slices, 1), depth, 1), divisor);
}
