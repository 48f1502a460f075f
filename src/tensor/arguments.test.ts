/** The messages of arguments: of every operation, layer, optimizer and scheduler, which read them with the same function. */
import { ArgumentError, nn, ones, optim } from 'hone';
import { describe, expect, test } from 'vitest';

const F = nn.functional;
const x = () => ones([2, 3, 4, 4]);
const sgd = () => new optim.SGD([ones([1]).requiresGrad_()]);

describe('names', () => {
  test.each<[() => unknown, string]>([
    [() => new nn.LayerNorm(3, { epsilon: 1 } as never), 'LayerNorm: there is no option "epsilon".'],
    [
      () => new nn.Conv2d(1, 1, 3, { paddng: 1 } as never),
      'Conv2d: there is no option "paddng". Did you mean padding? Conv2d takes stride',
    ],
    [() => new nn.Conv2d(1, 1, 3, { padding_mode: 'zeros' } as never), 'Did you mean paddingMode?'],
    [() => new nn.Linear(2, 3, { baise: false } as never), 'Did you mean bias?'],
    [() => F.avgPool2d(x(), 2, { ceil: true } as never), 'avgPool2d: there is no option "ceil". avgPool2d takes stride'],
    [() => new optim.Adam([ones([1])], { beta: [0.9, 0.99] } as never), 'Adam: there is no option "beta". Did you mean betas?'],
    [() => new optim.lrScheduler.CosineAnnealingLR(sgd(), { T_max: 3 } as never), '"T_max". Did you mean tMax?'],
    [() => new optim.lrScheduler.StepLR(sgd(), 3, { gama: 0.5 } as never), 'StepLR: there is no option "gama". Did you mean gamma?'],
  ])('%s', (call, message) => {
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });
});

describe('values', () => {
  test.each<[() => unknown, string]>([
    [() => new nn.LeakyReLU(Number.NaN), 'LeakyReLU: negativeSlope is NaN, expected a number.'],
    [() => new nn.LeakyReLU([0.1] as never), 'LeakyReLU: negativeSlope is [0.1], expected a number.'],
    [() => new nn.ReLU('yes' as never), 'ReLU: inplace is "yes", expected true or false.'],
    [() => F.leakyRelu(x(), x() as never), 'leakyRelu: negativeSlope is a Tensor of shape [2, 3, 4, 4], expected a number.'],
    [() => F.elu(x(), null as never), 'elu: alpha is null, expected a number.'],
    [() => new nn.ELU({ alpha: 1 }, { inplace: true } as never), 'ELU: an object of options comes last, got an object after it.'],
    [() => new nn.ELU(1, { alpha: 1 } as never), 'ELU: alpha is given twice, by position and by name.'],
    [() => new optim.lrScheduler.StepLR(sgd(), 3, '0.1' as never), 'StepLR: gamma is "0.1", expected a number.'],
    [() => new optim.lrScheduler.OneCycleLR(sgd(), 0.1, 10, { threePhase: 1 } as never), 'threePhase is 1, expected true or false.'],
  ])('%s', (call, message) => {
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });

  test('undefined takes the default', () => {
    expect(new nn.Conv2d(1, 1, 3, undefined as never, 2).padding).toEqual([2, 2]);
    expect(new nn.LeakyReLU(undefined).negativeSlope).toBe(0.01);
    expect(new optim.lrScheduler.StepLR(sgd(), 3, undefined, undefined).gamma).toBe(0.1);
  });
});
