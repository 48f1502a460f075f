/** How modules print: PyTorch's own text, for a model and for the numbers inside it. */

import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Module } from './module.js';

export { pythonBool as bool, pythonFloat as float } from '../../tensor/arguments/python-text.js';

/** Whole numbers as Python prints a tuple, `(3, 3)` and `(5,)`; a single number as itself; null as `None`. */
export function tuple(value: number | null | readonly (number | null)[]): string {
  if (value === null) return 'None';
  if (typeof value === 'number') return String(value);
  return value.length === 1 ? `(${value[0] ?? 'None'},)` : `(${value.map((v) => v ?? 'None').join(', ')})`;
}

/** `text` with every line but the first indented by two, and blank lines empty. */
export function indent(text: string): string {
  const [first, ...rest] = text.split('\n');
  return [first, ...rest.map((line) => (line.trim() === '' ? '' : `  ${line}`))].join('\n');
}

/** The text of a module: its name, what `extraRepr` says, and its children, one a line. */
export function describe(module: Module): string {
  const extra = module.extraRepr();
  const extraLines = extra === '' ? [] : extra.split('\n');
  const childLines = module.childEntries().map(([name, child]) => `(${name}): ${indent(child.toString())}`);
  return frame(classNameOf(module), extraLines, childLines);
}

/** `Name(extra)` on one line where that is all, else one line per part. */
export function frame(name: string, extraLines: readonly string[], childLines: readonly string[]): string {
  if (extraLines.length + childLines.length === 0) return `${name}()`;
  if (extraLines.length === 1 && childLines.length === 0) return `${name}(${extraLines[0]})`;
  return `${name}(\n  ${[...extraLines, ...childLines].join('\n  ')}\n)`;
}
