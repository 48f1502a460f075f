/** What a training measures: the scores of its steps and evaluations, their records, and what callbacks are told of each step. */
import type { BatchStep } from '../batch/batch-step.js';
import { lengthOf } from '../batch/loaders.js';
import type { StepEvent, TrainingRun } from '../callbacks/callback.js';
import { type Counting, scoreLoader } from '../evaluate/evaluate.js';
import type { Clock } from '../history/clock.js';
import type { EpochRecord, Scores } from '../history/epoch-record.js';
import { RunningScores } from '../metrics/running-scores.js';
import type { Loader } from '../types.js';
import type { CallbackList } from './callback-list.js';
import type { Ending } from './ending.js';
import type { ReadFitOptions } from './fit-options.js';

/** A step that was taken. */
interface StepTaken {
  readonly phase: StepEvent['phase'];
  /** The scores of the phase so far. */
  readonly running: RunningScores;
  /** This batch's. */
  readonly loss: number;
  /** In this batch. */
  readonly samples: number;
  /** Steps of the phase in an epoch, where they are known. */
  readonly steps: number | undefined;
  /** When the phase began, by `performance.now()`. */
  readonly startedAt: number;
}

export class Measures<B> {
  private readonly counting: Counting;

  constructor(
    private readonly run: TrainingRun,
    private readonly options: ReadFitOptions<B>,
    private readonly batchStep: BatchStep<B>,
    private readonly callbacks: CallbackList,
    private readonly clock: Clock,
    private readonly ending: Ending,
  ) {
    this.counting = { metrics: options.metrics, lossAverage: options.lossAverage };
  }

  /** Of an epoch's steps, before the first. */
  newScores(): RunningScores {
    return new RunningScores(this.counting.metrics, { loss: this.options.loss }, this.counting.lossAverage);
  }

  /** Whether validation data is to be measured after this epoch. */
  get afterEpoch(): boolean {
    const { validation, validateEvery } = this.options;
    return validation !== undefined && (validateEvery.unit === 'steps' || this.run.epoch % validateEvery.count === 0);
  }

  /** Whether validation data is to be measured after this step, within the epoch. */
  get afterStep(): boolean {
    const { validation, validateEvery } = this.options;
    if (validation === undefined || validateEvery.unit !== 'steps') return false;
    const { totalSteps, step, steps } = this.run;
    return totalSteps % validateEvery.count === 0 && step !== steps;
  }

  /** Scores of the training data after an epoch, in evaluation mode; undefined when the training was ended meanwhile. */
  trainScores(): Promise<Scores | undefined> {
    return this.score('evaluateTrain', this.options.train, true);
  }

  /** Scores of the validation data. @param mayEnd whether they are undefined when the training was ended meanwhile; else it goes to its end. */
  validationScores(mayEnd: boolean): Promise<Scores | undefined> {
    return this.score('validation', this.options.validation!, mayEnd);
  }

  private async score(phase: 'evaluateTrain' | 'validation', loader: Loader<B>, mayEnd: boolean): Promise<Scores | undefined> {
    const steps = lengthOf(loader);
    const startedAt = performance.now();
    const whole = await scoreLoader(this.batchStep, loader, this.counting, async (running, loss, samples) => {
      await this.tell({ phase, running, loss, samples, steps, startedAt });
      return !(mayEnd && this.ending.due);
    });
    return whole?.scores();
  }

  /** The record of the running epoch, whole or so far. @param samplesPerSecond of its steps. */
  record(train: Scores, validation: Scores | undefined, samplesPerSecond: number): EpochRecord {
    const { epoch, step: steps } = this.run;
    const seconds = this.clock.epochSeconds;
    return { epoch, steps, seconds, samplesPerSecond, lr: this.rates(), train, ...(validation && { validation }) };
  }

  /** Tells callbacks of a step of training. */
  tellTrained(running: RunningScores, loss: number, samples: number): Promise<void> | undefined {
    return this.tell({ phase: 'train', running, loss, samples, steps: this.run.steps, startedAt: this.clock.epochStartedAt });
  }

  /** Costs nothing where none listens. */
  private tell(step: StepTaken): Promise<void> | undefined {
    if (!this.callbacks.hear('onStep')) return undefined;
    return this.callbacks.tellStep(() => this.eventOf(step));
  }

  /** Scores that cost something are computed when they are read. */
  private eventOf({ phase, running, loss, samples, steps, startedAt }: StepTaken): StepEvent {
    let scores = running.costly ? undefined : running.scores();
    const { epoch, epochs, step } = this.run;
    return {
      phase,
      epoch,
      epochs,
      step: phase === 'train' ? step : running.steps,
      steps,
      samples,
      loss,
      get scores() {
        scores ??= running.scores();
        return scores;
      },
      samplesPerSecond: running.samples / ((performance.now() - startedAt) / 1000),
      secondsLeft: this.clock.secondsLeft(epochs - epoch, phase === 'train' && steps ? running.steps / steps : undefined),
      lr: this.rates(),
    };
  }

  private rates(): number[] {
    return this.run.optimizer.paramGroups.map(({ lr }) => lr);
  }
}
