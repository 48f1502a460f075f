/** The base of the optimizers: parameter groups, steps, and what is remembered between them. */

import { clearGradient, type ZeroGradOptions } from '../../autograd/clear-gradient.js';
import type { HookHandle } from '../../autograd/hooks.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, tooMany } from '../../tensor/arguments/arguments.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
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
import { optimizerText } from './optimizer-text.js';
import {
  assertTrainable,
  describeParam,
  listGroups,
  type OptionsInput,
  type ParamGroup,
  type ParamGroupInput,
  type ParamsInput,
  readGroupOptions,
  readParams,
} from './param-groups.js';
import { layoutOf, misfit, misfitError, type ParamState, type StateLayout, zeroState } from './state.js';
import { type OptimizerStateDict, readStateDict, writeStateDict } from './state-dict.js';
import { type StepKernel, StepLists, type StepNumbers } from './step-list.js';
import { noteTrained } from './trained.js';

/** Counts a step, in state that has such a count. */
function countStep(state: ParamState, numbers: StepNumbers): void {
  if (typeof state.step === 'number') numbers.step = ++state.step;
}

/**
 * A subclass defines how its options are checked, what it remembers of a parameter, and how it steps a group; nothing else is needed.
 *
 * Natively, state that decays towards 0 becomes 0 below the smallest normal number of its dtype (1.2e-38 in float32), where PyTorch keeps
 * denormal numbers: every later step over those would take many times as long.
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
  readonly #lists = new StepLists<ParamGroup<O>>();
  readonly #layouts = new WeakMap<Tensor, StateLayout>();

  /** The options of groups that do not give their own. */
  readonly defaults: O;

  /**
   * A subclass defines how its options are checked, what it remembers of a parameter, and how it steps a group; nothing else is needed.
   * Natively, state that decays towards 0 becomes 0 below the smallest normal number of its dtype (1.2e-38 in float32), where PyTorch
   * keeps denormal numbers: every later step over those would take many times as long.
   * @param defaults every option with its default.
   * @param given what the user gave in their place.
   * @throws {ArgumentError} for no parameters, one that appears twice, an unknown or a bad option.
   * @throws {GradError} for a tensor that is the result of an operation.
   * @throws {DTypeError} for a tensor of integers.
   */
  constructor(params: ParamsInput<O>, defaults: O, given: OptionsInput<O> = {}) {
    this.defaults = readGroupOptions(this.name, given, defaults);
    this.checkOptions(this.defaults);
    for (const group of listGroups(this.name, params)) this.addParamGroup(group);
  }

  protected get name(): string {
    return classNameOf(this);
  }

  /** Throws ArgumentError for options that make no sense. */
  protected abstract checkOptions(options: O): void;
  /** Steps the parameters of a group that have gradients. */
  protected abstract stepGroup(group: ParamGroup<O>): void;
  /**
   * What is remembered of a parameter, as it is before its first step: tensors made by {@link zeroState} and the functions beside it, and
   * numbers, which a state dict keeps as 0-dim float32. A state dict must have all of these names, with these shapes.
   */
  protected newState(_param: Tensor, _group: ParamGroup<O>): ParamState {
    return {};
  }
  /** Options whose lists may contain null. */
  protected readonly nullable: readonly string[] = [];
  /** Options whose default PyTorch writes as a float, as in `lr: 1.0`. */
  protected readonly floats: readonly string[] = [];

  /** Adds parameters, with options of their own, to those already there. @throws as the constructor. */
  addParamGroup(input: ParamGroupInput<O>): void {
    const params = readParams(this.name, input, this.paramGroups);
    const group = { ...readGroupOptions(this.name, input, this.defaults), ...params } as ParamGroup<O>;
    this.checkOptions(group);
    assertTrainable(this.name, group.params, this.paramGroups);
    this.paramGroups.push(group);
    noteTrained(group.params);
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
   * Checks that a gradient and the state fit their parameter, since kernels walk them side by side: the model may have been converted, a
   * gradient assigned or an option changed since the last step.
   */
  protected assertReady(group: ParamGroup<O>): void {
    assertOptionTypes(this.name, group, this.defaults, this.nullable);
    for (let i = 0; i < group.params.length; i++) {
      const param = group.params[i]!;
      const { dtype, shape, ownGrad } = param;
      if (ownGrad === null) continue;
      if (ownGrad.dtype !== dtype || !sameShape(ownGrad.shape, shape)) {
        const message = `${this.name}.step: the gradient of ${describeParam(this.paramGroups, group, i)}, is ${ownGrad.dtype} ${showShape(ownGrad.shape)}. Clear it with zeroGrad(), and compute it again.`;
        throw ownGrad.dtype === dtype ? new ShapeError(message) : new DTypeError(message);
      }
      const state = this.state.get(param);
      if (state === undefined) continue;
      const layout = this.#layoutOf(param, group);
      const wrong = misfit(state, param, layout);
      if (wrong !== null) throw misfitError(this.name, wrong, state, param, layout, describeParam(this.paramGroups, group, i));
    }
  }

  /** Drops the gradients of all parameters, or with `setToNone: false` fills them with zeros. */
  zeroGrad(...args: Arguments<ZeroGradOptions, [setToNone: 'setToNone']>): void {
    const { setToNone } = readArguments('zeroGrad', { setToNone: true }, args);
    for (const { params } of this.paramGroups) for (const param of params) clearGradient(param, setToNone);
  }

  /**
   * What is remembered of a parameter; {@link newState} before its first step.
   * @param from its group; or what makes its first state, for optimizers without `newState`.
   */
  protected stateOf<S extends ParamState>(param: Tensor, from: ParamGroup<O> | (() => S)): S {
    let state = this.state.get(param);
    if (state === undefined) this.state.set(param, (state = typeof from === 'function' ? from() : this.#makeState(param, from)));
    return state as S;
  }

  #makeState(param: Tensor, group: ParamGroup<O>): ParamState {
    const state = this.newState(param, group);
    this.#layouts.set(param, layoutOf(state, param.shape));
    return state;
  }

  /** Which state a parameter must have. Its shape may have changed since that was last asked. */
  #layoutOf(param: Tensor, group: ParamGroup<O>): StateLayout {
    const known = this.#layouts.get(param);
    if (known !== undefined && sameShape(known.paramShape, param.shape)) return known;
    for (const value of Object.values(this.#makeState(param, group))) if (typeof value !== 'number') value.storage.free();
    return this.#layouts.get(param)!;
  }

  /**
   * Steps the parameters of a group that have gradients with a kernel, one call for each dtype.
   * @param slots names of the state that the kernel takes beside a parameter and its gradient, in the kernel's order; false leaves a slot
   *   empty. State that {@link newState} does not make starts as zeros. Without slots nothing is remembered.
   * @param advance moves a parameter's state on, and writes the numbers that the kernel takes for it. Default: counts the step.
   */
  protected stepFused<S extends ParamState>(
    group: ParamGroup<O>,
    slots: readonly (string | false)[],
    kernel: StepKernel,
    advance: (state: S, numbers: StepNumbers) => void = countStep,
  ): void {
    this.#lists.run(group, this.name, kernel, (param) => {
      const tensors: (Tensor | null)[] = [];
      const entry = { param, state: tensors, step: 0, scalar: 0 };
      if (slots.length === 0) return entry;
      const state = this.stateOf<S>(param, group) as ParamState;
      advance(state as S, entry);
      for (const name of slots) tensors.push(name === false ? null : ((state[name] ??= zeroState(param)) as Tensor));
      return entry;
    });
  }

  /** @internal The bytes that its state will take once every parameter has been stepped. */
  stateBytes(): number {
    let bytes = 0;
    for (const group of this.paramGroups) {
      for (const param of group.params) {
        const made = this.state.get(param) === undefined ? this.#makeState(param, group) : undefined;
        for (const value of Object.values(made ?? this.state.get(param)!)) {
          if (typeof value === 'number') continue;
          bytes += value.storage.bytes;
          if (made) value.storage.free();
        }
      }
    }
    return bytes;
  }

  /** State and options in PyTorch's layout and names. State tensors share memory with the optimizer. */
  stateDict(): OptimizerStateDict {
    for (const hook of this.#hooks?.statePre ?? []) hook(this);
    return passThrough(this, this.#hooks?.statePost ?? [], this.collectState());
  }

  /** The state dict, between the hooks. */
  protected collectState(): OptimizerStateDict {
    return writeStateDict(this.paramGroups, this.state);
  }

  /**
   * Takes over options and state from {@link stateDict} or from PyTorch, copying tensors and converting them to their parameter's dtype.
   * @throws {StateDictError} when groups or shapes do not fit; nothing is changed then.
   */
  loadStateDict(dict: OptimizerStateDict): void {
    const hooks = this.#hooks;
    // Hooks get a shallow copy, which they may change.
    this.restoreState(hooks === null || hooks.loadPre.length === 0 ? dict : passThrough(this, hooks.loadPre, { ...dict }));
    for (const hook of hooks?.loadPost ?? []) hook(this);
  }

  /** Takes over a state dict, between the hooks. */
  protected restoreState(dict: OptimizerStateDict): void {
    const { groups, states } = readStateDict(this.name, dict, this.paramGroups, (param, group) => this.#makeState(param, group));
    for (const next of groups) {
      assertOptionTypes(this.name, next, this.defaults, this.nullable);
      this.checkOptions(next);
    }
    groups.forEach((next, g) => {
      Object.assign(this.paramGroups[g]!, next);
    });
    this.state.clear();
    for (const [param, values] of states) this.state.set(param, values);
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
    return optimizerText(this.name, this.paramGroups, this.floats);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** For JSON.stringify: the state dict, its numbers in nested lists. */
  toJSON(): OptimizerStateDict {
    return this.stateDict();
  }
}
