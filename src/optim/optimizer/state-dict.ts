/** Optimizers' state dicts, in PyTorch's layout and under its names. */
import { StateDictError, showShape } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { camelCase, snakeCase } from '../../tensor/arguments/spelling.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import { numel, sameShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { copyValues, item } from '../../tensor/values/transfer.js';
import { isImplementationOption, type ParamGroup } from './param-groups.js';
import { type ParamState, stateLike } from './state.js';

/** An optimizer's state as `torch.save` keeps it: state by the parameter's number, options under PyTorch's names. */
export interface OptimizerStateDict {
  /** What is remembered of each parameter, by its number. */
  state: Record<number, Record<string, Tensor | number | null>>;
  /** The options of each group, and the numbers of its parameters. */
  param_groups: ({ params: number[] } & Record<string, unknown>)[];
}

const copyOf = (value: unknown) => (Array.isArray(value) ? [...value] : value);

/** The state dict of these groups and this state. Tensors are not copied. */
export function writeStateDict(groups: readonly ParamGroup[], states: ReadonlyMap<Tensor, ParamState>): OptimizerStateDict {
  const numbers = new Map(groups.flatMap((group) => group.params).map((param, i) => [param, i]));
  const state: OptimizerStateDict['state'] = {};
  for (const [param, values] of states) {
    state[numbers.get(param)!] = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        snakeCase(name),
        typeof value === 'number' ? fromTypedArray(Float32Array.of(value), []) : value,
      ]),
    );
  }
  const param_groups = groups.map(({ params, ...options }) => ({
    ...Object.fromEntries(Object.entries(options).map(([name, value]) => [snakeCase(name), copyOf(value)])),
    params: params.map((param) => numbers.get(param)!),
  }));
  return { state, param_groups };
}

/**
 * The groups and the state of a state dict, for an optimizer with these groups. Nothing of the optimizer is changed.
 * @param makeState makes a parameter's state as it is before the first step; what was saved is copied into it.
 * @throws {StateDictError} where groups or shapes do not fit.
 */
export function readStateDict<O>(
  op: string,
  dict: OptimizerStateDict,
  current: readonly ParamGroup<O>[],
  makeState: (param: Tensor, group: ParamGroup<O>) => ParamState,
): { groups: ParamGroup<O>[]; states: Map<Tensor, ParamState> } {
  const fail = (message: string): never => {
    throw new StateDictError(`${op}.loadStateDict: ${message} Nothing was changed.`);
  };
  const saved = dict?.param_groups;
  const isGroup = (group: unknown) => Array.isArray((group as { params?: unknown } | null)?.params);
  if (!Array.isArray(saved) || !saved.every(isGroup) || typeof dict.state !== 'object' || dict.state === null)
    fail('expected { state, param_groups }, as stateDict() gives it.');
  const sizes = (groups: readonly { params: readonly unknown[] }[]) => `[${groups.map(({ params }) => params.length).join(', ')}]`;
  if (sizes(saved) !== sizes(current)) fail(`the saved groups have ${sizes(saved)} parameters, the optimizer's have ${sizes(current)}.`);

  const byNumber = new Map<number, [Tensor, ParamGroup<O>]>();
  saved.forEach(({ params }, g) => {
    for (const [i, number] of params.entries()) byNumber.set(number, [current[g]!.params[i]!, current[g]!]);
  });
  const states = new Map<Tensor, ParamState>();
  for (const [number, values] of Object.entries(dict.state)) {
    if (typeof values !== 'object' || values === null) fail(`the state of parameter ${number} is ${show(values)}, expected an object.`);
    const [param, group] = byNumber.get(Number(number)) ?? fail(`there is state for parameter ${number}, which is in no group.`);
    if (Object.values(values).every((value) => value === null)) continue;
    states.set(param, readState(param, number, values, makeState(param, group), fail));
  }
  return { groups: current.map((group, g) => readGroup(group, saved[g]!, g, fail)), states };
}

/** A parameter's state. `start` is what it has before the first step; what else was saved has the parameter's shape. */
function readState(
  param: Tensor,
  number: string,
  values: Record<string, Tensor | number | null>,
  start: ParamState,
  fail: (message: string) => never,
): ParamState {
  const out: ParamState = {};
  for (const [key, value] of Object.entries(values)) {
    if (value === null) continue;
    const name = camelCase(key);
    const before = Object.hasOwn(start, name) ? start[name]! : stateLike(param);
    if (typeof before === 'number') {
      const count = value instanceof Tensor && numel(value.shape) === 1 ? item(value) : value;
      out[name] = typeof count === 'number' ? count : fail(`${key} of parameter ${number} is ${show(value)}, expected a number.`);
      continue;
    }
    if (!(value instanceof Tensor)) fail(`${key} of parameter ${number} is ${show(value)}, expected a Tensor.`);
    if (!sameShape(value.shape, before.shape)) {
      const why = sameShape(before.shape, param.shape) ? 'the parameter' : `expected ${showShape(before.shape)} for a parameter of`;
      fail(`${key} of parameter ${number} has shape ${showShape(value.shape)}, ${why} ${showShape(param.shape)}.`);
    }
    copyValues(before, value, 'loadStateDict');
    out[name] = before;
  }
  const missing = Object.keys(start).find((name) => !(name in out));
  if (missing !== undefined)
    fail(
      `the state of parameter ${number} has no ${snakeCase(missing)} (it has ${Object.keys(values).join(', ')}). Was it saved by another optimizer?`,
    );
  return out;
}

/** A group with its saved options. */
function readGroup<O>(
  group: ParamGroup<O>,
  { params: _, ...options }: Record<string, unknown>,
  g: number,
  fail: (message: string) => never,
): ParamGroup<O> {
  const known = Object.entries(options)
    .map(([name, value]) => [camelCase(name), copyOf(value)] as const)
    .filter(([name]) => !isImplementationOption(name));
  const next = { ...group, ...Object.fromEntries(known) } as ParamGroup<O>;
  const names: unknown = next.paramNames;
  if (
    names !== undefined &&
    !(Array.isArray(names) && names.length === group.params.length && names.every((name) => typeof name === 'string'))
  )
    fail(`param_names of group ${g} is ${show(names)}, expected a name for each of ${group.params.length} parameters.`);
  return next;
}
