import { ones, optim, randn, StateDictError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, it } from 'vitest';
import { optimizers } from '../../test/helpers/optimizers.js';

/** Of element i at step t: half the value, plus a pattern of quarters. */
const pattern = (values: readonly number[], t: number) => values.map((v, i) => 0.5 * v + (((t * 7 + i * 3) % 5) - 2) * 0.25);

function setGradients(a: Tensor, b: Tensor, t: number): void {
  a.grad = tensor(pattern([...(a.toTypedArray() as Float64Array)], t), { dtype: a.dtype }).reshape(a.shape);
  if (t % 3 !== 0) b.grad = tensor(pattern([...(b.toTypedArray() as Float64Array)], t), { dtype: b.dtype }).reshape(2, 2);
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

const every = [
  ...optimizers.map(([name]) => [name, { lr: 0.1 }] as const),
  ['SGD', { lr: 0.5, momentum: 0.9 }],
  ['Adam', { lr: 0.1, amsgrad: true }],
  ['RMSprop', { lr: 0.1, momentum: 0.9, centered: true }],
] as [name: string, options: Record<string, unknown>][];

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

  it.each(every)('of %s takes the gradient and the value wherever they lie in memory', (name, options) => {
    const values = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const gradient = [
      [0.5, -1, 2],
      [3, 0.25, -4],
    ];
    const plain = tensor(values, { requiresGrad: true });
    const want = make(name, [plain], options);
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
    const got = make(name, [transposed, gaps], options);
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
    // A state dict carries over to another layout.
    const other = tensor(plain.toArray() as number[][], { requiresGrad: true });
    const resumed = make(name, [other], options);
    const first = got.stateDict().state[0];
    resumed.loadStateDict({ state: first ? { 0: first } : {}, param_groups: want.stateDict().param_groups });
    other.grad = tensor(gradient);
    transposed.grad = tensor(gradient);
    got.step();
    resumed.step();
    expect(other.toArray()).toEqual(transposed.toArray());
  });

  it('takes float32 and float64 in one group', () => {
    const params = [tensor([1], { requiresGrad: true }), tensor([1], { dtype: 'float64', requiresGrad: true })];
    const optimizer = new optim.SGD(params, { lr: 0.5 });
    for (const p of params) p.grad = tensor([1], { dtype: p.dtype });
    optimizer.step();
    expect(params.map((p) => p.toArray())).toEqual([[0.5], [0.5]]);
  });

  it.each(every)('of %s takes empty parameters, and leaves those without gradients alone', (name, options) => {
    const [empty, alone] = [ones([0, 3], { requiresGrad: true }), ones([2, 2], { requiresGrad: true })];
    const optimizer = make(name, [empty, alone], options);
    empty.grad = ones([0, 3]);
    optimizer.step();
    expect(empty.shape).toEqual([0, 3]);
    expect(alone.toArray()).toEqual([
      [1, 1],
      [1, 1],
    ]);
    const known = name === 'Adagrad' ? ['0', '1'] : name === 'SGD' && !options.momentum ? [] : ['0'];
    expect(Object.keys(optimizer.stateDict().state)).toEqual(known);
  });

  it.each(every)('of %s goes the other way to maximize', (name, options) => {
    if (!('maximize' in make(name, [ones([1, 1])], options).defaults))
      return expect(() => make(name, [ones([1, 1])], { maximize: true })).toThrow(`${name}: there is no option "maximize".`);
    const [x, y] = [tensor([[2]], { requiresGrad: true }), tensor([[2]], { requiresGrad: true })];
    const [down, up] = [make(name, [x], options), make(name, [y], { ...options, maximize: true })];
    x.grad = tensor([[1]]);
    y.grad = tensor([[-1]]);
    down.step();
    up.step();
    expect(x.item()).toBeLessThan(2);
    expect(y.item()).toBe(x.item());
  });

  it('of Rprop tells signs of gradients whose product is denormal', () => {
    const x = tensor([1, 1], { requiresGrad: true });
    const optimizer = new optim.Rprop([x], { lr: 0.5, etas: [0.5, 2] });
    x.grad = tensor([1e-20, 1e-20]);
    optimizer.step();
    x.grad = tensor([1e-20, -1e-20]);
    optimizer.step();
    expect((optimizer.state.get(x)!.stepSize as Tensor).toArray()).toEqual([1, 0.25]);
    expect(x.toArray()).toEqual([-0.5, 0.5]);
  });

  it('of ASGD averages the weights from t0 on', () => {
    const x = tensor([4], { requiresGrad: true, dtype: 'float64' });
    const optimizer = new optim.ASGD([x], { lr: 1, lambd: 0, t0: 2 });
    const seen: number[] = [];
    for (let t = 0; t < 5; t++) {
      x.grad = tensor([1], { dtype: 'float64' });
      optimizer.step();
      seen.push(x.item(), (optimizer.state.get(x)!.ax as Tensor).item());
    }
    // mu is 1 for steps 1 to 4 (t - t0 of the step before is at most 1), then 1 / 2
    expect(seen).toEqual([3, 3, 2, 2, 1, 1, 0, 0, -1, -0.5]);
  });

  it('of Adagrad starts new groups from the value of the constructor', () => {
    const [x, y] = [ones([1], { requiresGrad: true }), ones([1], { requiresGrad: true })];
    const optimizer = new optim.Adagrad([x], { initialAccumulatorValue: 8 });
    optimizer.addParamGroup({ params: [y], initialAccumulatorValue: 3 });
    expect((optimizer.state.get(x)!.sum as Tensor).item()).toBe(8);
    expect(optimizer.state.has(y)).toBe(false);
    y.grad = ones([1]);
    optimizer.step();
    expect((optimizer.state.get(y)!.sum as Tensor).item()).toBe(9);
  });

  it('of Muon makes the update of a matrix orthogonal, nearly', () => {
    const x = zeros([3, 5], { requiresGrad: true });
    const optimizer = new optim.Muon([x], { lr: 1, weightDecay: 0, momentum: 0, nsSteps: 10 });
    x.grad = randn([3, 5]);
    optimizer.step();
    const gram = x.detach().matmul(x.detach().t()).toArray() as number[][];
    gram.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(Math.abs(value - (i === j ? 0.9 : 0))).toBeLessThan(0.45);
      });
    });
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

  it('a list of options that is changed in place belongs to one group of one optimizer', () => {
    const leaf = () => tensor([1], { requiresGrad: true });
    const first = new optim.Adam([{ params: leaf() }, { params: leaf() }]);
    (first.paramGroups[0]!.betas as unknown as number[])[0] = 0;
    expect(first.paramGroups[1]!.betas).toEqual([0.9, 0.999]);
    expect(new optim.Adam([leaf()]).paramGroups[0]!.betas).toEqual([0.9, 0.999]);
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

  it.each(every)('resumes %s exactly', (name, options) => {
    const [, b] = start('float64');
    const a = name === 'Muon' ? start('float64')[1] : start('float64')[0];
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
    // As torch.save would give them: with more options.
    for (const group of dict.param_groups) Object.assign(group, { foreach: null, capturable: false, fused: null });
    second.loadStateDict(dict);
    run(first, a, b, 7, 15);
    run(second, c, d, 7, 15);
    expect(c.toArray()).toEqual(a.toArray());
    expect(d.toArray()).toEqual(b.toArray());
    expect(second.paramGroups[0]!.lr).toBe(options.lr);
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
    const broken = [null, { state: {}, param_groups: [null] }, { state: { 0: null }, param_groups: optimizer.stateDict().param_groups }];
    for (const dict of broken) expect(() => optimizer.loadStateDict(dict as never)).toThrow(StateDictError);
    expect(optimizer.paramGroups[0]!.lr).toBe(0.5);
    expect(optimizer.state.size).toBe(0);
  });

  it('of another optimizer is refused', () => {
    const [a] = start('float32');
    const sgd = new optim.SGD([a], { momentum: 0.9 });
    a.grad = ones([3]);
    sgd.step();
    expect(() => new optim.Adam([a]).loadStateDict(sgd.stateDict())).toThrow(
      new StateDictError(
        'Adam.loadStateDict: the state of parameter 0 has no step (it has momentum_buffer). Was it saved by another optimizer? Nothing was changed.',
      ),
    );
  });

  it('of Adafactor has a row and a column for each matrix', () => {
    const x = ones([2, 3, 4], { requiresGrad: true });
    const optimizer = new optim.Adafactor([x]);
    x.grad = ones([2, 3, 4]);
    optimizer.step();
    const dict = optimizer.stateDict();
    expect(Object.entries(dict.state[0]!).map(([key, value]) => [key, (value as Tensor).shape])).toEqual([
      ['step', []],
      ['row_var', [2, 3, 1]],
      ['col_var', [2, 1, 4]],
    ]);
    dict.state[0]!.row_var = ones([3, 1]);
    expect(() => optimizer.loadStateDict(dict)).toThrow(
      'row_var of parameter 0 has shape [3, 1], expected [2, 3, 1] for a parameter of [2, 3, 4].',
    );
  });

  it('takes numbers where old versions of torch kept numbers, and parameters whose state is empty', () => {
    const [a, b] = start('float32');
    const adam = new optim.Adam([a, b]);
    const groups = adam.stateDict().param_groups;
    adam.loadStateDict({ state: { 0: { step: 3, exp_avg: ones([3]), exp_avg_sq: ones([3]) }, 1: {} }, param_groups: groups });
    expect(adam.state.get(a)!.step).toBe(3);
    expect(adam.state.has(b)).toBe(false);
  });

  it('keeps AdamW decoupled, whatever was saved', () => {
    const [a] = start('float32');
    const adamw = new optim.AdamW([a]);
    adamw.loadStateDict(new optim.Adam([a], { weightDecay: 0.5 }).stateDict());
    expect(adamw.paramGroups[0]).toMatchObject({ weightDecay: 0.5, decoupledWeightDecay: true });
  });
});
