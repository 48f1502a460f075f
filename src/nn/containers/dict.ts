/** Dictionaries that a model can see: of modules and of parameters. */
import { ArgumentError } from '../../errors.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { assertModule } from '../module/is-module.js';
import { Module } from '../module/module.js';
import type { Parameter } from '../module/state/parameter.js';
import { checkName, pairs, parameterOf } from './entries.js';

type Entries<V> = Iterable<readonly [string, V]> | Readonly<Record<string, V>>;

/** @internal What both dictionaries do. `V` are the entries, `Input` what becomes one. */
export abstract class EntryDict<V, Input = V> extends Module {
  static override readonly className: string = 'EntryDict';
  // Not fields: any name may be a key, `train` and `forward` too. Not `#map` either, which clone could not copy.
  protected readonly map = new Map<string, V>();

  /** The word for an entry in messages. */
  protected abstract entryWord(): string;

  /** The value, once checked, as an entry. */
  protected abstract entryOf(name: string, value: Input): V;

  protected override fields(): Iterable<readonly [string, unknown]> {
    return this.map;
  }

  /** How many entries there are. */
  get size(): number {
    return this.map.size;
  }

  /** The entry of that name. @throws {ArgumentError} when there is none; ask `has` first. */
  get(name: string): V {
    const entry = this.map.get(name);
    if (entry === undefined)
      throw new ArgumentError(
        `${classNameOf(this)}: there is no ${this.entryWord()} "${name}". There are ${[...this.map.keys()].join(', ') || 'none'}.`,
      );
    return entry;
  }

  /** Whether there is an entry of that name. */
  has(name: string): boolean {
    return this.map.has(name);
  }

  /** Sets the entry of that name. */
  set(name: string, entry: Input): this {
    checkName(classNameOf(this), name);
    this.map.set(name, this.entryOf(name, entry));
    return this;
  }

  /** Sets entries by name. */
  update(entries: Entries<Input>): this {
    for (const [name, entry] of pairs(classNameOf(this), entries)) this.set(name, entry);
    return this;
  }

  /** Takes the entry of that name out. Returns whether there was one. */
  delete(name: string): boolean {
    return this.map.delete(name);
  }

  /** Takes the entry of that name out, and returns it. @throws {ArgumentError} when there is none. */
  pop(name: string): V {
    const entry = this.get(name);
    this.map.delete(name);
    return entry;
  }

  /** Takes all entries out. */
  clear(): void {
    this.map.clear();
  }

  /** The names, in the order of insertion. */
  keys(): IterableIterator<string> {
    return this.map.keys();
  }

  /** The entries, in the order of insertion. */
  values(): IterableIterator<V> {
    return this.map.values();
  }

  /** Names and entries, in the order of insertion. */
  entries(): IterableIterator<[string, V]> {
    return this.map.entries();
  }

  /** {@link entries} under Python's name. */
  items(): IterableIterator<[string, V]> {
    return this.map.entries();
  }

  [Symbol.iterator](): IterableIterator<[string, V]> {
    return this.map.entries();
  }
}

/**
 * Modules by name; it has no forward of its own. Iterates over its entries in the order of insertion.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html
 * @example
 * const heads = new nn.ModuleDict({ digits: new nn.Linear(8, 10), parity: new nn.Linear(8, 2) });
 * heads.get('parity').forward(ones([1, 8]));
 */
export class ModuleDict<M extends Module = Module> extends EntryDict<M> {
  static override readonly className: string = 'ModuleDict';

  constructor(modules: Entries<M> = {}) {
    super();
    this.update(modules);
  }

  protected override entryWord(): string {
    return 'module';
  }

  protected override entryOf(name: string, module: M): M {
    assertModule(classNameOf(this), `"${name}"`, module);
    return module;
  }

  override registerModule<T extends Module | null>(name: string, module: T): T {
    if (module !== null) this.set(name, module as unknown as M);
    return module;
  }

  forward(): never {
    throw new ArgumentError(`${classNameOf(this)}: it has no forward. Call its modules by name: layers.get(name).forward(x).`);
  }
}

/**
 * Parameters by name. Iterates over its entries in the order of insertion; what is given as an object is inserted in the order of its
 * names, as in PyTorch.
 * @param parameters plain tensors become parameters.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterDict.html
 * @example
 * const scales = new nn.ParameterDict({ left: ones([1]), right: ones([1]) });
 * scales.get('left').mul(2);
 */
export class ParameterDict extends EntryDict<Parameter, Tensor> {
  static override readonly className: string = 'ParameterDict';

  constructor(parameters: Entries<Tensor> = {}) {
    super();
    this.update(parameters);
  }

  protected override entryWord(): string {
    return 'parameter';
  }

  protected override entryOf(name: string, parameter: Tensor): Parameter {
    return parameterOf(parameter, `${classNameOf(this)}: "${name}"`);
  }

  /** Puts a tensor into a field. */
  override setField(name: string, tensor: Tensor): void {
    this.set(name, tensor);
  }

  /** The parameter of that name; where there is none, `parameter` becomes it. */
  setDefault(name: string, parameter: Tensor): Parameter {
    if (!this.map.has(name)) this.set(name, parameter);
    return this.get(name);
  }

  /** Sets parameters by name; plain tensors become such. */
  override update(parameters: Entries<Tensor>): this {
    const entries = pairs(classNameOf(this), parameters);
    if (!(Symbol.iterator in parameters)) entries.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, parameter] of entries) this.set(name, parameter);
    return this;
  }

  /** A dictionary of the same parameters. */
  copy(): ParameterDict {
    return new (this.constructor as typeof ParameterDict)(this.map);
  }

  override registerParameter<T extends Parameter | null>(name: string, parameter: T): T {
    if (parameter !== null) this.set(name, parameter);
    return parameter;
  }

  forward(): never {
    throw new ArgumentError(`${classNameOf(this)}: it has no forward. Use its parameters by name.`);
  }

  override extraRepr(): string {
    const type = (p: Parameter) => (p.dtype === 'float64' ? 'DoubleTensor' : 'FloatTensor');
    return [...this.map]
      .map(([name, p]) => `  (${name}): Parameter containing: [torch.${type(p)} of size ${p.shape.join('x')}]`)
      .join('\n');
  }
}
