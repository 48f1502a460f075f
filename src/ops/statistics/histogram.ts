import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertTensor, assertTensorOrNull, listable, wholeNumber } from '../../tensor/arguments/checks.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import { numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { detach, to } from '../view/copy.js';

/** The options of {@link bincount}. */
export interface BincountOptions {
  /** What each element counts. Default: null, 1. */
  weights?: Tensor | null;
  /** The least length of the result. Default: 0. */
  minlength?: number;
}

/** The options of {@link histc}. */
export interface HistcOptions {
  /** How many intervals. Default: 100. */
  bins?: number;
  /** Where the first one begins. Default: 0; where `max` is equal, the smallest element. */
  min?: number;
  /** Where the last one ends. Default: 0; where `min` is equal, the largest element. */
  max?: number;
}

/**
 * How often each of 0, 1, 2, … comes in a vector of whole numbers; or the sums of their `weights`.
 * @param minlength of the result; default 0. @throws {ArgumentError} for negative numbers.
 */
export function bincount(x: Tensor, ...given: Arguments<BincountOptions, [weights: 'weights', minlength: 'minlength']>): Tensor {
  assertTensor('bincount', 'x', x);
  const { weights, minlength } = readArguments<Required<BincountOptions>>('bincount', { weights: null, minlength: 0 }, given);
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
export function histc(x: Tensor, ...given: Arguments<HistcOptions, [bins: 'bins', min: 'min', max: 'max']>): Tensor {
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
