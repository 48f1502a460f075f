// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: numbers that torch made

import { ArgumentError, autograd, DTypeError, nn, noGrad, ShapeError, type Tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';
import { double, withGrads } from '../../../test/helpers/torch-grad.js';

const F = nn.functional;
const { gradcheck, gradgradcheck } = autograd;

const rm = () => double([0, 0.1, 0.2]);
const rv = () => double([1, 2, 0.5]);

/** The running statistics after a training step. */
function running(x: Tensor, momentum?: number): Tensor[] {
  const [mean, variance] = [rm(), rv()];
  F.batchNorm(x, mean, variance, null, null, { training: true, momentum });
  return [mean, variance];
}

// Made by torch 2.15 from the expression in each comment; D and I are torch.tensor in float64 and int64, and with_grads gives the result of a
// function and the gradients of its inputs, that of the result being pattern(*shape).
// running(x, momentum) gives the running mean and variance after F.batch_norm(x, rm(), rv(), training=True, momentum=momentum).
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // with_grads(lambda x, w, b: F.batch_norm(x, rm(), rv(), w, b, training=True), pattern(4, 3), D([1., 2, -1]), D([0, 0.5, 1]))
  [() => withGrads((x, w, b) => F.batchNorm(x!, rm(), rv(), w, b, { training: true }), pattern(4, 3), double([1, 2, -1]), double([0, 0.5, 1])), [{ shape: [4, 3], data: [-0.88981989, 3.1832386, -0.34161932, -1.0991893, 1.3944129, 0.55279356, 1.0991893, -0.39441288, 1.4472064, 0.88981989, -2.1832386, 2.3416193], dtype: 'float64' }, { shape: [4, 3], data: [-1.5602294e-06, 8.5860889e-05, -4.2930444e-05, -1.9273422e-06, 2.8620296e-05, -1.4310148e-05, 1.9273422e-06, -2.8620296e-05, 1.4310148e-05, 1.5602294e-06, -8.5860889e-05, 4.2930444e-05], dtype: 'float64' }, { shape: [3], data: [9.5524782, 2.2360322, 2.2360322], dtype: 'float64' }, { shape: [3], data: [0.5, -4, 3], dtype: 'float64' }]],
  // with_grads(lambda x, w, b: F.batch_norm(x, rm(), rv(), w, b, training=False), pattern(4, 3), D([1., 2, -1]), D([0, 0.5, 1]))
  [() => withGrads((x, w, b) => F.batchNorm(x!, rm(), rv(), w, b, { training: false }), pattern(4, 3), double([1, 2, -1]), double([0, 0.5, 1])), [{ shape: [4, 3], data: [-1.99999, 0.0050264906, -0.83845925, -2.4999875, -0.70207852, -0.13135954, 2.7499863, -1.4091835, 0.57574017, 2.2499888, -2.1162885, 1.2828399], dtype: 'float64' }, { shape: [4, 3], data: [-1.99999, -0.35355251, -2.1212991, -2.4999875, -1.0606575, -1.4141994, 2.7499863, -1.7677625, -0.70709971, 2.2499888, -2.4748675, 0], dtype: 'float64' }, { shape: [3], data: [22.874886, 3.9951433, 4.1011783], dtype: 'float64' }, { shape: [3], data: [0.5, -4, 3], dtype: 'float64' }]],
  // with_grads(lambda x, w, b: F.batch_norm(x, rm(), rv(), w, b, training=True), pattern(2, 3, 2), D([1., 2, -1]), D([0, 0.5, 1]))
  [() => withGrads((x, w, b) => F.batchNorm(x!, rm(), rv(), w, b, { training: true }), pattern(2, 3, 2), double([1, 2, -1]), double([0, 0.5, 1])), [{ shape: [2, 3, 2], data: [-1.0035848, -0.034606374, 1.6766167, -2.7529992, 1.3721024, -0.36437536, 1.6264996, -0.58830836, 0.56921275, 2.5071697, 2.3643754, 0.62789763], dtype: 'float64' }, { shape: [2, 3, 2], data: [-3.0768495e-06, -1.0609826e-07, 3.6073408e-06, -9.9732363e-06, 3.6637411e-06, -1.3433717e-05, 4.9866181e-06, -1.8036704e-06, 2.1219652e-07, 6.153699e-06, 1.3433717e-05, -3.6637411e-06], dtype: 'float64' }, { shape: [3], data: [7.2240806, 7.2240806, 4.031109], dtype: 'float64' }, { shape: [3], data: [-0.75, 1.75, -1.5], dtype: 'float64' }]],
  // with_grads(lambda x, w, b: F.batch_norm(x, rm(), rv(), w, b, training=False), pattern(2, 3, 2), D([1., 2, -1]), D([0, 0.5, 1]))
  [() => withGrads((x, w, b) => F.batchNorm(x!, rm(), rv(), w, b, { training: false }), pattern(2, 3, 2), double([1, 2, -1]), double([0, 0.5, 1])), [{ shape: [2, 3, 2], data: [-1.99999, -0.24999875, 2.479894, -3.1769461, 2.3434894, -0.13135954, 2.7499863, -1.2499938, 1.065684, 3.5405516, 3.7576889, 1.2828399], dtype: 'float64' }, { shape: [2, 3, 2], data: [-1.99999, -0.24999875, 2.121315, -3.5355251, 1.0606496, -1.4141994, 2.7499863, -1.2499938, 0.70710501, 3.1819726, 2.474849, 0], dtype: 'float64' }, { shape: [3], data: [13.187434, 9.6431446, 6.9649321], dtype: 'float64' }, { shape: [3], data: [-0.75, 1.75, -1.5], dtype: 'float64' }]],
  // with_grads(lambda x, w, b: F.batch_norm(x, rm(), rv(), w, b, training=True), pattern(2, 3, 2, 3), D([1., 2, -1]), D([0, 0.5, 1]))
  [() => withGrads((x, w, b) => F.batchNorm(x!, rm(), rv(), w, b, { training: true }), pattern(2, 3, 2, 3), double([1, 2, -1]), double([0, 0.5, 1])), [{ shape: [2, 3, 2, 3], data: [-1.1892994, -0.10341734, 0.98246472, -1.4995514, -0.41366936, 0.6722127, 3.3600632, -1.4149988, 0.6740908, 2.7631805, -2.0118816, 0.077208047, -0.1892994, 2.2927167, 1.2068347, 0.12095262, 2.6029688, 1.5170867, 0.51708669, 1.6029688, -0.87904738, 0.20683468, 1.2927167, -1.1892994, -0.22123333, 1.8678563, -2.9072057, -0.81811609, 1.2709736, 3.3600632, 1.6722127, 0.58633064, -0.49955141, 1.9824647, 0.89658266, -0.1892994], dtype: 'float64' }, { shape: [2, 3, 2, 3], data: [-4.579103e-06, -3.9818287e-07, 3.7827373e-06, -5.7736517e-06, -1.5927315e-06, 2.5881887e-06, 1.0189519e-05, -6.8225477e-06, 6.2023161e-07, 8.063011e-06, -8.9490561e-06, -1.5062768e-06, -4.579103e-06, 4.9772859e-06, 7.9636575e-07, -3.3845544e-06, 6.1718345e-06, 1.9909144e-06, 1.9909144e-06, 6.1718345e-06, -3.3845544e-06, 7.9636575e-07, 4.9772859e-06, -4.579103e-06, -2.569531e-06, 4.8732484e-06, -1.2138819e-05, -4.6960394e-06, 2.74674e-06, 1.0189519e-05, 2.5881887e-06, -1.5927315e-06, -5.7736517e-06, 3.7827373e-06, -3.9818287e-07, -4.579103e-06], dtype: 'float64' }, { shape: [3], data: [19.339042, 20.104379, 19.339042], dtype: 'float64' }, { shape: [3], data: [-1, 4.25, -2], dtype: 'float64' }]],
  // with_grads(lambda x, w, b: F.batch_norm(x, rm(), rv(), w, b, training=False), pattern(2, 3, 2, 3), D([1., 2, -1]), D([0, 0.5, 1]))
  [() => withGrads((x, w, b) => F.batchNorm(x!, rm(), rv(), w, b, { training: false }), pattern(2, 3, 2, 3), double([1, 2, -1]), double([0, 0.5, 1])), [{ shape: [2, 3, 2, 3], data: [-1.99999, -0.24999875, 1.4999925, -2.4999875, -0.74999625, 0.999995, 4.2476566, -1.4091835, 1.065684, 3.5405516, -2.1162885, 0.358579, -1.1920091, 4.4647886, 1.9899396, -0.48490939, 5.1718883, 2.6970393, 0.74999625, 2.4999875, -1.4999925, 0.24999875, 1.99999, -1.99999, 0.0050264906, 2.479894, -3.1769461, -0.70207852, 1.772789, 4.2476566, 3.0505892, 0.57574017, -1.8991088, 3.7576889, 1.2828399, -1.1920091], dtype: 'float64' }, { shape: [2, 3, 2, 3], data: [-1.99999, -0.24999875, 1.4999925, -2.4999875, -0.74999625, 0.999995, 3.8890776, -1.7677625, 0.70710501, 3.1819726, -2.4748675, 0, -2.474849, 3.1819487, 0.70709971, -1.7677493, 3.8890484, 1.4141994, 0.74999625, 2.4999875, -1.4999925, 0.24999875, 1.99999, -1.99999, -0.35355251, 2.121315, -3.5355251, -1.0606575, 1.41421, 3.8890776, 1.7677493, -0.70709971, -3.1819487, 2.474849, 0, -2.474849], dtype: 'float64' }, { shape: [3], data: [31.249844, 24.580738, 45.112962], dtype: 'float64' }, { shape: [3], data: [-1, 4.25, -2], dtype: 'float64' }]],
  // with_grads(lambda x, w: F.batch_norm(x, None, None, w, training=True, eps=0.1), pattern(2, 3, 2), D([1., 2, -1]))
  [() => withGrads((x, w) => F.batchNorm(x!, null, null, w, null, { training: true, eps: 0.1 }), pattern(2, 3, 2), double([1, 2, -1])), [{ shape: [2, 3, 2], data: [-0.98854701, -0.034087828, 1.1589862, -3.2042558, 0.3550358, -1.3017979, 1.6021279, -0.57949308, 0.068175656, 1.977094, 1.3017979, -0.3550358], dtype: 'float64' }, { shape: [2, 3, 2], data: [-0.029406, -0.001014, 0.034476, -0.095315999, 0.031823937, -0.11668777, 0.047658, -0.017238, 0.002028, 0.058812, 0.11668777, -0.031823937], dtype: 'float64' }, { shape: [3], data: [7.1158341, 7.1158341, 3.8462212], dtype: 'float64' }]],
  // with_grads(lambda x, b: F.batch_norm(x, rm(), rv(), None, b), pattern(2, 3), D([1., 2, -1]))
  [() => withGrads((x, b) => F.batchNorm(x!, rm(), rv(), null, b), pattern(2, 3), double([1, 2, -1])), [{ shape: [2, 3], data: [-0.99999, 1.7525132, 0.83845925, -1.4999875, 1.3989607, 0.13135954], dtype: 'float64' }, { shape: [2, 3], data: [-1.99999, -0.17677625, 2.1212991, -2.4999875, -0.53032876, 1.4141994], dtype: 'float64' }, { shape: [3], data: [-4.5, -1, 2.5], dtype: 'float64' }]],
  // with_grads(lambda x: F.batch_norm(x, rm(), rv(), training=True), pattern(2, 3, 4).transpose(0, 2))
  [() => withGrads((x) => F.batchNorm(x!, rm(), rv(), null, null, { training: true }), pattern(2, 3, 4).transpose(0, 2)), [{ shape: [4, 3, 2], data: [-0.99413299, 1.3000201, -0.50398515, -1.6162282, 0.34766278, -0.96118534, 0.076471768, -1.1470765, 0.46922755, -0.64301553, 1.4929049, 0.18405677, 1.1470765, -0.076471768, 1.4424402, 0.33019716, -1.1247914, 1.3292989, -1.3000201, 0.99413299, -0.78204591, 1.3034099, 0.020450752, -1.2883974], dtype: 'float64' }, { shape: [4, 3, 2], data: [-0.84454547, -1.0015092, 0.86160172, -1.1106066, -0.076910499, 1.1269038, 1.4885164, -0.30387695, 0.08473706, 1.3102276, -0.78258524, 0.42122907, 0.30387695, -1.4885164, -0.6921276, 0.53336295, -1.3198649, -0.28444567, 1.0015092, 0.84454547, -0.74369343, -0.24350171, 1.7373987, -0.82172532], dtype: 'float64' }]],
  // with_grads(lambda x, w, b: F.batch_norm(x, rm(), rv(), w, b, training=True), pattern(0, 3), D([1., 2, -1]), D([0, 0.5, 1]))
  [() => withGrads((x, w, b) => F.batchNorm(x!, rm(), rv(), w, b, { training: true }), pattern(0, 3), double([1, 2, -1]), double([0, 0.5, 1])), [{ shape: [0, 3], data: [], dtype: 'float64' }, { shape: [0, 3], data: [], dtype: 'float64' }, { shape: [3], data: [0, 0, 0], dtype: 'float64' }, { shape: [3], data: [0, 0, 0], dtype: 'float64' }]],
  // running(pattern(4, 3), 0.1)
  [() => running(pattern(4, 3)), [{ shape: [3], data: [0.0125, -0.01, 0.255], dtype: 'float64' }, { shape: [3], data: [1.6604167, 1.8416667, 0.49166667], dtype: 'float64' }]],
  // running(pattern(2, 3, 2), 0.3)
  [() => running(pattern(2, 3, 2), 0.3), [{ shape: [3], data: [-0.05625, 0.20125, 0.0275], dtype: 'float64' }, { shape: [3], data: [2.0046875, 2.7046875, 0.75625], dtype: 'float64' }]],
  // running(pattern(1, 3, 2), 1.)
  [() => running(pattern(1, 3, 2), 1), [{ shape: [3], data: [-1.125, -0.5, 0.125], dtype: 'float64' }, { shape: [3], data: [1.53125, 8, 1.53125], dtype: 'float64' }]],
  // with_grads(lambda x, w, b: F.layer_norm(x, (3,), w, b), pattern(2, 3), D([1., 2, -1]), D([0, 0.5, 1]))
  [() => withGrads((x, w, b) => F.layerNorm(x!, [3], w, b), pattern(2, 3), double([1, 2, -1]), double([0, 0.5, 1])), [{ shape: [2, 3], data: [-1.2247419, 0.5, -0.22474187, -1.2247419, 0.5, -0.22474187], dtype: 'float64' }, { shape: [2, 3], data: [-0.29160606, 0.58321042, -0.29160435, -0.058323612, 0.11664208, -0.058318471], dtype: 'float64' }, { shape: [3], data: [5.5113384, 2.0816682e-17, 3.0618547], dtype: 'float64' }, { shape: [3], data: [-4.5, -1, 2.5], dtype: 'float64' }]],
  // with_grads(lambda x: F.layer_norm(x, (2, 2), eps=0.1), pattern(3, 2, 2))
  [() => withGrads((x) => F.layerNorm(x!, [2, 2], null, null, 0.1), pattern(3, 2, 2)), [{ shape: [3, 2, 2], data: [-0.73923806, 0.35016539, 1.4395688, -1.0504962, -0.73923806, 0.35016539, 1.4395688, -1.0504962, 0.17124694, 1.3699755, -1.3699755, -0.17124694], dtype: 'float64' }, { shape: [3, 2, 2], data: [-0.028647433, 0.013569837, 0.055787106, -0.04070951, -0.028647433, 0.013569837, 0.055787106, -0.04070951, 0.0080350469, 0.064280375, -0.064280375, -0.0080350469], dtype: 'float64' }]],
];

torchTests(cases);

describe('gradients, both times', () => {
  test.each([
    [4, 3],
    [2, 3, 4],
    [2, 3, 2, 2],
  ])('batchNorm of [%i, %i, ...]', (...shape) => {
    for (const training of [true, false]) {
      const norm = (x: Tensor, w: Tensor | null, b: Tensor | null) => F.batchNorm(x, rm(), rv(), w, b, { training });
      expect(gradcheck((x, w, b) => norm(x!, w!, b!), [leaf(...shape), leaf(3), leaf(3)])).toBe(true);
      expect(gradcheck((x, b) => norm(x!, null, b!), [leaf(...shape), leaf(3)])).toBe(true);
      expect(gradgradcheck((x, w, b) => norm(x!, w!, b!), [leaf(...shape), leaf(3), leaf(3)])).toBe(true);
    }
  });

  test('batchNorm, of the weight or the bias alone', () => {
    const x = pattern(4, 3);
    expect(gradcheck((w) => F.batchNorm(x, null, null, w!, rm(), { training: true }), leaf(3))).toBe(true);
    expect(gradcheck((b) => F.batchNorm(x, rm(), rv(), null, b!), leaf(3))).toBe(true);
  });

  test('layerNorm', () => {
    expect(gradcheck((x, w, b) => F.layerNorm(x!, [3, 2], w!, b!), [leaf(2, 3, 2), leaf(3, 2), leaf(3, 2)])).toBe(true);
    expect(gradgradcheck((x) => F.layerNorm(x!, 3), leaf(2, 3))).toBe(true);
  });

  test("the recorded gradient is the kernel's", () => {
    const [x, w] = [leaf(3, 3, 2), leaf(3)];
    for (const training of [true, false]) {
      const y = () => F.batchNorm(x, rm(), rv(), w, null, { training }).square().sum();
      const fused = autograd.grad(y(), [x, w]);
      const recorded = autograd.grad(y(), [x, w], { createGraph: true });
      for (const [i, g] of recorded.entries()) expect(g.sub(fused[i]!).abs().sum().item()).toBeLessThan(1e-10);
    }
  });
});

describe('running statistics', () => {
  test('change in place, also where they are views, and count as changed', () => {
    const table = zeros([3, 2], { dtype: 'float64' });
    const [mean, variance] = [table.select(1, 0), rv()];
    F.batchNorm(pattern(4, 3), mean, variance, null, null, { training: true, momentum: 1 });
    expect(mean.toArray()).toEqual(running(pattern(4, 3), 1)[0]!.toArray());
    expect(table.select(1, 1).toArray()).toEqual([0, 0, 0]);
    expect(variance.version).toBe(1);
  });

  test('stay as they are in evaluation, and for an empty batch', () => {
    const [mean, variance] = [rm(), rv()];
    F.batchNorm(pattern(4, 3), mean, variance);
    F.batchNorm(zeros([0, 3], { dtype: 'float64' }), mean, variance, null, null, { training: true });
    expect([mean.toArray(), variance.toArray()]).toEqual([rm().toArray(), rv().toArray()]);
  });

  test('may change between an evaluation and its backward', () => {
    const x = leaf(4, 3);
    const [mean, variance] = [rm(), rv()];
    const [before] = autograd.grad(F.batchNorm(x, mean, variance).square().sum(), x);
    const loss = F.batchNorm(x, mean, variance).square().sum();
    noGrad(() => F.batchNorm(pattern(4, 3), mean, variance, null, null, { training: true }));
    expect(autograd.grad(loss, x)[0]!.toArray()).toEqual(before!.toArray());
  });
});

describe('errors', () => {
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };

  test('batchNorm', () => {
    const [x, one, many] = [zeros([2, 256]), zeros([256]), zeros([1024])];
    wrong(
      () => new nn.BatchNorm1d(1024).forward(x),
      ShapeError,
      'BatchNorm1d(1024): input has 256 features ([2, 256]), the layer was made for 1024. Make it nn.BatchNorm1d(256), the width of what comes in.',
    );
    wrong(
      () => F.batchNorm(x, one, one, many),
      ShapeError,
      'batchNorm: weight is [1024], expected one value for each of the 256 channels of the input [2, 256].',
    );
    wrong(
      () => F.batchNorm(zeros([1, 3]), null, null, null, null, { training: true }),
      ShapeError,
      'batchNorm: training needs more than 1 value per channel, the input [1, 3] has 1. Use a larger batch (or dropLast), or call eval() first.',
    );
    wrong(() => F.batchNorm(zeros([3]), null, null), ShapeError, 'batchNorm: input is [3], expected at least [N, C].');
    wrong(
      () => F.batchNorm(x, null, null),
      ArgumentError,
      'batchNorm: evaluation needs runningMean and runningVar. Give them, or pass { training: true }.',
    );
    wrong(() => F.batchNorm(x, one, null, null, null, { training: true }), ArgumentError, 'runningMean and runningVar come together');
    wrong(
      () => F.batchNorm(zeros([2, 3], { dtype: 'int64' }), null, null),
      DTypeError,
      'batchNorm: input is int64, expected float32 or float64.',
    );
    wrong(
      () => F.batchNorm(x.double(), one, one),
      DTypeError,
      "batchNorm: input is float64 and runningMean float32, expected one dtype. Use input.to('float32').",
    );
  });

  test('layerNorm', () => {
    wrong(() => F.layerNorm(zeros([2, 3]), [4]), ShapeError, 'layerNorm: input is [2, 3], expected it to end in the normalized shape [4].');
    wrong(() => F.layerNorm(zeros([2, 3]), [3], zeros([2])), ShapeError, 'layerNorm: weight is [2], expected the normalized shape [3].');
    wrong(() => F.layerNorm(zeros([3], { dtype: 'int32' }), 3), DTypeError, 'layerNorm: input is int32, expected float32 or float64');
  });
});
