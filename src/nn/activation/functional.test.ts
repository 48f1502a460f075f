// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: numbers that torch made

import { ArgumentError, autograd, nn, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';
import { double, withGrads } from '../../../test/helpers/torch-grad.js';

const F = nn.functional;
const { gradcheck, gradgradcheck } = autograd;

/** The places where slopes change, and NaN: edges() below. */
const edges = () => double([-6, -3, -1, -0.5, 0, 0.5, 1, 3, 6, Number.NaN]);

// Made by torch 2.15 from the expression in each comment; D and I are torch.tensor in float64 and int64, and with_grads gives the result of a
// function and the gradients of its inputs, that of the result being pattern(*shape).
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // with_grads(lambda x: F.gelu(x), edges())
  [() => withGrads((x) => F.gelu(x!), edges()), [{ shape: [10], data: [-5.9195259e-09, -0.0040496941, -0.15865525, -0.15426877, 0, 0.34573123, 0.84134475, 2.9959503, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [7.0937419e-08, 0.0029864118, -0.12497321, -0.33126219, -0.375, 0.86749512, 2.9791175, -1.2649321, 0.50000002, Number.NaN], dtype: 'float64' }]],
  // with_grads(lambda x: F.gelu(x, approximate='tanh'), edges())
  [() => withGrads((x) => F.gelu(x!, { approximate: 'tanh' }), edges()), [{ shape: [10], data: [-8.439649e-11, -0.0036373921, -0.15880801, -0.15428599, 0, 0.34571401, 0.84119199, 2.9963626, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [1.5419952e-09, 0.0028960417, -0.12444613, -0.33157524, -0.375, 0.8673699, 2.9781512, -1.2644802, 0.5, Number.NaN], dtype: 'float64' }]],
  // with_grads(lambda x: F.silu(x), edges())
  [() => withGrads((x) => F.silu(x!), edges()), [{ shape: [10], data: [-0.014835739, -0.14227762, -0.26894142, -0.18877033, 0, 0.31122967, 0.73105858, 2.8577224, 5.9851643, Number.NaN], dtype: 'float64' }, { shape: [10], data: [0.024652865, 0.022026027, 0.10849423, -0.65009703, -0.375, 0.73996119, 2.5510939, -1.3601301, 0.50616322, Number.NaN], dtype: 'float64' }]],
  // with_grads(lambda x: F.mish(x), edges())
  [() => withGrads((x) => F.mish(x!), edges()), [{ shape: [10], data: [-0.01485408, -0.14564746, -0.30340146, -0.22074377, 0, 0.37524521, 0.86509839, 2.986535, 5.9999266, Number.NaN], dtype: 'float64' }, { shape: [10], data: [0.024719936, 0.023348279, 0.088825134, -0.72377669, -0.45, 0.88642438, 2.8848496, -1.2763836, 0.50006707, Number.NaN], dtype: 'float64' }]],
  // with_grads(lambda x: F.elu(x), edges())
  [() => withGrads((x) => F.elu(x!), edges()), [{ shape: [10], data: [-0.99752125, -0.95021293, -0.63212056, -0.39346934, 0, 0.5, 1, 3, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [-0.0049575044, -0.012446767, 0.55181916, -1.5163266, -0.75, 1, 2.75, -1.25, 0.5, 2.25], dtype: 'float64' }]],
  // with_grads(lambda x: F.elu(x, 0.3), edges())
  [() => withGrads((x) => F.elu(x!, 0.3), edges()), [{ shape: [10], data: [-0.29925637, -0.28506388, -0.18963617, -0.1180408, 0, 0.5, 1, 3, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [-0.0014872513, -0.0037340301, 0.16554575, -0.45489799, -0.225, 1, 2.75, -1.25, 0.5, 2.25], dtype: 'float64' }]],
  // with_grads(lambda x: F.selu(x), edges())
  [() => withGrads((x) => F.selu(x!), edges()), [{ shape: [10], data: [-1.7537414, -1.6705687, -1.1113307, -0.69175819, 0, 0.52535049, 1.050701, 3.152103, 6.3042059, Number.NaN], dtype: 'float64' }, { shape: [10], data: [-0.0087157851, -0.021882653, 0.9701529, -2.6658529, -1.3185745, 1.050701, 2.8894277, -1.3133762, 0.52535049, 2.3640772], dtype: 'float64' }]],
  // with_grads(lambda x: F.celu(x), edges())
  [() => withGrads((x) => F.celu(x!), edges()), [{ shape: [10], data: [-0.99752125, -0.95021293, -0.63212056, -0.39346934, 0, 0.5, 1, 3, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [-0.0049575044, -0.012446767, 0.55181916, -1.5163266, -0.75, 1, 2.75, -1.25, 0.5, 2.25], dtype: 'float64' }]],
  // with_grads(lambda x: F.celu(x, 2.), edges())
  [() => withGrads((x) => F.celu(x!, 2), edges()), [{ shape: [10], data: [-1.9004259, -1.5537397, -0.78693868, -0.44239843, 0, 0.5, 1, 3, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [-0.099574137, -0.05578254, 0.90979599, -1.947002, -0.75, 1, 2.75, -1.25, 0.5, 2.25], dtype: 'float64' }]],
  // with_grads(lambda x: F.leaky_relu(x), edges())
  [() => withGrads((x) => F.leakyRelu(x!), edges()), [{ shape: [10], data: [-0.06, -0.03, -0.01, -0.005, 0, 0.5, 1, 3, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [-0.02, -0.0025, 0.015, -0.025, -0.0075, 1, 2.75, -1.25, 0.5, 0.0225], dtype: 'float64' }]],
  // with_grads(lambda x: F.leaky_relu(x, 0.3), edges())
  [() => withGrads((x) => F.leakyRelu(x!, 0.3), edges()), [{ shape: [10], data: [-1.8, -0.9, -0.3, -0.15, 0, 0.5, 1, 3, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [-0.6, -0.075, 0.45, -0.75, -0.225, 1, 2.75, -1.25, 0.5, 0.675], dtype: 'float64' }]],
  // with_grads(lambda x: F.relu(x), edges())
  [() => withGrads((x) => F.relu(x!), edges()), [{ shape: [10], data: [0, 0, 0, 0, 0, 0.5, 1, 3, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [0, 0, 0, 0, 0, 1, 2.75, -1.25, 0.5, 2.25], dtype: 'float64' }]],
  // with_grads(lambda x: F.relu6(x), edges())
  [() => withGrads((x) => F.relu6(x!), edges()), [{ shape: [10], data: [0, 0, 0, 0, 0, 0.5, 1, 3, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [0, 0, 0, 0, 0, 1, 2.75, -1.25, 0, 2.25], dtype: 'float64' }]],
  // with_grads(lambda x: F.hardtanh(x), edges())
  [() => withGrads((x) => F.hardtanh(x!), edges()), [{ shape: [10], data: [-1, -1, -1, -0.5, 0, 0.5, 1, 1, 1, Number.NaN], dtype: 'float64' }, { shape: [10], data: [0, 0, 0, -2.5, -0.75, 1, 0, 0, 0, 2.25], dtype: 'float64' }]],
  // with_grads(lambda x: F.hardtanh(x, -2., 0.5), edges())
  [() => withGrads((x) => F.hardtanh(x!, -2, 0.5), edges()), [{ shape: [10], data: [-2, -2, -1, -0.5, 0, 0.5, 0.5, 0.5, 0.5, Number.NaN], dtype: 'float64' }, { shape: [10], data: [0, 0, 1.5, -2.5, -0.75, 0, 0, 0, 0, 2.25], dtype: 'float64' }]],
  // with_grads(lambda x: F.hardswish(x), edges())
  [() => withGrads((x) => F.hardswish(x!), edges()), [{ shape: [10], data: [0, 0, -0.33333333, -0.20833333, 0, 0.29166667, 0.66666667, 3, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [0, 0, 0.25, -0.83333333, -0.375, 0.66666667, 2.2916667, -1.25, 0.5, 2.25], dtype: 'float64' }]],
  // with_grads(lambda x: F.hardsigmoid(x), edges())
  [() => withGrads((x) => F.hardsigmoid(x!), edges()), [{ shape: [10], data: [0, 0, 0.33333333, 0.41666667, 0.5, 0.58333333, 0.66666667, 1, 1, Number.NaN], dtype: 'float64' }, { shape: [10], data: [0, 0, 0.25000001, -0.41666668, -0.125, 0.16666667, 0.45833335, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.softplus(x), edges())
  [() => withGrads((x) => F.softplus(x!), edges()), [{ shape: [10], data: [0.0024756851, 0.048587352, 0.31326169, 0.47407698, 0.69314718, 0.97407698, 1.3132617, 3.0485874, 6.0024757, Number.NaN], dtype: 'float64' }, { shape: [10], data: [-0.0049452463, -0.011856468, 0.40341213, -0.94385167, -0.375, 0.62245933, 2.0104111, -1.1907177, 0.49876369, Number.NaN], dtype: 'float64' }]],
  // with_grads(lambda x: F.softplus(x, 2, 3), edges())
  [() => withGrads((x) => F.softplus(x!, 2, 3), edges()), [{ shape: [10], data: [3.0720967e-06, 0.0012378426, 0.063464006, 0.15663084, 0.34657359, 0.65663084, 1.063464, 3, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [-1.2288349e-05, -0.00061815579, 0.17880438, -0.67235355, -0.375, 0.73105858, 2.422192, -1.25, 0.5, Number.NaN], dtype: 'float64' }]],
  // with_grads(lambda x: F.softsign(x), edges())
  [() => withGrads((x) => F.softsign(x!), edges()), [{ shape: [10], data: [-0.85714286, -0.75, -0.5, -0.33333333, 0, 0.33333333, 0.5, 0.75, 0.85714286, Number.NaN], dtype: 'float64' }, { shape: [10], data: [-0.040816327, -0.015625, 0.375, -1.1111111, -0.75, 0.44444444, 0.6875, -0.078125, 0.010204082, Number.NaN], dtype: 'float64' }]],
  // with_grads(lambda x: F.logsigmoid(x), edges())
  [() => withGrads((x) => F.logsigmoid(x!), edges()), [{ shape: [10], data: [-6.0024757, -3.0485874, -1.3132617, -0.97407698, -0.69314718, -0.47407698, -0.31326169, -0.048587352, -0.0024756851, Number.NaN], dtype: 'float64' }, { shape: [10], data: [-1.9950548, -0.23814353, 1.0965879, -1.5561483, -0.375, 0.37754067, 0.73958891, -0.059282341, 0.0012363116, Number.NaN], dtype: 'float64' }]],
  // with_grads(lambda x: F.threshold(x, 0.5, -7.), edges())
  [() => withGrads((x) => F.threshold(x!, 0.5, -7), edges()), [{ shape: [10], data: [-7, -7, -7, -7, -7, -7, 1, 3, 6, Number.NaN], dtype: 'float64' }, { shape: [10], data: [0, 0, 0, 0, 0, 0, 2.75, -1.25, 0.5, 2.25], dtype: 'float64' }]],
  // with_grads(lambda x: F.tanhshrink(x), edges())
  [() => withGrads((x) => F.tanhshrink(x!), edges()), [{ shape: [10], data: [-5.0000123, -2.0049452, -0.23840584, -0.037882843, 0, 0.037882843, 0.23840584, 2.0049452, 5.0000123, Number.NaN], dtype: 'float64' }, { shape: [10], data: [-1.9999508, -0.24753349, 0.87003849, -0.53388067, 0, 0.21355227, 1.5950706, -1.2376675, 0.49998771, Number.NaN], dtype: 'float64' }]],
  // with_grads(F.prelu, pattern(2, 3, 2), D([0.1, 0.2, -0.3]))
  [() => withGrads((x, w) => F.prelu(x!, w!), pattern(2, 3, 2), double([0.1, 0.2, -0.3])), [{ shape: [2, 3, 2], data: [-0.2, -0.025, 1.5, -0.5, 0.225, 1, 2.75, -0.125, 0.5, 2.25, 0.525, 0], dtype: 'float64' }, { shape: [2, 3, 2], data: [-0.2, -0.025, 1.5, -0.5, 0.225, 1, 2.75, -0.125, 0.5, 2.25, 0.525, 0], dtype: 'float64' }, { shape: [3], data: [5.625, 6.25, 3.625], dtype: 'float64' }]],
  // with_grads(F.prelu, pattern(3), D([0.25]))
  [() => withGrads((x, w) => F.prelu(x!, w!), pattern(3), double([0.25])), [{ shape: [3], data: [-0.5, -0.0625, 1.5], dtype: 'float64' }, { shape: [3], data: [-0.5, -0.0625, 1.5], dtype: 'float64' }, { shape: [1], data: [4.0625], dtype: 'float64' }]],
  // with_grads(F.glu, pattern(2, 4))
  [() => withGrads((x) => F.glu(x!), pattern(2, 4)), [{ shape: [2, 2], data: [-1.635149, -0.018964545, -0.70493501, 0.22270014], dtype: 'float64' }, { shape: [2, 4], data: [-1.635149, -0.018964545, 0.59658581, 0.0043814823, 1.40987, -0.55675035, -0.063535775, -0.43276197], dtype: 'float64' }]],
  // with_grads(lambda x: F.glu(x, 1), pattern(2, 2, 3))
  [() => withGrads((x) => F.glu(x!, 1), pattern(2, 2, 3)), [{ shape: [2, 1, 3], data: [-0.15171636, -0.080205325, 1.0965879, 2.487789, -0.185059, 0.25], dtype: 'float64' }, { shape: [2, 2, 3], data: [-0.15171636, -0.080205325, 1.0965879, 0.28041487, 0.013618437, 0.44237685, -2.2616263, -0.1110354, 0.5, -0.59302337, 0.11824615, 0.125], dtype: 'float64' }]],
];

torchTests(cases);

describe('gradients, both times', () => {
  const functions: Record<string, (x: Tensor) => Tensor> = {
    gelu: (x) => F.gelu(x),
    'gelu, tanh': (x) => F.gelu(x, { approximate: 'tanh' }),
    silu: F.silu,
    mish: F.mish,
    elu: (x) => F.elu(x, 0.7),
    selu: F.selu,
    celu: (x) => F.celu(x, 0.7),
    leakyRelu: (x) => F.leakyRelu(x, 0.2),
    relu6: (x) => F.relu6(x.mul(5)),
    hardtanh: (x) => F.hardtanh(x, -0.5, 0.7),
    hardswish: (x) => F.hardswish(x.mul(3)),
    hardsigmoid: (x) => F.hardsigmoid(x.mul(3)),
    softplus: (x) => F.softplus(x, 2, 1),
    softsign: F.softsign,
    logsigmoid: F.logsigmoid,
    tanhshrink: F.tanhshrink,
    threshold: (x) => F.threshold(x, 0.1, 3),
    glu: (x) => F.glu(x, 0),
  };

  test.each(Object.entries(functions))('%s', (_name, fn) => {
    expect(gradcheck((x) => fn(x!), leaf(2, 5))).toBe(true);
    expect(gradcheck((x) => fn(x!.t()), leaf(3, 2))).toBe(true);
    // The product makes second derivatives of piecewise linear functions other than 0.
    expect(gradgradcheck((x) => fn(x!.mul(x!)), leaf(2, 3))).toBe(true);
  });

  test('prelu', () => {
    expect(gradcheck((x, w) => F.prelu(x!, w!), [leaf(2, 3, 2), leaf(3)])).toBe(true);
    expect(gradgradcheck((x, w) => F.prelu(x!, w!), [leaf(2, 3), leaf(1)])).toBe(true);
  });
});

test('empty tensors stay empty', () => {
  for (const fn of [F.gelu, F.mish, F.celu, F.relu6, F.hardswish, F.glu] as ((x: Tensor) => Tensor)[])
    expect(fn(zeros([0, 2])).numel()).toBe(0);
});

test('large values neither overflow nor spoil gradients', () => {
  const x = tensor([-1000, 1000], { requiresGrad: true });
  for (const fn of [F.celu, F.mish, F.softplus, F.logsigmoid, F.hardswish] as ((x: Tensor) => Tensor)[]) {
    x.grad = null;
    fn(x).sum().backward();
    expect([...x.grad!.toTypedArray()].every((v) => Number.isFinite(Number(v)))).toBe(true);
  }
});

test('errors', () => {
  expect(() => F.gelu(zeros([2]), { approximate: 'erf' as 'tanh' })).toThrow(ArgumentError);
  expect(() => F.celu(zeros([2]), 0)).toThrow(ArgumentError);
  expect(() => F.hardtanh(zeros([2]), 1, -1)).toThrow('hardtanh: minVal 1 is above maxVal -1.');
  expect(() => F.glu(zeros([2, 3]))).toThrow(ShapeError);
  expect(() => F.glu(zeros([2, 3]))).toThrow('glu: dim 1 has size 3, expected an even size to halve (x [2, 3]).');
  expect(() => F.glu(zeros([]))).toThrow(ShapeError);
  expect(() => F.prelu(zeros([2, 3]), zeros([4]))).toThrow(
    'prelu: weight has 4 values, the input [2, 3] has 3 channels. Give one value, or one per channel.',
  );
  expect(() => F.prelu(zeros([2, 3]), zeros([3, 1]))).toThrow(ShapeError);
});
