import { autograd, DTypeError, IndexError, nn, tensor, zeros } from 'hone';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';
import { withGrads } from '../../../test/helpers/torch-grad.js';

const F = nn.functional;
const { gradcheck, gradgradcheck } = autograd;

// Made by torch 2.15 from the expression in each comment; D and I are torch.tensor in float64 and int64, and with_grads gives the result of a
// function and the gradients of its inputs, that of the result being pattern(*shape).
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // with_grads(lambda x: F.softmax(x, 1), pattern(2, 3))
  [() => withGrads((x) => F.softmax(x!, 1), pattern(2, 3)), [{ shape: [2, 3], data: [0.025081481, 0.14433396, 0.83058456, 0.025081481, 0.14433396, 0.83058456], dtype: 'float64' }, { shape: [2, 3], data: [-0.079248208, -0.20345753, 0.28270574, -0.079248208, -0.20345753, 0.28270574], dtype: 'float64' }]],
  // with_grads(lambda x: F.softmax(x, -2), pattern(2, 3, 2))
  [() => withGrads((x) => F.softmax(x!, -2), pattern(2, 3, 2)), [{ shape: [2, 3, 2], data: [0.026591646, 0.21759271, 0.88059439, 0.022934103, 0.092813966, 0.75947319, 0.89564947, 0.026591646, 0.09440076, 0.88059439, 0.0099497669, 0.092813966], dtype: 'float64' }, { shape: [2, 3, 2], data: [-0.085042686, -0.19534163, 0.26585337, -0.072190588, -0.18081068, 0.26753221, 0.23033925, -0.085042686, -0.18812413, 0.26585337, -0.042215113, -0.18081068], dtype: 'float64' }]],
  // with_grads(lambda x: F.log_softmax(x, 1), pattern(2, 3))
  [() => withGrads((x) => F.logSoftmax(x!, 1), pattern(2, 3)), [{ shape: [2, 3], data: [-3.6856255, -1.9356255, -0.18562553, -3.6856255, -1.9356255, -0.18562553], dtype: 'float64' }, { shape: [2, 3], data: [-1.9811889, -0.14174953, 2.1229384, -2.4435667, -0.4252486, 2.8688153], dtype: 'float64' }]],
  // with_grads(lambda x: F.log_softmax(x, -2), pattern(2, 3, 2))
  [() => withGrads((x) => F.logSoftmax(x!, -2), pattern(2, 3, 2)), [{ shape: [2, 3, 2], data: [-3.6271582, -1.5251303, -0.12715816, -3.7751303, -2.3771582, -0.27513026, -0.11020616, -3.6271582, -2.3602062, -0.12715816, -4.6102062, -2.3771582], dtype: 'float64' }, { shape: [2, 3, 2], data: [-1.9667604, 0.13078724, 2.600743, -2.4598653, -0.63398254, 2.3290781, 1.4065258, -1.2765916, 0.35839886, 1.3694056, -1.7649247, -0.092813966], dtype: 'float64' }]],
  // with_grads(lambda x: F.softmin(x, 1), pattern(2, 3))
  [() => withGrads((x) => F.softmin(x!, 1), pattern(2, 3)), [{ shape: [2, 3], data: [0.83058456, 0.14433396, 0.025081481, 0.83058456, 0.14433396, 0.025081481], dtype: 'float64' }, { shape: [2, 3], data: [0.28270574, -0.20345753, -0.079248208, 0.28270574, -0.20345753, -0.079248208], dtype: 'float64' }]],
  // with_grads(lambda x: F.softmin(x, -2), pattern(2, 3, 2))
  [() => withGrads((x) => F.softmin(x!, -2), pattern(2, 3, 2)), [{ shape: [2, 3, 2], data: [0.75947319, 0.092813966, 0.022934103, 0.88059439, 0.21759271, 0.026591646, 0.0099497669, 0.75947319, 0.09440076, 0.022934103, 0.89564947, 0.21759271], dtype: 'float64' }, { shape: [2, 3, 2], data: [0.26753221, -0.18081068, -0.072190588, 0.26585337, -0.19534163, -0.085042686, -0.042215113, 0.26753221, -0.18812413, -0.072190588, 0.23033925, -0.19534163], dtype: 'float64' }]],
  // F.softmax(D(3.), 0)
  [() => F.softmax(tensor(3, { dtype: 'float64' }), 0), { shape: [], data: [1], dtype: 'float64' }],
  // F.softmax(torch.zeros(2, 0, 3), 1)
  [() => F.softmax(zeros([2, 0, 3]), 1), { shape: [2, 0, 3], data: [], dtype: 'float32' }],
  // F.softmax(pattern(4, 3).t(), 0)
  [() => F.softmax(pattern(4, 3).t(), 0), { shape: [3, 4], data: [0.025081481, 0.025081481, 0.88990547, 0.88990547, 0.14433396, 0.14433396, 0.016299187, 0.016299187, 0.83058456, 0.83058456, 0.093795346, 0.093795346], dtype: 'float64' }],
  // F.log_softmax(torch.tensor([1000., 0, -1000]), 0)
  [() => F.logSoftmax(tensor([1000, 0, -1000]), 0), { shape: [3], data: [0, -1000, -2000], dtype: 'float32' }],
  // F.softmax(torch.tensor([1, 2, 3]), 0, dtype=torch.float64)
  [() => F.softmax(tensor([1, 2, 3], { dtype: 'int64' }), 0, { dtype: 'float64' }), { shape: [3], data: [0.090030573, 0.24472847, 0.66524096], dtype: 'float64' }],
  // F.softmax(pattern(2, 2))
  [() => F.softmax(pattern(2, 2)), { shape: [2, 2], data: [0.1480472, 0.8519528, 0.98201379, 0.01798621], dtype: 'float64' }],
  // F.softmin(pattern(2, 2, 2))
  [() => F.softmin(pattern(2, 2, 2)), { shape: [2, 2, 2], data: [0.77729986, 0.77729986, 0.77729986, 0.77729986, 0.22270014, 0.22270014, 0.22270014, 0.22270014], dtype: 'float64' }],
];

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
});

torchTests(cases);

describe('gradients', () => {
  test.each(['softmax', 'logSoftmax', 'softmin'] as const)('%s, both times', (name) => {
    for (const dim of [0, 1, -1]) {
      expect(gradcheck((x) => F[name](x!, dim), leaf(2, 3, 2))).toBe(true);
      expect(gradgradcheck((x) => F[name](x!, dim), leaf(2, 3, 2))).toBe(true);
    }
    expect(gradcheck((x) => F[name](x!, 0), leaf())).toBe(true);
  });

  test("the recorded gradient is the kernel's", () => {
    for (const name of ['softmax', 'logSoftmax'] as const) {
      const x = leaf(3, 5);
      const given = { gradOutputs: pattern(3, 5) };
      const [fused] = autograd.grad(F[name](x, 1), x, given);
      const [recorded] = autograd.grad(F[name](x, 1), x, { ...given, createGraph: true });
      expect(recorded!.sub(fused!).abs().sum().item()).toBeLessThan(1e-12);
    }
  });
});

test("without a dim, PyTorch's old choice and one warning", () => {
  F.logSoftmax(zeros([2, 3]));
  F.logSoftmax(zeros([4, 3]));
  expect(vi.mocked(console.warn).mock.calls).toEqual([
    ['hone: logSoftmax: no dim given, dim 1 is taken (input of 2 dims). Name the dim: logSoftmax(x, 1).'],
  ]);
});

test('errors', () => {
  expect(() => F.softmax(tensor([1, 2], { dtype: 'int64' }), 0)).toThrow(DTypeError);
  expect(() => F.softmax(tensor([1, 2], { dtype: 'int64' }), 0)).toThrow(
    "softmax: input is int64, expected float32 or float64. Use input.to('float32').",
  );
  expect(() => F.logSoftmax(zeros([2, 3]), 2)).toThrow(IndexError);
  expect(() => F.logSoftmax(zeros([2, 3]), 2)).toThrow('logSoftmax: dim 2 is out of range');
});
