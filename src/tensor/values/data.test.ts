import { describe, expect, it } from 'vitest';
import { ArgumentError, DTypeError, GradError, nn, noGrad, ones, optim, scope, tensor, zeros } from '../../index.js';

describe('data', () => {
  it('shares the memory and is outside the tape', () => {
    const layer = new nn.Linear(2, 2);
    expect(layer.weight.data.requiresGrad).toBe(false);
    layer.weight.data.fill_(3).mul_(2);
    expect(layer.weight.toArray()).toEqual([
      [6, 6],
      [6, 6],
    ]);
    expect(layer.weight.isLeaf && layer.weight.requiresGrad).toBe(true);
  });

  it('takes other memory where it is assigned, and the optimizer sees it', () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const sgd = new optim.SGD([w], { lr: 1 });
    w.data = tensor([10, 20]);
    w.sum().backward();
    sgd.step();
    expect(w.toArray()).toEqual([9, 19]);
    const kept = zeros([1]);
    scope(() => {
      kept.data = ones([3]).add(1);
    });
    expect(kept.toArray()).toEqual([2, 2, 2]);
  });

  it('refuses what cannot be meant, and is not counted as a change for backward', () => {
    const w = tensor([1, 2], { requiresGrad: true });
    expect(() => ((w as { data: unknown }).data = [1, 2])).toThrow(ArgumentError);
    expect(() => (w.data = tensor([1, 2], { dtype: 'int64' }))).toThrow(DTypeError);
    const y = w.mul(w).sum();
    w.data.mul_(2);
    y.backward(); // of the new values, as in PyTorch
    expect(w.grad!.toArray()).toEqual([4, 8]);
    expect(w.version).toBe(0);
    const z = w.mul(w).sum();
    w.detach().mul_(0.5);
    expect(() => z.backward()).toThrow(GradError);
    w.detach().mul_(2);
    expect(noGrad(() => w.toArray())).toEqual([2, 4]);
  });
});
