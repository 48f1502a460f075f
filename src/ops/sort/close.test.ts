import { allclose, DTypeError, equal, isclose, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';

describe('equal', () => {
  test('compares shape and elements', () => {
    expect(equal(tensor([1, 2]), tensor([1, 2]))).toBe(true);
    expect(equal(tensor([1, 2]), tensor([1, 3]))).toBe(false);
    expect(equal(tensor([1, 1]), tensor(1))).toBe(false);
    expect(equal(tensor([Number.NaN]), tensor([Number.NaN]))).toBe(false);
    expect(equal(zeros([0, 2]), zeros([0, 2]))).toBe(true);
    expect(
      tensor([
        [1, 2],
        [3, 4],
      ])
        .t()
        .equal(
          tensor([
            [1, 3],
            [2, 4],
          ]),
        ),
    ).toBe(true);
  });
});

describe('isclose and allclose', () => {
  test('atol + rtol |b|', () => {
    expect(isclose(tensor([1, 1, 100]), tensor([1.000001, 1.1, 100.0005])).toArray()).toEqual([true, false, true]);
    expect(allclose(tensor([1, 2]), tensor([1.05, 2]), { atol: 0.1 })).toBe(true);
    expect(allclose(tensor([100]), tensor([101]), { rtol: 0.001 })).toBe(false);
    expect(tensor([100]).allclose(tensor([101]), { rtol: 0.01 })).toBe(true);
  });

  test('infinities and NaN', () => {
    // torch.isclose(tensor([inf, inf, nan, 1.]), tensor([inf, -inf, nan, inf]))
    const [a, b] = [tensor([Infinity, Infinity, Number.NaN, 1]), tensor([Infinity, -Infinity, Number.NaN, Infinity])];
    expect(isclose(a, b).toArray()).toEqual([true, false, false, false]);
    expect(isclose(a, b, { equalNan: true }).toArray()).toEqual([true, false, true, false]);
  });

  test('two dtypes are an error', () => {
    expect(() => allclose(tensor([1]), tensor([1], { dtype: 'float64' }))).toThrow(DTypeError);
  });
});
