/** The settings of a training: their names and values, checked with zod, wherever they come from. */
import { z } from 'zod';
import { HoneError } from '../../errors.js';
import { metricName } from '../training/metrics.js';
import { modelName } from '../training/models.js';
import { optimizerName } from '../training/optimizers.js';
import { schedulerName } from '../training/schedulers.js';

/** The activations of the multi-layer perceptron. */
export const ACTIVATIONS = ['relu', 'gelu', 'silu', 'tanh', 'sigmoid'] as const;
/** How much pictures are changed at random. */
export const AUGMENTATIONS = ['none', 'light', 'strong'] as const;
/** What is done with pixels of 0..1. */
export const NORMALIZATIONS = ['measured', 'imagenet', 'none'] as const;

const count = (min = 1) => z.int(`expected a whole number of at least ${min}`).min(min, `expected a whole number of at least ${min}`);
const above0 = z.number('expected a number above 0').gt(0, 'expected a number above 0');
const share = z
  .number('expected a number from 0 and below 1')
  .min(0, 'expected a number from 0 and below 1')
  .lt(1, 'expected a number from 0 and below 1');
const text = (what: string) => z.string(`expected ${what}`).min(1, `expected ${what}`);
const flag = z.boolean('expected true or false');
const oneOf = <const T extends readonly [string, ...string[]]>(names: T) => z.enum(names, `expected one of ${names.join(', ')}`);

/** Refuses names that `check` refuses, in the words of its error. */
const known =
  (check: (name: string) => unknown) =>
  (given: string | { name: string }, context: z.core.$RefinementCtx): void => {
    try {
      check(typeof given === 'string' ? given : given.name);
    } catch (error) {
      if (!(error instanceof HoneError)) throw error;
      context.addIssue({
        code: 'custom',
        message: error.message.replace(/^--\w+ .*?: /s, ''),
        path: typeof given === 'string' ? [] : ['name'],
      });
    }
  };

/** A class by name, with its options: `"StepLR"`, or `{ "name": "StepLR", "stepSize": 5 }`. */
const named = (what: string, check: (name: string) => unknown) =>
  z
    .union(
      [z.string().min(1), z.object({ name: z.string().min(1) }).catchall(z.unknown())],
      `expected the name of ${what}, or an object with "name" and its options`,
    )
    .superRefine(known(check));

/** Every setting; all of them may be left out. */
export const trainSettings = z.strictObject({
  data: text('a data set by name, an image folder or a CSV file').optional(),
  root: text('the folder of the data set').optional(),
  download: flag.optional(),
  validation: z
    .union([share, text('a share such as 0.2, or a path')], 'expected a share such as 0.2, or the path of other data')
    .optional(),
  target: text('the name of a column').optional(),
  drop: z.array(text('the name of a column'), 'expected a list of names of columns').optional(),
  task: oneOf(['classification', 'regression']).optional(),

  model: text('the name of a model').superRefine(known(modelName)).optional(),
  pretrained: text('the path of a file of weights').optional(),
  hidden: z.array(count(), 'expected a list of widths').optional(),
  activation: oneOf(ACTIVATIONS).optional(),
  batchNorm: flag.optional(),
  dropout: share.optional(),

  imageSize: count().max(4096, 'expected a whole number of at most 4096').optional(),
  normalize: oneOf(NORMALIZATIONS).optional(),
  augment: oneOf(AUGMENTATIONS).optional(),
  mixup: z.number('expected a number of at least 0').min(0, 'expected a number of at least 0').optional(),
  cutmix: z.number('expected a number of at least 0').min(0, 'expected a number of at least 0').optional(),

  epochs: count().optional(),
  batchSize: count().optional(),
  optimizer: named('an optimizer', optimizerName).optional(),
  lr: above0.optional(),
  momentum: share.optional(),
  weightDecay: z.number('expected a number of at least 0').min(0, 'expected a number of at least 0').optional(),
  scheduler: named('a scheduler', (name) => name === 'none' || schedulerName(name)).optional(),
  stepLr: z.strictObject({ stepSize: count(), gamma: above0 }, 'expected { "stepSize": 5, "gamma": 0.5 }').optional(),
  warmup: count(0).optional(),
  labelSmoothing: share.optional(),
  classWeights: z
    .union(
      [z.literal('balanced'), z.array(above0, 'expected "balanced", or a list of weights')],
      'expected "balanced", or a list of weights',
    )
    .optional(),
  ema: share.optional(),
  clip: above0.optional(),
  accumulate: count().optional(),
  patience: count().optional(),
  seed: count(0).optional(),
  workers: count(0).optional(),
  amp: z.literal(false, 'expected false: there is no mixed precision on the CPU').optional(),

  metrics: z.array(text('the name of a metric').superRefine(known(metricName)), 'expected a list of names of metrics').optional(),
  tensorboard: z.union([flag, text('a folder')], 'expected true, false or a folder').optional(),
  checkpointEvery: z
    .union(
      [z.literal('epoch'), z.strictObject({ steps: count() }), z.strictObject({ seconds: above0 })],
      'expected "epoch", { "steps": 100 } or { "seconds": 60 }',
    )
    .optional(),
  out: text('a folder').optional(),
});

/** Settings as a file or flags give them. */
export type TrainSettings = z.infer<typeof trainSettings>;

/** The names of all settings. */
export const settingNames = Object.keys(trainSettings.shape) as (keyof TrainSettings)[];
