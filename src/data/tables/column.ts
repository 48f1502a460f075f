/** Columns of a table: typed arrays, words by number, and what is missing. */
import { ArgumentError, IndexError } from '../../errors.js';
import { unexpected } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { type DType, dtypes, isFloating, type TypedArray } from '../../tensor/values/dtype.js';

/** What a column holds: numbers of a dtype, bools, strings, or dates. */
export type ColumnType = DType | 'string' | 'date';

/** One value of a table; null where it is missing. Whole numbers beyond 2^53 are bigints. */
export type Cell = number | bigint | boolean | string | Date | null;

/** All types of columns, for checks and messages. */
const COLUMN_TYPES: readonly ColumnType[] = [...(Object.keys(dtypes) as DType[]), 'string', 'date'];

/** How the values of a type lie in memory: strings as places in a list, dates as milliseconds. */
const arrayOf = (type: ColumnType): (new (length: number) => TypedArray) =>
  type === 'string' ? Int32Array : type === 'date' ? Float64Array : dtypes[type].array;

/** Whether a missing value has a number of its own: NaN, or -1 among strings. Whole numbers and bools have none, and need a mask. */
const marksMissing = (type: ColumnType): boolean => type === 'string' || type === 'date' || isFloating(type);

/**
 * One column of a {@link Table}.
 * @example
 * const column = readCsv('age,name\n31,Ada\n,Bob').column('age');
 * [column.type, column.get(0), column.get(1)]; // ['int64', 31, null]
 */
export class Column {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'Column';
  /** The column's name in the table. */
  readonly name: string;
  /** What it holds. */
  readonly type: ColumnType;
  /** The values as they lie in memory: strings by their place in `words`, dates in milliseconds since 1970. What stands at a missing one says nothing. */
  readonly values: TypedArray;
  /** The different strings of a column of strings; empty for others. */
  readonly words: readonly string[];
  private readonly mask: Uint8Array | null;

  /**
   * @internal
   * @param mask 1 where a value is missing; null for none, and for types that have a number for it.
   */
  constructor(name: string, type: ColumnType, values: TypedArray, words: readonly string[] = [], mask: Uint8Array | null = null) {
    this.name = name;
    this.type = type;
    this.values = values;
    this.words = words;
    this.mask = mask;
  }

  /** How many values it has, missing ones included. */
  get length(): number {
    return this.values.length;
  }

  /** How many values are missing. */
  get missing(): number {
    let count = 0;
    for (let i = 0; i < this.length; i++) if (this.isMissing(i)) count++;
    return count;
  }

  /** Whether value `i` is missing. */
  isMissing(i: number): boolean {
    if (this.mask !== null) return this.mask[i] !== 0;
    if (this.type === 'string') return (this.values[i] as number) < 0;
    return marksMissing(this.type) && Number.isNaN(this.values[i]);
  }

  /** Value `i`; null where it is missing. @throws {IndexError} outside 0..length-1. */
  get(i: number): Cell {
    if (!Number.isInteger(i) || i < 0 || i >= this.length)
      throw new IndexError(`Column.get: there is no row ${show(i)}: column "${this.name}" has ${this.length}.`);
    if (this.isMissing(i)) return null;
    const value = this.values[i]!;
    if (this.type === 'string') return this.words[value as number]!;
    if (this.type === 'date') return new Date(value as number);
    if (this.type === 'bool') return value !== 0;
    if (typeof value === 'bigint') return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
    return value;
  }

  /** All values; null where one is missing. */
  toArray(): Cell[] {
    return Array.from({ length: this.length }, (_, i) => this.get(i));
  }

  /** Each value in turn. */
  *[Symbol.iterator](): Iterator<Cell> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }

  /** `Column "age" (int64, 3 rows, 1 missing)`. */
  toString(): string {
    const { missing } = this;
    return `Column "${this.name}" (${this.type}, ${this.length} rows${missing > 0 ? `, ${missing} missing` : ''})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** @internal The values of some rows. */
  take(rows: ArrayLike<number>): Column {
    const values = new (arrayOf(this.type))(rows.length) as TypedArray & Record<number, unknown>;
    const mask = this.mask === null ? null : new Uint8Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      values[i] = this.values[rows[i]!]!;
      if (mask !== null) mask[i] = this.mask![rows[i]!]!;
    }
    return new Column(this.name, this.type, values, this.words, mask);
  }
}

/** Fills a column value by value; its arrays grow with it. */
export class ColumnBuilder {
  readonly name: string;
  readonly type: ColumnType;
  private values: TypedArray;
  private mask: Uint8Array | null = null;
  private readonly places = new Map<string, number>();
  private readonly words: string[] = [];
  private length = 0;

  /** @param rows how many values are expected; more may come. */
  constructor(name: string, type: ColumnType, rows = 1024) {
    this.name = name;
    this.type = type;
    this.values = new (arrayOf(type))(Math.max(rows, 1));
  }

  /** Adds a number, as it lies in memory. */
  pushNumber(value: number | bigint): void {
    (this.next() as Record<number, unknown>)[this.length++] = value;
  }

  /** Adds a string. */
  pushWord(word: string): void {
    let place = this.places.get(word);
    if (place === undefined) {
      place = this.words.length;
      const own = apart(word);
      this.words.push(own);
      this.places.set(own, place);
    }
    this.pushNumber(place);
  }

  /** Adds a missing value. */
  pushMissing(): void {
    const { type } = this;
    if (!marksMissing(type)) {
      this.mask ??= new Uint8Array(this.values.length);
      if (this.mask.length <= this.length) this.mask = grown(this.mask, Math.max(this.values.length, 2 * this.mask.length)) as Uint8Array;
      this.mask[this.length] = 1;
    }
    this.pushNumber(type === 'string' ? -1 : type === 'int64' ? 0n : marksMissing(type) ? Number.NaN : 0);
  }

  /** Adds a value of JavaScript's. @returns whether the column's type holds it. */
  push(value: unknown): boolean {
    const { type } = this;
    if (value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))) this.pushMissing();
    else if (type === 'string') {
      if (typeof value !== 'string') return false;
      this.pushWord(value);
    } else if (type === 'date') {
      if (!(value instanceof Date)) return false;
      this.pushNumber(value.getTime());
    } else if (type === 'bool') {
      if (typeof value !== 'boolean') return false;
      this.pushNumber(value ? 1 : 0);
    } else {
      if (typeof value !== 'number' && typeof value !== 'bigint') return false;
      if (!fits(type, value)) return false;
      this.pushNumber(type === 'int64' ? BigInt(value) : Number(value));
    }
    return true;
  }

  /** The column. */
  build(): Column {
    const values = this.values.length === this.length ? this.values : this.values.slice(0, this.length);
    return new Column(this.name, this.type, values, this.words, this.mask === null ? null : (grown(this.mask, this.length) as Uint8Array));
  }

  private next(): TypedArray {
    if (this.length === this.values.length) this.values = grown(this.values, 2 * this.length);
    return this.values;
  }
}

/** A copy: engines make long parts of a text by pointing into it, and one word would keep all of the text around it. */
const apart = (word: string): string => (word.length < 13 ? word : word.split('').join(''));

function grown(array: TypedArray, length: number): TypedArray {
  if (length <= array.length) return array.slice(0, length);
  const out = new (array.constructor as new (length: number) => TypedArray)(length);
  (out as Float64Array).set(array as Float64Array);
  return out;
}

const RANGES = {
  uint8: [0n, 255n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

/** Whether a numeric type holds a number: whole numbers within their range, any number where fractions are held. */
export function fits(type: ColumnType, value: number | bigint): boolean {
  if (type !== 'uint8' && type !== 'int32' && type !== 'int64') return true;
  if (typeof value === 'number' && !Number.isInteger(value)) return false;
  const [min, max] = RANGES[type];
  return value >= min && value <= max;
}

/** The type that holds all of some values of JavaScript's; @throws {ArgumentError} for several kinds, and for what no table holds. */
export function typeOf(op: string, name: string, values: Iterable<unknown>): ColumnType {
  let type: ColumnType | null = null;
  let row = 0;
  for (const value of values) {
    const own = typeOfValue(value);
    if (own === undefined)
      throw new ArgumentError(
        `${op}: row ${row}, column "${name}" is ${show(value)}, expected a number, a string, a boolean, a Date, or null.`,
      );
    if (own !== null && own !== type) {
      const numbers: boolean = (own === 'int64' || own === 'float64') && (type === 'int64' || type === 'float64');
      if (type !== null && !numbers)
        throw new ArgumentError(
          `${op}: row ${row}, column "${name}" is ${show(value)}, but the column holds ${type} before it. A column holds one kind.`,
        );
      type = numbers ? 'float64' : own;
    }
    row++;
  }
  return type ?? 'float64';
}

function typeOfValue(value: unknown): ColumnType | null | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isNaN(value) ? null : Number.isSafeInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'bigint') return 'int64';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return value instanceof Date ? 'date' : undefined;
}

/** The types that were asked for, by column. @throws {ArgumentError} for one that does not exist. */
export function checkTypes(op: string, name: string, types: Readonly<Record<string, unknown>>): Readonly<Record<string, ColumnType>> {
  for (const [column, type] of Object.entries(types))
    if (!COLUMN_TYPES.includes(type as ColumnType))
      throw unexpected(op, `${name}.${column}`, type, `one of ${COLUMN_TYPES.map((one) => `'${one}'`).join(', ')}`);
  return types as Record<string, ColumnType>;
}
