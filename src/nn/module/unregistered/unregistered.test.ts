/** Layers and parameters that a model does not see: what is said, once, and what is not. */
import { F, manualSeed, nn, noGrad, ones, optim, rand, randn, summary, type Tensor, zeros } from 'hone';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let said: string[] = [];
beforeEach(() => {
  said = [];
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void said.push(text));
});
afterEach(() => vi.restoreAllMocks());

/** One step of training, and one more. */
function train(model: nn.Module, more: readonly Tensor[] = [], x: Tensor = ones([2, 3])): void {
  const optimizer = new optim.SGD([...model.parameters(), ...more], { lr: 0.1 });
  for (let i = 0; i < 2; i++) {
    optimizer.zeroGrad();
    (model.forward(x) as Tensor).sum().backward();
    optimizer.step();
  }
}

/** What every model here sees: a layer that trains. */
abstract class Base extends nn.Module {
  first = new nn.Linear(3, 3);
  abstract override forward(x: Tensor): Tensor;
}

describe('fields that hold layers where the model does not see them', () => {
  class InArray extends Base {
    layers = [new nn.Linear(3, 3), new nn.ReLU(), new nn.Linear(3, 3)];
    forward(x: Tensor): Tensor {
      return this.layers.reduce((y, layer) => layer.forward(y) as Tensor, this.first.forward(x));
    }
  }

  it('an array, with the field and the cure, once', () => {
    train(new InArray());
    expect(said).toEqual([
      'hone: InArray: its field "layers" is a plain array with 2 modules (Linear), which a model does not see: not trained, not saved and not switched to evaluation. Make it new nn.ModuleList([…]), or give each a field of its own with registerModule. If it is meant to stay as it is, freeze it with requiresGrad_(false).',
    ]);
    train(new InArray());
    expect(said.length).toBe(1);
  });

  const cases: [string, () => nn.Module, RegExp][] = [
    [
      'an object',
      () =>
        new (class InObject extends Base {
          heads = { left: new nn.Linear(3, 1), right: [new nn.Linear(3, 1)] };
          forward(x: Tensor): Tensor {
            return this.heads.left.forward(this.first.forward(x));
          }
        })(),
      /InObject: its field "heads" is a plain object with 2 modules \(Linear\).*nn\.ModuleDict/,
    ],
    [
      'a Map',
      () =>
        new (class InMap extends Base {
          blocks = new Map([['a', new nn.Sequential(new nn.Linear(3, 3))]]);
          forward(x: Tensor): Tensor {
            return this.first.forward(x);
          }
        })(),
      /InMap: its field "blocks" is a plain Map with a module \(Sequential\).*nn\.ModuleDict/,
    ],
    [
      'a Set',
      () =>
        new (class InSet extends Base {
          all = new Set([new nn.Linear(3, 3)]);
          forward(x: Tensor): Tensor {
            return this.first.forward(x);
          }
        })(),
      /InSet: its field "all" is a plain Set.*nn\.ModuleList/,
    ],
    [
      'parameters in a list',
      () =>
        new (class Weights extends Base {
          weights = [new nn.Parameter(ones([3])), new nn.Parameter(ones([3]))];
          forward(x: Tensor): Tensor {
            return this.first.forward(x).mul(this.weights[0]!);
          }
        })(),
      /Weights: its field "weights" is a plain array with 2 parameters.*neither trained nor saved.*nn\.ParameterList/,
    ],
    [
      'a plain tensor that requires gradients',
      () =>
        new (class Loose extends Base {
          gain = ones([3]).requiresGrad_();
          forward(x: Tensor): Tensor {
            return this.first.forward(x).mul(this.gain);
          }
        })(),
      /Loose: its field "gain" is a plain tensor that requires gradients.*this\.gain = new nn\.Parameter\(tensor\).*registerBuffer\('gain'/,
    ],
    [
      'dropout that eval would not reach',
      () =>
        new (class Drops extends Base {
          drops = [new nn.Dropout(0.5)];
          forward(x: Tensor): Tensor {
            return this.drops[0]!.forward(this.first.forward(x));
          }
        })(),
      /Drops: its field "drops" is a plain array with a module \(Dropout\).*not switched to evaluation/,
    ],
  ];
  it.each(cases)('%s', (_, make, text) => {
    train(make());
    expect(said.length).toBe(1);
    expect(said[0]).toMatch(text);
  });

  it('inside a submodule, with its path', () => {
    class Inner extends Base {
      hidden = [new nn.Linear(3, 3)];
      forward(x: Tensor): Tensor {
        return this.first.forward(x);
      }
    }
    new nn.Sequential(new Inner()).parameters();
    expect(said[0]).toMatch(/^hone: Inner: its field "hidden" \(of 0\) is a plain array/);
  });

  it.each([
    ['stateDict', (model: nn.Module) => model.stateDict()],
    ['summary', (model: nn.Module) => summary(model, { verbose: 0 })],
    ['loadStateDict', (model: nn.Module) => model.loadStateDict({}, { strict: false })],
  ] as const)('at the first %s', (name, use) => {
    const Late = {
      stateDict: class LateOfState extends Base {
        late: unknown = null;
        forward(x: Tensor): Tensor {
          return x;
        }
      },
      summary: class LateOfSummary extends Base {
        late: unknown = null;
        forward(x: Tensor): Tensor {
          return x;
        }
      },
      loadStateDict: class LateOfLoad extends Base {
        late: unknown = null;
        forward(x: Tensor): Tensor {
          return x;
        }
      },
    }[name];
    const model = new Late();
    model.parameters();
    expect(said).toEqual([]);
    model.late = [new nn.Linear(1, 1)];
    use(model);
    expect(said.length).toBe(1);
    expect(said[0]).toContain('its field "late" is a plain array');
  });
});

describe('layers that only a forward shows', () => {
  it('in a #private field', () => {
    class Private extends Base {
      #head = new nn.Linear(3, 1);
      forward(x: Tensor): Tensor {
        return this.#head.forward(this.first.forward(x));
      }
    }
    train(new Private());
    expect(said.length).toBe(1);
    expect(said[0]).toMatch(
      /^hone: Private: its forward uses a Linear that is not part of it, and that no optimizer trains;.*#private.*registerModule/,
    );
  });

  it('a #private parameter', () => {
    class PrivateWeight extends Base {
      #gain = new nn.Parameter(ones([3]));
      forward(x: Tensor): Tensor {
        return this.first.forward(x).mul(this.#gain);
      }
    }
    train(new PrivateWeight());
    expect(said.length).toBe(1);
    expect(said[0]).toMatch(/^hone: PrivateWeight: its forward uses a parameter \[3\] that is not part of the model/);
  });

  it('made while forward runs, after the optimizer', () => {
    class Lazy extends Base {
      head: nn.Linear | null = null;
      forward(x: Tensor): Tensor {
        const y = this.first.forward(x);
        this.head ??= new nn.Linear(3, 1);
        return this.head.forward(y);
      }
    }
    train(new Lazy());
    expect(said.length).toBe(1);
    expect(said[0]).toMatch(/^hone: Lazy: its layer "head" \(Linear\) was made while forward ran, after the optimizer.*addParamGroup/);
  });

  it('in a summary: the table lacks it', () => {
    class Outside extends Base {
      #head = new nn.Linear(3, 1);
      forward(x: Tensor): Tensor {
        return this.#head.forward(this.first.forward(x));
      }
    }
    summary(new Outside(), [2, 3], { verbose: 0 });
    expect(said.length).toBe(1);
    expect(said[0]).toMatch(/^hone: summary: the forward of Outside uses a Linear that is not part of it, so the table lacks it/);
  });
});

describe('nothing is said of', () => {
  afterEach(() => expect(said).toEqual([]));

  it('a list of layers that stand in fields too', () => {
    class Listed extends Base {
      second = new nn.Linear(3, 3);
      order = [this.first, this.second];
      forward(x: Tensor): Tensor {
        return this.order.reduce((y, layer) => layer.forward(y), x);
      }
    }
    train(new Listed());
  });

  it('layers without parameters, numbers, options, cached results', () => {
    class Plain extends Base {
      activations = [new nn.ReLU(), new nn.Flatten()];
      sizes = [1, 2, 3];
      options = { deep: { er: [ones([2])] } };
      last: Tensor | null = null;
      all: Tensor[] = [];
      forward(x: Tensor): Tensor {
        this.last = x.clone().detach().requiresGrad_();
        const y = this.first.forward(x);
        this.all.push(y);
        return y;
      }
    }
    const model = new Plain();
    train(model);
    model.parameters();
    model.stateDict();
  });

  it('a frozen teacher, hidden in a list or a closure', () => {
    const outer = new nn.Sequential(new nn.Linear(3, 3)).requiresGrad_(false);
    class Student extends Base {
      teacher = [new nn.Sequential(new nn.Linear(3, 3), new nn.Dropout()).eval().requiresGrad_(false)];
      forward(x: Tensor): Tensor {
        return this.first
          .forward(x)
          .add(this.teacher[0]!.forward(x) as Tensor)
          .add(outer.forward(x) as Tensor);
      }
    }
    train(new Student());
  });

  it('a teacher under noGrad', () => {
    const teacher = new nn.Linear(3, 3);
    class Distilled extends Base {
      forward(x: Tensor): Tensor {
        return this.first.forward(x).sub(noGrad(() => teacher.forward(x)));
      }
    }
    train(new Distilled());
  });

  it('a layer outside that the optimizer has, and layers that it was not given', () => {
    const shared = new nn.Linear(3, 3);
    class Sharing extends Base {
      frozenByChoice = new nn.Linear(3, 3);
      forward(x: Tensor): Tensor {
        return shared.forward(this.frozenByChoice.forward(this.first.forward(x)));
      }
    }
    const model = new Sharing();
    const optimizer = new optim.SGD([...model.first.parameters(), ...shared.parameters()], { lr: 0.1 });
    model
      .forward(ones([2, 3]))
      .sum()
      .backward();
    optimizer.step();
  });

  it('losses with parameters, adversarial noise, and other models', () => {
    class Margin extends nn.Module {
      centre = new nn.Parameter(zeros([3]));
      forward(x: Tensor): Tensor {
        return x.sub(this.centre).square().sum();
      }
    }
    class Simple extends Base {
      forward(x: Tensor): Tensor {
        return F.relu(x.mul(2)).add(this.first.forward(x));
      }
    }
    const [model, other, loss] = [new Simple(), new nn.Linear(3, 3), new Margin()];
    const noise = new nn.Parameter(zeros([2, 3]));
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    loss.forward(other.forward(model.forward(noise))).backward();
    optimizer.step();
  });

  it('a layer made by a dry run before the optimizer', () => {
    manualSeed(0);
    class Dry extends Base {
      head: nn.Linear | null = null;
      forward(x: Tensor): Tensor {
        const y = this.first.forward(x);
        this.head ??= new nn.Linear(y.shape[1]!, 2);
        return this.head.forward(y);
      }
    }
    const model = new Dry();
    model.forward(randn([1, 3]));
    train(model);
  });

  it('models that nothing trains', () => {
    class Loner extends Base {
      #head = new nn.Linear(3, 1);
      forward(x: Tensor): Tensor {
        return this.#head.forward(this.first.forward(x));
      }
    }
    new Loner()
      .forward(rand([2, 3]))
      .sum()
      .backward();
  });
});

describe('a forward without return', () => {
  it('is named', async () => {
    class Silent extends nn.Module {
      forward(_x: Tensor) {}
    }
    class Later extends nn.Module {
      async forward(_x: Tensor) {}
    }
    const text = 'forward returned undefined. Did you forget `return`? A forward that has nothing to give returns null.';
    expect(() => new Silent().forward(ones([1]))).toThrow(`Silent.${text}`);
    await expect(new Later().forward(ones([1]))).rejects.toThrow(`Later.${text}`);
    expect(() => new nn.Sequential(new nn.Linear(1, 1), new Silent()).forward(ones([1, 1]))).toThrow(`1 (Silent): Silent.${text}`);
  });
});
