/** `hone study`: comparing techniques. */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { ArgumentError } from '../../errors.js';
import type { ProgressDisplay } from '../../report/progress/display.js';
import { plural, shellWord } from '../../report/text.js';
import { type DigitModel, digitModels, digitModelTexts, studyDigits } from '../../study/digits.js';
import { checkLastBatch, listOf, numberIn, wholeNumber } from '../options.js';
import { RunFiles } from '../run-files.js';
import { beginStudy, CHECKPOINTS, openStudy, type Study } from '../study-folder.js';
import { engineLine, interruptible, newRunFolder, openDisplay, showEvents, showPath, surroundings } from './run.js';

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
  resume?: string;
}

export function addStudyCommand(program: Command): void {
  const study = program
    .command('study')
    .description('compare techniques over several repeats; writes a table and a page')
    .commandsGroup('Studies:')
    .helpCommand(false)
    .addHelpText('after', '\nhone study digits --help shows what a study takes.');
  const names = Object.entries(digitModelTexts).map(([name, text]) => `  ${name.padEnd(10)} ${text}`);
  study
    .command('digits')
    .summary(`four models on 10,000 real handwritten digits: ${digitModels.join(', ')}`)
    .description(
      'Trains four models on 8,000 real handwritten digits, tests them with 2,000 others, and shows how they compare over several repeats.',
    )
    .optionsGroup('What is compared:')
    .option('--quick', '10 epochs and 2 repeats, instead of 20 and 5')
    .option('--models <names>', `some of ${digitModels.join(', ')}, separated by commas; default: all`, listOf(digitModels))
    .option('--repeats <count>', 'runs of each model, each with its own seed', wholeNumber(1))
    .option('--seed <number>', 'seed of the first repeat; the next takes the next', wholeNumber(0), 0)
    .optionsGroup('How they are trained:')
    .option('--epochs <count>', 'passes over the training digits', wholeNumber(1))
    .option('--batch-size <count>', 'digits per step', wholeNumber(1), 200)
    .option('--lr <rate>', "Adam's learning rate", numberIn(0, Number.POSITIVE_INFINITY, true), 0.001)
    .option('--patience <epochs>', 'end a run whose test loss has not improved for so many epochs', wholeNumber(1))
    .optionsGroup('Where results go:')
    .addOption(new Option('--out <folder>', "the run's own folder is made in this one").default('runs', 'runs'))
    .option('--resume <run>', 'go on with a study that was stopped or killed: its folder. It has the other options')
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')
    .addHelpText(
      'after',
      `
Models:
${names.join('\n')}

Examples:
  hone study digits --quick
  hone study digits --models big,batchnorm --epochs 30 --patience 5
  hone study digits --resume runs/digits`,
    )
    .action((flags: StudyFlags, command: Command) => {
      if (flags.resume === undefined) return runDigits(flags);
      const others = command.options.map((option) => option.attributeName()).filter((name) => name !== 'resume');
      const given = others.find((name) => command.getOptionValueSource(name) === 'cli');
      if (given !== undefined)
        throw new ArgumentError(`--resume goes on with the options that the study was begun with. Leave out --${kebabCase(given)}.`);
      return resumeDigits(flags.resume);
    });
}

const kebabCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

async function runDigits(flags: StudyFlags): Promise<void> {
  if ((flags.models ?? digitModels).includes('batchnorm')) checkLastBatch(flags.batchSize);
  const started = new Date();
  const display = openDisplay();
  display.line(engineLine());
  const folder = newRunFolder(flags.out, flags.quick ? 'digits-quick' : 'digits');
  const { command } = surroundings(started);
  await study(display, started, beginStudy(folder, command!, flags));
}

/** Goes on with the study in a folder. */
async function resumeDigits(folder: string): Promise<void> {
  const found = openStudy<StudyFlags>(folder);
  const display = openDisplay();
  if (found.finished) {
    display.line(`${showPath(folder)}: this study is finished. Its report: ${showPath(join(folder, 'report.html'))}`);
    return;
  }
  display.line(engineLine());
  await study(display, new Date(), found);
}

async function study(display: ProgressDisplay, started: Date, { folder, flags, command, figures, end }: Study<StudyFlags>): Promise<void> {
  const { quick, epochs = quick ? 10 : 20, repeats = quick ? 2 : 5, models = digitModels } = flags;
  display.line(`study digits: ${models.join(', ')}; ${plural(repeats, 'repeat')} of ${plural(epochs, 'epoch')} each`);
  const files = new RunFiles(folder, started, (line) => display.line(line), command);
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
      checkpoints: join(folder, CHECKPOINTS),
      ...(figures && { resume: figures }),
      on: { ...showEvents(display, models), progress: files.progress },
    });
    display.clear();
    const whole = comparison.stopped === undefined;
    if (whole || comparison.variants.length === 0) end();
    if ((await files.report(comparison)) && !whole)
      process.stdout.write(`To go on: hone study digits --resume ${shellWord(showPath(folder))}\n`);
  } finally {
    display.clear();
    done();
  }
}
