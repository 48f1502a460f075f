/** `hone/train`: the training loop and what goes with it. */
import '#host';
import '../ops/methods.js';

export type { CheckpointOptions, EarlyStoppingOptions, KeepBestOptions } from './callbacks.js';
export { earlyStopping, historyLogger, keepBest, modelCheckpoint } from './callbacks.js';
export type { CheckpointNotes, TrainingParts } from './checkpoint.js';
export { loadCheckpoint, saveCheckpoint } from './checkpoint.js';
export type { EvaluateOptions, PredictOptions } from './evaluate.js';
export { evaluate, predict } from './evaluate.js';
export type { FitOptions, SchedulerPlan } from './fit.js';
export { fit, NonFiniteLossError } from './fit.js';
export type { Best, Stopped } from './history.js';
export { History } from './history.js';
export type { AccuracyOptions } from './metrics.js';
export { accuracy, metric } from './metrics.js';
export type { MonitorOptions } from './monitor.js';
export type {
  Callback,
  EpochRecord,
  ForwardBatch,
  Loader,
  Loss,
  Metric,
  MetricCount,
  Monitor,
  OptimizerLike,
  SchedulerLike,
  Scores,
  StepEvent,
  TrainingRun,
} from './types.js';
