/** State dicts: a module's tensors by PyTorch's keys, out and in. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { ArgumentError, StateDictError, showShape } from '../../../errors.js';
import { copy_ } from '../../../ops/elementwise/inplace.js';
import { reshape } from '../../../ops/view/movement.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { describe, show } from '../../../tensor/arguments/show.js';
import { sameShape } from '../../../tensor/shape.js';
import { aliasTensor, Tensor } from '../../../tensor/tensor.js';
import type { Module, OwnTensor } from '../module.js';
import { Parameter } from './parameter.js';
import { isUninitialized } from './uninitialized.js';

/** Tensors by key. */
export type StateDict = Record<string, Tensor>;

/** What {@link Module.loadStateDict} could not match. */
export interface LoadResult {
  /** Keys of the model that the state dict does not have. */
  missingKeys: string[];
  /** Keys of the state dict that the model does not have. */
  unexpectedKeys: string[];
  /** As PyTorch prints it: `<All keys matched successfully>`, or the keys. */
  toString(): string;
}

function loadResult(missingKeys: string[], unexpectedKeys: string[]): LoadResult {
  const list = (keys: readonly string[]) => `[${keys.map((key) => `'${key}'`).join(', ')}]`;
  const text = () =>
    missingKeys.length + unexpectedKeys.length === 0
      ? '<All keys matched successfully>'
      : `_IncompatibleKeys(missing_keys=${list(missingKeys)}, unexpected_keys=${list(unexpectedKeys)})`;
  // Not enumerable, so that results compare equal by their keys.
  return Object.defineProperty({ missingKeys, unexpectedKeys }, 'toString', { value: text });
}

/** The options of {@link Module.stateDict}. */
export interface StateDictOptions {
  /** Written before every key. Default: ''. */
  prefix?: string;
  /** Gives the parameters themselves, which carry gradients, instead of detached tensors on their memory. Default: false. */
  keepVars?: boolean;
  /** The record to add to, which is returned. Default: a new one. */
  destination?: StateDict;
}

/** The options of {@link Module.loadStateDict}. */
export interface LoadStateDictOptions {
  /** Whether missing and unexpected keys are errors. Default: true. */
  strict?: boolean;
  /** Puts the given tensors themselves into the module, with their dtypes, instead of copying their values. Default: false. */
  assign?: boolean;
}

const EXTRA = '_extra_state';

/** State other than tensors: a module that has these methods keeps it under `_extra_state`. */
interface WithExtraState {
  getExtraState?(): Tensor;
  setExtraState?(state: Tensor): void;
}

/** The module's own tensors in the state: parameters before buffers. */
function own(module: Module): OwnTensor[] {
  const all = module.ownTensors().filter(({ persistent }) => persistent);
  return [...all.filter(({ kind }) => kind === 'parameter'), ...all.filter(({ kind }) => kind === 'buffer')];
}

/** Sets an entry of any name: `__proto__` too, which assignment would take for the prototype. */
function setEntry(dict: StateDict, key: string, value: Tensor): void {
  if (key === '__proto__') Object.defineProperty(dict, key, { value, writable: true, enumerable: true, configurable: true });
  else dict[key] = value;
}

export function stateDict(module: Module, { prefix = '', keepVars = false, destination = {} }: StateDictOptions): StateDict {
  const hooks = module.ownHooks();
  for (const hook of hooks?.statePre ?? []) hook(module, prefix, keepVars);
  for (const { key, tensor } of own(module))
    setEntry(
      destination,
      prefix + key,
      keepVars || isUninitialized(tensor) ? tensor : aliasTensor(tensor, tensor.shape, tensor.strides, tensor.offset),
    );
  const extra = module as WithExtraState;
  if (extra.getExtraState !== undefined) destination[prefix + EXTRA] = extra.getExtraState();
  for (const [name, child] of module.childEntries()) child.stateDict({ destination, prefix: `${prefix}${name}.`, keepVars });
  for (const hook of hooks?.statePost ?? []) {
    const returned: unknown = hook(module, destination, prefix, {});
    if (returned !== undefined)
      throw new ArgumentError('registerStateDictPostHook: a hook returned a value. Change the state dict in place.');
  }
  return destination;
}

/** A tensor of the model and what the state dict has for it. */
interface Match {
  readonly module: Module;
  readonly target: OwnTensor;
  readonly source: Tensor;
}

/** What loading would do, and what stands in its way. */
class Loading {
  readonly matches: Match[] = [];
  readonly extras: (() => void)[] = [];
  readonly missingKeys: string[] = [];
  readonly unexpectedKeys: string[] = [];
  readonly problems: string[] = [];
  readonly known = new Set<string>();
  /** Modules with hooks to call afterwards, those inside first. */
  readonly after: Module[] = [];

  constructor(
    readonly dict: StateDict,
    readonly strict: boolean,
  ) {}

  visit(module: Module, prefix: string): void {
    const hooks = module.ownHooks();
    for (const hook of hooks?.loadPre ?? [])
      hook(module, this.dict, prefix, {}, this.strict, this.missingKeys, this.unexpectedKeys, this.problems);
    for (const target of own(module)) this.match(module, target, prefix + target.key);
    const extra = module as WithExtraState;
    if (extra.setExtraState !== undefined) {
      const key = prefix + EXTRA;
      this.known.add(key);
      if (Object.hasOwn(this.dict, key)) this.extras.push(() => extra.setExtraState!(this.dict[key]!));
      else this.missingKeys.push(key);
    }
    for (const [name, child] of module.childEntries()) this.visit(child, `${prefix}${name}.`);
    if (hooks !== null && hooks.loadPost.length > 0) this.after.push(module);
  }

  private match(module: Module, target: OwnTensor, key: string): void {
    this.known.add(key);
    const { tensor } = target;
    const given: unknown = Object.hasOwn(this.dict, key) ? this.dict[key] : undefined;
    if (given === undefined) {
      if (!target.optional) this.missingKeys.push(key);
    } else if (!(given instanceof Tensor)) {
      this.problems.push(`${key} is ${show(given)}, expected a Tensor`);
    } else {
      // PyTorch before 0.4 had no 0-dim tensors.
      const lazy = isUninitialized(tensor);
      const source = !lazy && tensor.ndim === 0 && sameShape(given.shape, [1]) ? reshape(given.detach(), []) : given;
      if (lazy || sameShape(source.shape, tensor.shape)) this.matches.push({ module, target, source });
      else this.problems.push(`${key} has shape ${showShape(given.shape)}, the model expects ${showShape(tensor.shape)}`);
    }
  }

  /** What makes the state dict unfit, a line each. */
  complaints(): string[] {
    const lines = [...this.problems];
    if (this.strict && this.unexpectedKeys.length > 0) lines.unshift(`unexpected keys: ${this.unexpectedKeys.join(', ')}`);
    if (this.strict && this.missingKeys.length > 0) lines.unshift(`missing keys: ${this.missingKeys.join(', ')}`);
    return lines;
  }
}

/** What to do about keys that do not match; '' where nothing general helps. */
function advice({ dict, strict, problems, matches, missingKeys, unexpectedKeys }: Loading): string {
  if (matches.length === 0 && missingKeys.length > 0) {
    for (const key of unexpectedKeys) {
      const inner: unknown = dict[key];
      if (
        typeof inner === 'object' &&
        inner !== null &&
        !(inner instanceof Tensor) &&
        missingKeys.some((name) => Object.hasOwn(inner, name))
      )
        return `The model's keys stand under "${key}". Give that part: model.loadStateDict(load(path, { key: '${key}' })).`;
      const prefix = key.endsWith(missingKeys[0]!) ? key.slice(0, -missingKeys[0]!.length) : '';
      if (prefix !== '' && missingKeys.every((name) => Object.hasOwn(dict, prefix + name)))
        return `Every key has "${prefix}" before it. Take that off: Object.fromEntries(Object.entries(state).map(([key, x]) => [key.slice(${prefix.length}), x])).`;
    }
  }
  return strict && problems.length === 0 ? 'Use { strict: false } to load the keys that match.' : '';
}

/** Whether it is the module, or an optimizer, in the place of its state dict. */
const hasStateDict = (given: unknown): boolean => typeof (given as { stateDict?: unknown })?.stateDict === 'function';

/** What to write where something else was given in place of a state dict. */
function adviceFor(given: unknown): string {
  if (given instanceof Promise) return ' Await it: await load(path).';
  if (hasStateDict(given)) return ' Pass what its stateDict() gives.';
  return typeof given === 'string' ? ' Read the file first: await load(path).' : '';
}

export function loadStateDict(module: Module, given: StateDict, { strict = true, assign = false }: LoadStateDictOptions): LoadResult {
  if (typeof given !== 'object' || given === null || given instanceof Tensor || given instanceof Promise || hasStateDict(given))
    throw new ArgumentError(`loadStateDict: the state dict is ${describe(given)}, expected tensors by key.${adviceFor(given)}`);
  const loading = new Loading(given instanceof Map ? (Object.fromEntries(given) as StateDict) : { ...given }, strict);
  loading.visit(module, '');
  loading.unexpectedKeys.push(...Object.keys(loading.dict).filter((key) => !loading.known.has(key)));
  const result = loadResult(loading.missingKeys, loading.unexpectedKeys);

  const refuse = (lines: readonly string[], changed: string): never => {
    const hint = advice(loading);
    throw new StateDictError(
      `loadStateDict: the state dict does not fit ${classNameOf(module)}; ${changed}.\n  ${lines.join('\n  ')}${hint && `\n${hint}`}`,
    );
  };
  // Hooks that run after loading may still remove keys from the lists.
  const before = loading.after.length === 0 ? loading.complaints() : loading.problems;
  if (before.length > 0) refuse(before, 'nothing was changed');
  for (const { source } of loading.matches) source.storage.address(); // a freed tensor throws before anything changes
  noGrad(() => {
    for (const match of loading.matches) {
      if (assign) put(match);
      else {
        const { tensor } = match.target;
        if (isUninitialized(tensor)) tensor.materialize([...match.source.shape]);
        copy_(tensor, match.source);
      }
    }
  });
  for (const set of loading.extras) set();
  for (const inner of loading.after) for (const hook of [...inner.ownHooks()!.loadPost]) hook(inner, result);
  const lines = loading.complaints();
  if (lines.length > 0) refuse(lines, 'the keys that match were loaded');
  return result;
}

/** Makes the given tensor the module's own. */
function put({ module, target, source }: Match): void {
  if (target.kind === 'buffer') {
    module.setField(target.field, source);
    return;
  }
  const requiresGrad = target.tensor.requiresGrad;
  module.setField(
    target.field,
    source instanceof Parameter ? source.requiresGrad_(requiresGrad) : new Parameter(source.detach(), requiresGrad),
  );
}
