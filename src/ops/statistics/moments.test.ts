import { DTypeError, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int } from '../../../test/helpers/tensors.js';

describe('gradients', () => {
  test('std and norm of zeros have gradient 0', () => {
    const x = zeros([3], { requiresGrad: true });
    x.std().backward();
    expect(x.grad!.toArray()).toEqual([0, 0, 0]);
    x.norm().backward();
    x.norm(3).backward();
    expect(x.grad!.toArray()).toEqual([0, 0, 0]);
  });
});

test('integers are refused by name', () => {
  expect(() => int([1, 2]).var()).toThrow(new DTypeError("var: x is int64, expected float32 or float64. Use x.to('float32')."));
  expect(() => int([1, 2]).norm()).toThrow(DTypeError);
  expect(() => int([1, 2]).std()).toThrow(/^std:/);
});
