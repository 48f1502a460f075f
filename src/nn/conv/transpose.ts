/**
 * Transposed convolutions over one, two and three axes: functions and layers. A transposed convolution is the gradient of a convolution's
 * input, whose kernel is a recorded operation of its own.
 */
import { named } from '../../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { add } from '../../ops/elementwise/binary.js';
import { indexAdd } from '../../ops/gather/index-select.js';
import { contiguous, filled, formatOf } from '../../ops/view/copy.js';
import { permute, reshape, squeeze, transpose, unsqueeze } from '../../ops/view/movement.js';
import { narrow } from '../../ops/view/select.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertSizes, type Pair, type Rank, type Single, type Sizes, sizesPerAxis, type Triple } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tuple } from '../module/text.js';
import { ConvNd, type ConvParameterOptions } from './conv-nd.js';
import { convolveInput } from './dual-kernels.js';
import { type Axes, planar, type WindowSettings } from './geometry.js';
import { type ConvTransposeOptions, checkConvInput, convTransposeAxes, transposedSizes, type WithBias } from './shape.js';

/** The options of {@link convTranspose1d}. */
export type ConvTranspose1dOptions = WithBias<ConvTransposeOptions<Single>>;
/** The options of {@link convTranspose2d}. */
export type ConvTranspose2dOptions = WithBias<ConvTransposeOptions<Pair>>;
/** The options of {@link convTranspose3d}. */
export type ConvTranspose3dOptions = WithBias<ConvTransposeOptions<Triple>>;

type ConvTransposeArguments<S extends Sizes> = Arguments<
  WithBias<ConvTransposeOptions<S>>,
  [bias: 'bias', stride: 'stride', padding: 'padding', outputPadding: 'outputPadding', groups: 'groups', dilation: 'dilation']
>;

type ConvTransposeSettings = WindowSettings<WithBias<ConvTransposeOptions>>;

/** In PyTorch's order. */
const CONV_TRANSPOSE: ConvTransposeSettings = {
  bias: null,
  stride: null,
  padding: null,
  outputPadding: null,
  groups: 1,
  dilation: null,
};

/**
 * The transposed convolution of images: what {@link conv2d}'s gradient does to the image, used forwards, mostly to enlarge.
 * @param input [N, C, H, W], or [C, H, W] for one image. @param weight [C, O / groups, KH, KW].
 * @param args bias [O] (default: null), stride (1), padding (0), outputPadding (0), groups (1) and dilation (1), in this order or by name.
 * @returns [N, O, OH, OW] (or [O, OH, OW]), OH = (H - 1) stride - 2 padding + dilation (KH - 1) + outputPadding + 1.
 * @throws {ShapeError} for channels that do not fit, or where nothing would be left. @throws {DTypeError} for integers, or two dtypes.
 * @throws {ArgumentError} for options out of their range.
 * @see Dumoulin and Visin 2016, https://arxiv.org/abs/1603.07285; https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose2d.html
 * @example
 * F.convTranspose2d(randn([1, 4, 8, 8]), randn([4, 3, 2, 2]), { stride: 2 }).shape; // [1, 3, 16, 16]
 */
export function convTranspose2d(input: Tensor, weight: Tensor, ...args: ConvTransposeArguments<Pair>): Tensor {
  return transposedConvolution(2, input, weight, readArguments('convTranspose2d', CONV_TRANSPOSE, args));
}

/**
 * {@link convTranspose2d} along one axis.
 * @param input [N, C, L], or [C, L] for one item. @param weight [C, O / groups, K].
 * @param args bias [O] (default: null), stride (1), padding (0), outputPadding (0), groups (1) and dilation (1), in this order or by name.
 * @throws as convTranspose2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose1d.html
 * @example
 * F.convTranspose1d(randn([1, 4, 5]), randn([4, 2, 3]), { stride: 2, outputPadding: 1 }).shape; // [1, 2, 12]
 */
export function convTranspose1d(input: Tensor, weight: Tensor, ...args: ConvTransposeArguments<Single>): Tensor {
  return transposedConvolution(1, input, weight, readArguments('convTranspose1d', CONV_TRANSPOSE, args));
}

/**
 * {@link convTranspose2d} over volumes.
 * @param input [N, C, D, H, W], or [C, D, H, W] for one volume. @param weight [C, O / groups, KD, KH, KW].
 * @param args bias [O] (default: null), stride (1), padding (0), outputPadding (0), groups (1) and dilation (1), in this order or by name.
 * @throws as convTranspose2d.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose3d.html
 * @example
 * F.convTranspose3d(randn([1, 4, 3, 3, 3]), randn([4, 2, 2, 2, 2]), { stride: 2 }).shape; // [1, 2, 6, 6, 6]
 */
export function convTranspose3d(input: Tensor, weight: Tensor, ...args: ConvTransposeArguments<Triple>): Tensor {
  return transposedConvolution(3, input, weight, readArguments('convTranspose3d', CONV_TRANSPOSE, args));
}

/** A transposed convolution whose arguments have been read; see `convolution`. */
function transposedConvolution(rank: Rank, input: Tensor, weight: Tensor, settings: ConvTransposeSettings): Tensor {
  const axes = convTransposeAxes(`convTranspose${rank}d`, rank, input, weight, settings);
  const batched = input.ndim === rank + 2;
  const x = batched ? input : unsqueeze(input, 0);
  const out = rank === 3 ? overVolumes(x, weight, axes) : overPlanes(x, weight, axes);
  const { bias } = settings;
  const full = bias === null ? out : add(out, reshape(bias, [-1, ...new Array<number>(rank).fill(1)]));
  if (!batched) return named('SqueezeBackward1', squeeze(full, 0));
  return named('Convolution', rank === 1 ? formatOf(full, weight) : formatOf(full, input, weight));
}

function overPlanes(x: Tensor, weight: Tensor, axes: Axes): Tensor {
  if (axes.size.length === 2) return convolveInput(x, weight, planar(axes));
  return squeeze(convolveInput(unsqueeze(x, -2), unsqueeze(weight, -2), planar(axes)), -2);
}

/** The depth taps are channels of a plane; what each slice gives to them is added up along the depth. */
function overVolumes(x: Tensor, weight: Tensor, axes: Axes): Tensor {
  const { n, c, o, groups, kernel, outSize } = axes;
  const [taps, depth, height, width] = [kernel[0]!, ...outSize] as [number, number, number, number];
  const flat = { ...planar(axes), n: n * depth, c: c * taps };
  const planes = reshape(transpose(x, 1, 2), [n * depth, o, height, width]);
  return alongDepth(convolveInput(planes, reshape(weight, [o, flat.c / groups, ...flat.kernel]), flat), axes);
}

/** Adds up along the depth what each slice gives to each tap: [N D, O KD, OH, OW] to [N, O, OD, OH, OW]. */
function alongDepth(planes: Tensor, { n, c, size, kernel, outSize, stride, padding, dilation }: Axes): Tensor {
  const [depth, taps, step, gap, before] = [outSize[0]!, kernel[0]!, stride[0]!, dilation[0]!, padding[0]!];
  const [outDepth, height, width] = size as [number, number, number];
  const places = BigInt64Array.from({ length: depth * taps }, (_, i) => BigInt(Math.floor(i / taps) * step + (i % taps) * gap));
  const parts = permute(reshape(planes, [n, depth, c, taps, height, width]), [0, 1, 3, 2, 4, 5]);
  const length = Math.max((depth - 1) * step + (taps - 1) * gap + 1, before + outDepth);
  const whole = indexAdd(
    filled([n, length, c, height, width], planes.dtype, 0),
    1,
    fromTypedArray(places),
    reshape(parts, [n, depth * taps, c, height, width]),
  );
  return contiguous(transpose(narrow(whole, 1, before, outDepth), 1, 2));
}

export interface ConvTransposeLayerOptions<S extends Sizes = Sizes> extends ConvTransposeOptions<S>, ConvParameterOptions {
  /** Only zeros. */
  paddingMode?: 'zeros';
}

/** The options of {@link ConvTranspose1d}. */
export type ConvTranspose1dLayerOptions = ConvTransposeLayerOptions<Single>;
/** The options of {@link ConvTranspose2d}. */
export type ConvTranspose2dLayerOptions = ConvTransposeLayerOptions<Pair>;
/** The options of {@link ConvTranspose3d}. */
export type ConvTranspose3dLayerOptions = ConvTransposeLayerOptions<Triple>;

type ConvTransposeLayerArguments<S extends Sizes> = Arguments<
  ConvTransposeLayerOptions<S>,
  [stride: 'stride', padding: 'padding', outputPadding: 'outputPadding', groups: 'groups', bias: 'bias', dilation: 'dilation']
>;

const LAYER: WindowSettings<ConvTransposeLayerOptions> = {
  stride: null,
  padding: null,
  outputPadding: null,
  groups: 1,
  bias: true,
  dilation: null,
  paddingMode: 'zeros',
  dtype: 'float32',
};

/** By name in an options object, or the sizes alone: those of the result's axes, or its whole shape. */
type OutputSize = readonly number[] | { outputSize?: readonly number[] | null } | null;

abstract class TransposedConvolution<S extends readonly number[]> extends ConvNd<S> {
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  readonly outputPadding: S;
  declare readonly padding: S;

  protected constructor(name: string, rank: Rank, inChannels: number, outChannels: number, kernelSize: Sizes, args: readonly unknown[]) {
    const options = readArguments(name, LAYER, args);
    if (options.paddingMode !== 'zeros')
      throw new ArgumentError(
        `${name}: paddingMode is ${show(options.paddingMode)}, expected zeros: a transposed convolution takes its padding away.`,
      );
    if (typeof options.padding === 'string')
      throw new ArgumentError(
        `${name}: padding is ${show(options.padding)}, expected numbers: a transposed convolution takes its padding away.`,
      );
    super(name, rank, inChannels, outChannels, kernelSize, options, true);
    this.outputPadding = sizesPerAxis(name, 'outputPadding', options.outputPadding ?? 0, rank, 0) as readonly number[] as S;
  }

  /** @param outputSize one of the sizes that the stride allows, instead of `outputPadding`. @returns [N, outChannels, ...sizes], or without N. */
  forward(x: Tensor, outputSize: OutputSize = null): Tensor {
    const { spatialDims: rank, weight, bias, stride, padding, groups, dilation } = this;
    const size = isOptions(outputSize) ? outputSize.outputSize : outputSize;
    const outputPadding = size == null ? this.outputPadding : this.missing(x, size);
    return transposedConvolution(rank, x, weight, { bias, stride, padding, outputPadding, groups, dilation });
  }

  /** How much must be added at the end of each axis for `outputSize`. */
  private missing(x: Tensor, outputSize: unknown): number[] {
    assertSizes(classNameOf(this), 'outputSize', outputSize);
    const { spatialDims: rank, stride, padding, dilation, kernelSize } = this;
    const name = `ConvTranspose${rank}d`;
    checkConvInput(`convTranspose${rank}d`, rank, x);
    const lead = x.ndim - rank;
    const size = outputSize.length === lead + rank ? outputSize.slice(lead) : outputSize;
    if (size.length !== rank)
      throw new ShapeError(`${name}: outputSize is ${showShape(outputSize)}, expected ${rank} sizes, or ${lead + rank} as the input has.`);
    const least = transposedSizes(x.shape.slice(lead), kernelSize, { stride, padding, dilation });
    const most = least.map((s, d) => s + stride[d]! - 1);
    if (size.some((s, d) => !Number.isInteger(s) || s < least[d]! || s > most[d]!))
      throw new ShapeError(
        `${name}: outputSize is ${showShape(size)}, expected sizes from ${showShape(least)} to ${showShape(most)} (input ${showShape(x.shape)}).`,
      );
    return size.map((s, d) => s - least[d]!);
  }

  protected override moreText(): string[] {
    return this.outputPadding.some((p) => p !== 0) ? [`output_padding=${tuple(this.outputPadding)}`] : [];
  }
}

/**
 * Transposed convolution along one axis with learned weights.
 * Input [N, inChannels, L] or [inChannels, L]; weight [inChannels, outChannels / groups, K], bias [outChannels].
 * @throws {ArgumentError} when the groups do not divide both channel counts, and for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose1d.html
 * @example
 * const up = new nn.ConvTranspose1d(16, 8, 4, { stride: 2, padding: 1 });
 */
export class ConvTranspose1d extends TransposedConvolution<readonly [number]> {
  static override readonly className: string = 'ConvTranspose1d';
  /**
   * Transposed convolution along one axis with learned weights. Input [N, inChannels, L] or [inChannels, L]; weight [inChannels,
   * outChannels / groups, K], bias [outChannels].
   * @param args stride and what follows it: values in PyTorch's order, or all of them by name in one object.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Single, ...args: ConvTransposeLayerArguments<Single>) {
    super(classNameOf(new.target), 1, inChannels, outChannels, kernelSize, args);
  }
}

/**
 * Two-dim transposed convolution with learned weights, which enlarges images: the gradient of {@link Conv2d}, used forwards.
 * Input [N, inChannels, H, W] or [inChannels, H, W]; weight [inChannels, outChannels / groups, KH, KW], bias [outChannels].
 * @throws {ArgumentError} when the groups do not divide both channel counts, and for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 * @example
 * const up = new nn.ConvTranspose2d(16, 8, 4, { stride: 2, padding: 1 });
 */
export class ConvTranspose2d extends TransposedConvolution<readonly [number, number]> {
  static override readonly className: string = 'ConvTranspose2d';
  /**
   * Two-dim transposed convolution with learned weights, which enlarges images: the gradient of {@link Conv2d}, used forwards. Input [N,
   * inChannels, H, W] or [inChannels, H, W]; weight [inChannels, outChannels / groups, KH, KW], bias [outChannels].
   * @param args stride and what follows it: values in PyTorch's order, or all of them by name in one object.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Pair, ...args: ConvTransposeLayerArguments<Pair>) {
    super(classNameOf(new.target), 2, inChannels, outChannels, kernelSize, args);
  }
}

/**
 * Three-dim transposed convolution with learned weights.
 * Input [N, inChannels, D, H, W] or [inChannels, D, H, W]; weight [inChannels, outChannels / groups, KD, KH, KW], bias [outChannels].
 * @throws {ArgumentError} when the groups do not divide both channel counts, and for options out of their range.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose3d.html
 * @example
 * const up = new nn.ConvTranspose3d(16, 8, 2, { stride: 2 });
 */
export class ConvTranspose3d extends TransposedConvolution<readonly [number, number, number]> {
  static override readonly className: string = 'ConvTranspose3d';
  /**
   * Three-dim transposed convolution with learned weights. Input [N, inChannels, D, H, W] or [inChannels, D, H, W]; weight [inChannels,
   * outChannels / groups, KD, KH, KW], bias [outChannels].
   * @param args stride and what follows it: values in PyTorch's order, or all of them by name in one object.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Triple, ...args: ConvTransposeLayerArguments<Triple>) {
    super(classNameOf(new.target), 3, inChannels, outChannels, kernelSize, args);
  }
}
