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
export type { FinetuningOptions } from './callbacks/finetuning/finetuning.js';
export { finetuning } from './callbacks/finetuning/finetuning.js';
export type { LayerChoice } from './callbacks/finetuning/layers.js';
export type { KeepBestOptions } from './callbacks/keep-best.js';
export { keepBest } from './callbacks/keep-best.js';
export type { CsvLoggerOptions } from './callbacks/logging/csv-logger.js';
export { csvLogger } from './callbacks/logging/csv-logger.js';
export { historyLogger } from './callbacks/logging/history-logger.js';
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
export type { ProgressOptions, ProgressTarget } from './callbacks/progress/options.js';
export { progress } from './callbacks/progress/progress.js';
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
export type { PredictOptions, PredictOptions as PredictEachOptions } from './evaluate/predict.js';
export { predict, predictEach } from './evaluate/predict.js';
export { CallbackError } from './fit/callback-list.js';
export { fit } from './fit/fit.js';
export type { FitOptions } from './fit/fit-options.js';
export type { SchedulerPlan } from './fit/schedule.js';
export { NonFiniteError, NonFiniteGradientError, NonFiniteLossError } from './guards/non-finite.js';
export type { EpochRecord, Monitor, Scores } from './history/epoch-record.js';
export type { EpochsOrSteps } from './history/every.js';
export type { Best, Stopped } from './history/history.js';
export { History } from './history/history.js';
export type { MonitorOptions } from './history/monitor.js';
export type { AccuracyOptions } from './metrics/classification/accuracy.js';
export { accuracy } from './metrics/classification/accuracy.js';
export type { CohenKappaOptions } from './metrics/classification/agreement.js';
export { cohenKappa, matthews } from './metrics/classification/agreement.js';
export type {
  Average,
  AverageOptions as F1Options,
  AverageOptions as JaccardOptions,
  AverageOptions as PrecisionOptions,
  AverageOptions as RecallOptions,
  AverageOptions as SpecificityOptions,
} from './metrics/classification/averages.js';
export type { CalibrationErrorOptions } from './metrics/classification/calibration.js';
export { brier, calibrationError } from './metrics/classification/calibration.js';
export type { ConfusionMatrixOptions, Normalize } from './metrics/classification/confusion-matrix.js';
export { ConfusionMatrix, confusionMatrix } from './metrics/classification/confusion-matrix.js';
export type { PerplexityOptions } from './metrics/classification/perplexity.js';
export { perplexity } from './metrics/classification/perplexity.js';
export type { FBetaOptions } from './metrics/classification/precision-recall.js';
export { f1, fBeta, jaccard, precision, recall, specificity } from './metrics/classification/precision-recall.js';
export type { ClassificationReport, ClassificationReportOptions, ReportOptions, ReportRow } from './metrics/classification/report.js';
export { classificationReport } from './metrics/classification/report.js';
export type { TopKAccuracyOptions } from './metrics/classification/top-k.js';
export { topKAccuracy } from './metrics/classification/top-k.js';
export type { ClassOptions as MatthewsOptions, MetricMode } from './metrics/forms/answers.js';
export type { ScoreOptions as BrierOptions } from './metrics/forms/score-options.js';
export { metric } from './metrics/metric.js';
export type { AurocOptions, AveragePrecisionOptions } from './metrics/ranking/auroc.js';
export { auroc, averagePrecision } from './metrics/ranking/auroc.js';
export type {
  CurveOptions as PrecisionRecallCurveOptions,
  CurveOptions as RocCurveOptions,
  PrecisionRecallCurve,
  RocCurve,
} from './metrics/ranking/curves.js';
export { precisionRecallCurve, rocCurve } from './metrics/ranking/curves.js';
export type {
  ErrorMetricOptions as MeanAbsoluteErrorOptions,
  ErrorMetricOptions as MeanAbsolutePercentageErrorOptions,
  ErrorMetricOptions as MeanSquaredErrorOptions,
  ErrorMetricOptions as RootMeanSquaredErrorOptions,
} from './metrics/regression/errors.js';
export { meanAbsoluteError, meanAbsolutePercentageError, meanSquaredError, rootMeanSquaredError } from './metrics/regression/errors.js';
export type { R2ScoreOptions } from './metrics/regression/r2.js';
export { r2Score } from './metrics/regression/r2.js';
export type { ScoreMetricOptions as ScoreOptions } from './metrics/score.js';
export { score } from './metrics/score.js';
export type { CrossValidateOptions, FoldParts } from './tuning/cross-validate.js';
export { crossValidate } from './tuning/cross-validate.js';
export type { CrossValidated, FoldResult } from './tuning/cross-validated.js';
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
