import { ArgumentError, einsum, randn, ShapeError } from 'hone';
import { expect, test } from 'vitest';
import { pattern } from '../../../test/helpers/tensors.js';

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
