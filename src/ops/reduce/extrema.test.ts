import { autograd, DTypeError, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';

// Made by torch 2.15 from the expression in each comment; T is torch.tensor, I an int64 tensor.
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // pattern(2,3,4).amax((0,2))
  [() => pattern(2, 3, 4).amax([0, 2]), { shape: [3], data: [1.75, 2.75, 2.25], dtype: 'float64' }],
  // pattern(2,3,4).amin(1,keepdim=True)
  [() => pattern(2, 3, 4).amin(1, true), { shape: [2, 1, 4], data: [-2, -0.25, -1.75, -2.5, -2.75, -2.25, -0.5, -2], dtype: 'float64' }],
  // pattern(5).amax()
  [() => pattern(5).amax(), { shape: [], data: [1.5], dtype: 'float64' }],
  // pattern(3,7).t().max(0)
  [() => pattern(3, 7).t().max(0), [{ shape: [3], data: [2.75, 2.25, 2.5], dtype: 'float64' }, { shape: [3], data: [6, 2, 5], dtype: 'int64' }]],
  // pattern(2,3,4).min(-2,keepdim=True)
  [() => pattern(2, 3, 4).min(-2, true), [{ shape: [2, 1, 4], data: [-2, -0.25, -1.75, -2.5, -2.75, -2.25, -0.5, -2], dtype: 'float64' }, { shape: [2, 1, 4], data: [0, 0, 2, 0, 1, 0, 0, 2], dtype: 'int64' }]],
  // pattern(2,3,5).max()
  [() => pattern(2, 3, 5).max(), { shape: [], data: [2.75], dtype: 'float64' }],
  // pattern(2,3).max(pattern(3))
  [() => pattern(2, 3).max(pattern(3)), { shape: [2, 3], data: [-2, -0.25, 1.5, -2, -0.25, 1.5], dtype: 'float64' }],
  // T([1,nan,3]).max(0)
  [() => tensor([1, Number.NaN, 3]).max(0), [{ shape: [], data: [NaN], dtype: 'float32' }, { shape: [], data: [1], dtype: 'int64' }]],
  // T([[2,2],[1,2]]).argmax()
  [() => tensor([[2, 2], [1, 2]]).argmax(), { shape: [], data: [0], dtype: 'int64' }],
  // T([[1,2],[2,2]]).argmax(keepdim=True)
  [() => tensor([[1, 2], [2, 2]]).argmax(undefined, true), { shape: [1, 1], data: [1], dtype: 'int64' }],
  // pattern(3,1,7).argmin(2)
  [() => pattern(3, 1, 7).argmin(2), { shape: [3, 1], data: [3, 6, 2], dtype: 'int64' }],
  // pattern(3,1,7).argmax(0,keepdim=True)
  [() => pattern(3, 1, 7).argmax(0, true), { shape: [1, 1, 7], data: [2, 2, 1, 2, 2, 2, 0], dtype: 'int64' }],
  // I([3,1,2]).min(0)
  [() => int([3, 1, 2]).min(0), [{ shape: [], data: [1], dtype: 'int64' }, { shape: [], data: [1], dtype: 'int64' }]],
  // T([True,False]).amax()
  [() => tensor([true, false]).amax(), { shape: [], data: [true], dtype: 'bool' }],
  // T(4.).max(0)
  [() => tensor(4).max(0), [{ shape: [], data: [4], dtype: 'float32' }, { shape: [], data: [0], dtype: 'int64' }]],
  // torch.zeros(0,3).amax(1)
  [() => zeros([0, 3]).amax(1), { shape: [0], data: [], dtype: 'float32' }],
  // T([3.,1,2,4]).median()
  [() => tensor([3, 1, 2, 4]).median(), { shape: [], data: [2], dtype: 'float32' }],
  // pattern(3,5).median(1)
  [() => pattern(3, 5).median(1), [{ shape: [3], data: [-0.75, 1, -0.5], dtype: 'float64' }, { shape: [3], data: [4, 0, 4], dtype: 'int64' }]],
  // T([[1,nan,0],[1,3,2]]).median(1,keepdim=True).values
  [() => tensor([[1, Number.NaN, 0], [1, 3, 2]]).median(1, true).values, { shape: [2, 1], data: [NaN, 2], dtype: 'float32' }],
];

describe('extrema, as PyTorch', () => {
  torchTests(cases);
});

describe('gradients', () => {
  const { gradcheck, gradgradcheck } = autograd;

  test('of amax, amin, max, min and median', () => {
    for (const fn of [
      (x: Tensor) => x.amax([0, 2]),
      (x: Tensor) => x.amin(1, true),
      (x: Tensor) => x.max(),
      (x: Tensor) => x.max(1).values,
      (x: Tensor) => x.min(-1, true)[0],
      (x: Tensor) => x.median(),
      (x: Tensor) => x.median(0, true).values,
    ]) {
      const x = leaf(2, 3, 5);
      expect(gradcheck((a) => fn(a!), x)).toBe(true);
      expect(gradgradcheck((a) => fn(a!.mul(a!)), x)).toBe(true);
    }
    expect(gradcheck((a, b) => a!.max(b!), [leaf(2, 3), leaf(3)])).toBe(true);
  });

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

  test('a non-contiguous input gets its own shape back', () => {
    const x = leaf(3, 4);
    expect(gradcheck((a) => a!.t().max(0).values, x)).toBe(true);
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
