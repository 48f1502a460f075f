import { autograd, DTypeError, type Tensor, tensor, varMean, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests } from '../../../test/helpers/torch-case.js';

// Made by torch 2.15 from the expression in each comment; T is torch.tensor, I an int64 tensor.
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // pattern(2,3,5).var((0,2))
  [() => pattern(2, 3, 5).var([0, 2]), { shape: [3], data: [3.2229166667, 2.7118055556, 3.2229166667], dtype: 'float64' }],
  // pattern(2,3,5).var(1,correction=0,keepdim=True)
  [() => pattern(2, 3, 5).var(1, { correction: 0, keepdim: true }), { shape: [2, 1, 5], data: [1.8472222222, 1.8472222222, 1.8472222222, 1.8472222222, 1.8472222222, 1.8472222222, 1.8472222222, 1.8472222222, 1.8472222222, 1.8472222222], dtype: 'float64' }],
  // pattern(2,3,5).permute(2,0,1).std((0,1))
  [() => pattern(2, 3, 5).permute(2, 0, 1).std([0, 1]), { shape: [3], data: [1.7952483579, 1.6467560704, 1.7952483579], dtype: 'float64' }],
  // pattern(7).std()
  [() => pattern(7).std(), { shape: [], data: [1.9008143618], dtype: 'float64' }],
  // torch.var_mean(pattern(4,3),0)
  [() => varMean(pattern(4, 3), 0), [{ shape: [3], data: [7.6041666667, 0.4166666667, 0.4166666667], dtype: 'float64' }, { shape: [3], data: [0.125, -1, 0.75], dtype: 'float64' }]],
  // pattern(4,3).var(0,unbiased=False)
  [() => pattern(4, 3).var(0, { unbiased: false }), { shape: [3], data: [5.703125, 0.3125, 0.3125], dtype: 'float64' }],
  // T([2.]).var()
  [() => tensor([2]).var(), { shape: [], data: [NaN], dtype: 'float32' }],
  // T(2.).var(correction=0)
  [() => tensor(2).var(undefined, { correction: 0 }), { shape: [], data: [0], dtype: 'float32' }],
  // torch.zeros(3,0).var(1)
  [() => zeros([3, 0]).var(1), { shape: [3], data: [NaN, NaN, NaN], dtype: 'float32' }],
  // pattern(3,4).norm()
  [() => pattern(3, 4).norm(), { shape: [], data: [5.6236109396], dtype: 'float64' }],
  // pattern(3,4).norm('fro',1)
  [() => pattern(3, 4).norm('fro', 1), { shape: [3], data: [3.5443617197, 3.2691742077, 2.8939592257], dtype: 'float64' }],
  // pattern(2,3,4).norm(1,(0,2),True)
  [() => pattern(2, 3, 4).norm(1, [0, 2], true), { shape: [1, 3, 1], data: [12, 12.75, 10.25], dtype: 'float64' }],
  // pattern(2,3,4).norm(2,(0,2))
  [() => pattern(2, 3, 4).norm(2, [0, 2]), { shape: [3], data: [4.7434164903, 5.1051444642, 4.3229041164], dtype: 'float64' }],
  // pattern(2,3).norm(3,1)
  [() => pattern(2, 3).norm(3, 1), { shape: [2], data: [2.25, 2.5736427321], dtype: 'float64' }],
  // pattern(2,3).norm(0.5,0)
  [() => pattern(2, 3).norm(0.5, 0), { shape: [3], data: [8.972135955, 1.8660254038, 4.9494897428], dtype: 'float64' }],
  // pattern(2,3).norm(inf,1)
  [() => pattern(2, 3).norm(Infinity, 1), { shape: [2], data: [2, 2.5], dtype: 'float64' }],
  // pattern(2,3).norm(-inf)
  [() => pattern(2, 3).norm(-Infinity), { shape: [], data: [0.25], dtype: 'float64' }],
  // T([0.,2,0,3]).norm(0)
  [() => tensor([0, 2, 0, 3]).norm(0), { shape: [], data: [2], dtype: 'float32' }],
  // pattern(2,3,4).logsumexp((0,2))
  [() => pattern(2, 3, 4).logsumexp([0, 2]), { shape: [3], data: [2.7366237708, 3.5219710917, 3.0606665606], dtype: 'float64' }],
  // T([1000.,1000.]).logsumexp(0)
  [() => tensor([1000, 1000]).logsumexp(0), { shape: [], data: [1000.6931762695], dtype: 'float32' }],
  // T([[-inf,-inf],[inf,1]]).logsumexp(1,True)
  [() => tensor([[-Infinity, -Infinity], [Infinity, 1]]).logsumexp(1, true), { shape: [2, 1], data: [-Infinity, Infinity], dtype: 'float32' }],
  // I([1,2]).logsumexp(0)
  [() => int([1, 2]).logsumexp(0), { shape: [], data: [2.3132617474], dtype: 'float32' }],
];

describe('statistics, as PyTorch', () => {
  torchTests(cases);
});

describe('gradients', () => {
  const { gradcheck, gradgradcheck } = autograd;
  const functions: Record<string, (x: Tensor) => Tensor | Tensor[]> = {
    'var over dims apart': (x) => x.var([0, 2]),
    'var of all': (x) => x.var(),
    'var, correction 0': (x) => x.var(1, { correction: 0, keepdim: true }),
    'var of a permuted input': (x) => x.permute(2, 0, 1).var([0, 1]),
    std: (x) => x.std(1),
    varMean: (x) => varMean(x, [1, 2]),
    'norm 1': (x) => x.norm(1, [0, 2]),
    'norm 2': (x) => x.norm(),
    'norm fro over a dim': (x) => x.norm('fro', 1, true),
    'norm 3': (x) => x.norm(3, [1, 2]),
    'norm 1.5': (x) => x.norm(1.5, 0),
    'norm infinity': (x) => x.norm(Number.POSITIVE_INFINITY, 1),
    'norm -infinity': (x) => x.norm(Number.NEGATIVE_INFINITY),
    logsumexp: (x) => x.logsumexp([0, 2]),
  };

  test.each(Object.entries(functions))('%s', (_name, fn) => {
    const x = leaf(2, 3, 4);
    expect(gradcheck((a) => fn(a!), x)).toBe(true);
    expect(gradgradcheck((a) => fn(a!), x)).toBe(true);
  });

  test('std and norm of zeros have gradient 0', () => {
    const x = zeros([3], { requiresGrad: true });
    x.std().backward();
    expect(x.grad!.toArray()).toEqual([0, 0, 0]);
    x.norm().backward();
    x.norm(3).backward();
    expect(x.grad!.toArray()).toEqual([0, 0, 0]);
  });
});

test('integers are refused by name', () => {
  expect(() => int([1, 2]).var()).toThrow(new DTypeError("var: expected a floating dtype, got int64. Use x.to('float32')."));
  expect(() => int([1, 2]).norm()).toThrow(DTypeError);
  expect(() => int([1, 2]).std()).toThrow(/^std:/);
});
