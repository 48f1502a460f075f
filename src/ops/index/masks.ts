/** Operations with bool masks, and the places of what is not zero. */

import { named } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { DTypeError, ShapeError, showShape } from '../../errors.js';
import { readOptions, tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { copyInto, rowMajor } from '../../tensor/raw.js';
import { broadcastShapes, contiguousStrides, numel, sameShape } from '../../tensor/shape.js';
import { emptyTensor, Tensor } from '../../tensor/tensor.js';
import type { Scalar } from '../../tensor/values/scalar.js';
import { item } from '../../tensor/values/transfer.js';
import { floorDivide, remainder } from '../elementwise/binary.js';
import { ne } from '../elementwise/comparison.js';
import { inPlace } from '../elementwise/inplace.js';
import { where } from '../elementwise/table.js';
import { slicesAt } from '../gather/index-select.js';
import { any } from '../reduce/sum.js';
import { filled, to } from '../view/copy.js';
import { expand, reshape } from '../view/movement.js';
import { narrow, select } from '../view/select.js';

function needMask(op: string, mask: Tensor): void {
  if (mask.dtype !== 'bool' && mask.dtype !== 'uint8')
    throw new DTypeError(`${op}: mask is ${mask.dtype}, expected bool. Compare first: x.gt(0).`);
}

/**
 * `x` with `value` (a number or a 0-dim tensor) where `mask`, which broadcasts with `x`, is true. Keeps the dtype of `x`.
 * Gradient: 0 where the mask is true; summed there for `value`.
 * @throws {DTypeError} for a mask that is not bool, or a number that the dtype does not hold.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.masked_fill.html
 */
export function maskedFill(x: Tensor, mask: Tensor, value: Scalar | Tensor): Tensor {
  if (arguments.length > 3) tooMany('maskedFill', 3, arguments);
  assertTensor('maskedFill', 'x', x);
  assertTensor('maskedFill', 'mask', mask);
  needMask('maskedFill', mask);
  return named('MaskedFill', where(mask, fillValue('maskedFill', x, value), x));
}

/** {@link maskedFill} in place; the mask broadcasts to `x`. */
export function maskedFill_(x: Tensor, mask: Tensor, value: Scalar | Tensor): Tensor {
  assertTensor('maskedFill_', 'x', x);
  assertTensor('maskedFill_', 'mask', mask);
  needMask('maskedFill_', mask);
  const repeated = x.shape.map((_, d) => d).filter((d) => x.strides[d] === 0 && x.shape[d]! > 1);
  if (repeated.length > 0 && numel(x.shape) > 0) {
    // An element that stands in several places is filled where the mask is true in one of them.
    const once = repeated.reduce((part, d) => narrow(part, d, 0, 1), x);
    warnOnce(
      'maskedFill_: the target holds one element of memory several times, as expand() makes it. Clone it before changing it in place.',
    );
    maskedFill_(once, any(expand(mask, x.shape), repeated, true), value);
    return x;
  }
  const compute = () => where(mask, fillValue('maskedFill_', x, value), x);
  // The value is read before anything is written: it may be an element of x.
  const inputs = value instanceof Tensor ? [value] : [];
  return inPlace('maskedFill_', x, inputs, compute, undefined, inputs.some((v) => v.storage === x.storage) ? 'any' : 'repeated');
}

function fillValue(op: string, x: Tensor, value: Scalar | Tensor): Tensor {
  if (value instanceof Tensor) {
    if (value.ndim !== 0)
      throw new ShapeError(`${op}: value has shape ${showShape(value.shape)}, expected a number or a 0-dim tensor. Use where for others.`);
    return to(value, x.dtype);
  }
  return filled([], x.dtype, value, op);
}

/** The row-major flat positions of what is not zero, as int64. */
export function flatNonzero(x: Tensor): Tensor {
  const mask = rowMajor(x.dtype === 'bool' || x.dtype === 'uint8' ? x : ne(x, 0), 'nonzero');
  const count = emptyTensor([], 'int64');
  const n = numel(x.shape);
  check(kernels.nonzero(0, count.ptr, mask.ptr, n), 'nonzero');
  const out = emptyTensor([item(count)], 'int64');
  check(kernels.nonzero(out.ptr, count.ptr, mask.ptr, n), 'nonzero');
  return out;
}

/** The options of {@link nonzero}. */
export interface NonzeroOptions {
  /** One vector per dim, as indexing takes them. Default: false. */
  asTuple?: boolean;
}

/**
 * The positions of what is not zero, in row-major order: int64 [count, dims]; with `asTuple`, one vector per dim, as indexing takes them.
 * @see https://pytorch.org/docs/stable/generated/torch.nonzero.html
 */
export function nonzero(x: Tensor, options: NonzeroOptions & { asTuple: true }): Tensor[];
export function nonzero(x: Tensor, options?: NonzeroOptions & { asTuple?: false }): Tensor;
export function nonzero(x: Tensor, options?: NonzeroOptions): Tensor | Tensor[] {
  assertTensor('nonzero', 'x', x);
  const { asTuple } = readOptions('nonzero', { asTuple: false }, options);
  const flat = flatNonzero(x);
  const columns = x.shape.map((size, d) => coordinate(flat, size, contiguousStrides(x.shape)[d]!));
  if (asTuple) return columns.length > 0 ? columns : [filled(flat.shape, 'int64', 0)];
  const out = emptyTensor([flat.shape[0]!, x.ndim], 'int64');
  columns.forEach((column, d) => {
    copyInto(select(out, 1, d), column, 'nonzero');
  });
  return out;
}

function coordinate(flat: Tensor, size: number, step: number): Tensor {
  return remainder(step === 1 ? flat : floorDivide(flat, step), Math.max(1, size));
}

/**
 * The elements of `x` where `mask` is true, in row-major order, as one row; the two broadcast.
 * Gradient: back to where the elements were.
 * @throws {DTypeError} for a mask that is not bool. @throws {ShapeError} for shapes that do not broadcast.
 */
export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  if (arguments.length > 2) tooMany('maskedSelect', 2, arguments);
  assertTensor('maskedSelect', 'x', x);
  assertTensor('maskedSelect', 'mask', mask);
  needMask('maskedSelect', mask);
  const shape = broadcastShapes(x.shape, mask.shape, 'maskedSelect');
  const positions = flatNonzero(sameShape(mask.shape, shape) ? mask : expand(mask, shape));
  return slicesAt('maskedSelect', reshape(sameShape(x.shape, shape) ? x : expand(x, shape), [-1]), 0, positions);
}

/** Where elements are not 0, one row each. */
export function argwhere(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('argwhere', 1, arguments);
  return nonzero(x);
}
