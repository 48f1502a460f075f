/** The values of TensorFlow's tensors. */
import { DataType, type TensorProto } from '../proto/event.gen.js';

/** A tensor's values, row by row. */
export interface TensorValues {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly number[] | readonly Uint8Array[];
}

/** A value that stands for many is not written out beyond this. */
const MOST = 2 ** 24;

type Read = (view: DataView, at: number) => number;
/** Bytes of an element, and how it is read. */
const RAW: Readonly<Partial<Record<DataType, readonly [bytes: number, read: Read]>>> = {
  [DataType.DT_FLOAT]: [4, (view, at) => view.getFloat32(at, true)],
  [DataType.DT_DOUBLE]: [8, (view, at) => view.getFloat64(at, true)],
  [DataType.DT_INT32]: [4, (view, at) => view.getInt32(at, true)],
  [DataType.DT_INT64]: [8, (view, at) => Number(view.getBigInt64(at, true))],
  [DataType.DT_UINT8]: [1, (view, at) => view.getUint8(at)],
  [DataType.DT_INT8]: [1, (view, at) => view.getInt8(at)],
  [DataType.DT_INT16]: [2, (view, at) => view.getInt16(at, true)],
  [DataType.DT_UINT16]: [2, (view, at) => view.getUint16(at, true)],
  [DataType.DT_UINT32]: [4, (view, at) => view.getUint32(at, true)],
  [DataType.DT_UINT64]: [8, (view, at) => Number(view.getBigUint64(at, true))],
  [DataType.DT_BOOL]: [1, (view, at) => view.getUint8(at)],
  [DataType.DT_HALF]: [2, (view, at) => half(view.getUint16(at, true))],
  [DataType.DT_BFLOAT16]: [2, (view, at) => asFloat(view.getUint16(at, true) << 16)],
};

const scratch = new DataView(new ArrayBuffer(4));
function asFloat(bits: number): number {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}

function half(bits: number): number {
  const [sign, power, digits] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (power === 31) return digits === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (power === 0 ? digits * 2 ** -24 : (1 + digits / 1024) * 2 ** (power - 15));
}

/** The values as they were written. PyTorch puts the bits of a float32 where those of a float16 belong. */
function listed(tensor: TensorProto): readonly number[] | readonly Uint8Array[] {
  if (tensor.dtype === DataType.DT_STRING) return tensor.stringVal;
  if (tensor.tensorContent.length > 0) {
    const [bytes, read] = RAW[tensor.dtype] ?? [];
    if (bytes === undefined || read === undefined) return [];
    const view = new DataView(tensor.tensorContent.buffer, tensor.tensorContent.byteOffset, tensor.tensorContent.length);
    return Array.from({ length: Math.floor(tensor.tensorContent.length / bytes) }, (_, i) => read(view, i * bytes));
  }
  const bits = (value: number) =>
    value >= 0 && value < 65536 ? (tensor.dtype === DataType.DT_HALF ? half(value) : asFloat(value << 16)) : asFloat(value);
  const lists = [tensor.floatVal, tensor.doubleVal, tensor.intVal, tensor.uint32Val, tensor.halfVal.map(bits)];
  const big = [...tensor.int64Val, ...tensor.uint64Val];
  return lists.find((list) => list.length > 0) ?? (big.length > 0 ? big.map(Number) : tensor.boolVal.map(Number));
}

/** A tensor's values; the last one stands for those that are missing, as TensorFlow reads it. */
export function valuesOf(tensor: TensorProto): TensorValues {
  const shape = (tensor.tensorShape?.dim ?? []).map(({ size }) => Number(size));
  const values = listed(tensor);
  const count = shape.reduce((a, b) => a * b, 1);
  const filled =
    values.length > 0 && values.length < count && count <= MOST
      ? [...(values as number[]), ...new Array<number>(count - values.length).fill(values.at(-1) as number)]
      : values;
  return { dtype: DataType[tensor.dtype] ?? 'DT_INVALID', shape, values: filled };
}

/** The texts of a tensor of them. */
export function textsOf(tensor: TensorProto): Uint8Array[] {
  return tensor.stringVal;
}
