import { ArgumentError, nn, ones, optim, type Tensor, tensor } from 'hone';
import { describe, expect, it } from 'vitest';

const { l1Penalty, l2Penalty, elasticNetPenalty, weightParameters } = nn.utils;

class Net extends nn.Module {
  conv = new nn.Conv2d(1, 2, 3);
  bn = new nn.BatchNorm2d(2);
  norm = new nn.LayerNorm([3, 4]);
  fc = new nn.Linear(4, 2);
  forward(x: Tensor): Tensor {
    return x;
  }
}

it('is the formula', () => {
  const w = tensor([1, -2, 0.5], { requiresGrad: true });
  expect(l1Penalty(w, 2).item()).toBe(7);
  expect(l2Penalty([w, w], 2).item()).toBe(21);
  expect(elasticNetPenalty([['w', w]], { l1: 1, l2: 2 }).item()).toBe(14);
  expect(l1Penalty(w, 0).item()).toBe(0);
  expect(l1Penalty(w.detach().double(), 1).dtype).toBe('float64');
});

describe('which parameters', () => {
  it('all of a model, or its weights without biases and norms', () => {
    const net = new Net();
    expect(weightParameters(net).map(([name]) => name)).toEqual(['conv.weight', 'fc.weight']);
    const sum = (filter?: 'weights') => l1Penalty(net, 1, filter && { filter }).item();
    const conv = l1Penalty(net.conv.weight, 1).item() + l1Penalty(net.fc.weight, 1).item();
    expect(sum('weights')).toBeCloseTo(conv, 5);
    expect(sum()).toBeCloseTo(
      net.parameters().reduce((total, p) => total + p.abs().sum().item(), 0),
      5,
    );
  });

  it('those that a function chooses, or that are listed with names', () => {
    const net = new Net();
    expect(l1Penalty(net, 1, { filter: (name) => name === 'bn.weight' }).item()).toBe(2);
    expect(l2Penalty(net.namedParameters(), 1, { filter: (_, p) => p === net.norm.weight }).item()).toBe(12);
    expect(l2Penalty(net.fc.namedParameters(), 1, { filter: 'weights' }).item()).toBeCloseTo(l2Penalty(net.fc.weight, 1).item(), 6);
  });

  it('trains: l2Penalty is weightDecay of twice the factor', () => {
    const make = () => ones([3], { requiresGrad: true });
    const [a, b] = [make(), make()];
    const penalized = new optim.SGD([a], { lr: 0.1 });
    const decayed = new optim.SGD([b], { lr: 0.1, weightDecay: 0.4 });
    for (let i = 0; i < 3; i++) {
      penalized.zeroGrad();
      a.sum().add(l2Penalty(a, 0.2)).backward();
      penalized.step();
      decayed.zeroGrad();
      b.sum().backward();
      decayed.step();
    }
    (a.toArray() as number[]).forEach((v, i) => {
      expect(v).toBeCloseTo((b.toArray() as number[])[i]!, 6);
    });
  });
});

it.each<[() => unknown, string]>([
  [() => l1Penalty(ones([1]), -1), 'l1Penalty: factor is -1, expected a number of at least 0.'],
  [() => l2Penalty(ones([1]), undefined as never), 'l2Penalty: factor is undefined'],
  [() => l1Penalty([], 1), 'l1Penalty: there is no parameter to penalize.'],
  [() => l1Penalty(new Net(), 1, { filter: () => false }), 'l1Penalty: there is no parameter to penalize, of 8 that the filter got.'],
  [() => l1Penalty(new Net(), 1, { filter: 'biases' as never }), 'l1Penalty: filter is "biases", expected "all", "weights" or a function'],
  [() => l1Penalty(3 as never, 1), 'l1Penalty: got 3, expected a model, a tensor or a list of them.'],
  [() => l1Penalty([3 as never], 1), 'l1Penalty: 0 is 3, expected a tensor of float32 or float64.'],
  [() => l2Penalty(tensor([1], { dtype: 'int64' }), 1), 'l2Penalty: 0 is int64, expected a tensor of float32 or float64.'],
  [() => elasticNetPenalty(ones([1]), {}), 'elasticNetPenalty: l1 and l2 are both 0. Give at least one of them.'],
  [() => elasticNetPenalty(ones([1]), { l1: Number.NaN }), 'elasticNetPenalty: l1 is NaN'],
])('%s', (run, message) => {
  expect(run).toThrow(ArgumentError);
  expect(run).toThrow(message);
});
