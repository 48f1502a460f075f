/** `hone eval`: how good a trained model is on other data. */
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { writeBytes } from '#files';
import { DataLoader } from '../../../data/loader/data-loader.js';
import { ArgumentError } from '../../../errors.js';
import { CrossEntropyLoss } from '../../../nn/loss/classification/cross-entropy.js';
import { MSELoss } from '../../../nn/loss/regression/regression.js';
import { scoreRows, showScore } from '../../../report/run/history.js';
import { runPage } from '../../../report/run/page.js';
import { plural, textTable } from '../../../report/text.js';
import { worstFigures } from '../../../train/callbacks/report/run-report.js';
import { evaluate } from '../../../train/evaluate/evaluate.js';
import { type Interpretation, interpret } from '../../../train/evaluate/interpret.js';
import { evaluationFolder, folderPart } from '../../data/folder.js';
import { isDatasetName, namedPart } from '../../data/named.js';
import { plainTransform } from '../../data/pictures.js';
import type { Part } from '../../data/prepared.js';
import { readTable, tablePart } from '../../data/table.js';
import { wholeNumber } from '../../options.js';
import { dataKind } from '../../settings/resolve.js';
import { metricsFor } from '../../training/metrics.js';
import { loadModelFile, type ModelNotes } from '../../training/model-file.js';
import { specText } from '../../training/models.js';
import { amountsOf, PICTURES, writeSkipped } from '../../training/report.js';
import { newRunFolder, showPath, surroundings } from '../run.js';

interface EvalFlags {
  batchSize: number;
  root?: string;
  download?: boolean;
  json?: boolean;
  page: boolean;
  out: string;
}

export function addEvalCommand(command: Command): void {
  command
    .description(
      'Measures a model that hone train has written: loss and scores, the confusion matrix, precision and recall of each class, and a page with the samples it is most wrong about. Of a data set its test part counts, of a folder with train/ and val/ the latter.',
    )
    .argument('<model>', 'the folder of a run, or its best.safetensors')
    .argument('<data>', 'a data set by name, a folder of class folders, or a CSV file')
    .option('--batch-size <count>', 'samples at once; changes no score', wholeNumber(1), 64)
    .option('--root <folder>', 'where the files of a data set are (default: ./data)')
    .option('--download', 'fetch the files of a data set into its root')
    .option('--json', 'print the scores as JSON')
    .option('--no-page', 'write no page')
    .option('--out <folder>', "the page's own folder is made in this one", 'runs')
    .addHelpText(
      'after',
      `
Examples:
  hone eval runs/train-photos more-photos/
  hone eval runs/train-digits digits --json`,
    )
    .action((model: string, data: string, flags: EvalFlags) => evalCommand(model, data, flags));
}

/** The part of data by which a model is measured. @throws {ArgumentError} for data of another kind than the model's. */
function partFor(
  { input, classes }: ModelNotes,
  data: string,
  { root, download = false }: EvalFlags,
): Part & { readonly classes?: readonly string[] } {
  const kind = dataKind(data);
  if ((kind === 'table') !== (input.kind === 'table'))
    throw new ArgumentError(
      `The model is for ${input.kind === 'table' ? 'rows of a table' : 'pictures'}, and ${data} ${kind === 'table' ? 'is a table' : 'holds pictures'}. Name other data.`,
    );
  if (input.kind === 'table') return tablePart(input, classes, readTable(data), data);
  if (isDatasetName(data)) {
    const part = namedPart(data, false, { root, download }, input);
    if (part.classes.length !== classes!.length)
      throw new ArgumentError(
        `${data} has ${part.classes.length} classes, and the model tells ${classes!.length} apart (${classes!.slice(0, 6).join(', ')}).`,
      );
    return part;
  }
  return folderPart(evaluationFolder(data), plainTransform(input), { known: classes });
}

async function evalCommand(modelPath: string, data: string, flags: EvalFlags): Promise<void> {
  const started = new Date();
  const { model, notes, path } = loadModelFile(modelPath);
  const { task, classes, input, model: spec } = notes;
  const part = partFor(notes, data, flags);
  const loader = new DataLoader(part.dataset as never, { batchSize: flags.batchSize }) as never;
  const metrics = metricsFor(undefined, task, input);
  const scores = await evaluate(model, loader, { loss: task === 'classification' ? new CrossEntropyLoss() : new MSELoss(), metrics });
  const found = task === 'classification' ? await interpret(model, loader, { classes: classes!, worst: PICTURES }) : undefined;
  writeSkipped(part);
  if (flags.json) process.stdout.write(`${JSON.stringify(jsonOf(scores, found), null, 2)}\n`);
  else process.stdout.write(`${textOf(part.length - part.skipped().length, scores, found)}\n`);
  if (!flags.page) return;
  const folder = newRunFolder(flags.out, `eval-${basename(data).replace(/\.\w+$/, '') || 'data'}`);
  const page = await runPage(
    { epochs: [] },
    {
      title: `${specText(spec)} on ${data}`,
      summary: `The model ${showPath(path)}, trained on ${notes.data}, measured with ${plural(part.length, 'sample')}.`,
      scores,
      model: String(model),
      parameters: model.parameters().reduce((count, parameter) => count + parameter.numel(), 0),
      settings: { model: showPath(path), data, 'batch size': String(flags.batchSize), ...surroundings(started) },
      ...(found && { interpretation: found, worst: worstFigures(found, part.nameOf) }),
      ...(input.kind === 'table' && input.output !== null && (await amountsOf(model, part, input))),
      ...(input.kind === 'image' && { mean: input.mean, std: input.std }),
    },
  );
  const target = join(folder, 'report.html');
  writeBytes(target, [new TextEncoder().encode(page)], 'hone eval');
  (flags.json ? process.stderr : process.stdout).write(`Report: ${showPath(target)}\n`);
}

function jsonOf(scores: Readonly<Record<string, number>>, found: Interpretation | undefined): object {
  if (found === undefined) return { scores };
  const { samples, classes, confusion, perClass } = found;
  return { samples, scores, classes, confusion, perClass };
}

/** More classes are not printed as a matrix. */
const MOST_CLASSES = 12;

function textOf(samples: number, scores: Readonly<Record<string, number>>, found: Interpretation | undefined): string {
  const right = (title: string) => ({ title, align: 'right' as const });
  const rows = scoreRows({ epochs: [{ epoch: 1, seconds: 0, lr: [], train: scores }] });
  const parts = [
    plural(samples, 'sample'),
    textTable(
      [{ title: 'score' }, right('value')],
      rows.map(({ name, train }) => [name, showScore(train)]),
    ),
  ];
  if (found === undefined) return parts.join('\n\n');
  const { classes, confusion, perClass } = found;
  parts.push(
    textTable(
      [{ title: 'class' }, ...['precision', 'recall', 'F1', 'samples'].map(right)],
      perClass.map(({ name, precision, recall, f1, support }) => [name, ...[precision, recall, f1].map(showScore), String(support)]),
    ),
  );
  if (classes.length <= MOST_CLASSES)
    parts.push(
      textTable(
        [{ title: 'is, below: taken for' }, ...classes.map(right)],
        confusion.map((row, i) => [classes[i]!, ...row.map(String)]),
      ),
    );
  return parts.join('\n\n');
}
