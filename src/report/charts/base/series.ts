/** A curve of a chart, and the numbers that it may be given as. */
import { ArgumentError } from '../../../errors.js';
import { show } from '../../../tensor/arguments/show.js';
import { Tensor } from '../../../tensor/tensor.js';

/** Numbers in a row: a list, a typed array or a tensor of one dim. In a list null is a gap, as NaN is. */
export type Numbers = readonly (number | null)[] | Float32Array | Float64Array | Int32Array | Uint8Array | Tensor;

/** One curve; `deviation` draws a band around it. NaN leaves a gap. */
export interface Series {
  /** Its name in the legend. */
  name: string;
  /** Its values, one for each place along the axis. */
  values: readonly number[];
  /** How far values spread, drawn as a band. */
  deviation?: readonly number[];
}

/** The numbers of a list, a typed array or a tensor of one dim; null counts as NaN. @throws {ArgumentError} for anything else. */
export function numbersOf(op: string, name: string, value: unknown): number[] {
  if (value instanceof Tensor && value.shape.length === 1) return (value.toArray() as (number | bigint | boolean)[]).map(Number);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as unknown as ArrayLike<number>, Number);
  if (Array.isArray(value)) {
    const at = value.findIndex((one) => one !== null && typeof one !== 'number');
    if (at < 0) return value.map((one: number | null) => one ?? Number.NaN);
    throw new ArgumentError(`${op}: ${name}[${at}] is ${show(value[at])}, expected a number.`);
  }
  throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected numbers in a row: a list, a typed array or a tensor of one dim.`);
}
