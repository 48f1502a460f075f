import { ArgumentError, autograd, DTypeError, nn, noGrad, ShapeError, type Tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { double, leaf, pattern } from '../../../test/helpers/tensors.js';

const F = nn.functional;

const rm = () => double([0, 0.1, 0.2]);
const rv = () => double([1, 2, 0.5]);

/** The running statistics after a training step. */
function running(x: Tensor, momentum?: number): Tensor[] {
  const [mean, variance] = [rm(), rv()];
  F.batchNorm(x, mean, variance, null, null, { training: true, momentum });
  return [mean, variance];
}

describe('gradients, both times', () => {
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
