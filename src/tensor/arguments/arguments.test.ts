/** The messages of arguments: of every operation, layer, optimizer and scheduler, which read them with the same function. */
import { ArgumentError, nn, ones, optim, type Tensor } from 'hone';
import { describe, expect, test } from 'vitest';
import { type Arguments, readArguments, required } from './arguments.js';

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
    [() => F.avgPool2d(x(), 2, { ceil: true } as never), 'avgPool2d: there is no option "ceil". avgPool2d takes kernelSize'],
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
    [
      () => new (nn.ELU as never as new (...args: unknown[]) => nn.ELU)({ alpha: 1 }, { inplace: true }),
      'ELU: an object of options comes last, got an object after it.',
    ],
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

// What does not compile; `tsc` checks this file. Functions of this shape exist all over: one list of names, one type of options.
describe('types of arguments', () => {
  interface ConvOptions {
    bias?: Tensor | null;
    stride?: number | readonly [number, number];
    padding?: number | 'same';
    groups?: number;
    paddingMode?: 'zeros' | 'circular';
  }
  type ConvArguments = Arguments<ConvOptions, [bias: 'bias', stride: 'stride', padding: 'padding']>;
  const DEFAULTS = { bias: null, stride: null, padding: null, groups: 1, paddingMode: 'zeros' };
  const conv = (...args: ConvArguments) => readArguments('conv', DEFAULTS, args);
  const again = (...args: ConvArguments) => conv(...args);

  interface UnfoldOptions {
    kernelSize: number;
    dim: number;
    dilation?: number;
  }
  const unfold = (...args: Arguments<UnfoldOptions, [kernelSize: 'kernelSize', dim: 'dim', dilation: 'dilation']>) =>
    readArguments<UnfoldOptions>('unfold', { kernelSize: required, dim: required, dilation: 1 }, args);

  test('take the leading ones by position, all by name', () => {
    const bias = ones([1]);
    expect(conv()).toEqual(DEFAULTS);
    expect(conv(bias, [2, 1], 'same')).toEqual({ ...DEFAULTS, bias, stride: [2, 1], padding: 'same' });
    expect(conv(null, 2, { padding: 1, groups: 3 })).toEqual({ ...DEFAULTS, stride: 2, padding: 1, groups: 3 });
    expect(conv(undefined, undefined, 1, { paddingMode: 'circular' })).toEqual({ ...DEFAULTS, padding: 1, paddingMode: 'circular' });
    expect(conv({ stride: 2 })).toEqual({ ...DEFAULTS, stride: 2 });
    expect(again({ stride: 2 })).toEqual(conv(null, 2));
    expect(unfold(3, 1)).toEqual({ kernelSize: 3, dim: 1, dilation: 1 });
    expect(unfold(3, { dim: 1, dilation: 2 })).toEqual({ kernelSize: 3, dim: 1, dilation: 2 });
    expect(unfold({ kernelSize: 3, dim: 1 })).toEqual(unfold(3, 1, 1));
  });

  test('refuse wrong mixtures', () => {
    // @ts-expect-error an option that does not exist
    expect(() => conv({ strides: 2 })).toThrow('Did you mean stride?');
    // @ts-expect-error one that exists on tensors only
    expect(() => conv({ stride: 2, shape: [1] })).toThrow('there is no option "shape"');
    // @ts-expect-error by position and by name
    expect(() => conv(null, 1, { stride: 2 })).toThrow('stride is given twice');
    // @ts-expect-error two objects
    expect(() => conv({ stride: 1 }, { padding: 1 })).toThrow('comes last');
    // @ts-expect-error the object is not last
    expect(() => conv({ stride: 1 }, 2)).toThrow('comes last');
    // @ts-expect-error of another type
    expect(conv(null, '2').stride).toBe('2');
    // @ts-expect-error of another type, by name
    expect(conv({ stride: '2' }).stride).toBe('2');
    // @ts-expect-error not by position
    expect(() => conv(null, 1, 1, 3, 'zeros', 1)).toThrow('one argument too many');
    // @ts-expect-error a required one is missing
    unfold(3);
    // @ts-expect-error a required one is missing in the object
    unfold({ kernelSize: 3 });
    // @ts-expect-error nothing is given
    unfold();
    // @ts-expect-error a name that the options do not have
    type Misspelt = Arguments<UnfoldOptions, [kernelSize: 'kernel']>;
    const never = (..._: Misspelt) => {};
    expect(never).toBeTypeOf('function');
  });
});
