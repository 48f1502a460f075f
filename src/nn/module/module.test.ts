import { inspect } from 'node:util';
import { ArgumentError, DTypeError, manualSeed, nn, noGrad, ones, optim, StateDictError, scope, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, expectTypeOf, it } from 'vitest';

class Block extends nn.Module {
  lin = new nn.Linear(3, 3);
  scale = new nn.Parameter(ones([3]));
  mask = new nn.Buffer(ones([3]), false);
  forward(x: Tensor): Tensor {
    return this.lin.forward(x).mul(this.scale).mul(this.mask);
  }
}

class Net extends nn.Module {
  first = new nn.Linear(2, 3);
  note = 'not a part';
  block = new Block();
  gain = new nn.Parameter(ones([1]));
  norm = new nn.BatchNorm1d(3);
  table = this.registerBuffer('table', zeros([2]), { key: 'the_table' });
  none = null;
  forward(x: Tensor): Tensor {
    return this.norm.forward(this.block.forward(this.first.forward(x))).mul(this.gain);
  }
}

const keys = (entries: readonly (readonly [string, unknown])[]) => entries.map(([name]) => name);

describe('finding parts', () => {
  const net = new Net();

  it('in fields, in the order of their declaration; a module’s own before those of its submodules', () => {
    expect(keys(net.namedParameters())).toEqual([
      'gain',
      'first.weight',
      'first.bias',
      'block.scale',
      'block.lin.weight',
      'block.lin.bias',
      'norm.weight',
      'norm.bias',
    ]);
    expect(keys(net.namedBuffers())).toEqual([
      'the_table',
      'block.mask',
      'norm.running_mean',
      'norm.running_var',
      'norm.num_batches_tracked',
    ]);
    expect(keys(net.namedChildren())).toEqual(['first', 'block', 'norm']);
    expect(keys(net.namedModules())).toEqual(['', 'first', 'block', 'block.lin', 'norm']);
    expect(keys(net.namedParameters('net', false))).toEqual(['net.gain']);
    expect(keys(net.namedModules('net'))).toEqual(['net', 'net.first', 'net.block', 'net.block.lin', 'net.norm']);
    expect(net.parameters(false)).toEqual([net.gain]);
    expect(net.modules()[0]).toBe(net);
    expect(net.buffers(false)).toEqual([net.table]);
    expect(net.children()).toEqual([net.first, net.block, net.norm]);
  });

  it('once, where they are shared', () => {
    class Tied extends nn.Module {
      a = new nn.Linear(2, 2);
      b = this.a;
      c = new nn.Linear(2, 2);
      forward(x: Tensor) {
        return this.b.forward(this.a.forward(x));
      }
    }
    const tied = new Tied();
    tied.c.weight = tied.a.weight;
    expect(keys(tied.namedParameters())).toEqual(['a.weight', 'a.bias', 'c.bias']);
    expect(keys(tied.namedModules())).toEqual(['', 'a', 'c']);
    expect(tied.children().length).toBe(2);
    expect(Object.keys(tied.stateDict())).toEqual(['a.weight', 'a.bias', 'b.weight', 'b.bias', 'c.weight', 'c.bias']); // as torch
    tied
      .forward(ones([1, 2]))
      .sum()
      .backward();
    expect(tied.a.weight.grad).not.toBeNull();
  });

  it('not in plain arrays, as in torch; findUnregistered tells', () => {
    class Hidden extends nn.Module {
      layers = [new nn.Linear(2, 2), { deep: new nn.Linear(2, 2) }] as const;
      seen = new nn.ModuleList([new nn.Linear(2, 2)]);
      weights = new Map([['w', new nn.Parameter(ones([1]))]]);
      same = [this.seen.at(0)];
      forward(x: Tensor) {
        return this.layers[0].forward(x);
      }
    }
    const hidden = new Hidden();
    expect(keys(hidden.namedParameters())).toEqual(['seen.0.weight', 'seen.0.bias']);
    expect(nn.utils.findUnregistered(new nn.Sequential(hidden))).toEqual(['0.layers[0]', '0.layers[1]["deep"]', '0.weights["w"]']);
    expect(nn.utils.findUnregistered(net)).toEqual([]);
    const outer = new nn.Sequential(hidden);
    expect(() => outer.forward(ones([1, 3]))).toThrow(
      /^Linear \(which Sequential does not know of: keep modules in fields, nn\.Sequential, nn\.ModuleList or nn\.ModuleDict\): /,
    );
  });

  it('by path', () => {
    expect(net.getSubmodule('block.lin')).toBe(net.block.lin);
    expect(net.getSubmodule('')).toBe(net);
    expect(net.getParameter('block.lin.weight')).toBe(net.block.lin.weight);
    expect(net.getBuffer('norm.running_mean')).toBe(net.norm.runningMean);
    expect(() => net.getSubmodule('block.line')).toThrow(
      new ArgumentError('getSubmodule: "block.line" does not exist: block (Block) has no submodule "line". It has lin.'),
    );
    expect(() => net.getSubmodule('x')).toThrow('Net has no submodule "x". It has first, block, norm.');
    expect(() => net.getParameter('norm.running_mean')).toThrow('BatchNorm1d has no parameter "running_mean". It has weight, bias.');
    expect(() => net.getBuffer('first.b')).toThrow('Linear has no buffer "b". It has none.');
  });

  it('buffers stay buffers when they are replaced; a parameter that becomes null is gone', () => {
    const net = new Net();
    net.table = ones([2]);
    expect(net.namedBuffers('', false)).toEqual([['the_table', net.table]]);
    net.first.bias = null;
    expect(keys(net.first.namedParameters())).toEqual(['weight']);
  });
});

describe('registering by name', () => {
  class Empty extends nn.Module {
    forward() {}
  }

  it('sets the field', () => {
    const module = new Empty();
    const child = module.registerModule('child', new nn.Linear(1, 1));
    module.addModule('other', new nn.ReLU());
    module.registerParameter('w', new nn.Parameter(ones([2])), { key: 'w_ih' });
    module.registerParameter('none', null);
    module.registerBuffer('b', ones([1]), false);
    expect((module as unknown as { child: nn.Linear }).child).toBe(child);
    expect(keys(module.namedParameters())).toEqual(['w_ih', 'child.weight', 'child.bias']);
    expect(keys(module.namedBuffers())).toEqual(['b']);
    expect(Object.keys(module.stateDict())).toEqual(['w_ih', 'child.weight', 'child.bias']);
  });

  it('refuses names that are taken or break paths', () => {
    const module = new Empty();
    expect(() => module.registerModule('forward', new nn.ReLU())).toThrow(
      'registerModule: Empty already has a member "forward". Choose another name.',
    );
    expect(() => module.registerModule('parameters', new nn.ReLU())).toThrow(ArgumentError);
    expect(() => module.registerBuffer('training', ones([1]))).toThrow('already has a member "training"');
    expect(() => module.registerBuffer('a.b', ones([1]))).toThrow('contains "."');
    expect(() => module.registerModule('', new nn.ReLU())).toThrow('is empty');
    expect(() => module.registerBuffer('x', ones([1]), { key: 'a.b' })).toThrow('registerBuffer: the key "a.b"');
    expect(() => module.registerParameter('x', ones([1]) as nn.Parameter)).toThrow('registerParameter: "x" is not an nn.Parameter.');
  });
});

describe('Parameter', () => {
  it('is a leaf on the memory of its tensor', () => {
    const data = ones([2]);
    const p = new nn.Parameter(data);
    expect(p.requiresGrad && p.isLeaf).toBe(true);
    noGrad(() => p.mul_(3));
    expect(data.toArray()).toEqual([3, 3]);
    expect(new nn.Parameter(data, false).requiresGrad).toBe(false);
    expect(new nn.Parameter(ones([1], { requiresGrad: true }).mul(2)).isLeaf).toBe(true);
    expect(() => new nn.Parameter(tensor([1], { dtype: 'int64' }))).toThrow(DTypeError);
    expect(new nn.Parameter(tensor([1], { dtype: 'int64' }), false).dtype).toBe('int64');
    expect(() => new nn.Parameter(3 as unknown as Tensor)).toThrow('Parameter: data is 3, expected a Tensor.');
  });

  it('prints as in torch', () => {
    // print(nn.Parameter(torch.tensor([1., 2.])))
    expect(inspect(new nn.Parameter(tensor([1, 2])))).toBe('Parameter containing:\ntensor([1., 2.], requires_grad=True)');
  });
});

describe('scopes', () => {
  it('do not take what belongs to a model or an optimizer', () => {
    const made: { net?: Net; optimizer?: optim.AdamW } = {};
    scope(() => {
      made.net = new Net();
      made.optimizer = new optim.AdamW(made.net.parameters(), { lr: 0.1, amsgrad: true });
    });
    const { net, optimizer } = made as Required<typeof made>;
    const losses: number[] = [];
    for (let i = 0; i < 10; i++) {
      scope(() => {
        optimizer.zeroGrad({ setToNone: i % 2 === 0 });
        const loss = net
          .forward(
            tensor([
              [1, 2],
              [3, -1],
              [0, 1],
            ]),
          )
          .sub(1)
          .square()
          .sum();
        loss.backward();
        optimizer.step();
        losses.push(loss.item());
        if (i === 5) optimizer.loadStateDict(optimizer.stateDict());
      });
    }
    expect(losses[9]).toBeLessThan(losses[0]!);
    scope(() => net.double());
    expect(net.first.weight.grad!.dtype).toBe('float64');
    expect(net.first.weight.grad!.toArray()).toBeDefined();
    expect(net.norm.numBatchesTracked!.item()).toBe(10);
  });
});

describe('modes and conversion', () => {
  it('train and eval reach every submodule, and may be overridden', () => {
    class Frozen extends nn.Module {
      norm = new nn.BatchNorm1d(2);
      forward(x: Tensor) {
        return this.norm.forward(x);
      }
      override train(mode = true): this {
        super.train(mode);
        this.norm.eval();
        return this;
      }
    }
    const model = new nn.Sequential(new Frozen(), new nn.Dropout());
    expect(
      model
        .eval()
        .modules()
        .map((m) => m.training),
    ).toEqual([false, false, false, false]);
    expect(
      model
        .train()
        .modules()
        .map((m) => m.training),
    ).toEqual([true, true, false, true]);
  });

  it('apply goes from the inside out', () => {
    const seen: string[] = [];
    new Net().apply((m) => seen.push(m.constructor.name));
    expect(seen).toEqual(['Linear', 'Linear', 'Block', 'BatchNorm1d', 'Net']);
  });

  it('to() keeps tensors the same objects, so an optimizer goes on with them', () => {
    const net = new Net();
    const before = [...net.parameters(), ...net.buffers()];
    net
      .forward(ones([4, 2]))
      .sum()
      .backward();
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
    expect(net.double()).toBe(net);
    expect([...net.parameters(), ...net.buffers()].every((t, i) => t === before[i])).toBe(true);
    expect(net.parameters().every((p) => p.dtype === 'float64' && p.grad!.dtype === 'float64')).toBe(true);
    expect(net.norm.runningMean!.dtype).toBe('float64');
    expect(net.norm.numBatchesTracked!.dtype).toBe('int64');
    const weight = net.first.weight.toArray();
    optimizer.zeroGrad();
    net
      .forward(
        tensor(
          [
            [1, 2],
            [3, -1],
          ],
          { dtype: 'float64' },
        ),
      )
      .square()
      .sum()
      .backward();
    optimizer.step();
    expect(net.first.weight.toArray()).not.toEqual(weight);
    expect(net.float().first.weight.dtype).toBe('float32');
    expect(net.to({ dtype: 'float64' }).to('cpu').first.weight.dtype).toBe('float64');
    expect(() => net.to('int64')).toThrow(new DTypeError('Net.to: dtype is int64, expected float32 or float64.'));
  });

  it('requiresGrad_ freezes; zeroGrad drops gradients', () => {
    const net = new Net();
    net.block.requiresGrad_(false);
    net
      .forward(ones([4, 2]))
      .sum()
      .backward();
    expect(net.block.lin.weight.grad).toBeNull();
    const gradient = net.first.weight.grad!;
    net.zeroGrad(false);
    expect(net.first.weight.grad).toBe(gradient);
    expect(gradient.toArray()).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    net.zeroGrad();
    expect(net.parameters().every((p) => p.grad === null)).toBe(true);
  });
});

describe('state dict', () => {
  const expected = [
    'gain',
    'the_table',
    'first.weight',
    'first.bias',
    'block.scale',
    'block.lin.weight',
    'block.lin.bias',
    'norm.weight',
    'norm.bias',
    'norm.running_mean',
    'norm.running_var',
    'norm.num_batches_tracked',
  ];

  it('has the keys of torch, and shares memory with the model', () => {
    const net = new Net();
    const state = net.stateDict();
    expect(Object.keys(state)).toEqual(expected);
    expect(Object.keys(net.stateDict('net.'))[0]).toBe('net.gain');
    expect(state.gain!.requiresGrad).toBe(false);
    noGrad(() => net.gain.fill_(7));
    expect(state.gain!.toArray()).toEqual([7]);
  });

  it('loads what it saved, converting dtypes', () => {
    manualSeed(0);
    const [a, b] = [new Net(), new Net().double()];
    a.forward(ones([4, 2]));
    const weight = b.first.weight;
    expect(b.loadStateDict(a.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(b.first.weight).toBe(weight);
    expect(weight.dtype).toBe('float64');
    for (const [key, value] of Object.entries(b.stateDict())) expect(value.toArray()).toEqual(a.stateDict()[key]!.toArray());
    expect(weight.isLeaf && weight.requiresGrad).toBe(true);
  });

  it('names everything that does not fit, and changes nothing', () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
    const before = JSON.stringify(Object.values(model.stateDict()).map((t) => t.toArray()));
    const load = () =>
      model.loadStateDict({ '0.weight': ones([3, 3]), '1.weight': zeros([3]), '1.bias': 3 as unknown as Tensor, z: ones([1]) });
    expect(load).toThrow(
      new StateDictError(
        'loadStateDict: the state dict does not fit Sequential; nothing was changed.\n  missing keys: 0.bias, 1.running_mean, 1.running_var\n  unexpected keys: z\n' +
          '  0.weight has shape [3, 3], the model expects [3, 2]\n  1.bias is 3, expected a Tensor',
      ),
    );
    expect(() => model.loadStateDict({})).toThrow('Use { strict: false } to load the keys that match.');
    expect(() => model.loadStateDict({ '1.weight': zeros([3]), '0.weight': ones([3, 3]) }, { strict: false })).toThrow(StateDictError);
    const freed = ones([3, 2]);
    freed.dispose();
    expect(() => model.loadStateDict({ '0.bias': zeros([3]), '0.weight': freed }, { strict: false })).toThrow(/freed/);
    expect(JSON.stringify(Object.values(model.stateDict()).map((t) => t.toArray()))).toBe(before);
  });

  it('strict: false loads what matches and returns the rest', () => {
    const model = new nn.Sequential(new nn.Linear(2, 1), new nn.BatchNorm1d(1));
    // nn.Sequential(nn.Linear(2, 1), nn.BatchNorm1d(1)).load_state_dict({}, strict=False): a missing num_batches_tracked is let pass
    expect(model.loadStateDict({}, { strict: false })).toEqual({
      missingKeys: ['0.weight', '0.bias', '1.weight', '1.bias', '1.running_mean', '1.running_var'],
      unexpectedKeys: [],
    });
    expect(model.loadStateDict({ '0.bias': tensor([5]), x: ones([1]) }, { strict: false }).unexpectedKeys).toEqual(['x']);
    expect((model[0] as nn.Linear).bias!.toArray()).toEqual([5]);
  });

  it('takes a count saved with one dim', () => {
    const norm = new nn.BatchNorm1d(1);
    norm.loadStateDict({ ...norm.stateDict(), num_batches_tracked: tensor([4], { dtype: 'int64' }) });
    expect(norm.numBatchesTracked!.item()).toBe(4);
  });
});

describe('typing and printing', () => {
  it('forward keeps the signature of the subclass', () => {
    expectTypeOf<Net['forward']>().toEqualTypeOf<(x: Tensor) => Tensor>();
    expectTypeOf<nn.MaxPool2d['forward']>().returns.toEqualTypeOf<Tensor>();
    expectTypeOf<nn.MaxPool2d<true>['forward']>().returns.toEqualTypeOf<[Tensor, Tensor]>();
    // @ts-expect-error Module has no index signature
    expect(new Net().nothing).toBeUndefined();
  });

  it('a console shows a model as torch prints it', () => {
    class Small extends nn.Module {
      fc1 = new nn.Linear(784, 256);
      drop = new nn.Dropout(0.2);
      forward(x: Tensor) {
        return this.drop.forward(this.fc1.forward(x));
      }
    }
    const printed = 'Small(\n  (fc1): Linear(in_features=784, out_features=256, bias=True)\n  (drop): Dropout(p=0.2, inplace=False)\n)';
    expect(inspect(new Small())).toBe(printed);
    expect(`${new Small()}`).toBe(printed);
  });
});
