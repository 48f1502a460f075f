/** Quantiles, and medians and quantiles that skip NaN. */
import { record } from '../../autograd/node.js';
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertFloating, assertTensor, oneOf, probability, unexpected } from '../../tensor/arguments/checks.js';
import { zeros } from '../../tensor/create/create.js';
import { normalizeDim, numel } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { add, div, floorDivide, lerp, mul, sub } from '../elementwise/binary.js';
import { clamp } from '../elementwise/clamp.js';
import { eq, isnan, logicalAnd, logicalNot, logicalOr } from '../elementwise/comparison.js';
import { where } from '../elementwise/table.js';
import { ceil, floor, round } from '../elementwise/unary.js';
import { gather } from '../gather/gather.js';
import { stack } from '../join/join.js';
import { type DimArguments, type DimOptions, type ValuesAndIndices, valuesAndIndices } from '../reduce/extrema.js';
import { any, sum } from '../reduce/sum.js';
import { sort } from '../sort/sort.js';
import { clone, detach, filled, to } from '../view/copy.js';
import { reshape, squeeze, unsqueeze } from '../view/movement.js';
import { select } from '../view/select.js';

/** How many elements along `d` are not NaN, as int64, with d of size 1. */
function numbersAlong(x: Tensor, d: number): Tensor {
  return sum(logicalNot(isnan(detach(x))), d, true);
}

/**
 * The middle value of those that are not NaN: of all elements, or along `dim` with its place. Of an even count it is the lower of the two
 * in the middle; NaN where there is nothing else.
 * Gradient: shared evenly among equals; along a dim to the place.
 * @param args dim and keepdim (default false) in this order, or by name.
 * @throws {IndexError} for a dim that is not there. @throws {ArgumentError} for a dim without elements.
 * @see https://pytorch.org/docs/stable/generated/torch.nanmedian.html
 * @example
 * nanmedian(tensor([1, NaN, 3, 2])); // 2
 */
export function nanmedian(x: Tensor): Tensor;
export function nanmedian(x: Tensor, ...args: DimArguments): ValuesAndIndices;
export function nanmedian(x: Tensor, ...args: readonly unknown[]): Tensor | ValuesAndIndices {
  assertTensor('nanmedian', 'x', x);
  const { dim, keepdim } = readArguments('nanmedian', { dim: null as number | null, keepdim: false }, args);
  if (dim === null) return nanmedianOfAll(x);
  const d = normalizeDim(dim, x.ndim, 'nanmedian');
  if (x.ndim === 0) return valuesAndIndices(clone(x), zeros([], { dtype: 'int64' }));
  if (x.shape[d] === 0 && numel(x.shape.filter((_, i) => i !== d)) > 0)
    throw new ArgumentError(`nanmedian: dim ${d} has size 0: there is no median of no elements.`);
  const { indices: order } = sort(detach(x), d);
  // NaNs stand last; where there is nothing else the first of them is taken.
  const middle = clamp(floorDivide(sub(numbersAlong(x, d), 1), 2), { min: 0 });
  const indices = gather(order, d, middle);
  const values = gather(x, d, indices);
  return keepdim ? valuesAndIndices(values, indices) : valuesAndIndices(squeeze(values, d), squeeze(indices, d));
}

/** The options of {@link nanmedian}. */
export type NanmedianOptions = DimOptions;

function nanmedianOfAll(x: Tensor): Tensor {
  if (numel(x.shape) === 0) return filled([], x.dtype, Number.NaN);
  const out = nanmedian(reshape(detach(x), [-1]), 0).values;
  return record('nanmedian', out, {
    inputs: { x },
    saved: { x, y: out },
    composed: (dy, { x, y }) => {
      const winners = to(logicalOr(eq(x, y), logicalAnd(isnan(x), isnan(y))), dy.dtype);
      return { x: mul(winners, div(dy, sum(winners))) };
    },
  });
}

/** One share, or several: from 0 to 1. */
export type Quantiles = number | readonly number[] | Tensor;

/** The options of {@link nanquantile}. */
export interface NanquantileOptions {
  /** One share, or several, from 0 to 1: then the first dim of the result. */
  q: Quantiles;
  /** Along which dim. Default: all elements, as one row. */
  dim?: number | null;
  /** Keeps the reduced dim with size 1. Default: false. */
  keepdim?: boolean;
  /** Between neighbours. Default: 'linear'. */
  interpolation?: 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';
}

/** The options of {@link quantile}. */
export type QuantileOptions = NanquantileOptions;

/** The shares, the dim and the rest, by position or by name. */
type QuantileArguments = Arguments<QuantileOptions, [q: 'q', dim: 'dim', keepdim: 'keepdim', interpolation: 'interpolation']>;

const INTERPOLATIONS: readonly string[] = ['linear', 'lower', 'higher', 'midpoint', 'nearest'];

const QUANTILE: Required<QuantileOptions> = { q: required, dim: null, keepdim: false, interpolation: 'linear' };

interface ReadQuantile extends Omit<Required<QuantileOptions>, 'q'> {
  readonly shares: readonly number[];
  /** Whether they are the first dim of the result. */
  readonly many: boolean;
}

function readQuantile(op: string, x: Tensor, given: QuantileArguments): ReadQuantile {
  assertFloating(op, 'x', x);
  const { q, ...others } = readArguments(op, QUANTILE, given);
  if (typeof q !== 'number' && !(q instanceof Tensor) && !Array.isArray(q))
    throw unexpected(op, 'q', q, 'a number, a list of numbers or a tensor');
  oneOf(op, 'interpolation', others.interpolation, INTERPOLATIONS);
  const shares = q instanceof Tensor ? Array.from(toTypedArray(detach(q)), Number) : [q as number | readonly number[]].flat();
  for (const share of shares) probability(op, 'q', share);
  return { shares, many: q instanceof Tensor ? q.ndim > 0 : typeof q !== 'number', ...others };
}

/**
 * The quantiles of the elements that are not NaN, of all of them or along `dim`; NaN where there is nothing else.
 * @param args q (a number from 0 to 1, or a vector of them: then the first dim of the result), dim, keepdim and interpolation in this order, or by name.
 * @throws {DTypeError} for integers. @throws {ArgumentError} for q outside 0 to 1, or no elements.
 * @see https://pytorch.org/docs/stable/generated/torch.nanquantile.html
 * @example
 * nanquantile(tensor([1, NaN, 3]), 0.5); // 2
 */
export function nanquantile(x: Tensor, ...args: QuantileArguments): Tensor {
  const { shares, many, dim, keepdim, interpolation } = readQuantile('nanquantile', x, args);
  if (numel(x.shape) === 0) throw new ArgumentError('nanquantile: there are no elements.');
  const d = dim === null ? 0 : normalizeDim(dim, x.ndim, 'nanquantile');
  const rows = dim === null || x.ndim === 0 ? reshape(x, [-1]) : x;
  const ordered = sort(rows, d).values;
  const last = clamp(to(sub(numbersAlong(rows, d), 1), x.dtype), { min: 0 });
  const parts = shares.map((share) => {
    const value = between(ordered, d, mul(last, share), interpolation);
    if (!keepdim) return squeeze(value, d);
    return dim === null
      ? reshape(
          value,
          x.shape.map(() => 1),
        )
      : value;
  });
  const out = parts.map((value) => (x.ndim === 0 ? reshape(value, []) : value));
  return many ? stack(out) : out[0]!;
}

/** The value at a place (not always whole) along `d` of values in order. */
function between(ordered: Tensor, d: number, place: Tensor, interpolation: string): Tensor {
  const at = (i: Tensor) => gather(ordered, d, to(i, 'int64'));
  if (interpolation === 'nearest') return at(round(place));
  const low = floor(place);
  if (interpolation === 'lower') return at(low);
  const high = ceil(place);
  if (interpolation === 'higher') return at(high);
  const [below, above] = [at(low), at(high)];
  const share = interpolation === 'midpoint' ? where(eq(low, high), 0, filled([], place.dtype, 0.5)) : sub(place, low);
  // Where both are one element their difference could be that of infinities.
  return where(eq(low, high), below, add(below, mul(sub(above, below), share)));
}

/**
 * The quantiles of all elements, or along `dim`. NaN where there is one.
 * @param given as {@link nanquantile}'s.
 * @throws {ArgumentError} for q outside 0 to 1, or no elements. @see https://pytorch.org/docs/stable/generated/torch.quantile.html
 */
export function quantile(x: Tensor, ...given: QuantileArguments): Tensor {
  const { shares, many, dim, keepdim, interpolation } = readQuantile('quantile', x, given);
  const d = dim === null ? 0 : normalizeDim(dim, x.ndim, 'quantile');
  const source = dim === null ? reshape(x, [-1]) : x;
  const size = source.ndim === 0 ? 1 : source.shape[d]!;
  if (size === 0) throw new ArgumentError('quantile: there are no elements.');
  const ordered = source.ndim === 0 ? reshape(source, [1]) : sort(source, d).values;
  const spoiled = any(isnan(ordered), d, false);
  const at = (i: number) => select(ordered, d, i);
  // The share is a number of the input's dtype, as in PyTorch.
  const round = x.dtype === 'float32' ? Math.fround : (v: number) => v;
  const parts = shares.map((v) => {
    const place = round(v) * (size - 1);
    const [low, high] = [Math.floor(place), Math.ceil(place)];
    const nearest = place - low === 0.5 ? (low % 2 === 0 ? low : high) : Math.round(place);
    const share = interpolation === 'midpoint' ? 0.5 : place - low;
    const exact = { lower: low, higher: high, nearest, linear: -1, midpoint: -1 }[interpolation];
    const value = exact >= 0 ? at(exact) : lerp(at(low), at(high), share);
    const checked = where(spoiled, Number.NaN, value);
    return keepdim
      ? dim === null
        ? reshape(
            checked,
            x.shape.map(() => 1),
          )
        : unsqueeze(checked, d)
      : checked;
  });
  return many ? stack(parts) : parts[0]!;
}
