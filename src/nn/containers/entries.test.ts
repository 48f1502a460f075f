import { ArgumentError, IndexError, nn, ones, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, it } from 'vitest';

const names = (module: nn.Module) => module.namedChildren().map(([name, child]) => `${name} ${child.constructor.name}`);
const chain = () => new nn.Sequential(new nn.ReLU(), new nn.Tanh(), new nn.Sigmoid());

describe('Sequential', () => {
  it('insert, pop, delete and set number modules as torch does', () => {
    const model = chain();
    expect(names(model.insert(1, new nn.ELU()))).toEqual(['0 ReLU', '1 ELU', '2 Tanh', '3 Sigmoid']);
    expect(names(model.insert(-1, new nn.SELU()))).toEqual(['0 ReLU', '1 ELU', '2 Tanh', '3 SELU', '4 Sigmoid']);
    expect(model.pop().constructor.name).toBe('Sigmoid');
    expect(model.pop(0).constructor.name).toBe('ReLU');
    expect(names(model.delete(1))).toEqual(['0 ELU', '1 SELU']);
    expect(names(model.set(-1, new nn.GELU()))).toEqual(['0 ELU', '1 GELU']);
    expect(names(model.insert(2, new nn.Mish()))).toEqual(['0 ELU', '1 GELU', '2 Mish']);
    expect(() => model.insert(4, new nn.Mish())).toThrow(new IndexError('Sequential: cannot insert at 4, there are 3 entries.'));
    expect(() => model.pop(3)).toThrow(IndexError);
    expect(() => model.insert(0, nn.ReLU as never)).toThrow('For a class, write new ReLU(…).');
  });

  it('with names keeps their order when more are added', () => {
    const model = new nn.Sequential({ a: new nn.ReLU(), b: new nn.Tanh() });
    model.append(new nn.Sigmoid()).registerModule('c', new nn.ELU());
    expect(names(model)).toEqual(['a ReLU', 'b Tanh', '2 Sigmoid', 'c ELU']);
    expect(model.forward(tensor([-5])).item()).toBeCloseTo(0.5, 6); // relu, tanh, sigmoid, elu
    expect(model.at(2).constructor.name).toBe('Sigmoid');
    expect(() => model.insert(0, new nn.ReLU())).toThrow(
      'Sequential: insert numbers modules anew, but one is named "a". Make a new Sequential.',
    );
    model.delete(0);
    expect(names(model)).toEqual(['0 Tanh', '1 Sigmoid', '2 ELU']);
  });

  it('slice keeps the names, as torch does', () => {
    const model = chain();
    expect(names(model.slice(1))).toEqual(['1 Tanh', '2 Sigmoid']);
    expect(names(model.slice(-2, -1))).toEqual(['1 Tanh']);
    expect(model.slice(1).at(0)).toBe(model.at(1));
    expect(names(model.slice(5))).toEqual([]);
    expect(names(model.slice(1).append(new nn.ELU()))).toEqual(['1 Tanh', '2 Sigmoid', '3 ELU']);
    expect(names(new nn.Sequential({ a: new nn.ReLU(), b: new nn.Tanh() }).slice(1))).toEqual(['b Tanh']);
  });

  it('concat', () => {
    const model = chain();
    expect(names(model.concat(new nn.Sequential({ x: new nn.ELU() }), [model.at(0)]))).toEqual(['0 ReLU', '1 Tanh', '2 Sigmoid', '3 ELU']);
    expect(model.concat([new nn.ELU()]).length).toBe(4);
    expect(model.length).toBe(3);
  });

  it('a copy is a chain of its own', () => {
    const model = chain();
    const copy = model.clone();
    copy.insert(0, new nn.ELU()).pop();
    expect([names(copy), names(model)]).toEqual([
      ['0 ELU', '1 ReLU', '2 Tanh'],
      ['0 ReLU', '1 Tanh', '2 Sigmoid'],
    ]);
  });
});

describe('ModuleList', () => {
  it('insert, pop, delete, set, slice, concat', () => {
    const list = new nn.ModuleList<nn.Module>([new nn.ReLU(), new nn.Tanh()]);
    expect(names(list.insert(0, new nn.ELU()))).toEqual(['0 ELU', '1 ReLU', '2 Tanh']);
    expect(list.pop(1).constructor.name).toBe('ReLU');
    expect(names(list.set(0, new nn.GELU()))).toEqual(['0 GELU', '1 Tanh']);
    expect(names(list.concat([new nn.Mish()]).slice(1))).toEqual(['0 Tanh', '1 Mish']);
    expect(names(list.delete(-1))).toEqual(['0 GELU']);
    expect(() => list.insert(7, new nn.ReLU())).toThrow(IndexError);
    expect(() => new nn.ModuleList(new nn.ReLU() as never)).toThrow('ModuleList: got a ReLU, expected a list of modules');
  });
});

describe('ModuleDict', () => {
  it('pop, clear, items', () => {
    const dict = new nn.ModuleDict([
      ['b', new nn.ReLU()],
      ['a', new nn.Tanh()],
    ]);
    expect([...dict.items()].map(([name]) => name)).toEqual(['b', 'a']);
    expect(dict.pop('b').constructor.name).toBe('ReLU');
    expect(() => dict.pop('b')).toThrow('ModuleDict: there is no module "b". There are a.');
    dict.clear();
    expect(dict.size).toBe(0);
    expect(() => new nn.ModuleDict(['ab'] as never)).toThrow('ModuleDict: entry 0 is not a pair of a name and a value.');
    expect(() => new nn.ModuleDict(3 as never)).toThrow(ArgumentError);
  });
});

describe('parameter containers', () => {
  it('ParameterList', () => {
    const list = new nn.ParameterList([ones([2])]);
    list.extend([zeros([1]), ones([3])]).set(-1, tensor([4, 5]));
    expect(list.namedParameters().map(([name, p]) => [name, p.toArray()])).toEqual([
      ['0', [1, 1]],
      ['1', [0]],
      ['2', [4, 5]],
    ]);
    expect(list.slice(1).length).toBe(2);
    expect(() => list.set(3, ones([1]))).toThrow(IndexError);
    expect(() => list.append(3 as never)).toThrow('ParameterList: entry 3 is 3, expected a Tensor.');
    expect(() => new nn.ParameterList(ones([2]) as never)).toThrow('ParameterList: got a Tensor of shape [2], expected a list of tensors');
  });

  it('ParameterDict', () => {
    // nn.ParameterDict({'b': torch.ones(2, 3), 'a': torch.zeros(2, dtype=torch.float64)})
    const dict = new nn.ParameterDict({ b: ones([2, 3]), a: zeros([2], { dtype: 'float64' }) });
    expect(String(dict)).toBe(
      'ParameterDict(\n    (a): Parameter containing: [torch.DoubleTensor of size 2]\n    (b): Parameter containing: [torch.FloatTensor of size 2x3]\n)',
    );
    expect(Object.keys(new nn.Sequential({ p: dict }).stateDict())).toEqual(['p.a', 'p.b']);
    expect([
      ...new nn.ParameterDict(
        new Map([
          ['b', ones([1])],
          ['a', ones([1])],
        ]),
      ).keys(),
    ]).toEqual(['b', 'a']);
    expect(dict.get('b') instanceof nn.Parameter && dict.has('b') && dict.size === 2).toBe(true);
    expect(dict.setDefault('c', ones([1]))).toBe(dict.get('c'));
    const copy = dict.copy();
    expect(dict.pop('c').shape).toEqual([1]);
    expect([copy.size, dict.size]).toEqual([3, 2]);
    expect(copy.get('a')).toBe(dict.get('a'));
    expect(() => dict.get('z')).toThrow('ParameterDict: there is no parameter "z". There are a, b.');
    expect(() => dict.set('a.b', ones([1]))).toThrow('contains "."');
    expect(dict.delete('a')).toBe(true);
    dict.loadStateDict({ b: zeros([2, 3]) }, { assign: true });
    expect(dict.get('b').toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    dict.clear();
    expect(String(dict)).toBe('ParameterDict()');
    expect(dict.clone().size).toBe(0);
  });

  it('print in one line where one line is all', () => {
    // nn.Sequential(nn.ParameterList([torch.ones(2)]), nn.ParameterDict({'x': torch.ones(1)}))
    expect(String(new nn.Sequential(new nn.ParameterList([ones([2])]), new nn.ParameterDict({ x: ones([1]) })))).toBe(
      'Sequential(\n  (0): ParameterList(  (0): Parameter containing: [torch.float32 of size 2])\n  (1): ParameterDict(  (x): Parameter containing: [torch.FloatTensor of size 1])\n)',
    );
  });
});

describe('finding parts', () => {
  const shared = new nn.Linear(1, 1);
  const tied = new nn.Sequential({ a: shared, b: shared });

  it('shared parts once, or under each name', () => {
    const keys = (entries: [string, unknown][]) => entries.map(([name]) => name);
    expect(keys(tied.namedParameters({ removeDuplicate: false }))).toEqual(['a.weight', 'a.bias', 'b.weight', 'b.bias']);
    expect(keys(tied.namedParameters({ prefix: 'net' }))).toEqual(['net.a.weight', 'net.a.bias']);
    expect(keys(tied.namedParameters('net', false))).toEqual([]);
    expect(keys(tied.namedModules({ removeDuplicate: false }))).toEqual(['', 'a', 'b']);
    expect(keys(tied.namedModules('net'))).toEqual(['net', 'net.a']);
    expect(tied.modules(false).length).toBe(3);
    expect(() => tied.namedParameters({ prefx: 'x' } as never)).toThrow(
      'namedParameters: there is no option "prefx". Did you mean prefix? namedParameters takes prefix, recurse, removeDuplicate.',
    );
  });

  it('print under every name, as in torch', () => {
    const line = 'Linear(in_features=1, out_features=1, bias=True)';
    expect(String(tied)).toBe(`Sequential(\n  (a): ${line}\n  (b): ${line}\n)`);
  });

  it('setSubmodule', () => {
    const net = new nn.Sequential(new nn.Sequential(new nn.ReLU()), new nn.Tanh());
    net.setSubmodule('0.0', new nn.GELU());
    expect(net.getSubmodule('0.0').constructor.name).toBe('GELU');
    net.setSubmodule('0.1', new nn.ELU());
    expect(names(net.getSubmodule('0'))).toEqual(['0 GELU', '1 ELU']);
    expect(() => net.setSubmodule('0.2', new nn.ELU(), { strict: true })).toThrow('has no submodule "2". It has 0, 1.');
    expect(() => net.setSubmodule('5.0', new nn.ELU())).toThrow('setSubmodule: "5" does not exist');
    expect(() => net.setSubmodule('', new nn.ELU())).toThrow('setSubmodule: the path is empty');
    expect(() => net.setSubmodule('0', 3 as never)).toThrow('registerModule: "0" is 3, expected an nn.Module or null.');
  });

  it('a parameter that became a plain tensor is an error, not a weight that does not train', () => {
    const layer = new nn.PReLU();
    (layer as { weight: Tensor }).weight = ones([1]);
    expect(() => layer.parameters()).toThrow(
      'PReLU: its parameter "weight" was set to a plain tensor, which would not be trained. Assign new nn.Parameter(tensor).',
    );
    class Own extends nn.Module {
      scale = new nn.Parameter(ones([1]));
      forward() {}
    }
    const own = new Own();
    expect(own.parameters().length).toBe(1);
    (own as { scale: Tensor }).scale = zeros([1]);
    expect(() => new nn.Sequential(own).stateDict()).toThrow('Own: its parameter "scale"');
  });

  it('modes, conversions and gradients refuse what they do not know', () => {
    expect(() => tied.train('yes' as never)).toThrow('train: mode is yes, expected true or false.');
    expect(tied.to(ones([1], { dtype: 'float64' })).parameters()[0]!.dtype).toBe('float64');
    expect(tied.cpu().float().parameters()[0]!.dtype).toBe('float32');
    tied
      .forward(ones([1, 1]))
      .sum()
      .backward();
    tied.zeroGrad({ setToNone: false });
    expect(shared.weight.grad!.toArray()).toEqual([[0]]);
    expect(() => tied.registerBuffer('x', 3 as never)).toThrow('registerBuffer: "x" is 3, expected a Tensor or null.');
  });

  it('methods take arguments by position, then by name; wrong mixtures do not compile', () => {
    const named = (list: readonly (readonly [string, unknown])[]) => list.map(([name]) => name);
    expect(named(tied.namedParameters('m', { removeDuplicate: false }))).toEqual(named(tied.namedParameters('m', true, false)));
    expect(named(tied.namedModules('m', { removeDuplicate: false }))).toEqual(named(tied.namedModules('m', false)));
    // @ts-expect-error prefix is given twice
    expect(() => tied.namedParameters('m', { prefix: 'n' })).toThrow('namedParameters: prefix is given twice');
    const layer = new nn.Linear(1, 1);
    layer.registerBuffer('count', ones([1]), false, { key: 'n' });
    expect(Object.keys(layer.stateDict())).toEqual(['weight', 'bias']);
    expect(named(layer.namedBuffers())).toEqual(['n']);
    const weight = ones([1, 1]);
    layer.loadStateDict({ weight }, false, { assign: true });
    expect(layer.weight.storage).toBe(weight.storage);
    // @ts-expect-error options come last
    expect(() => layer.loadStateDict({ weight }, { strict: false }, true)).toThrow(ArgumentError);
  });

  it('Linear takes its bias by position or by name, and refuses what it does not know', () => {
    expect(new nn.Linear(2, 3, false).bias).toBeNull();
    expect(new nn.Linear(2, 3, false, { dtype: 'float64' }).weight.dtype).toBe('float64');
    expect(new nn.Linear(2, 3, { bias: false }).bias).toBeNull();
    expect(() => new nn.Linear(2, 3, { baias: false } as never)).toThrow(
      'Linear: there is no option "baias". Did you mean bias? Linear takes bias, dtype.',
    );
    const layer = new nn.Linear(2, 3);
    (layer as { weight: Tensor }).weight = ones([3, 2]);
    expect(() => layer.parameters()).toThrow('Linear: its parameter "weight" was set to a plain tensor');
  });

  it('lines of extraRepr stay apart', () => {
    class Lines extends nn.Module {
      override extraRepr() {
        return 'a=1\n\nb=2';
      }
      forward() {}
    }
    expect(String(new nn.Sequential(new Lines()))).toBe('Sequential(\n  (0): Lines(\n    a=1\n\n    b=2\n  )\n)');
  });
});

describe('names that JavaScript keeps for itself', () => {
  it('are names like others: nothing is lost', () => {
    const names = ['__proto__', 'constructor', 'toString', 'train'];
    const entries = () => names.map((name, i) => [name, ones([i + 1])] as const);
    const dict = new nn.ParameterDict(Object.fromEntries(entries()));
    expect([...dict.keys()].sort()).toEqual([...names].sort());
    expect(dict.get('__proto__').shape).toEqual([1]);
    expect(dict.parameters().length).toBe(4);
    const state = dict.stateDict();
    expect(Object.keys(state).sort()).toEqual([...names].sort());
    const other = new nn.ParameterDict(entries().map(([name, x]) => [name, x.mul(0)] as const));
    other.loadStateDict(state);
    expect(other.get('__proto__').item()).toBe(1);
    expect(dict.clone().get('__proto__').item()).toBe(1);

    const modules = new nn.ModuleDict(Object.fromEntries(names.map((name) => [name, new nn.Linear(1, 1)])));
    expect(modules.size).toBe(4);
    expect(Object.keys(modules.stateDict())).toContain('__proto__.weight');
  });
});
