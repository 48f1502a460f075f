/** Names into nested values: `model.fc1.weight` for a state dict under `model`. */
import { ArgumentError, FormatError, quoted } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';
import { emptyState } from './named-tensors.js';

/** More names than any checkpoint has; shared lists could make endlessly many. */
const MAX_NAMES = 1_000_000;
const MAX_DEPTH = 1000;
/** Letters of all names together. */
const MAX_LETTERS = 2 ** 27;

/** The tensors in a nested value by dotted names, and what else it holds. */
export interface FlatState {
  /** The tensors by dotted name. */
  readonly tensors: Record<string, Tensor>;
  /** Numbers, strings, lists of these and so on, by their names, in order. */
  readonly others: [name: string, value: unknown][];
}

/** A key as part of a name. Keys that are lists or objects, which Python has as tuples, are not spelled out. */
export function keyName(key: unknown): string {
  return typeof key === 'object' && key !== null ? '(…)' : String(key);
}

/** What a record, Map, Set or array holds, by name, lazily: a list may be long. */
function* children(value: object): Generator<[string, unknown]> {
  if (value instanceof Map) for (const [key, item] of value) yield [keyName(key), item];
  else if (value instanceof Set || Array.isArray(value)) {
    let i = 0;
    for (const item of value) yield [String(i++), item];
  } else for (const key of Object.keys(value)) yield [key, (value as Record<string, unknown>)[key]];
}

const isNested = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Tensor) && !ArrayBuffer.isView(value);

/** A list of numbers, strings and the like, or nothing at all: one value. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return value.every((inner) => typeof inner !== 'object' || inner === null);
  return children(value).next().done === true;
}

/**
 * Every tensor in nested records, Maps and arrays, by its dotted name.
 * @param op the function that errors name.
 * @throws {FormatError} where two tensors would have one name.
 * @example
 * Object.keys(flattenState({ model: model.stateDict(), epoch: 3 }).tensors); // ['model.0.weight', 'model.0.bias', 'model.2.weight', 'model.2.bias']
 */
export function flattenState(value: unknown, op = 'flattenState'): FlatState {
  const tensors = emptyState();
  const others: [string, unknown][] = [];
  let [names, letters] = [0, 0];
  const visit = (item: unknown, name: string, depth: number): void => {
    letters += name.length;
    if (letters > MAX_LETTERS) throw new FormatError(`${op}: the names of what the value holds take more than ${MAX_LETTERS} letters.`);
    if (++names > MAX_NAMES) throw new FormatError(`${op}: the value holds more than ${MAX_NAMES} entries.`);
    if (depth > MAX_DEPTH) throw new FormatError(`${op}: the value nests more than ${MAX_DEPTH} deep, or holds itself.`);
    if (item instanceof Tensor) {
      if (Object.hasOwn(tensors, name)) throw new FormatError(`${op}: two tensors are called ${quoted(name)}. Choose one part by its key.`);
      tensors[name] = item;
      return;
    }
    if (!isNested(item) || isPlain(item)) others.push([name, item]);
    else for (const [key, inner] of children(item)) visit(inner, name === '' ? key : `${name}.${key}`, depth + 1);
  };
  visit(value, '', 0);
  return { tensors, others };
}

/**
 * The part of a nested value under a dotted name. Keys that have dots themselves are found as well.
 * @throws {ArgumentError} where there is none, with what there is.
 */
export function selectState(value: unknown, name: string, op: string): unknown {
  const find = (item: unknown, rest: string): [unknown] | undefined => {
    if (!isNested(item)) return undefined;
    if (Array.isArray(item)) {
      const [, index, after] = /^(\d+)(?:\.(.*))?$/s.exec(rest) ?? [];
      if (index === undefined || !(Number(index) in item)) return undefined;
      return after === undefined ? [item[Number(index)]] : find(item[Number(index)], after);
    }
    for (const [key, inner] of children(item)) {
      if (key === rest) return [inner];
      const found = key !== '' && rest.startsWith(`${key}.`) ? find(inner, rest.slice(key.length + 1)) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = find(value, name);
  if (found !== undefined) return found[0];
  const [first, more] = [[] as string[], isNested(value) ? countOf(value) - 8 : 0];
  if (isNested(value)) for (const [key] of children(value)) if (first.push(key) === 8) break;
  const there =
    first.length === 0 ? 'no keys' : `${first.map((key) => key.slice(0, 100)).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  throw new ArgumentError(`${op}: there is nothing under the key "${name}". There is: ${there}.`);
}

function countOf(value: object): number {
  if (value instanceof Map || value instanceof Set) return value.size;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}
