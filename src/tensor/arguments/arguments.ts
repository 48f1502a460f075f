/**
 * Arguments with defaults, by position and by name: the one way in which functions and layers take them.
 *
 * An options type says each argument once, with its text and default; `Arguments` says which of them may also stand by position, in
 * PyTorch's order; `readArguments` reads either, checks names and kinds, and fills in the defaults:
 *
 * ```ts
 * // dropout.ts: the options of F.dropout, exported as F.DropoutOptions.
 * export interface DropoutOptions {
 *   p?: number; // The probability to drop. Default: 0.5.
 *   training?: boolean; // Default: true.
 * }
 * const DEFAULTS: Settings<DropoutOptions> = { p: 0.5, training: true };
 *
 * // The checked front: reads, checks, and hands over.
 * export function dropout(x: Tensor, ...args: Arguments<DropoutOptions, [p: 'p', training: 'training']>): Tensor {
 *   assertFloating('dropout', 'x', x);
 *   const { p, training } = readArguments('dropout', DEFAULTS, args);
 *   return dropoutOf(x, { p: probability('dropout', 'p', p), training });
 * }
 *
 * // The core trusts its settings. The layer, which has checked them when it was made, calls it in each step.
 * export function dropoutOf(x: Tensor, { p, training }: Settings<DropoutOptions>): Tensor { … }
 *
 * export class Dropout extends Module {
 *   constructor(...args: Arguments<DropoutOptions, [p: 'p']>) {
 *     const { p } = readArguments(classNameOf(new.target), { p: 0.5 }, args);
 *     this.p = probability(classNameOf(new.target), 'p', p);
 *   }
 *   forward(x: Tensor): Tensor {
 *     assertFloating('Dropout', 'x', x);
 *     return dropoutOf(x, this);
 *   }
 * }
 * ```
 *
 * Each element of the list is a name of the options, labelled with itself: TypeScript shows labels in signature help, and cannot make them
 * of names. A required argument is one without `?` in the options type; its default is {@link required}, and the front checks it. What does not
 * compile: an option that does not exist, one of a wrong type, one by position and again by name, an options object that is not last.
 * The options type is exported beside its function or class and named after it: `Dropout` → `DropoutOptions`.
 * Numbers, words and tensors are checked by `checks.ts`.
 */
import { ArgumentError } from '../../errors.js';
import type { Tensor } from '../tensor.js';
import { assertDType, type DType } from '../values/dtype.js';
import { allNumbers, assertTensor } from './checks.js';
import { describe, isOptions, show } from './show.js';
import { meantName } from './spelling.js';

/**
 * The arguments of a function whose options are `O`: those of `Names` by position, in their order, the others by name in one object at the
 * end; see the recipe at the top of this file. Signature help shows PyTorch's signature, and each place at which the object may stand.
 */
export type Arguments<O, Names extends readonly (keyof O)[]> = InOrder<O, Names, Needed<O, Names>> | ByName<O, Names>;

/** All by position: `readonly [p?: number, training?: boolean]`. It is readonly so that errors speak of the object instead, see {@link ByName}. */
type InOrder<O, Names extends readonly unknown[], First extends readonly unknown[]> = readonly [
  ...Values<O, First>,
  ...Partial<Values<O, After<Names, First>>>,
];

/**
 * `[p: number | O] | [p: number, training: boolean | Omit<O, 'p'>] | …`: the object in the place of each argument. TypeScript's errors speak of
 * the member of a union that has most in common with what was given, which is one of these lists and not the readonly one. Hence the
 * object's place takes numbers and words of the argument there, too: "not assignable to 'number | DropoutOptions'" is true of both. It takes
 * no objects such as tensors, whose properties would count as options.
 * @param Next the name at the place of the object, as a list of one; none where names after it are required.
 */
type ByName<O, Names extends readonly unknown[], Next extends readonly unknown[] = [], Complete = true> =
  | ([keyof Left<O, Names>] extends [never]
      ? never
      : [Simple<O, Next>] extends [never]
        ? [...Values<O, Names>, options: Left<O, Names> | Extract<O[Next[0] & keyof O], null | undefined>]
        : [
            ...Values<O, Names>,
            ...{ [I in keyof Next]: Left<O, Names> | Simple<O, Next> | Extract<O[Next[0] & keyof O], null | undefined> },
          ])
  | (Names extends readonly [...infer Init, infer Last]
      ? ByName<O, Init, Complete extends true ? After<Names, Init> : [], Complete extends true ? IsOptional<O, Last> : false>
      : never);

/** The numbers and words that the argument may be. */
type Simple<O, Next extends readonly unknown[]> = Next extends [] ? never : Exclude<O[Next[0] & keyof O], object | null | undefined>;

/** What follows the first names; labels stay. */
type After<Names extends readonly unknown[], First extends readonly unknown[]> = Names extends readonly [
  ...{ [I in keyof First]: unknown },
  ...infer Tail,
]
  ? Tail
  : [];

/** The options without those that were given by position. */
type Left<O, Names extends readonly unknown[]> = Names extends readonly [] ? O : Omit<O, Names[number] & keyof O>;

/** The leading names up to the last one that is required. */
type Needed<O, Names extends readonly unknown[]> = Names extends readonly [...infer Init, infer Last]
  ? IsOptional<O, Last> extends true
    ? Needed<O, Init>
    : Names
  : [];

type IsOptional<O, Name> = Record<never, never> extends Pick<O, Name & keyof O> ? true : false;

/** The values of named options, in order; labels stay. */
type Values<O, Names extends readonly unknown[]> = { [I in keyof Names]: O[Names[I] & keyof O] };

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
      for (const name of Object.keys(value)) {
        const named = value[name];
        let at = names.indexOf(name);
        if (at < 0) at = names.indexOf(aliasOf(name, names) ?? '');
        if (at < 0 && isPlace(op, defaults, name, named)) continue;
        if (at < 0) throw unknownOption(op, name, names);
        if (at < i && named !== undefined) throw new ArgumentError(`${op}: ${names[at]} is given twice, by position and by name.`);
        set(op, out, defaults, names[at]!, named);
      }
    } else {
      const name = names[i];
      if (name === undefined) throw new ArgumentError(`${op}: got ${show(value)} as one argument too many. ${takes(op, names)}`);
      set(op, out, defaults, name, value);
    }
  }
  return out as T;
}

const REDUCTION = { dim: undefined, keepdim: false };

/** `x`, and the dim and keepdim of a reduction, by position or by name. @throws {ArgumentError} as {@link readArguments}. */
export function readReduction<D>(op: string, x: Tensor, given: readonly unknown[]): { readonly dim: D; readonly keepdim: boolean } {
  assertTensor(op, 'x', x);
  return readArguments<{ dim: unknown; keepdim: boolean }>(op, REDUCTION, given) as { dim: D; keepdim: boolean };
}

const TYPED_REDUCTION = { ...REDUCTION, dtype: null };

/**
 * {@link readReduction} of those that take `dtype`, to which the input is converted first; null leaves it.
 * @throws {DTypeError} for a dtype that does not exist.
 */
export function readTypedReduction<D>(
  op: string,
  x: Tensor,
  given: readonly unknown[],
): { readonly dim: D; readonly keepdim: boolean; readonly dtype: DType | null } {
  assertTensor(op, 'x', x);
  const read = readArguments<{ dim: unknown; keepdim: boolean; dtype: DType | null }>(op, TYPED_REDUCTION, given);
  if (read.dtype !== null) assertDType(read.dtype, op);
  return read as { dim: D; keepdim: boolean; dtype: DType | null };
}

/** The dim that a scan runs along, and the dtype to which its input is converted first; as {@link readTypedReduction}. */
export function readScan(op: string, x: Tensor, given: readonly unknown[]): { readonly dim: number; readonly dtype: DType | null } {
  assertTensor(op, 'x', x);
  const read = readArguments<{ dim: number; dtype: DType | null }>(op, { dim: required, dtype: null }, given);
  if (read.dtype !== null) assertDType(read.dtype, op);
  return read;
}

/** `x` and one argument, by position or by name. @throws {ArgumentError} as {@link readArguments}. */
export function readOne<T>(op: string, x: Tensor, name: string, fallback: T, given: readonly unknown[]): T {
  assertTensor(op, 'x', x);
  // Most calls pass a number, and this is read in every step.
  if (given.length === 1 && typeof given[0] === 'number' && (fallback === undefined || typeof fallback === 'number')) return given[0] as T;
  return readArguments<Record<string, T>>(op, { [name]: fallback }, given)[name]!;
}

/**
 * The options of a call that takes them in one object and nowhere else, with the defaults of those that are not given.
 * @param defaults as in {@link readArguments}.
 * @param options what was given in their place.
 * @throws {ArgumentError} for anything but an object, an unknown name, and a value of another type.
 */
export function readOptions<T extends object>(op: string, defaults: T, options: unknown): T {
  if (options === undefined) return defaults;
  const names = Object.keys(defaults);
  if (!isOptions(options))
    throw new ArgumentError(
      `${op}: got ${show(options)} where options are expected, in one object${names.length === 0 ? '' : `: { ${names[0]}: … }`}. ${takes(op, names)}`,
    );
  const out = { ...defaults } as Record<string, unknown>;
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(defaults, name)) {
      const alias = aliasOf(name, names);
      if (alias === undefined && isPlace(op, defaults, name, value)) continue;
      if (alias === undefined) throw unknownOption(op, name, names);
      set(op, out, defaults, alias, value);
    } else set(op, out, defaults, name, value);
  }
  return out as T;
}

/**
 * A shape, as one list or as sizes one by one, and the options after it: `zeros([2, 3], { dtype })`, `zeros(2, 3, { dtype })`.
 * The sizes themselves are left to the caller.
 * @throws {ArgumentError} for anything else.
 */
export function readSizes(op: string, given: readonly unknown[]): { shape: number[]; options: unknown } {
  const first = given[0];
  if (isSizes(first)) {
    if (given.length > 2) throw new ArgumentError(`${op}: got ${show(given[2])} as one argument too many after the shape and the options.`);
    const shape: number[] = [];
    for (let i = 0; i < first.length; i++) shape.push(first[i]!);
    return { shape, options: given[1] };
  }
  const shape: number[] = [];
  while (shape.length < given.length && typeof given[shape.length] === 'number') shape.push(given[shape.length] as number);
  const rest = given.slice(shape.length);
  if (shape.length === 0 || rest.length > 1)
    throw new ArgumentError(
      `${op}: the shape is ${describe(given[shape.length])}, expected a list of sizes, as in ${op}([2, 3]), or sizes one by one, as in ${op}(2, 3).`,
    );
  return { shape, options: rest[0] };
}

/** What {@link readList} reads: numbers as one list or one by one, or the list by name. */
export type ListArguments<Name extends string> =
  | number[]
  | [list: readonly number[]]
  | [options: { readonly [N in Name]: readonly number[] }];

/** A list of whole numbers (sizes or dims), as one list, one by one, or by name. @throws {ArgumentError} for anything else. */
export function readList(op: string, given: readonly unknown[], name = 'shape'): number[] {
  if (given.length > 0 && isOptions(given[0])) return readList(op, readRequired(op, [name], given));
  const { shape, options } = given.length === 0 ? { shape: [], options: undefined } : readSizes(op, given);
  noMore(op, [options]);
  return shape;
}

const isSizes = (value: unknown): value is ArrayLike<number> => (Array.isArray(value) && allNumbers(value)) || value instanceof Int32Array;

/** Options with their values: all of them but the device, which {@link readArguments} checks by itself. */
export type Settings<O> = { [K in keyof O as Exclude<K, 'device'>]-?: Exclude<O[K], undefined> };

/** @internal The check of devices, which stands above this file and sets itself here. */
export const devices: { check: (op: string, value: unknown) => void } = { check: () => {} };

/** Whether it is the device, checked, of what makes tensors of a dtype that has a default: layers take both. */
function isPlace(op: string, defaults: object, name: string, value: unknown): boolean {
  if (name !== 'device' || typeof (defaults as { dtype?: unknown }).dtype !== 'string') return false;
  devices.check(op, value);
  return true;
}

/** NumPy's names of two arguments, which PyTorch takes as well. */
const aliasOf = (name: string, names: readonly string[]): string | undefined =>
  name === 'axis' && names.includes('dim') ? 'dim' : name === 'keepdims' && names.includes('keepdim') ? 'keepdim' : undefined;

/** The options `O` of a layer or a function, and those of its required arguments that come by name, too: kernelSize beside stride and padding. */
export type Named<O, Name extends string, T> = O & { readonly [N in Name]: T };

/**
 * Arguments of which the leading ones, `names`, are required: those that came by name, in an object in their place, moved to their places,
 * and what else the object holds after them. `F.unfold(x, { kernelSize: 3, stride: 2 })` reads as `F.unfold(x, 3, { stride: 2 })`.
 * @throws {ArgumentError} where one of them is missing, or misspelt.
 */
export function leadingByName(op: string, names: readonly string[], given: readonly unknown[]): unknown[] {
  const at = given.findIndex(isOptions);
  if (at < 0 || at >= names.length) return [...given];
  const named = Object.fromEntries(
    Object.entries(given[at] as object).map(([name, value]: [string, unknown]) => [aliasOf(name, names) ?? name, value]),
  );
  const wanted = names.slice(at);
  const rest = Object.entries(named).filter(([name]) => !wanted.includes(name));
  for (const name of wanted) {
    if (named[name] !== undefined) continue;
    const misspelt = rest.find(([other]) => meantName(other, names) === name);
    if (misspelt !== undefined) throw unknownOption(op, misspelt[0], names);
    throw new ArgumentError(`${op}: ${name} is missing from the options. ${takes(op, names)}`);
  }
  return [
    ...given.slice(0, at),
    ...wanted.map((name) => named[name]),
    ...(rest.length > 0 ? [Object.fromEntries(rest)] : []),
    ...given.slice(at + 1),
  ];
}

/** The error of a name that is none of `names`; it suggests the one that was meant. */
export function unknownOption(op: string, name: string, names: readonly string[], meant = meantName(name, names)): ArgumentError {
  return new ArgumentError(
    `${op}: there is no option "${name}".${meant === undefined ? '' : ` Did you mean ${meant}?`} ${takes(op, names)}`,
  );
}

/** @throws {ArgumentError} for an argument that nobody reads: `rest` is what came after those that `op` takes. */
export function noMore(op: string, rest: readonly unknown[]): void {
  for (const value of rest) {
    if (value === undefined) continue;
    if (isOptions(value)) for (const name of Object.keys(value)) throw unknownOption(op, name, []);
    throw new ArgumentError(`${op}: got ${show(value)} as one argument too many. ${takes(op, [])}`);
  }
}

/**
 * Refuses what stands after the `most` arguments that `op` takes. A function asks only where there is more, which costs the others nothing:
 * `if (arguments.length > 2) tooMany('mm', 2, arguments);`. What `map` and `reduce` add, a place and the list, passes: `xs.map(exp)`.
 * @throws {ArgumentError} for an argument that nobody reads, but undefined.
 */
export function tooMany(op: string, most: number, given: ArrayLike<unknown>): void {
  const list = given[most + 1];
  if (given.length === most + 2 && Array.isArray(list) && list[given[most] as number] === given[most - 1]) return;
  noMore(op, Array.from(given).slice(most));
}

/**
 * Required arguments, in order or, from the first that is an object on, by name: `transpose(x, 0, 1)`, `transpose(x, { dim0: 0, dim1: 1 })`.
 * Their values are left to the caller.
 * @throws {ArgumentError} for one that is missing in the object, an unknown name, and one argument too many.
 */
export function readRequired<T extends readonly unknown[]>(op: string, names: readonly string[], given: readonly unknown[]): T {
  const last = given[given.length - 1];
  // Most calls go by position, and this is read in every step.
  if (given.length <= names.length && (typeof last !== 'object' || !isOptions(last))) return given as unknown as T;
  const read = leadingByName(op, names, given);
  const more = read[names.length];
  if (isOptions(more)) for (const name of Object.keys(more)) throw unknownOption(op, name, names);
  if (read.length > names.length) tooMany(op, names.length, read);
  return read as unknown as T;
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
  if (typeof like === 'function') return 'a function';
  return typeof like === 'string' ? `a string, such as "${like}"` : typeof like === 'number' ? 'a number' : 'an object';
}

function takes(op: string, names: readonly string[]): string {
  return names.length === 0 ? `${op} takes no options.` : `${op} takes ${names.join(', ')}.`;
}
