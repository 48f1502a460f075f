/**
 * Numbers on their way into tensors. A JavaScript number, bigint or boolean becomes an element in one of two ways, as in PyTorch: values that
 * are stored (`tensor`, `full`, `fill_`, `where`, …) must fit the dtype; operands of arithmetic wrap around as the integers themselves do.
 */
import { check, kernels } from '../../engine/engine.js';
import { ArgumentError, DTypeError } from '../../errors.js';
import { emptyTensor, Tensor } from '../tensor.js';
import { type DType, dtypes, isFloating, type PromotionOperand, resultTypeOf } from './dtype.js';
import { writeTyped } from './transfer.js';

/** A number that stands for a tensor of one element. Whole numbers count as int64, fractions as float32, booleans as bool. */
export type Scalar = number | bigint | boolean;

/** The dtypes of whole numbers, with what each holds. The lowest of uint8 is PyTorch's: negative numbers count modulo 256. */
const RANGES = {
  uint8: [-255, 255],
  int32: [-2147483648, 2147483647],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

/** The dtype that a number has by itself. */
function scalarDType(value: Scalar): DType {
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'bigint' || Number.isInteger(value) ? 'int64' : 'float32';
}

/** What a tensor or a number is to promotion. */
function promotionOperand(x: Tensor | Scalar): PromotionOperand {
  if (x instanceof Tensor) return { dtype: x.dtype, dimensioned: x.shape.length > 0 };
  return { dtype: scalarDType(x), dimensioned: false, number: true };
}

/** PyTorch's result type of tensors and numbers: those with dims decide, then 0-dim tensors, then numbers. */
export function resultDType(...operands: readonly (Tensor | Scalar)[]): DType {
  return resultTypeOf(operands.map(promotionOperand));
}

const misfit = (op: string, value: Scalar, dtype: DType, advice: string) =>
  new DTypeError(`${op}: ${String(value)} does not fit into ${dtype}${holds(dtype)}. ${advice}`);

function holds(dtype: DType): string {
  if (dtype !== 'uint8' && dtype !== 'int32' && dtype !== 'int64') return '';
  return dtype === 'uint8' ? ', which holds 0 to 255' : `, which holds ${RANGES[dtype].join(' to ')}`;
}

/**
 * A number as an element of `dtype`, for values that are stored: fractions are cut off for integers, anything but 0 is true. A bigint comes
 * back where a double would lose digits.
 * @throws {DTypeError} for what the dtype cannot hold: too large, NaN or infinite for integers. @throws {ArgumentError} for anything but a number.
 */
export function storedScalar(op: string, value: Scalar, dtype: DType): number | bigint {
  if (typeof value === 'number') {
    if (dtype === 'float64') return value;
    if (dtype === 'float32') {
      if (Number.isFinite(value) && Math.abs(value) > 3.4028234663852886e38) throw misfit(op, value, dtype, "Use dtype 'float64'.");
      return value;
    }
    if (dtype === 'bool') return value === 0 ? 0 : 1;
    const [low, high] = RANGES[dtype];
    // 2^63 - 1 as a double is 2^63, which is one too many.
    const fits = dtype === 'int64' ? value >= -(2 ** 63) && value < 2 ** 63 : value >= Number(low) && value < Number(high) + 1;
    if (!fits || (dtype === 'uint8' && value < 0 && !Number.isInteger(value))) {
      const finite = Number.isFinite(value);
      throw misfit(op, value, dtype, finite && dtype !== 'int64' ? 'Use a wider dtype.' : "Use a floating dtype, such as 'float32'.");
    }
    const whole = Math.trunc(value);
    return dtype === 'uint8' ? whole & 255 : dtype === 'int64' && !Number.isSafeInteger(whole) ? BigInt(whole) : whole + 0;
  }
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'bigint') throw new ArgumentError(`${op}: ${String(value)} is not a number.`);
  if (isFloating(dtype)) return Number(value);
  if (dtype === 'bool') return value === 0n ? 0 : 1;
  const [low, high] = RANGES[dtype as keyof typeof RANGES];
  if (value < low || value > high) throw misfit(op, value, dtype, dtype === 'int64' ? "Use dtype 'float64'." : 'Use a wider dtype.');
  return exact(BigInt.asIntN(64, dtype === 'uint8' ? BigInt.asUintN(8, value) : value));
}

/**
 * A number as an operand of arithmetic in `dtype`: whole numbers wrap around in the integer dtypes, as PyTorch's do.
 * @throws {DTypeError} for whole numbers that no 64-bit integer holds, beside integers.
 */
export function wrappedScalar(op: string, value: Scalar, dtype: DType): number | bigint {
  if (typeof value === 'number') {
    if (isFloating(dtype)) return value;
    if (dtype === 'bool') return value === 0 ? 0 : 1;
    if (!(value >= -(2 ** 63) && value < 2 ** 64))
      throw new DTypeError(
        `${op}: ${value} does not fit into a 64-bit integer, and the other operand is ${dtype}. Convert that with to('float32').`,
      );
    // ToInt32 counts modulo 2^32, whatever the size.
    if (dtype === 'int32') return value | 0;
    if (dtype === 'uint8') return value & 255;
    return Number.isSafeInteger(value) ? value + 0 : exact(BigInt.asIntN(64, BigInt(Math.trunc(value))));
  }
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isFloating(dtype)) return Number(value);
  if (value < -(2n ** 63n) || value >= 2n ** 64n) throw new DTypeError(`${op}: ${value}n does not fit into a 64-bit integer. Use floats.`);
  if (dtype === 'bool') return value === 0n ? 0 : 1;
  return exact(dtype === 'uint8' ? BigInt.asUintN(8, value) : BigInt.asIntN(dtype === 'int32' ? 32 : 64, value));
}

/**
 * A number as the lowest (or the highest) element that is allowed in `dtype`: one beyond the dtype's own limits counts as that limit.
 * @throws {DTypeError} for one that leaves no element, as PyTorch does.
 */
export function limitedScalar(op: string, lowest: boolean, value: Scalar, dtype: DType): number | bigint {
  if (isFloating(dtype) || dtype === 'bool') return Number(value);
  const [low, high] = dtype === 'uint8' ? [0, 255] : RANGES[dtype as 'int32'];
  const whole = typeof value === 'bigint' ? value : Math.trunc(Number(value));
  if (lowest ? whole > high : whole < low) throw misfit(op, value, dtype, `No ${dtype} is ${lowest ? 'above' : 'below'} it.`);
  if (whole < low) return exact(BigInt(low));
  return whole > high ? exact(BigInt(high)) : exact(BigInt(whole));
}

/** As a number where that loses nothing. */
function exact(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** A 0-dim tensor of an element that {@link storedScalar} or {@link wrappedScalar} made. */
export function scalarTensor(value: number | bigint, dtype: DType): Tensor {
  const out = emptyTensor([], dtype);
  if (typeof value === 'bigint') writeTyped(out, BigInt64Array.of(value));
  else check(kernels.fill(dtypes[dtype].code, out.ptr, 1, value), 'tensor');
  return out;
}
