/** Which history a model's training has: what a checkpoint takes along, and where a training that is resumed goes on. */
import type { Module } from '../../nn/module/module.js';
import type { History } from '../history/history.js';

const latest = new WeakMap<Module, History>();
const resumed = new WeakMap<Module, History>();

/** Notes the history of the training that a model is in, or was in last. */
export function noteHistory(model: Module, history: History): void {
  latest.set(model, history);
  resumed.delete(model);
}

export function historyOf(model: Module): History | undefined {
  return latest.get(model);
}

/** Lets the next training of the model go on from `history`, or with undefined start anew. */
export function resumeFrom(model: Module, history: History | undefined): void {
  if (history) {
    latest.set(model, history);
    resumed.set(model, history);
  } else {
    latest.delete(model);
    resumed.delete(model);
  }
}

/** The history that a checkpoint brought for the model's next training. */
export function resumedHistory(model: Module): History | undefined {
  return resumed.get(model);
}
