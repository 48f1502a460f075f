/** Names into nested values: `model.fc1.weight` for a state dict under `model`. */
import { ArgumentError, FormatError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';
import { emptyState } from './state-dict.js';

/** More names than any checkpoint has; shared lists could make endlessly many. */
const MAX_NAMES = 1_000_000;
const MAX_DEPTH = 1000;

/** The tensors in a nested value by dotted names, and what else it holds. */
export interface FlatState {
  readonly tensors: Record<string, Tensor>;
  /** Numbers, texts, lists of such and so on, by their names, in order. */
  readonly others: [name: string, value: unknown][];
}

/** A key as part of a name. Keys that are lists or objects, which Python has as tuples, are not spelled out. */
export function keyName(key: unknown): string {
  return typeof key === 'object' && key !== null ? '(…)' : String(key);
}

function children(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Tensor || ArrayBuffer.isView(value)) return undefined;
  if (value instanceof Map) return [...value].map(([key, item]) => [keyName(key), item]);
  if (value instanceof Set) return [...value].map((item, i) => [String(i), item]);
  return Object.entries(value);
}

/**
 * Every tensor in nested records, Maps and arrays, by its dotted name.
 * @param op what errors are told by.
 * @throws {FormatError} where two tensors would have one name.
 * @example
 * Object.keys(flattenState({ model: model.stateDict(), epoch: 3 }).tensors); // ['model.0.weight', 'model.0.bias', 'model.2.weight', 'model.2.bias']
 */
export function flattenState(value: unknown, op = 'flattenState'): FlatState {
  const tensors = emptyState();
  const others: [string, unknown][] = [];
  let names = 0;
  const visit = (item: unknown, name: string, depth: number): void => {
    if (++names > MAX_NAMES) throw new FormatError(`${op}: the value holds more than ${MAX_NAMES} entries.`);
    if (depth > MAX_DEPTH) throw new FormatError(`${op}: the value nests more than ${MAX_DEPTH} deep, or holds itself.`);
    if (item instanceof Tensor) {
      if (Object.hasOwn(tensors, name)) throw new FormatError(`${op}: two tensors are called "${name}". Choose one part by its key.`);
      tensors[name] = item;
      return;
    }
    const entries = children(item);
    const plainList = Array.isArray(item) && item.every((inner) => typeof inner !== 'object' || inner === null);
    if (entries === undefined || entries.length === 0 || plainList) others.push([name, item]);
    else for (const [key, inner] of entries) visit(inner, name === '' ? key : `${name}.${key}`, depth + 1);
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
    for (const [key, inner] of children(item) ?? []) {
      if (key === rest) return [inner];
      const found = key !== '' && rest.startsWith(`${key}.`) ? find(inner, rest.slice(key.length + 1)) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = find(value, name);
  if (found !== undefined) return found[0];
  const keys = (children(value) ?? []).map(([key]) => key);
  const there = keys.length === 0 ? 'no keys' : `${keys.slice(0, 8).join(', ')}${keys.length > 8 ? ` and ${keys.length - 8} more` : ''}`;
  throw new ArgumentError(`${op}: there is nothing under the key "${name}". There is: ${there}.`);
}
