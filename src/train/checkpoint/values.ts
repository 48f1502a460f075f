/** Values of callbacks, loaders and metrics in a checkpoint, so that they come back as they were: PyTorch's files know fewer kinds. */
import { ArgumentError, FormatError } from '../../errors.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';

/** The key of a record that stands for a value of another kind. */
const KIND = '__kind__';

const ARRAYS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

/** How deep values may nest. */
const MAX_DEPTH = 100;

/** Whether an object is a record rather than an object of a class. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * A value as `save` takes it: a copy, but for tensors. Members that are undefined are left out.
 * @param whose what errors call it. @throws {ArgumentError} for functions and objects of classes.
 */
export function toFile(value: unknown, whose: string, depth = 0): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  if (value === undefined) return { [KIND]: 'undefined' };
  if (typeof value === 'bigint') return { [KIND]: 'bigint', text: String(value) };
  if (value instanceof Tensor) return value;
  if (depth > MAX_DEPTH) throw new ArgumentError(`${whose} nests more than ${MAX_DEPTH} deep, or contains itself.`);
  const inside = (part: unknown) => toFile(part, whose, depth + 1);
  if (value instanceof ArrayBuffer) return { [KIND]: 'ArrayBuffer', bytes: new Uint8Array(value.slice(0)) };
  if (ArrayBuffer.isView(value)) {
    const name = classNameOf(value);
    if (!Object.hasOwn(ARRAYS, name) && name !== 'Buffer') throw refused(value, whose);
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
    return { [KIND]: name === 'Buffer' ? 'Uint8Array' : name, bytes };
  }
  if (Array.isArray(value)) return value.map(inside);
  if (value instanceof Set) return { [KIND]: 'Set', values: [...value].map(inside) };
  if (value instanceof Map) return { [KIND]: 'Map', entries: [...value].map(([key, part]) => [inside(key), inside(part)]) };
  if (value instanceof Date) return { [KIND]: 'Date', time: value.getTime() };
  if (!isRecord(value)) throw refused(value, whose);
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  if (entries.some(([key]) => key === KIND)) return { [KIND]: 'record', entries: entries.map(([key, part]) => [key, inside(part)]) };
  return Object.fromEntries(entries.map(([key, part]) => [key, inside(part)]));
}

function refused(value: unknown, whose: string): ArgumentError {
  return new ArgumentError(
    `${whose} holds ${show(value)}, expected plain data: numbers, strings, booleans, null, tensors, typed arrays, and records, lists, Maps and Sets of them.`,
  );
}

/** The value that {@link toFile} was given. @throws {FormatError} for what it does not make. */
export function fromFile(value: unknown, source: string): unknown {
  const inside = (part: unknown) => fromFile(part, source);
  if (Array.isArray(value)) return value.map(inside);
  if (!isRecord(value)) return value;
  const kind = value[KIND];
  if (kind === undefined) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inside(part)]));
  const wrong = () => new FormatError(`${source}: there is no value of the kind ${show(kind)} as it is written there.`);
  const pairs = (part: unknown): [unknown, unknown][] => {
    if (!Array.isArray(part) || !part.every((pair) => Array.isArray(pair) && pair.length === 2)) throw wrong();
    return part.map(([key, one]: [unknown, unknown]) => [inside(key), inside(one)]);
  };
  switch (kind) {
    case 'undefined':
      return undefined;
    case 'bigint':
      if (typeof value['text'] !== 'string' || !/^-?\d+$/.test(value['text'])) throw wrong();
      return BigInt(value['text']);
    case 'Date':
      if (typeof value['time'] !== 'number') throw wrong();
      return new Date(value['time']);
    case 'Set':
      if (!Array.isArray(value['values'])) throw wrong();
      return new Set(value['values'].map(inside));
    case 'Map':
      return new Map(pairs(value['entries']));
    case 'record':
      return Object.fromEntries(pairs(value['entries']).map(([key, part]) => [String(key), part]));
    default: {
      const { bytes: held } = value;
      const bytes = held instanceof Tensor && held.dtype === 'uint8' ? (toTypedArray(held) as Uint8Array).slice() : undefined;
      if (bytes === undefined) throw wrong();
      if (kind === 'ArrayBuffer') return bytes.buffer;
      const name = typeof kind === 'string' && Object.hasOwn(ARRAYS, kind) ? (kind as keyof typeof ARRAYS) : undefined;
      if (name === undefined || bytes.length % ARRAYS[name].BYTES_PER_ELEMENT !== 0) throw wrong();
      return new ARRAYS[name](bytes.buffer as ArrayBuffer);
    }
  }
}
