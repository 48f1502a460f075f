/** Bits and divisors of whole numbers: int64, int32 and uint8; and, or, xor and not of bools too. No gradients. */
import type { BinaryOpName } from '../../engine/kernel-table.gen.js';
import { DTypeError } from '../../errors.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { logicalNot } from './comparison.js';
import { binaryOp, type Operand } from './table.js';

/** Applies a kernel to operands that must be whole numbers; and to bools where `bools` says so. */
function ofIntegers(kernel: BinaryOpName, name: string, a: Operand, b: Operand, bools: boolean): Tensor {
  const dtypes = [a, b].map((x) => {
    if (typeof x === 'number' && !Number.isInteger(x)) throw new DTypeError(`${name}: got the number ${x}, expected a whole one.`);
    if (!(x instanceof Tensor)) return null;
    if (isFloating(x.dtype))
      throw new DTypeError(`${name}: got ${show(x)} of ${x.dtype}, expected whole numbers. Convert with x.long() or x.int().`);
    return x.dtype;
  });
  // A bool beside a whole number counts as one, as in every operation; alone it has no bits to shift and no divisors.
  if (!bools && dtypes.every((dtype) => dtype === 'bool')) throw new DTypeError(`${name}: got bools, expected whole numbers. Use x.int().`);
  return binaryOp(kernel, a, b, 0, 0, name);
}

/**
 * The bits that both have; of bools, and.
 * @throws {DTypeError} for floating dtypes. @see https://pytorch.org/docs/stable/generated/torch.bitwise_and.html
 * @example
 * bitwiseAnd(tensor([6, 5], { dtype: 'int32' }), 3); // [2, 1]
 */
export function bitwiseAnd(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('bitwiseAnd', 2, arguments);
  return ofIntegers('bitwise_and', 'bitwiseAnd', a, b, true);
}
/** The bits that either has; of bools, or. @throws {DTypeError} for floating dtypes. */
export function bitwiseOr(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('bitwiseOr', 2, arguments);
  return ofIntegers('bitwise_or', 'bitwiseOr', a, b, true);
}
/** The bits that exactly one has; of bools, xor. @throws {DTypeError} for floating dtypes. */
export function bitwiseXor(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('bitwiseXor', 2, arguments);
  return ofIntegers('bitwise_xor', 'bitwiseXor', a, b, true);
}

/** The bits that x has not, -1 - x; of bools, not. @throws {DTypeError} for floating dtypes. */
export function bitwiseNot(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('bitwiseNot', 1, arguments);
  assertTensor('bitwiseNot', 'x', x);
  return x.dtype === 'bool' ? logicalNot(x) : ofIntegers('bitwise_xor', 'bitwiseNot', x, -1, false);
}

/**
 * `a * 2^b`, without the bits that leave at the top; 0 where b is negative, or as large as the number of bits.
 * @throws {DTypeError} for floating dtypes and bools. @see https://pytorch.org/docs/stable/generated/torch.bitwise_left_shift.html
 */
export function bitwiseLeftShift(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('bitwiseLeftShift', 2, arguments);
  return ofIntegers('bitwise_left_shift', 'bitwiseLeftShift', a, b, false);
}
/** `floor(a / 2^b)`, which keeps the sign; only the sign is left (0 or -1) where b is negative, or too large. @throws {DTypeError} for floating dtypes and bools. */
export function bitwiseRightShift(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('bitwiseRightShift', 2, arguments);
  return ofIntegers('bitwise_right_shift', 'bitwiseRightShift', a, b, false);
}
/** The greatest common divisor, at least 0; gcd(0, 0) is 0. @throws {DTypeError} for floating dtypes and bools. */
export function gcd(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('gcd', 2, arguments);
  return ofIntegers('gcd', 'gcd', a, b, false);
}
/** The least common multiple, at least 0; 0 where either is 0. @throws {DTypeError} for floating dtypes and bools. */
export function lcm(a: Operand, b: Operand): Tensor {
  if (arguments.length > 2) tooMany('lcm', 2, arguments);
  return ofIntegers('lcm', 'lcm', a, b, false);
}
