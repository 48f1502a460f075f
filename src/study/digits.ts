/** The study of the seed notes: four models on real handwritten digits. */
import { DataLoader } from '../data/loader/data-loader.js';
import { ArgumentError } from '../errors.js';
import { CrossEntropyLoss } from '../nn/loss/classification/cross-entropy.js';
import { Adam } from '../optim/adam/adam.js';
import type { Comparison } from '../report/comparison/comparison.js';
import { readOptions } from '../tensor/arguments/arguments.js';
import { Digits } from '../vision/digits.js';
import { type CompareEvents, compare, type Variant } from './compare.js';
import { BatchNormModel, BigModel, DropoutModel, SmallModel } from './presets/dense/digit-models.js';

const models = {
  small: { description: 'one linear layer, 784-10', model: () => new SmallModel() },
  big: { description: '784-2048-1024-512-256-128-64-10 with ReLU', model: () => new BigModel() },
  dropout: { description: '784-256-256-128-128-10 with ReLU and dropout 0.5 after every layer', model: () => new DropoutModel() },
  batchnorm: { description: '784-256-128-64-10 with batch normalisation before each ReLU', model: () => new BatchNormModel() },
} as const;

/** A kind of model for the digits. */
export type DigitModel = keyof typeof models;

/** The names of the study's models, in their order. */
export const digitModels = Object.keys(models) as DigitModel[];

/** One line on each of them. */
export const digitModelTexts = Object.fromEntries(digitModels.map((name) => [name, models[name].description])) as Record<
  DigitModel,
  string
>;

/** The options of {@link studyDigits}. */
export interface DigitsStudyOptions {
  /** Default: all four. */
  models?: readonly DigitModel[];
  /** Default: 10. */
  epochs?: number;
  /** Default: 2. */
  repeats?: number;
  /** Default: 200. */
  batchSize?: number;
  /** Adam's learning rate, default 0.001. */
  lr?: number;
  /** Default: 0. */
  seed?: number;
  /** Stops a run whose test loss has not improved for this many epochs. Default: never. */
  patience?: number;
  /** Where the weights of a run's best epoch are saved. Default: nowhere. */
  bestModelPath?(model: string, seed: number): string;
  /** Ends the study early. */
  signal?: AbortSignal;
  /** A folder in which each run is saved while it trains, for `resume`. Default: none. */
  checkpoints?: string;
  /** What the study had come to when it ended before its time: see {@link compare}. */
  resume?: Comparison | boolean;
  /** Called with each event. */
  on?: CompareEvents;
}

const STUDY = {
  models: digitModels as readonly DigitModel[],
  epochs: 10,
  repeats: 2,
  batchSize: 200,
  lr: 0.001,
  seed: 0,
  patience: undefined,
  bestModelPath: undefined,
  signal: undefined,
  checkpoints: undefined,
  resume: null,
  on: undefined,
};

/**
 * Trains the models with Adam and cross entropy on 8,000 digits and measures them on 2,000 others.
 * @throws {ArgumentError} for an unknown model, and for what {@link compare} refuses.
 */
export async function studyDigits(options: DigitsStudyOptions = {}): Promise<Comparison> {
  const { models: wanted, epochs, repeats, batchSize, lr, seed } = readOptions('studyDigits', STUDY, options);
  const variants = wanted.map((name): Variant => {
    const found = Object.hasOwn(models, name) ? models[name] : undefined;
    if (!found) throw new ArgumentError(`studyDigits: there is no model "${name}"; there are ${digitModels.join(', ')}.`);
    return { name, ...found, optimizer: (model) => new Adam(model.parameters(), { lr }) };
  });
  const [train, test] = [new Digits({ train: true }), new Digits({ train: false })];
  return compare({
    title: `${wanted.length === digitModels.length ? 'Four models' : wanted.join(', ')} on handwritten digits`,
    summary: `${train.length.toLocaleString('en-US')} MNIST digits to train on, ${test.length.toLocaleString('en-US')} others to test with; ${epochs} epochs, Adam with learning rate ${lr}, batches of ${batchSize}, cross entropy.`,
    settings: {
      epochs: String(epochs),
      repeats: String(repeats),
      [repeats === 1 ? 'seed' : 'seeds']: repeats === 1 ? String(seed) : `${seed} to ${seed + repeats - 1}`,
      'batch size': String(batchSize),
      optimizer: `Adam, learning rate ${lr}`,
      loss: 'cross entropy',
      ...(options.patience !== undefined && { patience: `${options.patience} epochs` }),
    },
    variants,
    loaders: () => ({ train: new DataLoader(train, { batchSize, shuffle: true }), validation: new DataLoader(test, { batchSize }) }),
    loss: new CrossEntropyLoss(),
    epochs,
    repeats,
    seed,
    ...(options.patience !== undefined && { patience: options.patience }),
    ...(options.bestModelPath && { bestModelPath: options.bestModelPath }),
    ...(options.signal && { signal: options.signal }),
    ...(options.checkpoints !== undefined && { checkpoints: options.checkpoints }),
    ...(options.resume !== undefined && { resume: options.resume }),
    ...(options.on && { on: options.on }),
  });
}
