import { ArgumentError, autograd, DTypeError, IndexError, nn, ShapeError, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int } from '../../../test/helpers/tensors.js';

const F = nn.functional;

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
    wrong(() => F.oneHot(int([])), ArgumentError, 'oneHot: the number of classes cannot be told from labels of shape [0]');
    wrong(() => F.oneHot(int([0]), 0), ArgumentError, 'oneHot: numClasses is 0');
    wrong(() => F.oneHot(tensor([true])), DTypeError, 'oneHot: input is bool');
  });
});
