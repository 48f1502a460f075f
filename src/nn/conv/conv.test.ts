import { ArgumentError, DTypeError, nn, ShapeError, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { pattern } from '../../../test/helpers/tensors.js';

const F = nn.functional;

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
      'For one image without a channel dim, insert both: x.unsqueeze(0).unsqueeze(0). Rows of pixels become images by x.reshape([-1, C, H, W]).',
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
