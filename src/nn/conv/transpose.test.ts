import { ArgumentError, DTypeError, nn, ShapeError, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { pattern } from '../../../test/helpers/tensors.js';

const F = nn.functional;

/** The sum of a * b over all elements. */
const inner = (a: ReturnType<typeof pattern>, b: ReturnType<typeof pattern>) => a.mul(b).sum().item();

describe('the transposed convolution is the adjoint of the convolution', () => {
  test.each([
    { stride: 1, padding: 0, dilation: 1 },
    { stride: 2, padding: 1, dilation: 1 },
    { stride: 3, padding: 0, dilation: 2 },
  ])('%j', (options) => {
    const w = pattern(4, 1, 3, 3);
    const x = pattern(2, 2, 8, 8);
    const y = F.conv2d(x, w, { ...options, groups: 2 });
    const g = pattern(...y.shape);
    // The rows and columns of x that no window reaches come back as output padding.
    const reach = (y.shape[2]! - 1) * options.stride - 2 * options.padding + options.dilation * 2 + 1;
    const back = F.convTranspose2d(g, w, { ...options, groups: 2, outputPadding: 8 - reach });
    expect(back.shape).toEqual(x.shape);
    expect(inner(back, x)).toBeCloseTo(inner(g, y), 9);
  });
});

test('one item gives what a batch of one gives', () => {
  const w = pattern(2, 3, 2, 2, 2);
  const x = pattern(2, 2, 3, 2);
  const one = F.convTranspose3d(x, w, pattern(3), { stride: 2 });
  expect(one.shape).toEqual([3, 4, 6, 4]);
  expect(one.toArray()).toEqual(F.convTranspose3d(x.unsqueeze(0), w, pattern(3), { stride: 2 }).squeeze(0).toArray());
});

test('by position, as in PyTorch: stride, padding, outputPadding, groups, dilation', () => {
  const [x, w] = [pattern(1, 2, 3, 3), pattern(2, 1, 3, 3)];
  const named = F.convTranspose2d(x, w, { stride: 2, padding: 1, outputPadding: 1, groups: 2, dilation: 2 });
  expect(F.convTranspose2d(x, w, null, 2, 1, 1, 2, 2).toArray()).toEqual(named.toArray());
});

test('errors', () => {
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };
  const w = zeros([2, 3, 2, 2]);
  const x = zeros([1, 2, 4, 4]);
  wrong(
    () => F.convTranspose2d(zeros([1, 4, 4, 4]), w),
    ShapeError,
    'convTranspose2d: input has 4 channels, weight expects 2 (input [1, 4, 4, 4], weight [2, 3, 2, 2]). Make the layer for 4 input channels',
  );
  wrong(
    () => F.convTranspose2d(zeros([4, 4]), w),
    ShapeError,
    'convTranspose2d: input is [4, 4], expected [N, C, H, W], or [C, H, W] for one image.',
  );
  wrong(() => F.convTranspose2d(x, zeros([2, 3])), ShapeError, 'convTranspose2d: weight is [2, 3], expected [C, O / groups, KH, KW].');
  wrong(() => F.convTranspose2d(x, w, zeros([2])), ShapeError, 'convTranspose2d: bias is [2], expected [3] (weight [2, 3, 2, 2]).');
  wrong(
    () => F.convTranspose2d(x, w, { outputPadding: [0, 1] }),
    ArgumentError,
    'convTranspose2d: outputPadding 1 must be smaller than the stride 1 or the dilation 1 of its axis.',
  );
  wrong(
    () => F.convTranspose2d(x, w, { padding: 3 }),
    ShapeError,
    'convTranspose2d: the result would be [-1, -1] (input [1, 2, 4, 4], weight [2, 3, 2, 2], padding [3, 3]). Take less padding.',
  );
  wrong(
    () => F.convTranspose2d(x, w, { groups: 4 }),
    ShapeError,
    'convTranspose2d: weight [2, 3, 2, 2] has 2 input channels, which 4 groups do not divide.',
  );
  wrong(() => F.convTranspose2d(x, w, { strides: 2 } as never), ArgumentError, 'convTranspose2d: there is no option "strides".');
  wrong(() => F.convTranspose2d(x, w.double()), DTypeError, 'convTranspose2d: input is float32 and weight float64, expected one dtype.');
  wrong(
    () => F.convTranspose3d(zeros([2, 2, 2, 2]), zeros([2, 1, 2, 2, 2]), { stride: [1, 2] } as never),
    ArgumentError,
    'convTranspose3d: stride is [1, 2], expected a whole number of at least 1, or three of them: [depth, height, width].',
  );
});
