import { ArgumentError, DTypeError, GradError, IndexError, noGrad, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern } from '../../../test/helpers/tensors.js';

const x = pattern(3, 4, 5);

describe('views and copies', () => {
  test('numbers, slices and null give views', () => {
    const base = zeros([3, 4]);
    base.index(1, '::2').fill_(5);
    base.index(null, '...', -1).add_(1);
    expect(base.toArray()).toEqual([
      [0, 0, 0, 1],
      [5, 0, 5, 1],
      [0, 0, 0, 1],
    ]);
    base.index(int([0])).fill_(9);
    expect(base.index(0, 0).item()).toBe(0);
    expect(base.at(-1, -1).item()).toBe(1);
  });
});

describe('set_ and indexPut_', () => {
  const fresh = () => zeros([3, 4], { dtype: 'float64' });

  test.each([
    // a[1, ::2] = 5
    ['a row', (a: Tensor) => a.set_(1, '::2', 5), [0, 0, 0, 0, 5, 0, 5, 0, 0, 0, 0, 0]],
    // a[[2, 0], [1, -1]] = tensor([3, 4])
    ['points', (a: Tensor) => a.set_(int([2, 0]), int([1, -1]), tensor([3, 4])), [0, 0, 0, 4, 0, 0, 0, 0, 0, 3, 0, 0]],
    // a[:, [3, 0]] = tensor([[1], [2], [3]])
    ['columns', (a: Tensor) => a.set_(':', int([3, 0]), tensor([[1], [2], [3]])), [1, 0, 0, 1, 2, 0, 0, 2, 3, 0, 0, 3]],
    // a[mask] = 8
    ['a mask of rows', (a: Tensor) => a.set_(tensor([true, false, true]), 8), [8, 8, 8, 8, 0, 0, 0, 0, 8, 8, 8, 8]],
    // a[0, 1] = 2
    ['one element', (a: Tensor) => a.set_(0, 1, 2), [0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    // a.index_put_((tensor([1, 1]),), tensor(1.), accumulate=True)
    ['accumulating', (a: Tensor) => a.indexPut_([int([1, 1])], 1, { accumulate: true }), [0, 0, 0, 0, 2, 2, 2, 2, 0, 0, 0, 0]],
    // a[1:2] = ones(1, 1, 4): leading dims of size 1 that are too many are dropped
    ['a value with more dims', (a: Tensor) => a.set_([1, 2], tensor([[[1, 2, 3, 4]]])), [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0]],
  ] as const)('%s, in contiguous and in transposed memory', (_name, write, data) => {
    const plain = fresh();
    expect(write(plain)).toBe(plain);
    expect(plain.flatten().toArray()).toEqual(data);
    expect(plain.version).toBeGreaterThan(0);
    const turned = zeros([4, 3], { dtype: 'float64' }).t();
    write(turned);
    expect(turned.flatten().toArray()).toEqual(data);
  });

  test('a copy of a part of a tensor can be written into it, the part itself not', () => {
    const a = tensor([1, 2, 3, 4]);
    expect(() => a.set_(int([0, 1]), a.index([2, 4]))).toThrow(/set_: .* share a part of their memory/);
    a.set_(int([0, 1]), a.index([2, 4]).clone());
    expect(a.toArray()).toEqual([3, 4, 3, 4]);
  });

  test('leaves are protected, and saved values checked', () => {
    const a = leaf(2, 2);
    expect(() => a.set_(0, 1)).toThrow(GradError);
    expect(() => a.set_(int([0]), 1)).toThrow(GradError);
    noGrad(() => a.set_(int([0]), 1));
    expect(a.index(0).toArray()).toEqual([1, 1]);
    const b = a.mul(1);
    const c = b.exp().mul(b);
    b.set_(int([0]), 0);
    expect(() => c.sum().backward()).toThrow(GradError);
  });
});

describe('errors name what was asked', () => {
  test('out of range', () => {
    expect(() => x.index(3)).toThrow(new IndexError('index: index 3 is out of range for dim 0 of size 3 (shape [3, 4, 5]).'));
    expect(() => x.index(':', int([4]))).toThrow(/^index: index 4 .* size 4/);
    expect(() => x.index(int([0]), int([-5]))).toThrow(
      new IndexError('index: index -5 is out of range for dim 1 of size 4 (shape [3, 4, 5]).'),
    );
    expect(() => pattern(3).set_(int([3]), 1)).toThrow(/^set_: index 3 .* size 3/);
  });

  test('too many, two ellipses, no slice, a list', () => {
    expect(() => x.index(0, 0, 0, 0)).toThrow(new IndexError('index: 4 indices are too many for a tensor of 3 dims (shape [3, 4, 5]).'));
    expect(() => x.index('...', '...')).toThrow(ArgumentError);
    expect(() => x.index('one:2' as ':')).toThrow(/"one:2" is not a slice/);
    expect(() => x.index('::-1')).toThrow(/step is -1/);
    expect(() => x.index([0, 1, 2, 3] as unknown as [number])).toThrow(ArgumentError);
    expect(() => x.index(undefined as unknown as null)).toThrow(/undefined is not an index/);
  });

  test('masks, dtypes and values that do not fit', () => {
    expect(() => x.index(tensor([true, false]))).toThrow(IndexError);
    expect(() => x.index(tensor([0, 1]))).toThrow(DTypeError);
    expect(() => x.index(int([0, 1]), int([0, 1, 2]))).toThrow(ShapeError);
    expect(() => pattern(3).set_([0, 2], pattern(3))).toThrow(
      new ShapeError('set_: value [3] does not broadcast to the indexed part [2].'),
    );
    expect(() => pattern(3).set_(int([0, 1]), pattern(3))).toThrow(ShapeError);
  });
});
