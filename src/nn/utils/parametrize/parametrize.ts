/** `nn.utils.parametrize`: parameters that are computed from others each time they are used. */
import { noGrad } from '../../../autograd/modes/mode.js';
import { endAfter } from '../../../engine/tasks/end-after.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../../errors.js';
import { type Arguments, readArguments } from '../../../tensor/arguments/arguments.js';
import { assertFunction, assertTensor } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { show } from '../../../tensor/arguments/show.js';
import { sameShape } from '../../../tensor/shape.js';
import { replaceData, Tensor } from '../../../tensor/tensor.js';
import { ModuleDict } from '../../containers/dict.js';
import { ModuleList } from '../../containers/list.js';
import { assertModule, isModule } from '../../module/is-module.js';
import type { Module, OwnTensor } from '../../module/module.js';
import { Parameter } from '../../module/state/parameter.js';

/** A parametrization: `forward` computes the parameter from what is learned, `rightInverse` what is learned from a parameter. */
export type Parametrization = Module & {
  /** What the parameter `value` is computed from. */
  rightInverse?(value: Tensor): Tensor | readonly Tensor[];
};

/** The options of {@link registerParametrization}. */
export interface RegisterParametrizationOptions {
  /** Does not check that the parametrization keeps shape and dtype. Default: false. */
  unsafe?: boolean;
}

/** The older name of {@link RegisterParametrizationOptions}. @deprecated Use that. */
export type ParametrizationOptions = RegisterParametrizationOptions;

/** The options of {@link removeParametrizations}. */
export interface RemoveParametrizationsOptions {
  /** Keeps the present value; false gives back what it was computed from, where that is one tensor. Default: true. */
  leaveParametrized?: boolean;
}

let caching = 0;
const cache = new Map<ParametrizationList, Tensor>();

/**
 * Runs `body`; inside it each parametrized parameter is computed once, at its first use, however often it is used: for recurrent cells and
 * shared weights.
 * @returns what `body` returns; for an async body the values are kept until its promise settles.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.cached.html
 * @example
 * const out = nn.utils.parametrize.cached(() => model.forward(x));
 */
export function cached<T>(body: () => T): T {
  assertFunction('cached', 'body', body);
  caching++;
  return endAfter(body, () => {
    if (--caching === 0) cache.clear();
  });
}

/**
 * The parametrizations of one parameter, and what it is computed from: `original`, or `original0`, `original1`, … where the first
 * parametrization takes several tensors. {@link registerParametrization} makes them.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.ParametrizationList.html
 */
export class ParametrizationList extends ModuleList<Parametrization> {
  static override readonly className: string = 'ParametrizationList';
  /** Whether it is computed from one tensor, `original`, not from several. */
  readonly isTensor: boolean;
  /** How many tensors it is computed from. */
  readonly ntensors: number;
  /** Whether shape and dtype may change unchecked. */
  unsafe: boolean;
  /** What the parameter is computed from, where that is one tensor. */
  declare original: Tensor;

  /**
   * The parametrizations of one parameter, and what it is computed from: `original`, or `original0`, `original1`, … where the first
   * parametrization takes several tensors. {@link registerParametrization} makes them.
   * @param original the parameter or buffer that is parametrized; it is kept, and trained in its place, where one tensor is enough.
   */
  constructor(modules: readonly Parametrization[], original: Tensor, unsafe = false) {
    if (!Array.isArray(modules))
      throw new ArgumentError(`ParametrizationList: the parametrizations are ${show(modules)}, expected a list of modules.`);
    assertTensor('ParametrizationList', 'original', original);
    if (modules.length === 0) throw new ArgumentError('ParametrizationList: expected one parametrization or more.');
    super(modules);
    this.unsafe = unsafe;
    const start = noGrad(() => invert(this, original, false));
    this.isTensor = start instanceof Tensor;
    this.ntensors = start instanceof Tensor ? 1 : start.length;
    const register = (name: string, value: Tensor) => {
      if (value instanceof Parameter) this.registerParameter(name, value);
      else this.registerBuffer(name, value);
    };
    if (start instanceof Tensor) {
      if (start.dtype !== original.dtype)
        throw new DTypeError(`registerParametrization: rightInverse gave ${start.dtype}, expected the parameter's ${original.dtype}.`);
      if (start !== original) noGrad(() => replaceData(original, start.detach().clone()));
      register('original', original);
    } else
      start.forEach((value, i) => {
        assertTensor('registerParametrization', `what rightInverse gives at ${i}`, value);
        const own = value.detach().clone();
        register(`original${i}`, original instanceof Parameter ? new Parameter(own, original.requiresGrad) : own);
      });
  }

  /** The tensors that it is computed from. */
  get originals(): Tensor[] {
    return this.ownTensors().map(({ tensor }) => tensor);
  }

  /** Makes the tensors that it is computed from give `value`, by each parametrization's `rightInverse`. */
  rightInverse(value: Tensor): void {
    noGrad(() => {
      const found = invert(this, value, true);
      const values = found instanceof Tensor ? [found] : found;
      const { originals } = this;
      if (values.length !== originals.length)
        throw new ArgumentError(`rightInverse: gave ${values.length} tensors, expected ${originals.length}, as when it was registered.`);
      values.forEach((one, i) => {
        if (one.dtype !== originals[i]!.dtype)
          throw new DTypeError(
            `rightInverse: gave ${one.dtype}, expected ${originals[i]!.dtype}, as of ${this.isTensor ? 'original' : `original${i}`}.`,
          );
        replaceData(originals[i]!, one.detach().clone());
      });
    });
  }

  /** The parameter. */
  override forward(): never {
    const [first, ...rest] = [...this];
    let x: unknown = first!.forward(...this.originals);
    for (const module of rest) x = module.forward(x);
    return x as never;
  }
}

/** What the parametrizations of a list, the last one first, are computed from to give `value`. */
function invert(list: ParametrizationList, value: Tensor, must: boolean): Tensor | readonly Tensor[] {
  let current: Tensor | readonly Tensor[] = value;
  for (const module of [...list].reverse()) {
    if (typeof module.rightInverse === 'function') current = module.rightInverse(current as Tensor);
    else if (must)
      throw new ArgumentError(
        `${classNameOf(module)}: it has no rightInverse, so its parameter cannot be set. Define one, or set parametrizations.get(name).original.`,
      );
    if (!(current instanceof Tensor) && !Array.isArray(current))
      throw new ArgumentError(`${classNameOf(module)}.rightInverse: gave ${show(current)}, expected a Tensor or a list of them.`);
  }
  return current;
}

/** A module whose parameters are parametrized. */
type Parametrized = Module & { parametrizations?: ModuleDict<ParametrizationList> };

const dictOf = (module: Module): ModuleDict<ParametrizationList> | undefined => {
  const { parametrizations } = module as Parametrized;
  return parametrizations instanceof ModuleDict ? parametrizations : undefined;
};

/** The classes that stand in for those of parametrized modules, by prototype. */
const injected = new WeakSet<object>();

/** The field that a name stands for: `weightHhL0` for `weight_hh_l0`. */
const fieldOf = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Whether a module, or the tensor of that name in it, is parametrized. */
export function isParametrized(module: Module, tensorName?: string): boolean {
  assertModule('isParametrized', 'module', module);
  const dict = dictOf(module);
  if (dict === undefined) return false;
  return tensorName === undefined ? dict.size > 0 : keyIn(dict, tensorName) !== undefined;
}

const keyIn = (dict: ModuleDict<ParametrizationList>, name: string): string | undefined =>
  [...dict.keys()].find((key) => key === name || fieldOf(key) === name);

/** The class that a module had before its parameters were parametrized. */
export function typeBeforeParametrizations(module: Module): typeof Module {
  assertModule('typeBeforeParametrizations', 'module', module);
  const own = Object.getPrototypeOf(module) as object;
  return ((injected.has(own) ? Object.getPrototypeOf(own) : own) as { constructor: typeof Module }).constructor;
}

/** The value of a parametrized parameter. */
function compute(list: ParametrizationList): Tensor {
  if (caching === 0) return list.forward();
  let value = cache.get(list);
  if (value === undefined) {
    value = list.forward() as Tensor;
    cache.set(list, value);
  }
  return value;
}

/** Gives a module a class of its own, in which parameters can be computed. */
function inject(module: Module): void {
  const Before = module.constructor as typeof Module;
  abstract class Injected extends Before {
    static override readonly className: string = `Parametrized${classNameOf(module)}`;
  }
  injected.add(Injected.prototype);
  Object.setPrototypeOf(module, Injected.prototype);
  (module as Parametrized).parametrizations = new ModuleDict<ParametrizationList>();
}

function checkKept(op: string, value: unknown, like: Tensor): void {
  assertTensor(op, 'what the parametrization gives', value);
  if (value.dtype !== like.dtype)
    throw new DTypeError(`${op}: the parametrization makes ${value.dtype} of ${like.dtype}. Pass { unsafe: true } where that is meant.`);
  if (!sameShape(value.shape, like.shape))
    throw new ShapeError(
      `${op}: the parametrization makes ${showShape(value.shape)} of ${showShape(like.shape)}. Pass { unsafe: true } where that is meant.`,
    );
}

/**
 * Makes a parameter or buffer of a module one that `parametrization` computes, each time it is used, from a tensor that is learned in its
 * place: `module.parametrizations.get(name).original`. A second parametrization is put after the first. Assigning to the parameter goes
 * through `rightInverse`, where there is one.
 * @param tensorName the field, or its key in the state dict.
 * @returns the module.
 * @throws {ArgumentError} for a name that is neither a parameter nor a buffer. @throws {ShapeError} @throws {DTypeError} unless `unsafe`, for a
 *   parametrization that changes them.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.register_parametrization.html
 * @example
 * class Symmetric extends nn.Module {
 *   forward(x: Tensor) { return x.triu().add(x.triu(1).t()); }
 * }
 * const layer = nn.utils.parametrize.registerParametrization(new nn.Linear(3, 3), 'weight', new Symmetric());
 * layer.weight.equal(layer.weight.t()); // true
 */
export function registerParametrization<M extends Module>(
  module: M,
  tensorName: string,
  parametrization: Parametrization,
  ...args: Arguments<RegisterParametrizationOptions, [unsafe: 'unsafe']>
): M {
  const op = 'registerParametrization';
  assertModule(op, 'module', module);
  assertModule(op, 'parametrization', parametrization);
  const { unsafe } = readArguments(op, { unsafe: false }, args);
  parametrization.train(module.training);
  const dict = dictOf(module);
  const known = dict && keyIn(dict, tensorName);
  if (known !== undefined) {
    const list = dict!.get(known);
    if (!unsafe) {
      const value = list.forward() as Tensor;
      const next: unknown = parametrization.forward(value);
      checkKept(op, next, value);
      if (parametrization.rightInverse) checkKept(op, parametrization.rightInverse(next as Tensor), value);
    }
    list.append(parametrization);
    list.unsafe ||= unsafe;
    return module;
  }
  const own = module.ownTensors().find(({ field, key }) => key === tensorName || field === tensorName);
  if (own === undefined)
    throw new ArgumentError(
      `${op}: ${classNameOf(module)} has no parameter or buffer "${tensorName}". It has ${
        module
          .ownTensors()
          .map(({ key }) => key)
          .join(', ') || 'none'
      }.`,
    );
  // Before anything is changed: the checks may throw.
  const { shape, dtype } = own.tensor;
  const list = new ParametrizationList([parametrization], own.tensor, unsafe);
  if (!unsafe) checkKept(op, list.forward(), { shape, dtype } as Tensor);
  place(module, own, list);
  return module;
}

/** Puts a parameter that is computed into the place of a field. */
function place(module: Module, { field, key }: Pick<OwnTensor, 'field' | 'key'>, list: ParametrizationList): void {
  delete (module as unknown as Record<string, unknown>)[field];
  if (dictOf(module) === undefined) inject(module);
  dictOf(module)!.set(key, list);
  const prototype = Object.getPrototypeOf(module) as object;
  Object.defineProperty(prototype, field, {
    configurable: true,
    get(this: Module) {
      return compute(dictOf(this)!.get(key));
    },
    set(this: Module, value: unknown) {
      assertTensor(`${classNameOf(this)}.${field}`, 'the value', value);
      dictOf(this)!.get(key).rightInverse(value);
    },
  });
}

/**
 * Makes a parametrized parameter an ordinary one again.
 * @param leaveParametrized keeps its present value (default); false gives back what it was computed from, where that is one tensor.
 * @returns the module.
 * @throws {ArgumentError} where it is not parametrized, or computed from several tensors and `leaveParametrized` is false.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.remove_parametrizations.html
 * @example
 * const layer = nn.utils.parametrizations.weightNorm(new nn.Linear(3, 2));
 * nn.utils.parametrize.removeParametrizations(layer, 'weight');
 */
export function removeParametrizations<M extends Module>(
  module: M,
  tensorName: string,
  ...args: Arguments<RemoveParametrizationsOptions, [leaveParametrized: 'leaveParametrized']>
): M {
  const op = 'removeParametrizations';
  const { leaveParametrized } = readArguments(op, { leaveParametrized: true }, args);
  const dict = isModule(module) ? dictOf(module) : undefined;
  const key = dict && keyIn(dict, tensorName);
  if (dict === undefined || key === undefined)
    throw new ArgumentError(`${op}: ${isModule(module) ? classNameOf(module) : show(module)} has no parametrization on "${tensorName}".`);
  const list = dict.get(key);
  let tensor: Tensor;
  if (list.isTensor) {
    tensor = list.original;
    if (leaveParametrized) {
      const value = noGrad(() => compute(list));
      noGrad(() => replaceData(tensor, value.detach().clone()));
    }
  } else if (leaveParametrized) {
    const value = compute(list);
    tensor = value.requiresGrad ? new Parameter(value.detach().clone()) : value;
  } else
    throw new ArgumentError(
      `${op}: "${tensorName}" is computed from ${list.ntensors} tensors, so there is no single one to give back. Leave out leaveParametrized: false.`,
    );
  const prototype = Object.getPrototypeOf(module) as object;
  const field = Object.getOwnPropertyNames(prototype).find((name) => name === key || name === fieldOf(key))!;
  delete (prototype as Record<string, unknown>)[field];
  dict.delete(key);
  if (dict.size === 0) {
    delete (module as Parametrized).parametrizations;
    Object.setPrototypeOf(module, Object.getPrototypeOf(prototype));
  }
  if (tensor instanceof Parameter) module.setField(field, tensor);
  else module.registerBuffer(field, tensor, { key });
  return module;
}

/**
 * Gives `toModule` the parametrizations of `fromModule`, or of one of its tensors, and what they are computed from.
 * @returns `toModule`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parametrize.transfer_parametrizations_and_params.html
 */
export function transferParametrizationsAndParams<M extends Module>(fromModule: Module, toModule: M, tensorName?: string): M {
  assertModule('transferParametrizationsAndParams', 'fromModule', fromModule);
  assertModule('transferParametrizationsAndParams', 'toModule', toModule);
  const from = dictOf(fromModule);
  if (from === undefined) return toModule;
  for (const key of tensorName === undefined ? [...from.keys()] : [keyIn(from, tensorName) ?? tensorName]) {
    const list = from.get(key);
    const field = fieldOf(key);
    const fields = toModule as unknown as Record<string, unknown>;
    if (!(field in fields)) toModule.registerParameter(field, new Parameter(compute(list).detach().clone()), { key });
    for (const parametrization of list) registerParametrization(toModule, key, parametrization, true);
    const target = dictOf(toModule)!.get(key);
    list.ownTensors().forEach(({ field: original, tensor }) => target.setField(original, tensor));
  }
  return toModule;
}
