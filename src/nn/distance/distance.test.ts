import { DTypeError, nn, ShapeError, zeros } from 'hone';
import { expect, test } from 'vitest';
import { int } from '../../../test/helpers/tensors.js';

const F = nn.functional;

test('errors', () => {
  expect(() => F.normalize(int([[1, 2]]))).toThrow(DTypeError);
  expect(() => F.normalize(int([[1, 2]]))).toThrow('expected float32 or float64');
  expect(() => F.cosineSimilarity(zeros([2, 3]), int([[1, 2, 3]]))).toThrow('expected float32 or float64');
  expect(() => F.cosineSimilarity(zeros([2, 3]), zeros([2, 4]))).toThrow(ShapeError);
});
