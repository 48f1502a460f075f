/** Settings with everything filled in: what the user said, then the preset, then what suits the data. */
import { isFile, isFolder } from '#files';
import { ArgumentError, FileError } from '../../errors.js';
import { datasetTexts, isDatasetName, meantDataset } from '../data/named.js';
import { isTablePath } from '../data/table.js';
import { metricName } from '../training/metrics.js';
import { channelsOf, modelName } from '../training/models.js';
import { checkMomentum, type OptimizerSettings, optimizerName } from '../training/optimizers.js';
import { type SchedulerSettings, schedulerName } from '../training/schedulers.js';
import type { TrainSettings } from './schema.js';

/** Where data comes from. */
export type DataKind = 'named' | 'folder' | 'table';

/** The presets, each a handful of settings. */
export const presets = {
  quick: { epochs: 3, imageSize: 64 },
  standard: { epochs: 20, augment: 'light', optimizer: 'adamw', weightDecay: 0.01, scheduler: 'cosine', warmup: 1 },
  strong: {
    epochs: 60,
    augment: 'strong',
    optimizer: 'adamw',
    weightDecay: 0.05,
    scheduler: 'cosine',
    warmup: 3,
    labelSmoothing: 0.1,
    mixup: 0.2,
    ema: 0.999,
    clip: 1,
  },
} as const satisfies Record<string, TrainSettings>;

export type PresetName = keyof typeof presets;

/** What is said of each. */
export const presetTexts: Readonly<Record<PresetName, string>> = {
  quick: 'a look: 3 epochs, pictures of 64 x 64',
  standard: '20 epochs, light augmentation, AdamW, warm-up and cosine',
  strong: '60 epochs, strong augmentation, mixup, label smoothing, EMA',
};

/** The settings of a training, each with a value, or undefined where there is nothing to do. */
export interface Resolved {
  readonly data: string;
  readonly kind: DataKind;
  readonly root: string | undefined;
  readonly download: boolean;
  readonly validation: number | string;
  readonly target: string | undefined;
  readonly drop: readonly string[];
  readonly task: 'classification' | 'regression' | undefined;
  readonly model: string;
  readonly pretrained: string | undefined;
  readonly hidden: readonly number[];
  readonly activation: NonNullable<TrainSettings['activation']>;
  readonly batchNorm: boolean;
  readonly dropout: number;
  readonly imageSize: number | undefined;
  readonly normalize: NonNullable<TrainSettings['normalize']>;
  readonly augment: NonNullable<TrainSettings['augment']>;
  readonly mixup: number;
  readonly cutmix: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: OptimizerSettings;
  readonly scheduler: SchedulerSettings | undefined;
  readonly warmup: number;
  readonly labelSmoothing: number;
  readonly classWeights: TrainSettings['classWeights'];
  readonly ema: number | undefined;
  readonly clip: number | undefined;
  readonly accumulate: number;
  readonly patience: number | undefined;
  readonly seed: number;
  readonly workers: number;
  readonly metrics: readonly string[] | undefined;
  readonly tensorboard: string | boolean;
  readonly checkpointEvery: NonNullable<TrainSettings['checkpointEvery']>;
  readonly out: string;
}

/** Which kind of data a name or a path is. @throws {FileError} for one that is none. */
export function dataKind(data: string): DataKind {
  if (isDatasetName(data)) return 'named';
  if (isTablePath(data) && isFile(data)) return 'table';
  if (isFolder(data)) return 'folder';
  const meant = /[\\/.]/.test(data) ? undefined : meantDataset(data);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  if (isFile(data))
    throw new FileError(`${data} is a file, but not a CSV file, nor a folder of class folders (photos/cat/1.jpg). Name one of these.`);
  throw new FileError(
    `There is no data ${data}: no folder, no CSV file, and no data set of that name.${hint} Data sets: ${Object.keys(datasetTexts).join(', ')}.`,
  );
}

/** The model where none is named. */
function defaultModel(kind: DataKind, data: string): string {
  if (kind === 'table' || data === 'digits') return 'mlp';
  if (kind === 'named') return data.startsWith('cifar') ? 'resnet18' : 'lenet';
  return 'resnet18';
}

const EPOCHS: Readonly<Record<DataKind, number>> = { named: 10, folder: 10, table: 30 };
const BATCHES: Readonly<Record<DataKind, number>> = { named: 64, folder: 32, table: 32 };

/** An optimizer or a scheduler as given: its name, and the options beside it. */
function nameAndOptions(given: string | { name: string; [option: string]: unknown }): { name: string; options: Record<string, unknown> } {
  if (typeof given === 'string') return { name: given, options: {} };
  const { name, ...options } = given;
  return { name, options };
}

/** Of a preset, what the data can have. */
function presetFor(preset: PresetName | undefined, kind: DataKind, regression: boolean): TrainSettings {
  if (preset === undefined) return {};
  const { ...settings }: TrainSettings = presets[preset];
  if (kind === 'table') for (const name of ['augment', 'mixup', 'imageSize'] as const) delete settings[name];
  if (kind === 'named') delete settings.imageSize;
  if (regression) for (const name of ['mixup', 'labelSmoothing'] as const) delete settings[name];
  return settings;
}

const PERCEPTRON = ['hidden', 'activation', 'batchNorm', 'dropout'] as const;
const PICTURES = ['imageSize', 'normalize', 'augment', 'mixup', 'cutmix', 'pretrained'] as const;
const TABLES = ['target', 'drop', 'task'] as const;

/** `batchNorm` to `--batch-norm`. */
const flagOf = (name: string) => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

/** Refuses what nothing would read. */
function checkKinds(explicit: TrainSettings, kind: DataKind, data: string, model: string): void {
  const given = (names: readonly (keyof TrainSettings)[]) => names.find((name) => explicit[name] !== undefined);
  const picture = kind === 'table' ? given(PICTURES) : undefined;
  if (picture !== undefined) throw new ArgumentError(`${flagOf(picture)} is for pictures, and ${data} is a table. Leave it out.`);
  const table = kind === 'table' ? undefined : given(TABLES);
  if (table !== undefined) throw new ArgumentError(`${flagOf(table)} is for tables, and ${data} holds pictures. Leave it out.`);
  const layers = model === 'mlp' ? undefined : given(PERCEPTRON);
  if (layers !== undefined) throw new ArgumentError(`${flagOf(layers)} belongs to --model mlp; ${model} has its own layers. Leave it out.`);
  const files = kind === 'named' ? undefined : given(['root', 'download']);
  if (files !== undefined) throw new ArgumentError(`${flagOf(files)} is for data sets by name, and ${data} is a path. Leave it out.`);
  if (kind === 'named' && explicit.validation !== undefined)
    throw new ArgumentError(`--validation is for folders and tables: ${data} has a test part of its own. Leave it out.`);
  if (model === 'mlp' && explicit.pretrained !== undefined)
    throw new ArgumentError('--pretrained is for the models of pictures, such as --model resnet18. Name one.');
}

/**
 * All settings of a training.
 * @throws {ArgumentError} for names that there are not, and for settings that do not go together.
 */
export function resolveSettings(explicit: TrainSettings, preset: PresetName | undefined): Resolved {
  const { data } = explicit;
  if (data === undefined)
    throw new ArgumentError(
      `What should be trained on? Name a data set (${Object.keys(datasetTexts).join(', ')}), an image folder or a CSV file: hone train digits.`,
    );
  const kind = dataKind(data);
  const given = { ...presetFor(preset, kind, explicit.task === 'regression'), ...explicit };
  const model = given.model === undefined ? defaultModel(kind, data) : modelName(given.model);
  checkKinds(explicit, kind, data, model);
  const hidden = given.hidden ?? (kind === 'table' ? [64, 32] : [256, 128]);
  if (given.batchNorm === true && hidden.length === 0)
    throw new ArgumentError(
      '--batch-norm stands before the activations of hidden layers, and --hidden none has no such layers. Leave one of them out.',
    );
  const optimizer = nameAndOptions(given.optimizer ?? 'adam');
  const settings: OptimizerSettings = {
    name: optimizerName(optimizer.name),
    lr: given.lr,
    momentum: given.momentum,
    weightDecay: given.weightDecay,
    options: optimizer.options,
  };
  checkMomentum(settings);
  return {
    data,
    kind,
    root: given.root,
    download: given.download ?? false,
    validation: given.validation ?? 0.2,
    target: given.target,
    drop: given.drop ?? [],
    task: given.task,
    model,
    pretrained: given.pretrained,
    hidden,
    activation: given.activation ?? 'relu',
    batchNorm: given.batchNorm ?? false,
    dropout: given.dropout ?? 0,
    imageSize: given.imageSize,
    normalize: given.normalize ?? (given.pretrained !== undefined ? 'imagenet' : model === 'mlp' ? 'none' : 'measured'),
    augment: given.augment ?? 'none',
    mixup: given.mixup ?? 0,
    cutmix: given.cutmix ?? 0,
    epochs: given.epochs ?? EPOCHS[kind],
    batchSize: given.batchSize ?? (data === 'digits' ? 200 : BATCHES[kind]),
    optimizer: settings,
    scheduler: schedulerOf(given),
    warmup: given.warmup ?? 0,
    labelSmoothing: given.labelSmoothing ?? 0,
    classWeights: given.classWeights,
    ema: given.ema,
    clip: given.clip,
    accumulate: given.accumulate ?? 1,
    patience: given.patience,
    seed: given.seed ?? 0,
    workers: given.workers ?? 0,
    metrics: given.metrics?.map(metricName),
    tensorboard: given.tensorboard ?? false,
    checkpointEvery: given.checkpointEvery ?? 'epoch',
    out: given.out ?? 'runs',
  };
}

function schedulerOf({ scheduler, stepLr }: TrainSettings): SchedulerSettings | undefined {
  if (stepLr !== undefined && scheduler !== undefined)
    throw new ArgumentError('--step-lr is short for --scheduler StepLR:…; both are given. Leave one of them out.');
  if (stepLr !== undefined) return { name: 'StepLR', options: stepLr };
  if (scheduler === undefined) return undefined;
  const { name, options } = nameAndOptions(scheduler);
  return name === 'none' ? undefined : { name: schedulerName(name), options };
}

/** Refuses what regression has no use for. */
export function checkTask({ labelSmoothing, classWeights, mixup, cutmix }: Resolved, task: 'classification' | 'regression'): void {
  if (task === 'classification') return;
  const wrong = Object.entries({ labelSmoothing, classWeights: classWeights ?? 0, mixup, cutmix }).find(([, value]) => value !== 0);
  if (wrong !== undefined) throw new ArgumentError(`${flagOf(wrong[0])} is for classes, and amounts are predicted here. Leave it out.`);
}

/** How many channels pictures shall have. */
export const wantedChannels = ({ model, pretrained }: Resolved) => channelsOf(model, pretrained !== undefined);
