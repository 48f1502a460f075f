/** `hone lr-find`: which learning rate suits a model and its data. */
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { ArgumentError } from '../../errors.js';
import { lineChart } from '../../report/charts/line-chart.js';
import { lrFind } from '../../train/tuning/lr-find.js';
import { prepareData } from '../data/prepare.js';
import { numberIn, wholeNumber } from '../options.js';
import { addTrainFlags, settingsOfFlags, type TrainFlags } from '../settings/flags.js';
import { readSettingsFile } from '../settings/read-settings.js';
import { resolveSettings } from '../settings/resolve.js';
import { buildOptimizer } from '../training/optimizers.js';
import { loadersOf, lossOf } from '../training/recipe.js';
import { modelFor } from '../training/train.js';
import { engineLine, newRunFolder, showPath } from './run.js';

interface LrFindFlags extends TrainFlags {
  minLr: number;
  maxLr: number;
  steps: number;
  seeds: number;
}

export function addLrFindCommand(command: Command): void {
  command
    .description(
      'Raises the learning rate from step to step, with several seeds, and says between which rates the loss falls, or that there is no clear valley; draws the curves. Takes the flags of hone train.',
    )
    .argument('[data]', 'a data set by name, an image folder, or a CSV file')
    .optionsGroup('What is tried:')
    .option('--min-lr <rate>', 'the lowest rate', numberIn(0, Number.POSITIVE_INFINITY, true), 1e-7)
    .option('--max-lr <rate>', 'the highest rate', numberIn(0, Number.POSITIVE_INFINITY, true), 10)
    .option('--steps <count>', 'how many rates are tried, one a step', wholeNumber(10), 100)
    .option('--seeds <count>', 'how often, each with another seed', wholeNumber(1), 3);
  addTrainFlags(command)
    .addHelpText(
      'after',
      `
Examples:
  hone lr-find digits
  hone lr-find photos/ --model resnet18 --augment --optimizer sgd`,
    )
    .action((data: string | undefined, flags: LrFindFlags) => lrFindCommand(data, flags));
}

async function lrFindCommand(data: string | undefined, { minLr, maxLr, steps, seeds, ...flags }: LrFindFlags): Promise<void> {
  if (flags.resume !== undefined) throw new ArgumentError('--resume is for hone train. Leave it out.');
  const file = flags.config === undefined ? {} : readSettingsFile(flags.config);
  const settings = resolveSettings({ ...file, ...settingsOfFlags(flags), ...(data !== undefined && { data }) }, flags.preset);
  process.stderr.write(`${engineLine()}\n`);
  const prepared = await prepareData(settings);
  const { model } = modelFor(settings, prepared);
  const { train } = loadersOf(settings, prepared, model);
  const optimizer = buildOptimizer(model, settings.optimizer);
  const found = await lrFind(model, { train, loss: lossOf(settings, prepared), optimizer, minLr, maxLr, steps, seeds });
  process.stdout.write(`${String(found)}\n`);
  const folder = newRunFolder(settings.out, `lr-find-${basename(settings.data).replace(/\.\w+$/, '') || 'data'}`);
  const path = join(folder, 'lr-find.svg');
  const { suggestion } = found;
  await lineChart({
    title: `Loss by learning rate: ${settings.model} on ${basename(settings.data)}`,
    xLabel: 'learning rate',
    yLabel: 'loss, smoothed',
    xScale: 'log',
    series: found.curves.map(({ seed, lr, smoothed }) => ({ name: `seed ${seed}`, x: lr, values: smoothed, markers: false })),
    ...(suggestion !== undefined && { marks: [{ x: suggestion, text: `suggestion ${Number(suggestion.toPrecision(2))}` }] }),
    theme: 'auto',
  }).save(path);
  process.stdout.write(`Picture: ${showPath(path)}\n`);
  if (suggestion !== undefined)
    process.stdout.write(
      `Train with it: hone train ${settings.kind === 'named' ? settings.data : showPath(settings.data)} --lr ${Number(suggestion.toPrecision(2))}\n`,
    );
}
