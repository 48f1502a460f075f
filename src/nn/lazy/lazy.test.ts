/** Lazy layers beside PyTorch's: lazy.fixture.json holds what PyTorch 2.15 printed and drew with the seed 7. */
import { readFileSync } from 'node:fs';
import { ArgumentError, manualSeed, nn, ones, optim, summary, Tensor, zeros } from 'hone';
import { describe, expect, it } from 'vitest';

interface Recorded {
  before: string;
  after: string;
  keys: string[];
  state: Record<string, number[]>;
}
const recorded = JSON.parse(readFileSync(new URL('./lazy.fixture.json', import.meta.url), 'utf8')) as Record<string, Recorded>;

const tracking = { affine: true, trackRunningStats: true };
const cases: [string, () => nn.Module, number[]][] = [
  ['LazyLinear', () => new nn.LazyLinear(3), [2, 4]],
  ['LazyConv1d', () => new nn.LazyConv1d(4, 3), [2, 6, 7]],
  ['LazyConv2d', () => new nn.LazyConv2d(4, 3, { groups: 2, bias: false }), [2, 6, 7, 7]],
  ['LazyConv3d', () => new nn.LazyConv3d(4, 3, 1, 1), [6, 7, 7, 7]],
  ['LazyConvTranspose1d', () => new nn.LazyConvTranspose1d(4, 3), [2, 6, 7]],
  ['LazyConvTranspose2d', () => new nn.LazyConvTranspose2d(4, 3, { groups: 2 }), [2, 6, 7, 7]],
  ['LazyConvTranspose3d', () => new nn.LazyConvTranspose3d(4, 3, 2), [2, 6, 7, 7, 7]],
  ['LazyBatchNorm1d', () => new nn.LazyBatchNorm1d(), [4, 6]],
  ['LazyBatchNorm2d', () => new nn.LazyBatchNorm2d(), [4, 6, 2, 2]],
  ['LazyBatchNorm3d', () => new nn.LazyBatchNorm3d(), [4, 6, 2, 2, 2]],
  ['LazyInstanceNorm1d', () => new nn.LazyInstanceNorm1d(tracking), [4, 6, 3]],
  ['LazyInstanceNorm2d', () => new nn.LazyInstanceNorm2d(tracking), [4, 6, 2, 2]],
  ['LazyInstanceNorm3d', () => new nn.LazyInstanceNorm3d(tracking), [4, 6, 2, 2, 2]],
];

describe('each lazy layer', () => {
  it.each(cases)('%s becomes its layer at the first batch, as in torch', (name, make, shape) => {
    manualSeed(7);
    const layer = make();
    const want = recorded[name]!;
    expect(String(layer)).toBe(want.before);
    expect(Object.keys(layer.stateDict())).toEqual(want.keys);
    const before = layer.parameters();
    layer.forward(ones(shape));
    expect(String(layer)).toBe(want.after);
    expect(layer.constructor).toBe((nn as unknown as Record<string, unknown>)[name.slice(4)]);
    expect(layer.parameters()).toEqual(before);
    expect(layer.parameters().every((p, i) => p === before[i])).toBe(true);
    for (const [key, x] of Object.entries(layer.stateDict())) {
      const values = Array.from(x.toTypedArray() as ArrayLike<number | bigint>, Number).slice(0, 4);
      expect(values.length).toBe(want.state[key]!.length);
      values.forEach((value, i) => expect(value).toBeCloseTo(want.state[key]![i]!, 6));
    }
    layer.forward(ones(shape));
  });

  it.each(cases)('%s takes a state dict, copies and dtypes before', (_, make, shape) => {
    const full = make();
    full.forward(ones(shape));
    const layer = make();
    layer.loadStateDict(full.stateDict());
    expect(String(layer)).not.toBe(String(full));
    layer.eval();
    full.eval();
    expect((layer.forward(ones(shape)) as Tensor).toArray()).toEqual((full.forward(ones(shape)) as Tensor).toArray());
    expect(String(layer)).toBe(String(full));

    const copy = make().clone();
    copy.double();
    copy.forward(ones(shape, { dtype: 'float64' }));
    expect(copy.parameters().every((p) => p.dtype === 'float64')).toBe(true);
    expect(String(copy)).toBe(String(full));
  });
});

describe('before the first batch', () => {
  it('parameters have neither shape nor values', () => {
    const layer = new nn.LazyLinear(3);
    expect(layer.hasUninitializedParams()).toBe(true);
    expect(layer.weight).toBeInstanceOf(nn.UninitializedParameter);
    expect(String(layer.weight)).toBe('<UninitializedParameter>');
    for (const use of [() => layer.weight.shape, () => layer.weight.add(1), () => layer.weight.numel(), () => layer.weight.toArray()]) {
      expect(use).toThrow(ArgumentError);
      expect(use).toThrow('UninitializedParameter: it has no shape and no values before its lazy layer has seen a batch.');
    }
    expect(() => new nn.Linear(2, 3).loadStateDict(layer.stateDict())).toThrow('UninitializedParameter: it has no shape');
    expect(() => layer.forward([1] as unknown as Tensor)).toThrow('LazyLinear: input is a list, expected a Tensor.');
  });

  it('parameters take no data', () => {
    const layer = new nn.LazyLinear(2);
    expect(() => {
      layer.weight.data = ones([2, 3]);
    }).toThrow(ArgumentError);
    expect(layer.forward(ones([1, 3])).shape).toEqual([1, 2]);
  });

  it('an optimizer may have them: they stay the same objects', () => {
    manualSeed(0);
    const model = new nn.Sequential(new nn.LazyLinear(4), new nn.ReLU(), new nn.LazyLinear(1));
    const optimizer = new optim.Adam(model.parameters());
    const losses: number[] = [];
    for (let i = 0; i < 3; i++) {
      optimizer.zeroGrad();
      const loss = (model.forward(ones([4, 3])) as Tensor).sub(2).square().mean();
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    }
    expect(losses[2]).toBeLessThan(losses[0]!);
    expect(model.toString()).toContain('Linear(in_features=3, out_features=4');
  });

  it('a summary gives the layers what they ask for', () => {
    const model = new nn.Sequential(new nn.LazyConv2d(4, 3), new nn.LazyBatchNorm2d(), new nn.Flatten(), new nn.LazyLinear(2));
    const info = summary(model, [1, 1, 5, 5], { verbose: 0 });
    expect(info.totalParams).toBe(4 * 9 + 4 + 8 + 36 * 2 + 2);
    expect((model.at(1) as nn.BatchNorm2d).runningMean!.toArray()).toEqual([0, 0, 0, 0]);
    expect(() => summary(new nn.LazyLinear(2), { verbose: 0 })).toThrow('no shape and no values before its lazy layer has seen a batch');
  });

  it('refuses batches that cannot be meant', () => {
    expect(() => new nn.LazyConv2d(4, 3).forward(ones([3]))).toThrow(
      'LazyConv2d: input is [3] (1 dims), expected 4 dims, or 3 for one item.',
    );
    expect(() => new nn.LazyConv2d(4, 3, { groups: 2 }).forward(ones([1, 3, 4, 4]))).toThrow('groups 2 must divide the 3 channels');
    expect(() => new nn.Conv2d(0, 4, 3)).toThrow('inChannels is 0');
  });

  it('a class that extends a lazy layer stays what it is', () => {
    class Mine extends nn.LazyLinear {
      override forward(x: Tensor): Tensor {
        return super.forward(x).mul(2);
      }
    }
    const layer = new Mine(2, { bias: false });
    layer.forward(ones([1, 3]));
    expect(String(layer)).toBe('Mine(in_features=3, out_features=2, bias=False)');
    expect(layer.forward(zeros([1, 3])).toArray()).toEqual([[0, 0]]);
  });

  it('parameters and buffers of one’s own', () => {
    const parameter = new nn.UninitializedParameter(false, 'float64');
    parameter.materialize([2, 3]);
    expect(parameter).toBeInstanceOf(nn.Parameter);
    expect(parameter).not.toBeInstanceOf(nn.UninitializedParameter);
    expect([parameter.shape, parameter.dtype, parameter.requiresGrad]).toEqual([[2, 3], 'float64', false]);
    const buffer = new nn.UninitializedBuffer();
    expect(String(buffer)).toBe('<UninitializedBuffer>');
    buffer.materialize([2], 'float64');
    expect([buffer.shape, buffer.dtype, buffer instanceof Tensor]).toEqual([[2], 'float64', true]);
  });
});
