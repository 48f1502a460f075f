/** fit: the training loop. */

import { Pacer } from '../../engine/tasks/pacer.js';
import { ArgumentError, GradError } from '../../errors.js';
import type { Module, ModuleWithOutput } from '../../nn/module/module.js';
import { ReduceLROnPlateau } from '../../optim/lr-scheduler/reduce-lr-on-plateau.js';
import { realNumber } from '../../tensor/arguments/checks.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type BatchLoss, type BatchStep, computeLoss, runStep } from '../batch/batch-step.js';
import { notConnected, warnOfOutputs } from '../batch/checks.js';
import { GradientGroup } from '../batch/gradient-group.js';
import { batchesFrom, eachBatch, lengthOf, ownsBatches } from '../batch/loaders.js';
import { steppedParameters, watchedParameters } from '../batch/parameters.js';
import { readWeights } from '../batch/read-weights.js';
import type { NonFiniteOrigin } from '../batch/trace-non-finite.js';
import type { Weighing } from '../batch/weights.js';
import type { Callback, StepEvent, TrainingRun } from '../callbacks/callback.js';
import { displayOf, ownCallbacks } from '../callbacks/own-callbacks.js';
import {
  accumulationOf,
  DECIDES,
  type DecidingCallback,
  guardOf,
  READS,
  type ReadingCallback,
  type StepGuard,
  WATCHES,
  type WatchingCallback,
} from '../callbacks/watching.js';
import { noteHistory, resumedHistory } from '../checkpoint/resume.js';
import { type Standing, TrainingCheckpoint } from '../checkpoint/training/training-checkpoint.js';
import type { Place as Standpoint } from '../checkpoint/training/training-state.js';
import { type Counting, scoreLoader } from '../evaluate/evaluate.js';
import { type Hold, holdModel } from '../guards/busy.js';
import { Modes } from '../guards/modes.js';
import { type NonFiniteError, NonFiniteGradientError, NonFiniteLossError, nonFinite, type Place } from '../guards/non-finite.js';
import { pending } from '../guards/pending.js';
import { epochLine } from '../history/epoch-line.js';
import type { EpochRecord, Scores } from '../history/epoch-record.js';
import { defaultMonitor, hasScore, type Monitor, readMonitor } from '../history/epoch-record.js';
import { History } from '../history/history.js';
import type { MonitorOptions } from '../history/monitor.js';
import { checkWatched, mergeMonitors } from '../history/monitor.js';
import { RunningScores } from '../metrics/running-scores.js';
import type { ForwardBatch, Loader, Loss, Metric, OptimizerLike, SchedulerLike } from '../types.js';
import { CallbackList } from './callback-list.js';
import { type FitOptions, partsOf, type ReadFitOptions, readFitOptions } from './fit-options.js';
import { checkHorizon, type SchedulerPlan } from './schedule.js';

/**
 * Trains a model: per epoch one pass over the training batches, an evaluation, a step of the scheduler. Every step's tensors are freed
 * when it ends; what the model's fields hold then, a state for the next batch, stays. Each step runs in training mode; at the end, however
 * it comes, the model has the modes it had before, and the best epoch's state where `restoreBest` asks for it.
 *
 * With `checkpoint` the training saves itself, and with `resume` the same command goes on after whatever ended it, to the same weights, bit
 * for bit. After `loadCheckpoint` of a model and its optimizer, fit goes on where that training was, too: it counts epochs, patience and the
 * best epoch further, for `epochs` more.
 * @returns what happened, epoch by epoch, and why it ended.
 * @throws {NonFiniteLossError} for a loss that is NaN or infinite, {@link NonFiniteGradientError} for such gradients, unless `nonFinite` is
 * `ignore`. @throws {BusyError} where another fit trains the model. @throws {ArgumentError} for unknown options, and for those that
 * make no sense. Whatever error ends a training has what was done until then as its `history`.
 * @example
 * const history = await fit(model, { train, validation, loss: new nn.CrossEntropyLoss(), optimizer, epochs: 10, metrics: [accuracy()], log: console.log });
 */
export function fit<B = readonly Tensor[]>(model: ModuleWithOutput, options: FitOptions<B>): Promise<History> {
  return pending('fit', HISTORY, train(model, options));
}

const HISTORY = ['epochs', 'steps', 'seconds', 'stopped', 'best', 'values', 'toCsv'] satisfies (keyof History)[];

async function train<B>(model: ModuleWithOutput, options: FitOptions<B>): Promise<History> {
  const read = readFitOptions(model, options);
  return new Training(model, read, ownCallbacks(read), await displayOf(read), await readWeights('fit', read, read.train)).run();
}

/** Where an epoch begins. */
const EPOCH_START: Omit<Standpoint, 'epoch'> = { epochs: 0, step: 0, phase: 'train', seconds: 0, logged: {} };

class Training<B> implements TrainingRun, Hold, Standing {
  readonly history: History;
  readonly optimizer: OptimizerLike;
  readonly scheduler: SchedulerLike | undefined;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  readonly train: Loader<B>;
  readonly validation: Loader<B> | undefined;
  readonly forward: ForwardBatch<never> | undefined;
  /** The number of the last epoch. */
  readonly epochs: number;
  readonly watched: MonitorOptions;
  /** Whether a callback is running. */
  waiting = false;
  epoch: number;
  step = 0;
  batchLoss: number | undefined;
  logged: Record<string, number> = {};
  private stopReason: string | undefined;
  /** Whether who ended the training can decide that anew when it is resumed; undefined where it was none of its callbacks. */
  private decidesAgain: boolean | undefined;
  private readonly checkpoint: TrainingCheckpoint | undefined;
  /** The running epoch's, until its evaluation. */
  private running: RunningScores;
  private readonly callbacks: CallbackList;
  private readonly counting: Counting;
  private readonly batchStep: BatchStep<B>;
  private readonly plan: SchedulerPlan | undefined;
  private readonly pacer = new Pacer();
  private readonly startedAt = performance.now();
  private readonly secondsBefore: number;
  private epochStartedAt = 0;
  private readonly guard: StepGuard<B> | undefined;
  private readonly groupSize: (epoch: number) => number;
  private group = new GradientGroup(1);
  private parameters: readonly (readonly [string, Tensor])[] = [];

  constructor(
    readonly model: Module,
    private readonly options: ReadFitOptions<B>,
    own: readonly Callback[],
    display: readonly Callback[],
    weighing: Weighing<B> | undefined,
  ) {
    const { optimizer, metrics, lossAverage, loss, forward } = options;
    this.optimizer = optimizer;
    this.scheduler = options.plan?.scheduler;
    [this.loss, this.metrics, this.forward] = [loss, metrics, forward];
    [this.train, this.validation] = [options.train, options.validation];
    this.counting = { metrics, lossAverage };
    this.batchStep = { op: 'fit', model, loss, forward, weighing };
    this.plan = options.plan;
    const callbacks = [...own, ...options.callbacks, ...display];
    this.checkpoint = TrainingCheckpoint.open(partsOf(model, options, callbacks), options.checkpoint, options.resume, options.epochs);
    this.history = this.checkpoint?.history ?? options.history ?? resumedHistory(model) ?? new History();
    this.epoch = this.history.lastEpoch;
    this.epochs = options.resume === false ? this.epoch + options.epochs : options.epochs;
    this.secondsBefore = this.history.seconds;
    this.running = this.newScores();
    this.callbacks = new CallbackList(callbacks, this, own.length);
    const watches = callbacks.flatMap((callback) => (callback as Partial<WatchingCallback>)[WATCHES] ?? []);
    this.watched = { ...(this.watchedByDefault && { monitor: this.watchedByDefault }), ...mergeMonitors(watches) };
    const reads = callbacks.flatMap((callback) => (callback as Partial<ReadingCallback>)[READS] ?? []);
    const wanted = [this.watched.monitor, ...watches.map(({ options: { monitor } }) => monitor), this.plan?.monitor, ...reads];
    checkWatched(
      'fit',
      wanted,
      metrics.map(({ name }) => name),
      options.validation !== undefined,
    );
    this.groupSize = accumulationOf(callbacks);
    this.guard = guardOf(callbacks)?.(this.batchStep, options.nonFinite);
    if (this.plan) checkHorizon(this.plan, options.epochs, this.updatesPerEpoch());
  }

  get steps(): number | undefined {
    return lengthOf(this.options.train);
  }

  get accumulating(): boolean {
    return this.group.batches > 0;
  }

  get totalSteps(): number {
    return this.history.steps;
  }

  get optimizerSteps(): number {
    return this.history.optimizerSteps;
  }

  /** Where only some epochs have validation scores, those without are not to be taken for others. */
  private get watchedByDefault(): Monitor | undefined {
    const { unit, count } = this.options.validateEvery;
    return this.options.validation && unit === 'epochs' && count > 1 ? 'validation.loss' : undefined;
  }

  place(): string {
    return this.epoch === 0 ? 'about to start' : `epoch ${this.epoch}, step ${this.step}`;
  }

  stop(reason: string): void {
    if (this.stopReason !== undefined) return;
    this.stopReason = reason;
    const { running } = this.callbacks;
    this.decidesAgain = running && (running as Partial<DecidingCallback>)[DECIDES] === true;
  }

  /** What a checkpoint keeps of where the training is. */
  standpoint(phase: Standpoint['phase']): Standpoint {
    const { epoch, epochs, step, logged, stopReason, decidesAgain } = this;
    this.noteSeconds();
    return {
      epoch: phase === 'done' ? this.history.lastEpoch : epoch,
      epochs,
      step: phase === 'done' ? 0 : step,
      phase,
      seconds: phase === 'done' ? 0 : this.secondsSince(this.epochStartedAt),
      logged: phase === 'done' ? {} : { ...logged },
      ...(stopReason !== undefined && decidesAgain !== undefined && { ended: { message: stopReason, again: decidesAgain } }),
    };
  }

  get keepsScores(): boolean {
    return this.running.keeps;
  }

  log(name: string, value: number): void {
    this.logged[name] = realNumber('fit', `log of ${name}`, value);
    const record = this.history.epochs.at(-1);
    if (record?.epoch === this.epoch) (record as { logged?: unknown }).logged = this.logged; // noted at the epoch's end
  }

  async run(): Promise<History> {
    const release = holdModel(this.model, this);
    const modes = new Modes(this.model);
    noteHistory(this.model, this.history);
    this.history.stopped = undefined;
    let failed = true;
    try {
      const from = await this.start();
      if (from && !this.ending) await this.runEpoch(from);
      while (this.epoch < this.epochs && !this.ending) await this.runEpoch();
      this.close();
      await this.callbacks.notify('onTrainEnd', this);
      failed = false;
    } catch (error) {
      await this.fail(error);
      throw error;
    } finally {
      modes.apply();
      release();
      this.checkpoint?.end(failed);
    }
    return this.history;
  }

  /** Tells callbacks of the start, and takes up a training that goes on; gives where in an epoch that is. */
  private async start(): Promise<Standpoint | undefined> {
    const { checkpoint } = this;
    const { place, text } = checkpoint ?? {};
    const within = place === undefined || place.phase === 'done' ? undefined : place;
    this.callbacks.prepare();
    checkpoint?.give();
    if (place) this.options.log?.(`goes on from ${text}`);
    if (within) this.enter(within);
    await this.callbacks.notify('onTrainStart', this);
    if (place?.ended && !place.ended.again && this.epochs <= place.epochs)
      [this.stopReason, this.decidesAgain] = [place.ended.message, false];
    if (within && !this.ending) await this.callbacks.notifyStateless('onEpochStart', this);
    checkpoint?.restore(this.running);
    if (within) this.enter(within); // whatever callbacks have noted
    checkpoint?.begin(this);
    return within;
  }

  /** Goes to where the running epoch was. */
  private enter({ epoch, step, logged, seconds }: Standpoint): void {
    this.epoch = epoch;
    this.step = step;
    this.logged = { ...logged };
    this.epochStartedAt = performance.now() - 1000 * seconds;
  }

  private get ending(): boolean {
    return this.stopReason !== undefined || this.options.signal?.aborted === true || this.checkpoint?.interrupted !== undefined;
  }

  private close(): void {
    const { history, epoch, step } = this;
    this.noteSeconds();
    const place = { epoch, step };
    const { interrupted } = this.checkpoint ?? {};
    if (this.stopReason !== undefined) history.stopped = { reason: 'stopped', message: this.stopReason, ...place };
    else if (interrupted !== undefined && history.lastEpoch < this.epochs) {
      history.stopped = { reason: 'interrupted', message: `${interrupted} came in epoch ${epoch} after step ${step}`, ...place };
    } else if (this.options.signal?.aborted && history.lastEpoch < this.epochs) {
      history.stopped = { reason: 'aborted', message: `aborted in epoch ${epoch} after step ${step}`, ...place };
    } else history.stopped = { reason: 'finished', message: `all ${this.epochs} epochs are done`, ...place };
  }

  /** Ends a training with an error: it carries the history, and every callback is notified of it, whatever the others do. */
  private async fail(error: unknown): Promise<void> {
    const { history, epoch, step } = this;
    if (this.accumulating) this.optimizer.zeroGrad(); // of a group that will not be whole
    this.noteSeconds();
    const message = error instanceof Error ? error.message : String(error);
    history.stopped = { reason: 'failed', message, epoch, step };
    if (typeof error === 'object' && error !== null && Object.isExtensible(error) && !Object.hasOwn(error, 'history'))
      Object.defineProperty(error, 'history', { value: history, configurable: true, writable: true, enumerable: false });
    await this.callbacks.tell(error);
  }

  private noteSeconds(): void {
    this.history.seconds = this.secondsBefore + this.secondsSince(this.startedAt);
  }

  /** @param from where in the epoch a training goes on that is resumed; callbacks have been told of its start. */
  private async runEpoch(from?: Standpoint): Promise<void> {
    const { checkpoint } = this;
    if (from === undefined) {
      this.enter({ ...EPOCH_START, epoch: this.epoch + 1 });
      this.running = this.newScores();
      await this.callbacks.notify('onEpochStart', this);
      if (this.ending) {
        checkpoint?.afterStep(this, this.running, true);
        return;
      }
    }
    const { running } = this;
    if (from?.phase !== 'evaluation') await this.trainEpoch(from);
    const samplesPerSecond = running.samples / this.secondsSince(this.epochStartedAt);
    if (this.ending) return;
    checkpoint?.beforeEvaluation(this, running);
    await this.callbacks.aroundEvaluation(() => this.endEpoch(running, samplesPerSecond));
    if (this.history.lastEpoch === this.epoch) checkpoint?.afterEpoch(this, this.ending || this.epoch >= this.epochs);
    else checkpoint?.afterCut(this);
  }

  private newScores(): RunningScores {
    return new RunningScores(this.counting.metrics, { loss: this.options.loss }, this.counting.lossAverage);
  }

  /** What comes after an epoch's steps: evaluation, record, scheduler. */
  private async endEpoch(running: RunningScores, samplesPerSecond: number): Promise<void> {
    const { options, history } = this;
    const train = options.evaluateTrain ? await this.score('evaluateTrain', options.train) : running.scores();
    const { unit, count } = options.validateEvery;
    const due = unit === 'steps' || this.epoch % count === 0;
    const validation = options.validation && due && !this.ending ? await this.score('validation', options.validation) : undefined;
    if (train === undefined || this.ending) return;
    const record = this.recordOf(train, validation, samplesPerSecond);
    if (Object.keys(this.logged).length > 0) Object.assign(record, { logged: this.logged });
    this.stepScheduler('epoch', record);
    history.epochs.push(record);
    this.noteSeconds();
    options.log?.(epochLine(record, this.epochs));
    await this.callbacks.notify('onEpochEnd', record, this);
  }

  private recordOf(train: Scores, validation: Scores | undefined, samplesPerSecond: number): EpochRecord {
    const { epoch, step: steps } = this;
    const seconds = this.secondsSince(this.epochStartedAt);
    return { epoch, steps, seconds, samplesPerSecond, lr: this.rates(), train, ...(validation && { validation }) };
  }

  /** Whether validation data is to be measured after this step, within the epoch. */
  private get measuresNow(): boolean {
    const { validation, validateEvery } = this.options;
    return (
      validation !== undefined &&
      validateEvery.unit === 'steps' &&
      this.history.steps % validateEvery.count === 0 &&
      this.step !== this.steps
    );
  }

  /** An evaluation within an epoch. It goes to its end also when the training is to: a resumed one has it behind it. */
  private async measureWithin(running: RunningScores): Promise<void> {
    const samplesPerSecond = running.samples / this.secondsSince(this.epochStartedAt);
    await this.callbacks.aroundEvaluationWithin(async () => {
      const validation = await this.score('validation', this.validation!, false);
      const record: EpochRecord = { ...this.recordOf(running.scores(), validation, samplesPerSecond), within: true };
      this.history.evaluations.push(record);
      await this.callbacks.notify('onEvaluation', record, this);
    });
  }

  /** One pass over the training batches, or over the rest of them. */
  private async trainEpoch(from: Standpoint | undefined): Promise<void> {
    const { train, nonFinite: policy } = this.options;
    const { running, checkpoint } = this;
    const owned = ownsBatches(train);
    this.model.train();
    if (from) checkpoint?.restoreModes();
    const training = new Modes(this.model);
    this.parameters = policy === 'ignore' ? [] : watchedParameters(this.model, this.optimizer);
    this.group = new GradientGroup(this.groupSize(this.epoch));
    await eachBatch(from ? batchesFrom(train, from.step) : train, async (batch, batches) => {
      const before = running.samples;
      training.apply();
      this.step++;
      const loss = this.trainStep(batch, owned, running);
      this.history.steps++;
      if (loss !== undefined) {
        if (!this.accumulating) this.afterUpdate();
        await this.report('train', running, loss, running.samples - before, this.steps);
      }
      if (this.measuresNow) await this.measureWithin(running);
      await this.pacer.pause();
      const goesOn = !this.ending || this.accumulating;
      if (!this.accumulating) checkpoint?.afterStep(this, running, !goesOn, batches);
      return goesOn;
    });
    if (this.accumulating) {
      runStep(this.model, undefined, false, () => this.update());
      this.afterUpdate();
    }
    if (this.step === 0)
      throw new ArgumentError(
        `fit: the train loader gave no batches in epoch ${this.epoch}. Is the data set empty, or the loader a generator that was used up? Pass a DataLoader or an array.`,
      );
    // A step can overflow weights by finite gradients; after the last one nothing else would tell.
    const broken = nonFinite(this.parameters, (parameter) => parameter);
    if (broken.length > 0) throw new NonFiniteGradientError(broken, 'weights', this.here());
  }

  /** forward, loss, backward, step: the four lines that everything else here serves. Undefined where `nanGuard` leaves the batch out. */
  private trainStep(given: B, owned: boolean, running: RunningScores): number | undefined {
    return runStep(this.model, given, owned, () => {
      const batch = this.callbacks.batch(given);
      this.guard?.remember();
      const scored = computeLoss(this.batchStep, batch);
      const { loss, value, taken } = scored;
      this.batchLoss = value;
      const checks = this.options.nonFinite !== 'ignore';
      // The mean over no label is NaN, as in PyTorch, and its gradient 0: such a batch changes nothing.
      const counts = scored.count !== 0 || !Number.isNaN(value);
      if (checks && counts && !Number.isFinite(value))
        return this.broken(batch, scored, (origin) => new NonFiniteLossError(value, this.here(), origin));
      if (this.history.steps === 0) warnOfOutputs('fit', taken);
      if (!loss.requiresGrad) throw new GradError(notConnected(this.parameters));
      if (!this.accumulating) this.optimizer.zeroGrad();
      this.group.backward(scored);
      this.callbacks.within('onAfterBackward');
      if (checks) {
        const broken = nonFinite(this.parameters, (parameter) => parameter.ownGrad);
        if (broken.length > 0)
          return this.broken(batch, scored, (origin) => new NonFiniteGradientError(broken, 'gradient', this.here(), origin));
      }
      this.guard?.passed();
      if (this.group.full || this.step === this.steps) this.update();
      running.add(scored);
      return value;
    });
  }

  /** Ends the training for a loss or gradients that are no numbers, or leaves the batch out where `nanGuard` may. */
  private broken(batch: B, scored: BatchLoss, errorOf: (origin?: NonFiniteOrigin) => NonFiniteError): undefined {
    if (!this.guard) throw errorOf();
    const inGradients = Number.isFinite(scored.value);
    if (inGradients) {
      // Those that were added up before are of no use with this one among them.
      this.group.drop();
      this.optimizer.zeroGrad();
    }
    const parameters = steppedParameters(this.model, this.optimizer);
    this.guard.refuse(batch, inGradients ? { parameters, seed: this.group.seedOf(scored) } : undefined, errorOf);
    if (inGradients) this.optimizer.zeroGrad();
    this.log('skippedBatches', (this.logged['skippedBatches'] ?? 0) + 1);
  }

  /** Steps the optimizer with the gradients of a batch, or of those that were accumulated. */
  private update(): void {
    this.group.close(() => steppedParameters(this.model, this.optimizer));
    this.callbacks.within('onBeforeOptimizerStep');
    this.optimizer.step();
  }

  private afterUpdate(): void {
    this.history.optimizerSteps++;
    this.callbacks.within('onAfterOptimizerStep');
    this.stepScheduler('step');
  }

  private here(): Place {
    return { epoch: this.epoch, step: this.step, lr: this.rates() };
  }

  /** Scores of a loader; undefined when training was ended meanwhile. */
  private async score(phase: 'evaluateTrain' | 'validation', loader: Loader<B>, mayEnd = true): Promise<Scores | undefined> {
    const steps = lengthOf(loader);
    const startedAt = performance.now();
    const whole = await scoreLoader(this.batchStep, loader, this.counting, async (running, loss, samples) => {
      await this.report(phase, running, loss, samples, steps, startedAt);
      return !(mayEnd && this.ending);
    });
    return whole?.scores();
  }

  private stepScheduler(moment: 'epoch' | 'step', record?: EpochRecord): void {
    const { plan } = this;
    if (!plan || (plan.every ?? 'epoch') !== moment) return;
    const wanted =
      plan.monitor ??
      (plan.scheduler instanceof ReduceLROnPlateau && record ? (this.watchedByDefault ?? defaultMonitor(record)) : undefined);
    this.callbacks.aroundSchedule(() => {
      if (wanted !== undefined && record !== undefined && !hasScore(record, wanted)) return; // an epoch without validation
      if (wanted === undefined || record === undefined) plan.scheduler.step();
      else plan.scheduler.step(readMonitor(record, wanted, 'fit'));
    });
  }

  /** Notifies callbacks of a step; costs nothing where none listens. */
  private report(
    phase: StepEvent['phase'],
    running: RunningScores,
    loss: number,
    samples: number,
    steps: number | undefined,
    startedAt = this.epochStartedAt,
  ): Promise<void> | undefined {
    if (!this.callbacks.hear('onStep')) return undefined;
    return this.callbacks.tellStep(() => {
      let scores = running.costly ? undefined : running.scores();
      return {
        phase,
        epoch: this.epoch,
        epochs: this.epochs,
        step: phase === 'train' ? this.step : running.steps,
        steps,
        samples,
        loss,
        get scores() {
          scores ??= running.scores();
          return scores;
        },
        samplesPerSecond: running.samples / this.secondsSince(startedAt),
        secondsLeft: this.secondsLeft(phase === 'train' && steps ? running.steps / steps : undefined),
        lr: this.rates(),
      };
    });
  }

  /** From the mean of the finished epochs, or in the first from the share of its steps that is done. */
  private secondsLeft(share: number | undefined): number | undefined {
    const done = this.history.epochs;
    const here = this.secondsSince(this.epochStartedAt);
    const mean = done.length > 0 ? done.reduce((sum, { seconds }) => sum + seconds, 0) / done.length : share && here / share;
    return mean === undefined ? undefined : Math.max(mean - here, mean * (1 - (share ?? 1))) + mean * (this.epochs - this.epoch);
  }

  private secondsSince(start: number): number {
    return (performance.now() - start) / 1000;
  }

  /** Steps of the optimizer in an epoch, where they are known and as many in each. */
  private updatesPerEpoch(): number | undefined {
    const sizes = new Set(Array.from({ length: this.epochs - this.epoch }, (_, i) => this.groupSize(this.epoch + 1 + i)));
    const [size] = sizes;
    return this.steps === undefined || sizes.size > 1 ? undefined : Math.ceil(this.steps / size!);
  }

  private rates(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }
}
