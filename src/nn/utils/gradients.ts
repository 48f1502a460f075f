/** Gradients clipped: by the norm of all of them together, or each element. */
import { noGrad } from '../../autograd/modes/mode.js';
import { ArgumentError, DTypeError, GradError, showShape } from '../../errors.js';
import { add, div, mul, pow } from '../../ops/elementwise/binary.js';
import { clamp } from '../../ops/elementwise/clamp.js';
import { ne } from '../../ops/elementwise/comparison.js';
import { binaryInPlace, inPlace } from '../../ops/elementwise/inplace.js';
import { abs, sqrt } from '../../ops/elementwise/unary.js';
import { reduceRaw } from '../../ops/reduce/sum.js';
import { to } from '../../ops/view/copy.js';
import { type Arguments, readArguments, required, type Settings, tooMany } from '../../tensor/arguments/arguments.js';
import { atLeast } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { tensor } from '../../tensor/create/create.js';
import { numel } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { type DType, isFloating } from '../../tensor/values/dtype.js';
import { item } from '../../tensor/values/transfer.js';
import { type Tensors, tensorList } from './tensor-list.js';

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

/** The options of {@link clipGradNorm_}. */
export type ClipGradNormOptions = TotalNormOptions;

function gradients(op: string, parameters: Tensors): Tensor[] {
  return tensorList(op, parameters)
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

type NormArguments = Arguments<TotalNormOptions, [normType: 'normType', errorIfNonfinite: 'errorIfNonfinite', foreach: 'foreach']>;

const NORM: Settings<TotalNormOptions> = { normType: required, errorIfNonfinite: false, foreach: null };

function readNorm(op: string, args: NormArguments): { order: number; errorIfNonfinite: boolean } {
  const { normType = 2, errorIfNonfinite } = readArguments(op, NORM, args);
  const order = normType === 'inf' ? Number.POSITIVE_INFINITY : normType === '-inf' ? Number.NEGATIVE_INFINITY : normType;
  if (typeof order !== 'number' || Number.isNaN(order))
    throw new ArgumentError(`${op}: normType is ${show(normType)}, expected a number or "inf".`);
  return { order, errorIfNonfinite };
}

function totalNorm(op: string, tensors: readonly Tensor[], { order, errorIfNonfinite }: ReturnType<typeof readNorm>): Tensor {
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

/**
 * The norm of all elements of all tensors, as if they were one vector.
 * @param tensors for the norm of gradients: `parameters.map((p) => p.grad)`.
 * @returns a 0-dim tensor; 0 for no tensors.
 * @throws {GradError} with `errorIfNonfinite`, for a norm that is not finite.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.get_total_norm.html
 * @example
 * nn.utils.getTotalNorm([tensor([3, 0]), tensor([4])]).item(); // 5
 */
export function getTotalNorm(tensors: Tensors, ...args: NormArguments): Tensor {
  const options = readNorm('getTotalNorm', args);
  return noGrad(() => totalNorm('getTotalNorm', tensorList('getTotalNorm', tensors), options));
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
  atLeast(op, 'maxNorm', maxNorm, 0);
  if (!(totalNorm instanceof Tensor ? numel(totalNorm.shape) === 1 : typeof totalNorm === 'number'))
    throw new ArgumentError(`${op}: totalNorm is ${show(totalNorm)}, expected one number.`);
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
export function clipGradNorm_(parameters: Tensors, maxNorm: number, ...args: NormArguments): Tensor {
  const op = 'clipGradNorm_';
  atLeast(op, 'maxNorm', maxNorm, 0);
  const options = readNorm(op, args);
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
  atLeast('clipGradValue_', 'clipValue', clipValue, 0);
  noGrad(() => {
    for (const g of gradients('clipGradValue_', parameters)) inPlace('clipGradValue_', g, [], () => clamp(g, -clipValue, clipValue));
  });
}
