/** Tables of numbers, [N, F], as scalers read them: checked, and column by column. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { detach, to } from '../../ops/view/copy.js';
import { narrow, select } from '../../ops/view/select.js';
import { assertTensor, unexpected } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isFloating, type TypedArray } from '../../tensor/values/dtype.js';
import { toTypedArray } from '../../tensor/values/transfer.js';

/** How many elements are read out of the engine at a time. */
const BLOCK = 2 ** 18;

/**
 * Throws unless `x` is a table, [N, F].
 * @param features how many columns it must have; null for any number.
 * @throws {ShapeError} that says how to make one of a column or a row.
 */
export function assertColumns(op: string, x: unknown, features: number | null): asserts x is Tensor {
  if (x !== null && typeof x === 'object' && classNameOf(x) === 'Table')
    throw unexpected(op, 'x', x, 'a Tensor', "Take the table's numbers: table.toTensors().features.");
  assertTensor(op, 'x', x);
  if (x.ndim !== 2) {
    const advice =
      x.ndim === 1 ? ' One column is x.reshape(-1, 1), one row x.reshape(1, -1).' : x.ndim > 2 ? ' Flatten it: x.flatten(1).' : '';
    throw new ShapeError(`${op}: x has shape ${showShape(x.shape)}, expected [N, F]: rows and columns.${advice}`);
  }
  if (x.shape[1] === 0) throw new ShapeError(`${op}: x has no columns (shape ${showShape(x.shape)}), expected at least one.`);
  if (features !== null && x.shape[1] !== features)
    throw new ShapeError(
      `${op}: x has ${x.shape[1]} columns, but it was fitted on ${features} (x ${showShape(x.shape)}). Give it the same columns in the same order.`,
    );
}

/** The table in a dtype that holds fractions: integers and bools count in float64. */
export function floatingColumns(x: Tensor): Tensor {
  return isFloating(x.dtype) ? x : to(x, 'float64');
}

/** What a table says of each of its columns. NaN stands for a missing value, which none of them counts. */
export interface ColumnSums {
  readonly count: Float64Array;
  readonly sum: Float64Array;
  /** NaN for a column without values. */
  readonly min: Float64Array;
  /** NaN for a column without values. */
  readonly max: Float64Array;
}

/**
 * Counts, sums, smallest and largest values of the columns, in one pass.
 * @param weights how much each row counts. Default: 1. @throws {ShapeError} for a table without rows. @throws {ArgumentError} for an infinity; it names row and column.
 */
export function columnSums(op: string, x: Tensor, weights?: Float64Array): ColumnSums {
  const features = x.shape[1]!;
  if (x.shape[0] === 0) throw new ShapeError(`${op}: x has no rows (shape ${showShape(x.shape)}), expected at least one.`);
  const filled = (value: number) => new Float64Array(features).fill(value);
  const [count, sum, min, max] = [filled(0), filled(0), filled(Infinity), filled(-Infinity)];
  for (const { values, row } of blocks(x)) {
    // The sum of each block by itself: small numbers are not lost beside the sum of all.
    const part = filled(0);
    for (let i = 0, f = 0, r = row; i < values.length; i++, f = f + 1 === features ? 0 : f + 1, f === 0 && r++) {
      const value = Number(values[i]);
      if (Number.isNaN(value)) continue;
      if (!Number.isFinite(value)) throw infinity(op, value, r, f);
      const weight = weights === undefined ? 1 : weights[r]!;
      count[f]! += weight;
      part[f]! += weight * value;
      if (value < min[f]!) min[f] = value;
      if (value > max[f]!) max[f] = value;
    }
    for (let f = 0; f < features; f++) sum[f]! += part[f]!;
  }
  for (let f = 0; f < features; f++) if (count[f] === 0) min[f] = max[f] = NaN;
  return { count, sum, min, max };
}

const infinity = (op: string, value: number, row: number, column: number) =>
  new ArgumentError(
    `${op}: x holds ${value} in row ${row}, column ${column}, expected finite numbers, or NaN for a missing one. Replace it, or leave the row out.`,
  );

/** The sums of `value - center` and of its square, of each column, times the weight of the row; NaN counts as nothing. */
export function columnDeviations(x: Tensor, center: Float64Array, weights?: Float64Array): { first: Float64Array; second: Float64Array } {
  const features = center.length;
  const [first, second] = [new Float64Array(features), new Float64Array(features)];
  for (const { values, row } of blocks(x)) {
    const [part1, part2] = [new Float64Array(features), new Float64Array(features)];
    for (let i = 0, f = 0, r = row; i < values.length; i++, f = f + 1 === features ? 0 : f + 1, f === 0 && r++) {
      const away = Number(values[i]) - center[f]!;
      if (Number.isNaN(away)) continue;
      const weight = weights === undefined ? 1 : weights[r]!;
      part1[f]! += weight * away;
      part2[f]! += weight * away * away;
    }
    for (let f = 0; f < features; f++) {
      first[f]! += part1[f]!;
      second[f]! += part2[f]!;
    }
  }
  return { first, second };
}

/** The values of column `f` in ascending order, without NaN. */
export function sortedColumn(x: Tensor, f: number): Float64Array {
  const values = Float64Array.from(toTypedArray(select(detach(x), 1, f)) as ArrayLike<number>).sort();
  // NaN sorts behind all numbers.
  let end = values.length;
  while (end > 0 && Number.isNaN(values[end - 1])) end--;
  return values.subarray(0, end);
}

/** The values between which `fraction` of a sorted list lies, mixed as NumPy's `percentile` does; NaN of an empty list. */
export function quantileOf(sorted: Float64Array, fraction: number): number {
  if (sorted.length === 0) return NaN;
  const place = fraction * (sorted.length - 1);
  const low = Math.floor(place);
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  const part = place - low;
  return part < 0.5 ? a + (b - a) * part : b - (b - a) * (1 - part);
}

/** The table in row-major blocks of whole rows. */
function* blocks(x: Tensor): Generator<{ values: TypedArray; row: number }> {
  const [rows, features] = x.shape as [number, number];
  const step = Math.max(1, Math.floor(BLOCK / features));
  const source = detach(x);
  for (let row = 0; row < rows; row += step) yield { values: toTypedArray(narrow(source, 0, row, Math.min(step, rows - row))), row };
}
