import { DTypeError, ShapeError, tensor } from 'hone';
import { expect, test } from 'vitest';
import { int, pattern } from '../../../test/helpers/tensors.js';

test('maskedFill_ changes its target, broadcasting the mask only', () => {
  const x = pattern(2, 3);
  expect(x.maskedFill_(tensor([true, false, true]), -Infinity)).toBe(x);
  expect(x.index(':', 0).toArray()).toEqual([-Infinity, -Infinity]);
  expect(() => pattern(3).maskedFill_(tensor([[true], [false]]), 1)).toThrow(ShapeError);
});

test('errors', () => {
  expect(() => pattern(2).maskedFill(int([1, 0]), 1)).toThrow(
    new DTypeError('maskedFill: mask is int64, expected bool. Compare first: x.gt(0).'),
  );
  expect(
    int([1, 2])
      .maskedFill(tensor([true, false]), 0.5)
      .toArray(),
  ).toEqual([0, 2]); // cut off, as PyTorch does
  expect(() => int([1, 2]).maskedFill(tensor([true, false]), 1e30)).toThrow(DTypeError);
  expect(() => pattern(2).maskedFill(tensor([true, false]), pattern(2))).toThrow(ShapeError);
  expect(() => pattern(2).maskedSelect(tensor([true, false, true]))).toThrow(ShapeError);
});
