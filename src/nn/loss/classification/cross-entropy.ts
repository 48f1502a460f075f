/** Cross entropy and negative log likelihood: fused kernels for class labels, compositions for class probabilities. Functions and layers. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { record } from '../../../autograd/node.js';
import { check, engine, kernels } from '../../../engine/engine.js';
import { E_INDEX, REDUCE_MEAN, REDUCE_NONE, REDUCE_SUM } from '../../../engine/kernel-table.gen.js';
import { ArgumentError, IndexError } from '../../../errors.js';
import { add, div, mul, sub } from '../../../ops/elementwise/binary.js';
import { eq, ne } from '../../../ops/elementwise/comparison.js';
import { where } from '../../../ops/elementwise/table.js';
import { neg } from '../../../ops/elementwise/unary.js';
import { logSoftmax, softmax } from '../../../ops/reduce/softmax.js';
import { sum } from '../../../ops/reduce/sum.js';
import { to } from '../../../ops/view/copy.js';
import { reshape, unsqueeze } from '../../../ops/view/movement.js';
import type { Arguments, Settings } from '../../../tensor/arguments/arguments.js';
import { assertTensor, between, oneOf, wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { arange } from '../../../tensor/create/create.js';
import { code, ptrOrNull, rowMajor, rowMajorOrNull } from '../../../tensor/raw.js';
import { numel, sameShape } from '../../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { item } from '../../../tensor/values/transfer.js';
import { WeightedLoss } from '../loss.js';
import { lossReader, REDUCTIONS, type Reduction } from '../options.js';
import { noteLoss } from '../taken.js';
import { assertClassWeight, labelled, type Problem } from './labels.js';

const CODES = { none: REDUCE_NONE, mean: REDUCE_MEAN, sum: REDUCE_SUM } as const satisfies Record<Reduction, number>;

/** The options of {@link nllLoss} and of {@link NLLLoss}. */
export interface NllLossOptions {
  /** [C]: how much each class counts. Default: all alike. */
  weight?: Tensor | null;
  /** Items with this label count for nothing. Default: -100. */
  ignoreIndex?: number;
  /** Default: 'mean', which divides by the weights of the labels that count; with class probabilities, by the number of items. */
  reduction?: Reduction;
}

type NllArguments = Arguments<NllLossOptions, [weight: 'weight']>;
const readNll = lossReader<NllLossOptions>({ weight: null, ignoreIndex: -100, reduction: 'mean' }, (op, { ignoreIndex }) =>
  wholeNumber(op, 'ignoreIndex', ignoreIndex),
);

/** The options of {@link crossEntropy} and of {@link CrossEntropyLoss}. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** From 0 (default) to 1: how much of each label is spread evenly over all classes. */
  labelSmoothing?: number;
}

type CrossEntropyArguments = Arguments<CrossEntropyOptions, [weight: 'weight']>;
const readCrossEntropy = lossReader<CrossEntropyOptions>(
  { weight: null, ignoreIndex: -100, reduction: 'mean', labelSmoothing: 0 },
  (op, { ignoreIndex, labelSmoothing }) => {
    wholeNumber(op, 'ignoreIndex', ignoreIndex);
    between(op, 'labelSmoothing', labelSmoothing, 0, 1);
  },
);

/**
 * Cross entropy of the softmax of `input` with `target`: -log of the probability that the input gives to the right class.
 * @param input scores (logits) [N, C], [N, C, d1, ...], or [C] for one item; no softmax before.
 * @param target labels 0 to C - 1, int64 or int32, of the input's shape without C; or class probabilities, floating, of the input's shape.
 * @returns one number, or with reduction 'none' one per item. The mean over no item is NaN.
 * @throws {ShapeError} for a target of another shape. @throws {DTypeError} for labels that are floating. @throws {IndexError} for a label outside 0 to C - 1.
 * @throws {GradError} for a weight that requires gradients, with labels.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 * @example
 * const logits = tensor([[2, 0], [0, 1]]);
 * const labels = tensor([0, 1], { dtype: 'int64' });
 * F.crossEntropy(logits, labels); // 0.2201
 * F.crossEntropy(logits, labels, { weight: tensor([1, 3]), labelSmoothing: 0.1 }); // 0.3495
 */
export function crossEntropy(input: Tensor, target: Tensor, ...args: CrossEntropyArguments): Tensor {
  return crossEntropyOf(input, target, readCrossEntropy('crossEntropy', args));
}

/** @internal {@link crossEntropy} with options that are checked. */
export function crossEntropyOf(input: Tensor, target: Tensor, options: Settings<CrossEntropyOptions>): Tensor {
  const op = 'crossEntropy';
  assertTensor(op, 'input', input);
  assertTensor(op, 'target', target);
  if (isFloating(target.dtype) && isFloating(input.dtype) && input.ndim > 0 && sameShape(input.shape, target.shape))
    return ofProbabilities(input, target, options);
  const [labels, problem] = labelled(op, input, target, options, options.labelSmoothing);
  return fusedCrossEntropy(input, labels, options.weight, problem);
}

/**
 * Cross entropy of scores (logits) [N, C, ...] and labels [N, ...] from 0 to C - 1, or class probabilities [N, C, ...].
 * @param args weight of the classes [C], by position or among the options. @throws as {@link crossEntropy}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
 * @example
 * const criterion = new nn.CrossEntropyLoss();
 * const loss = criterion.forward(model.forward(x), labels);
 */
export class CrossEntropyLoss extends WeightedLoss {
  static override readonly className: string = 'CrossEntropyLoss';
  /** The label that does not count. */
  ignoreIndex: number;
  /** How much of each target is spread evenly over all classes. */
  labelSmoothing: number;

  constructor(...args: CrossEntropyArguments) {
    const settings = readCrossEntropy(classNameOf(new.target), args);
    super(settings);
    this.ignoreIndex = settings.ignoreIndex;
    this.labelSmoothing = settings.labelSmoothing;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropyOf(input, target, this);
  }
}

/**
 * Negative log likelihood: minus the log-probability of the right class.
 * @param input log-probabilities [N, C], [N, C, d1, ...], or [C]; the result of logSoftmax.
 * @param target labels as for {@link crossEntropy}.
 * @returns as {@link crossEntropy}.
 * @throws as {@link crossEntropy}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 * @example
 * F.nllLoss(tensor([[-0.1, -2.4]]), tensor([1], { dtype: 'int64' })); // 2.4
 */
export function nllLoss(input: Tensor, target: Tensor, ...args: NllArguments): Tensor {
  return nllLossOf(input, target, readNll('nllLoss', args));
}

function nllLossOf(input: Tensor, target: Tensor, options: Settings<NllLossOptions>): Tensor {
  const op = 'nllLoss';
  assertTensor(op, 'input', input);
  assertTensor(op, 'target', target);
  const [labels, problem] = labelled(op, input, target, options, 0);
  return fusedNll(input, labels, options.weight, problem);
}

/**
 * Negative log likelihood of log-probabilities [N, C, ...] and labels [N, ...].
 * @param args weight of the classes [C], by position or among the options. @throws as {@link nllLoss}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
 * @example
 * new nn.NLLLoss().forward(F.logSoftmax(zeros([2, 4]), 1), tensor([0, 3], { dtype: 'int64' })); // 1.3863
 */
export class NLLLoss extends WeightedLoss {
  static override readonly className: string = 'NLLLoss';
  /** The label that does not count. */
  ignoreIndex: number;

  constructor(...args: NllArguments) {
    const settings = readNll(classNameOf(new.target), args);
    super(settings);
    this.ignoreIndex = settings.ignoreIndex;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return nllLossOf(input, target, this);
  }
}

/** Throws the error of a kernel that may have met a label outside its range. */
function checkLabels(status: number, op: string, c: number): void {
  if (status === E_INDEX)
    throw new IndexError(`${op}: ${engine.host.lastError()}. Labels run from 0 to ${c - 1}; for more classes, widen the last layer.`);
  check(status, op);
}

function fusedCrossEntropy(input: Tensor, target: Tensor, weight: Tensor | null, p: Problem): Tensor {
  const op = 'crossEntropy';
  const { n, c, inner, ignoreIndex, smoothing } = p;
  const reduction = CODES[p.reduction];
  const x = rowMajor(input, op);
  const w = rowMajorOrNull(weight, op);
  const loss = emptyTensor(p.reduction === 'none' ? target.shape : [], input.dtype);
  const lse = emptyTensor(target.shape, input.dtype);
  const total = emptyTensor([], input.dtype);
  checkLabels(
    kernels.crossEntropy(
      code(input.dtype),
      code(target.dtype),
      loss.ptr,
      lse.ptr,
      total.ptr,
      x.ptr,
      target.ptr,
      ptrOrNull(w),
      n,
      c,
      inner,
      ignoreIndex,
      smoothing,
      reduction,
    ),
    op,
    c,
  );
  noteLoss({ op, input, value: loss, reduction: p.reduction, divisor: () => item(total) });
  return record(op, loss, {
    inputs: { input },
    saved: { input, target, lse, w, total },
    // loss = -sum of t log softmax(x);  dx = dloss (softmax(x) sum(t) - t)
    composed: (g, { input, target, w, total }) => {
      const t = targetWeights(target, w, p, input.dtype);
      const scores = softmax(reshape(input, [n, c, inner]), 1);
      return { input: reshape(mul(itemGrads(g, total, p), sub(mul(scores, sum(t, 1, true)), t)), input.shape) };
    },
    fused: (g, { input, target, lse, w, total }) => {
      const grad = emptyTensor(input.shape, input.dtype);
      const [x, dloss] = [rowMajor(input, op), rowMajor(g, op)];
      checkLabels(
        kernels.crossEntropyBackward(
          code(x.dtype),
          code(target.dtype),
          grad.ptr,
          dloss.ptr,
          x.ptr,
          lse.ptr,
          total.ptr,
          target.ptr,
          ptrOrNull(w),
          n,
          c,
          inner,
          ignoreIndex,
          smoothing,
          reduction,
        ),
        op,
        c,
      );
      return { input: grad };
    },
  });
}

function fusedNll(input: Tensor, target: Tensor, weight: Tensor | null, p: Problem): Tensor {
  const op = 'nllLoss';
  const { n, c, inner, ignoreIndex } = p;
  const { shape, dtype } = input;
  const reduction = CODES[p.reduction];
  const x = rowMajor(input, op);
  const w = rowMajorOrNull(weight, op);
  const loss = emptyTensor(p.reduction === 'none' ? target.shape : [], dtype);
  const total = emptyTensor([], dtype);
  checkLabels(
    kernels.nllLoss(
      code(dtype),
      code(target.dtype),
      loss.ptr,
      total.ptr,
      x.ptr,
      target.ptr,
      ptrOrNull(w),
      n,
      c,
      inner,
      ignoreIndex,
      reduction,
    ),
    op,
    c,
  );
  noteLoss({ op, input, value: loss, reduction: p.reduction, divisor: () => item(total) });
  return record(op, loss, {
    inputs: { input },
    saved: { target, w, total },
    composed: (g, { target, w, total }) => ({
      input: reshape(neg(mul(itemGrads(g, total, p), targetWeights(target, w, p, dtype))), shape),
    }),
    fused: (g, { target, w, total }) => {
      const grad = emptyTensor(shape, dtype);
      const dloss = rowMajor(g, op);
      checkLabels(
        kernels.nllLossBackward(
          code(dtype),
          code(target.dtype),
          grad.ptr,
          dloss.ptr,
          total.ptr,
          target.ptr,
          ptrOrNull(w),
          n,
          c,
          inner,
          ignoreIndex,
          reduction,
        ),
        op,
        c,
      );
      return { input: grad };
    },
  });
}

/** What reaches each item's loss from the gradient of the reduced one, to broadcast over [n, c, inner]. */
function itemGrads(g: Tensor, total: Tensor, p: Problem): Tensor {
  if (p.reduction === 'none') return reshape(g, [p.n, 1, p.inner]);
  // Where no label counts, every factor is 0, and so is the gradient, as PyTorch has it.
  return p.reduction === 'mean' ? div(g, where(eq(total, 0), 1, total)) : g;
}

/** The factors t [n, c, inner] with which the loss is -sum of t * logp: a constant. */
function targetWeights(target: Tensor, weight: Tensor | null, p: Problem, dtype: Tensor['dtype']): Tensor {
  return noGrad(() => {
    const labels = reshape(target, [p.n, 1, p.inner]);
    const hot = to(eq(labels, reshape(arange(p.c, { dtype: target.dtype }), [p.c, 1])), dtype);
    // 1 - s at the label and s / c everywhere, times each class's weight
    const smooth = add(mul(hot, 1 - p.smoothing), p.smoothing / p.c);
    const weighted = weight ? mul(smooth, unsqueeze(weight, 1)) : smooth;
    return mul(weighted, to(ne(labels, p.ignoreIndex), dtype));
  });
}

/** Cross entropy with a probability for each class: -sum over classes of target * log softmax(input). */
function ofProbabilities(input: Tensor, target: Tensor, options: Settings<CrossEntropyOptions>): Tensor {
  const { labelSmoothing, reduction, ignoreIndex } = options;
  oneOf('crossEntropy', 'reduction', reduction, REDUCTIONS);
  if (ignoreIndex >= 0)
    throw new ArgumentError(
      `crossEntropy: ignoreIndex is ${ignoreIndex}, but a floating target holds probabilities, not labels. Leave it out, or give labels.`,
    );
  const dim = input.ndim === 1 ? 0 : 1;
  const c = input.shape[dim]!;
  assertClassWeight('crossEntropy', input, options.weight, c);
  const smooth = labelSmoothing > 0 ? add(mul(target, 1 - labelSmoothing), labelSmoothing / c) : target;
  const logp = mul(logSoftmax(input, dim), smooth);
  const each = options.weight ? mul(logp, reshape(options.weight, [c, ...input.shape.slice(dim + 1).map(() => 1)])) : logp;
  const items = numel(input.shape) / c;
  const value = reduction === 'none' ? neg(sum(each, dim)) : reduction === 'sum' ? neg(sum(each)) : div(neg(sum(each)), items);
  noteLoss({ op: 'crossEntropy', input, value, reduction, divisor: () => items });
  return value;
}
