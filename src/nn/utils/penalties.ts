/** Penalties on the size of weights, to be added to a loss. */
import { ArgumentError } from '../../errors.js';
import { add, mul } from '../../ops/elementwise/binary.js';
import { abs, square } from '../../ops/elementwise/unary.js';
import { sum } from '../../ops/reduce/sum.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { atLeast, finiteNumber } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { assertModule } from '../module/is-module.js';
import { Module } from '../module/module.js';

/** What to penalize: a model, a tensor, tensors, or tensors with their names, as `namedParameters()` gives them. */
export type Penalized = Module | Tensor | Iterable<Tensor> | Iterable<readonly [string, Tensor]>;

const ELASTIC = { l1: 0, l2: 0, filter: undefined as PenaltyOptions['filter'] };

/** Which parameters count, by name and tensor; plain lists have their positions as names. */
export type ParameterFilter = (name: string, parameter: Tensor) => boolean;

/** The options that every penalty has. */
export interface PenaltyOptions {
  /** `'weights'` leaves out biases and the factors of norm layers; a function chooses itself. Default: `'all'`. */
  filter?: 'all' | 'weights' | ParameterFilter;
}

/** The options of {@link elasticNetPenalty}. */
export interface ElasticNetOptions extends PenaltyOptions {
  /** Factor of the sum of magnitudes. Default: 0. */
  l1?: number;
  /** Factor of the sum of squares. Default: 0. */
  l2?: number;
}

/**
 * The parameters of a model that are weights: no biases (whose names say so, or that have one dim at most), none of norm layers.
 * @returns names and parameters, in the order of `namedParameters()`.
 * @example
 * const decayed = nn.utils.weightParameters(model).map(([, parameter]) => parameter);
 */
export function weightParameters(model: Module): [string, Tensor][] {
  assertModule('weightParameters', 'model', model);
  const ofNorms = new Set(
    model.modules().flatMap((module) => ((module.constructor as typeof Module).kind === 'norm' ? module.parameters(false) : [])),
  );
  return model.namedParameters().filter(([name, parameter]) => !ofNorms.has(parameter) && isWeight(name, parameter));
}

function isWeight(name: string, parameter: Tensor): boolean {
  return parameter.ndim >= 2 && !/bias/i.test(name.slice(name.lastIndexOf('.') + 1));
}

/** The chosen parameters. @throws {ArgumentError} for anything but parameters, and when none is left. */
function choose(op: string, of: Penalized, filter: PenaltyOptions['filter'] = 'all'): Tensor[] {
  if (filter !== 'all' && filter !== 'weights' && typeof filter !== 'function')
    throw new ArgumentError(`${op}: filter is ${show(filter)}, expected "all", "weights" or a function of name and parameter.`);
  let named: (readonly [string, Tensor])[];
  if (of instanceof Module) named = filter === 'weights' ? weightParameters(of) : of.namedParameters();
  else {
    if (!(of instanceof Tensor) && typeof of?.[Symbol.iterator] !== 'function')
      throw new ArgumentError(`${op}: got ${show(of)}, expected a model, a tensor or a list of them.`);
    named = (of instanceof Tensor ? [of] : [...of]).map((entry, i) =>
      Array.isArray(entry) ? (entry as [string, Tensor]) : [String(i), entry as Tensor],
    );
    if (filter === 'weights') named = named.filter(([name, parameter]) => isWeight(name, parameter));
  }
  for (const [name, parameter] of named)
    if (!(parameter instanceof Tensor) || !isFloating(parameter.dtype))
      throw new ArgumentError(
        `${op}: ${name} is ${parameter instanceof Tensor ? parameter.dtype : show(parameter)}, expected a tensor of float32 or float64.`,
      );
  const chosen = named
    .filter(([name, parameter]) => typeof filter !== 'function' || filter(name, parameter))
    .map(([, parameter]) => parameter);
  if (chosen.length === 0)
    throw new ArgumentError(
      `${op}: there is no parameter to penalize${filter === 'all' ? '' : `, of ${named.length} that the filter got`}.`,
    );
  return chosen;
}

function checkFactor(op: string, name: string, value: number): void {
  atLeast(op, name, finiteNumber(op, name, value), 0);
}

/** `factor` times the sum over all tensors of what `size` makes of their elements. */
function penalty(parameters: readonly Tensor[], factor: number, size: (x: Tensor) => Tensor): Tensor {
  return mul(
    parameters.map((parameter) => sum(size(parameter))).reduce((total, one) => add(total, one)),
    factor,
  );
}

/**
 * `factor * sum |w|`, which pulls weights to exactly 0 (lasso). Gradient at 0: 0.
 * @param of a model, a tensor, or tensors with or without names. @param factor the strength, at least 0.
 * @returns a 0-dim tensor to add to the loss, of the parameters' dtype.
 * @throws {ArgumentError} for a bad factor or filter, and when there is nothing to penalize.
 * @see Tibshirani 1996, https://doi.org/10.1111/j.2517-6161.1996.tb02080.x
 * @example
 * const total = loss.add(nn.utils.l1Penalty(model, 1e-4, { filter: 'weights' }));
 */
export function l1Penalty(of: Penalized, factor: number, options?: PenaltyOptions): Tensor {
  const { filter } = readOptions<PenaltyOptions>('l1Penalty', { filter: undefined }, options);
  checkFactor('l1Penalty', 'factor', factor);
  return penalty(choose('l1Penalty', of, filter), factor, abs);
}

/**
 * `factor * sum w ** 2` (ridge). With plain SGD it is what `weightDecay: 2 * factor` is, for chosen parameters.
 * @param of a model, a tensor, or tensors with or without names. @param factor the strength, at least 0.
 * @returns a 0-dim tensor to add to the loss, of the parameters' dtype.
 * @throws {ArgumentError} for a bad factor or filter, and when there is nothing to penalize.
 * @see Hoerl and Kennard 1970, https://doi.org/10.1080/00401706.1970.10488634
 * @example
 * const total = loss.add(nn.utils.l2Penalty([model.at(0).weight], 1e-3));
 */
export function l2Penalty(of: Penalized, factor: number, options?: PenaltyOptions): Tensor {
  const { filter } = readOptions<PenaltyOptions>('l2Penalty', { filter: undefined }, options);
  checkFactor('l2Penalty', 'factor', factor);
  return penalty(choose('l2Penalty', of, filter), factor, square);
}

/**
 * `l1 * sum |w| + l2 * sum w ** 2`: both at once.
 * @param of a model, a tensor, or tensors with or without names.
 * @returns a 0-dim tensor to add to the loss, of the parameters' dtype.
 * @throws {ArgumentError} for neither factor, a bad one, a bad filter, and when there is nothing to penalize.
 * @see Zou and Hastie 2005, https://doi.org/10.1111/j.1467-9868.2005.00503.x
 * @example
 * const total = loss.add(nn.utils.elasticNetPenalty(model, { l1: 1e-5, l2: 1e-4, filter: (name) => name.endsWith('weight') }));
 */
export function elasticNetPenalty(of: Penalized, options: ElasticNetOptions): Tensor {
  const { l1, l2, filter } = readOptions('elasticNetPenalty', ELASTIC, options);
  checkFactor('elasticNetPenalty', 'l1', l1);
  checkFactor('elasticNetPenalty', 'l2', l2);
  if (l1 === 0 && l2 === 0) throw new ArgumentError('elasticNetPenalty: l1 and l2 are both 0. Give at least one of them.');
  const chosen = choose('elasticNetPenalty', of, filter);
  if (l1 === 0) return penalty(chosen, l2, square);
  if (l2 === 0) return penalty(chosen, l1, abs);
  return add(penalty(chosen, l1, abs), penalty(chosen, l2, square));
}
