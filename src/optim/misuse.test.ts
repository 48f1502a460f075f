/** What optimizers refuse, and what they say. */
import { ArgumentError, DTypeError, GradError, nn, optim, ShapeError, type Tensor, tensor } from 'hone';
import { describe, expect, it } from 'vitest';

describe('errors', () => {
  const x = () => tensor([1], { requiresGrad: true });
  const m = () => tensor([[1]], { requiresGrad: true });

  it.each([
    [() => new optim.SGD([x()], { lr: -1 }), 'SGD: lr is -1'],
    [() => new optim.SGD([x()], { lr: Number.NaN }), 'SGD: lr is NaN'],
    [() => new optim.SGD([x()], { lr: '0.1' as unknown as number }), 'SGD: lr is "0.1", expected a number'],
    [() => new optim.SGD([x()], { momentum: -0.1 }), 'SGD: momentum is -0.1'],
    [() => new optim.SGD([x()], { weightDecay: -0.1 }), 'SGD: weightDecay is -0.1'],
    [() => new optim.SGD([x()], { dampening: Number.NaN }), 'SGD: dampening is NaN'],
    [
      () => new optim.SGD([x()], { nesterov: true }),
      'SGD: nesterov needs a momentum above 0 and no dampening, got momentum 0 and dampening 0.',
    ],
    [() => new optim.SGD([x()], { nesterov: true, momentum: 0.9, dampening: 0.1 }), 'got momentum 0.9 and dampening 0.1'],
    [() => new optim.Adam([x()], { betas: [0.9, 1] }), 'Adam: betas[1] is 1'],
    [() => new optim.Adam([x()], { betas: [-0.1, 0.9] }), 'Adam: betas[0] is -0.1'],
    [() => new optim.Adam([x()], { betas: 0.9 as unknown as [number, number] }), 'Adam: betas is 0.9, expected two numbers'],
    [() => new optim.Adam([x()], { eps: -1 }), 'Adam: eps is -1'],
    [() => new optim.AdamW([x()], { weightDecay: -1 }), 'AdamW: weightDecay is -1'],
    [() => new optim.NAdam([x()], { momentumDecay: -1 }), 'NAdam: momentumDecay is -1'],
    [() => new optim.RAdam([x()], { betas: [0.9] as unknown as [number, number] }), 'RAdam: betas is [0.9], expected two numbers'],
    [() => new optim.Adamax([x()], { eps: -1 }), 'Adamax: eps is -1'],
    [() => new optim.Adagrad([x()], { lrDecay: -1 }), 'Adagrad: lrDecay is -1'],
    [() => new optim.Adagrad([x()], { initialAccumulatorValue: -1 }), 'Adagrad: initialAccumulatorValue is -1'],
    [() => new optim.Adadelta([x()], { rho: 1.5 }), 'Adadelta: rho is 1.5'],
    [() => new optim.RMSprop([x()], { alpha: -1 }), 'RMSprop: alpha is -1'],
    [() => new optim.ASGD([x()], { t0: Number.NaN }), 'ASGD: t0 is NaN'],
    [() => new optim.ASGD([x()], { lambd: -1 }), 'ASGD: lambd is -1'],
    [() => new optim.Rprop([x()], { etas: [0.5, 0.9] }), 'Rprop: etas is [0.5, 0.9], expected one between 0 and 1, then one above 1.'],
    [() => new optim.Rprop([x()], { stepSizes: 3 as unknown as [number, number] }), 'Rprop: stepSizes is 3, expected two numbers'],
    [() => new optim.Adafactor([x()], { beta2Decay: 0.8 }), 'Adafactor: beta2Decay is 0.8'],
    [() => new optim.Adafactor([x()], { d: 0.5 }), 'Adafactor: d is 0.5'],
    [() => new optim.Adafactor([x()], { eps: 1e-3 as unknown as [null, number] }), 'Adafactor: eps is 0.001, expected a pair'],
    [() => new optim.Adafactor([x()], { eps: [null, -1] }), 'Adafactor: eps[1] is -1'],
    [() => new optim.Lion([x()], { betas: [0.9, 1] }), 'Lion: betas[1] is 1'],
    [() => new optim.Muon([m()], { nsSteps: 100 }), 'Muon: nsSteps is 100'],
    [() => new optim.Muon([m()], { adjustLrFn: 'adam' as 'original' }), 'Muon: adjustLrFn is "adam", expected null or one of original,'],
    [
      () => new optim.Muon([m()], { nsCoefficients: [1, 2] as unknown as [1, 2, 3] }),
      'Muon: nsCoefficients is [1, 2], expected three numbers',
    ],
    [
      () => new optim.SGD([x()], { learningRate: 0.1 } as object),
      'SGD: there is no option "learningRate". Did you mean lr? SGD takes lr, momentum, dampening, weightDecay, nesterov, maximize.',
    ],
    [
      () => new optim.SGD([{ params: [x()], weight_decay: 1 } as object as { params: Tensor[] }]),
      'SGD: there is no option "weight_decay". Did you mean weightDecay?',
    ],
    [() => new optim.SGD([x()], 0.1 as unknown as object), 'SGD: expected an object of options, got 0.1. Write { lr: 0.01 }.'],
    [() => new optim.SGD([x()], { maximize: 1 as unknown as boolean }), 'SGD: maximize is 1'],
    [() => new optim.Adam([x()], { differentiable: true as unknown as false }), 'Adam: differentiable is true, but steps are not recorded'],
    [
      () => new optim.SGD((() => []) as unknown as Tensor[]),
      'SGD: expected a list of tensors or groups, got a function. Call it: model.parameters().',
    ],
    [() => new optim.SGD([{ params: 3 as unknown as Tensor[] }]), 'SGD: the params of a group are 3, expected a tensor or a list of them.'],
    [() => new optim.SGD([]), 'SGD: got no parameters.'],
    [() => new optim.SGD(new nn.Linear(2, 2) as never), 'SGD: expected a list of tensors or groups, got a Linear. Pass its parameters().'],
    [
      () => new optim.SGD([['a', x()], x()] as never),
      'SGD: some parameters of a group have names and some have none. Give all of them names, or none.',
    ],
    [
      () => new optim.SGD([{ params: [['a', x()]] }, { params: [x()] }]),
      'SGD: the parameters of group 1 come without names, those of the groups before with. Give all of them names, or none.',
    ],
    [() => new optim.SGD([['a', 'b']] as never), 'SGD: parameter 0 of group 0 is string, expected a Tensor.'],
    [() => new optim.SGD([[x(), x()]] as never), 'SGD: parameter 0 of group 0 is object, expected a Tensor, or a name and a Tensor.'],
    [() => new optim.AdamW([x()], null as never), 'AdamW: expected an object of options, got null.'],
    [() => new optim.AdamW([x()], { decoupledWeightDecay: false } as never), 'AdamW: there is no option "decoupledWeightDecay".'],
    [() => new optim.Adam([x()]).step(3 as never), 'Adam.step: the closure is 3, expected a function that computes the loss.'],
    [() => new optim.Adam([x()]).zeroGrad({ setToNon: true } as never), 'zeroGrad: there is no option "setToNon". Did you mean setToNone?'],
    [() => new optim.SGD(x() as unknown as Tensor[]), 'SGD: expected a list of tensors or groups, got one Tensor.'],
    [() => new optim.SGD([{ params: [x()] }, { params: [x()], lr: -3 }]), 'SGD: lr is -3'],
    [() => new optim.SGD([{ lr: 1 } as unknown as { params: Tensor[] }]), 'a group has no params'],
    [() => new optim.SGD([x(), 3 as unknown as Tensor]), 'SGD: parameter 1 of group 0 is number, expected a Tensor.'],
  ])('%s', (build, message) => {
    expect(build).toThrow(ArgumentError);
    expect(build).toThrow(message);
  });

  it('of a group that is added leave the optimizer as it was', () => {
    const muon = new optim.Muon([m()]);
    const wrong = () => muon.addParamGroup({ params: [m(), x()] });
    expect(wrong).toThrow(ShapeError);
    expect(wrong).toThrow('Muon: parameter 1 of group 1 has shape [1], expected a matrix.');
    expect(() => muon.addParamGroup({ params: [m()], lr: -1 })).toThrow('Muon: lr is -1');
    expect(muon.paramGroups).toHaveLength(1);
  });

  it('are none for what chooses among the implementations of torch, nor for a name of a group', () => {
    const adam = new optim.Adam([{ params: [x()], name: 'head', foreach: true }], {
      fused: true,
      capturable: false,
      differentiable: false,
    });
    expect(adam.paramGroups[0]).toMatchObject({ name: 'head', lr: 0.001 });
    expect(Object.keys(adam.paramGroups[0]!)).not.toContain('foreach');
    const dict = adam.stateDict();
    Object.assign(dict.param_groups[0]!, { fused: true, name: 'tail' });
    adam.loadStateDict(dict);
    expect(adam.stateDict().param_groups[0]).toMatchObject({ name: 'tail' });
    expect(adam.stateDict().param_groups[0]).not.toHaveProperty('fused');
  });

  it('names parameters that cannot be optimized', () => {
    const a = x();
    expect(() => new optim.SGD([a, a])).toThrow('SGD: parameter 1 of group 0 ([1]) appears twice.');
    expect(() => new optim.SGD([{ params: [a] }, { params: [a] }])).toThrow('SGD: parameter 0 of group 1 ([1]) appears twice.');
    expect(() => new optim.SGD([x().mul(2)])).toThrow(GradError);
    expect(() => new optim.SGD([tensor([1], { dtype: 'int64' })])).toThrow(DTypeError);
  });
});
