/** Modules that hold modules: a chain, a list, a dictionary; and a list of parameters. */
import { ArgumentError, IndexError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { describe, frame, indent } from './module-text.js';
import { Parameter } from './parameter.js';

/** Entries under '0', '1', …: what Sequential, ModuleList and ParameterList share. Fields whose names are whole numbers come first and in order. */
function entryAt<T>(list: { readonly length: number; readonly [index: number]: T }, index: number, name: string): T {
  const { length } = list;
  const at = index < 0 ? index + length : index;
  if (!Number.isInteger(at) || at < 0 || at >= length)
    throw new IndexError(`${name}: index ${index} is out of range for ${length} entries.`);
  return list[at]!;
}

function assertModule(value: unknown, what: string): asserts value is Module {
  if (value instanceof Module) return;
  const given =
    typeof value === 'function'
      ? `the ${/^class/.test(String(value)) ? 'class' : 'function'} ${value.name}`
      : value instanceof Tensor
        ? 'a Tensor'
        : String(value);
  throw new ArgumentError(
    `${what} is ${given}, expected a Module.${typeof value === 'function' ? ` For a class, write new ${value.name}(…).` : ''}`,
  );
}

/**
 * Modules called one after the other, each with what the one before returned.
 * @param modules in order, as arguments or one array; or one object of modules, whose keys become their names.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 * @example
 * new nn.Sequential(new nn.Linear(784, 64), new nn.ReLU(), new nn.Linear(64, 10));
 */
export class Sequential extends Module {
  [index: number]: Module;

  constructor(...modules: readonly Module[] | [readonly Module[]] | [Readonly<Record<string, Module>>]) {
    super();
    const [first] = modules;
    if (modules.length === 1 && Array.isArray(first)) this.extend(first as Module[]);
    else if (
      modules.length === 1 &&
      first !== null &&
      typeof first === 'object' &&
      !(first instanceof Module) &&
      !(first instanceof Tensor)
    ) {
      for (const [name, module] of Object.entries(first as Record<string, Module>)) {
        assertModule(module, `Sequential: "${name}"`);
        this.registerModule(name, module);
      }
    } else this.extend(modules as readonly Module[]);
  }

  /** How many modules. */
  get length(): number {
    return this.childEntries().length;
  }

  /** The module at `index`; negative ones count from the end. @throws {IndexError} */
  at(index: number): Module {
    return entryAt(
      this.childEntries().map(([, module]) => module),
      index,
      'Sequential',
    );
  }

  [Symbol.iterator](): Iterator<Module> {
    return this.childEntries()
      .map(([, module]) => module)
      [Symbol.iterator]();
  }

  /** Adds a module at the end. */
  append(module: Module): this {
    assertModule(module, `Sequential: entry ${this.length}`);
    this.registerModule(String(this.length), module);
    return this;
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<Module>): this {
    for (const module of modules) this.append(module);
    return this;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the first module says what goes in, the last what comes out
  forward(...inputs: any[]): any {
    let current = inputs;
    for (const name of Object.keys(this)) {
      const module: unknown = this[name as unknown as number];
      if (module instanceof Module) current = [module.forward(...current)];
    }
    return current[0];
  }
}

/**
 * A list of modules that a model can see; it has no forward of its own.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
 */
export class ModuleList<M extends Module = Module> extends Module {
  [index: number]: M;

  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  get length(): number {
    return this.childEntries().length;
  }

  /** The module at `index`; negative ones count from the end. @throws {IndexError} */
  at(index: number): M {
    return entryAt(this, index, 'ModuleList');
  }

  [Symbol.iterator](): Iterator<M> {
    return this.childEntries()
      .map(([, module]) => module as M)
      [Symbol.iterator]();
  }

  append(module: M): this {
    assertModule(module, `ModuleList: entry ${this.length}`);
    this.registerModule(String(this.length), module);
    return this;
  }

  extend(modules: Iterable<M>): this {
    for (const module of modules) this.append(module);
    return this;
  }

  /** Puts a module before the one at `index`. */
  insert(index: number, module: M): this {
    const rest = [...this].slice(index);
    const at = index < 0 ? Math.max(0, index + this.length) : Math.min(index, this.length);
    assertModule(module, `ModuleList: entry ${at}`);
    [module, ...rest].forEach((entry, i) => {
      this.registerModule(String(at + i), entry);
    });
    return this;
  }

  forward(): never {
    throw new ArgumentError('ModuleList: it has no forward. Call its modules one by one, or use nn.Sequential.');
  }

  /** Runs of modules with equal text share a line, as in PyTorch. */
  override toString(): string {
    const runs: { from: number; to: number; text: string }[] = [];
    [...this].forEach((module, i) => {
      const text = module.toString();
      const last = runs.at(-1);
      if (last?.text === text) last.to = i;
      else runs.push({ from: i, to: i, text });
    });
    const line = ({ from, to, text }: (typeof runs)[number]) =>
      from === to ? `(${from}): ${indent(text)}` : `(${from}-${to}): ${to - from + 1} x ${indent(text)}`;
    return frame(this.constructor.name, [], runs.map(line));
  }
}

/**
 * Modules by name; it has no forward of its own. Iterates over its entries in the order of insertion.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html
 */
export class ModuleDict<M extends Module = Module> extends Module {
  // Not fields: any name may be a key, `train` and `forward` too. Not `#entries` either, which clone could not copy.
  private readonly map = new Map<string, M>();

  constructor(modules: Iterable<readonly [string, M]> | Readonly<Record<string, M>> = {}) {
    super();
    this.update(modules);
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return this.map;
  }

  get size(): number {
    return this.map.size;
  }

  /** The module of that name. @throws {ArgumentError} when there is none; ask `has` first. */
  get(name: string): M {
    const module = this.map.get(name);
    if (!module)
      throw new ArgumentError(`ModuleDict: there is no module "${name}". There are ${[...this.map.keys()].join(', ') || 'none'}.`);
    return module;
  }

  has(name: string): boolean {
    return this.map.has(name);
  }

  set(name: string, module: M): this {
    assertModule(module, `ModuleDict: "${name}"`);
    if (name === '' || name.includes('.'))
      throw new ArgumentError(`ModuleDict: the name "${name}" is empty or contains ".", which separates modules in a path.`);
    this.map.set(name, module);
    return this;
  }

  update(modules: Iterable<readonly [string, M]> | Readonly<Record<string, M>>): this {
    const entries = Symbol.iterator in modules ? (modules as Iterable<readonly [string, M]>) : Object.entries(modules as Record<string, M>);
    for (const [name, module] of entries) this.set(name, module);
    return this;
  }

  delete(name: string): boolean {
    return this.map.delete(name);
  }

  keys(): IterableIterator<string> {
    return this.map.keys();
  }

  values(): IterableIterator<M> {
    return this.map.values();
  }

  entries(): IterableIterator<[string, M]> {
    return this.map.entries();
  }

  [Symbol.iterator](): IterableIterator<[string, M]> {
    return this.map.entries();
  }

  override registerModule<T extends Module | null>(name: string, module: T): T {
    if (module !== null) this.set(name, module as unknown as M);
    return module;
  }

  forward(): never {
    throw new ArgumentError('ModuleDict: it has no forward. Call its modules by name: layers.get(name).forward(x).');
  }

  override toString(): string {
    return describe(this);
  }
}

/**
 * A list of parameters that a model can see.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterList.html
 */
export class ParameterList extends Module {
  [index: number]: Parameter;

  /** @param parameters plain tensors become parameters. */
  constructor(parameters: Iterable<Tensor> = []) {
    super();
    for (const parameter of parameters) this.append(parameter);
  }

  get length(): number {
    return this.ownTensors().length;
  }

  /** The parameter at `index`; negative ones count from the end. @throws {IndexError} */
  at(index: number): Parameter {
    return entryAt(this, index, 'ParameterList');
  }

  [Symbol.iterator](): Iterator<Parameter> {
    return this.ownTensors()
      .map(({ tensor }) => tensor as Parameter)
      [Symbol.iterator]();
  }

  append(parameter: Tensor): this {
    this.registerParameter(String(this.length), parameter instanceof Parameter ? parameter : new Parameter(parameter));
    return this;
  }

  forward(): never {
    throw new ArgumentError('ParameterList: it has no forward. Use its parameters one by one.');
  }

  override toString(): string {
    const line = (p: Parameter, i: number) => `  (${i}): Parameter containing: [torch.${p.dtype} of size ${p.shape.join('x')}]`;
    return frame(this.constructor.name, [], [...this].map(line));
  }
}
