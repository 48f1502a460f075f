/** What training takes: losses, batches, optimizers, schedulers, metrics. */
import type { Module } from '../nn/module/module.js';
import type { Tensor } from '../tensor/tensor.js';

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

/** How a batch becomes the model's output and what it should have been; weights of its samples, [N], may follow. */
export type ForwardBatch<B> = (model: Module, batch: B) => readonly [output: Tensor, target: Tensor, weights?: Tensor];

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
export type MetricName =
  | 'accuracy'
  | 'topKAccuracy'
  | 'top5'
  | 'precision'
  | 'recall'
  | 'f1'
  | 'specificity'
  | 'jaccard'
  | 'matthews'
  | 'cohenKappa'
  | 'auroc'
  | 'averagePrecision'
  | 'calibrationError'
  | 'brier'
  | 'perplexity'
  | 'meanSquaredError'
  | 'mse'
  | 'rootMeanSquaredError'
  | 'rmse'
  | 'meanAbsoluteError'
  | 'mae'
  | 'meanAbsolutePercentageError'
  | 'mape'
  | 'r2Score'
  | 'r2';

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
  /** Whether {@link value} takes long, as where it sorts all that came: then it is computed only when somebody reads it. Default: false. */
  readonly costly?: boolean;
  /**
   * What it has counted so far, as `save` takes it: numbers, typed arrays and tensors in plain objects and lists. All counts of Hone's
   * metrics have it; with it a training resumed in the middle of an epoch goes on counting.
   */
  stateDict?(): unknown;
  /** Goes on from what {@link stateDict} gave. @throws {StateDictError} for the state of another count. */
  loadStateDict?(state: unknown): void;
}
