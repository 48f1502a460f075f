/** What a training holds beside the parts that have state dicts: modes, frozen parameters, what the model's fields hold, and the like. */
import { ArgumentError, StateDictError } from '../../../errors.js';
import { Module } from '../../../nn/module/module.js';
import { isUninitialized } from '../../../nn/module/state/uninitialized.js';
import { Optimizer } from '../../../optim/optimizer/optimizer.js';
import { Generator } from '../../../tensor/create/generator.js';
import { sameShape } from '../../../tensor/shape.js';
import { Tensor } from '../../../tensor/tensor.js';
import { copyValues } from '../../../tensor/values/transfer.js';
import type { Loss, OptimizerLike } from '../../types.js';
import { fromFile, isRecord, toFile } from '../values.js';

/** Longer lists in a model's fields are data, which it has from where it was made. */
const MAX_ENTRIES = 10_000;

/** The state of a model that its state dict leaves out. */
export interface ModelExtras {
  /** Parts that are in evaluation mode. */
  readonly evaluating: readonly string[];
  /** Parameters that are frozen. */
  readonly frozen: readonly string[];
  /** Buffers outside the state dict. */
  readonly buffers: Readonly<Record<string, Tensor>>;
  /** Numbers, texts and tensors in fields, as a state for the next batch is, by the part's path. */
  readonly fields: Readonly<Record<string, Record<string, unknown>>>;
  /** Generators in fields. */
  readonly generators: Readonly<Record<string, Uint8Array | Tensor>>;
}

/** Whether a model has lazy layers that have seen no batch: it has no state to keep. */
export function isUnfinished(model: Module): boolean {
  return model.parameters().some(isUninitialized);
}

/** The buffers of a model that are not in its state dict. */
function restOfBuffers(model: Module): [string, Tensor][] {
  const kept = new Set(Object.keys(model.stateDict()));
  return model.namedBuffers({ removeDuplicate: false }).filter(([name]) => !kept.has(name));
}

function isPlain(value: unknown, depth = 0): boolean {
  if (value === null || ['undefined', 'number', 'boolean', 'string', 'bigint'].includes(typeof value)) return true;
  if (value instanceof Tensor || value instanceof Date) return true;
  if (ArrayBuffer.isView(value)) return !(value instanceof DataView) && value.byteLength <= 8 * MAX_ENTRIES;
  if (depth > 3) return false;
  const parts =
    Array.isArray(value) || value instanceof Set
      ? [...value]
      : value instanceof Map
        ? [...value].flat()
        : isRecord(value)
          ? Object.values(value)
          : undefined;
  return parts !== undefined && parts.length <= MAX_ENTRIES && parts.every((part) => isPlain(part, depth + 1));
}

/** The fields of a module that hold neither parts of it nor what it was registered. */
function* ownFields(module: Module): Iterable<[string, unknown]> {
  const registered = new Set(module.ownTensors().map(({ field }) => field));
  for (const [name, { value, writable }] of Object.entries(Object.getOwnPropertyDescriptors(module)))
    if (writable === true && name !== 'training' && !registered.has(name) && !(value instanceof Module)) yield [name, value];
}

/** The generators of a field by path, those in lists and records too. */
function* generatorsIn(value: unknown, path: string, depth = 0): Iterable<[string, Generator]> {
  if (value instanceof Generator) yield [path, value];
  else if (depth <= 3 && (Array.isArray(value) ? value.length <= MAX_ENTRIES : isRecord(value)))
    for (const [key, part] of Object.entries(value as object)) yield* generatorsIn(part, `${path}.${key}`, depth + 1);
}

export function modelExtras(model: Module): ModelExtras {
  const fields: Record<string, Record<string, unknown>> = {};
  const generators: Record<string, Uint8Array> = {};
  for (const [path, module] of model.namedModules()) {
    const own: Record<string, unknown> = {};
    for (const [name, value] of ownFields(module)) {
      for (const [place, generator] of generatorsIn(value, `${path}.${name}`)) generators[place] = generator.getState();
      if (isPlain(value)) own[name] = toFile(value, `fit: ${path}.${name}`);
    }
    if (Object.keys(own).length > 0) fields[path] = own;
  }
  return {
    evaluating: model.namedModules().flatMap(([path, { training }]) => (training ? [] : [path])),
    frozen: model.namedParameters().flatMap(([name, { requiresGrad }]) => (requiresGrad ? [] : [name])),
    buffers: Object.fromEntries(restOfBuffers(model)),
    fields,
    generators,
  };
}

/** Gives a model what {@link modelExtras} found in it, but for the modes. */
export function restoreExtras(model: Module, extras: ModelExtras, source: string): void {
  const frozen = new Set(extras.frozen);
  for (const [name, parameter] of model.namedParameters()) parameter.requiresGrad_(!frozen.has(name));
  const buffers = new Map(restOfBuffers(model));
  for (const [name, kept] of Object.entries(extras.buffers)) {
    const buffer = buffers.get(name);
    if (buffer !== undefined) copyInto(buffer, kept, name, source);
  }
  for (const [path, module] of model.namedModules()) {
    const kept = extras.fields[path] ?? {};
    for (const [name, value] of Object.entries(kept)) // of one that a forward of this class makes first
      if (!(name in module)) (module as unknown as Record<string, unknown>)[name] = fromFile(value, source);
    for (const [name, value] of ownFields(module)) {
      for (const [place, generator] of generatorsIn(value, `${path}.${name}`)) {
        const state = extras.generators[place];
        if (state !== undefined) generator.setState(state);
      }
      if (!Object.hasOwn(kept, name)) continue;
      const next = fromFile(kept[name], source);
      if (!Object.is(value, next)) (module as unknown as Record<string, unknown>)[name] = next;
    }
  }
}

/** Gives the parts of a model the modes that they had. */
export function restoreModes(model: Module, { evaluating }: ModelExtras): void {
  const still = new Set(evaluating);
  for (const [path, module] of model.namedModules()) module.training = !still.has(path);
}

export function copyInto(target: Tensor, kept: unknown, name: string, source: string): void {
  if (!(kept instanceof Tensor) || !sameShape(target.shape, kept.shape))
    throw new StateDictError(`fit: ${source}: ${name} does not fit: it is not a tensor of shape [${target.shape.join(', ')}].`);
  copyValues(target, kept, 'fit');
}

/** What an optimizer trains: groups of tensors. */
export function groupsOf(optimizer: OptimizerLike): readonly (readonly Tensor[])[] {
  return (optimizer.paramGroups as readonly { params?: readonly Tensor[] }[]).map(({ params = [] }) => params);
}

/** The parameters of an optimizer that belong neither to the model nor to the loss. */
export function otherParameters(model: Module, loss: Loss, optimizer: OptimizerLike): Tensor[] {
  const known = new Set<Tensor>([...model.parameters(), ...(loss instanceof Module ? loss.parameters() : [])]);
  return groupsOf(optimizer)
    .flat()
    .filter((param) => !known.has(param));
}

/** Numbers in an optimizer's state, which its state dict keeps in single precision, by parameter. */
export type StateNumbers = readonly Readonly<Record<string, number>>[];

export function stateNumbers(optimizer: OptimizerLike): StateNumbers {
  if (!(optimizer instanceof Optimizer)) return [];
  return groupsOf(optimizer)
    .flat()
    .map((param) =>
      Object.fromEntries(
        Object.entries(optimizer.state.get(param) ?? {}).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
      ),
    );
}

export function restoreNumbers(optimizer: OptimizerLike, numbers: StateNumbers): void {
  if (!(optimizer instanceof Optimizer)) return;
  for (const [i, param] of groupsOf(optimizer).flat().entries()) {
    const state = optimizer.state.get(param);
    for (const [name, value] of Object.entries(numbers[i] ?? {}))
      if (state !== undefined && typeof state[name] === 'number' && typeof value === 'number') state[name] = value;
  }
}

/** @throws {ArgumentError} for a part of a training without a state dict: nobody could give it back its state. */
export function assertStateful(what: string, part: unknown): asserts part is { stateDict(): unknown; loadStateDict(state: never): void } {
  const { stateDict, loadStateDict } = (part ?? {}) as Record<string, unknown>;
  if (typeof stateDict === 'function' && typeof loadStateDict === 'function') return;
  throw new ArgumentError(
    `fit: ${what} has no stateDict() and loadStateDict(), so that a checkpoint cannot hold its state. Give it both, or leave out checkpoint and resume.`,
  );
}
