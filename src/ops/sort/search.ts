import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { readOptions } from '../../tensor/arguments/arguments.js';
import { assertTensor, assertTensorOrNull, oneOf } from '../../tensor/arguments/checks.js';
import { fromTypedArray, tensor } from '../../tensor/create/create.js';
import { castRaw } from '../../tensor/raw.js';
import { sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isScalar, resultDType, type Scalar, scalarTensor, wrappedScalar } from '../../tensor/values/scalar.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { gather } from '../gather/gather.js';
import { detach, to } from '../view/copy.js';

/** The options of {@link bucketize}. */
export interface BucketizeOptions {
  /** After equal elements instead of before. Default: false. */
  right?: boolean;
  /** Gives int32 instead of int64. Default: false. */
  outInt32?: boolean;
}

/** The options of {@link searchsorted}. */
export interface SearchsortedOptions extends BucketizeOptions {
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
export function searchsorted(sorted: Tensor, values: Tensor | number, options?: SearchsortedOptions): Tensor {
  assertTensor('searchsorted', 'sorted', sorted);
  const defaults: Required<SearchsortedOptions> = { right: false, outInt32: false, side: null, sorter: null };
  const { side, sorter, right, outInt32 } = readOptions('searchsorted', defaults, options);
  if (side !== null) oneOf('searchsorted', 'side', side, ['left', 'right']);
  if (side === 'left' && right) throw new ArgumentError('searchsorted: side "left" contradicts right: true. Give one of them.');
  assertTensorOrNull('searchsorted', 'sorter', sorter);
  if (sorter !== null && !sameShape(sorter.shape, sorted.shape))
    throw new ShapeError(`searchsorted: sorter is ${showShape(sorter.shape)}, expected the shape of the rows, ${showShape(sorted.shape)}.`);
  const rows = sorter === null ? sorted : gather(detach(sorted), -1, sorter);
  return placesIn('searchsorted', rows, values, { right: right || side === 'right', outInt32 });
}

function placesIn(op: string, sorted: Tensor, values: Tensor | number, { right, outInt32 }: Required<BucketizeOptions>): Tensor {
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
export function bucketize(values: Tensor | number, boundaries: Tensor, options?: BucketizeOptions): Tensor {
  assertTensor('bucketize', 'boundaries', boundaries);
  if (boundaries.ndim !== 1) throw new ShapeError(`bucketize: boundaries are ${showShape(boundaries.shape)}, expected a vector.`);
  return placesIn('bucketize', boundaries, values, readOptions('bucketize', { right: false, outInt32: false }, options));
}

/** The options of {@link isin}. */
export interface IsinOptions {
  /** Which elements are not among them. Default: false. */
  invert?: boolean;
}

/** Which elements are among `test`. @param options.invert which are not; default false. */
export function isin(x: Tensor | Scalar, test: Tensor | Scalar, options?: IsinOptions): Tensor {
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
