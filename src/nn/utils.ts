/** `nn.utils`: clipping gradients, and a look for layers that a model does not see. */
import { noGrad } from '../autograd/mode.js';
import { ArgumentError, GradError } from '../errors.js';
import { add, div, mul, pow } from '../ops/arithmetic.js';
import { binaryInPlace, inPlace } from '../ops/inplace.js';
import { abs, clamp, sqrt } from '../ops/math.js';
import { reduceRaw } from '../ops/reduce.js';
import { tensor } from '../tensor/create.js';
import type { DType } from '../tensor/dtype.js';
import { numel } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { item } from '../tensor/transfer.js';
import { Module } from './module.js';
import { Parameter } from './parameter.js';

export * as rnn from './packed-sequence.js';

export interface ClipGradNormOptions {
  /** The order of the norm; Infinity for the largest element. Default: 2. */
  normType?: number;
  /** Throws where the norm is not finite. Default: false. */
  errorIfNonfinite?: boolean;
}

function gradients(parameters: Tensor | Iterable<Tensor>): Tensor[] {
  const list = parameters instanceof Tensor ? [parameters] : [...parameters];
  return list.map((p) => p.ownGrad).filter((g) => g !== null);
}

/** The norm of all elements of one gradient, in its dtype. */
function norm(x: Tensor, order: number): number {
  if (numel(x.shape) === 0) return 0;
  const dims = x.shape.map((_, d) => d);
  const total = (op: 'sumsq' | 'sumabs' | 'sum' | 'max' | 'min', t = x) => reduceRaw(op, t, dims, x.dtype, 'clipGradNorm_');
  if (order === 2) return item(sqrt(total('sumsq')));
  if (order === 1) return item(total('sumabs'));
  if (order === Number.POSITIVE_INFINITY) return item(total('max', abs(x)));
  if (order === Number.NEGATIVE_INFINITY) return item(total('min', abs(x)));
  return item(pow(total('sum', pow(abs(x), order)), 1 / order));
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
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  { normType = 2, errorIfNonfinite = false }: ClipGradNormOptions = {},
): Tensor {
  if (!(maxNorm >= 0)) throw new ArgumentError(`clipGradNorm_: maxNorm is ${String(maxNorm)}, expected a number of at least 0.`);
  if (Number.isNaN(normType) || normType === 0)
    throw new ArgumentError(`clipGradNorm_: normType is ${normType}, expected a number other than 0.`);
  const grads = gradients(parameters);
  if (grads.length === 0) return tensor(0);
  return noGrad(() => {
    const dtype: DType = grads.some((g) => g.dtype === 'float64') ? 'float64' : 'float32';
    const norms = grads.map((g) => norm(g, normType));
    const total = tensor(norm(tensor(norms, { dtype }), normType), { dtype });
    const value = item(total);
    if (errorIfNonfinite && !Number.isFinite(value))
      throw new GradError(
        `clipGradNorm_: the norm of the gradients is ${value}. Lower the learning rate, or pass { errorIfNonfinite: false }.`,
      );
    const factor = item(clamp(div(maxNorm, add(total, 1e-6)), { max: 1 }));
    for (const g of grads) binaryInPlace('clipGradNorm_', 'mul', g, factor, () => mul(g, factor));
    return total;
  });
}

/**
 * Limits every element of the gradients to [-clipValue, clipValue].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html
 */
export function clipGradValue_(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  if (!(clipValue >= 0)) throw new ArgumentError(`clipGradValue_: clipValue is ${String(clipValue)}, expected a number of at least 0.`);
  noGrad(() => {
    for (const g of gradients(parameters)) inPlace('clipGradValue_', g, [], () => clamp(g, -clipValue, clipValue));
  });
}

/**
 * Modules and parameters that stand in plain arrays, objects, maps and sets, where their model does not see them: they are not
 * trained, not saved and not switched to evaluation. Put them in `nn.ModuleList`, `nn.ModuleDict` or `nn.ParameterList`.
 * @returns their places, such as `encoder.layers[0]`; none in a model that is as meant.
 */
export function findUnregistered(model: Module): string[] {
  const known = new Set<unknown>([...model.modules(), ...model.parameters()]);
  const found: string[] = [];
  const look = (value: unknown, place: string, depth: number): void => {
    if (value instanceof Module || value instanceof Parameter) {
      if (!known.has(value)) found.push(place);
    } else if (depth < 4 && typeof value === 'object' && value !== null && !(value instanceof Tensor) && !ArrayBuffer.isView(value)) {
      const entries =
        Array.isArray(value) || value instanceof Set
          ? [...value].map((v, i) => [i, v] as const)
          : value instanceof Map
            ? [...value]
            : isPlain(value)
              ? Object.entries(value)
              : [];
      for (const [key, inner] of entries)
        look(inner, `${place}[${typeof key === 'number' ? key : JSON.stringify(String(key))}]`, depth + 1);
    }
  };
  for (const [path, module] of model.namedModules()) {
    for (const [field, value] of Object.entries(module))
      if (!(value instanceof Module)) look(value, path === '' ? field : `${path}.${field}`, 0);
  }
  return found;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
