/** Convolutions over one, two and three axes: functions and layers. */
import { named } from '../../autograd/node.js';
import { OutOfMemoryError } from '../../errors.js';
import { slicesAt } from '../../ops/gather/index-select.js';
import { stack } from '../../ops/join/join.js';
import { pad } from '../../ops/join/pad.js';
import { contiguous, formatOf } from '../../ops/view/copy.js';
import { reshape, squeeze, transpose, unsqueeze } from '../../ops/view/movement.js';
import { slice } from '../../ops/view/select.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import type { Pair, Rank, Single, Sizes, Triple } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { ConvNd, type ConvParameterOptions, type PaddingMode } from './conv-nd.js';
import { convolve } from './dual-kernels.js';
import { type Axes, planar, type WindowSettings } from './geometry.js';
import { type ConvOptions, checkConvInput, convAxes, type WithBias } from './shape.js';

/** The options of {@link conv1d}. */
export type Conv1dOptions = WithBias<ConvOptions<Single>>;
/** The options of {@link conv2d}. */
export type Conv2dOptions = WithBias<ConvOptions<Pair>>;
/** The options of {@link conv3d}. */
export type Conv3dOptions = WithBias<ConvOptions<Triple>>;

type ConvArguments<S extends Sizes> = Arguments<
  WithBias<ConvOptions<S>>,
  [bias: 'bias', stride: 'stride', padding: 'padding', dilation: 'dilation', groups: 'groups']
>;

type ConvSettings = WindowSettings<WithBias<ConvOptions>>;

/** In PyTorch's order. */
const CONV: ConvSettings = { bias: null, stride: null, padding: null, dilation: null, groups: 1 };

/**
 * The cross-correlation of images with a weight, plus a bias.
 * @param input [N, C, H, W], or [C, H, W] for one image. @param weight [O, C / groups, KH, KW].
 * @param args bias [O] (default: null), stride (1), padding (0), dilation (1) and groups (1), in this order or by name.
 * @returns [N, O, OH, OW] (or [O, OH, OW]), OH = floor((H + 2 padding - dilation (KH - 1) - 1) / stride) + 1.
 * @throws {ShapeError} for channels that do not fit, or an image smaller than the window. @throws {DTypeError} for integers, or two dtypes.
 * @throws {ArgumentError} for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 * @example
 * F.conv2d(randn([1, 3, 8, 8]), randn([4, 3, 3, 3]), { padding: 'same' }).shape; // [1, 4, 8, 8]
 */
export function conv2d(input: Tensor, weight: Tensor, ...args: ConvArguments<Pair>): Tensor {
  return convolution(2, input, weight, readArguments('conv2d', CONV, args));
}

/**
 * {@link conv2d} along one axis.
 * @param input [N, C, L], or [C, L] for one item. @param weight [O, C / groups, K].
 * @param args bias [O] (default: null), stride (1), padding (0), dilation (1) and groups (1), in this order or by name.
 * @throws as conv2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html
 * @example
 * F.conv1d(randn([2, 3, 10]), randn([4, 3, 5]), { stride: 2 }).shape; // [2, 4, 3]
 */
export function conv1d(input: Tensor, weight: Tensor, ...args: ConvArguments<Single>): Tensor {
  return convolution(1, input, weight, readArguments('conv1d', CONV, args));
}

/**
 * {@link conv2d} over volumes: the slices that a window's depth taps see become channels of a two-dim convolution.
 * @param input [N, C, D, H, W], or [C, D, H, W] for one volume. @param weight [O, C / groups, KD, KH, KW].
 * @param args bias [O] (default: null), stride (1), padding (0), dilation (1) and groups (1), in this order or by name.
 * @throws as conv2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv3d.html
 * @example
 * F.conv3d(randn([1, 2, 5, 6, 6]), randn([4, 2, 3, 3, 3]), { padding: 1 }).shape; // [1, 4, 5, 6, 6]
 */
export function conv3d(input: Tensor, weight: Tensor, ...args: ConvArguments<Triple>): Tensor {
  return convolution(3, input, weight, readArguments('conv3d', CONV, args));
}

/** A convolution whose arguments have been read. What depends on the tensors is checked here, and sizes, which a layer's owner may have set. */
function convolution(rank: Rank, input: Tensor, weight: Tensor, settings: ConvSettings): Tensor {
  const op = `conv${rank}d`;
  const given = convAxes(op, rank, input, weight, settings);
  const batched = input.ndim === rank + 2;
  const [x, axes] = gathered(op, batched ? input : unsqueeze(input, 0), given);
  const out = rank === 3 ? overVolumes(x, weight, settings.bias, axes) : overPlanes(x, weight, settings.bias, axes);
  if (!batched) return named('SqueezeBackward1', squeeze(out, 0));
  if (rank === 1) return named('Convolution', formatOf(out, weight));
  // PyTorch multiplies matrices where a volume's window is a single element.
  const single = rank === 3 && axes.kernel.every((k) => k === 1);
  return named('Convolution', single ? out : formatOf(out, input, weight));
}

function overPlanes(x: Tensor, weight: Tensor, bias: Tensor | null, axes: Axes): Tensor {
  if (axes.size.length === 2) return convolve(x, weight, bias, planar(axes));
  return squeeze(convolve(unsqueeze(x, -2), unsqueeze(weight, -2), bias, planar(axes)), -2);
}

/** The slices under the depth taps of a window are channels of a plane. */
function overVolumes(x: Tensor, weight: Tensor, bias: Tensor | null, axes: Axes): Tensor {
  const { n, c, o, groups, kernel, outSize } = axes;
  const [taps, depth] = [kernel[0]!, outSize[0]!];
  const flat = { ...planar(axes), n: n * depth, c: c * taps };
  const planes = convolve(depthTaps(x, axes), reshape(weight, [o, flat.c / groups, ...flat.kernel]), bias, flat);
  return contiguous(transpose(reshape(planes, [n, depth, o, ...flat.outSize]), 1, 2));
}

/** For each place of the window along the depth, the slices under its taps: [N OD, C KD, H, W]. */
function depthTaps(x: Tensor, { n, c, size, kernel, outSize, stride, padding, dilation }: Axes): Tensor {
  const [taps, depth, step, gap, before] = [kernel[0]!, outSize[0]!, stride[0]!, dilation[0]!, padding[0]!];
  const after = Math.max(0, (depth - 1) * step + (taps - 1) * gap + 1 - before - size[0]!);
  const padded = before + after > 0 ? pad(x, [0, 0, 0, 0, before, after]) : x;
  const seen = Array.from({ length: taps }, (_, k) => transpose(slice(padded, 2, k * gap, k * gap + (depth - 1) * step + 1, step), 1, 2));
  return reshape(stack(seen, 3), [n * depth, c * taps, size[1]!, size[2]!]);
}

/** Places that are worth a copy rather than padding around them. */
const FAR = 4096;

/**
 * The input and its geometry where windows reach far beyond it, or stand far apart: a padding of a million around four pixels. What the
 * windows see is copied, one after the other, so that no kernel walks the empty space. Elsewhere the input as it is.
 * @throws {OutOfMemoryError} for padding that no memory holds.
 */
function gathered(op: string, x: Tensor, axes: Axes): [Tensor, Axes] {
  let out = x;
  let found = axes;
  for (let d = 0; d < axes.size.length; d++) {
    const [size, kernel, count] = [axes.size[d]!, axes.kernel[d]!, axes.outSize[d]!];
    const [stride, dilation, before] = [axes.stride[d]!, axes.dilation[d]!, axes.padding[d]!];
    const reach = (count - 1) * stride + (kernel - 1) * dilation + 1;
    const seen = count * kernel;
    if (reach > FAR + 4 * Math.max(size, seen) && seen <= FAR * FAR) {
      const index = new BigInt64Array(seen);
      for (let o = 0; o < count; o++)
        for (let k = 0; k < kernel; k++) {
          const at = o * stride + k * dilation - before;
          index[o * kernel + k] = BigInt(at >= 0 && at < size ? at : size); // behind the end stands a zero
        }
      const sides = Array.from({ length: 2 * (axes.size.length - d) }, (_, i) => (i === 2 * (axes.size.length - d) - 1 ? 1 : 0));
      out = slicesAt(op, pad(out, sides), d + 2, fromTypedArray(index));
      const set = (list: readonly number[], value: number) => list.map((v, i) => (i === d ? value : v));
      found = {
        ...found,
        size: set(found.size, seen),
        stride: set(found.stride, kernel),
        dilation: set(found.dilation, 1),
        padding: set(found.padding, 0),
      };
    } else if (reach >= 2 ** 31 || before >= 2 ** 31)
      throw new OutOfMemoryError(`${op}: padding ${before} around ${size} elements makes ${reach} places, more than can be walked.`);
  }
  return [out, found];
}

export interface ConvLayerOptions<S extends Sizes = Sizes> extends ConvOptions<S>, ConvParameterOptions {
  /** What the padding holds. Default: zeros. */
  paddingMode?: PaddingMode;
}

/** The options of {@link Conv1d}. */
export type Conv1dLayerOptions = ConvLayerOptions<Single>;
/** The options of {@link Conv2d}. */
export type Conv2dLayerOptions = ConvLayerOptions<Pair>;
/** The options of {@link Conv3d}. */
export type Conv3dLayerOptions = ConvLayerOptions<Triple>;

type ConvLayerArguments<S extends Sizes> = Arguments<
  ConvLayerOptions<S>,
  [stride: 'stride', padding: 'padding', dilation: 'dilation', groups: 'groups', bias: 'bias', paddingMode: 'paddingMode']
>;

const LAYER: WindowSettings<ConvLayerOptions> = {
  stride: null,
  padding: null,
  dilation: null,
  groups: 1,
  bias: true,
  paddingMode: 'zeros',
  dtype: 'float32',
};

/** A convolution, after any padding that is not of zeros. */
abstract class Convolution<S extends readonly number[]> extends ConvNd<S> {
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  protected constructor(name: string, rank: Rank, inChannels: number, outChannels: number, kernelSize: Sizes, args: readonly unknown[]) {
    super(name, rank, inChannels, outChannels, kernelSize, readArguments(name, LAYER, args), false);
  }

  /** @returns [N, outChannels, ...sizes], or without N. */
  forward(x: Tensor): Tensor {
    const { spatialDims: rank, weight, bias, stride, padding, dilation, groups, paddingMode } = this;
    if (paddingMode === 'zeros') return convolution(rank, x, weight, { bias, stride, padding, dilation, groups });
    checkConvInput(`conv${rank}d`, rank, x);
    const around = this.kernelSize.flatMap((k, d) => {
      const total = dilation[d]! * (k - 1);
      if (padding === 'same') return [Math.floor(total / 2), Math.ceil(total / 2)];
      return padding === 'valid' ? [0, 0] : [padding[d]!, padding[d]!];
    });
    // pad starts at the last axis.
    const reversed = this.kernelSize.flatMap((_, i) => around.slice(2 * (rank - 1 - i), 2 * (rank - i)));
    return convolution(rank, pad(x, reversed, { mode: paddingMode }), weight, { bias, stride, padding: 'valid', dilation, groups });
  }
}

/**
 * Convolution (cross-correlation) along one axis with learned weights.
 * Input [N, inChannels, L] or [inChannels, L]; weight [outChannels, inChannels / groups, K], bias [outChannels].
 * @throws {ArgumentError} when the groups do not divide both channel counts, and for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv1d.html
 * @example
 * const conv = new nn.Conv1d(16, 32, 3, { stride: 2, padding: 1 });
 */
export class Conv1d extends Convolution<readonly [number]> {
  static override readonly className: string = 'Conv1d';
  /**
   * Convolution (cross-correlation) along one axis with learned weights. Input [N, inChannels, L] or [inChannels, L]; weight
   * [outChannels, inChannels / groups, K], bias [outChannels].
   * @param args stride and what follows it: values in PyTorch's order, or all of them by name in one object.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Single, ...args: ConvLayerArguments<Single>) {
    super(classNameOf(new.target), 1, inChannels, outChannels, kernelSize, args);
  }
}

/**
 * Two-dim convolution (cross-correlation) with learned weights.
 * Input [N, inChannels, H, W] or [inChannels, H, W]; weight [outChannels, inChannels / groups, KH, KW], bias [outChannels].
 * @throws {ArgumentError} when the groups do not divide both channel counts, and for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 * @example
 * const conv = new nn.Conv2d(1, 16, 3, { padding: 1 });
 */
export class Conv2d extends Convolution<readonly [number, number]> {
  static override readonly className: string = 'Conv2d';
  /**
   * Two-dim convolution (cross-correlation) with learned weights. Input [N, inChannels, H, W] or [inChannels, H, W]; weight [outChannels,
   * inChannels / groups, KH, KW], bias [outChannels].
   * @param args stride and what follows it: values in PyTorch's order, or all of them by name in one object.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Pair, ...args: ConvLayerArguments<Pair>) {
    super(classNameOf(new.target), 2, inChannels, outChannels, kernelSize, args);
  }
}

/**
 * Three-dim convolution (cross-correlation) with learned weights.
 * Input [N, inChannels, D, H, W] or [inChannels, D, H, W]; weight [outChannels, inChannels / groups, KD, KH, KW], bias [outChannels].
 * @throws {ArgumentError} when the groups do not divide both channel counts, and for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv3d.html
 * @example
 * const conv = new nn.Conv3d(1, 8, [3, 5, 5], { padding: [1, 2, 2] });
 */
export class Conv3d extends Convolution<readonly [number, number, number]> {
  static override readonly className: string = 'Conv3d';
  /**
   * Three-dim convolution (cross-correlation) with learned weights. Input [N, inChannels, D, H, W] or [inChannels, D, H, W]; weight
   * [outChannels, inChannels / groups, KD, KH, KW], bias [outChannels].
   * @param args stride and what follows it: values in PyTorch's order, or all of them by name in one object.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Triple, ...args: ConvLayerArguments<Triple>) {
    super(classNameOf(new.target), 3, inChannels, outChannels, kernelSize, args);
  }
}
