import { ArgumentError, DTypeError, manualSeed, nn, ones, ShapeError, zeros } from 'hone';
import { beforeEach, expect, test, vi } from 'vitest';

const F = nn.functional;

beforeEach(() => {
  manualSeed(0);
});

test('evaluation, p = 0 and empty tensors change nothing and draw nothing', () => {
  const x = ones([3]);
  const generator = manualSeed(3);
  const before = generator.getState();
  expect(F.dropout(x, 0.5, false)).toBe(x);
  expect(F.dropout(x, 0)).toBe(x);
  expect(F.alphaDropout(x, 0.5)).toBe(x);
  expect(F.dropout2d(zeros([0, 2, 3, 3])).shape).toEqual([0, 2, 3, 3]);
  expect(F.dropout(x, 1).toArray()).toEqual([0, 0, 0]);
  expect(generator.getState()).toEqual(before);
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
