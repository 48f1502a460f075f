/**
 * Pickles: the little machine that Python keeps its values in. This one makes values and runs nothing: whatever a pickle may call
 * is in a short list that its user gives. https://docs.python.org/3/library/pickletools.html
 */
import type { Budget } from '../budget.js';
import type { Fail } from '../zip/zip.js';
import { PyDict, PyGlobal, PySet, PyTensor, PyTuple, StorageRef } from './pickle-values.js';

/** More than any checkpoint's structure takes; what one byte of it makes can take some hundred bytes of memory. */
const MAX_BYTES = 2 ** 27;
const MAX_CONTAINERS = 2_000_000;
/** Below the most entries that a Map can have. */
const MAX_OPERATIONS = 2 ** 24 - 1;
const MAX_STACK = 2 ** 22;
/** Bytes of an integer. */
const MAX_INT_BYTES = 1024;
const HIGHEST_PROTOCOL = 5;

export interface UnpickleOptions {
  /** The class or function of a name; throws for what is not known. */
  readonly global: (module: string, name: string) => PyGlobal;
  /** What a persistent id stands for. */
  readonly persistent: (id: unknown) => unknown;
  readonly fail: Fail;
  /** Pays for every operation, and for what it makes. */
  readonly budget: Budget;
  /** What strings of Python 2 become, which does not say whether they are text or bytes. Default: text, where it can be. */
  readonly oldStrings?: 'bytes';
  /** Sets attributes of what a call made, by BUILD; false where it does not know the object. */
  readonly build?: (target: unknown, state: unknown) => boolean;
  /** The most bytes of a pickle. Default: more than any checkpoint's structure takes. */
  readonly maxBytes?: number;
}

/** Those in text, and those that only they need. */
const OLD_OPERATIONS = 'ILFSVgpildoP';

/** Where a list of values begins on the stack. */
const MARK = Symbol('mark');

/** One pickle of `bytes` from `start` on, and where it ends. */
export function unpickle(bytes: Uint8Array, start: number, options: UnpickleOptions): { value: unknown; end: number } {
  const machine = new Machine(bytes, start, options);
  const value = machine.run();
  return { value, end: machine.at };
}

class Machine {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #options: UnpickleOptions;
  readonly #budget: Budget;
  readonly #fail: Fail;
  readonly #most: number;
  readonly #limit: number;
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #containers = 0;

  constructor(bytes: Uint8Array, start: number, options: UnpickleOptions) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = start;
    this.#most = options.maxBytes ?? MAX_BYTES;
    this.#limit = Math.min(bytes.length, start + this.#most);
    this.#options = options;
    this.#budget = options.budget;
    this.#fail = options.fail;
  }

  run(): unknown {
    for (let count = 0; ; count++) {
      if (count > MAX_OPERATIONS) this.#fail(`its pickle holds more than ${MAX_OPERATIONS} values.`);
      this.#budget.spend(1);
      const at = this.#take(1);
      const code = this.#bytes[at]!;
      if (code === STOP) {
        const value = this.#pop();
        if (this.#stack.length > 0) this.#fail('its pickle ends with values left over: it is damaged.');
        return value;
      }
      const step = operations[code];
      if (step === undefined) this.#unknown(code, at);
      else step(this);
      if (this.#stack.length > MAX_STACK) this.#fail(`its pickle holds more than ${MAX_STACK} values in one tuple or list.`);
    }
  }

  protocol(protocol: number): void {
    if (protocol > HIGHEST_PROTOCOL) this.#fail(`its pickle is of protocol ${protocol}; Hone reads 2 to ${HIGHEST_PROTOCOL}.`);
  }

  #unknown(code: number, at: number): never {
    const old = OLD_OPERATIONS.includes(String.fromCharCode(code));
    return this.#fail(
      old
        ? `its pickle uses an operation of protocol 0 or 1 (${JSON.stringify(String.fromCharCode(code))}), which PyTorch never writes. Save it again with torch.save.`
        : `its pickle has the byte 0x${code.toString(16).padStart(2, '0')} at ${at}, an operation that Hone does not know: it is damaged, or not a pickle.`,
    );
  }

  /** The position of the next `count` bytes, which are taken. */
  #take(count: number): number {
    const { at } = this;
    if (at + count > this.#limit) {
      this.#fail(
        this.#limit < this.#bytes.length
          ? `its pickle is longer than ${this.#most} bytes; tensors belong beside it, not in it.`
          : 'its pickle ends too early: the file is cut short or damaged.',
      );
    }
    this.at = at + count;
    return at;
  }

  u8(): number {
    return this.#bytes[this.#take(1)]!;
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }
  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }
  /** A length in 8 bytes; too long a one ends beyond the file. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }
  float(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    this.#budget.spend(length / 64);
    return this.#bytes.subarray(at, at + length);
  }

  text(length: number): string {
    const bytes = this.bytes(length);
    try {
      return this.#decoder.decode(bytes);
    } catch {
      return this.#fail('a text in its pickle is not UTF-8.');
    }
  }

  /** A string of Python 2, which does not say whether it is text or bytes. */
  oldText(length: number): string | Uint8Array {
    if (length < 0) this.#fail('a text in its pickle has a negative length.');
    const bytes = this.bytes(length);
    if (this.#options.oldStrings === 'bytes') return bytes;
    try {
      return this.#decoder.decode(bytes);
    } catch {
      return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    }
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.at);
    if (end < 0 || end >= this.#limit || end - this.at > 1000) this.#fail('a name in its pickle has no end: it is damaged.');
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  /** A whole number in two's complement: a number where that is exact, else a bigint. */
  int(length: number): number | bigint {
    if (length < 0 || length > MAX_INT_BYTES)
      this.#fail(`its pickle has an integer of ${length} bytes; at most ${MAX_INT_BYTES} are read.`);
    const bytes = this.bytes(length);
    let digits = '';
    for (let i = length - 1; i >= 0; i--) digits += bytes[i]!.toString(16).padStart(2, '0');
    const value = BigInt.asIntN(8 * length, BigInt(`0x${digits || '0'}`));
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  /** A new list, dict, tuple or set, which are counted. */
  pushNew(value: unknown): void {
    if (++this.#containers > MAX_CONTAINERS) this.#fail(`its pickle holds more than ${MAX_CONTAINERS} lists and dicts.`);
    this.#budget.spend(2);
    this.#stack.push(value);
  }

  #pop(): unknown {
    const value = this.#stack.length > 0 ? this.#stack.pop() : MARK;
    return value === MARK ? this.#fail('its pickle takes a value where there is none: it is damaged.') : value;
  }

  pop(): unknown {
    return this.#pop();
  }

  top(): unknown {
    const value = this.#stack.length > 0 ? this.#stack[this.#stack.length - 1] : MARK;
    return value === MARK ? this.#fail('its pickle takes a value where there is none: it is damaged.') : value;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
    this.#stack.push(MARK);
  }

  popMark(): unknown[] {
    const from = this.#marks.pop();
    if (from === undefined || this.#stack[from] !== MARK) return this.#fail('its pickle ends a list that never began: it is damaged.');
    const items = this.#stack.splice(from);
    items.shift();
    return items;
  }

  tuple(count: number): void {
    const items: unknown[] = [];
    for (let i = 0; i < count; i++) items.push(this.#pop());
    this.pushNew(new PyTuple(items.reverse()));
  }

  put(index: number): void {
    this.#memo.set(index, this.top());
  }

  memoize(): void {
    this.#memo.set(this.#memo.size, this.top());
  }

  get(index: number): void {
    if (!this.#memo.has(index)) this.#fail(`its pickle repeats value ${index}, which it never noted: it is damaged.`);
    this.#stack.push(this.#memo.get(index));
  }

  global(module: string, name: string): void {
    this.#stack.push(this.#options.global(module, name));
  }

  stackGlobal(): void {
    const [name, module] = [this.#pop(), this.#pop()];
    if (typeof name !== 'string' || typeof module !== 'string') this.#fail('its pickle names a class by something else than text.');
    this.global(module as string, name as string);
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) this.#fail(`its pickle appends to ${describe(list)}, expected a list: it is damaged.`);
    for (const item of items) (list as unknown[]).push(item);
  }

  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof PyDict)) this.#fail(`its pickle sets entries of ${describe(dict)}, expected a dict: it is damaged.`);
    this.#budget.spend(items.length);
    if (items.length % 2 !== 0) this.#fail('its pickle has a key without a value: it is damaged.');
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (!isHashable(key)) this.#fail(`its pickle has ${describe(key)} as a key of a dict: it is damaged.`);
      dict.entries.set(key, items[i + 1]);
    }
  }

  addItems(): void {
    const items = this.popMark();
    const set = this.top();
    this.#budget.spend(items.length);
    if (!(set instanceof PySet)) this.#fail(`its pickle adds to ${describe(set)}, expected a set: it is damaged.`);
    for (const item of items) set.items.add(item);
  }

  frozenSet(): void {
    const set = new PySet();
    for (const item of this.popMark()) set.items.add(item);
    this.pushNew(set);
  }

  persistent(): void {
    this.#stack.push(this.#options.persistent(this.#pop()));
  }

  /** Calls what is in the list of what may be called. */
  call(args: unknown): void {
    const callee = this.#pop();
    if (!(callee instanceof PyGlobal)) this.#fail(`its pickle calls ${describe(callee)}: it is damaged, or malicious.`);
    if (!(args instanceof PyTuple)) this.#fail(`its pickle calls ${callee.name} without a tuple of arguments: it is damaged.`);
    if (callee.call === undefined)
      this.#fail(`its pickle calls "${callee.name}", which Hone knows as a name only. Nothing was run; the file is unusual or malicious.`);
    this.pushNew(callee.call(args.items));
  }

  /** Sets attributes: those of an OrderedDict, where PyTorch keeps the versions of a state dict's modules, mean nothing to Hone. */
  build(): void {
    const state = this.#pop();
    const target = this.top();
    if (target instanceof PyDict && target.kind !== 'dict') return;
    if (this.#options.build?.(target, state)) return;
    this.#fail(
      target instanceof PyTensor
        ? 'it holds a tensor in the form of PyTorch before 0.2, which Hone does not read. Load it in Python and torch.save it again.'
        : `its pickle sets attributes of ${describe(target)} (${describe(state)}), which Hone does not do.`,
    );
  }
}

function isHashable(key: unknown): boolean {
  return key === null || typeof key !== 'object' || key instanceof PyTuple || key instanceof Uint8Array || key instanceof PyGlobal;
}

/** A value of a pickle, for messages. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof PyDict) return value.kind === 'dict' ? 'a dict' : `a ${value.kind}`;
  if (value instanceof PyTuple) return 'a tuple';
  if (value instanceof PySet) return 'a set';
  if (value instanceof PyTensor) return 'a tensor';
  if (value instanceof StorageRef) return 'a storage';
  if (value instanceof PyGlobal) return `"${value.name}"`;
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 60))}`;
  return `${String(value)}`;
}

const STOP = 0x2e;

/** What each byte does; the names are pickletools'. */
const operations: { readonly [code: number]: (m: Machine) => void } = {
  128: (m) => m.protocol(m.u8()), // PROTO
  149: (m) => void m.u64(), // FRAME: how many bytes belong together, for readers of streams
  78: (m) => m.push(null), // NONE
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  75: (m) => m.push(m.u8()), // BININT1
  77: (m) => m.push(m.u16()), // BININT2
  74: (m) => m.push(m.i32()), // BININT
  138: (m) => m.push(m.int(m.u8())), // LONG1
  139: (m) => m.push(m.int(m.i32())), // LONG4
  71: (m) => m.push(m.float()), // BINFLOAT
  140: (m) => m.push(m.text(m.u8())), // SHORT_BINUNICODE
  88: (m) => m.push(m.text(m.u32())), // BINUNICODE
  141: (m) => m.push(m.text(m.u64())), // BINUNICODE8
  85: (m) => m.push(m.oldText(m.u8())), // SHORT_BINSTRING
  84: (m) => m.push(m.oldText(m.i32())), // BINSTRING
  67: (m) => m.push(m.bytes(m.u8()).slice()), // SHORT_BINBYTES
  66: (m) => m.push(m.bytes(m.u32()).slice()), // BINBYTES
  142: (m) => m.push(m.bytes(m.u64()).slice()), // BINBYTES8
  150: (m) => m.push(m.bytes(m.u64()).slice()), // BYTEARRAY8
  40: (m) => m.mark(), // MARK
  48: (m) => void m.pop(), // POP
  49: (m) => void m.popMark(), // POP_MARK
  50: (m) => m.push(m.top()), // DUP
  41: (m) => m.tuple(0), // EMPTY_TUPLE
  133: (m) => m.tuple(1), // TUPLE1
  134: (m) => m.tuple(2), // TUPLE2
  135: (m) => m.tuple(3), // TUPLE3
  116: (m) => m.pushNew(new PyTuple(m.popMark())), // TUPLE
  93: (m) => m.pushNew([]), // EMPTY_LIST
  97: (m) => m.append([m.pop()]), // APPEND
  101: (m) => m.append(m.popMark()), // APPENDS
  125: (m) => m.pushNew(new PyDict()), // EMPTY_DICT
  115: (m) => m.setItems([m.pop(), m.pop()].reverse()), // SETITEM
  117: (m) => m.setItems(m.popMark()), // SETITEMS
  143: (m) => m.pushNew(new PySet()), // EMPTY_SET
  144: (m) => m.addItems(), // ADDITEMS
  145: (m) => m.frozenSet(), // FROZENSET
  113: (m) => m.put(m.u8()), // BINPUT
  114: (m) => m.put(m.u32()), // LONG_BINPUT
  148: (m) => m.memoize(), // MEMOIZE
  104: (m) => m.get(m.u8()), // BINGET
  106: (m) => m.get(m.u32()), // LONG_BINGET
  99: (m) => m.global(m.line(), m.line()), // GLOBAL
  147: (m) => m.stackGlobal(), // STACK_GLOBAL
  82: (m) => m.call(m.pop()), // REDUCE
  129: (m) => m.call(m.pop()), // NEWOBJ: the same for the few classes that may be called
  98: (m) => m.build(), // BUILD
  81: (m) => m.persistent(), // BINPERSID
};
