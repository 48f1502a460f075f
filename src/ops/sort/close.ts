import { type Arguments, readArguments, type Settings, tooMany } from '../../tensor/arguments/arguments.js';
import { assertSameDType, assertTensor, atLeast } from '../../tensor/arguments/checks.js';
import { sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { add, mul, sub } from '../elementwise/binary.js';
import { eq, isfinite, isnan, le, logicalAnd, logicalOr } from '../elementwise/comparison.js';
import { abs } from '../elementwise/unary.js';
import { allNonzero } from '../reduce/sum.js';
import { detach, to } from '../view/copy.js';

/** Whether two tensors have one shape and equal elements; NaN equals nothing. */
export function equal(a: Tensor, b: Tensor): boolean {
  if (arguments.length > 2) tooMany('equal', 2, arguments);
  assertTensor('equal', 'a', a);
  assertTensor('equal', 'b', b);
  return sameShape(a.shape, b.shape) && allNonzero(eq(a, b));
}

/** The options of {@link isclose}. */
export interface IscloseOptions {
  /** Relative tolerance. Default: 1e-5. */
  rtol?: number;
  /** Absolute tolerance. Default: 1e-8. */
  atol?: number;
  /** Whether NaN equals NaN. Default: false. */
  equalNan?: boolean;
}

/** The options of {@link allclose}. */
export type AllcloseOptions = IscloseOptions;

type CloseArguments = Arguments<IscloseOptions, [rtol: 'rtol', atol: 'atol', equalNan: 'equalNan']>;

const CLOSE: Settings<IscloseOptions> = { rtol: 1e-5, atol: 1e-8, equalNan: false };

/**
 * Where |a - b| <= atol + rtol |b|, or both are the same infinity: bool.
 * @throws {DTypeError} for two dtypes.
 * @see https://pytorch.org/docs/stable/generated/torch.isclose.html
 */
export function isclose(a: Tensor, b: Tensor, ...args: CloseArguments): Tensor {
  return closeOf('isclose', a, b, args);
}

function closeOf(op: string, a: Tensor, b: Tensor, args: CloseArguments): Tensor {
  assertTensor(op, 'a', a);
  assertTensor(op, 'b', b);
  const { rtol, atol, equalNan } = readArguments(op, CLOSE, args);
  assertSameDType(op, { a, b });
  atLeast(op, 'rtol', rtol, 0);
  atLeast(op, 'atol', atol, 0);
  // Distances of integers are measured in floats: theirs would wrap around.
  const [x, y] = [a, b].map((t) => (isFloating(t.dtype) ? detach(t) : to(t, 'float32'))) as [Tensor, Tensor];
  const distance = abs(sub(x, y));
  const near = logicalAnd(le(distance, add(mul(abs(y), rtol), atol)), isfinite(distance));
  const same = logicalOr(eq(detach(a), detach(b)), near);
  return equalNan ? logicalOr(same, logicalAnd(isnan(x), isnan(y))) : same;
}

/** Whether {@link isclose} holds for all elements. */
export function allclose(a: Tensor, b: Tensor, ...args: CloseArguments): boolean {
  return allNonzero(closeOf('allclose', a, b, args));
}
