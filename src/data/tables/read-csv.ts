/** Tables out of comma-separated values. */
import { openFile } from '#files';
import { ArgumentError, DTypeError, FormatError } from '../../errors.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { countOf, unexpected } from '../../tensor/arguments/checks.js';
import { describe, isOptions, show } from '../../tensor/arguments/show.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import { ColumnBuilder, type ColumnType, checkTypes, fits } from './column.js';
import { CsvParser } from './csv-parser.js';
import { booleanOf, dateOf, isNumber, isWhole, numberOf } from './number-text.js';
import { Table } from './table.js';

/** The options of {@link readCsv}, named as pandas names them. */
export interface ReadCsvOptions {
  /** The character between cells. Default: ','. */
  sep?: string;
  /** Whether the first row holds the names of the columns. Default: true. */
  header?: boolean;
  /** The names of the columns, in place of those of the header. Default: the header's, or '0', '1', … without one. */
  names?: readonly string[] | null;
  /** The columns to read. Default: all. */
  usecols?: readonly string[] | null;
  /** The type of columns, by name. Default: the first of int64, float64, bool that holds all values of the column, else string. */
  dtype?: Readonly<Record<string, ColumnType>>;
  /** Texts that stand for a missing value, beside the usual ones. Default: none. */
  naValues?: readonly string[];
  /** Whether an empty cell, NA, N/A, NaN, nan, null, NULL, None and pandas' other words stand for a missing value. Default: true. */
  keepDefaultNa?: boolean;
  /** How many lines to skip at the beginning. Default: 0. */
  skiprows?: number;
  /** The most rows to read. Default: null, all. */
  nrows?: number | null;
  /** The character around cells that hold separators or line breaks; null for none. Default: '"'. */
  quotechar?: string | null;
  /** The character that begins the rest of a line which is no data. Default: null, none. */
  comment?: string | null;
  /** The character before the fraction of a number: '.' or ','. Default: '.'. */
  decimal?: string;
  /** The encoding of bytes, as TextDecoder names it. Default: 'utf-8'. */
  encoding?: string;
}

const DEFAULTS = {
  sep: ',',
  header: true,
  names: null as readonly string[] | null,
  usecols: null as readonly string[] | null,
  dtype: {} as Readonly<Record<string, ColumnType>>,
  naValues: [] as readonly string[],
  keepDefaultNa: true,
  skiprows: 0,
  nrows: null as number | null,
  // undefined: null is a value of it.
  quotechar: undefined as string | null | undefined,
  comment: null as string | null,
  decimal: '.',
  encoding: 'utf-8',
};

type CsvSettings = typeof DEFAULTS & { readonly quotechar: string | null };

/** pandas' words for a missing value. */
const MISSING = [
  ...['', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN', '<NA>', 'N/A', 'NA', 'NULL', 'NaN'],
  ...['None', 'n/a', 'nan', 'null'],
];

/** How much is read at a time. */
const CHUNK = 2 ** 20;

/**
 * Reads a table of comma-separated values. The text is gone through twice, piece by piece, first for the types of the columns: memory is that of
 * the table. Rows are numbered from 0, lines from 1.
 * @param source the path of a file; or the text itself, with a line break at least; or bytes.
 * @throws {FileError} for a file that cannot be read. @throws {FormatError} for a row with more or fewer cells than there are columns, for a quote
 * that is not closed, for bytes that are not in the encoding, and for a cell that is not of the type that was asked for; it names row, line, column
 * and text. @throws {ArgumentError} for columns that are not there.
 * @see https://pandas.pydata.org/docs/reference/api/pandas.read_csv.html
 * @example
 * const table = readCsv('length,width,species\n5.1,3.5,setosa\n6.7,,virginica');
 * table.dtypes; // {"length": "float64", "width": "float64", "species": "string"}
 * const { features, target } = table.dropMissing().toTensors({ target: 'species' });
 */
export function readCsv(source: string | Uint8Array, options?: ReadCsvOptions): Table {
  if ((options as { header?: unknown } | null | undefined)?.header === null)
    throw unexpected('readCsv', 'header', null, 'true or false', "pandas' header=None is header: false.");
  const { quotechar = '"', ...rest } = readOptions('readCsv', DEFAULTS, options);
  const settings = checked({ ...rest, quotechar });
  const pieces = piecesOf(source, settings.encoding);
  try {
    return new CsvReading(pieces, settings).table();
  } finally {
    pieces.close();
  }
}

function checked(settings: CsvSettings): CsvSettings {
  const op = 'readCsv';
  const character = (name: 'sep' | 'quotechar' | 'comment' | 'decimal') => {
    const value = settings[name];
    if (value === null && (name === 'quotechar' || name === 'comment')) return;
    if (typeof value !== 'string' || value.length !== 1 || value === '\n' || value === '\r')
      throw unexpected(op, name, value, 'one character');
  };
  for (const name of ['sep', 'quotechar', 'comment', 'decimal'] as const) character(name);
  const { sep, quotechar, comment, decimal } = settings;
  const marks = [sep, quotechar, comment, decimal].filter((mark) => mark !== null);
  if (new Set(marks).size < marks.length)
    throw new ArgumentError(
      `${op}: one character has two meanings among sep, quotechar, comment and decimal: ${marks.map(show).join(', ')}.`,
    );
  if (decimal !== '.' && decimal !== ',') throw unexpected(op, 'decimal', decimal, "'.' or ','");
  countOf(op, 'skiprows', settings.skiprows);
  if (settings.nrows !== null) countOf(op, 'nrows', settings.nrows);
  for (const name of ['names', 'usecols', 'naValues'] as const) {
    const list: unknown = settings[name];
    if (list === null && name !== 'naValues') continue;
    if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) throw unexpected(op, name, list, 'a list of strings');
    if (name !== 'naValues' && new Set(list).size < list.length)
      throw new ArgumentError(`${op}: ${name} holds one name twice: ${show(list)}.`);
  }
  if (!isOptions(settings.dtype)) throw unexpected(op, 'dtype', settings.dtype, "types by the names of columns: { age: 'float32' }");
  checkTypes(op, 'dtype', settings.dtype);
  return settings;
}

/** The text of a source in pieces, from the beginning each time. */
interface Pieces {
  /** What messages call it. */
  readonly name: string;
  texts(): Iterable<string>;
  close(): void;
}

function piecesOf(source: unknown, encoding: string): Pieces {
  if (typeof source === 'string' && /[\r\n]/.test(source)) return { name: 'readCsv', texts: () => [source], close: () => {} };
  if (typeof source === 'string' && /^https?:\/\//i.test(source))
    throw new ArgumentError(
      `readCsv: ${show(source)} is an address, expected a path, a text of several lines, or a Uint8Array. Fetch it first: readCsv(await (await fetch(url)).text()).`,
    );
  if (typeof source === 'string') {
    const file = openFile(source, 'readCsv');
    const chunks = function* () {
      for (let at = 0; at < file.size; at += CHUNK) yield file.read(at, at + CHUNK);
    };
    const name = `readCsv: ${source}`;
    return { name, texts: () => decoded(name, chunks(), encoding), close: () => file.close() };
  }
  if (!(source instanceof Uint8Array)) {
    const advice = source instanceof ArrayBuffer ? ' Wrap it: new Uint8Array(buffer).' : source instanceof Promise ? ' Await it.' : '';
    throw new ArgumentError(
      `readCsv: the source is ${describe(source)}, expected a path, a text of several lines, or a Uint8Array.${advice}`,
    );
  }
  const chunks = function* () {
    for (let at = 0; at < source.length; at += CHUNK) yield source.subarray(at, at + CHUNK);
  };
  return { name: 'readCsv', texts: () => decoded('readCsv', chunks(), encoding), close: () => {} };
}

function* decoded(name: string, chunks: Iterable<Uint8Array>, encoding: string): Generator<string> {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch {
    throw unexpected('readCsv', 'encoding', encoding, "an encoding that TextDecoder knows, such as 'utf-8', 'utf-16le' or 'latin1'");
  }
  let first = true;
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch {
      throw new FormatError(
        `${name}: the bytes are not ${encoding}. Pass the encoding of the file, such as encoding: 'latin1' or 'utf-16le'.`,
      );
    }
  };
  for (const bytes of chunks) {
    if (first) refuseOthers(name, bytes);
    first = false;
    yield decode(bytes);
  }
  yield decode();
}

/** @throws {FormatError} for bytes that begin as other files do. */
function refuseOthers(name: string, bytes: Uint8Array): void {
  const starts = (...magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
  const other = starts(0x50, 0x41, 0x52, 0x31)
    ? 'a Parquet file. Use readParquet'
    : starts(0x1f, 0x8b)
      ? 'packed by gzip. Unpack it first'
      : starts(0x50, 0x4b, 3, 4)
        ? 'a zip file, as Excel writes. Unpack it, or save it as CSV'
        : undefined;
  if (other !== undefined) throw new FormatError(`${name}: this is ${other}.`);
}

/** One column while it is read. */
interface Target {
  readonly name: string;
  /** Its place among the cells. */
  readonly at: number;
  /** The type that was asked for, else what is found. */
  type: ColumnType | null;
}

/** One call of readCsv. */
class CsvReading {
  private readonly pieces: Pieces;
  private readonly settings: CsvSettings;
  private readonly missing: ReadonlySet<string>;

  constructor(pieces: Pieces, settings: CsvSettings) {
    this.pieces = pieces;
    this.settings = settings;
    this.missing = new Set([...(settings.keepDefaultNa ? MISSING : []), ...settings.naValues]);
  }

  table(): Table {
    let targets: Target[] | null = null;
    const guesses: (Guess | null)[] = [];
    const rows = this.eachRow(
      (names) => {
        targets = this.targets(names);
        for (const { type } of targets) guesses.push(type === null ? new Guess(this.settings.decimal) : null);
      },
      (cells) => {
        for (const [f, guess] of guesses.entries()) if (guess !== null) this.look(guess, cells[targets![f]!.at]!);
      },
    );
    if (targets === null) throw new FormatError(`${this.pieces.name}: there is nothing in it, expected at least a header.`);
    const found: readonly Target[] = targets;
    const builders = found.map(({ name, type }, f) => new ColumnBuilder(name, type ?? guesses[f]!.type(), rows));
    this.eachRow(
      () => {},
      (cells, row, line) => {
        for (const [f, builder] of builders.entries()) this.add(builder, cells[found[f]!.at]!, row, line);
      },
    );
    return new Table(builders.map((builder) => builder.build()));
  }

  /** Goes through the text once. @returns how many rows there are. */
  private eachRow(onNames: (names: string[]) => void, onCells: (cells: string[], row: number, line: number) => void): number {
    const { skiprows, header, names: given, nrows, sep } = this.settings;
    let names: string[] | null = null;
    let row = 0;
    const start = (list: string[]) => {
      names = list;
      onNames(list);
    };
    const parser = new CsvParser(this.pieces.name, this.settings, (cells, line) => {
      if (names === null) {
        if (given !== null && given.length !== cells.length)
          throw new ArgumentError(
            `${this.pieces.name}: names has ${given.length} names, but line ${line} has ${cells.length} cells: ${show(cells)}.`,
          );
        start(given !== null ? [...given] : header ? this.headerOf(cells, line) : cells.map((_, i) => String(i)));
        if (header) return nrows !== 0;
      }
      if (cells.length !== names!.length)
        throw new FormatError(
          `${this.pieces.name}: row ${row} (line ${line}) has ${cells.length} cells, but there are ${names!.length} columns: ${excerpt(cells.join(sep))}. A cell that holds ${show(sep)} must be quoted.`,
        );
      if (nrows !== null && row >= nrows) return false;
      onCells(cells, row, line);
      row++;
      return true;
    });
    let skip = skiprows;
    for (let text of this.pieces.texts()) {
      // Whole lines, whatever they hold; the numbers of lines go on from there.
      while (skip > 0 && text !== '') {
        const end = /\r\n|\r(?!$)|\n/.exec(text);
        if (end === null) text = '';
        else {
          text = text.slice(end.index + end[0].length);
          skip--;
        }
      }
      if (!parser.write(text)) return row;
    }
    parser.end();
    return row;
  }

  private headerOf(cells: readonly string[], line: number): string[] {
    // As pandas names the column of row numbers that it writes without a name.
    const names = cells.map((name, i) => (name === '' ? `Unnamed: ${i}` : name));
    const seen = new Set<string>();
    const twice = names.find((name) => seen.has(name) || !seen.add(name));
    if (twice !== undefined)
      throw new FormatError(
        `${this.pieces.name}: the header (line ${line}) has "${twice}" twice. Name the columns yourself: names: [...].`,
      );
    return names;
  }

  private targets(names: readonly string[]): Target[] {
    const { usecols, dtype } = this.settings;
    const known = new Set(names);
    for (const name of [...(usecols ?? []), ...Object.keys(dtype)]) {
      if (known.has(name)) continue;
      const meant = meantName(name, names);
      throw new ArgumentError(
        `${this.pieces.name}: there is no column "${name}".${meant === undefined ? '' : ` Did you mean "${meant}"?`} It has ${excerpt(names.map(show).join(', '))}.`,
      );
    }
    const list = names.map((name, at): Target => ({ name, at, type: Object.hasOwn(dtype, name) ? dtype[name]! : null }));
    if (usecols === null) return list;
    const wanted = new Set(usecols);
    return list.filter(({ name }) => wanted.has(name));
  }

  private look(guess: Guess, cell: string): void {
    if (!guess.open) return;
    const text = cell.trim();
    if (!this.missing.has(text) && !this.missing.has(cell)) guess.see(text);
  }

  private add(builder: ColumnBuilder, cell: string, row: number, line: number): void {
    if (this.missing.has(cell)) builder.pushMissing();
    else if (builder.type === 'string') builder.pushWord(cell);
    else {
      const text = cell.trim();
      if (this.missing.has(text)) builder.pushMissing();
      else {
        const value = this.valueOf(builder.type, text);
        if (value === undefined) throw this.misfit(builder, cell, row, line);
        builder.pushNumber(value);
      }
    }
  }

  /** What a text is as a value of a type, as it lies in memory; undefined where it is none. */
  private valueOf(type: ColumnType, text: string): number | bigint | undefined {
    if (type === 'bool') {
      const value = booleanOf(text) ?? (text === '1' ? true : text === '0' ? false : undefined);
      return value === undefined ? undefined : value ? 1 : 0;
    }
    if (type === 'date') {
      const time = dateOf(text);
      return Number.isNaN(time) ? undefined : time;
    }
    if (type === 'int64' && isWhole(text)) {
      const value = text.length < 16 ? Number(text) : BigInt(text.replace(/^\+/, ''));
      return fits(type, value) ? BigInt(value) : undefined;
    }
    const number = pointed(text, this.settings.decimal);
    if (!isNumber(number)) return undefined;
    const value = numberOf(number);
    if (!fits(type, value)) return undefined;
    return type === 'int64' ? BigInt(value) : value;
  }

  private misfit({ name, type }: ColumnBuilder, cell: string, row: number, line: number): FormatError | DTypeError {
    const what = `${this.pieces.name}: row ${row} (line ${line}), column "${name}": ${excerpt(show(cell))}`;
    const kind = { bool: 'true or false', date: 'a date such as 2024-05-31', string: 'a string' }[type as string] ?? 'a number';
    if (kind === 'a number' && isNumber(pointed(cell.trim(), this.settings.decimal)))
      return new DTypeError(`${what} does not fit into ${type}. Read the column as float64.`);
    return new FormatError(
      `${what} is not ${kind}, as the type ${type} asks for. Mend the cell, read the column as 'string', or count the text as missing: naValues: [${excerpt(show(cell))}].`,
    );
  }
}

/** The types that all texts of a column so far could have. */
class Guess {
  private whole = true;
  private number = true;
  private boolean = true;
  private any = false;
  private readonly decimal: string;

  constructor(decimal: string) {
    this.decimal = decimal;
  }

  /** Whether another text may change anything. */
  get open(): boolean {
    return this.number || this.boolean;
  }

  see(text: string): void {
    this.any = true;
    if (this.boolean && booleanOf(text) === undefined) this.boolean = false;
    if (this.number && !isNumber(pointed(text, this.decimal))) this.number = this.whole = false;
    if (this.whole && !(isWhole(text) && (text.length < 16 || fits('int64', BigInt(text.replace(/^\+/, '')))))) this.whole = false;
  }

  /** The narrowest; float64 where every value is missing. */
  type(): ColumnType {
    if (!this.any) return 'float64';
    if (this.whole) return 'int64';
    return this.number ? 'float64' : this.boolean ? 'bool' : 'string';
  }
}

/** A number with a point before its fraction, where another character stands for it. */
const pointed = (text: string, decimal: string): string =>
  decimal === '.' ? text : text.includes('.') ? 'no number' : text.replace(decimal, '.');

const excerpt = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);
