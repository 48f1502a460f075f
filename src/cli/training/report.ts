/** What a training leaves: its figures, its page, and the lines that say where they are. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isFile, writeBytes } from '#files';
import type { ModuleWithOutput } from '../../nn/module/module.js';
import { figureName } from '../../report/comparison/comparison.js';
import { scoreRows, showScore } from '../../report/run/history.js';
import type { RunPageOptions, WorstFigure } from '../../report/run/page.js';
import { shellWord, textTable } from '../../report/text.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import type { Callback } from '../../train/callbacks/callback.js';
import { writePatiently } from '../../train/callbacks/files/write-patiently.js';
import { runReport } from '../../train/callbacks/report/run-report.js';
import { predict } from '../../train/evaluate/predict.js';
import { type NonFiniteError, NonFiniteLossError } from '../../train/guards/non-finite.js';
import type { EpochRecord } from '../../train/history/epoch-record.js';
import type { History } from '../../train/history/history.js';
import { showPath, surroundings } from '../commands/run.js';
import type { Part, TableInput } from '../data/prepared.js';
import type { Resolved } from '../settings/resolve.js';
import { MODEL_FILE } from './model-file.js';
import { isPerceptron, specText } from './models.js';
import { optimizerText } from './optimizers.js';
import { schedulerText } from './schedulers.js';
import type { Training } from './train.js';

const PAGE_FILE = 'report.html';
const FIGURES_FILE = 'figures.json';

/** How many of the worst samples, and pictures of a batch, a page shows. */
export const PICTURES = 12;

/** What a page says of the data's kind. */
const titleOf = ({ settings: { data, kind }, prepared: { task } }: Training) =>
  kind === 'table'
    ? `A model of ${showPath(data)}`
    : task === 'classification' && data === 'digits'
      ? 'A model of handwritten digits'
      : `A model of ${kind === 'named' ? data : showPath(data)}`;

/** The settings in words. */
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

/** The callback that writes the page when the training ends. */
export function pageOf(training: Training): Callback {
  const { prepared, folder, started } = training;
  const { input, classes, validation } = prepared;
  return runReport(join(folder, PAGE_FILE), {
    title: `${titleOf(training)}: ${specText(training.spec)}`,
    summary: prepared.summary,
    notes: prepared.notes,
    settings: () => ({ ...settingTexts(training), ...surroundings(started) }),
    pictures: PICTURES,
    nameOf: validation.nameOf,
    ...(classes && { classes }),
    ...(input.kind === 'image' && { mean: input.mean, std: input.std }),
    ...(input.kind === 'table' &&
      input.output !== null && { examine: ({ model }) => amountsOf(model as ModuleWithOutput, validation, input) }),
  });
}

/** The rows whose amounts are predicted worst. */
export async function amountsOf(
  model: ModuleWithOutput,
  part: Part,
  { output, target }: TableInput,
): Promise<Pick<RunPageOptions, 'worst'>> {
  const outputs = toTypedArray(await predict(model, part.dataset as never)) as Float32Array;
  const { mean, scale } = output!;
  const rows = Array.from(outputs, (value, i) => {
    const [found, is] = [value * scale + mean, Number(part.table!.column(target).get(i))];
    return { name: part.nameOf(i), found, is, error: Math.abs(found - is) };
  });
  const worst = rows.sort((a, b) => b.error - a.error).slice(0, PICTURES);
  return {
    worst: worst.map(
      ({ name, found, is }): WorstFigure => ({ name, label: showScore(is), prediction: showScore(found), error: showScore(found - is) }),
    ),
  };
}

/** An epoch as figures.json has it, as studies have it. */
function figuresOf({ train, validation, seconds, lr }: EpochRecord): Record<string, number> {
  const sides = [
    ['train', train],
    ['validation', validation ?? {}],
  ] as const;
  const scores = sides.flatMap(([side, values]) => Object.entries(values).map(([name, value]) => [figureName(side, name), value]));
  return { ...Object.fromEntries(scores), seconds, lr: lr[0]! };
}

/** Writes the figures, which a program can read. */
function writeFigures(training: Training, history: History): void {
  const { settings, prepared, spec, model, folder, started } = training;
  const { stopped, best } = history;
  const interrupted = stopped?.reason === 'aborted';
  const figures = {
    title: `${titleOf(training)}: ${specText(spec)}`,
    summary: prepared.summary,
    settings: { ...settingTexts(training), ...surroundings(started) },
    ...(prepared.task === 'regression' && { metric: { name: 'mae', better: 'min' } }),
    variants: [
      {
        name: specText(spec),
        description: `${isPerceptron(spec) ? 'multi-layer perceptron' : spec.name}, ${settings.optimizer.name}`,
        parameters: model.parameters().reduce((count, parameter) => count + parameter.numel(), 0),
        architecture: String(model),
        runs: [
          {
            seed: settings.seed,
            epochs: history.epochs.map(figuresOf),
            bestEpoch: best?.epoch ?? 0,
            ...(best && { bestModel: join(folder, MODEL_FILE) }),
            ...(interrupted && { interrupted }),
            ...(stopped?.reason === 'failed' && { failed: stopped.message }),
          },
        ],
      },
    ],
    ...(interrupted && { stopped: `Stopped by hand after epoch ${history.epochs.length}.` }),
  };
  writeBytes(join(folder, FIGURES_FILE), [new TextEncoder().encode(`${JSON.stringify(figures, null, 2)}\n`)], 'hone train');
}

/** The scores as a table for the terminal. */
function scoreTable(history: History): string {
  const right = (title: string) => ({ title, align: 'right' as const });
  const rows = scoreRows(history).map(({ name, train, validation, best, bestEpoch }) => [
    name,
    showScore(train),
    showScore(validation),
    showScore(best),
    bestEpoch === undefined ? '-' : String(bestEpoch),
  ]);
  return textTable([{ title: 'score' }, right('train'), right('validation'), right('best validation'), right('epoch')], rows);
}

/** Says which pictures could not be read. */
export function writeSkipped(part: Part): void {
  const skipped = part.skipped();
  for (const { message } of skipped.slice(0, 5)) process.stderr.write(`Left out: ${message.replace(/^ImageFolder: /, '')}\n`);
  if (skipped.length > 5) process.stderr.write(`Left out: ${skipped.length - 5} further pictures that cannot be read.\n`);
}

/** Writes and prints what a training that ended has given. */
export function reportRun(training: Training, history: History): void {
  const { folder, prepared } = training;
  const interrupted = history.stopped?.reason === 'aborted';
  if (history.epochs.length === 0) {
    process.stderr.write('Stopped before the first epoch ended: there is nothing to report.\n');
  } else {
    process.stdout.write(`\n${scoreTable(history)}\n\n`);
    writeSkipped(prepared.train);
    writeSkipped(prepared.validation);
    if (!writePatiently(() => writeFigures(training, history), 'There are no figures of this run.')) process.exitCode ||= 1;
    const page = join(folder, PAGE_FILE);
    if (isFile(page)) process.stdout.write(`Report: ${showPath(page)}\n`);
    else process.exitCode ||= 1;
    if (history.best) process.stdout.write(`Weights of epoch ${history.best.epoch}, the best: ${showPath(join(folder, MODEL_FILE))}\n`);
    if (!interrupted && history.best) process.stdout.write(`Predict: ${predictLine(training)}\n`);
  }
  if (interrupted) process.stderr.write(`Go on: hone train --resume ${shellWord(showPath(folder))}\n`);
}

/** The command that predicts with the model: a picture of the validation data, where it is a file. */
function predictLine({ settings, folder, prepared }: Training): string {
  const model = shellWord(showPath(folder));
  if (settings.kind === 'table') return `hone predict ROWS.csv --model ${model}`;
  if (settings.kind === 'named') return `hone predict PICTURE.png --model ${model}`;
  return `hone predict ${shellWord(prepared.validation.nameOf(0))} --model ${model}`;
}

/** Says why a training failed; what its epochs gave is kept, and a folder that has nothing is removed. */
export function reportFailure(training: Training, error: NonFiniteError & { history?: History }): void {
  const { settings, spec, folder } = training;
  const what = error instanceof NonFiniteLossError ? `the loss became ${error.loss}` : 'gradients or weights became NaN or infinite';
  const epochs = error.history?.epochs.length ?? 0;
  if (epochs > 0) writeFigures(training, error.history!);
  else rmSync(folder, { recursive: true, force: true });
  process.stderr.write(
    `${specText(spec)}, seed ${settings.seed}: ${what} in epoch ${error.epoch}, step ${error.step}.\nA lower --lr may help.\n`,
  );
  if (epochs > 0) process.stderr.write(`Weights of the best epoch before that: ${showPath(join(folder, MODEL_FILE))}\n`);
  process.exitCode ||= 1;
}
