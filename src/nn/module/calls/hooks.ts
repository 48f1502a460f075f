/** The part of Module that calls forward and keeps hooks: those around calls (module-call.ts), and those on state dicts. */
import type { HookHandle } from '../../../autograd/hooks.js';
import type { Module } from '../module.js';
import type { LoadResult, StateDict } from '../state/state-dict.js';
import {
  addHook,
  CallHooks,
  type Forward,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardPreHook,
  type FullBackwardHook,
  type FullBackwardPreHook,
  type HookOptions,
  wrapForward,
} from './call.js';
import { type Whereabouts, whereabouts } from './use.js';

/** Called before a module adds its tensors to a state dict. */
export type StateDictPreHook = (module: Module, prefix: string, keepVars: boolean) => void;
/** Called after a module and its submodules have added theirs; may change `stateDict`. Returns nothing. */
export type StateDictPostHook = (module: Module, stateDict: StateDict, prefix: string, localMetadata: Record<string, unknown>) => void;
/** Called before a module takes its tensors from a state dict; may change `stateDict`, which is a copy, and the three lists. */
export type LoadStateDictPreHook = (
  module: Module,
  stateDict: StateDict,
  prefix: string,
  localMetadata: Record<string, unknown>,
  strict: boolean,
  missingKeys: string[],
  unexpectedKeys: string[],
  errorMessages: string[],
) => void;
/** Called after a module and its submodules have taken theirs; may change the lists of keys. */
export type LoadStateDictPostHook = (module: Module, incompatibleKeys: LoadResult) => void;

export class ModuleHooks extends CallHooks {
  readonly statePre: StateDictPreHook[] = [];
  readonly statePost: StateDictPostHook[] = [];
  readonly loadPre: LoadStateDictPreHook[] = [];
  readonly loadPost: LoadStateDictPostHook[] = [];

  /** The same hooks in lists of their own. */
  copy(): ModuleHooks {
    const copy = new ModuleHooks();
    this.copyTo(copy);
    copy.statePre.push(...this.statePre);
    copy.statePost.push(...this.statePost);
    copy.loadPre.push(...this.loadPre);
    copy.loadPost.push(...this.loadPost);
    return copy;
  }
}

/** What {@link Module} does with its forward and its hooks. */
export abstract class HookedModule {
  readonly #slot: { hooks: ModuleHooks | null } & Whereabouts = { hooks: null, ...whereabouts() };
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
    const called = wrapForward(this as unknown as Module, this.#slot, body);
    this.#called = called;
    Object.defineProperty(this, 'forward', { value: called, writable: true, configurable: true });
  }

  /** @internal Whether its forward was called. */
  wasCalled(): boolean {
    return this.#slot.called;
  }

  /** @internal Its hooks, if it has any. */
  ownHooks(): ModuleHooks | null {
    return this.#slot.hooks;
  }

  /** Has the hooks of another module. */
  protected takeHooks(from: HookedModule): void {
    this.#slot.hooks = from.#slot.hooks?.copy() ?? null;
  }

  #hooks(): ModuleHooks {
    this.#wrapForward();
    this.#slot.hooks ??= new ModuleHooks();
    return this.#slot.hooks;
  }

  /** Calls `hook(module, inputs)` before each forward. What it returns replaces the inputs. */
  registerForwardPreHook(hook: ForwardPreHook, options?: HookOptions): HookHandle {
    return addHook(this.#hooks().before, hook, options);
  }

  /**
   * Calls `hook(module, inputs, output)` after each forward. What it returns replaces the output.
   * @param options.prepend before the hooks that it has; default false. @param options.alwaysCall also when forward throws; default false.
   */
  registerForwardHook(hook: ForwardHook, options?: ForwardHookOptions): HookHandle {
    if (options?.alwaysCall) this.#hooks().always.add(hook);
    return addHook(this.#hooks().after, hook, options);
  }

  /** Calls `hook(module, gradOutput)` in backward, before the module's own. What it returns replaces the outputs' gradients. */
  registerFullBackwardPreHook(hook: FullBackwardPreHook, options?: HookOptions): HookHandle {
    return addHook(this.#hooks().backwardBefore, hook, options);
  }

  /** Calls `hook(module, gradInput, gradOutput)` in backward, once the inputs' gradients are there. What it returns replaces them. */
  registerFullBackwardHook(hook: FullBackwardHook, options?: HookOptions): HookHandle {
    return addHook(this.#hooks().backward, hook, options);
  }

  /** Calls `hook(module, prefix, keepVars)` before the module writes its tensors into a state dict. */
  registerStateDictPreHook(hook: StateDictPreHook): HookHandle {
    return addHook(this.#hooks().statePre, hook);
  }

  /** Calls `hook(module, stateDict, prefix, localMetadata)` when the module has written its tensors; it may change the state dict. */
  registerStateDictPostHook(hook: StateDictPostHook): HookHandle {
    return addHook(this.#hooks().statePost, hook);
  }

  /** Calls `hook` before the module takes its tensors from a state dict, which the hook may change: renaming old keys, say. */
  registerLoadStateDictPreHook(hook: LoadStateDictPreHook): HookHandle {
    return addHook(this.#hooks().loadPre, hook);
  }

  /** Calls `hook(module, { missingKeys, unexpectedKeys })` after loading; keys that it takes off the lists are no errors. */
  registerLoadStateDictPostHook(hook: LoadStateDictPostHook): HookHandle {
    return addHook(this.#hooks().loadPost, hook);
  }
}
