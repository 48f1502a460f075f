/** fit: the training loop. */

import { Pacer } from '../../engine/tasks/pacer.js';
import { ArgumentError, GradError } from '../../errors.js';
import type { Module, ModuleWithOutput } from '../../nn/module/module.js';
import { realNumber } from '../../tensor/arguments/checks.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type BatchStep, computeLoss, runStep } from '../batch/batch-step.js';
import { notConnected, warnOfOutputs } from '../batch/checks.js';
import { GradientGroup } from '../batch/gradient-group.js';
import { batchesFrom, eachBatch, lengthOf, ownsBatches } from '../batch/loaders.js';
import { steppedParameters } from '../batch/parameters.js';
import { readWeights } from '../batch/read-weights.js';
import type { Weighing } from '../batch/weights.js';
import type { Callback, TrainingRun } from '../callbacks/callback.js';
import { displayOf, ownCallbacks } from '../callbacks/own-callbacks.js';
import { accumulationOf, watchedBy } from '../callbacks/watching.js';
import { noteHistory, resumedHistory } from '../checkpoint/resume.js';
import { type Standing, TrainingCheckpoint } from '../checkpoint/training/training-checkpoint.js';
import type { Place as Standpoint } from '../checkpoint/training/training-state.js';
import { type Hold, holdModel } from '../guards/busy.js';
import { Modes } from '../guards/modes.js';
import { pending } from '../guards/pending.js';
import { Clock } from '../history/clock.js';
import { epochLine } from '../history/epoch-line.js';
import type { EpochRecord, Monitor } from '../history/epoch-record.js';
import { History } from '../history/history.js';
import type { MonitorOptions } from '../history/monitor.js';
import type { RunningScores } from '../metrics/running-scores.js';
import type { ForwardBatch, Loader, Loss, Metric, OptimizerLike, SchedulerLike } from '../types.js';
import { CallbackList } from './callback-list.js';
import { Ending, noteFailure } from './ending.js';
import { FiniteChecks } from './finite-checks.js';
import { type FitOptions, partsOf, type ReadFitOptions, readFitOptions } from './fit-options.js';
import { Measures } from './measures.js';
import { checkHorizon, type SchedulerPlan, stepSchedule, updatesPerEpoch } from './schedule.js';

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
const EPOCH_START = { step: 0, seconds: 0, logged: {} };

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
  private readonly ending: Ending;
  private readonly checkpoint: TrainingCheckpoint | undefined;
  /** The running epoch's, until its evaluation. */
  private running: RunningScores;
  private readonly callbacks: CallbackList;
  private readonly measures: Measures<B>;
  private readonly batchStep: BatchStep<B>;
  private readonly plan: SchedulerPlan | undefined;
  private readonly pacer = new Pacer();
  private readonly clock: Clock;
  private readonly finite: FiniteChecks<B>;
  private readonly groupSize: (epoch: number) => number;
  private group = new GradientGroup(1);

  constructor(
    readonly model: Module,
    private readonly options: ReadFitOptions<B>,
    own: readonly Callback[],
    display: readonly Callback[],
    weighing: Weighing<B> | undefined,
  ) {
    const { optimizer, metrics, loss, forward } = options;
    this.optimizer = optimizer;
    this.scheduler = options.plan?.scheduler;
    [this.loss, this.metrics, this.forward] = [loss, metrics, forward];
    [this.train, this.validation] = [options.train, options.validation];
    this.batchStep = { op: 'fit', model, loss, forward, weighing };
    this.plan = options.plan;
    const callbacks = [...own, ...options.callbacks, ...display];
    this.checkpoint = TrainingCheckpoint.open(partsOf(model, options, callbacks), options.checkpoint, options.resume, options.epochs);
    this.history = this.checkpoint?.history ?? options.history ?? resumedHistory(model) ?? new History();
    this.epoch = this.history.lastEpoch;
    this.epochs = options.resume === false ? this.epoch + options.epochs : options.epochs;
    this.clock = new Clock(this.history);
    this.ending = new Ending(options.signal, this.checkpoint);
    this.callbacks = new CallbackList(callbacks, this, own.length);
    this.measures = new Measures(this, options, this.batchStep, this.callbacks, this.clock, this.ending);
    this.running = this.measures.newScores();
    this.watched = watchedBy(callbacks, this, this.watchedByDefault, this.plan?.monitor);
    this.groupSize = accumulationOf(callbacks);
    this.finite = new FiniteChecks(this, this.batchStep, callbacks, options.nonFinite);
    if (this.plan) checkHorizon(this.plan, options.epochs, updatesPerEpoch(this, this.groupSize));
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
    this.ending.stop(reason, this.callbacks.running);
  }

  /** What a checkpoint keeps of where the training is. */
  standpoint(phase: Standpoint['phase']): Standpoint {
    this.clock.note();
    const { epochs } = this;
    const { ended } = this.ending;
    const end = ended && { ended };
    if (phase === 'done') return { ...EPOCH_START, epoch: this.history.lastEpoch, epochs, phase, ...end };
    return { epoch: this.epoch, epochs, step: this.step, phase, seconds: this.clock.epochSeconds, logged: { ...this.logged }, ...end };
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
      if (from && !this.ending.due) await this.runEpoch(from);
      while (this.epoch < this.epochs && !this.ending.due) await this.runEpoch();
      this.clock.note();
      this.history.stopped = this.ending.stopped(this.history, this.epochs, this);
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
    if (place?.phase === 'done') this.step = this.history.epochs.at(-1)?.steps ?? 0; // where it ended, should it be over
    this.callbacks.prepare();
    checkpoint?.give();
    if (place) this.options.log?.(`goes on from ${text}`);
    if (within) this.enter(within);
    await this.callbacks.notify('onTrainStart', this);
    if (place) this.ending.stopAsBefore(place, this.epochs);
    if (within && !this.ending.due) await this.callbacks.notifyStateless('onEpochStart', this);
    checkpoint?.restore(this.running);
    if (within) this.enter(within); // whatever callbacks have noted
    checkpoint?.begin(this);
    return within;
  }

  /** Goes to where the running epoch was. */
  private enter({ epoch, step, logged, seconds }: Pick<Standpoint, 'epoch' | 'step' | 'logged' | 'seconds'>): void {
    this.epoch = epoch;
    this.step = step;
    this.logged = { ...logged };
    this.clock.enterEpoch(seconds);
  }

  /** Ends a training with an error: it carries the history, and every callback is told of it, whatever the others do. */
  private async fail(error: unknown): Promise<void> {
    if (this.accumulating) this.optimizer.zeroGrad(); // of a group that will not be whole
    this.clock.note();
    const { epoch, step } = this;
    noteFailure(error, this.history, { epoch, step });
    await this.callbacks.tell(error);
  }

  /** @param from where in the epoch a training goes on that is resumed; callbacks have been told of its start. */
  private async runEpoch(from?: Standpoint): Promise<void> {
    const { checkpoint } = this;
    if (from === undefined) {
      this.enter({ ...EPOCH_START, epoch: this.epoch + 1 });
      this.running = this.measures.newScores();
      await this.callbacks.notify('onEpochStart', this);
      if (this.ending.due) {
        checkpoint?.afterStep(this, this.running, true);
        return;
      }
    }
    const { running } = this;
    if (from?.phase !== 'evaluation') await this.trainEpoch(from);
    const samplesPerSecond = running.samples / this.clock.epochSeconds;
    if (this.ending.due) return;
    checkpoint?.beforeEvaluation(this, running);
    await this.callbacks.aroundEvaluation(() => this.endEpoch(running, samplesPerSecond));
    if (this.history.lastEpoch === this.epoch) checkpoint?.afterEpoch(this, this.ending.due || this.epoch >= this.epochs);
    else checkpoint?.afterCut(this);
  }

  /** What comes after an epoch's steps: evaluation, record, scheduler. */
  private async endEpoch(running: RunningScores, samplesPerSecond: number): Promise<void> {
    const { options, history, measures } = this;
    const train = options.evaluateTrain ? await measures.trainScores() : running.scores();
    const validation = measures.afterEpoch && !this.ending.due ? await measures.validationScores(true) : undefined;
    if (train === undefined || this.ending.due) return;
    const record = measures.record(train, validation, samplesPerSecond);
    if (Object.keys(this.logged).length > 0) Object.assign(record, { logged: this.logged });
    this.stepScheduler('epoch', record);
    history.epochs.push(record);
    this.clock.note();
    options.log?.(epochLine(record, this.epochs));
    await this.callbacks.notify('onEpochEnd', record, this);
  }

  /** An evaluation within an epoch. It goes to its end also when the training is to: a resumed one has it behind it. */
  private async measureWithin(running: RunningScores): Promise<void> {
    const { measures } = this;
    const samplesPerSecond = running.samples / this.clock.epochSeconds;
    await this.callbacks.aroundEvaluationWithin(async () => {
      const validation = await measures.validationScores(false);
      const record: EpochRecord = { ...measures.record(running.scores(), validation, samplesPerSecond), within: true };
      this.history.evaluations.push(record);
      await this.callbacks.notify('onEvaluation', record, this);
    });
  }

  /** One pass over the training batches, or over the rest of them. */
  private async trainEpoch(from: Standpoint | undefined): Promise<void> {
    const { train, running, checkpoint } = this;
    const owned = ownsBatches(train);
    this.model.train();
    if (from) checkpoint?.restoreModes();
    const training = new Modes(this.model);
    this.finite.enterEpoch();
    this.group = new GradientGroup(this.groupSize(this.epoch));
    await eachBatch(from ? batchesFrom(train, from.step) : train, async (batch, batches) => {
      const before = running.samples;
      training.apply();
      this.step++;
      const loss = this.trainStep(batch, owned, running);
      this.history.steps++;
      if (loss !== undefined) {
        if (!this.accumulating) this.afterUpdate();
        await this.measures.tellTrained(running, loss, running.samples - before);
      }
      if (this.measures.afterStep) await this.measureWithin(running);
      await this.pacer.pause();
      const goesOn = !this.ending.due || this.accumulating;
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
    this.finite.weights();
  }

  /** forward, loss, backward, step: the four lines that everything else here serves. Undefined where `nanGuard` leaves the batch out. */
  private trainStep(given: B, owned: boolean, running: RunningScores): number | undefined {
    return runStep(this.model, given, owned, () => {
      const batch = this.callbacks.batch(given);
      this.finite.enterStep();
      const scored = computeLoss(this.batchStep, batch);
      const { loss, value, taken } = scored;
      this.batchLoss = value;
      if (!this.finite.loss(batch, scored)) return undefined;
      if (this.history.steps === 0) warnOfOutputs('fit', taken);
      if (!loss.requiresGrad) throw new GradError(notConnected(this.finite.parameters));
      if (!this.accumulating) this.optimizer.zeroGrad();
      this.group.backward(scored);
      this.callbacks.within('onAfterBackward');
      if (!this.finite.gradients(batch, scored, this.group)) return undefined;
      if (this.group.full || this.step === this.steps) this.update();
      running.add(scored);
      return value;
    });
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

  private stepScheduler(moment: 'epoch' | 'step', record?: EpochRecord): void {
    const { plan } = this;
    if (!plan || (plan.every ?? 'epoch') !== moment) return;
    this.callbacks.aroundSchedule(() => stepSchedule(plan, record, this.watchedByDefault));
  }
}
