import { ArgumentError, autograd, GradError, type Tensor, tensor, unique, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests, whole } from '../../../test/helpers/torch-case.js';

// Made by torch 2.15 from the expression in each comment; T is torch.tensor, I an int64 tensor.
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // pattern(3,5).sort()
  [() => pattern(3, 5).sort(), [{ shape: [3, 5], data: [-2.5, -2, -0.75, -0.25, 1.5, -1.25, 0.5, 1, 2.25, 2.75, -2.25, -1.75, -0.5, 0, 1.75], dtype: 'float64' }, { shape: [3, 5], data: [3, 0, 4, 1, 2, 2, 3, 0, 4, 1, 3, 0, 4, 1, 2], dtype: 'int64' }]],
  // pattern(3,5).sort(0,descending=True)
  [() => pattern(3, 5).sort(0, true), [{ shape: [3, 5], data: [1, 2.75, 1.75, 0.5, 2.25, -1.75, 0, 1.5, -2.25, -0.5, -2, -0.25, -1.25, -2.5, -0.75], dtype: 'float64' }, { shape: [3, 5], data: [1, 1, 2, 1, 1, 2, 2, 0, 2, 2, 0, 0, 1, 0, 0], dtype: 'int64' }]],
  // pattern(2,3,4).sort(1)
  [() => pattern(2, 3, 4).sort(1), [{ shape: [2, 3, 4], data: [-2, -0.25, -1.75, -2.5, -0.75, 1, 1.5, -1.25, 0.5, 2.25, 2.75, 0, -2.75, -2.25, -0.5, -2, -1.5, -1, 0.75, 1.25, 1.75, 0.25, 2, 2.5], dtype: 'float64' }, { shape: [2, 3, 4], data: [0, 0, 2, 0, 1, 1, 0, 1, 2, 2, 1, 2, 1, 0, 0, 2, 2, 1, 1, 0, 0, 2, 2, 1], dtype: 'int64' }]],
  // I([2,1,2,1]).sort(dim=0,stable=True,descending=True)
  [() => int([2, 1, 2, 1]).sort(0, { stable: true, descending: true }), [{ shape: [4], data: [2, 2, 1, 1], dtype: 'int64' }, { shape: [4], data: [0, 2, 1, 3], dtype: 'int64' }]],
  // T([2,nan,1]).sort()
  [() => tensor([2, Number.NaN, 1]).sort(), [{ shape: [3], data: [1, 2, NaN], dtype: 'float32' }, { shape: [3], data: [2, 0, 1], dtype: 'int64' }]],
  // T([2,nan,1]).sort(0,True)
  [() => tensor([2, Number.NaN, 1]).sort(0, true), [{ shape: [3], data: [NaN, 2, 1], dtype: 'float32' }, { shape: [3], data: [1, 0, 2], dtype: 'int64' }]],
  // T(3.).sort()
  [() => tensor(3).sort(), [{ shape: [], data: [3], dtype: 'float32' }, { shape: [], data: [0], dtype: 'int64' }]],
  // torch.zeros(2,0).sort()
  [() => zeros([2, 0]).sort(), [{ shape: [2, 0], data: [], dtype: 'float32' }, { shape: [2, 0], data: [], dtype: 'int64' }]],
  // pattern(4,3).t().argsort(1)
  [() => pattern(4, 3).t().argsort(1), { shape: [3, 4], data: [1, 0, 3, 2, 3, 2, 1, 0, 3, 2, 1, 0], dtype: 'int64' }],
  // pattern(3,7).topk(2)
  [() => pattern(3, 7).topk(2), [{ shape: [3, 2], data: [2.75, 1.5, 2.25, 1.75, 2.5, 1.25], dtype: 'float64' }, { shape: [3, 2], data: [6, 2, 2, 5, 5, 1], dtype: 'int64' }]],
  // pattern(7,3).topk(3,0,largest=False)
  [() => pattern(7, 3).topk(3, 0, { largest: false }), [{ shape: [3, 3], data: [-2.5, -2.75, -1.5, -2, -2.25, -1, 0.75, -1.75, -0.5], dtype: 'float64' }, { shape: [3, 3], data: [1, 5, 6, 0, 4, 5, 6, 3, 4], dtype: 'int64' }]],
  // pattern(3,7).topk(0)
  [() => pattern(3, 7).topk(0), [{ shape: [3, 0], data: [], dtype: 'float64' }, { shape: [3, 0], data: [], dtype: 'int64' }]],
  // torch.unique(whole(3,5),return_inverse=True,return_counts=True)
  [() => unique(whole([3, 5]), { returnInverse: true, returnCounts: true }), [{ shape: [7], data: [0, 1, 2, 3, 4, 5, 6], dtype: 'int64' }, { shape: [3, 5], data: [2, 0, 5, 3, 1, 6, 4, 2, 0, 5, 3, 1, 6, 4, 2], dtype: 'int64' }, { shape: [7], data: [2, 2, 3, 2, 2, 2, 2], dtype: 'int64' }]],
  // torch.unique(T([2.5,1,2.5]))
  [() => unique(tensor([2.5, 1, 2.5])), { shape: [2], data: [1, 2.5], dtype: 'float32' }],
  // torch.unique(T([True,False,True]),return_counts=True)
  [() => unique(tensor([true, false, true]), { returnCounts: true }), [{ shape: [2], data: [false, true], dtype: 'bool' }, { shape: [2], data: [1, 2], dtype: 'int64' }]],
  // torch.unique(torch.zeros(0))
  [() => unique(zeros([0])), { shape: [0], data: [], dtype: 'float32' }],
];

describe('sort, as PyTorch', () => {
  torchTests(cases);
});

describe('gradients', () => {
  const { gradcheck, gradgradcheck } = autograd;

  test('of sort and topk', () => {
    for (const fn of [
      (x: Tensor) => x.sort(0).values,
      (x: Tensor) => x.sort(-1, true)[0],
      (x: Tensor) => x.topk(2).values,
      (x: Tensor) => x.topk(1, 1, { largest: false })[0],
    ]) {
      expect(gradcheck((a) => fn(a!), leaf(2, 3, 4))).toBe(true);
      expect(gradgradcheck((a) => fn(a!.mul(a!)), leaf(2, 3, 2))).toBe(true);
    }
  });

  test('of unique: there is none, and it says so', () => {
    const x = tensor([1, 2, 1], { requiresGrad: true });
    expect(() => unique(x).sum().backward()).toThrow(GradError);
  });
});

test('long rows stay stable', () => {
  const keys = whole([500], 3, 4);
  const { values, indices } = keys.sort();
  const places = indices.toArray() as number[];
  const sorted = values.toArray() as number[];
  for (let i = 1; i < places.length; i++) {
    expect(sorted[i]!).toBeGreaterThanOrEqual(sorted[i - 1]!);
    if (sorted[i] === sorted[i - 1]) expect(places[i]!).toBeGreaterThan(places[i - 1]!);
  }
});

test('k is checked', () => {
  expect(() => pattern(3).topk(4)).toThrow(new ArgumentError('topk: k is 4, expected a whole number from 0 to 3. Dim 0 has 3 elements.'));
  expect(() => int([1, 2]).sort(1)).toThrow(/sort: dim 1 is out of range/);
});
