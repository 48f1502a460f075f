import { ArgumentError, bernoulli, DTypeError, Generator, GradError, manualSeed, multinomial, noGrad, normal, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { expectTorch, type TorchCase, type TorchValue } from '../../../test/helpers/torch-case.js';

// Made by torch 2.15 from the expression in each comment after torch.manual_seed(42); T is torch.tensor.
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // torch.zeros(5).uniform_(-2,3)
  [() => zeros([5]).uniform_(-2, 3), { shape: [5], data: [2.411346435546875, 2.5750198364257812, -0.08568120002746582, 2.7965283393859863, -0.04775893688201904], dtype: 'float32' }],
  // torch.zeros(2,10).normal_(1,2)
  [() => zeros([2, 10]).normal_(1, 2), { shape: [2, 10], data: [4.853830337524414, 3.9745681285858154, 2.8014345169067383, -3.2110419273376465, -0.5162622928619385, 3.156635284423828, 2.6016011238098145, 4.361241340637207, 1.7117197513580322, -0.3732459545135498, 0.01328730583190918, 1.4829756021499634, 0.536751389503479, 1.0835189819335938, 0.4968494176864624, 2.719717025756836, 0.3805464506149292, 0.20857900381088257, 2.606818675994873, -0.24319076538085938], dtype: 'float32' }],
  // torch.zeros(2,3).normal_()
  [() => zeros([2, 3]).normal_(), { shape: [2, 3], data: [0.33669036626815796, 0.12880940735340118, 0.23446236550807953, 0.23033303022384644, -1.1228563785552979, -0.18632829189300537], dtype: 'float32' }],
  // torch.zeros(3,7).t().normal_()
  [() => zeros([3, 7]).t().normal_(), { shape: [7, 3], data: [0.33669036626815796, -0.637997031211853, -0.9889599084854126, 0.12880940735340118, 0.46165722608566284, 0.9579718112945557, 0.23446236550807953, 0.2673508822917938, 1.322135090827942, 0.23033303022384644, 0.5349046587944031, 0.8171897530555725, -1.1228563785552979, 0.809357225894928, -0.765838623046875, -0.18632829189300537, 1.110290288925171, -0.7506223320960999, 2.2082014083862305, -1.6897989511489868, 1.3525477647781372], dtype: 'float32' }],
  // torch.zeros(3,2).t().uniform_()
  [() => zeros([3, 2]).t().uniform_(), { shape: [2, 3], data: [0.8822692632675171, 0.38286375999450684, 0.3904482126235962, 0.9150039553642273, 0.9593056440353394, 0.600895345211029], dtype: 'float32' }],
  // torch.zeros(4,6)[:,::2].uniform_()
  [() => zeros([4, 6]).slice(1, 0, 6, 2).uniform_(), { shape: [4, 3], data: [0.8822692632675171, 0.9150039553642273, 0.38286375999450684, 0.9593056440353394, 0.3904482126235962, 0.600895345211029, 0.2565724849700928, 0.7936413288116455, 0.9407714605331421, 0.13318592309951782, 0.9345980882644653, 0.5935796499252319], dtype: 'float32' }],
  // torch.zeros(4,6).t()[1::2].uniform_()
  [() => zeros([4, 6]).t().slice(0, 1, 6, 2).uniform_(), { shape: [3, 4], data: [0.8822692632675171, 0.9593056440353394, 0.2565724849700928, 0.13318592309951782, 0.9150039553642273, 0.3904482126235962, 0.7936413288116455, 0.9345980882644653, 0.38286375999450684, 0.600895345211029, 0.9407714605331421, 0.5935796499252319], dtype: 'float32' }],
  // torch.zeros(4,16)[:,::2].normal_()
  [() => zeros([4, 16]).slice(1, 0, 16, 2).normal_(), { shape: [4, 8], data: [0.33669036626815796, 0.12880940735340118, 0.23446236550807953, 0.23033303022384644, -1.1228563785552979, -0.18632829189300537, 2.2082014083862305, -0.637997031211853, 0.46165722608566284, 0.2673508822917938, 0.5349046587944031, 0.809357225894928, 1.110290288925171, -1.6897989511489868, -0.9889599084854126, 0.9579718112945557, 1.322135090827942, 0.8171897530555725, -0.765838623046875, -0.7506223320960999, 1.3525477647781372, 0.6863219141960144, -0.32775864005088806, 0.7949687242507935, 0.2815195620059967, 0.056163541972637177, 0.5227160453796387, -0.23835687339305878, -0.049903348088264465, 0.5263369679450989, -0.008498823270201683, 0.7290605902671814], dtype: 'float32' }],
  // torch.zeros(7).bernoulli_(0.3)
  [() => zeros([7]).bernoulli_(0.3), { shape: [7], data: [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0], dtype: 'float32' }],
  // torch.zeros(2,3,dtype=torch.int64).bernoulli_()
  [() => zeros([2, 3], { dtype: 'int64' }).bernoulli_(), { shape: [2, 3], data: [1, 1, 1, 1, 0, 1], dtype: 'int64' }],
  // torch.zeros(2,3).bernoulli_(T([0.1,0.5,0.9]))
  [() => zeros([2, 3]).bernoulli_(tensor([0.1, 0.5, 0.9])), { shape: [2, 3], data: [0.0, 0.0, 1.0, 0.0, 1.0, 1.0], dtype: 'float32' }],
  // torch.bernoulli(T([0.1,0.5,0.9,0.5]))
  [() => bernoulli(tensor([0.1, 0.5, 0.9, 0.5])), { shape: [4], data: [0.0, 0.0, 1.0, 0.0], dtype: 'float32' }],
  // torch.zeros(4,dtype=torch.float64).exponential_(2)
  [() => zeros([4], { dtype: 'float64' }).exponential_(2), { shape: [4], data: [0.029957007845401073, 0.03248806439669265, 0.06595838999204529, 0.02700647589534708], dtype: 'float64' }],
  // torch.zeros(5).random_(10)
  [() => zeros([5]).random_(10), { shape: [5], data: [2.0, 7.0, 6.0, 4.0, 6.0], dtype: 'float32' }],
  // torch.zeros(5,dtype=torch.int64).random_(-3,4)
  [() => zeros([5], { dtype: 'int64' }).random_(-3, 4), { shape: [5], data: [-2, -1, 1, 2, 1], dtype: 'int64' }],
  // torch.normal(T([0.,10,20]),T([1.,2,3]))
  [() => normal(tensor([0, 10, 20]), tensor([1, 2, 3])), { shape: [3], data: [0.33669036626815796, 10.25761890411377, 20.703386306762695], dtype: 'float32' }],
  // torch.normal(T([0.,10,20]),2)
  [() => normal(tensor([0, 10, 20]), 2), { shape: [3], data: [0.6733807325363159, 10.25761890411377, 20.46892547607422], dtype: 'float32' }],
  // torch.normal(5,T([1.,2,3]))
  [() => normal(5, tensor([1, 2, 3])), { shape: [3], data: [5.336690425872803, 5.2576189041137695, 5.703387260437012], dtype: 'float32' }],
  // torch.normal(5.,2.,(3,))
  [() => normal(5, 2, [3]), { shape: [3], data: [5.6733808517456055, 5.2576189041137695, 5.468924522399902], dtype: 'float32' }],
  // torch.multinomial(T([1.,2,3,4]),3)
  [() => multinomial(tensor([1, 2, 3, 4]), 3), { shape: [3], data: [3, 1, 2], dtype: 'int64' }],
  // torch.multinomial(T([[1.,2,0],[0,0,4]]),1)
  [() => multinomial(tensor([[1, 2, 0], [0, 0, 4]]), 1), { shape: [2, 1], data: [1, 2], dtype: 'int64' }],
  // torch.multinomial(T([[1.,2,3],[3,2,1]]),6,replacement=True)
  [() => multinomial(tensor([[1, 2, 3], [3, 2, 1]]), 6, { replacement: true }), { shape: [2, 6], data: [0, 0, 0, 0, 2, 1, 2, 2, 0, 0, 0, 0], dtype: 'int64' }],
  // torch.multinomial(T([0.2,0.3,0.5],dtype=torch.float64),4,replacement=True)
  [() => multinomial(tensor([0.2, 0.3, 0.5], { dtype: 'float64' }), 4, { replacement: true }), { shape: [4], data: [0, 0, 0, 0], dtype: 'int64' }],
  // torch.multinomial(T([1.,1,1]),1,replacement=True)
  [() => multinomial(tensor([1, 1, 1]), 1, { replacement: true }), { shape: [1], data: [0], dtype: 'int64' }],
];

describe('the numbers are those of PyTorch', () => {
  test.each(cases.map((_, i) => i))('case %i', (i) => {
    const [make, expected] = cases[i]!;
    manualSeed(42);
    const result = make();
    if (Array.isArray(result)) throw new Error('one tensor per case');
    expectTorch(result as ReturnType<typeof zeros>, expected as TorchValue);
  });
});

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
  expect(() => zeros([2], { dtype: 'int64' }).normal_()).toThrow(ArgumentError);
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
