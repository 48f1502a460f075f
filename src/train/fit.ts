/** fit: the training loop. */

import { Breather } from '../data/breather.js';
import { ArgumentError, HoneError } from '../errors.js';
import type { Module, ModuleWithOutput } from '../nn/module.js';
import { ReduceLROnPlateau } from '../optim/lr-scheduler/reduce-lr-on-plateau.js';
import { LRScheduler } from '../optim/lr-scheduler/scheduler.js';
import { show } from '../tensor/arguments.js';
import { classNameOf } from '../tensor/class-name.js';
import type { Tensor } from '../tensor/tensor.js';
import { type EarlyStoppingOptions, earlyStopping, type KeepBestOptions, keepBest } from './callbacks.js';
import { scoreLoader } from './evaluate.js';
import { History } from './history.js';
import { checkMetrics } from './metrics.js';
import { defaultMonitor, readMonitor } from './monitor.js';
import { batchesOf, computeLoss, forwardBatch, inStep, lengthOf, ownsBatches, type Recipe, Scorer } from './scorer.js';
import type {
  Callback,
  EpochRecord,
  ForwardBatch,
  Loader,
  Loss,
  Metric,
  Monitor,
  OptimizerLike,
  SchedulerLike,
  Scores,
  StepEvent,
  TrainingRun,
} from './types.js';

/** A scheduler, and when it steps. */
export interface SchedulerPlan {
  scheduler: SchedulerLike;
  /** Default: `epoch`, after the epoch's evaluation. */
  every?: 'epoch' | 'step';
  /** The score that `step` is given, where it takes one. Default: for ReduceLROnPlateau `validation.loss`, or `train.loss` without validation. */
  monitor?: Monitor;
}

export interface FitOptions<B> {
  /** Batches to train on, `[...inputs, target]` each. */
  train: Loader<B>;
  /** Batches to measure each epoch with. */
  validation?: Loader<B>;
  loss: Loss;
  optimizer: OptimizerLike;
  /** Steps after each epoch, or as its plan says. */
  scheduler?: SchedulerLike | SchedulerPlan;
  epochs: number;
  /** Measured beside the loss. */
  metrics?: readonly Metric[];
  callbacks?: readonly Callback[];
  /** Shorthand for the callback of that name; true for its defaults. */
  earlyStopping?: EarlyStoppingOptions | boolean;
  /** Keeps the best epoch's state as `history.best`, and in a file where a path is given. Default: false. */
  saveBest?: boolean | string | Omit<KeepBestOptions, 'restore'>;
  /** Gives the model the state of its best epoch at the end. Default: false. */
  restoreBest?: boolean;
  /**
   * Whether the train scores are measured after each epoch, in evaluation mode, by going through the training data once more. Default:
   * false, the averages over the epoch's steps, while the model was changing and dropout was on.
   */
  evaluateTrain?: boolean;
  /** How a batch becomes output and target. Default: `[...inputs, target]`. */
  forward?: ForwardBatch<B>;
  /** What happens when a loss is NaN or infinite: an error before the step is taken, or nothing. Default: `error`. */
  nonFinite?: 'error' | 'ignore';
  /** Ends training after the running step; the history says so. */
  signal?: AbortSignal;
  /** Gets one line per epoch: `log: console.log`. Default: none, fit itself prints nothing. */
  log?: (line: string) => void;
}

/** A loss that is NaN or infinite: further steps would ruin every weight. */
export class NonFiniteLossError extends HoneError {
  override readonly code = 'NON_FINITE_LOSS';
  override get name(): string {
    return 'NonFiniteLossError';
  }
  constructor(
    readonly loss: number,
    readonly epoch: number,
    readonly step: number,
    lr: readonly number[],
  ) {
    super(
      `fit: the loss is ${loss} at epoch ${epoch}, step ${step}; the step was not taken. Try a lower learning rate (it is ${lr.join(', ')}), look for NaN in the data, ` +
        "for logarithms and divisions of 0 in the model, give losses what they expect (logits or probabilities), or pass nonFinite: 'ignore'.",
    );
  }
}

/**
 * Trains a model: per epoch one pass over the training batches, an evaluation, a step of the scheduler. Every step's tensors are freed
 * when it ends. The model is left in evaluation mode.
 * @returns what happened, epoch by epoch, and why it ended.
 * @throws {NonFiniteLossError} for a loss that is NaN or infinite, unless `nonFinite` is `ignore`.
 * @example
 * const history = await fit(model, { train, validation, loss: new nn.CrossEntropyLoss(), optimizer, epochs: 10, metrics: [accuracy()], log: console.log });
 */
export async function fit<B = readonly Tensor[]>(model: ModuleWithOutput, options: FitOptions<B>): Promise<History> {
  return new Training(model, options).run();
}

class Training<B> implements TrainingRun {
  readonly history = new History();
  readonly optimizer: OptimizerLike;
  readonly epochs: number;
  epoch = 0;
  private step = 0;
  private stopReason: string | undefined;
  private readonly callbacks: readonly Callback[];
  private readonly metrics: readonly Metric[];
  private readonly recipe: Recipe<B>;
  private readonly plan: SchedulerPlan | undefined;
  private readonly breather = new Breather();
  private readonly startedAt = performance.now();
  private epochStartedAt = 0;

  constructor(
    readonly model: Module,
    private readonly options: FitOptions<B>,
  ) {
    const { epochs, optimizer, metrics = [], scheduler, saveBest = false, restoreBest = false } = options;
    if (!Number.isInteger(epochs) || epochs < 1)
      throw new ArgumentError(`fit: epochs is ${epochs}, expected a whole number of at least 1.`);
    checkMetrics(metrics, 'fit');
    checkOptimizer(model, optimizer);
    this.optimizer = optimizer;
    this.epochs = epochs;
    this.metrics = metrics;
    this.recipe = { model, loss: options.loss, forward: options.forward ?? forwardBatch };
    this.plan = scheduler === undefined ? undefined : checkedPlan(scheduler);
    const extra: Callback[] = [];
    if (saveBest !== false || restoreBest) {
      const kept = typeof saveBest === 'string' ? { path: saveBest } : typeof saveBest === 'object' ? saveBest : {};
      extra.push(keepBest({ ...kept, restore: restoreBest }));
    }
    if (options.earlyStopping) extra.push(earlyStopping(options.earlyStopping === true ? {} : options.earlyStopping));
    this.callbacks = [...extra, ...(options.callbacks ?? [])];
  }

  get steps(): number | undefined {
    return lengthOf(this.options.train);
  }

  stop(reason: string): void {
    this.stopReason ??= reason;
  }

  async run(): Promise<History> {
    try {
      await this.tell((callback) => callback.onTrainStart?.(this));
      while (this.epoch < this.epochs && !this.ending) await this.runEpoch();
      this.close();
      await this.tell((callback) => callback.onTrainEnd?.(this));
    } catch (error) {
      await this.tell((callback) => callback.onError?.(error, this));
      throw error;
    } finally {
      this.model.eval();
    }
    return this.history;
  }

  private get ending(): boolean {
    return this.stopReason !== undefined || this.options.signal?.aborted === true;
  }

  private close(): void {
    const { history, epoch, step } = this;
    history.seconds = (performance.now() - this.startedAt) / 1000;
    const place = { epoch, step };
    if (this.stopReason !== undefined) history.stopped = { reason: 'stopped', message: this.stopReason, ...place };
    else if (this.options.signal?.aborted && history.epochs.length < this.epochs) {
      history.stopped = { reason: 'aborted', message: `aborted in epoch ${epoch} after step ${step}`, ...place };
    } else history.stopped = { reason: 'finished', message: `all ${this.epochs} epochs are done`, ...place };
  }

  private async runEpoch(): Promise<void> {
    const { options, history } = this;
    this.epoch++;
    this.step = 0;
    this.epochStartedAt = performance.now();
    await this.tell((callback) => callback.onEpochStart?.(this));
    if (this.ending) return;
    const scorer = await this.trainEpoch();
    const samplesPerSecond = scorer.samples / this.secondsSince(this.epochStartedAt);
    if (this.ending) return;
    const train = options.evaluateTrain ? await this.score('evaluateTrain', options.train) : scorer.scores();
    const validation = options.validation && !this.ending ? await this.score('validation', options.validation) : undefined;
    if (train === undefined || this.ending) return;
    const record: EpochRecord = {
      epoch: this.epoch,
      steps: this.step,
      seconds: this.secondsSince(this.epochStartedAt),
      samplesPerSecond,
      lr: this.rates(),
      train,
      ...(validation && { validation }),
    };
    this.stepScheduler('epoch', record);
    history.epochs.push(record);
    options.log?.(describe(record, this.epochs));
    await this.tell((callback) => callback.onEpochEnd?.(record, this));
  }

  /** One pass over the training batches. */
  private async trainEpoch(): Promise<Scorer> {
    const { train } = this.options;
    const scorer = new Scorer(this.metrics);
    const owned = ownsBatches(train);
    const batches = batchesOf(train);
    this.model.train();
    for (let next = await batches.next(); !next.done; next = await batches.next()) {
      const before = scorer.samples;
      const loss = this.trainStep(next.value, owned, scorer);
      this.history.steps++;
      this.stepScheduler('step');
      await this.report('train', scorer, loss, scorer.samples - before, this.steps);
      await this.breather.breathe();
      if (this.ending) {
        await batches.return?.();
        break;
      }
    }
    if (scorer.steps === 0)
      throw new ArgumentError(
        `fit: the train loader gave no batches in epoch ${this.epoch}. Is the data set empty, or the loader a generator that was used up? Pass a DataLoader or an array.`,
      );
    return scorer;
  }

  /** forward, loss, backward, step: the four lines that everything else here serves. */
  private trainStep(batch: B, owned: boolean, scorer: Scorer): number {
    return inStep(this.model, batch, owned, () => {
      const { loss, value, output, target } = computeLoss(this.recipe, batch);
      this.step++;
      if (!Number.isFinite(value) && this.options.nonFinite !== 'ignore')
        throw new NonFiniteLossError(value, this.epoch, this.step, this.rates());
      this.optimizer.zeroGrad();
      loss.backward();
      this.optimizer.step();
      scorer.add(value, output, target);
      return value;
    });
  }

  /** Scores of a loader; undefined when training was ended meanwhile. */
  private async score(phase: 'evaluateTrain' | 'validation', loader: Loader<B>): Promise<Scores | undefined> {
    const steps = lengthOf(loader);
    const startedAt = performance.now();
    const scorer = await scoreLoader(this.recipe, loader, this.metrics, async (so, loss, samples) => {
      await this.report(phase, so, loss, samples, steps, startedAt);
      return !this.ending;
    });
    return scorer?.scores();
  }

  private stepScheduler(moment: 'epoch' | 'step', record?: EpochRecord): void {
    const { plan } = this;
    if (!plan || (plan.every ?? 'epoch') !== moment) return;
    const wanted = plan.monitor ?? (plan.scheduler instanceof ReduceLROnPlateau && record ? defaultMonitor(record) : undefined);
    if (wanted === undefined || record === undefined) plan.scheduler.step();
    else plan.scheduler.step(readMonitor(record, wanted, 'fit'));
  }

  /** Tells callbacks of a step; costs nothing where none listens. */
  private async report(
    phase: StepEvent['phase'],
    scorer: Scorer,
    loss: number,
    samples: number,
    steps: number | undefined,
    startedAt = this.epochStartedAt,
  ): Promise<void> {
    if (!this.callbacks.some((callback) => callback.onStep)) return;
    const event: StepEvent = {
      phase,
      epoch: this.epoch,
      epochs: this.epochs,
      step: scorer.steps,
      steps,
      samples,
      loss,
      scores: scorer.scores(),
      samplesPerSecond: scorer.samples / this.secondsSince(startedAt),
      secondsLeft: this.secondsLeft(phase === 'train' && steps ? scorer.steps / steps : undefined),
      lr: this.rates(),
    };
    await this.tell((callback) => callback.onStep?.(event, this));
  }

  /** From the mean of the finished epochs, or in the first from the share of its steps that is done. */
  private secondsLeft(share: number | undefined): number | undefined {
    const done = this.history.epochs;
    const here = this.secondsSince(this.epochStartedAt);
    const mean = done.length > 0 ? done.reduce((sum, { seconds }) => sum + seconds, 0) / done.length : share && here / share;
    return mean === undefined ? undefined : Math.max(0, mean - here) + mean * (this.epochs - this.epoch);
  }

  private secondsSince(start: number): number {
    return (performance.now() - start) / 1000;
  }

  private rates(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  private async tell(call: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.callbacks) {
      const told = call(callback);
      if (told !== undefined) await told;
    }
  }
}

/** A plan that would never step, or hand a score to a schedule that takes it for an epoch, is refused before training starts. */
function checkedPlan(given: SchedulerLike | SchedulerPlan): SchedulerPlan {
  const plan = typeof given === 'object' && given !== null && 'scheduler' in given ? given : { scheduler: given };
  const { scheduler, every = 'epoch', monitor } = plan;
  const name = scheduler instanceof LRScheduler ? classNameOf(scheduler) : 'the scheduler';
  if (typeof scheduler?.step !== 'function')
    throw new ArgumentError(`fit: scheduler is ${show(scheduler)}, expected an object with step(), as those of optim.lrScheduler.`);
  if (every !== 'epoch' && every !== 'step') throw new ArgumentError(`fit: every is ${show(every)}, expected 'epoch' or 'step'.`);
  const watches = scheduler instanceof ReduceLROnPlateau;
  if (every === 'step' && (watches || monitor !== undefined))
    throw new ArgumentError(
      `fit: ${name} steps after each step, where there is no score of the epoch to give it. Leave out every or monitor.`,
    );
  if (monitor !== undefined && scheduler instanceof LRScheduler && !watches)
    throw new ArgumentError(`fit: ${name} follows the epochs and takes no score. Leave out monitor, or use ReduceLROnPlateau.`);
  return plan;
}

/** An optimizer made for another model trains nothing, without a word. */
function checkOptimizer(model: Module, optimizer: OptimizerLike): void {
  const held = new Set(optimizer.paramGroups.flatMap((group) => (group as { params?: readonly Tensor[] }).params ?? []));
  const own = model.parameters();
  if (own.length > 0 && held.size > 0 && !own.some((parameter) => held.has(parameter))) {
    throw new ArgumentError(
      "fit: the optimizer holds none of the model's parameters; it was made for another model. Make it of this one: new optim.Adam(model.parameters()).",
    );
  }
}

/** `epoch 3/10  train loss 0.31245 accuracy 0.91210  validation loss …  lr 0.001  3.2 s`. */
function describe(record: EpochRecord, epochs: number): string {
  const side = (name: string, scores: Scores) =>
    `${name} ${Object.entries(scores)
      .map(([key, value]) => `${key} ${value.toFixed(5)}`)
      .join(' ')}`;
  const parts = [`epoch ${record.epoch}/${epochs}`, side('train', record.train)];
  if (record.validation) parts.push(side('validation', record.validation));
  parts.push(`lr ${record.lr.map((lr) => Number(lr.toPrecision(6))).join(', ')}`, `${record.seconds.toFixed(1)} s`);
  return parts.join('  ');
}
