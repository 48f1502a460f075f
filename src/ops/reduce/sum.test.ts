import { autograd, DTypeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';

// Made by torch 2.15 from the expression in each comment; T is torch.tensor, I an int64 tensor.
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // T([[0.,1],[0,0]]).any(1)
  [() => tensor([[0, 1], [0, 0]]).any(1), { shape: [2], data: [true, false], dtype: 'bool' }],
  // T([[0.,1],[1,1]]).all(0,keepdim=True)
  [() => tensor([[0, 1], [1, 1]]).all(0, true), { shape: [1, 2], data: [false, true], dtype: 'bool' }],
  // torch.zeros(0).any()
  [() => zeros([0]).any(), { shape: [], data: [false], dtype: 'bool' }],
  // torch.zeros(0,2).all(0)
  [() => zeros([0, 2]).all(0), { shape: [2], data: [true, true], dtype: 'bool' }],
  // T([0,2],dtype=torch.uint8).any()
  [() => tensor([0, 2], { dtype: 'uint8' }).any(), { shape: [], data: [1], dtype: 'uint8' }],
  // (pattern(2,3,4)>0).any(2).any(0)
  [() => pattern(2, 3, 4).gt(0).any([0, 2]), { shape: [3], data: [true, true, true], dtype: 'bool' }],
  // pattern(2,3,4).count_nonzero((0,2))
  [() => pattern(2, 3, 4).countNonzero([0, 2]), { shape: [3], data: [8, 8, 7], dtype: 'int64' }],
  // T([0,1,nan]).count_nonzero()
  [() => tensor([0, 1, Number.NaN]).countNonzero(), { shape: [], data: [2], dtype: 'int64' }],
  // pattern(2,3,4).permute(1,2,0).sum((0,2))
  [() => pattern(2, 3, 4).permute(1, 2, 0).sum([0, 2]), { shape: [4], data: [-4.75, 0, 4.75, -2], dtype: 'float64' }],
  // pattern(2,3,4).sum(-1,True)
  [() => pattern(2, 3, 4).sum(-1, true), { shape: [2, 3, 1], data: [-3.25, 1.75, 1, 0.25, -0.5, -1.25], dtype: 'float64' }],
  // T([True,True]).sum()
  [() => tensor([true, true]).sum(), { shape: [], data: [2], dtype: 'int64' }],
  // torch.zeros(0,2).mean(0)
  [() => zeros([0, 2]).mean(0), { shape: [2], data: [NaN, NaN], dtype: 'float32' }],
  // pattern(2,3).mean((0,1))
  [() => pattern(2, 3).mean([0, 1]), { shape: [], data: [-0.5], dtype: 'float64' }],
];

describe('reduce, as PyTorch', () => {
  torchTests(cases);
});

describe('gradients', () => {
  const { gradcheck, gradgradcheck } = autograd;

  test('of sum and mean', () => {
    for (const fn of [
      (x: Tensor) => x.sum(),
      (x: Tensor) => x.sum([0, 2]),
      (x: Tensor) => x.mean(1, true),
      (x: Tensor) => x.transpose(0, 2).mean([0, 1]),
    ]) {
      expect(gradcheck((a) => fn(a!), leaf(2, 3, 4))).toBe(true);
      expect(gradgradcheck((a) => fn(a!.mul(a!)), leaf(2, 3, 2))).toBe(true);
    }
  });
});

test('mean of integers is refused, dims are checked', () => {
  expect(() => int([1]).mean()).toThrow(DTypeError);
  expect(() => pattern(2, 3).sum([0, 0])).toThrow(/same dim twice/);
  expect(() => pattern(2, 3).any(5)).toThrow(/any: dim 5 is out of range/);
});
