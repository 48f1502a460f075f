import { ArgumentError, autograd, cat, chunk, ShapeError, split, stack, tensor, unbind, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';

// Made by torch 2.15 from the expression in each comment; T is torch.tensor, I an int64 tensor.
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // torch.cat([pattern(2,3),pattern(1,3)])
  [() => cat([pattern(2, 3), pattern(1, 3)]), { shape: [3, 3], data: [-2, -0.25, 1.5, -2.5, -0.75, 1, -2, -0.25, 1.5], dtype: 'float64' }],
  // torch.cat([pattern(2,3),pattern(3,2).t(),torch.zeros(2,0)],-1)
  [() => cat([pattern(2, 3), pattern(3, 2).t(), zeros([2, 0])], -1), { shape: [2, 6], data: [-2, -0.25, 1.5, -2, 1.5, -0.75, -2.5, -0.75, 1, -0.25, -2.5, 1], dtype: 'float64' }],
  // torch.cat([T([]),I([1,2]),T([1.5])])
  [() => cat([tensor([]), int([1, 2]), tensor([1.5])]), { shape: [3], data: [1, 2, 1.5], dtype: 'float32' }],
  // torch.stack([pattern(2,3),-pattern(2,3)],1)
  [() => stack([pattern(2, 3), pattern(2, 3).neg()], 1), { shape: [2, 2, 3], data: [-2, -0.25, 1.5, 2, 0.25, -1.5, -2.5, -0.75, 1, 2.5, 0.75, -1], dtype: 'float64' }],
  // torch.stack([T(1.),T(2.)],-1)
  [() => stack([tensor(1), tensor(2)], -1), { shape: [2], data: [1, 2], dtype: 'float32' }],
  // torch.split(pattern(5,2),2)
  [() => split(pattern(5, 2), 2), [{ shape: [2, 2], data: [-2, -0.25, 1.5, -2.5], dtype: 'float64' }, { shape: [2, 2], data: [-0.75, 1, 2.75, -1.25], dtype: 'float64' }, { shape: [1, 2], data: [0.5, 2.25], dtype: 'float64' }]],
  // torch.split(pattern(2,5),[1,0,4],1)
  [() => split(pattern(2, 5), [1, 0, 4], 1), [{ shape: [2, 1], data: [-2, 1], dtype: 'float64' }, { shape: [2, 0], data: [], dtype: 'float64' }, { shape: [2, 4], data: [-0.25, 1.5, -2.5, -0.75, 2.75, -1.25, 0.5, 2.25], dtype: 'float64' }]],
  // torch.chunk(pattern(7),3)
  [() => chunk(pattern(7), 3), [{ shape: [3], data: [-2, -0.25, 1.5], dtype: 'float64' }, { shape: [3], data: [-2.5, -0.75, 1], dtype: 'float64' }, { shape: [1], data: [2.75], dtype: 'float64' }]],
  // torch.chunk(pattern(5),4)
  [() => chunk(pattern(5), 4), [{ shape: [2], data: [-2, -0.25], dtype: 'float64' }, { shape: [2], data: [1.5, -2.5], dtype: 'float64' }, { shape: [1], data: [-0.75], dtype: 'float64' }]],
  // torch.chunk(torch.zeros(0,2),2)
  [() => chunk(zeros([0, 2]), 2), [{ shape: [0, 2], data: [], dtype: 'float32' }, { shape: [0, 2], data: [], dtype: 'float32' }]],
  // torch.unbind(pattern(2,3),1)
  [() => unbind(pattern(2, 3), 1), [{ shape: [2], data: [-2, -2.5], dtype: 'float64' }, { shape: [2], data: [-0.25, -0.75], dtype: 'float64' }, { shape: [2], data: [1.5, 1], dtype: 'float64' }]],
];

describe('join, as PyTorch', () => {
  torchTests(cases);
});

describe('gradients', () => {
  const { gradcheck, gradgradcheck } = autograd;

  test('of cat and stack', () => {
    expect(gradcheck((a, b) => [cat([a!, b!.t(), a!], 1), stack([a!, a!], -1)], [leaf(2, 3), leaf(1, 2)])).toBe(true);
    expect(gradgradcheck((a, b) => cat([a!.mul(b!), b!], 0), [leaf(2, 3), leaf(1, 3)])).toBe(true);
    expect(gradcheck((a) => cat([tensor([]), a!]), leaf(2))).toBe(true);
  });

  test('of split, chunk and unbind', () => {
    expect(gradcheck((a) => [...split(a!, [1, 3], 1), ...chunk(a!, 2, 0), ...unbind(a!, 1)], leaf(3, 4))).toBe(true);
    expect(gradgradcheck((a) => split(a!.mul(a!), 2, 1), leaf(2, 3))).toBe(true);
  });

  test('of a mix of dtypes comes back in each one', () => {
    const a = tensor([1], { requiresGrad: true });
    const b = tensor([2], { dtype: 'float64', requiresGrad: true });
    cat([a, b]).sum().backward();
    expect([a.grad!.dtype, b.grad!.dtype]).toEqual(['float32', 'float64']);
  });
});

test('parts are views', () => {
  const x = zeros([4, 2]);
  split(x, 2)[1]!.fill_(7);
  unbind(x, 1)[0]!.add_(1);
  expect(x.toArray()).toEqual([
    [1, 0],
    [1, 0],
    [8, 7],
    [8, 7],
  ]);
});

test('errors', () => {
  expect(() => cat([])).toThrow(ArgumentError);
  expect(() => cat([pattern(2, 3), pattern(2, 4)])).toThrow(
    new ShapeError('cat: sizes may differ in dim 0 only, got [2, 3] and [2, 4] (tensor 1).'),
  );
  expect(() => cat([tensor(1), tensor(2)])).toThrow(ShapeError);
  expect(() => stack([pattern(2), pattern(3)])).toThrow(ShapeError);
  expect(() => split(pattern(5), [2, 2])).toThrow(ArgumentError);
  expect(() => split(pattern(5), 0)).toThrow(ArgumentError);
  expect(() => chunk(pattern(5), 0)).toThrow(ArgumentError);
  expect(() => unbind(tensor(1))).toThrow(ShapeError);
});
