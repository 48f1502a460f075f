/** Running sums and products along a dim, and products over dims. */
import { record } from '../autograd/node.js';
import { check, kernels } from '../engine/engine.js';
import { readOne, readReduction, required, type Trailing } from '../tensor/arguments.js';
import { ones } from '../tensor/create.js';
import { isFloating } from '../tensor/dtype.js';
import { normalizeDim, normalizeDims, numel } from '../tensor/shape.js';
import { emptyTensor, type Tensor } from '../tensor/tensor.js';
import { div, mul } from './arithmetic.js';
import { flip } from './arrange.js';
import { cat } from './join.js';
import { castRaw, code, rowMajor } from './kernel-call.js';
import { expand, narrow, reshape } from './movement.js';
import { allNonzero, dropDims, reduceRaw, sum, withDims } from './reduce.js';

/** The dim that an operation runs along, by position or by name. */
export type AlongArguments = [dim: number] | [options: { dim: number } | { axis: number }];

const CUMSUM = 0;
const CUMPROD = 1;

function scanRaw(op: typeof CUMSUM | typeof CUMPROD, x: Tensor, d: number, name: string): Tensor {
  const source = rowMajor(castRaw(x, isFloating(x.dtype) ? x.dtype : 'int64', name), name);
  const out = emptyTensor(x.shape, source.dtype);
  const [outer, inner] = [numel(x.shape.slice(0, d)), numel(x.shape.slice(d + 1))];
  check(kernels.scan(op, code(source.dtype), out.ptr, source.ptr, outer, x.shape[d] ?? 1, inner), name);
  return out;
}

/**
 * Running sums along `dim`. Integers and bools are summed as int64.
 * Gradient: running sums from the end.
 */
export function cumsum(x: Tensor, ...given: AlongArguments): Tensor {
  const dim = readOne<number>('cumsum', x, 'dim', required, given);
  const d = normalizeDim(dim, x.ndim, 'cumsum');
  return record('cumsum', scanRaw(CUMSUM, x, d, 'cumsum'), [x], [], (g) => [cumsumFromEnd(g, d)]);
}

function cumsumFromEnd(g: Tensor, d: number): Tensor {
  return g.ndim === 0 ? g : flip(cumsum(flip(g, d), d), d);
}

/**
 * Running products along `dim`. Integers and bools are multiplied as int64.
 * Gradient: exact also where elements are 0 (there in time quadratic in the size of `dim`).
 */
export function cumprod(x: Tensor, ...given: AlongArguments): Tensor {
  const dim = readOne<number>('cumprod', x, 'dim', required, given);
  const d = normalizeDim(dim, x.ndim, 'cumprod');
  const out = scanRaw(CUMPROD, x, d, 'cumprod');
  return record('cumprod', out, [x], [x, out], (g, [a, y]) => [g.ndim === 0 ? g : cumprodGrad(g, a!, y!, d)]);
}

// y_i = x_1 … x_i, so dx_k = sum over i >= k of dy_i y_i / x_k; where an x_k is 0, y_i / x_k is the product without it.
function cumprodGrad(g: Tensor, x: Tensor, y: Tensor, d: number): Tensor {
  if (allNonzero(x)) return div(cumsumFromEnd(mul(g, y), d), x);
  const size = x.shape[d]!;
  const one = ones(
    x.shape.map((s, i) => (i === d ? 1 : s)),
    { dtype: x.dtype },
  );
  const slices = Array.from({ length: size }, (_, k) => {
    const after = cumprod(cat([one, narrow(x, d, k + 1, size - k - 1)], d), d);
    const without = k === 0 ? after : mul(after, narrow(y, d, k - 1, 1));
    return sum(mul(narrow(g, d, k, size - k), without), d, true);
  });
  return cat(slices, d);
}

/**
 * The product over `dim` (default: all dims). Integers and bools are multiplied as int64.
 * Gradient: the product of the other elements, also where some are 0.
 * @see https://pytorch.org/docs/stable/generated/torch.prod.html
 */
export function prod(
  x: Tensor,
  ...given: Trailing<[dim: number | undefined, keepdim: boolean], { dim?: number; keepdim?: boolean }>
): Tensor {
  const { dim, keepdim } = readReduction<number | undefined>('prod', x, given);
  const dims = normalizeDims(dim, x.ndim, 'prod');
  const dtype = isFloating(x.dtype) ? x.dtype : 'int64';
  const out = dropDims(reduceRaw('prod', castRaw(x, dtype, 'prod'), dims, dtype, 'prod'), x.shape, dims, keepdim);
  const { shape } = x;
  return record('prod', out, [x], [x, out], (g, [a, y]) => {
    const wide = (t: Tensor) => expand(withDims(t, shape, dims), shape);
    if (dims.length === 0) return [g];
    if (allNonzero(a!)) return [mul(wide(g), div(wide(y!), a!))];
    const others = dim === undefined ? reshape(productOfOthers(reshape(a!, [-1]), 0), shape) : productOfOthers(a!, dims[0]!);
    return [mul(wide(g), others)];
  });
}

/** For each element along `dim`, the product of those before it times the product of those after it. */
function productOfOthers(x: Tensor, dim: number): Tensor {
  const size = x.shape[dim]!;
  const one = ones(
    x.shape.map((s, d) => (d === dim ? 1 : s)),
    { dtype: x.dtype },
  );
  const before = cumprod(cat([one, narrow(x, dim, 0, size - 1)], dim), dim);
  const after = flip(cumprod(cat([one, flip(narrow(x, dim, 1, size - 1), dim)], dim), dim), dim);
  return mul(before, after);
}
