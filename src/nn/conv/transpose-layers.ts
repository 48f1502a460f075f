/** Transposed convolution layers. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { DeviceLike } from '../../tensor/device.js';
import type { DType } from '../../tensor/dtype.js';
import { show } from '../../tensor/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tuple } from '../module/text.js';
import { type Pair, type Rank, type Single, type Sizes, sizesOf, type Triple } from './geometry.js';
import { ConvNd } from './layers.js';
import { type ConvTransposeOptions, checkConvInput, transposedSizes } from './shape.js';
import { convTranspose1d, convTranspose2d, convTranspose3d } from './transpose.js';

export interface ConvTransposeLayerOptions<S extends Sizes = Sizes> extends ConvTransposeOptions<S> {
  /** Adds a learned bias. Default: true. */
  bias?: boolean;
  /** Only zeros. */
  paddingMode?: 'zeros';
  /** Of the parameters. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/** The options of {@link ConvTranspose1d}. */
export type ConvTranspose1dLayerOptions = ConvTransposeLayerOptions<Single>;
/** The options of {@link ConvTranspose2d}. */
export type ConvTranspose2dLayerOptions = ConvTransposeLayerOptions<Pair>;
/** The options of {@link ConvTranspose3d}. */
export type ConvTranspose3dLayerOptions = ConvTransposeLayerOptions<Triple>;

const LAYER = {
  stride: null,
  padding: null,
  outputPadding: null,
  groups: 1,
  bias: true,
  dilation: null,
  paddingMode: 'zeros',
  dtype: 'float32',
} as const;

/** By name in an options object, or the sizes alone: those of the result's axes, or its whole shape. */
type OutputSize = readonly number[] | { outputSize?: readonly number[] | null } | null;

abstract class TransposedConvolution<S extends readonly number[]> extends ConvNd<S> {
  readonly outputPadding: S;
  declare readonly padding: S;

  protected constructor(
    name: string,
    private readonly rank: Rank,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    given: readonly unknown[],
  ) {
    const options = readArguments<Record<keyof typeof LAYER, never>>(name, LAYER as never, given);
    if ((options.paddingMode as string) !== 'zeros')
      throw new ArgumentError(
        `${name}: paddingMode is ${show(options.paddingMode)}, expected zeros: a transposed convolution takes its padding away.`,
      );
    if (typeof options.padding === 'string')
      throw new ArgumentError(
        `${name}: padding is "${options.padding as string}", expected numbers: a transposed convolution takes its padding away.`,
      );
    super(name, rank, inChannels, outChannels, kernelSize, options, true);
    this.outputPadding = sizesOf(options.outputPadding ?? 0, rank, 0, name, 'outputPadding') as readonly number[] as S;
  }

  /** The options of the call that gives a result of the wanted size. */
  protected call(x: Tensor, wanted: OutputSize): { stride: S; padding: S; outputPadding: S; groups: number; dilation: S } {
    const { stride, padding, groups, dilation } = this;
    const size = wanted !== null && 'outputSize' in wanted ? wanted.outputSize : (wanted as readonly number[] | null);
    const outputPadding = size == null ? this.outputPadding : (this.missing(x, size) as readonly number[] as S);
    return { stride, padding, outputPadding, groups, dilation };
  }

  /** How much must be added at the end of each axis for `outputSize`. */
  private missing(x: Tensor, outputSize: readonly number[]): number[] {
    if (!Array.isArray(outputSize))
      throw new ArgumentError(`${classNameOf(this)}: outputSize is ${show(outputSize)}, expected a list of sizes, or { outputSize }.`);
    const { rank, stride, padding, dilation, kernelSize } = this;
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
   * @param stride and what follows it: values in PyTorch's order, or all of them by name in one object.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Single,
    ...args: Trailing<
      [stride: Single, padding: Single, outputPadding: Single, groups: number, bias: boolean, dilation: Single],
      ConvTranspose1dLayerOptions
    >
  ) {
    super(classNameOf(new.target), 1, inChannels, outChannels, kernelSize, args);
  }

  /** @param outputSize one of the sizes that the stride allows, instead of `outputPadding`. @returns [N, outChannels, OL], or without N. */
  forward(x: Tensor, outputSize: OutputSize = null): Tensor {
    return convTranspose1d(x, this.weight, this.bias, this.call(x, outputSize));
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
   * @param stride and what follows it: values in PyTorch's order, or all of them by name in one object.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    ...args: Trailing<
      [stride: Pair, padding: Pair, outputPadding: Pair, groups: number, bias: boolean, dilation: Pair],
      ConvTranspose2dLayerOptions
    >
  ) {
    super(classNameOf(new.target), 2, inChannels, outChannels, kernelSize, args);
  }

  /** @param outputSize one of the sizes that the stride allows, instead of `outputPadding`. @returns [N, outChannels, OH, OW], or without N. */
  forward(x: Tensor, outputSize: OutputSize = null): Tensor {
    return convTranspose2d(x, this.weight, this.bias, this.call(x, outputSize));
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
   * @param stride and what follows it: values in PyTorch's order, or all of them by name in one object.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Triple,
    ...args: Trailing<
      [stride: Triple, padding: Triple, outputPadding: Triple, groups: number, bias: boolean, dilation: Triple],
      ConvTranspose3dLayerOptions
    >
  ) {
    super(classNameOf(new.target), 3, inChannels, outChannels, kernelSize, args);
  }

  /** @param outputSize one of the sizes that the stride allows, instead of `outputPadding`. @returns [N, outChannels, OD, OH, OW], or without N. */
  forward(x: Tensor, outputSize: OutputSize = null): Tensor {
    return convTranspose3d(x, this.weight, this.bias, this.call(x, outputSize));
  }
}
