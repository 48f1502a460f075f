/** Modules that hold modules and have no forward of their own: a list and a dictionary. */
import { ArgumentError } from '../../errors.js';
import { classNameOf } from '../../tensor/class-name.js';
import { Module } from '../module/module.js';
import { frame, indent } from '../module/text.js';
import { assertModule, checkName, insertPosition, pairs, position } from './entries.js';
import { listed, renumber } from './sequential.js';

export { Sequential } from './sequential.js';

/**
 * A list of modules that a model can see; it has no forward of its own.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
 * @example
 * const layers = new nn.ModuleList([new nn.Linear(4, 4), new nn.Linear(4, 4)]);
 * for (const layer of layers) layer.forward(ones([2, 4]));
 */
export class ModuleList<M extends Module = Module> extends Module {
  static override readonly className: string = 'ModuleList';
  [index: number]: M;

  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  /** How many modules there are. */
  get length(): number {
    return this.childEntries().length;
  }

  /** The module at `index`; negative ones count from the end. @throws {IndexError} */
  at(index: number): M {
    return this[position(classNameOf(this), index, this.length)]!;
  }

  [Symbol.iterator](): Iterator<M> {
    return this.childEntries()
      .map(([, module]) => module as M)
      [Symbol.iterator]();
  }

  /** Adds a module at the end. */
  append(module: M): this {
    assertModule(module, `${classNameOf(this)}: entry ${this.length}`);
    this.registerModule(String(this.length), module);
    return this;
  }

  /** @throws {ArgumentError} for what is no list of modules. */
  /** Adds modules at the end. */
  extend(modules: Iterable<M>): this {
    if (typeof (modules as unknown) !== 'object' || modules === null || !(Symbol.iterator in modules))
      throw new ArgumentError(`${classNameOf(this)}: expected a list of modules: new nn.ModuleList([first, second]).`);
    for (const module of modules) this.append(module);
    return this;
  }

  /** Puts another module in the place of the one at `index`. @throws {IndexError} */
  set(index: number, module: M): this {
    assertModule(module, `${classNameOf(this)}: entry ${index}`);
    this.registerModule(String(position(classNameOf(this), index, this.length)), module);
    return this;
  }

  /** Puts a module before the one at `index`. @throws {IndexError} */
  insert(index: number, module: M): this {
    const modules = [...this];
    assertModule(module, `${classNameOf(this)}: entry ${index}`);
    modules.splice(insertPosition(classNameOf(this), index, modules.length), 0, module);
    return renumber(this, modules) as this;
  }

  /** Takes the module at `index` (default: the last) out, and returns it. @throws {IndexError} */
  pop(index = -1): M {
    const modules = [...this];
    const [taken] = modules.splice(position(classNameOf(this), index, modules.length), 1);
    renumber(this, modules);
    return taken!;
  }

  /** Takes the module at `index` out. @throws {IndexError} */
  delete(index: number): this {
    this.pop(index);
    return this;
  }

  /** A list of the modules from `start` to before `end`; bounds as in Array's slice. */
  slice(start?: number, end?: number): ModuleList<M> {
    return new (this.constructor as typeof ModuleList)([...this].slice(start, end));
  }

  /** A list of the modules of this one and then those of others: PyTorch's +. */
  concat(...others: readonly Iterable<M>[]): ModuleList<M> {
    return new (this.constructor as typeof ModuleList)([...this, ...others.flatMap((other) => [...listed('concat', other)])]);
  }

  forward(): never {
    throw new ArgumentError(`${classNameOf(this)}: it has no forward. Call its modules one by one, or use nn.Sequential.`);
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
    return frame(classNameOf(this), [], runs.map(line));
  }
}

/**
 * Modules by name; it has no forward of its own. Iterates over its entries in the order of insertion.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html
 * @example
 * const heads = new nn.ModuleDict({ digits: new nn.Linear(8, 10), parity: new nn.Linear(8, 2) });
 * heads.get('parity').forward(ones([1, 8]));
 */
export class ModuleDict<M extends Module = Module> extends Module {
  static override readonly className: string = 'ModuleDict';
  // Not fields: any name may be a key, `train` and `forward` too. Not `#entries` either, which clone could not copy.
  private readonly map = new Map<string, M>();

  constructor(modules: Iterable<readonly [string, M]> | Readonly<Record<string, M>> = {}) {
    super();
    this.update(modules);
  }

  protected override fields(): Iterable<readonly [string, unknown]> {
    return this.map;
  }

  /** How many modules there are. */
  get size(): number {
    return this.map.size;
  }

  /** The module of that name. @throws {ArgumentError} when there is none; ask `has` first. */
  get(name: string): M {
    const module = this.map.get(name);
    if (!module)
      throw new ArgumentError(
        `${classNameOf(this)}: there is no module "${name}". There are ${[...this.map.keys()].join(', ') || 'none'}.`,
      );
    return module;
  }

  /** Whether there is an entry of that name. */
  has(name: string): boolean {
    return this.map.has(name);
  }

  /** Sets the module of that name. */
  set(name: string, module: M): this {
    assertModule(module, `${classNameOf(this)}: "${name}"`);
    checkName(classNameOf(this), name);
    this.map.set(name, module);
    return this;
  }

  /** Sets modules by name. */
  update(modules: Iterable<readonly [string, M]> | Readonly<Record<string, M>>): this {
    for (const [name, module] of pairs(classNameOf(this), modules)) this.set(name, module);
    return this;
  }

  /** Takes the entry of that name out. Returns whether there was one. */
  delete(name: string): boolean {
    return this.map.delete(name);
  }

  /** Takes the module of that name out, and returns it. @throws {ArgumentError} when there is none. */
  pop(name: string): M {
    const module = this.get(name);
    this.map.delete(name);
    return module;
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
  values(): IterableIterator<M> {
    return this.map.values();
  }

  /** Names and entries, in the order of insertion. */
  entries(): IterableIterator<[string, M]> {
    return this.map.entries();
  }

  /** {@link entries} under Python's name. */
  items(): IterableIterator<[string, M]> {
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
    throw new ArgumentError(`${classNameOf(this)}: it has no forward. Call its modules by name: layers.get(name).forward(x).`);
  }
}
