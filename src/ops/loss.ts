/** Losses that compare two tensors element by element, as compositions. Those with class labels stand in cross-entropy.ts. */
import { noGrad } from '../autograd/mode.js';
import { record } from '../autograd/node.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../errors.js';
import { isFloating, promote } from '../tensor/dtype.js';
import { sameShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { item } from '../tensor/transfer.js';
import { add, div, ge, le, logicalAnd, lt, mul, sub } from './arithmetic.js';
import { checkReduction, type Reduction } from './cross-entropy.js';
import { unary, where } from './elementwise.js';
import { abs, clamp, log, log1p, neg, square } from './math.js';
import { mean, reduceRaw, sum } from './reduce.js';
import { warnOnce } from './warn.js';
import { needsFloat } from './window.js';

export type { CrossEntropyOptions, NllLossOptions, Reduction } from './cross-entropy.js';
export { crossEntropy, nllLoss } from './cross-entropy.js';

export interface LossOptions {
  /** Default: 'mean'. */
  reduction?: Reduction;
}

function reduced(loss: Tensor, reduction: Reduction = 'mean'): Tensor {
  return reduction === 'none' ? loss : reduction === 'sum' ? sum(loss) : mean(loss);
}

/** Warns, as PyTorch does, where shapes that differ would broadcast: [8, 1] against [8] makes [8, 8] and a wrong loss. */
function checkPair(op: string, input: Tensor, target: Tensor, options: LossOptions): void {
  checkReduction(options.reduction ?? 'mean', op);
  if (!sameShape(input.shape, target.shape)) {
    warnOnce(
      `${op}: input ${showShape(input.shape)} and target ${showShape(target.shape)} have different shapes and are broadcast, which is seldom meant. Give both one shape.`,
    );
  }
  if (!isFloating(input.dtype) && !isFloating(target.dtype)) {
    throw new DTypeError(`${op}: input is ${input.dtype} and target ${target.dtype}, expected a floating dtype. Use input.to('float32').`);
  }
}

/** (input - target) squared. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkPair('mseLoss', input, target, options);
  return reduced(square(sub(input, target)), options.reduction);
}

/** |input - target|; gradient 0 where they are equal. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html */
export function l1Loss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkPair('l1Loss', input, target, options);
  return reduced(abs(sub(input, target)), options.reduction);
}

export interface SmoothL1LossOptions extends LossOptions {
  /** The difference up to which the loss is a square. Default: 1; 0 gives {@link l1Loss}. */
  beta?: number;
}

/**
 * With d = |input - target|: d^2 / (2 beta) below beta, d - beta / 2 from there on.
 * @throws {ArgumentError} for a negative beta. @see Girshick 2015, https://arxiv.org/abs/1504.08083
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  const { beta = 1 } = options;
  if (!(beta >= 0)) throw new ArgumentError(`smoothL1Loss: beta is ${beta}, expected at least 0.`);
  checkPair('smoothL1Loss', input, target, options);
  const d = abs(sub(input, target));
  return reduced(beta === 0 ? d : where(lt(d, beta), mul(square(d), 0.5 / beta), sub(d, 0.5 * beta)), options.reduction);
}

export interface HuberLossOptions extends LossOptions {
  /** The difference up to which the loss is a square. Default: 1. */
  delta?: number;
}

/**
 * With d = |input - target|: d^2 / 2 up to delta, delta (d - delta / 2) above.
 * @throws {ArgumentError} unless delta is above 0. @see https://pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  const { delta = 1 } = options;
  if (!(delta > 0)) throw new ArgumentError(`huberLoss: delta is ${delta}, expected a number above 0.`);
  checkPair('huberLoss', input, target, options);
  const d = abs(sub(input, target));
  return reduced(where(le(d, delta), mul(square(d), 0.5), mul(sub(d, 0.5 * delta), delta)), options.reduction);
}

export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Multiplies each element's loss; broadcasts to the input. */
  weight?: Tensor | null;
}

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** How much positive examples count; broadcasts to the input. */
  posWeight?: Tensor | null;
}

function checkBinary(op: string, input: Tensor, target: Tensor, options: LossOptions): void {
  checkReduction(options.reduction ?? 'mean', op);
  needsFloat(input, op);
  if (!sameShape(input.shape, target.shape)) {
    const column =
      input.ndim === target.ndim + 1 && input.shape[input.ndim - 1] === 1 ? ` Drop the input's last dim: input.squeeze(-1).` : '';
    throw new ShapeError(`${op}: target is ${showShape(target.shape)}, expected the input's shape ${showShape(input.shape)}.${column}`);
  }
  if (!isFloating(target.dtype))
    throw new DTypeError(`${op}: target is ${target.dtype}, expected probabilities. Use target.to('${input.dtype}').`);
  if (target.dtype !== input.dtype) {
    throw new DTypeError(
      `${op}: input is ${input.dtype} and target ${target.dtype}, expected one dtype. Convert one with to('${promote(input.dtype, target.dtype)}').`,
    );
  }
}

/**
 * -(target log(input) + (1 - target) log(1 - input)), the logarithms no lower than -100.
 * @param input probabilities from 0 to 1, after a sigmoid. @param target the same shape and dtype.
 * @throws {ArgumentError} for an input outside 0 to 1. @throws {ShapeError} for two shapes. @throws {DTypeError} for two dtypes, or integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options: BinaryCrossEntropyOptions = {}): Tensor {
  checkBinary('binaryCrossEntropy', input, target, options);
  const out = noGrad(() => {
    const inside = reduceRaw(
      'all',
      logicalAnd(ge(input, 0), le(input, 1)),
      input.shape.map((_, d) => d),
      'bool',
      'binaryCrossEntropy',
    );
    if (item(inside) === 0)
      throw new ArgumentError(
        'binaryCrossEntropy: input has values outside 0 to 1, or NaN. Apply sigmoid first, or use binaryCrossEntropyWithLogits.',
      );
    return sub(mul(sub(target, 1), notLow(log1p(neg(input)))), mul(target, notLow(log(input))));
  });
  // dx = dy (x - t) / (x (1 - x)), finite at 0 and 1;  dt = dy (log(1 - x) - log(x))
  const loss = record('binaryCrossEntropy', out, [input, target], [input, target], (g, [x, t], needs) => [
    needs(0) ? div(mul(g, sub(x!, t!)), clamp(mul(x!, sub(1, x!)), { min: SMALLEST })) : null,
    needs(1) ? mul(g, sub(notLow(log1p(neg(x!))), notLow(log(x!)))) : null,
  ]);
  return reduced(options.weight ? mul(loss, options.weight) : loss, options.reduction);
}

/** What x (1 - x) is at least in the gradient: PyTorch's constant, a float32. */
const SMALLEST = Math.fround(1e-12);

const notLow = (x: Tensor): Tensor => clamp(x, { min: -100 });

/**
 * {@link binaryCrossEntropy} of sigmoid(input), exact for large inputs.
 * @param input scores before the sigmoid. @param target probabilities, the same shape and dtype.
 * @throws {ShapeError} for two shapes. @throws {DTypeError} for two dtypes, or integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
 */
export function binaryCrossEntropyWithLogits(input: Tensor, target: Tensor, options: BinaryCrossEntropyWithLogitsOptions = {}): Tensor {
  checkBinary('binaryCrossEntropyWithLogits', input, target, options);
  const { weight, posWeight } = options;
  // (1 - t) x - (1 + (w - 1) t) log sigmoid(x)
  const log = unary('logsigmoid', input);
  const positive = posWeight ? mul(log, add(mul(sub(posWeight, 1), target), 1)) : log;
  const loss = sub(mul(sub(1, target), input), positive);
  return reduced(weight ? mul(loss, weight) : loss, options.reduction);
}
