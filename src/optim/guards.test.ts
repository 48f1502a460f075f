import { describe, expect, test } from 'vitest';
import { optimizers } from '../../test/helpers/optimizers.js';
import { DTypeError, GradError, HoneError, nn, ones, optim, ShapeError, StateDictError, type Tensor, tensor, zeros } from '../index.js';
import type { OptimizerStateDict } from './index.js';

// Kernels walk a parameter, its gradient and its state side by side, in the parameter's dtype.
const options: Record<string, object> = {
  SGD: { momentum: 0.9 },
  Adam: { amsgrad: true },
  RMSprop: { momentum: 0.9, centered: true },
};

const layer = () => new nn.Linear(3, 2, { bias: false });
const lossOf = (m: nn.Linear) =>
  m
    .forward(ones([1, 3], { dtype: m.weight.dtype as 'float32' }))
    .square()
    .sum();

describe.each(optimizers)('%s', (name, Kind) => {
  const make = (params: Iterable<Tensor>) => new Kind(params, options[name]);

  test.each(['float', 'double'] as const)('refuses a model that went to %s after its first step, and can be converted', (to) => {
    const m = layer();
    if (to === 'float') m.double();
    const o = make(m.parameters());
    lossOf(m).backward();
    o.step();
    m[to]();
    o.zeroGrad();
    lossOf(m).backward();
    const before = m.weight.toArray();
    expect(() => o.step()).toThrow(DTypeError);
    expect(() => o.step()).toThrow(/loadStateDict\(optimizer\.stateDict\(\)\)/);
    expect(m.weight.toArray()).toEqual(before);
    o.loadStateDict(o.stateDict());
    o.step();
    expect(m.weight.isfinite().all().item()).toBe(1);
    expect(
      Math.abs(
        m.weight
          .sub(tensor(before, { dtype: m.weight.dtype }))
          .max()
          .item(),
      ),
    ).toBeLessThan(1);
  });

  test('refuses state of another kind in a state dict, by its key, and changes nothing', () => {
    const m = layer();
    const o = make(m.parameters());
    lossOf(m).backward();
    o.step();
    const good = o.stateDict();
    for (const [key, value] of Object.entries(good.state[0]!)) {
      const counter = (value as Tensor).ndim === 0;
      const bad: unknown[] = counter ? ['1', true, tensor([1, 2]), {}] : [5, '5', true, [1, 2], zeros([7]), tensor(1), {}];
      for (const wrong of bad) {
        const dict = { ...good, state: { 0: { ...good.state[0], [key]: wrong } } } as unknown as OptimizerStateDict;
        expect(() => o.loadStateDict(dict), `${key} = ${String(wrong)}`).toThrow(StateDictError);
        expect(() => o.loadStateDict(dict)).toThrow(key);
      }
      if (!counter) {
        const cast = (value as Tensor).to('float64');
        o.loadStateDict({ ...good, state: { 0: { ...good.state[0], [key]: cast } } });
      }
    }
    o.step();
    expect(m.weight.isfinite().all().item()).toBe(1);
  });

  test('refuses state that was put in by hand', () => {
    for (const wrong of [5, null, 'x', zeros([2, 3], { dtype: 'float64' }), zeros([1])]) {
      const m = layer();
      const o = make(m.parameters());
      lossOf(m).backward();
      o.step();
      const state = o.state.get(m.weight)!;
      const name = Object.keys(state).find((key) => typeof state[key] !== 'number')!;
      (state as Record<string, unknown>)[name] = wrong;
      expect(() => o.step(), `${name} = ${String(wrong)}`).toThrow(HoneError);
    }
  });

  test('refuses options that are no numbers', () => {
    const m = layer();
    const o = make(m.parameters());
    lossOf(m).backward();
    (o.paramGroups[0] as { lr: unknown }).lr = '0.1';
    expect(() => o.step()).toThrow(/lr is "0\.1", expected a number/);
    (o.paramGroups[0] as { lr: unknown }).lr = tensor(0.1);
    expect(() => o.step()).toThrow(/expected a number\. Use item\(\)/);
  });

  test('steps a parameter whose memory is laid out anew as it steps one that always was', () => {
    const values = [
      [1, -2, 3],
      [0.5, 4, -1],
    ];
    const run = (change: boolean) => {
      const p = new nn.Parameter(tensor(values));
      const o = make([p]);
      for (let i = 0; i < 3; i++) {
        o.zeroGrad();
        p.square().sum().backward();
        o.step();
        if (change && i === 0) p.data = p.detach().t().contiguous().t();
      }
      return p.toArray() as number[][];
    };
    const [moved, still] = [run(true).flat(), run(false).flat()];
    for (let i = 0; i < 6; i++) expect(moved[i]).toBeCloseTo(still[i]!, 5);
  });
});

describe('gradients are of their leaf\u2019s dtype and shape', () => {
  test('a hook that returns another dtype or shape, or no tensor, is refused as in PyTorch', () => {
    const w = tensor([1, 2, 3, 4], { dtype: 'float64', requiresGrad: true });
    const attempt = (hook: (g: Tensor) => unknown) => {
      const handle = w.registerHook(hook as (g: Tensor) => Tensor);
      try {
        w.square().sum().backward();
      } finally {
        handle.remove();
      }
    };
    expect(() => attempt((g) => g.to('float32'))).toThrow(DTypeError);
    expect(() => attempt((g) => g.to('bool'))).toThrow(DTypeError);
    expect(() => attempt((g) => g.slice(0, 0, 2))).toThrow(ShapeError);
    expect(() => attempt(() => 5)).toThrow(HoneError);
    expect(() => attempt(() => [1, 2, 3, 4])).toThrow(HoneError);
    w.grad = null;
    attempt(() => null);
    expect(w.grad!.toArray()).toEqual([2, 4, 6, 8]);
    expect(() => w.registerHook('x' as never)).toThrow(HoneError);
    expect(() => {
      w.grad = 5 as never;
    }).toThrow(HoneError);
  });

  test('a leaf that was converted since the forward pass takes no gradient of its old dtype', () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const y = w.add(1).sum();
    w.data = w.data.to('float64');
    expect(() => y.backward()).toThrow(GradError);
    expect(w.grad).toBeNull();
  });

  test('nor one of its old shape, nor beside a gradient of another dtype', () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const y = w.add(1).sum();
    w.data = tensor([1, 2, 3]);
    expect(() => y.backward()).toThrow(GradError);
    const v = tensor([1, 2], { requiresGrad: true });
    v.sum().backward();
    v.data = v.data.to('float64');
    expect(() => v.sum().backward()).toThrow(GradError);
  });

  test('LBFGS holds gradients and remembered vectors against its parameters', () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const o = new optim.LBFGS([w], { maxIter: 2 });
    const closure = () => {
      o.zeroGrad();
      const loss = w.sub(3).pow(4).sum();
      loss.backward();
      return loss;
    };
    o.step(closure);
    w.data = tensor([1, 2, 3]);
    expect(() => o.step(closure)).toThrow(ShapeError);
    const dict = o.stateDict();
    (dict.state[0] as Record<string, unknown>).d = 5;
    expect(() => o.loadStateDict(dict)).toThrow(StateDictError);
  });
});

describe('a model converted between forward and backward', () => {
  const models: [string, () => nn.Module, () => Tensor][] = [
    ['LSTM', () => new nn.LSTM(10, 20), () => ones([5, 3, 10])],
    ['GRU', () => new nn.GRU(10, 20), () => ones([5, 3, 10])],
    ['RNN', () => new nn.RNN(10, 20), () => ones([5, 3, 10])],
    ['BatchNorm1d', () => new nn.BatchNorm1d(4), () => ones([3, 4])],
    ['GroupNorm', () => new nn.GroupNorm(2, 4), () => ones([3, 4])],
    ['LayerNorm', () => new nn.LayerNorm(4), () => ones([3, 4])],
    ['RMSNorm', () => new nn.RMSNorm(4), () => ones([3, 4])],
    ['InstanceNorm1d', () => new nn.InstanceNorm1d(4, { affine: true }), () => ones([3, 4, 5])],
    ['Linear', () => new nn.Linear(4, 2), () => ones([3, 4])],
    ['Conv2d', () => new nn.Conv2d(1, 2, 3), () => ones([1, 1, 5, 5])],
    ['Embedding', () => new nn.Embedding(4, 2), () => zeros([3], { dtype: 'int64' })],
    ['PReLU', () => new nn.PReLU(), () => ones([3, 4])],
    ['MultiheadAttention', () => new nn.TransformerEncoderLayer(4, 2, { dropout: 0 }), () => ones([3, 1, 4])],
  ];
  test.each(models)('%s: a named error, and no gradient of another dtype', (_, make, input) => {
    for (const first of ['double', 'float'] as const) {
      const m = make();
      m[first]();
      const x = input();
      const out = m.forward((x.isFloatingPoint() ? x.to(first === 'double' ? 'float64' : 'float32') : x) as never);
      const y = (Array.isArray(out) ? out[0] : out) as Tensor;
      m[first === 'double' ? 'float' : 'double']();
      expect(() => y.square().sum().backward()).toThrow(GradError);
      for (const p of m.parameters()) expect(p.grad === null || p.grad.dtype === p.dtype).toBe(true);
    }
  });
});
