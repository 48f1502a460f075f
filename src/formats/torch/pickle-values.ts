/** Python's values while a pickle is read, and what JavaScript's stand for when they are written back. */
import type { FileDType } from '../file-dtypes.js';

export type DictKind = 'dict' | 'OrderedDict' | 'defaultdict' | 'Counter';

export class PyDict {
  #entries: Map<unknown, unknown> | undefined; // every tensor of a file has an empty dict
  constructor(readonly kind: DictKind = 'dict') {}
  get entries(): Map<unknown, unknown> {
    this.#entries ??= new Map();
    return this.#entries;
  }
}

export class PyTuple {
  constructor(
    readonly items: unknown[],
    readonly kind: 'tuple' | 'Size' = 'tuple',
  ) {}
}

export class PySet {
  readonly items = new Set<unknown>();
}

/** A class or function that a pickle names: what calling it gives, where it may be called at all. */
export class PyGlobal {
  constructor(
    readonly name: string,
    readonly call?: (args: readonly unknown[]) => unknown,
    /** The element type that a storage class or dtype stands for; `untyped` for bytes without one. */
    readonly element?: FileDType | 'untyped',
  ) {}
}

/** The bytes of a storage, once they are found. */
export class StorageRecord {
  data: Uint8Array | undefined;
  /** What its elements are; every use of a storage must agree. */
  element: FileDType | 'untyped' | undefined;
  constructor(readonly key: string) {}
}

/** A use of a storage, or of a part of it (in files of PyTorch 0.x). */
export class StorageRef {
  constructor(
    readonly record: StorageRecord,
    readonly element: FileDType | 'untyped',
    /** How many elements it announces. */
    readonly count: number,
    /** Elements of the record before it. */
    readonly start = 0,
  ) {}
}

/** A tensor, described but not yet made: its bytes may come later in the file. */
export class PyTensor {
  constructor(
    readonly storage: StorageRef,
    readonly element: FileDType,
    readonly offset: number,
    readonly shape: number[],
    readonly strides: number[],
    readonly requiresGrad: boolean,
  ) {}
}

/** What an array, record, Map or Uint8Array was in Python. */
export interface PythonKind {
  readonly kind: DictKind | 'tuple' | 'Size' | 'bytes' | 'bytearray';
  /** Whether the keys of a record that are whole numbers were ints. */
  readonly intKeys?: boolean;
}

/** Remembers it for saving: what was loaded is saved as it was. */
export const pythonKinds = new WeakMap<object, PythonKind>();

/** Whether a key of a record is how JavaScript writes a whole number: "12", "-3". */
export function isIntKey(key: string): boolean {
  return /^(0|-?[1-9]\d{0,14})$/.test(key);
}
