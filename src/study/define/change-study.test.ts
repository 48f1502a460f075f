import { nn, randint, randn } from 'hone';
import { TensorDataset } from 'hone/data';
import { defineStudy } from 'hone/study';
import { expect, test } from 'vitest';
import { changeStudy } from './change-study.js';

const study = defineStudy({
  title: 'Width',
  data: { train: new TensorDataset(randn([60, 4]), randint(0, 3, [60])) },
  baseline: { width: 4, activation: nn.ReLU as new () => nn.Module },
  factors: { width: [8, 16], activation: { tanh: nn.Tanh } },
  pairs: [
    ['width 8', 'width 16'],
    ['width 16', 'activation tanh'],
  ],
  model: ({ width, activation }) => new nn.Sequential(new nn.Linear(4, width), new activation(), new nn.Linear(width, 3)),
  epochs: 1,
});

test('some of the variants, the baseline always, with the pairs among them; texts of levels stay', () => {
  const some = changeStudy(study, { variants: ['activation tanh', 'width 16'] });
  expect(some.variants.map(({ name }) => name)).toEqual(['baseline', 'width 16', 'activation tanh']);
  expect(some.variants.at(-1)!.texts).toEqual(study.variants.at(-1)!.texts);
  expect(some.options.pairs).toEqual([['width 16', 'activation tanh']]);
});

test('names with commas, from a list that was cut at commas', () => {
  const commas = defineStudy({
    title: 'Width',
    data: { train: new TensorDataset(randn([60, 4]), randint(0, 3, [60])) },
    baseline: { width: 4 },
    variants: { '8, tanh': { width: 8 }, 'N(0, 1)': { width: 16 }, '8': { width: 32 } },
    model: ({ width }) => new nn.Sequential(new nn.Linear(4, width), new nn.Linear(width, 3)),
    epochs: 1,
  });
  const names = (text: string) =>
    changeStudy(commas, { variants: text.split(',').map((name) => name.trim()) }).variants.map(({ name }) => name);
  expect(names('8,tanh, N(0,1)')).toEqual(['baseline', '8, tanh', 'N(0, 1)']);
  expect(names('8,8, tanh')).toEqual(['baseline', '8', '8, tanh']);
  expect(() => names('8,cos')).toThrow('there is no variant "cos"');
});

test('another seed, and what varies', () => {
  const other = changeStudy(study, { seed: 7, varies: ['init'] });
  expect([other.options.seed, other.options.varies, other.variants.length]).toEqual([7, ['init'], 4]);
  expect(changeStudy(study, {})).toBe(study);
});

test('names that it does not have, and nothing left to compare', () => {
  expect(() => changeStudy(study, { variants: ['width8'] })).toThrow('there is no variant "width8". Did you mean "width 8"?');
  expect(() => changeStudy(study, { variants: ['depth of it'] })).toThrow(
    'there is no variant "depth of it"; there are baseline, width 8, width 16, activation tanh.',
  );
  expect(() => changeStudy(study, { variants: ['baseline'] })).toThrow(
    'only the baseline is left, so that there is nothing to compare. Name some of width 8, width 16, activation tanh.',
  );
});
