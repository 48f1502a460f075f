/** Elementwise functions made of others: torch's smaller ones, with broadcasting. Gradients come from the parts. */

import { noGrad } from '../../autograd/mode.js';
import { named, record } from '../../autograd/node.js';
import { ArgumentError, DTypeError } from '../../errors.js';
import { readOne, readOptions, tooMany } from '../../tensor/arguments.js';
import { assertTensor, assertTensors, finiteNumber } from '../../tensor/checks.js';
import { isFloating } from '../../tensor/dtype.js';
import { resultStrides } from '../../tensor/layout.js';
import { isScalar, resultDType, type Scalar, storedScalar } from '../../tensor/scalar.js';
import { show } from '../../tensor/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { clone, detach, filled, laidAs, to } from '../view/copy.js';
import { add, div, eq, gt, le, logicalAnd, logicalOr, lt, maximum, mul, pow, sub } from './binary.js';
import { clamp } from './clamp.js';
import { binaryOp, type Operand, where } from './table.js';
import { abs, cos, exp, floor, isinf, isnan, log, log1p, neg, sign, sin, trunc } from './unary.js';

/** How much of a product or quotient is added. */
export interface ValueOption {
  /** Default: 1. */
  value?: Scalar;
}

/** input + value * tensor1 * tensor2. @see https://pytorch.org/docs/stable/generated/torch.addcmul.html */
export function addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, options?: ValueOption): Tensor {
  assertTensor('addcmul', 'input', input);
  assertTensor('addcmul', 'tensor1', tensor1);
  assertTensor('addcmul', 'tensor2', tensor2);
  const { value } = readOptions('addcmul', { value: 1 }, options);
  const dtype = resultDType(input, tensor1, tensor2);
  const factor = storedScalar('addcmul', value, dtype);
  const [x, a, b] = [input, tensor1, tensor2].map((t) => to(t, dtype)) as [Tensor, Tensor, Tensor];
  return named('Addcmul', add(x, mul(factor === 1 ? a : mul(a, factor), b)));
}

/**
 * input + value * tensor1 / tensor2.
 * @throws {DTypeError} for two integers: convert one. @see https://pytorch.org/docs/stable/generated/torch.addcdiv.html
 */
export function addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, options?: ValueOption): Tensor {
  assertTensor('addcdiv', 'input', input);
  assertTensor('addcdiv', 'tensor1', tensor1);
  assertTensor('addcdiv', 'tensor2', tensor2);
  const { value } = readOptions('addcdiv', { value: 1 }, options);
  if (!isFloating(tensor1.dtype) && !isFloating(tensor2.dtype))
    throw new DTypeError(`addcdiv: ${tensor1.dtype} / ${tensor2.dtype} divides integers. Convert one with to('float32').`);
  const [x, a, b] = asFloats(input, tensor1, tensor2) as [Tensor, Tensor, Tensor];
  return named('Addcdiv', add(x, div(value === 1 ? a : mul(a, value), b)));
}

/**
 * start + weight * (end - start), from the nearer end.
 * @param weight a number or a tensor.
 * @throws {DTypeError} for two dtypes, or for integers. @see https://pytorch.org/docs/stable/generated/torch.lerp.html
 */
export function lerp(start: Tensor, end: Tensor, weight: Operand): Tensor {
  if (arguments.length > 3) tooMany('lerp', 3, arguments);
  assertTensor('lerp', 'start', start);
  assertTensor('lerp', 'end', end);
  if (start.dtype !== end.dtype || !isFloating(start.dtype))
    throw new DTypeError(`lerp: start is ${start.dtype} and end ${end.dtype}, expected one floating dtype. Convert with to('float32').`);
  if (!isScalar(weight)) assertTensor('lerp', 'weight', weight);
  const back = sub(start, end); // the first operand decides how the result lies in memory
  if (isScalar(weight)) {
    const share = Number(weight);
    return named('Lerp', Math.abs(share) < 0.5 ? sub(start, mul(back, share)) : add(mul(back, 1 - share), end));
  }
  const near = lt(abs(detach(weight)), 0.5);
  return named(
    isScalar(weight) ? 'Lerp' : 'LerpBackward1',
    where(near, sub(start, mul(back, weight)), add(mul(back, sub(1, weight)), end)),
  );
}

/** sqrt(a² + b²), without overflow. @throws {DTypeError} for integers. */
export function hypot(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('hypot', 2, arguments);
  needsFloats('hypot', a, b);
  return binaryOp('hypot', a, b);
}

/** The size of `a` with the sign of `b`; -0 counts as negative. Integers become floats. Gradient: to a, with its sign turned as the value's was. */
export function copysign(a: Tensor, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('copysign', 2, arguments);
  const [x, y] = asFloats(a, b) as [Tensor, Operand];
  const size = noGrad(() => abs(x));
  const signed = (y: Tensor) => mul(size, to(where(signbit(y), -1, 1), size.dtype));
  const out = y instanceof Tensor ? noGrad(() => signed(y)) : Number(y) < 0 || Object.is(y, -0) ? neg(size) : size;
  const inputs = y instanceof Tensor ? [x, y] : [x];
  const laid = laidAs(out, resultStrides(out.shape, inputs));
  return record('copysign', laid, inputs, [x, out], (g, [x, out], needs) =>
    inputs.map((_, i) => (!needs(i) ? null : i === 0 ? where(eq(x!, 0), 0, mul(g, div(out!, x!))) : mul(g, 0))),
  );
}

/** The tensors among the operands as the floating dtype to which all promote: so no step in between depends on which has dims. */
export function asFloats(...operands: readonly Operand[]): Operand[] {
  const dtype = resultDType(...operands);
  return operands.map((x) => (x instanceof Tensor ? to(x, isFloating(dtype) ? dtype : 'float32') : x));
}

function needsFloats(op: string, ...operands: readonly Operand[]): void {
  const dtype = resultDType(...operands);
  if (!isFloating(dtype)) throw new DTypeError(`${op}: the operands are ${dtype}, expected a floating dtype. Use x.to('float32').`);
}

/** Whether the sign is minus: of -0 too. */
export function signbit(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('signbit', 1, arguments);
  assertTensor('signbit', 'x', x);
  const source = detach(x);
  return isFloating(x.dtype) ? logicalOr(lt(source, 0), logicalAnd(eq(source, 0), lt(div(1, source), 0))) : lt(source, 0);
}

/** 0 below 0, `values` at 0, 1 above; without gradient. @throws {DTypeError} for two dtypes. */
export function heaviside(x: Tensor, values: Tensor): Tensor {
  if (arguments.length > 2) tooMany('heaviside', 2, arguments);
  assertTensor('heaviside', 'x', x);
  assertTensor('heaviside', 'values', values);
  if (x.dtype !== values.dtype)
    throw new DTypeError(
      `heaviside: input is ${x.dtype} and values ${values.dtype}, expected one dtype. Convert one with to('${x.dtype}').`,
    );
  const source = detach(x);
  return where(eq(source, 0), detach(values), to(gt(source, 0), x.dtype));
}

/**
 * log(x / (1 - x)), the inverse of sigmoid. Integers become float32.
 * @param eps limits x to [eps, 1 - eps]; null (default) does not. @see https://pytorch.org/docs/stable/generated/torch.logit.html
 */
export function logit(x: Tensor, ...given: [eps?: number | null] | [options: { eps?: number | null }]): Tensor {
  const eps = readOne<number | null>('logit', x, 'eps', null, given);
  if (eps !== null) finiteNumber('logit', 'eps', eps);
  const source = isFloating(x.dtype) ? x : to(x, 'float32');
  const limited = eps === null ? source : clamp(source, eps, 1 - eps);
  return named('Logit', log(div(limited, sub(1, limited))));
}

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

/**
 * sin(pi x) / (pi x), 1 at 0.
 * Gradient: (pi x cos(pi x) - sin(pi x)) / (pi x²), 0 at 0.
 */
export function sinc(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('sinc', 1, arguments);
  assertTensor('sinc', 'x', x);
  const source = isFloating(x.dtype) ? x : to(x, 'float32');
  const out = noGrad(() => {
    const scaled = mul(source, Math.PI);
    return where(eq(scaled, 0), 1, div(sin(scaled), scaled));
  });
  return record('sinc', out, [source], [source], (g, [a]) => {
    const scaled = mul(a!, Math.PI);
    const divisor = mul(mul(a!, a!), Math.PI);
    const zero = eq(detach(divisor), 0);
    const slope = div(sub(mul(scaled, cos(scaled)), sin(scaled)), where(zero, 1, divisor));
    return [mul(g, where(zero, 0, slope))];
  });
}

/** Degrees as radians. */
export function deg2rad(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('deg2rad', 1, arguments);
  return named('Deg2Rad', mul(x, Math.PI / 180));
}
/** Radians as degrees. */
export function rad2deg(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('rad2deg', 1, arguments);
  return named('Rad2Deg', mul(x, 180 / Math.PI));
}
/** x - trunc(x). */
export function frac(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('frac', 1, arguments);
  needsFloats('frac', x);
  return named('Frac', sub(x, trunc(x)));
}
/** A copy of +x. */
export function positive(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('positive', 1, arguments);
  assertTensor('positive', 'x', x);
  return clone(x);
}
/** a * 2 ** b, in floats. Of floats and integers it is exact: the power need not fit the dtype. @throws {DTypeError} for floats and bools. */
export function ldexp(a: Tensor, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('ldexp', 2, arguments);
  assertTensor('ldexp', 'a', a);
  if (!(b instanceof Tensor)) return mul(asFloats(a)[0]!, 2 ** Number(b));
  if (isFloating(b.dtype) || !isFloating(a.dtype)) return mul(a, pow(2, isFloating(b.dtype) ? b : to(b, 'float32')));
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
/** True where x is +Infinity. */
export function isposinf(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('isposinf', 1, arguments);
  assertTensor('isposinf', 'x', x);
  return eq(detach(x), Number.POSITIVE_INFINITY);
}
/** True where x is -Infinity. */
export function isneginf(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('isneginf', 1, arguments);
  assertTensor('isneginf', 'x', x);
  return eq(detach(x), Number.NEGATIVE_INFINITY);
}
/** -1, 0 or 1: {@link sign} under the name that also serves complex numbers in PyTorch. */
export function sgn(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('sgn', 1, arguments);
  return named('Sgn', sign(x));
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
  return record(op, out, [a, b], [a, b], (g, [x, y], needs) => [needs(0) ? share(g, x!, y!) : null, needs(1) ? share(g, y!, x!) : null]);
}

/** The larger of each pair; the other where one is NaN. Gradient: half to each where they are equal. */
export function fmax(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('fmax', 2, arguments);
  return numberOf('fmax', a, b, gt);
}
/** The smaller of each pair; the other where one is NaN. Gradient: half to each where they are equal. */
export function fmin(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) tooMany('fmin', 2, arguments);
  return numberOf('fmin', a, b, lt);
}

/** Whichever wins, or is a number where the other is NaN. */
function numberOf(op: string, a: Tensor, b: Tensor, wins: typeof gt): Tensor {
  assertTensors(op, { a, b });
  const takes = (x: Tensor, y: Tensor) => logicalOr(wins(x, y), isnan(y));
  const out = noGrad(() => where(logicalOr(takes(a, b), eq(a, b)), a, b));
  return record(op, out, [a, b], [a, b], (g, [x, y], needs) => {
    const first = where(eq(x!, y!), 0.5, to(takes(x!, y!), g.dtype));
    return [needs(0) ? mul(g, first) : null, needs(1) ? mul(g, sub(1, first)) : null];
  });
}

const LARGEST = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE } as const;

/**
 * NaN and the infinities replaced. Gradient: 1 elsewhere, 0 there.
 * @param nan default 0. @param posinf default: the largest number of the dtype. @param neginf default: its negative.
 * @throws {ArgumentError} for replacements that are no numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nan_to_num.html
 */
export function nanToNum(
  x: Tensor,
  nan: number | { nan?: number; posinf?: number; neginf?: number } = 0,
  posinf?: number,
  neginf?: number,
): Tensor {
  assertTensor('nanToNum', 'x', x);
  if (!isFloating(x.dtype)) return clone(x);
  const given =
    typeof nan === 'number'
      ? { nan, posinf, neginf }
      : (readOptions('nanToNum', { nan: undefined, posinf: undefined, neginf: undefined }, nan) as {
          nan?: number;
          posinf?: number;
          neginf?: number;
        });
  const largest = LARGEST[x.dtype as 'float32'];
  const values = { nan: given.nan ?? 0, posinf: given.posinf ?? largest, neginf: given.neginf ?? -largest };
  for (const [name, value] of Object.entries(values))
    if (typeof value !== 'number') throw new ArgumentError(`nanToNum: ${name} is ${show(value)}, expected a number.`);
  return named('NanToNum', where(isnan(x), values.nan, where(isposinf(x), values.posinf, where(isneginf(x), values.neginf, x))));
}
