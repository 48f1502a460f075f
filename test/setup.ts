/** Before every test: the same random numbers, so that a test that passes once passes always. */
import { manualSeed } from 'hone';
import { beforeEach, expect } from 'vitest';

beforeEach(() => {
  manualSeed(0);
});

interface TensorLike {
  readonly dtype: string;
  readonly shape: readonly number[];
  toTypedArray(): unknown;
}

const isTensor = (value: unknown): value is TensorLike => Object.prototype.toString.call(value) === '[object Tensor]';

// Tensors iterate over their rows, and those of 0 dims not at all: toEqual compares dtype, shape and values instead.
expect.addEqualityTesters([
  function tensors(a, b) {
    if (!isTensor(a) || !isTensor(b)) return undefined;
    return a === b || (a.dtype === b.dtype && this.equals(a.shape, b.shape) && this.equals(a.toTypedArray(), b.toTypedArray()));
  },
]);
