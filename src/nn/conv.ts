/** Convolution layers. */
import { ArgumentError } from '../errors.js';
import { conv2d } from '../ops/conv.js';
import { type Pair, pair } from '../ops/window.js';
import type { DType } from '../tensor/dtype.js';
import { emptyTensor, type Tensor } from '../tensor/tensor.js';
import { assertCount, resetWeightAndBias } from './linear.js';
import { Module } from './module.js';
import { tuple } from './module-text.js';
import { assertTrainable, Parameter } from './parameter.js';

export interface Conv2dLayerOptions {
  /** Pixels from one window to the next. Default: 1. */
  stride?: Pair;
  /** Zeros around the image, or 'valid' for none, or 'same' for as many as keep its size. Default: 0. */
  padding?: Pair | 'same' | 'valid';
  /** Pixels from one tap of a window to the next. Default: 1. */
  dilation?: Pair;
  /** Channels are split into so many groups that do not mix. Default: 1. */
  groups?: number;
  /** Adds a learned bias. Default: true. */
  bias?: boolean;
  /** Of the parameters. Default: float32. */
  dtype?: DType;
}

/**
 * Two-dim convolution (cross-correlation) with learned weights.
 * Input [N, inChannels, H, W] or [inChannels, H, W]; weight [outChannels, inChannels / groups, KH, KW], bias [outChannels].
 * @throws {ArgumentError} when the groups do not divide both channel counts.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 * @example
 * const conv = new nn.Conv2d(1, 16, 3, { padding: 1 });
 */
export class Conv2d extends Module {
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number] | 'same' | 'valid';
  readonly dilation: readonly [number, number];
  readonly groups: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Pair,
    options: Conv2dLayerOptions = {},
  ) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, dtype = 'float32' } = options;
    assertCount('Conv2d', 'inChannels', inChannels, 1);
    assertCount('Conv2d', 'outChannels', outChannels);
    assertCount('Conv2d', 'groups', groups, 1);
    assertTrainable(dtype, 'Conv2d');
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ArgumentError(`Conv2d: groups ${groups} must divide inChannels ${inChannels} and outChannels ${outChannels}.`);
    }
    this.kernelSize = pair(kernelSize, 1, 'Conv2d', 'kernelSize');
    this.stride = pair(stride, 1, 'Conv2d', 'stride');
    this.dilation = pair(dilation, 1, 'Conv2d', 'dilation');
    if (typeof padding === 'string') {
      if (padding !== 'same' && padding !== 'valid')
        throw new ArgumentError(`Conv2d: padding is "${padding as string}", expected numbers, 'same' or 'valid'.`);
      if (padding === 'same' && this.stride.some((s) => s !== 1))
        throw new ArgumentError(`Conv2d: padding 'same' needs stride 1, got ${tuple(this.stride)}. Give the padding as a number.`);
      this.padding = padding;
    } else {
      this.padding = pair(padding, 0, 'Conv2d', 'padding');
    }
    this.groups = groups;
    this.weight = new Parameter(emptyTensor([outChannels, inChannels / groups, ...this.kernelSize], dtype));
    this.bias = this.registerParameter('bias', bias ? new Parameter(emptyTensor([outChannels], dtype)) : null);
    this.resetParameters();
  }

  resetParameters(): void {
    resetWeightAndBias(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this);
  }

  override extraRepr(): string {
    const { padding, dilation, groups, bias } = this;
    const parts = [`${this.inChannels}, ${this.outChannels}, kernel_size=${tuple(this.kernelSize)}, stride=${tuple(this.stride)}`];
    if (typeof padding === 'string') parts.push(`padding=${padding}`);
    else if (padding.some((p) => p !== 0)) parts.push(`padding=${tuple(padding)}`);
    if (dilation.some((d) => d !== 1)) parts.push(`dilation=${tuple(dilation)}`);
    if (groups !== 1) parts.push(`groups=${groups}`);
    if (bias === null) parts.push('bias=False');
    return parts.join(', ');
  }
}
