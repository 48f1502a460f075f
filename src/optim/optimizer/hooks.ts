/** Hooks on optimizers: around steps, and around state dicts. */
import type { HookHandle } from '../../autograd/hooks.js';
import { ArgumentError } from '../../errors.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { show } from '../../tensor/arguments/show.js';
import type { Optimizer } from './optimizer.js';
import type { OptimizerStateDict } from './state-dict.js';

// biome-ignore lint/suspicious/noExplicitAny: hooks of every optimizer
type Any = Optimizer<any>;

/** Called before a step with the optimizer and the arguments of `step`; returns other arguments, or nothing. */
export type OptimizerStepPreHook = (optimizer: Any, args: readonly unknown[]) => readonly unknown[] | undefined | void;
/** Called after a step with the optimizer and the arguments of `step`. Returns nothing. */
export type OptimizerStepPostHook = (optimizer: Any, args: readonly unknown[]) => void;
/** Called before a state dict is made, and after one was loaded. Returns nothing. */
export type OptimizerStateHook = (optimizer: Any) => void;
/** Called with a state dict that was made, or is to be loaded; returns another one, or nothing. */
export type OptimizerStateDictHook = (optimizer: Any, stateDict: OptimizerStateDict) => OptimizerStateDict | undefined | void;

/** The options of functions that add hooks to optimizers. */
export interface OptimizerHookOptions {
  /** Runs before the optimizer's other hooks of the kind. Default: false. */
  prepend?: boolean;
}

/** The hooks of an optimizer, or of all of them. */
export class OptimizerHooks {
  readonly stepPre: OptimizerStepPreHook[] = [];
  readonly stepPost: OptimizerStepPostHook[] = [];
  readonly statePre: OptimizerStateHook[] = [];
  readonly statePost: OptimizerStateDictHook[] = [];
  readonly loadPre: OptimizerStateDictHook[] = [];
  readonly loadPost: OptimizerStateHook[] = [];
}

/** Adds a hook to a list, and says how to take it off. */
export function addOptimizerHook<T>(op: string, list: T[], hook: T, options?: OptimizerHookOptions): HookHandle {
  const { prepend } = readOptions(op, { prepend: false }, options);
  if (typeof hook !== 'function') throw new ArgumentError(`${op}: the hook is ${show(hook)}, expected a function.`);
  if (prepend) list.unshift(hook);
  else list.push(hook);
  return {
    remove() {
      const at = list.indexOf(hook);
      if (at >= 0) list.splice(at, 1);
    },
  };
}

/** The hooks of all optimizers. */
export const everyOptimizer = new OptimizerHooks();

/**
 * Calls `hook(optimizer, args)` before every step of every optimizer, before the optimizer's own hooks.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.optimizer.register_optimizer_step_pre_hook.html
 */
export function registerOptimizerStepPreHook(hook: OptimizerStepPreHook): HookHandle {
  return addOptimizerHook('registerOptimizerStepPreHook', everyOptimizer.stepPre, hook);
}

/**
 * Calls `hook(optimizer, args)` after every step of every optimizer, after the optimizer's own hooks.
 * @see https://pytorch.org/docs/stable/generated/torch.optim.optimizer.register_optimizer_step_post_hook.html
 */
export function registerOptimizerStepPostHook(hook: OptimizerStepPostHook): HookHandle {
  return addOptimizerHook('registerOptimizerStepPostHook', everyOptimizer.stepPost, hook);
}

/** Runs a step between its hooks. */
export function stepWithHooks(
  optimizer: Any,
  own: OptimizerHooks | null,
  args: readonly unknown[],
  step: (args: readonly unknown[]) => unknown,
) {
  let actual = args;
  for (const hook of [...everyOptimizer.stepPre, ...(own?.stepPre ?? [])]) {
    const given: unknown = hook(optimizer, actual);
    if (given === undefined) continue;
    if (!Array.isArray(given))
      throw new ArgumentError(`a hook before step returned ${show(given)}, expected the arguments of step in a list, or nothing.`);
    actual = given;
  }
  const result = step(actual);
  for (const hook of [...(own?.stepPost ?? []), ...everyOptimizer.stepPost]) hook(optimizer, actual);
  return result;
}

/** What a list of hooks makes of a state dict. */
export function passThrough(optimizer: Any, hooks: readonly OptimizerStateDictHook[], dict: OptimizerStateDict): OptimizerStateDict {
  return hooks.reduce((current, hook) => hook(optimizer, current) ?? current, dict);
}
