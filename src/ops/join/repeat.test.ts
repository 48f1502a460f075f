import { ArgumentError, autograd, meshgrid, pad, repeatInterleave, roll, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';

// Made by torch 2.15 from the expression in each comment; T is torch.tensor, I an int64 tensor.
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // pattern(2,3,4).flip((0,2))
  [() => pattern(2, 3, 4).flip([0, 2]), { shape: [2, 3, 4], data: [1.25, -0.5, -2.25, 1.75, 2.5, 0.75, -1, -2.75, -2, 2, 0.25, -1.5, -2.5, 1.5, -0.25, -2, -1.25, 2.75, 1, -0.75, 0, -1.75, 2.25, 0.5], dtype: 'float64' }],
  // pattern(3,4).t().flip(0)
  [() => pattern(3, 4).t().flip(0), { shape: [4, 3], data: [-2.5, -1.25, 0, 1.5, 2.75, -1.75, -0.25, 1, 2.25, -2, -0.75, 0.5], dtype: 'float64' }],
  // pattern(5)[1:5:2].flip(0)
  [() => pattern(5).slice(0, 1, 5, 2).flip(), { shape: [2], data: [-2.5, -0.25], dtype: 'float64' }],
  // torch.zeros(0,2).flip(1)
  [() => zeros([0, 2]).flip(1), { shape: [0, 2], data: [], dtype: 'float32' }],
  // pattern(2,5).roll(2,1)
  [() => roll(pattern(2, 5), 2, 1), { shape: [2, 5], data: [-2.5, -0.75, -2, -0.25, 1.5, 0.5, 2.25, 1, 2.75, -1.25], dtype: 'float64' }],
  // pattern(3,4).roll((-1,6),(0,1))
  [() => roll(pattern(3, 4), [-1, 6], [0, 1]), { shape: [3, 4], data: [2.75, -1.25, -0.75, 1, -1.75, 0, 0.5, 2.25, 1.5, -2.5, -2, -0.25], dtype: 'float64' }],
  // pattern(2,3).roll(1)
  [() => roll(pattern(2, 3), 1), { shape: [2, 3], data: [1, -2, -0.25, 1.5, -2.5, -0.75], dtype: 'float64' }],
  // pattern(2,3).repeat(2,1,2)
  [() => pattern(2, 3).repeat(2, 1, 2), { shape: [2, 2, 6], data: [-2, -0.25, 1.5, -2, -0.25, 1.5, -2.5, -0.75, 1, -2.5, -0.75, 1, -2, -0.25, 1.5, -2, -0.25, 1.5, -2.5, -0.75, 1, -2.5, -0.75, 1], dtype: 'float64' }],
  // pattern(3).repeat(0)
  [() => pattern(3).repeat(0), { shape: [0], data: [], dtype: 'float64' }],
  // T(2.).repeat(2,2)
  [() => tensor(2).repeat([2, 2]), { shape: [2, 2], data: [2, 2, 2, 2], dtype: 'float32' }],
  // pattern(2,2).tile(3)
  [() => pattern(2, 2).tile(3), { shape: [2, 6], data: [-2, -0.25, -2, -0.25, -2, -0.25, 1.5, -2.5, 1.5, -2.5, 1.5, -2.5], dtype: 'float64' }],
  // pattern(2,1).broadcast_to(3,2,2)
  [() => pattern(2, 1).broadcastTo(3, 2, 2), { shape: [3, 2, 2], data: [-2, -2, -0.25, -0.25, -2, -2, -0.25, -0.25, -2, -2, -0.25, -0.25], dtype: 'float64' }],
  // pattern(2,2).repeat_interleave(2,1)
  [() => repeatInterleave(pattern(2, 2), 2, 1), { shape: [2, 4], data: [-2, -2, -0.25, -0.25, 1.5, 1.5, -2.5, -2.5], dtype: 'float64' }],
  // pattern(3).repeat_interleave(I([0,2,1]))
  [() => repeatInterleave(pattern(3), int([0, 2, 1])), { shape: [3], data: [-0.25, -0.25, 1.5], dtype: 'float64' }],
  // torch.meshgrid(pattern(2),pattern(3),indexing='ij')
  [() => meshgrid([pattern(2), pattern(3)]), [{ shape: [2, 3], data: [-2, -2, -2, -0.25, -0.25, -0.25], dtype: 'float64' }, { shape: [2, 3], data: [-2, -0.25, 1.5, -2, -0.25, 1.5], dtype: 'float64' }]],
  // torch.meshgrid(pattern(2),pattern(3),pattern(1),indexing='xy')
  [() => meshgrid([pattern(2), pattern(3), pattern(1)], { indexing: 'xy' }), [{ shape: [3, 2, 1], data: [-2, -0.25, -2, -0.25, -2, -0.25], dtype: 'float64' }, { shape: [3, 2, 1], data: [-2, -2, -0.25, -0.25, 1.5, 1.5], dtype: 'float64' }, { shape: [3, 2, 1], data: [-2, -2, -2, -2, -2, -2], dtype: 'float64' }]],
  // pattern(3,4).tril()
  [() => pattern(3, 4).tril(), { shape: [3, 4], data: [-2, 0, 0, 0, -0.75, 1, 0, 0, 0.5, 2.25, -1.75, 0], dtype: 'float64' }],
  // pattern(2,3,3).triu(1)
  [() => pattern(2, 3, 3).triu(1), { shape: [2, 3, 3], data: [0, -0.25, 1.5, 0, 0, 1, 0, 0, 0, 0, -1.75, 0, 0, 0, -0.5, 0, 0, 0], dtype: 'float64' }],
  // I([[1,2],[3,4]]).tril(-1)
  [() => int([[1, 2], [3, 4]]).tril(-1), { shape: [2, 2], data: [0, 0, 3, 0], dtype: 'int64' }],
  // F.pad(pattern(2,3),(1,2))
  [() => pad(pattern(2, 3), [1, 2]), { shape: [2, 6], data: [0, -2, -0.25, 1.5, 0, 0, 0, -2.5, -0.75, 1, 0, 0], dtype: 'float64' }],
  // F.pad(pattern(2,3),(1,-1,0,2),value=9)
  [() => pad(pattern(2, 3), [1, -1, 0, 2], { value: 9 }), { shape: [4, 3], data: [9, -2, -0.25, 9, -2.5, -0.75, 9, 9, 9, 9, 9, 9], dtype: 'float64' }],
  // F.pad(pattern(3,2).t(),(-1,0,1,0))
  [() => pad(pattern(3, 2).t(), [-1, 0, 1, 0]), { shape: [3, 2], data: [0, 0, 1.5, -0.75, -2.5, 1], dtype: 'float64' }],
  // F.pad(pattern(1,2,4),(2,3),mode='reflect')
  [() => pad(pattern(1, 2, 4), [2, 3], { mode: 'reflect' }), { shape: [1, 2, 9], data: [1.5, -0.25, -2, -0.25, 1.5, -2.5, 1.5, -0.25, -2, 2.75, 1, -0.75, 1, 2.75, -1.25, 2.75, 1, -0.75], dtype: 'float64' }],
  // F.pad(pattern(1,1,3,4),(1,2,2,1),mode='reflect')
  [() => pad(pattern(1, 1, 3, 4), [1, 2, 2, 1], { mode: 'reflect' }), { shape: [1, 1, 6, 7], data: [2.25, 0.5, 2.25, -1.75, 0, -1.75, 2.25, 1, -0.75, 1, 2.75, -1.25, 2.75, 1, -0.25, -2, -0.25, 1.5, -2.5, 1.5, -0.25, 1, -0.75, 1, 2.75, -1.25, 2.75, 1, 2.25, 0.5, 2.25, -1.75, 0, -1.75, 2.25, 1, -0.75, 1, 2.75, -1.25, 2.75, 1], dtype: 'float64' }],
  // F.pad(pattern(1,2,3),(4,1),mode='replicate')
  [() => pad(pattern(1, 2, 3), [4, 1], { mode: 'replicate' }), { shape: [1, 2, 8], data: [-2, -2, -2, -2, -2, -0.25, 1.5, 1.5, -2.5, -2.5, -2.5, -2.5, -2.5, -0.75, 1, 1], dtype: 'float64' }],
  // F.pad(pattern(1,2,3),(2,3),mode='circular')
  [() => pad(pattern(1, 2, 3), [2, 3], { mode: 'circular' }), { shape: [1, 2, 8], data: [-0.25, 1.5, -2, -0.25, 1.5, -2, -0.25, 1.5, -0.75, 1, -2.5, -0.75, 1, -2.5, -0.75, 1], dtype: 'float64' }],
];

describe('arrange, as PyTorch', () => {
  torchTests(cases);
});

describe('gradients', () => {
  const { gradcheck, gradgradcheck } = autograd;
  const functions: Record<string, (x: Tensor) => Tensor | Tensor[]> = {
    flip: (x) => x.flip([0, 2]),
    roll: (x) => roll(x, [1, -1], [0, 2]),
    repeat: (x) => x.repeat(2, 1, 2, 1),
    tile: (x) => x.tile(2),
    repeatInterleave: (x) => repeatInterleave(x, int([2, 0, 1]), 1),
    'tril and triu': (x) => [x.tril(), x.triu(-1)],
    'pad with a constant': (x) => pad(x, [1, -1, -1, 2], { value: 3 }),
    'pad, reflect': (x) => pad(x, [2, 1], { mode: 'reflect' }),
    'pad, replicate': (x) => pad(x, [2, 3, 1, 1], { mode: 'replicate' }),
    'pad, circular': (x) => pad(x, [2, 3], { mode: 'circular' }),
    meshgrid: (x) => meshgrid([x.select(0, 0).select(0, 0), x.select(0, 1).select(0, 2)]),
  };

  test.each(Object.entries(functions))('%s', (_name, fn) => {
    expect(gradcheck((x) => fn(x!), leaf(2, 3, 4))).toBe(true);
    expect(gradgradcheck((x) => fn(x!.mul(x!)), leaf(2, 3, 3))).toBe(true);
  });
});

test('what nothing was done to has memory of its own', () => {
  const x = zeros([2, 2]);
  for (const copy of [x.repeat(1, 1), roll(x, 0, 0), x.flip([]), pad(x, [0, 0]), pad(x, [0, 0], { mode: 'replicate' })]) copy.fill_(1);
  expect(x.sum().item()).toBe(0);
});

test('triangles drop NaN', () => {
  expect(
    tensor([
      [1, Number.NaN],
      [2, 3],
    ])
      .tril()
      .toArray(),
  ).toEqual([
    [1, 0],
    [2, 3],
  ]);
});

test('errors', () => {
  expect(() => roll(pattern(2, 2), [1, 2], 0)).toThrow(ArgumentError);
  expect(() => pattern(2, 2).repeat(2)).toThrow(ShapeError);
  expect(() => pattern(2).tril()).toThrow(ShapeError);
  expect(() => pad(pattern(2, 2), [1])).toThrow(ShapeError);
  expect(() => pad(pattern(2), [-2, -1])).toThrow(ShapeError);
  expect(() => pad(pattern(1, 3), [3, 0], { mode: 'reflect' })).toThrow(
    /pad: reflect padding of 3 and 0 needs a larger dim than dim 1 of size 3/,
  );
  expect(() => pad(pattern(3), [1, 0], 'reflect')).toThrow(/pad: reflect padding \[1, 0\] of 1 dims needs .* x is \[3\]/);
  expect(() => pad(pattern(1, 3), [1, 0], 'circular', 2)).toThrow('pad: circular padding takes no value, got 2. Leave it out.');
  expect(() => pad(pattern(1, 3), [1, 0], 'mirror' as 'reflect')).toThrow(
    `pad: mode is "mirror", expected 'constant', 'reflect', 'replicate' or 'circular'.`,
  );
  expect(() => repeatInterleave(pattern(3), int([1, 2]), 0)).toThrow(ShapeError);
  expect(() => meshgrid([pattern(2, 2)])).toThrow(ShapeError);
});
