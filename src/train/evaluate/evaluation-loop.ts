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
 * A model's steps in evaluation mode and without recording, each of which frees what it makes. The modes hold for the step alone, so that several
 * evaluations of one model may run side by side.
 */
export class EvaluationSteps {
  private readonly before: Modes;
  private evaluation: Modes | undefined;

  constructor(private readonly model: Module) {
    this.before = new Modes(model);
  }

  /** @param owned whether the batch may be freed, too. */
  run<B, R>(batch: B, owned: boolean, body: (batch: B) => R): R {
    const { model, before } = this;
    before.note();
    try {
      if (this.evaluation) this.evaluation.apply();
      else {
        model.eval();
        this.evaluation = new Modes(model);
      }
      return runStep(model, batch, owned, () => noGrad(() => body(batch)));
    } finally {
      before.apply();
    }
  }
}

/**
 * Runs a model on each batch, by {@link EvaluationSteps}.
 * @returns whether all batches were gone through; false from `after` ends the loop.
 */
export async function eachInEvaluation<B, R>(
  model: Module,
  loader: Loader<B>,
  owned: boolean,
  { run, after }: { run: (batch: B) => R; after: (result: R) => MaybePromise<boolean> },
): Promise<boolean> {
  const pacer = new Pacer();
  const steps = new EvaluationSteps(model);
  return eachBatch(loader, async (batch) => {
    if ((await after(steps.run(batch, owned, run))) === false) return false;
    await pacer.pause();
    return true;
  });
}
