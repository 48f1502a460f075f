import { ArgumentError, GradError, tensor, unique } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, pattern, whole } from '../../../test/helpers/tensors.js';

describe('gradients', () => {
  test('of unique: there is none, and it says so', () => {
    const x = tensor([1, 2, 1], { requiresGrad: true });
    expect(() => unique(x).sum().backward()).toThrow(GradError);
  });
});

test('long rows stay stable', () => {
  const keys = whole([500], 3, 4);
  const { values, indices } = keys.sort();
  const places = indices.toArray() as number[];
  const sorted = values.toArray() as number[];
  for (let i = 1; i < places.length; i++) {
    expect(sorted[i]!).toBeGreaterThanOrEqual(sorted[i - 1]!);
    if (sorted[i] === sorted[i - 1]) expect(places[i]!).toBeGreaterThan(places[i - 1]!);
  }
});

test('k is checked', () => {
  expect(() => pattern(3).topk(4)).toThrow(new ArgumentError('topk: k is 4, expected a whole number from 0 to 3. Dim 0 has 3 elements.'));
  expect(() => int([1, 2]).sort(1)).toThrow(/sort: dim 1 is out of range/);
});
