import { ArgumentError, cat, chunk, ShapeError, split, stack, tensor, unbind, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { pattern } from '../../../test/helpers/tensors.js';

describe('gradients', () => {
  test('of a mix of dtypes comes back in each one', () => {
    const a = tensor([1], { requiresGrad: true });
    const b = tensor([2], { dtype: 'float64', requiresGrad: true });
    cat([a, b]).sum().backward();
    expect([a.grad!.dtype, b.grad!.dtype]).toEqual(['float32', 'float64']);
  });
});

test('parts are views', () => {
  const x = zeros([4, 2]);
  split(x, 2)[1]!.fill_(7);
  unbind(x, 1)[0]!.add_(1);
  expect(x.toArray()).toEqual([
    [1, 0],
    [1, 0],
    [8, 7],
    [8, 7],
  ]);
});

test('errors', () => {
  expect(() => cat([])).toThrow(ArgumentError);
  expect(() => cat([pattern(2, 3), pattern(2, 4)])).toThrow(
    new ShapeError('cat: sizes may differ in dim 0 only, got [2, 3] and [2, 4] (tensor 1).'),
  );
  expect(() => cat([tensor(1), tensor(2)])).toThrow(ShapeError);
  expect(() => stack([pattern(2), pattern(3)])).toThrow(ShapeError);
  expect(() => split(pattern(5), [2, 2])).toThrow(ArgumentError);
  expect(() => split(pattern(5), 0)).toThrow(ArgumentError);
  expect(() => chunk(pattern(5), 0)).toThrow(ArgumentError);
  expect(() => unbind(tensor(1))).toThrow(ShapeError);
});
