import { DTypeError, GradError, IndexError, noGrad, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern, whole } from '../../../test/helpers/tensors.js';

describe('gradients', () => {
  const index = int([
    [0, 3, 0],
    [1, 1, 2],
  ]);
  const distinct = int([
    [0, 3, 2],
    [1, 0, 2],
  ]);

  test.each([
    ['scatter_', (x: Tensor, y: Tensor) => x.scatter_(1, distinct, y), (x: Tensor, y: Tensor) => x.scatter(1, distinct, y)],
    ['scatterAdd_', (x: Tensor, y: Tensor) => x.scatterAdd_(1, index, y), (x: Tensor, y: Tensor) => x.scatterAdd(1, index, y)],
    ['indexAdd_', (x: Tensor, y: Tensor) => x.indexAdd_(1, int([2, 0, 2]), y), (x: Tensor, y: Tensor) => x.indexAdd(1, int([2, 0, 2]), y)],
    [
      'indexCopy_',
      (x: Tensor, y: Tensor) => x.indexCopy_(1, int([2, 0, 3]), y),
      (x: Tensor, y: Tensor) => x.indexCopy(1, int([2, 0, 3]), y),
    ],
    ['indexFill_', (x: Tensor) => x.indexFill_(1, int([2]), 3), (x: Tensor) => x.indexFill(1, int([2]), 3)],
  ] as const)('%s: recorded, unrecorded and on a view gives what the other form gives', (_name, changed, fresh) => {
    const [x, y] = [pattern(2, 4), pattern(2, 3).neg()];
    const wanted = fresh(x, y).toArray();
    const copy = x.clone();
    expect(changed(copy, y)).toBe(copy);
    expect(copy.toArray()).toEqual(wanted);
    expect(copy.version).toBe(1);
    const wide = zeros([4, 2], { dtype: 'float64' });
    const view = wide.t().copy_(x);
    changed(view, y);
    expect(wide.t().toArray()).toEqual(wanted);
  });

  test('a leaf is not overwritten while recording', () => {
    const x = leaf(2, 4);
    expect(() => x.scatter_(1, index, 1)).toThrow(GradError);
    noGrad(() => x.scatter_(1, index, 1));
    expect(x.index(0, 0).item()).toBe(1);
  });
});

describe('errors', () => {
  test('an index outside names op, index and size', () => {
    expect(() => pattern(2, 3).gather(1, int([[3]]))).toThrow(IndexError);
    expect(() => pattern(2, 3).gather(1, int([[3]]))).toThrow(/^gather: index 3 .* size 3/);
    expect(() => pattern(2, 3).indexSelect(0, int([-3]))).toThrow(/^indexSelect: index -3 .* size 2/);
    expect(() => pattern(2, 3).scatterAdd(0, int([[2]]), pattern(1, 1))).toThrow(/^scatterAdd: index 2 .* size 2/);
    expect(() => pattern(2, 3).take(int([6]))).toThrow(/^take: index 6 .* size 6/);
    expect(() => pattern(2, 3).indexAdd(0, int([4]), pattern(1, 3))).toThrow(IndexError);
    expect(() => pattern(2, 3).indexFill(0, int([4]), 1)).toThrow(/^indexFill: index 4/);
  });

  test('a failing write leaves the target as it was', () => {
    const x = zeros([3]);
    expect(() => x.scatter_(0, int([0, 5]), 1)).toThrow(IndexError);
    expect(x.toArray()).toEqual([0, 0, 0]);
    expect(x.version).toBe(0);
  });

  test('shapes and dtypes', () => {
    expect(() => pattern(2, 3).gather(1, int([0]))).toThrow(ShapeError);
    expect(() => pattern(2, 3).gather(1, int([[0], [0], [0]]))).toThrow(ShapeError);
    expect(() => pattern(2, 3).gather(1, tensor([[0]]))).toThrow(
      new DTypeError("gather: index is float32, expected int64 or int32. Use index.long(), or tensor([…], { dtype: 'int64' })."),
    );
    expect(() => pattern(2, 3).scatter(1, int([[0]]), tensor([[1]]))).toThrow(DTypeError);
    expect(() => pattern(2, 3).scatter(1, int([[0, 1]]), pattern(1, 1))).toThrow(ShapeError);
    expect(() => pattern(2, 3).indexSelect(0, int([[0]]))).toThrow(ShapeError);
    expect(() => pattern(2, 3).indexCopy(0, int([0]), pattern(2, 3))).toThrow(ShapeError);
  });

  test('a large index select agrees with a plain loop', () => {
    const x = whole([101, 7], 13, 997);
    const at = whole([211], 17, 101);
    const rows = x.toArray() as number[][];
    expect(x.indexSelect(0, at).toArray()).toEqual((at.toArray() as number[]).map((i) => rows[i]));
  });
});
