/** What containers share: entries by position, and checks of what is put in. */
import { ArgumentError, IndexError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';

/** `index` counted from the start; negative ones count from the end. @throws {IndexError} outside. */
export function position(container: string, index: number, length: number): number {
  const at = index < 0 ? index + length : index;
  if (!Number.isInteger(at) || at < 0 || at >= length)
    throw new IndexError(`${container}: index ${index} is out of range for ${length} entries.`);
  return at;
}

/** Where `insert` puts an entry: from 0 to `length`. @throws {IndexError} outside. */
export function insertPosition(container: string, index: number, length: number): number {
  const at = index < 0 ? index + length : index;
  if (!Number.isInteger(at) || at < 0 || at > length)
    throw new IndexError(`${container}: cannot insert at ${index}, there are ${length} entries.`);
  return at;
}

/** A parameter; a plain tensor becomes one. @throws {ArgumentError} for anything else. */
export function parameterOf(value: Tensor, what: string): Parameter {
  if (!((value as unknown) instanceof Tensor)) throw new ArgumentError(`${what} is ${show(value)}, expected a Tensor.`);
  return value instanceof Parameter ? value : new Parameter(value);
}

/** Names and values of what is given by name: pairs in their order, or an object. */
export function pairs<V>(
  container: string,
  entries: Iterable<readonly [string, V]> | Readonly<Record<string, V>>,
): (readonly [string, V])[] {
  if (typeof entries !== 'object' || entries === null)
    throw new ArgumentError(`${container}: got ${show(entries)}, expected an object, or pairs of names and values.`);
  if (!(Symbol.iterator in entries)) return Object.entries(entries);
  return [...(entries as Iterable<readonly [string, V]>)].map((pair, i) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new ArgumentError(`${container}: entry ${i} is not a pair of a name and a value.`);
    return pair as readonly [string, V];
  });
}

/** @throws {ArgumentError} for a name that would break a path. */
export function checkName(container: string, name: string): void {
  if (typeof name !== 'string' || name === '' || name.includes('.'))
    throw new ArgumentError(`${container}: the name "${String(name)}" is empty or contains ".", which separates modules in a path.`);
}

/**
 * `values`, over which one can iterate.
 * @param what they are: 'modules'. @param example how to write it.
 * @throws {ArgumentError} for anything else.
 */
export function listed<V>(op: string, values: Iterable<V>, what = 'modules', example = '[first, second]'): Iterable<V> {
  if (typeof (values as unknown) !== 'object' || values === null || values instanceof Tensor || !(Symbol.iterator in values))
    throw new ArgumentError(`${op}: got ${show(values)}, expected a list of ${what}: ${example}.`);
  return values;
}

/** Makes these the modules of a container, under the names 0, 1, …; a function, since clones lack private methods. */
export function renumber<C extends Module & { extend(modules: Iterable<Module>): C }>(container: C, modules: readonly Module[]): C {
  for (const [name] of container.childEntries()) delete (container as unknown as Record<string, unknown>)[name];
  return container.extend(modules);
}
