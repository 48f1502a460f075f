/** What training takes and tells: models, losses, loaders, events, callbacks. */
import type { Module } from '../nn/module/module.js';
import type { Tensor } from '../tensor/tensor.js';
import type { History } from './history.js';

/** A criterion such as `new nn.CrossEntropyLoss()`, or a function. */
export type Loss =
  | {
      /** The loss of a batch: a tensor of one element. */
      forward(output: Tensor, target: Tensor): Tensor;
    }
  | ((output: Tensor, target: Tensor) => Tensor);

/** Batches that can be gone through once per epoch: a DataLoader, or an array of batches. */
export type Loader<B> = (Iterable<B> | AsyncIterable<B>) & {
  /** How many batches an epoch has, where that is known. */
  readonly length?: number;
};

/** How a batch becomes the model's output and what it should have been. */
export type ForwardBatch<B> = (model: Module, batch: B) => readonly [output: Tensor, target: Tensor];

/** What {@link fit} needs of an optimizer. */
export interface OptimizerLike {
  /** Parameters and their options. */
  readonly paramGroups: readonly { lr: number }[];
  /** Drops the gradients. */
  zeroGrad(): void;
  /** Updates the parameters. */
  step(): void;
}

/** What {@link fit} needs of a learning-rate scheduler. */
export interface SchedulerLike {
  /** Goes on to the next learning rates. */
  step(metric?: number): void;
}

/** What a metric may know of the training or evaluation that it measures. */
export interface MetricContext {
  /** The loss, which tells whether outputs are logits or probabilities. */
  readonly loss?: Loss;
}

/** Measures a model's outputs; {@link accuracy} is one. */
export interface Metric {
  /** The key under which records keep its value. */
  readonly name: string;
  /** Begins a new count. */
  start(context?: MetricContext): MetricCount;
}

/** Metrics that go by name alone. */
export type MetricName = 'accuracy';

/**
 * How the losses of batches become one. `samples`: the mean over all samples (over all labels that count, where the loss ignores some or
 * weighs classes), whatever the batch size. `batches`: the mean of the batches' losses, each counted alike, as loops of PyTorch's
 * tutorials have it: a smaller last batch then counts for more.
 */
export type LossAverage = 'samples' | 'batches';

/** What a metric counts during an epoch. */
export interface MetricCount {
  /** Counts a batch. Both tensors are freed after the step: keep numbers, not tensors. */
  update(output: Tensor, target: Tensor): void;
  /** The value over the batches so far; NaN before the first. */
  value(): number;
}

/** The loss and every metric, by name. */
export type Scores = {
  /** The mean loss. */
  readonly loss: number;
} & Readonly<Record<string, number>>;

/** A score in an {@link EpochRecord}, by path: `validation.loss`, `train.accuracy`. */
export type Monitor = `train.${string}` | `validation.${string}`;

/** Which score is watched, and what counts as better. */
export interface MonitorOptions {
  /** The score. Default: `validation.loss`, or `train.loss` where there is no validation. */
  monitor?: Monitor;
  /** Whether lower or higher is better. Default: `max` for scores whose name says so (accuracy, f1, auc, …), else `min`. */
  mode?: 'min' | 'max';
  /** By how much a score must be better to count. Default: 0. */
  minDelta?: number;
}

/** One epoch's results. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Training steps in this epoch. */
  readonly steps: number;
  /** The whole epoch, with its evaluations. */
  readonly seconds: number;
  /** Samples per second of the training steps. */
  readonly samplesPerSecond: number;
  /** The learning rate of each parameter group during the epoch's last step. */
  readonly lr: readonly number[];
  /** Loss and metrics of the training data. */
  readonly train: Scores;
  /** Where validation data was given. */
  readonly validation?: Scores;
}

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
  /** Until the end of the last epoch, where it can be told. */
  readonly secondsLeft: number | undefined;
  /** The learning rate of the first group. */
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

type Told = void | Promise<void>;

/** Called as training goes on; each method is optional, and awaited. Make a plain object, or use one of the makers in this folder. */
export interface Callback {
  /** Called before the first epoch. */
  onTrainStart?(run: TrainingRun): Told;
  /** Called before the first step of an epoch. */
  onEpochStart?(run: TrainingRun): Told;
  /** After each step of training and of evaluation. The step's tensors are gone by then. */
  onStep?(event: StepEvent, run: TrainingRun): Told;
  /** Called after an epoch with its record. */
  onEpochEnd?(record: EpochRecord, run: TrainingRun): Told;
  /** After the last epoch, also where training was stopped or aborted. */
  onTrainEnd?(run: TrainingRun): Told;
  /** When training ends with an error, which is thrown afterwards, with the history as its `history`. */
  onError?(error: unknown, run: TrainingRun): Told;
}
