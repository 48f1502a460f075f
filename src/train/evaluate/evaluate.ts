/** evaluate: a model's loss and metrics over many batches. */

import type { DatasetLike, MaybePromise } from '../../data/datasets/dataset.js';
import { ArgumentError } from '../../errors.js';
import type { ModuleWithOutput } from '../../nn/module/module.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { assertFunction, oneOf } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { type BatchStep, computeLoss } from '../batch/batch-step.js';
import { checkLoss, checkModel, LOSS_AVERAGES, warnOfOutputs } from '../batch/checks.js';
import { ownsBatches, readBatches } from '../batch/loaders.js';
import { readWeights, type WeightOptions } from '../batch/read-weights.js';
import { assertIdle } from '../guards/busy.js';
import { pending } from '../guards/pending.js';
import type { Scores } from '../history/epoch-record.js';
import { readMetrics } from '../metrics/metric.js';
import { RunningScores } from '../metrics/running-scores.js';
import type { ForwardBatch, Loader, Loss, LossAverage, Metric, MetricName } from '../types.js';
import { eachInEvaluation } from './evaluation-loop.js';

/** The options of {@link evaluate}. */
export interface EvaluateOptions<B> extends WeightOptions<NoInfer<B>> {
  /** The loss to measure. */
  loss: Loss;
  /** Measured beside the loss, those without options also by name: `accuracy`, `f1`, `auroc`, …; see {@link MetricName}. */
  metrics?: readonly (Metric | MetricName)[];
  /** How a batch becomes output and target. Default: `[...inputs, target]`. */
  forward?: ForwardBatch<B>;
  /** How the losses of batches become one. Default: `samples`, their mean over all samples. */
  lossAverage?: LossAverage;
  /** Ends the evaluation with the signal's reason as the error. */
  signal?: AbortSignal;
}

/**
 * The mean loss over all samples (over the labels that count, where the loss ignores some or weighs classes), and the metrics, in
 * evaluation mode and without recording. Neither depends on the batch size. The model's modes are as before afterwards.
 * @param loader batches, or a data set, which is read in batches of 64.
 * @throws {ArgumentError} when there is no batch, and for unknown options. @throws {BusyError} while fit trains the model, except
 * in its callbacks.
 * @example
 * const { loss, accuracy: share } = await evaluate(model, testLoader, { loss: new nn.CrossEntropyLoss(), metrics: [accuracy()] });
 */
export function evaluate<B = readonly Tensor[]>(
  model: ModuleWithOutput,
  loader: Loader<B> | DatasetLike<unknown>,
  options: EvaluateOptions<B>,
): Promise<Scores> {
  return pending('evaluate', ['loss', 'accuracy'], scoresOf(model, loader, options));
}

async function scoresOf<B>(
  model: ModuleWithOutput,
  loader: Loader<B> | DatasetLike<unknown>,
  options: EvaluateOptions<B>,
): Promise<Scores> {
  const op = 'evaluate';
  checkModel(op, model);
  if ((options as unknown) === undefined)
    throw new ArgumentError(`${op}: the loss is missing. Write ${op}(model, loader, { loss: new nn.CrossEntropyLoss() }).`);
  const defaults = {
    loss: required,
    metrics: required,
    forward: required,
    classWeights: required,
    sampleWeights: required,
    lossAverage: 'samples',
    signal: required,
  };
  const read = readOptions(op, defaults as unknown as Required<EvaluateOptions<B>>, options);
  const { loss, forward, signal, lossAverage } = read as EvaluateOptions<B> & { lossAverage: LossAverage };
  checkLoss(op, loss);
  oneOf(op, 'lossAverage', lossAverage, LOSS_AVERAGES);
  if (forward !== undefined) assertFunction(op, 'forward', forward);
  const metrics = readMetrics(read.metrics, op);
  if (loader instanceof Tensor)
    throw new ArgumentError(`${op}: the loader is ${show(loader)}, without targets. Pass [[x, y]], a data set or a DataLoader.`);
  const batches = readBatches<B>(op, loader);
  assertIdle(model, op);
  const weighing = await readWeights(op, read as WeightOptions<B>, batches);
  const running = await scoreLoader({ op, model, loss, forward, weighing }, batches, { metrics, lossAverage }, () => {
    signal?.throwIfAborted();
    assertIdle(model, op);
    return true;
  });
  return running!.scores();
}

/** What is counted over a loader. */
export interface Counting {
  readonly metrics: readonly Metric[];
  readonly lossAverage: LossAverage;
}

/**
 * Scores a loader's batches. `after` is called with each one's loss and samples; once it returns false the rest is left out and the result is
 * undefined.
 */
export async function scoreLoader<B>(
  batchStep: BatchStep<B>,
  loader: Loader<B>,
  { metrics, lossAverage }: Counting,
  after: (running: RunningScores, loss: number, samples: number) => MaybePromise<boolean>,
): Promise<RunningScores | undefined> {
  const running = new RunningScores(metrics, { loss: batchStep.loss }, lossAverage);
  const whole = await eachInEvaluation(batchStep.model, loader, ownsBatches(loader), {
    run: (batch) => {
      const scored = computeLoss(batchStep, batch);
      const before = running.samples;
      if (running.steps === 0) warnOfOutputs(batchStep.op, scored.taken);
      running.add(scored);
      return [scored.value, running.samples - before] as const;
    },
    after: ([value, samples]) => after(running, value, samples),
  });
  if (whole && running.steps === 0)
    throw new ArgumentError(
      `${batchStep.op}: the loader gave no batches to evaluate. Is the data set empty, or the loader a generator that was used up? Pass a DataLoader or an array.`,
    );
  return whole ? running : undefined;
}
