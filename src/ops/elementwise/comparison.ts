import { tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { detach } from '../view/copy.js';
import { binaryOp, type Operand, unary } from './table.js';

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

/** Whether the sign is minus: of -0 too. */
export function signbit(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('signbit', 1, arguments);
  assertTensor('signbit', 'x', x);
  const source = detach(x);
  return isFloating(x.dtype) ? logicalOr(lt(source, 0), logicalAnd(eq(source, 0), lt(binaryOp('div', 1, source), 0))) : lt(source, 0);
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

/** True where x is 0 (or false). */
export function logicalNot(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('logicalNot', 1, arguments);
  return unary('logical_not', x, 0, 0, 'logicalNot');
}

/** True where x is NaN. */
export function isnan(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('isnan', 1, arguments);
  return unary('isnan', x);
}

/** True where x is infinite. */
export function isinf(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('isinf', 1, arguments);
  return unary('isinf', x);
}

/** True where x is neither infinite nor NaN. */
export function isfinite(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('isfinite', 1, arguments);
  return unary('isfinite', x);
}
