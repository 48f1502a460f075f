/** accuracy: the share of right answers, by the form of what a model gives and of what it should have given. */
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import {
  BCELoss,
  BCEWithLogitsLoss,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  MultiLabelSoftMarginLoss,
  multilabelSoftMarginLoss,
} from '../../nn/loss/classification/binary.js';
import { sub } from '../../ops/elementwise/binary.js';
import { eq, ge, le, logicalAnd, logicalOr, lt, ne } from '../../ops/elementwise/comparison.js';
import { abs, floor } from '../../ops/elementwise/unary.js';
import { argmax } from '../../ops/reduce/extrema.js';
import { all, reduceRaw, sum } from '../../ops/reduce/sum.js';
import { to } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { assertBoolean, assertTensors, oneOf } from '../../tensor/arguments/checks.js';
import { sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { item } from '../../tensor/values/transfer.js';
import type { Loss, Metric } from '../types.js';
import { readNumbers } from './count-state.js';

/** The options of {@link accuracy}. */
export interface AccuracyOptions {
  /**
   * `multi`: the largest of each sample's class scores is the answer. `binary`: each output on its own, against `threshold`; several labels
   * a sample count one by one. Default: by the shapes and the loss; where these leave it open, an error asks.
   */
  mode?: 'multi' | 'binary';
  /** binary: from which probability on the answer is 1. Default: 0.5. */
  threshold?: number;
  /** binary: whether the model gives logits rather than probabilities. Default: true under BCEWithLogitsLoss, else false. */
  logits?: boolean;
  /** multi: labels that count for nothing. Default: -100, as in crossEntropy. */
  ignoreIndex?: number;
  /** The key in records. Default: `accuracy`. */
  name?: string;
}

/** What one batch adds. */
interface Hits {
  readonly right: number;
  readonly of: number;
}

/**
 * The share of right answers.
 *
 * - Outputs [N, C] or [N, C, ...] (logits or probabilities) with class numbers [N] or [N, ...], or with one-hot or class probabilities of the
 *   outputs' shape: the largest score is the answer.
 * - One output per sample, [N] or [N, 1], or several of which each is a yes or no, with targets 0 or 1: the answer is 1 from `threshold` on.
 *   Under BCELoss outputs are taken as probabilities, under BCEWithLogitsLoss as logits; for other losses say `{ mode: 'binary' }`.
 * @throws {ShapeError} for outputs and targets that do not fit. @throws {ArgumentError} for targets that are not classes, and where the
 * form does not tell what is meant.
 * @example
 * await evaluate(model, testLoader, { loss: new nn.CrossEntropyLoss(), metrics: [accuracy()] });
 */
export function accuracy(options: AccuracyOptions = {}): Metric {
  const defaults = { mode: required, threshold: 0.5, logits: required, ignoreIndex: -100, name: 'accuracy' } as Required<AccuracyOptions>;
  const { mode, threshold, logits, ignoreIndex, name } = readOptions('accuracy', defaults, options) as AccuracyOptions & typeof defaults;
  if (mode !== undefined) oneOf('accuracy', 'mode', mode, ['multi', 'binary']);
  if (!(threshold > 0 && threshold < 1))
    throw new ArgumentError(`accuracy: threshold is ${threshold}, expected a probability between 0 and 1.`);
  if (logits !== undefined) assertBoolean('accuracy', 'logits', logits);
  // What belongs to binary outputs says that they are.
  const wanted = mode ?? ((options.threshold ?? options.logits) === undefined ? undefined : 'binary');
  return {
    name,
    start({ loss } = {}) {
      const known = wanted === 'multi' ? undefined : ofLoss(loss);
      const asLogits: boolean = logits ?? known === 'logits';
      // sigmoid(z) >= t where z >= log(t / (1 - t)), which is 0 for t = 0.5.
      const bound = asLogits ? Math.log(threshold / (1 - threshold)) : threshold;
      let [right, total] = [0, 0];
      return {
        update(output, target) {
          assertTensors('accuracy', { output, target });
          if (output.ndim === 0 && target.ndim === 0) [output, target] = [reshape(output, [1]), reshape(target, [1])];
          const binary = wanted === 'binary' || known !== undefined;
          const hits = binary ? hitsBinary(output, target, bound, wanted === 'binary') : hitsMulti(output, target, ignoreIndex);
          right += hits.right;
          total += hits.of;
        },
        value: () => right / total,
        stateDict: () => ({ right, total }),
        loadStateDict(state) {
          ({ right, total } = readNumbers(name, state, ['right', 'total']));
        },
      };
    },
  };
}

/** What a loss says of the outputs it is given. */
function ofLoss(loss: Loss | undefined): 'probabilities' | 'logits' | undefined {
  if (loss instanceof BCELoss || loss === binaryCrossEntropy) return 'probabilities';
  if (loss instanceof BCEWithLogitsLoss || loss instanceof MultiLabelSoftMarginLoss) return 'logits';
  if (loss === binaryCrossEntropyWithLogits || loss === multilabelSoftMarginLoss) return 'logits';
  return undefined;
}

const extreme = (kind: 'min' | 'max', x: Tensor): number => {
  const dims = x.shape.map((_, d) => d);
  return item(reduceRaw(kind, x, dims, 'accuracy'));
};

const holds = (condition: Tensor): boolean => item(all(condition)) !== 0;

const both = (output: Tensor, target: Tensor) => `outputs ${showShape(output.shape)}, targets ${showShape(target.shape)}`;

function hitsMulti(output: Tensor, target: Tensor, ignoreIndex: number): Hits {
  const classes = output.shape[1];
  if (output.ndim < 2 || classes === 1) throw new ShapeError(oneOutput(output, target));
  const c = classes!;
  const answer = argmax(output, 1);
  if (sameShape(target.shape, output.shape)) return hitsOfClasses(answer, oneHotLabels(output, target), c, ignoreIndex);
  if (!sameShape(target.shape, answer.shape)) throw new ShapeError(wrongLabels(output, target, answer));
  return hitsOfClasses(answer, target, c, ignoreIndex);
}

/** Class numbers against class numbers. @throws {ArgumentError} for labels that are not a class. */
function hitsOfClasses(answer: Tensor, labels: Tensor, classes: number, ignoreIndex: number): Hits {
  // The usual case costs two looks at the labels: all are classes, and none is ignored.
  const ignores = ignoreIndex >= 0 && ignoreIndex < classes;
  const plain = !ignores && !isFloating(labels.dtype) && labels.dtype !== 'bool' && labels.numel() > 0;
  if (plain && extreme('min', labels) >= 0 && extreme('max', labels) < classes)
    return { right: item(sum(eq(answer, labels))), of: labels.numel() };
  const counts = ne(labels, ignoreIndex);
  const isClass = logicalAnd(ge(labels, 0), lt(labels, classes));
  const whole = isFloating(labels.dtype) ? logicalAnd(isClass, eq(labels, floor(labels))) : isClass;
  if (!holds(logicalOr(whole, eq(labels, ignoreIndex))))
    throw new ArgumentError(
      `accuracy: some targets are not class numbers from 0 to ${classes - 1} (nor ${ignoreIndex}, which is ignored). Outputs have ${classes} classes; for measured values use metric('mae', …) instead.`,
    );
  const right = logicalAnd(eq(answer, to(labels, answer.dtype)), counts);
  return { right: item(sum(right)), of: item(sum(counts)) };
}

/** The classes of one-hot or probable targets. @throws {ArgumentError} where they are several labels a sample. */
function oneHotLabels(output: Tensor, target: Tensor): Tensor {
  const shares = to(target, 'float64');
  const sums = sum(shares, 1);
  if (!holds(logicalAnd(le(abs(sub(sums, 1)), 1e-3), all(ge(shares, 0), 1))))
    throw new ArgumentError(
      `accuracy: targets ${showShape(target.shape)} have the outputs' shape, but do not sum to 1 over the classes as one-hot targets and probabilities do. For several labels a sample use accuracy({ mode: 'binary' }), with logits: true or a threshold as the model needs it (${both(output, target)}).`,
    );
  return argmax(shares, 1);
}

function oneOutput(output: Tensor, target: Tensor): string {
  return (
    `accuracy: there is one output per sample (${both(output, target)}), expected [N, C]: one score per class. ` +
    `For one output per sample use accuracy({ mode: 'binary' }), with threshold (default 0.5) for probabilities or logits: true for logits.`
  );
}

function wrongLabels(output: Tensor, target: Tensor, answer: Tensor): string {
  const column = target.ndim === answer.ndim + 1 && target.shape.at(-1) === 1 && sameShape(target.shape.slice(0, -1), answer.shape);
  const last = output.ndim > 2 && sameShape(output.shape.slice(0, -1), target.shape);
  const advice = column
    ? `Drop the last dim of the targets: target.squeeze(-1).`
    : last
      ? `Classes stand in dim 1, not last: move them there in forward, output.transpose(1, ${output.ndim - 1}).`
      : `Class numbers are [N]; for one output per sample use accuracy({ mode: 'binary' }).`;
  return `accuracy: outputs ${showShape(output.shape)} give answers of shape ${showShape(answer.shape)}, but targets have ${showShape(target.shape)}. ${advice}`;
}

/** @param strict whether shapes must be equal, as when the caller chose the mode; otherwise [N, 1] against [N] is clear enough. */
function hitsBinary(output: Tensor, target: Tensor, bound: number, strict: boolean): Hits {
  // PyTorch would broadcast [N, 1] against [N] to [N, N] and count that.
  let truth = target;
  if (!sameShape(output.shape, target.shape)) {
    const flat = (x: Tensor) => (x.shape.at(-1) === 1 ? x.shape.slice(0, -1) : x.shape);
    if (strict || !sameShape(flat(output), flat(target)))
      throw new ShapeError(
        `accuracy: outputs have shape ${showShape(output.shape)}, targets ${showShape(target.shape)}; in binary mode they must agree. Use targets.unsqueeze(1) or outputs.squeeze(1).`,
      );
    truth = reshape(target, output.shape);
  }
  if (!isFloating(output.dtype)) throw new DTypeError(`accuracy: outputs are ${output.dtype}, expected probabilities or logits.`);
  if (!holds(logicalOr(eq(truth, 0), eq(truth, 1))))
    throw new ArgumentError(
      `accuracy: some targets are neither 0 nor 1, as in binary mode they must be (${both(output, target)}). Round soft targets; for measured values use metric('mae', …) instead.`,
    );
  return { right: item(sum(eq(ge(output, bound), to(truth, 'bool')))), of: truth.numel() };
}
