/** The partial inverse of max pooling: maxima go back to where they stood, all else is 0. */
import { DTypeError, IndexError, ShapeError, showShape } from '../../errors.js';
import { scatter } from '../../ops/gather/gather.js';
import { aminmax } from '../../ops/reduce/extrema.js';
import { filled } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { leadingByName, type Named, readArguments } from '../../tensor/arguments.js';
import { assertTensor, type Pair, type Rank, type Single, type Sizes, sizesPerAxis, type Triple } from '../../tensor/checks.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkPoolInput } from './shape.js';

/** The options of the unpools. */
export interface MaxUnpoolOptions<S extends Sizes = Sizes> {
  /** Elements from one window to the next. Default: the kernel size. */
  stride?: S | null;
  /** The padding that the pooling added. Default: 0. */
  padding?: S;
  /** The size that was pooled, where it is not the smallest possible: its axes alone, or a whole shape. */
  outputSize?: readonly number[] | null;
}

/**
 * Puts the values of a max pooling back to where they stood; all other elements are 0. Where a place comes twice, the last value wins.
 * Gradient: is read from those places.
 * @param x [N, C, H, W] or [C, H, W]. @param indices as `maxPool2d` gave them with `returnIndices`, int64 in x's shape.
 * @param stride and what follows it: values in this order, or all of them by name in one object.
 * @returns [N, C, OH, OW], OH = (H - 1) stride - 2 padding + kernelSize, or outputSize.
 * @throws {ShapeError} for indices of another shape, or an outputSize that the pooling cannot have had. @throws {DTypeError} for other dtypes.
 * @throws {IndexError} for a place outside the result.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool2d.html
 * @example
 * const [y, places] = F.maxPool2d(randn([1, 3, 8, 8]), 2, { returnIndices: true });
 * F.maxUnpool2d(y, places, 2).shape; // [1, 3, 8, 8]
 */
export function maxUnpool2d(
  x: Tensor,
  indices: Tensor,
  kernelSize: Pair | Named<MaxUnpoolOptions<Pair>, 'kernelSize', Pair>,
  stride?: Pair | MaxUnpoolOptions<Pair> | null,
  padding?: Pair | MaxUnpoolOptions<Pair>,
  outputSize?: readonly number[] | null,
): Tensor {
  return maxUnpool('maxUnpool2d', 2, x, indices, [kernelSize, stride, padding, outputSize]);
}

/**
 * {@link maxUnpool2d} along one axis.
 * @param x [N, C, L] or [C, L].
 * @throws as maxUnpool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool1d.html
 * @example
 * const [y, places] = F.maxPool1d(randn([1, 3, 8]), 2, { returnIndices: true });
 * F.maxUnpool1d(y, places, 2).shape; // [1, 3, 8]
 */
export function maxUnpool1d(
  x: Tensor,
  indices: Tensor,
  kernelSize: Single | Named<MaxUnpoolOptions<Single>, 'kernelSize', Single>,
  stride?: Single | MaxUnpoolOptions<Single> | null,
  padding?: Single | MaxUnpoolOptions<Single>,
  outputSize?: readonly number[] | null,
): Tensor {
  return maxUnpool('maxUnpool1d', 1, x, indices, [kernelSize, stride, padding, outputSize]);
}

/**
 * {@link maxUnpool2d} over volumes.
 * @param x [N, C, D, H, W] or [C, D, H, W].
 * @throws as maxUnpool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool3d.html
 * @example
 * const [y, places] = F.maxPool3d(randn([1, 3, 4, 4, 4]), 2, { returnIndices: true });
 * F.maxUnpool3d(y, places, 2).shape; // [1, 3, 4, 4, 4]
 */
export function maxUnpool3d(
  x: Tensor,
  indices: Tensor,
  kernelSize: Triple | Named<MaxUnpoolOptions<Triple>, 'kernelSize', Triple>,
  stride?: Triple | MaxUnpoolOptions<Triple> | null,
  padding?: Triple | MaxUnpoolOptions<Triple>,
  outputSize?: readonly number[] | null,
): Tensor {
  return maxUnpool('maxUnpool3d', 3, x, indices, [kernelSize, stride, padding, outputSize]);
}

function maxUnpool(op: string, rank: Rank, x: Tensor, indices: Tensor, all: readonly unknown[]): Tensor {
  const [kernelSize, ...given] = leadingByName(op, ['kernelSize'], all) as [Sizes, ...unknown[]];
  const options = readArguments(
    op,
    { stride: null, padding: null, outputSize: null } as Record<keyof MaxUnpoolOptions, Sizes | null>,
    given,
  );
  const kernel = sizesPerAxis(op, 'kernelSize', kernelSize, rank, 1);
  const stride = sizesPerAxis(op, 'stride', options.stride ?? kernel, rank, 1);
  const padding = sizesPerAxis(op, 'padding', options.padding ?? 0, rank, 0);
  checkPoolInput(op, rank, x);
  assertTensor(op, 'indices', indices);
  if (indices.dtype !== 'int64')
    throw new DTypeError(`${op}: indices are ${indices.dtype}, expected int64, as max pooling gives them with returnIndices.`);
  if (showShape(indices.shape) !== showShape(x.shape))
    throw new ShapeError(`${op}: indices are ${showShape(indices.shape)}, expected the shape of x, ${showShape(x.shape)}.`);
  const least = x.shape.slice(-rank).map((s, d) => (s - 1) * stride[d]! + kernel[d]! - 2 * padding[d]!);
  const size = options.outputSize === null ? least : chosenSize(op, rank, options.outputSize, least, stride);
  if (size.some((s) => s < 1))
    throw new ShapeError(
      `${op}: the result would be ${showShape(size)} (x ${showShape(x.shape)}, padding ${showShape(padding)}). Take less padding.`,
    );

  const lead = x.shape.slice(0, -rank);
  const [count, plane] = [x.shape.slice(-rank).reduce((a, b) => a * b, 1), size.reduce((a, b) => a * b, 1)];
  checkPlaces(op, indices, plane, size);
  const zeros = filled([...lead, plane], x.dtype, 0);
  return reshape(scatter(zeros, -1, reshape(indices, [...lead, count]), reshape(x, [...lead, count])), [...lead, ...size]);
}

function chosenSize(op: string, rank: Rank, outputSize: Sizes, least: readonly number[], stride: readonly number[]): number[] {
  const whole = Array.isArray(outputSize) ? (outputSize as readonly number[]) : [outputSize as number];
  const size = whole.length === rank + 2 ? whole.slice(2) : [...whole];
  if (size.length !== rank || !size.every(Number.isInteger))
    throw new ShapeError(`${op}: outputSize is ${showShape(whole)}, expected ${rank} or ${rank + 2} whole numbers.`);
  size.forEach((s, d) => {
    const [from, to] = [least[d]! - stride[d]! + 1, least[d]! + stride[d]! - 1];
    if (s < from || s > to)
      throw new ShapeError(
        `${op}: outputSize ${showShape(whole)} has ${s} in axis ${d}, expected ${from} to ${to}, which this pooling can come from.`,
      );
  });
  return size;
}

function checkPlaces(op: string, indices: Tensor, plane: number, size: readonly number[]): void {
  if (indices.shape.includes(0)) return;
  const { min, max } = aminmax(indices);
  const wrong = [min.item(), max.item()].map(Number).find((at) => at < 0 || at >= plane);
  if (wrong !== undefined)
    throw new IndexError(
      `${op}: an index is ${wrong}, outside the result's ${plane} places (${size.join(' x ')}). Give the outputSize that was pooled.`,
    );
}
