/** What loaders, samplers, splits and data sets refuse, and how they print. */

import { inspect } from 'node:util';
import { ArgumentError, arange, Generator, load, loadBytes, nn, ones, optim, save, saveBytes, tensor } from 'hone';
import {
  BatchSampler,
  ConcatDataset,
  DataLoader,
  defaultCollate,
  IterableDataset,
  RandomSampler,
  randomSplit,
  readCsv,
  SequentialSampler,
  StandardScaler,
  Subset,
  SubsetRandomSampler,
  TensorDataset,
  trainTestSplit,
  WeightedRandomSampler,
} from 'hone/data';
import { datasets, ImageDataset } from 'hone/vision';
import { describe, expect, it, test } from 'vitest';

const data = () => new TensorDataset(arange(12).float().reshape(6, 2), arange(6));
const any = (value: unknown) => value as never;
const loose = (f: unknown) => f as (...args: unknown[]) => unknown;

describe('samples of which no batch can be made', () => {
  test.each<[unknown, string]>([
    [undefined, "defaultCollate: sample 0 of the batch is undefined. Let the data set's get(index) return a sample, such as [x, y]."],
    [null, 'defaultCollate: the samples are null, which cannot be put into a batch.'],
    [[1, undefined], "defaultCollate: the samples' [1] are undefined, which cannot be put into a batch."],
    [
      [Promise.resolve(1), 1],
      "defaultCollate: the samples' [0] are promises, which cannot be put into a batch. Transforms cannot be asynchronous",
    ],
    [{ x: new Date(0) }, "defaultCollate: the samples' x are of the class Date, which cannot be put into a batch."],
    [new Map(), 'defaultCollate: the samples are of the class Map, which cannot be put into a batch.'],
  ])('%s', (sample, text) => {
    expect(() => defaultCollate([sample, sample])).toThrow(ArgumentError);
    expect(() => defaultCollate([sample, sample])).toThrow(text);
  });

  test('a transform that promises its image', () => {
    const digits = new datasets.Digits({ transform: async (image) => image });
    expect(() => [...new DataLoader(digits, 2)]).toThrow(
      'Transforms cannot be asynchronous: await in the get(index) of a data set of your own.',
    );
  });

  test('promises that fail, whose own errors nobody could await', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown) => unheard.push(error);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', hear);
    try {
      expect(() => defaultCollate([[Promise.reject(new Error('no image'))]])).toThrow("the samples' [0] are promises");
      await new Promise((resolve) => setTimeout(resolve));
      expect(unheard).toEqual([]);
    } finally {
      process.off('unhandledRejection', hear);
      for (const other of others) process.on('unhandledRejection', other);
    }
  });
});

describe('options', () => {
  test.each<[() => unknown, string]>([
    [() => new DataLoader(data(), any({ batch_size: 3 })), 'DataLoader: there is no option "batch_size". Did you mean batchSize?'],
    [() => new DataLoader(data(), any({ drop_last: true })), 'Did you mean dropLast?'],
    [() => new DataLoader(data(), any({ num_workers: 2 })), 'DataLoader: there is no option "num_workers"'],
    [() => new DataLoader(data(), any({ collate_fn: () => 1 })), 'Did you mean collate?'],
    [() => new DataLoader(data(), any('64')), 'new DataLoader(dataset, { batchSize: 64, shuffle: true })'],
    [() => new DataLoader(data(), { batchSize: any('3') }), 'DataLoader: batchSize is "3"'],
    [() => new DataLoader(data(), { shuffle: any('yes') }), 'DataLoader: shuffle is "yes"'],
    [() => new DataLoader(data(), { generator: any(3) }), 'generator is 3, expected a Generator. Make one: new Generator(3).'],
    [() => new DataLoader(any(ones(4, 2))), 'Wrap tensors in new TensorDataset(x, y).'],
    [() => new DataLoader(any(ones(4, 2)), any(ones(4)), any({ batchSize: 2 })), 'DataLoader: the dataset is a Tensor, expected a Dataset'],
    [
      () => new DataLoader(any(TensorDataset)),
      'DataLoader: the dataset is the class TensorDataset, expected a Dataset (with length and get(index)) or an array of samples. Make one: new TensorDataset(…).',
    ],
    [
      () => new DataLoader(any({ __len__: () => 3, __getitem__: (i: number) => i })),
      "Python's __len__ and __getitem__ are get length() and get(index) here.",
    ],
    [() => new DataLoader(any({ get: (i: number) => i })), 'It has no length: give it get length() { … }.'],
    [() => loose(randomSplit)(data(), 4, 2), 'randomSplit: lengths are 4, expected a list: [0.8, 0.2].'],
    [
      () => new (ConcatDataset as never as new (...all: unknown[]) => unknown)(data(), data()),
      'expected a list: new ConcatDataset([a, b]).',
    ],
    [() => data().get(any('0')), 'TensorDataset: there is no sample "0": the dataset has 6.'],
    [() => readCsv('a\n1', any({ delimiter: ';' })), 'Did you mean sep?'],
    [
      () => readCsv('1\n2', any({ header: null })),
      "readCsv: header is null, expected true or false. pandas' header=None is header: false.",
    ],
    [() => readCsv('https://example.org/a.csv'), 'Fetch it first: readCsv(await (await fetch(url)).text()).'],
    [
      () => loose(trainTestSplit)(ones(4, 2), ones(4), 0.2),
      'trainTestSplit: argument 2 is 0.2, expected a Tensor, a Table, a list or a Dataset. A size has a name: { testSize: 0.2 }.',
    ],
    [() => trainTestSplit(ones(4, 2), { stratify: any(true) }), 'trainTestSplit: stratify is true, expected a list of labels'],
    [
      () => new DataLoader(new (class Empty extends IterableDataset {})()),
      'Give it *[Symbol.iterator]() or async *[Symbol.asyncIterator]().',
    ],
    [
      () => [...new DataLoader(data(), { batchSampler: any([0, 1]) })],
      'a batch of batchSampler is 0, expected a list of the numbers of its samples: [[0, 1], [2, 3]].',
    ],
    [
      () => new DataLoader(data(), { collate: any('stack') }),
      'DataLoader: collate is "stack", expected a function, or the absolute address of a module.',
    ],
    [() => new datasets.Digits(any({ download: true })), 'Digits: there is no option "download". Digits takes train,'],
    [() => readCsv('a;b\n1;2').column('b'), 'The table has "a;b". Its cells seem to be separated by ";": readCsv(…, { sep: ";" }).'],
    [() => readCsv('a;b\n1;2').toTensors(), 'row 0, column "a;b" is "1;2", expected a number. Its cells seem to be separated by ";"'],
    [
      () => new StandardScaler().fit(any(readCsv('a\n1'))),
      "StandardScaler.fit: x is a Table, expected a Tensor. Take the table's numbers: table.toTensors().features.",
    ],
    [() => new RandomSampler(data(), any({ num_samples: 3 })), 'RandomSampler: there is no option "num_samples". Did you mean numSamples?'],
    [() => new RandomSampler(any(5)), 'RandomSampler: the dataset is 5'],
    [() => new SequentialSampler(any(undefined)), 'SequentialSampler: the dataset is undefined'],
    [() => new SubsetRandomSampler([1], any({ seed: 1 })), 'SubsetRandomSampler: there is no option "seed". Did you mean generator?'],
    [() => new WeightedRandomSampler([1], 1, any({ replace: true })), 'Did you mean replacement?'],
    [() => new WeightedRandomSampler(any(1), 1), 'WeightedRandomSampler: weights is 1, expected a list of numbers.'],
    [() => new BatchSampler(any(null), 1), 'BatchSampler: sampler is null'],
    [() => new BatchSampler([1], 1, any('no')), 'BatchSampler: dropLast is "no"'],
    [() => randomSplit(data(), [3, 3], any({ seed: 1 })), 'randomSplit: there is no option "seed". Did you mean generator?'],
    [() => randomSplit(data(), any(0.5)), 'randomSplit: lengths are 0.5, expected a list: [0.8, 0.2].'],
    [() => new Subset(data(), any(3)), 'Subset: indices are 3, expected a list of numbers.'],
    [() => new ConcatDataset(any(5)), 'ConcatDataset: datasets are 5'],
    [() => new datasets.Digits(any({ split: 'test' })), 'Digits: there is no option "split". Did you mean train: false?'],
    [() => new datasets.Digits(any({ train: 'test' })), 'Digits: train is "test"'],
    [() => new ImageDataset(any({ images: ones(1) }), {}), 'ImageDataset: labels is missing, expected a Tensor.'],
    [() => new ImageDataset({ images: ones(1), labels: ones(1) }, any({ normalise: 1 })), 'Did you mean normalize?'],
    [() => save(ones(1), any(null)), 'save: the path is null, expected the path of a file.'],
    [() => save('m.pth', any(ones(1))), 'The value comes first: save(value, path).'],
    [() => save(ones(1), 'm.pth', any({ fmt: 'pth' })), 'save: there is no option "fmt".'],
    [() => saveBytes(ones(1), any({ makeDirectories: true })), 'saveBytes: there is no option "makeDirectories".'],
    [() => loose(load)(), 'load: the path is missing'],
    [() => load('x.pth', any({ weights_only: true })), 'load: there is no option "weights_only". Did you mean tensorsOnly?'],
    [() => loadBytes(new Uint8Array(9), any({ name: 'x' })), 'loadBytes: there is no option "name".'],
  ])('%s', (call, message) => {
    expect(call).toThrow(message);
  });

  it('of PyTorch may stand by position', () => {
    expect(new DataLoader(data(), 4).length).toBe(2);
    expect([...new DataLoader(data(), 4, true, { dropLast: true })]).toHaveLength(1);
    expect(() => new DataLoader(data(), 0)).toThrow(ArgumentError);
  });
});

describe('prints', () => {
  test.each<[unknown, string]>([
    [data(), 'TensorDataset (6 samples: float32 [6, 2], int64 [6])'],
    [new Subset(data(), [1, 2]), 'Subset (2 samples)'],
    [
      new DataLoader(data(), { batchSize: 4, shuffle: true }),
      'DataLoader (6 samples of TensorDataset, batchSize: 4, shuffle: true, 2 batches)',
    ],
    [new DataLoader([1, 2, 3]), 'DataLoader (3 samples of an array, batchSize: 1, 3 batches)'],
    [new Generator(7), 'Generator (seed 7)'],
    [
      new optim.lrScheduler.StepLR(new optim.SGD(new nn.Linear(1, 1).parameters(), { lr: 0.5 }), { stepSize: 2, gamma: 0.1 }),
      'StepLR (lr: [0.5], base_lrs: [0.5], gamma: 0.1, last_epoch: 0, step_size: 2)',
    ],
    [tensor([1]), 'tensor([1.])'],
  ])('%s', (value, text) => {
    expect(inspect(value)).toBe(text);
    expect(String(value)).toBe(text);
  });
});
