/** Going through batches in evaluation mode: what evaluate, predict and the evaluations of fit share. */
import { noGrad } from '../../autograd/modes/mode.js';
import type { MaybePromise } from '../../data/datasets/dataset.js';
import { Pacer } from '../../engine/tasks/pacer.js';
import type { Module } from '../../nn/module/module.js';
import { runStep } from '../batch/batch-step.js';
import { eachBatch } from '../batch/loaders.js';
import { Modes } from '../guards/modes.js';
import type { Loader } from '../types.js';

/**
 * Runs a model on each batch, in evaluation mode and without recording, in a step that frees what it makes. The modes hold for the step
 * alone, so that several evaluations of one model may run side by side.
 * @returns whether all batches were gone through; false from `after` ends the loop.
 */
export async function eachInEvaluation<B, R>(
  model: Module,
  loader: Loader<B>,
  owned: boolean,
  { run, after }: { run: (batch: B) => R; after: (result: R) => MaybePromise<boolean> },
): Promise<boolean> {
  const pacer = new Pacer();
  const before = new Modes(model);
  let evaluation: Modes | undefined;
  return eachBatch(loader, async (batch) => {
    before.note();
    let result: R;
    try {
      if (evaluation) evaluation.apply();
      else {
        model.eval();
        evaluation = new Modes(model);
      }
      result = runStep(model, batch, owned, () => noGrad(() => run(batch)));
    } finally {
      before.apply();
    }
    if ((await after(result)) === false) return false;
    await pacer.pause();
    return true;
  });
}
