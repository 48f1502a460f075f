/** The presets by name: the documents' own experiments. */
import type { StudyPreset } from './base/preset.js';
import { augmentation } from './convolutional/augmentation.js';
import { batchNorm2d } from './convolutional/batch-norm-2d.js';
import { dropout2d } from './convolutional/dropout2d.js';
import { normalisation } from './convolutional/normalisation.js';
import { digits } from './dense/digits.js';
import { modelSize } from './dense/model-size.js';
import { learningRate } from './steps/learning-rate.js';
import { optimizers } from './steps/optimizers.js';
import { regularisation } from './steps/regularisation.js';
import { schedules } from './steps/schedules.js';

const dense = [digits, modelSize];
const convolutional = [dropout2d, batchNorm2d, augmentation, normalisation];
const steps = [learningRate, schedules, optimizers, regularisation];
const list = [...dense, ...convolutional, ...steps];

/** The presets, by the names that `hone study` takes: an experiment of a document each, with the claim that it looks at. */
export const studies: Readonly<Record<string, StudyPreset>> = Object.freeze(
  Object.fromEntries(list.map((preset) => [preset.name, preset])),
);
