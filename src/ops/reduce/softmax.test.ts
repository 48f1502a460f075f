import { autograd, DTypeError, IndexError, nn, tensor, zeros } from 'hone';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { leaf, pattern } from '../../../test/helpers/tensors.js';

const F = nn.functional;

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('gradients', () => {
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
