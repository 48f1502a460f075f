/** Losses of yes and no: binary cross entropy of probabilities and of scores, and of several labels an item. Functions and layers. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { named, record } from '../../../autograd/node.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../../errors.js';
import { add, div, mul, sub } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { ge, le, logicalAnd } from '../../../ops/elementwise/comparison.js';
import { unary } from '../../../ops/elementwise/table.js';
import { log, log1p, neg } from '../../../ops/elementwise/unary.js';
import { reduceRaw, sum } from '../../../ops/reduce/sum.js';
import { to } from '../../../ops/view/copy.js';
import type { Arguments, Settings } from '../../../tensor/arguments/arguments.js';
import { assertFloating, assertSameDType, assertTensor } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { broadcastShapes, sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import { item } from '../../../tensor/values/transfer.js';
import { WeightedLoss } from '../loss.js';
import { type LossOptions, lossReader, reduced } from '../options.js';
import { noteLoss } from '../taken.js';

/** The options of {@link binaryCrossEntropy}, {@link BCELoss} and their relatives. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Multiplies each element's loss; broadcasts to the input. Default: none. */
  weight?: Tensor | null;
}

/** The options of {@link binaryCrossEntropyWithLogits} and {@link BCEWithLogitsLoss}. */
export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** How much positive examples count; broadcasts to the input. Default: as much as the others. */
  posWeight?: Tensor | null;
}

type BinaryArguments = Arguments<BinaryCrossEntropyOptions, [weight: 'weight']>;
type WithLogitsArguments = Arguments<BinaryCrossEntropyWithLogitsOptions, [weight: 'weight']>;

const readBinary = lossReader<BinaryCrossEntropyOptions>({ weight: null, reduction: 'mean' });
const readWithLogits = lossReader<BinaryCrossEntropyWithLogitsOptions>({ weight: null, reduction: 'mean', posWeight: null });

function assertBinary(op: string, input: Tensor, target: Tensor): void {
  assertFloating(op, 'input', input);
  assertTensor(op, 'target', target);
  if (!sameShape(input.shape, target.shape)) {
    const column =
      input.ndim === target.ndim + 1 && input.shape[input.ndim - 1] === 1 ? ` Drop the input's last dim: input.squeeze(-1).` : '';
    throw new ShapeError(`${op}: target is ${showShape(target.shape)}, expected the input's shape ${showShape(input.shape)}.${column}`);
  }
  if (!isFloating(target.dtype))
    throw new DTypeError(`${op}: target is ${target.dtype}, expected probabilities. Use target.to('${input.dtype}').`);
}

/** Throws unless a weight broadcasts to the input without making it larger. */
function assertWeight(op: string, name: string, weight: Tensor | null, input: Tensor): void {
  if (weight === null) return;
  const shape = broadcastShapes(weight.shape, input.shape, op);
  if (!sameShape(shape, input.shape))
    throw new ShapeError(
      `${op}: ${name} is ${showShape(weight.shape)}, which does not broadcast to the input's shape ${showShape(input.shape)}.`,
    );
}

/**
 * -(target log(input) + (1 - target) log(1 - input)), the logarithms no lower than -100.
 * @param input probabilities from 0 to 1, after a sigmoid. @param target probabilities, of the same shape and dtype.
 * @returns one number, or with reduction 'none' the input's shape.
 * @throws {ArgumentError} for an input or a target outside 0 to 1. @throws {ShapeError} for two shapes. @throws {DTypeError} for two dtypes, or integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
 * @example
 * F.binaryCrossEntropy(tensor([0.5, 0.5]), tensor([1, 0])); // 0.6931
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, ...args: BinaryArguments): Tensor {
  return binaryCrossEntropyOf(input, target, readBinary('binaryCrossEntropy', args));
}

function binaryCrossEntropyOf(input: Tensor, target: Tensor, { weight, reduction }: Settings<BinaryCrossEntropyOptions>): Tensor {
  const op = 'binaryCrossEntropy';
  assertBinary(op, input, target);
  assertSameDType(op, { input, target });
  assertWeight(op, 'weight', weight, input);
  const out = noGrad(() => {
    if (!allProbabilities(input))
      throw new ArgumentError(`${op}: input has values outside 0 to 1, or NaN. Apply sigmoid first, or use binaryCrossEntropyWithLogits.`);
    if (!allProbabilities(target)) throw new ArgumentError(`${op}: target has values outside 0 to 1, or NaN. Targets are probabilities.`);
    return sub(mul(sub(target, 1), notLow(log1p(neg(input)))), mul(target, notLow(log(input))));
  });
  // dx = dy (x - t) / (x (1 - x)), finite at 0 and 1;  dt = dy (log(1 - x) - log(x))
  const loss = record(op, out, {
    inputs: { x: input, t: target },
    saved: { x: input, t: target },
    composed: (g, { x, t }, needs) => ({
      x: needs.x ? div(mul(g, sub(x, t)), clamp(mul(x, sub(1, x)), { min: SMALLEST })) : null,
      t: needs.t ? mul(g, sub(notLow(log1p(neg(x))), notLow(log(x)))) : null,
    }),
  });
  const value = reduced(op, weight ? mul(loss, weight) : loss, reduction);
  noteLoss({ op, input, value, reduction });
  return named('BinaryCrossEntropy', value);
}

/** What x (1 - x) is at least in the gradient: PyTorch's constant, a float32. */
const SMALLEST = Math.fround(1e-12);

const notLow = (x: Tensor): Tensor => clamp(x, { min: -100 });

/** Whether all are from 0 to 1. */
function allProbabilities(x: Tensor): boolean {
  const dims = x.shape.map((_, d) => d);
  return item(reduceRaw('all', logicalAnd(ge(x, 0), le(x, 1)), dims, 'binaryCrossEntropy')) !== 0;
}

/**
 * Binary cross entropy of probabilities and targets from 0 to 1, of one shape.
 * @param args weight, which broadcasts to the input, by position or among the options. @throws as {@link binaryCrossEntropy}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BCELoss.html
 * @example
 * new nn.BCELoss().forward(tensor([0.5, 0.5]), tensor([1, 0])); // 0.6931
 */
export class BCELoss extends WeightedLoss {
  static override readonly className: string = 'BCELoss';
  constructor(...args: BinaryArguments) {
    super(readBinary(classNameOf(new.target), args));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyOf(input, target, this);
  }
}

/**
 * {@link binaryCrossEntropy} of sigmoid(input), exact for large inputs.
 * @param input scores before the sigmoid. @param target probabilities, of the same shape.
 * @returns one number, or with reduction 'none' the input's shape; of the target's dtype.
 * @throws {ShapeError} for two shapes. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
 * @example
 * F.binaryCrossEntropyWithLogits(tensor([0, 0]), tensor([1, 0]), { posWeight: tensor([3]) }); // 1.3863
 */
export function binaryCrossEntropyWithLogits(input: Tensor, target: Tensor, ...args: WithLogitsArguments): Tensor {
  return withLogitsOf(input, target, readWithLogits('binaryCrossEntropyWithLogits', args));
}

function withLogitsOf(input: Tensor, target: Tensor, settings: Settings<BinaryCrossEntropyWithLogitsOptions>): Tensor {
  const op = 'binaryCrossEntropyWithLogits';
  const { weight, posWeight, reduction } = settings;
  assertBinary(op, input, target);
  assertWeight(op, 'weight', weight, input);
  assertWeight(op, 'posWeight', posWeight, input);
  // (1 - t) x - (1 + (w - 1) t) log sigmoid(x)
  const log = unary('logsigmoid', input);
  const positive = posWeight ? mul(log, add(mul(sub(posWeight, 1), target), 1)) : log;
  const loss = sub(mul(sub(1, target), input), positive);
  const value = reduced(op, to(weight ? mul(loss, weight) : loss, target.dtype), reduction);
  noteLoss({ op, input, value, reduction });
  return named('BinaryCrossEntropyWithLogits', value);
}

/** The options of {@link BCEWithLogitsLoss}. */
export type BCEWithLogitsLossOptions = BinaryCrossEntropyWithLogitsOptions;

/**
 * {@link BCELoss} of sigmoid(input), exact for large inputs.
 * @param args weight, which broadcasts to the input, as posWeight does, by position or among the options. @throws as {@link binaryCrossEntropyWithLogits}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
 * @example
 * new nn.BCEWithLogitsLoss({ posWeight: tensor([3]) }).forward(tensor([0, 0]), tensor([1, 0])); // 1.3863
 */
export class BCEWithLogitsLoss extends WeightedLoss {
  static override readonly className: string = 'BCEWithLogitsLoss';
  /** The weight of positive targets, for each class; null for 1. */
  posWeight: Tensor | null;

  constructor(...args: WithLogitsArguments) {
    const settings = readWithLogits(classNameOf(new.target), args);
    super(settings);
    this.posWeight = this.registerBuffer('posWeight', settings.posWeight, { key: 'pos_weight' });
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return withLogitsOf(input, target, this);
  }
}

/**
 * One yes or no for each class: the mean over the classes of {@link binaryCrossEntropyWithLogits}.
 * @param input scores [..., C]. @param target 0 or 1 for each, of the same shape.
 * @param args weight of each class [C], or what broadcasts, by position or by name.
 * @returns one number, or with reduction 'none' [...].
 * @throws {ShapeError} for an input without dims, and shapes that do not broadcast. @throws {DTypeError} for an integer input.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
 * @example
 * F.multilabelSoftMarginLoss(zeros([1, 3]), tensor([[1, 0, 1]])); // 0.6931
 */
export function multilabelSoftMarginLoss(input: Tensor, target: Tensor, ...args: BinaryArguments): Tensor {
  return multilabelSoftMarginLossOf(input, target, readBinary('multilabelSoftMarginLoss', args));
}

function multilabelSoftMarginLossOf(input: Tensor, target: Tensor, { weight, reduction }: Settings<BinaryCrossEntropyOptions>): Tensor {
  const op = 'multilabelSoftMarginLoss';
  assertFloating(op, 'input', input);
  assertTensor(op, 'target', target);
  if (input.ndim === 0) throw new ShapeError(`${op}: input has no dims, expected [C] or [N, C].`);
  const shape = broadcastShapes(input.shape, target.shape, op);
  if (weight) broadcastShapes(shape, weight.shape, op);
  // A bool target counts as a number.
  const t = target.dtype === 'bool' ? to(target, input.dtype) : target;
  const each = neg(add(mul(t, unary('logsigmoid', input)), mul(sub(1, t), unary('logsigmoid', neg(input)))));
  const classes = input.ndim - 1;
  return reduced(op, div(sum(weight ? mul(each, weight) : each, classes), input.shape[classes]!), reduction);
}

/**
 * A yes or no for each of C classes: scores [..., C] and targets of 0 or 1.
 * @param args weight of the classes [C], by position or among the options. @throws as {@link multilabelSoftMarginLoss}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html
 * @example
 * new nn.MultiLabelSoftMarginLoss().forward(zeros([1, 3]), tensor([[1, 0, 1]])); // 0.6931
 */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  static override readonly className: string = 'MultiLabelSoftMarginLoss';
  constructor(...args: BinaryArguments) {
    super(readBinary(classNameOf(new.target), args));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLossOf(input, target, this);
  }
}
