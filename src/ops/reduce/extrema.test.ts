import { DTypeError, ShapeError, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, pattern } from '../../../test/helpers/tensors.js';

describe('gradients', () => {
  test('equals share it in max(x) and amax, the first takes it in max(x, dim)', () => {
    const shared = tensor(
      [
        [1, 3, 3],
        [2, 2, 2],
      ],
      { requiresGrad: true },
    );
    shared.amax(1).sum().backward();
    expect(shared.grad!.toArray()).toEqual([
      [0, 0.5, 0.5],
      [Math.fround(1 / 3), Math.fround(1 / 3), Math.fround(1 / 3)],
    ]);
    const whole = tensor([3, 1, 3], { requiresGrad: true });
    whole.max().backward();
    expect(whole.grad!.toArray()).toEqual([0.5, 0, 0.5]);
    const first = tensor([[1, 3, 3]], { requiresGrad: true });
    first.max(1).values.sum().backward();
    expect(first.grad!.toArray()).toEqual([[0, 1, 0]]);
  });
});

describe('errors', () => {
  test('no elements', () => {
    expect(() => zeros([0, 3]).amax(0)).toThrow(new ShapeError('amax: dim 0 has size 0 (shape [0, 3]): there is no amax of no elements.'));
    expect(() => zeros([0]).argmax()).toThrow(ShapeError);
    expect(() => zeros([2, 0]).max(1)).toThrow(ShapeError);
    expect(() => zeros([0]).max()).toThrow(ShapeError);
  });

  test('bool has no argmax, and a dim must be there', () => {
    expect(() => tensor([true]).argmax()).toThrow(DTypeError);
    expect(() => pattern(2, 3).max(2)).toThrow(/max: dim 2 is out of range/);
  });

  test('the pair has names too', () => {
    const result = pattern(2, 3).max(1);
    const [values, indices] = result;
    expect(result.values).toBe(values);
    expect(result.indices).toBe(indices);
    expect(int([1]).max(0).indices.dtype).toBe('int64');
  });
});
