/** The partial inverse of max pooling: maxima go back to where they stood, all else is 0. */
import { DTypeError, IndexError, ShapeError, showShape } from '../../errors.js';
import { scatter } from '../../ops/gather/gather.js';
import { aminmax } from '../../ops/reduce/extrema.js';
import { filled } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { type Arguments, type Named, readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertTensor, type Pair, type Rank, type Single, type Sizes, sizesPerAxis, type Triple } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { isOptions } from '../../tensor/arguments/show.js';
import { sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { tuple } from '../module/text.js';
import { checkPoolInput } from './shape.js';

/** The options of the layers that unpool. */
export interface MaxUnpoolLayerOptions<S extends Sizes = Sizes> {
  /** Elements from one window to the next. Default: the kernel size. */
  stride?: S | null;
  /** The padding that the pooling added. Default: 0. */
  padding?: S;
}

/** The options of the functions that unpool. */
export interface MaxUnpoolOptions<S extends Sizes = Sizes> extends MaxUnpoolLayerOptions<S> {
  /** The size that was pooled, where it is not the smallest possible: its axes alone, or a whole shape. */
  outputSize?: readonly number[] | null;
}

/** The options of {@link maxUnpool1d}. */
export type MaxUnpool1dOptions = MaxUnpoolOptions<Single>;
/** The options of {@link maxUnpool2d}. */
export type MaxUnpool2dOptions = MaxUnpoolOptions<Pair>;
/** The options of {@link maxUnpool3d}. */
export type MaxUnpool3dOptions = MaxUnpoolOptions<Triple>;
/** The options of {@link MaxUnpool1d}. */
export type MaxUnpool1dLayerOptions = MaxUnpoolLayerOptions<Single>;
/** The options of {@link MaxUnpool2d}. */
export type MaxUnpool2dLayerOptions = MaxUnpoolLayerOptions<Pair>;
/** The options of {@link MaxUnpool3d}. */
export type MaxUnpool3dLayerOptions = MaxUnpoolLayerOptions<Triple>;

type UnpoolArguments<S extends Sizes> = Arguments<
  Named<MaxUnpoolOptions<S>, 'kernelSize', S>,
  [kernelSize: 'kernelSize', stride: 'stride', padding: 'padding', outputSize: 'outputSize']
>;
type UnpoolLayerArguments<S extends Sizes> = Arguments<
  Named<MaxUnpoolLayerOptions<S>, 'kernelSize', S>,
  [kernelSize: 'kernelSize', stride: 'stride', padding: 'padding']
>;

interface UnpoolSettings {
  readonly kernelSize: Sizes;
  readonly stride: Sizes | null;
  readonly padding: Sizes | null;
  readonly outputSize: readonly number[] | null;
}

/** In PyTorch's order. */
const LAYER: Omit<UnpoolSettings, 'outputSize'> = { kernelSize: required, stride: null, padding: null };
const UNPOOL: UnpoolSettings = { ...LAYER, outputSize: null };

/**
 * Puts the values of a max pooling back to where they stood; all other elements are 0. Where a place comes twice, the last value wins.
 * Gradient: is read from those places.
 * @param x [N, C, H, W] or [C, H, W]. @param indices as `maxPool2d` gave them with `returnIndices`, int64 in x's shape.
 * @param args kernelSize, stride (default: the kernel size), padding (0) and outputSize (null), in this order or by name.
 * @returns [N, C, OH, OW], OH = (H - 1) stride - 2 padding + kernelSize, or outputSize.
 * @throws {ShapeError} for indices of another shape, or an outputSize that the pooling cannot have had. @throws {DTypeError} for other dtypes.
 * @throws {IndexError} for a place outside the result.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool2d.html
 * @example
 * const [y, places] = F.maxPool2d(randn([1, 3, 8, 8]), 2, { returnIndices: true });
 * F.maxUnpool2d(y, places, 2).shape; // [1, 3, 8, 8]
 */
export function maxUnpool2d(x: Tensor, indices: Tensor, ...args: UnpoolArguments<Pair>): Tensor {
  return maxUnpool(2, x, indices, readArguments('maxUnpool2d', UNPOOL, args));
}

/**
 * {@link maxUnpool2d} along one axis.
 * @param x [N, C, L] or [C, L]. @param indices as `maxPool1d` gave them. @param args as in maxUnpool2d.
 * @throws as maxUnpool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool1d.html
 * @example
 * const [y, places] = F.maxPool1d(randn([1, 3, 8]), 2, { returnIndices: true });
 * F.maxUnpool1d(y, places, 2).shape; // [1, 3, 8]
 */
export function maxUnpool1d(x: Tensor, indices: Tensor, ...args: UnpoolArguments<Single>): Tensor {
  return maxUnpool(1, x, indices, readArguments('maxUnpool1d', UNPOOL, args));
}

/**
 * {@link maxUnpool2d} over volumes.
 * @param x [N, C, D, H, W] or [C, D, H, W]. @param indices as `maxPool3d` gave them. @param args as in maxUnpool2d.
 * @throws as maxUnpool2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool3d.html
 * @example
 * const [y, places] = F.maxPool3d(randn([1, 3, 4, 4, 4]), 2, { returnIndices: true });
 * F.maxUnpool3d(y, places, 2).shape; // [1, 3, 4, 4, 4]
 */
export function maxUnpool3d(x: Tensor, indices: Tensor, ...args: UnpoolArguments<Triple>): Tensor {
  return maxUnpool(3, x, indices, readArguments('maxUnpool3d', UNPOOL, args));
}

function maxUnpool(rank: Rank, x: Tensor, indices: Tensor, settings: UnpoolSettings): Tensor {
  const op = `maxUnpool${rank}d`;
  const kernel = sizesPerAxis(op, 'kernelSize', settings.kernelSize, rank, 1);
  const stride = sizesPerAxis(op, 'stride', settings.stride ?? kernel, rank, 1);
  const padding = sizesPerAxis(op, 'padding', settings.padding ?? 0, rank, 0);
  checkPoolInput(op, rank, x);
  assertTensor(op, 'indices', indices);
  if (indices.dtype !== 'int64')
    throw new DTypeError(`${op}: indices are ${indices.dtype}, expected int64, as max pooling gives them with returnIndices.`);
  if (!sameShape(indices.shape, x.shape))
    throw new ShapeError(`${op}: indices are ${showShape(indices.shape)}, expected the shape of x, ${showShape(x.shape)}.`);
  const least = x.shape.slice(-rank).map((s, d) => (s - 1) * stride[d]! + kernel[d]! - 2 * padding[d]!);
  const size = settings.outputSize === null ? least : chosenSize(op, rank, settings.outputSize, least, stride);
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

/** The size that was pooled, alone or by name, where it is not the smallest possible. */
type OutputSize = readonly number[] | { outputSize?: readonly number[] | null } | null;

abstract class MaxUnpool<S extends readonly number[]> extends Module {
  /** Of each window. */
  readonly kernelSize: S;
  /** Elements from one window to the next. */
  readonly stride: S;
  /** The padding that the pooling added. */
  readonly padding: S;
  private readonly spatialDims: Rank;

  protected constructor(name: string, rank: Rank, args: readonly unknown[]) {
    super();
    this.spatialDims = rank;
    const { kernelSize, stride, padding } = readArguments(name, LAYER, args);
    const sizes = (option: string, value: Sizes, least: number) => sizesPerAxis(name, option, value, rank, least) as readonly number[] as S;
    this.kernelSize = sizes('kernelSize', kernelSize, 1);
    this.stride = sizes('stride', stride ?? kernelSize, 1);
    this.padding = sizes('padding', padding ?? 0, 0);
  }

  /** @param outputSize the size that was pooled, where it is not the smallest possible. @returns [N, C, ...sizes], or without N. */
  forward(x: Tensor, indices: Tensor, outputSize: OutputSize = null): Tensor {
    const { spatialDims: rank, kernelSize, stride, padding } = this;
    const size = isOptions(outputSize) ? outputSize.outputSize : outputSize;
    return maxUnpool(rank, x, indices, { kernelSize, stride, padding, outputSize: (size ?? null) as readonly number[] | null });
  }

  override extraRepr(): string {
    return `kernel_size=${tuple(this.kernelSize)}, stride=${tuple(this.stride)}, padding=${tuple(this.padding)}`;
  }
}

/**
 * Puts the maxima of [N, C, L] or [C, L] back to where they stood before a {@link MaxPool1d} with `returnIndices`; all else is 0.
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool1d.html
 * @example
 * const [y, places] = new nn.MaxPool1d(2, { returnIndices: true }).forward(randn([1, 3, 4]));
 * new nn.MaxUnpool1d(2).forward(y, places).shape; // [1, 3, 4]
 */
export class MaxUnpool1d extends MaxUnpool<readonly [number]> {
  static override readonly className: string = 'MaxUnpool1d';
  /**
   * Puts the maxima of [N, C, L] or [C, L] back to where they stood before a {@link MaxPool1d} with `returnIndices`; all else is 0.
   * @param args kernelSize, stride (default: the kernel size) and padding (0), in this order or by name.
   */
  constructor(...args: UnpoolLayerArguments<Single>) {
    super(classNameOf(new.target), 1, args);
  }
}

/**
 * Puts the maxima of [N, C, H, W] or [C, H, W] back to where they stood before a {@link MaxPool2d} with `returnIndices`; all else is 0.
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html
 * @example
 * const [y, places] = new nn.MaxPool2d(2, { returnIndices: true }).forward(randn([1, 3, 4, 4]));
 * new nn.MaxUnpool2d(2).forward(y, places).shape; // [1, 3, 4, 4]
 */
export class MaxUnpool2d extends MaxUnpool<readonly [number, number]> {
  static override readonly className: string = 'MaxUnpool2d';
  /**
   * Puts the maxima of [N, C, H, W] or [C, H, W] back to where they stood before a {@link MaxPool2d} with `returnIndices`; all else is 0.
   * @param args kernelSize, stride (default: the kernel size) and padding (0), in this order or by name.
   */
  constructor(...args: UnpoolLayerArguments<Pair>) {
    super(classNameOf(new.target), 2, args);
  }
}

/**
 * Puts the maxima of [N, C, D, H, W] or [C, D, H, W] back to where they stood before a {@link MaxPool3d} with `returnIndices`; all else is 0.
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool3d.html
 * @example
 * const [y, places] = new nn.MaxPool3d(2, { returnIndices: true }).forward(randn([1, 3, 4, 4, 4]));
 * new nn.MaxUnpool3d(2).forward(y, places).shape; // [1, 3, 4, 4, 4]
 */
export class MaxUnpool3d extends MaxUnpool<readonly [number, number, number]> {
  static override readonly className: string = 'MaxUnpool3d';
  /**
   * Puts the maxima of [N, C, D, H, W] or [C, D, H, W] back to where they stood before a {@link MaxPool3d} with `returnIndices`; all else is 0.
   * @param args kernelSize, stride (default: the kernel size) and padding (0), in this order or by name.
   */
  constructor(...args: UnpoolLayerArguments<Triple>) {
    super(classNameOf(new.target), 3, args);
  }
}
