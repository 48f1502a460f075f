import { ArgumentError, type HoneError, nn, noGrad, ones, StateDictError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, it } from 'vitest';

const linear = () => {
  const layer = new nn.Linear(2, 1, { bias: false });
  layer.loadStateDict({ weight: tensor([[2, 3]]) });
  return layer;
};

describe('order and reach of hooks', () => {
  it('global ones first, then the module’s own; prepend puts one before', () => {
    const seen: string[] = [];
    const note = (name: string) => () => {
      seen.push(name);
    };
    const layer = linear();
    const handles = [
      layer.registerForwardPreHook(note('pre 1')),
      layer.registerForwardPreHook(note('pre 0'), { prepend: true }),
      layer.registerForwardHook(note('post 1')),
      layer.registerForwardHook(note('post 0'), { prepend: true }),
      nn.registerModuleForwardPreHook(note('every pre')),
      nn.registerModuleForwardHook(note('every post')),
    ];
    layer.forward(ones([1, 2]));
    expect(seen).toEqual(['every pre', 'pre 0', 'pre 1', 'every post', 'post 0', 'post 1']);
    for (const handle of handles) handle.remove();
    seen.length = 0;
    layer.forward(ones([1, 2]));
    expect(seen).toEqual([]);
  });

  it('global forward hooks see every module, inside out', () => {
    const seen: string[] = [];
    const handle = nn.registerModuleForwardHook((module: nn.Module) => {
      seen.push(module.constructor.name);
    });
    new nn.Sequential(new nn.ReLU(), new nn.Sequential(new nn.Tanh())).forward(ones([1]));
    handle.remove();
    expect(seen).toEqual(['ReLU', 'Tanh', 'Sequential', 'Sequential']);
  });

  it('global backward hooks see every module', () => {
    const seen: string[] = [];
    const handles = [
      nn.registerModuleFullBackwardHook((module: nn.Module, gradInput, gradOutput) => {
        seen.push(`${module.constructor.name} ${gradInput.length} ${gradOutput.length}`);
      }),
      nn.registerModuleFullBackwardPreHook((module: nn.Module) => {
        seen.push(`before ${module.constructor.name}`);
      }),
    ];
    new nn.Sequential(new nn.Tanh(), new nn.Sigmoid())
      .forward(ones([1], { requiresGrad: true }))
      .sum()
      .backward();
    for (const handle of handles) handle.remove();
    expect(seen).toEqual(['before Sequential', 'before Sigmoid', 'Sigmoid 1 1', 'before Tanh', 'Tanh 1 1', 'Sequential 1 1']);
  });

  it('a hook that is no function is refused', () => {
    expect(() => linear().registerForwardHook(null as never)).toThrow(
      new ArgumentError('registerForwardHook: hook is null, expected a function.'),
    );
  });
});

describe('alwaysCall', () => {
  class Fails extends nn.Module {
    forward(_x: Tensor): Tensor {
      throw new RangeError('mine');
    }
  }

  it('runs the hook where forward throws, with null for the output', () => {
    const module = new Fails();
    const seen: unknown[] = [];
    module.registerForwardHook(() => {
      seen.push('not reached');
    });
    module.registerForwardHook(
      (m, inputs, output) => {
        seen.push(m === module, inputs.length, output);
        throw new Error('silenced');
      },
      { alwaysCall: true },
    );
    expect(() => module.forward(ones([1]))).toThrow(new RangeError('mine'));
    expect(seen).toEqual([true, 1, null]);
  });

  it('runs it once where a later hook throws', () => {
    const layer = linear();
    let calls = 0;
    layer.registerForwardHook(
      () => {
        calls++;
      },
      { alwaysCall: true },
    );
    layer.registerForwardHook(() => {
      throw new RangeError('late');
    });
    expect(() => layer.forward(ones([1, 2]))).toThrow('late');
    expect(calls).toBe(1);
  });

  it('holds for global hooks', () => {
    let calls = 0;
    const handle = nn.registerModuleForwardHook(
      () => {
        calls++;
      },
      { alwaysCall: true },
    );
    expect(() => new Fails().forward(ones([1]))).toThrow('mine');
    handle.remove();
    expect(calls).toBe(1);
  });
});

describe('full backward pre-hooks', () => {
  it('replace the gradients of the outputs, for parameters and inputs alike', () => {
    const layer = linear();
    const seen: unknown[] = [];
    layer.registerFullBackwardPreHook((_m, gradOutput) => [gradOutput[0]!.mul(10)]);
    layer.registerFullBackwardHook((_m, gradInput, gradOutput) => {
      seen.push(gradInput[0]!.toArray(), gradOutput[0]!.toArray());
    });
    const x = ones([1, 2], { requiresGrad: true });
    layer.forward(x).sum().backward();
    // torch: x.grad [[20., 30.]], weight.grad [[10., 10.]], the hook sees [[20., 30.]] and [[10.]]
    expect(x.grad!.toArray()).toEqual([[20, 30]]);
    expect(layer.weight.grad!.toArray()).toEqual([[10, 10]]);
    expect(seen).toEqual([[[20, 30]], [[10]]]);
  });

  it('must return one gradient for each output', () => {
    const layer = linear();
    layer.registerFullBackwardPreHook(() => []);
    expect(() =>
      layer
        .forward(ones([1, 2]))
        .sum()
        .backward(),
    ).toThrow('Linear: a full backward pre-hook returned 0 gradients for 1 outputs. Return one for each, null for those that have none.');
  });
});

describe('async forwards', () => {
  class Wait extends nn.Module {
    fc = new nn.Linear(3, 2);
    async forward(x: Tensor): Promise<Tensor> {
      await Promise.resolve();
      return this.fc.forward(x);
    }
  }
  class Outer extends nn.Module {
    stages = new nn.ModuleList([new Wait()]);
    async forward(x: Tensor): Promise<Tensor> {
      return (await this.stages.at(0).forward(x)).relu();
    }
  }

  it('errors carry the whole path', async () => {
    const error = await new Outer().forward(ones([1, 4])).catch((caught: HoneError) => caught);
    expect((error as HoneError).code).toBe('SHAPE');
    expect((error as HoneError).message).toMatch(/^stages\.0\.fc \(Linear\): (?!.*stages)/);
    expect((error as HoneError).stack).toContain('stages.0.fc (Linear): ');
    await expect(new Wait().forward(ones([1, 4]))).rejects.toThrow(/^fc \(Linear\): /);
    expect((await new Outer().forward(ones([1, 3]))).shape).toEqual([1, 2]);
  });

  it('hooks see what the promise gives', async () => {
    const model = new Wait();
    model.fc.loadStateDict({ weight: ones([2, 3]), bias: zeros([2]) });
    const seen: unknown[] = [];
    model.registerForwardHook((_m, _inputs, output: Tensor) => output.mul(2));
    model.registerFullBackwardHook((_m, gradInput) => {
      seen.push(gradInput[0]!.toArray());
    });
    const x = ones([1, 3], { requiresGrad: true });
    const y = await model.forward(x);
    expect(y.toArray()).toEqual([[6, 6]]);
    y.sum().backward();
    expect(seen).toEqual([[[4, 4, 4]]]);
  });

  it('alwaysCall holds for a promise that fails', async () => {
    const model = new Wait();
    const seen: unknown[] = [];
    model.registerForwardHook(
      (_m, _inputs, output) => {
        seen.push(output);
      },
      { alwaysCall: true },
    );
    await expect(model.forward(ones([1, 4]))).rejects.toThrow();
    expect(seen).toEqual([null]);
  });
});

describe('state dicts', () => {
  const model = () => new nn.Sequential(new nn.Linear(2, 2), new nn.Sequential(new nn.Linear(2, 1)));

  it('hooks run around writing: pre before, post after what is inside', () => {
    const net = model();
    const seen: unknown[] = [];
    net.registerStateDictPreHook((m, prefix, keepVars) => {
      seen.push(m === net, prefix, keepVars);
    });
    (net.at(1) as nn.Sequential).registerStateDictPostHook((_m, dict, prefix) => {
      seen.push(prefix, Object.keys(dict));
      delete dict[`${prefix}0.bias`];
    });
    expect(Object.keys(net.stateDict())).toEqual(['0.weight', '0.bias', '1.0.weight']);
    expect(seen).toEqual([true, '', false, '1.', ['0.weight', '0.bias', '1.0.weight', '1.0.bias']]);
    net.registerStateDictPostHook((() => ({})) as never);
    expect(() => net.stateDict()).toThrow('registerStateDictPostHook: a hook returned a value. Change the state dict in place.');
  });

  it('a pre-hook may rename the keys of an old checkpoint', () => {
    const layer = new nn.Linear(1, 1);
    layer.registerLoadStateDictPreHook((_m, dict, prefix) => {
      if (dict[`${prefix}w`]) dict[`${prefix}weight`] = dict[`${prefix}w`]!;
      delete dict[`${prefix}w`];
    });
    const given = { '0.w': tensor([[5]]), '0.bias': tensor([6]) };
    new nn.Sequential(layer).loadStateDict(given);
    expect(layer.weight.item()).toBe(5);
    expect(Object.keys(given)).toEqual(['0.w', '0.bias']);
  });

  it('a post-hook may pardon keys, and sees what was loaded', () => {
    const layer = new nn.Linear(1, 1);
    const seen: unknown[] = [];
    layer.registerLoadStateDictPostHook((m: nn.Module, keys) => {
      seen.push((m as nn.Linear).weight.item(), [...keys.missingKeys]);
      keys.missingKeys.length = 0;
    });
    expect(layer.loadStateDict({ weight: tensor([[7]]) })).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(seen).toEqual([7, ['bias']]);
    expect(() => layer.loadStateDict({ weight: tensor([[7]]), x: ones([1]) })).toThrow(
      new StateDictError(
        'loadStateDict: the state dict does not fit Linear; the keys that match were loaded.\n  unexpected keys: x\nUse { strict: false } to load the keys that match.',
      ),
    );
  });

  it('keepVars gives the parameters themselves; a destination is added to', () => {
    const layer = new nn.Linear(1, 1);
    expect(layer.stateDict({ keepVars: true }).weight).toBe(layer.weight);
    expect(layer.stateDict().weight!.requiresGrad).toBe(false);
    const destination = { other: ones([1]) };
    expect(layer.stateDict({ destination, prefix: 'fc.' })).toBe(destination);
    expect(Object.keys(destination)).toEqual(['other', 'fc.weight', 'fc.bias']);
  });

  it('assign puts the given tensors into the module, dtype and all', () => {
    const net = model().requiresGrad_(false);
    const given = Object.fromEntries(Object.entries(model().double().stateDict()).map(([key, t]) => [key, t.clone()]));
    const before = net.parameters();
    net.loadStateDict(given, { assign: true });
    expect(net.parameters().map((p) => p.dtype)).toEqual(Array(4).fill('float64'));
    expect(net.parameters().every((p, i) => p instanceof nn.Parameter && !p.requiresGrad && p !== before[i])).toBe(true);
    noGrad(() => given['0.weight']!.fill_(3));
    expect((net.at(0) as nn.Linear).weight.toArray()).toEqual([
      [3, 3],
      [3, 3],
    ]);
    const norm = new nn.BatchNorm1d(2);
    const mean = tensor([1, 2]);
    norm.loadStateDict({ ...norm.stateDict(), running_mean: mean }, { assign: true });
    expect(norm.runningMean).toBe(mean);
    expect(norm.namedBuffers().map(([name]) => name)).toEqual(['running_mean', 'running_var', 'num_batches_tracked']);
  });

  it('a module may keep more than its tensors', () => {
    class Counter extends nn.Module {
      count = 0;
      getExtraState() {
        return tensor([this.count]);
      }
      setExtraState(state: Tensor) {
        this.count = state.item();
      }
      forward() {}
    }
    const [from, to] = [new nn.Sequential(new Counter()), new nn.Sequential(new Counter())];
    (from.at(0) as Counter).count = 3;
    expect(Object.keys(from.stateDict())).toEqual(['0._extra_state']);
    to.loadStateDict(from.stateDict());
    expect((to.at(0) as Counter).count).toBe(3);
    expect(() => to.loadStateDict({})).toThrow('missing keys: 0._extra_state');
  });

  it('misuse', () => {
    expect(() => new nn.Linear(1, 1).loadStateDict(null as never)).toThrow(
      'loadStateDict: the state dict is null, expected tensors by key.',
    );
    expect(new nn.Linear(1, 1).loadStateDict({}, false).missingKeys).toEqual(['weight', 'bias']);
  });
});
