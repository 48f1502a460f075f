/** Weights of classes and of samples: what a loss becomes with them, and how much it then stands for. */
import { noGrad } from '../../autograd/modes/mode.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { CrossEntropyLoss, NLLLoss } from '../../nn/loss/classification/cross-entropy.js';
import { Loss as LossModule } from '../../nn/loss/loss.js';
import { div, mul } from '../../ops/elementwise/binary.js';
import { eq, ge, isfinite, logicalAnd, ne } from '../../ops/elementwise/comparison.js';
import { floor } from '../../ops/elementwise/unary.js';
import { indexSelect } from '../../ops/gather/index-select.js';
import { max, min } from '../../ops/reduce/extrema.js';
import { allNonzero, sum } from '../../ops/reduce/sum.js';
import { to } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { show } from '../../tensor/arguments/show.js';
import { tensor } from '../../tensor/create/create.js';
import { Tensor } from '../../tensor/tensor.js';
import { type DType, isFloating } from '../../tensor/values/dtype.js';
import { item } from '../../tensor/values/transfer.js';
import type { Loss } from '../types.js';
import type { BatchLoss } from './batch-step.js';

/** How much each class counts, by its number. */
export interface ClassWeightList {
  readonly weights: readonly number[];
  /** Whether there may be more classes, which count once. */
  readonly open: boolean;
}

/** How the batches of a training or an evaluation are weighed. */
export interface Weighing<B> {
  readonly classes: ClassWeightList | undefined;
  /** The weights of a batch's samples. */
  readonly samples: ((batch: B) => Tensor | undefined) | undefined;
}

/** A loss with the weights in it, and how much it stands for; without `share` it stands for what the loss function notes. */
export interface WeighedLoss {
  readonly loss: Tensor;
  readonly share?: Pick<BatchLoss, 'count' | 'sums'>;
}

/**
 * The loss of a batch with weights. Weights of classes go into cross entropy and NLL as their `weight`; for other losses they are those of the
 * samples, by their labels. With weights of samples a mean is `sum(w loss) / sum(w)`, so that a sample of weight 2 counts as one that is
 * there twice; a sum is `sum(w loss)`.
 */
export function weighedLoss(
  op: string,
  criterion: Loss,
  output: Tensor,
  target: Tensor,
  samples: Tensor | undefined,
  classes?: ClassWeightList,
): WeighedLoss {
  const byClass = criterion instanceof CrossEntropyLoss || criterion instanceof NLLLoss;
  if (classes && byClass) {
    if (criterion.weight !== null)
      throw new ArgumentError(
        `${op}: the loss has weights of its classes already, and classWeights are given as well. Leave one of them out.`,
      );
    const count = output.ndim === 1 ? output.shape[0]! : (output.shape[1] ?? 1);
    const weight = vector(classes, count, output.dtype);
    return withFields(criterion, { weight }, () => weighedLoss(op, criterion, output, target, samples));
  }
  const n = target.shape[0] ?? 1;
  if (samples === undefined && classes === undefined)
    return { loss: (criterion as LossModule & { forward(o: Tensor, t: Tensor): Tensor }).forward(output, target) };
  const { each, reduction } = eachSample(op, criterion, output, target, n);
  let weights = samples === undefined ? undefined : ofSamples(op, samples, n, output.dtype);
  if (classes) {
    const own = noGrad(() => byLabel(op, classes, target, n, output.dtype));
    weights = weights ? noGrad(() => mul(weights!, own)) : own;
  }
  const rows = reshape(each, [n, -1]);
  const column = reshape(weights!, [n, 1]);
  const total = sum(mul(rows, column));
  if (reduction === 'sum') return { loss: total, share: { count: n, sums: true } };
  const counts = noGrad(() => {
    if (byClass && !isFloating(target.dtype)) return item(sum(mul(reshape(labelCounts(criterion, target, output.dtype), [n, -1]), column)));
    return item(sum(column)) * (reduction === 'batchmean' ? 1 : rows.shape[1]!);
  });
  // Where nothing counts the loss is 0, and so is its gradient.
  return { loss: counts === 0 ? total : div(total, counts), share: { count: counts, sums: false } };
}

/** Runs `body` with other values in fields of an object. */
function withFields<R>(object: object, fields: object, body: () => R): R {
  const before = Object.fromEntries(Object.keys(fields).map((key) => [key, (object as Record<string, unknown>)[key]]));
  Object.assign(object, fields);
  try {
    return body();
  } finally {
    Object.assign(object, before);
  }
}

function vector({ weights, open }: ClassWeightList, count: number, dtype: DType): Tensor {
  const all = open && weights.length < count ? [...weights, ...new Array<number>(count - weights.length).fill(1)] : [...weights];
  return tensor(all, { dtype });
}

/** [N], checked. */
function ofSamples(op: string, weights: Tensor, n: number, dtype: DType): Tensor {
  if (!(weights instanceof Tensor) || weights.numel() !== n || weights.ndim > 2)
    throw new ShapeError(
      `${op}: the weights of the samples are ${weights instanceof Tensor ? `of shape ${showShape(weights.shape)}` : show(weights)}, expected one for each of the ${n} samples of the batch, [${n}].`,
    );
  return noGrad(() => {
    const flat = reshape(to(weights.detach(), dtype), [n]);
    if (!allNonzero(logicalAnd(ge(flat, 0), isfinite(flat))))
      throw new ArgumentError(`${op}: a sample has a weight that is negative, infinite or NaN. Weights are numbers from 0 on.`);
    return flat;
  });
}

/** The weights of the samples by their labels. */
function byLabel(op: string, classes: ClassWeightList, target: Tensor, n: number, dtype: DType): Tensor {
  const whole = target.numel() === n && (!isFloating(target.dtype) || allNonzero(eq(floor(target), target)));
  if (!whole)
    throw new ArgumentError(
      `${op}: classWeights need one label for each sample, and the targets are ${target.dtype} ${showShape(target.shape)}. Give sampleWeights instead, or for yes-and-no labels posWeight to nn.BCEWithLogitsLoss.`,
    );
  const labels = reshape(to(target, 'int64'), [n]);
  const [smallest, largest] = n === 0 ? [0, 0] : [item(min(labels)), item(max(labels))];
  if (smallest < 0)
    throw new ArgumentError(
      `${op}: there is a label ${smallest}, and classWeights go by labels from 0 on. Give sampleWeights instead, 0 where a label does not count.`,
    );
  if (!classes.open && largest >= classes.weights.length)
    throw new ArgumentError(
      `${op}: there is a label ${largest}, and classWeights has weights of ${classes.weights.length} classes, from 0 on.`,
    );
  return indexSelect(vector(classes, largest + 1, dtype), 0, labels);
}

/** The loss of each sample, [N, ...], and how they would have become one. */
function eachSample(op: string, criterion: Loss, output: Tensor, target: Tensor, n: number): { each: Tensor; reduction: string } {
  if (criterion instanceof LossModule) {
    const { reduction } = criterion;
    const each = withFields(criterion, { reduction: 'none' }, () =>
      (criterion as unknown as { forward(o: Tensor, t: Tensor): Tensor }).forward(output, target),
    );
    if (each.shape[0] === n) return { each, reduction };
    throw new ShapeError(
      `${op}: ${String(criterion)} gives losses of shape ${showShape(each.shape)}, not one for each of ${n} samples, so it takes no weights of samples.`,
    );
  }
  const each: unknown = typeof criterion === 'function' ? criterion(output, target) : criterion.forward(output, target);
  if (each instanceof Tensor && each.numel() === n && each.ndim <= 2) return { each, reduction: 'mean' };
  throw new ShapeError(
    `${op}: weights need a loss for each of the ${n} samples of the batch, and this one gives ${each instanceof Tensor ? `shape ${showShape(each.shape)}` : show(each)}. Pass one of nn, such as new nn.CrossEntropyLoss(), or a function with reduction: 'none' that gives [${n}].`,
  );
}

/** How much each label counts in cross entropy: nothing where it is ignored, else the weight of its class. */
function labelCounts({ weight, ignoreIndex }: CrossEntropyLoss | NLLLoss, target: Tensor, dtype: DType): Tensor {
  const counts = to(ne(target, ignoreIndex), dtype);
  if (weight === null) return counts;
  const labels = reshape(to(mul(target, to(counts, target.dtype)), 'int64'), [-1]);
  return mul(counts, reshape(indexSelect(to(weight, dtype), 0, labels), target.shape));
}
