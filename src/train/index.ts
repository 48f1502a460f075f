/** `hone/train`: the training loop and what goes with it. */
import '#host';
import '../ops/methods/methods.js';

export type { ClassWeights, WeightOptions } from './batch/read-weights.js';
export { balancedClassWeights } from './batch/read-weights.js';
export type { NonFiniteOrigin } from './batch/trace-non-finite.js';
export type { AveragingCallback } from './callbacks/averages/average.js';
export type { EmaOptions } from './callbacks/averages/ema.js';
export { ema } from './callbacks/averages/ema.js';
export type { SwaOptions } from './callbacks/averages/swa.js';
export { swa } from './callbacks/averages/swa.js';
export type { Callback, StepEvent, TrainingRun } from './callbacks/callback.js';
export type { EarlyStoppingOptions } from './callbacks/early-stopping.js';
export { earlyStopping } from './callbacks/early-stopping.js';
export { historyLogger } from './callbacks/history-logger.js';
export type { KeepBestOptions } from './callbacks/keep-best.js';
export { keepBest } from './callbacks/keep-best.js';
export type { CsvLoggerOptions } from './callbacks/logging/csv-logger.js';
export { csvLogger } from './callbacks/logging/csv-logger.js';
export type { LrMonitor, LrMonitorOptions } from './callbacks/logging/lr-monitor.js';
export { lrMonitor } from './callbacks/logging/lr-monitor.js';
export type { TensorBoardOptions } from './callbacks/logging/tensorboard.js';
export { tensorBoard } from './callbacks/logging/tensorboard.js';
export type { CutmixOptions, MixupCutmixOptions, MixupOptions } from './callbacks/mixing/mixing.js';
export { cutmix, mixup, mixupCutmix } from './callbacks/mixing/mixing.js';
export type { ModelCheckpointOptions, ModelCheckpointOptions as CheckpointOptions } from './callbacks/model-checkpoint.js';
export { modelCheckpoint } from './callbacks/model-checkpoint.js';
export type { TimeLimitOptions } from './callbacks/pace/time-limit.js';
export { timeLimit } from './callbacks/pace/time-limit.js';
export type { WarmupOptions } from './callbacks/pace/warmup.js';
export { warmup } from './callbacks/pace/warmup.js';
export type { NormMonitorOptions } from './callbacks/report/norm-monitor.js';
export { normMonitor } from './callbacks/report/norm-monitor.js';
export type { RunReportOptions } from './callbacks/report/run-report.js';
export { runReport } from './callbacks/report/run-report.js';
export { accumulateGradients } from './callbacks/steps/accumulate-gradients.js';
export type { GradientClippingOptions } from './callbacks/steps/gradient-clipping.js';
export { gradientClipping } from './callbacks/steps/gradient-clipping.js';
export type { NanGuardOptions } from './callbacks/steps/nan-guard.js';
export { nanGuard } from './callbacks/steps/nan-guard.js';
export type { CheckpointNotes, TrainingParts } from './checkpoint/checkpoint.js';
export { loadCheckpoint, saveCheckpoint } from './checkpoint/checkpoint.js';
export type { CheckpointEvery, CheckpointSignals, FitCheckpointOptions } from './checkpoint/training/options.js';
export type { EvaluateOptions } from './evaluate/evaluate.js';
export { evaluate } from './evaluate/evaluate.js';
export type { ClassScores, Interpretation, InterpretOptions, WorstSample } from './evaluate/interpret.js';
export { interpret } from './evaluate/interpret.js';
export type { PredictOptions } from './evaluate/predict.js';
export { predict } from './evaluate/predict.js';
export { CallbackError } from './fit/callback-list.js';
export { fit } from './fit/fit.js';
export type { FitOptions } from './fit/fit-options.js';
export type { SchedulerPlan } from './fit/schedule.js';
export { NonFiniteError, NonFiniteGradientError, NonFiniteLossError } from './guards/non-finite.js';
export type { EpochRecord, Monitor, Scores } from './history/epoch-record.js';
export type { Best, Stopped } from './history/history.js';
export { History } from './history/history.js';
export type { MonitorOptions } from './history/monitor.js';
export type { AccuracyOptions } from './metrics/accuracy.js';
export { accuracy } from './metrics/accuracy.js';
export { metric } from './metrics/metric.js';
export type { LrFindOptions } from './tuning/lr-find.js';
export { lrFind } from './tuning/lr-find.js';
export type { LrCurve, LrFound, OverSeeds } from './tuning/lr-found.js';
export type { NoValley, Valley } from './tuning/valley.js';
export type {
  ForwardBatch,
  Loader,
  Loss,
  LossAverage,
  Metric,
  MetricContext,
  MetricCount,
  MetricName,
  OptimizerLike,
  SchedulerLike,
} from './types.js';
