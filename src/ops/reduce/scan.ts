/** Running sums, products, extrema and log-sum-exps along a dim, and products over dims. */
import { named, record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { DTypeError } from '../../errors.js';
import { type Arguments, readOne, readScan, readTypedReduction, required } from '../../tensor/arguments/arguments.js';
import { ones, zeros } from '../../tensor/create/create.js';
import { castRaw, code, rowMajor } from '../../tensor/raw.js';
import { around, normalizeDim, normalizeDims } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { type DType, isFloating } from '../../tensor/values/dtype.js';
import { div, mul } from '../elementwise/binary.js';
import { ge, isnan, le, logicalOr } from '../elementwise/comparison.js';
import { where } from '../elementwise/table.js';
import { gather } from '../gather/gather.js';
import { flip } from '../join/flip.js';
import { cat, stack } from '../join/join.js';
import { clone, detach, to } from '../view/copy.js';
import { type AlongArguments, type AlongOptions, expand, reshape } from '../view/movement.js';
import { narrow, select } from '../view/select.js';
import { type ValuesAndIndices, valuesAndIndices } from './extrema.js';
import { logsumexp } from './softmax.js';
import { allNonzero, reduceRaw, sum, withDims } from './sum.js';

/** The options of {@link cumsum}. */
export interface CumsumOptions {
  /** The dim along which the scan runs. */
  dim: number;
  /** Converts the input first, and says what the result is. Default: the input's dtype; int64 for integers and bools. */
  dtype?: DType | null;
}

/** The options of {@link cumprod}. */
export type CumprodOptions = CumsumOptions;
/** The options of {@link cummax}. */
export type CummaxOptions = AlongOptions;
/** The options of {@link cummin}. */
export type CumminOptions = AlongOptions;
/** The options of {@link logcumsumexp}. */
export type LogcumsumexpOptions = AlongOptions;

/** The options of {@link prod}. */
export interface ProdOptions {
  /** The dim whose elements are multiplied. Default: all. */
  dim?: number;
  /** Keeps the reduced dim with size 1. Default: false. */
  keepdim?: boolean;
  /** Converts the input first, and says what the result is. Default: the input's dtype; int64 for integers and bools. */
  dtype?: DType | null;
}

/** The dim of a scan and the dtype of its result: the dim by position or by name. */
export type ScanArguments = Arguments<CumsumOptions, [dim: 'dim']>;

const CUMSUM = 0;
const CUMPROD = 1;

function scanRaw(op: typeof CUMSUM | typeof CUMPROD, x: Tensor, d: number, name: string, keep: boolean): Tensor {
  if (keep && x.dtype === 'bool') throw new DTypeError(`${name}: dtype is bool, expected a dtype of numbers.`);
  const source = rowMajor(castRaw(x, keep || isFloating(x.dtype) ? x.dtype : 'int64', name), name);
  const out = emptyTensor(x.shape, source.dtype);
  check(kernels.scan(op, code(source.dtype), out.ptr, source.ptr, ...around(x.shape, d)), name);
  return out;
}

/**
 * Running sums along `dim`. Integers and bools are summed as int64, unless `dtype` says otherwise.
 * Gradient: running sums from the end.
 * @see https://pytorch.org/docs/stable/generated/torch.cumsum.html
 */
export function cumsum(x: Tensor, ...given: ScanArguments): Tensor {
  const { dim, dtype } = readScan('cumsum', x, given);
  const source = dtype === null ? x : to(x, dtype);
  const d = normalizeDim(dim, x.ndim, 'cumsum');
  const out = scanRaw(CUMSUM, source, d, 'cumsum', dtype !== null);
  return record('cumsum', out, { inputs: { x: source }, composed: (dy) => ({ x: cumsumFromEnd(dy, d) }) });
}

function cumsumFromEnd(g: Tensor, d: number): Tensor {
  return g.ndim === 0 ? g : flip(cumsum(flip(g, d), d), d);
}

/**
 * Running products along `dim`. Integers and bools are multiplied as int64, unless `dtype` says otherwise.
 * Gradient: exact also where elements are 0 (there in time quadratic in the size of `dim`).
 * @see https://pytorch.org/docs/stable/generated/torch.cumprod.html
 */
export function cumprod(x: Tensor, ...given: ScanArguments): Tensor {
  const { dim, dtype } = readScan('cumprod', x, given);
  const source = dtype === null ? x : to(x, dtype);
  const d = normalizeDim(dim, x.ndim, 'cumprod');
  const out = scanRaw(CUMPROD, source, d, 'cumprod', dtype !== null);
  return record('cumprod', out, {
    inputs: { x: source },
    saved: { x: source, y: out },
    composed: (dy, { x, y }) => ({ x: dy.ndim === 0 ? dy : cumprodGrad(dy, x, y, d) }),
  });
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
 * The product over `dim` (default: all dims). Integers and bools are multiplied as int64, unless `dtype` says otherwise.
 * Gradient: the product of the other elements, also where some are 0.
 * @see https://pytorch.org/docs/stable/generated/torch.prod.html
 */
export function prod(x: Tensor, ...given: Arguments<ProdOptions, [dim: 'dim', keepdim: 'keepdim']>): Tensor {
  const { dim, keepdim, dtype } = readTypedReduction<number | undefined>('prod', x, given);
  const source = dtype === null ? x : to(x, dtype);
  const dims = normalizeDims(dim, x.ndim, 'prod');
  const type = dtype ?? (isFloating(x.dtype) ? x.dtype : 'int64');
  // Bools multiply to true or false.
  const op = type === 'bool' ? 'all' : 'prod';
  const out = reduceRaw(op, castRaw(source, type, 'prod'), dims, 'prod', keepdim);
  const { shape } = x;
  return record('prod', out, {
    inputs: { x: source },
    saved: { x: source, y: out },
    composed: (dy, { x, y }) => {
      const wide = (t: Tensor) => expand(withDims(t, shape, dims), shape);
      if (dims.length === 0) return { x: dy };
      if (allNonzero(x)) return { x: mul(wide(dy), div(wide(y), x)) };
      const others = dim === undefined ? reshape(productOfOthers(reshape(x, [-1]), 0), shape) : productOfOthers(x, dims[0]!);
      return { x: mul(wide(dy), others) };
    },
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

/** The running largest (or smallest) along d and its last place; NaN wins and stays. */
function running(op: string, x: Tensor, given: AlongArguments, wins: (a: Tensor, b: Tensor) => Tensor): ValuesAndIndices {
  const d = normalizeDim(readOne<number>(op, x, 'dim', required, given), x.ndim, op);
  if (x.ndim === 0) return valuesAndIndices(clone(x), zeros([], { dtype: 'int64' }));
  const source = detach(x);
  const size = x.shape[d]!;
  if (size === 0) return valuesAndIndices(clone(x), zeros(x.shape, { dtype: 'int64' }));
  let [best, place] = [
    select(source, d, 0),
    zeros(
      x.shape.filter((_, i) => i !== d),
      { dtype: 'int64' },
    ),
  ];
  const places = [place];
  for (let i = 1; i < size; i++) {
    const next = select(source, d, i);
    const takes = wins(next, best);
    best = where(takes, next, best);
    place = where(takes, i, place);
    places.push(place);
  }
  const indices = stack(places, d);
  return valuesAndIndices(gather(x, d, indices), indices);
}

const orNaN = (a: Tensor, wins: Tensor): Tensor => (isFloating(a.dtype) ? logicalOr(wins, isnan(a)) : wins);

/** The largest value so far along `dim`, and its last place: `[values, indices]`; NaN wins. Gradient: back to those places. */
export const cummax = (x: Tensor, ...given: AlongArguments): ValuesAndIndices => running('cummax', x, given, (a, b) => orNaN(a, ge(a, b)));

/** The smallest value so far along `dim`, and its last place; NaN wins. */
export const cummin = (x: Tensor, ...given: AlongArguments): ValuesAndIndices => running('cummin', x, given, (a, b) => orNaN(a, le(a, b)));

/** log(cumsum(exp(x))) along `dim`, without overflow. */
export function logcumsumexp(x: Tensor, ...given: AlongArguments): Tensor {
  const d = normalizeDim(readOne<number>('logcumsumexp', x, 'dim', required, given), x.ndim, 'logcumsumexp');
  if (x.ndim === 0 || x.shape[d] === 0) return named('Logcumsumexp', mul(x, 1));
  // A row of the lower triangle for each result: n² work, and every one is shifted by its own largest value.
  const size = x.shape[d]!;
  return named(
    'Logcumsumexp',
    stack(
      Array.from({ length: size }, (_, i) => logsumexp(narrow(x, d, 0, i + 1), d)),
      d,
    ),
  );
}
