import { ArgumentError, autograd, DTypeError, nn, noGrad, ShapeError, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';
import { double, withGrads } from '../../../test/helpers/torch-grad.js';

const F = nn.functional;
const { gradcheck, gradgradcheck } = autograd;

// Made by torch 2.15 from the expression in each comment; D and I are torch.tensor in float64 and int64, and with_grads gives the result of a
// function and the gradients of its inputs, that of the result being pattern(*shape).
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // with_grads(lambda x: F.max_pool2d(x, 2), pattern(1, 2, 4, 5))
  [() => withGrads((x) => F.maxPool2d(x!, 2), pattern(1, 2, 4, 5)), [{ shape: [1, 2, 2, 2], data: [2.75, 1.5, 1.25, 1.75, 1.5, 2, 1.75, 2.25], dtype: 'float64' }, { shape: [1, 2, 4, 5], data: [0, 0, -0.25, 0, 0, 0, -2, 0, 0, 0, 0, 0, -2.5, 0, 0, 1.5, 0, 0, 0, 0, 0, 0, 1, 0, 0, -0.75, 0, 0, 0, 0, 0, 0, -1.25, 0, 0, 2.75, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.max_pool2d(x, 3, 2), pattern(1, 1, 5, 6))
  [() => withGrads((x) => F.maxPool2d(x!, 3, 2), pattern(1, 1, 5, 6)), [{ shape: [1, 1, 2, 2], data: [2.75, 2.25, 2.5, 2], dtype: 'float64' }, { shape: [1, 1, 5, 6], data: [0, 0, 0, 0, 0, 0, -2, 0, 0, -0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1.5, 0, 0, -2.5, 0, 0, 0, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.max_pool2d(x, (3, 2), stride=2, padding=1), pattern(1, 1, 5, 6))
  [() => withGrads((x) => F.maxPool2d(x!, [3, 2], { stride: 2, padding: 1 }), pattern(1, 1, 5, 6)), [{ shape: [1, 1, 3, 4], data: [2.75, 1.5, 2.25, 1, 2.75, 2.5, 2.25, 0, 0.75, 2.5, 2, 2.75], dtype: 'float64' }, { shape: [1, 1, 5, 6], data: [0, 0, -0.25, 0, 0, -2.5, -2.75, 0, 0, 4.25, 0, -1.25, 0, 0, 0, 0, 0, 0, 0.5, 3.25, 0, 0, -1.75, 0, 0, 0, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.max_pool2d(x, 2, stride=2, ceil_mode=True), pattern(1, 1, 5, 7))
  [() => withGrads((x) => F.maxPool2d(x!, 2, { stride: 2, ceilMode: true }), pattern(1, 1, 5, 7)), [{ shape: [1, 1, 3, 4], data: [0.5, 2.25, 1.75, 2.75, 2, -0.25, 2.5, -0.75, 2.75, 0.5, 2.25, 0], dtype: 'float64' }, { shape: [1, 1, 5, 7], data: [0, 0, 0, 0, 0, 0, -2.5, 0, -2, -0.25, 0, 0, 1.5, 0, 0, 0, 0, 0, 0, 2.75, 0, 0, -0.75, 0, 1, 0, 0, -1.25, 0, 0.5, 0, 2.25, -1.75, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.max_pool2d(x, 2, stride=3, padding=1, ceil_mode=True), pattern(1, 1, 5, 7))
  [() => withGrads((x) => F.maxPool2d(x!, 2, { stride: 3, padding: 1, ceilMode: true }), pattern(1, 1, 5, 7)), [{ shape: [1, 1, 2, 3], data: [-2, 1.5, 2.75, 0.25, -0.25, 2.5], dtype: 'float64' }, { shape: [1, 1, 5, 7], data: [-2, 0, -0.25, 0, 0, 0, 1.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, -2.5, 0, 0, -0.75, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.max_pool2d(x, 2, stride=1, dilation=(2, 3)), pattern(2, 4, 5))
  [() => withGrads((x) => F.maxPool2d(x!, 2, { stride: 1, dilation: [2, 3] }), pattern(2, 4, 5)), [{ shape: [2, 2, 2], data: [-1.75, 0, 1.25, 2.75, -1.25, 0.5, 1.75, 2.75], dtype: 'float64' }, { shape: [2, 4, 5], data: [0, 0, 0, 0, 0, 0, -2.5, 0, 0, 0, -2, -0.25, 0, 0, 0, 1.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1.25, -0.75, 1, 0, 0, 0, 2.75, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.max_pool2d(x, 2, (1, 2)), pattern(2, 3, 5))
  [() => withGrads((x) => F.maxPool2d(x!, 2, [1, 2]), pattern(2, 3, 5)), [{ shape: [2, 2, 2], data: [2.75, 1.5, 2.75, 1.75, 1.25, 2, 1.5, 2], dtype: 'float64' }, { shape: [2, 3, 5], data: [0, 0, -0.25, 0, 0, 0, -0.5, 0, 0, 0, 0, 0, -2.5, 0, 0, -0.75, 0, 0, 0, 0, 0, 0, -0.25, 0, 0, 2.75, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.max_pool2d(x, 2), pattern(0, 2, 4, 4))
  [() => withGrads((x) => F.maxPool2d(x!, 2), pattern(0, 2, 4, 4)), [{ shape: [0, 2, 2, 2], data: [], dtype: 'float64' }, { shape: [0, 2, 4, 4], data: [], dtype: 'float64' }]],
  // list(F.max_pool2d(pattern(1, 2, 3, 4), 2, stride=1, return_indices=True))
  [() => F.maxPool2d(pattern(1, 2, 3, 4), 2, { stride: 1, returnIndices: true }), [{ shape: [1, 2, 2, 3], data: [1, 2.75, 2.75, 2.25, 2.75, 2.75, 1.75, 0.75, 2.5, 0.25, 2, 2.5], dtype: 'float64' }, { shape: [1, 2, 2, 3], data: [5, 6, 6, 9, 6, 6, 0, 6, 7, 9, 10, 7], dtype: 'int64' }]],
  // list(F.max_pool2d(pattern(2, 3, 4), 2, return_indices=True))
  [() => F.maxPool2d(pattern(2, 3, 4), 2, { returnIndices: true }), [{ shape: [2, 1, 2], data: [1, 2.75, 1.75, 2.5], dtype: 'float64' }, { shape: [2, 1, 2], data: [5, 6, 0, 7], dtype: 'int64' }]],
  // F.max_pool2d(D([[[1, 1], [1, float('nan')]]]), 2)
  [() => F.maxPool2d(double([[[1, 1], [1, Number.NaN]]]), 2), { shape: [1, 1, 1], data: [Number.NaN], dtype: 'float64' }],
  // with_grads(lambda x: F.avg_pool2d(x, 2), pattern(1, 2, 4, 5))
  [() => withGrads((x) => F.avgPool2d(x!, 2), pattern(1, 2, 4, 5)), [{ shape: [1, 2, 2, 2], data: [0.375, -0.4375, -0.8125, -0.1875, -0.5625, 0.0625, -0.3125, 0.3125], dtype: 'float64' }, { shape: [1, 2, 4, 5], data: [-0.5, -0.5, -0.0625, -0.0625, 0, -0.5, -0.5, -0.0625, -0.0625, 0, 0.375, 0.375, -0.625, -0.625, 0, 0.375, 0.375, -0.625, -0.625, 0, -0.1875, -0.1875, 0.25, 0.25, 0, -0.1875, -0.1875, 0.25, 0.25, 0, 0.6875, 0.6875, -0.3125, -0.3125, 0, 0.6875, 0.6875, -0.3125, -0.3125, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.avg_pool2d(x, 3, 2), pattern(1, 1, 5, 6))
  [() => withGrads((x) => F.avgPool2d(x!, 3, 2), pattern(1, 1, 5, 6)), [{ shape: [1, 1, 2, 2], data: [0.027777778, -0.30555556, -0.055555556, -0.38888889], dtype: 'float64' }, { shape: [1, 1, 5, 6], data: [-0.22222222, -0.22222222, -0.25, -0.027777778, -0.027777778, 0, -0.22222222, -0.22222222, -0.25, -0.027777778, -0.027777778, 0, -0.055555556, -0.055555556, -0.36111111, -0.30555556, -0.30555556, 0, 0.16666667, 0.16666667, -0.11111111, -0.27777778, -0.27777778, 0, 0.16666667, 0.16666667, -0.11111111, -0.27777778, -0.27777778, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.avg_pool2d(x, 3, stride=2, padding=1), pattern(1, 1, 5, 6))
  [() => withGrads((x) => F.avgPool2d(x!, 3, { stride: 2, padding: 1 }), pattern(1, 1, 5, 6)), [{ shape: [1, 1, 3, 3], data: [-0.083333333, 0.027777778, -0.19444444, 0.47222222, 0.13888889, -0.19444444, 0.5, -0.055555556, 0.36111111], dtype: 'float64' }, { shape: [1, 1, 5, 6], data: [-0.22222222, -0.25, -0.027777778, 0.13888889, 0.16666667, 0.16666667, -0.5, -0.61111111, -0.11111111, 0.16666667, 0.27777778, 0.27777778, -0.27777778, -0.36111111, -0.083333333, 0.027777778, 0.11111111, 0.11111111, 0.027777778, -0.19444444, -0.22222222, -0.055555556, 0.16666667, 0.16666667, 0.30555556, 0.16666667, -0.13888889, -0.083333333, 0.055555556, 0.055555556], dtype: 'float64' }]],
  // with_grads(lambda x: F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False), pattern(1, 1, 5, 6))
  [() => withGrads((x) => F.avgPool2d(x!, 3, { stride: 2, padding: 1, countIncludePad: false }), pattern(1, 1, 5, 6)), [{ shape: [1, 1, 3, 3], data: [-0.1875, 0.041666667, -0.29166667, 0.70833333, 0.13888889, -0.19444444, 1.125, -0.083333333, 0.54166667], dtype: 'float64' }, { shape: [1, 1, 5, 6], data: [-0.5, -0.54166667, -0.041666667, 0.20833333, 0.25, 0.25, -0.91666667, -1.0416667, -0.125, 0.23611111, 0.36111111, 0.36111111, -0.41666667, -0.5, -0.083333333, 0.027777778, 0.11111111, 0.11111111, 0.27083333, -0.020833333, -0.29166667, -0.097222222, 0.19444444, 0.19444444, 0.6875, 0.47916667, -0.20833333, -0.125, 0.083333333, 0.083333333], dtype: 'float64' }]],
  // with_grads(lambda x: F.avg_pool2d(x, (3, 2), stride=2, padding=(1, 0), ceil_mode=True), pattern(2, 4, 5))
  [() => withGrads((x) => F.avgPool2d(x!, [3, 2], { stride: 2, padding: [1, 0], ceilMode: true }), pattern(2, 4, 5)), [{ shape: [2, 3, 3], data: [0.25, -0.29166667, 0.5, 0.083333333, -0.25, 1.4166667, -0.375, -0.0625, 1.25, -0.375, 0.041666667, 0.83333333, -0.375, 0.25, 0, -0.125, 0.1875, -1.375], dtype: 'float64' }, { shape: [2, 4, 5], data: [-0.33333333, -0.33333333, -0.041666667, -0.041666667, 0.5, -0.75, -0.75, -0.16666667, -0.16666667, 0.83333333, -0.41666667, -0.41666667, -0.125, -0.125, 0.33333333, 0.27083333, 0.27083333, -0.4375, -0.4375, 0.58333333, 0.375, 0.375, -0.29166667, -0.29166667, 0, 0.66666667, 0.66666667, -0.66666667, -0.66666667, -0.16666667, 0.29166667, 0.29166667, -0.375, -0.375, -0.16666667, 0.60416667, 0.60416667, -1.0625, -1.0625, -0.66666667], dtype: 'float64' }]],
  // with_grads(lambda x: F.avg_pool2d(x, 3, stride=2, ceil_mode=True, divisor_override=3), pattern(1, 1, 4, 6))
  [() => withGrads((x) => F.avgPool2d(x!, 3, { stride: 2, ceilMode: true, divisorOverride: 3 }), pattern(1, 1, 4, 6)), [{ shape: [1, 1, 2, 3], data: [0.083333333, -0.91666667, -1.75, 0.25, -0.41666667, -1.25], dtype: 'float64' }, { shape: [1, 1, 4, 6], data: [-0.66666667, -0.66666667, -0.75, -0.083333333, 0.41666667, 0.5, -0.66666667, -0.66666667, -0.75, -0.083333333, 0.41666667, 0.5, -1.5, -1.5, -1.8333333, -0.33333333, 0.5, 0.83333333, -0.83333333, -0.83333333, -1.0833333, -0.25, 0.083333333, 0.33333333], dtype: 'float64' }]],
  // with_grads(lambda x: F.avg_pool2d(x, 2), pattern(0, 2, 4, 4))
  [() => withGrads((x) => F.avgPool2d(x!, 2), pattern(0, 2, 4, 4)), [{ shape: [0, 2, 2, 2], data: [], dtype: 'float64' }, { shape: [0, 2, 4, 4], data: [], dtype: 'float64' }]],
  // with_grads(lambda x: F.adaptive_avg_pool2d(x, 1), pattern(2, 3, 4))
  [() => withGrads((x) => F.adaptiveAvgPool2d(x!, 1), pattern(2, 3, 4)), [{ shape: [2, 1, 1], data: [-0.041666667, -0.125], dtype: 'float64' }, { shape: [2, 3, 4], data: [-0.16666667, -0.16666667, -0.16666667, -0.16666667, -0.16666667, -0.16666667, -0.16666667, -0.16666667, -0.16666667, -0.16666667, -0.16666667, -0.16666667, -0.020833333, -0.020833333, -0.020833333, -0.020833333, -0.020833333, -0.020833333, -0.020833333, -0.020833333, -0.020833333, -0.020833333, -0.020833333, -0.020833333], dtype: 'float64' }]],
  // with_grads(lambda x: F.adaptive_avg_pool2d(x, (2, 4)), pattern(1, 2, 4, 4))
  [() => withGrads((x) => F.adaptiveAvgPool2d(x!, [2, 4]), pattern(1, 2, 4, 4)), [{ shape: [1, 2, 2, 4], data: [-1.375, 0.375, 2.125, -1.875, 1.125, 0, -1.125, 0.625, -2.125, -0.375, 1.375, 0.25, 0.375, 2.125, -1.875, -0.125], dtype: 'float64' }, { shape: [1, 2, 4, 4], data: [-1, -0.125, 0.75, -1.25, -1, -0.125, 0.75, -1.25, -0.375, 0.5, 1.375, -0.625, -0.375, 0.5, 1.375, -0.625, 0.25, 1.125, -0.875, 0, 0.25, 1.125, -0.875, 0, 0.875, -1.125, -0.25, 0.625, 0.875, -1.125, -0.25, 0.625], dtype: 'float64' }]],
  // with_grads(lambda x: F.adaptive_avg_pool2d(x, (2, 3)), pattern(1, 1, 5, 4))
  [() => withGrads((x) => F.adaptiveAvgPool2d(x!, [2, 3]), pattern(1, 1, 5, 4)), [{ shape: [1, 1, 2, 3], data: [0.125, 0.91666667, -0.20833333, -0.25, -0.41666667, 0.375], dtype: 'float64' }, { shape: [1, 1, 5, 4], data: [-0.33333333, -0.375, 0.20833333, 0.25, -0.33333333, -0.375, 0.20833333, 0.25, -0.75, -0.91666667, 0.25, 0.41666667, -0.41666667, -0.54166667, 0.041666667, 0.16666667, -0.41666667, -0.54166667, 0.041666667, 0.16666667], dtype: 'float64' }]],
  // with_grads(lambda x: F.adaptive_avg_pool2d(x, (None, 2)), pattern(1, 1, 2, 5))
  [() => withGrads((x) => F.adaptiveAvgPool2d(x!, [null, 2]), pattern(1, 1, 2, 5)), [{ shape: [1, 1, 2, 2], data: [-0.25, -0.58333333, 0.83333333, 0.5], dtype: 'float64' }, { shape: [1, 1, 2, 5], data: [-0.66666667, -0.66666667, -0.75, -0.083333333, -0.083333333, 0.5, 0.5, -0.33333333, -0.83333333, -0.83333333], dtype: 'float64' }]],
  // with_grads(lambda x: F.adaptive_avg_pool2d(x, 4), pattern(1, 1, 3, 3))
  [() => withGrads((x) => F.adaptiveAvgPool2d(x!, 4), pattern(1, 1, 3, 3)), [{ shape: [1, 1, 4, 4], data: [-2, -1.125, 0.625, 1.5, -2.25, -1.375, 0.375, 1.25, 0.125, -0.4375, -0.125, 0.75, 2.75, 0.75, -0.375, 0.5], dtype: 'float64' }, { shape: [1, 1, 3, 3], data: [-2.25, 1.5625, -1.6875, 0.6875, 1.0625, -0.375, 1.4375, -1.25, 0.5625], dtype: 'float64' }]],
];

torchTests(cases);

describe('gradients, both times', () => {
  const pools: Record<string, Parameters<typeof F.maxPool2d>[2]> = {
    plain: null,
    'stride 1': 1,
    'padding and ceil': { stride: [2, 3], padding: 1, ceilMode: true },
  };

  test.each(Object.entries(pools))('maxPool2d, %s', (_name, options) => {
    expect(gradcheck((x) => F.maxPool2d(x!, [2, 3], options), leaf(2, 2, 4, 5))).toBe(true);
    expect(gradgradcheck((x) => F.maxPool2d(x!.mul(x!), [2, 3], options), leaf(1, 2, 4, 5))).toBe(true);
  });

  test('maxPool2d with dilation, and of one image', () => {
    expect(gradcheck((x) => F.maxPool2d(x!, 2, { stride: 1, dilation: 2 }), leaf(2, 4, 5))).toBe(true);
  });

  test('maxPool2d with indices, both outputs kept', () => {
    const x = leaf(1, 1, 4, 4);
    const [y, indices] = F.maxPool2d(x, 2, { returnIndices: true });
    y.sum().backward();
    expect(x.grad!.flatten().take(indices.flatten()).toArray()).toEqual([1, 1, 1, 1]);
  });

  test.each([
    null,
    { stride: 1 },
    { stride: [2, 1], padding: 1, ceilMode: true },
    { padding: 1, countIncludePad: false },
    { divisorOverride: 5 },
  ] as const)('avgPool2d, %j', (options) => {
    expect(gradcheck((x) => F.avgPool2d(x!, [2, 3], options), leaf(2, 1, 4, 5))).toBe(true);
    expect(gradgradcheck((x) => F.avgPool2d(x!.mul(x!), [2, 3], options), leaf(2, 4, 5))).toBe(true);
  });

  test('adaptiveAvgPool2d', () => {
    expect(gradcheck((x) => F.adaptiveAvgPool2d(x!, [2, 3]), leaf(2, 3, 4))).toBe(true);
    expect(gradcheck((x) => F.adaptiveAvgPool2d(x!, [2, 2]), leaf(1, 2, 4, 2))).toBe(true);
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
