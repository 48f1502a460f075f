/** Arguments of untyped code: those with defaults, by position and by name, and tensors that are none. */
import { ArgumentError } from '../errors.js';
import { Tensor } from './tensor.js';

/** `P` in order, and `O`, by name, in the place of those that are left: the type of what {@link readArguments} reads. */
export type Trailing<P extends readonly unknown[], O> = P extends readonly [infer A, ...infer Rest]
  ? [] | [options: O] | [A, ...Trailing<Rest, O>]
  : [] | [options: O];

/** Stands for an argument that has no default, or none of one type: where it is not given it is undefined, which the caller checks. */
export const required = undefined as never;

/**
 * The values of arguments that have defaults, as PyTorch takes them: the leading ones by position, all of them by name in one object at the end.
 * @param op the name that the user called.
 * @param defaults names in PyTorch's order, with the value of each that is not given; it also says of what type a value must be. Null
 *   and {@link required} stand for any type.
 * @param given the arguments after the required ones: values in order, then at most one object of values by name. undefined takes the default.
 * @throws {ArgumentError} for an unknown name, a value of another type (NaN counts as one), and one given twice.
 */
export function readArguments<T extends object>(op: string, defaults: T, given: readonly unknown[]): T {
  if (given.length === 0) return defaults;
  const out = { ...defaults } as Record<string, unknown>;
  const names = Object.keys(defaults);
  let count = given.length;
  while (count > 0 && given[count - 1] === undefined) count--;
  for (let i = 0; i < count; i++) {
    const value = given[i];
    if (isOptions(value)) {
      if (i < count - 1) throw new ArgumentError(`${op}: an object of options comes last, got ${show(given[i + 1])} after it.`);
      for (const [name, named] of Object.entries(value)) {
        const at = names.indexOf(name);
        if (at < 0) throw unknownOption(op, name, names);
        if (at < i && named !== undefined) throw new ArgumentError(`${op}: ${name} is given twice, by position and by name.`);
        set(op, out, defaults, name, named);
      }
    } else {
      const name = names[i];
      if (name === undefined) throw new ArgumentError(`${op}: got ${show(value)} as one argument too many. ${takes(op, names)}`);
      set(op, out, defaults, name, value);
    }
  }
  return out as T;
}

/** The error of a name that is none of `names`; it suggests the nearest. */
export function unknownOption(op: string, name: string, names: readonly string[]): ArgumentError {
  const near = nearest(name, names);
  return new ArgumentError(`${op}: there is no option "${name}".${near === undefined ? '' : ` Did you mean ${near}?`} ${takes(op, names)}`);
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

/** A value in a message: `[1, 2]`, `"mean"`, `a Tensor`. */
export function show(value: unknown): string {
  if (value instanceof Tensor) return `a Tensor of shape [${value.shape.join(', ')}]`;
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
  if (Array.isArray(value)) return value.length > 8 ? `a list of ${value.length}` : `[${value.map(show).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return isOptions(value) ? 'an object' : `a ${value.constructor.name}`;
}

/** Whether it is an object literal: no tensor, list or instance of a class. */
function isOptions(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function set<T extends object>(op: string, out: Record<string, unknown>, defaults: T, name: string, value: unknown): void {
  if (value === undefined) return;
  const like: unknown = defaults[name as keyof T];
  if (like !== null && like !== undefined && (typeof value !== typeof like || Number.isNaN(value)))
    throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected ${kindOf(like)}.`);
  out[name] = value;
}

/** What is expected where the default is `like`. */
function kindOf(like: unknown): string {
  if (typeof like === 'boolean') return 'true or false';
  if (Array.isArray(like)) return 'a list';
  return typeof like === 'string' ? `a string, such as "${like}"` : typeof like === 'number' ? 'a number' : 'an object';
}

function takes(op: string, names: readonly string[]): string {
  return names.length === 0 ? `${op} takes no options.` : `${op} takes ${names.join(', ')}.`;
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  return show(value);
}

function adviceFor(value: unknown): string {
  if (value instanceof Promise) return ' Await it.';
  if (Array.isArray(value) && value.some((v) => v instanceof Tensor)) return ' Join tensors with stack or cat.';
  if (Array.isArray(value) || ArrayBuffer.isView(value) || typeof value === 'number' || typeof value === 'boolean')
    return ' Make one with tensor(…).';
  return '';
}

/** The name that was probably meant: written another way (weight_decay), or with a letter or two wrong. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const plain = (s: string) => s.replaceAll('_', '').toLowerCase();
  const distances = names.map((known) => [known, distance(plain(name), plain(known))] as const).sort((a, b) => a[1] - b[1]);
  const [best] = distances;
  return best !== undefined && best[1] <= Math.min(2, Math.floor((name.length + 1) / 3)) ? best[0] : undefined;
}

/** How many letters must be put in, left out, changed or exchanged with their neighbour to make one of the other. */
function distance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, change, swap));
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
