import { autograd, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';

// Made by torch 2.15 from the expression in each comment; T is torch.tensor, I an int64 tensor.
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // pattern(2,3,4).cumsum(1)
  [() => pattern(2, 3, 4).cumsum(1), { shape: [2, 3, 4], data: [-2, -0.25, 1.5, -2.5, -2.75, 0.75, 4.25, -3.75, -2.25, 3, 2.5, -3.75, 1.75, -2.25, -0.5, 1.25, -1, -3.25, 0.25, 3.75, -2.5, -3, 2.25, 1.75], dtype: 'float64' }],
  // pattern(3,4).t().cumsum(0)
  [() => pattern(3, 4).t().cumsum(0), { shape: [4, 3], data: [-2, -0.75, 0.5, -2.25, 0.25, 2.75, -0.75, 3, 1, -3.25, 1.75, 1], dtype: 'float64' }],
  // pattern(2,5).cumprod(-1)
  [() => pattern(2, 5).cumprod(-1), { shape: [2, 5], data: [-2, 0.5, 0.75, -1.875, 1.40625, 1, 2.75, -3.4375, -1.71875, -3.8671875], dtype: 'float64' }],
  // T([True,True,False]).cumsum(0)
  [() => tensor([true, true, false]).cumsum(0), { shape: [3], data: [1, 2, 2], dtype: 'int64' }],
  // T(3.).cumsum(0)
  [() => tensor(3).cumsum(0), { shape: [], data: [3], dtype: 'float32' }],
  // torch.zeros(2,0).cumprod(1)
  [() => zeros([2, 0]).cumprod(1), { shape: [2, 0], data: [], dtype: 'float32' }],
  // pattern(2,3,2).prod(1)
  [() => pattern(2, 3, 2).prod(1), { shape: [2, 2], data: [2.25, 0.625, -2.40625, 0], dtype: 'float64' }],
  // pattern(5).prod()
  [() => pattern(5).prod(), { shape: [], data: [1.40625], dtype: 'float64' }],
  // I([2,3]).int().prod()
  [() => int([2, 3]).to('int32').prod(), { shape: [], data: [6], dtype: 'int64' }],
  // torch.zeros(0).prod()
  [() => zeros([0]).prod(), { shape: [], data: [1], dtype: 'float32' }],
  // pattern(2,3).prod(0,keepdim=True)
  [() => pattern(2, 3).prod(0, true), { shape: [1, 3], data: [5, 0.1875, 1.5], dtype: 'float64' }],
];

describe('scan, as PyTorch', () => {
  torchTests(cases);
});

describe('gradients', () => {
  const { gradcheck, gradgradcheck } = autograd;
  // Rows without a zero, with one, and with two.
  const withZeros = () =>
    tensor(
      [
        [1.5, -2, 0.5, 3],
        [1.5, 0, 0.5, 3],
        [0, 2, 0, -1],
      ],
      { dtype: 'float64', requiresGrad: true },
    );

  test('of cumsum', () => {
    expect(gradcheck((a) => [a!.cumsum(0), a!.cumsum(-1), a!.t().cumsum(0)], leaf(3, 4))).toBe(true);
    expect(gradgradcheck((a) => a!.mul(a!).cumsum(1), leaf(2, 3))).toBe(true);
  });

  test.each([
    ['without zeros', () => leaf(3, 4)],
    ['with zeros', withZeros],
  ] as const)('of cumprod and prod %s', (_name, make) => {
    for (const fn of [
      (x: Tensor) => x.cumprod(1),
      (x: Tensor) => x.cumprod(0),
      (x: Tensor) => x.prod(1),
      (x: Tensor) => x.prod(0, true),
      (x: Tensor) => x.prod(),
    ]) {
      expect(gradcheck((a) => fn(a!), make())).toBe(true);
      expect(gradgradcheck((a) => fn(a!), make())).toBe(true);
    }
  });

  test('of numbers and of nothing', () => {
    const x = tensor(3, { requiresGrad: true });
    x.cumsum(0).add(x.cumprod(0)).add(x.prod()).backward();
    expect(x.grad!.item()).toBe(3);
    expect(gradcheck((a) => [a!.cumsum(1), a!.prod(1)], zeros([2, 0], { dtype: 'float64', requiresGrad: true }))).toBe(true);
  });
});

test('integers are multiplied as int64', () => {
  expect(int([3, 4]).int().cumprod(0).dtype).toBe('int64');
  expect(() => pattern(2, 2).cumsum(2)).toThrow(/cumsum: dim 2 is out of range/);
});
