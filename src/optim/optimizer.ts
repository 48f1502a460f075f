/** The base of the optimizers: parameter groups, gradients, state, and state dicts in PyTorch's layout. */

import { clearGradient } from '../autograd/clear-gradient.js';
import type { HookHandle } from '../autograd/hooks.js';
import { ArgumentError, DTypeError, GradError, ShapeError, StateDictError, showShape } from '../errors.js';
import { readArguments, type Trailing, tooMany, unknownOption } from '../tensor/arguments.js';
import { classNameOf } from '../tensor/class-name.js';
import { fromTypedArray } from '../tensor/create.js';
import { type DType, isFloating } from '../tensor/dtype.js';
import { numel, type Shape, sameShape } from '../tensor/shape.js';
import { show } from '../tensor/show.js';
import { Tensor } from '../tensor/tensor.js';
import { copyValues, item } from '../tensor/transfer.js';
import { assertOptionTypes } from './checks.js';
import {
  addOptimizerHook,
  everyOptimizer,
  type OptimizerHookOptions,
  OptimizerHooks,
  type OptimizerStateDictHook,
  type OptimizerStateHook,
  type OptimizerStepPostHook,
  type OptimizerStepPreHook,
  passThrough,
  stepWithHooks,
} from './hooks.js';
import { StepList, stateLike, stateOf } from './step-list.js';
import { noteTrained } from './trained.js';

/** What PyTorch's optimizers take to choose among their implementations. Hone has one, so these are accepted and ignored. */
export interface ImplementationOptions {
  /** Accepted and ignored. */
  foreach?: boolean | null;
  /** Accepted and ignored. */
  fused?: boolean | null;
  /** Accepted and ignored. */
  capturable?: boolean;
  /** Steps are not recorded for autograd: `true` throws. */
  differentiable?: false;
}

/** Options as a user gives them: what is left out has its default. */
export type Given<O> = Partial<O> & ImplementationOptions;

/**
 * Parameters, with or without their names, and options of their own: what is left out has the optimizer's value. `name` is for the
 * user's own use.
 */
export type ParamGroupInput<O> = {
  /** The parameters, with or without their names. */
  params: Tensor | Iterable<Tensor> | Iterable<readonly [string, Tensor]>;
  /** A name for the user's own use. */
  name?: string;
  /** The rate that a scheduler starts from. */
  initialLr?: number;
} & Given<O>;

/** Parameters and the options they are stepped with. Options may be changed between steps: `group.lr = 0.01`. */
export type ParamGroup<O = { lr: number }> = O & {
  /** The parameters. */
  params: Tensor[];
  /** The lr that a scheduler started from. */
  initialLr?: number;
  /** A name for the user's own use. */
  name?: string;
  /** The names of the parameters, where they were given with names, as `namedParameters()` gives them. */
  paramNames?: string[];
};

const IMPLEMENTATION: ReadonlySet<string> = new Set<keyof ImplementationOptions>(['foreach', 'fused', 'capturable', 'differentiable']);

/** What to optimize: tensors, tensors with their names (`model.namedParameters()`), or groups of either. */
export type Params<O> = Iterable<Tensor> | Iterable<readonly [string, Tensor]> | Iterable<ParamGroupInput<O>>;

/** What an optimizer remembers of one parameter. */
export type ParamState = Record<string, Tensor | number>;

/** An optimizer's state as `torch.save` keeps it: state by the parameter's number, options under PyTorch's names. */
export interface OptimizerStateDict {
  /** What is remembered of each parameter, by its number. */
  state: Record<number, Record<string, Tensor | number | null>>;
  /** The options of each group, and the numbers of its parameters. */
  param_groups: ({ params: number[] } & Record<string, unknown>)[];
}

/** `weightDecay` to `weight_decay`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

/** `weight_decay` to `weightDecay`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
}

/**
 * Subclasses say how options are checked and how a group is stepped; a new optimizer needs nothing else.
 *
 * Natively, state that decays towards 0 is taken for 0 below the smallest normal number of its dtype (1.2e-38 in float32), where PyTorch
 * keeps denormal numbers: steps over them would take many times as long, for ever.
 * @typeParam O the options of a group.
 */
export abstract class Optimizer<O extends { lr: number } = { lr: number }> {
  /**
   * The name that texts and errors show: minifiers rename classes, but leave this. A class of your own that sets none goes by its
   * name in the code that runs.
   */
  static readonly className: string = 'Optimizer';
  /** The parameters, in groups, and their options, which may be changed between steps. */
  readonly paramGroups: ParamGroup<O>[] = [];
  /** What is remembered of each parameter, after its first step. */
  readonly state = new Map<Tensor, ParamState>();
  /** @internal Whether `step` was called; schedulers ask. */
  hasStepped = false;
  #hooks: OptimizerHooks | null = null;
  readonly #lists = new WeakMap<ParamGroup<O>, Map<DType, StepList>>();

  /** The options of groups that do not give their own. */
  readonly defaults: O;

  /**
   * Subclasses say how options are checked and how a group is stepped; a new optimizer needs nothing else.
   * Natively, state that decays towards 0 is taken for 0 below the smallest normal number of its dtype (1.2e-38 in float32), where
   * PyTorch keeps denormal numbers: steps over them would take many times as long, for ever.
   * @param defaults every option with its default.
   * @param given what the user gave instead.
   * @throws {ArgumentError} for no parameters, one that appears twice, an unknown or a bad option.
   * @throws {GradError} for a tensor that an operation made.
   * @throws {DTypeError} for one of integers.
   */
  constructor(params: Params<O>, defaults: O, given: Given<O> = {}) {
    this.defaults = this.options(given, defaults);
    this.checkOptions(this.defaults);
    if (typeof (params as { parameters?: unknown } | null)?.parameters === 'function')
      throw new ArgumentError(`${this.name}: expected a list of tensors or groups, got ${show(params)}. Pass its parameters().`);
    if (params instanceof Tensor)
      throw new ArgumentError(`${this.name}: expected a list of tensors or groups, got one Tensor. Write [tensor].`);
    if (typeof params?.[Symbol.iterator] !== 'function')
      throw new ArgumentError(
        `${this.name}: expected a list of tensors or groups, got ${show(params)}.${typeof params === 'function' ? ' Call it: model.parameters().' : ''}`,
      );
    const list: unknown[] = [...params];
    if (list.length === 0)
      throw new ArgumentError(
        `${this.name}: got no parameters. Does the model keep its layers in fields, nn.Sequential or nn.ModuleList? Plain arrays are not seen.`,
      );
    if (list[0] instanceof Tensor || Array.isArray(list[0])) this.addParamGroup({ params: list } as unknown as ParamGroupInput<O>);
    else for (const group of list) this.addParamGroup(group as ParamGroupInput<O>);
  }

  protected get name(): string {
    return classNameOf(this);
  }

  /** Throws ArgumentError for options that make no sense. */
  protected abstract checkOptions(options: O): void;
  /** Steps the parameters of a group that have gradients. */
  protected abstract stepGroup(group: ParamGroup<O>): void;
  /** State that is one number rather than a value for each element, by camelCase name; kept as numbers, saved as 0-dim float32. */
  protected readonly counters: readonly string[] = [];
  /** The camelCase names of what must be known of a parameter that has state at all. */
  protected stateNames(_param: Tensor): readonly string[] {
    return [];
  }
  /** The shape of a tensor of state, which has its parameter's dtype; null for state of any shape and dtype. Default: the parameter's. */
  protected stateShape(param: Tensor, _name: string): Shape | null {
    return param.shape;
  }
  /** Uninitialised state for a parameter, by default of its shape and layout. */
  protected newState(param: Tensor, name: string): Tensor {
    const shape = this.stateShape(param, name) ?? param.shape;
    return sameShape(shape, param.shape) ? stateLike(param) : stateOf(shape, param.dtype);
  }
  /** Options whose lists may hold null. */
  protected readonly nullable: readonly string[] = [];
  /** Options whose default PyTorch writes as a float, as in `lr: 1.0`. */
  protected readonly floats: readonly string[] = [];

  /** `given` over `defaults`. */
  private options(given: object, defaults: O): O {
    if (typeof given !== 'object' || given === null)
      throw new ArgumentError(`${this.name}: expected an object of options, got ${show(given)}. Write { lr: 0.01 }.`);
    const options: Record<string, unknown> = { ...defaults };
    for (const [name, value] of Object.entries(given)) {
      if (name === 'differentiable' && value === true)
        throw new ArgumentError(`${this.name}: differentiable is true, but steps are not recorded for autograd. Leave it out.`);
      if (value === undefined || name === 'params' || IMPLEMENTATION.has(name)) continue;
      if (!(name in options || name === 'initialLr' || name === 'name'))
        throw unknownOption(this.name, name, Object.keys(this.defaults ?? defaults));
      if (typeof options[name] === 'boolean' && typeof value !== 'boolean')
        throw new ArgumentError(`${this.name}: ${name} is ${show(value)}, expected true or false.`);
      options[name] = value;
    }
    return options as O;
  }

  /** Adds parameters, with options of their own, to those already there. @throws as the constructor. */
  addParamGroup(input: ParamGroupInput<O>): void {
    const given = input?.params as Tensor | Iterable<Tensor> | undefined;
    if (Array.isArray(input))
      throw new ArgumentError(`${this.name}: a group is a list, expected { params }. Write { params: model.parameters(), lr: 0.01 }.`);
    if (given === undefined)
      throw new ArgumentError(`${this.name}: a group has no params. Write { params: model.parameters(), lr: 0.01 }.`);
    if (!(given instanceof Tensor) && typeof given?.[Symbol.iterator] !== 'function')
      throw new ArgumentError(`${this.name}: the params of a group are ${show(given)}, expected a tensor or a list of them.`);
    const entries: unknown[] = given instanceof Tensor ? [given] : [...(given as Iterable<unknown>)];
    const names = entries.map((entry) => (Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' ? entry[0] : null));
    const params = entries.map((entry, i) => (names[i] === null ? entry : (entry as [string, Tensor])[1])) as Tensor[];
    const named = names.every((name) => name !== null) && names.length > 0;
    if (!named && names.some((name) => name !== null))
      throw new ArgumentError(`${this.name}: some parameters of a group have names and some have none. Give all of them names, or none.`);
    const other = this.paramGroups[0];
    if (other !== undefined && (other.paramNames !== undefined) !== named)
      throw new ArgumentError(
        `${this.name}: the parameters of group ${this.paramGroups.length} come ${named ? 'with' : 'without'} names, those of the groups before ${named ? 'without' : 'with'}. Give all of them names, or none.`,
      );
    const group = { ...this.options(input, this.defaults), params, ...(named && { paramNames: names }) } as ParamGroup<O>;
    this.checkOptions(group);
    const known = new Set(this.paramGroups.flatMap((other) => other.params));
    params.forEach((param, i) => {
      const which = `parameter ${i} of group ${this.paramGroups.length}`;
      if (!(param instanceof Tensor))
        throw new ArgumentError(
          `${this.name}: ${which} is ${param === null ? 'null' : typeof param}, expected a Tensor${Array.isArray(param) ? ', or a name and a Tensor' : ''}.`,
        );
      if (!isFloating(param.dtype)) throw new DTypeError(`${this.name}: ${which} is ${param.dtype}, expected float32 or float64.`);
      if (!param.isLeaf)
        throw new GradError(
          `${this.name}: ${which} was made by an operation and is no leaf: its gradient is not kept. Pass the tensors it was computed from, or detach() it first.`,
        );
      if (known.has(param))
        throw new ArgumentError(
          `${this.name}: ${which} (${showShape(param.shape)}) appears twice. A parameter belongs to one group, once.`,
        );
      known.add(param);
    });
    this.paramGroups.push(group);
    noteTrained(params);
  }

  /**
   * Updates every parameter that has a gradient.
   * @param closure computes the loss and its gradients again, where given; its value is returned.
   */
  step(): void;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    if (arguments.length > 1) tooMany(`${this.name}.step`, 1, arguments);
    if (closure !== undefined && typeof closure !== 'function')
      throw new ArgumentError(`${this.name}.step: the closure is ${show(closure)}, expected a function that computes the loss.`);
    const own = this.#hooks;
    if (own === null && everyOptimizer.stepPre.length === 0 && everyOptimizer.stepPost.length === 0) return this.takeStep(closure);
    return stepWithHooks(this, own, closure === undefined ? [] : [closure], ([given]) => this.takeStep(given as () => T)) as T;
  }

  /** The step itself, between the hooks. */
  protected takeStep<T>(closure?: () => T): T | undefined {
    const loss = closure?.();
    for (const group of this.paramGroups) this.assertReady(group);
    for (const group of this.paramGroups) this.stepGroup(group);
    this.hasStepped = true;
    return loss;
  }

  /**
   * Holds what kernels walk side by side against the parameter: its gradient, and the state that it has. A model may have been converted
   * since, a gradient assigned, an option changed.
   */
  protected assertReady(group: ParamGroup<O>): void {
    assertOptionTypes(this.name, group, this.defaults, this.nullable);
    const { counters } = this;
    for (let i = 0; i < group.params.length; i++) {
      const param = group.params[i]!;
      const { dtype, shape, ownGrad } = param;
      if (ownGrad === null) continue;
      if (ownGrad.dtype !== dtype || !sameShape(ownGrad.shape, shape)) {
        const which = () => describeParam(this.paramGroups, group, i);
        const message = `${this.name}.step: the gradient of ${which()}, is ${ownGrad.dtype} ${showShape(ownGrad.shape)}. Clear it with zeroGrad(), and compute it again.`;
        throw ownGrad.dtype === dtype ? new ShapeError(message) : new DTypeError(message);
      }
      const state = this.state.get(param);
      if (state === undefined) continue;
      const names = this.stateNames(param);
      let found = 0;
      for (const name in state) {
        if (names.includes(name)) found++;
        const value = state[name];
        const fits =
          typeof value === 'number'
            ? counters.includes(name)
            : !counters.includes(name) && fitsAsState(value, dtype, this.stateShape(param, name));
        if (fits) continue;
        this.assertStateFits(param, name, value, () => describeParam(this.paramGroups, group, i));
      }
      if (found === names.length) continue;
      const missing = names.find((name) => !(name in state));
      throw new StateDictError(`${this.name}.step: the state of ${describeParam(this.paramGroups, group, i)}, has no ${missing}.`);
    }
  }

  private assertStateFits(param: Tensor, name: string, value: unknown, which: () => string): void {
    if (typeof value === 'number' && (this.counters.includes(name) || !this.stateNames(param).includes(name))) return;
    const counter = this.counters.includes(name);
    if (counter || !(value instanceof Tensor))
      throw new StateDictError(
        `${this.name}.step: ${name} of ${which()}, is ${show(value)}, expected a ${counter ? 'number' : 'Tensor'}. Take over state with loadStateDict.`,
      );
    const expected = this.stateShape(param, name);
    if (expected === null || (value.dtype === param.dtype && sameShape(value.shape, expected))) return;
    const message =
      `${this.name}.step: ${name} of ${which()}, is ${value.dtype} ${showShape(value.shape)}, expected ${param.dtype} ${showShape(expected)}. ` +
      'Was the model converted after the first step? optimizer.loadStateDict(optimizer.stateDict()) converts the state, too.';
    throw value.dtype === param.dtype ? new ShapeError(message) : new DTypeError(message);
  }

  /** Drops the gradients of all parameters, or with `setToNone: false` fills them with zeros. */
  zeroGrad(...options: Trailing<[setToNone: boolean], { setToNone?: boolean }>): void {
    const { setToNone } = readArguments('zeroGrad', { setToNone: true }, options);
    for (const { params } of this.paramGroups) for (const param of params) clearGradient(param, setToNone);
  }

  /** The parameters of a group that have gradients, by dtype. */
  protected withGradients(group: ParamGroup<O>): [DType, Tensor[]][] {
    const out: [DType, Tensor[]][] = [];
    const { params } = group;
    for (let i = 0; i < params.length; i++) {
      const param = params[i]!;
      if (param.ownGrad === null) continue;
      let k = 0; // there are two floating dtypes
      while (k < out.length && out[k]![0] !== param.dtype) k++;
      if (k < out.length) out[k]![1].push(param);
      else out.push([param.dtype, [param]]);
    }
    return out;
  }

  /** The list through which a kernel steps the parameters of a group that have one dtype. */
  protected stepList(group: ParamGroup<O>, dtype: DType): StepList {
    let lists = this.#lists.get(group);
    if (lists === undefined) this.#lists.set(group, (lists = new Map()));
    let list = lists.get(dtype);
    if (list === undefined) lists.set(dtype, (list = new StepList()));
    return list;
  }

  /** What is remembered of a parameter; `start` makes it before the first step. */
  protected stateOf<S extends ParamState>(param: Tensor, start: () => S): S {
    let state = this.state.get(param);
    if (!state) {
      state = start();
      this.state.set(param, state);
    }
    return state as S;
  }

  /** State and options in PyTorch's layout and names. State tensors share memory with the optimizer. */
  stateDict(): OptimizerStateDict {
    for (const hook of this.#hooks?.statePre ?? []) hook(this);
    return passThrough(this, this.#hooks?.statePost ?? [], this.collectState());
  }

  /** The state dict, between the hooks. */
  protected collectState(): OptimizerStateDict {
    const numbers = new Map(this.paramGroups.flatMap((group) => group.params).map((param, i) => [param, i]));
    const state: OptimizerStateDict['state'] = {};
    for (const [param, values] of this.state) {
      state[numbers.get(param)!] = Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          snakeCase(name),
          typeof value === 'number' ? fromTypedArray(Float32Array.of(value), []) : value,
        ]),
      );
    }
    const param_groups = this.paramGroups.map(({ params, ...options }) => ({
      ...Object.fromEntries(Object.entries(options).map(([name, value]) => [snakeCase(name), Array.isArray(value) ? [...value] : value])),
      params: params.map((param) => numbers.get(param)!),
    }));
    return { state, param_groups };
  }

  /**
   * Takes over options and state from {@link stateDict} or from PyTorch, copying tensors and converting them to their parameter's dtype.
   * @throws {StateDictError} when groups or shapes do not fit; nothing is changed then.
   */
  loadStateDict(dict: OptimizerStateDict): void {
    const hooks = this.#hooks;
    // Hooks may change the dict, which is a copy, not what it holds.
    this.restoreState(hooks === null || hooks.loadPre.length === 0 ? dict : passThrough(this, hooks.loadPre, { ...dict }));
    for (const hook of hooks?.loadPost ?? []) hook(this);
  }

  /** Takes over a state dict, between the hooks. */
  protected restoreState(dict: OptimizerStateDict): void {
    const fail = (message: string): never => {
      throw new StateDictError(`${this.name}.loadStateDict: ${message} Nothing was changed.`);
    };
    const saved = dict?.param_groups;
    const isGroup = (group: unknown) => Array.isArray((group as { params?: unknown } | null)?.params);
    if (!Array.isArray(saved) || !saved.every(isGroup) || typeof dict.state !== 'object' || dict.state === null)
      fail('expected { state, param_groups }, as stateDict() gives it.');
    const sizes = (groups: readonly { params: readonly unknown[] }[]) => `[${groups.map(({ params }) => params.length).join(', ')}]`;
    if (sizes(saved) !== sizes(this.paramGroups))
      fail(`the saved groups have ${sizes(saved)} parameters, the optimizer's have ${sizes(this.paramGroups)}.`);

    const byNumber = new Map<number, Tensor>();
    saved.forEach(({ params }, g) => {
      for (const [i, number] of params.entries()) byNumber.set(number, this.paramGroups[g]!.params[i]!);
    });
    const loaded = new Map<Tensor, ParamState>();
    for (const [number, values] of Object.entries(dict.state)) {
      if (typeof values !== 'object' || values === null) fail(`the state of parameter ${number} is ${show(values)}, expected an object.`);
      const param = byNumber.get(Number(number)) ?? fail(`there is state for parameter ${number}, which is in no group.`);
      const state = this.loadParamState(param, number, values, fail);
      if (Object.keys(state).length > 0) loaded.set(param, state);
    }
    const groups = this.paramGroups.map((group, g) => {
      const { params: _, ...options } = saved[g]!;
      const known = Object.entries(options)
        .map(([name, value]) => [camelCase(name), Array.isArray(value) ? [...value] : value] as const)
        .filter(([name]) => !IMPLEMENTATION.has(name));
      const next = { ...group, ...Object.fromEntries(known) };
      const names: unknown = next.paramNames;
      if (
        names !== undefined &&
        !(Array.isArray(names) && names.length === group.params.length && names.every((name) => typeof name === 'string'))
      )
        fail(`param_names of group ${g} is ${show(names)}, expected a name for each of ${group.params.length} parameters.`);
      assertOptionTypes(this.name, next, this.defaults, this.nullable);
      this.checkOptions(next);
      return next;
    });

    groups.forEach((next, g) => {
      Object.assign(this.paramGroups[g]!, next);
    });
    this.state.clear();
    for (const [param, values] of loaded) this.state.set(param, values);
  }

  private loadParamState(
    param: Tensor,
    number: string,
    values: Record<string, Tensor | number | null>,
    fail: (message: string) => never,
  ): ParamState {
    const out: ParamState = {};
    for (const [key, value] of Object.entries(values)) {
      const name = camelCase(key);
      if (value === null) continue;
      if (this.counters.includes(name)) {
        const count = value instanceof Tensor && numel(value.shape) === 1 ? item(value) : value;
        out[name] = typeof count === 'number' ? count : fail(`${key} of parameter ${number} is ${show(value)}, expected a number.`);
      } else {
        if (!(value instanceof Tensor)) fail(`${key} of parameter ${number} is ${show(value)}, expected a Tensor.`);
        const copy = this.newState(param, name);
        if (!sameShape(value.shape, copy.shape)) {
          const why = sameShape(copy.shape, param.shape) ? 'the parameter' : `expected ${showShape(copy.shape)} for a parameter of`;
          fail(`${key} of parameter ${number} has shape ${showShape(value.shape)}, ${why} ${showShape(param.shape)}.`);
        }
        copyValues(copy, value, 'loadStateDict');
        out[name] = copy;
      }
    }
    const missing = Object.keys(out).length > 0 && this.stateNames(param).find((name) => !(name in out));
    if (missing)
      fail(
        `the state of parameter ${number} has no ${snakeCase(missing)} (it has ${Object.keys(values).join(', ')}). Was it saved by another optimizer?`,
      );
    return out;
  }

  #hook<K extends keyof OptimizerHooks>(op: string, kind: K, hook: OptimizerHooks[K][number], options?: OptimizerHookOptions): HookHandle {
    this.#hooks ??= new OptimizerHooks();
    return addOptimizerHook(op, this.#hooks[kind] as unknown[], hook, options);
  }

  /** Calls `hook(optimizer, args)` before each step; the arguments that it returns in a list replace those of the call. */
  registerStepPreHook(hook: OptimizerStepPreHook): HookHandle {
    return this.#hook('registerStepPreHook', 'stepPre', hook);
  }

  /** Calls `hook(optimizer, args)` after each step. */
  registerStepPostHook(hook: OptimizerStepPostHook): HookHandle {
    return this.#hook('registerStepPostHook', 'stepPost', hook);
  }

  /** Calls `hook(optimizer)` before {@link stateDict} collects the state. */
  registerStateDictPreHook(hook: OptimizerStateHook, options?: OptimizerHookOptions): HookHandle {
    return this.#hook('registerStateDictPreHook', 'statePre', hook, options);
  }

  /** Calls `hook(optimizer, stateDict)` with what {@link stateDict} has made; what it returns takes its place. */
  registerStateDictPostHook(hook: OptimizerStateDictHook, options?: OptimizerHookOptions): HookHandle {
    return this.#hook('registerStateDictPostHook', 'statePost', hook, options);
  }

  /** Calls `hook(optimizer, stateDict)` before {@link loadStateDict} reads it; what it returns is read instead. */
  registerLoadStateDictPreHook(hook: OptimizerStateDictHook, options?: OptimizerHookOptions): HookHandle {
    return this.#hook('registerLoadStateDictPreHook', 'loadPre', hook, options);
  }

  /** Calls `hook(optimizer)` once {@link loadStateDict} has taken everything over. */
  registerLoadStateDictPostHook(hook: OptimizerStateHook, options?: OptimizerHookOptions): HookHandle {
    return this.#hook('registerLoadStateDictPostHook', 'loadPost', hook, options);
  }

  /** PyTorch's text: each group's options in alphabetical order of PyTorch's names. */
  toString(): string {
    const show = (value: unknown): string => {
      if (typeof value === 'boolean') return value ? 'True' : 'False';
      if (value === null) return 'None';
      if (Array.isArray(value)) return `(${value.map(show).join(', ')})`;
      // Python's exponents have two digits, and begin below 1e-4.
      return typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-4
        ? value.toExponential().replace(/-(\d)$/, '-0$1')
        : String(value);
    };
    const groups = this.paramGroups.map(({ params: _, ...options }, i) => {
      const lines = Object.entries(options).map(([name, value]) => {
        if (name === 'paramNames') return `    param_names: [${(value as string[]).map((each) => `'${each}'`).join(', ')}]\n`;
        const point = this.floats.includes(name) && Number.isInteger(value) ? '.0' : '';
        return `    ${snakeCase(name)}: ${show(value)}${point}\n`;
      });
      return `\nParameter Group ${i}\n${lines.sort().join('')}`;
    });
    return `${this.name} (${groups.join('')})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** For JSON.stringify: the state dict, its numbers in nested lists. */
  toJSON(): OptimizerStateDict {
    return this.stateDict();
  }
}

/** A parameter in a message. */
function describeParam(
  groups: readonly { readonly params: readonly Tensor[] }[],
  group: { readonly params: readonly Tensor[] },
  i: number,
): string {
  const { dtype, shape } = group.params[i]!;
  return `parameter ${i} of group ${groups.indexOf(group)}, which is ${dtype} ${showShape(shape)}`;
}

/** Whether a value of a parameter's state is a tensor of this dtype and shape (null stands for any). */
function fitsAsState(value: unknown, dtype: DType, shape: Shape | null): boolean {
  return value instanceof Tensor && (shape === null || (value.dtype === dtype && sameShape(value.shape, shape)));
}
