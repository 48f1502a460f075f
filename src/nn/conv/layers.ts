/** Convolution layers. */

import { ArgumentError } from '../../errors.js';
import { type PadMode, pad } from '../../ops/join/pad.js';
import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { assertFloatingDType, countOf } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { DeviceLike } from '../../tensor/device.js';
import type { DType } from '../../tensor/dtype.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { resetWeightAndBias } from '../init/reset.js';
import { type LayerKind, Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { tuple } from '../module/text.js';
import { conv1d, conv2d, conv3d } from './functional.js';
import { type Pair, type Rank, type Single, type Sizes, sizesOf, type Triple } from './geometry.js';
import { type ConvOptions, checkConvInput, type Padding } from './shape.js';

/** What a convolution sees around its input: zeros, or values of the input as {@link pad} puts them there. */
export type PaddingMode = 'zeros' | Exclude<PadMode, 'constant'>;

const PADDING_MODES: readonly PaddingMode[] = ['zeros', 'reflect', 'replicate', 'circular'];

export interface ConvLayerOptions<S extends Sizes = Sizes> extends ConvOptions<S> {
  /** Adds a learned bias. Default: true. */
  bias?: boolean;
  /** What the padding holds. Default: zeros. */
  paddingMode?: PaddingMode;
  /** Of the parameters. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/** The options of {@link Conv1d}. */
export type Conv1dLayerOptions = ConvLayerOptions<Single>;
/** The options of {@link Conv2d}. */
export type Conv2dLayerOptions = ConvLayerOptions<Pair>;
/** The options of {@link Conv3d}. */
export type Conv3dLayerOptions = ConvLayerOptions<Triple>;

/** What the layers of convolution and transposed convolution share: channels, sizes, parameters, text. */
export abstract class ConvNd<S extends readonly number[]> extends Module {
  static override readonly className: string = 'ConvNd';
  static override readonly kind: LayerKind | null = 'conv';
  readonly kernelSize: S;
  readonly stride: S;
  readonly padding: S | 'same' | 'valid';
  readonly dilation: S;
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  weight: Parameter;
  bias: Parameter | null;

  /** @param weightShape the sizes of the weight in front of those of the kernel. */
  protected constructor(
    name: string,
    rank: Rank,
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Sizes,
    options: { [K in Exclude<keyof ConvLayerOptions, 'device'>]-?: ConvLayerOptions[K] | null },
    transposed: boolean,
  ) {
    super();
    const { groups, bias, paddingMode } = options as { groups: number; bias: boolean; paddingMode: PaddingMode };
    const dtype = options.dtype ?? 'float32';
    countOf(name, 'inChannels', inChannels, (new.target as { readonly lazy?: boolean }).lazy ? 0 : 1);
    countOf(name, 'outChannels', outChannels, 1);
    countOf(name, 'groups', groups, 1);
    assertFloatingDType(name, 'dtype', dtype);
    if (inChannels % groups !== 0 || outChannels % groups !== 0)
      throw new ArgumentError(`${name}: groups ${groups} must divide inChannels ${inChannels} and outChannels ${outChannels}.`);
    if (!PADDING_MODES.includes(paddingMode))
      throw new ArgumentError(`${name}: paddingMode is "${paddingMode as string}", expected one of ${PADDING_MODES.join(', ')}.`);
    this.kernelSize = sizesOf(kernelSize, rank, 1, name, 'kernelSize') as readonly number[] as S;
    this.stride = sizesOf(options.stride ?? 1, rank, 1, name, 'stride') as readonly number[] as S;
    this.padding = checkedPadding(name, rank, options.padding ?? 0, this.stride) as S | 'same' | 'valid';
    this.dilation = sizesOf(options.dilation ?? 1, rank, 1, name, 'dilation') as readonly number[] as S;
    this.groups = groups;
    this.paddingMode = paddingMode;
    const channels = transposed ? [inChannels, outChannels / groups] : [outChannels, inChannels / groups];
    this.weight = new Parameter(emptyTensor([...channels, ...this.kernelSize], dtype));
    this.bias = this.registerParameter('bias', bias ? new Parameter(emptyTensor([outChannels], dtype)) : null);
    this.resetParameters();
  }

  /** PyTorch's default: the weight, then the bias, uniform within 1 / sqrt(fan in). */
  resetParameters(): void {
    resetWeightAndBias(this.weight, this.bias);
  }

  override extraRepr(): string {
    const { padding, dilation, groups, bias } = this;
    const parts = [`${this.inChannels}, ${this.outChannels}, kernel_size=${tuple(this.kernelSize)}, stride=${tuple(this.stride)}`];
    if (typeof padding === 'string') parts.push(`padding=${padding}`);
    else if (padding.some((p) => p !== 0)) parts.push(`padding=${tuple(padding)}`);
    if (dilation.some((d) => d !== 1)) parts.push(`dilation=${tuple(dilation)}`);
    parts.push(...this.moreText());
    if (groups !== 1) parts.push(`groups=${groups}`);
    if (bias === null) parts.push('bias=False');
    if (this.paddingMode !== 'zeros') parts.push(`padding_mode=${this.paddingMode}`);
    return parts.join(', ');
  }

  /** What stands between dilation and groups in the text. */
  protected moreText(): string[] {
    return [];
  }
}

function checkedPadding(name: string, rank: Rank, padding: Padding, stride: readonly number[]): readonly number[] | 'same' | 'valid' {
  if (typeof padding !== 'string') return sizesOf(padding, rank, 0, name, 'padding');
  if (padding !== 'same' && padding !== 'valid')
    throw new ArgumentError(`${name}: padding is "${padding as string}", expected numbers, 'same' or 'valid'.`);
  if (padding === 'same' && stride.some((s) => s !== 1))
    throw new ArgumentError(`${name}: padding 'same' needs stride 1, got ${tuple(stride)}. Give the padding as a number.`);
  return padding;
}

const LAYER = { stride: null, padding: null, dilation: null, groups: 1, bias: true, paddingMode: 'zeros', dtype: 'float32' } as const;

/** A convolution, after any padding that is not of zeros. */
abstract class Convolution<S extends readonly number[]> extends ConvNd<S> {
  protected constructor(
    name: string,
    private readonly rank: Rank,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    given: readonly unknown[],
  ) {
    super(
      name,
      rank,
      inChannels,
      outChannels,
      kernelSize,
      readArguments<Record<keyof typeof LAYER, never>>(name, LAYER as never, given),
      false,
    );
  }

  /** The input with its padding, and what is left for the convolution itself. */
  protected padded(x: Tensor): [Tensor, { stride: S; padding: S | 'same' | 'valid'; dilation: S; groups: number }] {
    const { stride, padding, dilation, groups, paddingMode, rank } = this;
    if (paddingMode === 'zeros') return [x, { stride, padding, dilation, groups }];
    checkConvInput(`conv${rank}d`, rank, x);
    const around = this.kernelSize.flatMap((k, d) => {
      const total = dilation[d]! * (k - 1);
      if (padding === 'same') return [Math.floor(total / 2), Math.ceil(total / 2)];
      return padding === 'valid' ? [0, 0] : [padding[d]!, padding[d]!];
    });
    // pad starts at the last axis.
    const reversed = this.kernelSize.flatMap((_, i) => around.slice(2 * (rank - 1 - i), 2 * (rank - i)));
    return [pad(x, reversed, { mode: paddingMode }), { stride, padding: 'valid', dilation, groups }];
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
   * @param stride and what follows it: values in PyTorch's order, or all of them by name in one object.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Single,
    ...args: Trailing<
      [stride: Single, padding: Padding<Single>, dilation: Single, groups: number, bias: boolean, paddingMode: PaddingMode],
      Conv1dLayerOptions
    >
  ) {
    super(classNameOf(new.target), 1, inChannels, outChannels, kernelSize, args);
  }

  /** @returns [N, outChannels, OL], or without N. */
  forward(x: Tensor): Tensor {
    const [input, options] = this.padded(x);
    return conv1d(input, this.weight, this.bias, options);
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
   * @param stride and what follows it: values in PyTorch's order, or all of them by name in one object.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    ...args: Trailing<
      [stride: Pair, padding: Padding<Pair>, dilation: Pair, groups: number, bias: boolean, paddingMode: PaddingMode],
      Conv2dLayerOptions
    >
  ) {
    super(classNameOf(new.target), 2, inChannels, outChannels, kernelSize, args);
  }

  /** @returns [N, outChannels, OH, OW], or without N. */
  forward(x: Tensor): Tensor {
    const [input, options] = this.padded(x);
    return conv2d(input, this.weight, this.bias, options);
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
   * @param stride and what follows it: values in PyTorch's order, or all of them by name in one object.
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Triple,
    ...args: Trailing<
      [stride: Triple, padding: Padding<Triple>, dilation: Triple, groups: number, bias: boolean, paddingMode: PaddingMode],
      Conv3dLayerOptions
    >
  ) {
    super(classNameOf(new.target), 3, inChannels, outChannels, kernelSize, args);
  }

  /** @returns [N, outChannels, OD, OH, OW], or without N. */
  forward(x: Tensor): Tensor {
    const [input, options] = this.padded(x);
    return conv3d(input, this.weight, this.bias, options);
  }
}
