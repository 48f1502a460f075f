/** Softmax and its logarithm: one fused kernel each way. */
import { isGradEnabled } from '../autograd/mode.js';
import { record } from '../autograd/node.js';
import { check, kernels } from '../engine/engine.js';
import { DTypeError } from '../errors.js';
import { type DType, isFloating } from '../tensor/dtype.js';
import { normalizeDim, numel, type Shape } from '../tensor/shape.js';
import { emptyTensor, type Tensor } from '../tensor/tensor.js';
import { mul, sub } from './arithmetic.js';
import { to } from './copy.js';
import { code, rowMajor } from './kernel-call.js';
import { exp, neg } from './math.js';
import { sum } from './reduce.js';
import { warnOnce } from './warn.js';

export interface SoftmaxOptions {
  /** Converts the input first. Default: the input's dtype. */
  dtype?: DType;
}

/**
 * `exp(x)` over its sum along `dim`: positive numbers that add up to 1. Large values do not overflow.
 * @param dim without one, PyTorch's old rule chooses 0 for 0, 1 or 3 dims and 1 otherwise, with a warning.
 * @throws {DTypeError} for integers and bools. @throws {IndexError} for a dim that is not there.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
 */
export function softmax(x: Tensor, dim?: number, options?: SoftmaxOptions): Tensor {
  return normalized('softmax', x, dim, options);
}

/**
 * The logarithm of {@link softmax}, exact where softmax itself would round to 0.
 * @throws {DTypeError} for integers and bools. @throws {IndexError} for a dim that is not there.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
 */
export function logSoftmax(x: Tensor, dim?: number, options?: SoftmaxOptions): Tensor {
  return normalized('logSoftmax', x, dim, options);
}

/**
 * {@link softmax} of -x: the smallest value gets the largest share.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmin.html
 */
export function softmin(x: Tensor, dim?: number, options?: SoftmaxOptions): Tensor {
  return softmax(neg(x), dim ?? implicitDim('softmin', x), options);
}

function implicitDim(name: string, x: Tensor): number {
  const dim = x.ndim === 0 || x.ndim === 1 || x.ndim === 3 ? 0 : 1;
  warnOnce(`${name}: no dim given, dim ${dim} is taken (input of ${x.ndim} dims). Name the dim: ${name}(x, ${dim}).`);
  return dim;
}

/** Elements before, along and after `dim`. */
function split(shape: Shape, dim: number): [number, number, number] {
  return [numel(shape.slice(0, dim)), shape[dim] ?? 1, numel(shape.slice(dim + 1))];
}

function normalized(name: 'softmax' | 'logSoftmax', input: Tensor, dim: number | undefined, options: SoftmaxOptions | undefined): Tensor {
  const x = options?.dtype === undefined ? input : to(input, options.dtype);
  if (!isFloating(x.dtype)) throw new DTypeError(`${name}: needs a floating dtype, got ${x.dtype}. Use x.to('float32').`);
  const d = normalizeDim(dim ?? implicitDim(name, x), x.ndim, name);
  const log = name === 'logSoftmax' ? 1 : 0;
  const source = rowMajor(x, name);
  const out = emptyTensor(x.shape, x.dtype);
  if (numel(x.shape) > 0) check(kernels.softmax(code(x.dtype), log, out.ptr, source.ptr, ...split(x.shape, d)), name);

  return record(name, out, [x], [out], (g, [y]) => {
    if (isGradEnabled()) {
      // y = softmax(x): dx = y (dy - sum(y dy));  y = log softmax(x): dx = dy - exp(y) sum(dy)
      return [log ? sub(g, mul(exp(y!), sum(g, d, true))) : mul(y!, sub(g, sum(mul(y!, g), d, true)))];
    }
    const grad = emptyTensor(y!.shape, y!.dtype);
    const dense = rowMajor(g, name);
    if (numel(y!.shape) > 0)
      check(kernels.softmaxBackward(code(grad.dtype), log, grad.ptr, dense.ptr, y!.ptr, ...split(y!.shape, d)), name);
    return [grad];
  });
}
