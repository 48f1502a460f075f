/** `hone/study`: comparing techniques, with repeats and error bars. */
import '#host';
import '../ops/methods/methods.js';

export type { CompareEvents, CompareOptions, CompareStepEvent, RunPlace, Variant } from './compare.js';
export { compare } from './compare.js';
export type { DigitModel, DigitsStudyOptions, DigitsStudyOptions as StudyDigitsOptions } from './digits.js';
export { digitModels, studyDigits } from './digits.js';
export { BatchNormModel, BigModel, DropoutModel, SmallModel } from './presets/dense/digit-models.js';
