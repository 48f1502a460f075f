/**
 * In-place forms of operations that have no kernel of their own for it: `x.lerp_(end, 0.5)` is `x.lerp(end, 0.5)` written over x, its
 * history included. What is written in place keeps its dtype and shape; a result that does not fit is an error.
 */
import { isGradEnabled } from '../../autograd/modes/mode.js';
import { DTypeError } from '../../errors.js';
import { Tensor } from '../../tensor/tensor.js';
import * as arithmetic from '../elementwise/binary.js';
import * as bitwise from '../elementwise/bitwise.js';
import * as clamp from '../elementwise/clamp.js';
import * as comparison from '../elementwise/comparison.js';
import { inPlace } from '../elementwise/inplace.js';
import * as logarithms from '../elementwise/logarithms.js';
import * as math from '../elementwise/unary.js';
import * as triangle from '../join/triangle.js';
import { renorm } from '../products/distances.js';
import * as linear from '../products/products.js';
import * as scan from '../reduce/scan.js';
import * as special from '../special/special.js';
import { clone } from '../view/copy.js';

const forms = {
  floorDivide: arithmetic.floorDivide,
  remainder: arithmetic.remainder,
  fmod: arithmetic.fmod,
  atan2: arithmetic.atan2,
  eq: comparison.eq,
  ne: comparison.ne,
  lt: comparison.lt,
  le: comparison.le,
  gt: comparison.gt,
  ge: comparison.ge,
  logicalAnd: comparison.logicalAnd,
  logicalOr: comparison.logicalOr,
  logicalXor: comparison.logicalXor,
  logicalNot: comparison.logicalNot,
  bitwiseAnd: bitwise.bitwiseAnd,
  bitwiseOr: bitwise.bitwiseOr,
  bitwiseXor: bitwise.bitwiseXor,
  bitwiseNot: bitwise.bitwiseNot,
  bitwiseLeftShift: bitwise.bitwiseLeftShift,
  bitwiseRightShift: bitwise.bitwiseRightShift,
  gcd: bitwise.gcd,
  lcm: bitwise.lcm,
  addcmul: arithmetic.addcmul,
  addcdiv: arithmetic.addcdiv,
  lerp: arithmetic.lerp,
  copysign: arithmetic.copysign,
  deg2rad: math.deg2rad,
  rad2deg: math.rad2deg,
  frac: math.frac,
  heaviside: arithmetic.heaviside,
  hypot: arithmetic.hypot,
  ldexp: logarithms.ldexp,
  logit: logarithms.logit,
  nanToNum: clamp.nanToNum,
  sgn: math.sgn,
  sinc: math.sinc,
  xlogy: logarithms.xlogy,
  floatPower: logarithms.floatPower,
  tril: triangle.tril,
  triu: triangle.triu,
  cumsum: scan.cumsum,
  cumprod: scan.cumprod,
  renorm,
  addmm: linear.addmm,
  addmv: linear.addmv,
  addr: linear.addr,
  addbmm: linear.addbmm,
  baddbmm: linear.baddbmm,
  digamma: special.digamma,
  erfc: special.erfc,
  i0: special.i0,
  lgamma: special.lgamma,
  mvlgamma: special.mvlgamma,
} as const;

type InPlaceMethod<F> = F extends (x: infer X, ...args: infer Args) => Tensor
  ? Tensor extends X
    ? (...args: Args) => Tensor
    : never
  : never;

/** Each is described at the function of the same name without the underscore. */
export type InPlaceForms = { [Name in keyof typeof forms as `${Name}_`]: InPlaceMethod<(typeof forms)[Name]> };

type Form = (x: Tensor, ...args: unknown[]) => Tensor;

/** The methods, which expect their tensor as `this`. */
export const inPlaceForms = Object.fromEntries(
  (Object.entries(forms) as unknown as [string, Form][]).map(([name, apply]) => [
    `${name}_`,
    function (this: Tensor, ...args: unknown[]): Tensor {
      const inputs = args.filter((arg): arg is Tensor => arg instanceof Tensor);
      return inPlace(`${name}_`, this, inputs, () => {
        // Steps on the way may need what x held for their gradients: they get it from a copy.
        const recorded = isGradEnabled() && [this, ...inputs].some((input) => input.requiresGrad);
        const result = apply(recorded ? clone(this) : this, ...args);
        // The only one whose dtype says how it counts: storing it in float32 would be another function.
        if (name === 'floatPower' && this.dtype !== result.dtype)
          throw new DTypeError(
            `floatPower_: x is ${this.dtype}, but the power is computed in ${result.dtype}. Use x.double() first, or pow_.`,
          );
        return result;
      });
    },
  ]),
) as unknown as InPlaceForms;
