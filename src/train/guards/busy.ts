/** Who trains a model now: two calls at once would train in evaluation mode, or evaluate with dropout. */
import { BusyError } from '../../errors.js';
import type { Module } from '../../nn/module/module.js';

/** A training that holds a model. */
export interface Hold {
  /** What trains it. Default: `fit`. */
  readonly op?: string;
  /** Where it is: `epoch 2, step 3`. */
  place(): string;
  /** Whether it waits for one of its callbacks, which may look at the model meanwhile. */
  waiting: boolean;
}

const holds = new WeakMap<Module, Hold>();

function holderOf(model: Module): Hold | undefined {
  for (const module of model.modules()) {
    const hold = holds.get(module);
    if (hold) return hold;
  }
  return undefined;
}

/** Marks a model, with all its parts, as being trained; gives what ends that. @throws {BusyError} where another training has it. */
export function holdModel(model: Module, hold: Hold): () => void {
  const other = holderOf(model);
  const op = hold.op ?? 'fit';
  if (other)
    throw new BusyError(
      `${op}: this model is being trained by ${other.op ?? 'another fit'} (${other.place()}), and two at once would disturb each other. Await the first one (await ${other.op ?? 'fit'}(…)) before the next, or train a copy: model.clone().`,
    );
  const modules = model.modules();
  for (const module of modules) holds.set(module, hold);
  return () => {
    for (const module of modules) if (holds.get(module) === hold) holds.delete(module);
  };
}

/** Throws while a model is being trained, except from within a callback of that training. */
export function assertIdle(model: Module, op: string): void {
  const hold = holderOf(model);
  if (!hold || hold.waiting) return;
  throw new BusyError(
    `${op}: this model is being trained by ${hold.op ?? 'fit'} (${hold.place()}), which ${op} would disturb. Await ${hold.op ?? 'fit'} first, call ${op} in one of fit's callbacks and await it there, or use a copy: model.clone().`,
  );
}
