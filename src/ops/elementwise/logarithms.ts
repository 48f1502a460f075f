/** Powers and logarithms of two operands. */

import { noGrad } from '../../autograd/modes/mode.js';
import { named, record } from '../../autograd/node.js';
import { DTypeError } from '../../errors.js';
import { type Arguments, readOne, tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor, finiteNumber } from '../../tensor/arguments/checks.js';
import { resultStrides } from '../../tensor/layout.js';
import { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { detach, filled, laidAs, to } from '../view/copy.js';
import { add, asFloats, div, floats, maximum, mul, needsFloats, pow, sub } from './binary.js';
import { clamp } from './clamp.js';
import { eq, isinf, le, logicalAnd, logicalOr } from './comparison.js';
import { type Operand, where } from './table.js';
import { abs, exp, floor, log, log1p, neg } from './unary.js';

/** x * log(y), 0 where x is 0 (and y is no NaN). Integers become floats. */
export function xlogy(x: Operand, y: Operand): Tensor {
  if (arguments.length > 2) tooMany('xlogy', 2, arguments);
  const [a, b] = asFloats(x, y) as [Operand, Operand];
  if (!(b instanceof Tensor)) {
    const factor = Math.log(Number(b));
    return Number.isFinite(factor) ? mul(a, factor) : where(eq(a, 0), 0, mul(a, factor));
  }
  const plain = detach(b);
  const factor = a instanceof Tensor ? detach(a) : filled([], b.dtype, a);
  const zero = logicalAnd(eq(factor, 0), logicalOr(le(plain, 0), eq(plain, Number.POSITIVE_INFINITY)));
  // Where x is 0 the logarithm would give NaN times 0, also to the gradient.
  const out = mul(a, log(where(zero, 1, b)));
  return named('Xlogy', laidAs(out, resultStrides(out.shape, a instanceof Tensor ? [a, b] : [b])));
}

/** a * 2 ** b, in floats. Of floats and integers it is exact: the power need not fit the dtype. @throws {DTypeError} for floats and bools. */
export function ldexp(a: Tensor, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('ldexp', 2, arguments);
  assertTensor('ldexp', 'a', a);
  if (!(b instanceof Tensor)) return mul(asFloats(a)[0]!, 2 ** Number(b));
  if (isFloating(b.dtype) || !isFloating(a.dtype)) return mul(a, pow(2, floats(b)));
  if (b.dtype === 'bool') throw new DTypeError("ldexp: the exponents are bool, expected integers or floats. Use b.to('int32').");
  const exponent = to(clamp(to(b, 'int32'), -2046, 2046), 'float64');
  const half = floor(mul(exponent, 0.5));
  const scaled = mul(mul(to(a, 'float64'), pow(2, half)), pow(2, sub(exponent, half)));
  return named('Ldexp', to(scaled, a.dtype));
}

/** a ** b in float64. */
export function floatPower(a: Tensor, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('floatPower', 2, arguments);
  assertTensor('floatPower', 'a', a);
  return pow(to(a, 'float64'), b instanceof Tensor ? to(b, 'float64') : b);
}

/** log(exp(a) + exp(b)), without overflow. @throws {DTypeError} for integers. @see https://pytorch.org/docs/stable/generated/torch.logaddexp.html */
export function logaddexp(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('logaddexp', 2, arguments);
  return logAdded('logaddexp', a, b, (distance) => log1p(exp(distance)), exp);
}

/** log2(2^a + 2^b), without overflow. @throws {DTypeError} for integers. */
export function logaddexp2(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('logaddexp2', 2, arguments);
  return logAdded(
    'logaddexp2',
    a,
    b,
    (distance) => mul(log1p(pow(2, distance)), Math.LOG2E),
    (x) => pow(2, x),
  );
}

/** The larger of both, and what the smaller adds to it. Each gradient is g / (1 + power(other - own)). */
function logAdded(op: string, first: Tensor, second: Tensor, more: (distance: Tensor) => Tensor, power: (x: Tensor) => Tensor): Tensor {
  assertTensor(op, 'a', first);
  assertTensor(op, 'b', second);
  needsFloats(op, first, second);
  const [a, b] = asFloats(first, second) as [Tensor, Tensor];
  const out = noGrad(() => {
    const equal = logicalAnd(eq(a, b), isinf(a));
    const larger = maximum(a, b);
    const distance = neg(abs(sub(where(equal, 0, a), where(equal, 0, b))));
    return where(equal, larger, add(larger, more(distance)));
  });
  const share = (g: Tensor, own: Tensor, other: Tensor) => div(g, add(power(sub(other, own)), 1));
  return record(op, out, {
    inputs: { a, b },
    saved: { a, b },
    composed: (dy, { a, b }, needs) => ({ a: needs.a ? share(dy, a, b) : null, b: needs.b ? share(dy, b, a) : null }),
  });
}

/** The options of {@link logit}. */
export interface LogitOptions {
  /** Limits x to [eps, 1 - eps]. Default: null, which does not. */
  eps?: number | null;
}

/**
 * log(x / (1 - x)), the inverse of sigmoid. Integers become float32.
 * @param given eps, which limits x to [eps, 1 - eps]; null (default) does not. @see https://pytorch.org/docs/stable/generated/torch.logit.html
 */
export function logit(x: Tensor, ...given: Arguments<LogitOptions, [eps: 'eps']>): Tensor {
  const eps = readOne<number | null>('logit', x, 'eps', null, given);
  if (eps !== null) finiteNumber('logit', 'eps', eps);
  const source = floats(x);
  const limited = eps === null ? source : clamp(source, eps, 1 - eps);
  return named('Logit', log(div(limited, sub(1, limited))));
}
