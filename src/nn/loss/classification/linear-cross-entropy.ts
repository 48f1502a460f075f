/** A linear layer and the cross entropy of what it gives, as one function. */
import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { linear } from '../../../ops/products/matmul.js';
import { reshape } from '../../../ops/view/movement.js';
import { assertTensors } from '../../../tensor/checks.js';
import { numel, sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkNumber, type LossOptions, lossOptions, type Settled } from '../options.js';
import { crossEntropy } from './cross-entropy.js';

/** The options of {@link LinearCrossEntropy}. */
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

type Layer = Omit<LinearCrossEntropyOptions, 'linearBias'>;

/** @internal The options of the loss, without the layer's. */
export function linearCrossEntropyOptions<O extends Layer>(op: string, layer: O, given: readonly unknown[]): O & Settled<Layer> {
  const defaults = { ...layer, reduction: 'mean', weight: null, ignoreIndex: null, labelSmoothing: 0 } as O & Settled<Layer>;
  const options = lossOptions(op, defaults, given);
  if (options.ignoreIndex !== null) checkNumber(op, 'ignoreIndex', options.ignoreIndex, 'a whole number or null', Number.isInteger);
  checkNumber(op, 'labelSmoothing', options.labelSmoothing, 'a number from 0 to 1', (s) => s >= 0 && s <= 1);
  return options;
}

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
export function linearCrossEntropy(input: Tensor, linearWeight: Tensor, target: Tensor, options: LinearCrossEntropyOptions = {}): Tensor {
  const op = 'linearCrossEntropy';
  const { linearBias, ...loss } = linearCrossEntropyOptions<{ linearBias: Tensor | null } & Layer>(op, { linearBias: null }, [options]);
  assertTensors(op, { input, linearWeight, target });
  const both = `(input ${showShape(input.shape)}, linearWeight ${showShape(linearWeight.shape)})`;
  if (input.ndim < 1 || input.ndim > 2)
    throw new ShapeError(`${op}: input is ${showShape(input.shape)}, expected [N, D] or [D]. Flatten what comes before the features.`);
  if (linearWeight.ndim < 2)
    throw new ShapeError(`${op}: linearWeight is ${showShape(linearWeight.shape)}, expected [C, D] or [C, ..., D].`);
  const [features, wanted] = [input.shape[input.ndim - 1]!, linearWeight.shape[linearWeight.ndim - 1]!];
  if (features !== wanted) throw new ShapeError(`${op}: input has ${features} features, linearWeight expects ${wanted} ${both}.`);
  const out = linearWeight.shape.slice(0, -1);
  if (linearBias && !sameShape(linearBias.shape, out))
    throw new ShapeError(`${op}: linearBias is ${showShape(linearBias.shape)}, expected ${showShape(out)} ${both}.`);
  if (out.length > 1 && input.ndim === 1)
    throw new ShapeError(`${op}: a linearWeight of more than 2 dims needs an input [N, ${features}] ${both}.`);
  const shape = [...input.shape.slice(0, -1), ...out];
  if (loss.ignoreIndex !== null && sameShape(target.shape, shape))
    throw new ArgumentError(
      `${op}: ignoreIndex is ${loss.ignoreIndex}, but the target holds probabilities, not labels. Leave it out, or give labels.`,
    );
  const n = numel(out);
  const logits = linear(input, reshape(linearWeight, [n, features]), linearBias ? reshape(linearBias, [n]) : undefined);
  return crossEntropy(reshape(logits, shape), target, { ...loss, ignoreIndex: loss.ignoreIndex ?? -100 });
}
