/** Splitters of cross-validation: scikit-learn's parts for the same seed (conformance/folds.py), and what they refuse. */
import { readFileSync } from 'node:fs';
import { arange, manualSeed, tensor } from 'hone';
import * as data from 'hone/data';
import { GroupKFold, KFold, LeaveOneOut, RepeatedKFold, type Splitter, StratifiedKFold, TensorDataset, TimeSeriesSplit } from 'hone/data';
import { describe, expect, it, test, vi } from 'vitest';

interface Case {
  name: 'KFold';
  options: Record<string, never>;
  text: string;
  n: number;
  y: (string | number)[] | null;
  groups: (string | number)[] | null;
  nSplits: number;
  folds: [number[], number[]][];
}
const { cases } = JSON.parse(readFileSync(new URL('folds.fixture.json', import.meta.url), 'utf8')) as { cases: Case[] };
const any = (value: unknown) => value as never;
const folds = (splitter: Splitter, ...args: Parameters<Splitter['split']>) => [...splitter.split(...args)];

describe('scikit-learn’s parts', () => {
  test.each(cases)('$text of $n', ({ name, options, text, n, y, groups, nSplits, folds: expected }) => {
    const splitter: Splitter = Object.keys(options).length === 0 ? new data[name]() : new data[name](options);
    expect(folds(splitter, n, y, groups)).toEqual(expected);
    expect(folds(splitter, n, y, groups)).toEqual(expected); // a seed gives the same parts each time
    expect(splitter.getNSplits(n)).toBe(nSplits);
    expect(String(splitter)).toBe(text);
  });

  it('are the same of tensors, lists and data sets, with labels in tensors', () => {
    const { y, options, folds: expected } = cases.find(({ name, n }) => (name as string) === 'StratifiedKFold' && n === 23)!;
    const x = arange(46).reshape(23, 2);
    const labels = tensor(y as number[], { dtype: 'int64' });
    for (const whole of [x, new TensorDataset(x, labels), x.toArray() as number[][], 23])
      expect(folds(new StratifiedKFold(options), whole, labels)).toEqual(expected);
  });

  it('without a seed follow manualSeed, and each call draws anew', () => {
    manualSeed(1);
    const splitter = new KFold(3, { shuffle: true });
    const [first, second] = [folds(splitter, 30), folds(splitter, 30)];
    expect(second).not.toEqual(first);
    manualSeed(1);
    expect(folds(splitter, 30)).toEqual(first);
  });

  it('warns of labels that are rarer than parts', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    folds(new StratifiedKFold(3), 7, [0, 0, 0, 0, 0, 1, 1]);
    expect(warn.mock.calls.flat()).toEqual([
      'hone: StratifiedKFold.split: the rarest label is there 2 times only, fewer than nSplits (3): some parts are without it.',
    ]);
  });
});

test.each<[() => unknown, string]>([
  [() => new KFold(1), 'KFold: nSplits is 1, expected a whole number of at least 2.'],
  [() => new KFold(any('5')), 'KFold: nSplits is "5"'],
  [() => new KFold(any({ n_splits: 3 })), 'KFold: there is no option "n_splits". Did you mean nSplits?'],
  [() => new KFold({ randomState: 0 }), 'KFold: randomState is 0, but the order is not random. Pass shuffle: true, or leave it out.'],
  [() => new KFold({ shuffle: true, randomState: -1 }), 'KFold: randomState is -1'],
  [() => new KFold(5).split(4), 'KFold.split: nSplits is 5, expected at most 4, the number of samples. Take fewer parts.'],
  [() => new KFold(5).split(any('abcdef')), 'KFold.split: argument 0 is "abcdef", expected a Tensor, a Table, a list or a Dataset.'],
  [() => new KFold(5).split(0), 'KFold.split: the number of samples is 0'],
  [() => new StratifiedKFold(2).split(4), 'StratifiedKFold.split: y is missing, expected the label of each sample. Write split(x, y).'],
  [() => new StratifiedKFold(2).split(4, [0, 1]), 'StratifiedKFold.split: y has 2 labels for 4 samples. Give one for each.'],
  [() => new StratifiedKFold(3).split(4, [0, 0, 1, 1]), 'nSplits is 3, expected at most 2, how often the most frequent label is there'],
  [() => new GroupKFold(2).split(4, [0, 1, 0, 1]), 'groups is missing, expected the group of each sample. Write split(x, y, groups).'],
  [() => new GroupKFold(3).split(4, null, ['a', 'b', 'a', 'b']), 'nSplits is 3, expected at most 2, the number of groups.'],
  [() => new RepeatedKFold({ nRepeats: 0 }), 'RepeatedKFold: nRepeats is 0, expected a whole number of at least 1.'],
  [() => new LeaveOneOut().split(1), 'LeaveOneOut.split: there is 1 sample, which leaves none to train on.'],
  [() => new LeaveOneOut().getNSplits(), 'LeaveOneOut.getNSplits: x is missing: there are as many cuts as samples.'],
  [
    () => new (LeaveOneOut as unknown as new (o: object) => unknown)({ p: 2 }),
    'LeaveOneOut: there is no option "p". LeaveOneOut takes no options.',
  ],
  [() => new TimeSeriesSplit(5).split(5), 'TimeSeriesSplit.split: 5 cuts need 6 samples at least, got 5. Take fewer cuts.'],
  [
    () => new TimeSeriesSplit(3, { gap: 3 }).split(12),
    '3 cuts with 3 samples to test and a gap of 3 leave none of the 12 samples to train on.',
  ],
])('%s', (call, message) => {
  expect(call).toThrow(message);
});
