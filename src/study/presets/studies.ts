/** The presets by name: the documents' own experiments. */
import type { StudyPreset } from './base/preset.js';
import { augmentation } from './convolutional/augmentation.js';
import { batchNorm2d } from './convolutional/batch-norm-2d.js';
import { dropout2d } from './convolutional/dropout2d.js';
import { normalisation } from './convolutional/normalisation.js';
import { batchNorm } from './dense/batch-norm.js';
import { batchSize } from './dense/batch-size.js';
import { combinations } from './dense/combinations.js';
import { digits } from './dense/digits.js';
import { dropout } from './dense/dropout.js';
import { earlyStopping } from './dense/early-stopping.js';
import { initialisation } from './dense/initialisation.js';
import { modelSize } from './dense/model-size.js';
import { learningRate } from './steps/learning-rate.js';
import { optimizers } from './steps/optimizers.js';
import { regularisation } from './steps/regularisation.js';
import { schedules } from './steps/schedules.js';

const dense = {
  digits,
  'model-size': modelSize,
  dropout,
  'batch-norm': batchNorm,
  initialisation,
  'batch-size': batchSize,
  'early-stopping': earlyStopping,
  combinations,
};
const convolutional = { dropout2d, 'batch-norm-2d': batchNorm2d, augmentation, normalisation };
const steps = { 'learning-rate': learningRate, schedules, optimizers, regularisation };
const all = { ...dense, ...convolutional, ...steps };

/** The name of a preset. */
export type StudyPresetName = keyof typeof all;

/**
 * The presets, by the names that `hone study` takes: an experiment of a document each, with the claim that it looks at. `make` gives the study.
 * @example
 * const study = studies.dropout.make({ quick: true, data: 'digits', epochs: 5 });
 * study.variants.map(({ name }) => name); // ['no dropout', 'dropout 0.2', 'dropout 0.5', 'dropout 0.5 + logits']
 */
export const studies: Readonly<Record<StudyPresetName, StudyPreset>> & Readonly<Record<string, StudyPreset>> = Object.freeze(all);
