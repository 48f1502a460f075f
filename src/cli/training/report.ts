/** What a training leaves: its page, and the lines that say where its files are. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isFile } from '#files';
import type { ModuleWithOutput } from '../../nn/module/module.js';
import { scoreRows, showScore } from '../../report/run/history.js';
import type { RunPageOptions, WorstFigure } from '../../report/run/page.js';
import { shellWord, textTable } from '../../report/text.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import type { Callback } from '../../train/callbacks/callback.js';
import { writePatiently } from '../../train/callbacks/files/write-patiently.js';
import { runReport } from '../../train/callbacks/report/run-report.js';
import { predict } from '../../train/evaluate/predict.js';
import { type NonFiniteError, NonFiniteLossError } from '../../train/guards/non-finite.js';
import type { History } from '../../train/history/history.js';
import { showPath } from '../commands/run.js';
import type { Part, TableInput } from '../data/prepared.js';
import { writeFigures } from './figures.js';
import { MODEL_FILE } from './model-file.js';
import { specText } from './models.js';
import type { Training } from './train.js';
import { settingsOf, titleOf } from './words.js';

const PAGE_FILE = 'report.html';

/** How many of the worst samples, and pictures of a batch, a page shows. */
export const PICTURES = 12;

/** The callback that writes the page when the training ends. */
export function pageOf(training: Training): Callback {
  const { prepared, folder } = training;
  const { input, classes, validation } = prepared;
  return runReport(join(folder, PAGE_FILE), {
    title: `${titleOf(training)}: ${specText(training.spec)}`,
    summary: prepared.summary,
    notes: prepared.notes,
    settings: () => settingsOf(training),
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
    writePatiently(() => writeFigures(training, history), 'There are no figures of this run.');
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
