/** What tells where it stands: samplers, their iterators and data sets may; and how such states are read, out of memory or a file. */
import { StateDictError } from '../../../errors.js';
import { isOptions, show } from '../../../tensor/arguments/show.js';
import { Tensor } from '../../../tensor/tensor.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';

/** Anything with a state to keep. */
export interface Stateful {
  /** Where it stands: plain data, typed arrays and tensors, as `save` takes them. */
  stateDict(): unknown;
  /** Goes on from there. */
  loadStateDict(state: unknown): void;
}

/** Whether a value has both methods of {@link Stateful}. */
export function isStateful(value: unknown): value is Stateful {
  const candidate = value as Partial<Stateful> | null | undefined;
  return typeof candidate?.stateDict === 'function' && typeof candidate.loadStateDict === 'function';
}

/** @throws {StateDictError} for what cannot be a part of a loader's state. */
export function broken(what: string, value: unknown, expected: string): StateDictError {
  return new StateDictError(
    `DataLoader.loadStateDict: ${what} is ${show(value)}, expected ${expected}. Is it what stateDict() of a DataLoader gave? Nothing was changed.`,
  );
}

/** A part of a state that is a plain object. */
export function readPart(what: string, value: unknown): Record<string, unknown> {
  if (!isOptions(value)) throw broken(what, value, 'an object');
  return value as Record<string, unknown>;
}

/** A count in a state. */
export function readCount(what: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw broken(what, value, 'a whole number of 0 or more');
  return value as number;
}

/** A list in a state. */
export function readList(what: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw broken(what, value, 'a list');
  return value;
}

/** Whole numbers as a typed array: four bytes each, where that is enough. */
export function packNumbers(numbers: ArrayLike<number>): Int32Array | BigInt64Array {
  const small = Int32Array.from(numbers);
  for (let i = 0; i < small.length; i++) if (small[i] !== numbers[i]) return BigInt64Array.from(Array.from(numbers, BigInt));
  return small;
}

/** What {@link packNumbers} packed; out of a file it comes as a tensor. */
export function unpackNumbers(what: string, packed: unknown): number[] {
  const values = packed instanceof Tensor ? toTypedArray(packed) : packed;
  if (values instanceof Int32Array) return Array.from(values);
  if (values instanceof BigInt64Array) return Array.from(values, Number);
  throw broken(what, packed, 'whole numbers');
}
