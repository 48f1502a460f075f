/** Root mean square normalisation. */

import { readArguments, type Settings, type Trailing } from '../../tensor/arguments.js';
import { assertFloatingDType } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { DeviceLike } from '../../tensor/device.js';
import type { DType } from '../../tensor/dtype.js';
import type { Shape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { ones_ } from '../init/init.js';
import { type LayerKind, Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool, float, tuple } from '../module/text.js';
import { rmsNorm, sizesOfNorm } from './row-functional.js';

/** The options of {@link RMSNorm}. */
export interface RMSNormOptions {
  /** Added to the mean square; null is the machine epsilon of the input's dtype. Default: null. */
  eps?: number | null;
  /** Learns a scale for each element. Default: true. */
  elementwiseAffine?: boolean;
  /** Of the scale. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/**
 * `y = x / sqrt(mean(x^2) + eps) * weight`, for each item over its last dims.
 * @param normalizedShape sizes of those dims, or the size of the last one. Input [..., ...normalizedShape].
 * @see Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467; https://pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
 * @example
 * new nn.RMSNorm(512, { eps: 1e-6 });
 */
export class RMSNorm extends Module {
  static override readonly className: string = 'RMSNorm';
  static override readonly kind: LayerKind | null = 'norm';
  /** The sizes of the last dims, over which it normalises. */
  readonly normalizedShape: Shape;
  /** Added to the mean square; null for the dtype's own. */
  readonly eps: number | null;
  /** Whether each element learns a scale. */
  readonly elementwiseAffine: boolean;
  /** The learned weight. */
  weight: Parameter | null;

  /**
   * `y = x / sqrt(mean(x^2) + eps) * weight`, for each item over its last dims.
   * @param args eps and elementwiseAffine in this order, or the options.
   */
  constructor(normalizedShape: number | Shape, ...args: Trailing<[eps: number | null, elementwiseAffine: boolean], RMSNormOptions>) {
    super();
    const defaults: Settings<RMSNormOptions> = { eps: null, elementwiseAffine: true, dtype: 'float32' };
    const { eps, elementwiseAffine, dtype } = readArguments(classNameOf(new.target), defaults, args);
    this.normalizedShape = sizesOfNorm(classNameOf(new.target), normalizedShape);
    assertFloatingDType(classNameOf(new.target), 'dtype', dtype);
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = this.registerParameter('weight', elementwiseAffine ? new Parameter(emptyTensor(this.normalizedShape, dtype)) : null);
    this.resetParameters();
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, this.weight, this.eps);
  }

  override extraRepr(): string {
    const eps = this.eps === null ? 'None' : float(this.eps);
    return `${tuple(this.normalizedShape)}, eps=${eps}, elementwise_affine=${bool(this.elementwiseAffine)}`;
  }
}
