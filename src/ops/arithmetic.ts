/** Elementwise functions of two operands, with broadcasting and type promotion. Their gradients stand in elementwise.ts. */
import { noGrad } from '../autograd/mode.js';
import { record } from '../autograd/node.js';
import { ArgumentError } from '../errors.js';
import { isFloating } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { binaryOp, type Operand, unary } from './elementwise.js';

/** a + alpha * b. `alpha` defaults to 1. */
export function add(a: Operand, b: Operand, options?: { alpha?: number }): Tensor {
  const alpha = options?.alpha ?? 1;
  return alpha === 1 ? binaryOp('add', a, b) : addScaled(a, b, alpha, 'add');
}

/** a - alpha * b. `alpha` defaults to 1. */
export function sub(a: Operand, b: Operand, options?: { alpha?: number }): Tensor {
  const alpha = options?.alpha ?? 1;
  return alpha === 1 ? binaryOp('sub', a, b) : addScaled(a, b, -alpha, 'sub');
}

function addScaled(a: Operand, b: Operand, alpha: number, name: string): Tensor {
  if (typeof b === 'number') return binaryOp('add', a, b * alpha, 0, 0, name);
  return alpha === 0 ? binaryOp('add', a, mul(b, alpha), 0, 0, name) : binaryOp('add_scaled', a, b, alpha, 0, name);
}

/** a * b. */
export const mul = (a: Operand, b: Operand): Tensor => binaryOp('mul', a, b);

/** How {@link div} rounds: toward zero, down, or (undefined) not at all. */
export interface DivOptions {
  roundingMode?: 'trunc' | 'floor';
}

/** a / b: true division, integers become float32. With `roundingMode`, the quotient is rounded and integers stay integers. */
export function div(a: Operand, b: Operand, options?: DivOptions): Tensor {
  if (options?.roundingMode === 'floor') return binaryOp('floor_divide', a, b, 0, 0, 'div');
  if (options?.roundingMode === 'trunc') {
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
export const pow = (a: Operand, b: Operand): Tensor => {
  if (typeof b === 'number' && Number.isInteger(b) && b < 0 && a instanceof Tensor && !isFloating(a.dtype)) {
    throw new ArgumentError(`pow: integers to the power of ${b} are no integers. Use x.to('float32').pow(${b}).`);
  }
  if (b === 2 && a instanceof Tensor && a.dtype !== 'bool') return unary('square', a, 0, 0, 'pow');
  return binaryOp('pow', a, b);
};
/** The larger of each pair; NaN wins. Gradient: to the winner, half to each where they are equal. */
export const maximum = (a: Operand, b: Operand): Tensor => binaryOp('maximum', a, b);
/** The smaller of each pair; NaN wins. Gradient: to the winner, half to each where they are equal. */
export const minimum = (a: Operand, b: Operand): Tensor => binaryOp('minimum', a, b);
/** floor(a / b). */
export const floorDivide = (a: Operand, b: Operand): Tensor => binaryOp('floor_divide', a, b, 0, 0, 'floorDivide');
/** a - b * floor(a / b): the sign of b, as Python's %. */
export const remainder = (a: Operand, b: Operand): Tensor => binaryOp('remainder', a, b);
/** a - b * trunc(a / b): the sign of a, as JavaScript's %. */
export const fmod = (a: Operand, b: Operand): Tensor => binaryOp('fmod', a, b);
/** The angle of the point (b, a). */
export const atan2 = (a: Operand, b: Operand): Tensor => binaryOp('atan2', a, b);
/** a == b, as bool. */
export const eq = (a: Operand, b: Operand): Tensor => binaryOp('eq', a, b);
/** a != b, as bool. */
export const ne = (a: Operand, b: Operand): Tensor => binaryOp('ne', a, b);
/** a < b, as bool. */
export const lt = (a: Operand, b: Operand): Tensor => binaryOp('lt', a, b);
/** a <= b, as bool. */
export const le = (a: Operand, b: Operand): Tensor => binaryOp('le', a, b);
/** a > b, as bool. */
export const gt = (a: Operand, b: Operand): Tensor => binaryOp('gt', a, b);
/** a >= b, as bool. */
export const ge = (a: Operand, b: Operand): Tensor => binaryOp('ge', a, b);
/** Both are nonzero. */
export const logicalAnd = (a: Operand, b: Operand): Tensor => binaryOp('logical_and', a, b, 0, 0, 'logicalAnd');
/** Either is nonzero. */
export const logicalOr = (a: Operand, b: Operand): Tensor => binaryOp('logical_or', a, b, 0, 0, 'logicalOr');
/** Exactly one is nonzero. */
export const logicalXor = (a: Operand, b: Operand): Tensor => binaryOp('logical_xor', a, b, 0, 0, 'logicalXor');
