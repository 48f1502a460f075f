/** Optimizers that know the names of their parameters, and hooks around steps and state dicts. Texts and figures from PyTorch 2.15. */
import { loadBytes, manualSeed, nn, ones, optim, StateDictError, saveBytes, type Tensor } from 'hone';
import { describe, expect, it } from 'vitest';

const step = (model: nn.Module, optimizer: optim.Optimizer) => {
  optimizer.zeroGrad();
  (model.forward(ones([1, 2])) as Tensor).sum().backward();
  optimizer.step();
};

describe('namedParameters() as an optimizer’s parameters', () => {
  it('are trained, printed and saved as in torch', () => {
    const model = new nn.Linear(2, 2);
    const optimizer = new optim.SGD(model.namedParameters(), { lr: 0.1 });
    expect(optimizer.paramGroups[0]!.params).toEqual([model.weight, model.bias]);
    expect(optimizer.paramGroups[0]!.paramNames).toEqual(['weight', 'bias']);
    expect(String(optimizer)).toBe(
      "SGD (\nParameter Group 0\n    dampening: 0\n    lr: 0.1\n    maximize: False\n    momentum: 0\n    nesterov: False\n    param_names: ['weight', 'bias']\n    weight_decay: 0\n)",
    );
    expect(optimizer.stateDict().param_groups[0]).toMatchObject({ param_names: ['weight', 'bias'], params: [0, 1] });
    const before = model.bias!.toArray();
    step(model, optimizer);
    expect(model.bias!.toArray()).not.toEqual(before);
  });

  it('in groups', () => {
    const model = new nn.Linear(2, 2);
    const optimizer = new optim.Adam([{ params: [['a', model.weight]] }, { params: [['b', model.bias!]], lr: 1 }], { lr: 0.1 });
    expect(optimizer.paramGroups.map(({ paramNames, lr }) => [paramNames, lr])).toEqual([
      [['a'], 0.1],
      [['b'], 1],
    ]);
  });

  it('names are taken from a state dict that has them, and kept where it has none; files carry them', () => {
    const model = new nn.Linear(2, 2);
    const named = new optim.Adam(model.namedParameters());
    const plain = new optim.Adam(model.parameters());
    step(model, named);
    plain.loadStateDict(loadBytes(saveBytes(named.stateDict(), { format: 'pth' })) as never);
    expect(plain.paramGroups[0]!.paramNames).toEqual(['weight', 'bias']);
    const other = new optim.Adam([
      ['x', model.weight],
      ['y', model.bias!],
    ]);
    other.loadStateDict(new optim.Adam(model.parameters()).stateDict());
    expect(other.paramGroups[0]!.paramNames).toEqual(['x', 'y']);
    const broken = named.stateDict();
    broken.param_groups[0]!.param_names = ['weight'];
    expect(() => other.loadStateDict(broken)).toThrow(StateDictError);
    expect(() => other.loadStateDict(broken)).toThrow('param_names of group 0 is ["weight"], expected a name for each of 2 parameters.');
  });
});

describe('hooks', () => {
  it.each([
    ['SGD', (p: Iterable<Tensor>) => new optim.SGD(p, { lr: 0.1 })],
    ['LBFGS', (p: Iterable<Tensor>) => new optim.LBFGS(p, { lr: 0.1 })],
  ] as const)('around the steps of %s, in order, and taken off again', (_, make) => {
    manualSeed(0);
    const model = new nn.Linear(2, 2);
    const optimizer = make(model.parameters()) as optim.Optimizer;
    const calls: string[] = [];
    const handles = [
      optim.registerOptimizerStepPreHook((o) => void calls.push(`every before ${o === optimizer}`)),
      optim.registerOptimizerStepPostHook(() => void calls.push('every after')),
      optimizer.registerStepPreHook((_o, args) => void calls.push(`own before ${args.length}`)),
      optimizer.registerStepPostHook((_o, args) => void calls.push(`own after ${args.length}`)),
    ];
    let steps = 0;
    const closure = () => {
      if (steps++ === 0) calls.push('step');
      optimizer.zeroGrad();
      const loss = model
        .forward(ones([1, 2]))
        .square()
        .sum();
      loss.backward();
      return loss;
    };
    expect(optimizer.step(closure).numel()).toBe(1);
    expect(calls).toEqual(['every before true', 'own before 1', 'step', 'own after 1', 'every after']);
    for (const handle of handles) handle.remove();
    optimizer.step(closure);
    expect(calls.length).toBe(5);
  });

  it('before a step may give it another closure', () => {
    const model = new nn.Linear(2, 2);
    const optimizer = new optim.SGD(model.parameters());
    optimizer.registerStepPreHook(() => [() => 7]);
    expect(optimizer.step(() => 3)).toBe(7);
    optimizer.registerStepPreHook(() => 3 as never);
    expect(() => optimizer.step()).toThrow('a hook before step returned 3, expected the arguments of step in a list, or nothing.');
  });

  it.each([
    ['Adam', (p: Iterable<Tensor>) => new optim.Adam(p)],
    ['LBFGS', (p: Iterable<Tensor>) => new optim.LBFGS(p)],
  ] as const)('around state dicts of %s', (_, make) => {
    const model = new nn.Linear(2, 2);
    const optimizer = make(model.parameters()) as optim.Optimizer;
    const calls: string[] = [];
    optimizer.registerStateDictPreHook(() => void calls.push('second'));
    optimizer.registerStateDictPreHook(() => void calls.push('first'), { prepend: true });
    optimizer.registerStateDictPostHook((_o, dict) => ({ ...dict, note: 1 }) as never);
    expect(optimizer.stateDict()).toMatchObject({ note: 1, state: {} });
    expect(calls).toEqual(['first', 'second']);
    optimizer.registerLoadStateDictPreHook((_o, dict) => ({
      ...dict,
      param_groups: dict.param_groups.map((group) => ({ ...group, lr: 0.5 })),
    }));
    optimizer.registerLoadStateDictPostHook((o) => void calls.push(`loaded ${o.paramGroups[0]!.lr}`));
    optimizer.loadStateDict(optimizer.stateDict());
    expect(calls.at(-1)).toBe('loaded 0.5');
    expect(() => optimizer.registerStepPreHook(3 as never)).toThrow('registerStepPreHook: the hook is 3, expected a function.');
  });
});
