/** trainTestSplit: scikit-learn's parts for the same seed (conformance/scikit_learn.py), and what it refuses. */
import { readFileSync } from 'node:fs';
import { arange, manualSeed, tensor } from 'hone';
import { DataLoader, Subset, TensorDataset, type TrainTestSplitOptions, trainTestSplit } from 'hone/data';
import { describe, expect, it, test } from 'vitest';

const { splits } = JSON.parse(readFileSync(new URL('../preprocessing/scikit-learn.fixture.json', import.meta.url), 'utf8')) as {
  splits: { n: number; options: TrainTestSplitOptions; stratify: (string | number)[] | null; train: number[]; test: number[] }[];
};
const any = (value: unknown) => value as never;

describe('scikit-learn’s parts', () => {
  test.each(splits)('of $n with $options, stratified by $stratify', ({ n, options, stratify, train, test: rest }) => {
    expect(
      trainTestSplit(
        Array.from({ length: n }, (_, i) => i),
        { ...options, stratify },
      ),
    ).toEqual([train, rest]);
  });

  it('are the same for tensors, lists, data sets and labels in tensors', () => {
    const { options, stratify, train, test: rest } = splits.find(({ n, stratify }) => n === 20 && stratify !== null)!;
    const labels = tensor(stratify as number[], { dtype: 'int64' });
    const x = arange(40).reshape(20, 2);
    const [xTrain, xTest, yTrain, yTest, dTrain, dTest] = trainTestSplit(x, stratify!, new TensorDataset(x, labels), {
      ...options,
      stratify: labels,
    });
    expect(xTrain.toArray()).toEqual(train.map((i) => [2 * i, 2 * i + 1]));
    expect(xTest.toArray()).toEqual(rest.map((i) => [2 * i, 2 * i + 1]));
    expect(yTrain).toEqual(train.map((i) => stratify![i]));
    expect(yTest).toEqual(rest.map((i) => stratify![i]));
    expect(dTrain).toBeInstanceOf(Subset);
    expect(dTrain.indices).toEqual(train);
    expect(dTest.indices).toEqual(rest);
    const [batch] = new DataLoader(dTest, { batchSize: rest.length });
    expect((batch as unknown as (typeof x)[])[0]!.toArray()).toEqual(xTest.toArray());
  });
});

describe('trainTestSplit', () => {
  it('without a seed follows manualSeed', () => {
    const list = Array.from({ length: 50 }, (_, i) => i);
    manualSeed(3);
    const [first, second] = [trainTestSplit(list), trainTestSplit(list)];
    expect(second).not.toEqual(first);
    manualSeed(3);
    expect(trainTestSplit(list)).toEqual(first);
  });

  it('copies, and takes tensors with gradients and strides', () => {
    const x = arange(12).float().reshape(3, 4).t();
    const [train] = trainTestSplit(x.detach().requiresGrad_(), { shuffle: false, testSize: 1 });
    expect([train.toArray(), train.requiresGrad]).toEqual([
      [
        [0, 4, 8],
        [1, 5, 9],
        [2, 6, 10],
      ],
      false,
    ]);
  });

  const list = [1, 2, 3, 4, 5];
  test.each<[() => unknown, string]>([
    [() => trainTestSplit(...(any([]) as [never])), 'trainTestSplit: nothing was given to split.'],
    [() => trainTestSplit(list, tensor([1, 2])), 'argument 1 has 2 samples, argument 0 has 5. They must agree.'],
    [() => trainTestSplit(any('abc')), 'argument 0 is "abc", expected a Tensor, a Table, a list or a Dataset.'],
    [() => trainTestSplit(tensor(1)), 'argument 0 has no dims'],
    [() => trainTestSplit(list, any({ test_size: 0.5 })), 'there is no option "test_size". Did you mean testSize?'],
    [
      () => trainTestSplit(list, { testSize: 5 }),
      'testSize is 5, expected a fraction between 0 and 1, or a number of samples from 1 to 4.',
    ],
    [() => trainTestSplit(list, { testSize: 2.5 }), 'testSize is 2.5'],
    [() => trainTestSplit(list, { trainSize: 0 }), 'trainSize is 0'],
    [() => trainTestSplit(list, { trainSize: 0.6, testSize: 0.6 }), 'add up to 1.2, expected 1 at most'],
    [() => trainTestSplit(list, { trainSize: 3, testSize: 3 }), '3 samples for training and 3 for testing are more than the 5'],
    [() => trainTestSplit([1]), 'of 1 samples 0 are left for training and 1 for testing'],
    [() => trainTestSplit([]), 'of 0 samples'],
    [() => trainTestSplit(list, { randomState: -1 }), 'randomState is -1, expected a whole number from 0 to 4294967295.'],
    [() => trainTestSplit(list, { randomState: any('0') }), 'randomState is "0"'],
    [() => trainTestSplit(list, { stratify: [0, 0, 1, 1, 1], shuffle: false }), 'stratify needs a random order'],
    [() => trainTestSplit(list, { stratify: [0, 1] }), 'stratify has 2 labels for 5 samples'],
    [() => trainTestSplit(list, { stratify: ['a', 'a', 'b', 'a', 'a'] }), 'stratify holds "b" once only'],
    [() => trainTestSplit(list, { stratify: ['a', 'a', 'b', 'b', 'a'], testSize: 1 }), '1 samples for testing are fewer than the 2 labels'],
  ])('%s', (call, message) => {
    expect(call).toThrow(message);
  });
});
