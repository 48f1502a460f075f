/** Losses with a margin: what is on the right side of it costs nothing. */

import { noGrad } from '../../../autograd/mode.js';
import { named } from '../../../autograd/node.js';
import { DTypeError, IndexError, ShapeError, showShape } from '../../../errors.js';
import { add, div, mul, sub } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { eq, gt, logicalAnd, logicalNot, ne } from '../../../ops/elementwise/comparison.js';
import { unary, where } from '../../../ops/elementwise/table.js';
import { neg, square } from '../../../ops/elementwise/unary.js';
import { gather, indexSelect } from '../../../ops/gather/gather.js';
import { amax, amin } from '../../../ops/reduce/extrema.js';
import { cumsum } from '../../../ops/reduce/scan.js';
import { any, sum } from '../../../ops/reduce/sum.js';
import { to } from '../../../ops/view/copy.js';
import { reshape, unsqueeze } from '../../../ops/view/movement.js';
import type { Trailing } from '../../../tensor/arguments.js';
import { assertFloating, assertTensor, assertTensors } from '../../../tensor/checks.js';
import { arange } from '../../../tensor/create.js';
import { isFloating } from '../../../tensor/dtype.js';
import { broadcastShapes, numel, sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { item } from '../../../tensor/transfer.js';
import { checkNumber, commonShape, type LossOptions, lossOptions, reduced, type Settled } from '../options.js';

/** The options of losses with a margin. */
export interface MarginLossOptions extends LossOptions {
  /** Default: as the loss says. */
  margin?: number;
}

/** @internal The options of a loss whose margin may be any number. */
export function marginOptions(op: string, margin: number, given: readonly unknown[]): Settled<MarginLossOptions> {
  const options = lossOptions<Settled<MarginLossOptions>>(op, { margin, reduction: 'mean' }, given);
  checkNumber(op, 'margin', options.margin);
  return options;
}

/**
 * A distance as it is where the target is 1, max(0, margin - distance) where it is -1.
 * @param input distances, any shape. @param target 1 or -1 for each, of any dtype. @param margin default 1.
 * @returns one number, or with reduction 'none' one per element.
 * @throws {ShapeError} for shapes that do not broadcast. @throws {DTypeError} for an integer input.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
 * @example
 * F.hingeEmbeddingLoss(tensor([0.5, 0.2]), tensor([1, -1])); // 0.65
 */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, ...args: Trailing<[margin: number], MarginLossOptions>): Tensor {
  const op = 'hingeEmbeddingLoss';
  const { margin, reduction } = marginOptions(op, 1, args);
  assertFloating(op, 'input', input);
  assertTensor(op, 'target', target);
  commonShape(op, input, target);
  const far = where(ne(target, 1), clamp(sub(margin, input), { min: 0 }), 0);
  return reduced(add(far, where(ne(target, -1), input, 0)), reduction);
}

/**
 * max(0, margin - target (input1 - input2)): whether the first of two scores is the larger one.
 * @param target 1 where input1 should be larger, -1 where input2. @param margin default 0. All three of one number of dims.
 * @returns one number, or with reduction 'none' one per pair.
 * @throws {ShapeError} for different numbers of dims, or shapes that do not broadcast. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
 * @example
 * F.marginRankingLoss(tensor([2, 1]), tensor([1, 3]), tensor([1, 1]), { margin: 0.5 }); // 1.25
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  ...args: Trailing<[margin: number], MarginLossOptions>
): Tensor {
  const op = 'marginRankingLoss';
  const { margin, reduction } = marginOptions(op, 0, args);
  assertTensors(op, { input1, input2, target });
  const shapes = [input1, input2, target].map((x) => showShape(x.shape));
  if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim)
    throw new ShapeError(`${op}: input1 is ${shapes[0]}, input2 ${shapes[1]} and target ${shapes[2]}, expected one number of dims.`);
  assertFloating(op, 'input1', input1);
  assertFloating(op, 'input2', input2);
  commonShape(op, input1, input2, target);
  return reduced(clamp(add(mul(neg(target), sub(input1, input2)), margin), { min: 0 }), reduction);
}

/**
 * log(1 + exp(-target input)): logistic loss of scores with labels of 1 and -1.
 * @param target broadcasts to the input. @returns one number, or with reduction 'none' one per element. Finite also where PyTorch's exp overflows.
 * @throws {ShapeError} for a target that does not broadcast to the input. @throws {DTypeError} for an integer input.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html
 * @example
 * F.softMarginLoss(tensor([1, -2]), tensor([1, 1])); // 1.2201
 */
export function softMarginLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const op = 'softMarginLoss';
  const { reduction } = lossOptions<Settled<LossOptions>>(op, { reduction: 'mean' }, [options]);
  assertFloating(op, 'input', input);
  assertTensor(op, 'target', target);
  if (!sameShape(broadcastShapes(input.shape, target.shape, op), input.shape))
    throw new ShapeError(`${op}: target is ${showShape(target.shape)}, expected the input's shape ${showShape(input.shape)}.`);
  return named('SoftMarginLoss', reduced(neg(unary('logsigmoid', mul(input, to(target, input.dtype)))), reduction));
}

/** Input as [N, C], with the shape of what each item gives. */
function itemsOf(op: string, input: Tensor): { rows: Tensor; n: number; c: number } {
  assertFloating(op, 'input', input);
  const [n, c] = input.ndim === 2 ? [input.shape[0]!, input.shape[1]!] : [1, numel(input.shape)];
  if (input.ndim > 2 || c === 0)
    throw new ShapeError(`${op}: input is ${showShape(input.shape)}, expected [N, C] or [C] with at least one class.`);
  return { rows: reshape(input, [n, c]), n, c };
}

function checkLabels(op: string, target: Tensor, least: number, c: number): void {
  if (numel(target.shape) === 0) return;
  for (const label of [item(amin(target)), item(amax(target))]) {
    if (label < least || label >= c) {
      const padding = least === -1 ? ', and -1 ends a list' : '';
      throw new IndexError(`${op}: target has label ${label}, outside 0 to ${c - 1}, the classes of the input${padding}.`);
    }
  }
}

function needsLabels(op: string, target: Tensor): void {
  assertTensor(op, 'target', target);
  if (isFloating(target.dtype) || target.dtype === 'bool')
    throw new DTypeError(`${op}: target is ${target.dtype}, expected int64 or int32 class labels. Convert them with target.long().`);
}

/** The options of {@link MultiMarginLoss}. */
export interface MultiMarginLossOptions extends MarginLossOptions {
  /** The power of what is inside the margin: 1 (default) or 2. */
  p?: 1 | 2;
  /** [C]: how much each class counts. Default: all alike. */
  weight?: Tensor | null;
}

/** @internal The options with their defaults, checked. */
export function multiMarginLossOptions(op: string, given: readonly unknown[]): Settled<MultiMarginLossOptions> {
  const defaults: Settled<MultiMarginLossOptions> = { p: 1, margin: 1, weight: null, reduction: 'mean' };
  const options = lossOptions(op, defaults, given);
  checkNumber(op, 'p', options.p, '1 or 2', (p) => p === 1 || p === 2);
  checkNumber(op, 'margin', options.margin);
  if (options.weight && options.weight.ndim !== 1)
    throw new ShapeError(`${op}: weight is ${showShape(options.weight.shape)}, expected one value per class: [C].`);
  return options;
}

/**
 * How far other classes come within the margin of the right one: the sum of max(0, margin - x[y] + x[i])^p over the others, divided by C.
 * @param input scores [N, C] or [C]. @param target labels [N], or [] for one item. @param p 1 (default) or 2. @param margin default 1.
 * @returns one number, or with reduction 'none' one per item.
 * @throws {ShapeError} for other shapes. @throws {DTypeError} for labels that are floating. @throws {IndexError} for a label outside 0 to C - 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
 * @example
 * F.multiMarginLoss(tensor([[0.1, 0.2, 0.4, 0.8]]), tensor([3], { dtype: 'int64' })); // 0.325
 */
export function multiMarginLoss(
  input: Tensor,
  target: Tensor,
  ...args: Trailing<[p: 1 | 2, margin: number], MultiMarginLossOptions>
): Tensor {
  const op = 'multiMarginLoss';
  const { p, margin, weight, reduction } = multiMarginLossOptions(op, args);
  const { rows, n, c } = itemsOf(op, input);
  needsLabels(op, target);
  if (target.ndim > 1 || numel(target.shape) !== n || (input.ndim === 2 && target.ndim === 0 && n !== 1)) {
    throw new ShapeError(
      `${op}: target is ${showShape(target.shape)}, expected ${input.ndim === 2 ? `[${n}]` : '[]'}: one label for each item of the input ${showShape(input.shape)}.`,
    );
  }
  if (weight && weight.shape[0] !== c)
    throw new ShapeError(
      `${op}: weight is ${showShape(weight.shape)}, expected one value per class: [${c}] (input ${showShape(input.shape)}).`,
    );
  if (weight && weight.dtype !== input.dtype)
    throw new DTypeError(`${op}: weight is ${weight.dtype}, expected the input's ${input.dtype}. Use weight.to('${input.dtype}').`);
  checkLabels(op, target, 0, c);
  const labels = to(reshape(target, [n, 1]), 'int64');
  const z = add(sub(margin, gather(rows, 1, labels)), rows);
  const counts = noGrad(() => logicalAnd(gt(z, 0), ne(labels, arange(c, { dtype: 'int64' }))));
  const inside = where(counts, p === 1 ? z : square(z), 0);
  const each = div(sum(weight ? mul(inside, indexSelect(weight, 0, reshape(labels, [n])).unsqueeze(1)) : inside, 1), c);
  return named('MultiMarginLoss', reduced(reshape(each, target.shape), reduction));
}

/**
 * Several right classes an item: the sum of max(0, 1 - x[y] + x[i]) over the right classes y and the others i, divided by C.
 * @param input scores [N, C] or [C]. @param target labels of the same shape: each row lists the right classes and ends with -1.
 * @returns one number, or with reduction 'none' [N], or [] for one item.
 * @throws {ShapeError} for other shapes. @throws {DTypeError} for labels that are floating. @throws {IndexError} for a label outside -1 to C - 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
 * @example
 * F.multilabelMarginLoss(tensor([[0.1, 0.2, 0.4, 0.8]]), tensor([[3, 0, -1, 1]], { dtype: 'int64' })); // 0.85
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const op = 'multilabelMarginLoss';
  const { reduction } = lossOptions<Settled<LossOptions>>(op, { reduction: 'mean' }, [options]);
  const { rows, n, c } = itemsOf(op, input);
  needsLabels(op, target);
  if (!sameShape(target.shape, input.shape) && !(input.ndim === 0 && sameShape(target.shape, [1])))
    throw new ShapeError(`${op}: target is ${showShape(target.shape)}, expected the input's shape ${showShape(input.shape)}.`);
  checkLabels(op, target, -1, c);
  const { labels, counts } = noGrad(() => {
    const listed = to(reshape(target, [n, c]), 'int64');
    // A list ends at its first -1.
    const valid = eq(cumsum(to(eq(listed, -1), 'int64'), 1), 0);
    const hits = logicalAnd(eq(unsqueeze(listed, 2), arange(c, { dtype: 'int64' })), unsqueeze(valid, 2));
    const wrong = logicalNot(any(hits, 1, true));
    return { labels: clamp(listed, { min: 0 }), counts: logicalAnd(unsqueeze(valid, 2), wrong) };
  });
  // [N, listed, C]: each listed class against each class that is not
  const z = add(sub(1, unsqueeze(gather(rows, 1, labels), 2)), unsqueeze(rows, 1));
  const each = div(sum(where(logicalAnd(counts, gt(z, 0)), z, 0), [1, 2]), c);
  return named('MultilabelMarginLoss', reduced(input.ndim === 2 ? each : reshape(each, []), reduction));
}
