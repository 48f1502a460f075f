/** Whole slices read and written at a vector of indices: indexSelect, indexAdd, indexCopy, indexFill, and take, which sees one row. */

import { named, record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { DTypeError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, readRequired, required, tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor, assertTensors } from '../../tensor/arguments/checks.js';
import { zeros } from '../../tensor/create/create.js';
import { code, rowMajor } from '../../tensor/raw.js';
import { around, normalizeDim, numel, sameShape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { dtypes } from '../../tensor/values/dtype.js';
import type { Scalar } from '../../tensor/values/scalar.js';
import { alphaFor, mul } from '../elementwise/binary.js';
import { inPlace } from '../elementwise/inplace.js';
import { where } from '../elementwise/table.js';
import { filled, rowMajorCopy, to } from '../view/copy.js';
import { reshape } from '../view/movement.js';
import { type GatherOptions, type IndexArguments, indexInt64, row } from './gather.js';

/** The options of {@link indexSelect}. */
export type IndexSelectOptions = GatherOptions;

/** The options of {@link indexAdd}. */
export interface IndexAddOptions extends GatherOptions {
  /** What is added. */
  source: Tensor;
  /** A factor of what is added. Default: 1. */
  alpha?: Scalar;
}

/** The options of {@link indexCopy}. */
export interface IndexCopyOptions extends GatherOptions {
  /** What is written. */
  source: Tensor;
}

/** The options of {@link indexFill}. */
export interface IndexFillOptions extends GatherOptions {
  /** What is written. */
  value: Scalar;
}

type IndexAddArguments = Arguments<IndexAddOptions, [dim: 'dim', index: 'index', source: 'source']>;
type IndexCopyArguments = Arguments<IndexCopyOptions, [dim: 'dim', index: 'index', source: 'source']>;
type IndexFillArguments = Arguments<IndexFillOptions, [dim: 'dim', index: 'index', value: 'value']>;

/** A 0-dim tensor has one slice, which an operation on slices reads or writes once: there is no place for more. */
function assertOneIndex(op: string, x: Tensor, count: number): void {
  if (x.ndim === 0 && count !== 1)
    throw new ShapeError(`${op}: got ${count} indices for a 0-dim tensor, expected one. Make it a vector with reshape([1]).`);
}

function vectorIndex(index: Tensor, op: string): Tensor {
  if (index.ndim > 1)
    throw new ShapeError(`${op}: index is ${showShape(index.shape)}, expected one dim. Use gather, take or x.index(…) for others.`);
  return indexInt64(index, op);
}

/**
 * The slices of `x` at `index` along `dim`.
 * Gradient: added up where the slices came from.
 * @param index [n]. @returns the shape of `x`, with n in dim.
 * @throws {IndexError} for an index outside dim. @throws {ShapeError} unless index has one dim. @throws {DTypeError} for another index dtype.
 * @see https://pytorch.org/docs/stable/generated/torch.index_select.html
 */
export function indexSelect(x: Tensor, ...given: IndexArguments): Tensor {
  const [dim, index] = readRequired<[number, Tensor]>('indexSelect', ['dim', 'index'], given);
  return slicesAt('indexSelect', x, dim, index);
}

/** @internal {@link indexSelect} under the name of the operation that calls it. */
export function slicesAt(name: string, x: Tensor, dim: number, index: Tensor): Tensor {
  assertTensors(name, { x, index });
  const d = normalizeDim(dim, x.ndim, name);
  const at = vectorIndex(index, name);
  const count = numel(at.shape);
  assertOneIndex(name, x, count);
  const source = rowMajor(x, name);
  const out = emptyTensor(
    x.shape.map((s, i) => (i === d ? count : s)),
    x.dtype,
  );
  const [outer, size, inner] = around(x.shape, d);
  check(kernels.indexSelect(dtypes[x.dtype].bytes, out.ptr, source.ptr, at.ptr, outer, size, inner, count), name);
  const { shape, dtype } = x;
  return record(name, out, {
    inputs: { x },
    saved: { index },
    composed: (dy, { index }) => ({ x: indexAdd(zeros(shape, { dtype }), d, index, dy) }),
  });
}

/** Checks the operands of indexAdd and indexCopy; gives the dim. */
function sliceOperands(op: string, x: Tensor, dim: number, index: Tensor, source: Tensor): number {
  assertTensors(op, { x, index, source });
  const d = normalizeDim(dim, x.ndim, op);
  assertOneIndex(op, x, numel(index.shape));
  const expected = x.shape.map((s, i) => (i === d ? numel(index.shape) : s));
  if (source.dtype !== x.dtype)
    throw new DTypeError(`${op}: source is ${source.dtype}, expected the dtype of x, ${x.dtype}. Use source.to('${x.dtype}').`);
  if (!sameShape(source.shape, expected)) {
    throw new ShapeError(
      `${op}: source is ${showShape(source.shape)}, expected ${showShape(expected)} (x ${showShape(x.shape)}, ${numel(index.shape)} indices in dim ${d}).`,
    );
  }
  return d;
}

function writeSlices(op: string, add: boolean, out: Tensor, d: number, index: Tensor, source: Tensor): void {
  const at = vectorIndex(index, op);
  const from = rowMajor(source, op);
  const [outer, size, inner] = around(out.shape, d);
  const count = numel(at.shape);
  check(
    add
      ? kernels.indexAdd(code(out.dtype), out.ptr, at.ptr, from.ptr, outer, size, inner, count)
      : kernels.indexCopy(dtypes[out.dtype].bytes, out.ptr, at.ptr, from.ptr, outer, size, inner, count),
    op,
  );
}

/** alpha * source, of source's dtype. */
function scaledBy(op: string, source: Tensor, alpha: Scalar): Tensor {
  if (alpha === 1) return source;
  const scaled = mul(source, alphaFor(op, alpha, source.dtype));
  return source.dtype === 'bool' ? to(scaled, 'bool') : scaled;
}

const INDEX_ADD: Required<IndexAddOptions> = { dim: required, index: required, source: required, alpha: 1 };

/**
 * `x` with `alpha * source` added to its slices at `index` along `dim`; repeated indices add up.
 * Gradient: passes to x; source's is read from where it was added.
 * @throws {IndexError} for an index outside dim. @throws {ShapeError} for shapes that do not fit. @throws {DTypeError} for another dtype.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.index_add_.html
 */
export function indexAdd(x: Tensor, ...args: IndexAddArguments): Tensor {
  const { dim, index, source, alpha } = readArguments('indexAdd', INDEX_ADD, args);
  const scaled = scaledBy('indexAdd', source, alpha);
  const d = sliceOperands('indexAdd', x, dim, index, scaled);
  const out = rowMajorCopy(x);
  writeSlices('indexAdd', true, out, d, index, scaled);
  return record('indexAdd', out, {
    inputs: { x, source: scaled },
    saved: { index },
    composed: (dy, { index }, needs) => ({ x: dy, source: needs.source ? indexSelect(dy, d, index) : null }),
  });
}

/**
 * `x` with its slices at `index` along `dim` replaced by those of `source`; where an index comes twice the last one wins.
 * Gradient: x's is 0 where it was overwritten; source's is read from where it was written.
 * @throws as {@link indexAdd}.
 */
export function indexCopy(x: Tensor, ...args: IndexCopyArguments): Tensor {
  const [dim, index, source] = readRequired<[number, Tensor, Tensor]>('indexCopy', ['dim', 'index', 'source'], args);
  assertTensors('indexCopy', { x, index, source });
  if (x.ndim === 0 || (source.ndim === 0 && x.ndim === 1)) return reshape(indexCopy(row(x), dim, index, row(source)), x.shape);
  const d = sliceOperands('indexCopy', x, dim, index, source);
  const out = rowMajorCopy(x);
  writeSlices('indexCopy', false, out, d, index, source);
  return record('indexCopy', out, {
    inputs: { x, source },
    saved: { index },
    composed: (dy, { index }, needs) => ({
      x: needs.x ? indexFill(dy, d, index, 0) : null,
      source: needs.source ? indexSelect(dy, d, index) : null,
    }),
  });
}

/**
 * `x` with its slices at `index` along `dim` set to one value.
 * Gradient: 0 there.
 */
export function indexFill(x: Tensor, ...args: IndexFillArguments): Tensor {
  const [dim, index, value] = readRequired<[number, Tensor, Scalar]>('indexFill', ['dim', 'index', 'value'], args);
  assertTensor('indexFill', 'x', x);
  assertTensor('indexFill', 'index', index);
  const d = normalizeDim(dim, x.ndim, 'indexFill');
  const mask = filled([x.shape[d] ?? 1], 'bool', 0);
  writeSlices('indexFill', false, mask, 0, index, filled([numel(index.shape)], 'bool', 1));
  return named(
    'IndexFill',
    where(
      x.ndim === 0
        ? reshape(mask, [])
        : reshape(
            mask,
            x.shape.map((s, i) => (i === d ? s : 1)),
          ),
      filled([], x.dtype, value, 'indexFill'),
      x,
    ),
  );
}

/** {@link indexAdd} in place. */
export function indexAdd_(x: Tensor, ...args: IndexAddArguments): Tensor {
  const { dim, index, source, alpha } = readArguments('indexAdd_', INDEX_ADD, args);
  assertTensors('indexAdd_', { x, index, source });
  return inPlace(
    'indexAdd_',
    x,
    [source],
    () => indexAdd(x, { dim, index, source, alpha }),
    () => {
      if (!x.isContiguous() || source.storage === x.storage) return false;
      const scaled = scaledBy('indexAdd_', source, alpha);
      writeSlices('indexAdd_', true, x, sliceOperands('indexAdd_', x, dim, index, scaled), index, scaled);
      return true;
    },
    'none',
  );
}

/** {@link indexCopy} in place. */
export function indexCopy_(x: Tensor, ...args: IndexCopyArguments): Tensor {
  const [dim, index, source] = readRequired<[number, Tensor, Tensor]>('indexCopy_', ['dim', 'index', 'source'], args);
  assertTensors('indexCopy_', { x, index, source });
  return inPlace(
    'indexCopy_',
    x,
    [source],
    () => indexCopy(x, dim, index, source),
    () => {
      if (!x.isContiguous() || source.storage === x.storage || x.ndim === 0 || source.ndim === 0) return false;
      writeSlices('indexCopy_', false, x, sliceOperands('indexCopy_', x, dim, index, source), index, source);
      return true;
    },
    'none',
  );
}

/** {@link indexFill} in place. */
export function indexFill_(x: Tensor, ...args: IndexFillArguments): Tensor {
  const [dim, index, value] = readRequired<[number, Tensor, Scalar]>('indexFill_', ['dim', 'index', 'value'], args);
  return inPlace('indexFill_', x, [], () => indexFill(x, dim, index, value), undefined, 'repeated');
}

/** The elements of `x`, seen as one row, at `index`. @returns the shape of `index`. @throws {IndexError} for an index outside. */
export function take(x: Tensor, index: Tensor): Tensor {
  if (arguments.length > 2) tooMany('take', 2, arguments);
  return named('Take', reshape(slicesAt('take', reshape(x, [-1]), 0, reshape(index, [-1])), index.shape));
}
