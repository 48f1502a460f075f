/** Measuring a model, and using it, without training it. */
import { noGrad } from '../autograd/mode.js';
import { Breather } from '../data/breather.js';
import type { MaybePromise } from '../data/dataset.js';
import { ArgumentError, ShapeError } from '../errors.js';
import type { Module, ModuleWithOutput } from '../nn/module.js';
import { cat } from '../ops/join.js';
import { escapeScope } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { checkMetrics } from './metrics.js';
import { batchesOf, computeLoss, forwardBatch, inStep, ownsBatches, type Recipe, Scorer } from './scorer.js';
import type { ForwardBatch, Loader, Loss, Metric, Scores } from './types.js';

export interface EvaluateOptions<B> {
  loss: Loss;
  metrics?: readonly Metric[];
  /** How a batch becomes output and target. Default: `[...inputs, target]`. */
  forward?: ForwardBatch<B>;
  /** Ends the evaluation with the signal's reason as the error. */
  signal?: AbortSignal;
}

/**
 * The mean loss of the batches, and the metrics over all samples, in evaluation mode and without recording. The model's modes are as
 * before afterwards.
 * @throws {ArgumentError} when the loader gives no batch.
 * @example
 * const { loss, accuracy: share } = await evaluate(model, testLoader, { loss: new nn.CrossEntropyLoss(), metrics: [accuracy()] });
 */
export async function evaluate<B = readonly Tensor[]>(
  model: ModuleWithOutput,
  loader: Loader<B>,
  options: EvaluateOptions<B>,
): Promise<Scores> {
  const { metrics = [], forward = forwardBatch, signal } = options;
  checkMetrics(metrics, 'evaluate');
  const scorer = await scoreLoader({ model, loss: options.loss, forward }, loader, metrics, () => {
    signal?.throwIfAborted();
    return true;
  });
  return scorer!.scores();
}

/**
 * Scores a loader's batches. `after` hears of each (its loss, its samples); where it answers false the rest is left out and the result is
 * undefined.
 */
export async function scoreLoader<B>(
  recipe: Recipe<B>,
  loader: Loader<B>,
  metrics: readonly Metric[],
  after: (scorer: Scorer, loss: number, samples: number) => MaybePromise<boolean>,
): Promise<Scorer | undefined> {
  const { model } = recipe;
  const scorer = new Scorer(metrics);
  const owned = ownsBatches(loader);
  const whole = await eachBatch(model, loader, (batch) => {
    const before = scorer.samples;
    const value = inStep(model, batch, owned, () =>
      noGrad(() => {
        const scored = computeLoss(recipe, batch);
        scorer.add(scored.value, scored.output, scored.target);
        return scored.value;
      }),
    );
    return after(scorer, value, scorer.samples - before);
  });
  if (whole && scorer.steps === 0)
    throw new ArgumentError(
      'evaluate: the loader gave no batches. Is the data set empty, or the loader a generator that was used up? Pass a DataLoader or an array.',
    );
  return whole ? scorer : undefined;
}

/** Runs `body` on each batch in evaluation mode; false from it ends the loop, and the result is false. */
async function eachBatch<B>(model: Module, loader: Loader<B>, body: (batch: B) => MaybePromise<boolean>): Promise<boolean> {
  const modes = model.modules().map((module) => [module, module.training] as const);
  const breather = new Breather();
  const batches = batchesOf(loader);
  model.eval();
  try {
    for (let next = await batches.next(); !next.done; next = await batches.next()) {
      const answer = body(next.value);
      if ((typeof answer === 'boolean' ? answer : await answer) === false) {
        await batches.return?.();
        return false;
      }
      await breather.breathe();
    }
    return true;
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}

export interface PredictOptions<B> {
  /** The model's output for a batch. Default: `model.forward` of the batch, or of its first part where it is a list such as `[inputs, targets]`. */
  forward?: (model: Module, batch: B) => Tensor;
}

/**
 * The model's outputs for all batches, joined along their first dim, in evaluation mode and without recording.
 * @throws {ArgumentError} when the loader gives no batch.
 */
export async function predict<B = readonly Tensor[]>(
  model: ModuleWithOutput,
  loader: Loader<B>,
  options: PredictOptions<B> = {},
): Promise<Tensor> {
  const forward = options.forward ?? ((m, batch) => m.forward(Array.isArray(batch) ? batch[0] : batch) as Tensor);
  const outputs: Tensor[] = [];
  await eachBatch(model, loader, (batch) => {
    // Batches are not freed here: an output may be a view of its input.
    const output = inStep(model, batch, false, () =>
      noGrad(() => {
        const made = forward(model, batch);
        if (!(made instanceof Tensor) || made.ndim === 0)
          throw new ShapeError('predict: the model must give a tensor of at least one dim for each batch.');
        escapeScope(made.storage, null);
        return made;
      }),
    );
    outputs.push(output);
    return true;
  });
  if (outputs.length === 0) throw new ArgumentError('predict: the loader gave no batches.');
  return noGrad(() => cat(outputs));
}
