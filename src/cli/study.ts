/** `hone study`: comparing techniques. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { ProgressDisplay } from '../report/progress.js';
import { type DigitModel, digitModels, studyDigits } from '../study/digits.js';
import { listOf, numberIn, wholeNumber } from './options.js';
import { engineLine, interruptible, newRunFolder, report, showEvents } from './run.js';

interface StudyFlags {
  quick?: boolean;
  models?: DigitModel[];
  epochs?: number;
  repeats?: number;
  batchSize: number;
  lr: number;
  seed: number;
  patience?: number;
  out: string;
}

export function addStudyCommand(program: Command): void {
  const study = program.command('study').description('compare models or techniques over several repeats; writes a table and a page of curves');
  study
    .command('digits')
    .description('four models on 10,000 real handwritten digits: small, big, dropout, batchnorm')
    .option('--quick', '10 epochs and 2 repeats, instead of 20 and 5')
    .option('--models <names>', `which ones, separated by commas (${digitModels.join(', ')}); default: all`, listOf(digitModels))
    .option('--epochs <count>', 'passes over the training digits', wholeNumber(1))
    .option('--repeats <count>', 'runs of each model, each with its own seed', wholeNumber(1))
    .option('--batch-size <count>', 'digits per step', wholeNumber(1), 200)
    .option('--lr <rate>', "Adam's learning rate", numberIn(0, Number.POSITIVE_INFINITY, true), 0.001)
    .option('--seed <number>', 'the seed of the first repeat', wholeNumber(0), 0)
    .option('--patience <epochs>', 'stop a run when the test loss has not improved for so many epochs', wholeNumber(1))
    .option('--out <folder>', 'where the folder of this run is made', 'runs')
    .action((flags: StudyFlags) => runDigits(flags));
}

async function runDigits(flags: StudyFlags): Promise<void> {
  const { quick, epochs = quick ? 10 : 20, repeats = quick ? 2 : 5, models = digitModels, out } = flags;
  const display = new ProgressDisplay(process.stderr);
  display.line(engineLine());
  display.line(`study digits: ${models.join(', ')}; ${repeats} ${repeats === 1 ? 'repeat' : 'repeats'} of ${epochs} epochs each`);
  const folder = newRunFolder(out, quick ? 'digits-quick' : 'digits');
  const { signal, done } = interruptible(display);
  try {
    const comparison = await studyDigits({
      models,
      epochs,
      repeats,
      batchSize: flags.batchSize,
      lr: flags.lr,
      seed: flags.seed,
      ...(flags.patience !== undefined && { patience: flags.patience }),
      bestModelPath: (model, seed) => join(folder, `${model}-seed${seed}.safetensors`),
      signal,
      on: showEvents(display),
    });
    display.clear();
    await report(comparison, folder);
  } finally {
    done();
  }
}
