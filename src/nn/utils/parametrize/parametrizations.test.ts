/** Parametrizations beside PyTorch's: parametrizations.fixture.json holds what PyTorch 2.15 gave with the seed 3. */
import { readFileSync } from 'node:fs';
import { ArgumentError, linspace, manualSeed, nn, noGrad, ones, optim, ShapeError, type Tensor, tensor } from 'hone';
import { describe, expect, it } from 'vitest';

const { parametrizations: P, parametrize: Z } = nn.utils;

interface Recorded {
  text: string;
  keys: string[];
  params: string[];
  weight: number[];
  y: number[];
  grads: Record<string, number[]>;
}
const recorded = JSON.parse(readFileSync(new URL('./parametrizations.fixture.json', import.meta.url), 'utf8')) as Record<string, Recorded>;

type Weighted = nn.Module & { weight: Tensor };
const cases: [string, () => Weighted, number[]][] = [
  ['weightNorm', () => P.weightNorm(new nn.Linear(3, 4)), [2, 3]],
  ['weightNorm all', () => P.weightNorm(new nn.Linear(3, 4), { dim: null }), [2, 3]],
  ['weightNorm conv', () => P.weightNorm(new nn.Conv1d(2, 3, 2), 'weight', 1), [1, 2, 4]],
  ['spectralNorm', () => P.spectralNorm(new nn.Linear(3, 4)), [2, 3]],
  ['spectralNorm conv', () => P.spectralNorm(new nn.ConvTranspose1d(2, 3, 2), { nPowerIterations: 2 }), [1, 2, 4]],
  ['orthogonal wide', () => P.orthogonal(new nn.Linear(4, 2)), [2, 4]],
  ['orthogonal plain', () => P.orthogonal(new nn.Linear(2, 4), 'weight', 'householder', false), [2, 2]],
  ...(['matrix_exp', 'cayley', 'householder'] as const).flatMap((orthogonalMap): [string, () => Weighted, number[]][] => [
    [`orthogonal ${orthogonalMap}`, () => P.orthogonal(new nn.Linear(3, 3), { orthogonalMap }), [2, 3]],
    [`orthogonal tall ${orthogonalMap}`, () => P.orthogonal(new nn.Linear(2, 4), { orthogonalMap }), [2, 2]],
  ]),
];

const near = (x: Tensor, want: readonly number[]) => {
  const got = [...(x.flatten().toArray() as number[])];
  expect(got.length).toBe(want.length);
  got.forEach((value, i) => expect(value).toBeCloseTo(want[i]!, 5));
};

describe('as in torch', () => {
  it.each(cases)('%s: text, keys, weight, result, gradients', (name, make, shape) => {
    const want = recorded[name]!;
    manualSeed(3);
    const layer = make();
    expect(String(layer)).toBe(want.text);
    expect(Object.keys(layer.stateDict())).toEqual(want.keys);
    expect(layer.namedParameters().map(([key]) => key)).toEqual(want.params);
    const x = linspace(
      -1,
      1,
      shape.reduce((a, b) => a * b),
    ).reshape(shape);
    const y = layer.forward(x) as Tensor;
    near(y, want.y);
    y.square().sum().backward();
    for (const [key, parameter] of layer.namedParameters()) near(parameter.grad!, want.grads[key]!);
    layer.eval();
    near(layer.weight, want.weight);
  });

  it.each(cases)('%s: state dicts, copies and removal keep the weight', (_, make) => {
    manualSeed(5);
    const layer = make().eval();
    const other = make().eval();
    other.loadStateDict(layer.stateDict());
    const weight = layer.weight.toArray();
    expect(other.weight.toArray()).toEqual(weight);
    expect(layer.clone().weight.toArray()).toEqual(weight);
    expect(Z.isParametrized(layer)).toBe(true);
    expect(Z.isParametrized(layer, 'weight')).toBe(true);
    expect(Z.isParametrized(layer, 'bias')).toBe(false);
    const before = Z.typeBeforeParametrizations(layer);
    Z.removeParametrizations(layer, 'weight');
    expect(layer.constructor).toBe(before);
    expect(Z.isParametrized(layer)).toBe(false);
    expect(layer.weight).toBeInstanceOf(nn.Parameter);
    expect(layer.weight.toArray()).toEqual(weight);
    expect(Object.keys(layer.stateDict()).sort()).toEqual(['bias', 'weight']);
  });

  it('orthogonal weights stay so while they are trained', () => {
    manualSeed(1);
    const layer = P.orthogonal(new nn.Linear(3, 6));
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0.5 });
    const before = layer.weight.toArray();
    for (let i = 0; i < 5; i++) {
      optimizer.zeroGrad();
      layer
        .forward(ones([2, 3]))
        .sub(1)
        .square()
        .sum()
        .backward();
      optimizer.step();
    }
    expect(layer.weight.toArray()).not.toEqual(before);
    near(layer.weight.t().matmul(layer.weight), [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it('weightNorm reads the keys of old state dicts', () => {
    const layer = P.weightNorm(new nn.Linear(2, 1, false));
    layer.loadStateDict({ weight_g: tensor([[2]]), weight_v: tensor([[3, 4]]) });
    near(layer.weight, [1.2, 1.6]);
  });
});

describe('parametrizations of one’s own', () => {
  class Symmetric extends nn.Module {
    forward(x: Tensor): Tensor {
      return x.triu().add(x.triu(1).t());
    }
    rightInverse(x: Tensor): Tensor {
      return x.triu();
    }
  }
  class Doubled extends nn.Module {
    calls = 0;
    forward(x: Tensor): Tensor {
      this.calls++;
      return x.mul(2);
    }
  }
  class Outer extends nn.Module {
    forward(a: Tensor, b: Tensor): Tensor {
      return a.unsqueeze(-1).matmul(b.unsqueeze(-2));
    }
    rightInverse(z: Tensor): Tensor[] {
      return [z.at(':', 0).clone(), z.at(0).clone()];
    }
  }

  it('compute the parameter at each use, train the original, and follow an assignment', () => {
    manualSeed(0);
    const layer = new nn.Linear(3, 3);
    const { weight } = layer;
    expect(Z.registerParametrization(layer, 'weight', new Symmetric())).toBe(layer);
    expect(layer.weight.equal(layer.weight.t())).toBe(true);
    const dict = (layer as unknown as { parametrizations: nn.ModuleDict<InstanceType<typeof Z.ParametrizationList>> }).parametrizations;
    expect(dict.get('weight').original).toBe(weight);
    expect(layer.parameters()).toContain(weight);
    layer
      .forward(ones([1, 3]))
      .sum()
      .backward();
    expect(weight.grad).not.toBeNull();
    noGrad(() => {
      (layer as { weight: Tensor }).weight = ones([3, 3]).mul(4);
    });
    near(layer.weight, Array(9).fill(4));
    near(weight, [4, 4, 4, 0, 4, 4, 0, 0, 4]);
    expect(layer).toBeInstanceOf(nn.Linear);
    expect(String(layer)).toContain('ParametrizedLinear(\n  in_features=3');
  });

  it('stand one after the other', () => {
    const layer = new nn.Linear(2, 2);
    Z.registerParametrization(layer, 'weight', new Symmetric());
    const before = layer.weight.toArray() as number[][];
    Z.registerParametrization(layer, 'weight', new Doubled());
    near(
      layer.weight,
      before.flat().map((value) => 2 * value),
    );
    expect(() => {
      (layer as { weight: Tensor }).weight = ones([2, 2]);
    }).toThrow('Doubled: it has no rightInverse');
  });

  it('of several tensors; of buffers; of keys that differ from their fields', () => {
    const layer = new nn.Linear(2, 3);
    Z.registerParametrization(layer, 'weight', new Outer(), { unsafe: true });
    expect(Object.keys(layer.stateDict())).toEqual(['bias', 'parametrizations.weight.original0', 'parametrizations.weight.original1']);
    expect(layer.weight.shape).toEqual([3, 2]);
    expect(() => Z.removeParametrizations(layer, 'weight', false)).toThrow('"weight" is computed from 2 tensors');
    Z.removeParametrizations(layer, 'weight');
    expect(layer.weight).toBeInstanceOf(nn.Parameter);

    const rnn = new nn.RNN(2, 2);
    Z.registerParametrization(rnn, 'weight_hh_l0', new Doubled());
    expect(Object.keys(rnn.stateDict())).toContain('parametrizations.weight_hh_l0.original');
    rnn
      .forward(ones([1, 1, 2]))[0]
      .sum()
      .backward();
    expect(rnn.parameters().every((p) => p.grad !== null)).toBe(true);
    Z.removeParametrizations(rnn, 'weight_hh_l0', { leaveParametrized: false });
    expect(Object.keys(rnn.stateDict()).sort()).toEqual(Object.keys(new nn.RNN(2, 2).stateDict()).sort());

    const norm = new nn.BatchNorm1d(2);
    Z.registerParametrization(norm, 'running_mean', new Doubled());
    expect(norm.namedBuffers().map(([key]) => key)).toContain('parametrizations.running_mean.original');
  });

  it('are computed once inside cached', () => {
    const doubled = new Doubled();
    const layer = Z.registerParametrization(new nn.Linear(2, 2), 'weight', doubled);
    const start = doubled.calls;
    layer.forward(layer.forward(ones([1, 2])));
    expect(doubled.calls).toBe(start + 2);
    const first = Z.cached(() => [layer.weight, layer.weight]);
    expect(first[0]).toBe(first[1]);
    expect(doubled.calls).toBe(start + 3);
    layer.forward(ones([1, 2]));
    expect(doubled.calls).toBe(start + 4);
  });

  it('go over to another module', () => {
    const from = Z.registerParametrization(new nn.Linear(2, 2), 'weight', new Symmetric());
    const to = Z.transferParametrizationsAndParams(from, new nn.Linear(2, 2));
    expect(to.weight.toArray()).toEqual(from.weight.toArray());
  });

  it('say what cannot be', () => {
    class Wider extends nn.Module {
      forward(x: Tensor): Tensor {
        return x.repeat([1, 2]);
      }
    }
    const layer = new nn.Linear(2, 2);
    expect(() => Z.registerParametrization(layer, 'weight', new Wider())).toThrow(ShapeError);
    expect(Z.isParametrized(layer)).toBe(false);
    expect(layer.weight).toBeInstanceOf(nn.Parameter);
    expect(() => Z.registerParametrization(layer, 'wieght', new Wider())).toThrow(
      'Linear has no parameter or buffer "wieght". It has weight, bias.',
    );
    expect(() => Z.removeParametrizations(layer, 'weight')).toThrow('Linear has no parametrization on "weight"');
    expect(() => P.weightNorm(layer, 'weights')).toThrow(ArgumentError);
    expect(() => P.spectralNorm(layer, { dim: 2 })).toThrow('spectralNorm: dim is 2');
    expect(() => P.spectralNorm(layer, { nPowerIterations: 0 })).toThrow('nPowerIterations is 0');
    expect(() => P.orthogonal(layer, 'bias')).toThrow('orthogonal: bias has shape [2]');
    expect(() => P.orthogonal(layer, { orthogonalMap: 'qr' as 'cayley' })).toThrow("expected 'matrix_exp', 'cayley' or 'householder'");
    P.orthogonal(layer, { orthogonalMap: 'cayley', useTrivialization: false });
    near(layer.weight.matmul(layer.weight.t()), [1, 0, 0, 1]);
    expect(() => {
      (layer as { weight: Tensor }).weight = ones([2, 2]);
    }).toThrow('_Orthogonal: it has no rightInverse');
  });
});
