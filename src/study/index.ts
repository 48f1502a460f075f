/** `hone/study`: comparing techniques, with repeats and error bars. */
import '#host';
import '../ops/methods/methods.js';

export { defineStudy, Study } from './define/study.js';
export type {
  BySetting,
  Choose,
  ClaimVerdict,
  Design,
  Judge,
  Levels,
  StudyContext,
  StudyData,
  StudyOptions,
  StudyOptions as DefineStudyOptions,
  StudyVariant,
} from './define/types.js';
export type { StudyEntry } from './define/variants.js';
export type { PresetDataName } from './presets/base/data.js';
export type { PresetSize, StudyPreset, StudyPresetOptions } from './presets/base/preset.js';
export { BatchNormModel, BigModel, DropoutModel, SmallModel } from './presets/dense/digit-models.js';
export type { StudyPresetName } from './presets/studies.js';
export { studies } from './presets/studies.js';
export type { StudySource } from './processes/messages.js';
export type { HalvingOptions, RunStudyOptions, StudyEvents, StudyRunPlace, StudyStepEvent } from './schedule/options.js';
export { runStudy } from './schedule/run-study.js';
export type { BootstrapIntervalOptions } from './statistics/intervals/bootstrap.js';
export { bootstrapInterval } from './statistics/intervals/bootstrap.js';
export type { ImprovementResult, ProbabilityOfImprovementOptions } from './statistics/intervals/improvement.js';
export { probabilityOfImprovement } from './statistics/intervals/improvement.js';
export type { PairedTIntervalOptions, PairedTResult } from './statistics/intervals/paired-t.js';
export { pairedTInterval, pairedTTest } from './statistics/intervals/paired-t.js';
export type { DetectableEffectOptions, PairedPowerOptions, RepeatsNeededOptions } from './statistics/power.js';
export { detectableEffect, fewestRepeats, pairedPower, repeatsNeeded } from './statistics/power.js';
export { holm } from './statistics/significance/holm.js';
export type { PlannedLooksOptions, SequentialResult, SequentialTestOptions } from './statistics/significance/sequential.js';
export { plannedLooks, sequentialTest } from './statistics/significance/sequential.js';
export type { SignFlipResult, SignFlipTestOptions } from './statistics/significance/sign-flip.js';
export { signFlipTest } from './statistics/significance/sign-flip.js';
export type { WilcoxonResult } from './statistics/significance/wilcoxon.js';
export { wilcoxonTest } from './statistics/significance/wilcoxon.js';
export type { StudyVerdictOptions } from './verdict/study-verdict.js';
export { studyVerdict } from './verdict/study-verdict.js';
export type { UndecidedComparison } from './verdict/undecided.js';
export { undecided } from './verdict/undecided.js';
