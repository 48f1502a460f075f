import { clamp, DTypeError, eq, full, ones, tensor, where, zeros } from 'hone';
import { describe, expect, test } from 'vitest';

const u8 = (...values: number[]) => tensor(values, { dtype: 'uint8' });

// torch 2.15, for each of tensor, full and fill_
describe.each([
  ['tensor', (v: number | bigint, dtype: 'uint8' | 'int32' | 'int64' | 'bool') => tensor([v], { dtype })],
  ['full', (v: number | bigint, dtype: 'uint8' | 'int32' | 'int64' | 'bool') => full([1], v, { dtype })],
  ['fill_', (v: number | bigint, dtype: 'uint8' | 'int32' | 'int64' | 'bool') => zeros([1], { dtype }).fill_(v)],
] as const)('%s stores', (_, store) => {
  test.each([
    [-1, 'uint8', 255n],
    [-255, 'uint8', 1n],
    [255.5, 'uint8', 255n],
    [1.7, 'int32', 1n],
    [-0.5, 'int32', 0n],
    [-(2 ** 31), 'int32', -(2n ** 31n)],
    [2n ** 60n + 1n, 'int64', 2n ** 60n + 1n],
    [-(2 ** 63), 'int64', -(2n ** 63n)],
    [300, 'bool', 1n],
    [Number.NaN, 'bool', 1n],
  ] as const)('%s in %s', (value, dtype, want) => {
    expect(BigInt(store(value, dtype).toTypedArray()[0]!)).toBe(want);
  });
  test.each([
    [256, 'uint8'],
    [-256, 'uint8'],
    [-0.5, 'uint8'],
    [300n, 'uint8'],
    [1774868176584, 'int32'],
    [2 ** 31, 'int32'],
    [2 ** 63, 'int64'],
    [2 ** 70, 'int64'],
    [2n ** 63n, 'int64'],
    [Number.NaN, 'int32'],
    [Number.POSITIVE_INFINITY, 'int64'],
  ] as const)('not %s in %s', (value, dtype) => {
    expect(() => store(value, dtype)).toThrow(DTypeError);
  });
});

test('a typed array of floats is held to the same limits', () => {
  expect(() => tensor(new Float32Array([300]), { dtype: 'uint8' })).toThrow('300 does not fit into uint8');
  expect(() => tensor(new Float64Array([Number.NaN]), { dtype: 'int64' })).toThrow(DTypeError);
  expect(tensor(new Float32Array([1.5, -2.5]), { dtype: 'int32' }).toArray()).toEqual([1, -2]);
});

test('arithmetic wraps around, in place too', () => {
  expect(u8(254, 5).sub_(1).toArray()).toEqual([253, 4]);
  expect(u8(251, 5).add_(-2).toArray()).toEqual([249, 3]);
  expect(u8(5, 251).mul_(-1).toArray()).toEqual([251, 5]);
  expect(u8(1, 5).add_(300).toArray()).toEqual([45, 49]);
  expect(u8(254, 5).sub_(u8(1, 1), { alpha: 3 }).toArray()).toEqual([251, 2]);
  expect(
    ones([1], { dtype: 'int32' })
      .add(2 ** 32 + 5)
      .toArray(),
  ).toEqual([6]);
  expect(() => u8(1).add(u8(1), { alpha: 1.5 })).toThrow('expected a whole number');
  expect(() => u8(1).add(u8(1), { alpha: 300 })).toThrow('300 does not fit into uint8');
  expect(() => tensor([1n]).add(2 ** 70)).toThrow('does not fit into a 64-bit integer');
});

test('where stores numbers', () => {
  expect(where(tensor([true, false]), u8(1, 2), -1).toArray()).toEqual([1, 255]);
  expect(() => where(tensor([true, false]), u8(1, 2), 300)).toThrow(DTypeError);
});

test('bigints are exact in int64', () => {
  const x = tensor([2n ** 60n + 1n]);
  expect(x.add(2n ** 53n + 1n).toTypedArray()[0]).toBe(2n ** 60n + 2n ** 53n + 2n);
  expect(eq(x, 2n ** 60n + 1n).item()).toBe(1);
  expect(eq(x, 2n ** 60n).item()).toBe(0);
  expect(clamp(x, 2n ** 62n + 1n, 2n ** 63n - 1n).toTypedArray()[0]).toBe(2n ** 62n + 1n);
  expect(x.clone().mul_(3n).toTypedArray()[0]).toBe(3n * (2n ** 60n + 1n));
});

test('a number is weaker than a 0-dim tensor, a 0-dim tensor than one with dims', () => {
  expect(tensor(5, { dtype: 'int32' }).add(1).dtype).toBe('int32');
  expect(tensor(5, { dtype: 'uint8' }).pow(2).dtype).toBe('uint8');
  expect(tensor(5, { dtype: 'float64' }).mul(0.5).dtype).toBe('float64');
  expect(tensor(5, { dtype: 'int32' }).mul(0.5).dtype).toBe('float32');
  expect(tensor(true).add(1).dtype).toBe('int64');
  expect(u8(1).add(tensor(5n)).dtype).toBe('uint8');
  expect(u8(1).mul(true).dtype).toBe('uint8');
});

test('lists of several kinds of numbers', () => {
  expect(tensor([1n, 2]).dtype).toBe('int64');
  expect(tensor([1n, 2.5]).dtype).toBe('float32');
  expect(tensor([true, 2]).toArray()).toEqual([1, 2]);
});
