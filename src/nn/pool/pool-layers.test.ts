import { ArgumentError, DTypeError, nn, noGrad, randn, ShapeError, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';

const F = nn.functional;

const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
  expect(call).toThrow(type);
  expect(call).toThrow(message);
};
/** Distinct values in a jumbled order, so that no maximum is near another. */
const distinct = (...shape: number[]) => {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Array.from({ length: count }, (_, i) => ((i * 7919) % 1009) / 100),
    { dtype: 'float64' },
  ).reshape(shape);
};

test('by position, in the order of the layers and of the functions', () => {
  const x = randn([1, 2, 7, 7]);
  const [y, places] = new nn.MaxPool2d(3, 2, 1, 1, true, true).forward(x);
  const [named, namedPlaces] = new nn.MaxPool2d(3, { stride: 2, padding: 1, returnIndices: true, ceilMode: true }).forward(x);
  expect([y.toArray(), places.toArray()]).toEqual([named.toArray(), namedPlaces.toArray()]);
  expect(F.maxPool2d(x, 3, 2, 1, 1, true).toArray()).toEqual(y.toArray());
  expect(F.avgPool2d(x, 3, 2, 1, true, false, 5).toArray()).toEqual(
    new nn.AvgPool2d(3, 2, { padding: 1, ceilMode: true, countIncludePad: false, divisorOverride: 5 }).forward(x).toArray(),
  );
});

test('indices name the places of the maxima, in three axes and in adaptive windows', () => {
  const x = distinct(2, 3, 4, 5, 6);
  for (const [y, places] of [F.maxPool3d(x, 2, 1, { padding: 1, returnIndices: true }), F.adaptiveMaxPool3d(x, [3, 4, 5], true)]) {
    const flat = x.flatten(2).gather(2, places.flatten(2));
    expect(flat.toArray()).toEqual(y.flatten(2).toArray());
  }
});

test('unpooling undoes pooling', () => {
  const x = distinct(2, 2, 5, 5, 5);
  const [y, places] = F.maxPool3d(x, 2, { returnIndices: true });
  const back = F.maxUnpool3d(y, places, 2, { outputSize: x.shape });
  expect(back.shape).toEqual(x.shape);
  expect(back.sum().item()).toBeCloseTo(y.sum().item(), 10);
  expect(back.maximum(x).toArray()).toEqual(x.toArray());
});

test('averages of adaptive windows keep infinities where they are', () => {
  const x = tensor([[1, 2, Infinity, 4, 5]]);
  expect(F.adaptiveAvgPool1d(x, 3).toArray()).toEqual([[1.5, Infinity, 4.5]]);
});

test('norms of infinite power are the largest and smallest magnitudes', () => {
  const x = tensor([[1, -3, 2, -0.5]]);
  expect(F.lpPool1d(x, Infinity, 2).toArray()).toEqual([[3, 2]]);
  expect(new nn.LPPool1d(-Infinity, 2).forward(x).toArray()).toEqual([[1, 0.5]]);
  expect(F.lpPool1d(tensor([[3, 4]]), 2, 2).toArray()).toEqual([[5]]);
});

test('a window wholly in the padding gives -Infinity, and names the first place that it would see', () => {
  const x = zeros([1, 1, 2]);
  const [y, places] = noGrad(() => F.maxPool2d(x, [1, 2], { padding: [0, 1], dilation: [1, 3], stride: 1, returnIndices: true }));
  expect(y.toArray()).toEqual([[[-Infinity]]]);
  expect(places.toArray()).toEqual([[[2]]]);
});

describe('errors', () => {
  const x = zeros([1, 2, 6, 6]);

  test('of construction', () => {
    wrong(
      () => new nn.MaxPool2d(0),
      ArgumentError,
      'MaxPool2d: kernelSize is 0, expected a whole number of at least 1, or two of them: [height, width].',
    );
    wrong(() => new nn.MaxPool1d(2, { stride: 0 }), ArgumentError, 'MaxPool1d: stride is 0, expected a whole number of at least 1.');
    wrong(() => new nn.AvgPool3d(2, { dilation: 2 } as never), ArgumentError, 'AvgPool3d: there is no option "dilation".');
    wrong(() => new nn.AvgPool1d(2, { divisorOverride: 2 } as never), ArgumentError, 'AvgPool1d: there is no option "divisorOverride".');
    wrong(() => new nn.MaxPool2d(2, { ceilMode: 1 } as never), ArgumentError, 'MaxPool2d: ceilMode is 1, expected true or false.');
    wrong(
      () => new nn.AdaptiveAvgPool2d(1.5),
      ArgumentError,
      'AdaptiveAvgPool2d: outputSize is 1.5, expected a whole number of at least 0',
    );
    wrong(() => new nn.AdaptiveMaxPool2d([1, 2, 3] as never), ArgumentError, 'AdaptiveMaxPool2d: outputSize is [1, 2, 3], expected');
    wrong(() => new nn.LPPool2d(0, 2), ArgumentError, 'LPPool2d: normType is 0, expected a number other than 0, or Infinity.');
  });

  test('of a call', () => {
    wrong(
      () => new nn.MaxPool1d(9).forward(zeros([2, 6])),
      ShapeError,
      'maxPool1d: windows of [9] do not fit an input of [6] (x [2, 6]): the result would be [0]. Take a smaller kernelSize, or padding.',
    );
    wrong(
      () => new nn.MaxPool2d(2).forward(zeros([6, 6])),
      ShapeError,
      'maxPool2d: x is [6, 6], expected [N, C, H, W], or [C, H, W] for one image. Insert the channel dim: x.unsqueeze(0).',
    );
    wrong(
      () => F.maxPool3d(zeros([1, 2, 2, 2]), 3),
      ShapeError,
      'maxPool3d: windows of [3, 3, 3] do not fit a volume of [2, 2, 2] (x [1, 2, 2, 2])',
    );
    wrong(
      () => new nn.MaxPool2d(2).forward(zeros([1, 2, 0, 6])),
      ShapeError,
      'maxPool2d: x is [1, 2, 0, 6]: there is nothing to pool. Only the batch may be empty.',
    );
    wrong(() => F.avgPool1d(zeros([1, 2, 6]), 2, { padding: 2 }), ArgumentError, 'avgPool1d: padding 2 is more than half of kernelSize 2.');
    wrong(() => F.avgPool3d(zeros([1, 2, 2, 2]).long(), 2), DTypeError, 'expected float32 or float64');
    wrong(() => F.adaptiveMaxPool1d(zeros([5]), 2), ShapeError, 'adaptiveMaxPool1d: x is [5], expected [N, C, L], or [C, L] for one item.');
    wrong(
      () => F.adaptiveAvgPool2d(x, [2, -1]),
      ArgumentError,
      'adaptiveAvgPool2d: outputSize is [2, -1], expected a whole number of at least 0',
    );
  });

  test('of unpooling', () => {
    const [y, places] = F.maxPool2d(x, 2, { returnIndices: true });
    const unpool = new nn.MaxUnpool2d(2);
    wrong(() => unpool.forward(y, places.int()), DTypeError, 'maxUnpool2d: indices are int32, expected int64');
    wrong(
      () => unpool.forward(y, places.narrow(2, 0, 2)),
      ShapeError,
      'maxUnpool2d: indices are [1, 2, 2, 3], expected the shape of x, [1, 2, 3, 3].',
    );
    wrong(() => unpool.forward(y, places, [9, 9]), ShapeError, 'maxUnpool2d: outputSize [9, 9] has 9 in axis 0, expected 5 to 7');
    wrong(() => unpool.forward(y, places.add(30)), Error, "outside the result's 36 places (6 x 6). Give the outputSize that was pooled.");
  });
});

test('an empty batch is no error', () => {
  expect(new nn.MaxPool3d(2).forward(zeros([0, 2, 4, 4, 4])).shape).toEqual([0, 2, 2, 2, 2]);
  expect(new nn.AdaptiveAvgPool2d([2, null]).forward(zeros([0, 2, 5, 4])).shape).toEqual([0, 2, 2, 4]);
  expect(new nn.AdaptiveMaxPool1d(2, { returnIndices: true }).forward(zeros([0, 2, 5]))[1].shape).toEqual([0, 2, 2]);
});

test('kernel sizes come by position or by name, and what is given twice does not compile', () => {
  expect(String(new nn.MaxPool2d({ kernelSize: 3, stride: 2 }))).toBe(String(new nn.MaxPool2d(3, 2)));
  expect(String(new nn.LPPool1d({ normType: 2, kernelSize: 3 }))).toBe(String(new nn.LPPool1d(2, 3)));
  expect(new nn.AdaptiveMaxPool2d({ outputSize: 2, returnIndices: true }).forward(zeros([1, 4, 4]))[1].shape).toEqual([1, 2, 2]);
  const x = zeros([1, 4, 4]);
  // @ts-expect-error: the stride is given twice
  wrong(() => F.maxPool2d(x, 2, 2, { stride: 2 }), ArgumentError, 'maxPool2d: stride is given twice, by position and by name.');
  // @ts-expect-error: there is no kernel size
  wrong(() => F.avgPool2d(x, { stride: 2 }), ArgumentError, 'avgPool2d: kernelSize is undefined, expected a whole number of at least 1');
  // @ts-expect-error: the options come last
  wrong(() => new nn.AvgPool2d(2, { stride: 2 }, 1), ArgumentError, 'AvgPool2d: an object of options comes last');
});
