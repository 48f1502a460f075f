import { ArgumentError, bernoulli, DTypeError, Generator, GradError, manualSeed, multinomial, noGrad, normal, tensor, zeros } from 'hone';
import { expect, test } from 'vitest';

test('a generator of its own leaves the default one alone', () => {
  const fill = () =>
    zeros([3])
      .uniform_(0, 1, { generator: new Generator(3) })
      .toArray();
  manualSeed(1);
  const undisturbed = zeros([3]).uniform_().toArray();
  manualSeed(1);
  const first = fill();
  expect(fill()).toEqual(first);
  expect(zeros([3]).uniform_().toArray()).toEqual(undisturbed);
  expect(first).not.toEqual(undisturbed);
});

test('fills are in place: counted, refused on leaves, cut off from the old history', () => {
  const leaf = zeros([3], { requiresGrad: true });
  expect(() => leaf.normal_()).toThrow(GradError);
  noGrad(() => leaf.uniform_(1, 2));
  expect(leaf.version).toBe(1);
  leaf.mul(2).normal_().sum().backward();
  expect(leaf.grad).toBeNull();
});

test('errors', () => {
  expect(() => zeros([2], { dtype: 'int64' }).normal_()).toThrow(DTypeError);
  expect(() => zeros([2]).uniform_(2, 1)).toThrow(new ArgumentError('uniform_: from 2 is above to 1.'));
  expect(() => zeros([2]).bernoulli_(1.5)).toThrow(ArgumentError);
  expect(() => zeros([2]).exponential_(0)).toThrow(ArgumentError);
  expect(() => zeros([2]).random_(3, 3)).toThrow(ArgumentError);
  expect(() => bernoulli(tensor([1], { dtype: 'int64' }))).toThrow(DTypeError);
  expect(() => normal(0, 1, undefined as unknown as number[])).toThrow(ArgumentError);
  expect(() => multinomial(tensor([1, 1]), 3)).toThrow(/without replacement/);
  expect(() => multinomial(tensor([1, -1]), 1)).toThrow(/weight -1/);
  expect(() =>
    multinomial(
      tensor([
        [1, 1],
        [0, 0],
      ]),
      1,
    ),
  ).toThrow(/row 1 add up to 0/);
});
