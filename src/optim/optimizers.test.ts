import { readFileSync } from 'node:fs';
import { ArgumentError, DTypeError, GradError, ones, optim, StateDictError, type Tensor, tensor } from 'hone';
import { describe, expect, it } from 'vitest';

// Made by torch: conformance/optim.py.
const fixture = JSON.parse(readFileSync(new URL('../../conformance/fixtures/optim.json', import.meta.url), 'utf8')) as {
  steps: number;
  optimizers: { name: 'SGD' | 'Adam' | 'AdamW'; options: Record<string, unknown>; float64: Final; float32: Final }[];
};
interface Final {
  a: number[];
  b: number[][];
}

const camel = (name: string) => name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase());
const camelKeys = (options: Record<string, unknown>) => Object.fromEntries(Object.entries(options).map(([k, v]) => [camel(k), v]));

/** Of element i at step t: half the value, plus a pattern of quarters; as in conformance/optim.py. */
const pattern = (values: readonly number[], t: number) => values.map((v, i) => 0.5 * v + (((t * 7 + i * 3) % 5) - 2) * 0.25);

function setGradients(a: Tensor, b: Tensor, t: number): void {
  a.grad = tensor(pattern([...(a.data() as Float64Array)], t), { dtype: a.dtype });
  if (t % 3 !== 0) b.grad = tensor(pattern([...(b.data() as Float64Array)], t), { dtype: b.dtype }).reshape(2, 2);
}

function start(dtype: 'float32' | 'float64'): [Tensor, Tensor] {
  return [
    tensor([1, -2, 0.5], { dtype, requiresGrad: true }),
    tensor(
      [
        [0.25, 3],
        [-1.5, 0.75],
      ],
      { dtype, requiresGrad: true },
    ),
  ];
}

function make(name: string, params: Tensor[], options: Record<string, unknown>): optim.Optimizer {
  return new (optim as unknown as Record<string, new (p: Tensor[], o: object) => optim.Optimizer>)[name]!(params, options);
}

function expectClose(actual: Tensor, expected: readonly number[], tolerance: number): void {
  const values = [...(actual.data() as Float64Array)];
  values.forEach((v, i) => {
    expect(Math.abs(v - expected[i]!), `element ${i}: ${v} against ${expected[i]}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected[i]!)),
    );
  });
}

describe('20 steps against torch', () => {
  for (const { name, options, ...expected } of fixture.optimizers) {
    it.each(['float64', 'float32'] as const)(`${name} ${JSON.stringify(options)} %s`, (dtype) => {
      const [a, b] = start(dtype);
      const optimizer = make(name, [a, b], camelKeys(options));
      for (let t = 0; t < fixture.steps; t++) {
        optimizer.zeroGrad();
        setGradients(a, b, t);
        optimizer.step();
      }
      const tolerance = dtype === 'float64' ? 1e-13 : 2e-6;
      expectClose(a, expected[dtype].a, tolerance);
      expectClose(b, expected[dtype].b.flat(), tolerance);
    });
  }
});

describe('step', () => {
  it('leaves parameters without gradients alone, and does nothing without any', () => {
    const [a, b] = start('float32');
    const optimizer = new optim.Adam([a, b], { lr: 0.1, weightDecay: 1 });
    optimizer.step();
    a.grad = ones([3]);
    optimizer.step();
    expect(b.toArray()).toEqual([
      [0.25, 3],
      [-1.5, 0.75],
    ]);
    expect(optimizer.state.size).toBe(1);
    expect(a.toArray()).not.toEqual([1, -2, 0.5]);
  });

  it('takes the gradient and the value wherever they lie in memory', () => {
    const values = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const gradient = [
      [0.5, -1, 2],
      [3, 0.25, -4],
    ];
    const want = new optim.SGD([tensor(values, { requiresGrad: true })], { lr: 0.5, momentum: 0.9 });
    const plain = want.paramGroups[0]!.params[0]!;
    const transposed = tensor([
      [1, 4],
      [2, 5],
      [3, 6],
    ])
      .t()
      .detach()
      .requiresGrad_();
    const base = ones([2, 6]);
    const gaps = base.slice(1, 0, 6, 2).detach();
    gaps.copy_(tensor(values));
    gaps.requiresGrad_();
    const got = new optim.SGD([transposed, gaps], { lr: 0.5, momentum: 0.9 });
    for (let t = 0; t < 3; t++) {
      plain.grad = tensor(gradient);
      transposed.grad = tensor(gradient);
      gaps.grad = tensor([
        [0.5, 3],
        [-1, 0.25],
        [2, -4],
      ]).t();
      want.step();
      got.step();
    }
    expect(transposed.toArray()).toEqual(plain.toArray());
    expect(gaps.toArray()).toEqual(plain.toArray());
    expect(base.slice(1, 1, 6, 2).toArray()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });

  it('takes float32 and float64 in one group', () => {
    const params = [tensor([1], { requiresGrad: true }), tensor([1], { dtype: 'float64', requiresGrad: true })];
    const optimizer = new optim.SGD(params, { lr: 0.5 });
    for (const p of params) p.grad = tensor([1], { dtype: p.dtype });
    optimizer.step();
    expect(params.map((p) => p.toArray())).toEqual([[0.5], [0.5]]);
  });

  it('takes empty parameters', () => {
    const empty = ones([0, 3], { requiresGrad: true });
    const optimizer = new optim.AdamW([empty]);
    empty.grad = ones([0, 3]);
    optimizer.step();
    expect(empty.shape).toEqual([0, 3]);
  });

  it('steps each group with its own options, which may change between steps', () => {
    const [a, b] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
    const optimizer = new optim.SGD([{ params: [a], lr: 0.5 }, { params: b }], { lr: 0.25 });
    a.grad = ones([1]);
    b.grad = ones([1]);
    optimizer.step();
    expect([a.item(), b.item()]).toEqual([0.5, 0.75]);
    optimizer.paramGroups[1]!.lr = 0.5;
    optimizer.step();
    expect([a.item(), b.item()]).toEqual([0, 0.25]);
  });

  it('runs a closure and returns what it returns', () => {
    const x = tensor([3], { requiresGrad: true });
    const optimizer = new optim.SGD([x], { lr: 0.5 });
    const loss = optimizer.step(() => {
      optimizer.zeroGrad();
      const value = x.mul(x).sum();
      value.backward();
      return value;
    });
    expect(loss.item()).toBe(9);
    expect(x.item()).toBe(0);
  });

  it('counts as a change in place: a graph from before cannot be used any more', () => {
    const x = tensor([3], { requiresGrad: true });
    const optimizer = new optim.SGD([x], { lr: 0.5 });
    const y = x.mul(x).sum();
    x.grad = ones([1]);
    optimizer.step();
    expect(() => y.backward()).toThrow(/version/);
  });
});

describe('zeroGrad', () => {
  it('drops gradients, or fills them with zeros', () => {
    const x = tensor([3], { requiresGrad: true });
    const optimizer = new optim.SGD([x]);
    x.mul(2).sum().backward();
    const held = x.grad!;
    optimizer.zeroGrad({ setToNone: false });
    expect(x.grad).toBe(held);
    expect(held.toArray()).toEqual([0]);
    optimizer.zeroGrad();
    expect(x.grad).toBeNull();
    expect(held.toArray()).toEqual([0]); // user code holds it: not freed
  });

  it('gives memory that nobody can hold back at once', () => {
    const x = ones([1000], { requiresGrad: true });
    const optimizer = new optim.SGD([x]);
    x.mul(2).sum().backward();
    const storage = x.ownGrad!.storage;
    optimizer.zeroGrad();
    expect(storage.ptr).toBe(0);
  });
});

describe('state dict', () => {
  it('has the layout of torch', () => {
    const [a, b] = start('float32');
    const adam = new optim.Adam([{ params: [a] }, { params: [b], lr: 0.5 }], { amsgrad: true });
    b.grad = ones([2, 2]);
    adam.step();
    const dict = adam.stateDict();
    expect(dict.param_groups).toEqual([
      {
        lr: 0.001,
        betas: [0.9, 0.999],
        eps: 1e-8,
        weight_decay: 0,
        amsgrad: true,
        maximize: false,
        decoupled_weight_decay: false,
        params: [0],
      },
      {
        lr: 0.5,
        betas: [0.9, 0.999],
        eps: 1e-8,
        weight_decay: 0,
        amsgrad: true,
        maximize: false,
        decoupled_weight_decay: false,
        params: [1],
      },
    ]);
    expect(Object.keys(dict.state)).toEqual(['1']);
    const state = dict.state[1] as Record<string, Tensor>;
    expect(Object.keys(state).sort()).toEqual(['exp_avg', 'exp_avg_sq', 'max_exp_avg_sq', 'step']);
    expect(state.step!.toArray()).toBe(1);
    expect(state.exp_avg!.shape).toEqual([2, 2]);

    const sgd = new optim.SGD([a], { momentum: 0.9 });
    a.grad = ones([3]);
    sgd.step();
    expect(Object.keys(sgd.stateDict().state[0]!)).toEqual(['momentum_buffer']);
    const plain = new optim.SGD([a]);
    plain.step();
    expect(plain.stateDict().state).toEqual({});
  });

  it.each([
    ['SGD', { lr: 0.1, momentum: 0.9, nesterov: true }],
    ['Adam', { lr: 0.1, amsgrad: true }],
    ['AdamW', { lr: 0.1 }],
  ] as const)('resumes %s exactly', (name, options) => {
    const [a, b] = start('float64');
    const first = make(name, [a, b], options);
    const run = (optimizer: optim.Optimizer, x: Tensor, y: Tensor, from: number, to: number) => {
      for (let t = from; t < to; t++) {
        optimizer.zeroGrad();
        setGradients(x, y, t);
        optimizer.step();
      }
    };
    run(first, a, b, 0, 7);
    const [c, d] = [a.detach().clone().requiresGrad_(), b.detach().clone().requiresGrad_()];
    const second = make(name, [c, d], { lr: 5 });
    const dict = first.stateDict();
    // As torch.save would give them: more options, and numbers for steps.
    for (const group of dict.param_groups) Object.assign(group, { foreach: null, capturable: false, fused: null });
    second.loadStateDict(dict);
    run(first, a, b, 7, 15);
    run(second, c, d, 7, 15);
    expect(c.toArray()).toEqual(a.toArray());
    expect(d.toArray()).toEqual(b.toArray());
    expect(second.paramGroups[0]!.lr).toBe(0.1);
  });

  it('converts state to the dtype of the parameter', () => {
    const [a] = start('float64');
    const first = new optim.SGD([a], { momentum: 0.5 });
    a.grad = tensor([1, 2, 3], { dtype: 'float64' });
    first.step();
    const [x] = start('float32');
    const second = new optim.SGD([x]);
    second.loadStateDict(first.stateDict());
    expect(second.state.get(x)!.momentumBuffer).toMatchObject({ dtype: 'float32', shape: [3] });
  });

  it('changes nothing when it does not fit', () => {
    const [a, b] = start('float32');
    const optimizer = new optim.SGD([a, b], { lr: 0.5, momentum: 0.9 });
    const other = new optim.SGD([a], { lr: 0.1 });
    expect(() => optimizer.loadStateDict(other.stateDict())).toThrow(
      new StateDictError("SGD.loadStateDict: the saved groups have [1] parameters, the optimizer's have [2]. Nothing was changed."),
    );
    const dict = optimizer.stateDict();
    dict.state[1] = { momentum_buffer: ones([3]) };
    dict.param_groups[0]!.lr = 7;
    expect(() => optimizer.loadStateDict(dict)).toThrow('momentum_buffer of parameter 1 has shape [3], the parameter [2, 2]');
    expect(() => optimizer.loadStateDict({ ...dict, state: { 9: {} } })).toThrow('state for parameter 9, which is in no group');
    expect(() => optimizer.loadStateDict({} as optim.OptimizerStateDict)).toThrow(StateDictError);
    expect(optimizer.paramGroups[0]!.lr).toBe(0.5);
    expect(optimizer.state.size).toBe(0);
  });

  it('keeps AdamW decoupled, whatever was saved', () => {
    const [a] = start('float32');
    const adamw = new optim.AdamW([a]);
    adamw.loadStateDict(new optim.Adam([a], { weightDecay: 0.5 }).stateDict());
    expect(adamw.paramGroups[0]).toMatchObject({ weightDecay: 0.5, decoupledWeightDecay: true });
  });
});

describe('errors', () => {
  const x = () => tensor([1], { requiresGrad: true });

  it.each([
    [() => new optim.SGD([x()], { lr: -1 }), 'SGD: lr is -1, expected a number of at least 0.'],
    [() => new optim.SGD([x()], { lr: Number.NaN }), 'SGD: lr is NaN'],
    [() => new optim.SGD([x()], { lr: '0.1' as unknown as number }), 'SGD: lr is 0.1, expected a number'],
    [() => new optim.SGD([x()], { momentum: -0.1 }), 'SGD: momentum is -0.1'],
    [() => new optim.SGD([x()], { weightDecay: -0.1 }), 'SGD: weightDecay is -0.1'],
    [() => new optim.SGD([x()], { dampening: Number.NaN }), 'SGD: dampening is NaN'],
    [
      () => new optim.SGD([x()], { nesterov: true }),
      'SGD: nesterov needs a momentum above 0 and no dampening, got momentum 0 and dampening 0.',
    ],
    [() => new optim.SGD([x()], { nesterov: true, momentum: 0.9, dampening: 0.1 }), 'got momentum 0.9 and dampening 0.1'],
    [() => new optim.Adam([x()], { betas: [0.9, 1] }), 'Adam: betas[1] is 1, expected at least 0 and below 1.'],
    [() => new optim.Adam([x()], { betas: [-0.1, 0.9] }), 'Adam: betas[0] is -0.1'],
    [() => new optim.Adam([x()], { betas: 0.9 as unknown as [number, number] }), 'Adam: betas is 0.9, expected two numbers'],
    [() => new optim.Adam([x()], { eps: -1 }), 'Adam: eps is -1'],
    [() => new optim.AdamW([x()], { weightDecay: -1 }), 'AdamW: weightDecay is -1'],
    [() => new optim.SGD([]), 'SGD: got no parameters.'],
    [() => new optim.SGD(x() as unknown as Tensor[]), 'SGD: expected a list of tensors or groups, got one Tensor.'],
    [() => new optim.SGD([{ params: [x()] }, { params: [x()], lr: -3 }]), 'SGD: lr is -3'],
    [() => new optim.SGD([{ lr: 1 } as unknown as { params: Tensor[] }]), 'a group has no params'],
    [() => new optim.SGD([x(), 3 as unknown as Tensor]), 'SGD: parameter 1 of group 0 is number, expected a Tensor.'],
  ])('%s', (build, message) => {
    expect(build).toThrow(ArgumentError);
    expect(build).toThrow(message);
  });

  it('names parameters that cannot be optimized', () => {
    const a = x();
    expect(() => new optim.SGD([a, a])).toThrow('SGD: parameter 1 of group 0 ([1]) appears twice.');
    expect(() => new optim.SGD([{ params: [a] }, { params: [a] }])).toThrow('SGD: parameter 0 of group 1 ([1]) appears twice.');
    expect(() => new optim.SGD([x().mul(2)])).toThrow(GradError);
    expect(() => new optim.SGD([tensor([1], { dtype: 'int64' })])).toThrow(DTypeError);
  });
});

it('prints as torch prints', () => {
  const x = tensor([1, 1], { requiresGrad: true });
  // print(torch.optim.AdamW([torch.ones(2, requires_grad=True)])), without the options that are about torch's implementations
  expect(String(new optim.AdamW([x]))).toBe(`AdamW (
Parameter Group 0
    amsgrad: False
    betas: (0.9, 0.999)
    decoupled_weight_decay: True
    eps: 1e-08
    lr: 0.001
    maximize: False
    weight_decay: 0.01
)`);
});
