/** State dicts: a module's tensors by PyTorch's keys, out and in. */
import { noGrad } from '../autograd/mode.js';
import { StateDictError, showShape } from '../errors.js';
import { copy_ } from '../ops/inplace.js';
import { reshape } from '../ops/movement.js';
import { sameShape } from '../tensor/shape.js';
import { aliasTensor, Tensor } from '../tensor/tensor.js';
import type { Module } from './module.js';

/** Tensors by key. */
export type StateDict = Record<string, Tensor>;

/** What {@link Module.loadStateDict} could not match. */
export interface LoadResult {
  missingKeys: string[];
  unexpectedKeys: string[];
}

interface Entry {
  readonly key: string;
  readonly tensor: Tensor;
  readonly optional: boolean;
}

/** Every tensor of the state: parameters before buffers, a module before its submodules; a shared one under each of its names. */
function entries(module: Module, prefix: string): Entry[] {
  const own = module.ownTensors();
  const out: Entry[] = [];
  for (const kind of ['parameter', 'buffer'] as const) {
    for (const item of own)
      if (item.kind === kind && item.persistent) out.push({ key: prefix + item.key, tensor: item.tensor, optional: item.optional });
  }
  for (const [name, child] of module.childEntries()) out.push(...entries(child, `${prefix}${name}.`));
  return out;
}

export function stateDict(module: Module, prefix: string): StateDict {
  return Object.fromEntries(
    entries(module, prefix).map(({ key, tensor }) => [key, aliasTensor(tensor, tensor.shape, tensor.strides, tensor.offset)]),
  );
}

export function loadStateDict(module: Module, dict: StateDict, strict: boolean): LoadResult {
  const wanted = entries(module, '');
  const copies: [Tensor, Tensor][] = [];
  const missingKeys: string[] = [];
  const problems: string[] = [];
  for (const { key, tensor, optional } of wanted) {
    const given: unknown = Object.hasOwn(dict, key) ? dict[key] : undefined;
    if (given === undefined) {
      if (!optional) missingKeys.push(key);
    } else if (!(given instanceof Tensor)) {
      problems.push(`${key} is ${given === null ? 'null' : `a ${typeof given}`}, expected a Tensor`);
    } else {
      // PyTorch before 0.4 had no 0-dim tensors.
      const source = tensor.ndim === 0 && sameShape(given.shape, [1]) ? reshape(given.detach(), []) : given;
      if (sameShape(source.shape, tensor.shape)) copies.push([tensor, source]);
      else problems.push(`${key} has shape ${showShape(given.shape)}, the model expects ${showShape(tensor.shape)}`);
    }
  }
  const known = new Set(wanted.map(({ key }) => key));
  const unexpectedKeys = Object.keys(dict).filter((key) => !known.has(key));

  const lines = [...problems];
  if (strict && unexpectedKeys.length > 0) lines.unshift(`unexpected keys: ${unexpectedKeys.join(', ')}`);
  if (strict && missingKeys.length > 0) lines.unshift(`missing keys: ${missingKeys.join(', ')}`);
  if (lines.length > 0) {
    const hint = strict && problems.length === 0 ? '\nUse { strict: false } to load the keys that match.' : '';
    throw new StateDictError(
      `loadStateDict: the state dict does not fit ${module.constructor.name}; nothing was changed.\n  ${lines.join('\n  ')}${hint}`,
    );
  }
  for (const [, source] of copies) source.storage.address(); // a freed tensor throws before anything changes
  noGrad(() => {
    for (const [target, source] of copies) copy_(target, source);
  });
  return { missingKeys, unexpectedKeys };
}
