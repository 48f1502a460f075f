/** lrFind: at which learning rates the loss falls. */
import { Pacer } from '../../engine/tasks/pacer.js';
import { ArgumentError, GradError } from '../../errors.js';
import type { ModuleWithOutput } from '../../nn/module/module.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { above, assertFunction, oneOf, wholeNumber } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { randperm } from '../../tensor/create/random.js';
import type { Tensor } from '../../tensor/tensor.js';
import { computeLoss, runStep } from '../batch/batch-step.js';
import { checkLoss, checkModel } from '../batch/checks.js';
import { checkLoader, eachBatch, ownsBatches } from '../batch/loaders.js';
import { type Hold, holdModel } from '../guards/busy.js';
import { Modes } from '../guards/modes.js';
import { pending } from '../guards/pending.js';
import type { ForwardBatch, Loader, Loss, OptimizerLike } from '../types.js';
import { type LrCurve, LrFound, type Trial } from './lr-found.js';
import { Remembered } from './remember.js';
import { smoothed, valleyOf } from './valley.js';

/** The options of {@link lrFind}. */
export interface LrFindOptions<B> {
  /** Batches to train on, `[...inputs, target]` each; gone through again where there are fewer than steps. */
  train: Loader<B>;
  /** What is to be minimised. */
  loss: Loss;
  /** What would train the model. Its groups keep the ratio of their rates. */
  optimizer: OptimizerLike;
  /** The lowest rate. Default: 1e-7. */
  minLr?: number;
  /** The highest rate. Default: 10. */
  maxLr?: number;
  /** How many rates are tried, one a step. Default: 100. */
  steps?: number;
  /** How many seeds are tried, or which ones: each starts the order of the batches, dropout and transforms anew. Default: 3, which are 0, 1 and 2. */
  seeds?: number | readonly number[];
  /** How far the mean loss may rise above its lowest value, as a factor of it, before a seed is done. Default: 4. */
  stopFactor?: number;
  /** Whether rates are multiplied or added to from step to step. Default: `exponential`. */
  mode?: 'exponential' | 'linear';
  /** How a batch becomes output and target. Default: `[...inputs, target]`. */
  forward?: ForwardBatch<B>;
  /** Ends the trial with the signal's reason as the error; everything is as before then, too. */
  signal?: AbortSignal;
}

/** How slowly the mean loss by which a trial ends forgets: fastai's. */
const BETA = 0.98;

/**
 * Tries learning rates from low to high, one a step, and says between which the loss falls: with several seeds, so that one can see how far to trust
 * it. Model, optimizer, loader and random numbers are as before afterwards, bit by bit, also where it throws
 * (of a loader whose workers persist all but the numbers that these drew).
 * @returns curves, suggestions and their spread; the suggestion is undefined where the curves have no clear valley.
 * @throws {ArgumentError} for options that make no sense, and batches that can be read only once. @throws {BusyError} where the model is being trained.
 * @see Smith 2015, Cyclical Learning Rates for Training Neural Networks, https://arxiv.org/abs/1506.01186; https://docs.fast.ai/callback.schedule.html
 * @example
 * const found = await lrFind(model, { train, loss: new nn.CrossEntropyLoss(), optimizer, seeds: 1, steps: 30 });
 * console.log(String(found));
 * if (found.suggestion !== undefined) optimizer.paramGroups[0].lr = found.suggestion;
 */
export function lrFind<B = readonly Tensor[]>(model: ModuleWithOutput, options: LrFindOptions<B>): Promise<LrFound> {
  return pending('lrFind', ['suggestion', 'suggestions', 'range', 'curves'], find(model, options));
}

interface Read<B> extends Omit<Required<LrFindOptions<B>>, 'seeds' | 'forward' | 'signal'> {
  readonly seeds: readonly number[];
  readonly forward: ForwardBatch<B> | undefined;
  readonly signal: AbortSignal | undefined;
}

async function find<B>(model: ModuleWithOutput, options: LrFindOptions<B>): Promise<LrFound> {
  const read = readLrFind(model, options);
  let place = 'about to start';
  const hold: Hold = { op: 'lrFind', place: () => place, waiting: false };
  const release = holdModel(model, hold);
  const before = new Remembered(model, read.optimizer, read.train);
  try {
    const curves: LrCurve[] = [];
    for (const seed of read.seeds) {
      before.rewind();
      before.seed(seed);
      curves.push(
        await sweep(model, read, seed, (step) => {
          place = `seed ${seed}, step ${step}`;
        }),
      );
    }
    return new LrFound(curves, read);
  } finally {
    before.restore();
    release();
  }
}

/** @throws {ArgumentError} for options that are unknown, missing, or make no sense. */
function readLrFind<B>(model: ModuleWithOutput, given: LrFindOptions<B>): Read<B> {
  const op = 'lrFind';
  checkModel(op, model);
  if ((given as unknown) === undefined) throw new ArgumentError(`${op}: got no options. Write ${op}(model, { train, loss, optimizer }).`);
  const defaults = { train: required, loss: required, optimizer: required, minLr: 1e-7, maxLr: 10, steps: 100, seeds: null };
  const rest = { stopFactor: 4, mode: 'exponential', forward: required, signal: required };
  const read = readOptions(op, { ...defaults, ...rest } as object, given) as Required<LrFindOptions<B>>;
  const { train, loss, optimizer, forward } = read;
  checkLoader(op, 'train', train);
  if (typeof (train as Partial<Iterator<B>>).next === 'function')
    throw new ArgumentError(`${op}: train is a generator, which can be gone through only once. Pass a DataLoader, or an array of batches.`);
  checkLoss(op, loss);
  if (typeof optimizer?.step !== 'function' || typeof optimizer.zeroGrad !== 'function' || !Array.isArray(optimizer.paramGroups))
    throw new ArgumentError(`${op}: the optimizer is ${show(optimizer)}, expected one of optim: new optim.Adam(model.parameters()).`);
  above(op, 'minLr', read.minLr, 0);
  above(op, 'maxLr', read.maxLr, read.minLr);
  wholeNumber(op, 'steps', read.steps, { min: 2 });
  above(op, 'stopFactor', read.stopFactor, 1);
  oneOf(op, 'mode', read.mode, ['exponential', 'linear']);
  if (forward !== undefined) assertFunction(op, 'forward', forward);
  return { ...read, seeds: readSeeds(op, read.seeds ?? 3) };
}

function readSeeds(op: string, given: number | readonly number[]): readonly number[] {
  if (!Array.isArray(given)) return Array.from({ length: wholeNumber(op, 'seeds', given, { min: 1 }) }, (_, seed) => seed);
  if (given.length === 0) throw new ArgumentError(`${op}: seeds is empty, expected how many, or which ones: seeds: [0, 1, 2].`);
  return given.map((seed: unknown, i) => wholeNumber(op, `seeds[${i}]`, seed, { min: 0 }));
}

/** Trains with rates from low to high, until the loss is far too high, or all are tried. */
async function sweep<B>(model: ModuleWithOutput, read: Read<B>, seed: number, at: (step: number) => void): Promise<LrCurve> {
  const { train, loss, optimizer, steps, stopFactor, signal, forward } = read;
  const groups = optimizer.paramGroups.map((group) => ({ group, start: group.lr }));
  const highest = Math.max(...groups.map(({ start }) => start));
  const [rates, losses]: [number[], number[]] = [[], []];
  const owned = ownsBatches(train);
  const pacer = new Pacer();
  const mean = new RunningMean(stopFactor);
  let diverged = false;
  model.train();
  const training = new Modes(model);
  while (losses.length < steps && !diverged) {
    const before = losses.length;
    await eachBatch(shuffled(train, seed), async (batch) => {
      signal?.throwIfAborted();
      training.apply();
      const rate = rateOf(read, losses.length);
      for (const { group, start } of groups) group.lr = highest > 0 ? (rate * start) / highest : rate;
      at(losses.length + 1);
      const value = runStep(model, batch, owned, () => step(model, { loss, optimizer, forward }, batch));
      diverged = !Number.isFinite(value);
      if (!diverged) {
        rates.push(rate);
        losses.push(value);
        diverged = mean.isFarAbove(value);
      }
      await pacer.pause();
      return losses.length < steps && !diverged;
    });
    if (losses.length === before && !diverged)
      throw new ArgumentError('lrFind: the train loader gave no batches. Is the data set empty? Pass a DataLoader or an array.');
  }
  const found = valleyOf(rates, losses, diverged);
  const [valley, noValley] = typeof found === 'string' ? [undefined, found] : [found, undefined];
  return { seed, lr: rates, loss: losses, smoothed: smoothed(losses), diverged, valley, noValley };
}

/** forward, loss, backward, step; the loss. */
function step<B>(
  model: ModuleWithOutput,
  { loss: criterion, optimizer, forward }: Pick<Read<B>, 'loss' | 'optimizer' | 'forward'>,
  batch: B,
): number {
  const { loss, value } = computeLoss({ op: 'lrFind', model, loss: criterion, forward }, batch);
  if (!Number.isFinite(value)) return value;
  if (!loss.requiresGrad)
    throw new GradError(
      'lrFind: the loss does not depend on any parameter that requires a gradient. Is the model frozen, or its output detached?',
    );
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return value;
}

function rateOf({ minLr, maxLr, steps, mode }: Trial, step: number): number {
  const share = step / (steps - 1);
  return mode === 'linear' ? minLr + share * (maxLr - minLr) : minLr * (maxLr / minLr) ** share;
}

/** Batches in a list would come in one order for every seed; a loader shuffles by itself. */
function shuffled<B>(loader: Loader<B>, seed: number): Loader<B> {
  if (!Array.isArray(loader) || seed === 0) return loader;
  return (randperm(loader.length).toArray() as number[]).map((i) => loader[i] as B);
}

/** fastai's running mean of losses, and the lowest that it was. */
class RunningMean {
  private mean = 0;
  private count = 0;
  private best = Number.POSITIVE_INFINITY;

  constructor(private readonly factor: number) {}

  /** Takes a loss into the mean; whether that is far above its lowest value now. */
  isFarAbove(loss: number): boolean {
    this.count++;
    this.mean = BETA * this.mean + (1 - BETA) * loss;
    const unbiased = this.mean / (1 - BETA ** this.count);
    this.best = Math.min(this.best, unbiased);
    return unbiased > this.best + (this.factor - 1) * Math.abs(this.best);
  }
}
