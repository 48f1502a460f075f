/** `hone/train`: the training loop and what goes with it. */
import '#host';
import '../ops/methods.js';

export { fit, NonFiniteLossError } from './fit.js';
export type { FitOptions, SchedulerPlan } from './fit.js';
export { evaluate, predict } from './evaluate.js';
export type { EvaluateOptions, PredictOptions } from './evaluate.js';
export { accuracy, metric } from './metrics.js';
export type { AccuracyOptions } from './metrics.js';
export { earlyStopping, modelCheckpoint, keepBest, historyLogger } from './callbacks.js';
export type { EarlyStoppingOptions, CheckpointOptions, KeepBestOptions } from './callbacks.js';
export { History } from './history.js';
export type { Best, Stopped } from './history.js';
export type { MonitorOptions } from './monitor.js';
export type {
  Callback, EpochRecord, ForwardBatch, Loader, Loss, Metric, MetricCount, Monitor, OptimizerLike, SchedulerLike, Scores, StepEvent, TrainingRun,
} from './types.js';
