/** Python's values as JavaScript's: dicts become records or Maps, tuples arrays, with sharing and cycles as they were. */

import type { Fail } from '../zip/zip.js';
import { isIntKey, type PyDict, PyGlobal, PySet, PyTensor, PyTuple, pythonKinds, StorageRef } from './pickle-values.js';

/** Deeper than anything that Python itself pickles. */
export const MAX_DEPTH = 1000;
/** Lists and dicts; tensors are not counted. */
const MAX_CONTAINERS = 400_000;

/**
 * @param makeTensor makes a described tensor; called once for each.
 * @param fail throws for what nests too deep, and for keys that a record must not have.
 */
export function toJavaScript(value: unknown, makeTensor: (described: PyTensor) => unknown, fail: Fail): unknown {
  const done = new Map<object, unknown>();
  let containers = 0;

  const convert = (from: unknown, depth: number): unknown => {
    if (from instanceof StorageRef) return convert(wholeStorage(from, fail), depth);
    if (from instanceof PyGlobal) return from.name;
    if (typeof from !== 'object' || from === null) return from;
    const before = done.get(from);
    if (before !== undefined) return before;
    if (depth > MAX_DEPTH) return fail(`its lists and dicts nest more than ${MAX_DEPTH} deep.`);
    const keep = <T extends object>(to: T): T => {
      done.set(from, to);
      return to;
    };
    if (!(from instanceof PyTensor) && ++containers > MAX_CONTAINERS) fail(`it holds more than ${MAX_CONTAINERS} lists and dicts.`);
    const fill = (to: unknown[], items: readonly unknown[]) => {
      for (const item of items) to.push(convert(item, depth + 1));
      return to;
    };
    if (from instanceof PyTensor) return keep(makeTensor(from) as object);
    if (Array.isArray(from)) return fill(keep([]), from);
    if (from instanceof PyTuple) {
      const to = keep<unknown[]>([]);
      pythonKinds.set(to, { kind: from.kind });
      return fill(to, from.items);
    }
    if (from instanceof Uint8Array) {
      pythonKinds.set(from, { kind: 'bytes' });
      return keep(from);
    }
    if (from instanceof PySet) {
      const to = keep(new Set<unknown>());
      for (const item of from.items) to.add(convert(item, depth + 1));
      return to;
    }
    const dict = from as PyDict;
    const keys = [...dict.entries.keys()];
    if (!fitsRecord(keys)) {
      const to = keep(new Map<unknown, unknown>());
      pythonKinds.set(to, { kind: dict.kind });
      for (const [key, item] of dict.entries) to.set(convert(key, depth + 1), convert(item, depth + 1));
      return to;
    }
    const to = keep(Object.create(null) as Record<string, unknown>);
    pythonKinds.set(to, { kind: dict.kind, intKeys: keys.some((key) => typeof key === 'number') });
    for (const [key, item] of dict.entries) {
      if (key === '__proto__') fail('a key is called "__proto__", which would change the object that holds it.');
      to[String(key)] = convert(item, depth + 1);
    }
    return to;
  };

  return convert(value, 0);
}

/** Whether the keys are strings or whole numbers that a record can tell apart. */
function fitsRecord(keys: readonly unknown[]): boolean {
  const numbers = keys.some((key) => typeof key === 'number');
  return keys.every((key) => (typeof key === 'string' ? !(numbers && isIntKey(key)) : typeof key === 'number' && isIntKey(String(key))));
}

/** A storage that was saved on its own, as a tensor of one dim. */
function wholeStorage(storage: StorageRef, fail: Fail): PyTensor {
  const { element, count } = storage;
  if (element === 'untyped') return fail('it holds a storage without a dtype. In Python, save a tensor in its place.');
  return new PyTensor(storage, element, 0, [count], [1], false);
}
