/** Cross entropy and negative log likelihood: fused kernels for class labels, compositions for class probabilities. */
import { isGradEnabled, noGrad } from '../autograd/mode.js';
import { record } from '../autograd/node.js';
import { check, engine, kernels } from '../engine/engine.js';
import { E_INDEX, REDUCE_MEAN, REDUCE_NONE, REDUCE_SUM } from '../engine/kernel-table.gen.js';
import { ArgumentError, DTypeError, IndexError, ShapeError, showShape } from '../errors.js';
import { arange } from '../tensor/create.js';
import { isFloating } from '../tensor/dtype.js';
import { numel, type Shape, sameShape } from '../tensor/shape.js';
import { emptyTensor, type Tensor } from '../tensor/tensor.js';
import { add, div, eq, mul, ne, sub } from './arithmetic.js';
import { to } from './copy.js';
import { where } from './elementwise.js';
import { castRaw, code, rowMajor } from './kernel-call.js';
import { neg } from './math.js';
import { reshape, unsqueeze } from './movement.js';
import { sum } from './reduce.js';
import { logSoftmax, softmax } from './softmax.js';
import { needsFloat } from './window.js';

/** What becomes of the loss of each item: their mean, their sum, or nothing. */
export type Reduction = 'mean' | 'sum' | 'none';

const REDUCTIONS = { none: REDUCE_NONE, mean: REDUCE_MEAN, sum: REDUCE_SUM } as const satisfies Record<Reduction, number>;

/** Throws for a reduction that there is not; for untyped code. */
export function checkReduction(reduction: string, op: string): void {
  if (!Object.hasOwn(REDUCTIONS, reduction))
    throw new ArgumentError(`${op}: reduction is "${reduction}", expected 'mean', 'sum' or 'none'.`);
}

export interface NllLossOptions {
  /** [C]: how much each class counts. Default: all alike. */
  weight?: Tensor | null;
  /** Items with this label count for nothing. Default: -100. */
  ignoreIndex?: number;
  /** Default: 'mean', which divides by the weights of the labels that count. */
  reduction?: Reduction;
}

export interface CrossEntropyOptions extends NllLossOptions {
  /** From 0 (default) to 1: how much of each label is spread evenly over all classes. */
  labelSmoothing?: number;
}

/** One problem in the kernels' terms: scores [n, c, inner]. */
interface Problem {
  readonly n: number;
  readonly c: number;
  readonly inner: number;
  readonly ignoreIndex: number;
  readonly smoothing: number;
  readonly reduction: Reduction;
}

/**
 * Cross entropy of the softmax of `input` with `target`: -log of the probability that the input gives to the right class.
 * @param input scores (logits) [N, C], [N, C, d1, ...], or [C] for one item; no softmax before.
 * @param target labels 0 to C - 1, int64 or int32, of the input's shape without C; or class probabilities, floating, of the input's shape.
 * @returns one number, or with reduction 'none' one per item. The mean over no item is NaN.
 * @throws {ShapeError} for a target of another shape. @throws {DTypeError} for labels that are floating. @throws {IndexError} for a label outside 0 to C - 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new ArgumentError(`crossEntropy: labelSmoothing is ${labelSmoothing}, expected a number from 0 to 1.`);
  checkReduction(options.reduction ?? 'mean', 'crossEntropy');
  if (isFloating(target.dtype) && isFloating(input.dtype) && input.ndim > 0 && sameShape(input.shape, target.shape))
    return ofProbabilities(input, target, options);
  const [labels, problem] = labelled('crossEntropy', input, target, options, labelSmoothing);
  return fusedCrossEntropy(input, labels, options.weight ?? null, problem);
}

/**
 * Negative log likelihood: minus the log-probability of the right class.
 * @param input log-probabilities [N, C], [N, C, d1, ...], or [C]; the result of logSoftmax.
 * @param target labels as for {@link crossEntropy}.
 * @throws as {@link crossEntropy}. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 */
export function nllLoss(input: Tensor, target: Tensor, options: NllLossOptions = {}): Tensor {
  checkReduction(options.reduction ?? 'mean', 'nllLoss');
  const [labels, problem] = labelled('nllLoss', input, target, options, 0);
  return fusedNll(input, labels, options.weight ?? null, problem);
}

/** Checks labels against scores, and gives both in the kernels' terms. */
function labelled(op: string, input: Tensor, target: Tensor, options: NllLossOptions, smoothing: number): [Tensor, Problem] {
  const both = `input ${showShape(input.shape)}, target ${showShape(target.shape)}`;
  if (isFloating(target.dtype) && !isFloating(input.dtype))
    throw new DTypeError(
      `${op}: input is ${input.dtype} and target ${target.dtype} (${both}). The arguments look swapped: scores come first, labels second.`,
    );
  needsFloat(input, op);
  if (input.ndim === 0) throw new ShapeError(`${op}: input has no dims, expected [C], [N, C] or [N, C, ...].`);
  if (isFloating(target.dtype)) {
    const probabilities = op === 'crossEntropy' ? ` Class probabilities must have the input's shape ${showShape(input.shape)}.` : '';
    throw new DTypeError(
      `${op}: target is ${target.dtype} ${showShape(target.shape)}, expected int64 or int32 class labels. Convert them with target.long().${probabilities}`,
    );
  }
  if (target.dtype === 'bool')
    throw new DTypeError(`${op}: target is bool, expected int64 or int32 class labels. Convert them with target.long().`);

  const [n, c] = input.ndim === 1 ? [1, input.shape[0]!] : [input.shape[0]!, input.shape[1]!];
  const rest = input.shape.slice(2);
  const expected = input.ndim === 1 ? [] : [n, ...rest];
  if (!sameShape(target.shape, expected)) throw new ShapeError(wrongTarget(op, input, target.shape, expected));
  checkWeight(op, input, options.weight, c);
  const labels = target.dtype === 'uint8' ? castRaw(target, 'int64', op) : target;
  return [
    rowMajor(labels, op),
    { n, c, inner: numel(rest), ignoreIndex: options.ignoreIndex ?? -100, smoothing, reduction: options.reduction ?? 'mean' },
  ];
}

function checkWeight(op: string, input: Tensor, weight: Tensor | null | undefined, c: number): void {
  if (!weight) return;
  if (weight.ndim !== 1 || weight.shape[0] !== c)
    throw new ShapeError(
      `${op}: weight is ${showShape(weight.shape)}, expected one value per class: [${c}] (input ${showShape(input.shape)}).`,
    );
  if (weight.dtype !== input.dtype)
    throw new DTypeError(`${op}: weight is ${weight.dtype}, expected the input's ${input.dtype}. Use weight.to('${input.dtype}').`);
}

function wrongTarget(op: string, input: Tensor, given: Shape, expected: Shape): string {
  const squeezed = given.findIndex(
    (size, i) =>
      size === 1 &&
      sameShape(
        given.filter((_, d) => d !== i),
        expected,
      ),
  );
  let hint = '';
  if (squeezed >= 0) hint = ` Drop the dim of size 1: target.squeeze(${squeezed}).`;
  else if (sameShape(given, input.shape))
    hint =
      op === 'crossEntropy'
        ? " For one-hot or soft targets use target.to('float32'); for labels, their index: target.argmax(1)."
        : ' For one-hot targets, give their index: target.argmax(1).';
  else if (given.length === expected.length && given[0] !== expected[0])
    hint = ` The batch sizes differ: ${expected[0]} against ${given[0]}.`;
  return `${op}: target is ${showShape(given)}, expected ${showShape(expected)}: the input's shape ${showShape(input.shape)} without its class dim.${hint}`;
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
  const reduction = REDUCTIONS[p.reduction];
  const x = rowMajor(input, op);
  const w = weight && rowMajor(weight, op);
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
      w ? w.ptr : 0,
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
  const weighted = w !== null;
  return record(op, loss, [input], w ? [input, target, lse, w, total] : [input, target, lse, total], (g, saved) => {
    const [input, target, lse] = saved as [Tensor, Tensor, Tensor];
    const w = weighted ? saved[3]! : null;
    const total = saved[saved.length - 1]!;
    if (isGradEnabled()) {
      // loss = -sum of t log softmax(x);  dx = dloss (softmax(x) sum(t) - t)
      const t = targetWeights(target, w, p, input.dtype);
      const scores = softmax(reshape(input, [n, c, inner]), 1);
      return [reshape(mul(itemGrads(g, total, p), sub(mul(scores, sum(t, 1, true)), t)), input.shape)];
    }
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
        w ? w.ptr : 0,
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
    return [grad];
  });
}

function fusedNll(input: Tensor, target: Tensor, weight: Tensor | null, p: Problem): Tensor {
  const op = 'nllLoss';
  const { n, c, inner, ignoreIndex } = p;
  const { shape, dtype } = input;
  const reduction = REDUCTIONS[p.reduction];
  const x = rowMajor(input, op);
  const w = weight && rowMajor(weight, op);
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
      w ? w.ptr : 0,
      n,
      c,
      inner,
      ignoreIndex,
      reduction,
    ),
    op,
    c,
  );
  const weighted = w !== null;
  return record(op, loss, [input], w ? [target, w, total] : [target, total], (g, saved) => {
    const target = saved[0]!;
    const w = weighted ? saved[1]! : null;
    const total = saved[saved.length - 1]!;
    if (isGradEnabled()) return [reshape(neg(mul(itemGrads(g, total, p), targetWeights(target, w, p, dtype))), shape)];
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
        w ? w.ptr : 0,
        n,
        c,
        inner,
        ignoreIndex,
        reduction,
      ),
      op,
      c,
    );
    return [grad];
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
function ofProbabilities(input: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor {
  const { labelSmoothing = 0, reduction = 'mean', ignoreIndex = -100 } = options;
  if (ignoreIndex >= 0)
    throw new ArgumentError(
      `crossEntropy: ignoreIndex is ${ignoreIndex}, but a floating target holds probabilities, not labels. Leave it out, or give labels.`,
    );
  const dim = input.ndim === 1 ? 0 : 1;
  const c = input.shape[dim]!;
  checkWeight('crossEntropy', input, options.weight, c);
  const smooth = labelSmoothing > 0 ? add(mul(target, 1 - labelSmoothing), labelSmoothing / c) : target;
  const logp = mul(logSoftmax(input, dim), smooth);
  const each = options.weight ? mul(logp, reshape(options.weight, [c, ...input.shape.slice(dim + 1).map(() => 1)])) : logp;
  if (reduction === 'none') return neg(sum(each, dim));
  const all = neg(sum(each));
  return reduction === 'sum' ? all : div(all, numel(input.shape) / c);
}
