/** Tables of CSV files: numbers scaled, words as ones and zeros, by what the training rows have. */
import { isFile, openFile } from '#files';
import { TensorDataset } from '../../data/datasets/tensor-dataset.js';
import { StandardScaler } from '../../data/preprocessing/standard-scaler.js';
import { trainTestSplit } from '../../data/split/train-test-split.js';
import type { Column } from '../../data/tables/column.js';
import { readCsv } from '../../data/tables/read-csv.js';
import type { Table } from '../../data/tables/table.js';
import { ArgumentError, FileError } from '../../errors.js';
import { plural, showCount } from '../../report/text.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import type { Part, Prepared, TableInput, Task } from './prepared.js';

/** How a table is read. */
export interface TableSettings {
  readonly target: string | undefined;
  readonly drop: readonly string[];
  readonly task: Task | undefined;
  /** A share of the rows, or another file. */
  readonly validation: number | string;
  readonly seed: number;
}

/** Whole numbers with at most so many different values are taken for classes. */
const MOST_CLASSES = 20;
/** Text that is a date. */
const DATE = /^\d{4}-\d\d-\d\d([T ]|$)/;
/** Columns of more different words are left out: names, addresses, comments. */
const MOST_WORDS = 100;

/** Whether a path is that of a table. */
export const isTablePath = (path: string): boolean => /\.(csv|tsv|tab)$/i.test(path);

/** A CSV file, its separator found out. @throws as readCsv. */
export function readTable(path: string): Table {
  if (!isFile(path)) throw new FileError(`There is no file ${path}. Is the path right?`);
  return readCsv(path, { sep: separatorOf(path) });
}

/** The one of `,`, `;`, tab and `|` that the first line has most of. */
function separatorOf(path: string): string {
  const file = openFile(path, 'hone');
  let line = '';
  try {
    line = new TextDecoder().decode(file.read(0, Math.min(file.size, 65_536))).split('\n', 1)[0]!;
  } finally {
    file.close();
  }
  const bare = line.replaceAll(/"[^"]*"/g, '');
  const count = (sep: string) => bare.split(sep).length;
  return [',', ';', '\t', '|'].reduce((best, sep) => (count(sep) > count(best) ? sep : best));
}

function targetColumn(table: Table, path: string, target: string | undefined): Column {
  const list = `${path} has ${table.columns.slice(0, 30).join(', ')}${table.columns.length > 30 ? ', …' : ''}.`;
  if (target === undefined) throw new ArgumentError(`${path} is a table: name the column that is to be predicted with --target. ${list}`);
  if (table.columns.includes(target)) return table.column(target);
  const meant = meantName(target, table.columns);
  throw new ArgumentError(`--target ${target}: there is no such column.${meant === undefined ? '' : ` Did you mean ${meant}?`} ${list}`);
}

/** Whether a column's values are classes, or amounts. */
function taskOf(column: Column, asked: Task | undefined): Task {
  const amounts = column.type !== 'string' && column.type !== 'bool' && column.type !== 'date';
  if (asked === 'regression' && !amounts)
    throw new ArgumentError(
      `--task regression: ${column.name} holds ${column.type === 'date' ? 'dates' : 'words'}, expected numbers. Leave out --task.`,
    );
  if (asked !== undefined) return asked;
  if (!amounts) return 'classification';
  const whole = column.type !== 'float32' && column.type !== 'float64';
  return whole && different(column).size <= MOST_CLASSES ? 'classification' : 'regression';
}

function different(column: Column): Set<string> {
  const seen = new Set<string>();
  for (let i = 0; i < column.length; i++) if (!column.isMissing(i)) seen.add(textOf(column, i));
  return seen;
}

const textOf = (column: Column, i: number) => String(column.get(i));

/** Numbers by size, words in order. */
function inOrder(names: Iterable<string>): string[] {
  const list = [...names];
  const numbers = list.every((name) => name.trim() !== '' && Number.isFinite(Number(name)));
  return list.sort(numbers ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The columns that inputs are made of, by kind, and what is said of the others. */
function featuresOf(
  table: Table,
  target: string,
  drop: readonly string[],
  path: string,
): { numbers: string[]; words: string[]; notes: string[] } {
  for (const name of drop) {
    if (!table.columns.includes(name))
      throw new ArgumentError(`--drop ${name}: ${path} has no such column; it has ${table.columns.slice(0, 30).join(', ')}.`);
    if (name === target) throw new ArgumentError(`--drop ${name}: that column is the target. Leave it out of --drop.`);
  }
  const [numbers, words, notes]: string[][] = [[], [], []];
  for (const name of table.columns) {
    if (name === target || drop.includes(name)) continue;
    const column = table.column(name);
    if (column.type === 'date') notes!.push(`The column ${name} holds dates and is left out.`);
    else if (column.missing === column.length) notes!.push(`The column ${name} is empty and is left out.`);
    else if (column.type !== 'string') numbers!.push(name);
    else {
      const texts = different(column);
      const count = texts.size;
      if ([...texts].every((word) => DATE.test(word))) notes!.push(`The column ${name} holds dates and is left out.`);
      else if (count === 1) notes!.push(`The column ${name} has one word for all rows and is left out.`);
      else if (count > MOST_WORDS) notes!.push(`The column ${name} has ${showCount(count)} different words and is left out.`);
      else words!.push(name);
    }
  }
  if (table.length === 0) throw new ArgumentError(`${path}: there is a header, but no row below it.`);
  if (numbers!.length + words!.length === 0)
    throw new ArgumentError(`${path}: beside the target ${target} there is no column to predict it from.`);
  return { numbers: numbers!, words: words!, notes: notes! };
}

/** Learns from the training rows how rows become inputs. */
function fitInput(table: Table, target: string, features: { numbers: string[]; words: string[] }): Omit<TableInput, 'output'> {
  const { numbers, words } = features;
  let [mean, scale]: number[][] = [[], []];
  if (numbers.length > 0) {
    const scaler = new StandardScaler().fit(table.toTensors({ features: numbers, dtype: 'float64', missing: 'nan' }).features);
    // A column that is empty among the training rows has no mean: it becomes zeros.
    mean = (scaler.mean.toArray() as number[]).map((value) => (Number.isFinite(value) ? value : 0));
    scale = (scaler.scale!.toArray() as number[]).map((value) => (Number.isFinite(value) && value > 0 ? value : 1));
  }
  const categories = words.map((name) => inOrder(different(table.column(name))));
  return { kind: 'table', numbers: { names: numbers, mean: mean!, scale: scale! }, words: { names: words, categories }, target };
}

/** How many values an input has. */
export function tableWidth({ numbers, words }: TableInput): number {
  return numbers.names.length + words.categories.reduce((sum, { length }) => sum + length, 0);
}

/** The inputs of a table's rows, float32 [N, F]. @throws {ArgumentError} for a column that is missing, or holds words where numbers were. */
export function encodeRows(input: TableInput, table: Table, source: string): Tensor {
  const { numbers, words } = input;
  for (const name of [...numbers.names, ...words.names])
    if (!table.columns.includes(name))
      throw new ArgumentError(
        `${source} has no column ${name}, from which the model predicts; it has ${table.columns.slice(0, 30).join(', ')}.`,
      );
  const width = tableWidth(input);
  const out = new Float32Array(table.length * width);
  if (numbers.names.length > 0) {
    const { features } = table.toTensors({ features: numbers.names, dtype: 'float64', missing: 'nan' });
    const values = toTypedArray(features) as Float64Array;
    const count = numbers.names.length;
    for (let row = 0; row < table.length; row++)
      for (let f = 0; f < count; f++) {
        const scaled = (values[row * count + f]! - numbers.mean[f]!) / numbers.scale[f]!;
        out[row * width + f] = Number.isNaN(scaled) ? 0 : scaled;
      }
    features.dispose();
  }
  let at = numbers.names.length;
  for (const [w, name] of words.names.entries()) {
    const column = table.column(name);
    const places = new Map(words.categories[w]!.map((word, i) => [word, i]));
    for (let row = 0; row < table.length; row++) {
      const place = column.isMissing(row) ? undefined : places.get(textOf(column, row));
      if (place !== undefined) out[row * width + at + place] = 1;
    }
    at += words.categories[w]!.length;
  }
  return fromTypedArray(out, [table.length, width]);
}

/** The rows of which the target is known, as a part of the data. @throws {ArgumentError} for a class that training did not have. */
export function tablePart(input: TableInput, classes: readonly string[] | undefined, whole: Table, path: string): Part {
  const column = targetColumn(whole, path, input.target);
  const rows = Array.from({ length: whole.length }, (_, i) => i).filter((i) => !column.isMissing(i));
  if (rows.length === 0) throw new ArgumentError(`${path}: there is no row of which ${input.target} is known.`);
  const table = rows.length === whole.length ? whole : whole.take(rows);
  return partOfRows(input, classes, table, rows, path);
}

function partOfRows(input: TableInput, classes: readonly string[] | undefined, table: Table, rows: readonly number[], path: string): Part {
  const inputs = encodeRows(input, table, path);
  const column = table.column(input.target);
  const numberOf = new Map(classes?.map((name, i) => [name, i]));
  const labels = classes?.length === undefined ? undefined : Array.from({ length: table.length }, (_, i) => labelOf(i));
  function labelOf(i: number): number {
    const label = numberOf.get(textOf(column, i));
    if (label === undefined)
      throw new ArgumentError(
        `${path}, row ${rows[i]! + 1}: ${input.target} is "${textOf(column, i)}", a class that is not among ${[...numberOf.keys()].slice(0, 10).join(', ')}.`,
      );
    return label;
  }
  const { output } = input;
  const targets =
    labels === undefined
      ? fromTypedArray(
          Float32Array.from({ length: table.length }, (_, i) => (Number(column.get(i)) - (output?.mean ?? 0)) / (output?.scale ?? 1)),
          [table.length, 1],
        )
      : fromTypedArray(BigInt64Array.from(labels, BigInt));
  return {
    dataset: new TensorDataset(inputs, targets),
    length: table.length,
    nameOf: (i) => `row ${rows[i]! + 1}`,
    labels: () => labels,
    table,
    skipped: () => [],
  };
}

/** A CSV file, ready to train with. */
export function prepareTable(path: string, settings: TableSettings, known?: TableInput): Prepared {
  const whole = readTable(path);
  const column = targetColumn(whole, path, settings.target);
  const target = column.name;
  const rows = Array.from({ length: whole.length }, (_, i) => i).filter((i) => !column.isMissing(i));
  const task = taskOf(column, settings.task);
  const classes = task === 'classification' ? inOrder(different(column)) : undefined;
  if (classes !== undefined && classes.length < 2)
    throw new ArgumentError(`${path}: ${target} is ${classes[0] ?? 'empty'} in every row: there is nothing to tell apart.`);
  const features = featuresOf(whole, target, settings.drop, path);
  const notes = [...features.notes];
  if (rows.length < whole.length)
    notes.push(
      `${plural(whole.length - rows.length, 'row')} without ${target} ${whole.length - rows.length === 1 ? 'is' : 'are'} left out.`,
    );
  if (classes !== undefined && column.type !== 'string' && column.type !== 'bool' && settings.task === undefined)
    notes.push(
      `${target} has ${classes.length} different whole numbers, which are taken for classes; --task regression takes them for amounts.`,
    );

  let [trainRows, validationRows]: number[][] = [rows, []];
  if (typeof settings.validation === 'number') {
    try {
      [trainRows, validationRows] = trainTestSplit(rows, {
        testSize: settings.validation,
        randomState: settings.seed % 2 ** 32,
        stratify: classes === undefined ? null : rows.map((i) => textOf(column, i)),
      });
    } catch (cause) {
      throw new ArgumentError(
        `${path} cannot be split by --validation ${settings.validation}: ${(cause as Error).message.replace(/^\w+: /, '')} Change the share, or name another file: --validation other.csv.`,
        { cause },
      );
    }
  }
  const trainTable = whole.take(trainRows!);
  const fitted = fitInput(trainTable, target, features);
  const output = task === 'regression' ? spreadOf(trainTable.column(target)) : null;
  const input: TableInput = known ?? { ...fitted, output };
  const train = partOfRows(input, classes, trainTable, trainRows!, path);
  const validation =
    typeof settings.validation === 'string'
      ? tablePart(input, classes, readTable(settings.validation), settings.validation)
      : partOfRows(input, classes, whole.take(validationRows!), validationRows!, path);
  return {
    task,
    classes,
    input,
    inputShape: [tableWidth(input)],
    train,
    validation,
    summary: `${plural(train.length, 'row')} to train on, ${showCount(validation.length)} others to test with; ${target} is predicted from ${plural(features.numbers.length + features.words.length, 'column')}.`,
    notes,
    augmentation: 'none',
  };
}

function spreadOf(column: Column): { mean: number; scale: number } {
  const values = Array.from({ length: column.length }, (_, i) => Number(column.get(i)));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const scale = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean, scale: scale > 0 ? scale : 1 };
}
