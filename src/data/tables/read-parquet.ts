/** Tables out of Parquet files. */
import { openFile } from '#files';
import { ArgumentError, FileError, FormatError, HoneError } from '../../errors.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { countOf, unexpected } from '../../tensor/arguments/checks.js';
import { describe, show } from '../../tensor/arguments/show.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import { ColumnBuilder, type ColumnType, fits } from './column.js';
import { Table } from './table.js';

/** The options of {@link readParquet}. */
export interface ReadParquetOptions {
  /** The columns to read, in this order; what is left out is not even unpacked. Default: null, all. */
  columns?: readonly string[] | null;
  /** The first row to read. Default: 0. */
  rowStart?: number;
  /** The row before which to stop. Default: null, the end. */
  rowEnd?: number | null;
}

const DEFAULTS = { columns: null as readonly string[] | null, rowStart: 0, rowEnd: null as number | null };

type Hyparquet = typeof import('hyparquet');
type Compressors = typeof import('hyparquet-compressors');
type Metadata = Awaited<ReturnType<Hyparquet['parquetMetadataAsync']>>;
type Element = Metadata['schema'][number];

/** The bytes of a source, in parts. */
interface Source {
  readonly name: string;
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
  close(): void;
}

/** How many values are made room for at first: what a file announces is not yet there. */
const ROOM = 2 ** 20;

/**
 * Reads a table from a Parquet file, one column of one row group at a time, so that memory is that of the table. Times become dates, decimals
 * float64, texts and JSON strings; unsigned integers the next type that holds them.
 *
 * It needs two packages, which Hone does not install by itself: `npm install hyparquet hyparquet-compressors`.
 * @param source the path of a file; or its bytes; or a Blob, such as a File in a browser.
 * @throws {FileError} for a file that cannot be read, and where the packages are missing. @throws {FormatError} for anything but a whole Parquet file, and for
 * columns of lists or records. @throws {ArgumentError} for columns that are not there.
 * @see https://pandas.pydata.org/docs/reference/api/pandas.read_parquet.html
 */
export async function readParquet(source: string | Uint8Array | Blob, options?: ReadParquetOptions): Promise<Table> {
  const settings = readOptions('readParquet', DEFAULTS, options);
  const { columns, rowStart, rowEnd } = settings;
  if (columns !== null && (!Array.isArray(columns) || !columns.every((name) => typeof name === 'string')))
    throw unexpected('readParquet', 'columns', columns, 'a list of names');
  if (columns !== null && new Set(columns).size < columns.length)
    throw new ArgumentError(`readParquet: columns holds one name twice: ${show(columns)}.`);
  countOf('readParquet', 'rowStart', rowStart);
  if (rowEnd !== null) countOf('readParquet', 'rowEnd', rowEnd, rowStart);
  const bytes = sourceOf(source);
  try {
    return await read(bytes, settings, ...(await packages()));
  } catch (error) {
    if (error instanceof HoneError) throw error;
    throw new FormatError(
      `${bytes.name}: this is not a whole Parquet file, or holds what cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      { cause: error },
    );
  } finally {
    bytes.close();
  }
}

/** The packages, loaded when they are first needed. */
async function packages(): Promise<[Hyparquet, Compressors]> {
  try {
    return [await import('hyparquet'), await import('hyparquet-compressors')];
  } catch (error) {
    throw new FileError(
      'readParquet: the packages hyparquet and hyparquet-compressors, which read Parquet files, are not installed. Run npm install hyparquet hyparquet-compressors.',
      { cause: error },
    );
  }
}

function sourceOf(source: unknown): Source {
  if (typeof source === 'string') {
    const file = openFile(source, 'readParquet');
    return {
      name: `readParquet: ${source}`,
      byteLength: file.size,
      slice(start, end = file.size) {
        const bytes = file.read(start, end);
        return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
      },
      close: () => file.close(),
    };
  }
  if (source instanceof Uint8Array)
    return {
      name: 'readParquet',
      byteLength: source.byteLength,
      slice: (start, end) => Uint8Array.prototype.slice.call(source, start, end).buffer as ArrayBuffer,
      close: () => {},
    };
  if (typeof Blob !== 'undefined' && source instanceof Blob)
    return { name: 'readParquet', byteLength: source.size, slice: (start, end) => source.slice(start, end).arrayBuffer(), close: () => {} };
  const advice = source instanceof ArrayBuffer ? ' Wrap it: new Uint8Array(buffer).' : source instanceof Promise ? ' Await it.' : '';
  throw new ArgumentError(`readParquet: the source is ${describe(source)}, expected a path, a Uint8Array or a Blob.${advice}`);
}

/** Days, and parts of seconds, in milliseconds; texts instead of what JSON says. */
const text = new TextDecoder();
const PARSERS = {
  timestampFromMilliseconds: (time: bigint) => Number(time),
  timestampFromMicroseconds: (time: bigint) => Number(time) / 1e3,
  // Beyond 2^53 as a whole, but not any more in milliseconds.
  timestampFromNanoseconds: (time: bigint) => Number(time / 1000n) / 1e3,
  dateFromDays: (days: number) => days * 86_400_000,
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && text.decode(bytes),
};

async function read(
  source: Source,
  { columns, rowStart, rowEnd }: typeof DEFAULTS,
  { parquetMetadataAsync, parquetRead, parquetSchema }: Hyparquet,
  { compressors }: Compressors,
): Promise<Table> {
  const metadata = await parquetMetadataAsync(source, { parsers: PARSERS });
  const elements = new Map(
    parquetSchema(metadata).children.map(({ element, children }) => [element.name, { element, nested: children.length > 0 }]),
  );
  const names = columns ?? [...elements.keys()];
  const builders = names.map((name) => {
    const found = elements.get(name);
    if (found === undefined) {
      const meant = meantName(name, [...elements.keys()]);
      throw new ArgumentError(
        `${source.name}: there is no column "${name}".${meant === undefined ? '' : ` Did you mean "${meant}"?`} It has ${[...elements.keys()].map(show).join(', ')}.`,
      );
    }
    const type = found.nested || found.element.repetition_type === 'REPEATED' ? null : typeOf(found.element);
    if (type === null)
      throw new FormatError(
        `${source.name}: column "${name}" holds ${found.nested ? 'lists or records' : (found.element.logical_type?.type ?? found.element.type)}, which a table cannot. Read the others: columns: [...].`,
      );
    return new ColumnBuilder(name, type, Math.min(Number(metadata.num_rows), ROOM));
  });
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    const [from, to] = [Math.max(start, rowStart), Math.min(end, rowEnd ?? end)];
    for (const builder of from < to ? builders : []) {
      const chunks: { rowStart: number; columnData: ArrayLike<unknown> }[] = [];
      await parquetRead({
        file: source,
        metadata,
        columns: [builder.name],
        rowStart: from,
        rowEnd: to,
        compressors,
        parsers: PARSERS,
        onChunk: ({ rowStart, columnData }) => chunks.push({ rowStart, columnData }),
      });
      chunks.sort((a, b) => a.rowStart - b.rowStart);
      let row = from;
      for (const { rowStart: first, columnData } of chunks)
        for (let i = Math.max(row - first, 0); i < columnData.length && row < to; i++, row++) add(source, builder, columnData[i], row);
      if (row < to)
        throw new FormatError(`${source.name}: column "${builder.name}" ends at row ${row}, expected ${to} rows. The file is damaged.`);
    }
    start = end;
  }
  return new Table(builders.map((builder) => builder.build()));
}

function add(source: Source, builder: ColumnBuilder, value: unknown, row: number): void {
  if (value === null || value === undefined) builder.pushMissing();
  else if (builder.type === 'string' && typeof value === 'string') builder.pushWord(value);
  else if (builder.type === 'bool' && typeof value === 'boolean') builder.pushNumber(value ? 1 : 0);
  else if (
    builder.type !== 'string' &&
    builder.type !== 'bool' &&
    (typeof value === 'number' || typeof value === 'bigint') &&
    fits(builder.type, value)
  )
    builder.pushNumber(builder.type === 'int64' ? BigInt(value) : Number(value));
  else
    throw new FormatError(`${source.name}: row ${row}, column "${builder.name}" is ${show(value)}, which ${builder.type} does not hold.`);
}

/** The type of a column by its description in the file; null for what a table does not hold. */
function typeOf({ type, converted_type: converted, logical_type: logical }: Element): ColumnType | null {
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return 'float64';
  switch (type) {
    case 'BOOLEAN':
      return 'bool';
    case 'INT32':
      if (converted === 'DATE' || logical?.type === 'DATE') return 'date';
      if (converted === 'UINT_32') return 'int64';
      if (logical?.type === 'INTEGER' && !logical.isSigned)
        return logical.bitWidth === 8 ? 'uint8' : logical.bitWidth === 32 ? 'int64' : 'int32';
      return converted === 'UINT_8' ? 'uint8' : 'int32';
    case 'INT64':
      return logical?.type === 'TIMESTAMP' || converted === 'TIMESTAMP_MILLIS' || converted === 'TIMESTAMP_MICROS' ? 'date' : 'int64';
    case 'INT96':
      return 'date';
    case 'FLOAT':
      return 'float32';
    case 'DOUBLE':
      return 'float64';
    case 'BYTE_ARRAY':
      return converted === 'BSON' || logical?.type === 'GEOMETRY' || logical?.type === 'GEOGRAPHY' ? null : 'string';
    case 'FIXED_LEN_BYTE_ARRAY':
      return logical?.type === 'FLOAT16' ? 'float32' : logical?.type === 'UUID' ? 'string' : null;
    default:
      return null;
  }
}
