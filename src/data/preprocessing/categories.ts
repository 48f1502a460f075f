/** Categories: words, numbers or booleans, in order and by number. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { describe, show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';

/** What a category may be: a word, a number or a boolean; null and NaN stand for a missing value, which is a category of its own. */
export type Category = string | number | boolean | null;

/** The kind of a category; missing values go with any. */
type Kind = 'strings' | 'numbers' | 'booleans';

function kindOf(op: string, where: string, value: unknown): Kind | null {
  if (value === null || Number.isNaN(value)) return null;
  if (typeof value === 'string') return 'strings';
  if (typeof value === 'number') return 'numbers';
  if (typeof value === 'boolean') return 'booleans';
  throw new ArgumentError(
    `${op}: ${where} is ${value === undefined ? 'missing' : show(value)}, expected a string, a number, a boolean, or null.`,
  );
}

/**
 * The different values, in order: numbers by size, words by their code points as in Python, false before true; then null, then NaN.
 * @param name what messages call the values: `y`, `column 1`.
 * @throws {ArgumentError} for strings beside numbers, and for what is neither.
 */
export function distinct(op: string, name: string, values: Iterable<unknown>): Category[] {
  const seen = new Set<Category>();
  let kind: Kind | null = null;
  let i = 0;
  for (const value of values) {
    if (!seen.has(value as Category)) {
      const own = kindOf(op, `${name}, entry ${i}`, value);
      if (own !== null && kind !== null && own !== kind)
        throw new ArgumentError(
          `${op}: ${name} holds ${kind} and, in entry ${i}, ${show(value)}, expected one kind. Turn all of them into strings: String(value).`,
        );
      kind ??= own;
      seen.add(value as Category);
    }
    i++;
  }
  return [...seen].sort(inOrder);
}

/** Ascending; missing values last. */
function inOrder(a: Category, b: Category): number {
  const [last, next] = [placeOf(a), placeOf(b)];
  if (last !== 0 || next !== 0) return last - next;
  return typeof a === 'string' ? byCodePoint(a, b as string) : Number(a) - Number(b);
}

const placeOf = (value: Category): number => (value === null ? 1 : Number.isNaN(value) ? 2 : 0);

/** JavaScript compares halves of surrogate pairs, Python whole code points. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; ) {
    const [x, y] = [a.codePointAt(i)!, b.codePointAt(i)!];
    if (x !== y) return x - y;
    i += x > 0xffff ? 2 : 1;
  }
  return a.length - b.length;
}

/** The place of each category in a list. */
export const placesOf = (categories: readonly Category[]): ReadonlyMap<Category, number> =>
  new Map(categories.map((category, i) => [category, i]));

/** Categories in a message: the first of them. */
export function showCategories(categories: readonly Category[]): string {
  const shown = categories.slice(0, 8).map(show).join(', ');
  return categories.length > 8 ? `${shown} and ${categories.length - 8} more` : shown;
}

/** Labels as a list: of a tensor [N], its numbers or booleans. @throws {ShapeError} for a tensor of more dims. @throws {ArgumentError} for anything but a list. */
export function labelsOf(op: string, y: unknown, name = 'y'): readonly unknown[] {
  if (y instanceof Tensor) {
    if (y.ndim !== 1)
      throw new ShapeError(
        `${op}: ${name} has shape ${showShape(y.shape)}, expected [N].${y.numel() === y.shape[0] ? ` Use ${name}.flatten().` : ''}`,
      );
    return y.toArray() as unknown[];
  }
  if (Array.isArray(y)) return y;
  if (ArrayBuffer.isView(y) && !(y instanceof DataView)) return Array.from(y as unknown as ArrayLike<number>, Number);
  throw new ArgumentError(`${op}: ${name} is ${describe(y)}, expected a list of labels, or a Tensor [N].`);
}

/** A table of categories, column by column. */
export interface CategoryColumns {
  readonly rows: number;
  readonly columns: readonly (readonly unknown[])[];
}

/**
 * A table of categories out of rows, or of a tensor [N, F].
 * @param features how many columns it must have; null for any number.
 * @throws {ShapeError} for rows of unequal length, and another number of columns. @throws {ArgumentError} for anything but a table.
 */
export function categoryColumns(op: string, x: unknown, features: number | null): CategoryColumns {
  let rows: readonly (readonly unknown[])[];
  if (Array.isArray(x)) {
    for (const [i, row] of x.entries())
      if (!Array.isArray(row))
        throw new ArgumentError(`${op}: row ${i} is ${show(row)}, expected a list. One column is x.map((value) => [value]), one row [x].`);
    rows = x;
  } else {
    assertTensor(op, 'x', x);
    if (x.ndim !== 2)
      throw new ShapeError(
        `${op}: x has shape ${showShape(x.shape)}, expected [N, F]: rows and columns.${x.ndim === 1 ? ' One column is x.reshape(-1, 1).' : ''}`,
      );
    rows = x.toArray() as unknown[][];
  }
  if (rows.length === 0) throw new ShapeError(`${op}: x has no rows, expected at least one.`);
  const width = features ?? rows[0]!.length;
  for (const [i, row] of rows.entries()) {
    if (row.length === width && width > 0) continue;
    throw new ShapeError(
      features === null
        ? `${op}: row ${i} has ${row.length} entries${width === 0 ? '' : `, row 0 has ${width}`}. Rows must be of one length, and not empty.`
        : `${op}: row ${i} has ${row.length} columns, but it was fitted on ${features}. Give it the same columns in the same order.`,
    );
  }
  return { rows: rows.length, columns: Array.from({ length: width }, (_, f) => rows.map((row) => row[f])) };
}
