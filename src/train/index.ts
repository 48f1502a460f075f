/** `hone/train`: the training loop and what goes with it. */
import '#host';
import '../ops/methods/methods.js';

export type { AccuracyOptions } from './accuracy.js';
export { accuracy } from './accuracy.js';
export type { CheckpointOptions, EarlyStoppingOptions, KeepBestOptions } from './callbacks.js';
export { earlyStopping, historyLogger, keepBest, modelCheckpoint } from './callbacks.js';
export type { CheckpointNotes, TrainingParts } from './checkpoint.js';
export { loadCheckpoint, saveCheckpoint } from './checkpoint.js';
export type { EvaluateOptions, PredictOptions } from './evaluate.js';
export { evaluate, predict } from './evaluate.js';
export { fit } from './fit.js';
export type { FitOptions } from './fit-options.js';
export type { Best, Stopped } from './history.js';
export { History } from './history.js';
export { metric } from './metrics.js';
export { NonFiniteError, NonFiniteGradientError, NonFiniteLossError } from './non-finite.js';
export type { SchedulerPlan } from './schedule.js';
export type {
  Callback,
  EpochRecord,
  ForwardBatch,
  Loader,
  Loss,
  LossAverage,
  Metric,
  MetricContext,
  MetricCount,
  MetricName,
  Monitor,
  MonitorOptions,
  OptimizerLike,
  SchedulerLike,
  Scores,
  StepEvent,
  TrainingRun,
} from './types.js';
