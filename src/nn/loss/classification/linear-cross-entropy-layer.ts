/** A linear layer and the cross entropy of what it gives, as one module. */

import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { reshape } from '../../../ops/view/movement.js';
import { countOf } from '../../../tensor/checks.js';
import { classNameOf } from '../../../tensor/class-name.js';
import type { DeviceLike } from '../../../tensor/device.js';
import type { DType } from '../../../tensor/dtype.js';
import { numel } from '../../../tensor/shape.js';
import { show } from '../../../tensor/show.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { Linear } from '../../linear/linear.js';
import { bool, float, tuple } from '../../module/text.js';
import { WeightedLoss } from './layers.js';
import { type LinearCrossEntropyOptions, linearCrossEntropy, linearCrossEntropyOptions } from './linear-cross-entropy.js';

/** The options of {@link LinearCrossEntropyLoss}. */
export interface LinearCrossEntropyLossOptions extends Omit<LinearCrossEntropyOptions, 'linearBias'> {
  /** [d1, ...]: a choice among the classes at each place. Default: [], one choice. */
  outFeatures?: readonly number[];
  /** Whether the linear layer has a bias. Default: false. */
  bias?: boolean;
  /** Of the linear layer. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/**
 * `CrossEntropyLoss` of `Linear(inFeatures, numClasses)`, with the layer inside the loss. PyTorch's `options`, which trade speed for memory, are
 * not there.
 * @throws as {@link linearCrossEntropy}. @see https://pytorch.org/docs/main/generated/torch.nn.LinearCrossEntropyLoss.html
 * @example
 * new nn.LinearCrossEntropyLoss(6, 3).forward(x, labels).shape; // []
 */
export class LinearCrossEntropyLoss extends WeightedLoss {
  static override readonly className: string = 'LinearCrossEntropyLoss';
  /** How many classes there are. */
  readonly numClasses: number;
  /** Features of its linear layer. */
  readonly outFeatures: readonly number[];
  /** The label that does not count. */
  ignoreIndex: number | null;
  /** How much of each target is spread evenly over all classes. */
  labelSmoothing: number;
  /** The layer that makes the scores. */
  linear: Linear;

  constructor(inFeatures: number, numClasses: number, options: LinearCrossEntropyLossOptions = {}) {
    const name = classNameOf(new.target);
    countOf(name, 'numClasses', numClasses);
    const defaults: LinearCrossEntropyLossOptions = { outFeatures: [], bias: false, dtype: 'float32' };
    const settled = linearCrossEntropyOptions(name, defaults, [options]);
    const { outFeatures = [], bias = false, dtype = 'float32', weight, ignoreIndex, labelSmoothing } = settled;
    if (!Array.isArray(outFeatures) || !outFeatures.every((size) => Number.isInteger(size) && size >= 0))
      throw new ArgumentError(`${name}: outFeatures is ${show(outFeatures)}, expected whole numbers.`);
    if (weight && (weight.ndim !== 1 || weight.shape[0] !== numClasses))
      throw new ShapeError(`${name}: weight is ${showShape(weight.shape)}, expected one value per class: [${numClasses}].`);
    super(settled);
    this.numClasses = numClasses;
    this.outFeatures = [...outFeatures];
    this.ignoreIndex = ignoreIndex;
    this.labelSmoothing = labelSmoothing;
    this.linear = new Linear(inFeatures, numClasses * numel(outFeatures), { bias, dtype });
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { linear, numClasses, outFeatures, weight, reduction, ignoreIndex, labelSmoothing } = this;
    const linearWeight = reshape(linear.weight, [numClasses, ...outFeatures, linear.inFeatures]);
    const linearBias = linear.bias && reshape(linear.bias, [numClasses, ...outFeatures]);
    return linearCrossEntropy(input, linearWeight, target, { linearBias, weight, reduction, ignoreIndex, labelSmoothing });
  }

  override extraRepr(): string {
    return [
      `in_features=${this.linear.inFeatures}`,
      `num_classes=${this.numClasses}`,
      `out_features=${tuple(this.outFeatures)}`,
      `bias=${bool(this.linear.bias !== null)}`,
      `reduction=${this.reduction}`,
      `ignore_index=${this.ignoreIndex ?? 'None'}`,
      `label_smoothing=${float(this.labelSmoothing)}`,
      'options=None',
    ].join(', ');
  }
}
