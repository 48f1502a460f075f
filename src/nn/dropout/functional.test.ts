import { ArgumentError, autograd, DTypeError, manualSeed, nn, ones, ShapeError, type Tensor, zeros } from 'hone';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';
import { withGrads } from '../../../test/helpers/torch-grad.js';

const F = nn.functional;
const { gradcheck, gradgradcheck } = autograd;

beforeEach(() => {
  manualSeed(0);
});

// Made by torch 2.15 from the expression in each comment; D and I are torch.tensor in float64 and int64, and with_grads gives the result of a
// function and the gradients of its inputs, that of the result being pattern(*shape).
// Before each stands torch.manual_seed(0).
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // with_grads(lambda x: F.dropout(x, 0.3), pattern(3, 5))
  [() => withGrads((x) => F.dropout(x!, 0.3), pattern(3, 5)), [{ shape: [3, 5], data: [0, 0, 2.1428571, 0, -1.0714286, 0, 3.9285714, -1.7857143, 0.71428571, 3.2142857, -2.5, 0, 2.5, -3.2142857, -0.71428571], dtype: 'float64' }, { shape: [3, 5], data: [0, 0, 2.1428571, 0, -1.0714286, 0, 3.9285714, -1.7857143, 0.71428571, 3.2142857, -2.5, 0, 2.5, -3.2142857, -0.71428571], dtype: 'float64' }]],
  // with_grads(lambda x: F.dropout(x), pattern(17))
  [() => withGrads((x) => F.dropout(x!), pattern(17)), [{ shape: [17], data: [0, 0, 3, 0, 0, 0, 5.5, -2.5, 0, 4.5, -3.5, 0, 3.5, 0, -1, 2.5, -5.5], dtype: 'float64' }, { shape: [17], data: [0, 0, 3, 0, 0, 0, 5.5, -2.5, 0, 4.5, -3.5, 0, 3.5, 0, -1, 2.5, -5.5], dtype: 'float64' }]],
  // with_grads(lambda x: F.dropout(x, 0.9), pattern(2, 2, 5))
  [() => withGrads((x) => F.dropout(x!, 0.9), pattern(2, 2, 5)), [{ shape: [2, 2, 5], data: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], dtype: 'float64' }, { shape: [2, 2, 5], data: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.dropout(x.t(), 0.3), pattern(2, 5))
  [() => withGrads((x) => F.dropout(x!.t(), 0.3), pattern(2, 5)), [{ shape: [5, 2], data: [0, 0, 0, 3.9285714, 2.1428571, -1.7857143, 0, 0.71428571, -1.0714286, 3.2142857], dtype: 'float64' }, { shape: [2, 5], data: [0, 0, -1.0714286, 0, 0.71428571, 0, -3.5714286, 1.4285714, -1.7857143, 3.2142857], dtype: 'float64' }]],
  // with_grads(lambda x: F.dropout(x[:, 1:], 0.3), pattern(3, 4))
  [() => withGrads((x) => F.dropout(x!.slice(1, 1), 0.3), pattern(3, 4)), [{ shape: [3, 3], data: [0, 0, -3.5714286, 0, 3.9285714, 0, 3.2142857, -2.5, 0], dtype: 'float64' }, { shape: [3, 4], data: [0, 0, 0, 2.1428571, 0, 0, -1.0714286, 0, 0, 3.9285714, -1.7857143, 0.71428571], dtype: 'float64' }]],
  // with_grads(lambda x: F.dropout(x, 1.), pattern(3))
  [() => withGrads((x) => F.dropout(x!, 1), pattern(3)), [{ shape: [3], data: [0, 0, 0], dtype: 'float64' }, { shape: [3], data: [0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.dropout2d(x), pattern(2, 3, 1, 2))
  [() => withGrads((x) => F.dropout2d(x!), pattern(2, 3, 1, 2)), [{ shape: [2, 3, 1, 2], data: [0, 0, 0, 0, -1.5, 2, 0, 0, 0, 0, 0, 0], dtype: 'float64' }, { shape: [2, 3, 1, 2], data: [0, 0, 0, 0, -1.5, 2, 0, 0, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.dropout1d(x), pattern(4, 2))
  [() => withGrads((x) => F.dropout1d(x!), pattern(4, 2)), [{ shape: [4, 2], data: [0, 0, 0, 0, -1.5, 2, 0, 0], dtype: 'float64' }, { shape: [4, 2], data: [0, 0, 0, 0, -1.5, 2, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.dropout1d(x, 0.2), pattern(2, 3, 2))
  [() => withGrads((x) => F.dropout1d(x!, 0.2), pattern(2, 3, 2)), [{ shape: [2, 3, 2], data: [0, 0, 1.875, -3.125, -0.9375, 1.25, 0, 0, 0.625, 2.8125, -2.1875, 0], dtype: 'float64' }, { shape: [2, 3, 2], data: [0, 0, 1.875, -3.125, -0.9375, 1.25, 0, 0, 0.625, 2.8125, -2.1875, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.alpha_dropout(x, 0.4, True), pattern(3, 3))
  [() => withGrads((x) => F.alphaDropout(x!, 0.4, true), pattern(3, 3)), [{ shape: [3, 3], data: [-0.91064197, -0.91064197, 1.9020186, -0.91064197, -0.91064197, -0.91064197, 2.9811219, -0.47200864, 1.038736], dtype: 'float64' }, { shape: [3, 3], data: [0, 0, 1.2949239, 0, 0, 0, 2.3740272, -1.0791033, 0.43164131], dtype: 'float64' }]],
  // with_grads(lambda x: F.alpha_dropout(x, 1., True), pattern(3))
  [() => withGrads((x) => F.alphaDropout(x!, 1, true), pattern(3)), [{ shape: [3], data: [0, 0, 0], dtype: 'float64' }, { shape: [3], data: [0, 0, 0], dtype: 'float64' }]],
  // F.dropout(torch.ones(20), 0.1)
  [() => F.dropout(ones([20]), 0.1), { shape: [20], data: [0, 1.1111112, 1.1111112, 0, 1.1111112, 1.1111112, 1.1111112, 1.1111112, 1.1111112, 1.1111112, 1.1111112, 1.1111112, 1.1111112, 1.1111112, 1.1111112, 1.1111112, 1.1111112, 1.1111112, 1.1111112, 1.1111112], dtype: 'float32' }],
];

torchTests(cases);

describe('gradients, both times', () => {
  const functions: Record<string, (x: Tensor) => Tensor> = {
    dropout: (x) => F.dropout(x, 0.4),
    'dropout, transposed': (x) => F.dropout(x.transpose(0, 2), 0.4).transpose(0, 1),
    dropout2d: (x) => F.dropout2d(x.unsqueeze(0), 0.4),
    dropout1d: (x) => F.dropout1d(x, 0.4),
    alphaDropout: (x) => F.alphaDropout(x, 0.4, true),
    dropout3d: (x) => F.dropout3d(x.unsqueeze(3), 0.4),
    featureAlphaDropout: (x) => F.featureAlphaDropout(x, 0.4, true),
    'dropout, in place': (x) => F.dropout(x.mul(2), { p: 0.4, inplace: true }),
    'alphaDropout, in place': (x) => F.alphaDropout(x.mul(2), { p: 0.4, training: true, inplace: true }),
  };
  test.each(Object.entries(functions))('%s', (_name, fn) => {
    // The same draws each time.
    const seeded = (x: Tensor) => {
      manualSeed(5);
      return fn(x);
    };
    expect(gradcheck((x) => seeded(x!), leaf(2, 3, 2))).toBe(true);
    expect(gradgradcheck((x) => seeded(x!.mul(x!)), leaf(2, 3, 2))).toBe(true);
  });
});

test('evaluation, p = 0 and empty tensors change nothing and draw nothing', () => {
  const x = ones([3]);
  const before = manualSeed(3).getState();
  expect(F.dropout(x, 0.5, false)).toBe(x);
  expect(F.dropout(x, 0)).toBe(x);
  expect(F.alphaDropout(x, 0.5)).toBe(x);
  expect(F.dropout2d(zeros([0, 2, 3, 3])).shape).toEqual([0, 2, 3, 3]);
  expect(F.dropout(x, 1).toArray()).toEqual([0, 0, 0]);
  expect(manualSeed(3).getState()).toEqual(before);
});

test('in place, and by name', () => {
  const x = ones([50]);
  expect(F.dropout(x, { p: 0.5, inplace: true })).toBe(x);
  expect(x.unique().toArray()).toEqual([0, 2]);
  expect(F.dropout(x, { training: false })).toBe(x);
  const w = ones([3]).requiresGrad_();
  expect(() => F.dropout(w, { inplace: true })).toThrow(
    'dropout: a leaf that requires gradients cannot be changed in place while recording.',
  );
  const layer = new nn.Dropout2d({ p: 0.5, inplace: true });
  const image = ones([1, 40, 1, 2]);
  expect(layer.forward(image)).toBe(image);
  expect(image.unique().toArray()).toEqual([0, 2]);
});

test('keeps about 1 - p, scaled to the old mean', () => {
  const y = F.dropout(ones([100_000]), 0.2);
  expect(y.gt(0).sum().item() / 100_000).toBeCloseTo(0.8, 2);
  expect(y.mean().item()).toBeCloseTo(1, 1);
  expect(y.unique().shape).toEqual([2]);
});

test('dropout2d warns of other shapes and drops channels all the same', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const y = F.dropout2d(ones([4, 8, 5]));
  expect(y.min(2).values.toArray()).toEqual(y.max(2).values.toArray());
  expect(warn.mock.calls).toEqual([
    [
      'hone: dropout2d: x is [4, 8, 5], expected [N, C, H, W]. Its three dims are read as [N, C, L], as PyTorch does; use dropout1d for that.',
    ],
  ]);
  expect(() => F.dropout2d(ones([4]))).toThrow('dropout2d: x is [4], expected at least [N, C]. Use dropout.');
  warn.mockRestore();
});

test('errors', () => {
  expect(() => F.dropout(ones([2]), 1.5)).toThrow(ArgumentError);
  expect(() => F.dropout(ones([2]), 1.5)).toThrow('dropout: p is 1.5, expected a probability from 0 to 1.');
  expect(() => F.alphaDropout(ones([2]), Number.NaN, true)).toThrow(ArgumentError);
  expect(() => F.dropout(ones([2], { dtype: 'int64' }))).toThrow(DTypeError);
  expect(() => F.dropout1d(ones([2]))).toThrow(ShapeError);
  expect(() => F.dropout(ones([2]), { rate: 0.5 } as object)).toThrow(
    'dropout: there is no option "rate". Did you mean p? dropout takes p, training, inplace.',
  );
  expect(() => F.featureAlphaDropout(ones([2]), 0.5, true)).toThrow(
    'featureAlphaDropout: x is [2], expected at least [N, C]. Use dropout.',
  );
  expect(() => new nn.Dropout3d(-0.1)).toThrow('Dropout3d: p is -0.1, expected a probability from 0 to 1.');
});
