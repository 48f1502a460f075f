import { ArgumentError, arange, empty, full, ones, rand, randn, ShapeError, tensor, zeros, zerosLike } from 'hone';
import { describe, expect, it, test } from 'vitest';

describe('shapes', () => {
  it('are lists, or sizes one by one as in PyTorch', () => {
    for (const make of [zeros, ones, empty, rand, randn]) {
      expect(make(2, 3).shape).toEqual([2, 3]);
      expect(make([2, 3]).shape).toEqual([2, 3]);
      expect(make(4).shape).toEqual([4]);
      expect(make([]).shape).toEqual([]);
      expect(make(2, 1, { dtype: 'float64' }).dtype).toBe('float64');
      expect(make(2, { requiresGrad: true }).requiresGrad).toBe(true);
    }
    expect(ones(2).newZeros(1, 2, { dtype: 'int64' })).toMatchObject({ shape: [1, 2], dtype: 'int64' });
  });

  test.each<[() => unknown, string]>([
    [
      () => zeros('2' as never),
      'zeros: the shape is "2", expected a list of sizes, as in zeros([2, 3]), or sizes one by one, as in zeros(2, 3).',
    ],
    [() => (rand as (...args: unknown[]) => unknown)(), 'rand: the shape is missing'],
    [() => ones(2, '3' as never), 'ones: got "3" where options are expected, in one object: { dtype: … }'],
    [() => zeros([2], { dType: 'int64' } as never), 'zeros: there is no option "dType". Did you mean dtype?'],
    [() => zeros([2], { requires_grad: true } as never), 'Did you mean requiresGrad?'],
    [() => tensor([1], { dType: 'int64' } as never), 'tensor: there is no option "dType".'],
    [() => tensor([1], 'int64' as never), 'tensor: got "int64" where options are expected, in one object: { dtype: … }'],
    [() => rand([2], { seed: 1 } as never), 'rand: there is no option "seed". Did you mean generator?'],
    [() => rand([2], { generator: 7 as never }), 'rand: generator is 7, expected a Generator. Make one: new Generator(7).'],
    [() => zerosLike([1] as never), 'zerosLike: x is a list, expected a Tensor. Make one with tensor(…).'],
    [() => arange('3' as never), 'arange: got "3", expected an end'],
    [() => full([2], undefined as never), 'full: value is undefined, expected a number.'],
    [() => tensor([[ones(1)]] as never), 'tensor: found a Tensor of shape [1] among the numbers. Join tensors with stack or cat.'],
  ])('%s', (call, message) => {
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });

  it('have sizes that are whole', () => {
    expect(() => zeros(2, 0.5)).toThrow(ShapeError);
    expect(() => rand(-1)).toThrow(ShapeError);
  });
});
