import { ArgumentError, DTypeError, GradError, nn, noGrad, ones, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { leaf } from '../../../test/helpers/tensors.js';

const F = nn.functional;

/** Each with what its gradient keeps: its result, or a copy of something else. */
const functions: Record<string, [(x: Tensor, inplace: boolean) => Tensor, keeps: 'result' | 'copy']> = {
  relu: [(x, inplace) => F.relu(x, { inplace }), 'result'],
  relu6: [(x, inplace) => F.relu6(x, { inplace }), 'result'],
  elu: [(x, inplace) => F.elu(x, { alpha: 0.7, inplace }), 'result'],
  selu: [(x, inplace) => F.selu(x, inplace), 'result'],
  celu: [(x, inplace) => F.celu(x, 0.7, inplace), 'result'],
  leakyRelu: [(x, inplace) => F.leakyRelu(x, 0.2, { inplace }), 'result'],
  hardtanh: [(x, inplace) => F.hardtanh(x, { minVal: -0.5, maxVal: 0.7, inplace }), 'result'],
  threshold: [(x, inplace) => F.threshold(x, 0.1, -1, { inplace }), 'result'],
  'threshold, upwards': [(x, inplace) => F.threshold(x, 0.1, 3, inplace), 'copy'],
  rrelu: [(x, inplace) => F.rrelu(x, 0.2, 0.2, { training: true, inplace }), 'copy'], // of its slopes
  silu: [(x, inplace) => F.silu(x, { inplace }), 'copy'],
  mish: [(x, inplace) => F.mish(x, { inplace }), 'copy'],
  hardswish: [(x, inplace) => F.hardswish(x, { inplace }), 'copy'],
  hardsigmoid: [(x, inplace) => F.hardsigmoid(x, { inplace }), 'copy'],
};

describe.each(Object.entries(functions))('%s in place', (_name, [fn, keeps]) => {
  test('writes over its input, which becomes the result', () => {
    const x = leaf(3, 4);
    for (const of of [(h: Tensor) => h, (h: Tensor) => h.t()]) {
      const h = of(x.mul(1));
      const y = fn(h, true);
      expect(y).toBe(h);
      expect(y.toArray()).toEqual(fn(of(x), false).toArray());
    }
    const bare = noGrad(() => x.mul(1));
    noGrad(() => fn(bare, true));
    expect(bare.toArray()).toEqual(fn(x, false).toArray());
  });

  test('leaves alone what backward needs', () => {
    const x = leaf(3);
    const y = fn(x.mul(1), true);
    const values = y.toArray();
    if (keeps === 'copy')
      y.mul_(2); // its gradient does not look at the result
    else expect(() => y.mul_(2).sum().backward()).toThrow(GradError);
    expect(values).toEqual(fn(x, false).toArray());
    expect(() => fn(x, true)).toThrow(/a leaf that requires gradients cannot be changed in place/);
  });
});

test('the names with an underscore', () => {
  const made = (fn: (x: Tensor) => Tensor) => {
    const x = tensor([-2, 0.25, 3]);
    return [fn(x) === x, x.toArray()];
  };
  expect(made(F.relu_)).toEqual([true, F.relu(tensor([-2, 0.25, 3])).toArray()]);
  expect(made((x) => F.elu_(x, 0.5))).toEqual([true, F.elu(tensor([-2, 0.25, 3]), 0.5).toArray()]);
  expect(made(F.selu_)).toEqual([true, F.selu(tensor([-2, 0.25, 3])).toArray()]);
  expect(made((x) => F.celu_(x, 2))).toEqual([true, F.celu(tensor([-2, 0.25, 3]), 2).toArray()]);
  expect(made((x) => F.leakyRelu_(x))).toEqual([true, F.leakyRelu(tensor([-2, 0.25, 3])).toArray()]);
  expect(made((x) => F.hardtanh_(x, -1, 2))).toEqual([true, [-1, 0.25, 2]]);
  expect(made((x) => F.threshold_(x, 0.5, 7))).toEqual([true, [7, 7, 3]]);
  expect(made((x) => F.rrelu_(x, 0.5, 0.5))).toEqual([true, [-1, 0.25, 3]]);
});

describe('arguments', () => {
  const x = () => tensor([-1, 2]);

  test('by position and by name mean the same', () => {
    expect(F.leakyRelu(x(), { negativeSlope: 0.5 }).toArray()).toEqual(F.leakyRelu(x(), 0.5).toArray());
    expect(F.hardtanh(x(), -0.5, { maxVal: 0.5 }).toArray()).toEqual([-0.5, 0.5]);
    expect(F.softmax(x(), { dim: 0 }).toArray()).toEqual(F.softmax(x(), 0).toArray());
    expect(F.gelu(x(), 'tanh').toArray()).toEqual(F.gelu(x(), { approximate: 'tanh' }).toArray());
    expect(new nn.LeakyReLU({ negativeSlope: 0.5 }).forward(x()).toArray()).toEqual([-0.5, 2]);
    expect(String(new nn.LeakyReLU(0.5, true))).toBe('LeakyReLU(negative_slope=0.5, inplace=True)');
    expect(String(new nn.LeakyReLU({ inplace: true }))).toBe('LeakyReLU(negative_slope=0.01, inplace=True)');
    expect(String(new nn.PReLU({ numParameters: 2 }))).toBe('PReLU(num_parameters=2)');
    expect(String(new nn.Threshold({ threshold: 0.5, value: 20 }))).toBe('Threshold(threshold=0.5, value=20)');
    expect(String(new nn.Softmax({ dim: 1 }))).toBe('Softmax(dim=1)');
    expect(new nn.PReLU(2, { dtype: 'float64' }).weight.dtype).toBe('float64');
    expect(F.elu(x(), undefined, { inplace: false }).toArray()).toEqual(F.elu(x()).toArray());
  });

  test.each<[() => unknown, string]>([
    [() => F.leakyRelu(x(), { slope: 0.2 } as never), 'leakyRelu: there is no option "slope". leakyRelu takes negativeSlope, inplace.'],
    [() => F.leakyRelu(x(), '0.2' as never), 'leakyRelu: negativeSlope is "0.2", expected a number.'],
    [() => F.relu(x(), 0.2 as never), 'relu: inplace is 0.2, expected true or false.'],
    [() => (F.relu as (...given: unknown[]) => Tensor)(x(), true, 3), 'relu: got 3 as one argument too many. relu takes inplace.'],
    [() => F.elu(x(), 1, { alpha: 2 } as never), 'elu: alpha is given twice, by position and by name.'],
    [() => (F.elu as (...given: unknown[]) => Tensor)(x(), { alpha: 2 }, true), 'elu: an object of options comes last, got true after it.'],
    [() => new nn.ELU({ aplha: 2 } as never), 'ELU: there is no option "aplha". Did you mean alpha? ELU takes alpha, inplace.'],
    [() => new nn.ReLU(1 as never), 'ReLU: inplace is 1, expected true or false.'],
    [() => new nn.GELU('erf' as never), 'GELU: approximate is "erf"'],
    [() => new nn.Softmax('1' as never), 'Softmax: dim is "1", expected a whole number.'],
    [() => F.softmax(x(), 0.5), 'softmax: dim is 0.5, expected a whole number.'],
    [() => new nn.Threshold(1, undefined as never), 'Threshold: threshold is 1 and value undefined, expected two numbers.'],
    [() => new nn.RReLU(0.5, 0.1), 'RReLU: lower is 0.5 and upper 0.1, expected two numbers, the first not above the second.'],
    [() => F.softshrink(x(), -1), 'softshrink: lambd is -1, expected a number of at least 0.'],
    [() => F.elu(x().requiresGrad_().mul(1), -1, true), 'elu: alpha is -1, and in place the gradient cannot be found for one below 0.'],
    [() => new nn.Softmax2d().forward(ones([2, 2])), 'Softmax2d: x is [2, 2], expected [N, C, H, W] or [C, H, W].'],
    [() => new nn.Hardtanh({ minVal: 2 }), 'Hardtanh: minVal is 2 and maxVal 1, expected the first below the second.'],
  ])('%s', (call, message) => {
    expect(call).toThrow(message);
  });

  test('dtypes are refused as in torch', () => {
    const whole = tensor([1, -2], { dtype: 'int64' });
    expect(() => F.gelu(whole)).toThrow(new DTypeError("gelu: x is int64, expected float32 or float64. Use x.to('float32')."));
    expect(() => F.relu(whole.gt(0))).toThrow(DTypeError);
    expect(F.relu(whole).toArray()).toEqual([1, 0]);
    expect(F.hardtanh(whole).dtype).toBe('int64');
    expect(() => F.prelu(ones([2]), ones([1], { dtype: 'float64' }))).toThrow(
      "prelu: x is float32 and weight float64, expected one dtype. Use x.to('float64').",
    );
    expect(() => F.celu(zeros([1]), 0)).toThrow(ArgumentError);
  });
});

test('gumbelSoftmax draws shares, or one-hot rows with the gradient of the shares', () => {
  const logits = leaf(5, 4);
  const soft = F.gumbelSoftmax(logits, 0.7);
  expect(soft.sum(1).sub(1).abs().max().item()).toBeLessThan(1e-6);
  const hard = F.gumbelSoftmax(logits, { hard: true, dim: 0 });
  expect(hard.sum(0).toArray()).toEqual([1, 1, 1, 1]);
  hard.mul(leaf(5, 4).detach()).sum().backward();
  expect(logits.grad!.abs().sum().item()).toBeGreaterThan(0);
});
