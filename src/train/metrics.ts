/** Metrics: numbers that people understand better than a loss. */
import { ArgumentError, DTypeError, ShapeError, showShape } from '../errors.js';
import { eq, ge } from '../ops/arithmetic.js';
import { argmax } from '../ops/extrema.js';
import { sum } from '../ops/reduce.js';
import { isFloating } from '../tensor/dtype.js';
import { sameShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { item } from '../tensor/transfer.js';
import type { Metric } from './types.js';

export interface AccuracyOptions {
  /** `multi`: the largest of each sample's class scores is the answer. `binary`: each output on its own, against `threshold`. Default: `multi`. */
  mode?: 'multi' | 'binary';
  /** binary: from which probability on the answer is 1. Default: 0.5. */
  threshold?: number;
  /** binary: whether the model gives logits (for BCEWithLogitsLoss) rather than probabilities. Default: false. */
  logits?: boolean;
  /** The key in records. Default: `accuracy`. */
  name?: string;
}

/**
 * The share of right answers.
 * multi: outputs [N, C] or [N, C, ...] (logits or probabilities), targets [N] or [N, ...] of class numbers, or probabilities of the outputs' shape.
 * binary: outputs and targets of one shape, targets 0 or 1.
 * @throws {ShapeError} for outputs and targets that do not fit.
 */
export function accuracy(options: AccuracyOptions = {}): Metric {
  const { mode = 'multi', threshold = 0.5, logits = false, name = 'accuracy' } = options;
  if (mode !== 'multi' && mode !== 'binary') throw new ArgumentError(`accuracy: mode is "${String(mode)}", expected multi or binary.`);
  if (!(threshold > 0 && threshold < 1))
    throw new ArgumentError(`accuracy: threshold is ${threshold}, expected a probability between 0 and 1.`);
  // sigmoid(z) >= t where z >= log(t / (1 - t)), which is 0 for t = 0.5.
  const bound = logits ? Math.log(threshold / (1 - threshold)) : threshold;
  const right = mode === 'binary' ? (output: Tensor, target: Tensor) => rightBinary(output, target, bound) : rightMulti;
  return {
    name,
    start() {
      let [correct, total] = [0, 0];
      return {
        update(output, target) {
          const hits = right(output, target);
          correct += item(sum(hits));
          total += hits.numel();
        },
        value: () => correct / total,
      };
    },
  };
}

function rightMulti(output: Tensor, target: Tensor): Tensor {
  if (output.ndim < 2) {
    throw new ShapeError(
      `accuracy: outputs have shape ${showShape(output.shape)}, expected [N, C]: one score per class. For one output per sample use accuracy({ mode: 'binary' }).`,
    );
  }
  const answer = argmax(output, 1);
  const soft = sameShape(target.shape, output.shape) && isFloating(target.dtype);
  const truth = soft ? argmax(target, 1) : target;
  if (!sameShape(answer.shape, truth.shape)) {
    throw new ShapeError(
      `accuracy: outputs ${showShape(output.shape)} give answers of shape ${showShape(answer.shape)}, but targets have ${showShape(target.shape)}. Class numbers are [N]; for one output per sample use accuracy({ mode: 'binary' }).`,
    );
  }
  return eq(answer, truth);
}

function rightBinary(output: Tensor, target: Tensor, bound: number): Tensor {
  // PyTorch would broadcast [N, 1] against [N] to [N, N] and count that.
  if (!sameShape(output.shape, target.shape)) {
    throw new ShapeError(
      `accuracy: outputs have shape ${showShape(output.shape)}, targets ${showShape(target.shape)}; in binary mode they must agree. Use targets.unsqueeze(1) or outputs.squeeze(1).`,
    );
  }
  if (!isFloating(output.dtype)) throw new DTypeError(`accuracy: outputs are ${output.dtype}, expected probabilities or logits.`);
  return eq(ge(output, bound), target);
}

/**
 * A metric of one's own: the mean of `measure` over the samples.
 * @param measure a number, or a tensor of one element, for a batch; batches weigh by their size.
 * @example
 * metric('mae', (output, target) => output.sub(target).abs().mean())
 */
export function metric(name: string, measure: (output: Tensor, target: Tensor) => number | Tensor): Metric {
  return {
    name,
    start() {
      let [total, samples] = [0, 0];
      return {
        update(output, target) {
          const value = measure(output, target);
          const count = target.shape[0] ?? 1;
          total += count * (value instanceof Tensor ? item(value) : value);
          samples += count;
        },
        value: () => total / samples,
      };
    },
  };
}

/** Throws for metrics that would overwrite each other, or the loss. */
export function checkMetrics(metrics: readonly Metric[], op: string): void {
  const names = new Set<string>(['loss']);
  for (const { name } of metrics) {
    if (names.has(name))
      throw new ArgumentError(
        `${op}: ${name === 'loss' ? 'a metric is called "loss", the key of the loss' : `two metrics are called "${name}"`}. Give it another name.`,
      );
    names.add(name);
  }
}
