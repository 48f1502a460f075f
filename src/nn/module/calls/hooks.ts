/** Hooks: their types, the lists that modules keep of them, and those of all modules. */
import type { HookHandle } from '../../../autograd/hooks.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { assertFunction } from '../../../tensor/arguments/checks.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Module } from '../module.js';
import type { LoadResult, StateDict } from '../state/state-dict.js';

// Inputs and outputs of a forward are whatever the subclass says.
// biome-ignore lint/suspicious/noExplicitAny: a forward of any signature is a forward
type Any = any;

/** Sees the inputs before `forward`; returns other inputs (an array, or the only one), or nothing. */
export type ForwardPreHook = (module: Any, inputs: Any[]) => unknown;
/** Sees inputs and output after `forward`; returns another output, or nothing. Where forward threw, `output` is null (see `alwaysCall`). */
export type ForwardHook = (module: Any, inputs: Any[], output: Any) => unknown;
/**
 * Sees, during backward, the gradients of the inputs and of the outputs of `forward` (null for what has none); returns other gradients
 * for the inputs, or nothing.
 */
export type FullBackwardHook = (
  module: Any,
  gradInput: (Tensor | null)[],
  gradOutput: (Tensor | null)[],
) => (Tensor | null)[] | Tensor | undefined | void;

/** Sees, during backward, the gradients of the outputs of `forward`; returns other ones, or nothing. */
export type FullBackwardPreHook = (module: Any, gradOutput: (Tensor | null)[]) => (Tensor | null)[] | Tensor | undefined | void;

/** The options of functions that add hooks. */
export interface HookOptions {
  /** Runs before the module's other hooks of the kind. Default: false. */
  prepend?: boolean;
}

/** The options of {@link Module.registerForwardHook}. */
export interface ForwardHookOptions extends HookOptions {
  /** Runs also where forward, or another hook, throws. Default: false. */
  alwaysCall?: boolean;
}

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

/** The hooks around a call. */
export class CallHooks {
  readonly before: ForwardPreHook[] = [];
  readonly after: ForwardHook[] = [];
  readonly backwardBefore: FullBackwardPreHook[] = [];
  readonly backward: FullBackwardHook[] = [];
  /** Those of `after` that run also when forward throws. */
  readonly always = new Set<ForwardHook>();

  get size(): number {
    return this.before.length + this.after.length + this.backwardBefore.length + this.backward.length;
  }

  protected copyTo(copy: CallHooks): void {
    copy.before.push(...this.before);
    copy.after.push(...this.after);
    copy.backwardBefore.push(...this.backwardBefore);
    copy.backward.push(...this.backward);
    for (const hook of this.always) copy.always.add(hook);
  }
}

/** The hooks of one module: those around its calls, and those on state dicts. */
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

/** Adds a hook to a list; the handle takes it off again. */
export function addHook<T>(op: string, list: T[], hook: T, options?: HookOptions): HookHandle {
  const { prepend } = readOptions(op, { prepend: false, alwaysCall: false }, options);
  assertFunction(op, 'hook', hook);
  if (prepend) list.unshift(hook);
  else list.push(hook);
  let active = true;
  return {
    remove() {
      if (active) list.splice(list.indexOf(hook), 1);
      active = false;
    },
  };
}

/** The hooks of all modules. */
export const everywhere = new CallHooks();

/**
 * Calls `hook(module, inputs)` before the forward of every module, before the module's own hooks. What it returns replaces the inputs.
 * A forward in a field is seen once its module has a hook of its own.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.modules.module.register_module_forward_pre_hook.html
 */
export function registerModuleForwardPreHook(hook: ForwardPreHook): HookHandle {
  return addHook('registerModuleForwardPreHook', everywhere.before, hook);
}

/**
 * Calls `hook(module, inputs, output)` after the forward of every module, before the module's own hooks. What it returns replaces the output.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.modules.module.register_module_forward_hook.html
 */
export function registerModuleForwardHook(hook: ForwardHook, options?: { alwaysCall?: boolean }): HookHandle {
  const { alwaysCall } = readOptions('registerModuleForwardHook', { alwaysCall: false }, options);
  if (alwaysCall) everywhere.always.add(hook);
  return addHook('registerModuleForwardHook', everywhere.after, hook);
}

/** {@link FullBackwardPreHook} of every module. */
export function registerModuleFullBackwardPreHook(hook: FullBackwardPreHook): HookHandle {
  return addHook('registerModuleFullBackwardPreHook', everywhere.backwardBefore, hook);
}

/** {@link FullBackwardHook} of every module. */
export function registerModuleFullBackwardHook(hook: FullBackwardHook): HookHandle {
  return addHook('registerModuleFullBackwardHook', everywhere.backward, hook);
}
