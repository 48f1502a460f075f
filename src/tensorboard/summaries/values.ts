/** What callers may give where numbers are wanted: a number, a list, a typed array, a tensor. */
import { ShapeError } from '../../errors.js';
import { unexpected } from '../../tensor/arguments/checks.js';
import { describe } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import type { Image } from '../../vision/image/image.js';

/** A number, or a tensor of one element. */
export type NumberLike = number | bigint | boolean | Tensor;

/** Numbers: a tensor of any shape, a typed array, a list, or a list of lists. */
export type ArrayLikeOfNumbers =
  | Tensor
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8ClampedArray
  | NestedNumbers;

/** A setting: a number, a word, yes or no; null is left out. */
export type HyperParameter = number | string | boolean | Tensor | null;

/** An image: a tensor of floats from 0 to 1 or of uint8, lists of such numbers, or an {@link Image} of `hone/vision`. */
export type ImageLike = ArrayLikeOfNumbers | Image;

/** A list of numbers, or of such lists. */
export type NestedNumbers = readonly (number | NestedNumbers)[];

/** Numbers, row by row, and how they lie. */
export interface FlatNumbers {
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array | Uint8ClampedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** One number. @throws {ArgumentError} for what is none. @throws {ShapeError} for a tensor of more than one element, or of none. */
export function numberOf(op: string, name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (value instanceof Tensor) {
    if (value.numel() === 1) return value.item();
    throw new ShapeError(`${op}: ${name} has shape [${value.shape.join(', ')}], expected one element.`);
  }
  throw unexpected(op, name, value, 'a number, or a tensor of one element');
}

/** A step of training, a whole number: fractions are cut off, as Python's `int` does. Null where there is none. */
export function stepOf(op: string, value: unknown): bigint | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'bigint') return BigInt.asIntN(64, value);
  const step = Math.trunc(numberOf(op, 'globalStep', value));
  if (!Number.isFinite(step) || Math.abs(step) >= 2 ** 63) throw unexpected(op, 'globalStep', value, 'a whole number');
  return BigInt(step);
}

/** All numbers, row by row. @throws {ArgumentError} for what has none. @throws {ShapeError} for lists of unequal lengths. */
export function numbersOf(op: string, name: string, value: unknown): FlatNumbers {
  if (value instanceof Tensor) {
    const data = value.detach().toTypedArray();
    return { data: data instanceof BigInt64Array ? Float64Array.from(data, Number) : data, shape: value.shape, dtype: value.dtype };
  }
  if (value instanceof BigInt64Array) return { data: Float64Array.from(value, Number), shape: [value.length], dtype: 'int64' };
  const dtype = (['Float32', 'Float64', 'Int32', 'Uint8', 'Uint8Clamped'] as const).find(
    (kind) => Object.prototype.toString.call(value) === `[object ${kind}Array]`,
  );
  if (dtype !== undefined) {
    const data = value as FlatNumbers['data'];
    return { data, shape: [data.length], dtype: (dtype === 'Uint8Clamped' ? 'uint8' : dtype.toLowerCase()) as DType };
  }
  if (typeof value === 'number') return { data: Float64Array.of(value), shape: [], dtype: 'float64' };
  if (Array.isArray(value)) return nested(op, name, value);
  throw unexpected(op, name, value, 'a tensor, a typed array or a list of numbers');
}

function nested(op: string, name: string, list: readonly unknown[]): FlatNumbers {
  const shape: number[] = [];
  for (let at: unknown = list; Array.isArray(at); at = at[0] as unknown) shape.push(at.length);
  const out: number[] = [];
  const walk = (value: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof value !== 'number' && typeof value !== 'boolean') {
        if (Array.isArray(value)) throw new ShapeError(`${op}: the lists of ${name} are not equally deep.`);
        throw unexpected(op, name, list, `a list of numbers; it holds ${describe(value)}`);
      }
      out.push(Number(value));
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[depth])
      throw new ShapeError(`${op}: the lists of ${name} are not equally long: ${describe(value)} where ${shape[depth]} were expected.`);
    for (const item of value) walk(item, depth + 1);
  };
  walk(list, 0);
  return { data: Float64Array.from(out), shape, dtype: 'float64' };
}
