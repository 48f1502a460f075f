/**
 * Test files share a process, so that the library is loaded once. Each begins as if it were alone, and each test with the same random
 * numbers: what passes once passes always. A file that leaves the process changed fails; those that must stand in `alone` of
 * vitest.config.ts.
 */
import { engineInfo, getNumThreads, isGradEnabled, manualSeed } from 'hone';
import { afterAll, beforeEach, expect, vi } from 'vitest';
import { forgetWarnings } from '../src/tensor/arguments/warn-once.js';

const state = () => ({ engine: engineInfo().name, threads: getNumThreads(), grad: isGradEnabled() });

vi.restoreAllMocks();
vi.unstubAllGlobals();
vi.unstubAllEnvs();
vi.useRealTimers();
forgetWarnings();
manualSeed(0);
const found = state();
beforeEach(() => {
  manualSeed(0);
});
afterAll(() => {
  expect(state(), 'what this file leaves behind').toEqual(found);
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
