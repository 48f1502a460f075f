/** Module: what a model and each of its layers are. It finds its parameters, buffers and submodules in its own fields. */

import { clearGradient } from '../../autograd/clear-gradient.js';
import type { HookHandle } from '../../autograd/hooks.js';
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, readOptions, required, type Settings, tooMany } from '../../tensor/arguments/arguments.js';
import { assertFunction, assertString } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { type DeviceLike, moveTo, readTo, type ToArguments, type ToOptions } from '../../tensor/device.js';
import { escapeScope } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { type Forward, wrapForward } from './calls/call.js';
import {
  addHook,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardPreHook,
  type FullBackwardHook,
  type FullBackwardPreHook,
  type HookOptions,
  type LoadStateDictPostHook,
  type LoadStateDictPreHook,
  ModuleHooks,
  type StateDictPostHook,
  type StateDictPreHook,
} from './calls/hooks.js';
import type { Bounds } from './calls/lent.js';
import { type KeepsNothing, unseen } from './calls/unseen.js';
import { convert } from './convert.js';
import { COPY, type Copies, deepCopy } from './copy.js';
import { MODULE } from './is-module.js';
import { setSubmoduleAt, submoduleAt, tensorAt } from './path.js';
import { Buffer, Parameter } from './state/parameter.js';
import {
  type LoadResult,
  type LoadStateDictOptions,
  loadStateDict,
  type StateDict,
  type StateDictOptions,
  stateDict,
} from './state/state-dict.js';
import { describe } from './text.js';
import { type CallState, callState } from './unregistered/in-calls.js';
import { warnOfUnregistered } from './unregistered/in-fields.js';

/** A module whose forward gives something: one that lacks its `return` does not fit. */
export type ModuleWithOutput = Module & {
  /** Gives what the model computes. */
  // biome-ignore lint/suspicious/noExplicitAny: a forward of any inputs
  forward(...inputs: any[]): NonNullable<unknown> | null;
};

/** The kinds of layers that penalties and summaries treat apart. */
export type LayerKind = 'conv' | 'norm' | 'random';

/** How a tensor that was registered by name is kept. */
export interface TensorRegistration {
  /** The name in `namedParameters`, `namedBuffers` and the state dict. Default: the field's name. */
  key?: string;
}

/** How a buffer is kept. */
export interface BufferRegistration extends TensorRegistration {
  /** Whether it is part of the state dict. Default: true. */
  persistent?: boolean;
  /** Whether a state dict without it is complete all the same. Default: false. */
  optional?: boolean;
}

/** @internal A tensor of a module: the field that holds it and how it is known outside. */
export interface OwnTensor {
  readonly kind: 'parameter' | 'buffer';
  readonly field: string;
  readonly key: string;
  readonly tensor: Tensor;
  readonly persistent: boolean;
  readonly optional: boolean;
}

type Registration = Omit<OwnTensor, 'tensor' | 'field'>;

/** What to list of a module. */
export interface ListOptions {
  /** Written before every path. Default: ''. */
  prefix?: string;
  /** Whether what submodules have is listed too. Default: true. */
  recurse?: boolean;
  /** Whether what is shared is listed once, not under each of its names. Default: true. */
  removeDuplicate?: boolean;
}

/** The modules that the running call of `train` has switched. */
let switched: Set<Module> | null = null;

type ListArguments = Arguments<ListOptions, [prefix: 'prefix', recurse: 'recurse', removeDuplicate: 'removeDuplicate']>;

/** The options of {@link Module.setSubmodule}. */
export interface SetSubmoduleOptions {
  /** Refuses paths where no module is yet. Default: false. */
  strict?: boolean;
}

/** The options of {@link Module.zeroGrad}. */
export interface ZeroGradOptions {
  /** Drops the gradients; false fills them with zeros. Default: true. */
  setToNone?: boolean;
}

// In the order in which they may stand by position.
const BUFFER: Settings<BufferRegistration> = { persistent: true, key: required, optional: false };
const STATE: StateDictOptions = { prefix: '', keepVars: false, destination: undefined };
const LOAD: Settings<LoadStateDictOptions> = { strict: true, assign: false };
const LIST: Settings<ListOptions> = { prefix: '', recurse: true, removeDuplicate: true };
const ZERO_GRAD: Settings<ZeroGradOptions> = { setToNone: true };

/**
 * The base of every layer and model. Subclasses assign layers and parameters to fields and define `forward`; fields are found in the
 * order of their declaration. Modules in plain arrays, objects and `#private` fields are not found, and a warning says so: use
 * `nn.Sequential`, `nn.ModuleList` or `nn.ModuleDict`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html
 * @example
 * class Net extends nn.Module {
 *   fc1 = new nn.Linear(784, 256);
 *   fc2 = new nn.Linear(256, 10);
 *   forward(x: Tensor) { return this.fc2.forward(this.fc1.forward(x).relu()); }
 * }
 */
export abstract class Module {
  /** The name in texts and errors, which minifiers leave alone; a class that sets none goes by its name in the code that runs. */
  static readonly className: string = 'Module';
  /**
   * What penalties and summaries must know of a layer: `norm` for one that scales and shifts what it normalises, `conv` for one whose
   * weight works at every position, `random` for one that draws numbers while it trains. Layers of your own may set it: `static override readonly kind = 'norm'`.
   */
  static readonly kind: LayerKind | null = null;
  /** @internal Whether the forward of this very class holds on to nothing: see calls/unseen.ts. */
  static readonly keepsNothing: KeepsNothing = false;
  /** @internal Whether its forward may write over an input that it is lent: see calls/lent.ts. */
  static readonly overwrites: boolean = false;
  /** @internal Whether it takes the number of its inputs from the first batch. */
  static readonly lazy: boolean = false;
  /** True while training; `eval()` makes it false. Dropout and batch norm behave differently. */
  training = true;

  readonly #slot: { hooks: ModuleHooks | null } & CallState = { hooks: null, ...callState() };
  #called: Forward | null = null;
  #registered: Map<string, Registration> | null = null;
  /** Fields that were seen to hold parameters. */
  #parameterFields: Set<string> | null = null;

  /** A class without a constructor of its own takes no arguments: they would be lost. @throws {ArgumentError} when it gets some. */
  constructor(...none: never[]) {
    if (none.length > 0) readArguments(classNameOf(new.target), {}, none);
    this.#wrapForward();
  }

  /** The computation, defined by each subclass. Call it as a method: hooks run, and errors name the layer's path in the model. */
  abstract forward(...inputs: Parameters<Forward>): ReturnType<Forward>;

  /** Puts hooks and error paths around the class's forward. An own property, so that `super.forward()` is the bare method. */
  #wrapForward(): void {
    const body: Forward | undefined = this.forward;
    if (body === undefined || body === this.#called) return; // a forward in a field: wrapped when a hook is registered
    const called = wrapForward(this, this.#slot, body);
    this.#called = called;
    Object.defineProperty(this, 'forward', { value: called, writable: true, configurable: true });
  }

  /** @internal Whether its forward was called. */
  wasCalled(): boolean {
    return this.#slot.called;
  }

  /** @internal Whether nobody sees what its forward takes and gives but who calls it. */
  passesOn(): boolean {
    return this.forward === this.#called && unseen(this, this.#slot.hooks);
  }

  /** @internal The bounds of a layer that does nothing but limit values, and asks whether they are already: see calls/lent.ts. */
  bounds(): Bounds | null {
    return null;
  }

  /** @internal Its hooks, if it has any. */
  ownHooks(): ModuleHooks | null {
    return this.#slot.hooks;
  }

  #hooks(): ModuleHooks {
    this.#wrapForward();
    this.#slot.hooks ??= new ModuleHooks();
    return this.#slot.hooks;
  }

  // ---- what it is made of ----

  /** The fields to look through, in order. Containers give their entries. */
  protected fields(): Iterable<readonly [string, unknown]> {
    return Object.entries(this);
  }

  /** @internal Its own parameters and buffers, not those of its children. */
  ownTensors(): OwnTensor[] {
    const out: OwnTensor[] = [];
    for (const [field, tensor] of this.fields()) {
      if (!(tensor instanceof Tensor)) continue;
      const registration = this.#registered?.get(field);
      if (registration) out.push({ ...registration, field, tensor });
      else if (tensor instanceof Parameter) {
        this.#parameterFields ??= new Set();
        this.#parameterFields.add(field);
        out.push({ kind: 'parameter', field, key: field, tensor, persistent: true, optional: false });
      } else if (tensor instanceof Buffer)
        out.push({ kind: 'buffer', field, key: field, tensor, persistent: tensor.persistent, optional: false });
      const isParameter = registration ? registration.kind === 'parameter' : this.#parameterFields?.has(field);
      if (isParameter && !(tensor instanceof Parameter))
        throw new ArgumentError(
          `${classNameOf(this)}: its parameter "${field}" was set to a plain tensor, which would not be trained. Assign new nn.Parameter(tensor).`,
        );
    }
    return out;
  }

  /** @internal Puts a tensor into a field. */
  setField(field: string, tensor: Tensor): void {
    (this as Record<string, unknown>)[field] = tensor;
  }

  /** Its direct submodules by name, each once. */
  namedChildren(): [string, Module][] {
    const seen = new Set<Module>();
    const out: [string, Module][] = [];
    for (const [name, child] of this.fields()) {
      if (!(child instanceof Module) || seen.has(child)) continue;
      seen.add(child);
      out.push([name, child]);
    }
    return out;
  }

  /** Its direct submodules. */
  children(): Module[] {
    if (arguments.length > 0) tooMany('children', 0, arguments);
    return this.namedChildren().map(([, child]) => child);
  }

  /** @internal Its direct submodules under every name they have. */
  childEntries(): [string, Module][] {
    const out: [string, Module][] = [];
    for (const entry of this.fields()) if (entry[1] instanceof Module) out.push(entry as [string, Module]);
    return out;
  }

  /** Itself (under `prefix`, default '') and every module inside it by path, each once unless `removeDuplicate` is false. */
  namedModules(
    ...args: Arguments<Omit<ListOptions, 'recurse'>, [prefix: 'prefix', removeDuplicate: 'removeDuplicate']>
  ): [string, Module][] {
    const { prefix, removeDuplicate } = readArguments('namedModules', { prefix: '', removeDuplicate: true }, args);
    const out: [string, Module][] = [];
    const seen = new Set<Module>();
    const visit = (module: Module, path: string): void => {
      if (seen.has(module)) return;
      if (removeDuplicate) seen.add(module);
      out.push([path, module]);
      for (const [name, child] of module.childEntries()) visit(child, path === '' ? name : `${path}.${name}`);
    };
    visit(this, prefix);
    return out;
  }

  /** Itself and every module inside it, each once unless `removeDuplicate` is false. */
  modules(removeDuplicate = true): Module[] {
    if (arguments.length > 1) tooMany('modules', 1, arguments);
    return this.namedModules({ removeDuplicate }).map(([, module]) => module);
  }

  #named(kind: OwnTensor['kind'], op: string, args: ListArguments): [string, Tensor][] {
    const { prefix, recurse, removeDuplicate } = readArguments(op, LIST, args);
    if (recurse && kind === 'parameter') warnOfUnregistered(this);
    const out: [string, Tensor][] = [];
    const seen = new Set<Tensor>();
    for (const [path, module] of recurse ? this.namedModules({ prefix, removeDuplicate }) : [[prefix, this] as [string, Module]]) {
      for (const own of module.ownTensors()) {
        if (own.kind !== kind || seen.has(own.tensor)) continue;
        if (removeDuplicate) seen.add(own.tensor);
        out.push([path === '' ? own.key : `${path}.${own.key}`, own.tensor]);
      }
    }
    return out;
  }

  /**
   * Its parameters by path; one that is shared appears once, unless `removeDuplicate` is false. `recurse` false leaves out those of submodules.
   * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.named_parameters
   */
  namedParameters(...args: ListArguments): [string, Parameter][] {
    return this.#named('parameter', 'namedParameters', args) as [string, Parameter][];
  }

  /** Its parameters, for an optimizer. */
  parameters(recurse = true): Parameter[] {
    return this.namedParameters('', recurse).map(([, parameter]) => parameter);
  }

  /** Its buffers by path, those outside the state dict too. Arguments as {@link namedParameters}. */
  namedBuffers(...args: ListArguments): [string, Tensor][] {
    return this.#named('buffer', 'namedBuffers', args);
  }

  /** Its buffers: {@link namedBuffers} without the names. */
  buffers(recurse = true): Tensor[] {
    return this.namedBuffers('', recurse).map(([, buffer]) => buffer);
  }

  /** The submodule at a dotted path; itself for ''. @throws {ArgumentError} when there is none. */
  getSubmodule(path: string): Module {
    return submoduleAt(this, path);
  }

  /** Puts a module at a dotted path whose parent exists; with `strict`, only over another module. @throws {ArgumentError} where it cannot. */
  setSubmodule(path: string, module: Module, ...args: Arguments<SetSubmoduleOptions, [strict: 'strict']>): void {
    const { strict } = readArguments('setSubmodule', { strict: false }, args);
    setSubmoduleAt(this, path, module, strict);
  }

  /** The parameter at a dotted path. @throws {ArgumentError} when there is none. */
  getParameter(path: string): Parameter {
    return tensorAt(this, path, 'parameter', 'getParameter') as Parameter;
  }

  /** The buffer at a dotted path. @throws {ArgumentError} when there is none. */
  getBuffer(path: string): Tensor {
    return tensorAt(this, path, 'buffer', 'getBuffer');
  }

  // ---- adding parts by name ----

  /**
   * Makes the field `name` a buffer, whatever tensor it holds later, and sets it. Returns the tensor, for use in a field declaration:
   * `mask = this.registerBuffer('mask', ones([8, 8]))`.
   */
  registerBuffer<T extends Tensor | null>(name: string, tensor: T, ...args: Arguments<BufferRegistration, [persistent: 'persistent']>): T {
    const { key = name, persistent, optional } = readArguments('registerBuffer', BUFFER, args);
    if (tensor !== null && !((tensor as unknown) instanceof Tensor))
      throw new ArgumentError(`registerBuffer: "${name}" is ${show(tensor)}, expected a Tensor or null.`);
    if (tensor !== null) escapeScope(tensor.storage, null);
    return this.#register(name, tensor, { kind: 'buffer', key, persistent, optional }, 'registerBuffer');
  }

  /** Makes the field `name` a parameter and sets it; null keeps the name without a parameter. */
  registerParameter<T extends Parameter | null>(name: string, parameter: T, options?: TensorRegistration): T {
    const { key = name } = readOptions<TensorRegistration>('registerParameter', { key: undefined }, options);
    if (parameter !== null && !(parameter instanceof Parameter)) {
      throw new ArgumentError(`registerParameter: "${name}" is not an nn.Parameter. Wrap the tensor: new nn.Parameter(tensor).`);
    }
    return this.#register(name, parameter, { kind: 'parameter', key, persistent: true, optional: false }, 'registerParameter');
  }

  /** Sets the field `name` to a submodule, for names that are not known before run time. */
  registerModule<T extends Module | null>(name: string, module: T): T {
    if (module !== null && !((module as unknown) instanceof Module))
      throw new ArgumentError(`registerModule: "${name}" is ${show(module)}, expected an nn.Module or null.`);
    this.#checkName(name, 'registerModule');
    (this as Record<string, unknown>)[name] = module;
    return module;
  }

  /** {@link registerModule} under PyTorch's other name. */
  addModule<T extends Module | null>(name: string, module: T): T {
    return this.registerModule(name, module);
  }

  #register<T extends Tensor | null>(name: string, tensor: T, registration: Registration, op: string): T {
    this.#checkName(name, op);
    if (registration.key === '' || registration.key.includes('.'))
      throw new ArgumentError(`${op}: the key "${registration.key}" is empty or contains ".", which separates modules in a state dict.`);
    this.#registered ??= new Map();
    this.#registered.set(name, registration);
    (this as Record<string, unknown>)[name] = tensor;
    return tensor;
  }

  #checkName(name: string, op: string): void {
    assertString(op, 'the name', name);
    if (name === '' || name.includes('.'))
      throw new ArgumentError(`${op}: the name "${name}" is empty or contains ".", which separates modules in a path.`);
    const taken = Object.hasOwn(this, name) ? this[name as keyof this] : name in this;
    const replaceable = taken === undefined || taken === null || taken === false || taken instanceof Module || taken instanceof Tensor;
    if (!replaceable || name === 'forward' || name === 'training')
      throw new ArgumentError(`${op}: ${classNameOf(this)} already has a member "${name}". Choose another name.`);
  }

  // ---- hooks ----

  /** Calls `hook(module, inputs)` before each forward. What it returns replaces the inputs. */
  registerForwardPreHook(hook: ForwardPreHook, options?: HookOptions): HookHandle {
    return addHook('registerForwardPreHook', this.#hooks().before, hook, options);
  }

  /**
   * Calls `hook(module, inputs, output)` after each forward. What it returns replaces the output.
   * @param options.prepend before the hooks that it has; default false. @param options.alwaysCall also when forward throws; default false.
   */
  registerForwardHook(hook: ForwardHook, options?: ForwardHookOptions): HookHandle {
    if (options?.alwaysCall) this.#hooks().always.add(hook);
    return addHook('registerForwardHook', this.#hooks().after, hook, options);
  }

  /** Calls `hook(module, gradOutput)` in backward, before the module's own. What it returns replaces the outputs' gradients. */
  registerFullBackwardPreHook(hook: FullBackwardPreHook, options?: HookOptions): HookHandle {
    return addHook('registerFullBackwardPreHook', this.#hooks().backwardBefore, hook, options);
  }

  /** Calls `hook(module, gradInput, gradOutput)` in backward, once the inputs' gradients are there. What it returns replaces them. */
  registerFullBackwardHook(hook: FullBackwardHook, options?: HookOptions): HookHandle {
    return addHook('registerFullBackwardHook', this.#hooks().backward, hook, options);
  }

  /** Calls `hook(module, prefix, keepVars)` before the module writes its tensors into a state dict. */
  registerStateDictPreHook(hook: StateDictPreHook): HookHandle {
    return addHook('registerStateDictPreHook', this.#hooks().statePre, hook);
  }

  /** Calls `hook(module, stateDict, prefix, localMetadata)` when the module has written its tensors; it may change the state dict. */
  registerStateDictPostHook(hook: StateDictPostHook): HookHandle {
    return addHook('registerStateDictPostHook', this.#hooks().statePost, hook);
  }

  /** Calls `hook` before the module takes its tensors from a state dict, which the hook may change: renaming old keys, say. */
  registerLoadStateDictPreHook(hook: LoadStateDictPreHook): HookHandle {
    return addHook('registerLoadStateDictPreHook', this.#hooks().loadPre, hook);
  }

  /** Calls `hook(module, { missingKeys, unexpectedKeys })` after loading; keys that it removes from the lists are not errors. */
  registerLoadStateDictPostHook(hook: LoadStateDictPostHook): HookHandle {
    return addHook('registerLoadStateDictPostHook', this.#hooks().loadPost, hook);
  }

  // ---- modes, conversion, gradients ----

  /** Sets training mode (or, with false, evaluation mode) here and in every submodule. */
  train(mode = true): this {
    if (arguments.length > 1) tooMany('train', 1, arguments);
    if (typeof mode !== 'boolean') throw new ArgumentError(`train: mode is ${String(mode)}, expected true or false.`);
    this.training = mode;
    // A module may stand in 2^depth places: each is switched once, those in submodules that override train by them.
    const outermost = switched === null;
    switched ??= new Set([this]);
    try {
      for (const child of this.children()) {
        if (switched.has(child)) continue;
        switched.add(child);
        child.train(mode);
      }
    } finally {
      if (outermost) switched = null;
    }
    return this;
  }

  /** Evaluation mode: dropout passes everything, batch norm uses its running statistics. */
  eval(): this {
    if (arguments.length > 0) tooMany('eval', 0, arguments);
    return this.train(false);
  }

  /** Calls `fn` on every submodule, then on itself. */
  apply(fn: (module: Module) => void): this {
    assertFunction('apply', 'fn', fn);
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /**
   * Converts floating parameters and buffers, and their gradients, in place: the tensors stay the same objects, so an optimizer keeps
   * them. Integer buffers stay as they are.
   * @param args 'float32' or 'float64'; a device (there is the CPU, where all modules are) and a dtype; or a tensor whose dtype to take;
   * then `{ dtype, device, nonBlocking }`.
   * @throws {DTypeError} for a dtype that is not floating. @throws {DeviceError} for another device than the CPU.
   */
  to(...args: ToArguments<ToOptions>): this {
    convert(this, readTo(`${classNameOf(this)}.to`, args, false).dtype);
    return this;
  }

  /** Where modules live already. */
  cpu(): this {
    return this;
  }

  /** PyTorch's move to a GPU, of which there is none. @throws {DeviceError} always: ask `cuda.isAvailable()` first. */
  cuda(device?: DeviceLike | number | null): this;
  cuda(...given: unknown[]): this {
    return moveTo('cuda', `${classNameOf(this)}.cuda`, given);
  }

  /** {@link to}('float32'). */
  float(): this {
    if (arguments.length > 0) tooMany('float', 0, arguments);
    return this.to('float32');
  }

  /** {@link to}('float64'). */
  double(): this {
    if (arguments.length > 0) tooMany('double', 0, arguments);
    return this.to('float64');
  }

  /** Sets whether its parameters collect gradients: false freezes it. */
  requiresGrad_(value = true): this {
    if (arguments.length > 1) tooMany('requiresGrad_', 1, arguments);
    for (const parameter of this.parameters()) parameter.requiresGrad_(value);
    return this;
  }

  /** Drops the gradients of its parameters, or with `setToNone` false fills them with zeros. */
  zeroGrad(...args: Arguments<ZeroGradOptions, [setToNone: 'setToNone']>): void {
    const { setToNone } = readArguments('zeroGrad', ZERO_GRAD, args);
    for (const parameter of this.parameters()) clearGradient(parameter, setToNone);
  }

  // ---- state ----

  /**
   * Its parameters and persistent buffers by path, under PyTorch's keys (`fc1.weight`, `bn1.running_mean`). The tensors share memory
   * with the model: clone what must not change with further training. A module with methods `getExtraState` and `setExtraState` keeps
   * what they give and take under `_extra_state`.
   * @param options.prefix default ''. @param options.keepVars gives the parameters themselves; default false.
   * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.state_dict
   */
  stateDict(options: string | StateDictOptions = {}): StateDict {
    const read = readOptions('stateDict', STATE, typeof options === 'string' ? { prefix: options } : options);
    if (read.destination === undefined) warnOfUnregistered(this, true);
    return stateDict(this, read);
  }

  /**
   * Copies a state dict's values into its parameters and buffers, converting dtypes.
   * @param args `strict`, whether missing and unexpected keys are errors, default true; `assign` puts the given tensors themselves into the module instead; an optimizer must then be made anew. Default: false.
   * @returns the keys that were missing and unexpected.
   * @throws {StateDictError} that names every missing, unexpected and mis-shaped key; nothing is changed then.
   */
  loadStateDict(dict: StateDict, ...args: Arguments<LoadStateDictOptions, [strict: 'strict', assign: 'assign']>): LoadResult {
    warnOfUnregistered(this, true);
    return loadStateDict(this, dict, readArguments('loadStateDict', LOAD, args));
  }

  /**
   * A module of equal layers, values and hooks that shares no tensor with this one: PyTorch's copy.deepcopy. Gradients are not copied.
   * The constructors of subclasses do not run, and private members (`#x`) are not copied: use ordinary ones in modules to be copied.
   * @throws {GradError} when it holds a tensor that is not a leaf. @throws {ArgumentError} when its forward is a field.
   */
  clone(): this {
    if (arguments.length > 0) tooMany('clone', 0, arguments);
    return deepCopy(this, new Map());
  }

  /** @internal Tells modules from other values. */
  get [MODULE](): true {
    return true;
  }

  /** @internal {@link clone}, among other copies. */
  [COPY](copies: Copies): this {
    if (typeof (Object.getPrototypeOf(this) as Partial<Module>).forward !== 'function')
      throw new ArgumentError(
        `clone: ${classNameOf(this)} has its forward in a field, whose "this" cannot be another module. Write it as a method.`,
      );
    const copy = Reflect.construct(Module, [], this.constructor as new () => Module) as this;
    copies.set(this, copy);
    for (const [name, value] of Object.entries(this)) (copy as Record<string, unknown>)[name] = deepCopy(value, copies);
    copy.#registered = this.#registered && new Map(this.#registered);
    copy.#slot.hooks = this.#slot.hooks?.copy() ?? null;
    return copy;
  }

  // ---- printing ----

  /** What its text says between the parentheses; layers override it. */
  extraRepr(): string {
    return '';
  }

  /** PyTorch's text of the module. */
  toString(): string {
    return describe(this);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** For JSON.stringify: the state dict, its numbers in nested lists. `save` writes files that PyTorch reads, and is a tenth of the size. */
  toJSON(): StateDict {
    return this.stateDict();
  }
}
