/**
 * A module's forward call: its hooks, and the path in the model that an error from inside it carries.
 *
 * `Module` puts `wrapForward` around the class's `forward`, so that users write and call plain methods. It costs 20 to 40 ns a call. An
 * async forward gets the same: hooks see what its promise gives, and its errors carry their path.
 */
import { ArgumentError, HoneError } from '../../../errors.js';
import { training } from '../../../optim/optimizer/trained.js';
import { classNameOf, classNamesOf } from '../../../tensor/arguments/class-name.js';
import { warnOnce } from '../../../tensor/arguments/warn-once.js';
import type { Module } from '../module.js';
import { type CallState, running, warnOfUntrained } from '../unregistered/in-calls.js';
import { whenDone, withBackwardHooks } from './backward-hook.js';
import { type CallHooks, everywhere, type ForwardHook } from './hooks.js';

// biome-ignore lint/suspicious/noExplicitAny: inputs and outputs of a forward are whatever the subclass says
type Any = any;

/** A class's `forward`. */
export type Forward = (...inputs: Any[]) => Any;

const NOTHING: readonly unknown[] = [];

/** How many forward calls of modules are running, one inside the other. */
let depth = 0;

/** Where an error came from, and how its message reads: without a path, and as it was last written. */
interface Place {
  readonly origin: Module;
  readonly bare: string;
  written: string;
}
const places = new WeakMap<HoneError, Place>();

/** Where a module keeps its hooks; null while it has none, which is the fast path. */
export interface HookSlot extends CallState {
  hooks: CallHooks | null;
}

/** A function that runs `body`, a module's own forward, with its hooks. */
export function wrapForward(module: Module, slot: HookSlot, body: Forward): Forward {
  const failed = (error: unknown): never => {
    if (error instanceof HoneError) locate(error, module);
    throw error;
  };
  return function call(...inputs) {
    const caller = running.innermost;
    running.innermost = module;
    slot.called = true;
    if (depth++ === 0) {
      running.outermost = module;
      running.inputs = inputs;
      running.id = slot.id;
    }
    try {
      if (depth > 1 && training.generation > 0 && (slot.lookedAt !== training.generation || slot.lookedFor !== running.id))
        warnOfUntrained(module, slot);
      const plain = (slot.hooks === null || slot.hooks.size === 0) && everywhere.size === 0;
      const output = plain ? body.apply(module, inputs) : runWithHooks(module, slot.hooks, body, inputs);
      if (output === undefined) throw noOutput(module);
      return output instanceof Promise ? output.then((value) => (value === undefined ? failed(noOutput(module)) : value), failed) : output;
    } catch (error) {
      return failed(error);
    } finally {
      running.innermost = caller;
      if (--depth === 0) {
        running.outermost = null;
        running.inputs = NOTHING;
      }
    }
  };
}

function noOutput(module: Module): ArgumentError {
  return new ArgumentError(
    `${classNameOf(module)}.forward returned undefined. Did you forget \`return\`? A forward that has nothing to give returns null.`,
  );
}

function runWithHooks(module: Module, own: CallHooks | null, body: Forward, given: Any[]): Any {
  const all = <K extends 'before' | 'after' | 'backwardBefore' | 'backward'>(kind: K) =>
    [...everywhere[kind], ...(own?.[kind] ?? [])] as CallHooks[K];
  let inputs = given;
  let result: Any = null;
  const called = new Set<ForwardHook>();

  const run = (actual: Any[]): Any => {
    inputs = actual;
    return whenDone(body.apply(module, actual), (output) => {
      result = output;
      for (const hook of all('after')) {
        called.add(hook);
        const replaced = hook(module, actual, result);
        if (replaced !== undefined) result = replaced;
      }
      return result;
    });
  };
  const failed = (error: unknown): never => {
    for (const hook of all('after')) {
      if (called.has(hook) || !(everywhere.always.has(hook) || own?.always.has(hook))) continue;
      try {
        hook(module, inputs, result);
      } catch (second) {
        warnOnce(`a forward hook with alwaysCall threw after another error, and was silenced: ${String(second)}`);
      }
    }
    throw error;
  };
  try {
    for (const hook of all('before')) {
      const replaced = hook(module, inputs);
      if (replaced !== undefined) inputs = Array.isArray(replaced) ? replaced : [replaced];
    }
    const [pre, post] = [all('backwardBefore'), all('backward')];
    const output = pre.length + post.length === 0 ? run(inputs) : withBackwardHooks(module, pre, post, inputs, run);
    return output instanceof Promise ? output.catch(failed) : output;
  } catch (error) {
    return failed(error);
  }
}

/**
 * Writes the path of the module where an error comes from in front of its message, as seen from the outermost module; an async forward is
 * outermost to what it calls, so the path grows as the error passes through promises.
 */
function locate(error: HoneError, module: Module): void {
  let place = places.get(error);
  if (place === undefined) {
    place = { origin: module, bare: error.message, written: error.message };
    places.set(error, place);
  }
  if (depth > 1 || place.origin === module || error.message !== place.written) return;
  const { origin, bare } = place;
  const name = classNameOf(origin);
  const path = module.namedModules().find(([, candidate]) => candidate === origin)?.[0];
  if (path === undefined && place.written !== bare) return; // an inner module has located it already
  const where =
    path !== undefined
      ? `${path} (${name})`
      : `${name} (which ${classNameOf(module)} does not know of: keep modules in fields, nn.Sequential, nn.ModuleList or nn.ModuleDict)`;
  const before = error.message;
  // `bn1 (BatchNorm1d): expected …` rather than `bn1 (BatchNorm1d): BatchNorm1d(256): expected …`
  const own = classNamesOf(origin).map((each) => each.replaceAll('$', '\\$'));
  error.message = `${where}: ${bare.replace(new RegExp(`^(${own.join('|')})(\\(\\d+\\))?: `, 'i'), '')}`;
  place.written = error.message;
  if (error.stack !== undefined) error.stack = error.stack.replace(before, () => error.message);
}
