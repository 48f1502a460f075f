/** Layers and parameters in fields where their model does not see them: in plain arrays, objects, maps and sets, or as plain tensors. */

import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { warnOnce } from '../../../tensor/arguments/warn-once.js';
import { Tensor } from '../../../tensor/tensor.js';
import { assertModule, isModule } from '../is-module.js';
import type { Module } from '../module.js';
import { Parameter } from '../state/parameter.js';
import { warnedOf } from './in-calls.js';

/** Something that a model does not see. */
interface Unregistered {
  readonly holder: Module;
  /** The path of the holder in the model; '' for the model itself. */
  readonly path: string;
  readonly field: string;
  /** Where it lies below the field: `[0]["left"]`; '' for the field itself. */
  readonly below: string;
  /** What the field holds. */
  readonly container: unknown;
  readonly value: Module | Tensor;
}

const MAX_DEPTH = 4;
/** Longer lists are data. */
const MAX_ENTRIES = 10_000;

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function entriesOf(value: object): Iterable<readonly [unknown, unknown]> {
  if (Array.isArray(value)) return value.length > MAX_ENTRIES ? [] : value.entries();
  if (value instanceof Set) return value.size > MAX_ENTRIES ? [] : [...value].entries();
  if (value instanceof Map) return value.size > MAX_ENTRIES ? [] : value;
  return isPlain(value) ? Object.entries(value) : [];
}

/** Every module, parameter and leaf that collects gradients in the fields of a model and its submodules, where the model does not see it. */
function unregistered(model: Module): Unregistered[] {
  const modules = model.namedModules();
  const known = new Set<unknown>(modules.map(([, module]) => module));
  for (const [, module] of modules) for (const { tensor } of module.ownTensors()) known.add(tensor);
  const found: Unregistered[] = [];
  for (const [path, holder] of modules) {
    for (const [field, container] of Object.entries(holder)) {
      if (typeof container !== 'object' || container === null || known.has(container)) continue;
      const look = (value: unknown, below: string, depth: number): void => {
        if (typeof value !== 'object' || value === null) return;
        if (isModule(value) || value instanceof Tensor) {
          if (!known.has(value)) found.push({ holder, path, field, below, container, value });
        } else if (depth < MAX_DEPTH)
          for (const [key, inner] of entriesOf(value))
            look(inner, `${below}[${typeof key === 'number' ? key : JSON.stringify(String(key))}]`, depth + 1);
      };
      look(container, '', 0);
    }
  }
  return found;
}

/**
 * Modules and parameters that stand in plain arrays, objects, maps and sets, where their model does not see them: they are not
 * trained, not saved and not switched to evaluation. Put them in `nn.ModuleList`, `nn.ModuleDict` or `nn.ParameterList`.
 * @returns their places, such as `encoder.layers[0]`; none in a model where nothing is hidden.
 */
export function findUnregistered(model: Module): string[] {
  assertModule('findUnregistered', 'model', model);
  return unregistered(model)
    .filter(({ value }) => isModule(value) || value instanceof Parameter)
    .map(({ path, field, below }) => `${path === '' ? '' : `${path}.`}${field}${below}`);
}

/** Whether it is a fault that the model does not see this: it would be trained, or behaves differently in evaluation. */
function matters({ value, holder }: Unregistered): boolean {
  if (value instanceof Parameter) return value.requiresGrad;
  // A tensor that forward keeps for later may well require gradients: only those that were there before count.
  if (value instanceof Tensor) return value.leafRequiresGrad && !holder.wasCalled();
  return value
    .modules()
    .some(
      (module) =>
        module.parameters(false).some((parameter) => parameter.requiresGrad) ||
        (module.training && (module.constructor as typeof Module).kind === 'random') ||
        (module.training && module.buffers(false).length > 0),
    );
}

/** What the field is, and what it should be. */
function advice(field: string, container: unknown, values: readonly (Module | Tensor)[]): readonly [is: string, cure: string] {
  if (container instanceof Tensor) {
    const cure = `Make it a parameter: this.${field} = new nn.Parameter(tensor). If it is not to be trained: this.registerBuffer('${field}', tensor).`;
    return container instanceof Parameter ? ['a parameter', cure] : ['a plain tensor that requires gradients', cure];
  }
  const count = values.length === 1 ? '' : `${values.length} `;
  const s = values.length === 1 ? '' : 's';
  const modules = values.filter((value) => isModule(value));
  const what =
    modules.length === values.length
      ? `${count || 'a '}module${s} (${[...new Set(modules.map((module) => classNameOf(module)))].slice(0, 3).join(', ')})`
      : modules.length === 0
        ? `${count || 'a '}${values.every((value) => value instanceof Parameter) ? 'parameter' : 'tensor'}${s}${values.some((value) => !(value instanceof Parameter)) ? ' with gradients' : ''}`
        : `${count}modules and parameters`;
  const kind = modules.length > 0 ? 'Module' : 'Parameter';
  const list = Array.isArray(container) || container instanceof Set;
  const is = `a plain ${Array.isArray(container) ? 'array' : container instanceof Set ? 'Set' : container instanceof Map ? 'Map' : 'object'} with ${what}`;
  return [is, `Make it new nn.${kind}${list ? 'List([…])' : 'Dict({ … })'}, or give each a field of its own with register${kind}.`];
}

/** How many modules and fields a model had when it was last looked at. */
const looked = new WeakMap<Module, string>();

/**
 * Warns, once for each class and field, of what the model does not see and should. Models in which nothing is hidden cost a walk over
 * their fields at the first call.
 * @param always looks again even if no field has come since the last time.
 */
export function warnOfUnregistered(model: Module, always = false): void {
  const mark = `${model.modules().length} ${Object.keys(model).length}`;
  if (!always && looked.get(model) === mark) return;
  looked.set(model, mark);
  const fields = new Map<string, Unregistered[]>();
  for (const one of unregistered(model)) {
    if (!matters(one)) continue;
    const key = JSON.stringify([one.path, one.field]);
    fields.set(key, [...(fields.get(key) ?? []), one]);
  }
  for (const group of fields.values()) {
    const { holder, path, field, container } = group[0]!;
    const values = group.map(({ value }) => value);
    for (const value of values) {
      warnedOf.add(value);
      if (isModule(value)) for (const inner of value.modules()) warnedOf.add(inner);
    }
    const [is, cure] = advice(field, container, values);
    const where = path === '' ? '' : ` (of ${path})`;
    const lost = values.some((value) => isModule(value))
      ? 'not trained, not saved and not switched to evaluation'
      : 'neither trained nor saved';
    warnOnce(
      `${classNameOf(holder)}: its field "${field}"${where} is ${is}, which a model does not see: ${lost}. ${cure} If it is meant to stay as it is, freeze it with requiresGrad_(false).`,
    );
  }
}
