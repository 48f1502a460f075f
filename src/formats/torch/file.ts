/**
 * Reading what torch.save wrote: the zip container of PyTorch 1.6 and later, and the one before it. Only values come out; nothing in a file
 * is run. https://pytorch.org/docs/stable/notes/serialization.html
 */
import { quoted, showShape } from '../../errors.js';
import type { Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { dtypes } from '../../tensor/values/dtype.js';
import { Budget } from '../budget.js';
import { type FileDType, readStorage } from '../file-dtypes.js';
import { foreignZip } from '../files/foreign.js';
import { type Fail, type ZipOptions, ZipReader } from '../zip/zip.js';
import { torchGlobals } from './globals.js';
import { PyGlobal, type PyTensor, PyTuple, StorageRecord, StorageRef } from './pickle-values.js';
import { toJavaScript } from './python-to-js.js';
import { describe, type UnpickleOptions, unpickle } from './unpickler.js';

/** The first pickle of the old container: a whole number that torch.save puts there. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const OLD_PROTOCOL = 1001;

export type TorchOptions = ZipOptions;

/** Whether bytes start as torch.save's do: as a zip file, or as a pickle. */
export function looksLikeTorch(bytes: Uint8Array): boolean {
  return isZip(bytes) || bytes[0] === 0x80;
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/** The value that torch.save wrote. @param fail throws a FormatError that names the file. */
export function readTorch(bytes: Uint8Array, fail: Fail, options: TorchOptions = {}): unknown {
  const budget = new Budget(bytes.length, fail);
  const { value, bigEndian } = isZip(bytes) ? readZipContainer(bytes, fail, budget, options) : readOldContainer(bytes, fail, budget);
  const made = new Map<StorageRecord, Map<string, Storage>>();
  return toJavaScript(value, (described) => makeTensor(described, made, bigEndian, fail, budget), fail);
}

function readZipContainer(bytes: Uint8Array, fail: Fail, budget: Budget, options: TorchOptions): { value: unknown; bigEndian: boolean } {
  const zip = new ZipReader(bytes, fail, options);
  const names = zip.names();
  const roots = names.filter((name) => /^[^/]+\/data\.pkl$/.test(name)).map((name) => name.slice(0, -'data.pkl'.length));
  if (roots.length !== 1) fail(foreignZip(names));
  const root = roots[0]!;
  if (zip.has(`${root}constants.pkl`))
    fail(
      'it is a TorchScript program (torch.jit.save). In Python, save its state dict: torch.save(torch.jit.load(path).state_dict(), other).',
    );
  const order = zip.has(`${root}byteorder`) ? new TextDecoder().decode(zip.read(`${root}byteorder`)) : 'little';
  if (order !== 'little' && order !== 'big') fail(`its byte order is ${JSON.stringify(order.slice(0, 20))}, expected little or big.`);

  const records = new Map<string, StorageRecord>();
  const { value } = unpickle(zip.read(`${root}data.pkl`), 0, {
    global: torchGlobals(fail, budget),
    fail,
    budget,
    persistent: (id) => {
      const { type, key, count } = storageId(id, 5, fail);
      let record = records.get(key);
      if (record === undefined) {
        record = new StorageRecord(key);
        record.data = zip.read(`${root}data/${key}`);
        records.set(key, record);
      }
      oneDType(record, type, fail);
      return new StorageRef(record, type, count);
    },
  });
  return { value, bigEndian: order === 'big' };
}

/** A persistent id: ("storage", class, key, location, count), in the old container with the part of it that is meant. */
function storageId(id: unknown, length: number, fail: Fail): { type: FileDType | 'untyped'; key: string; count: number; view: unknown } {
  if (!(id instanceof PyTuple)) return fail(`it refers to something outside by ${describe(id)}, expected a storage: it is damaged.`);
  const [kind, type, key, , count, view] = id.items;
  if (kind === 'module')
    fail("it holds a whole model, whose code is Python's. In Python, save its state dict: torch.save(model.state_dict(), path).");
  if (
    kind !== 'storage' ||
    id.items.length !== length ||
    typeof key !== 'string' ||
    !(type instanceof PyGlobal) ||
    type.element === undefined
  )
    return fail(`it refers to ${describe(kind)} of ${describe(type)}, expected a storage: it is damaged.`);
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0)
    return fail(`storage ${quoted(key)} announces ${describe(count)} elements: it is damaged.`);
  return { type: type.element, key, count, view };
}

/** PyTorch refuses to save one storage under two dtypes, so no file of its own has one. */
function oneDType(record: StorageRecord, element: FileDType | 'untyped', fail: Fail): void {
  record.element ??= element;
  const name = (type: FileDType | 'untyped') => (type === 'untyped' ? type : type.name);
  if (name(record.element) !== name(element))
    fail(`storage ${quoted(record.key)} is used with elements of two dtypes, ${name(record.element)} and ${name(element)}: it is damaged.`);
}

/** PyTorch before 1.6: pickles one after the other, then the bytes of the storages. */
function readOldContainer(bytes: Uint8Array, fail: Fail, budget: Budget): { value: unknown; bigEndian: boolean } {
  const records = new Map<string, StorageRecord>();
  const options: UnpickleOptions = {
    global: torchGlobals(fail, budget),
    fail,
    budget,
    persistent: (id) => {
      const { type, key, count, view } = storageId(id, 6, fail);
      const record = records.get(key) ?? new StorageRecord(key);
      records.set(key, record);
      oneDType(record, type, fail);
      if (view === null || view === undefined) return new StorageRef(record, type, count);
      const [, start, length] = view instanceof PyTuple ? view.items : [];
      if (typeof start !== 'number' || typeof length !== 'number' || start < 0 || length < 0)
        return fail(`a part of storage ${quoted(key)} is described by ${describe(view)}: it is damaged.`);
      return new StorageRef(record, type, length, start);
    },
  };
  let at = 0;
  const next = (): unknown => {
    const { value, end } = unpickle(bytes, at, options);
    at = end;
    return value;
  };
  if (next() !== MAGIC) fail('it is a pickle, but not one of torch.save. In Python, save it by torch.save(value, path).');
  const protocol = next();
  if (protocol !== OLD_PROTOCOL) fail(`its protocol is ${describe(protocol)}, expected ${OLD_PROTOCOL}: it is damaged.`);
  next(); // the machine that wrote it; storages are little endian on all
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) return fail(`the list of its storages is ${describe(keys)}: it is damaged.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const key of keys as unknown[]) {
    const record = typeof key === 'string' ? records.get(key) : undefined;
    if (record === undefined || record.data !== undefined)
      return fail(`its list of storages has ${describe(key)} without need: it is damaged.`);
    if (at + 8 > bytes.length) fail(`the bytes of storage ${describe(key)} are missing: the file is cut short.`);
    const size = record.element === 'untyped' ? 1 : record.element!.bytes;
    const length = Number(view.getBigInt64(at, true)) * size;
    at += 8;
    if (length < 0 || length > bytes.length - at)
      fail(`storage ${describe(key)} announces ${length} bytes, but only ${bytes.length - at} follow: the file is cut short or damaged.`);
    record.data = bytes.subarray(at, at + length);
    at += length;
  }
  return { value, bigEndian: false };
}

/** The tensor that a file describes, checked against the bytes of its storage. Tensors of one storage share it. */
function makeTensor(
  described: PyTensor,
  made: Map<StorageRecord, Map<string, Storage>>,
  bigEndian: boolean,
  fail: Fail,
  budget: Budget,
): Tensor {
  const { storage: ref, element, shape, strides, requiresGrad } = described;
  const { record } = ref;
  const what = `a tensor of shape ${showShape(shape)} and strides ${showShape(strides)}`;
  const data = record.data ?? fail(`the bytes of storage ${quoted(record.key)} are missing: the file is cut short or damaged.`);
  if (ref.element !== 'untyped' && ref.element.name !== element.name)
    fail(`${what} is ${element.name} in a storage of ${ref.element.name}.`);
  const count = Math.floor(data.length / element.bytes);
  const announced = ref.start + (ref.element === 'untyped' ? Math.floor(ref.count / element.bytes) : ref.count);
  if (announced > count)
    fail(`storage ${quoted(record.key)} announces ${announced} elements of ${element.name}, but holds ${count}: the file is damaged.`);
  if (strides.length !== shape.length) fail(`${what} has ${shape.length} sizes and ${strides.length} strides.`);
  const offset = ref.start + described.offset;
  const elements = shape.reduce((product, size) => product * size, 1);
  const last = elements === 0 ? offset - 1 : shape.reduce((sum, size, d) => sum + (size - 1) * strides[d]!, offset);
  // PyTorch lets an empty tensor start anywhere.
  if (elements > 0 && last >= announced)
    fail(`${what} from element ${described.offset} on reaches beyond its storage, which has ${announced - ref.start} elements.`);
  if (!Number.isSafeInteger(elements * dtypes[element.dtype].bytes) || strides.some((stride) => stride > Number.MAX_SAFE_INTEGER / 16))
    fail(`${what} has more elements than can be counted.`);
  const storages = made.get(record) ?? new Map<string, Storage>();
  made.set(record, storages);
  let storage = storages.get(element.name);
  if (storage === undefined) {
    budget.spend((count * dtypes[element.dtype].bytes) / 128);
    const bytes = data.subarray(0, count * element.bytes);
    storage =
      readStorage(element, bigEndian ? swapped(bytes, element.bytes) : bytes, count) ??
      fail('it holds a uint64 of 2^63 or more, for which Hone has no dtype. Save tensor.double() instead.');
    storages.set(element.name, storage);
  }
  const tensor = new Tensor(storage, shape, element.dtype, strides, elements === 0 ? 0 : offset);
  return requiresGrad && tensor.isFloatingPoint() ? tensor.requiresGrad_() : tensor;
}

/** A copy with the bytes of each element reversed. */
function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += size) for (let i = 0; i < size; i++) out[at + i] = bytes[at + size - 1 - i]!;
  return out;
}
