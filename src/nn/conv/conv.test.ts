import { ArgumentError, autograd, DTypeError, nn, ShapeError, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';
import { withGrads } from '../../../test/helpers/torch-grad.js';

const F = nn.functional;
const { gradcheck, gradgradcheck } = autograd;

// Made by torch 2.15 from the expression in each comment; D and I are torch.tensor in float64 and int64, and with_grads gives the result of a
// function and the gradients of its inputs, that of the result being pattern(*shape).
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // with_grads(lambda x, w, b: F.conv2d(x, w, b), pattern(2, 1, 3, 4), pattern(2, 1, 2, 2), pattern(2))
  [() => withGrads((x, w, b) => F.conv2d(x!, w!, b), pattern(2, 1, 3, 4), pattern(2, 1, 2, 2), pattern(2)), [{ shape: [2, 2, 2, 3], data: [-1.5625, -7.25, 2.875, -5.625, 3.0625, -9.8125, -2.3125, 0.75, 5.25, -0.125, 10.125, -8.375, -6.5625, -0.75, -6.4375, 0.875, -4.8125, 3.875, -10.125, -2.75, 0.3125, -3.625, -0.5625, 9.6875], dtype: 'float64' }, { shape: [2, 1, 3, 4], data: [1.9375, 4.6875, -4.5625, 0.125, 7.875, 3.4375, 2.25, -4.625, 2.4375, -2.5, 5.5625, -2.5, -4.0625, 2.9375, 5.1875, -1.375, 2, 2.125, 3.8125, 1.375, 2.5625, -2.0625, -2.625, 5], dtype: 'float64' }, { shape: [2, 1, 2, 2], data: [17.125, -18.6875, -6.8125, -16.75, -15.625, -14.9375, -14.3125, 12.25], dtype: 'float64' }, { shape: [2], data: [-6.5, 4.5], dtype: 'float64' }]],
  // with_grads(lambda x, w, b: F.conv2d(x, w, b, stride=(2, 1), padding=1), pattern(1, 2, 4, 5), pattern(2, 2, 2, 3), pattern(2))
  [() => withGrads((x, w, b) => F.conv2d(x!, w!, b, { stride: [2, 1], padding: 1 }), pattern(1, 2, 4, 5), pattern(2, 2, 2, 3), pattern(2)), [{ shape: [1, 2, 3, 5], data: [1.875, 0.875, -7.9375, 3.375, 0.75, 2.25, 2.75, -18.25, 6.75, -2.1875, -9.75, 2.0625, -0.0625, -0.75, 2.75, 2, -7.4375, 5.875, 6.25, -2.3125, 4.9375, -15.8125, 7.4375, -0.9375, 1.3125, 6.0625, 5.0625, -8, 1.9375, -10.5], dtype: 'float64' }, { shape: [1, 2, 4, 5], data: [-4.75, -0.5, 11.3125, 7.3125, -9.5625, -1.9375, 7, -4.6875, -3.4375, 1.75, -3.1875, 5.375, -5.8125, -4.0625, 1.5, -7.3125, -2.5625, 8.75, 7.125, -9.9375, 4.75, -4.4375, -4.5625, 6.8125, 4.8125, 2.75, -2, 7.4375, -3.25, -0.1875, 1.5, -3.625, 6.3125, -3.875, -0.4375, 4.0625, -5.125, -5.75, 8, 4.875], dtype: 'float64' }, { shape: [2, 2, 2, 3], data: [-3.125, 8.5625, 0.3125, -10.75, 6.9375, 5.625, 5.6875, -3.125, 7.875, -9.625, 7.5625, 5.5, 8.125, 12.25, -7.625, -2.75, 3.6875, -5.5625, -3.125, -4.75, -5.75, -3, 3.3125, -7.0625], dtype: 'float64' }, { shape: [2], data: [-1.5, 1.25], dtype: 'float64' }]],
  // with_grads(lambda x, w: F.conv2d(x, w, padding='same'), pattern(1, 1, 3, 4), pattern(1, 1, 2, 3))
  [() => withGrads((x, w) => F.conv2d(x!, w!, null, { padding: 'same' }), pattern(1, 1, 3, 4), pattern(1, 1, 2, 3)), [{ shape: [1, 1, 3, 4], data: [1.6875, 10.1875, -9.4375, -8.3125, 3.5625, 0.6875, -8.875, -0.8125, 3.25, -4.1875, -4.0625, 3.5], dtype: 'float64' }, { shape: [1, 1, 3, 4], data: [1, -5.9375, 4.25, 2.875, 0.3125, -12.4375, 8.1875, 7.8125, -6.5625, -4.6875, 5.875, 1.0625], dtype: 'float64' }, { shape: [1, 1, 2, 3], data: [-7.875, 31.625, -7.875, 3.6875, 5.5625, -8], dtype: 'float64' }]],
  // with_grads(lambda x, w: F.conv2d(x, w, padding='same', dilation=(3, 1)), pattern(1, 1, 3, 4), pattern(1, 1, 2, 3))
  [() => withGrads((x, w) => F.conv2d(x!, w!, null, { padding: 'same', dilation: [3, 1] }), pattern(1, 1, 3, 4), pattern(1, 1, 2, 3)), [{ shape: [1, 1, 3, 4], data: [1.875, -4.6875, -4.3125, 4.375, 0.125, 6.3125, -3.625, -2.375, 1.6875, 5.375, -4.5625, -5.1875], dtype: 'float64' }, { shape: [1, 1, 3, 4], data: [-1.8125, -6.875, 3.3125, 4.4375, -4.625, 3.6875, 3.8125, -2.625, 2.125, -5.5625, 4.875, 3.375], dtype: 'float64' }, { shape: [1, 1, 2, 3], data: [-8, 5.5625, 3.6875, 7.625, -4.1875, -4.0625], dtype: 'float64' }]],
  // with_grads(lambda x, w: F.conv2d(x, w, padding='valid'), pattern(1, 1, 3, 2), pattern(1, 1, 2, 1))
  [() => withGrads((x, w) => F.conv2d(x!, w!, null, { padding: 'valid' }), pattern(1, 1, 3, 2), pattern(1, 1, 2, 1)), [{ shape: [1, 1, 2, 2], data: [3.625, 1.125, -2.8125, 4.75], dtype: 'float64' }, { shape: [1, 1, 3, 2], data: [4, 0.5, -2.5, 5.0625, -0.375, 0.625], dtype: 'float64' }, { shape: [1, 1, 2, 1], data: [12.5625, -6], dtype: 'float64' }]],
  // with_grads(lambda x, w: F.conv2d(x, w, groups=2, dilation=(1, 2), padding=(0, 2), stride=(1, 3)), pattern(2, 4, 3, 3), pattern(6, 2, 2, 2))
  [() => withGrads((x, w) => F.conv2d(x!, w!, null, { groups: 2, dilation: [1, 2], padding: [0, 2], stride: [1, 3] }), pattern(2, 4, 3, 3), pattern(6, 2, 2, 2)), [{ shape: [2, 6, 2, 2], data: [6.8125, -5.5, -6.0625, -6.25, -7.375, -0.75, -8, -0.75, -7.1875, -1.75, 7.3125, -1, -1.75, -5.25, -3.75, -3.75, 2.9375, 4, 4.5625, 3.375, -1, 1.75, -1.5, 1.875, 7.5625, -5.875, -5.3125, 9.1875, -7.6875, -0.75, -8.3125, -3.625, -7.125, -1.375, 7.375, 10.875, -2.75, -4.5, -4.75, -3, 3.75, 3.6875, 5.375, 3.0625, -1.25, 1.8125, -1.75, 1.9375], dtype: 'float64' }, { shape: [2, 4, 3, 3], data: [-1.6875, -5.1875, 0, 13.8125, 3.9375, 0, -8.125, -1.5625, 0, -0.1875, -1.4375, 0, -4.5625, 3, 0, 5.0625, -6.25, 0, 6.3125, -1.9375, 0, -4.4375, 13.5625, 0, -1.3125, -8.125, 0, 3.1875, 0.0625, 0, 11.0625, -3.8125, 0, -2.8125, 5.5625, 0, 0.0625, 3.1875, 0, 4.0625, -6.9375, 0, 6.25, -0.6875, 0, -1.9375, 6.3125, 0, -2.625, -1.9375, 0, 1.5625, 1.1875, 0, -1.4375, -0.1875, 0, -4.4375, 3.8125, 0, 6.4375, 6.25, 0, -5.1875, -1.6875, 0, -0.25, -1.875, 0, -5.75, 2.0625, 0], dtype: 'float64' }, { shape: [6, 2, 2, 2], data: [1.9375, 7.6875, 2.9375, 3.5625, 4.9375, -6.125, 1.625, -4.5, -1.1875, -4.1875, -2.6875, 3.5625, -5.6875, 3.25, -4.3125, 2.375, -1.4375, -1.6875, -2.5625, -12.25, -4.8125, 2.5625, 4.125, 2.0625, -9.0625, 0.0625, -6.9375, -0.0625, -2.6875, -0.3125, -0.5625, -0.4375, 1.5625, -2.375, 1.1875, -2.125, 0.4375, -1.625, 0.0625, -1.375, 0.6875, -0.5, 0.6875, 0.125, 0.6875, 1.375, 0.6875, 2], dtype: 'float64' }]],
  // with_grads(lambda x, w: F.conv2d(x, w, groups=3, stride=3), pattern(3, 4, 5), pattern(3, 1, 2, 2))
  [() => withGrads((x, w) => F.conv2d(x!, w!, null, { groups: 3, stride: 3 }), pattern(3, 4, 5), pattern(3, 1, 2, 2)), [{ shape: [3, 1, 2], data: [-1.3125, 0.3125, 8.625, 0.5625, -2.3125, -2.8125], dtype: 'float64' }, { shape: [3, 4, 5], data: [4, 0.5, 0, 0.5, 0.0625, -3, 5, 0, -0.375, 0.625, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1.125, 1.5, 0, 1.875, -2.5, 4.125, -1.875, 0, -6.875, 3.125, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.375, -1.6875, 0, 0.5, 2.25, 1.3125, 0, 0, -1.75, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], dtype: 'float64' }, { shape: [3, 1, 2, 2], data: [4.625, 0.6875, -2.125, -6.0625, 2.75, 1, -0.25, -10.625, -0.75, -0.3125, 0, -1], dtype: 'float64' }]],
  // with_grads(lambda x, w: F.conv2d(x, w), pattern(5, 4, 2, 1).permute(3, 2, 1, 0), pattern(2, 3, 2, 2).transpose(0, 1))
  [() => withGrads((x, w) => F.conv2d(x!, w!), pattern(5, 4, 2, 1).permute(3, 2, 1, 0), pattern(2, 3, 2, 2).transpose(0, 1)), [{ shape: [1, 3, 3, 4], data: [6.25, 4.5, 5.625, 5.3125, -15.75, 5.5, 3.75, 4.875, 15.4375, -16.5, 4.75, -4.1875, 4.875, -7.8125, 8.25, -3, -5.125, 5.1875, -7.5, 8.5625, 12.1875, -4.8125, 5.5, -21.5625, -6.5625, -11.5, 5.125, 1.625, 8.375, -6.625, -11.5625, 5.0625, -8.3125, 8.3125, -6.6875, -0.125], dtype: 'float64' }, { shape: [1, 2, 4, 5], data: [2.5625, 4.625, -2.6875, -2.8125, 0.1875, 6.3125, -6.5625, 6.9375, -4, 8.625, -9.1875, -2.875, 4.875, 1.125, 1.9375, -7.3125, 7.75, -3.0625, -6.6875, 2.5, -7.9375, 6.1875, 10.9375, -10.1875, 4.1875, 6.5625, 8.875, -11, -10.75, 1.9375, 1.9375, 1.25, -24.375, 16.125, 6.125, 3.125, -12.0625, 9.3125, 4.8125, -8.5], dtype: 'float64' }, { shape: [3, 2, 2, 2], data: [8.875, -15.375, -1.5, 8.75, -0.625, -4.75, 10.5625, -0.75, -15.0625, 15.6875, 7, -15.4375, -3.3125, 14.5, -2.8125, 7.8125, -0.1875, 0.75, 8.3125, 0.625, 9.8125, -2.1875, -13.3125, 0.5625], dtype: 'float64' }]],
  // with_grads(lambda x, w, b: F.conv2d(x, w, b), pattern(0, 2, 3, 3), pattern(1, 2, 2, 2), pattern(1))
  [() => withGrads((x, w, b) => F.conv2d(x!, w!, b), pattern(0, 2, 3, 3), pattern(1, 2, 2, 2), pattern(1)), [{ shape: [0, 1, 2, 2], data: [], dtype: 'float64' }, { shape: [0, 2, 3, 3], data: [], dtype: 'float64' }, { shape: [1, 2, 2, 2], data: [0, 0, 0, 0, 0, 0, 0, 0], dtype: 'float64' }, { shape: [1], data: [0], dtype: 'float64' }]],
  // with_grads(lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=1, dilation=2), pattern(2, 2, 7), pattern(3, 2, 3), pattern(3))
  [() => withGrads((x, w, b) => F.conv1d(x!, w!, b, { stride: 2, padding: 1, dilation: 2 }), pattern(2, 2, 7), pattern(3, 2, 3), pattern(3)), [{ shape: [2, 3, 3], data: [-7.8125, 2.4375, 5.8125, -2.0625, 6.875, -15.375, 3.6875, 9.875, -12.125, -5.5625, -7.8125, 1.875, -5.8125, 10.625, -2.3125, -6.0625, 10.375, 0.6875], dtype: 'float64' }, { shape: [2, 2, 7], data: [0, -6.3125, 0, -1.1875, 0, -2.875, 0, 0, -4.3125, 0, -0.6875, 0, -3.25, 0, 0, -13.0625, 0, 9.9375, 0, 0.5, 0, 0, -12.3125, 0, 11.4375, 0, 4.625, 0], dtype: 'float64' }, { shape: [3, 2, 3], data: [-5.875, 7.1875, -1.875, -6.25, 7, 6.875, -4.625, 6.6875, -1.875, -6.5, 7.125, 8.25, -3.375, 4.75, -16.25, -6.75, 10.125, -0.4375], dtype: 'float64' }, { shape: [3], data: [-0.25, -3.25, -0.5], dtype: 'float64' }]],
  // with_grads(lambda x, w: F.conv1d(x, w, padding='same', groups=2), pattern(4, 5), pattern(2, 2, 2))
  [() => withGrads((x, w) => F.conv1d(x!, w!, null, { padding: 'same', groups: 2 }), pattern(4, 5), pattern(2, 2, 2)), [{ shape: [2, 5], data: [-1.3125, 7.375, -5.5, 0.3125, 4.875, 8.1875, -4.5625, -7.25, 0.125, 7.25], dtype: 'float64' }, { shape: [4, 5], data: [4, 1, -2.9375, 4.625, 2.125, -3, 4.625, 2.875, -7.5, 5.125, -0.75, -1.0625, 3.6875, -1.625, -1.1875, 2.75, 6.3125, -6.875, 2.9375, 5.5625], dtype: 'float64' }, { shape: [2, 2, 2], data: [13.125, -1.75, -7.5, -10.0625, -6.1875, 7.375, 0.9375, -5.1875], dtype: 'float64' }]],
];

torchTests(cases);

describe('gradients, both times', () => {
  const settings = [
    { x: [2, 2, 4, 3], w: [3, 2, 2, 2], options: {} },
    { x: [1, 2, 5, 4], w: [2, 2, 3, 2], options: { stride: 2, padding: 1 } },
    { x: [1, 4, 3, 4], w: [2, 2, 2, 2], options: { groups: 2, dilation: [1, 2], padding: [1, 0] } },
    { x: [2, 3, 4], w: [4, 1, 2, 3], options: { groups: 2, padding: 'same' } },
    { x: [1, 1, 4, 5], w: [1, 1, 1, 1], options: { stride: [3, 2] } },
  ];

  test.each(settings)('%j', ({ x, w, options }) => {
    const conv = options as nn.functional.Conv2dOptions;
    expect(gradcheck((x, w, b) => F.conv2d(x!, w!, b, conv), [leaf(...x), leaf(...w), leaf(w[0]!)])).toBe(true);
    expect(gradgradcheck((x, w, b) => F.conv2d(x!, w!, b, conv), [leaf(...x), leaf(...w), leaf(w[0]!)])).toBe(true);
  });

  test('of one operand alone, and of the bias alone', () => {
    const [x, w, b] = [pattern(1, 2, 4, 4), pattern(3, 2, 2, 2), pattern(3)];
    expect(gradcheck((x) => F.conv2d(x!, w, b), leaf(1, 2, 3, 3))).toBe(true);
    expect(gradcheck((w) => F.conv2d(x, w!, b), leaf(3, 2, 2, 3))).toBe(true);
    expect(gradcheck((b) => F.conv2d(x, w, b!), leaf(3))).toBe(true);
  });

  test('conv1d', () => {
    expect(gradcheck((x, w, b) => F.conv1d(x!, w!, b, { stride: 2, padding: 1 }), [leaf(2, 2, 5), leaf(3, 2, 2), leaf(3)])).toBe(true);
  });
});

test('float32 agrees with float64', () => {
  const [x, w] = [pattern(2, 3, 9, 7), pattern(5, 3, 3, 3)];
  const wide = F.conv2d(x, w, null, { padding: 1 });
  const narrow = F.conv2d(x.float(), w.float(), null, { padding: 1 });
  expect(narrow.dtype).toBe('float32');
  expect(narrow.double().sub(wide).abs().sum().item()).toBe(0); // sums of quarters squared are exact
});

describe('errors', () => {
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };
  const w = zeros([2, 3, 3, 3]);

  test('channels', () => {
    wrong(
      () => F.conv2d(zeros([1, 4, 5, 5]), w),
      ShapeError,
      'conv2d: input has 4 channels, weight expects 3 (input [1, 4, 5, 5], weight [2, 3, 3, 3]). Make the layer for 4 input channels, or give it what it was made for.',
    );
    wrong(
      () => F.conv2d(zeros([8, 28, 28]), zeros([4, 1, 3, 3])),
      ShapeError,
      'If this is a batch without the channel dim, insert it: x.unsqueeze(1).',
    );
    wrong(() => F.conv2d(zeros([8, 32, 32, 3]), w), ShapeError, 'If the channels stand last, move them: x.permute(0, 3, 1, 2).');
    wrong(() => F.conv2d(zeros([32, 32, 3]), w), ShapeError, 'If the channels stand last, move them: x.permute(2, 0, 1).');
    wrong(
      () => F.conv2d(zeros([1, 3, 5, 5]), w, null, { groups: 2 }),
      ShapeError,
      'conv2d: input has 3 channels, weight expects 6 (input [1, 3, 5, 5], weight [2, 3, 3, 3], groups 2).',
    );
    wrong(() => F.conv2d(zeros([1, 9, 5, 5]), w, null, { groups: 3 }), ShapeError, 'has 2 output channels, which 3 groups do not divide.');
    wrong(() => F.conv2d(zeros([1, 3, 5, 5]), w, zeros([3])), ShapeError, 'conv2d: bias is [3], expected [2] (weight [2, 3, 3, 3]).');
  });

  test('dims and sizes', () => {
    wrong(
      () => F.conv2d(zeros([28, 28]), zeros([4, 1, 3, 3])),
      ShapeError,
      'For one image without a channel dim, insert both: x.unsqueeze(0).unsqueeze(0).',
    );
    wrong(
      () => F.conv2d(zeros([1, 1, 3, 5, 5]), w),
      ShapeError,
      'conv2d: input is [1, 1, 3, 5, 5], expected [N, C, H, W], or [C, H, W] for one image.',
    );
    wrong(() => F.conv2d(zeros([1, 3, 5, 5]), zeros([3, 3])), ShapeError, 'conv2d: weight is [3, 3], expected [O, C / groups, KH, KW].');
    wrong(
      () => F.conv2d(zeros([1, 3, 2, 5]), w),
      ShapeError,
      'conv2d: the window of 3 x 3 is larger than the padded image of 2 x 5 (input [1, 3, 2, 5], weight [2, 3, 3, 3]).',
    );
    wrong(() => F.conv1d(zeros([5]), zeros([1, 1, 2])), ShapeError, 'conv1d: input is [5], expected [N, C, L], or [C, L] for one item.');
  });

  test('options and dtypes', () => {
    const x = zeros([1, 3, 5, 5]);
    wrong(
      () => F.conv2d(x, w, null, { stride: 0 }),
      ArgumentError,
      'conv2d: stride is 0, expected a whole number of at least 1, or two of them: [height, width].',
    );
    wrong(
      () => F.conv2d(x, w, null, { padding: [1, -1] }),
      ArgumentError,
      'conv2d: padding is [1, -1], expected a whole number of at least 0',
    );
    wrong(() => F.conv2d(x, w, null, { padding: 'same', stride: 2 }), ArgumentError, "conv2d: padding 'same' needs stride 1, got [2, 2].");
    wrong(() => F.conv2d(x, w, null, { groups: 0 }), ArgumentError, 'conv2d: groups is 0');
    wrong(() => F.conv2d(zeros([1, 3, 5, 5], { dtype: 'int64' }), w), DTypeError, 'conv2d: input is int64, expected float32 or float64.');
    wrong(
      () => F.conv2d(zeros([1, 3, 5, 5], { dtype: 'float64' }), w),
      DTypeError,
      "conv2d: input is float64 and weight float32, expected one dtype. Use input.to('float32').",
    );
  });
});
