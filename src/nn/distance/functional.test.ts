// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: numbers that torch made

import { autograd, DTypeError, nn, ShapeError, zeros } from 'hone';
import { expect, test } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';
import { double, withGrads } from '../../../test/helpers/torch-grad.js';

const F = nn.functional;
const { gradcheck, gradgradcheck } = autograd;

// Made by torch 2.15 from the expression in each comment; D and I are torch.tensor in float64 and int64, and with_grads gives the result of a
// function and the gradients of its inputs, that of the result being pattern(*shape).
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // with_grads(lambda x: F.normalize(x), D([[3., 4], [0, 2], [1, -1]]))
  [() => withGrads((x) => F.normalize(x!), double([[3, 4], [0, 2], [1, -1]])), [{ shape: [3, 2], data: [0.6, 0.8, 0, 1, 0.70710678, -0.70710678], dtype: 'float64' }, { shape: [3, 2], data: [-0.232, 0.174, 0.75, 0, 0.088388348, 0.088388348], dtype: 'float64' }]],
  // with_grads(lambda x: F.normalize(x, p=1, dim=0), D([[3., 4], [0, 2], [1, -1]]))
  [() => withGrads((x) => F.normalize(x!, { p: 1, dim: 0 }), double([[3, 4], [0, 2], [1, -1]])), [{ shape: [3, 2], data: [0.75, 0.57142857, 0, 0.28571429, 0.25, -0.14285714], dtype: 'float64' }, { shape: [3, 2], data: [-0.078125, 0.10714286, 0.375, -0.21428571, 0.234375, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.normalize(x, p=3, dim=(0, 1)), D([[3., 4], [0, 2], [1, -1]]))
  [() => withGrads((x) => F.normalize(x!, { p: 3, dim: [0, 1] }), double([[3, 4], [0, 2], [1, -1]])), [{ shape: [3, 2], data: [0.64419022, 0.8589203, 0, 0.42946015, 0.21473007, -0.21473007], dtype: 'float64' }, { shape: [3, 2], data: [-0.16636266, 0.41404636, 0.32209511, -0.41989297, -0.1318145, 0.18549702], dtype: 'float64' }]],
  // with_grads(lambda x: F.normalize(x, eps=3), D([[3., 4], [0, 2], [1, -1]]))
  [() => withGrads((x) => F.normalize(x!, { eps: 3 }), double([[3, 4], [0, 2], [1, -1]])), [{ shape: [3, 2], data: [0.6, 0.8, 0, 0.66666667, 0.33333333, -0.33333333], dtype: 'float64' }, { shape: [3, 2], data: [-0.232, 0.174, 0.5, -0.83333333, -0.25, 0.33333333], dtype: 'float64' }]],
  // with_grads(lambda x: F.normalize(x, p=float('inf')), D([[3., 4], [0, 2], [1, -1]]))
  [() => withGrads((x) => F.normalize(x!, { p: Number.POSITIVE_INFINITY }), double([[3, 4], [0, 2], [1, -1]])), [{ shape: [3, 2], data: [0.75, 1, 0, 1, 1, -1], dtype: 'float64' }, { shape: [3, 2], data: [-0.5, 0.375, 0.75, 0, 0.125, 0.125], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.cosine_similarity(a, b), pattern(2, 3), pattern(2, 3))
  [() => withGrads((a, b) => F.cosineSimilarity(a!, b!), pattern(2, 3), pattern(2, 3)), [{ shape: [2], data: [1, 1], dtype: 'float64' }, { shape: [2, 3], data: [0, 0, 0, 0, 0, -6.9388939e-18], dtype: 'float64' }, { shape: [2, 3], data: [0, 0, 0, 0, 0, -6.9388939e-18], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.cosine_similarity(a, b, 0), pattern(3, 2), pattern(2))
  [() => withGrads((a, b) => F.cosineSimilarity(a!, b!, 0), pattern(3, 2), pattern(2)), [{ shape: [2], data: [0.27650063, 0.37363236], dtype: 'float64' }, { shape: [3, 2], data: [0.28005202, 0.050182612, 0.56416276, 0.021441662, 0.38152014, 0.066149807], dtype: 'float64' }, { shape: [2], data: [-5.5511151e-17, 5.5511151e-17], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.cosine_similarity(a, b, -1), pattern(2, 1), pattern(2, 3))
  [() => withGrads((a, b) => F.cosineSimilarity(a!, b!, -1), pattern(2, 1), pattern(2, 3)), [{ shape: [2], data: [0.1723455, 0.464758], dtype: 'float64' }, { shape: [2, 1], data: [0, 0], dtype: 'float64' }, { shape: [2, 3], data: [0.35037896, 0.44593686, 0.54149476, 0.014459138, 0.040485586, 0.066512034], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.cosine_similarity(a, b, 0), pattern(4), pattern(4))
  [() => withGrads((a, b) => F.cosineSimilarity(a!, b!, 0), pattern(4), pattern(4)), [{ shape: [], data: [1], dtype: 'float64' }, { shape: [4], data: [0, 0, 2.7755576e-17, 0], dtype: 'float64' }, { shape: [4], data: [0, 0, 2.7755576e-17, 0], dtype: 'float64' }]],
  // with_grads(lambda a, b: F.cosine_similarity(a, b), D([[0, 0], [1e-9, 0]]), D([[1., 2], [3, 4]]))
  [() => withGrads((a, b) => F.cosineSimilarity(a!, b!), double([[0, 0], [1e-9, 0]]), double([[1, 2], [3, 4]])), [{ shape: [2], data: [0, 0.06], dtype: 'float64' }, { shape: [2, 2], data: [-89442719, -178885440, -13500000, -20000000], dtype: 'float64' }, { shape: [2, 2], data: [0, 0, -0.0032, 0.0024], dtype: 'float64' }]],
];

torchTests(cases);

test('gradients, both times', () => {
  for (const p of [1, 2, 2.5]) {
    expect(gradcheck((x) => F.normalize(x!, { p, dim: 0 }), leaf(3, 2))).toBe(true);
    expect(gradgradcheck((x) => F.normalize(x!, { p }), leaf(2, 3))).toBe(true);
  }
  expect(gradcheck((a, b) => F.cosineSimilarity(a!, b!), [leaf(2, 3), leaf(1, 3)])).toBe(true);
  expect(gradgradcheck((a, b) => F.cosineSimilarity(a!, b!, 0), [leaf(3), leaf(3)])).toBe(true);
});

test('errors', () => {
  expect(() => F.normalize(int([[1, 2]]))).toThrow(DTypeError);
  expect(() => F.normalize(int([[1, 2]]))).toThrow('expected float32 or float64');
  expect(() => F.cosineSimilarity(zeros([2, 3]), int([[1, 2, 3]]))).toThrow('expected float32 or float64');
  expect(() => F.cosineSimilarity(zeros([2, 3]), zeros([2, 4]))).toThrow(ShapeError);
});
