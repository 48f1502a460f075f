/**
 * Element types in files: those that Hone has, and those that it reads as the smallest of its own that holds all their values.
 * Which one it was in the file is remembered: {@link fileDType}.
 */

import { assertTensor } from '../tensor/arguments/checks.js';
import { Storage } from '../tensor/storage.js';
import type { Tensor } from '../tensor/tensor.js';
import { type DType, dtypes } from '../tensor/values/dtype.js';

/** How the elements of a file become Hone's. */
export interface FileDType {
  /** PyTorch's name. */
  readonly name: string;
  /** Bytes of an element in the file. */
  readonly bytes: number;
  /** What Hone holds them as. */
  readonly dtype: DType;
  /** Little-endian elements to Hone's; absent where the bits are the same. */
  readonly decode?: (data: DataView, count: number) => ArrayBufferView;
}

const same = (dtype: DType): FileDType => ({ name: dtype, bytes: dtypes[dtype].bytes, dtype });

function integers(name: string, bytes: number, dtype: 'int32' | 'int64', read: (data: DataView, at: number) => number | bigint): FileDType {
  return {
    name,
    bytes,
    dtype,
    decode: (data, count) => {
      const out = dtype === 'int64' ? new BigInt64Array(count) : new Int32Array(count);
      for (let i = 0; i < count; i++) out[i] = out instanceof BigInt64Array ? BigInt(read(data, i * bytes)) : Number(read(data, i * bytes));
      return out;
    },
  };
}

/** Small floats become float32: `toBits` gives the bits of the float32 of the same value. */
function floats(name: string, bytes: 1 | 2, toBits: (bits: number) => number): FileDType {
  let table: Uint32Array | undefined; // of all possible ones
  return {
    name,
    bytes,
    dtype: 'float32',
    decode: (data, count) => {
      table ??= Uint32Array.from({ length: 256 ** bytes }, (_, bits) => toBits(bits));
      const out = new Uint32Array(count);
      for (let i = 0; i < count; i++) out[i] = table[bytes === 1 ? data.getUint8(i) : data.getUint16(2 * i, true)]!;
      return new Float32Array(out.buffer);
    },
  };
}

const scratch = new DataView(new ArrayBuffer(4));

function bitsOf(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

/**
 * Bits of the float32 with the value of a small float: a sign, `exponent` bits with `bias`, `mantissa` bits.
 * @param special how the largest exponent is read: `ieee` infinity and NaN; `all-ones` NaN where all bits are 1; `none` numbers like
 * others, with NaN for negative zero (the fnuz types).
 */
function smallFloat(bits: number, exponent: number, mantissa: number, bias: number, special: 'ieee' | 'all-ones' | 'none'): number {
  const sign = bits >>> (exponent + mantissa) === 0 ? 1 : -1;
  const most = (1 << exponent) - 1;
  const e = (bits >>> mantissa) & most;
  const m = bits & ((1 << mantissa) - 1);
  const allOnes = m === (1 << mantissa) - 1;
  // NaNs keep their sign and bits, as in PyTorch's own conversion.
  if (special === 'ieee' && e === most) return ((sign < 0 ? 0xff800000 : 0x7f800000) | (m << (23 - mantissa))) >>> 0;
  if (special === 'all-ones' && e === most && allOnes) return sign < 0 ? 0xffc00000 : 0x7fc00000;
  if (special === 'none' && sign < 0 && e === 0 && m === 0) return 0x7fc00000;
  const value = e === 0 ? m * 2 ** (1 - bias - mantissa) : (1 + m / (1 << mantissa)) * 2 ** (e - bias);
  return bitsOf(sign * value);
}

const unsigned64 = (data: DataView, at: number): bigint => data.getBigUint64(at, true);

const all: readonly FileDType[] = [
  ...(['float32', 'float64', 'int32', 'int64', 'uint8'] as const).map(same),
  {
    ...same('bool'),
    decode: (data, count) => Uint8Array.from({ length: count }, (_, i) => (data.getUint8(i) === 0 ? 0 : 1)),
  },
  floats('float16', 2, (bits) => smallFloat(bits, 5, 10, 15, 'ieee')),
  floats('bfloat16', 2, (bits) => (bits << 16) >>> 0),
  floats('float8_e5m2', 1, (bits) => smallFloat(bits, 5, 2, 15, 'ieee')),
  floats('float8_e4m3fn', 1, (bits) => smallFloat(bits, 4, 3, 7, 'all-ones')),
  floats('float8_e5m2fnuz', 1, (bits) => smallFloat(bits, 5, 2, 16, 'none')),
  floats('float8_e4m3fnuz', 1, (bits) => smallFloat(bits, 4, 3, 8, 'none')),
  floats('float8_e8m0fnu', 1, (bits) => (bits === 255 ? 0x7fc00000 : bitsOf(2 ** (bits - 127)))),
  integers('int8', 1, 'int32', (data, at) => data.getInt8(at)),
  integers('int16', 2, 'int32', (data, at) => data.getInt16(at, true)),
  integers('uint16', 2, 'int32', (data, at) => data.getUint16(at, true)),
  integers('uint32', 4, 'int64', (data, at) => data.getUint32(at, true)),
  integers('uint64', 8, 'int64', unsigned64),
];

/** By PyTorch's names. */
export const fileDTypes: ReadonlyMap<string, FileDType> = new Map(all.map((type) => [type.name, type]));

const storedAs = new WeakMap<Storage, string>();

/**
 * A storage with the elements of a file.
 * @param data exactly `count` elements, little endian.
 * @returns undefined where a value has no place in Hone's dtype: uint64 from 2^63 on.
 */
export function readStorage(type: FileDType, data: Uint8Array, count: number): Storage | undefined {
  let values: ArrayBufferView = data;
  if (type.decode !== undefined && !(type.name === 'bool' && data.every((byte) => byte <= 1))) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    values = type.decode(view, count);
    if (type.name === 'uint64' && (values as BigInt64Array).some((value) => value < 0n)) return undefined;
  }
  const storage = new Storage(count * dtypes[type.dtype].bytes);
  if (count > 0) storage.engine.host.write(storage.address(), values);
  if (type.name !== type.dtype) storedAs.set(storage, type.name);
  return storage;
}

/**
 * The dtype that a tensor had in the file it was read from, under PyTorch's name: `float16` for one that is now float32. Its own dtype for
 * tensors that came as they are.
 * @example
 * fileDType(zeros([2])); // 'float32'
 */
export function fileDType(x: Tensor): string {
  assertTensor('fileDType', 'x', x);
  return storedAs.get(x.storage) ?? x.dtype;
}
