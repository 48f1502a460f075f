/** Elementwise functions of one operand. Their gradients stand in elementwise.ts. */
import { assertTensor } from '../tensor/arguments.js';
import type { Tensor } from '../tensor/tensor.js';
import { clone } from './copy.js';
import { unary } from './elementwise.js';
import { castRaw } from './kernel-call.js';

/** -x. */
export const neg = (x: Tensor): Tensor => unary('neg', x);
/** The absolute value; gradient 0 at 0. */
export const abs = (x: Tensor): Tensor => unary('abs', x);
/** -1, 0 or 1; gradient 0. */
export const sign = (x: Tensor): Tensor => {
  assertTensor('sign', 'x', x);
  return x.dtype === 'bool' ? clone(x) : unary('sign', x);
};
/** x * x. */
export const square = (x: Tensor): Tensor => {
  assertTensor('square', 'x', x);
  return unary('square', x.dtype === 'bool' ? castRaw(x, 'int64', 'square') : x);
};
/** max(x, 0); gradient 0 at 0. */
export const relu = (x: Tensor): Tensor => unary('relu', x);
/** The largest whole number that is not larger; gradient 0. */
export const floor = (x: Tensor): Tensor => unary('floor', x);
/** The smallest whole number that is not smaller; gradient 0. */
export const ceil = (x: Tensor): Tensor => unary('ceil', x);
/** The nearest whole number, halves to even; gradient 0. */
export const round = (x: Tensor): Tensor => unary('round', x);
/** Rounds toward zero; gradient 0. */
export const trunc = (x: Tensor): Tensor => unary('trunc', x);
/** e to the x. */
export const exp = (x: Tensor): Tensor => unary('exp', x);
/** 2 to the x. */
export const exp2 = (x: Tensor): Tensor => unary('exp2', x);
/** exp(x) - 1, exact near 0. */
export const expm1 = (x: Tensor): Tensor => unary('expm1', x);
/** The natural logarithm. */
export const log = (x: Tensor): Tensor => unary('log', x);
/** The logarithm to base 2. */
export const log2 = (x: Tensor): Tensor => unary('log2', x);
/** The logarithm to base 10. */
export const log10 = (x: Tensor): Tensor => unary('log10', x);
/** log(1 + x), exact near 0. */
export const log1p = (x: Tensor): Tensor => unary('log1p', x);
/** The square root. */
export const sqrt = (x: Tensor): Tensor => unary('sqrt', x);
/** 1 / sqrt(x). */
export const rsqrt = (x: Tensor): Tensor => unary('rsqrt', x);
/** 1 / x. */
export const reciprocal = (x: Tensor): Tensor => unary('reciprocal', x);
/** The sine of x in radians. */
export const sin = (x: Tensor): Tensor => unary('sin', x);
/** The cosine of x in radians. */
export const cos = (x: Tensor): Tensor => unary('cos', x);
/** The tangent of x in radians. */
export const tan = (x: Tensor): Tensor => unary('tan', x);
/** The arc sine. */
export const asin = (x: Tensor): Tensor => unary('asin', x);
/** The arc cosine. */
export const acos = (x: Tensor): Tensor => unary('acos', x);
/** The arc tangent. */
export const atan = (x: Tensor): Tensor => unary('atan', x);
/** The hyperbolic sine. */
export const sinh = (x: Tensor): Tensor => unary('sinh', x);
/** The hyperbolic cosine. */
export const cosh = (x: Tensor): Tensor => unary('cosh', x);
/** The hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => unary('tanh', x);
/** The inverse hyperbolic sine. */
export const asinh = (x: Tensor): Tensor => unary('asinh', x);
/** The inverse hyperbolic cosine. */
export const acosh = (x: Tensor): Tensor => unary('acosh', x);
/** The inverse hyperbolic tangent. */
export const atanh = (x: Tensor): Tensor => unary('atanh', x);
/** The error function. */
export const erf = (x: Tensor): Tensor => unary('erf', x);
/** The inverse of the error function. */
export const erfinv = (x: Tensor): Tensor => unary('erfinv', x);
/** 1 / (1 + exp(-x)). */
export const sigmoid = (x: Tensor): Tensor => unary('sigmoid', x);
/** True where x is 0 (or false). */
export const logicalNot = (x: Tensor): Tensor => unary('logical_not', x, 0, 0, 'logicalNot');
/** True where x is NaN. */
export const isnan = (x: Tensor): Tensor => unary('isnan', x);
/** True where x is infinite. */
export const isinf = (x: Tensor): Tensor => unary('isinf', x);
/** True where x is neither infinite nor NaN. */
export const isfinite = (x: Tensor): Tensor => unary('isfinite', x);
