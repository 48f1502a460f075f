/** Losses of numbers: input and target compared element by element, as compositions. Functions and layers. */
import { named } from '../../../autograd/node.js';
import { ShapeError, showShape } from '../../../errors.js';
import { div, mul, sub } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { lt } from '../../../ops/elementwise/comparison.js';
import { where } from '../../../ops/elementwise/table.js';
import { abs, square } from '../../../ops/elementwise/unary.js';
import { sum } from '../../../ops/reduce/sum.js';
import { detach } from '../../../ops/view/copy.js';
import type { Arguments, Settings } from '../../../tensor/arguments/arguments.js';
import { above, atLeast } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { item } from '../../../tensor/values/transfer.js';
import { Loss } from '../loss.js';
import { assertOneFloating, type LossOptions, lossReader, type Reduction, readReduction, reduced, warnOfBroadcast } from '../options.js';
import { noteLoss } from '../taken.js';

/** The options of losses that weigh elements. */
export interface WeightedLossOptions extends LossOptions {
  /** Multiplies each element's loss; of the input's shape. Default: none. */
  weight?: Tensor | null;
}

/** d^2 / 2 for |d| below `bend`, from there on the line that goes on with its slope: finite gradients for infinite d too. */
function squareThenLine(d: Tensor, bend: number): Tensor {
  const square = where(lt(abs(d), bend), d, clamp(detach(d), { min: -bend, max: bend }));
  return mul(square, sub(d, mul(square, 0.5)));
}

/** Checks a pair of tensors and the weights of their elements. */
function assertPair(op: string, input: Tensor, target: Tensor, weight: Tensor | null = null): void {
  warnOfBroadcast(op, input, target);
  if (weight && !sameShape(weight.shape, input.shape))
    throw new ShapeError(`${op}: weight is ${showShape(weight.shape)}, expected the input's shape ${showShape(input.shape)}.`);
}

const readWeighted = lossReader<WeightedLossOptions>({ reduction: 'mean', weight: null });

/** Losses with the weights of their elements: the mean is over the sum of the weights. */
function weightedMean(op: string, each: Tensor, weight: Tensor | null, reduction: Reduction): Tensor {
  if (!weight) return reduced(op, each, reduction);
  const weighted = mul(each, weight);
  if (reduction !== 'mean') return reduced(op, weighted, reduction);
  const total = sum(weight);
  const value = div(sum(weighted), total);
  noteLoss({ value, reduction, divisor: () => item(total) });
  return value;
}

/**
 * (input - target) squared.
 * @param args the options by name. With a weight of each element the mean is over the sum of the weights.
 * @returns one number, or with reduction 'none' the shape to which input and target broadcast; a warning says so where the two differ.
 * @throws {ShapeError} for shapes that do not broadcast, and a weight that has not the input's. @throws {DTypeError} for two integer tensors.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 * @example
 * F.mseLoss(tensor([1, 2]), tensor([1, 4])); // 2
 */
export function mseLoss(input: Tensor, target: Tensor, ...args: Arguments<WeightedLossOptions, []>): Tensor {
  const { weight, reduction } = readWeighted('mseLoss', args);
  return mseLossOf(input, target, weight, reduction);
}

function mseLossOf(input: Tensor, target: Tensor, weight: Tensor | null, reduction: Reduction): Tensor {
  assertOneFloating('mseLoss', input, target);
  assertPair('mseLoss', input, target, weight);
  return named('MseLoss', weightedMean('mseLoss', square(sub(input, target)), weight, reduction));
}

/**
 * (input - target) squared.
 * @throws as {@link mseLoss}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 * @example
 * new nn.MSELoss().forward(tensor([1, 2]), tensor([1, 4])); // 2
 */
export class MSELoss extends Loss {
  static override readonly className: string = 'MSELoss';
  constructor(...args: Arguments<LossOptions, []>) {
    super(readReduction(classNameOf(new.target), args));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLossOf(input, target, null, this.reduction);
  }
}

/**
 * |input - target|; gradient 0 where they are equal.
 * @param args as for {@link mseLoss}. @returns as {@link mseLoss}.
 * @throws as {@link mseLoss}; for two integer tensors only where their mean is asked for. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
 * @example
 * F.l1Loss(tensor([1, 2]), tensor([1, 4])); // 1
 */
export function l1Loss(input: Tensor, target: Tensor, ...args: Arguments<WeightedLossOptions, []>): Tensor {
  const { weight, reduction } = readWeighted('l1Loss', args);
  return l1LossOf(input, target, weight, reduction);
}

function l1LossOf(input: Tensor, target: Tensor, weight: Tensor | null, reduction: Reduction): Tensor {
  if (reduction === 'mean') assertOneFloating('l1Loss', input, target);
  assertPair('l1Loss', input, target, weight);
  return weightedMean('l1Loss', abs(sub(input, target)), weight, reduction);
}

/**
 * |input - target|.
 * @throws as {@link l1Loss}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.L1Loss.html
 * @example
 * new nn.L1Loss({ reduction: 'sum' }).forward(tensor([1, 2]), tensor([1, 4])); // 2
 */
export class L1Loss extends Loss {
  static override readonly className: string = 'L1Loss';
  constructor(...args: Arguments<LossOptions, []>) {
    super(readReduction(classNameOf(new.target), args));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return l1LossOf(input, target, null, this.reduction);
  }
}

/** The options of {@link smoothL1Loss} and of {@link SmoothL1Loss}. */
export interface SmoothL1LossOptions extends LossOptions {
  /** The difference up to which the loss is a square. Default: 1; 0 gives {@link l1Loss}. */
  beta?: number;
}

const readSmoothL1 = lossReader<SmoothL1LossOptions>({ reduction: 'mean', beta: 1 }, (op, { beta }) => atLeast(op, 'beta', beta, 0));

/**
 * With d = |input - target|: d^2 / (2 beta) below beta, d - beta / 2 from there on.
 * @param args the options by name.
 * @returns as {@link mseLoss}. @throws {ArgumentError} for a negative beta. @throws as {@link mseLoss}.
 * @see Girshick 2015, https://arxiv.org/abs/1504.08083; https://pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
 * @example
 * F.smoothL1Loss(tensor([0, 0]), tensor([0.5, 2])); // 0.8125
 */
export function smoothL1Loss(input: Tensor, target: Tensor, ...args: Arguments<SmoothL1LossOptions, []>): Tensor {
  return smoothL1LossOf(input, target, readSmoothL1('smoothL1Loss', args));
}

function smoothL1LossOf(input: Tensor, target: Tensor, { beta, reduction }: Settings<SmoothL1LossOptions>): Tensor {
  const op = 'smoothL1Loss';
  assertOneFloating(op, input, target);
  assertPair(op, input, target);
  const d = sub(input, target);
  const each = beta === 0 ? abs(d) : div(squareThenLine(d, beta), beta);
  return named('SmoothL1Loss', reduced(op, each, reduction));
}

/**
 * A square up to `beta` (default 1), a line from there on.
 * @throws as {@link smoothL1Loss}. @see https://pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html
 * @example
 * new nn.SmoothL1Loss({ beta: 0.5 }).forward(tensor([0, 0]), tensor([0.5, 2])); // 1
 */
export class SmoothL1Loss extends Loss {
  static override readonly className: string = 'SmoothL1Loss';
  /** Where the loss turns from quadratic to linear. */
  beta: number;

  constructor(...args: Arguments<SmoothL1LossOptions, []>) {
    const settings = readSmoothL1(classNameOf(new.target), args);
    super(settings);
    this.beta = settings.beta;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1LossOf(input, target, this);
  }
}

/** The options of {@link huberLoss}. */
export interface HuberLossOptions extends WeightedLossOptions {
  /** The difference up to which the loss is a square. Default: 1. */
  delta?: number;
}

/** The options of {@link HuberLoss}, which has no weight. */
export type HuberLossLayerOptions = Omit<HuberLossOptions, 'weight'>;

const assertDelta = (op: string, { delta }: { delta: number }) => above(op, 'delta', delta, 0);
const readHuber = lossReader<HuberLossOptions>({ reduction: 'mean', delta: 1, weight: null }, assertDelta);
const readHuberLayer = lossReader<HuberLossLayerOptions>({ reduction: 'mean', delta: 1 }, assertDelta);

/**
 * With d = |input - target|: d^2 / 2 up to delta, delta (d - delta / 2) above.
 * @param args reduction (default 'mean'), delta (default 1) and weight, in this order or by name. The weight of each element, unlike that of
 * {@link mseLoss}, does not change what the mean divides by.
 * @returns as {@link mseLoss}. @throws {ArgumentError} unless delta is above 0. @throws as {@link mseLoss}.
 * @see Huber 1964, https://doi.org/10.1214/aoms/1177703732; https://pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 * @example
 * F.huberLoss(tensor([0, 0]), tensor([1, 4]), { delta: 2 }); // 3.25
 */
export function huberLoss(
  input: Tensor,
  target: Tensor,
  ...args: Arguments<HuberLossOptions, [reduction: 'reduction', delta: 'delta', weight: 'weight']>
): Tensor {
  return huberLossOf(input, target, readHuber('huberLoss', args));
}

function huberLossOf(input: Tensor, target: Tensor, { delta, weight, reduction }: Settings<HuberLossOptions>): Tensor {
  const op = 'huberLoss';
  assertOneFloating(op, input, target);
  assertPair(op, input, target, weight);
  const each = squareThenLine(sub(input, target), delta);
  return named('HuberLoss', reduced(op, weight ? mul(each, weight) : each, reduction));
}

/**
 * A square up to `delta` (default 1), a line of slope delta from there on.
 * @throws as {@link huberLoss}. @see https://pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html
 * @example
 * new nn.HuberLoss({ delta: 2 }).forward(tensor([0, 0]), tensor([1, 4])); // 3.25
 */
export class HuberLoss extends Loss {
  static override readonly className: string = 'HuberLoss';
  /** Where the loss turns from quadratic to linear. */
  delta: number;

  constructor(...args: Arguments<HuberLossLayerOptions, [reduction: 'reduction', delta: 'delta']>) {
    const settings = readHuberLayer(classNameOf(new.target), args);
    super(settings);
    this.delta = settings.delta;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, delta } = this;
    return huberLossOf(input, target, { reduction, delta, weight: null });
  }
}
