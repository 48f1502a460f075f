/** Parts of a module by dotted path. */

import { ArgumentError } from '../../errors.js';
import { assertString } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Module, OwnTensor } from './module.js';

function names(entries: readonly (readonly [string, ...unknown[]])[]): string {
  return entries.length === 0 ? 'none' : entries.map(([name]) => name).join(', ');
}

/** The submodule at a path; the module itself for ''. */
export function submoduleAt(root: Module, path: string, op = 'getSubmodule'): Module {
  assertString(op, 'the path', path);
  let module = root;
  const steps = path === '' ? [] : path.split('.');
  steps.forEach((step, i) => {
    const entries = module.childEntries();
    const found = entries.find(([name]) => name === step);
    if (!found) {
      const at = i === 0 ? classNameOf(root) : `${steps.slice(0, i).join('.')} (${classNameOf(module)})`;
      throw new ArgumentError(`${op}: "${path}" does not exist: ${at} has no submodule "${step}". It has ${names(entries)}.`);
    }
    module = found[1];
  });
  return module;
}

/** `path` up to its last step, and that step. */
function split(path: string): [parent: string, last: string] {
  const dot = path.lastIndexOf('.');
  return [path.slice(0, Math.max(0, dot)), path.slice(dot + 1)];
}

/** The parameter or buffer at a path. */
export function tensorAt(root: Module, path: string, kind: OwnTensor['kind'], op: string): Tensor {
  assertString(op, 'the path', path);
  const [parent, last] = split(path);
  const module = submoduleAt(root, parent);
  const own = module.ownTensors().filter((t) => t.kind === kind);
  const found = own.find(({ key }) => key === last);
  if (!found)
    throw new ArgumentError(
      `${op}: "${path}" does not exist: ${classNameOf(module)} has no ${kind} "${last}". It has ${names(own.map(({ key }) => [key]))}.`,
    );
  return found.tensor;
}

/** Puts a module at a path; `strict` needs one there already. */
export function setSubmoduleAt(root: Module, path: string, module: Module, strict: boolean): void {
  assertString('setSubmodule', 'the path', path);
  if (path === '') throw new ArgumentError('setSubmodule: the path is empty, expected the place of a submodule.');
  if (module === null) throw new ArgumentError(`setSubmodule: "${path}" would become null, expected an nn.Module.`);
  const [parent, last] = split(path);
  const holder = submoduleAt(root, parent, 'setSubmodule');
  if (strict) submoduleAt(holder, last, 'setSubmodule');
  holder.registerModule(last, module);
}
