/** `hone/study`: comparing techniques, with repeats and error bars. */
export { compare } from './compare.js';
export type { CompareEvents, CompareOptions, CompareStepEvent, RunPlace, Variant } from './compare.js';
export { digitModels, studyDigits } from './digits.js';
export type { DigitModel, DigitsStudyOptions } from './digits.js';
export { BatchNormModel, BigModel, DropoutModel, SmallModel } from './digit-models.js';
