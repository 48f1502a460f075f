import { ArgumentError, autograd, DTypeError, GradError, IndexError, noGrad, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { expectTorch, int, leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';

const x = pattern(3, 4, 5);

// Made by torch 2.15 from the expression in each comment; T is torch.tensor, I an int64 tensor.
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // x[1]
  [() => x.index(1), { shape: [4, 5], data: [-1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75], dtype: 'float64' }],
  // x[-1,2]
  [() => x.index(-1, 2), { shape: [5], data: [-0.75, 1, 2.75, -1.25, 0.5], dtype: 'float64' }],
  // x[1:3]
  [() => x.index([1, 3]), { shape: [2, 4, 5], data: [-1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75, -1, 0.75, 2.5, -1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25], dtype: 'float64' }],
  // x[1:3]
  [() => x.index('1:3'), { shape: [2, 4, 5], data: [-1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75, -1, 0.75, 2.5, -1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25], dtype: 'float64' }],
  // x[:,::2]
  [() => x.index(':', [null, null, 2]), { shape: [3, 2, 5], data: [-2, -0.25, 1.5, -2.5, -0.75, -1.75, 0, 1.75, -2.25, -0.5, -1.5, 0.25, 2, -2, -0.25, -1.25, 0.5, 2.25, -1.75, 0, -1, 0.75, 2.5, -1.5, 0.25, -0.75, 1, 2.75, -1.25, 0.5], dtype: 'float64' }],
  // x[:,::2,-2:]
  [() => x.index(':', '::2', '-2:'), { shape: [3, 2, 2], data: [-2.5, -0.75, -2.25, -0.5, -2, -0.25, -1.75, 0, -1.5, 0.25, -1.25, 0.5], dtype: 'float64' }],
  // x[:-1,3:1]
  [() => x.index([null, -1], '3:1'), { shape: [2, 0, 5], data: [], dtype: 'float64' }],
  // x[...,0]
  [() => x.index('...', 0), { shape: [3, 4], data: [-2, 1, -1.75, 1.25, -1.5, 1.5, -1.25, 1.75, -1, 2, -0.75, 2.25], dtype: 'float64' }],
  // x[0,...,1:4]
  [() => x.index(0, '...', [1, 4]), { shape: [4, 3], data: [-0.25, 1.5, -2.5, 2.75, -1.25, 0.5, 0, 1.75, -2.25, -2.75, -1, 0.75], dtype: 'float64' }],
  // x[...]
  [() => x.index('...'), { shape: [3, 4, 5], data: [-2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75, -1, 0.75, 2.5, -1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75, -1, 0.75, 2.5, -1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25], dtype: 'float64' }],
  // x[None,1,None,...,None]
  [() => x.index(null, 1, null, '...', null), { shape: [1, 1, 4, 5, 1], data: [-1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75], dtype: 'float64' }],
  // x[I([2,0])]
  [() => x.index(int([2, 0])), { shape: [2, 4, 5], data: [-1, 0.75, 2.5, -1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75, -1, 0.75, 2.5], dtype: 'float64' }],
  // x[:,I([2,0])]
  [() => x.index(':', int([2, 0]).int()), { shape: [3, 2, 5], data: [-1.75, 0, 1.75, -2.25, -0.5, -2, -0.25, 1.5, -2.5, -0.75, -1.25, 0.5, 2.25, -1.75, 0, -1.5, 0.25, 2, -2, -0.25, -0.75, 1, 2.75, -1.25, 0.5, -1, 0.75, 2.5, -1.5, 0.25], dtype: 'float64' }],
  // x[I([2,0]),I([1,3])]
  [() => x.index(int([2, 0]), int([1, 3])), { shape: [2, 5], data: [2, -2, -0.25, 1.5, -2.5, 1.25, -2.75, -1, 0.75, 2.5], dtype: 'float64' }],
  // x[I([[0,2],[1,-1]]),I([1,3])]
  [() => x.index(int([[0, 2], [1, -1]]), int([1, 3])), { shape: [2, 2, 5], data: [1, 2.75, -1.25, 0.5, 2.25, 2.25, -1.75, 0, 1.75, -2.25, 1.5, -2.5, -0.75, 1, 2.75, 2.25, -1.75, 0, 1.75, -2.25], dtype: 'float64' }],
  // x[:,I([[0,2],[1,-1]])]
  [() => x.index(':', int([[0, 2], [1, -1]])), { shape: [3, 2, 2, 5], data: [-2, -0.25, 1.5, -2.5, -0.75, -1.75, 0, 1.75, -2.25, -0.5, 1, 2.75, -1.25, 0.5, 2.25, 1.25, -2.75, -1, 0.75, 2.5, -1.5, 0.25, 2, -2, -0.25, -1.25, 0.5, 2.25, -1.75, 0, 1.5, -2.5, -0.75, 1, 2.75, 1.75, -2.25, -0.5, 1.25, -2.75, -1, 0.75, 2.5, -1.5, 0.25, -0.75, 1, 2.75, -1.25, 0.5, 2, -2, -0.25, 1.5, -2.5, 2.25, -1.75, 0, 1.75, -2.25], dtype: 'float64' }],
  // x[I([[0,2],[1,-1]]),:,I([1,3])]
  [() => x.index(int([[0, 2], [1, -1]]), ':', int([1, 3])), { shape: [2, 2, 4], data: [-0.25, 2.75, 0, -2.75, -1.5, 1.5, -1.25, 1.75, 0.25, -2.5, 0.5, -2.25, -1.5, 1.5, -1.25, 1.75], dtype: 'float64' }],
  // x[I([[0],[2]]),I([1,3,0])]
  [() => x.index(int([[0], [2]]), int([1, 3, 0])), { shape: [2, 3, 5], data: [1, 2.75, -1.25, 0.5, 2.25, 1.25, -2.75, -1, 0.75, 2.5, -2, -0.25, 1.5, -2.5, -0.75, 2, -2, -0.25, 1.5, -2.5, 2.25, -1.75, 0, 1.75, -2.25, -1, 0.75, 2.5, -1.5, 0.25], dtype: 'float64' }],
  // x[:,I([1,3]),I([0,4])]
  [() => x.index(':', int([1, 3]), int([0, 4])), { shape: [3, 2], data: [1, 2.5, 1.5, -2.75, 2, -2.25], dtype: 'float64' }],
  // x[0,:,I([1,3])]
  [() => x.index(0, ':', int([1, 3])), { shape: [4, 2], data: [-0.25, -2.5, 2.75, 0.5, 0, -2.25, -2.75, 0.75], dtype: 'float64' }],
  // x[I([1,2]),0,I([1,3])]
  [() => x.index(int([1, 2]), 0, int([1, 3])), { shape: [2], data: [0.25, -1.5], dtype: 'float64' }],
  // x[I([1,2]),None,I([1,3])]
  [() => x.index(int([1, 2]), null, int([1, 3])), { shape: [2, 1, 5], data: [1.5, -2.5, -0.75, 1, 2.75, 2.25, -1.75, 0, 1.75, -2.25], dtype: 'float64' }],
  // x[0:2,I([1,3]),::3]
  [() => x.index([0, 2], int([1, 3]), '::3'), { shape: [2, 2, 2], data: [1, 0.5, 1.25, 0.75, 1.5, 1, 1.75, 1.25], dtype: 'float64' }],
  // x[None,I([1,0])]
  [() => x.index(null, int([1, 0])), { shape: [1, 2, 4, 5], data: [-1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75, -1, 0.75, 2.5], dtype: 'float64' }],
  // x[x>1]
  [() => x.index(x.gt(1)), { shape: [18], data: [1.5, 2.75, 2.25, 1.75, 1.25, 2.5, 2, 1.5, 2.75, 2.25, 1.75, 1.25, 2.5, 2, 1.5, 2.75, 2.25, 1.75], dtype: 'float64' }],
  // x[T([True,False,True])]
  [() => x.index(tensor([true, false, true])), { shape: [2, 4, 5], data: [-2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75, -1, 0.75, 2.5, -1, 0.75, 2.5, -1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25], dtype: 'float64' }],
  // x[:,T([True,False,True,True]),1]
  [() => x.index(':', tensor([true, false, true, true]), 1), { shape: [3, 3], data: [-0.25, 0, -2.75, 0.25, 0.5, -2.25, 0.75, 1, -1.75], dtype: 'float64' }],
  // x[x.select(2,0)>0]
  [() => x.index(x.select(2, 0).gt(0)), { shape: [6, 5], data: [1, 2.75, -1.25, 0.5, 2.25, 1.25, -2.75, -1, 0.75, 2.5, 1.5, -2.5, -0.75, 1, 2.75, 1.75, -2.25, -0.5, 1.25, -2.75, 2, -2, -0.25, 1.5, -2.5, 2.25, -1.75, 0, 1.75, -2.25], dtype: 'float64' }],
  // x[:,x.select(0,0)>0]
  [() => x.index(':', x.select(0, 0).gt(0)), { shape: [3, 9], data: [1.5, 1, 2.75, 0.5, 2.25, 1.75, 1.25, 0.75, 2.5, 2, 1.5, -2.5, 1, 2.75, 2.25, 1.75, 1.25, -2.75, 2.5, 2, -2, 1.5, -2.5, 2.75, 2.25, 1.75, -2.25], dtype: 'float64' }],
  // x[T([True,False,True]),I([1,3])]
  [() => x.index(tensor([true, false, true]), int([1, 3])), { shape: [2, 5], data: [1, 2.75, -1.25, 0.5, 2.25, 2.25, -1.75, 0, 1.75, -2.25], dtype: 'float64' }],
  // x[T([True,False,True]),:,I([1,3])]
  [() => x.index(tensor([true, false, true]), ':', int([1, 3])), { shape: [2, 4], data: [-0.25, 2.75, 0, -2.75, -1.5, 1.5, -1.25, 1.75], dtype: 'float64' }],
  // x[torch.tensor(1)]
  [() => x.index(tensor(1, { dtype: 'int64' })), { shape: [4, 5], data: [-1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75], dtype: 'float64' }],
  // x[torch.tensor(True)]
  [() => x.index(tensor(true)), { shape: [1, 3, 4, 5], data: [-2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75, -1, 0.75, 2.5, -1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25, -0.5, 1.25, -2.75, -1, 0.75, 2.5, -1.5, 0.25, 2, -2, -0.25, 1.5, -2.5, -0.75, 1, 2.75, -1.25, 0.5, 2.25, -1.75, 0, 1.75, -2.25], dtype: 'float64' }],
  // x[torch.tensor(False)]
  [() => x.index(tensor(false)), { shape: [0, 3, 4, 5], data: [], dtype: 'float64' }],
  // x[I([])]
  [() => x.index(int([])), { shape: [0, 4, 5], data: [], dtype: 'float64' }],
  // x[x>99]
  [() => x.index(x.gt(99)), { shape: [0], data: [], dtype: 'float64' }],
  // x.permute(2,0,1)[I([4,1]),:,I([3,3])]
  [() => x.permute(2, 0, 1).index(int([4, 1]), ':', int([3, 3])), { shape: [2, 3], data: [2.5, -2.75, -2.25, -2.75, -2.25, -1.75], dtype: 'float64' }],
  // T(5.)[None]
  [() => tensor(5).index(null), { shape: [1], data: [5], dtype: 'float32' }],
  // T(5.)[...]
  [() => tensor(5).index('...'), { shape: [], data: [5], dtype: 'float32' }],
];

describe('indexing, as PyTorch', () => {
  torchTests(cases);
});

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

describe('gradients', () => {
  const { gradcheck, gradgradcheck } = autograd;
  const functions: Record<string, (x: Tensor) => Tensor> = {
    'numbers and slices': (a) => a.index(1, '::2', null, [1, 4]),
    'one index tensor, repeated': (a) => a.index(':', int([0, 1, 0])),
    'two side by side': (a) => a.index(int([0, 1, 0]), int([1, 1, 1])),
    'two apart': (a) => a.index(int([[0], [1]]), ':', int([3, 0])),
    mask: (a) =>
      a.index(
        tensor([
          [true, false, true],
          [false, true, false],
        ]),
      ),
  };

  test.each(Object.entries(functions))('%s', (_name, fn) => {
    expect(gradcheck((a) => fn(a!), leaf(2, 3, 4))).toBe(true);
    expect(gradgradcheck((a) => fn(a!.mul(a!)), leaf(2, 3, 4))).toBe(true);
  });

  const writes: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
    'set_ of a slice': (a, b) => a.set_(':', [1, 3], 0, b),
    'set_ of a number': (a) => a.set_(0, 7),
    'set_ by an index tensor': (a, b) => a.set_(':', int([2, 0]), 1, b),
    'set_ by two, apart': (a, b) => a.set_(int([0, 1]), ':', int([3, 0]), b.index(':', 0).unsqueeze(1)),
    'set_ by a mask': (a, b) => a.set_(a.detach().index('...', 0).gt(99), b.index(0, 0)),
    'set_ of everything': (a, b) => a.set_('...', b.index(0, 0)),
    'accumulate by repeated indices': (a, b) =>
      a.indexPut_([int([1, 1])], b.unsqueeze(-1).expand(2, 2, 3).reshape(2, 3, 2).index('...', [0, 1]), { accumulate: true }),
    'accumulate into a slice': (a, b) => a.indexPut_([0, ':', [0, 2]], b.index(0), { accumulate: true }),
  };

  test.each(Object.entries(writes))('%s', (_name, fn) => {
    expect(gradcheck((a, b) => fn(a!.mul(2), b!), [leaf(2, 3, 4), leaf(2, 2)])).toBe(true);
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
    expectTorch(plain, { shape: [3, 4], dtype: 'float64', data });
    expect(plain.version).toBeGreaterThan(0);
    const turned = zeros([4, 3], { dtype: 'float64' }).t();
    write(turned);
    expectTorch(turned, { shape: [3, 4], dtype: 'float64', data });
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
    expect(() => x.index('one:2' as ':')).toThrow(/"one:2" is no slice/);
    expect(() => x.index('::-1')).toThrow(/step is -1/);
    expect(() => x.index([0, 1, 2, 3] as unknown as [number])).toThrow(ArgumentError);
    expect(() => x.index(undefined as unknown as null)).toThrow(/undefined is no index/);
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
