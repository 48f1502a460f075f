/** A linear layer and the cross entropy of what it gives, as one function and as one layer. */
import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { linear } from '../../../ops/products/matmul.js';
import { reshape } from '../../../ops/view/movement.js';
import type { Arguments, Settings } from '../../../tensor/arguments/arguments.js';
import { assertTensors, between, countOf, unexpected, wholeNumbers } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { DeviceLike } from '../../../tensor/device.js';
import { numel, sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { DType } from '../../../tensor/values/dtype.js';
import { Linear } from '../../linear/linear.js';
import { bool, float, tuple } from '../../module/text.js';
import { WeightedLoss } from '../loss.js';
import { type LossOptions, lossReader } from '../options.js';
import { crossEntropyOf } from './cross-entropy.js';

/** The options of {@link linearCrossEntropy}. */
export interface LinearCrossEntropyOptions extends LossOptions {
  /** [C] or [C, d1, ...]. Default: none. */
  linearBias?: Tensor | null;
  /** [C]: how much each class counts. Default: all alike. */
  weight?: Tensor | null;
  /** Items with this label count for nothing; only with labels. Default: null, which means -100. */
  ignoreIndex?: number | null;
  /** From 0 (default) to 1: how much of each label is spread evenly over all classes. */
  labelSmoothing?: number;
}

type Shared = Omit<LinearCrossEntropyOptions, 'linearBias'>;
const SHARED: Settings<Shared> = { reduction: 'mean', weight: null, ignoreIndex: null, labelSmoothing: 0 };

function assertShared(op: string, { ignoreIndex, labelSmoothing }: Settings<Shared>): void {
  if (ignoreIndex !== null && !Number.isSafeInteger(ignoreIndex))
    throw unexpected(op, 'ignoreIndex', ignoreIndex, 'a whole number or null');
  between(op, 'labelSmoothing', labelSmoothing, 0, 1);
}

const readLinear = lossReader<LinearCrossEntropyOptions>({ linearBias: null, ...SHARED }, assertShared);

/**
 * crossEntropy(linear(input, linearWeight, linearBias), target). PyTorch's `options`, which trade speed for memory, are not there.
 * @param input [N, D] or [D]. @param linearWeight [C, D], or [C, d1, ..., D] for one choice of C classes at each of d1, ...
 * @param target labels [N, d1, ...], or probabilities [N, C, d1, ...]; without N for one item.
 * @returns one number, or with reduction 'none' one per item.
 * @throws {ShapeError} for other shapes. @throws as {@link crossEntropy}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.linear_cross_entropy.html
 * @example
 * const linearWeight = tensor([[1, 0], [0, 1]]);
 * F.linearCrossEntropy(tensor([[2, 0], [0, 1]]), linearWeight, tensor([0, 1], { dtype: 'int64' })); // 0.2201
 */
export function linearCrossEntropy(
  input: Tensor,
  linearWeight: Tensor,
  target: Tensor,
  ...args: Arguments<LinearCrossEntropyOptions, []>
): Tensor {
  const { linearBias, ...loss } = readLinear('linearCrossEntropy', args);
  return linearCrossEntropyOf(input, linearWeight, linearBias, target, loss);
}

function linearCrossEntropyOf(
  input: Tensor,
  linearWeight: Tensor,
  linearBias: Tensor | null,
  target: Tensor,
  { weight, reduction, ignoreIndex, labelSmoothing }: Settings<Shared>,
): Tensor {
  const op = 'linearCrossEntropy';
  assertTensors(op, { input, linearWeight, target });
  const both = `(input ${showShape(input.shape)}, linearWeight ${showShape(linearWeight.shape)})`;
  if (input.ndim < 1 || input.ndim > 2)
    throw new ShapeError(`${op}: input is ${showShape(input.shape)}, expected [N, D] or [D]. Flatten what comes before the features.`);
  if (linearWeight.ndim < 2)
    throw new ShapeError(`${op}: linearWeight is ${showShape(linearWeight.shape)}, expected [C, D] or [C, ..., D].`);
  const [features, expected] = [input.shape[input.ndim - 1]!, linearWeight.shape[linearWeight.ndim - 1]!];
  if (features !== expected) throw new ShapeError(`${op}: input has ${features} features, linearWeight expects ${expected} ${both}.`);
  const out = linearWeight.shape.slice(0, -1);
  if (linearBias && !sameShape(linearBias.shape, out))
    throw new ShapeError(`${op}: linearBias is ${showShape(linearBias.shape)}, expected ${showShape(out)} ${both}.`);
  if (out.length > 1 && input.ndim === 1)
    throw new ShapeError(`${op}: a linearWeight of more than 2 dims needs an input [N, ${features}] ${both}.`);
  const shape = [...input.shape.slice(0, -1), ...out];
  if (ignoreIndex !== null && sameShape(target.shape, shape))
    throw new ArgumentError(
      `${op}: ignoreIndex is ${ignoreIndex}, but the target holds probabilities, not labels. Leave it out, or give labels.`,
    );
  const n = numel(out);
  const logits = linear(input, reshape(linearWeight, [n, features]), linearBias && reshape(linearBias, [n]));
  return crossEntropyOf(reshape(logits, shape), target, { weight, reduction, labelSmoothing, ignoreIndex: ignoreIndex ?? -100 });
}

/** The options of {@link LinearCrossEntropyLoss}. */
export interface LinearCrossEntropyLossOptions extends Shared {
  /** [d1, ...]: a choice among the classes at each place. Default: [], one choice. */
  outFeatures?: readonly number[];
  /** Whether the linear layer has a bias. Default: false. */
  bias?: boolean;
  /** Of the linear layer. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

const readLayer = lossReader<LinearCrossEntropyLossOptions>({ outFeatures: [], bias: false, dtype: 'float32', ...SHARED }, assertShared);

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

  constructor(inFeatures: number, numClasses: number, ...args: Arguments<LinearCrossEntropyLossOptions, []>) {
    const name = classNameOf(new.target);
    countOf(name, 'numClasses', numClasses);
    const settings = readLayer(name, args);
    const { outFeatures, bias, dtype, weight, ignoreIndex, labelSmoothing } = settings;
    wholeNumbers(name, 'outFeatures', outFeatures, { min: 0 });
    if (weight && (weight.ndim !== 1 || weight.shape[0] !== numClasses))
      throw new ShapeError(`${name}: weight is ${showShape(weight.shape)}, expected one value per class: [${numClasses}].`);
    super(settings);
    this.numClasses = numClasses;
    this.outFeatures = [...outFeatures];
    this.ignoreIndex = ignoreIndex;
    this.labelSmoothing = labelSmoothing;
    this.linear = new Linear(inFeatures, numClasses * numel(outFeatures), { bias, dtype });
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { linear, numClasses, outFeatures } = this;
    const linearWeight = reshape(linear.weight, [numClasses, ...outFeatures, linear.inFeatures]);
    const linearBias = linear.bias && reshape(linear.bias, [numClasses, ...outFeatures]);
    return linearCrossEntropyOf(input, linearWeight, linearBias, target, this);
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
