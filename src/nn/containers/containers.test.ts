import { ArgumentError, IndexError, nn, ones, summary, type Tensor } from 'hone';
import { describe, expect, it } from 'vitest';

const keys = (module: nn.Module) => module.namedChildren().map(([name]) => name);

describe('Sequential', () => {
  it('calls its modules in order', () => {
    class Add extends nn.Module {
      constructor(readonly n: number) {
        super();
      }
      forward(x: Tensor) {
        return x.mul(2).add(this.n);
      }
    }
    const model = new nn.Sequential(new Add(1), new Add(2));
    expect(model.forward(ones([1])).item()).toBe(8);
    expect(new nn.Sequential([new Add(1), new Add(2)]).forward(ones([1])).item()).toBe(8);
    expect(new nn.Sequential<[x: number], number>([]).forward(7)).toBe(7);
    // More than ten: '10' comes after '9'.
    const many = new nn.Sequential(Array.from({ length: 12 }, (_, i) => new Add(i)));
    expect(keys(many)).toEqual(Array.from({ length: 12 }, (_, i) => String(i)));
    expect([...many].map((m) => (m as Add).n)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });

  it('takes several inputs for the first module', () => {
    class Sum extends nn.Module {
      forward(a: Tensor, b: Tensor) {
        return a.add(b);
      }
    }
    expect(new nn.Sequential(new Sum(), new nn.ReLU()).forward(ones([1]), ones([1])).item()).toBe(2);
  });

  it('has the types of its ends', () => {
    const x = ones([2, 3]);
    const plain = new nn.Sequential(new nn.Linear(3, 2), new nn.Identity());
    const out: Tensor = plain.forward(x);
    expect(out.shape).toEqual([2, 2]);
    // @ts-expect-error not a string
    const text: string = plain.forward(x);
    expect(text).toBeTypeOf('object');
    // @ts-expect-error not of a string
    expect(() => plain.forward('no')).toThrow(ArgumentError);
    // @ts-expect-error one input
    plain.forward(x, 1, 2);

    const [, [h, c]] = new nn.Sequential(new nn.Linear(3, 2), new nn.LSTM(2, 4)).forward(x);
    expect([h.shape, c.shape]).toEqual([
      [1, 4],
      [1, 4],
    ]);
    const pair: Tensor = new nn.Sequential(new nn.Bilinear(3, 3, 2), new nn.ReLU()).forward(x, x);
    expect(pair.shape).toEqual([2, 2]);

    // Where the modules are not known they take and give a tensor; a field needs no more than the class.
    const modules: nn.Module[] = [new nn.ReLU()];
    class Net extends nn.Module {
      body: nn.Sequential = new nn.Sequential(new nn.Flatten(), new nn.Linear(3, 2));
      rest = new nn.Sequential(...modules);
      forward(x: Tensor): Tensor {
        return this.rest.forward(this.body.forward(x));
      }
    }
    expect(new Net().forward(x).shape).toEqual([2, 2]);
    const any: nn.ModuleWithOutput[] = [plain, new nn.Sequential(new nn.LSTM(2, 4)), new nn.Sequential({ a: new nn.ReLU() })];
    expect(any.map((model) => summary(model, { verbose: 0 }).totalParams)).toEqual([8, 128, 0]);
  });

  it('has names, indices, a length and an iterator', () => {
    const [a, b] = [new nn.ReLU(), new nn.Tanh()];
    const model = new nn.Sequential({ act: a, out: b });
    expect(keys(model)).toEqual(['act', 'out']);
    expect(model.getSubmodule('act')).toBe(a);
    expect(model.at(-1)).toBe(b);
    expect(model.length).toBe(2);
    const plain = new nn.Sequential(a).append(b);
    expect(plain[1]).toBe(b);
    expect([...plain.extend([a])]).toEqual([a, b, a]);
    expect(() => plain.at(3)).toThrow(new IndexError('Sequential: index 3 is out of range for 3 entries.'));
  });

  it('refuses anything but a module', () => {
    expect(() => new nn.Sequential(nn.ReLU as unknown as nn.Module)).toThrow(
      new ArgumentError('Sequential: entry 0 is the class ReLU, expected an nn.Module. For a class, write new ReLU(…).'),
    );
    expect(() => new nn.Sequential(new nn.ReLU(), 3 as unknown as nn.Module)).toThrow('Sequential: entry 1 is 3, expected an nn.Module.');
    expect(() => new nn.Sequential({ forward: new nn.ReLU() })).toThrow('already has a member "forward"');
    expect(() => new nn.Sequential(ones([1]) as unknown as nn.Module)).toThrow('Sequential: entry 0 is a Tensor');
  });
});

describe('ModuleList', () => {
  it('is a list that a model can see', () => {
    const list = new nn.ModuleList([new nn.Linear(1, 2), new nn.Linear(2, 3)]);
    expect(list.length).toBe(2);
    expect(list[1]!.outFeatures).toBe(3);
    expect(list.at(-1).outFeatures).toBe(3);
    list.insert(0, new nn.Linear(9, 9)).append(new nn.Linear(4, 4)).insert(-1, new nn.Linear(5, 5));
    expect([...list].map((l) => l.inFeatures)).toEqual([9, 1, 2, 5, 4]);
    expect(Object.keys(list.stateDict()).slice(0, 2)).toEqual(['0.weight', '0.bias']);
    expect(() => list.at(5)).toThrow(IndexError);
    expect(() => list.forward()).toThrow('ModuleList: it has no forward.');
  });
});

describe('ModuleDict', () => {
  it('takes any name, those of methods too', () => {
    const dict = new nn.ModuleDict<nn.Module>({ train: new nn.ReLU(), '1': new nn.Linear(1, 1) });
    dict.set('forward', new nn.Tanh()).update([['last', new nn.Sigmoid()]]);
    expect([...dict.keys()]).toEqual(['1', 'train', 'forward', 'last']);
    expect(keys(dict)).toEqual(['1', 'train', 'forward', 'last']);
    expect(dict.size).toBe(4);
    expect(dict.get('train')).toBeInstanceOf(nn.ReLU);
    expect(dict.has('x')).toBe(false);
    expect(() => dict.get('x')).toThrow(new ArgumentError('ModuleDict: there is no module "x". There are 1, train, forward, last.'));
    expect(dict.delete('train')).toBe(true);
    expect([...dict].map(([name]) => name)).toEqual(['1', 'forward', 'last']);
    expect([...dict.values()].length).toBe([...dict.entries()].length);
    expect(Object.keys(dict.stateDict())).toEqual(['1.weight', '1.bias']);
    expect(dict.eval().get('last').training).toBe(false);
    expect(() => dict.set('a.b', new nn.ReLU())).toThrow('contains "."');
    expect(() => dict.set('a', 3 as unknown as nn.Module)).toThrow('ModuleDict: "a" is 3');
    expect(() => dict.forward()).toThrow('ModuleDict: it has no forward.');
  });
});

describe('ParameterList', () => {
  it('is a list of parameters that a model can see', () => {
    const list = new nn.ParameterList([ones([2]), new nn.Parameter(ones([1]), false)]).append(ones([3]));
    expect(list.namedParameters().map(([name, p]) => [name, p.shape, p.requiresGrad])).toEqual([
      ['0', [2], true],
      ['1', [1], false],
      ['2', [3], true],
    ]);
    expect([...list].length).toBe(list.length);
    expect(list[2]).toBe(list.at(-1));
    expect(() => list.forward()).toThrow('ParameterList: it has no forward.');
  });
});
