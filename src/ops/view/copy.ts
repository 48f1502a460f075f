/** Copies, casts and fills. */

import { record } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { isDType, readTo, type ToArguments } from '../../tensor/device.js';
import { channelsLastStrides, suggestsChannelsLast } from '../../tensor/layout.js';
import { code, copyInto, emptyLikeDense, emptyStrided, rowMajor } from '../../tensor/raw.js';
import { numel, type Shape } from '../../tensor/shape.js';
import { escapeScope } from '../../tensor/storage.js';
import { aliasTensor, emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { type Scalar, scalarTensor, storedScalar } from '../../tensor/values/scalar.js';

/**
 * A copy with memory of its own, laid out as `x` is when that is dense.
 * Gradient: passes through.
 */
export function clone(x: Tensor): Tensor {
  assertTensor('clone', 'x', x);
  return record('clone', rawCopy(x), [x], [], (g) => [g]);
}

/** A copy that is not recorded, laid out as {@link clone}'s. */
export function rawCopy(x: Tensor): Tensor {
  const out = emptyLikeDense(x);
  copyInto(out, x, 'clone');
  return out;
}

/** A row-major copy that is not recorded. */
export function rowMajorCopy(x: Tensor): Tensor {
  const out = emptyTensor(x.shape, x.dtype);
  copyInto(out, x, 'clone');
  return out;
}

/** A row-major copy, recorded. */
export function rowMajorClone(x: Tensor): Tensor {
  return record('clone', rowMajorCopy(x), [x], [], (g) => [g]);
}

/** @internal {@link clone} where user code asks for it: such a copy is made to be kept, and outlives a step of fit. */
export function cloneToKeep(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('clone', 1, arguments);
  const out = clone(x);
  if (out.storage.scope?.clonesLeave) escapeScope(out.storage, null);
  return out;
}

/**
 * `x` in row-major order: itself when it is that already, else a copy.
 * Gradient: passes through.
 */
export function contiguous(x: Tensor): Tensor {
  if (x.isContiguous()) return x;
  return record('contiguous', rowMajor(x), [x], [], (g) => [g]);
}

/**
 * `x` as another dtype; itself when it has that dtype. Floats become integers by truncation.
 * Gradient: cast back; none through integers and bools.
 * @param args a dtype, a device (there is the CPU, where all tensors are) and a dtype, or a tensor whose dtype is wanted; then
 * `{ dtype, device, copy, nonBlocking }`: `copy` gives a copy in any case.
 * @throws {DTypeError} for a dtype that does not exist. @throws {DeviceError} for another device.
 */
export function to(x: Tensor, ...args: ToArguments): Tensor {
  assertTensor('to', 'x', x);
  const { dtype, copy } = args.length === 1 && isDType(args[0]) ? { dtype: args[0], copy: false } : readTo('to', args, true);
  const wanted = dtype ?? x.dtype;
  if (wanted === x.dtype) return copy ? clone(x) : x;
  const out = emptyLikeDense(x, wanted);
  copyInto(out, x, 'to');
  return record('to', out, [x], [], (g) => [g]);
}

/** `out` with channels side by side in memory where PyTorch lays it out so: where one of the inputs lies so. */
export function formatOf(out: Tensor, ...inputs: readonly Tensor[]): Tensor {
  if (!inputs.some(suggestsChannelsLast) || suggestsChannelsLast(out)) return out;
  return laidAs(out, channelsLastStrides(out.shape));
}

/** `out` with other strides, which leave no holes (null: row-major): itself where it has them. */
export function laidAs(out: Tensor, strides: Shape | null): Tensor {
  if (strides === null ? out.isContiguous() : out.shape.every((size, d) => size === 1 || out.strides[d] === strides[d])) return out;
  const laid = emptyStrided(out.shape, strides, out.dtype);
  copyInto(laid, out, 'contiguous');
  return record(out.gradFn?.name ?? 'contiguous', laid, [out], [], (g) => [g]);
}

/** A tensor on the same memory that gradients do not flow through. */
export function detach(x: Tensor): Tensor {
  return aliasTensor(x, x.shape, x.strides, x.offset);
}

/** Fills a fresh or recorded-elsewhere tensor's memory with one value. Not recorded: see `fill_` in inplace.ts. */
export function fillRaw(x: Tensor, value: Scalar, op = 'fill_'): Tensor {
  const stored = storedScalar(op, value, x.dtype);
  if (typeof stored === 'number' && x.isContiguous()) {
    check(kernels.fill(code(x.dtype), x.ptr, numel(x.shape), stored), op);
  } else {
    const strides = x.shape.map(() => 0);
    copyInto(x, aliasTensor(scalarTensor(stored, x.dtype), x.shape, strides, 0), op);
  }
  return x;
}

/** A new tensor of one value. */
export function filled(shape: readonly number[], dtype: DType, value: Scalar, op = 'fill_'): Tensor {
  return fillRaw(emptyTensor(shape, dtype), value, op);
}

/** `out`, or a copy when it lies in the memory of `x`: these functions promise memory of its own. */
export function apart(out: Tensor, x: Tensor): Tensor {
  return out.storage === x.storage ? clone(out) : out;
}
