/** What to optimize, and with which options: parameter groups as users give them and as optimizers keep them. */
import { ArgumentError, DTypeError, GradError, showShape } from '../../errors.js';
import { unknownOption } from '../../tensor/arguments/arguments.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';

/** What PyTorch's optimizers take to choose among their implementations. Hone has one, so these are accepted and ignored. */
export interface ImplementationOptions {
  /** Accepted and ignored. */
  foreach?: boolean | null;
  /** Accepted and ignored. */
  fused?: boolean | null;
  /** Accepted and ignored. */
  capturable?: boolean;
  /** Steps are not recorded for autograd: `true` throws. */
  differentiable?: false;
}

/** An optimizer's options as a user gives them: those left out keep their defaults. */
export type OptionsInput<O> = Partial<O> & ImplementationOptions;

/** What to optimize: tensors, tensors with their names (`model.namedParameters()`), or groups of either. */
export type ParamsInput<O> = Iterable<Tensor> | Iterable<readonly [string, Tensor]> | Iterable<ParamGroupInput<O>>;

/**
 * Parameters, with or without their names, and options of their own: those left out have the optimizer's values. `name` is for the
 * user's own use.
 */
export type ParamGroupInput<O> = {
  /** The parameters, with or without their names. */
  params: Tensor | Iterable<Tensor> | Iterable<readonly [string, Tensor]>;
  /** A name for the user's own use. */
  name?: string;
  /** The rate that a scheduler starts from. */
  initialLr?: number;
} & OptionsInput<O>;

/** Parameters and the options they are stepped with. Options may be changed between steps: `group.lr = 0.01`. */
export type ParamGroup<O = { lr: number }> = O & {
  /** The parameters. */
  params: Tensor[];
  /** The lr that a scheduler started from. */
  initialLr?: number;
  /** A name for the user's own use. */
  name?: string;
  /** The names of the parameters, where they were given with names, as `namedParameters()` gives them. */
  paramNames?: string[];
};

/** A group of any optimizer, for what asks only about its parameters. */
type AnyGroup = { readonly params: readonly Tensor[]; readonly paramNames?: readonly string[] };

const IMPLEMENTATION: ReadonlySet<string> = new Set<keyof ImplementationOptions>(['foreach', 'fused', 'capturable', 'differentiable']);

/** Whether an option only chooses among PyTorch's implementations. */
export function isImplementationOption(name: string): boolean {
  return IMPLEMENTATION.has(name);
}

/** The options given, over `defaults`. @throws {ArgumentError} for an unknown one, or a flag that is not true or false. */
export function readGroupOptions<O extends object>(op: string, given: unknown, defaults: O): O {
  if (typeof given !== 'object' || given === null)
    throw new ArgumentError(`${op}: expected an object of options, got ${show(given)}. Write { lr: 0.01 }.`);
  // Lists are copied: one that a user changes in place belongs to one group.
  const options = Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]));
  for (const [name, value] of Object.entries(given)) {
    if (name === 'differentiable' && value === true)
      throw new ArgumentError(`${op}: differentiable is true, but steps are not recorded for autograd. Leave it out.`);
    if (value === undefined || name === 'params' || isImplementationOption(name)) continue;
    if (!(name in options || name === 'initialLr' || name === 'name')) throw unknownOption(op, name, Object.keys(defaults));
    if (typeof options[name] === 'boolean' && typeof value !== 'boolean')
      throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected true or false.`);
    options[name] = value;
  }
  return options as O;
}

/** The groups that an optimizer's first argument stands for: tensors, with or without names, are one. @throws {ArgumentError} for none. */
export function listGroups<O>(op: string, params: ParamsInput<O>): ParamGroupInput<O>[] {
  if (typeof (params as { parameters?: unknown } | null)?.parameters === 'function')
    throw new ArgumentError(`${op}: expected a list of tensors or groups, got ${show(params)}. Pass its parameters().`);
  if (params instanceof Tensor) throw new ArgumentError(`${op}: expected a list of tensors or groups, got one Tensor. Write [tensor].`);
  if (typeof params?.[Symbol.iterator] !== 'function')
    throw new ArgumentError(
      `${op}: expected a list of tensors or groups, got ${show(params)}.${typeof params === 'function' ? ' Call it: model.parameters().' : ''}`,
    );
  const list: unknown[] = [...params];
  if (list.length === 0)
    throw new ArgumentError(
      `${op}: got no parameters. Does the model keep its layers in fields, nn.Sequential or nn.ModuleList? Plain arrays are not seen.`,
    );
  const bare = list[0] instanceof Tensor || Array.isArray(list[0]);
  return (bare ? [{ params: list }] : list) as ParamGroupInput<O>[];
}

/** The parameters of a group to be added to `groups`, and their names where they have some. @throws {ArgumentError} for anything else. */
export function readParams(op: string, input: unknown, groups: readonly AnyGroup[]): { params: Tensor[]; paramNames?: string[] } {
  const given = (input as { params?: unknown } | null | undefined)?.params;
  if (Array.isArray(input))
    throw new ArgumentError(`${op}: a group is a list, expected { params }. Write { params: model.parameters(), lr: 0.01 }.`);
  if (given === undefined) throw new ArgumentError(`${op}: a group has no params. Write { params: model.parameters(), lr: 0.01 }.`);
  if (!(given instanceof Tensor) && typeof (given as Iterable<unknown> | null)?.[Symbol.iterator] !== 'function')
    throw new ArgumentError(`${op}: the params of a group are ${show(given)}, expected a tensor or a list of them.`);
  const entries: unknown[] = given instanceof Tensor ? [given] : [...(given as Iterable<unknown>)];
  const names = entries.map((entry) => (Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' ? entry[0] : null));
  const params = entries.map((entry, i) => (names[i] === null ? entry : (entry as [string, Tensor])[1])) as Tensor[];
  const named = names.every((name) => name !== null) && names.length > 0;
  if (!named && names.some((name) => name !== null))
    throw new ArgumentError(`${op}: some parameters of a group have names and some have none. Give all of them names, or none.`);
  const other = groups[0];
  if (other !== undefined && (other.paramNames !== undefined) !== named)
    throw new ArgumentError(
      `${op}: the parameters of group ${groups.length} come ${named ? 'with' : 'without'} names, those of the groups before ${named ? 'without' : 'with'}. Give all of them names, or none.`,
    );
  return { params, ...(named && { paramNames: names as string[] }) };
}

/** Throws unless `params` can be the next group after `groups`: floating leaves, each of them once. */
export function assertTrainable(op: string, params: readonly Tensor[], groups: readonly AnyGroup[]): void {
  const known = new Set(groups.flatMap((group) => group.params));
  params.forEach((param, i) => {
    const which = `parameter ${i} of group ${groups.length}`;
    if (!(param instanceof Tensor))
      throw new ArgumentError(
        `${op}: ${which} is ${param === null ? 'null' : typeof param}, expected a Tensor${Array.isArray(param) ? ', or a name and a Tensor' : ''}.`,
      );
    if (!isFloating(param.dtype)) throw new DTypeError(`${op}: ${which} is ${param.dtype}, expected float32 or float64.`);
    if (!param.isLeaf)
      throw new GradError(
        `${op}: ${which} was made by an operation and is not a leaf: its gradient is not kept. Pass the tensors it was computed from, or detach() it first.`,
      );
    if (known.has(param))
      throw new ArgumentError(`${op}: ${which} (${showShape(param.shape)}) appears twice. A parameter belongs to one group, once.`);
    known.add(param);
  });
}

/** A parameter in a message. */
export function describeParam(groups: readonly AnyGroup[], group: AnyGroup, i: number): string {
  const { dtype, shape } = group.params[i]!;
  return `parameter ${i} of group ${groups.indexOf(group)}, which is ${dtype} ${showShape(shape)}`;
}
