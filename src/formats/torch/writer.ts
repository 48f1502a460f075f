/** Writing what torch.load reads: the zip container of PyTorch 1.6 and later, every storage once. */

import type { Storage } from '../../tensor/storage.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { dtypes } from '../../tensor/values/dtype.js';
import { type ZipSource, zipChunks } from '../zip/zip-writer.js';
import { Pickler } from './pickler.js';

const STORAGE_TYPES: Readonly<Record<DType, string>> = {
  float32: 'FloatStorage',
  float64: 'DoubleStorage',
  int32: 'IntStorage',
  int64: 'LongStorage',
  uint8: 'ByteStorage',
  bool: 'BoolStorage',
};

/** The one folder of the file, as PyTorch calls it where it writes into memory. */
const ROOT = 'archive';

/** The file in pieces: tensors are copied out of the engine one after the other. */
export function* torchChunks(value: unknown, op: string): Generator<Uint8Array> {
  const stored: { key: string; storage: Storage; tensor: Tensor }[] = [];
  const keys = new Map<Storage, Map<DType, string>>();
  const store = (tensor: Tensor) => {
    const { storage, dtype } = tensor;
    storage.address(); // a tensor that was freed throws before anything is written
    const ofStorage = keys.get(storage) ?? new Map<DType, string>();
    keys.set(storage, ofStorage);
    let key = ofStorage.get(dtype);
    if (key === undefined) {
      key = String(stored.length);
      ofStorage.set(dtype, key);
      stored.push({ key, storage, tensor });
    }
    return { storageType: STORAGE_TYPES[dtype], key, count: Math.floor(storage.bytes / dtypes[dtype].bytes) };
  };
  const pickle = new Pickler(store, op).dump(value);
  const text = (name: string, content: string): ZipSource => ({ name: `${ROOT}/${name}`, data: () => new TextEncoder().encode(content) });
  yield* zipChunks([
    { name: `${ROOT}/data.pkl`, data: () => pickle },
    text('byteorder', 'little'),
    ...stored.map(({ key, storage }) => ({ name: `${ROOT}/data/${key}`, data: () => bytesOf(storage) })),
    text('version', '3\n'),
  ]);
}

function bytesOf(storage: Storage): Uint8Array {
  const out = new Uint8Array(storage.bytes);
  if (out.length > 0) storage.engine.host.read(storage.address(), out);
  return out;
}
