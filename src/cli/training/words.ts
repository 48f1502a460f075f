/** A training in words: its title, its settings. */
import { showPath, showTime, surroundings } from '../commands/run.js';
import type { Resolved } from '../settings/resolve.js';
import { isPerceptron, specText } from './models.js';
import { optimizerText } from './optimizers.js';
import { schedulerText } from './schedulers.js';
import type { Training } from './train.js';

/** What a page says of the data's kind. */
export const titleOf = ({ settings: { data, kind }, prepared: { task } }: Training) =>
  kind === 'table'
    ? `A model of ${showPath(data)}`
    : task === 'classification' && data === 'digits'
      ? 'A model of handwritten digits'
      : `A model of ${kind === 'named' ? data : showPath(data)}`;

/** Settings and surroundings in words; of a run that goes on, the command and the time of its first start. */
export function settingsOf(training: Training): Record<string, string> {
  const { started, begun } = training;
  const { command, ...rest } = surroundings(started);
  return {
    ...settingTexts(training),
    command: begun?.command ?? command!,
    ...rest,
    ...(begun?.started && { started: showTime(new Date(begun.started)) }),
  };
}

function settingTexts({ settings, prepared, spec }: Pick<Training, 'settings' | 'prepared' | 'spec'>): Record<string, string> {
  const {
    epochs,
    batchSize,
    patience,
    seed,
    warmup,
    scheduler,
    labelSmoothing,
    classWeights,
    mixup,
    cutmix,
    ema,
    clip,
    accumulate,
    workers,
  } = settings;
  const { input, task } = prepared;
  const pixels: Record<string, string> =
    input.kind === 'image'
      ? {
          pictures: `${input.height} x ${input.width}, ${input.channels === 1 ? 'grey' : 'colour'}`,
          normalisation: input.mean ? `mean ${input.mean.join(', ')}, deviation ${input.std!.join(', ')}` : 'none: 0 to 1',
          augmentation: prepared.augmentation,
        }
      : {};
  const optional = {
    warmup: warmup > 0 ? `${warmup} epochs` : '',
    'label smoothing': labelSmoothing || '',
    'class weights': classWeights === undefined ? '' : classWeights === 'balanced' ? classWeights : classWeights.join(', '),
    mixup: mixup || '',
    cutmix: cutmix || '',
    'average of weights': ema ?? '',
    'gradients clipped to': clip ?? '',
    'batches a step': accumulate > 1 ? accumulate : '',
    patience: patience === undefined ? '' : patience === 1 ? '1 epoch' : `${patience} epochs`,
    workers: workers || '',
  };
  return {
    data: settings.kind === 'named' ? settings.data : showPath(settings.data),
    ...(isPerceptron(spec) ? { 'hidden layers': layersText(spec.options) } : { model: specText(spec) }),
    ...(settings.pretrained !== undefined && { 'begun with': settings.pretrained }),
    ...pixels,
    optimizer: optimizerText(settings.optimizer),
    ...(scheduler && { 'learning rate': scheduler.name === 'StepLR' ? stepText(scheduler.options) : schedulerText(scheduler) }),
    loss: task === 'classification' ? 'cross entropy' : 'mean squared error',
    epochs: String(epochs),
    'batch size': String(batchSize),
    ...Object.fromEntries(Object.entries(optional).flatMap(([name, value]) => (value === '' ? [] : [[name, String(value)]]))),
    seed: String(seed),
  };
}

function layersText({ hidden, activation, batchNorm, dropout }: Pick<Resolved, 'hidden' | 'activation' | 'batchNorm' | 'dropout'>): string {
  if (hidden.length === 0) return 'none';
  return `${hidden.join(', ')}, each followed by ${batchNorm ? 'batch normalisation and ' : ''}${activation}${dropout > 0 ? ` and dropout ${dropout}` : ''}`;
}

function stepText({ stepSize, gamma = 0.1 }: Readonly<Record<string, unknown>>): string {
  return stepSize === undefined ? 'StepLR' : `times ${gamma} every ${stepSize === 1 ? '1 epoch' : `${stepSize} epochs`}`;
}
