/** Elementwise functions of two operands, with broadcasting and type promotion. Their gradients stand in elementwise.ts. */
import { noGrad } from '../../autograd/mode.js';
import { record } from '../../autograd/node.js';
import { ArgumentError, DTypeError } from '../../errors.js';
import { readOptions, tooMany } from '../../tensor/arguments.js';
import { type DType, isFloating } from '../../tensor/dtype.js';
import { isScalar, resultDType, type Scalar, scalarTensor, storedScalar, wrappedScalar } from '../../tensor/scalar.js';
import { show } from '../../tensor/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { to } from '../view/copy.js';
import { binaryOp, type Operand, unary } from './table.js';

/** By how much the second operand of {@link add} and {@link sub} counts. */
export interface AlphaOption {
  /** Default: 1. A whole number for integers. */
  alpha?: Scalar;
}

/** a + alpha * b. `alpha` defaults to 1. @throws {DTypeError} for a fraction as the alpha of integers, or one that does not fit. */
export function add(a: Operand, b: Operand, options?: AlphaOption): Tensor {
  const alpha = readAlpha('add', options);
  return alpha === 1 ? binaryOp('add', a, b) : addScaled(a, b, alpha, false, 'add');
}

/** a - alpha * b. `alpha` defaults to 1. @throws {DTypeError} for a fraction as the alpha of integers, or one that does not fit. */
export function sub(a: Operand, b: Operand, options?: AlphaOption): Tensor {
  const alpha = readAlpha('sub', options);
  return alpha === 1 ? binaryOp('sub', a, b) : addScaled(a, b, alpha, true, 'sub');
}

const ALPHA: { alpha: Scalar | null } = { alpha: null };

/** @internal The factor of the second operand. */
export function readAlpha(op: string, options: AlphaOption | undefined): Scalar {
  return options === undefined ? 1 : (readOptions(op, ALPHA, options).alpha ?? 1);
}

function addScaled(a: Operand, b: Operand, alpha: Scalar, minus: boolean, name: string): Tensor {
  const dtype = resultDType(a, b);
  const scale = alphaFor(name, minus && typeof alpha !== 'boolean' ? -alpha : alpha, dtype);
  const second = isScalar(b) ? scalarTensor(wrappedScalar(name, b, dtype), dtype) : b;
  // 0 times infinity is NaN: not to be left out. Kernels take the factor as a double.
  if (scale === 0 || typeof scale === 'bigint') return binaryOp('add', a, to(mul(to(second, dtype), scale), dtype), 0, 0, name);
  return binaryOp('add_scaled', a, second, scale, 0, name);
}

/** The factor `alpha` of operands that promote to `dtype`. */
export function alphaFor(name: string, alpha: Scalar, dtype: DType): number | bigint {
  if (!isFloating(dtype) && typeof alpha === 'number' && !Number.isInteger(alpha))
    throw new DTypeError(
      `${name}: alpha is ${alpha}, but the operands are ${dtype}: expected a whole number. Convert one with to('float32').`,
    );
  if (typeof alpha === 'boolean' && dtype !== 'bool')
    throw new DTypeError(`${name}: alpha is ${alpha}, but the operands are ${dtype}: expected a number.`);
  return storedScalar(name, alpha, dtype);
}

/** a * b. */
export function mul(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('mul', 2, arguments);
  return binaryOp('mul', a, b);
}

/** How {@link div} rounds: toward zero, down, or (undefined) not at all. */
export interface DivOptions {
  roundingMode?: 'trunc' | 'floor';
}

/** a / b: true division, integers become float32. With `roundingMode`, the quotient is rounded and integers stay integers. */
export function div(a: Operand, b: Operand, options?: DivOptions): Tensor {
  if (options === undefined) return binaryOp('div', a, b);
  const { roundingMode } = readOptions('div', { roundingMode: null as DivOptions['roundingMode'] | null }, options);
  if (roundingMode !== null && roundingMode !== 'floor' && roundingMode !== 'trunc')
    throw new ArgumentError(`div: roundingMode is ${show(roundingMode)}, expected 'floor', 'trunc' or null.`);
  if (roundingMode === 'floor') return binaryOp('floor_divide', a, b, 0, 0, 'div');
  if (roundingMode === 'trunc') {
    // a - fmod(a, b) is b times the truncated quotient, exactly, for integers too.
    const whole = sub(a, binaryOp('fmod', a, b, 0, 0, 'div'));
    if (!isFloating(whole.dtype)) return binaryOp('floor_divide', whole, b, 0, 0, 'div');
    const operands = [a, b].filter((x) => x instanceof Tensor);
    // The gradient is 0, also where that of the quotient is infinite.
    return record(
      'div',
      noGrad(() => unary('trunc', binaryOp('div', a, b))),
      operands,
      [],
      (g) => operands.map(() => mul(g, 0)),
    );
  }
  return binaryOp('div', a, b);
}

/** a to the b. @throws {ArgumentError} for integers to the power of a negative whole number: use a floating dtype. */
export function pow(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('pow', 2, arguments);
  if (b === 2 && a instanceof Tensor && a.dtype !== 'bool') return unary('square', a, 0, 0, 'pow');
  return binaryOp('pow', a, b);
}
/** The larger of each pair; NaN wins. Gradient: to the winner, half to each where they are equal. */
export function maximum(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('maximum', 2, arguments);
  return binaryOp('maximum', a, b);
}
/** The smaller of each pair; NaN wins. Gradient: to the winner, half to each where they are equal. */
export function minimum(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('minimum', 2, arguments);
  return binaryOp('minimum', a, b);
}
/** floor(a / b). */
export function floorDivide(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('floorDivide', 2, arguments);
  return binaryOp('floor_divide', a, b, 0, 0, 'floorDivide');
}
/** a - b * floor(a / b): the sign of b, as Python's %. */
export function remainder(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('remainder', 2, arguments);
  return binaryOp('remainder', a, b);
}
/** a - b * trunc(a / b): the sign of a, as JavaScript's %. */
export function fmod(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('fmod', 2, arguments);
  return binaryOp('fmod', a, b);
}
/** The angle of the point (b, a). */
export function atan2(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('atan2', 2, arguments);
  return binaryOp('atan2', a, b);
}
/** a == b, as bool. */
export function eq(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('eq', 2, arguments);
  return binaryOp('eq', a, b);
}
/** a != b, as bool. */
export function ne(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('ne', 2, arguments);
  return binaryOp('ne', a, b);
}
/** a < b, as bool. */
export function lt(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('lt', 2, arguments);
  return binaryOp('lt', a, b);
}
/** a <= b, as bool. */
export function le(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('le', 2, arguments);
  return binaryOp('le', a, b);
}
/** a > b, as bool. */
export function gt(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('gt', 2, arguments);
  return binaryOp('gt', a, b);
}
/** a >= b, as bool. */
export function ge(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('ge', 2, arguments);
  return binaryOp('ge', a, b);
}
/** Both are nonzero. */
export function logicalAnd(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('logicalAnd', 2, arguments);
  return binaryOp('logical_and', a, b, 0, 0, 'logicalAnd');
}
/** Either is nonzero. */
export function logicalOr(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('logicalOr', 2, arguments);
  return binaryOp('logical_or', a, b, 0, 0, 'logicalOr');
}
/** Exactly one is nonzero. */
export function logicalXor(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('logicalXor', 2, arguments);
  return binaryOp('logical_xor', a, b, 0, 0, 'logicalXor');
}
