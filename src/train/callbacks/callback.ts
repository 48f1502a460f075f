/** What callbacks are called with, and when. */
import type { MaybePromise } from '../../data/datasets/dataset.js';
import type { Module } from '../../nn/module/module.js';
import type { EpochRecord, Scores } from '../history/epoch-record.js';
import type { History } from '../history/history.js';
import type { MonitorOptions } from '../history/monitor.js';
import type { OptimizerLike } from '../types.js';

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
  /** The average loss and the metrics over the phase so far. */
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
  /** What has happened so far. */
  readonly history: History;
  /** The epoch that is running, from 1; 0 before the first. */
  readonly epoch: number;
  /** How many epochs the training has. */
  readonly epochs: number;
  /** Steps in an epoch, where the loader knows. */
  readonly steps: number | undefined;
  /** The score by which this training's best epoch is chosen, where one was named: for early stopping, saving and restoring alike. */
  readonly watched?: MonitorOptions;
  /** Ends the training after the running step or epoch. `reason` goes into the history. */
  stop(reason: string): void;
}

/** Called as training goes on; each method is optional, and awaited. Make a plain object, or use one of the functions in this folder. */
export interface Callback {
  /** Called before the first epoch. */
  onTrainStart?(run: TrainingRun): MaybePromise<void>;
  /** Called before the first step of an epoch. */
  onEpochStart?(run: TrainingRun): MaybePromise<void>;
  /** After each step of training and of evaluation. The step's tensors are gone by then. */
  onStep?(event: StepEvent, run: TrainingRun): MaybePromise<void>;
  /** Called after an epoch with its record. */
  onEpochEnd?(record: EpochRecord, run: TrainingRun): MaybePromise<void>;
  /** After the last epoch, also where training was stopped or aborted. */
  onTrainEnd?(run: TrainingRun): MaybePromise<void>;
  /** When training ends with an error, which is thrown afterwards, with the history as its `history`. */
  onError?(error: unknown, run: TrainingRun): MaybePromise<void>;
}
