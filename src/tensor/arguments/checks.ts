/**
 * The check vocabulary: what comes from outside is checked before anything is made or walked by it, with one function and one wording for
 * each kind of mistake. All take `(op, name, value, …)`: the call that the user wrote, the argument's name there, what was given. Those of
 * numbers and words return the value, so that they stand where it is read; `assert…` narrow its type.
 */
import { ArgumentError, DTypeError, OutOfMemoryError, ShapeError, showShape } from '../../errors.js';
import type { Shape } from '../shape.js';
import { Tensor } from '../tensor.js';
import { type DType, isFloating } from '../values/dtype.js';
import { adviceFor, describe, show } from './show.js';

/** The error of every wrong value: `op: name is …, expected …. hint`. */
export function unexpected(op: string, name: string, value: unknown, expected: string, hint?: string): ArgumentError {
  return new ArgumentError(`${op}: ${name} is ${show(value)}, expected ${expected}.${hint === undefined ? '' : ` ${hint}`}`);
}

/** Between what a whole number may lie, ends included. */
export interface Bounds {
  /** Default: none. */
  readonly min?: number;
  /** Default: the largest whole number that a double counts to. */
  readonly max?: number;
}

/**
 * `value`, a whole number within bounds.
 * @param hint what to do instead, as a sentence.
 * @throws {ArgumentError} for fractions, NaN, strings, tensors and whatever else is none.
 */
export function wholeNumber(op: string, name: string, value: unknown, { min, max }: Bounds = {}, hint?: string): number {
  if (Number.isSafeInteger(value) && (min === undefined || (value as number) >= min) && (max === undefined || (value as number) <= max))
    return value as number;
  const range =
    min === undefined
      ? max === undefined
        ? ''
        : ` of at most ${max}`
      : max === undefined
        ? ` of at least ${min}`
        : ` from ${min} to ${max}`;
  throw unexpected(op, name, value, `a whole number${range}`, hint);
}

/** {@link wholeNumber} of at least `least`: how many of something there are, and sizes. */
export function countOf(op: string, name: string, value: unknown, least = 0): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  return wholeNumber(op, name, value, { min: least });
}

/** {@link wholeNumber} of each item of a list, which is copied: what the caller does to it afterwards changes nothing. */
export function wholeNumbers(op: string, name: string, values: unknown, bounds: Bounds = {}): number[] {
  if (!Array.isArray(values)) throw unexpected(op, name, values, 'a list of whole numbers');
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
  const out: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const good = Number.isSafeInteger(value) && value >= min && value <= max;
    out.push(good ? value : wholeNumber(op, `${name}[${i}]`, value, bounds));
  }
  return out;
}

/** Throws unless `value` is a number: NaN and infinities pass, as the value of an element may be one. @throws {ArgumentError} for anything else. */
export function assertNumber(op: string, name: string, value: unknown): asserts value is number {
  if (typeof value !== 'number') throw unexpected(op, name, value, 'a number');
}

/** `value`, a number that is not NaN; infinities pass. @throws {ArgumentError} for anything else. */
export function realNumber(op: string, name: string, value: unknown): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw unexpected(op, name, value, 'a number');
}

/** `value`, a finite number. @throws {ArgumentError} for anything else. */
export function finiteNumber(op: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw unexpected(op, name, value, 'a finite number');
}

/** `value`, a number of at least `least`; infinity passes. @throws {ArgumentError} for anything else. */
export function atLeast(op: string, name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && value >= least) return value;
  throw unexpected(op, name, value, `a number of at least ${least}`);
}

/** `value`, a number above `bound`: `above(op, 'eps', eps, 0)`; infinity passes. @throws {ArgumentError} for anything else. */
export function above(op: string, name: string, value: unknown, bound: number): number {
  if (typeof value === 'number' && value > bound) return value;
  throw unexpected(op, name, value, `a number above ${bound}`);
}

/** `value`, a number from `min` to `max`, both included. @throws {ArgumentError} for anything else. */
export function between(op: string, name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw unexpected(op, name, value, `a number from ${min} to ${max}`);
}

/** `value`, a number from `min`, included, to below `bound`: decay rates. @throws {ArgumentError} for anything else. */
export function below(op: string, name: string, value: unknown, min: number, bound: number): number {
  if (typeof value === 'number' && value >= min && value < bound) return value;
  throw unexpected(op, name, value, `at least ${min} and below ${bound}`);
}

/** `value`, a probability. @throws {ArgumentError} for anything but a number from 0 to 1. */
export function probability(op: string, name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw unexpected(op, name, value, 'a probability from 0 to 1');
}

/** `value`, one of some words: `oneOf(op, 'reduction', reduction, REDUCTIONS)`. @throws {ArgumentError} for anything else. */
export function oneOf<T extends string>(op: string, name: string, value: unknown, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T;
  const words = allowed.map((word) => `'${word}'`);
  throw unexpected(op, name, value, words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
}

/** A number, or [length]. */
export type Single = number | readonly [number];
/** One number for both axes, or [height, width]. */
export type Pair = number | readonly [number, number];
/** One number for all axes, or [depth, height, width]. */
export type Triple = number | readonly [number, number, number];
/** One number for every axis, or one for each. */
export type Sizes = number | readonly number[];
/** How many axes a window has. */
export type Rank = 1 | 2 | 3;

/** What messages say after "a whole number" of sizes that are given per axis. */
const PER_AXIS = { 1: '', 2: ', or two of them: [height, width]', 3: ', or three of them: [depth, height, width]' } as const;

/** `value` for each of `rank` axes, whole numbers of at least `least`. @throws {ArgumentError} for anything else. */
export function sizesPerAxis(op: string, name: string, value: unknown, rank: Rank, least: number): number[] {
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const all = given.length === 1 ? new Array<unknown>(rank).fill(given[0]) : given;
  if (all.length !== rank || !all.every((n) => Number.isInteger(n) && (n as number) >= least))
    throw unexpected(op, name, value, `a whole number of at least ${least}${PER_AXIS[rank]}`);
  return all as number[];
}

/** The most entries of a list that JavaScript makes on the way to a tensor. */
const LONGEST = 2 ** 24;

/** Beyond so many a stack of layers is a slip of the pen, which would take hours to make. */
export const MOST_LAYERS = 2 ** 14;

/**
 * `count`, where so many entries may be listed in JavaScript: a list as long as any number that comes from outside would end the process.
 * @throws {OutOfMemoryError} beyond.
 */
export function listable(op: string, what: string, count: number, most = LONGEST): number {
  if (count <= most) return count;
  throw new OutOfMemoryError(`${op}: it would make ${count} ${what}, more than the ${most} that it can. Take fewer, or do it in parts.`);
}

/**
 * Throws unless `value` is a tensor; for code without types, which passes lists, nothing, or what a promise will give.
 * @throws {ArgumentError} that says what it is, and how to make a tensor of it.
 */
export function assertTensor(op: string, name: string, value: unknown): asserts value is Tensor {
  if (value instanceof Tensor) return;
  throw new ArgumentError(`${op}: ${name} is ${describe(value)}, expected a Tensor.${adviceFor(value)}`);
}

/** {@link assertTensor} of each of some arguments, by name. */
export function assertTensors(op: string, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) assertTensor(op, name, value);
}

/** {@link assertTensor}, where null stands for none. */
export function assertTensorOrNull(op: string, name: string, value: unknown): asserts value is Tensor | null {
  if (value instanceof Tensor || value === null) return;
  throw new ArgumentError(`${op}: ${name} is ${describe(value)}, expected a Tensor, or null for none.${adviceFor(value)}`);
}

/**
 * {@link assertTensor} of each item of a list.
 * @param many whether it must hold one at least.
 */
export function assertTensorList(op: string, name: string, value: unknown, many = false): asserts value is readonly Tensor[] {
  if (!Array.isArray(value))
    throw new ArgumentError(
      `${op}: ${name} is ${describe(value)}, expected a list of Tensors.${value instanceof Tensor ? ` Write ${op}([…]).` : ''}`,
    );
  for (let i = 0; i < value.length; i++) assertTensor(op, `${name}[${i}]`, value[i]);
  if (many && value.length === 0) throw new ArgumentError(`${op}: ${name} is an empty list, expected at least one Tensor.`);
}

/** Throws unless `value` is a Uint8Array. @throws {ArgumentError} that says what it is. */
export function assertBytes(op: string, value: unknown): asserts value is Uint8Array {
  if (value instanceof Uint8Array) return;
  const advice = value instanceof ArrayBuffer ? ' Wrap it: new Uint8Array(buffer).' : value instanceof Promise ? ' Await it.' : '';
  throw new ArgumentError(`${op}: the bytes are ${describe(value)}, expected a Uint8Array.${advice}`);
}

/** Whether all items are numbers. A loop, since `every` takes its slow way with frozen arrays, which the shapes of tensors are. */
export function allNumbers(list: readonly unknown[]): boolean {
  for (let i = 0; i < list.length; i++) if (typeof list[i] !== 'number') return false;
  return true;
}

/**
 * Throws unless `value` is a list of numbers; what numbers they may be is left to the caller.
 * @param one whether a number may stand for a list of one.
 * @throws {ArgumentError} that says what it is.
 */
export function assertNumbers(op: string, name: string, value: unknown, one = false): void {
  if (Array.isArray(value) ? allNumbers(value) : one && typeof value === 'number') return;
  throw new ArgumentError(`${op}: ${name} is ${describe(value)}, expected a ${one ? 'number or a ' : ''}list of numbers.`);
}

/** Throws unless `value` is a list; its sizes are left to whoever makes a tensor of it. @throws {ArgumentError} that says what it is. */
export function assertSizes(op: string, name: string, value: unknown): asserts value is Shape {
  if (!Array.isArray(value)) throw unexpected(op, name, value, 'a list of sizes');
}

/** Throws unless `value` can be called. @throws {ArgumentError} that says what it is. */
export function assertFunction(op: string, name: string, value: unknown): void {
  if (typeof value !== 'function') throw new ArgumentError(`${op}: ${name} is ${describe(value)}, expected a function.`);
}

/** Throws unless `value` is a string. @throws {ArgumentError} that says what it is. */
export function assertString(op: string, name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw new ArgumentError(`${op}: ${name} is ${describe(value)}, expected a string.`);
}

/** Throws unless `value` is true or false. @throws {ArgumentError} that says what it is. */
export function assertBoolean(op: string, name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new ArgumentError(`${op}: ${name} is ${describe(value)}, expected true or false.`);
}

/** Throws unless a tensor has at least `least` dims. @throws {ShapeError} for fewer. @throws {ArgumentError} for anything but a tensor. */
export function assertDims(op: string, name: string, value: unknown, least: number): asserts value is Tensor {
  assertTensor(op, name, value);
  if (value.ndim < least)
    throw new ShapeError(`${op}: ${name} is ${showShape(value.shape)}, expected at least ${least} dim${least === 1 ? '' : 's'}.`);
}

/**
 * Throws unless `value` is a tensor of float32 or float64.
 * @throws {DTypeError} for another dtype. @throws {ArgumentError} for anything but a tensor.
 */
export function assertFloating(op: string, name: string, value: unknown): asserts value is Tensor {
  assertTensor(op, name, value);
  if (!isFloating(value.dtype))
    throw new DTypeError(`${op}: ${name} is ${value.dtype}, expected float32 or float64. Use ${name}.to('float32').`);
}

/** Throws unless `dtype` is float32 or float64: of parameters, of random numbers. @throws {DTypeError} for another one. */
export function assertFloatingDType(op: string, name: string, dtype: unknown): asserts dtype is 'float32' | 'float64' {
  if (dtype !== 'float32' && dtype !== 'float64')
    throw new DTypeError(`${op}: ${name} is ${typeof dtype === 'string' ? dtype : show(dtype)}, expected float32 or float64.`);
}

/**
 * Throws unless all tensors have the dtype of the first; null stands for one that is not given:
 * `assertSameDType(op, { input, weight, bias })`.
 * @throws {DTypeError} that names the first that differs.
 */
export function assertSameDType(op: string, tensors: Readonly<Record<string, Tensor | null | undefined>>): void {
  let first = '';
  let dtype: DType | undefined;
  for (const name in tensors) {
    const tensor = tensors[name];
    if (!tensor) continue;
    if (dtype === undefined) {
      first = name;
      dtype = tensor.dtype;
    } else if (tensor.dtype !== dtype) {
      // A layer's parameters stay as they are, and the input, which is named first, is converted; but not to integers.
      const advice = isFloating(tensor.dtype) ? `${first}.to('${tensor.dtype}')` : `${name}.to('${dtype}')`;
      throw new DTypeError(`${op}: ${first} is ${dtype} and ${name} ${tensor.dtype}, expected one dtype. Use ${advice}.`);
    }
  }
}
