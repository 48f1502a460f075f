import { ArgumentError, nn, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { expect, test } from 'vitest';

const F = nn.functional;

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
