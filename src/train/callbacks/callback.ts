/** What callbacks are called with, and when. */
import type { MaybePromise } from '../../data/datasets/dataset.js';
import type { Module } from '../../nn/module/module.js';
import type { EpochRecord, Scores } from '../history/epoch-record.js';
import type { History } from '../history/history.js';
import type { MonitorOptions } from '../history/monitor.js';
import type { ForwardBatch, Loader, Loss, Metric, OptimizerLike, SchedulerLike } from '../types.js';

/** What a progress display needs, after each step of training and of evaluation. */
export interface StepEvent {
  /** Whether the batch is one of training or validation. */
  readonly phase: 'train' | 'evaluateTrain' | 'validation';
  /** From 1. */
  readonly epoch: number;
  /** How many epochs the training has. */
  readonly epochs: number;
  /** Steps of this phase done in this epoch, from 1. */
  readonly step: number;
  /** Steps of this phase in an epoch, where the loader knows. */
  readonly steps: number | undefined;
  /** Samples in this batch. */
  readonly samples: number;
  /** This batch's loss. */
  readonly loss: number;
  /** The average loss and the metrics over the phase so far. Costly metrics, such as auroc, are computed when this is read: read it in the hook. */
  readonly scores: Scores;
  /** Over the phase so far. */
  readonly samplesPerSecond: number;
  /** Until the end of the last epoch, where it can be estimated. */
  readonly secondsLeft: number | undefined;
  /** The learning rate of each parameter group. */
  readonly lr: readonly number[];
}

/** A training in progress, as callbacks see it. */
export interface TrainingRun {
  /** The model that is trained. */
  readonly model: Module;
  /** What trains it. */
  readonly optimizer: OptimizerLike;
  /** What changes its learning rates, where there is one. */
  readonly scheduler: SchedulerLike | undefined;
  /** What is minimised. */
  readonly loss: Loss;
  /** What is measured beside the loss. */
  readonly metrics: readonly Metric[];
  /** The batches to train on. */
  readonly train: Loader<unknown>;
  /** The batches that measure each epoch, where there are some. */
  readonly validation: Loader<unknown> | undefined;
  /** How a batch becomes output and target, where the training has its own way. */
  readonly forward: ForwardBatch<never> | undefined;
  /** What has happened so far. */
  readonly history: History;
  /** The epoch that is running, from 1; 0 before the first. */
  readonly epoch: number;
  /** How many epochs the training has. */
  readonly epochs: number;
  /** Batches trained in this epoch, the running one included. */
  readonly step: number;
  /** Steps in an epoch, where the loader knows. */
  readonly steps: number | undefined;
  /** Batches trained in all, in earlier epochs and before a resume as well; those that are done. */
  readonly totalSteps: number;
  /** Updates of the parameters in all: as many as batches, fewer where gradients are accumulated. */
  readonly optimizerSteps: number;
  /** Whether gradients wait for those of further batches: the optimizer has not stepped since they came. */
  readonly accumulating: boolean;
  /** The loss of the last batch that was trained, or of the running one from its backward on; undefined before the first. */
  readonly batchLoss: number | undefined;
  /** What callbacks have noted in this epoch: see {@link TrainingRun.log}. */
  readonly logged: Readonly<Record<string, number>>;
  /** The score by which this training's best epoch is chosen, where one was named: for early stopping, saving and restoring alike. */
  readonly watched?: MonitorOptions;
  /** Notes a number under a name; the epoch's record keeps the last one of the epoch as its `logged`. */
  log(name: string, value: number): void;
  /** Ends the training after the running step or epoch. `reason` goes into the history. */
  stop(reason: string): void;
}

/**
 * Called as training goes on; each method is optional. Make a plain object, or use one of the functions in this folder. Those around
 * epochs and after steps are awaited. Those within a step (`onBatchStart`, `onAfterBackward`, `onBeforeOptimizerStep`,
 * `onAfterOptimizerStep`) are plain functions, without async. What a callback throws ends the training, with its name in the message.
 */
export interface Callback<B = unknown> {
  /** What errors call it, and the key of its state in checkpoints. */
  readonly name?: string;
  /** Called before the first epoch. */
  onTrainStart?(run: TrainingRun): MaybePromise<void>;
  /** Called before the first step of an epoch. */
  onEpochStart?(run: TrainingRun): MaybePromise<void>;
  /**
   * Before a batch is trained; not in evaluation. Gives the batch to train instead, or nothing. Tensors that it makes are freed with the
   * step.
   */
  onBatchStart?(batch: B, run: TrainingRun): unknown;
  /** After the backward pass of a batch: its gradients are there, those of accumulated batches before it added to them. */
  onAfterBackward?(run: TrainingRun): void;
  /**
   * Before the optimizer steps: the gradients are those that it will use, the mean over all samples of accumulated batches, and finite.
   * Tensors made here are freed with the step; `clone()` what is to be kept.
   */
  onBeforeOptimizerStep?(run: TrainingRun): void;
  /** After the optimizer has stepped, and the tensors of the step are freed. */
  onAfterOptimizerStep?(run: TrainingRun): void;
  /** After each step of training and of evaluation. The step's tensors are gone by then. */
  onStep?(event: StepEvent, run: TrainingRun): MaybePromise<void>;
  /** After the last step of an epoch, before its evaluations. */
  onEvaluationStart?(run: TrainingRun): MaybePromise<void>;
  /** Called after an epoch with its record. */
  onEpochEnd?(record: EpochRecord, run: TrainingRun): MaybePromise<void>;
  /** After an evaluation within an epoch (see `validateEvery`), with its record: the epoch's so far. */
  onEvaluation?(record: EpochRecord, run: TrainingRun): MaybePromise<void>;
  /**
   * After every callback's `onEpochEnd`, so that what `onEvaluationStart` put into the model is what was measured and saved. Also where
   * the evaluation was cut short or failed.
   */
  onEvaluationEnd?(run: TrainingRun): MaybePromise<void>;
  /** After the last epoch, also where training was stopped or aborted. */
  onTrainEnd?(run: TrainingRun): MaybePromise<void>;
  /** When training ends with an error, which is thrown afterwards, with the history as its `history`. */
  onError?(error: unknown, run: TrainingRun): MaybePromise<void>;
  /** What a checkpoint keeps of it: plain data and tensors, as `save` takes them. */
  stateDict?(): unknown;
  /**
   * Takes that back when a training is resumed, before `onTrainStart`. Within an epoch that goes on, `onEpochStart` is not called for a callback
   * that has a state: what it did is in there.
   */
  loadStateDict?(state: never): void;
}
