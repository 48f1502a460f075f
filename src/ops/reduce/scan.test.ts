import { tensor } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, pattern } from '../../../test/helpers/tensors.js';

describe('gradients', () => {
  test('of numbers and of nothing', () => {
    const x = tensor(3, { requiresGrad: true });
    x.cumsum(0).add(x.cumprod(0)).add(x.prod()).backward();
    expect(x.grad!.item()).toBe(3);
  });
});

test('integers are multiplied as int64', () => {
  expect(int([3, 4]).int().cumprod(0).dtype).toBe('int64');
  expect(() => pattern(2, 2).cumsum(2)).toThrow(/cumsum: dim 2 is out of range/);
});
