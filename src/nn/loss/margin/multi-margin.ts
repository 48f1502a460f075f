/** Losses with a margin between classes: how far the wrong ones come within it of the right ones. Functions and layers. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { named } from '../../../autograd/node.js';
import { IndexError, ShapeError, showShape } from '../../../errors.js';
import { add, div, mul, sub } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { eq, gt, logicalAnd, logicalNot, ne } from '../../../ops/elementwise/comparison.js';
import { where } from '../../../ops/elementwise/table.js';
import { square } from '../../../ops/elementwise/unary.js';
import { gather } from '../../../ops/gather/gather.js';
import { indexSelect } from '../../../ops/gather/index-select.js';
import { amax, amin } from '../../../ops/reduce/extrema.js';
import { cumsum } from '../../../ops/reduce/scan.js';
import { any, sum } from '../../../ops/reduce/sum.js';
import { to } from '../../../ops/view/copy.js';
import { reshape, unsqueeze } from '../../../ops/view/movement.js';
import type { Arguments, Settings } from '../../../tensor/arguments/arguments.js';
import { assertFloating, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { arange } from '../../../tensor/create/create.js';
import { numel, sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { item } from '../../../tensor/values/transfer.js';
import { assertClassWeight, assertLabels, assertWeightDType } from '../classification/labels.js';
import { Loss, WeightedLoss } from '../loss.js';
import { type LossOptions, lossReader, type Reduction, readReduction, reduced } from '../options.js';
import type { MarginLossOptions } from './margin.js';

/** Input as [N, C], with the shape of what each item gives. */
function itemsOf(op: string, input: Tensor): { rows: Tensor; n: number; c: number } {
  assertFloating(op, 'input', input);
  const [n, c] = input.ndim === 2 ? [input.shape[0]!, input.shape[1]!] : [1, numel(input.shape)];
  if (input.ndim > 2 || c === 0)
    throw new ShapeError(`${op}: input is ${showShape(input.shape)}, expected [N, C] or [C] with at least one class.`);
  return { rows: reshape(input, [n, c]), n, c };
}

function assertLabelsWithin(op: string, target: Tensor, least: number, c: number): void {
  if (numel(target.shape) === 0) return;
  for (const label of [item(amin(target)), item(amax(target))]) {
    if (label < least || label >= c) {
      const padding = least === -1 ? ', and -1 ends a list' : '';
      throw new IndexError(`${op}: target has label ${label}, outside 0 to ${c - 1}, the classes of the input${padding}.`);
    }
  }
}

/** The options of {@link MultiMarginLoss}. */
export interface MultiMarginLossOptions extends MarginLossOptions {
  /** The power of what is inside the margin: 1 (default) or 2. */
  p?: 1 | 2;
  /** [C]: how much each class counts. Default: all alike. */
  weight?: Tensor | null;
}

const readMultiMargin = lossReader<MultiMarginLossOptions>({ p: 1, margin: 1, weight: null, reduction: 'mean' }, (op, { p, weight }) => {
  if (p !== 1 && p !== 2) throw unexpected(op, 'p', p, '1 or 2');
  if (weight && weight.ndim !== 1) throw new ShapeError(`${op}: weight is ${showShape(weight.shape)}, expected one value per class: [C].`);
});

/** The arguments of {@link MultiMarginLossOptions}, in PyTorch's order. */
type MultiMarginArguments = Arguments<MultiMarginLossOptions, [p: 'p', margin: 'margin', weight: 'weight']>;

/**
 * How far other classes come within the margin of the right one: the sum of max(0, margin - x[y] + x[i])^p over the others, divided by C.
 * @param input scores [N, C] or [C]. @param target labels [N], or [] for one item.
 * @param args p (1, the default, or 2), margin (default 1) and weight, in this order or by name.
 * @returns one number, or with reduction 'none' one per item.
 * @throws {ShapeError} for other shapes. @throws {DTypeError} for labels that are floating. @throws {IndexError} for a label outside 0 to C - 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
 * @example
 * F.multiMarginLoss(tensor([[0.1, 0.2, 0.4, 0.8]]), tensor([3], { dtype: 'int64' })); // 0.325
 */
export function multiMarginLoss(input: Tensor, target: Tensor, ...args: MultiMarginArguments): Tensor {
  return multiMarginLossOf(input, target, readMultiMargin('multiMarginLoss', args));
}

function multiMarginLossOf(input: Tensor, target: Tensor, settings: Settings<MultiMarginLossOptions>): Tensor {
  const op = 'multiMarginLoss';
  const { p, margin, weight, reduction } = settings;
  const { rows, n, c } = itemsOf(op, input);
  assertLabels(op, target);
  if (target.ndim > 1 || numel(target.shape) !== n || (input.ndim === 2 && target.ndim === 0 && n !== 1)) {
    throw new ShapeError(
      `${op}: target is ${showShape(target.shape)}, expected ${input.ndim === 2 ? `[${n}]` : '[]'}: one label for each item of the input ${showShape(input.shape)}.`,
    );
  }
  assertClassWeight(op, input, weight, c);
  assertWeightDType(op, input, weight);
  assertLabelsWithin(op, target, 0, c);
  const labels = to(reshape(target, [n, 1]), 'int64');
  const z = add(sub(margin, gather(rows, 1, labels)), rows);
  const counts = noGrad(() => logicalAnd(gt(z, 0), ne(labels, arange(c, { dtype: 'int64' }))));
  const inside = where(counts, p === 1 ? z : square(z), 0);
  const each = div(sum(weight ? mul(inside, indexSelect(weight, 0, reshape(labels, [n])).unsqueeze(1)) : inside, 1), c);
  return named('MultiMarginLoss', reduced(op, reshape(each, target.shape), reduction));
}

/**
 * How far other classes come within the margin (default 1) of the right one, to the power p (1, the default, or 2).
 * @throws as {@link multiMarginLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.MultiMarginLoss.html
 * @example
 * new nn.MultiMarginLoss().forward(tensor([[0.1, 0.2, 0.4, 0.8]]), tensor([3], { dtype: 'int64' })); // 0.325
 */
export class MultiMarginLoss extends WeightedLoss {
  static override readonly className: string = 'MultiMarginLoss';
  /** The power of each difference: 1 or 2. */
  p: 1 | 2;
  /** How far the right class should be above the others. */
  margin: number;

  constructor(...args: MultiMarginArguments) {
    const settings = readMultiMargin(classNameOf(new.target), args);
    super(settings);
    this.p = settings.p;
    this.margin = settings.margin;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLossOf(input, target, this);
  }
}

/**
 * Several right classes an item: the sum of max(0, 1 - x[y] + x[i]) over the right classes y and the others i, divided by C.
 * @param input scores [N, C] or [C]. @param target labels of the same shape: each row lists the right classes and ends with -1.
 * @param args the reduction, by name.
 * @returns one number, or with reduction 'none' [N], or [] for one item.
 * @throws {ShapeError} for other shapes. @throws {DTypeError} for labels that are floating. @throws {IndexError} for a label outside -1 to C - 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
 * @example
 * F.multilabelMarginLoss(tensor([[0.1, 0.2, 0.4, 0.8]]), tensor([[3, 0, -1, 1]], { dtype: 'int64' })); // 0.85
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, ...args: Arguments<LossOptions, []>): Tensor {
  return multilabelMarginLossOf(input, target, readReduction('multilabelMarginLoss', args).reduction);
}

function multilabelMarginLossOf(input: Tensor, target: Tensor, reduction: Reduction): Tensor {
  const op = 'multilabelMarginLoss';
  const { rows, n, c } = itemsOf(op, input);
  assertLabels(op, target);
  if (!sameShape(target.shape, input.shape) && !(input.ndim === 0 && sameShape(target.shape, [1])))
    throw new ShapeError(`${op}: target is ${showShape(target.shape)}, expected the input's shape ${showShape(input.shape)}.`);
  assertLabelsWithin(op, target, -1, c);
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
  return named('MultilabelMarginLoss', reduced(op, input.ndim === 2 ? each : reshape(each, []), reduction));
}

/**
 * Scores [N, C] with a list of right classes for each item, which ends with -1.
 * @throws as {@link multilabelMarginLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html
 * @example
 * new nn.MultiLabelMarginLoss().forward(tensor([[0.1, 0.2, 0.4, 0.8]]), tensor([[3, 0, -1, 1]], { dtype: 'int64' })); // 0.85
 */
export class MultiLabelMarginLoss extends Loss {
  static override readonly className: string = 'MultiLabelMarginLoss';
  constructor(...args: Arguments<LossOptions, []>) {
    super(readReduction(classNameOf(new.target), args));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLossOf(input, target, this.reduction);
  }
}
