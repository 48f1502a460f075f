/** Module: what a model and each of its layers are. It finds its parameters, buffers and submodules in its own fields. */
import type { HookHandle } from '../autograd/hooks.js';
import { noGrad } from '../autograd/mode.js';
import { ArgumentError } from '../errors.js';
import { to as castTo } from '../ops/copy.js';
import { clearGradient } from '../optim/zero-grad.js';
import { type DType, isFloating } from '../tensor/dtype.js';
import { escapeScope } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import {
  addHook,
  type Forward,
  type ForwardHook,
  type ForwardPreHook,
  type FullBackwardHook,
  type HookSlot,
  ModuleHooks,
  wrapForward,
} from './module-call.js';
import { COPY, type Copies, deepCopy } from './module-copy.js';
import { describe } from './module-text.js';
import { assertTrainable, Buffer, Parameter, replaceData } from './parameter.js';
import { type LoadResult, loadStateDict, type StateDict, stateDict } from './state-dict.js';

/** How a tensor that was registered by name is kept. */
export interface TensorRegistration {
  /** The name in `namedParameters`, `namedBuffers` and the state dict. Default: the field's name. */
  key?: string;
}

export interface BufferRegistration extends TensorRegistration {
  /** Whether it is part of the state dict. Default: true. */
  persistent?: boolean;
  /** Whether a state dict without it is complete all the same. Default: false. */
  optional?: boolean;
}

/** @internal A tensor of a module: the field that holds it and how it is known outside. */
export interface OwnTensor {
  readonly kind: 'parameter' | 'buffer';
  readonly key: string;
  readonly tensor: Tensor;
  readonly persistent: boolean;
  readonly optional: boolean;
}

type Registration = Omit<OwnTensor, 'tensor'>;

/**
 * The base of every layer and model. Subclasses assign layers and parameters to fields and define `forward`; fields are found in the
 * order of their declaration. Modules in plain arrays are not found: use `nn.Sequential`, `nn.ModuleList` or `nn.ModuleDict`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html
 * @example
 * class Net extends nn.Module {
 *   fc1 = new nn.Linear(784, 256);
 *   fc2 = new nn.Linear(256, 10);
 *   forward(x: Tensor) { return this.fc2.forward(this.fc1.forward(x).relu()); }
 * }
 */
export abstract class Module {
  /** True while training; `eval()` makes it false. Dropout and batch norm behave differently. */
  training = true;

  readonly #slot: HookSlot = { hooks: null };
  #registered: Map<string, Registration> | null = null;
  #called: Forward | null = null;

  constructor() {
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
      if (registration) out.push({ ...registration, tensor });
      else if (tensor instanceof Parameter) out.push({ kind: 'parameter', key: field, tensor, persistent: true, optional: false });
      else if (tensor instanceof Buffer) out.push({ kind: 'buffer', key: field, tensor, persistent: tensor.persistent, optional: false });
    }
    return out;
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
    return this.namedChildren().map(([, child]) => child);
  }

  /** @internal Its direct submodules under every name they have. */
  childEntries(): [string, Module][] {
    return [...this.fields()].filter((entry): entry is [string, Module] => entry[1] instanceof Module);
  }

  /** Itself (under `prefix`, default '') and every module inside it by path, each once. */
  namedModules(prefix = ''): [string, Module][] {
    const out: [string, Module][] = [];
    const seen = new Set<Module>();
    const visit = (module: Module, path: string): void => {
      if (seen.has(module)) return;
      seen.add(module);
      out.push([path, module]);
      for (const [name, child] of module.childEntries()) visit(child, path === '' ? name : `${path}.${name}`);
    };
    visit(this, prefix);
    return out;
  }

  /** Itself and every module inside it, each once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  #named(kind: OwnTensor['kind'], prefix: string, recurse: boolean): [string, Tensor][] {
    const out: [string, Tensor][] = [];
    const seen = new Set<Tensor>();
    for (const [path, module] of recurse ? this.namedModules(prefix) : [[prefix, this] as [string, Module]]) {
      for (const own of module.ownTensors()) {
        if (own.kind !== kind || seen.has(own.tensor)) continue;
        seen.add(own.tensor);
        out.push([path === '' ? own.key : `${path}.${own.key}`, own.tensor]);
      }
    }
    return out;
  }

  /** Its parameters by path; one that is shared appears once. `recurse` false leaves out those of submodules. */
  namedParameters(prefix = '', recurse = true): [string, Parameter][] {
    return this.#named('parameter', prefix, recurse) as [string, Parameter][];
  }

  /** Its parameters, for an optimizer. */
  parameters(recurse = true): Parameter[] {
    return this.namedParameters('', recurse).map(([, parameter]) => parameter);
  }

  /** Its buffers by path, those outside the state dict too. */
  namedBuffers(prefix = '', recurse = true): [string, Tensor][] {
    return this.#named('buffer', prefix, recurse);
  }

  buffers(recurse = true): Tensor[] {
    return this.namedBuffers('', recurse).map(([, buffer]) => buffer);
  }

  /** The submodule at a dotted path; itself for ''. @throws {ArgumentError} when there is none. */
  getSubmodule(path: string): Module {
    let module: Module = this;
    const steps = path === '' ? [] : path.split('.');
    steps.forEach((step, i) => {
      const entries = module.childEntries();
      const found = entries.find(([name]) => name === step);
      if (!found) {
        const at = i === 0 ? this.constructor.name : `${steps.slice(0, i).join('.')} (${module.constructor.name})`;
        throw new ArgumentError(`getSubmodule: "${path}" does not exist: ${at} has no submodule "${step}". It has ${names(entries)}.`);
      }
      module = found[1];
    });
    return module;
  }

  #tensorAt(path: string, kind: OwnTensor['kind'], op: string): Tensor {
    const dot = path.lastIndexOf('.');
    const module = this.getSubmodule(dot < 0 ? '' : path.slice(0, dot));
    const own = module.ownTensors().filter((t) => t.kind === kind);
    const found = own.find(({ key }) => key === path.slice(dot + 1));
    if (!found)
      throw new ArgumentError(
        `${op}: "${path}" does not exist: ${module.constructor.name} has no ${kind} "${path.slice(dot + 1)}". It has ${names(own.map(({ key }) => [key]))}.`,
      );
    return found.tensor;
  }

  /** The parameter at a dotted path. @throws {ArgumentError} when there is none. */
  getParameter(path: string): Parameter {
    return this.#tensorAt(path, 'parameter', 'getParameter') as Parameter;
  }

  /** The buffer at a dotted path. @throws {ArgumentError} when there is none. */
  getBuffer(path: string): Tensor {
    return this.#tensorAt(path, 'buffer', 'getBuffer');
  }

  // ---- adding parts by name ----

  /**
   * Makes the field `name` a buffer, whatever tensor it holds later, and sets it. Returns the tensor, for use in a field declaration:
   * `mask = this.registerBuffer('mask', ones([8, 8]))`.
   */
  registerBuffer<T extends Tensor | null>(name: string, tensor: T, options: boolean | BufferRegistration = {}): T {
    const { key = name, persistent = true, optional = false } = typeof options === 'boolean' ? { persistent: options } : options;
    if (tensor !== null) escapeScope(tensor.storage, null);
    return this.#register(name, tensor, { kind: 'buffer', key, persistent, optional }, 'registerBuffer');
  }

  /** Makes the field `name` a parameter and sets it; null keeps the name without a parameter. */
  registerParameter<T extends Parameter | null>(name: string, parameter: T, { key = name }: TensorRegistration = {}): T {
    if (parameter !== null && !(parameter instanceof Parameter)) {
      throw new ArgumentError(`registerParameter: "${name}" is not an nn.Parameter. Wrap the tensor: new nn.Parameter(tensor).`);
    }
    return this.#register(name, parameter, { kind: 'parameter', key, persistent: true, optional: false }, 'registerParameter');
  }

  /** Sets the field `name` to a submodule, for names that are not known before run time. */
  registerModule<T extends Module | null>(name: string, module: T): T {
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
    if (name === '' || name.includes('.'))
      throw new ArgumentError(`${op}: the name "${name}" is empty or contains ".", which separates modules in a path.`);
    const taken = Object.hasOwn(this, name) ? this[name as keyof this] : name in this;
    const replaceable = taken === undefined || taken === null || taken === false || taken instanceof Module || taken instanceof Tensor;
    if (!replaceable || name === 'forward' || name === 'training')
      throw new ArgumentError(`${op}: ${this.constructor.name} already has a member "${name}". Choose another name.`);
  }

  // ---- modes, conversion, gradients ----

  /** Sets training mode (or, with false, evaluation mode) here and in every submodule. */
  train(mode = true): this {
    this.training = mode;
    for (const child of this.children()) child.train(mode);
    return this;
  }

  /** Evaluation mode: dropout passes everything, batch norm uses its running statistics. */
  eval(): this {
    return this.train(false);
  }

  /** Calls `fn` on every submodule, then on itself. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /**
   * Converts floating parameters and buffers, and their gradients, in place: the tensors stay the same objects, so an optimizer keeps
   * them. Integer buffers stay as they are.
   * @throws {DTypeError} for a dtype that is not floating.
   */
  to(dtype: DType | 'cpu' | { dtype?: DType }): this {
    const wanted = typeof dtype === 'string' ? dtype : dtype.dtype;
    if (wanted === undefined || wanted === 'cpu') return this;
    assertTrainable(wanted, `${this.constructor.name}.to`);
    noGrad(() => {
      for (const tensor of [...this.parameters(), ...this.buffers()]) {
        if (!isFloating(tensor.dtype) || tensor.dtype === wanted) continue;
        replaceData(tensor, castTo(tensor, wanted));
        if (tensor.ownGrad === null) continue;
        tensor.ownGrad = castTo(tensor.ownGrad, wanted);
        escapeScope(tensor.ownGrad.storage, null);
      }
    });
    return this;
  }

  float(): this {
    return this.to('float32');
  }

  double(): this {
    return this.to('float64');
  }

  /** Sets whether its parameters collect gradients: false freezes it. */
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(value);
    return this;
  }

  /** Drops the gradients of its parameters, or with `setToNone` false fills them with zeros. */
  zeroGrad(setToNone = true): void {
    for (const parameter of this.parameters()) clearGradient(parameter, setToNone);
  }

  // ---- state ----

  /**
   * Its parameters and persistent buffers by path, under PyTorch's keys (`fc1.weight`, `bn1.running_mean`). The tensors share memory
   * with the model: clone what must not change with further training.
   * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.state_dict
   */
  stateDict(prefix = ''): StateDict {
    return stateDict(this, prefix);
  }

  /**
   * Copies a state dict's values into its parameters and buffers, converting dtypes.
   * @param options.strict whether missing and unexpected keys are errors. Default: true.
   * @returns the keys that were missing and unexpected.
   * @throws {StateDictError} that names every missing, unexpected and mis-shaped key; nothing is changed then.
   */
  loadStateDict(dict: StateDict, options: { strict?: boolean } = {}): LoadResult {
    return loadStateDict(this, dict, options.strict ?? true);
  }

  /**
   * A module of equal layers, values and hooks that shares no tensor with this one: PyTorch's copy.deepcopy. Gradients are not copied.
   * The constructors of subclasses do not run, and private members (`#x`) are not copied: use ordinary ones in modules to be copied.
   * @throws {GradError} when it holds a tensor that is no leaf. @throws {ArgumentError} when its forward is a field.
   */
  clone(): this {
    return deepCopy(this, new Map());
  }

  /** @internal {@link clone}, among other copies. */
  [COPY](copies: Copies): this {
    if (typeof (Object.getPrototypeOf(this) as Partial<Module>).forward !== 'function')
      throw new ArgumentError(
        `clone: ${this.constructor.name} has its forward in a field, whose "this" cannot be another module. Write it as a method.`,
      );
    const copy = Reflect.construct(Module, [], this.constructor as new () => Module) as this;
    copies.set(this, copy);
    for (const [name, value] of Object.entries(this)) (copy as Record<string, unknown>)[name] = deepCopy(value, copies);
    copy.#registered = this.#registered && new Map(this.#registered);
    copy.#slot.hooks = this.#slot.hooks?.copy() ?? null;
    return copy;
  }

  // ---- hooks ----

  #addHook<K extends 'before' | 'after' | 'backward'>(list: K, hook: ModuleHooks[K][number]): HookHandle {
    this.#wrapForward();
    this.#slot.hooks ??= new ModuleHooks();
    return addHook(this.#slot.hooks[list] as (typeof hook)[], hook);
  }

  /** Calls `hook(module, inputs)` before each forward. What it returns replaces the inputs. */
  registerForwardPreHook(hook: ForwardPreHook): HookHandle {
    return this.#addHook('before', hook);
  }

  /** Calls `hook(module, inputs, output)` after each forward. What it returns replaces the output. */
  registerForwardHook(hook: ForwardHook): HookHandle {
    return this.#addHook('after', hook);
  }

  /** Calls `hook(module, gradInput, gradOutput)` in backward, once the inputs' gradients are there. What it returns replaces them. */
  registerFullBackwardHook(hook: FullBackwardHook): HookHandle {
    return this.#addHook('backward', hook);
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
}

function names(entries: readonly (readonly [string, ...unknown[]])[]): string {
  return entries.length === 0 ? 'none' : entries.map(([name]) => name).join(', ');
}
