/** Lists that a model can see: of modules and of parameters. */
import { ArgumentError } from '../../errors.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { assertModule } from '../module/is-module.js';
import { Module } from '../module/module.js';
import type { Parameter } from '../module/state/parameter.js';
import { frame, indent } from '../module/text.js';
import { insertPosition, listed, parameterOf, position, renumber } from './entries.js';

/** @internal What both lists do. `V` are the entries, `Input` what becomes one. */
export abstract class EntryList<V, Input = V> extends Module {
  static override readonly className: string = 'EntryList';
  [index: number]: V;

  /** The entries, in order. */
  protected abstract all(): V[];

  /** Makes a value, once checked, the entry at `index`. */
  protected abstract put(index: number, value: Input): void;

  /** How many entries there are. */
  get length(): number {
    return this.all().length;
  }

  /** The entry at `index`; negative ones count from the end. @throws {IndexError} */
  at(index: number): V {
    return this[position(classNameOf(this), index, this.length)]!;
  }

  [Symbol.iterator](): Iterator<V> {
    return this.all()[Symbol.iterator]();
  }

  /** Puts another entry in the place of the one at `index`. @throws {IndexError} */
  set(index: number, entry: Input): this {
    this.put(position(classNameOf(this), index, this.length), entry);
    return this;
  }

  /** Adds an entry at the end. */
  append(entry: Input): this {
    this.put(this.length, entry);
    return this;
  }

  /** Adds entries at the end. @throws {ArgumentError} for anything but a list of them. */
  abstract extend(entries: Iterable<Input>): this;
}

/**
 * A list of modules that a model can see; it has no forward of its own.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
 * @example
 * const layers = new nn.ModuleList([new nn.Linear(4, 4), new nn.Linear(4, 4)]);
 * for (const layer of layers) layer.forward(ones([2, 4]));
 */
export class ModuleList<M extends Module = Module> extends EntryList<M> {
  static override readonly className: string = 'ModuleList';

  constructor(modules: Iterable<M> = []) {
    super();
    this.extend(modules);
  }

  protected override all(): M[] {
    return this.childEntries().map(([, module]) => module as M);
  }

  protected override put(index: number, module: M): void {
    assertModule(classNameOf(this), `entry ${index}`, module);
    this.registerModule(String(index), module);
  }

  /** Adds modules at the end. @throws {ArgumentError} for anything but a list of modules. */
  override extend(modules: Iterable<M>): this {
    for (const module of listed(classNameOf(this), modules, 'modules', 'new nn.ModuleList([first, second])')) this.append(module);
    return this;
  }

  /** Puts a module before the one at `index`. @throws {IndexError} */
  insert(index: number, module: M): this {
    const modules = this.all();
    assertModule(classNameOf(this), `entry ${index}`, module);
    modules.splice(insertPosition(classNameOf(this), index, modules.length), 0, module);
    return renumber(this, modules) as this;
  }

  /** Takes the module at `index` (default: the last) out, and returns it. @throws {IndexError} */
  pop(index = -1): M {
    const modules = this.all();
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
    return new (this.constructor as typeof ModuleList)(this.all().slice(start, end)) as ModuleList<M>;
  }

  /** A list of the modules of this one and then those of others: PyTorch's +. */
  concat(...others: readonly Iterable<M>[]): ModuleList<M> {
    return new (this.constructor as typeof ModuleList<M>)([...this, ...others.flatMap((other) => [...listed('concat', other)])]);
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
 * A list of parameters that a model can see.
 * @param parameters plain tensors become parameters.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ParameterList.html
 * @example
 * const weights = new nn.ParameterList([ones([2, 2]), zeros([2])]);
 * weights.at(-1); // the zeros, as a parameter
 */
export class ParameterList extends EntryList<Parameter, Tensor> {
  static override readonly className: string = 'ParameterList';

  constructor(parameters: Iterable<Tensor> = []) {
    super();
    this.extend(parameters);
  }

  protected override all(): Parameter[] {
    return this.ownTensors().map(({ tensor }) => tensor as Parameter);
  }

  protected override put(index: number, parameter: Tensor): void {
    this.registerParameter(String(index), parameterOf(parameter, `${classNameOf(this)}: entry ${index}`));
  }

  /** Adds parameters at the end; plain tensors become such. @throws {ArgumentError} for anything but a list of tensors. */
  override extend(parameters: Iterable<Tensor>): this {
    for (const parameter of listed(classNameOf(this), parameters, 'tensors', 'new nn.ParameterList([first, second])'))
      this.append(parameter);
    return this;
  }

  /** A list of the parameters from `start` to before `end`; bounds as in Array's slice. */
  slice(start?: number, end?: number): ParameterList {
    return new (this.constructor as typeof ParameterList)([...this].slice(start, end));
  }

  forward(): never {
    throw new ArgumentError(`${classNameOf(this)}: it has no forward. Use its parameters one by one.`);
  }

  override extraRepr(): string {
    return [...this].map((p, i) => `  (${i}): Parameter containing: [torch.${p.dtype} of size ${p.shape.join('x')}]`).join('\n');
  }
}
