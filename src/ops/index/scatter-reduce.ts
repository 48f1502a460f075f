/** Writing where tensors of indices or masks say, with what stood there before: scatterReduce, indexReduce, maskedScatter, put. */
import { noGrad } from '../../autograd/modes/mode.js';
import { record } from '../../autograd/node.js';
import { DTypeError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensors, oneOf } from '../../tensor/arguments/checks.js';
import { broadcastShapes, normalizeDim, numel, sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { item } from '../../tensor/values/transfer.js';
import { div, floorDivide, mul } from '../elementwise/binary.js';
import { eq, gt, logicalAnd } from '../elementwise/comparison.js';
import { inPlace } from '../elementwise/inplace.js';
import { where } from '../elementwise/table.js';
import { gather, row, type ScatterMode, scatter, scatterAdd, scatterOperands, scatterRaw } from '../gather/gather.js';
import { indexAdd, indexCopy } from '../gather/index-select.js';
import { any } from '../reduce/sum.js';
import { clone, detach, filled, to } from '../view/copy.js';
import { expand, reshape } from '../view/movement.js';
import { narrow } from '../view/select.js';
import { flatNonzero, maskedFill } from './masks.js';

/** How values that meet at one place become one. */
export type Reduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

/** The options of {@link scatterReduce}. */
export interface ScatterReduceOptions {
  /** Whether what x itself has there counts. Default: true. */
  includeSelf?: boolean;
}

/** The options of {@link indexReduce}. */
export type IndexReduceOptions = ScatterReduceOptions;

/** The options of {@link put}. */
export interface PutOptions {
  /** Where an index comes twice, the values add up; otherwise the last one stays. Default: false. */
  accumulate?: boolean;
}

type ReduceArguments = Arguments<ScatterReduceOptions, []>;

const MODES: Readonly<Record<Reduction, ScatterMode>> = { sum: 'add', mean: 'add', prod: 'multiply', amax: 'max', amin: 'min' };
/** What takes no part in a reduction; extremes begin with one of their values instead. */
const NEUTRAL: Readonly<Partial<Record<Reduction, number>>> = { sum: 0, mean: 0, prod: 1 };

/**
 * `x` with the values of `src` that `index` sends to a place along `dim` reduced into it: for dim 0, `out[index[i][j]][j]` becomes the
 * sum, product, mean, largest or smallest of all `src[i][j]` that go there, and of what stood there.
 * Gradient: as of the reduction; of extremes shared evenly among equals.
 * @param args `{ includeSelf }`: false leaves out what stood there.
 * @throws {IndexError} for an index outside dim. @throws {ShapeError} for shapes that do not fit. @throws {DTypeError} for another dtype.
 * @throws {ArgumentError} for another reduction.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.scatter_reduce_.html
 * @example
 * zeros([3]).scatterReduce(0, tensor([0, 2, 2], { dtype: 'int64' }), tensor([1, 2, 3]), 'sum'); // [1, 0, 5]
 */
export function scatterReduce(x: Tensor, dim: number, index: Tensor, src: Tensor, reduce: Reduction, ...args: ReduceArguments): Tensor {
  const { includeSelf } = readArguments('scatterReduce', { includeSelf: true }, args);
  oneOf('scatterReduce', 'reduce', reduce, Object.keys(MODES));
  return reducedInto('scatterReduce', x, dim, index, src, reduce, includeSelf);
}

function reducedInto(op: string, x: Tensor, dim: number, index: Tensor, src: Tensor, reduce: Reduction, includeSelf: boolean): Tensor {
  assertTensors(op, { x, index, src });
  // 0-dim tensors count as one element.
  if (x.ndim === 0 || index.ndim === 0) return reshape(reducedInto(op, row(x), dim, row(index), row(src), reduce, includeSelf), x.shape);
  const { d, part } = scatterOperands(op, x, dim, index, src);
  if (numel(index.shape) === 0) return clone(x);
  const out = clone(detach(x));
  if (!includeSelf) {
    const neutral = NEUTRAL[reduce];
    const start = neutral === undefined ? part : scatterOperands(op, x, dim, index, neutral).part;
    scatterRaw(op, 'set', out, d, index, start);
  }
  scatterRaw(op, MODES[reduce], out, d, index, part);
  const result = reduce === 'mean' ? noGrad(() => (isFloating(x.dtype) ? div : floorDivide)(out, counts(x, d, index, includeSelf))) : out;
  return record(op, result, {
    inputs: { x, src: part },
    saved: { x, index: row(index), src: part, y: result },
    composed: (dy, { x, index, src, y }) => {
      const [gradX, gradSrc] = reductionGrads(dy, x, d, index, src, y, reduce, includeSelf);
      return { x: includeSelf ? gradX : scatter(gradX, d, index, 0), src: gradSrc };
    },
  });
}

/** How many values meet at each place; 1 where there are none. */
function counts(x: Tensor, d: number, index: Tensor, includeSelf: boolean): Tensor {
  const found = scatterAdd(filled(x.shape, x.dtype, includeSelf ? 1 : 0), d, index, filled(index.shape, x.dtype, 1));
  return where(eq(found, 0), filled([], x.dtype, 1), found);
}

/** Gradients of x (as if it counted) and of src, made of recorded operations. */
function reductionGrads(
  g: Tensor,
  x: Tensor,
  d: number,
  index: Tensor,
  src: Tensor,
  result: Tensor,
  reduce: Reduction,
  includeSelf: boolean,
): [Tensor, Tensor] {
  if (reduce === 'sum') return [g, gather(g, d, index)];
  if (reduce === 'mean') {
    const n = noGrad(() => counts(x, d, index, includeSelf));
    return [div(g, n), div(gather(g, d, index), gather(n, d, index))];
  }
  if (reduce === 'prod') return productGrads(g, x, d, index, src, result, includeSelf);
  const [ownWins, srcWins] = [to(eq(x, result), g.dtype), to(eq(src, gather(result, d, index)), g.dtype)];
  const shared = div(g, scatterAdd(ownWins, d, index, srcWins));
  return [mul(ownWins, shared), mul(srcWins, gather(shared, d, index))];
}

/** The product without one factor is the product divided by it; where it is the only 0, the product of the others. */
function productGrads(g: Tensor, x: Tensor, d: number, index: Tensor, src: Tensor, result: Tensor, includeSelf: boolean): [Tensor, Tensor] {
  const product = (a: Tensor, b: Tensor) => reducedInto('scatterReduce', a, d, index, b, 'prod', includeSelf);
  const ownZero = eq(x, 0);
  const own = maskedFill(x, ownZero, 1);
  const gradX = div(mul(g, product(own, src)), own);
  const zero = eq(src, 0);
  const zeros = gather(scatterAdd(filled(x.shape, x.dtype, 0), d, index, to(zero, x.dtype)), d, index);
  const only = logicalAnd(zero, eq(zeros, 1));
  const without = gather(mul(g, product(x, maskedFill(src, only, 1))), d, index);
  const divided = div(gather(mul(g, result), d, index), maskedFill(src, zero, 1));
  const gradSrc = where(only, without, divided);
  // Several zeros at one place: the first gradient is 0 there, the second one is not what these formulas would give.
  return [gradX, item(any(gt(zeros, 1))) ? detach(gradSrc) : gradSrc];
}

/** {@link scatterReduce} in place. */
export function scatterReduce_(x: Tensor, dim: number, index: Tensor, src: Tensor, reduce: Reduction, ...args: ReduceArguments): Tensor {
  assertTensors('scatterReduce_', { x, index, src });
  return inPlace('scatterReduce_', x, [src], () => scatterReduce(x, dim, index, src, reduce, ...args));
}

/**
 * `x` with the slices of `source` that `index` sends to a place along `dim` reduced into it; {@link scatterReduce} for whole slices.
 * @param index [n]. @param source the shape of x, with n in dim. @param reduce not 'sum': that is indexAdd.
 * @throws as {@link scatterReduce}. @see https://pytorch.org/docs/stable/generated/torch.Tensor.index_reduce_.html
 */
export function indexReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: Exclude<Reduction, 'sum'>,
  ...args: ReduceArguments
): Tensor {
  const { includeSelf } = readArguments('indexReduce', { includeSelf: true }, args);
  oneOf('indexReduce', 'reduce', reduce, ['prod', 'mean', 'amax', 'amin']);
  assertTensors('indexReduce', { x, index, source });
  const d = normalizeDim(dim, x.ndim, 'indexReduce');
  if (index.ndim > 1) throw new ShapeError(`indexReduce: index is ${showShape(index.shape)}, expected one dim.`);
  const n = numel(index.shape);
  const expected = x.shape.map((size, i) => (i === d ? n : size));
  if (!sameShape(source.shape, expected))
    throw new ShapeError(
      `indexReduce: source is ${showShape(source.shape)}, expected ${showShape(expected)} (x ${showShape(x.shape)}, ${n} indices in dim ${d}).`,
    );
  if (x.ndim === 0) return reducedInto('indexReduce', x, d, index, source, reduce, includeSelf);
  const at = reshape(
    index,
    x.shape.map((_, i) => (i === d ? n : 1)),
  );
  return reducedInto('indexReduce', x, d, expand(at, expected), source, reduce, includeSelf);
}

/** {@link indexReduce} in place. */
export function indexReduce_(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: Exclude<Reduction, 'sum'>,
  ...args: ReduceArguments
): Tensor {
  assertTensors('indexReduce_', { x, index, source });
  return inPlace('indexReduce_', x, [source], () => indexReduce(x, dim, index, source, reduce, ...args));
}

/**
 * `x` with the elements of `source`, in order, where `mask` is true; x and mask broadcast.
 * Gradient: x's is 0 where the mask is true; source's is read from where its elements went.
 * @throws {DTypeError} for a mask that is not bool, or another dtype. @throws {ShapeError} where source has too few elements.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.masked_scatter_.html
 * @example
 * zeros([4]).maskedScatter(tensor([0, 1, 0, 1], { dtype: 'bool' }), tensor([7, 8])); // [0, 7, 0, 8]
 */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  if (arguments.length > 3) tooMany('maskedScatter', 3, arguments);
  assertTensors('maskedScatter', { x, mask, source });
  if (mask.dtype !== 'bool') throw new DTypeError(`maskedScatter: mask is ${mask.dtype}, expected bool. Compare first: x.gt(0).`);
  sameDType('maskedScatter', x, source);
  const shape = broadcastShapes(x.shape, mask.shape, 'maskedScatter');
  const positions = flatNonzero(expand(mask, shape));
  const n = positions.shape[0]!;
  if (numel(source.shape) < n)
    throw new ShapeError(`maskedScatter: source has ${numel(source.shape)} elements, but the mask is true in ${n} places. Give as many.`);
  const row = reshape(expand(x, shape), [-1]);
  return reshape(indexCopy(row, 0, positions, narrow(reshape(source, [-1]), 0, 0, n)), shape);
}

/** {@link maskedScatter} in place; the mask broadcasts to `x`. */
export function maskedScatter_(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  assertTensors('maskedScatter_', { x, mask, source });
  return inPlace('maskedScatter_', x, [source], () => maskedScatter(x, mask, source));
}

function sameDType(op: string, x: Tensor, source: Tensor): void {
  if (source.dtype !== x.dtype)
    throw new DTypeError(`${op}: source is ${source.dtype}, expected the dtype of x, ${x.dtype}. Use source.to('${x.dtype}').`);
}

/**
 * `x`, seen as one row, with the elements of `source` at `index`. Where an index comes twice the last one wins, or, with `accumulate`,
 * they add up.
 * Gradient: x's is 0 where it was overwritten; source's is read from where it was written.
 * @param index int64 or int32, of any shape. @param source as many elements.
 * @throws {IndexError} for an index outside. @throws {ShapeError} for another number of elements. @throws {DTypeError} for another dtype.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.put_.html
 */
export function put(x: Tensor, index: Tensor, source: Tensor, ...args: Arguments<PutOptions, [accumulate: 'accumulate']>): Tensor {
  const { accumulate } = readArguments('put', { accumulate: false }, args);
  assertTensors('put', { x, index, source });
  sameDType('put', x, source);
  if (numel(source.shape) !== numel(index.shape))
    throw new ShapeError(`put: source has ${numel(source.shape)} elements, expected one for each of the ${numel(index.shape)} indices.`);
  const write = accumulate ? indexAdd : indexCopy;
  return reshape(write(reshape(x, [-1]), 0, reshape(index, [-1]), reshape(source, [-1])), x.shape);
}

/** {@link put} in place. */
export function put_(x: Tensor, index: Tensor, source: Tensor, ...args: Arguments<PutOptions, [accumulate: 'accumulate']>): Tensor {
  assertTensors('put_', { x, index, source });
  return inPlace('put_', x, [source], () => put(x, index, source, ...args));
}
