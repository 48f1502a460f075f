import { ArgumentError, DTypeError, nn, noGrad, ShapeError, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { leaf, pattern } from '../../../test/helpers/tensors.js';

const F = nn.functional;

describe('gradients, both times', () => {
  test('maxPool2d with indices, both outputs kept', () => {
    const x = leaf(1, 1, 4, 4);
    const [y, indices] = F.maxPool2d(x, 2, { returnIndices: true });
    y.sum().backward();
    expect(x.grad!.flatten().take(indices.flatten()).toArray()).toEqual([1, 1, 1, 1]);
  });
});

test('strided inputs are read in their own order', () => {
  const x = pattern(1, 2, 6, 4).transpose(2, 3);
  expect(F.maxPool2d(x, 2).toArray()).toEqual(F.maxPool2d(x.contiguous(), 2).toArray());
  expect(noGrad(() => F.avgPool2d(x, 2)).toArray()).toEqual(F.avgPool2d(x.contiguous(), 2).toArray());
});

test('errors', () => {
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };
  const x = zeros([1, 3, 5, 5]);
  wrong(() => F.maxPool2d(zeros([5, 5]), 2), ShapeError, 'maxPool2d: x is [5, 5], expected [N, C, H, W], or [C, H, W] for one image.');
  wrong(() => F.maxPool2d(x, 3, { padding: 2 }), ArgumentError, 'maxPool2d: padding 2 is more than half of kernelSize 3.');
  wrong(
    () => F.avgPool2d(zeros([1, 3, 2, 5]), 3),
    ShapeError,
    'avgPool2d: windows of [3, 3] do not fit an image of [2, 5] (x [1, 3, 2, 5]): the result would be [0, 1].',
  );
  wrong(() => F.avgPool2d(x, 2, { divisorOverride: 0 }), ArgumentError, 'avgPool2d: divisorOverride is 0');
  wrong(() => F.maxPool2d(x, 0), ArgumentError, 'maxPool2d: kernelSize is 0, expected a whole number of at least 1');
  wrong(() => F.maxPool2d(zeros([1, 3, 5, 5], { dtype: 'int64' }), 2), DTypeError, 'expected float32 or float64');
  wrong(() => F.adaptiveAvgPool2d(zeros([5, 5]), 2), ShapeError, 'adaptiveAvgPool2d: x is [5, 5]');
});
