/** Softmax and its logarithm, one fused kernel each way, and log-sum-exp. */
import { noGrad } from '../../autograd/modes/mode.js';
import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, readReduction } from '../../tensor/arguments/arguments.js';
import { assertFloating, assertTensor, wholeNumber } from '../../tensor/arguments/checks.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { castRaw, code, rowMajor } from '../../tensor/raw.js';
import { around, normalizeDim, normalizeDims, numel } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { assertDType, type DType, isFloating } from '../../tensor/values/dtype.js';
import { add, mul, sub } from '../elementwise/binary.js';
import { isinf } from '../elementwise/comparison.js';
import { where } from '../elementwise/table.js';
import { exp, log, neg } from '../elementwise/unary.js';
import { detach, to } from '../view/copy.js';
import { amax } from './extrema.js';
import { dropDims, reducedShape, sum, withDims } from './sum.js';

/** The options of {@link softmax}. */
export interface SoftmaxOptions {
  /** The dim along which the results add up to 1. Left out, PyTorch's old rule chooses, with a warning. */
  dim?: number | null;
  /** Converts the input first. Default: the input's dtype. */
  dtype?: DType;
}

/** The options of {@link logSoftmax}. */
export type LogSoftmaxOptions = SoftmaxOptions;
/** The options of {@link softmin}. */
export type SoftminOptions = SoftmaxOptions;

/** The options of {@link logsumexp}. */
export interface LogsumexpOptions {
  /** The dim to reduce, or several. */
  dim: number | readonly number[];
  /** Keeps the reduced dims with size 1. Default: false. */
  keepdim?: boolean;
}

type SoftmaxArguments = Arguments<SoftmaxOptions, [dim: 'dim']>;

/**
 * `exp(x)` over its sum along `dim`: positive numbers that add up to 1. Large values do not overflow.
 * @param args the dim; without one, PyTorch's old rule chooses 0 for 0, 1 or 3 dims and 1 otherwise, with a warning.
 * @throws {DTypeError} for integers and bools. @throws {IndexError} for a dim that is not there.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
 * @example
 * F.softmax(tensor([[0, 0], [1, 3]]), { dim: 1 });
 */
export function softmax(x: Tensor, ...args: SoftmaxArguments): Tensor {
  return normalized('softmax', x, args);
}

/**
 * The logarithm of {@link softmax}, exact where softmax itself would round to 0.
 * @throws {DTypeError} for integers and bools. @throws {IndexError} for a dim that is not there.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
 * @example
 * F.logSoftmax(zeros([1, 2]), 1); // [[-0.6931, -0.6931]]
 */
export function logSoftmax(x: Tensor, ...args: SoftmaxArguments): Tensor {
  return normalized('logSoftmax', x, args);
}

/**
 * {@link softmax} of -x: the smallest value gets the largest share.
 * @throws as {@link softmax}.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softmin.html
 */
export function softmin(x: Tensor, ...args: SoftmaxArguments): Tensor {
  return normalized('softmin', x, args);
}

function implicitDim(name: string, x: Tensor): number {
  const dim = x.ndim === 0 || x.ndim === 1 || x.ndim === 3 ? 0 : 1;
  warnOnce(`${name}: no dim given, dim ${dim} is taken (input of ${x.ndim} dims). Name the dim: ${name}(x, ${dim}).`);
  return dim;
}

const DEFAULTS: { dim: number | null; dtype: DType | null } = { dim: null, dtype: null };

function normalized(op: 'softmax' | 'logSoftmax' | 'softmin', input: Tensor, args: SoftmaxArguments): Tensor {
  const { dim, dtype } = readArguments(op, DEFAULTS, args);
  assertTensor(op, 'input', input);
  if (dtype !== null) assertDType(dtype, op);
  const negative = op === 'softmin' ? neg(input) : input;
  const x = dtype === null ? negative : to(negative, dtype);
  assertFloating(op, 'input', x);
  if (dim !== null) wholeNumber(op, 'dim', dim);
  const d = normalizeDim(dim ?? implicitDim(op, x), x.ndim, op);
  const name = op === 'softmin' ? 'softmax' : op;
  const log = name === 'logSoftmax' ? 1 : 0;
  const source = rowMajor(x, name);
  const out = emptyTensor(x.shape, x.dtype);
  if (numel(x.shape) > 0) check(kernels.softmax(code(x.dtype), log, out.ptr, source.ptr, ...around(x.shape, d)), name);

  return record(name, out, {
    inputs: { x },
    saved: { y: out },
    // y = softmax(x): dx = y (dy - sum(y dy));  y = log softmax(x): dx = dy - exp(y) sum(dy)
    composed: (dy, { y }) => ({ x: log ? sub(dy, mul(exp(y), sum(dy, d, true))) : mul(y, sub(dy, sum(mul(y, dy), d, true))) }),
    fused: (dy, { y }) => {
      const dx = emptyTensor(y.shape, y.dtype);
      const dense = rowMajor(dy, name);
      if (numel(y.shape) > 0) check(kernels.softmaxBackward(code(dx.dtype), log, dx.ptr, dense.ptr, y.ptr, ...around(y.shape, d)), name);
      return { x: dx };
    },
  });
}

/**
 * log(sum(exp(x))) over `dim`, without overflow. Integers become float32.
 * @see https://pytorch.org/docs/stable/generated/torch.logsumexp.html
 */
export function logsumexp(x: Tensor, ...given: Arguments<LogsumexpOptions, [dim: 'dim', keepdim: 'keepdim']>): Tensor {
  const { dim, keepdim } = readReduction<number | readonly number[] | undefined>('logsumexp', x, given);
  if (dim === undefined) throw new ArgumentError('logsumexp: dim is missing. Name the dim, or several, to reduce.');
  const a = isFloating(x.dtype) ? x : castRaw(x, 'float32', 'logsumexp');
  const dims = normalizeDims(dim, a.ndim, 'logsumexp');
  const { shape } = a;
  const out = noGrad(() => {
    if (dims.some((d) => shape[d] === 0)) return log(sum(exp(a), dims, keepdim));
    if (dims.length === 1) {
      const one = emptyTensor(reducedShape(shape, dims, keepdim), a.dtype);
      const source = rowMajor(a, 'logsumexp');
      if (numel(one.shape) > 0) check(kernels.logsumexp(code(a.dtype), one.ptr, source.ptr, ...around(shape, dims[0]!)), 'logsumexp');
      return one;
    }
    const largest = amax(detach(a), dims, true);
    const shift = where(isinf(largest), 0, largest);
    return dropDims(add(log(sum(exp(sub(a, shift)), dims, true)), shift), shape, dims, keepdim);
  });
  return record('logsumexp', out, {
    inputs: { x: a },
    saved: { x: a, y: out },
    // d/dx = softmax = exp(x - y)
    composed: (dy, { x, y }) => ({ x: mul(withDims(dy, shape, dims), exp(sub(x, withDims(y, shape, dims)))) }),
  });
}
