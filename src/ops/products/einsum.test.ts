import { ArgumentError, autograd, einsum, randn, ShapeError } from 'hone';
import { describe, expect, test } from 'vitest';
import { leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';

// Made by torch 2.15 from the expression in each comment; T is torch.tensor, I an int64 tensor.
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // torch.einsum('ij,jk->ik', pattern(2,3), pattern(3,4))
  [() => einsum('ij,jk->ik', pattern(2, 3), pattern(3, 4)), { shape: [2, 4], data: [4.9375, 3.625, -6.3125, 5.3125, 6.0625, 2.125, -7.5625, 7.1875], dtype: 'float64' }],
  // torch.einsum('ij,jk', pattern(2,3), pattern(3,4))
  [() => einsum('ij,jk', pattern(2, 3), pattern(3, 4)), { shape: [2, 4], data: [4.9375, 3.625, -6.3125, 5.3125, 6.0625, 2.125, -7.5625, 7.1875], dtype: 'float64' }],
  // torch.einsum('ij->ji', pattern(2,3))
  [() => einsum('ij->ji', pattern(2, 3)), { shape: [3, 2], data: [-2, -2.5, -0.25, -0.75, 1.5, 1], dtype: 'float64' }],
  // torch.einsum('ba', pattern(2,3))
  [() => einsum('ba', pattern(2, 3)), { shape: [3, 2], data: [-2, -2.5, -0.25, -0.75, 1.5, 1], dtype: 'float64' }],
  // torch.einsum('ii', pattern(3,3))
  [() => einsum('ii', pattern(3, 3)), { shape: [], data: [-2.25], dtype: 'float64' }],
  // torch.einsum('ii->i', pattern(3,3))
  [() => einsum('ii->i', pattern(3, 3)), { shape: [3], data: [-2, -0.75, 0.5], dtype: 'float64' }],
  // torch.einsum('ij->', pattern(2,3))
  [() => einsum('ij->', pattern(2, 3)), { shape: [], data: [-3], dtype: 'float64' }],
  // torch.einsum('i,i->', pattern(5), pattern(5))
  [() => einsum('i,i->', pattern(5), pattern(5)), { shape: [], data: [13.125], dtype: 'float64' }],
  // torch.einsum('i,j->ij', pattern(2), pattern(3))
  [() => einsum('i,j->ij', pattern(2), pattern(3)), { shape: [2, 3], data: [4, 0.5, -3, 0.5, 0.0625, -0.375], dtype: 'float64' }],
  // torch.einsum('bij,bjk->bik', pattern(2,3,4), pattern(2,4,2))
  [() => einsum('bij,bjk->bik', pattern(2, 3, 4), pattern(2, 4, 2)), { shape: [2, 3, 2], data: [-4.375, 5.75, -2.5, 2, 3.6875, -7.5, 3.3125, 6.625, 0.4375, -4.75, 3.3125, -10.375], dtype: 'float64' }],
  // torch.einsum('...ij,...jk->...ik', pattern(2,1,3,4), pattern(5,4,2))
  [() => einsum('...ij,...jk->...ik', pattern(2, 1, 3, 4), pattern(5, 4, 2)), { shape: [2, 5, 3, 2], data: [-4.375, 5.75, -2.5, 2, 3.6875, -7.5, 3.3125, -11, 3.3125, -9.4375, -6.75, 5.0625, -1.9375, 6.75, -3.8125, 6.4375, 2.9375, 4.6875, 5.75, 0.0625, 2, 5.0625, -7.5, -5.75, -11, 9.1875, -9.4375, 5.125, 5.0625, 3.9375, -3.0625, 3.125, 10.3125, 0.8125, -3.625, 4.25, 3.3125, 6.625, 0.4375, -4.75, 3.3125, -10.375, -3.25, -10, 10.6875, -4.5625, -2.6875, 6.625, 3.125, 3.5625, 0.8125, -0.0625, 4.25, 2.0625, 6.625, -10.1875, -4.75, -4.1875, -10.375, 7.5625], dtype: 'float64' }],
  // torch.einsum('bqd,bkd->bqk', pattern(2,3,4), pattern(2,5,4))
  [() => einsum('bqd,bkd->bqk', pattern(2, 3, 4), pattern(2, 5, 4)), { shape: [2, 3, 5], data: [12.5625, 8.5, -4.1875, -6.8125, 0.625, 8.5, 10.6875, -2.9375, -6.5, 0, -4.1875, -2.9375, 8.375, -3.3125, -4.9375, -6.6875, -3.5, -3.1875, 10.0625, -6.875, 0.375, -4.5625, -5.1875, -0.0625, 0.75, 10.3125, -2.75, -4.3125, -7.3125, 11.25], dtype: 'float64' }],
  // torch.einsum('ijk,jil->kl', pattern(2,3,4), pattern(3,2,5))
  [() => einsum('ijk,jil->kl', pattern(2, 3, 4), pattern(3, 2, 5)), { shape: [4, 5], data: [0.625, 16.75, -1.625, 3, -5.3125, -7.75, -3.4375, 9.5, -7.75, -7.75, -1.75, -9.25, 1.9375, -4.125, 4.1875, 8.5625, 2.1875, -8.5, 9.5625, 6.0625], dtype: 'float64' }],
  // torch.einsum('...i,i->...', pattern(2,3,4), pattern(4))
  [() => einsum('...i,i->...', pattern(2, 3, 4), pattern(4)), { shape: [2, 3], data: [12.5625, 8.5, -4.1875, -6.8125, 0.625, 10.9375], dtype: 'float64' }],
  // torch.einsum('...i->i...', pattern(2,3,4))
  [() => einsum('...i->i...', pattern(2, 3, 4)), { shape: [4, 2, 3], data: [-2, -0.75, 0.5, 1.75, -2.75, -1.5, -0.25, 1, 2.25, -2.25, -1, 0.25, 1.5, 2.75, -1.75, -0.5, 0.75, 2, -2.5, -1.25, 0, 1.25, 2.5, -2], dtype: 'float64' }],
  // torch.einsum('i...,...j', pattern(2,3), pattern(3,4))
  [() => einsum('i...,...j', pattern(2, 3), pattern(3, 4)), { shape: [3, 2, 4], data: [4, 0.5, -3, 5, 5, 0.625, -3.75, 6.25, 0.1875, -0.25, -0.6875, 0.3125, 0.5625, -0.75, -2.0625, 0.9375, 0.75, 3.375, -2.625, 0, 0.5, 2.25, -1.75, 0], dtype: 'float64' }],
  // torch.einsum('ab,bc,cd->ad', pattern(2,3), pattern(3,4), pattern(4,2))
  [() => einsum('ab,bc,cd->ad', pattern(2, 3), pattern(3, 4), pattern(4, 2)), { shape: [2, 2], data: [14.90625, -23.25, 16.5, -23.375], dtype: 'float64' }],
  // torch.einsum('bhqk,bkhd->bqhd', pattern(2,3,4,5), pattern(2,5,3,2))
  [() => einsum('bhqk,bkhd->bqhd', pattern(2, 3, 4, 5), pattern(2, 5, 3, 2)), { shape: [2, 4, 3, 2], data: [4.25, -9.9375, 0.5, 6.5, -10.1875, 0.1875, 3.1875, 3.75, -7, -12.125, 3.1875, -7.625, 5, -9.875, -0.125, 6.625, -10.75, 0.375, -11.875, 11, 6.75, -7.6875, 2.625, -7.4375, -10.1875, 7.4375, -0.1875, -9.8125, 4.3125, -0.9375, 2.875, -7.875, -6.5, 11.5625, -11.3125, 1.0625, -9.9375, 7, 0.125, -10.1875, 4.6875, -1.25, 3.125, -8.3125, -6.1875, 11.1875, -10.9375, 0.75], dtype: 'float64' }],
  // torch.einsum('iij,jk->ik', pattern(2,2,3), pattern(3,4))
  [() => einsum('iij,jk->ik', pattern(2, 2, 3), pattern(3, 4)), { shape: [2, 4], data: [4.9375, 3.625, -6.3125, 5.3125, -3.1875, -2.3125, -1.4375, -3.4375], dtype: 'float64' }],
  // torch.einsum('ij,ij->ij', pattern(2,3), pattern(2,3))
  [() => einsum('ij,ij->ij', pattern(2, 3), pattern(2, 3)), { shape: [2, 3], data: [4, 0.0625, 2.25, 6.25, 0.5625, 1], dtype: 'float64' }],
  // torch.einsum('ij,ij->j', pattern(1,3), pattern(2,3))
  [() => einsum('ij,ij->j', pattern(1, 3), pattern(2, 3)), { shape: [3], data: [9, 0.25, 3.75], dtype: 'float64' }],
  // torch.einsum('i,i,i->i', pattern(3), pattern(1), pattern(3))
  [() => einsum('i,i,i->i', pattern(3), pattern(1), pattern(3)), { shape: [3], data: [-8, -0.125, -4.5], dtype: 'float64' }],
  // torch.einsum('ijij->ij', pattern(2,3,2,3))
  [() => einsum('ijij->ij', pattern(2, 3, 2, 3)), { shape: [2, 3], data: [-2, -1.25, -0.5, 0.25, 1, 1.75], dtype: 'float64' }],
  // torch.einsum(' i j , j -> i ', pattern(2,3), pattern(3))
  [() => einsum(' i j , j -> i ', pattern(2, 3), pattern(3)), { shape: [2], data: [6.3125, 6.6875], dtype: 'float64' }],
  // torch.einsum('ij,jk->k', pattern(2,3), pattern(3,4))
  [() => einsum('ij,jk->k', pattern(2, 3), pattern(3, 4)), { shape: [4], data: [11, 5.75, -13.875, 12.5], dtype: 'float64' }],
  // torch.einsum('ij,kl->', pattern(2,3), pattern(1,2))
  [() => einsum('ij,kl->', pattern(2, 3), pattern(1, 2)), { shape: [], data: [6.75], dtype: 'float64' }],
  // torch.einsum('...,...->...', pattern(2,3), pattern(3))
  [() => einsum('...,...->...', pattern(2, 3), pattern(3)), { shape: [2, 3], data: [4, 0.0625, 2.25, 5, 0.1875, 1.5], dtype: 'float64' }],
  // torch.einsum('i,->i', pattern(3), pattern())
  [() => einsum('i,->i', pattern(3), pattern()), { shape: [3], data: [4, 0.5, -3], dtype: 'float64' }],
  // torch.einsum('ij,jk->ik', pattern(2,0), pattern(0,3))
  [() => einsum('ij,jk->ik', pattern(2, 0), pattern(0, 3)), { shape: [2, 3], data: [0, 0, 0, 0, 0, 0], dtype: 'float64' }],
  // torch.einsum('bn,anm,bm->ba', pattern(2,3), pattern(4,3,5), pattern(2,5))
  [() => einsum('bn,anm,bm->ba', pattern(2, 3), pattern(4, 3, 5), pattern(2, 5)), { shape: [2, 4], data: [-6.1875, -0.75, -5.375, -0.65625, 0.984375, 3.5625, 13.6875, 14.109375], dtype: 'float64' }],
  // torch.einsum('Ab,bA->A', pattern(2,3), pattern(3,2))
  [() => einsum('Ab,bA->A', pattern(2, 3), pattern(3, 2)), { shape: [2], data: [2.5, 3.5], dtype: 'float64' }],
];

describe('einsum, as PyTorch', () => {
  torchTests(cases);
});

describe('gradients', () => {
  const { gradcheck, gradgradcheck } = autograd;

  test.each([
    ['ij,jk->ik', [2, 3], [3, 2]],
    ['iij,j->ij', [2, 2, 3], [3]],
    ['...ij,...j->...i', [2, 1, 2, 3], [2, 3]],
    ['ij,ij->', [2, 3], [2, 3]],
    ['ij,kj->ik', [2, 1], [2, 3]],
  ] as const)('%s', (equation, a, b) => {
    const inputs = [leaf(...a), leaf(...b)];
    expect(gradcheck((x, y) => einsum(equation, x!, y!), inputs)).toBe(true);
    expect(gradgradcheck((x, y) => einsum(equation, x!, y!), inputs)).toBe(true);
  });
});

test('takes a list of operands, and large ones through the matrix kernel', () => {
  const [a, b] = [randn([5, 37, 41]), randn([5, 41, 29])];
  expect(einsum('bij,bjk->bki', [a, b]).sub(a.matmul(b).transpose(1, 2)).abs().max().item()).toBeLessThan(1e-4);
});

test('errors', () => {
  expect(() => einsum('ij,jk->ik', pattern(2, 3))).toThrow(new ArgumentError('einsum: "ij,jk->ik" names 2 operands, got 1.'));
  expect(() => einsum('ij,jk->ik', pattern(2, 3), pattern(2, 3))).toThrow(ShapeError);
  expect(() => einsum('ij,jk->ik', pattern(2, 3), pattern(2, 3))).toThrow(/label "j" .* sizes 3 and 2/);
  expect(() => einsum('ijk->i', pattern(2, 3))).toThrow(ShapeError);
  expect(() => einsum('ij->z', pattern(2, 3))).toThrow(/output label "z"/);
  expect(() => einsum('ij->ii', pattern(2, 3))).toThrow(ArgumentError);
  expect(() => einsum('i?->i', pattern(2, 3))).toThrow(ArgumentError);
  expect(() => einsum('ii->i', pattern(2, 3))).toThrow(ShapeError);
  expect(() => einsum('i->i->i', pattern(2))).toThrow(ArgumentError);
});
