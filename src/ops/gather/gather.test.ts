import { autograd, DTypeError, GradError, IndexError, noGrad, ShapeError, type Tensor, takeAlongDim, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests, whole } from '../../../test/helpers/torch-case.js';

// Made by torch 2.15 from the expression in each comment; T is torch.tensor, I an int64 tensor.
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // pattern(3,4).gather(1,whole(2,3,m=4))
  [() => pattern(3, 4).gather(1, whole([2, 3], 5, 4)), { shape: [2, 3], data: [1.5, -2.5, -2, 1, 2.75, -1.25], dtype: 'float64' }],
  // pattern(3,4).t().gather(0,whole(5,2,m=4))
  [() => pattern(3, 4).t().gather(0, whole([5, 2], 5, 4)), { shape: [5, 2], data: [1.5, -1.25, -2, 1, 1.5, -1.25, -2, 1, 1.5, -1.25], dtype: 'float64' }],
  // pattern(2,3,4).gather(-2,whole(2,2,4,m=3))
  [() => pattern(2, 3, 4).gather(-2, whole([2, 2, 4], 5, 3)), { shape: [2, 2, 4], data: [0.5, 1, 1.5, 0, -0.75, -0.25, -1.75, -1.25, 1.75, 0.25, 0.75, 1.25, -1.5, -1, -0.5, -2], dtype: 'float64' }],
  // I([5,6,7]).gather(0,I([2,0]))
  [() => int([5, 6, 7]).gather(0, int([2, 0]).int()), { shape: [2], data: [7, 5], dtype: 'int64' }],
  // pattern(3,5).scatter(1,I([[0,4],[1,2]]),pattern(2,2))
  [() => pattern(3, 5).scatter(1, int([[0, 4], [1, 2]]), pattern(2, 2)), { shape: [3, 5], data: [-2, -0.25, 1.5, -2.5, -0.25, 1, 1.5, -2.5, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5], dtype: 'float64' }],
  // pattern(3,5).scatter(0,I([[2,1,0,2,1]]),9.5)
  [() => pattern(3, 5).scatter(0, int([[2, 1, 0, 2, 1]]), 9.5), { shape: [3, 5], data: [-2, -0.25, 9.5, -2.5, -0.75, 1, 9.5, -1.25, 0.5, 9.5, 9.5, 0, 1.75, 9.5, -0.5], dtype: 'float64' }],
  // pattern(2,3).scatter(0,I([[1,0]]),pattern(4,4))
  [() => pattern(2, 3).scatter(0, int([[1, 0]]), pattern(4, 4)), { shape: [2, 3], data: [-2, -0.25, 1.5, -2, -0.75, 1], dtype: 'float64' }],
  // pattern(3,2).scatter_add(0,I([[0,0],[0,1],[2,1]]),pattern(3,2))
  [() => pattern(3, 2).scatterAdd(0, int([[0, 0], [0, 1], [2, 1]]), pattern(3, 2)), { shape: [3, 2], data: [-2.5, -0.5, 1.5, -4, -1.5, 1], dtype: 'float64' }],
  // pattern(2,3,4).index_select(1,I([2,0,2]))
  [() => pattern(2, 3, 4).indexSelect(1, int([2, 0, 2])), { shape: [2, 3, 4], data: [0.5, 2.25, -1.75, 0, -2, -0.25, 1.5, -2.5, 0.5, 2.25, -1.75, 0, -1.5, 0.25, 2, -2, 1.75, -2.25, -0.5, 1.25, -1.5, 0.25, 2, -2], dtype: 'float64' }],
  // pattern(3,4).t().index_select(0,I([3]))
  [() => pattern(3, 4).t().indexSelect(0, int([3])), { shape: [1, 3], data: [-2.5, -1.25, 0], dtype: 'float64' }],
  // pattern(3,4).index_add(1,I([0,0,3]),pattern(3,3),alpha=2)
  [() => pattern(3, 4).indexAdd(1, int([0, 0, 3]), pattern(3, 3), { alpha: 2 }), { shape: [3, 4], data: [-6.5, -0.25, 1.5, 0.5, -7.25, 1, 2.75, 0.75, 3.5, 2.25, -1.75, 1], dtype: 'float64' }],
  // pattern(3,4).index_copy(0,I([2,0]),pattern(2,4))
  [() => pattern(3, 4).indexCopy(0, int([2, 0]), pattern(2, 4)), { shape: [3, 4], data: [-0.75, 1, 2.75, -1.25, -0.75, 1, 2.75, -1.25, -2, -0.25, 1.5, -2.5], dtype: 'float64' }],
  // pattern(3,4).t().index_fill(1,I([0,2]),-1)
  [() => pattern(3, 4).t().indexFill(1, int([0, 2]), -1), { shape: [4, 3], data: [-1, -0.75, -1, -1, 1, -1, -1, 2.75, -1, -1, -1.25, -1], dtype: 'float64' }],
  // pattern(3,4).take(I([[0,5],[-1,11]]))
  [() => pattern(3, 4).take(int([[0, 5], [-1, 11]])), { shape: [2, 2], data: [-2, 1, 0, 0], dtype: 'float64' }],
  // torch.take_along_dim(pattern(3,4),pattern(3,4).argmax(1,keepdim=True),1)
  [() => takeAlongDim(pattern(3, 4), pattern(3, 4).argmax(1, true), 1), { shape: [3, 1], data: [1.5, 2.75, 2.25], dtype: 'float64' }],
  // torch.take_along_dim(pattern(3,4),I([[1,3]]),1)
  [() => takeAlongDim(pattern(3, 4), int([[1, 3]]), 1), { shape: [3, 2], data: [-0.25, -2.5, 1, -1.25, 2.25, 0], dtype: 'float64' }],
];

describe('gather, as PyTorch', () => {
  torchTests(cases);
});

describe('gradients', () => {
  const { gradcheck, gradgradcheck } = autograd;
  const index = int([
    [0, 3, 0],
    [1, 1, 2],
  ]);
  const distinct = int([
    [0, 3, 2],
    [1, 0, 2],
  ]);
  const functions: Record<string, (x: Tensor, y: Tensor) => Tensor> = {
    gather: (x) => x.gather(1, index),
    'gather of a transposed input': (x) => x.t().gather(0, index.t()),
    scatter: (x, y) => x.scatter(1, distinct, y),
    'scatter of a number': (x) => x.scatter(1, index, 2),
    scatterAdd: (x, y) => x.scatterAdd(1, index, y),
    'scatterAdd of a part': (x, y) => x.scatterAdd(1, index.slice(1, 0, 2), y),
    indexSelect: (x) => x.indexSelect(1, int([2, 0, 2])),
    indexAdd: (x, y) => x.indexAdd(1, int([2, 0, 2]), y, { alpha: -1.5 }),
    indexCopy: (x, y) => x.indexCopy(1, int([2, 0, 3]), y),
    indexFill: (x) => x.indexFill(1, int([2, 2]), 5),
    take: (x) =>
      x.take(
        int([
          [0, 7],
          [0, -1],
        ]),
      ),
    takeAlongDim: (x) => takeAlongDim(x, int([[1, 2, 2]]), 1),
  };

  test.each(Object.entries(functions))('%s', (_name, fn) => {
    const inputs = [leaf(2, 4), leaf(2, 3)];
    expect(gradcheck((x, y) => fn(x!, y!), inputs)).toBe(true);
    expect(gradgradcheck((x, y) => fn(x!.mul(x!), y!.mul(y!)), inputs)).toBe(true);
  });

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
    expect(gradcheck((x, y) => changed(x!.mul(2), y!), [leaf(2, 4), leaf(2, 3)])).toBe(true);
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
