/** Normalisation over groups of channels, and by neighbouring channels. */

import { ArgumentError } from '../../errors.js';
import { readArguments, type Settings, type Trailing } from '../../tensor/arguments.js';
import { assertFloatingDType, countOf } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { DeviceLike } from '../../tensor/device.js';
import type { DType } from '../../tensor/dtype.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { ones_, zeros_ } from '../init/init.js';
import { type LayerKind, Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool, float } from '../module/text.js';
import { groupNormAs, type LocalResponseNormOptions, localResponseNorm } from './row-functional.js';

/** The options of {@link GroupNorm}. */
export interface GroupNormLayerOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Learns a scale (and a bias) for each channel. Default: true. */
  affine?: boolean;
  /** With `affine`: learns a bias. Default: true. */
  bias?: boolean;
  /** Of the parameters. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/**
 * `y = (x - mean) / sqrt(var + eps) * weight + bias`, mean and variance those of a group of channels of one item. Input [N, C, ...].
 * @param numGroups must divide `numChannels`.
 * @throws {ArgumentError} when it does not.
 * @see Wu and He 2018, https://arxiv.org/abs/1803.08494; https://pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
 * @example
 * new nn.GroupNorm(8, 64);
 */
export class GroupNorm extends Module {
  static override readonly className: string = 'GroupNorm';
  static override readonly kind: LayerKind | null = 'norm';
  /** Added where something is divided, so that it is never by 0. */
  readonly eps: number;
  /** Whether each channel learns a scale and a bias. */
  readonly affine: boolean;
  /** The learned weight. */
  weight: Parameter | null;
  /** The learned bias; null without one. */
  bias: Parameter | null;

  /**
   * `y = (x - mean) / sqrt(var + eps) * weight + bias`, mean and variance those of a group of channels of one item. Input [N, C, ...].
   * @param args eps and affine in this order, or the options.
   */
  constructor(
    /** How many groups the channels are cut into. */
    readonly numGroups: number,
    /** How many channels the input has. */
    readonly numChannels: number,
    ...args: Trailing<[eps: number, affine: boolean], GroupNormLayerOptions>
  ) {
    super();
    const defaults: Settings<GroupNormLayerOptions> = { eps: 1e-5, affine: true, bias: true, dtype: 'float32' };
    const { eps, affine, bias, dtype } = readArguments(classNameOf(new.target), defaults, args);
    countOf(classNameOf(new.target), 'numGroups', numGroups, 1);
    countOf(classNameOf(new.target), 'numChannels', numChannels);
    if (numChannels % numGroups !== 0)
      throw new ArgumentError(
        `${classNameOf(new.target)}: ${numGroups} groups do not divide ${numChannels} channels. Choose a divisor of ${numChannels}.`,
      );
    assertFloatingDType(classNameOf(new.target), 'dtype', dtype);
    this.eps = eps;
    this.affine = affine;
    const parameter = () => new Parameter(emptyTensor([numChannels], dtype));
    this.weight = this.registerParameter('weight', affine ? parameter() : null);
    this.bias = this.registerParameter('bias', affine && bias ? parameter() : null);
    this.resetParameters();
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  forward(x: Tensor): Tensor {
    return groupNormAs(classNameOf(this), x, this.numGroups, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    const { numGroups, numChannels, eps, affine, bias } = this;
    return `${numGroups}, ${numChannels}, eps=${float(eps)}, affine=${bool(affine)}, bias=${bool(bias !== null)}`;
  }
}

/**
 * Divides by the strength of the `size` channels around. Input [N, C, ...] of at least 3 dims.
 * @see Krizhevsky et al. 2012; https://pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
 * @example
 * new nn.LocalResponseNorm(2, { alpha: 1e-3 }).forward(randn([2, 3, 4, 4])).shape; // [2, 3, 4, 4]
 */
export class LocalResponseNorm extends Module {
  static override readonly className: string = 'LocalResponseNorm';
  static override readonly kind: LayerKind | null = 'norm';
  /** The factor of the squares. */
  readonly alpha: number;
  /** The exponent. */
  readonly beta: number;
  /** Added to the sum. */
  readonly k: number;

  /**
   * Divides by the strength of the `size` channels around. Input [N, C, ...] of at least 3 dims.
   * @param args alpha (default 1e-4), beta (default 0.75) and k (default 1) in this order, or the options.
   */
  constructor(
    /** How many neighbouring channels count. */
    readonly size: number,
    ...args: Trailing<[alpha: number, beta: number, k: number], LocalResponseNormOptions>
  ) {
    super();
    countOf(classNameOf(new.target), 'size', size, 1);
    const { alpha, beta, k } = readArguments(classNameOf(new.target), { alpha: 1e-4, beta: 0.75, k: 1 }, args);
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  forward(x: Tensor): Tensor {
    return localResponseNorm(x, this.size, this.alpha, this.beta, this.k);
  }

  override extraRepr(): string {
    return `${this.size}, alpha=${float(this.alpha)}, beta=${float(this.beta)}, k=${float(this.k)}`;
  }
}
