/** Root mean square normalisation: the function and its layer. */
import { formatOf } from '../../ops/view/copy.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloatingDType } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { DeviceLike } from '../../tensor/device.js';
import type { Shape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { ones_ } from '../init/init.js';
import { type LayerKind, Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool, float, tuple } from '../module/text.js';
import { assertEndsIn, flatten, overLast, sizesOfNorm } from './layer.js';
import { rowNorm } from './rows.js';

/** The options of {@link rmsNorm}. */
export interface RmsNormOptions {
  /** [...normalizedShape], or null for 1. Default: null. */
  weight?: Tensor | null;
  /** Added to the mean square; null is the machine epsilon of x's dtype. Default: null. */
  eps?: number | null;
}

const DEFAULTS: Settings<RmsNormOptions> = { weight: null, eps: null };
const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 };

/**
 * Divides each item by the root mean square over its last dims: `y = x / sqrt(mean(x^2) + eps) * weight`.
 * @param x [..., ...normalizedShape], floating. @param normalizedShape sizes of the last dims, or the size of the last one.
 * @param args weight and eps in this order or by name.
 * @throws as {@link layerNorm}.
 * @see Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467; https://pytorch.org/docs/stable/generated/torch.nn.functional.rms_norm.html
 * @example
 * F.rmsNorm(tensor([3, 4, 0, 0]), 4); // [1.2, 1.6, 0.0, 0.0]
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: number | Shape,
  ...args: Arguments<RmsNormOptions, [weight: 'weight', eps: 'eps']>
): Tensor {
  const { weight, eps } = readArguments('rmsNorm', DEFAULTS, args);
  const shape = sizesOfNorm('rmsNorm', normalizedShape);
  assertEndsIn('rmsNorm', x, shape, { weight });
  return rmsNormOf(x, shape, { weight, eps });
}

/** {@link rmsNorm} of checked arguments. */
function rmsNormOf(x: Tensor, shape: Shape, { weight, eps }: Settings<RmsNormOptions>): Tensor {
  const out = rowNorm(x, flatten(weight), null, overLast('rmsNorm', x, shape, false, eps ?? EPSILON[x.dtype as 'float32' | 'float64']));
  return x.ndim < 4 ? out : formatOf(out, x);
}

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

const LAYER: Settings<RMSNormOptions> = { eps: null, elementwiseAffine: true, dtype: 'float32' };

/**
 * `y = x / sqrt(mean(x^2) + eps) * weight`, for each item over its last dims.
 * @param normalizedShape sizes of those dims, or the size of the last one. Input [..., ...normalizedShape].
 * @see Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467; https://pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
 * @example
 * new nn.RMSNorm(512, { eps: 1e-6 });
 */
export class RMSNorm extends Module {
  static override readonly className: string = 'RMSNorm';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
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
  constructor(normalizedShape: number | Shape, ...args: Arguments<RMSNormOptions, [eps: 'eps', elementwiseAffine: 'elementwiseAffine']>) {
    super();
    const name = classNameOf(new.target);
    const { eps, elementwiseAffine, dtype } = readArguments(name, LAYER, args);
    this.normalizedShape = sizesOfNorm(name, normalizedShape);
    assertFloatingDType(name, 'dtype', dtype);
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
    assertEndsIn(classNameOf(this), x, this.normalizedShape, { weight: this.weight });
    return rmsNormOf(x, this.normalizedShape, this);
  }

  override extraRepr(): string {
    const eps = this.eps === null ? 'None' : float(this.eps);
    return `${tuple(this.normalizedShape)}, eps=${eps}, elementwise_affine=${bool(this.elementwiseAffine)}`;
  }
}
