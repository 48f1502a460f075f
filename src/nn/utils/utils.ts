/** `nn.utils`: gradients clipped, parameters as one vector, penalties, and a look for layers that a model does not see. */
import { noGrad } from '../../autograd/mode.js';
import { ArgumentError, DTypeError, GradError, ShapeError, showShape } from '../../errors.js';
import { add, div, mul, pow } from '../../ops/elementwise/binary.js';
import { clamp } from '../../ops/elementwise/clamp.js';
import { ne } from '../../ops/elementwise/comparison.js';
import { binaryInPlace, copy_, inPlace } from '../../ops/elementwise/inplace.js';
import { abs, sqrt } from '../../ops/elementwise/unary.js';
import { cat } from '../../ops/join/join.js';
import { reduceRaw } from '../../ops/reduce/sum.js';
import { to } from '../../ops/view/copy.js';
import { narrow, reshape } from '../../ops/view/movement.js';
import { readOptions, tooMany } from '../../tensor/arguments.js';
import { tensor } from '../../tensor/create.js';
import { type DType, isFloating } from '../../tensor/dtype.js';
import { numel } from '../../tensor/shape.js';
import { show } from '../../tensor/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { item } from '../../tensor/transfer.js';

export { findUnregistered } from '../module/unseen.js';
export * as rnn from '../recurrent/packed-sequence.js';
export * as parametrizations from './parametrizations.js';
export * as parametrize from './parametrize.js';
export type { ElasticNetOptions, ParameterFilter, Penalized, PenaltyOptions } from './penalties.js';
export { elasticNetPenalty, l1Penalty, l2Penalty, weightParameters } from './penalties.js';

/** The order of a norm; `inf` is the largest element. */
export type NormType = number | 'inf' | '-inf';

/** The options of {@link getTotalNorm}. */
export interface TotalNormOptions {
  /** The order of the norm; Infinity or `inf` for the largest element. Default: 2. */
  normType?: NormType;
  /** Throws where the norm is not finite. Default: false. */
  errorIfNonfinite?: boolean;
  /** PyTorch's choice among its implementations. Hone has one: accepted and ignored. */
  foreach?: boolean | null;
}

/** The options of {@link ClipGradNorm}. */
export type ClipGradNormOptions = TotalNormOptions;

type Tensors = Tensor | Iterable<Tensor>;

function list(op: string, tensors: Tensors): Tensor[] {
  if (tensors instanceof Tensor) return [tensors];
  if (typeof tensors?.[Symbol.iterator] !== 'function')
    throw new ArgumentError(
      `${op}: got ${tensors === null ? 'null' : typeof tensors}, expected a tensor or a list of tensors: model.parameters().`,
    );
  return [...tensors].map((x, i) => {
    if (x instanceof Tensor) return x;
    throw new ArgumentError(
      `${op}: entry ${i} is ${x === null ? 'null' : typeof x}, expected a Tensor.${Array.isArray(x) ? ' Pass parameters(), not namedParameters().' : ''}`,
    );
  });
}

function gradients(op: string, parameters: Tensors): Tensor[] {
  return list(op, parameters)
    .map((p) => p.ownGrad)
    .filter((g) => g !== null);
}

/** The norm of all elements of one tensor, in its dtype. */
function norm(x: Tensor, order: number, op: string): number {
  if (!isFloating(x.dtype)) throw new DTypeError(`${op}: a tensor is ${x.dtype}, expected float32 or float64. Use x.to('float32').`);
  if (numel(x.shape) === 0) {
    if (order >= 0 && order !== Number.POSITIVE_INFINITY) return 0;
    throw new ArgumentError(`${op}: a tensor of shape ${showShape(x.shape)} has no elements, and no norm of order ${order}. Leave it out.`);
  }
  const dims = x.shape.map((_, d) => d);
  const total = (kind: 'sumsq' | 'sumabs' | 'sum' | 'max' | 'min', t = x) => reduceRaw(kind, t, dims, op);
  if (order === 2) return item(sqrt(total('sumsq')));
  if (order === 1) return item(total('sumabs'));
  if (order === Number.POSITIVE_INFINITY) return item(total('max', abs(x)));
  if (order === Number.NEGATIVE_INFINITY) return item(total('min', abs(x)));
  if (order === 0) return item(total('sum', to(ne(x, 0), x.dtype)));
  return item(pow(total('sum', pow(abs(x), order)), 1 / order));
}

/** The options, from an object or from PyTorch's positions. */
function normOptions(
  op: string,
  given: NormType | TotalNormOptions,
  errorIfNonfinite?: boolean,
): { order: number; errorIfNonfinite: boolean } {
  const options =
    typeof given === 'object' && given !== null
      ? readOptions<TotalNormOptions>(op, { normType: undefined, errorIfNonfinite: false, foreach: undefined }, given)
      : { normType: given, ...(errorIfNonfinite !== undefined && { errorIfNonfinite }) };
  const normType = options.normType ?? 2;
  const order = normType === 'inf' ? Number.POSITIVE_INFINITY : normType === '-inf' ? Number.NEGATIVE_INFINITY : normType;
  if (typeof order !== 'number' || Number.isNaN(order))
    throw new ArgumentError(`${op}: normType is ${show(normType)}, expected a number or "inf".`);
  return { order, errorIfNonfinite: options.errorIfNonfinite ?? false };
}

function totalNorm(op: string, tensors: readonly Tensor[], { order, errorIfNonfinite }: ReturnType<typeof normOptions>): Tensor {
  if (tensors.length === 0) return tensor(0);
  const dtype: DType = tensors.some((x) => x.dtype === 'float64') ? 'float64' : 'float32';
  const norms = tensors.map((x) => norm(x, order, op));
  const total = tensor(norm(tensor(norms, { dtype }), order, op), { dtype });
  const value = item(total);
  if (errorIfNonfinite && !Number.isFinite(value))
    throw new GradError(`${op}: the norm of the gradients is ${value}. Lower the learning rate, or pass { errorIfNonfinite: false }.`);
  return total;
}

function scale(op: string, grads: readonly Tensor[], maxNorm: number, total: Tensor): void {
  const factor = item(clamp(div(maxNorm, add(total, 1e-6)), { max: 1 }));
  for (const g of grads) binaryInPlace(op, 'mul', g, factor, () => mul(g, factor));
}

function checkMaxNorm(op: string, maxNorm: number): void {
  if (!(typeof maxNorm === 'number' && maxNorm >= 0))
    throw new ArgumentError(`${op}: maxNorm is ${show(maxNorm)}, expected a number of at least 0.`);
}

/**
 * The norm of all elements of all tensors, as if they were one vector.
 * @param tensors for the norm of gradients: `parameters.map((p) => p.grad)`.
 * @returns a 0-dim tensor; 0 for no tensors.
 * @throws {GradError} with `errorIfNonfinite`, for a norm that is not finite.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.get_total_norm.html
 * @example
 * nn.utils.getTotalNorm([tensor([3, 0]), tensor([4])]).item(); // 5
 */
export function getTotalNorm(tensors: Tensors, normType?: NormType | TotalNormOptions, errorIfNonfinite?: boolean): Tensor {
  const options = normOptions('getTotalNorm', normType ?? 2, errorIfNonfinite);
  return noGrad(() => totalNorm('getTotalNorm', list('getTotalNorm', tensors), options));
}

/**
 * Scales the gradients by `maxNorm / (totalNorm + 1e-6)` where that is below 1: {@link clipGradNorm_} with a norm that is known already.
 * @throws {ArgumentError} for a bad maxNorm or totalNorm.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grads_with_norm_.html
 * @example
 * loss.backward();
 * const norm = nn.utils.getTotalNorm(model.parameters().map((p) => p.grad!));
 * nn.utils.clipGradsWithNorm_(model.parameters(), 1, norm);
 */
export function clipGradsWithNorm_(parameters: Tensors, maxNorm: number, totalNorm: Tensor | number): void {
  const op = 'clipGradsWithNorm_';
  checkMaxNorm(op, maxNorm);
  if (!(totalNorm instanceof Tensor ? numel(totalNorm.shape) === 1 : typeof totalNorm === 'number'))
    throw new ArgumentError(
      `${op}: totalNorm is ${totalNorm instanceof Tensor ? `a tensor [${totalNorm.shape.join(', ')}]` : typeof totalNorm}, expected one number.`,
    );
  noGrad(() => scale(op, gradients(op, parameters), maxNorm, totalNorm instanceof Tensor ? totalNorm : tensor(totalNorm)));
}

/**
 * Scales the gradients so that the norm of all of them together is at most `maxNorm`.
 * @returns that norm before, a 0-dim tensor.
 * @throws {ArgumentError} for a bad maxNorm. @throws {GradError} with `errorIfNonfinite`, for a norm that is not finite; nothing is changed then.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 * @example
 * loss.backward();
 * nn.utils.clipGradNorm_(model.parameters(), 1);
 * optimizer.step();
 */
export function clipGradNorm_(
  parameters: Tensors,
  maxNorm: number,
  normType?: NormType | ClipGradNormOptions,
  errorIfNonfinite?: boolean,
): Tensor {
  const op = 'clipGradNorm_';
  checkMaxNorm(op, maxNorm);
  const options = normOptions(op, normType ?? 2, errorIfNonfinite);
  return noGrad(() => {
    const grads = gradients(op, parameters);
    const total = totalNorm(op, grads, options);
    scale(op, grads, maxNorm, total);
    return total;
  });
}

/**
 * Limits every element of the gradients to [-clipValue, clipValue].
 * @throws {ArgumentError} for a clipValue below 0.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 * @example
 * loss.backward();
 * nn.utils.clipGradValue_(model.parameters(), 0.5);
 * optimizer.step();
 */
export function clipGradValue_(parameters: Tensors, clipValue: number): void {
  if (arguments.length > 2) tooMany('clipGradValue_', 2, arguments);
  if (!(typeof clipValue === 'number' && clipValue >= 0))
    throw new ArgumentError(`clipGradValue_: clipValue is ${show(clipValue)}, expected a number of at least 0.`);
  noGrad(() => {
    for (const g of gradients('clipGradValue_', parameters)) inPlace('clipGradValue_', g, [], () => clamp(g, -clipValue, clipValue));
  });
}

/**
 * All parameters as one vector, in their order; gradients flow back to them.
 * @throws {ArgumentError} for no parameters.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parameters_to_vector.html
 * @example
 * nn.utils.parametersToVector([tensor([[1, 2]]), tensor([3])]).toArray(); // [1, 2, 3]
 */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  const tensors = list('parametersToVector', parameters);
  if (tensors.length === 0) throw new ArgumentError('parametersToVector: got no parameters.');
  return cat(tensors.map((x) => reshape(x, [-1])));
}

/**
 * Copies the parts of a vector into parameters, in their order, whether or not they collect gradients.
 * @param vec one dim, as {@link parametersToVector} makes it; converted to each parameter's dtype.
 * @throws {ShapeError} for another number of elements than the parameters have; nothing is changed then.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.vector_to_parameters.html
 * @example
 * const weights = nn.utils.parametersToVector(model.parameters()).detach();
 * nn.utils.vectorToParameters(weights.mul(0.5), model.parameters());
 */
export function vectorToParameters(vec: Tensor, parameters: Iterable<Tensor>): void {
  const op = 'vectorToParameters';
  if (!(vec instanceof Tensor)) throw new ArgumentError(`${op}: the vector is ${vec === null ? 'null' : typeof vec}, expected a Tensor.`);
  const tensors = list(op, parameters);
  const count = tensors.reduce((sum, x) => sum + numel(x.shape), 0);
  if (vec.ndim !== 1 || vec.shape[0] !== count)
    throw new ShapeError(`${op}: the vector is ${showShape(vec.shape)}, the parameters have ${count} elements.`);
  noGrad(() => {
    let at = 0;
    for (const x of tensors) {
      const size = numel(x.shape);
      copy_(x, reshape(narrow(vec, 0, at, size), [...x.shape]));
      at += size;
    }
  });
}
