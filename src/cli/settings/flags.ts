/** The flags of `hone train`, and what they say. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { numberIn, oneOf, wholeNumber } from '../options.js';
import { modelNames } from '../training/models.js';
import { optimizerNames } from '../training/optimizers.js';
import { schedulerNames } from '../training/schedulers.js';
import { type PresetName, presets, presetTexts } from './resolve.js';
import { ACTIVATIONS, AUGMENTATIONS, NORMALIZATIONS, type TrainSettings } from './schema.js';

/** What the flags say: settings, and where to begin. */
export interface TrainFlags extends Omit<TrainSettings, 'data' | 'amp'> {
  preset?: PresetName;
  config?: string;
  resume?: string;
  amp?: false;
}

const anyAbove0 = numberIn(0, Number.POSITIVE_INFINITY, true);
const atLeast0 = numberIn(0, Number.POSITIVE_INFINITY);

/** Adds the flags of the data that a command reads. */
function addDataFlags(command: Command): Command {
  return command
    .optionsGroup('The data:')
    .option('--target <column>', 'of a CSV file: what is predicted')
    .option('--task <name>', 'classification or regression; default: by the target', oneOf(['classification', 'regression']))
    .option('--drop <columns>', 'of a CSV file: columns to leave out, with commas', names)
    .option('--validation <share|path>', 'share to measure with, or other data (default: 0.2)', validation)
    .option('--root <folder>', 'where the files of a data set are (default: ./data)')
    .option('--download', 'fetch the files of a data set into its root');
}

/** Adds the flags that say what is trained, and how. */
export function addTrainFlags(command: Command): Command {
  const presetNames = Object.keys(presets) as PresetName[];
  addDataFlags(
    command
      .optionsGroup('To begin with:')
      .option('--preset <name>', presetNames.map((name) => `${name}: ${presetTexts[name]}`).join('; '), oneOf(presetNames))
      .option('--config <file>', 'a JSON file of settings; flags count more')
      .option('--resume <run>', 'go on with a run that was ended, to the same result'),
  );
  return command
    .optionsGroup('The model:')
    .option('--model <name>', `one of ${modelNames.join(', ')}`)
    .option('--pretrained <file>', "weights to begin with: torchvision's .pth, or .safetensors")
    .option('--hidden <widths>', 'of mlp: hidden layers, or none (default: 256,128)', widths)
    .option('--activation <name>', `${ACTIVATIONS.join(', ')}; of mlp, after each hidden layer (default: relu)`, oneOf(ACTIVATIONS))
    .option('--batch-norm', 'of mlp: batch normalisation before each activation')
    .option('--dropout <share>', 'of mlp: share of activations dropped after each hidden layer (default: 0)', numberIn(0, 1))
    .optionsGroup('Pictures:')
    .option('--image-size <side>', 'height and width of inputs (default: 128, or that of smaller pictures)', wholeNumber(1))
    .option('--normalize <how>', `${NORMALIZATIONS.join(', ')}; default: measured, of mlp none`, oneOf(NORMALIZATIONS))
    .addOption(
      new Option('--augment [how]', `change pictures at random: ${AUGMENTATIONS.join(', ')} (without a word: light)`).argParser(
        oneOf(AUGMENTATIONS),
      ),
    )
    .addOption(new Option('--mixup [alpha]', 'blend pictures and labels (without a number: 0.2)').argParser(atLeast0))
    .addOption(new Option('--cutmix [alpha]', 'put parts of pictures into others (without a number: 1)').argParser(atLeast0))
    .optionsGroup('How it is trained:')
    .option('--epochs <count>', 'passes over the training data (default: 10, of tables 30)', wholeNumber(1))
    .option('--batch-size <count>', 'samples per step (default: 32, of data sets 64, of digits 200)', wholeNumber(1))
    .option('--optimizer <name>', `${optimizerNames.join(', ')}; with options: adam:betas=[0.9,0.98] (default: adam)`, withOptions)
    .option('--lr <rate>', 'learning rate (default: 0.001)', anyAbove0)
    .option('--momentum <factor>', 'momentum of sgd (default: 0.9)', numberIn(0, 1))
    .option('--weight-decay <factor>', "weight decay; adamw's own kind, else L2 (default: 0)", atLeast0)
    .option(
      '--scheduler <name>',
      `${schedulerNames.slice(0, 10).join(', ')}, or a class of lrScheduler; with options: StepLR:stepSize=5,gamma=0.5`,
      withOptions,
    )
    .option('--step-lr <epochs:gamma>', 'multiply the rate by gamma every so many epochs, as in 5:0.5', stepLr)
    .option('--warmup <epochs>', 'epochs in which the rate rises from 0', wholeNumber(0))
    .option('--label-smoothing <share>', 'share of each label that is spread over all classes', numberIn(0, 1))
    .option('--class-weights <weights>', 'balanced, or a weight for each class with commas', classWeights)
    .addOption(
      new Option('--ema [decay]', 'a moving average of the weights is measured and saved (without a number: 0.999)').argParser(
        numberIn(0, 1),
      ),
    )
    .option('--clip <norm>', 'clip gradients to this norm', anyAbove0)
    .option('--accumulate <steps>', 'batches whose gradients make one step', wholeNumber(1))
    .option('--patience <epochs>', 'end when the validation loss has not improved for so many epochs', wholeNumber(1))
    .option('--metrics <names>', 'measured beside the loss, with commas (default: accuracy)', names)
    .option('--seed <number>', 'of weights, split, shuffles and dropout (default: 0)', wholeNumber(0))
    .option('--workers <count>', 'threads that load pictures ahead (default: 0)', wholeNumber(0))
    .option('--amp <no>', 'there is no mixed precision on the CPU: no', amp)
    .optionsGroup('Where results go:')
    .option('--out <folder>', "the run's own folder is made in this one (default: runs)")
    .addOption(new Option('--tensorboard [folder]', "write TensorBoard's logs too (without a word: into the run's folder)"))
    .option('--checkpoint-every <when>', 'epoch, a count of steps, or seconds as in 60s (default: epoch)', checkpointEvery)
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help');
}

/** The flags as settings: those that were given. */
export function settingsOfFlags({ preset: _preset, config: _config, resume: _resume, ...settings }: TrainFlags): TrainSettings {
  const bare = Object.entries(WITHOUT_VALUE).filter(([name]) => (settings as Record<string, unknown>)[name] === true);
  return { ...settings, ...Object.fromEntries(bare) };
}

/** What flags mean that are given without a value. */
const WITHOUT_VALUE: TrainSettings = { augment: 'light', mixup: 0.2, cutmix: 1, ema: 0.999 };

function widths(text: string): number[] {
  return text === 'none' ? [] : text.split(',').map(wholeNumber(1));
}

function names(text: string): string[] {
  const list = text.split(',').map((name) => name.trim());
  if (list.some((name) => name === '')) throw new InvalidArgumentError('Expected names, with commas between them.');
  return list;
}

function validation(text: string): number | string {
  if (text.trim() === '' || Number.isNaN(Number(text))) {
    if (text === '') throw new InvalidArgumentError('Expected a share such as 0.2, or the path of other data.');
    return text;
  }
  return numberIn(0, 1, true)(text);
}

function stepLr(text: string): { stepSize: number; gamma: number } {
  const [size, gamma, ...rest] = text.split(':');
  if (gamma === undefined || rest.length > 0) throw new InvalidArgumentError('Expected epochs:gamma, such as 5:0.5.');
  return { stepSize: wholeNumber(1)(size!), gamma: anyAbove0(gamma) };
}

function classWeights(text: string): 'balanced' | number[] {
  return text === 'balanced' ? text : text.split(',').map(anyAbove0);
}

function amp(text: string): false {
  if (text !== 'no') throw new InvalidArgumentError('There is no mixed precision on the CPU: leave it out, or say no.');
  return false;
}

function checkpointEvery(text: string): NonNullable<TrainSettings['checkpointEvery']> {
  if (text === 'epoch') return text;
  const seconds = /^(\d+(?:\.\d+)?)\s*(s|min)$/.exec(text);
  if (seconds !== null && Number(seconds[1]) > 0) return { seconds: Number(seconds[1]) * (seconds[2] === 'min' ? 60 : 1) };
  if (/^\d+$/.test(text)) return { steps: wholeNumber(1)(text) };
  throw new InvalidArgumentError('Expected epoch, a count of steps such as 500, or a time such as 60s or 5min.');
}

/** `StepLR:stepSize=5,gamma=0.5`: a name, and options whose values are JSON, or words. */
export function withOptions(text: string): string | { name: string; [option: string]: unknown } {
  const colon = text.indexOf(':');
  if (colon < 0) return text;
  const options: Record<string, unknown> = {};
  for (const part of splitOutside(text.slice(colon + 1))) {
    const equals = part.indexOf('=');
    const key = part.slice(0, equals).trim();
    if (equals < 1 || !/^[a-zA-Z]\w*$/.test(key) || key === 'name' || key === '__proto__')
      throw new InvalidArgumentError(`Expected name:option=value,option=value; "${part}" is not an option.`);
    options[key] = valueOf(part.slice(equals + 1).trim());
  }
  return { name: text.slice(0, colon), ...options };
}

/** Cuts at the commas that do not stand within brackets. */
function splitOutside(text: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (let i = 0; i <= text.length; i++) {
    const char = text[i];
    if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
    else if (char === undefined || (char === ',' && depth === 0)) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return parts;
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
