/**
 * Activation functions. Those that PyTorch can write over their input take `inplace`: in recording, only the result is kept for the
 * gradient where that is enough, else a copy of the input.
 */

import { noGrad } from '../../autograd/mode.js';
import { named, record } from '../../autograd/node.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { add, div, mul, sub } from '../../ops/elementwise/binary.js';
import { clamp } from '../../ops/elementwise/clamp.js';
import { ge, gt, le, logicalAnd, logicalOr, lt } from '../../ops/elementwise/comparison.js';
import { binaryOp, unary, where } from '../../ops/elementwise/table.js';
import { abs, expm1, relu as reluOf, sigmoid, tanh } from '../../ops/elementwise/unary.js';
import { contiguous } from '../../ops/view/copy.js';
import { narrow, reshape } from '../../ops/view/movement.js';
import { readArguments, tooMany } from '../../tensor/arguments.js';
import { assertFloating, assertTensor } from '../../tensor/checks.js';
import { normalizeDim, numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { overwrite } from './overwrite.js';

export { sigmoid, tanh } from '../../ops/elementwise/unary.js';

/** The option of activations that may change their input. */
export interface InPlaceOption {
  /** Writes over the input. Default: false. */
  inplace?: boolean;
}

const IN_PLACE = { inplace: false };

/** Throws for bools, which PyTorch's relu and hardtanh refuse. */
function noBool(op: string, x: Tensor): void {
  assertTensor(op, 'input', x);
  if (x.dtype === 'bool') throw new DTypeError(`${op}: the input is bool, expected numbers. Use x.to('float32').`);
}

/**
 * max(x, 0); gradient 0 at 0. Integers stay integers.
 * @param options.inplace default false.
 * @throws {DTypeError} for bools.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html
 * @example
 * F.relu(tensor([-1, 2])); // tensor([0., 2.])
 */
export function relu(x: Tensor, inplace?: boolean | InPlaceOption): Tensor;
export function relu(x: Tensor, ...given: unknown[]): Tensor {
  const { inplace } = readArguments('relu', IN_PLACE, given);
  noBool('relu', x);
  if (!inplace) return reluOf(x);
  return overwrite('relu_', x, { compute: reluOf, fromResult: (g, y) => binaryOp('relu_grad', g, y), kernel: ['relu'] });
}

/** The options of {@link Gelu}. */
export interface GeluOptions {
  /** 'none' (default) takes the error function, 'tanh' an approximation. */
  approximate?: 'none' | 'tanh';
}

/** @internal Throws for a form of gelu that does not exist. */
export function checkApproximate(op: string, approximate: string): void {
  if (approximate !== 'none' && approximate !== 'tanh')
    throw new ArgumentError(`${op}: approximate is "${approximate}", expected 'none' or 'tanh'.`);
}

/**
 * x times the standard normal distribution function of x.
 * @param options.approximate default 'none': the error function; 'tanh' is an approximation.
 * @throws {ArgumentError} for another form. @throws {DTypeError} for integers.
 * @see Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415
 * @example
 * F.gelu(tensor([0, 1]), 'tanh'); // [0.0, 0.8412]
 */
export function gelu(x: Tensor, options?: GeluOptions | 'none' | 'tanh'): Tensor;
export function gelu(x: Tensor, ...given: unknown[]): Tensor {
  const { approximate } = readArguments('gelu', { approximate: 'none' }, given);
  checkApproximate('gelu', approximate);
  assertFloating('gelu', 'x', x);
  return unary(approximate === 'tanh' ? 'gelu_tanh' : 'gelu', x, 0, 0, 'gelu');
}

/**
 * x * sigmoid(x), also called swish.
 * @param options.inplace default false. @throws {DTypeError} for integers.
 * @see Elfwing et al. 2017, https://arxiv.org/abs/1702.03118
 */
export function silu(x: Tensor, inplace?: boolean | InPlaceOption): Tensor;
export function silu(x: Tensor, ...given: unknown[]): Tensor {
  const { inplace } = readArguments('silu', IN_PLACE, given);
  assertFloating('silu', 'x', x);
  const compute = (x: Tensor) => unary('silu', x);
  return inplace ? overwrite('silu_', x, { compute, kernel: ['silu'] }) : compute(x);
}

/**
 * x * tanh(softplus(x)).
 * @param options.inplace default false. @throws {DTypeError} for integers.
 * @see Misra 2019, https://arxiv.org/abs/1908.08681
 */
export function mish(x: Tensor, inplace?: boolean | InPlaceOption): Tensor;
export function mish(x: Tensor, ...given: unknown[]): Tensor {
  const { inplace } = readArguments('mish', IN_PLACE, given);
  assertFloating('mish', 'x', x);
  const compute = (x: Tensor) => mul(x, tanh(softplus(x)));
  return named('Mish', inplace ? overwrite('mish_', x, { compute }) : compute(x));
}

/** Throws where the gradient would have to be found from a result that does not say on which side of 0 the input was. */
function checkSlope(op: string, option: string, value: number, x: Tensor): void {
  if (value < 0 && x.requiresGrad)
    throw new ArgumentError(`${op}: ${option} is ${value}, and in place the gradient cannot be found for one below 0. Leave out inplace.`);
}

/** The options of {@link Elu}. */
export interface EluOptions extends InPlaceOption {
  /** Minus the limit for large negative x. Default: 1. */
  alpha?: number;
}

const ELU = { alpha: 1, inplace: false };

/** elu with a scale: what elu and selu are. */
function scaledElu(op: string, x: Tensor, alpha: number, scale: number, inplace: boolean): Tensor {
  assertFloating(op, 'x', x);
  const compute = (x: Tensor) => unary('elu', x, alpha, scale, op);
  if (!inplace) return compute(x);
  checkSlope(op, 'alpha', alpha, x);
  // y = alpha scale (exp(x) - 1) up to 0: dx = dy (y + alpha scale). At 0 the second derivative is 0, as PyTorch's.
  const fromResult = (g: Tensor, y: Tensor) =>
    where(lt(y, 0), mul(g, add(y, alpha * scale)), where(le(y, 0), mul(g, alpha * scale), mul(g, scale)));
  return overwrite(`${op}_`, x, { compute, fromResult, kernel: ['elu', alpha, scale] });
}

/**
 * x above 0, alpha * (exp(x) - 1) below.
 * @param alpha default 1. @param options.inplace default false. @throws {DTypeError} for integers.
 * @see Clevert et al. 2015, https://arxiv.org/abs/1511.07289
 * @example
 * F.elu(tensor([-1, 2]), { alpha: 0.5 }); // tensor([-0.3161,  2.0000])
 */
export function elu(x: Tensor, options?: EluOptions): Tensor;
export function elu(x: Tensor, alpha?: number, inplace?: boolean | InPlaceOption): Tensor;
export function elu(x: Tensor, ...given: unknown[]): Tensor {
  const { alpha, inplace } = readArguments('elu', ELU, given);
  return scaledElu('elu', x, alpha, 1, inplace);
}

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/**
 * 1.0507 * elu(x, 1.6733): keeps mean 0 and variance 1 from layer to layer.
 * @param options.inplace default false. @throws {DTypeError} for integers.
 * @see Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
 */
export function selu(x: Tensor, inplace?: boolean | InPlaceOption): Tensor;
export function selu(x: Tensor, ...given: unknown[]): Tensor {
  return scaledElu('selu', x, SELU_ALPHA, SELU_SCALE, readArguments('selu', IN_PLACE, given).inplace);
}

/**
 * max(x, 0) + min(0, alpha * (exp(x / alpha) - 1)): an elu with slope 1 at 0 for every `alpha`.
 * @param alpha default 1. @param options.inplace default false.
 * @throws {ArgumentError} for alpha 0. @throws {DTypeError} for integers.
 * @see Barron 2017, https://arxiv.org/abs/1704.07483
 */
export function celu(x: Tensor, options?: EluOptions): Tensor;
export function celu(x: Tensor, alpha?: number, inplace?: boolean | InPlaceOption): Tensor;
export function celu(x: Tensor, ...given: unknown[]): Tensor {
  const { alpha, inplace } = readArguments('celu', ELU, given);
  if (alpha === 0) throw new ArgumentError('celu: alpha is 0, expected another number.');
  assertFloating('celu', 'x', x);
  const compute = (x: Tensor) => {
    const below = lt(x, 0);
    // From 0 on the exponential is taken of 0, so that it cannot overflow and spoil the gradient.
    return where(below, mul(expm1(div(where(below, x, 0), alpha)), alpha), x);
  };
  if (!inplace) return named('Celu', compute(x));
  checkSlope('celu', 'alpha', alpha, x);
  // y = alpha (exp(x / alpha) - 1) up to 0: dx = dy (y / alpha + 1)
  return named('Celu', overwrite('celu_', x, { compute, fromResult: (g, y) => mul(g, add(where(lt(y, 0), div(y, alpha), 0), 1)) }));
}

/** The options of {@link LeakyRelu}. */
export interface LeakyReluOptions extends InPlaceOption {
  /** The slope below 0. Default: 0.01. */
  negativeSlope?: number;
}

/**
 * x above 0, negativeSlope * x below.
 * @param negativeSlope default 0.01. @param options.inplace default false. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu.html
 * @example
 * F.leakyRelu(tensor([-1, 2]), 0.2); // tensor([-0.2000,  2.0000])
 */
export function leakyRelu(x: Tensor, options?: LeakyReluOptions): Tensor;
export function leakyRelu(x: Tensor, negativeSlope?: number, inplace?: boolean | InPlaceOption): Tensor;
export function leakyRelu(x: Tensor, ...given: unknown[]): Tensor {
  const { negativeSlope, inplace } = readArguments('leakyRelu', { negativeSlope: 0.01, inplace: false }, given);
  return leaky('leakyRelu', x, negativeSlope, inplace);
}

/** @internal */
export function leaky(op: string, x: Tensor, slope: number, inplace: boolean): Tensor {
  assertFloating(op, 'x', x);
  const compute = (x: Tensor) => unary('leaky_relu', x, slope, 0, op);
  if (!inplace) return compute(x);
  checkSlope(op, 'negativeSlope', slope, x);
  const fromResult = (g: Tensor, y: Tensor) => binaryOp('leaky_relu_grad', g, y, slope);
  return overwrite(`${op}_`, x, { compute, fromResult, kernel: ['leaky_relu', slope] });
}

/**
 * x above 0, weight * x below, the weight learned.
 * @param x [N, C, ...]. @param weight [1] for all channels, or [C]; of the dtype of x.
 * @throws {ShapeError} for another weight. @throws {DTypeError} for integers and for different dtypes.
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852
 * @example
 * F.prelu(tensor([-1, 2]), tensor([0.25])); // [-0.25, 2.0]
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  if (arguments.length > 2) tooMany('prelu', 2, arguments);
  assertFloating('prelu', 'x', x);
  assertTensor('prelu', 'weight', weight);
  if (weight.dtype !== x.dtype)
    throw new DTypeError(`prelu: the input is ${x.dtype}, the weight ${weight.dtype}. Convert one: weight.to('${x.dtype}').`);
  if (weight.ndim > 1) throw new ShapeError(`prelu: weight is ${showShape(weight.shape)}, expected one dim.`);
  const count = numel(weight.shape);
  const channels = x.ndim > 1 ? x.shape[1]! : 1;
  if (count !== 1 && count !== channels) {
    throw new ShapeError(
      `prelu: weight has ${count} values, the input ${showShape(x.shape)} has ${channels} channel${channels === 1 ? '' : 's'}. Give one value, or one per channel.`,
    );
  }
  const slope = count === 1 ? reshape(weight, []) : reshape(weight, [count, ...x.shape.slice(2).map(() => 1)]);
  return named('PreluKernel', add(reluOf(x), mul(slope, where(gt(x, 0), 0, x))));
}

/** The options of {@link Hardtanh}. */
export interface HardtanhOptions extends InPlaceOption {
  /** Default: -1. */
  minVal?: number;
  /** Default: 1. */
  maxVal?: number;
}

/**
 * x limited to [0, 6]; gradient 0 on the bounds. Integers stay integers.
 * @param options.inplace default false.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu6.html
 */
export function relu6(x: Tensor, inplace?: boolean | InPlaceOption): Tensor;
export function relu6(x: Tensor, ...given: unknown[]): Tensor {
  return limited('relu6', x, 0, 6, readArguments('relu6', IN_PLACE, given).inplace);
}

/**
 * x limited to [minVal, maxVal]; gradient 0 on the bounds. Integers stay integers.
 * @param minVal default -1. @param maxVal default 1. @param options.inplace default false.
 * @throws {ArgumentError} when minVal is above maxVal. @throws {DTypeError} for bools.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardtanh.html
 * @example
 * F.hardtanh(tensor([-3, 1]), { minVal: -2, maxVal: 2 }); // [-2, 1]
 */
export function hardtanh(x: Tensor, options?: HardtanhOptions): Tensor;
export function hardtanh(x: Tensor, minVal?: number, maxVal?: number, inplace?: boolean | InPlaceOption): Tensor;
export function hardtanh(x: Tensor, minVal?: number, options?: Omit<HardtanhOptions, 'minVal'>): Tensor;
export function hardtanh(x: Tensor, ...given: unknown[]): Tensor {
  const { minVal, maxVal, inplace } = readArguments('hardtanh', { minVal: -1, maxVal: 1, inplace: false }, given);
  if (!(minVal <= maxVal)) throw new ArgumentError(`hardtanh: minVal ${minVal} is above maxVal ${maxVal}.`);
  return limited('hardtanh', x, minVal, maxVal, inplace);
}

function limited(op: string, x: Tensor, min: number, max: number, inplace: boolean): Tensor {
  noBool(op, x);
  const value = (x: Tensor) => noGrad(() => clamp(x, min, max));
  // The result is on a bound exactly where the input was on it or beyond.
  const backward = (g: Tensor, x: Tensor) => where(logicalOr(le(x, min), ge(x, max)), 0, g);
  const compute = (x: Tensor) => record(op, value(x), [x], [x], (g, [x]) => [backward(g, x!)]);
  return inplace ? overwrite(`${op}_`, x, { compute, fromResult: backward, kernel: ['clamp', min, max] }) : compute(x);
}

/**
 * x * relu6(x + 3) / 6; gradient 0 at -3 and 1 at 3.
 * @param options.inplace default false. @throws {DTypeError} for integers.
 * @see Howard et al. 2019, https://arxiv.org/abs/1905.02244
 */
export function hardswish(x: Tensor, inplace?: boolean | InPlaceOption): Tensor;
export function hardswish(x: Tensor, ...given: unknown[]): Tensor {
  const { inplace } = readArguments('hardswish', IN_PLACE, given);
  assertFloating('hardswish', 'x', x);
  const value = (x: Tensor) => noGrad(() => div(mul(x, clamp(add(x, 3), 0, 6)), 6));
  // dx = 0 up to -3, dy from 3 on, dy (x / 3 + 1 / 2) between
  const compute = (x: Tensor) =>
    record('hardswish', value(x), [x], [x], (g, [x]) => [where(le(x!, -3), 0, where(lt(x!, 3), mul(g, add(div(x!, 3), 0.5)), g))]);
  return inplace ? overwrite('hardswish_', x, { compute }) : compute(x);
}

/**
 * relu6(x + 3) / 6; gradient 0 at -3 and 3.
 * @param options.inplace default false.
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardsigmoid.html
 */
export function hardsigmoid(x: Tensor, inplace?: boolean | InPlaceOption): Tensor;
export function hardsigmoid(x: Tensor, ...given: unknown[]): Tensor {
  const { inplace } = readArguments('hardsigmoid', IN_PLACE, given);
  assertFloating('hardsigmoid', 'x', x);
  const value = (x: Tensor) => noGrad(() => div(clamp(add(x, 3), 0, 6), 6));
  const compute = (x: Tensor) =>
    record('hardsigmoid', value(x), [x], [x], (g, [x]) => [where(logicalAnd(gt(x!, -3), lt(x!, 3)), div(g, 6), 0)]);
  return inplace ? overwrite('hardsigmoid_', x, { compute }) : compute(x);
}

/** The options of {@link Softplus}. */
export interface SoftplusOptions {
  /** Default: 1. */
  beta?: number;
  /** Where beta * x is above it, the result is x itself. Default: 20. */
  threshold?: number;
}

/**
 * log(1 + exp(beta * x)) / beta, a smooth relu; x itself where beta * x is above `threshold`.
 * @param beta default 1. @param threshold default 20. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html
 * @example
 * F.softplus(tensor([0, 20])); // [0.6931, 20.0]
 */
export function softplus(x: Tensor, options?: SoftplusOptions): Tensor;
export function softplus(x: Tensor, beta?: number, threshold?: number): Tensor;
export function softplus(x: Tensor, beta?: number, options?: Omit<SoftplusOptions, 'beta'>): Tensor;
export function softplus(x: Tensor, ...given: unknown[]): Tensor {
  const { beta, threshold } = readArguments('softplus', { beta: 1, threshold: 20 }, given);
  assertFloating('softplus', 'x', x);
  return unary('softplus', x, beta, threshold);
}

/** x / (1 + |x|). @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softsign.html */
export function softsign(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('softsign', 1, arguments);
  return div(x, add(abs(x), 1));
}

/**
 * log(sigmoid(x)), exact for large negative x.
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html
 */
export function logsigmoid(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('logsigmoid', 1, arguments);
  assertFloating('logsigmoid', 'x', x);
  return unary('logsigmoid', contiguous(x)); // row-major in PyTorch, whatever x is
}

/** x - tanh(x). @see https://pytorch.org/docs/stable/generated/torch.nn.functional.tanhshrink.html */
export function tanhshrink(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('tanhshrink', 1, arguments);
  return sub(x, tanh(x));
}

/**
 * The first half of `x` along `dim`, times the sigmoid of the second.
 * @param dim default -1.
 * @throws {ShapeError} when the size is odd. @throws {DTypeError} for integers.
 * @see Dauphin et al. 2016, https://arxiv.org/abs/1612.08083
 * @example
 * F.glu(ones([2, 6]), 1).shape; // [2, 3]
 */
export function glu(x: Tensor, dim?: number | { dim?: number }): Tensor;
export function glu(x: Tensor, ...given: unknown[]): Tensor {
  const { dim } = readArguments('glu', { dim: -1 }, given);
  assertFloating('glu', 'x', x);
  if (x.ndim === 0) throw new ShapeError('glu: a 0-dim tensor has no dim to halve.');
  const d = normalizeDim(dim, x.ndim, 'glu');
  const size = x.shape[d]!;
  if (size % 2 !== 0) throw new ShapeError(`glu: dim ${d} has size ${size}, expected an even size to halve (x ${showShape(x.shape)}).`);
  return named('Glu', mul(narrow(x, d, 0, size / 2), sigmoid(narrow(x, d, size / 2, size / 2))));
}
