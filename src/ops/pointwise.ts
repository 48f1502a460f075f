/** Elementwise functions made of others: torch's smaller ones, with broadcasting. Gradients come from the parts. */
import { ArgumentError } from '../errors.js';
import { show } from '../tensor/arguments.js';
import { isFloating } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { add, div, eq, ge, gt, le, logicalAnd, logicalOr, lt, maximum, mul, pow, sub } from './arithmetic.js';
import { clone, detach, to } from './copy.js';
import { type Operand, where } from './elementwise.js';
import { abs, clamp, exp, isinf, isnan, log, log1p, log2, neg, sign, sin, sqrt, square, trunc } from './math.js';

/** How much of a product or quotient is added. */
export interface ValueOption {
  /** Default: 1. */
  value?: number;
}

/** input + value * tensor1 * tensor2. @see https://pytorch.org/docs/stable/generated/torch.addcmul.html */
export function addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, { value = 1 }: ValueOption = {}): Tensor {
  return add(input, mul(mul(tensor1, value), tensor2));
}

/** input + value * tensor1 / tensor2. @see https://pytorch.org/docs/stable/generated/torch.addcdiv.html */
export function addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, { value = 1 }: ValueOption = {}): Tensor {
  return add(input, div(mul(tensor1, value), tensor2));
}

/**
 * start + weight * (end - start), from the nearer end.
 * @param weight a number or a tensor. @see https://pytorch.org/docs/stable/generated/torch.lerp.html
 */
export function lerp(start: Tensor, end: Tensor, weight: Operand): Tensor {
  const difference = sub(end, start);
  if (typeof weight === 'number')
    return Math.abs(weight) < 0.5 ? add(start, mul(difference, weight)) : sub(end, mul(difference, 1 - weight));
  const near = lt(abs(detach(weight)), 0.5);
  return where(near, add(start, mul(difference, weight)), sub(end, mul(difference, sub(1, weight))));
}

/** Values below `min` become `min`. Gradient: 1 above it. */
export const clampMin = (x: Tensor, min: number): Tensor => clamp(x, { min });
/** Values above `max` become `max`. Gradient: 1 below it. */
export const clampMax = (x: Tensor, max: number): Tensor => clamp(x, { max });

/** sqrt(a² + b²), without overflow. */
export function hypot(a: Tensor, b: Tensor): Tensor {
  const [x, y] = [abs(a), abs(b)];
  const larger = maximum(detach(x), detach(y));
  const scale = where(logicalOr(eq(larger, 0), isinf(larger)), 1, larger);
  return mul(sqrt(add(square(div(x, scale)), square(div(y, scale)))), scale);
}

/** The size of `a` with the sign of `b`; -0 counts as negative. Gradient: to a, with its sign turned as the value's was. */
export function copysign(a: Tensor, b: Operand): Tensor {
  const negative = b instanceof Tensor ? signbit(b) : null;
  const turned = negative ?? (b as number) < 0;
  const size = isFloating(a.dtype) ? a : to(a, 'float32');
  const flip = turned instanceof Tensor ? where(turned, -1, 1) : turned || Object.is(b, -0) ? -1 : 1;
  return mul(mul(size, where(signbit(size), -1, 1)), flip);
}

/** Whether the sign is minus: of -0 too. */
export function signbit(x: Tensor): Tensor {
  const source = detach(x);
  return isFloating(x.dtype) ? logicalOr(lt(source, 0), logicalAnd(eq(source, 0), lt(div(1, source), 0))) : lt(source, 0);
}

/** 0 below 0, `values` at 0, 1 above; without gradient. */
export function heaviside(x: Tensor, values: Tensor): Tensor {
  const source = detach(x);
  return where(eq(source, 0), detach(values), to(gt(source, 0), x.dtype));
}

/**
 * log(x / (1 - x)), the inverse of sigmoid.
 * @param eps limits x to [eps, 1 - eps]; null (default) does not. @see https://pytorch.org/docs/stable/generated/torch.logit.html
 */
export function logit(x: Tensor, eps: number | null = null): Tensor {
  const limited = eps === null ? x : clamp(x, eps, 1 - eps);
  return log(div(limited, sub(1, limited)));
}

/** x * log(y), 0 where x is 0 (and y is no NaN). */
export function xlogy(x: Operand, y: Operand): Tensor {
  const second = y instanceof Tensor ? y : null;
  if (second === null) {
    const factor = Math.log(y as number);
    return Number.isFinite(factor) ? mul(x, factor) : where(eq(x, 0), 0, mul(x, factor));
  }
  const plain = detach(second);
  const zero = logicalAnd(eq(x instanceof Tensor ? detach(x) : x, 0), logicalOr(le(plain, 0), eq(plain, Number.POSITIVE_INFINITY)));
  // Where x is 0 the logarithm would give NaN times 0, also to the gradient.
  return where(zero, mul(x, log(where(zero, 1, second))), mul(x, log(where(zero, 1, second))));
}

/** sin(pi x) / (pi x), 1 at 0. */
export function sinc(x: Tensor): Tensor {
  const source = mul(isFloating(x.dtype) ? x : to(x, 'float32'), Math.PI);
  const zero = eq(detach(source), 0);
  const safe = where(zero, 1, source);
  return where(zero, add(mul(source, 0), 1), div(sin(safe), safe));
}

/** Degrees as radians. */
export const deg2rad = (x: Tensor): Tensor => mul(x, Math.PI / 180);
/** Radians as degrees. */
export const rad2deg = (x: Tensor): Tensor => mul(x, 180 / Math.PI);
/** x - trunc(x). */
export const frac = (x: Tensor): Tensor => sub(x, trunc(x));
/** A copy of +x. */
export const positive = (x: Tensor): Tensor => clone(x);
/** a * 2 ** b. */
export const ldexp = (a: Tensor, b: Operand): Tensor => mul(a, pow(2, b));
/** a ** b in float64. */
export const floatPower = (a: Tensor, b: Operand): Tensor => pow(to(a, 'float64'), b instanceof Tensor ? to(b, 'float64') : b);
/** True where x is +Infinity. */
export const isposinf = (x: Tensor): Tensor => eq(detach(x), Number.POSITIVE_INFINITY);
/** True where x is -Infinity. */
export const isneginf = (x: Tensor): Tensor => eq(detach(x), Number.NEGATIVE_INFINITY);
/** -1, 0 or 1: {@link sign} under the name that also serves complex numbers in PyTorch. */
export const sgn = (x: Tensor): Tensor => sign(x);

/** log(exp(a) + exp(b)), without overflow. @see https://pytorch.org/docs/stable/generated/torch.logaddexp.html */
export function logaddexp(a: Tensor, b: Tensor): Tensor {
  const equal = logicalAnd(eq(detach(a), detach(b)), isinf(detach(a)));
  const larger = maximum(a, b);
  const distance = neg(abs(sub(where(equal, 0, a), where(equal, 0, b))));
  return where(equal, larger, add(larger, log1p(exp(distance))));
}

/** log2(2^a + 2^b), without overflow. */
export function logaddexp2(a: Tensor, b: Tensor): Tensor {
  const equal = logicalAnd(eq(detach(a), detach(b)), isinf(detach(a)));
  const larger = maximum(a, b);
  const distance = neg(abs(sub(where(equal, 0, a), where(equal, 0, b))));
  return where(equal, larger, add(larger, log2(add(pow(2, distance), 1))));
}

/** The larger of each pair; the other where one is NaN. */
export function fmax(a: Tensor, b: Tensor): Tensor {
  return where(logicalOr(ge(a, b), isnan(b)), a, b);
}

/** The smaller of each pair; the other where one is NaN. */
export function fmin(a: Tensor, b: Tensor): Tensor {
  return where(logicalOr(le(a, b), isnan(b)), a, b);
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
  if (!isFloating(x.dtype)) return clone(x);
  const given = typeof nan === 'number' ? { nan, posinf, neginf } : nan;
  const largest = LARGEST[x.dtype as 'float32'];
  const values = { nan: given.nan ?? 0, posinf: given.posinf ?? largest, neginf: given.neginf ?? -largest };
  for (const [name, value] of Object.entries(values))
    if (typeof value !== 'number') throw new ArgumentError(`nanToNum: ${name} is ${show(value)}, expected a number.`);
  return where(isnan(x), values.nan, where(isposinf(x), values.posinf, where(isneginf(x), values.neginf, x)));
}
