/** `hone predict`: what a trained model takes pictures for, or predicts of rows. */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { isFile, isFolder, listFolder } from '#files';
import { noGrad } from '../../../autograd/modes/mode.js';
import type { Table } from '../../../data/tables/table.js';
import { ArgumentError, FileError, HoneError, printable } from '../../../errors.js';
import type { ModuleWithOutput } from '../../../nn/module/module.js';
import { stack } from '../../../ops/join/join.js';
import { softmax } from '../../../ops/reduce/softmax.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import { IMG_EXTENSIONS } from '../../../vision/folder/make-dataset.js';
import { readImage } from '../../../vision/io/read-image.js';
import { plainTransform } from '../../data/pictures.js';
import type { ImageInput, TableInput } from '../../data/prepared.js';
import { encodeRows, isTablePath, readTable } from '../../data/table.js';
import { wholeNumber } from '../../options.js';
import { isModelPath, loadModelFile, type ModelNotes } from '../../training/model-file.js';

interface PredictFlags {
  model?: string;
  top: number;
  json?: boolean;
  csv?: boolean;
}

export function addPredictCommand(command: Command): void {
  command
    .description(
      'Says what a model that hone train has written takes pictures for, with its probabilities. Folders count with all their pictures, and patterns such as "photos/*.jpg". Of a CSV file it predicts every row.',
    )
    .argument('<photo...>', 'pictures, folders, or a CSV file; the model may stand first')
    .addOption(new Option('-m, --model <run>', 'the folder of a run, or its best.safetensors'))
    .option('--top <count>', 'how many classes are named', wholeNumber(1), 3)
    .option('--json', 'print a list as JSON')
    .option('--csv', 'print rows: file, prediction, probability of each class')
    .addHelpText(
      'after',
      `
Examples:
  hone predict cat.jpg dog.jpg --model runs/train-photos
  hone predict runs/train-photos holiday/ --csv > holiday.csv
  hone predict houses.csv --model runs/train-houses`,
    )
    .action((photos: string[], flags: PredictFlags) => predictCommand(photos, flags));
}

async function predictCommand(photos: string[], flags: PredictFlags): Promise<void> {
  if (flags.json && flags.csv) throw new ArgumentError('--json and --csv exclude each other. Leave one of them out.');
  const first = flags.model === undefined && photos.length > 1 && isModelPath(photos[0]!);
  const [given, paths] = first ? [photos[0]!, photos.slice(1)] : [flags.model, photos];
  if (given === undefined && (isModelPath(photos[0]!) || /\.safetensors$/i.test(photos[0]!)))
    throw new ArgumentError(`What should be predicted? Name pictures, folders or a CSV file: hone predict cat.jpg --model ${photos[0]}.`);
  if (given === undefined)
    throw new ArgumentError(`Which model? Name the folder of its run: hone predict ${photos[0]} --model runs/train-photos.`);
  const { model, notes } = loadModelFile(given);
  if (notes.input.kind === 'table') predictTables(model, notes, notes.input, paths, flags);
  else await predictPictures(model, notes.input, notes.classes!, paths, flags);
}

/** A picture and the probabilities of its classes, the likeliest first. */
interface Answer {
  readonly file: string;
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
}

/** How many pictures go through the model at once. */
const AT_ONCE = 16;

async function predictPictures(
  model: ModuleWithOutput,
  input: ImageInput,
  classes: readonly string[],
  paths: readonly string[],
  flags: PredictFlags,
): Promise<void> {
  const files = paths.flatMap(picturesOf);
  const transform = plainTransform(input);
  const answers: Answer[] = [];
  if (flags.csv) process.stdout.write(`${['file', 'prediction', 'probability', ...classes].map(cell).join(',')}\n`);
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const loaded: { file: string; picture: Tensor }[] = [];
    for (const file of files.slice(at, at + AT_ONCE)) {
      try {
        loaded.push({ file, picture: transform.forward(await readImage(file, { mode: 'RGB', exifOrientation: true })) });
      } catch (error) {
        if (!(error instanceof HoneError)) throw error;
        // The others are predicted all the same.
        process.stderr.write(`hone: ${printable(error.message.replace(/^readImage: /, ''))}\n`);
        process.exitCode = 1;
      }
    }
    if (loaded.length === 0) continue;
    const probabilities = probabilitiesOf(
      model,
      loaded.map(({ picture }) => picture),
    );
    for (const [i, { file }] of loaded.entries()) {
      const row = [...probabilities.subarray(i * classes.length, (i + 1) * classes.length)];
      const answer = { file, classes: ranked(classes, row) };
      if (flags.csv)
        process.stdout.write(
          `${[file, answer.classes[0]!.name, short(answer.classes[0]!.probability), ...row.map(short)].map(cell).join(',')}\n`,
        );
      else if (flags.json) answers.push({ file, classes: answer.classes.slice(0, flags.top) });
      else process.stdout.write(`${line(answer, flags.top)}\n`);
    }
  }
  if (flags.json) {
    const list = answers.map(({ file, classes: top }) => ({
      file,
      prediction: top[0]!.name,
      probability: top[0]!.probability,
      classes: top,
    }));
    process.stdout.write(`${JSON.stringify(list, null, 2)}\n`);
  }
}

function probabilitiesOf(model: ModuleWithOutput, pictures: readonly Tensor[]): Float32Array {
  return noGrad(() => {
    const batch = stack([...pictures]);
    const out = toTypedArray(softmax(model.forward(batch), 1)) as Float32Array;
    for (const x of [batch, ...pictures]) x.dispose();
    return out;
  });
}

const ranked = (classes: readonly string[], row: readonly number[]) =>
  row.map((probability, i) => ({ name: classes[i]!, probability })).sort((a, b) => b.probability - a.probability);

const short = (probability: number) => String(Number(probability.toPrecision(6)));

/** `photos/cat/1.jpg: cat 93.1 %, dog 5.0 %, cow 1.9 %`. */
const line = ({ file, classes }: Answer, top: number) =>
  `${printable(file)}: ${classes
    .slice(0, top)
    .map(({ name, probability }) => `${printable(name)} ${(100 * probability).toFixed(1)} %`)
    .join(', ')}`;

/** A cell of CSV. */
const cell = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const isPicture = (path: string) => IMG_EXTENSIONS.some((ending) => path.toLowerCase().endsWith(ending));

/** The pictures that an argument means: itself, those of a folder and its folders, those that fit a pattern. */
function picturesOf(path: string): string[] {
  if (isFolder(path)) {
    const found = walk(path).filter(isPicture);
    if (found.length === 0) throw new FileError(`The folder ${path} holds no pictures (${IMG_EXTENSIONS.join(', ')}).`);
    return found;
  }
  if (isFile(path)) return [path];
  if (/[*?]/.test(path)) {
    const found = matching(path);
    if (found.length > 0) return found;
    throw new FileError(`No file matches ${path}.`);
  }
  throw new FileError(`There is no file ${path}. Is the path right?`);
}

function walk(folder: string): string[] {
  return listFolder(folder, 'hone predict')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, isFolder: inner }) => (inner ? walk(join(folder, name)) : [join(folder, name)]));
}

/** The files that fit a pattern: `*` for any part of a name, `**` for any folders, `?` for a character. */
function matching(pattern: string): string[] {
  const normal = pattern.replaceAll('\\', '/').replace(/^\.\//, '');
  const fixed = normal.slice(0, normal.search(/[*?]/));
  const root = fixed.includes('/') ? fixed.slice(0, fixed.lastIndexOf('/')) || '/' : '.';
  const source = normal.replace(/\*\*\/|\*\*|[*?]|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    return part === '*' ? '[^/]*' : part === '?' ? '[^/]' : `\\${part}`;
  });
  const fits = new RegExp(`^${source}$`);
  if (!isFolder(root)) return [];
  return walk(root).filter((file) => fits.test(file.replaceAll('\\', '/')));
}

/** Predicts every row, and prints the table with the predictions as columns. */
function predictTables(
  model: ModuleWithOutput,
  { classes }: ModelNotes,
  input: TableInput,
  paths: readonly string[],
  flags: PredictFlags,
): void {
  if (flags.json && paths.length > 1) throw new ArgumentError('--json takes one CSV file at a time.');
  for (const path of paths) {
    if (!isTablePath(path)) throw new ArgumentError(`The model predicts rows of a table, and ${path} is not a CSV file. Name one.`);
    const table = readTable(path);
    const rows = encodeRows(input, table, path);
    const outputs = noGrad(
      () => toTypedArray(classes === undefined ? model.forward(rows) : softmax(model.forward(rows), 1)) as Float32Array,
    );
    rows.dispose();
    const predictions = Array.from({ length: table.length }, (_, i) => predictionOf(outputs, i, input, classes));
    if (flags.json) process.stdout.write(`${JSON.stringify(predictions, null, 2)}\n`);
    else writeRows(table, predictions, input.target);
  }
}

interface RowPrediction {
  readonly prediction: string | number;
  readonly probability?: number;
}

function predictionOf(outputs: Float32Array, i: number, { output }: TableInput, classes: readonly string[] | undefined): RowPrediction {
  if (classes === undefined) return { prediction: Number((outputs[i]! * (output?.scale ?? 1) + (output?.mean ?? 0)).toPrecision(7)) };
  const [best] = ranked(classes, [...outputs.subarray(i * classes.length, (i + 1) * classes.length)]);
  return { prediction: best!.name, probability: Number(short(best!.probability)) };
}

function writeRows(table: Table, predictions: readonly RowPrediction[], target: string): void {
  const extra = predictions[0]?.probability === undefined ? [`predicted ${target}`] : [`predicted ${target}`, 'probability'];
  const lines = predictions.map(({ prediction, probability }, i) => {
    const own = Object.values(table.row(i)).map((value) =>
      value === null ? '' : value instanceof Date ? value.toISOString() : String(value),
    );
    return [...own, String(prediction), ...(probability === undefined ? [] : [String(probability)])].map(cell).join(',');
  });
  process.stdout.write(`${[[...table.columns, ...extra].map(cell).join(','), ...lines].join('\n')}\n`);
}
