/**
 * A module's forward call: its hooks, and the path in the model that an error from inside it carries.
 *
 * `Module` puts `wrapForward` around the class's `forward`, so that users write and call plain methods. It costs some 20 ns a call.
 */
import type { HookHandle } from '../autograd/hooks.js';
import { HoneError } from '../errors.js';
import type { Tensor } from '../tensor/tensor.js';
import { withBackwardHooks } from './backward-hook.js';
import type { Module } from './module.js';

// Inputs and outputs of a forward are whatever the subclass says.
// biome-ignore lint/suspicious/noExplicitAny: a forward of any signature is a forward
type Any = any;

/** A class's `forward`. */
export type Forward = (...inputs: Any[]) => Any;

/** Sees the inputs before `forward`; returns other inputs (an array, or the only one), or nothing. */
export type ForwardPreHook = (module: Any, inputs: Any[]) => unknown;
/** Sees inputs and output after `forward`; returns another output, or nothing. */
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

export class ModuleHooks {
  readonly before: ForwardPreHook[] = [];
  readonly after: ForwardHook[] = [];
  readonly backward: FullBackwardHook[] = [];

  /** The same hooks in lists of their own. */
  copy(): ModuleHooks {
    const copy = new ModuleHooks();
    copy.before.push(...this.before);
    copy.after.push(...this.after);
    copy.backward.push(...this.backward);
    return copy;
  }
}

/** Adds a hook to a list, and says how to take it off. */
export function addHook<T>(list: T[], hook: T): HookHandle {
  list.push(hook);
  let active = true;
  return {
    remove() {
      if (active) list.splice(list.indexOf(hook), 1);
      active = false;
    },
  };
}

/** How many forward calls of modules are running, one inside the other. */
let depth = 0;
/** The innermost module that an error came from; null once the error carries its path. */
const origins = new WeakMap<HoneError, Module | null>();

/** Where a module keeps its hooks; null while it has none, which is the fast path. */
export interface HookSlot {
  hooks: ModuleHooks | null;
}

/** A function that runs `body`, a module's own forward, with its hooks. */
export function wrapForward(module: Module, slot: HookSlot, body: Forward): Forward {
  return function call(...inputs) {
    depth++;
    try {
      return slot.hooks === null ? body.apply(module, inputs) : runWithHooks(module, slot.hooks, body, inputs);
    } catch (error) {
      if (error instanceof HoneError) locate(error, module);
      throw error;
    } finally {
      depth--;
    }
  };
}

function runWithHooks(module: Module, hooks: ModuleHooks, body: Forward, given: Any[]): Any {
  let inputs = given;
  for (const hook of [...hooks.before]) {
    const replaced = hook(module, inputs);
    if (replaced !== undefined) inputs = Array.isArray(replaced) ? replaced : [replaced];
  }
  const run = (actual: Any[]): Any => {
    let output = body.apply(module, actual);
    for (const hook of [...hooks.after]) {
      const replaced = hook(module, actual, output);
      if (replaced !== undefined) output = replaced;
    }
    return output;
  };
  return hooks.backward.length === 0 ? run(inputs) : withBackwardHooks(module, hooks.backward, inputs, run);
}

/** Notes where an error comes from and, on its way out of the outermost module, writes the path in front of its message, once. */
function locate(error: HoneError, module: Module): void {
  if (!origins.has(error)) origins.set(error, module);
  if (depth > 1) return;
  const origin = origins.get(error);
  origins.set(error, null);
  if (origin == null || origin === module) return;
  const name = origin.constructor.name;
  const path = module.namedModules().find(([, candidate]) => candidate === origin)?.[0];
  const place =
    path !== undefined
      ? `${path} (${name})`
      : `${name} (which ${module.constructor.name} does not know of: keep modules in fields, nn.Sequential, nn.ModuleList or nn.ModuleDict)`;
  const before = error.message;
  // `bn1 (BatchNorm1d): expected …` rather than `bn1 (BatchNorm1d): BatchNorm1d(256): expected …`
  error.message = `${place}: ${before.replace(new RegExp(`^${name}(\\(\\d+\\))?: `), '')}`;
  if (error.stack !== undefined) error.stack = error.stack.replace(before, () => error.message);
}
