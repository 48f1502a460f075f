/** Measuring a model, and using it, without training it. */
import { noGrad } from '../autograd/mode.js';
import type { DatasetLike, MaybePromise } from '../data/dataset.js';
import { Breather } from '../engine/pacer.js';
import { ArgumentError, ShapeError } from '../errors.js';
import { Module, type ModuleWithOutput } from '../nn/module/module.js';
import { cat } from '../ops/join/join.js';
import { tensorNames } from '../ops/reduce/results.js';
import { readOptions, required } from '../tensor/arguments.js';
import { assertFunction } from '../tensor/checks.js';
import { classNameOf } from '../tensor/class-name.js';
import { show } from '../tensor/show.js';
import { escapeScope } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { checkedOutput, computeLoss, inStep, type Recipe } from './batch-step.js';
import { assertIdle } from './busy.js';
import { checkLoss, warnOfOutputs } from './check-loss.js';
import { eachBatch, ownsBatches, readBatches } from './loaders.js';
import { readMetrics } from './metrics.js';
import { Modes } from './modes.js';
import { pending } from './pending.js';
import { Scorer } from './scorer.js';
import type { ForwardBatch, Loader, Loss, LossAverage, Metric, MetricName, Scores } from './types.js';

/** The options of {@link Evaluate}. */
export interface EvaluateOptions<B> {
  /** The loss to measure. */
  loss: Loss;
  /** Measured beside the loss; `accuracy` also by name. */
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
 * @throws {ArgumentError} when there is no batch, and for options that there are not. @throws {BusyError} while fit trains the model, except
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
  const defaults = { loss: required, metrics: required, forward: required, lossAverage: 'samples', signal: required };
  const read = readOptions(op, defaults as unknown as Required<EvaluateOptions<B>>, options);
  const { loss, forward, signal, lossAverage } = read as EvaluateOptions<B> & { lossAverage: LossAverage };
  checkLoss(op, loss);
  checkAverage(op, lossAverage);
  if (forward !== undefined) assertFunction(op, 'forward', forward);
  const metrics = readMetrics(read.metrics, op);
  if (loader instanceof Tensor)
    throw new ArgumentError(`${op}: the loader is ${show(loader)}, without targets. Pass [[x, y]], a data set or a DataLoader.`);
  const batches = readBatches<B>(op, loader);
  assertIdle(model, op);
  const scorer = await scoreLoader({ op, model, loss, forward }, batches, { metrics, lossAverage }, () => {
    signal?.throwIfAborted();
    assertIdle(model, op);
    return true;
  });
  return scorer!.scores();
}

/** @throws {ArgumentError} for what is no model. */
export function checkModel(op: string, model: unknown): asserts model is Module {
  if (model instanceof Module) {
    if (typeof (model as { forward?: unknown }).forward === 'function') return;
    throw new ArgumentError(`${op}: ${classNameOf(model)} has no forward. Give it one: forward(x) { return …; }`);
  }
  const advice = typeof model === 'function' ? ' Make one: new Net().' : model instanceof Promise ? ' Await it.' : '';
  throw new ArgumentError(`${op}: the model is ${show(model)}, expected an nn.Module.${advice}`);
}

/** @throws {ArgumentError} for an average that there is not. */
export function checkAverage(op: string, average: unknown): asserts average is LossAverage {
  if (average !== 'samples' && average !== 'batches')
    throw new ArgumentError(`${op}: lossAverage is ${show(average)}, expected 'samples' or 'batches'.`);
}

/** What is counted over a loader. */
export interface Counting {
  readonly metrics: readonly Metric[];
  readonly lossAverage: LossAverage;
}

/**
 * Scores a loader's batches. `after` hears of each (its loss, its samples); where it answers false the rest is left out and the result is
 * undefined.
 */
export async function scoreLoader<B>(
  recipe: Recipe<B>,
  loader: Loader<B>,
  { metrics, lossAverage }: Counting,
  after: (scorer: Scorer, loss: number, samples: number) => MaybePromise<boolean>,
): Promise<Scorer | undefined> {
  const scorer = new Scorer(metrics, { loss: recipe.loss }, lossAverage);
  const whole = await eachInEvaluation(recipe.model, loader, ownsBatches(loader), {
    run: (batch) => {
      const scored = computeLoss(recipe, batch);
      const before = scorer.samples;
      if (scorer.steps === 0) warnOfOutputs(recipe.op, scored.taken);
      scorer.add(scored);
      return [scored.value, scorer.samples - before] as const;
    },
    after: ([value, samples]) => after(scorer, value, samples),
  });
  if (whole && scorer.steps === 0)
    throw new ArgumentError(
      `${recipe.op}: the loader gave no batches to evaluate. Is the data set empty, or the loader a generator that was used up? Pass a DataLoader or an array.`,
    );
  return whole ? scorer : undefined;
}

/**
 * Runs a model on each batch, in evaluation mode and without recording, in a step that frees what it makes. The modes hold for the step
 * alone, so that several evaluations of one model may run side by side.
 * @returns whether all batches were gone through; false from `after` ends the loop.
 */
async function eachInEvaluation<B, R>(
  model: Module,
  loader: Loader<B>,
  owned: boolean,
  { run, after }: { run: (batch: B) => R; after: (result: R) => MaybePromise<boolean> },
): Promise<boolean> {
  const breather = new Breather();
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
      result = inStep(model, batch, owned, () => noGrad(() => run(batch)));
    } finally {
      before.apply();
    }
    if ((await after(result)) === false) return false;
    await breather.breathe();
    return true;
  });
}

/** The options of {@link Predict}. */
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
