/**
 * How data sets cross to a worker: structured clone copies plain data and leaves the methods behind, so Hone's own objects (data sets,
 * transforms, images) travel as the name of their class and their fields, tensors as their numbers, and functions as their text.
 */
import { ArgumentError } from '../../../errors.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { fromTypedArray } from '../../../tensor/create/create.js';
import { numel } from '../../../tensor/shape.js';
import { type Handed, Storage } from '../../../tensor/storage.js';
import { Tensor } from '../../../tensor/tensor.js';
import { type DType, dtypes, type TypedArray } from '../../../tensor/values/dtype.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import { ModuleDataset, makeDataset } from '../../datasets/module-dataset.js';
import { ModuleIterableDataset } from '../../datasets/module-iterable-dataset.js';

/** A value as structured clone copies it. One that is found in two places is one object here, too, and stays one. */
export type Crossing =
  | { readonly kind: 'value'; readonly value: unknown }
  | TensorCrossing
  | { readonly kind: 'list' | 'set'; readonly items: Crossing[] }
  | { readonly kind: 'map'; readonly entries: (readonly [Crossing, Crossing])[] }
  | { readonly kind: 'record'; readonly fields: (readonly [string, Crossing])[] }
  | ({ readonly kind: 'instance' } & Instance)
  | { readonly kind: 'function'; readonly place: string; readonly text: string }
  | { readonly kind: 'module'; readonly url: string; readonly args: readonly Crossing[] };

/** An object of one of Hone's classes. */
interface Instance {
  readonly name: string;
  readonly signature: string;
  readonly fields: (readonly [string, Crossing])[];
}

/** A tensor on its way. */
export interface TensorCrossing {
  readonly kind: 'tensor';
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Its numbers, or the block in which they lie, where threads share their memory. */
  readonly values: TypedArray | Handed;
  readonly requiresGrad: boolean;
  /** Of what class it is, where that is not Tensor itself. */
  readonly as?: Instance;
  /** Of a batch: the place in the samples where numbers stood that it was made of. */
  readonly numbersAt?: string;
}

/** A value, packed, and the modules that must make their data sets before it can be made. */
export interface Packet {
  readonly root: Crossing;
  readonly modules: readonly Crossing[];
}

/** A value for the workers. `what` is its name in errors. @throws {ArgumentError} for what cannot cross: it says where that stands. */
export function packet(value: unknown, what: string): Packet {
  const packer = new Packer({ numbers: shared, refuse: cannotCross });
  return { root: packer.pack(value, what), modules: packer.modules };
}

/** @throws {ArgumentError} as {@link packet}, which reads all numbers; this does not. */
export function checkCrosses(value: unknown, what: string): void {
  new Packer({ numbers: () => new Uint8Array(0), refuse: cannotCross }).pack(value, what);
}

/** The numbers of a tensor in memory that threads share; copied for each, where the host has none (pages without cross-origin isolation). */
function shared(x: Tensor): TypedArray {
  const values = toTypedArray(x) as TypedArray;
  if (typeof SharedArrayBuffer === 'undefined') return values;
  const out = new (values.constructor as Uint8ArrayConstructor)(new SharedArrayBuffer(values.byteLength));
  out.set(values as Uint8Array);
  return out;
}

/** How values cross in one direction. */
export interface Direction {
  /** The numbers of a tensor. */
  numbers(x: Tensor): TypedArray | Handed;
  /** What else is said of a tensor. */
  about?(x: Tensor, place: string): Partial<TensorCrossing>;
  /** The error for what cannot cross. */
  refuse(place: string, what: string, why?: string): Error;
  /** Whether functions and modules stay where they are. */
  readonly plain?: boolean;
}

export class Packer {
  readonly modules: Crossing[] = [];
  private readonly seen = new Map<object, Crossing>();

  constructor(private readonly direction: Direction) {}

  pack(value: unknown, place: string): Crossing {
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') {
      if (typeof value === 'symbol') throw this.direction.refuse(place, 'a symbol');
      return { kind: 'value', value };
    }
    let found = this.seen.get(value);
    if (!found) {
      found = this.start(value, place);
      this.seen.set(value, found);
      this.fill(found, value, place);
    }
    return found;
  }

  /** What a value becomes, still without what it holds, in which it may stand itself. */
  private start(value: object, place: string): Crossing {
    const { direction } = this;
    if (typeof value === 'function') {
      if (direction.plain) throw direction.refuse(place, 'a function');
      return { kind: 'function', place, text: textOf(value, place) };
    }
    if (value instanceof Tensor) {
      const { dtype, shape, requiresGrad } = value;
      if (requiresGrad && !value.isLeaf) throw direction.refuse(place, 'a tensor that gradients flow through', 'call detach() on it');
      const as = value.constructor === Tensor ? {} : { as: this.instance(value, place) };
      const about = direction.about?.(value, place);
      return { kind: 'tensor', dtype, shape: [...shape], values: direction.numbers(value), requiresGrad, ...as, ...about };
    }
    if (Array.isArray(value)) return value.every(isPrimitive) ? { kind: 'value', value } : { kind: 'list', items: [] };
    if (value instanceof Map) return { kind: 'map', entries: [] };
    if (value instanceof Set) return { kind: 'set', items: [] };
    if (!direction.plain && (value instanceof ModuleDataset || value instanceof ModuleIterableDataset))
      return { kind: 'module', url: value.url, args: value.args.map((arg, i) => this.pack(arg, `${place}.args[${i}]`)) };
    const prototype = Object.getPrototypeOf(value) as { constructor?: unknown } | null;
    if (prototype === null || prototype === Object.prototype) return { kind: 'record', fields: [] };
    // Typed arrays, dates, files: what the host makes it clones.
    if (ArrayBuffer.isView(value) || isNative(value.constructor)) return { kind: 'value', value };
    return { kind: 'instance', ...this.instance(value, place) };
  }

  private instance(value: object, place: string): Instance {
    if (!Object.hasOwn(value.constructor, 'className'))
      throw this.direction.refuse(place, `a ${classNameOf(value)}`, 'its methods stay behind');
    return { name: classNameOf(value), signature: signatureOf(value.constructor), fields: [] };
  }

  private fill(out: Crossing, value: object, place: string): void {
    switch (out.kind) {
      case 'list':
        (value as unknown[]).forEach((item, i) => {
          out.items.push(this.pack(item, `${place}[${i}]`));
        });
        break;
      case 'set':
        for (const item of value as Set<unknown>) out.items.push(this.pack(item, `${place}, an item of the Set,`));
        break;
      case 'map':
        for (const [key, item] of value as Map<unknown, unknown>)
          out.entries.push([this.pack(key, `${place}, a key of the Map,`), this.pack(item, `${place}.get(${String(key)})`)]);
        break;
      case 'record':
      case 'instance':
        for (const [key, item] of Object.entries(value)) out.fields.push([key, this.pack(item, `${place}.${key}`)]);
        break;
      case 'tensor':
        // Of a subclass the fields that it adds.
        if (out.as)
          for (const [key, item] of Object.entries(value))
            if (!tensorFields().has(key)) out.as.fields.push([key, this.pack(item, `${place}.${key}`)]);
        break;
      case 'module':
        this.modules.push(out);
        break;
    }
  }
}

let ownOfTensors: ReadonlySet<string> | undefined;

/** The fields that every tensor has. */
const tensorFields = (): ReadonlySet<string> => (ownOfTensors ??= new Set(Object.keys(fromTypedArray(new Uint8Array(0)))));

const isPrimitive = (value: unknown) =>
  (typeof value !== 'object' || value === null) && typeof value !== 'function' && typeof value !== 'symbol';

const isNative = (type: unknown) => typeof type === 'function' && /\[native code\]\s*\}$/.test(Function.prototype.toString.call(type));

function cannotCross(place: string, what: string, why = ''): ArgumentError {
  return new ArgumentError(
    `DataLoader: numWorkers is above 0, but ${place} is ${what}, which cannot cross to another thread${why && `: ${why}`}. Let a module make the data set: await ModuleDataset.load(new URL('./module.js', import.meta.url)), of a stream ModuleIterableDataset.load; or leave numWorkers at 0.`,
  );
}

/**
 * A class by its name, those that it extends, and the names of their methods. A class of the user's that happens to be called like one of
 * Hone's is not taken for it, nor is one of another version.
 */
function signatureOf(type: object): string {
  const parts: string[] = [];
  // What stands in Tensor and Object is the same for all. Minifiers rename classes, but leave className and the names of methods.
  for (let at = type as Type | null; at?.prototype && (at as object) !== Tensor; at = Object.getPrototypeOf(at) as Type | null) {
    const name = Object.hasOwn(at, 'className') ? String(at.className) : '';
    parts.push(`${name}(${Object.getOwnPropertyNames(at.prototype).sort().join(' ')})`);
  }
  return parts.join('<');
}

interface Type {
  readonly prototype?: object;
  readonly className?: unknown;
}

/** A function as an expression. It may be written as a method. */
function textOf(value: object, place: string): string {
  const text = Function.prototype.toString.call(value);
  if (isNative(value)) throw cannotCross(place, 'a function of the host, or a bound one');
  for (const form of [`(${text})`, `((o) => o[Reflect.ownKeys(o)[0]])({${text}})`]) {
    try {
      compile(form);
      return form;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw cannotCross(place, 'a function', (error as Error).message);
    }
  }
  throw cannotCross(place, 'a function whose text does not stand alone');
}

/** Compilers that keep the names of functions wrap them in calls of `__name`. */
const compile = (form: string) => new Function('__name', `"use strict"; return ${form};`) as (name: <T>(f: T) => T) => unknown;

/** Classes that may be asked for, and by their signatures those of them that were looked at. */
const classes = new Set<object>();
const known = new Map<string, object>();

/** Makes classes known to this thread: objects of them may come from others. */
export function knowClasses(more: Iterable<unknown>): void {
  for (const type of more) if (typeof type === 'function' && Object.hasOwn(type, 'className')) classes.add(type);
}

/** The places of the functions that crossed to this worker as their text. */
export const crossedFunctions: string[] = [];

/** What {@link packet} packed. @throws {ArgumentError} for an object of a class that this worker does not know. */
export async function unpacked(packet: Packet): Promise<unknown> {
  const maker = new Maker(tensorOf);
  for (const node of packet.modules) {
    if (node.kind !== 'module') continue;
    const args = node.args.map((arg) => maker.make(arg));
    maker.made.set(node, await makeDataset(node.url, args));
  }
  return maker.make(packet.root);
}

/** A tensor as it was packed, without its class. */
export function tensorOf({ dtype, shape, values, requiresGrad }: TensorCrossing): Tensor {
  const x =
    'ptr' in values
      ? new Tensor(new Storage(numel(shape) * dtypes[dtype].bytes, values), shape, dtype)
      : fromTypedArray(values, shape, dtype === 'bool' ? { dtype } : {});
  return requiresGrad ? x.requiresGrad_() : x;
}

/** Makes values again. */
export class Maker {
  readonly made = new Map<Crossing, unknown>();

  constructor(private readonly tensor: (node: TensorCrossing) => Tensor) {}

  make(node: Crossing): unknown {
    if (node.kind === 'value') return node.value;
    if (this.made.has(node)) return this.made.get(node);
    switch (node.kind) {
      case 'tensor': {
        const x = this.keep(node, this.tensor(node));
        return node.as ? this.filled(Object.setPrototypeOf(x, classOf(node.as).prototype) as object, node.as.fields) : x;
      }
      case 'list': {
        const list = this.keep<unknown[]>(node, []);
        for (const item of node.items) list.push(this.make(item));
        return list;
      }
      case 'set': {
        const set = this.keep(node, new Set());
        for (const item of node.items) set.add(this.make(item));
        return set;
      }
      case 'map': {
        const map = this.keep(node, new Map());
        for (const [key, item] of node.entries) map.set(this.make(key), this.make(item));
        return map;
      }
      case 'record':
        return this.filled(this.keep(node, {}), node.fields);
      case 'instance': {
        const object = this.keep(node, Object.create(classOf(node).prototype) as { afterCrossing?(): void });
        this.filled(object, node.fields);
        object.afterCrossing?.();
        return object;
      }
      case 'function':
        crossedFunctions.push(node.place);
        return this.keep(
          node,
          compile(node.text)((f) => f),
        );
      case 'module':
        throw new ArgumentError('DataLoader: a module stands inside of its own arguments.');
    }
  }

  private keep<T>(node: Crossing, value: T): T {
    this.made.set(node, value);
    return value;
  }

  private filled(out: object, fields: readonly (readonly [string, Crossing])[]): object {
    for (const [key, item] of fields)
      Object.defineProperty(out, key, { value: this.make(item), writable: true, enumerable: true, configurable: true });
    return out;
  }
}

function classOf({ name, signature }: Instance): { prototype: object } {
  for (const type of classes) known.set(signatureOf(type), type);
  classes.clear();
  const type = known.get(signature);
  if (!type)
    throw new ArgumentError(
      `DataLoader: a ${name} cannot cross to another thread: its class is not known there. Let a module make the data set: await ModuleDataset.load(new URL('./module.js', import.meta.url)), or leave numWorkers at 0.`,
    );
  return type as { prototype: object };
}
