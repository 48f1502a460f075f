/** Pooling over as many windows as give a wanted size: window i of an axis covers floor(i from / to) to ceil((i + 1) from / to). */
import { ShapeError, showShape } from '../../errors.js';
import { div, mul } from '../../ops/elementwise/binary.js';
import { where } from '../../ops/elementwise/table.js';
import { gather, indexSelect } from '../../ops/gather/gather.js';
import { sum } from '../../ops/reduce/sum.js';
import { filled, formatOf } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { leadingByName, readArguments, tooMany } from '../../tensor/arguments.js';
import type { Rank } from '../../tensor/checks.js';
import { fromTypedArray, tensor } from '../../tensor/create.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { Axes } from '../conv/geometry.js';
import { averageOf, maxOf } from './functional.js';
import { adaptiveSizes } from './shape.js';

/** One size for both axes, or [height, width]; null keeps an axis. */
export type AdaptivePair = number | readonly [number | null, number | null];
/** One size for all axes, or [depth, height, width]; null keeps an axis. */
export type AdaptiveTriple = number | readonly [number | null, number | null, number | null];
/** A size, or [length]. */
export type AdaptiveSingle = number | readonly [number];

/**
 * Means of windows chosen so that the result has a given size.
 * @param x [N, C, H, W] or [C, H, W]. @param outputSize one size, or [height, width]; null keeps a size.
 * @returns [N, C, ...outputSize].
 * @throws {ShapeError} for another number of dims. @throws {ArgumentError} for a size that is no whole number. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 * @example
 * F.adaptiveAvgPool2d(randn([1, 3, 7, 5]), [2, null]).shape; // [1, 3, 2, 5]
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: AdaptivePair | { outputSize: AdaptivePair }): Tensor {
  if (arguments.length > 2) tooMany('adaptiveAvgPool2d', 2, arguments);
  return adaptiveAverage('adaptiveAvgPool2d', 2, x, [outputSize]);
}

/**
 * {@link adaptiveAvgPool2d} along one axis.
 * @param x [N, C, L] or [C, L].
 * @throws as adaptiveAvgPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool1d.html
 * @example
 * F.adaptiveAvgPool1d(randn([1, 3, 7]), 2).shape; // [1, 3, 2]
 */
export function adaptiveAvgPool1d(x: Tensor, outputSize: AdaptiveSingle | { outputSize: AdaptiveSingle }): Tensor {
  if (arguments.length > 2) tooMany('adaptiveAvgPool1d', 2, arguments);
  return adaptiveAverage('adaptiveAvgPool1d', 1, x, [outputSize]);
}

/**
 * {@link adaptiveAvgPool2d} over volumes.
 * @param x [N, C, D, H, W] or [C, D, H, W].
 * @throws as adaptiveAvgPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool3d.html
 * @example
 * F.adaptiveAvgPool3d(randn([1, 3, 4, 7, 5]), 2).shape; // [1, 3, 2, 2, 2]
 */
export function adaptiveAvgPool3d(x: Tensor, outputSize: AdaptiveTriple | { outputSize: AdaptiveTriple }): Tensor {
  if (arguments.length > 2) tooMany('adaptiveAvgPool3d', 2, arguments);
  return adaptiveAverage('adaptiveAvgPool3d', 3, x, [outputSize]);
}

interface IndicesOption {
  /** Also returns where each maximum stood: its position in the plane (or volume), row by row, as int64. Default: false. */
  returnIndices?: boolean;
}

/**
 * Maxima of windows chosen so that the result has a given size; NaN wins.
 * Gradient: to the place of the maximum, the first of equals.
 * @param x [N, C, H, W] or [C, H, W]. @param outputSize one size, or [height, width]; null keeps a size.
 * @returns [N, C, ...outputSize], with `returnIndices` (given alone, or in an object) followed by the int64 places.
 * @throws as {@link adaptiveAvgPool2d}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool2d.html
 * @example
 * F.adaptiveMaxPool2d(randn([1, 3, 7, 5]), 2).shape; // [1, 3, 2, 2]
 */
export function adaptiveMaxPool2d(x: Tensor, outputSize: AdaptivePair, options: true | { returnIndices: true }): [Tensor, Tensor];
export function adaptiveMaxPool2d(x: Tensor, outputSize: AdaptivePair, options?: false | { returnIndices?: false }): Tensor;
export function adaptiveMaxPool2d(x: Tensor, options: { outputSize: AdaptivePair; returnIndices: true }): [Tensor, Tensor];
export function adaptiveMaxPool2d(x: Tensor, options: { outputSize: AdaptivePair; returnIndices?: false }): Tensor;
export function adaptiveMaxPool2d(x: Tensor, outputSize: AdaptivePair, options?: boolean | IndicesOption): Tensor | [Tensor, Tensor];
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: AdaptivePair | object,
  options?: boolean | IndicesOption,
): Tensor | [Tensor, Tensor] {
  return adaptiveMax('adaptiveMaxPool2d', 2, x, outputSize, options);
}

/**
 * {@link adaptiveMaxPool2d} along one axis.
 * @param x [N, C, L] or [C, L].
 * @throws as adaptiveAvgPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool1d.html
 * @example
 * F.adaptiveMaxPool1d(randn([1, 3, 7]), 2).shape; // [1, 3, 2]
 */
export function adaptiveMaxPool1d(x: Tensor, outputSize: AdaptiveSingle, options: true | { returnIndices: true }): [Tensor, Tensor];
export function adaptiveMaxPool1d(x: Tensor, outputSize: AdaptiveSingle, options?: false | { returnIndices?: false }): Tensor;
export function adaptiveMaxPool1d(x: Tensor, options: { outputSize: AdaptiveSingle; returnIndices: true }): [Tensor, Tensor];
export function adaptiveMaxPool1d(x: Tensor, options: { outputSize: AdaptiveSingle; returnIndices?: false }): Tensor;
export function adaptiveMaxPool1d(x: Tensor, outputSize: AdaptiveSingle, options?: boolean | IndicesOption): Tensor | [Tensor, Tensor];
export function adaptiveMaxPool1d(
  x: Tensor,
  outputSize: AdaptiveSingle | object,
  options?: boolean | IndicesOption,
): Tensor | [Tensor, Tensor] {
  return adaptiveMax('adaptiveMaxPool1d', 1, x, outputSize, options);
}

/**
 * {@link adaptiveMaxPool2d} over volumes.
 * @param x [N, C, D, H, W] or [C, D, H, W].
 * @throws as adaptiveAvgPool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool3d.html
 * @example
 * F.adaptiveMaxPool3d(randn([1, 3, 4, 7, 5]), 2).shape; // [1, 3, 2, 2, 2]
 */
export function adaptiveMaxPool3d(x: Tensor, outputSize: AdaptiveTriple, options: true | { returnIndices: true }): [Tensor, Tensor];
export function adaptiveMaxPool3d(x: Tensor, outputSize: AdaptiveTriple, options?: false | { returnIndices?: false }): Tensor;
export function adaptiveMaxPool3d(x: Tensor, options: { outputSize: AdaptiveTriple; returnIndices: true }): [Tensor, Tensor];
export function adaptiveMaxPool3d(x: Tensor, options: { outputSize: AdaptiveTriple; returnIndices?: false }): Tensor;
export function adaptiveMaxPool3d(x: Tensor, outputSize: AdaptiveTriple, options?: boolean | IndicesOption): Tensor | [Tensor, Tensor];
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: AdaptiveTriple | object,
  options?: boolean | IndicesOption,
): Tensor | [Tensor, Tensor] {
  return adaptiveMax('adaptiveMaxPool3d', 3, x, outputSize, options);
}

/** The windows along one axis. They overlap and differ in length, so each gets a run of its own, as long as the longest. */
interface Windows {
  readonly to: number;
  /** Elements of a run; `from / to` where no runs are needed. */
  readonly length: number;
  /** Element by element, where the runs come from; a short window's last element is repeated. Null where nothing needs to be moved. */
  readonly source: readonly number[] | null;
  /** Which elements of the runs belong to their window. */
  readonly inside: readonly boolean[];
  readonly counts: readonly number[];
}

function windowsOf(from: number, to: number): Windows {
  const starts = Array.from({ length: to }, (_, i) => Math.floor((i * from) / to));
  const counts = starts.map((start, i) => Math.ceil(((i + 1) * from) / to) - start);
  if (from % to === 0) return { to, length: from / to, source: null, inside: new Array<boolean>(from).fill(true), counts };
  const length = Math.max(...counts);
  const runs = starts.flatMap((start, i) =>
    Array.from({ length }, (_, k) => [start + Math.min(k, counts[i]! - 1), k < counts[i]!] as const),
  );
  return { to, length, source: runs.map(([at]) => at), inside: runs.map(([, belongs]) => belongs), counts };
}

/** The windows of every axis laid out side by side, and the geometry that pools them. */
function sideBySide(
  x: Tensor,
  rank: Rank,
  sizes: readonly number[],
): { runs: Tensor; windows: Windows[]; axes: Axes; index: (Tensor | null)[] } {
  const [n, c] = x.ndim === rank + 2 ? (x.shape as [number, number]) : [1, x.shape[0]!];
  const windows = x.shape.slice(-rank).map((from, d) => windowsOf(from, sizes[d]!));
  const index = windows.map(({ source }) => source && fromTypedArray(BigInt64Array.from(source, BigInt)));
  const runs = index.reduce<Tensor>((part, at, d) => (at === null ? part : indexSelect(part, part.ndim - rank + d, at)), x);
  const kernel = windows.map((w) => w.length);
  const zeros = windows.map(() => 0);
  const ones = windows.map(() => 1);
  const size = runs.shape.slice(-rank);
  const axes: Axes = { n, c, size, o: c, kernel, outSize: sizes, stride: kernel, padding: zeros, dilation: ones, groups: 1 };
  return { runs, windows, axes, index };
}

type OutputSize = number | readonly (number | null)[];

function adaptiveAverage(op: string, rank: Rank, x: Tensor, given: readonly unknown[]): Tensor {
  const [outputSize, ...rest] = leadingByName(op, ['outputSize'], given) as [OutputSize, ...unknown[]];
  readArguments(op, {}, rest);
  const sizes = adaptiveSizes(op, rank, x, outputSize);
  const shape = [...x.shape.slice(0, -rank), ...sizes];
  if (sizes.includes(0)) return nothing(x, shape);
  const { runs, windows, axes } = sideBySide(x, rank, sizes);
  const format = (out: Tensor) => (rank < 3 && x.ndim === rank + 2 ? formatOf(out, x) : out);
  if (windows.every((w) => w.source === null)) return format(reshape(averageOf(runs, axes, true, 0), shape));
  // Sums of what belongs to each window, over how much that is.
  const own = windows.reduce<Tensor>((part, w, d) => where(along(w.inside.map(Number), d, rank, 'bool'), part, 0), runs);
  const sums = reshape(averageOf(own, axes, true, 1), shape);
  return format(windows.reduce<Tensor>((part, w, d) => div(part, along(w.counts, d, rank, x.dtype)), sums));
}

/** An empty result, through which gradients of 0 reach x. */
function nothing(x: Tensor, shape: readonly number[]): Tensor {
  return mul(filled(shape, x.dtype, 0), sum(x));
}

/** Values along axis d of `rank`. */
function along(values: readonly number[], d: number, rank: Rank, dtype: 'bool' | Tensor['dtype']): Tensor {
  return reshape(tensor([...values], { dtype }), [-1, ...new Array<number>(rank - 1 - d).fill(1)]);
}

function adaptiveMax(op: string, rank: Rank, x: Tensor, outputSize: OutputSize | object, given: unknown): Tensor | [Tensor, Tensor] {
  const [size, ...rest] = leadingByName(op, ['outputSize'], [outputSize, given]) as [OutputSize, ...unknown[]];
  const { returnIndices } = readArguments(op, { returnIndices: false }, rest);
  const sizes = adaptiveSizes(op, rank, x, size);
  if (x.ndim === rank + 2 && x.shape[1] === 0)
    throw new ShapeError(`${op}: x is ${showShape(x.shape)}, without channels. Only the batch may be empty.`);
  const shape = [...x.shape.slice(0, -rank), ...sizes];
  if (sizes.includes(0)) return returnIndices ? [nothing(x, shape), emptyTensor(shape, 'int64')] : nothing(x, shape);
  const { runs, axes, index } = sideBySide(x, rank, sizes);
  const [values, places] = maxOf(runs, axes, returnIndices);
  const format = (y: Tensor) => (rank < 3 && x.ndim === rank + 2 ? formatOf(reshape(y, shape), x) : reshape(y, shape));
  if (!returnIndices) return format(values);
  if (index.every((at) => at === null)) return [format(values), format(places!)];
  // Places in the runs become places in x: those of x's own elements, laid out as the runs are.
  const from = x.shape.slice(-rank);
  const own = reshape(fromTypedArray(BigInt64Array.from({ length: from.reduce((a, b) => a * b, 1) }, (_, i) => BigInt(i))), from);
  const laid = reshape(
    index.reduce<Tensor>((part, at, d) => (at === null ? part : indexSelect(part, d, at)), own),
    [-1],
  );
  return [format(values), format(gather(laid, 0, reshape(places!, [-1])))];
}
