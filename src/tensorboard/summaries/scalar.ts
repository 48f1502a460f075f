/** Summaries of single numbers and of whole tensors. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { DTypeError } from '../../errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { DataType, type Summary_ValueSchema, TensorProtoSchema, TensorShapeProtoSchema } from '../proto/event.gen.js';

/** One named value of an event. */
export type SummaryValue = MessageInitShape<typeof Summary_ValueSchema>;
type TensorProto = MessageInitShape<typeof TensorProtoSchema>;

/** As float32 stores it: what is too large for that is infinite, as in PyTorch. */
export const single = Math.fround;

/** The note by which a plugin of TensorBoard finds its values. */
export const plugin = (pluginName: string, content?: Uint8Array) => ({
  pluginData: content === undefined ? { pluginName } : { pluginName, content },
});

/** The shape of a tensor, as TensorFlow notes it. */
export const shapeProto = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: BigInt(size) })) });

/** A number, in the field of old or, where `newStyle`, as a tensor. */
export function scalarSummary(tag: string, value: number, newStyle = false, doublePrecision = false): SummaryValue {
  if (!newStyle) return { tag, value: { case: 'simpleValue', value: single(value) } };
  const tensor: TensorProto = doublePrecision
    ? { dtype: DataType.DT_DOUBLE, doubleVal: [value] }
    : { dtype: DataType.DT_FLOAT, floatVal: [single(value)] };
  return { tag, metadata: plugin('scalars'), value: { case: 'tensor', value: tensor } };
}

const KINDS: Readonly<Record<DType, (data: ReturnType<Tensor['toTypedArray']>) => TensorProto>> = {
  float32: (data) => ({ dtype: DataType.DT_FLOAT, floatVal: Array.from(data as Float32Array) }),
  float64: (data) => ({ dtype: DataType.DT_DOUBLE, doubleVal: Array.from(data as Float64Array) }),
  int32: (data) => ({ dtype: DataType.DT_INT32, intVal: Array.from(data as Int32Array) }),
  int64: (data) => ({ dtype: DataType.DT_INT64, int64Val: Array.from(data as BigInt64Array) }),
  uint8: (data) => ({ dtype: DataType.DT_UINT8, uint32Val: Array.from(data as Uint8Array) }),
  bool: (data) => ({ dtype: DataType.DT_BOOL, boolVal: Array.from(data as Uint8Array, Boolean) }),
};

/** A tensor as it is. */
export function tensorSummary(op: string, tag: string, x: Tensor): SummaryValue {
  const make = KINDS[x.dtype];
  if (make === undefined) throw new DTypeError(`${op}: there is no such dtype in TensorFlow: ${x.dtype}.`);
  const value = create(TensorProtoSchema, make(x.detach().toTypedArray()));
  value.tensorShape = create(TensorShapeProtoSchema, shapeProto(x.shape));
  return { tag, metadata: plugin('tensor'), value: { case: 'tensor', value } };
}
