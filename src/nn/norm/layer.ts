/** Layer normalisation. */

import { readArguments, type Settings, type Trailing } from '../../tensor/arguments.js';
import { assertFloatingDType } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { DeviceLike } from '../../tensor/device.js';
import type { DType } from '../../tensor/dtype.js';
import type { Shape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { ones_, zeros_ } from '../init/init.js';
import { type LayerKind, Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool, float, tuple } from '../module/text.js';
import { layerNorm, sizesOfNorm } from './row-functional.js';

/** The options of {@link LayerNorm}. */
export interface LayerNormLayerOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Learns a scale (and a bias) for each element. Default: true. */
  elementwiseAffine?: boolean;
  /** With `elementwiseAffine`: learns a bias. Default: true. */
  bias?: boolean;
  /** Of the parameters. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/**
 * `y = (x - mean) / sqrt(var + eps) * weight + bias`, for each item over its last dims.
 * @param normalizedShape sizes of those dims, or the size of the last one. Input [..., ...normalizedShape].
 * @see Ba et al. 2016, https://arxiv.org/abs/1607.06450; https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
 * @example
 * new nn.LayerNorm(6, { eps: 1e-6 }).forward(x).shape; // [8, 6]
 */
export class LayerNorm extends Module {
  static override readonly className: string = 'LayerNorm';
  static override readonly kind: LayerKind | null = 'norm';
  /** The sizes of the last dims, over which it normalises. */
  readonly normalizedShape: Shape;
  /** Added where something is divided, so that it is never by 0. */
  readonly eps: number;
  /** Whether each element learns a scale. */
  readonly elementwiseAffine: boolean;
  /** The learned weight. */
  weight: Parameter | null;
  /** The learned bias; null without one. */
  bias: Parameter | null;

  /**
   * `y = (x - mean) / sqrt(var + eps) * weight + bias`, for each item over its last dims.
   * @param args eps, elementwiseAffine and bias in this order, or the options.
   */
  constructor(
    normalizedShape: number | Shape,
    ...args: Trailing<[eps: number, elementwiseAffine: boolean, bias: boolean], LayerNormLayerOptions>
  ) {
    super();
    const defaults: Settings<LayerNormLayerOptions> = { eps: 1e-5, elementwiseAffine: true, bias: true, dtype: 'float32' };
    const { eps, elementwiseAffine, bias, dtype } = readArguments(classNameOf(new.target), defaults, args);
    this.normalizedShape = sizesOfNorm(classNameOf(new.target), normalizedShape);
    assertFloatingDType(classNameOf(new.target), 'dtype', dtype);
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    const parameter = () => new Parameter(emptyTensor(this.normalizedShape, dtype));
    this.weight = this.registerParameter('weight', elementwiseAffine ? parameter() : null);
    this.bias = this.registerParameter('bias', elementwiseAffine && bias ? parameter() : null);
    this.resetParameters();
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    return `${tuple(this.normalizedShape)}, eps=${float(this.eps)}, elementwise_affine=${bool(this.elementwiseAffine)}, bias=${bool(this.bias !== null)}`;
  }
}
