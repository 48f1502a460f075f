/** csvLogger: a row for each epoch in a CSV file, as training goes on. */
import { isFile, readBytes, tryToWrite, writeBytes } from '#files';
import { CsvParser } from '../../../data/tables/csv-parser.js';
import { FormatError } from '../../../errors.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import type { EpochRecord } from '../../history/epoch-record.js';
import type { Callback, TrainingRun } from '../callback.js';
import { writePatiently } from '../files/write-patiently.js';
import { checkPath } from '../model-path.js';

/** The options of {@link csvLogger}. */
export interface CsvLoggerOptions {
  /** Whether rows that the file has already stay, those of earlier trainings. Default: false, the file begins anew with each training. */
  append?: boolean;
}

/** A row: cells by column. */
type Row = Readonly<Record<string, string>>;

const OP = 'csvLogger';

/**
 * Writes a row for each epoch, and for each evaluation within one, with a column `step` then, of the steps in all: its number, seconds, learning rates, scores, and what callbacks noted by `run.log`. A score that comes later gets a
 * column of its own, empty in the rows before. The file is whole at any moment, whatever ends the program. A training that is resumed goes on
 * behind the epochs of its history; rows of later ones, which were lost, are dropped. Directories are created. A disk that is full ends no
 * training: there is a warning, and the rows are written once there is room.
 * @param path ends in .csv, as a rule.
 * @throws {ArgumentError} for a path that is empty. @throws {FileError} as the training starts, where the file cannot be written.
 * @throws {FormatError} where rows are to be kept of a file that is not one of these.
 * @see https://keras.io/api/callbacks/csv_logger/
 * @example
 * await fit(model, { train, loss: criterion, optimizer, epochs: 2, callbacks: [csvLogger('training.csv')] });
 */
export function csvLogger(path: string, options: CsvLoggerOptions = {}): Callback {
  checkPath(OP, path);
  const { append } = readOptions(OP, { append: false }, options);
  let columns: string[] = [];
  let rows: Row[] = [];
  /** How many rows of earlier trainings there are. */
  let earlier = 0;
  /** The same, from a checkpoint. */
  let resumed: number | null = null;
  const add = (row: Row) => {
    for (const name of Object.keys(row)) if (!columns.includes(name)) columns.push(name);
    rows.push(row);
  };
  let behind = false;
  const write = () => {
    behind = !writePatiently(() => writeBytes(path, [new TextEncoder().encode(textOf(columns, rows))], OP, { makeDirectories: true }));
  };
  return {
    name: OP,
    onTrainStart({ history }: TrainingRun) {
      const epoch = history.lastEpoch;
      const before = resumed;
      [columns, rows, earlier, resumed, behind] = [[], [], 0, null, false];
      tryToWrite(path, OP);
      const kept = append && isFile(path) ? rowsIn(path) : undefined;
      if (kept && before === null) {
        // Of a training that goes on: its own epochs stand last, and those that were not saved are trained again.
        [columns, rows] = [kept.columns, epoch > 0 ? kept.rows.slice(0, endOf(kept.rows, epoch)) : kept.rows];
        earlier = Math.max(0, rows.length - history.moments.filter(({ record }) => record.epoch <= epoch).length);
        return;
      }
      if (kept) [columns, rows, earlier] = [kept.columns, kept.rows.slice(0, before!), Math.min(before!, kept.rows.length)];
      for (const { record, step } of history.moments) add(rowOf(record, history.evaluations.length > 0 ? step : undefined));
    },
    onEvaluation: (record, { totalSteps }) => {
      add(rowOf(record, totalSteps));
      write();
    },
    onEpochEnd(record, { history, totalSteps }) {
      add(rowOf(record, history.evaluations.length > 0 ? totalSteps : undefined));
      write();
    },
    onTrainEnd() {
      if (behind) write();
    },
    onError() {
      if (behind) write();
    },
    stateDict: () => ({ earlier }),
    loadStateDict: (state: { earlier: number }) => void (resumed = state.earlier),
  };
}

/** How many rows there are up to the last one of an epoch that the history has. */
function endOf(rows: readonly Row[], epoch: number): number {
  return rows.findLastIndex((row) => Number(row['epoch']) <= epoch) + 1;
}

/** @param step steps in all until then, where there are rows within epochs as well. */
function rowOf({ epoch, seconds, lr, train, validation, logged }: EpochRecord, step: number | undefined): Row {
  const scores = (side: string, values: Readonly<Record<string, number>> | undefined) =>
    Object.entries(values ?? {}).map(([name, value]) => [side === '' ? name : `${side}.${name}`, value] as const);
  return Object.fromEntries(
    [
      ['epoch', epoch] as const,
      ...(step === undefined ? [] : [['step', step] as const]),
      ['seconds', seconds] as const,
      ...lr.map((rate, group) => [lr.length === 1 ? 'lr' : `lr.${group}`, rate] as const),
      ...scores('train', train),
      ...scores('validation', validation),
      ...scores('', logged).filter(([name]) => name !== 'lr'),
    ].map(([name, value]) => [name, String(value)]),
  );
}

const quoted = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function textOf(columns: readonly string[], rows: readonly Row[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((name) => row[name] ?? ''))];
  return lines.map((cells) => `${cells.map(quoted).join(',')}\n`).join('');
}

/** @throws {FormatError} for a file that this did not write. */
function rowsIn(path: string): { columns: string[]; rows: Row[] } {
  const lines: string[][] = [];
  const parser = new CsvParser(`${OP}: ${path}`, { sep: ',', quotechar: '"', comment: null }, (cells) => lines.push(cells) > 0);
  parser.write(new TextDecoder().decode(readBytes(path, OP)));
  parser.end();
  const [columns = [], ...rest] = lines;
  if (lines.length > 0 && !columns.includes('epoch'))
    throw new FormatError(
      `${OP}: ${path} is not a file that ${OP} wrote: it has no column "epoch". Choose another path, or leave append out to begin it anew.`,
    );
  return { columns, rows: rest.map((cells) => Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? '']))) };
}
