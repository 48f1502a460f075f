/** predict: a model's outputs for many batches. */
import { noGrad } from '../../autograd/modes/mode.js';
import type { DatasetLike } from '../../data/datasets/dataset.js';
import { ArgumentError, ShapeError } from '../../errors.js';
import type { Module, ModuleWithOutput } from '../../nn/module/module.js';
import { cat } from '../../ops/join/join.js';
import { tensorNames } from '../../ops/reduce/results.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { assertFunction } from '../../tensor/arguments/checks.js';
import { escapeScope } from '../../tensor/storage.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkedOutput } from '../batch/batch-step.js';
import { checkModel } from '../batch/checks.js';
import { readBatches } from '../batch/loaders.js';
import { assertIdle } from '../guards/busy.js';
import { pending } from '../guards/pending.js';
import type { Loader } from '../types.js';
import { eachInEvaluation } from './evaluation-loop.js';

/** The options of {@link predict}. */
export interface PredictOptions<B> {
  /** The model's output for a batch. Default: `model.forward` of the batch, or of its first part where it is a list such as `[inputs, targets]`. */
  forward?: (model: Module, batch: B) => Tensor;
}

/**
 * The model's outputs for all batches, joined along their first dim, in evaluation mode and without recording.
 * @param batches a loader; a data set, which is read in batches of 64; or a tensor, which is one batch: [N, ...] gives [N, ...].
 * @throws {ArgumentError} when there is no batch. @throws {BusyError} while fit trains the model, except in its callbacks.
 * @example
 * const labels = (await predict(model, x)).argmax(1);
 */
export function predict<B = readonly Tensor[]>(
  model: ModuleWithOutput,
  batches: Loader<B> | DatasetLike<unknown> | Tensor,
  options: PredictOptions<B> = {},
): Promise<Tensor> {
  return pending('predict', tensorNames(), outputsOf(model, batches, options));
}

async function outputsOf<B>(
  model: ModuleWithOutput,
  batches: Loader<B> | DatasetLike<unknown> | Tensor,
  options: PredictOptions<B>,
): Promise<Tensor> {
  const op = 'predict';
  checkModel(op, model);
  const { forward = (m: Module, batch: B) => m.forward(Array.isArray(batch) ? batch[0] : batch) as Tensor } = readOptions(
    op,
    { forward: required as unknown as PredictOptions<B>['forward'] },
    options,
  );
  assertFunction(op, 'forward', forward);
  const loader = readBatches<B>(op, batches);
  assertIdle(model, op);
  const outputs: Tensor[] = [];
  // Batches are not freed here: an output may be a view of its input.
  await eachInEvaluation(model, loader, false, {
    run: (batch) => {
      const made = checkedOutput(op, forward(model, batch));
      if (made.ndim === 0) throw new ShapeError(`${op}: the model gives a tensor without dims for a batch, expected [N, ...].`);
      escapeScope(made.storage, null);
      return made;
    },
    after: (made) => {
      outputs.push(made);
      assertIdle(model, op);
      return true;
    },
  });
  if (outputs.length === 0) throw new ArgumentError(`${op}: the loader gave no batches.`);
  return noGrad(() => cat(outputs));
}
