import { DTypeError } from 'hone';
import { expect, test } from 'vitest';
import { int, pattern } from '../../../test/helpers/tensors.js';

test('mean of integers is refused, dims are checked', () => {
  expect(() => int([1]).mean()).toThrow(DTypeError);
  expect(() => pattern(2, 3).sum([0, 0])).toThrow(/same dim twice/);
  expect(() => pattern(2, 3).any(5)).toThrow(/any: dim 5 is out of range/);
});
