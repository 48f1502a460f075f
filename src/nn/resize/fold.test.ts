import { ArgumentError, arange, DTypeError, F, nn, ShapeError, zeros } from 'hone';
import { expect, test } from 'vitest';
import { pattern } from '../../../test/helpers/tensors.js';

const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
  expect(call).toThrow(type);
  expect(call).toThrow(message);
};

test('a product with unfolded windows is a convolution', () => {
  const [x, w] = [pattern(2, 3, 5, 4), pattern(4, 3, 3, 2)];
  const columns = F.unfold(x, [3, 2], { padding: 1, stride: [2, 1] });
  const y = w.reshape(4, -1).matmul(columns);
  const want = F.conv2d(x, w, null, { padding: 1, stride: [2, 1] });
  expect(y.reshape(want.shape).sub(want).abs().max().item()).toBeLessThan(1e-12);
});

test('fold counts how often windows cover a pixel', () => {
  const covered = F.fold(F.unfold(pattern(1, 1, 3, 3).mul(0).add(1), 2), 3, 2);
  expect(covered.toArray()).toEqual([
    [
      [
        [1, 2, 1],
        [2, 4, 2],
        [1, 2, 1],
      ],
    ],
  ]);
});

test('pixelUnshuffle takes pixelShuffle back', () => {
  const x = pattern(2, 12, 2, 3);
  expect(F.pixelUnshuffle(F.pixelShuffle(x, 2), 2).toArray()).toEqual(x.toArray());
});

test('errors', () => {
  const x = zeros([1, 3, 4, 4]);
  wrong(
    () => F.unfold(x, 5),
    ShapeError,
    'unfold: windows of [5, 5] with dilation [1, 1] do not fit an image of [4, 4] with padding [0, 0].',
  );
  wrong(() => F.unfold(x, 0), ArgumentError, 'unfold: kernelSize is 0, expected a whole number of at least 1');
  wrong(() => F.unfold(x, 2, { strides: 2 } as object), ArgumentError, 'unfold: there is no option "strides".');
  wrong(() => F.unfold(arange(16).reshape([1, 1, 4, 4]), 2), DTypeError, 'expected float32 or float64');
  wrong(
    () => F.fold(zeros([1, 12, 8]), 4, 2),
    ArgumentError,
    'fold: x [1, 12, 8] has 8 columns, an image of [4, 4] has 9 windows of [2, 2].',
  );
  wrong(() => F.fold(zeros([1, 10, 9]), 4, 2), ShapeError, 'fold: x [1, 10, 9] has 10 rows, which the 4 taps of a window do not divide.');
  wrong(
    () => F.pixelShuffle(x, 2),
    ShapeError,
    'pixelShuffle: x [1, 3, 4, 4] has 3 channels, which 4 (upscaleFactor 2 squared) does not divide.',
  );
  wrong(() => F.pixelUnshuffle(x, 3), ShapeError, 'pixelUnshuffle: x [1, 3, 4, 4] is 4 x 4, which downscaleFactor 3 does not divide.');
  wrong(() => F.channelShuffle(x, 2), ShapeError, 'channelShuffle: 2 groups do not divide the 3 channels of x [1, 3, 4, 4].');
  wrong(() => new nn.PixelShuffle(0), ArgumentError, 'PixelShuffle: upscaleFactor is 0, expected a whole number of at least 1.');
});

test('sizes come by position or by name, and what is given twice does not compile', () => {
  expect(F.unfold(zeros([1, 3, 4, 4]), { kernelSize: 2, stride: 2 }).shape).toEqual([1, 12, 4]);
  expect(String(new nn.Fold({ outputSize: 4, kernelSize: 2, stride: 2 }))).toBe(String(new nn.Fold(4, 2, 1, 0, 2)));
  expect(new nn.PixelShuffle({ upscaleFactor: 2 }).forward(zeros([1, 4, 2, 2])).shape).toEqual([1, 1, 4, 4]);
  // @ts-expect-error: the dilation is given twice
  wrong(() => F.unfold(zeros([1, 3, 4, 4]), 2, 1, { dilation: 2 }), ArgumentError, 'unfold: dilation is given twice');
  // @ts-expect-error: there is no kernel size
  wrong(() => new nn.Unfold({ stride: 2 }), ArgumentError, 'Unfold: kernelSize is undefined, expected a whole number of at least 1');
});
