/** Losses of numbers: input and target compared element by element, as compositions. */
import { named } from '../../../autograd/node.js';
import { ShapeError, showShape } from '../../../errors.js';
import { div, mul, sub } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { lt } from '../../../ops/elementwise/comparison.js';
import { where } from '../../../ops/elementwise/table.js';
import { abs, square } from '../../../ops/elementwise/unary.js';
import { sum } from '../../../ops/reduce/sum.js';
import { detach } from '../../../ops/view/copy.js';
import { sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { item } from '../../../tensor/transfer.js';
import { checkNumber, type LossOptions, lossOptions, needsOneFloat, reduced, type Settled, warnOfBroadcast } from '../options.js';
import { noteLoss } from '../taken.js';

/** The options of losses that weigh classes. */
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
function checkPair(op: string, input: Tensor, target: Tensor, weight: Tensor | null = null): void {
  warnOfBroadcast(op, input, target);
  if (weight && !sameShape(weight.shape, input.shape))
    throw new ShapeError(`${op}: weight is ${showShape(weight.shape)}, expected the input's shape ${showShape(input.shape)}.`);
}

/** Losses with the weights of their elements: the mean is over the sum of the weights. */
function weightedMean(each: Tensor, { weight, reduction }: Settled<WeightedLossOptions>): Tensor {
  if (!weight) return reduced(each, reduction);
  const weighted = mul(each, weight);
  if (reduction !== 'mean') return reduced(weighted, reduction);
  const total = sum(weight);
  const value = div(sum(weighted), total);
  noteLoss({ value, reduction, divisor: () => item(total) });
  return value;
}

/**
 * (input - target) squared.
 * @param options.weight of each element; the mean is then over the sum of the weights.
 * @returns one number, or with reduction 'none' the shape to which input and target broadcast; a warning says so where the two differ.
 * @throws {ShapeError} for shapes that do not broadcast, and a weight that has not the input's. @throws {DTypeError} for two integer tensors.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
 * @example
 * F.mseLoss(tensor([1, 2]), tensor([1, 4])); // 2
 */
export function mseLoss(input: Tensor, target: Tensor, options: WeightedLossOptions = {}): Tensor {
  const op = 'mseLoss';
  const settled = lossOptions<Settled<WeightedLossOptions>>(op, { reduction: 'mean', weight: null }, [options]);
  needsOneFloat(op, input, target);
  checkPair(op, input, target, settled.weight);
  return named('MseLoss', weightedMean(square(sub(input, target)), settled));
}

/**
 * |input - target|; gradient 0 where they are equal.
 * @param options as for {@link mseLoss}. @returns as {@link mseLoss}.
 * @throws as {@link mseLoss}; for two integer tensors only where their mean is asked for. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
 * @example
 * F.l1Loss(tensor([1, 2]), tensor([1, 4])); // 1
 */
export function l1Loss(input: Tensor, target: Tensor, options: WeightedLossOptions = {}): Tensor {
  const op = 'l1Loss';
  const settled = lossOptions<Settled<WeightedLossOptions>>(op, { reduction: 'mean', weight: null }, [options]);
  if (settled.reduction === 'mean') needsOneFloat(op, input, target);
  checkPair(op, input, target, settled.weight);
  return weightedMean(abs(sub(input, target)), settled);
}

/** The options of {@link SmoothL1Loss}. */
export interface SmoothL1LossOptions extends LossOptions {
  /** The difference up to which the loss is a square. Default: 1; 0 gives {@link l1Loss}. */
  beta?: number;
}

/** @internal The options with their defaults, checked. */
export function smoothL1LossOptions(op: string, given: readonly unknown[]): Settled<SmoothL1LossOptions> {
  const options = lossOptions<Settled<SmoothL1LossOptions>>(op, { reduction: 'mean', beta: 1 }, given);
  checkNumber(op, 'beta', options.beta, 'at least 0', (beta) => beta >= 0);
  return options;
}

/**
 * With d = |input - target|: d^2 / (2 beta) below beta, d - beta / 2 from there on.
 * @returns as {@link mseLoss}. @throws {ArgumentError} for a negative beta. @throws as {@link mseLoss}.
 * @see Girshick 2015, https://arxiv.org/abs/1504.08083; https://pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
 * @example
 * F.smoothL1Loss(tensor([0, 0]), tensor([0.5, 2])); // 0.8125
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  const op = 'smoothL1Loss';
  const { beta, reduction } = smoothL1LossOptions(op, [options]);
  needsOneFloat(op, input, target);
  checkPair(op, input, target);
  const d = sub(input, target);
  if (beta === 0) return named('SmoothL1Loss', reduced(abs(d), reduction));
  return named('SmoothL1Loss', reduced(div(squareThenLine(d, beta), beta), reduction));
}

/** The options of {@link HuberLoss}. */
export interface HuberLossOptions extends LossOptions {
  /** The difference up to which the loss is a square. Default: 1. */
  delta?: number;
}

/** @internal The options with their defaults, checked. */
export function huberLossOptions(op: string, given: readonly unknown[]): Settled<HuberLossOptions & WeightedLossOptions> {
  const options = lossOptions<Settled<HuberLossOptions & WeightedLossOptions>>(op, { reduction: 'mean', delta: 1, weight: null }, given);
  checkNumber(op, 'delta', options.delta, 'a number above 0', (delta) => delta > 0);
  return options;
}

/**
 * With d = |input - target|: d^2 / 2 up to delta, delta (d - delta / 2) above.
 * @param options.weight of each element; unlike that of {@link mseLoss} it does not change what the mean divides by.
 * @returns as {@link mseLoss}. @throws {ArgumentError} unless delta is above 0. @throws as {@link mseLoss}.
 * @see Huber 1964, https://doi.org/10.1214/aoms/1177703732; https://pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 * @example
 * F.huberLoss(tensor([0, 0]), tensor([1, 4]), { delta: 2 }); // 3.25
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberLossOptions & WeightedLossOptions = {}): Tensor {
  const op = 'huberLoss';
  const { delta, weight, reduction } = huberLossOptions(op, [options]);
  needsOneFloat(op, input, target);
  checkPair(op, input, target, weight);
  const each = squareThenLine(sub(input, target), delta);
  return named('HuberLoss', reduced(weight ? mul(each, weight) : each, reduction));
}
