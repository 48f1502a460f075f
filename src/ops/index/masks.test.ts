import { autograd, DTypeError, ShapeError, tensor } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';

// Made by torch 2.15 from the expression in each comment; T is torch.tensor, I an int64 tensor.
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // pattern(2,3).masked_fill(pattern(2,3)>0,-9)
  [() => pattern(2, 3).maskedFill(pattern(2, 3).gt(0), -9), { shape: [2, 3], data: [-2, -0.25, -9, -2.5, -0.75, -9], dtype: 'float64' }],
  // pattern(2,3).masked_fill(pattern(3)<0,T(0.5))
  [() => pattern(2, 3).maskedFill(pattern(3).lt(0), tensor(0.5)), { shape: [2, 3], data: [0.5, 0.5, 1.5, 0.5, 0.5, 1], dtype: 'float64' }],
  // I([1,2,3]).masked_fill(T([True,False,True]),7)
  [() => int([1, 2, 3]).maskedFill(tensor([true, false, true]), 7), { shape: [3], data: [7, 2, 7], dtype: 'int64' }],
  // pattern(3,4).masked_select(pattern(3,4)>0.5)
  [() => pattern(3, 4).maskedSelect(pattern(3, 4).gt(0.5)), { shape: [4], data: [1.5, 1, 2.75, 2.25], dtype: 'float64' }],
  // pattern(3,4).t().masked_select(T([True,False,True]))
  [() => pattern(3, 4).t().maskedSelect(tensor([true, false, true])), { shape: [8], data: [-2, 0.5, -0.25, 2.25, 1.5, -1.75, -2.5, 0], dtype: 'float64' }],
  // pattern(3,1).masked_select(T([True,False,True]))
  [() => pattern(3, 1).maskedSelect(tensor([true, false, true])), { shape: [6], data: [-2, -2, -0.25, -0.25, 1.5, 1.5], dtype: 'float64' }],
  // (pattern(3,4)>1).nonzero()
  [() => pattern(3, 4).gt(1).nonzero(), { shape: [3, 2], data: [0, 2, 1, 2, 2, 1], dtype: 'int64' }],
  // pattern(2,3,4).transpose(1,2).nonzero()
  [() => pattern(2, 3, 4).transpose(1, 2).nonzero(), { shape: [23, 3], data: [0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 1, 0, 1, 2, 0, 2, 0, 0, 2, 1, 0, 2, 2, 0, 3, 0, 0, 3, 1, 1, 0, 0, 1, 0, 1, 1, 0, 2, 1, 1, 0, 1, 1, 1, 1, 1, 2, 1, 2, 0, 1, 2, 1, 1, 2, 2, 1, 3, 0, 1, 3, 1, 1, 3, 2], dtype: 'int64' }],
  // T([0,3,0,nan]).nonzero(as_tuple=True)
  [() => tensor([0, 3, 0, Number.NaN]).nonzero({ asTuple: true }), [{ shape: [2], data: [1, 3], dtype: 'int64' }]],
  // (pattern(2,3)<-9).nonzero()
  [() => pattern(2, 3).lt(-9).nonzero(), { shape: [0, 2], data: [], dtype: 'int64' }],
  // T(5.).nonzero()
  [() => tensor(5).nonzero(), { shape: [1, 0], data: [], dtype: 'int64' }],
  // T(0.).nonzero()
  [() => tensor(0).nonzero(), { shape: [0, 0], data: [], dtype: 'int64' }],
];

describe('masks, as PyTorch', () => {
  torchTests(cases);
});

describe('gradients', () => {
  const { gradcheck, gradgradcheck } = autograd;
  const mask = tensor([
    [true, false, true],
    [false, false, true],
  ]);

  test('of maskedFill, its value and maskedSelect', () => {
    expect(gradcheck((x, v) => [x!.maskedFill(mask, 3), x!.maskedFill(mask, v!), x!.maskedSelect(mask)], [leaf(2, 3), leaf()])).toBe(true);
    expect(gradcheck((x) => x!.maskedSelect(mask), leaf(3))).toBe(true);
    expect(gradgradcheck((x) => x!.mul(x!).maskedSelect(mask), leaf(2, 3))).toBe(true);
  });

  test('of maskedFill_', () => {
    expect(gradcheck((x, v) => x!.mul(1).maskedFill_(mask, v!), [leaf(2, 3), leaf()])).toBe(true);
  });
});

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
