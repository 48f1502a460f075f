/** What the layers of convolution and transposed convolution share. */
import { ArgumentError } from '../../errors.js';
import type { PadMode } from '../../ops/join/pad.js';
import { assertFloatingDType, countOf, oneOf, type Rank, type Sizes, sizesPerAxis, unexpected } from '../../tensor/arguments/checks.js';
import type { DeviceLike } from '../../tensor/device.js';
import { emptyTensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { resetWeightAndBias } from '../init/reset.js';
import { type LayerKind, Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { tuple } from '../module/text.js';
import type { WindowSettings } from './geometry.js';
import type { Padding } from './shape.js';

/** What a convolution sees around its input: zeros, or values of the input as {@link pad} puts them there. */
export type PaddingMode = 'zeros' | Exclude<PadMode, 'constant'>;

const PADDING_MODES: readonly PaddingMode[] = ['zeros', 'reflect', 'replicate', 'circular'];

/** The options of a layer's parameters. */
export interface ConvParameterOptions {
  /** Adds a learned bias. Default: true. */
  bias?: boolean;
  /** Of the parameters. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/** Channels, sizes, parameters and text. */
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
  protected readonly spatialDims: Rank;

  /** @param transposed whether the weight has the channels of the input in front. */
  protected constructor(
    name: string,
    rank: Rank,
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Sizes,
    options: WindowSettings<
      { stride?: Sizes; padding?: Padding; dilation?: Sizes; groups?: number; paddingMode?: PaddingMode } & ConvParameterOptions
    >,
    transposed: boolean,
  ) {
    super();
    this.spatialDims = rank;
    const { groups, bias, dtype } = options;
    countOf(name, 'inChannels', inChannels, (new.target as { readonly lazy?: boolean }).lazy ? 0 : 1);
    countOf(name, 'outChannels', outChannels, 1);
    countOf(name, 'groups', groups, 1);
    assertFloatingDType(name, 'dtype', dtype);
    if (inChannels % groups !== 0 || outChannels % groups !== 0)
      throw new ArgumentError(`${name}: groups ${groups} must divide inChannels ${inChannels} and outChannels ${outChannels}.`);
    const sizes = (option: string, value: Sizes, least: number) => sizesPerAxis(name, option, value, rank, least) as readonly number[] as S;
    this.paddingMode = oneOf(name, 'paddingMode', options.paddingMode, PADDING_MODES);
    this.kernelSize = sizes('kernelSize', kernelSize, 1);
    this.stride = sizes('stride', options.stride ?? 1, 1);
    const padding = options.padding ?? 0;
    this.padding = typeof padding === 'string' ? namedPadding(name, padding, this.stride) : sizes('padding', padding, 0);
    this.dilation = sizes('dilation', options.dilation ?? 1, 1);
    this.groups = groups;
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

function namedPadding(name: string, padding: unknown, stride: readonly number[]): 'same' | 'valid' {
  if (padding !== 'same' && padding !== 'valid') throw unexpected(name, 'padding', padding, "numbers, 'same' or 'valid'");
  if (padding === 'same' && stride.some((s) => s !== 1))
    throw new ArgumentError(`${name}: padding 'same' needs stride 1, got ${tuple(stride)}. Give the padding as a number.`);
  return padding;
}
