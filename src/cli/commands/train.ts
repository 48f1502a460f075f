/** `hone train`: one model on any data, with all that a training may have. */
import type { Command } from 'commander';
import { ArgumentError } from '../../errors.js';
import { datasetTexts } from '../data/named.js';
import { addTrainFlags, settingsOfFlags, type TrainFlags } from '../settings/flags.js';
import { readSettingsFile } from '../settings/read-settings.js';
import { resolveSettings } from '../settings/resolve.js';
import type { TrainSettings } from '../settings/schema.js';
import { readRun } from '../training/run-folder.js';
import { runTraining } from '../training/train.js';

/** The data sets by name, a line each. */
function datasetLines(): string {
  const width = Math.max(...Object.keys(datasetTexts).map((name) => name.length));
  return Object.entries(datasetTexts)
    .map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
    .join('\n');
}

export function addTrainCommand(train: Command): void {
  train
    .description(
      'Trains a model and saves the weights of its best epoch with all that a prediction needs, a page with curves, scores and mistakes, and a checkpoint from which --resume goes on.',
    )
    .argument('[data]', 'a data set by name, a folder of class folders (photos/cat/1.jpg), or a CSV file');
  addTrainFlags(train)
    .addHelpText(
      'after',
      `
Data sets:
${datasetLines()}

Examples:
  hone train digits --hidden 256,128 --batch-norm --dropout 0.2 --step-lr 5:0.5
  hone train digits --hidden none --optimizer sgd --lr 0.1      (a linear model)
  hone train photos/ --model resnet18 --augment --epochs 20
  hone train houses.csv --target price --preset standard
  hone train --resume runs/train-photos`,
    )
    .action((data: string | undefined, flags: TrainFlags) => trainCommand(data, flags));
}

/** What may be given when a run goes on: nothing that would change what its steps compute. */
const ANEW: readonly (keyof TrainSettings)[] = ['epochs', 'root'];

async function trainCommand(data: string | undefined, flags: TrainFlags): Promise<void> {
  const given = settingsOfFlags(flags);
  if (flags.resume !== undefined) {
    const idle = [
      ...(flags.config === undefined ? [] : ['config']),
      ...(flags.preset === undefined ? [] : ['preset']),
      ...(Object.keys(given) as (keyof TrainSettings)[]).filter((name) => !ANEW.includes(name)),
    ];
    if (idle.length > 0)
      throw new ArgumentError(
        `--resume goes on with the settings that the run was begun with; --${idle[0]!.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} cannot be given beside it. Only --epochs may be raised, and the data named anew where it was moved.`,
      );
    const earlier = readRun(flags.resume);
    const settings = { ...earlier.settings, ...given, ...(data !== undefined && { data }) };
    return runTraining(resolveSettings({ ...settings, download: undefined }, undefined), earlier);
  }
  const file = flags.config === undefined ? {} : readSettingsFile(flags.config);
  const explicit: TrainSettings = { ...file, ...given, ...(data !== undefined && { data }) };
  return runTraining(resolveSettings(explicit, flags.preset));
}
