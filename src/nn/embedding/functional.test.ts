import { ArgumentError, autograd, DTypeError, IndexError, nn, ShapeError, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';
import { withGrads } from '../../../test/helpers/torch-grad.js';

const F = nn.functional;
const { gradcheck, gradgradcheck } = autograd;

// Made by torch 2.15 from the expression in each comment; D and I are torch.tensor in float64 and int64, and with_grads gives the result of a
// function and the gradients of its inputs, that of the result being pattern(*shape).
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // with_grads(lambda w: F.embedding(I([[1, 3, 0], [3, 3, 1]]), w), pattern(4, 2))
  [() => withGrads((w) => F.embedding(int([[1, 3, 0], [3, 3, 1]]), w!), pattern(4, 2)), [{ shape: [2, 3, 2], data: [1.5, -2.5, 2.75, -1.25, -2, -0.25, 2.75, -1.25, 2.75, -1.25, 1.5, -2.5], dtype: 'float64' }, { shape: [4, 2], data: [-0.75, 1, -3.75, -0.25, 0, 0, 4.75, -1.5], dtype: 'float64' }]],
  // with_grads(lambda w: F.embedding(I([[1, 3, 0], [3, 3, 1]]), w, padding_idx=1), pattern(4, 2))
  [() => withGrads((w) => F.embedding(int([[1, 3, 0], [3, 3, 1]]), w!, { paddingIdx: 1 }), pattern(4, 2)), [{ shape: [2, 3, 2], data: [1.5, -2.5, 2.75, -1.25, -2, -0.25, 2.75, -1.25, 2.75, -1.25, 1.5, -2.5], dtype: 'float64' }, { shape: [4, 2], data: [-0.75, 1, 0, 0, 0, 0, 4.75, -1.5], dtype: 'float64' }]],
  // with_grads(lambda w: F.embedding(I([[1, 3, 0], [3, 3, 1]]), w, padding_idx=-1), pattern(4, 2))
  [() => withGrads((w) => F.embedding(int([[1, 3, 0], [3, 3, 1]]), w!, { paddingIdx: -1 }), pattern(4, 2)), [{ shape: [2, 3, 2], data: [1.5, -2.5, 2.75, -1.25, -2, -0.25, 2.75, -1.25, 2.75, -1.25, 1.5, -2.5], dtype: 'float64' }, { shape: [4, 2], data: [-0.75, 1, -3.75, -0.25, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda w: F.embedding(I(2), w), pattern(4, 3))
  [() => withGrads((w) => F.embedding(tensor(2, { dtype: 'int64' }), w!), pattern(4, 3)), [{ shape: [3], data: [2.75, -1.25, 0.5], dtype: 'float64' }, { shape: [4, 3], data: [0, 0, 0, 0, 0, 0, -2, -0.25, 1.5, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda w: F.embedding(I([]), w), pattern(4, 3))
  [() => withGrads((w) => F.embedding(int([]), w!), pattern(4, 3)), [{ shape: [0, 3], data: [], dtype: 'float64' }, { shape: [4, 3], data: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda w: F.embedding(I([1, 0]).int(), w), pattern(3, 2).t())
  [() => withGrads((w) => F.embedding(int([1, 0]).int(), w!), pattern(3, 2).t()), [{ shape: [2, 3], data: [-0.25, -2.5, 1, -2, 1.5, -0.75], dtype: 'float64' }, { shape: [2, 3], data: [-2.5, -0.75, 1, -2, -0.25, 1.5], dtype: 'float64' }]],
  // F.one_hot(I([2, 0, 1]))
  [() => F.oneHot(int([2, 0, 1])), { shape: [3, 3], data: [0, 0, 1, 1, 0, 0, 0, 1, 0], dtype: 'int64' }],
  // F.one_hot(I([[2], [0]]), 4)
  [() => F.oneHot(int([[2], [0]]), 4), { shape: [2, 1, 4], data: [0, 0, 1, 0, 1, 0, 0, 0], dtype: 'int64' }],
  // F.one_hot(I(1))
  [() => F.oneHot(tensor(1, { dtype: 'int64' })), { shape: [2], data: [0, 1], dtype: 'int64' }],
  // F.one_hot(I([]), 3)
  [() => F.oneHot(int([]), 3), { shape: [0, 3], data: [], dtype: 'int64' }],
];

torchTests(cases);

test('gradients, both times', () => {
  expect(
    gradcheck(
      (w) =>
        F.embedding(
          int([
            [0, 2, 2],
            [1, 0, 2],
          ]),
          w!,
        ),
      leaf(3, 2),
    ),
  ).toBe(true);
  expect(gradgradcheck((w) => F.embedding(int([0, 2, 2]), w!.mul(w!)), leaf(3, 2))).toBe(true);
});

test('the padding row gets no gradient, recorded or not', () => {
  const w = tensor(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    { dtype: 'float64', requiresGrad: true },
  );
  const y = () =>
    F.embedding(int([0, 2, 2]), w, { paddingIdx: 2 })
      .square()
      .sum();
  const want = [
    [2, 4],
    [0, 0],
    [0, 0],
  ];
  expect(autograd.grad(y(), w)[0]!.toArray()).toEqual(want);
  expect(autograd.grad(y(), w, { createGraph: true })[0]!.toArray()).toEqual(want);
});

describe('errors', () => {
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };
  const w = zeros([3, 2]);

  test('embedding', () => {
    wrong(
      () => F.embedding(int([0, 3]), w),
      IndexError,
      'embedding: index 3 is outside 0 to 2 (weight [3, 2]). Make the table as long as there are different indices.',
    );
    wrong(() => F.embedding(int([-1]), w), IndexError, 'embedding: index -1 is outside 0 to 2');
    wrong(() => F.embedding(zeros([1]), w), DTypeError, 'embedding: input is float32, expected int64 or int32 indices. Use input.long().');
    wrong(
      () => F.embedding(int([0]), w, { paddingIdx: 3 }),
      IndexError,
      'embedding: paddingIdx is 3, expected a whole number from -3 to 2 (weight [3, 2]).',
    );
    const limit = (maxNorm: unknown) => () => F.embedding(int([0]), w, { maxNorm: maxNorm as number });
    wrong(limit('2'), ArgumentError, 'embedding: maxNorm is "2", expected a number, or null for none.');
    wrong(limit(Number.NaN), ArgumentError, 'embedding: maxNorm is NaN, expected a number, or null for none.');
    wrong(() => F.embedding(int([0]), zeros([3])), ShapeError, 'embedding: weight is [3], expected [count, width].');
  });

  test('oneHot', () => {
    wrong(() => F.oneHot(int([-1])), IndexError, 'oneHot: label -1 is negative');
    wrong(() => F.oneHot(int([3]), 2), IndexError, 'oneHot: label 3 is outside 0 to 1. Raise numClasses (2).');
    wrong(() => F.oneHot(int([])), ArgumentError, 'oneHot: numClasses cannot be taken from labels of shape [0]');
    wrong(() => F.oneHot(int([0]), 0), ArgumentError, 'oneHot: numClasses is 0');
    wrong(() => F.oneHot(tensor([true])), DTypeError, 'oneHot: input is bool');
  });
});
