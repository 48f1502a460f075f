/** Element types: their codes, sizes, typed arrays, and how they promote. */

import { BOOL, F32, F64, I32, I64, U8 } from '../../engine/kernel-table.gen.js';
import { DTypeError } from '../../errors.js';

/** An element type. float32 is the default; labels are int64 or int32. */
export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool';

/** The typed array that holds elements of a dtype outside the engine. */
export interface TypedArrayOf {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

/** The arrays of JavaScript that hold the elements of a tensor. */
export type TypedArray = TypedArrayOf[DType];

interface DTypeInfo {
  readonly code: number;
  readonly bytes: number;
  readonly array: new (length: number) => TypedArray;
  readonly floating: boolean;
  /** PyTorch's categories: a number or a 0-dim tensor changes a result's dtype only when its category is higher. */
  readonly category: 0 | 1 | 2;
  /** Place in the promotion order. */
  readonly rank: number;
}

export const dtypes = {
  bool: { code: BOOL, bytes: 1, array: Uint8Array, floating: false, category: 0, rank: 0 },
  uint8: { code: U8, bytes: 1, array: Uint8Array, floating: false, category: 1, rank: 1 },
  int32: { code: I32, bytes: 4, array: Int32Array, floating: false, category: 1, rank: 2 },
  int64: { code: I64, bytes: 8, array: BigInt64Array, floating: false, category: 1, rank: 3 },
  float32: { code: F32, bytes: 4, array: Float32Array, floating: true, category: 2, rank: 4 },
  float64: { code: F64, bytes: 8, array: Float64Array, floating: true, category: 2, rank: 5 },
} as const satisfies Record<DType, DTypeInfo>;

// float32 is asked for first, here and below: every operation passes through, and a look-up by name takes ten times as long.

export function isFloating(dtype: DType): boolean {
  return dtype === 'float32' || dtypes[dtype].floating;
}

/** The bytes of an element. */
export function elementBytes(dtype: DType): number {
  return dtype === 'float32' ? 4 : dtypes[dtype].bytes;
}

/** The code by which kernels know a dtype. */
export function code(dtype: DType): number {
  return dtype === 'float32' ? F32 : dtypes[dtype].code;
}

/** The dtype of a typed array. */
export function dtypeOfTypedArray(array: ArrayBufferView): DType {
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  if (array instanceof Int32Array) return 'int32';
  if (array instanceof BigInt64Array) return 'int64';
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return 'uint8';
  throw new DTypeError(
    `fromTypedArray: ${array.constructor.name} has no dtype. Use Float32Array, Float64Array, Int32Array, BigInt64Array or Uint8Array.`,
  );
}

/** Throws unless `dtype` names one; for values that come from files and untyped code. */
export function assertDType(dtype: string, op: string): asserts dtype is DType {
  if (!Object.hasOwn(dtypes, dtype)) throw new DTypeError(`${op}: unknown dtype "${dtype}". Dtypes are ${Object.keys(dtypes).join(', ')}.`);
}

/** The dtype that holds both, as PyTorch promotes two tensors of one category rule. */
export function promote(a: DType, b: DType): DType {
  return dtypes[a].rank >= dtypes[b].rank ? a : b;
}

/** An operand of promotion: its dtype, and whether it has dims; a number weighs less than a 0-dim tensor, which weighs less than one with dims. */
export interface PromotionOperand {
  readonly dtype: DType;
  readonly dimensioned: boolean;
  /** Whether it is a number of the program, no tensor. Default: false. */
  readonly number?: boolean;
}

/**
 * PyTorch's result type of operands: the types of each weight promote among themselves, then a lighter one counts only if its category is
 * higher. https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
 */
export function resultTypeOf(operands: readonly PromotionOperand[]): DType {
  const byWeight: (DType | undefined)[] = [];
  for (const { dtype, dimensioned, number } of operands) {
    const weight = dimensioned ? 0 : number ? 2 : 1;
    const other = byWeight[weight];
    byWeight[weight] = other === undefined ? dtype : promote(other, dtype);
  }
  let result: DType | undefined;
  for (const dtype of byWeight)
    if (dtype !== undefined && (result === undefined || dtypes[dtype].category > dtypes[result].category)) result = dtype;
  return result!;
}
