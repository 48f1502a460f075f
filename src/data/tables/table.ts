/** Tables: named columns of one length, and their way into tensors. */
import { ArgumentError, DTypeError, IndexError } from '../../errors.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { assertFunction, oneOf, unexpected, wholeNumber } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { assertDType, type DType, dtypes, isFloating, type TypedArray } from '../../tensor/values/dtype.js';
import { distinct, placesOf } from '../preprocessing/categories.js';
import { type Cell, Column, ColumnBuilder, type ColumnType, fits, typeOf } from './column.js';
import { isNumber } from './number-text.js';
import { tableText } from './table-text.js';

/** One row of a table: values by the names of their columns. */
export type Row = Record<string, Cell>;

/** The options of {@link Table.toTensors}. */
export interface ToTensorsOptions {
  /** The columns of the inputs, in this order. Default: all but the target. */
  features?: string | readonly string[];
  /** The column of the targets, or several. Default: null, none. */
  target?: string | readonly string[] | null;
  /** The dtype of the inputs, and of targets that are not whole numbers. Default: 'float32'. */
  dtype?: DType;
  /** The dtype of the targets. Default: int64 for one column of whole numbers, bools or strings, which are numbered; otherwise `dtype`. */
  targetDtype?: DType | null;
  /** Whether a missing value is an error, or NaN. Default: 'error'. */
  missing?: 'error' | 'nan';
}

/** What {@link Table.toTensors} gives. */
export interface TableTensors<Target extends Tensor | null = Tensor | null> {
  /** [N, F]. */
  features: Tensor;
  /** [N] for one column, [N, T] for a list of columns; null where none was asked for. */
  target: Target;
  /** The names of the columns of `features`. */
  featureNames: string[];
  /** The strings that target i stands for, where the target is a column of strings; otherwise null. */
  classes: string[] | null;
}

const TENSORS = {
  features: null as string | readonly string[] | null,
  target: null as string | readonly string[] | null,
  dtype: 'float32' as DType,
  targetDtype: null as DType | null,
  missing: 'error' as 'error' | 'nan',
};

/**
 * Named columns of one length, as {@link readCsv} and {@link readParquet} give them. A table does not change: what selects, filters or fills
 * gives a new one.
 * @example
 * const table = new Table({ age: [31, 45, 27], city: ['Oslo', 'Rome', 'Oslo'], bought: [true, false, true] });
 * table.shape; // [3, 3]
 * table.filter((row) => row.city === 'Oslo').column('age').toArray(); // [31, 27]
 * const { features, target } = table.toTensors({ features: ['age'], target: 'bought' });
 */
export class Table {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'Table';
  /** How many rows there are. */
  readonly length: number;
  /** The names of the columns, in order. */
  readonly columns: readonly string[];
  private readonly byName: ReadonlyMap<string, Column>;

  /**
   * Named columns of one length, as {@link readCsv} and {@link readParquet} give them.
   * @param columns lists by name, null for missing values: whole numbers become int64, others float64; or columns of other tables.
   * @throws {ArgumentError} for columns of unequal length, and for several kinds of values in one.
   */
  constructor(columns: Readonly<Record<string, readonly Cell[]>> | readonly Column[]) {
    const list = Array.isArray(columns) ? (columns as readonly Column[]) : fromLists(columns as Record<string, readonly Cell[]>);
    this.byName = new Map(list.map((column) => [column.name, column]));
    this.columns = [...this.byName.keys()];
    this.length = list[0]?.length ?? 0;
    for (const column of list) {
      if (!(column instanceof Column)) throw new ArgumentError(`Table: a column is ${show(column)}, expected a Column.`);
      if (column.length !== this.length)
        throw new ArgumentError(
          `Table: column "${column.name}" has ${column.length} rows, "${list[0]!.name}" has ${this.length}. They must agree.`,
        );
    }
    if (this.byName.size < list.length)
      throw new ArgumentError(`Table: two columns have one name among ${list.map(({ name }) => `"${name}"`).join(', ')}.`);
  }

  /** How many rows and columns there are. */
  get shape(): [rows: number, columns: number] {
    return [this.length, this.columns.length];
  }

  /** The type of each column, by name. */
  get dtypes(): Record<string, ColumnType> {
    return Object.fromEntries([...this.byName].map(([name, { type }]) => [name, type]));
  }

  /** A column. @throws {ArgumentError} for a name that the table does not have; it says which it has. */
  column(name: string): Column {
    return this.find('column', name);
  }

  /** Row `i`. @throws {IndexError} outside 0..length-1. */
  row(i: number): Row {
    if (!Number.isInteger(i) || i < 0 || i >= this.length)
      throw new IndexError(`Table.row: there is no row ${show(i)}: the table has ${this.length}.`);
    return this.rowAt(i);
  }

  /** Each row in turn. */
  *[Symbol.iterator](): Iterator<Row> {
    for (let i = 0; i < this.length; i++) yield this.rowAt(i);
  }

  /**
   * Rows as lists of values, for {@link OneHotEncoder}: dates as numbers of milliseconds, whole numbers beyond 2^53 rounded.
   * @param names the columns. Default: all.
   */
  toRows(names: string | readonly string[] = this.columns): (number | boolean | string | null)[][] {
    const columns = this.many('toRows', names);
    const plain = (cell: Cell) => (cell instanceof Date || typeof cell === 'bigint' ? Number(cell) : cell);
    return Array.from({ length: this.length }, (_, i) => columns.map((column) => plain(column.get(i))));
  }

  /** The table of some columns, in this order. @throws {ArgumentError} for a name that it does not have. */
  select(names: string | readonly string[]): Table {
    return new Table(this.many('select', names));
  }

  /** The table without some columns. @throws {ArgumentError} for a name that it does not have. */
  drop(names: string | readonly string[]): Table {
    const gone = new Set(this.many('drop', names));
    return new Table([...this.byName.values()].filter((column) => !gone.has(column)));
  }

  /** The rows of which `keep` says true. */
  filter(keep: (row: Row, i: number) => boolean): Table {
    assertFunction('Table.filter', 'keep', keep);
    const rows: number[] = [];
    for (let i = 0; i < this.length; i++) if (keep(this.rowAt(i), i)) rows.push(i);
    return this.rows(rows);
  }

  /** The rows from `start` to before `end`; negative numbers count from the end. */
  slice(start = 0, end = this.length): Table {
    const at = (name: string, i: number) => {
      const whole = wholeNumber('Table.slice', name, i);
      return Math.min(Math.max(whole < 0 ? whole + this.length : whole, 0), this.length);
    };
    const [from, to] = [at('start', start), at('end', end)];
    return this.rows(Array.from({ length: Math.max(to - from, 0) }, (_, i) => from + i));
  }

  /** Some rows, in this order. @throws {IndexError} for a row that it does not have. */
  take(indices: readonly number[]): Table {
    if (!Array.isArray(indices)) throw unexpected('Table.take', 'indices', indices, 'a list of rows');
    for (const i of indices)
      if (!Number.isInteger(i) || i < 0 || i >= this.length)
        throw new IndexError(`Table.take: there is no row ${show(i)}: the table has ${this.length}.`);
    return this.rows(indices);
  }

  /** How many values of each column are missing. */
  countMissing(): Record<string, number> {
    return Object.fromEntries([...this.byName].map(([name, { missing }]) => [name, missing]));
  }

  /** The rows in which nothing is missing. @param names the columns that are looked at. Default: all. */
  dropMissing(names: string | readonly string[] = this.columns): Table {
    const columns = this.many('dropMissing', names);
    return this.rows(Array.from({ length: this.length }, (_, i) => i).filter((i) => !columns.some((column) => column.isMissing(i))));
  }

  /**
   * The table with values in the place of missing ones.
   * @param values one for each column that is to be filled, by name: `{ age: 0, city: 'unknown' }`.
   * @throws {ArgumentError} for a value that the column's type does not hold.
   */
  fillMissing(values: Readonly<Record<string, Cell>>): Table {
    if (!isOptions(values)) throw unexpected('Table.fillMissing', 'values', values, 'values by the names of columns: { age: 0 }');
    for (const name of Object.keys(values)) this.find('fillMissing', name);
    return new Table(
      [...this.byName.values()].map((column) => {
        if (!Object.hasOwn(values, column.name)) return column;
        const value = values[column.name]!;
        const builder = new ColumnBuilder(column.name, column.type, column.length);
        for (let i = 0; i < column.length; i++) {
          if (!builder.push(column.isMissing(i) ? value : column.get(i)))
            throw new ArgumentError(`Table.fillMissing: ${column.name} is ${show(value)}, which a column of ${column.type} does not hold.`);
        }
        return builder.build();
      }),
    );
  }

  /**
   * Inputs and targets as tensors. Bools become 0 and 1. A target of strings becomes their numbers, from 0 on in their order, which `classes`
   * says; strings among the inputs are for {@link OneHotEncoder}.
   * @throws {ArgumentError} for a value that is no number or missing, with its row, column and text, and for unknown columns.
   * @throws {DTypeError} for a number that the dtype does not hold.
   * @example
   * const table = readCsv('width,height,kind\n1.5,2,oak\n0.5,3,elm');
   * const { features, target, classes } = table.toTensors({ target: 'kind' });
   * features.toArray(); // [[1.5, 2], [0.5, 3]]
   * target.toArray(); // [1, 0]
   * classes; // ['elm', 'oak']
   */
  toTensors(options: ToTensorsOptions & { target: string | readonly string[] }): TableTensors<Tensor>;
  toTensors(options?: ToTensorsOptions & { target?: null }): TableTensors<null>;
  toTensors(options?: ToTensorsOptions): TableTensors {
    const op = 'Table.toTensors';
    const { features, target, dtype, targetDtype, missing } = readOptions(op, TENSORS, options);
    assertDType(dtype, op);
    if (targetDtype !== null) assertDType(targetDtype, op);
    oneOf(op, 'missing', missing, ['error', 'nan']);
    const targets = target === null ? [] : this.many('toTensors', target);
    const inputs =
      features === null ? [...this.byName.values()].filter((column) => !targets.includes(column)) : this.many('toTensors', features);
    if (inputs.length === 0) throw new ArgumentError(`${op}: there are no columns for the inputs. Name them: features: [...].`);
    const twice = inputs.find((column) => targets.includes(column));
    if (twice !== undefined)
      throw new ArgumentError(`${op}: column "${twice.name}" is among the features and the target. Take it out of one.`);
    const made = this.targetOf(op, targets, Array.isArray(target), dtype, targetDtype, missing);
    return { features: matrix(op, inputs, dtype, missing), ...made, featureNames: inputs.map(({ name }) => name) };
  }

  /** The first rows and the last ones, in columns, with the types. */
  toString(): string {
    return tableText(this.length, [...this.byName.values()]);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  private targetOf(
    op: string,
    columns: readonly Column[],
    isList: boolean,
    dtype: DType,
    asked: DType | null,
    missing: 'error' | 'nan',
  ): { target: Tensor | null; classes: string[] | null } {
    const [only] = columns;
    if (only === undefined) return { target: null, classes: null };
    if (isList) return { target: matrix(op, columns, asked ?? dtype, missing), classes: null };
    if (only.type !== 'string') {
      const whole = only.type !== 'date' && !isFloating(only.type);
      return { target: matrix(op, [only], asked ?? (whole ? 'int64' : dtype), missing, true), classes: null };
    }
    const used = new Set<string>();
    for (let i = 0; i < only.length; i++) {
      if (only.isMissing(i)) throw isMissing(op, only, i, 'leave such rows out with dropMissing()');
      used.add(only.words[only.values[i] as number]!);
    }
    const classes = distinct(op, only.name, used) as string[];
    const places = placesOf(classes);
    const column = new Column(
      only.name,
      'int32',
      (only.values as Int32Array).map((word) => places.get(only.words[word]!)!),
    );
    return { target: matrix(op, [column], asked ?? 'int64', missing, true), classes };
  }

  private rowAt(i: number): Row {
    const row: Row = {};
    for (const [name, column] of this.byName) row[name] = column.get(i);
    return row;
  }

  private rows(indices: ArrayLike<number>): Table {
    return new Table([...this.byName.values()].map((column) => column.take(indices)));
  }

  private many(member: string, names: unknown): Column[] {
    const list: readonly unknown[] = typeof names === 'string' ? [names] : (names as readonly unknown[]);
    if (!Array.isArray(list)) throw unexpected(`Table.${member}`, 'names', names, 'a list of names of columns');
    return list.map((name) => this.find(member, name));
  }

  private find(member: string, name: unknown): Column {
    const column = this.byName.get(name as string);
    if (column !== undefined) return column;
    const meant = typeof name === 'string' ? meantName(name, this.columns) : undefined;
    const known = this.columns
      .slice(0, 20)
      .map((one) => `"${one}"`)
      .join(', ');
    throw new ArgumentError(
      `Table.${member}: there is no column ${show(name)}.${meant === undefined ? '' : ` Did you mean "${meant}"?`} The table has ${known || 'none'}${this.columns.length > 20 ? ', …' : ''}.${this.columns.length === 1 ? separated(this.columns[0]!) : ''}`,
    );
  }
}

function fromLists(columns: Readonly<Record<string, readonly unknown[]>>): Column[] {
  if (!isOptions(columns)) throw unexpected('Table', 'columns', columns, 'lists of values by name: { age: [31, 45] }');
  return Object.entries(columns).map(([name, values]) => {
    const list: readonly unknown[] = ArrayBuffer.isView(values) ? Array.from(values as unknown as ArrayLike<unknown>) : values;
    if (!Array.isArray(list)) throw unexpected('Table', name, values, 'a list of values');
    const builder = new ColumnBuilder(name, typeOf('Table', name, list), list.length);
    for (const [i, value] of list.entries())
      if (!builder.push(value))
        throw new ArgumentError(`Table: row ${i}, column "${name}" is ${show(value)}, which ${builder.type} does not hold.`);
    return builder.build();
  });
}

const isMissing = (op: string, column: Column, row: number, advice: string) =>
  new ArgumentError(`${op}: row ${row}, column "${column.name}" is missing. Fill it in with fillMissing({ … }), or ${advice}.`);

/** Columns side by side, [N, F]; [N] where `flat`. */
function matrix(op: string, columns: readonly Column[], dtype: DType, missing: 'error' | 'nan', flat = false): Tensor {
  const rows = columns[0]!.length;
  const width = columns.length;
  const out = new dtypes[dtype].array(rows * width) as TypedArray & Record<number, number | bigint>;
  for (const [f, column] of columns.entries()) {
    if (column.type === 'string') throw notNumber(op, column);
    if (column.type === 'date')
      throw new ArgumentError(
        `${op}: column "${column.name}" holds dates, expected numbers. Make a column of what matters in them, such as getUTCHours(), or leave it out.`,
      );
    for (let i = 0; i < rows; i++) {
      const value = column.values[i]!;
      if (column.isMissing(i)) {
        if (missing === 'error') throw isMissing(op, column, i, "leave such rows out with dropMissing(), or pass missing: 'nan'");
        if (!isFloating(dtype))
          throw new DTypeError(`${op}: row ${i}, column "${column.name}" is missing, which ${dtype} cannot hold. Use float32 or float64.`);
        out[i * width + f] = Number.NaN;
      } else {
        if (!fits(dtype, value))
          throw new DTypeError(`${op}: row ${i}, column "${column.name}" is ${value}, which ${dtype} does not hold. Use another dtype.`);
        out[i * width + f] = dtype === 'int64' ? BigInt(value) : dtype === 'bool' ? Number(Number(value) !== 0) : Number(value);
      }
    }
  }
  return fromTypedArray(out, flat ? [rows] : [rows, width], dtype === 'bool' ? { dtype: 'bool' } : undefined);
}

/** What to do where all of a row seems to lie in one column, by the name of that. */
function separated(name: string): string {
  const sep = /[;\t|]/.exec(name)?.[0];
  return sep === undefined ? '' : ` Its cells seem to be separated by ${show(sep)}: readCsv(…, { sep: ${show(sep)} }).`;
}

/** The error of a column of strings where numbers are expected: about its first value that is none. */
function notNumber(op: string, column: Column): ArgumentError {
  const one = column.words.map((word) => !isNumber(word));
  let row = 0;
  while (row < column.length && (column.isMissing(row) || !one[column.values[row] as number])) row++;
  if (row === column.length)
    return new ArgumentError(
      `${op}: column "${column.name}" holds strings, expected numbers. Read it as such: dtype: { ${column.name}: 'float64' }.`,
    );
  return new ArgumentError(
    `${op}: row ${row}, column "${column.name}" is ${show(column.get(row))}, expected a number.${separated(column.name) || ` Mend that value, or encode the column: new OneHotEncoder().fitTransform(table.toRows('${column.name}')).`}`,
  );
}
