/** `hone/study`: comparing techniques, with repeats and error bars. */
import '#host';
import '../ops/methods/methods.js';

export type { CompareEvents, CompareOptions, CompareStepEvent, RunPlace, Variant } from './compare.js';
export { compare } from './compare.js';
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
export type { DigitModel, DigitsStudyOptions, DigitsStudyOptions as StudyDigitsOptions } from './digits.js';
export { digitModels, studyDigits } from './digits.js';
export type { PresetDataName } from './presets/base/data.js';
export type { PresetSize, StudyPreset, StudyPresetOptions } from './presets/base/preset.js';
export { BatchNormModel, BigModel, DropoutModel, SmallModel } from './presets/dense/digit-models.js';
export { studies } from './presets/studies.js';
export type { StudySource } from './processes/messages.js';
export type { RunStudyOptions, StudyEvents, StudyRunPlace, StudyStepEvent } from './schedule/options.js';
export { runStudy } from './schedule/run-study.js';
