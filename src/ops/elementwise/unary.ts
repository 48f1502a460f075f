/** Elementwise functions of one operand. Their gradients stand in table.ts. */

import { noGrad } from '../../autograd/modes/mode.js';
import { named, record } from '../../autograd/node.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { castRaw } from '../../tensor/raw.js';
import type { Tensor } from '../../tensor/tensor.js';
import { clone, detach } from '../view/copy.js';
import { div, floats, mul, needsFloats, sub } from './binary.js';
import { eq } from './comparison.js';
import { unary, where } from './table.js';

/** -x. */
export function neg(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('neg', 1, arguments);
  return unary('neg', x);
}
/** The absolute value; gradient 0 at 0. */
export function abs(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('abs', 1, arguments);
  return unary('abs', x);
}
/** -1, 0 or 1; gradient 0. */
export function sign(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('sign', 1, arguments);
  assertTensor('sign', 'x', x);
  return x.dtype === 'bool' ? clone(x) : unary('sign', x);
}
/** x * x. */
export function square(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('square', 1, arguments);
  assertTensor('square', 'x', x);
  return unary('square', x.dtype === 'bool' ? castRaw(x, 'int64', 'square') : x);
}
/** max(x, 0); gradient 0 at 0. */
export const relu = (x: Tensor): Tensor => unary('relu', x);
/** The largest whole number that is not larger; gradient 0. */
export function floor(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('floor', 1, arguments);
  return unary('floor', x);
}
/** The smallest whole number that is not smaller; gradient 0. */
export function ceil(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('ceil', 1, arguments);
  return unary('ceil', x);
}
/** The nearest whole number, halves to even; gradient 0. */
export function round(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('round', 1, arguments);
  return unary('round', x);
}
/** Rounds toward zero; gradient 0. */
export function trunc(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('trunc', 1, arguments);
  return unary('trunc', x);
}
/** e to the x. */
export function exp(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('exp', 1, arguments);
  return unary('exp', x);
}
/** 2 to the x. */
export function exp2(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('exp2', 1, arguments);
  return unary('exp2', x);
}
/** exp(x) - 1, exact near 0. */
export function expm1(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('expm1', 1, arguments);
  return unary('expm1', x);
}
/** The natural logarithm. */
export function log(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('log', 1, arguments);
  return unary('log', x);
}
/** The logarithm to base 2. */
export function log2(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('log2', 1, arguments);
  return unary('log2', x);
}
/** The logarithm to base 10. */
export function log10(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('log10', 1, arguments);
  return unary('log10', x);
}
/** log(1 + x), exact near 0. */
export function log1p(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('log1p', 1, arguments);
  return unary('log1p', x);
}
/** The square root. */
export function sqrt(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('sqrt', 1, arguments);
  return unary('sqrt', x);
}
/** 1 / sqrt(x). */
export function rsqrt(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('rsqrt', 1, arguments);
  return unary('rsqrt', x);
}
/** 1 / x. */
export function reciprocal(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('reciprocal', 1, arguments);
  return unary('reciprocal', x);
}
/** The sine of x in radians. */
export function sin(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('sin', 1, arguments);
  return unary('sin', x);
}
/** The cosine of x in radians. */
export function cos(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('cos', 1, arguments);
  return unary('cos', x);
}
/** The tangent of x in radians. */
export function tan(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('tan', 1, arguments);
  return unary('tan', x);
}
/** The arc sine. */
export function asin(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('asin', 1, arguments);
  return unary('asin', x);
}
/** The arc cosine. */
export function acos(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('acos', 1, arguments);
  return unary('acos', x);
}
/** The arc tangent. */
export function atan(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('atan', 1, arguments);
  return unary('atan', x);
}
/** The hyperbolic sine. */
export function sinh(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('sinh', 1, arguments);
  return unary('sinh', x);
}
/** The hyperbolic cosine. */
export function cosh(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('cosh', 1, arguments);
  return unary('cosh', x);
}
/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('tanh', 1, arguments);
  return unary('tanh', x);
}
/** The inverse hyperbolic sine. */
export function asinh(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('asinh', 1, arguments);
  return unary('asinh', x);
}
/** The inverse hyperbolic cosine. */
export function acosh(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('acosh', 1, arguments);
  return unary('acosh', x);
}
/** The inverse hyperbolic tangent. */
export function atanh(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('atanh', 1, arguments);
  return unary('atanh', x);
}
/** The error function. */
export function erf(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('erf', 1, arguments);
  return unary('erf', x);
}
/** The inverse of the error function. */
export function erfinv(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('erfinv', 1, arguments);
  return unary('erfinv', x);
}
/** 1 / (1 + exp(-x)). */
export function sigmoid(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('sigmoid', 1, arguments);
  return unary('sigmoid', x);
}

/**
 * sin(pi x) / (pi x), 1 at 0.
 * Gradient: (pi x cos(pi x) - sin(pi x)) / (pi x²), 0 at 0.
 */
export function sinc(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('sinc', 1, arguments);
  assertTensor('sinc', 'x', x);
  const source = floats(x);
  const out = noGrad(() => {
    const scaled = mul(source, Math.PI);
    return where(eq(scaled, 0), 1, div(sin(scaled), scaled));
  });
  return record('sinc', out, {
    inputs: { x: source },
    saved: { x: source },
    composed: (dy, { x }) => {
      const scaled = mul(x, Math.PI);
      const divisor = mul(mul(x, x), Math.PI);
      const zero = eq(detach(divisor), 0);
      const slope = div(sub(mul(scaled, cos(scaled)), sin(scaled)), where(zero, 1, divisor));
      return { x: mul(dy, where(zero, 0, slope)) };
    },
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

/** -1, 0 or 1: {@link sign} under the name that also serves complex numbers in PyTorch. */
export function sgn(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('sgn', 1, arguments);
  return named('Sgn', sign(x));
}
