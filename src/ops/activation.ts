/** Activation functions beyond those of math.ts. */

import { noGrad } from '../autograd/mode.js';
import { record } from '../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../errors.js';
import { normalizeDim, numel } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, div, ge, gt, le, logicalAnd, logicalOr, lt, mul, sub } from './arithmetic.js';
import { unary, where } from './elementwise.js';
import { abs, clamp, expm1, relu, sigmoid, tanh } from './math.js';
import { narrow, reshape } from './movement.js';

export { relu, sigmoid, tanh } from './math.js';

export interface GeluOptions {
  /** 'none' (default) takes the error function, 'tanh' an approximation. */
  approximate?: 'none' | 'tanh';
}

/**
 * x times the standard normal distribution function of x.
 * @see Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415
 */
export function gelu(x: Tensor, options?: GeluOptions): Tensor {
  const approximate = options?.approximate ?? 'none';
  if (approximate !== 'none' && approximate !== 'tanh')
    throw new ArgumentError(`gelu: approximate is "${approximate as string}", expected 'none' or 'tanh'.`);
  return unary(approximate === 'tanh' ? 'gelu_tanh' : 'gelu', x, 0, 0, 'gelu');
}

/** x * sigmoid(x), also called swish. */
export function silu(x: Tensor): Tensor {
  return unary('silu', x);
}

/**
 * x * tanh(softplus(x)).
 * @see Misra 2019, https://arxiv.org/abs/1908.08681
 */
export function mish(x: Tensor): Tensor {
  return mul(x, tanh(softplus(x)));
}

/**
 * x above 0, alpha * (exp(x) - 1) below. `alpha` defaults to 1.
 * @see Clevert et al. 2015, https://arxiv.org/abs/1511.07289
 */
export function elu(x: Tensor, alpha = 1): Tensor {
  return unary('elu', x, alpha, 1);
}

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/**
 * 1.0507 * elu(x, 1.6733): keeps mean 0 and variance 1 from layer to layer.
 * @see Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
 */
export function selu(x: Tensor): Tensor {
  return unary('elu', x, SELU_ALPHA, SELU_SCALE, 'selu');
}

/**
 * max(x, 0) + min(0, alpha * (exp(x / alpha) - 1)): an elu with slope 1 at 0 for every `alpha` (default 1).
 * @throws {ArgumentError} for alpha 0. @see Barron 2017, https://arxiv.org/abs/1704.07483
 */
export function celu(x: Tensor, alpha = 1): Tensor {
  if (alpha === 0) throw new ArgumentError('celu: alpha is 0, expected another number.');
  const below = le(x, 0);
  // Above 0 the exponential is taken of 0, so that it cannot overflow and spoil the gradient.
  return where(below, mul(expm1(div(where(below, x, 0), alpha)), alpha), x);
}

/** x above 0, negativeSlope * x below. `negativeSlope` defaults to 0.01. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  return unary('leaky_relu', x, negativeSlope, 0, 'leakyRelu');
}

/**
 * x above 0, weight * x below, the weight learned.
 * @param x [N, C, ...]. @param weight [1] for all channels, or [C].
 * @throws {ShapeError} for another weight. @see He et al. 2015, https://arxiv.org/abs/1502.01852
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  if (weight.ndim > 1) throw new ShapeError(`prelu: weight is ${showShape(weight.shape)}, expected one dim.`);
  const count = numel(weight.shape);
  const channels = x.ndim > 1 ? x.shape[1]! : 1;
  if (count !== 1 && count !== channels) {
    throw new ShapeError(
      `prelu: weight has ${count} values, the input ${showShape(x.shape)} has ${channels} channel${channels === 1 ? '' : 's'}. Give one value, or one per channel.`,
    );
  }
  const slope = count === 1 ? reshape(weight, []) : reshape(weight, [count, ...x.shape.slice(2).map(() => 1)]);
  return add(relu(x), mul(slope, where(gt(x, 0), 0, x)));
}

/** x limited to [0, 6]; gradient 0 on the bounds. */
export function relu6(x: Tensor): Tensor {
  return limited('relu6', x, 0, 6);
}

/** x limited to [minVal, maxVal] (default [-1, 1]); gradient 0 on the bounds. @throws {ArgumentError} when minVal is above maxVal. */
export function hardtanh(x: Tensor, minVal = -1, maxVal = 1): Tensor {
  if (!(minVal <= maxVal)) throw new ArgumentError(`hardtanh: minVal ${minVal} is above maxVal ${maxVal}.`);
  return limited('hardtanh', x, minVal, maxVal);
}

function limited(name: string, x: Tensor, min: number, max: number): Tensor {
  return record(
    name,
    noGrad(() => clamp(x, min, max)),
    [x],
    [x],
    (g, [x]) => [where(logicalOr(le(x!, min), ge(x!, max)), 0, g)],
  );
}

/**
 * x * relu6(x + 3) / 6; gradient 0 at -3 and 1 at 3.
 * @see Howard et al. 2019, https://arxiv.org/abs/1905.02244
 */
export function hardswish(x: Tensor): Tensor {
  const out = noGrad(() => div(mul(x, clamp(add(x, 3), 0, 6)), 6));
  // dx = 0 up to -3, dy from 3 on, dy (x / 3 + 1 / 2) between
  return record('hardswish', out, [x], [x], (g, [x]) => [where(le(x!, -3), 0, where(lt(x!, 3), mul(g, add(div(x!, 3), 0.5)), g))]);
}

/** relu6(x + 3) / 6; gradient 0 at -3 and 3. */
export function hardsigmoid(x: Tensor): Tensor {
  const out = noGrad(() => div(clamp(add(x, 3), 0, 6), 6));
  return record('hardsigmoid', out, [x], [x], (g, [x]) => [where(logicalAnd(gt(x!, -3), lt(x!, 3)), div(g, 6), 0)]);
}

/** log(1 + exp(beta * x)) / beta, a smooth relu; x itself where beta * x is above `threshold`. Defaults 1 and 20. */
export function softplus(x: Tensor, beta = 1, threshold = 20): Tensor {
  return unary('softplus', x, beta, threshold);
}

/** x / (1 + |x|). */
export function softsign(x: Tensor): Tensor {
  return div(x, add(abs(x), 1));
}

/** log(sigmoid(x)), exact for large negative x. */
export function logsigmoid(x: Tensor): Tensor {
  return unary('logsigmoid', x);
}

/** x - tanh(x). */
export function tanhshrink(x: Tensor): Tensor {
  return sub(x, tanh(x));
}

/**
 * The first half of `x` along `dim` (default: the last), times the sigmoid of the second.
 * @throws {ShapeError} when the size is odd. @see Dauphin et al. 2016, https://arxiv.org/abs/1612.08083
 */
export function glu(x: Tensor, dim = -1): Tensor {
  if (x.ndim === 0) throw new ShapeError('glu: a 0-dim tensor has no dim to halve.');
  const d = normalizeDim(dim, x.ndim, 'glu');
  const size = x.shape[d]!;
  if (size % 2 !== 0) throw new ShapeError(`glu: dim ${d} has size ${size}, expected an even size to halve (x ${showShape(x.shape)}).`);
  return mul(narrow(x, d, 0, size / 2), sigmoid(narrow(x, d, size / 2, size / 2)));
}

/** x above `limit`, else `value`. PyTorch's threshold. */
export function threshold(x: Tensor, limit: number, value: number): Tensor {
  // Asked the other way round, so that NaN stays NaN.
  return where(le(x, limit), value, x);
}
