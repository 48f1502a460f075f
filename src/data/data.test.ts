import { ArgumentError, arange, fromTypedArray, IndexError, manualSeed, ShapeError, type Tensor, tensor, zeros } from 'hone';
import {
  BatchSampler,
  ConcatDataset,
  DataLoader,
  Dataset,
  defaultCollate,
  IterableDataset,
  RandomSampler,
  randomSplit,
  SequentialSampler,
  Subset,
  TensorDataset,
  WeightedRandomSampler,
} from 'hone/data';
import { describe, expect, it } from 'vitest';

const x = () => arange(0, 14, 1, { dtype: 'float32' }).reshape([7, 2]);
const y = () => arange(7);

class Squares extends Dataset<[Tensor, number]> {
  readonly length = 5;
  get(i: number): [Tensor, number] {
    return [tensor([i, i]), i * i];
  }
}

class Slow extends Dataset<{ x: number; name: string }> {
  readonly length = 5;
  async get(i: number) {
    await new Promise((resolve) => setTimeout(resolve, 5 - i));
    return { x: i / 2, name: `s${i}` };
  }
}

describe('TensorDataset', () => {
  it('gives rows, and gathers batches without rows', () => {
    const data = new TensorDataset(x(), y());
    expect(data.length).toBe(7);
    expect(data.get(3).map((t) => t.toArray())).toEqual([[6, 7], 3]);
    expect(data.get(-1)[1].item()).toBe(6);
    const [rows, labels] = data.getBatch([6, 0, 6]);
    expect(rows.toArray()).toEqual([
      [12, 13],
      [0, 1],
      [12, 13],
    ]);
    expect(labels.dtype).toBe('int64');
    expect(labels.toArray()).toEqual([6, 0, 6]);
  });

  it('takes tensors that are not row-major, every dtype, rows of no elements', () => {
    const columns = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]).t();
    const data = new TensorDataset(columns, zeros([3, 0]), fromTypedArray(Uint8Array.of(7, 8, 9)), tensor([true, false, true]));
    expect(data.getBatch([2, 0]).map((t) => t.toArray())).toEqual([
      [
        [3, 6],
        [1, 4],
      ],
      [[], []],
      [9, 7],
      [true, true],
    ]);
    expect(data.getBatch([]).map((t) => t.shape)).toEqual([[0, 2], [0, 0], [0], [0]]);
  });

  it('sees changes of a row-major tensor', () => {
    const values = tensor([1, 2]);
    const data = new TensorDataset(values);
    data.getBatch([0]);
    values.fill_(9);
    expect(data.getBatch([0])[0].toArray()).toEqual([9]);
  });

  it('says what does not fit', () => {
    expect(() => new TensorDataset(x(), arange(6))).toThrow(/tensor 1 has 6 samples, tensor 0 has 7 \(\[7, 2\], \[6\]\)/);
    expect(() => new TensorDataset(tensor(1))).toThrow(ShapeError);
    expect(() => new TensorDataset()).toThrow(ArgumentError);
    expect(() => new TensorDataset([1] as unknown as Tensor)).toThrow(/argument 0 is a list/);
    expect(() => new TensorDataset(y()).get(7)).toThrow(IndexError);
    expect(() => new TensorDataset(y()).getBatch([0, 7])).toThrow('there is no sample 7: the dataset has 7');
    expect(() => new TensorDataset(y()).getBatch([2 ** 32])).toThrow(IndexError);
  });
});

describe('DataLoader', () => {
  it('gives batches in order, the last one smaller', () => {
    const loader = new DataLoader(new TensorDataset(x(), y()), { batchSize: 3 });
    expect(loader.length).toBe(3);
    const seen: unknown[] = [];
    for (const [inputs, labels] of loader) seen.push([inputs.shape, labels.toArray()]);
    expect(seen).toEqual([
      [
        [3, 2],
        [0, 1, 2],
      ],
      [
        [3, 2],
        [3, 4, 5],
      ],
      [[1, 2], [6]],
    ]);
    expect(loader.dataset.length).toBe(7);
  });

  it('drops the last batch when asked, and has a batch size of 1 by default', () => {
    const data = new TensorDataset(y());
    expect(Array.from(new DataLoader(data, { batchSize: 3, dropLast: true }), ([b]) => b.toArray())).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(new DataLoader(data, { batchSize: 3, dropLast: true }).length).toBe(2);
    expect(new DataLoader(data).length).toBe(7);
    expect(new DataLoader([], { batchSize: 2 }).length).toBe(0);
    expect([...new DataLoader([], { batchSize: 2 })]).toEqual([]);
  });

  it("collates the samples of a data set of one's own", () => {
    const [[inputs, targets]] = [...new DataLoader(new Squares(), { batchSize: 5 })] as [[Tensor, Tensor]];
    expect(inputs.toArray()).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    expect([targets.dtype, targets.toArray()]).toEqual(['int64', [0, 1, 4, 9, 16]]);
  });

  it('gives numbers one dtype by the data set, not by what a batch happens to hold', () => {
    const samples = [0, 1, 1, 0, 0.5, 0.25].map((y, i) => ({ x: [i, i / 2] as const, y, label: i % 3 }));
    const dtypes = (loader: Iterable<{ x: Tensor[]; y: Tensor; label: Tensor }>) =>
      [...loader].map(({ x, y, label }) => [x[0]!.dtype, x[1]!.dtype, y.dtype, label.dtype].join(' '));
    const expected = new Array(3).fill('int64 float32 float32 int64');
    type Batches = Iterable<{ x: Tensor[]; y: Tensor; label: Tensor }>;
    expect(dtypes(new DataLoader(samples, { batchSize: 2 }) as unknown as Batches)).toEqual(expected);
    const subset = new Subset(samples, [0, 1, 2, 3]);
    expect(dtypes(new DataLoader(subset, { batchSize: 2 }) as unknown as Batches)).toEqual(expected.slice(1));
    const both = new ConcatDataset([samples.slice(0, 4), samples.slice(4)]);
    expect(dtypes(new DataLoader(both, { batchSize: 2 }) as unknown as Batches)).toEqual(expected);
    // What gives its samples one by one decides by the first batch, and a later one is held to that.
    class Targets extends Dataset<number> {
      constructor(readonly values: number[]) {
        super();
      }
      get length(): number {
        return this.values.length;
      }
      get(i: number): number {
        return this.values[i]!;
      }
    }
    expect([...new DataLoader(new Targets([0.5, 1, 1, 1]), { batchSize: 2 })].map((y) => y.dtype)).toEqual(['float32', 'float32']);
    expect(() => [...new DataLoader(new Targets([0, 1, 0.5, 0.25]), { batchSize: 2 })]).toThrow(
      /numbers were whole until now and became int64, but this batch has 0\.5.*tensor\(y\).*\{ collate \}/,
    );
  });

  it('awaits asynchronous data sets, in order, and says so in a sync loop', async () => {
    const loader = new DataLoader(new Slow(), { batchSize: 2 });
    const seen: unknown[] = [];
    for await (const batch of loader) seen.push([batch.x.toArray(), batch.name]);
    expect(seen).toEqual([
      [
        [0, 0.5],
        ['s0', 's1'],
      ],
      [
        [1, 1.5],
        ['s2', 's3'],
      ],
      [[2], ['s4']],
    ]);
    expect(() => [...loader]).toThrow(/Use for await/);
  });

  it('passes errors of the data set on', async () => {
    class Broken extends Slow {
      override async get(i: number): Promise<{ x: number; name: string }> {
        throw new Error(`disk ${i}`);
      }
    }
    await expect(async () => {
      for await (const batch of new DataLoader(new Broken())) void batch;
    }).rejects.toThrow('disk 0');
  });

  it('takes samplers, batch samplers and a collate function', () => {
    const data = new TensorDataset(y());
    expect(Array.from(new DataLoader(data, { batchSize: 2, sampler: [5, 1, 1] }), ([b]) => b.toArray())).toEqual([[5, 1], [1]]);
    const batches = new DataLoader(data, { batchSampler: [[6], [0, 2]] });
    expect([batches.length, Array.from(batches, ([b]) => b.toArray())]).toEqual([2, [[6], [0, 2]]]);
    const own = new DataLoader(new Squares(), { batchSize: 2, collate: (samples) => samples.map(([, square]) => square) });
    expect([...own]).toEqual([[0, 1], [4, 9], [16]]);
    expect([own.makesBatches, batches.makesBatches]).toEqual([false, true]);
  });

  it('reads iterable data sets, sync and async', async () => {
    class Count extends IterableDataset<number> {
      override *[Symbol.iterator]() {
        for (let i = 0; i < 5; i++) yield i;
      }
    }
    class CountLater extends IterableDataset<number> {
      override readonly length = 5;
      override async *[Symbol.asyncIterator]() {
        for (let i = 0; i < 5; i++) yield i;
      }
    }
    expect(Array.from(new DataLoader(new Count(), { batchSize: 2 }), (b) => b.toArray())).toEqual([[0, 1], [2, 3], [4]]);
    expect(() => new DataLoader(new Count()).length).toThrow(/length is unknown/);
    const later = new DataLoader(new CountLater(), { batchSize: 2, dropLast: true });
    expect(later.length).toBe(2);
    const seen: unknown[] = [];
    for await (const batch of later) seen.push(batch.toArray());
    expect(seen).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(() => [...later]).toThrow(/asynchronous. Use for await/);
    expect(() => new DataLoader(new Count(), { shuffle: true })).toThrow(/its own order/);
  });

  it('refuses options that exclude each other', () => {
    const data = [1, 2, 3];
    expect(() => new DataLoader(data, { batchSize: 0 })).toThrow(/batchSize is 0/);
    expect(() => new DataLoader(data, { shuffle: true, sampler: [1] })).toThrow(/exclude each other/);
    expect(() => new DataLoader(data, { batchSampler: [[1]], batchSize: 2 })).toThrow(/decides alone/);
    expect(() => new DataLoader([], { shuffle: true })).toThrow(/dataset is empty/);
    expect(() => new DataLoader(3 as unknown as number[])).toThrow(/the dataset is a number, expected a Dataset/);
  });

  it('shuffles all samples, anew each epoch', () => {
    manualSeed(1);
    const loader = new DataLoader(new TensorDataset(arange(101)), { batchSize: 10, shuffle: true });
    const epoch = () => Array.from(loader, ([b]) => b.toArray() as number[]).flat();
    const [first, second] = [epoch(), epoch()];
    expect(first).not.toEqual(second);
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 101 }, (_, i) => i));
  });
});

describe('defaultCollate', () => {
  it('makes tensors of numbers by what they are', () => {
    expect(defaultCollate([1, 2]).dtype).toBe('int64');
    expect(defaultCollate([1, 2.5]).dtype).toBe('float32');
    expect(defaultCollate([1, 2 ** 60]).dtype).toBe('float32');
    expect(defaultCollate([true, false]).dtype).toBe('bool');
    expect(defaultCollate([1n, 2n]).toArray()).toEqual([1, 2]);
    expect(defaultCollate(['a', 'b'])).toEqual(['a', 'b']);
    expect(defaultCollate([Float64Array.of(1, 2), Float64Array.of(3, 4)]).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const nested = defaultCollate([{ pair: [1, tensor([1])] as const }, { pair: [2, tensor([2])] as const }]);
    expect(nested.pair.map((t) => t.toArray())).toEqual([
      [1, 2],
      [[1], [2]],
    ]);
  });

  it('stacks views and 0-dim tensors', () => {
    const m = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(defaultCollate([m.t(), m]).toArray()).toEqual([
      [
        [1, 3],
        [2, 4],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    expect(defaultCollate([tensor(1), tensor(2)]).toArray()).toEqual([1, 2]);
  });

  it('says which sample does not match', () => {
    expect(() => defaultCollate([{ a: tensor([1]) }, { a: tensor([1, 2]) }])).toThrow(
      /sample 1 of the batch has shape \[2\] at a, sample 0 has \[1\]/,
    );
    expect(() => defaultCollate([tensor([1]), tensor([1], { dtype: 'int32' })])).toThrow(/sample 1 of the batch is int32/);
    expect(() => defaultCollate<unknown>([1, 'a'])).toThrow(/sample 0 of the batch is a number, sample 1 is not/);
    expect(() => defaultCollate<unknown>([[1, 2], [1]])).toThrow(/a list of 2/);
    expect(() => defaultCollate<unknown>([{ a: 1 }, { b: 1 }])).toThrow(/an object with a/);
    expect(() => defaultCollate([null])).toThrow(/are null/);
    expect(() => defaultCollate([])).toThrow(/no samples/);
  });
});

describe('Subset, ConcatDataset, randomSplit', () => {
  it('choose and join samples; batches stay one call', () => {
    const data = new TensorDataset(x(), y());
    const part = new Subset(data, [6, 2, 2, -7]);
    expect(part.length).toBe(4);
    expect((part.getBatch!([0, 3]) as [Tensor, Tensor])[1].toArray()).toEqual([6, 0]);
    const inner = new Subset(part, [3, 0]);
    expect(Array.from(new DataLoader(inner, { batchSize: 2 }), (b) => b[1].toArray())).toEqual([[0, 6]]);
    expect(new Subset(['a', 'b'], [1]).get(0)).toBe('b');
    expect(new Subset(new Squares(), [1]).getBatch).toBeUndefined();
    expect(() => new Subset(data, [7])).toThrow(IndexError);
    const both = new ConcatDataset([['a', 'b'], [], ['c']]);
    expect([both.length, both.get(0), both.get(2), both.get(-2)]).toEqual([3, 'a', 'c', 'b']);
    expect(() => both.get(3)).toThrow(IndexError);
  });

  it('split by lengths and fractions', () => {
    const sizes = (lengths: number[], n = 10) =>
      randomSplit(
        Array.from({ length: n }, (_, i) => i),
        lengths,
      ).map((p) => p.length);
    expect(sizes([3, 7])).toEqual([3, 7]);
    expect(sizes([1, 0])).toEqual([10, 0]);
    expect(sizes([0.1, 0.2, 0.7])).toEqual([1, 2, 7]);
    // torch.utils.data.random_split(range(7), [0.5, 0.3, 0.2]) -> lengths 4, 2, 1
    expect(sizes([0.5, 0.3, 0.2], 7)).toEqual([4, 2, 1]);
    expect(sizes([0.5, 0.5], 1)).toEqual([1, 0]);
    expect(() => sizes([3, 6])).toThrow('lengths [3, 6] add up to 9, but the dataset has 10 samples');
    expect(() => sizes([0.5, 0.6])).toThrow(/Fractions must add up to 1/);
    expect(() => sizes([-1, 11])).toThrow(/0 or more/);
  });
});

describe('samplers', () => {
  it('know their lengths', () => {
    expect(new SequentialSampler([1, 2]).length).toBe(2);
    expect([...new SequentialSampler([7, 7])]).toEqual([0, 1]);
    expect(new RandomSampler([1, 2], { numSamples: 5 }).length).toBe(5);
    expect([...new RandomSampler([1, 2], { numSamples: 5 })]).toHaveLength(5);
    expect([...new BatchSampler([4, 5, 6], 2)]).toEqual([[4, 5], [6]]);
    expect(new BatchSampler([4, 5, 6], 2, true).length).toBe(1);
    expect(() => new RandomSampler([])).toThrow(/empty/);
    expect(() => new RandomSampler([1], { numSamples: 0 })).toThrow(/numSamples is 0/);
  });

  it('draw by weight, never what weighs nothing', () => {
    manualSeed(3);
    const draws = [...new WeightedRandomSampler([0, 1, 3], 4000)];
    const share = draws.filter((i) => i === 2).length / 4000;
    expect(draws).not.toContain(0);
    expect(share).toBeGreaterThan(0.72);
    expect(share).toBeLessThan(0.78);
    expect([...new WeightedRandomSampler([1, 0, 1], 2, { replacement: false })].sort()).toEqual([0, 2]);
    expect(() => new WeightedRandomSampler([1, -1], 1)).toThrow(/weight 1 is -1/);
    expect(() => new WeightedRandomSampler([0], 1)).toThrow(/no weight is above 0/);
    expect(() => new WeightedRandomSampler([1, 0], 2, { replacement: false })).toThrow(/only 1 weights/);
  });
});

it('for await lets timers run between batches, for does not', async () => {
  const loader = new DataLoader(new TensorDataset(zeros([8, 1])), { batchSize: 1 });
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const work = () => {
    const until = performance.now() + 30;
    while (performance.now() < until);
  };
  for (const _ of loader) work();
  expect(ticks).toBe(0);
  for await (const _ of loader) work();
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(1);
});
