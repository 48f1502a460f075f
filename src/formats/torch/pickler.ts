/**
 * JavaScript's values as a pickle of protocol 2, in the operations that torch.load(weights_only=True) knows. What was loaded from PyTorch is
 * written as it was; for the rest {@link Pickler.value} says what becomes what.
 */
import { ArgumentError } from '../../errors.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import { Tensor } from '../../tensor/tensor.js';
import type { TypedArray } from '../../tensor/values/dtype.js';
import { keyName } from '../flatten-state.js';
import { type DictKind, isIntKey, pythonKinds } from './pickle-values.js';

/** How deep values may nest, as when they are read. */
const MAX_DEPTH = 1000;
const MAX_INT_BYTES = 255;

const encoder = new TextEncoder();

/** How a tensor's storage is referred to. */
export interface StoredTensor {
  /** `FloatStorage`. */
  readonly storageType: string;
  readonly key: string;
  /** Elements of the whole storage. */
  readonly count: number;
}

export class Pickler {
  #bytes = new Uint8Array(1024);
  #length = 0;
  readonly #memo = new Map<unknown, number>();
  /** What stands for a class or function in the memo. */
  readonly #globals = new Map<string, object>();
  /** Tuples that are being written: their parts cannot refer to them. */
  readonly #open = new Set<object>();
  readonly #store: (tensor: Tensor) => StoredTensor;
  readonly #op: string;

  /** @param store notes a tensor's storage. @param op the function that errors name. */
  constructor(store: (tensor: Tensor) => StoredTensor, op: string) {
    this.#store = store;
    this.#op = op;
  }

  /** The pickle of one value. @throws {ArgumentError} for functions, class instances and other things that are not values. */
  dump(value: unknown): Uint8Array {
    this.#code(0x80, 2);
    this.#value(value, '', 0);
    this.#code(0x2e);
    return this.#bytes.subarray(0, this.#length);
  }

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const more = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count));
    more.set(this.#bytes);
    this.#bytes = more;
  }

  #code(...codes: number[]): void {
    this.#room(codes.length);
    for (const code of codes) this.#bytes[this.#length++] = code;
  }

  #view(count: number): DataView {
    this.#room(count);
    this.#length += count;
    return new DataView(this.#bytes.buffer, this.#length - count, count);
  }

  #raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Notes what was written last, to refer to it later. */
  #put(value: unknown): void {
    const index = this.#memo.size;
    this.#memo.set(value, index);
    if (index < 256) this.#code(0x71, index);
    else {
      this.#code(0x72);
      this.#view(4).setUint32(0, index, true);
    }
  }

  /** Refers to a value that was noted before. */
  #again(value: unknown): boolean {
    const index = this.#memo.get(value);
    if (index === undefined) return false;
    if (index < 256) this.#code(0x68, index);
    else {
      this.#code(0x6a);
      this.#view(4).setUint32(0, index, true);
    }
    return true;
  }

  #text(text: string): void {
    if (this.#again(text)) return;
    const bytes = encoder.encode(text);
    this.#code(0x58);
    this.#view(4).setUint32(0, bytes.length, true);
    this.#raw(bytes);
    this.#put(text);
  }

  #global(module: string, name: string): void {
    const line = `${module}\n${name}\n`;
    const noted = this.#globals.get(line) ?? {};
    if (this.#again(noted)) return;
    this.#globals.set(line, noted);
    this.#code(0x63);
    this.#raw(encoder.encode(line));
    this.#put(noted);
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.#int(value);
    else {
      this.#code(0x47);
      this.#view(8).setFloat64(0, value, false);
    }
  }

  #int(value: number | bigint): void {
    if (value >= 0 && value < 256) this.#code(0x4b, Number(value));
    else if (value >= 0 && value < 65536) {
      this.#code(0x4d);
      this.#view(2).setUint16(0, Number(value), true);
    } else if (value >= -(2 ** 31) && value < 2 ** 31) {
      this.#code(0x4a);
      this.#view(4).setInt32(0, Number(value), true);
    } else {
      let rest = BigInt(value);
      const bytes: number[] = [];
      // Two's complement, with room for the sign.
      while (bytes.length === 0 || !((rest === 0n && bytes.at(-1)! < 128) || (rest === -1n && bytes.at(-1)! >= 128))) {
        bytes.push(Number(rest & 255n));
        rest >>= 8n;
        if (bytes.length > MAX_INT_BYTES)
          throw new ArgumentError(`${this.#op}: a bigint takes more than ${MAX_INT_BYTES} bytes, which PyTorch does not load.`);
      }
      this.#code(0x8a, bytes.length, ...bytes);
    }
  }

  /** `where` is the value's dotted name, for messages. */
  #value(value: unknown, where: string, depth: number, kind?: DictKind | 'tuple'): void {
    if (value === null) this.#code(0x4e);
    else if (typeof value === 'boolean') this.#code(value ? 0x88 : 0x89);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'bigint') this.#int(value);
    else if (typeof value === 'string') this.#text(value);
    else if (typeof value !== 'object') this.#refuse(value, where);
    else if (this.#again(value)) return;
    else if (depth > MAX_DEPTH) throw new ArgumentError(`${this.#op}: the value nests more than ${MAX_DEPTH} deep.`);
    else if (value instanceof Tensor) this.#tensor(value);
    else if (ArrayBuffer.isView(value)) this.#typedArray(value);
    else if (Array.isArray(value)) this.#array(value, where, depth, kind === 'tuple');
    else if (value instanceof Set) this.#set(value, where, depth);
    else this.#dict(value, where, depth, kind === 'tuple' ? undefined : kind);
  }

  #refuse(value: unknown, where: string): never {
    const what =
      typeof value === 'object'
        ? `of class ${classNameOf(value as object) || 'without a name'}`
        : value === undefined
          ? 'undefined'
          : `a ${typeof value}`;
    const state = typeof value === 'object' && typeof (value as { stateDict?: unknown }).stateDict === 'function';
    throw new ArgumentError(
      `${this.#op}: ${where === '' ? 'the value' : `"${where}"`} is ${what}, expected tensors, numbers, strings, booleans, null, and records, Maps, arrays and Sets of them. ${state ? 'Save what its stateDict() gives.' : 'Leave it out, or turn it into such values.'}`,
    );
  }

  #tensor(x: Tensor): void {
    const { storageType, key, count } = this.#store(x);
    this.#global('torch._utils', '_rebuild_tensor_v2');
    this.#code(0x28, 0x28);
    this.#text('storage');
    this.#global('torch', storageType);
    this.#text(key);
    this.#text('cpu');
    this.#number(count);
    this.#code(0x74, 0x51); // a tuple, and the storage that it refers to
    this.#number(x.offset);
    this.#counts(x.shape);
    this.#counts(x.strides);
    this.#code(x.requiresGrad ? 0x88 : 0x89);
    this.#global('collections', 'OrderedDict');
    this.#code(0x29, 0x52, 0x74, 0x52); // an empty one, for hooks; then the call that makes the tensor
    this.#put(x);
  }

  #counts(values: readonly number[]): void {
    this.#code(0x28);
    for (const value of values) this.#number(value);
    this.#code(0x74);
  }

  #typedArray(value: ArrayBufferView): void {
    const kind = value instanceof Uint8Array ? pythonKinds.get(value)?.kind : undefined;
    if (kind !== 'bytes') {
      this.#tensor(fromTypedArray(value as TypedArray));
      this.#memo.set(value, this.#memo.size - 1);
      return;
    }
    this.#global('_codecs', 'encode');
    this.#text(Array.from(value as Uint8Array, (byte) => String.fromCharCode(byte)).join(''));
    this.#text('latin1');
    this.#code(0x86, 0x52);
    this.#put(value);
  }

  #array(items: readonly unknown[], where: string, depth: number, asTuple: boolean): void {
    const kind = pythonKinds.get(items)?.kind ?? (asTuple ? 'tuple' : 'list');
    const each = () => items.forEach((item, i) => this.#value(item, where === '' ? String(i) : `${where}.${i}`, depth + 1));
    if (kind === 'list') {
      this.#code(0x5d);
      this.#put(items);
      this.#code(0x28);
      each();
      this.#code(0x65);
      return;
    }
    if (this.#open.has(items)) throw new ArgumentError(`${this.#op}: "${where}" is part of itself.`);
    this.#open.add(items);
    if (kind === 'Size') this.#global('torch', 'Size');
    this.#code(0x28);
    each();
    this.#code(0x74);
    if (kind === 'Size') this.#code(0x85, 0x52);
    this.#open.delete(items);
    this.#put(items);
  }

  #set(items: ReadonlySet<unknown>, where: string, depth: number): void {
    this.#global('__builtin__', 'set');
    this.#code(0x5d, 0x28);
    let i = 0;
    for (const item of items) this.#value(item, `${where}.${i++}`, depth + 1);
    this.#code(0x65, 0x85, 0x52);
    this.#put(items);
  }

  #dict(value: object, where: string, depth: number, wanted: DictKind | undefined): void {
    const dict = readDict(value, where, wanted) ?? this.#refuse(value, where);
    const { kind, entries } = dict;
    // torch.load does not take Python's defaultdict; it equals the dict.
    if (kind === 'OrderedDict') {
      this.#global('collections', 'OrderedDict');
      this.#code(0x29, 0x52);
      this.#put(value);
    } else if (kind === 'Counter') {
      this.#global('collections', 'Counter');
      this.#code(0x7d);
    } else {
      this.#code(0x7d);
      this.#put(value);
    }
    this.#code(0x28);
    for (const [key, item] of entries) {
      if (item === undefined) continue;
      const name = where === '' ? keyName(key) : `${where}.${keyName(key)}`;
      this.#key(key, name);
      this.#value(item, name, depth + 1, dict.inner?.(key, item));
    }
    this.#code(0x75);
    if (kind === 'Counter') {
      this.#code(0x85, 0x52);
      this.#put(value);
    }
  }

  #key(key: unknown, name: string): void {
    if (typeof key === 'object' && key !== null && pythonKinds.get(key)?.kind !== 'tuple' && !(key instanceof Uint8Array))
      throw new ArgumentError(`${this.#op}: a key of the Map at "${name}" is an object, expected strings and numbers.`);
    this.#value(key, name, MAX_DEPTH);
  }
}

/** A record or Map as the dict to write. */
interface Dict {
  readonly kind: DictKind;
  readonly entries: Iterable<readonly [unknown, unknown]>;
  /** What a value in it becomes, where that does not depend on the value. */
  readonly inner?: (key: unknown, value: unknown) => DictKind | 'tuple' | undefined;
}

/**
 * - A Map keeps its keys: numbers are ints, strings str.
 * - A record's keys are str; but where all are whole numbers, as in an optimizer's state, they are ints, unless all values are tensors.
 * - A record or Map of tensors alone is an OrderedDict, as PyTorch's state dicts are; the state of one parameter in an optimizer is a dict.
 * - The milestones of a scheduler are a Counter, and the betas of an optimizer's group are a tuple, as PyTorch has them.
 */
function readDict(value: object, where: string, wanted: DictKind | undefined): Dict | undefined {
  const mark = pythonKinds.get(value);
  const kind = mark?.kind as DictKind | undefined;
  if (value instanceof Map) {
    const [keys, items] = [[...value.keys()], [...value.values()]];
    const state = items.length > 0 && items.every((item) => item instanceof Tensor) && keys.every((key) => typeof key === 'string');
    return { kind: kind ?? wanted ?? (state ? 'OrderedDict' : 'dict'), entries: value };
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype as object) !== null) return undefined;
  if (prototype !== null && !Object.hasOwn(prototype as object, 'hasOwnProperty')) return undefined;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const tensors = entries.length > 0 && entries.every(([, item]) => item instanceof Tensor);
  const numbered = entries.length > 0 && entries.every(([key]) => isIntKey(key));
  const ints = mark === undefined ? numbered && !tensors : mark.intKeys === true;
  const counter = mark === undefined && ints && /(^|\.)milestones$/.test(where) && entries.every(([, item]) => Number.isInteger(item));
  const group = mark === undefined && Object.hasOwn(value, 'params') && Object.hasOwn(value, 'lr');
  return {
    kind: kind ?? wanted ?? (counter ? 'Counter' : tensors ? 'OrderedDict' : 'dict'),
    entries: ints ? entries.map(([key, item]) => [isIntKey(key) ? Number(key) : key, item] as const) : entries,
    inner: (key, item) => {
      if (group && key !== 'params' && Array.isArray(item)) return 'tuple';
      return ints && typeof item === 'object' ? 'dict' : undefined;
    },
  };
}
