/** A chain of modules. */
import { ArgumentError } from '../../errors.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { Tensor } from '../../tensor/tensor.js';
import type { KeepsNothing } from '../module/calls/unseen.js';
import { assertModule } from '../module/is-module.js';
import { Module } from '../module/module.js';
import { insertPosition, listed, position, renumber } from './entries.js';
import { inTurn } from './in-turn.js';

/** A module whose forward takes `In` and gives `Out`. */
type ModuleBetween<In extends readonly unknown[], Out> = Module & { forward(...inputs: In): Out };

/** What comes out, where a generic module such as Identity left it open: a tensor. */
type Known<Out> = 0 extends 1 & Out ? Out : unknown extends Out ? Tensor : Out;

/**
 * Modules called one after the other, each with what the one before returned.
 * @param modules in order, as arguments or one array; or one object of modules, whose keys become their names (reach those by `at`).
 * @throws {ArgumentError} for anything but modules.
 * @typeParam In what `forward` takes, as a list: what the first module does. A tensor where it is not known.
 * @typeParam Out what `forward` gives: what the last module does. A tensor where it is not known.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 * @example
 * new nn.Sequential(new nn.Linear(784, 64), new nn.ReLU(), new nn.Linear(64, 10));
 */
export class Sequential<In extends readonly unknown[] = [x: Tensor], Out = Tensor> extends Module {
  static override readonly className: string = 'Sequential';
  /** @internal */
  static override readonly keepsNothing: KeepsNothing = 'as its parts';
  [index: number]: Module;

  // biome-ignore lint/suspicious/noExplicitAny: only the ends of the chain say what goes in and what comes out
  constructor(...modules: readonly [ModuleBetween<In, Out>] | readonly [ModuleBetween<In, any>, ...Module[], ModuleBetween<any, Out>]);
  constructor(...modules: readonly Module[] | readonly [readonly Module[]] | readonly [Readonly<Record<string, Module>>]);
  constructor(...modules: readonly Module[] | readonly [readonly Module[]] | readonly [Readonly<Record<string, Module>>]) {
    super();
    const [first] = modules as [unknown];
    const single = modules.length === 1 && typeof first === 'object' && first !== null;
    if (single && Array.isArray(first)) this.extend(first as Module[]);
    else if (single && !(first instanceof Module) && !(first instanceof Tensor)) {
      for (const [name, module] of Object.entries(first as Record<string, Module>)) {
        assertModule(classNameOf(new.target), `"${name}"`, module);
        this.registerModule(name, module);
      }
    } else this.extend(modules as readonly Module[]);
  }

  /** In order: an entry whose name is a number stands at that position, between those that have names, which objects list after numbers. */
  protected override fields(): Iterable<readonly [string, unknown]> {
    const all = Object.entries(this);
    let first = 0;
    while (first < all.length && isDigits(all[first]![0])) first++;
    let names = 0;
    for (let i = first; i < all.length; i++) if (all[i]![1] instanceof Module) names++;
    if (first === 0 || names === 0) return all;
    const numbered = all.slice(0, first);
    const named = all.slice(first).filter(([, value]) => value instanceof Module);
    const out: [string, unknown][] = [];
    while (numbered.length + named.length > 0)
      out.push(named.length === 0 || numbered[0]?.[0] === String(out.length) ? numbered.shift()! : named.shift()!);
    return [...out, ...all.filter(([, value]) => value instanceof Tensor)];
  }

  /** How many modules. */
  get length(): number {
    return this.childEntries().length;
  }

  /** The module at `index`; negative ones count from the end. @throws {IndexError} */
  at(index: number): Module {
    const entries = this.childEntries();
    return entries[position(classNameOf(this), index, entries.length)]![1];
  }

  [Symbol.iterator](): Iterator<Module> {
    return this.childEntries()
      .map(([, module]) => module)
      [Symbol.iterator]();
  }

  /** Adds a module at the end. */
  append(module: Module): this {
    assertModule(classNameOf(this), `entry ${this.length}`, module);
    let key = this.length;
    while (Object.hasOwn(this, key)) key++; // a slice keeps the numbers that its modules had
    this.registerModule(String(key), module);
    return this;
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<Module>): this {
    for (const module of listed(`${classNameOf(this)}.extend`, modules)) this.append(module);
    return this;
  }

  /** Puts another module in the place of the one at `index`. @throws {IndexError} */
  set(index: number, module: Module): this {
    assertModule(classNameOf(this), `entry ${index}`, module);
    const entries = this.childEntries();
    this.registerModule(entries[position(classNameOf(this), index, entries.length)]![0], module);
    return this;
  }

  /** Puts a module before the one at `index`. @throws {IndexError} @throws {ArgumentError} where modules have names that are not numbers. */
  insert(index: number, module: Module): this {
    assertModule(classNameOf(this), `entry ${index}`, module);
    const entries = this.childEntries();
    const at = insertPosition(classNameOf(this), index, entries.length);
    const named = entries.find(([name]) => !/^\d+$/.test(name));
    if (named)
      throw new ArgumentError(`${classNameOf(this)}: insert numbers modules anew, but one is named "${named[0]}". Make a new Sequential.`);
    return renumber(this, [...entries.slice(0, at).map(([, m]) => m), module, ...entries.slice(at).map(([, m]) => m)]);
  }

  /** Takes the module at `index` (default: the last) out, and returns it; the others are numbered anew, as in PyTorch. @throws {IndexError} */
  pop(index = -1): Module {
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

  /** A Sequential of the modules from `start` to before `end`, under the names that they have here; bounds as in Array's slice. */
  // biome-ignore lint/suspicious/noExplicitAny: which modules stand at the ends is not known
  slice(start?: number, end?: number): Sequential<any[], any> {
    return new (this.constructor as typeof Sequential)(Object.fromEntries(this.childEntries().slice(start, end)));
  }

  /** A Sequential of the modules of this one and then those of others: PyTorch's +. */
  // biome-ignore lint/suspicious/noExplicitAny: which modules stand at the ends is not known
  concat(...others: readonly Iterable<Module>[]): Sequential<any[], any> {
    return new (this.constructor as typeof Sequential)([...this, ...others.flatMap((other) => [...listed('concat', other)])]);
  }

  forward(...inputs: In): Known<Out> {
    return inTurn(this.inOrder(), inputs) as Known<Out>;
  }

  private inOrder(): readonly Module[] {
    return this.childEntries().map(([, module]) => module);
  }
}

/** Whether a name is a number: asked of every field in every forward, for which a regular expression is slow. */
function isDigits(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return name.length > 0;
}
