import { describe, expect, test } from 'vitest';
import { lateRange, rangeOf } from './range.js';

describe('the range of an axis', () => {
  test('ends at round numbers around all points and bands, within what values can be', () => {
    expect(rangeOf([{ name: 'a', values: [0.52, 0.91, 0.968] }], { min: 0, max: 1 })).toEqual({ min: 0.5, max: 1, step: 0.1, decimals: 1 });
    expect(rangeOf([{ name: 'a', values: [0.98, 0.99], deviation: [0.01, 0.05] }], { min: 0, max: 1 })).toEqual({
      min: 0.94,
      max: 1,
      step: 0.02,
      decimals: 2,
    });
    expect(rangeOf([{ name: 'a', values: [0.05, 0.1], deviation: [0.2, 0] }], { min: 0 })).toMatchObject({ min: 0, max: 0.25 });
    expect(rangeOf([{ name: 'a', values: [3, 3] }])).toMatchObject({ min: 2.8, max: 3.2 });
  });

  test('without values, or with one value at its bound, has a height', () => {
    for (const values of [[], [Number.NaN], [0], [1], [1, 1]]) {
      const { min, max, step } = rangeOf([{ name: 'a', values }], { min: 0, max: 1 });
      expect(max - min).toBeGreaterThan(0);
      expect(step).toBeGreaterThan(0);
      expect(min).toBeGreaterThanOrEqual(0);
      expect(max).toBeLessThanOrEqual(1);
    }
  });

  test('late, leaves early points out, where that gains much', () => {
    expect(lateRange([{ name: 'a', values: [0.1, 0.5, 0.9, 0.91, 0.92, 0.93] }])).toEqual({ min: 0.9, max: 0.93, step: 0.01, decimals: 2 });
    expect(lateRange([{ name: 'a', values: [0.9, 0.91, 0.92, 0.93, 0.94, 0.95] }])).toBeUndefined();
    expect(lateRange([{ name: 'a', values: [0.5] }])).toBeUndefined();
    expect(lateRange([{ name: 'a', values: [0.1, 0.8, 0.9, 0.91] }])).toBeUndefined(); // few epochs are all of interest
  });
});
