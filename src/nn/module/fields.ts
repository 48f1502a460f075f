/** How modules name what they are made of. */
import { Module } from './module.js';

/** @internal What fields() gives, submodules under PyTorch's names, which state dicts have as keys. */
export function* renamed(
  fields: Iterable<readonly [string, unknown]>,
  names: Readonly<Record<string, string>>,
): Iterable<readonly [string, unknown]> {
  for (const [field, value] of fields) yield [value instanceof Module ? (names[field] ?? field) : field, value];
}
