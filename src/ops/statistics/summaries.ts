/** Reductions, running values and counts made of others: sums that skip NaN, quantiles, differences, histograms, places in a sorted row. */

import { named } from '../../autograd/node.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { readArguments, readOne, readOptions, readTypedReduction, required, type Trailing, tooMany } from '../../tensor/arguments.js';
import { assertTensor, assertTensorOrNull, listable, wholeNumber } from '../../tensor/checks.js';
import { fromTypedArray, tensor, zeros } from '../../tensor/create.js';
import { isFloating } from '../../tensor/dtype.js';
import { castRaw } from '../../tensor/raw.js';
import { isScalar, resultDType, type Scalar, scalarTensor, wrappedScalar } from '../../tensor/scalar.js';
import { normalizeDim, numel, sameShape } from '../../tensor/shape.js';
import { show } from '../../tensor/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/transfer.js';
import { add, div, ge, le, logicalOr, logicalXor, mul, sub } from '../elementwise/binary.js';
import { lerp } from '../elementwise/pointwise.js';
import { where } from '../elementwise/table.js';
import { isnan, logicalNot } from '../elementwise/unary.js';
import { gather } from '../gather/gather.js';
import { cat, stack } from '../join/join.js';
import { type ValuesAndIndices, valuesAndIndices } from '../reduce/extrema.js';
import { type AlongArguments, cumsum } from '../reduce/scan.js';
import { sort } from '../reduce/sort.js';
import { any, type Dims, mean, sum, type TypedReduceArguments } from '../reduce/sum.js';
import { clone, contiguous, detach, to } from '../view/copy.js';
import { narrow, reshape, select, unsqueeze } from '../view/movement.js';
import { logsumexp, readVariance, std, type VarianceArguments } from './moments.js';

/** The sum without the NaNs. */
export function nansum(x: Tensor, ...given: TypedReduceArguments): Tensor {
  const { dim, keepdim, dtype } = readTypedReduction<Dims>('nansum', x, given);
  return named('Nansum', sum(isFloating(x.dtype) ? where(isnan(x), 0, x) : x, { dim, keepdim, dtype }));
}

/** The mean without the NaNs; NaN where there is nothing else. */
export function nanmean(x: Tensor, ...given: TypedReduceArguments): Tensor {
  const { dim, keepdim, dtype } = readTypedReduction<Dims>('nanmean', x, given);
  for (const type of [x.dtype, dtype ?? x.dtype])
    if (!isFloating(type)) throw new DTypeError(`nanmean: expected a floating dtype, got ${type}. Use x.to('float32').`);
  return div(nansum(x, { dim, keepdim, dtype }), sum(logicalNot(isnan(x)), dim, keepdim));
}

/** The standard deviation and the mean, in that order. */
export function stdMean(x: Tensor, ...given: VarianceArguments): [std: Tensor, mean: Tensor] {
  const { dim, correction, keepdim } = readVariance('stdMean', x, given);
  return [std(x, dim, { correction, keepdim }), mean(x, dim, keepdim)];
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

export interface DiffOptions {
  /** How often. Default: 1. */
  n?: number;
  /** Default: -1, the last. */
  dim?: number;
  /** Joined to `x` in front along `dim`, before anything else. */
  prepend?: Tensor | null;
  /** Joined to `x` at the end. */
  append?: Tensor | null;
}

/**
 * Differences of neighbours along a dim, taken `n` times.
 * @param given n, dim, prepend and append in this order, or by name.
 * @throws {ArgumentError} for an n that is no whole number of at least 0. @throws {ShapeError} for 0 dims, and parts that do not fit.
 * @see https://pytorch.org/docs/stable/generated/torch.diff.html
 * @example
 * diff(tensor([1, 3, 6]), { prepend: tensor([0]) }); // [1, 2, 3]
 */
export function diff(
  x: Tensor,
  ...given: Trailing<[n: number, dim: number, prepend: Tensor | null, append: Tensor | null], DiffOptions>
): Tensor {
  assertTensor('diff', 'x', x);
  const defaults: Required<DiffOptions> = { n: 1, dim: -1, prepend: null, append: null };
  const { n, dim, prepend, append } = readArguments('diff', defaults, given);
  wholeNumber('diff', 'n', n, { min: 0 });
  assertTensorOrNull('diff', 'prepend', prepend);
  assertTensorOrNull('diff', 'append', append);
  const d = normalizeDim(dim, x.ndim, 'diff');
  if (x.ndim === 0) throw new ShapeError('diff: input has 0 dims, expected at least 1.');
  if (n === 0) return clone(x);
  const parts = [prepend, x, append].filter((part) => part !== null);
  let out = parts.length === 1 ? x : cat(parts, d);
  const most = Math.min(n, out.shape[d]!); // after so many differences nothing is left
  for (let i = 0; i < most; i++) {
    const size = out.shape[d]!;
    if (size === 0) break;
    const [later, earlier] = [narrow(out, d, 1, size - 1), narrow(out, d, 0, size - 1)];
    // Of bools, whether they differ.
    out = out.dtype === 'bool' ? logicalXor(later, earlier) : sub(later, earlier);
  }
  return out;
}

export interface TrapezoidOptions {
  /** The distance of neighbours, where there is no x. Default: 1. */
  dx?: number;
  /** Default: the last. */
  dim?: number;
}

/** `x` by position or by name, `dx` and `dim` by name only, as in PyTorch. */
export type TrapezoidArguments = Trailing<[x: Tensor | null | undefined], TrapezoidOptions & { x?: Tensor | null }>;

/** The areas of the trapezoids between neighbours along dim `d`; null where there are no elements. */
function trapezoids(op: string, y: Tensor, given: readonly unknown[]): { areas: Tensor | null; d: number } {
  assertTensor(op, 'y', y);
  const read = readArguments<{ x: Tensor | null; dx: number; dim: number }>(op, { x: null, dx: 1, dim: -1 }, given);
  const { x: places, dx, dim } = read;
  assertTensorOrNull(op, 'x', places);
  const d = normalizeDim(dim, y.ndim, op);
  const size = y.shape[d] ?? 1;
  if (size === 0) return { areas: null, d };
  const heights = add(narrow(y, d, 1, size - 1), narrow(y, d, 0, size - 1));
  if (!places) return { areas: mul(heights, dx / 2), d };
  const widths = diff(places);
  const wide = places.ndim === 1 ? reshape(widths, [size - 1, ...Array<number>(y.ndim - d - 1).fill(1)]) : widths;
  return { areas: div(mul(heights, wide), 2), d };
}

/**
 * The integral of y over x, or over steps of `dx`, along a dim, by trapezoids.
 * @param given x, the places, and the options. @see https://pytorch.org/docs/stable/generated/torch.trapezoid.html
 */
export function trapezoid(y: Tensor, ...given: TrapezoidArguments): Tensor {
  const { areas, d } = trapezoids('trapezoid', y, given);
  return areas === null ? to(sum(y, d), y.dtype) : sum(areas, d);
}

/**
 * The integrals of {@link trapezoid} up to each place but the first.
 * @see https://pytorch.org/docs/stable/generated/torch.cumulative_trapezoid.html
 * @example
 * cumulativeTrapezoid(tensor([1, 3, 5])); // [2, 6]
 */
export function cumulativeTrapezoid(y: Tensor, ...given: TrapezoidArguments): Tensor {
  const { areas, d } = trapezoids('cumulativeTrapezoid', y, given);
  return areas === null ? clone(y) : cumsum(areas, d);
}

/** One share, or several: from 0 to 1. */
export type Quantiles = number | readonly number[] | Tensor;

export interface QuantileOptions {
  /** Default: null, all elements. */
  dim?: number | null;
  /** Keeps the reduced dims with size 1. Default: false. */
  keepdim?: boolean;
  /** What lies between two neighbours. Default: `linear`. */
  interpolation?: 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';
}

const QUANTILE = { q: required as Quantiles, dim: null, keepdim: false, interpolation: 'linear' as const };

/**
 * The quantiles of all elements, or along `dim`. NaN where there is one.
 * @param q a number from 0 to 1, or a vector of them: then the first dim of the result.
 * @param interpolation between neighbours; default 'linear'.
 * @throws {ArgumentError} for q outside 0 to 1, or no elements. @see https://pytorch.org/docs/stable/generated/torch.quantile.html
 */
export function quantile(
  x: Tensor,
  ...given:
    | [q: Quantiles, ...Trailing<[dim: number | null | undefined, keepdim: boolean], QuantileOptions>]
    | [options: QuantileOptions & { q: Quantiles }]
): Tensor {
  assertTensor('quantile', 'x', x);
  const read = readArguments<Required<QuantileOptions> & { q: Quantiles }>('quantile', QUANTILE, given);
  const { q, keepdim, interpolation } = read;
  const dim = read.dim ?? undefined;
  if (typeof q !== 'number' && !(q instanceof Tensor) && !Array.isArray(q))
    throw new ArgumentError(`quantile: q is ${show(q)}, expected a number, a list of numbers or a tensor.`);
  if (!isFloating(x.dtype)) throw new DTypeError(`quantile: expected a floating dtype, got ${x.dtype}. Use x.to('float32').`);
  const many = typeof q !== 'number' && !(!Array.isArray(q) && (q as Tensor).ndim === 0);
  const values = typeof q === 'number' ? [q] : Array.isArray(q) ? (q as number[]) : Array.from(toTypedArray(q as Tensor), Number);
  for (const v of values) if (!(v >= 0 && v <= 1)) throw new ArgumentError(`quantile: q is ${v}, expected from 0 to 1.`);
  const d = dim === undefined ? 0 : normalizeDim(dim, x.ndim, 'quantile');
  const source = dim === undefined ? reshape(x, [-1]) : x;
  const size = source.ndim === 0 ? 1 : source.shape[d]!;
  if (size === 0) throw new ArgumentError('quantile: there are no elements.');
  const ordered = source.ndim === 0 ? reshape(source, [1]) : sort(source, d).values;
  const spoiled = any(isnan(ordered), d, false);
  const at = (i: number) => select(ordered, d, i);
  // The share is a number of the input's dtype, as in PyTorch.
  const round = x.dtype === 'float32' ? Math.fround : (v: number) => v;
  const parts = values.map((v) => {
    const place = round(v) * (size - 1);
    const [low, high] = [Math.floor(place), Math.ceil(place)];
    const nearest = place - low === 0.5 ? (low % 2 === 0 ? low : high) : Math.round(place);
    const share = interpolation === 'midpoint' ? 0.5 : place - low;
    const exact = { lower: low, higher: high, nearest, linear: -1, midpoint: -1 }[interpolation];
    if (exact === undefined)
      throw new ArgumentError(`quantile: interpolation is ${show(interpolation)}, expected linear, lower, higher, midpoint or nearest.`);
    const value = exact >= 0 ? at(exact) : lerp(at(low), at(high), share);
    const checked = where(spoiled, Number.NaN, value);
    return keepdim
      ? dim === undefined
        ? reshape(
            checked,
            x.shape.map(() => 1),
          )
        : unsqueeze(checked, d)
      : checked;
  });
  return many ? stack(parts) : parts[0]!;
}

/**
 * The k-th smallest element along `dim` (default: the last), and where it is: `[values, indices]`.
 * @param k from 1. @throws {ArgumentError} for one outside 1 to the size of dim.
 */
export function kthvalue(
  x: Tensor,
  ...given:
    | [k: number, ...Trailing<[dim: number | undefined, keepdim: boolean], { dim?: number; keepdim?: boolean }>]
    | [options: { k: number; dim?: number; keepdim?: boolean }]
): ValuesAndIndices {
  assertTensor('kthvalue', 'x', x);
  const { k, dim, keepdim } = readArguments('kthvalue', { k: required as number, dim: -1, keepdim: false }, given);
  const d = normalizeDim(dim, x.ndim, 'kthvalue');
  const size = x.ndim === 0 ? 1 : x.shape[d]!;
  if (!Number.isInteger(k) || k < 1 || k > size)
    throw new ArgumentError(`kthvalue: k is ${show(k)}, expected a whole number from 1 to ${size}, the size of dim ${d}.`);
  const { values, indices } = sort(x, d);
  if (x.ndim === 0) return valuesAndIndices(values, indices);
  const pick = (y: Tensor) => (keepdim ? narrow(y, d, k - 1, 1) : select(y, d, k - 1));
  return valuesAndIndices(contiguous(pick(values)), contiguous(pick(indices)));
}

/** In ascending order along the first dim. */
export function msort(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('msort', 1, arguments);
  assertTensor('msort', 'x', x);
  return sort(x, 0).values;
}

/**
 * How often each of 0, 1, 2, … comes in a vector of whole numbers; or the sums of their `weights`.
 * @param minlength of the result; default 0. @throws {ArgumentError} for negative numbers.
 */
export function bincount(
  x: Tensor,
  ...given: Trailing<[weights: Tensor | null | undefined, minlength: number], { weights?: Tensor | null; minlength?: number }>
): Tensor {
  assertTensor('bincount', 'x', x);
  const { weights, minlength } = readArguments<{ weights: Tensor | null; minlength: number }>(
    'bincount',
    { weights: null, minlength: 0 },
    given,
  );
  assertTensorOrNull('bincount', 'weights', weights);
  wholeNumber('bincount', 'minlength', minlength, { min: 0 });
  if (isFloating(x.dtype)) throw new DTypeError(`bincount: expected whole numbers, got ${x.dtype}.`);
  if (x.ndim !== 1) throw new ShapeError(`bincount: input is ${showShape(x.shape)}, expected a vector.`);
  if (weights && numel(weights.shape) !== numel(x.shape))
    throw new ShapeError(`bincount: weights are ${showShape(weights.shape)}, expected ${showShape(x.shape)}.`);
  const values = Array.from(toTypedArray(x), Number);
  const lowest = values.reduce((a, b) => Math.min(a, b), 0);
  if (lowest < 0) throw new ArgumentError(`bincount: got ${lowest}, expected numbers of at least 0.`);
  const length = Math.max(minlength, values.reduce((a, b) => Math.max(a, b), -1) + 1);
  const counts = new Float64Array(listable('bincount', 'counts', length, 2 ** 28));
  const each = weights ? Array.from(toTypedArray(weights), Number) : null;
  values.forEach((v, i) => {
    counts[v]! += each ? each[i]! : 1;
  });
  return to(fromTypedArray(counts), each ? (weights!.dtype === 'float32' ? 'float32' : 'float64') : 'int64');
}

/**
 * How many elements fall into each of `bins` equal intervals from `min` to `max` (both 0: the smallest and largest element); others do not count.
 * @throws {ArgumentError} for fewer than one bin, or min above max.
 */
export function histc(
  x: Tensor,
  ...given: Trailing<[bins: number | undefined, min: number, max: number], { bins?: number; min?: number; max?: number }>
): Tensor {
  assertTensor('histc', 'x', x);
  const { bins, min, max } = readArguments('histc', { bins: 100, min: 0, max: 0 }, given);
  listable('histc', 'bins', wholeNumber('histc', 'bins', bins, { min: 1 }), 2 ** 28);
  if (min > max) throw new ArgumentError(`histc: min ${min} is above max ${max}.`);
  const values = Array.from(toTypedArray(detach(x)), Number);
  let [low, high] = [min, max];
  if (low === high && values.length > 0) [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  if (low === high) [low, high] = [low - 1, high + 1];
  if (!Number.isFinite(low) || !Number.isFinite(high)) throw new ArgumentError(`histc: the range from ${low} to ${high} is not finite.`);
  const counts = new Float64Array(bins);
  for (const v of values) if (v >= low && v <= high) counts[Math.min(bins - 1, Math.floor(((v - low) / (high - low)) * bins))]!++;
  return to(fromTypedArray(counts), x.dtype);
}

export interface BucketOptions {
  /** After equal elements instead of before. Default: false. */
  right?: boolean;
  /** Gives int32 instead of int64. Default: false. */
  outInt32?: boolean;
}

export interface SearchOptions extends BucketOptions {
  /** `right` in NumPy's words. */
  side?: 'left' | 'right' | null;
  /** Where the elements of the rows in ascending order are, as {@link argsort} gives them, for rows that are not in order. */
  sorter?: Tensor | null;
}

/**
 * Where each of `values` would stand in the sorted rows, so that they stay sorted.
 * @param sorted [..., n], ascending in the last dim (or as `sorter` says); a vector serves all values.
 * @throws {ShapeError} for rows that do not fit. @throws {ArgumentError} for a side that is neither left nor right, or contradicts `right`.
 * @see https://pytorch.org/docs/stable/generated/torch.searchsorted.html
 */
export function searchsorted(sorted: Tensor, values: Tensor | number, options?: SearchOptions): Tensor {
  assertTensor('searchsorted', 'sorted', sorted);
  const defaults: Required<SearchOptions> = { right: false, outInt32: false, side: null, sorter: null };
  const { side, sorter, right, outInt32 } = readOptions('searchsorted', defaults, options);
  if (side !== null && side !== 'left' && side !== 'right')
    throw new ArgumentError(`searchsorted: side is ${show(side)}, expected "left" or "right".`);
  if (side === 'left' && right) throw new ArgumentError('searchsorted: side "left" contradicts right: true. Give one of them.');
  assertTensorOrNull('searchsorted', 'sorter', sorter);
  if (sorter !== null && !sameShape(sorter.shape, sorted.shape))
    throw new ShapeError(`searchsorted: sorter is ${showShape(sorter.shape)}, expected the shape of the rows, ${showShape(sorted.shape)}.`);
  const rows = sorter === null ? sorted : gather(detach(sorted), -1, sorter);
  return placesIn('searchsorted', rows, values, { right: right || side === 'right', outInt32 });
}

function placesIn(op: string, sorted: Tensor, values: Tensor | number, { right, outInt32 }: Required<BucketOptions>): Tensor {
  if (typeof values !== 'number') assertTensor(op, 'values', values);
  const given = typeof values === 'number' ? tensor(values) : values;
  const rows = Array.from(toTypedArray(detach(sorted)), Number);
  const n = sorted.shape.at(-1) ?? 0;
  const shared = sorted.ndim === 1;
  if (sorted.ndim === 0 || (!shared && (given.ndim !== sorted.ndim || given.shape.slice(0, -1).some((s, i) => s !== sorted.shape[i]))))
    throw new ShapeError(
      `${op}: the rows are ${showShape(sorted.shape)}, the values ${showShape(given.shape)}, expected equal sizes but for the last dim.`,
    );
  const width = given.shape.at(-1) ?? 1;
  const places = Array.from(toTypedArray(detach(given)) as ArrayLike<number | bigint>, (value, i) => {
    const v = Number(value);
    const start = shared ? 0 : Math.floor(i / width) * n;
    let [low, high] = [0, n];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = rows[start + middle]!;
      if (right ? at <= v || (Number.isNaN(v) && !Number.isNaN(at)) : at < v || (Number.isNaN(v) && !Number.isNaN(at))) low = middle + 1;
      else high = middle;
    }
    return BigInt(low);
  });
  const out = fromTypedArray(BigInt64Array.from(places), given.shape);
  return outInt32 ? to(out, 'int32') : out;
}

/** {@link searchsorted} with the arguments the other way round: which bucket each value falls into. */
export function bucketize(values: Tensor | number, boundaries: Tensor, options?: BucketOptions): Tensor {
  assertTensor('bucketize', 'boundaries', boundaries);
  if (boundaries.ndim !== 1) throw new ShapeError(`bucketize: boundaries are ${showShape(boundaries.shape)}, expected a vector.`);
  return placesIn('bucketize', boundaries, values, readOptions('bucketize', { right: false, outInt32: false }, options));
}

/** Which elements are among `test`. @param invert which are not; default false. */
export function isin(x: Tensor | Scalar, test: Tensor | Scalar, options?: { invert?: boolean }): Tensor {
  if (!isScalar(x)) assertTensor('isin', 'x', x);
  if (!isScalar(test)) assertTensor('isin', 'test', test);
  const { invert } = readOptions('isin', { invert: false }, options);
  if (isScalar(x) && isScalar(test)) throw new ArgumentError('isin: both are numbers, expected at least one tensor.');
  const dtype = resultDType(x, test);
  const cast = (v: Tensor | Scalar) => (isScalar(v) ? scalarTensor(wrappedScalar('isin', v, dtype), dtype) : castRaw(v, dtype, 'isin'));
  const elements = cast(x);
  const wanted = new Set<unknown>(toTypedArray(cast(test)));
  wanted.delete(Number.NaN); // which equals nothing, itself included
  const found = Uint8Array.from(toTypedArray(elements) as ArrayLike<number>, (v) => (wanted.has(v) !== invert ? 1 : 0));
  return fromTypedArray(found, elements.shape, { dtype: 'bool' });
}
