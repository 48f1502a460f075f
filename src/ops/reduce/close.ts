/** Whether tensors are equal, or close to it. */
import { ArgumentError, DTypeError } from '../../errors.js';
import { readOptions, tooMany } from '../../tensor/arguments.js';
import { assertTensor } from '../../tensor/checks.js';
import { isFloating, promote } from '../../tensor/dtype.js';
import { sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add, mul, sub } from '../elementwise/binary.js';
import { eq, isfinite, isnan, le, logicalAnd, logicalOr } from '../elementwise/comparison.js';
import { abs } from '../elementwise/unary.js';
import { detach, to } from '../view/copy.js';
import { allNonzero } from './sum.js';

/** Whether two tensors have one shape and equal elements; NaN equals nothing. */
export function equal(a: Tensor, b: Tensor): boolean {
  if (arguments.length > 2) tooMany('equal', 2, arguments);
  assertTensor('equal', 'a', a);
  assertTensor('equal', 'b', b);
  return sameShape(a.shape, b.shape) && allNonzero(eq(a, b));
}

export interface CloseOptions {
  /** Relative tolerance. Default: 1e-5. */
  rtol?: number;
  /** Absolute tolerance. Default: 1e-8. */
  atol?: number;
  /** Whether NaN equals NaN. Default: false. */
  equalNan?: boolean;
}

/**
 * Where |a - b| <= atol + rtol |b|, or both are the same infinity: bool.
 * @throws {DTypeError} for two dtypes.
 * @see https://pytorch.org/docs/stable/generated/torch.isclose.html
 */
export function isclose(a: Tensor, b: Tensor, options?: CloseOptions): Tensor {
  assertTensor('isclose', 'a', a);
  assertTensor('isclose', 'b', b);
  const { rtol, atol, equalNan } = readOptions('isclose', { rtol: 1e-5, atol: 1e-8, equalNan: false }, options);
  if (a.dtype !== b.dtype)
    throw new DTypeError(
      `isclose: operands are ${a.dtype} and ${b.dtype}, expected one dtype. Convert one with to('${promote(a.dtype, b.dtype)}').`,
    );
  if (!(rtol >= 0 && atol >= 0)) throw new ArgumentError(`isclose: rtol is ${rtol} and atol ${atol}, expected numbers of at least 0.`);
  // Distances of integers are measured in floats: theirs would wrap around.
  const [x, y] = [a, b].map((t) => (isFloating(t.dtype) ? detach(t) : to(t, 'float32'))) as [Tensor, Tensor];
  const distance = abs(sub(x, y));
  const near = logicalAnd(le(distance, add(mul(abs(y), rtol), atol)), isfinite(distance));
  const same = logicalOr(eq(detach(a), detach(b)), near);
  return equalNan ? logicalOr(same, logicalAnd(isnan(x), isnan(y))) : same;
}

/** Whether {@link isclose} holds for all elements. */
export function allclose(a: Tensor, b: Tensor, options: CloseOptions = {}): boolean {
  assertTensor('allclose', 'a', a);
  assertTensor('allclose', 'b', b);
  return allNonzero(isclose(a, b, options));
}
