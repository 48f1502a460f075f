import { ArgumentError, arange, manualSeed, ShapeError, type Tensor, tensor, zeros } from 'hone';
import {
  ChainDataset,
  ConcatDataset,
  DataLoader,
  Dataset,
  IterableDataset,
  randomSplit,
  StackDataset,
  Subset,
  TensorDataset,
} from 'hone/data';
import { describe, expect, it } from 'vitest';

const rows = (n: number) => new TensorDataset(arange(n));

class Later extends Dataset<string> {
  readonly length = 3;
  async get(i: number): Promise<string> {
    return `s${i}`;
  }
}

class Count extends IterableDataset<number> {
  constructor(private readonly to: number) {
    super();
  }
  override *[Symbol.iterator]() {
    for (let i = 0; i < this.to; i++) yield i;
  }
}

class CountLater extends IterableDataset<number> {
  override readonly length = 2;
  override async *[Symbol.asyncIterator]() {
    yield 10;
    yield 11;
  }
}

describe('get', () => {
  it('gives samples without await where the data set answers at once, through everything made of it', async () => {
    const data = rows(6);
    const [x]: [Tensor] = new Subset(data, [4, 2]).get(1);
    expect(x.item()).toBe(2);
    const [part] = randomSplit(data, [6]);
    const [y]: [Tensor] = new ConcatDataset([part!, new Subset(data, [0])]).get(-1);
    expect(y.item()).toBe(0);
    const word: string = new Subset(['a', 'b'], [1]).get(0);
    expect(word).toBe('b');
    const later: Promise<string> = new Subset(new Later(), [2]).get(0);
    expect(await later).toBe('s2');
    // @ts-expect-error a promise is no string
    const wrong: string = new Subset(new Later(), [2]).get(0);
    expect(await wrong).toBe('s2');
  });
});

describe('ConcatDataset', () => {
  it('counts from either end, over empty parts', () => {
    const both = new ConcatDataset([['a', 'b'], [], ['c']]);
    expect([both.length, both.cumulativeSizes]).toEqual([3, [2, 2, 3]]);
    expect([0, 1, 2, -1, -3].map((i) => both.get(i))).toEqual(['a', 'b', 'c', 'c', 'a']);
    expect(() => both.get(3)).toThrow('there is no sample 3: the dataset has 3');
  });

  it('sends streams to ChainDataset', () => {
    expect(() => new ConcatDataset([new Count(2) as unknown as string[]])).toThrow(/Count, which is a stream.*ChainDataset/);
    expect(() => new ConcatDataset([])).toThrow(ArgumentError);
  });
});

describe('StackDataset', () => {
  it('gives samples side by side, in a list or by name', async () => {
    const listed = new StackDataset(rows(3), ['a', 'b', 'c']);
    const [[x], word]: [[Tensor], string] = listed.get(1);
    expect([listed.length, x.item(), word]).toEqual([3, 1, 'b']);
    const named = new StackDataset({ image: rows(3), name: ['a', 'b', 'c'] });
    const sample: { image: [Tensor]; name: string } = named.get(-1);
    expect([sample.image[0].item(), sample.name, Object.keys(named.datasets)]).toEqual([2, 'c', ['image', 'name']]);
    expect(new StackDataset([5, 6]).get(1)).toEqual([6]);
    const mixed = new StackDataset([1, 2, 3], new Later());
    expect(await mixed.get(0)).toEqual([1, 's0']);
  });

  it('has batches of its parts, in loaders', async () => {
    const fast = new StackDataset({ x: rows(5), y: new TensorDataset(zeros([5, 2])) });
    expect(fast.getBatch).toBeTypeOf('function');
    const seen = Array.from(new DataLoader(fast, { batchSize: 2 }), ({ x, y }) => [x[0].toArray(), y[0].shape]);
    expect(seen).toEqual([
      [
        [0, 1],
        [2, 2],
      ],
      [
        [2, 3],
        [2, 2],
      ],
      [[4], [1, 2]],
    ]);
    const slow = new StackDataset(rows(3), new Later());
    expect(slow.getBatch).toBeUndefined();
    const batches: unknown[] = [];
    for await (const [[x], names] of new DataLoader(slow, { batchSize: 2 })) batches.push([x.toArray(), names]);
    expect(batches).toEqual([
      [
        [0, 1],
        ['s0', 's1'],
      ],
      [[2], ['s2']],
    ]);
  });

  it('says what does not fit', () => {
    expect(() => new StackDataset()).toThrow(/no dataset/);
    expect(() => new StackDataset({})).toThrow(/no dataset/);
    expect(() => new StackDataset(rows(3), [1, 2])).toThrow(ShapeError);
    expect(() => new StackDataset({ image: rows(3), mask: [1, 2] })).toThrow('mask has 2 samples, image has 3');
    expect(() => new StackDataset(3 as unknown as number[])).toThrow(/expected a Dataset/);
    expect(() => new StackDataset([1, 2]).get(2)).toThrow('there is no sample 2');
  });
});

describe('ChainDataset', () => {
  it('reads one stream after the other, in each epoch anew', () => {
    const chain = new ChainDataset([new Count(2), new Count(0), [7, 8]]);
    const loader = new DataLoader(chain, { batchSize: 3 });
    for (let epoch = 0; epoch < 2; epoch++) expect(Array.from(loader, (b) => b.toArray())).toEqual([[0, 1, 7], [8]]);
    expect(() => loader.length).toThrow(/length is unknown/);
    expect(new DataLoader(new ChainDataset([[1, 2], [3]]), { batchSize: 2 }).length).toBe(2);
  });

  it('is asynchronous where one of them is', async () => {
    const chain = new ChainDataset<number>([new Count(1), new CountLater()]);
    const seen: unknown[] = [];
    for await (const batch of new DataLoader(chain, { batchSize: 2 })) seen.push(batch.toArray());
    expect(seen).toEqual([[0, 10], [11]]);
    expect(() => [...new DataLoader(chain)]).toThrow(/asynchronous. Use for await/);
  });

  it('says what does not fit', () => {
    expect(() => new ChainDataset([])).toThrow(/no dataset/);
    expect(() => new ChainDataset(3 as unknown as number[][])).toThrow(/expected a list/);
    expect(() => new ChainDataset([rows(2) as unknown as number[]])).toThrow(/dataset 0 .*ConcatDataset/);
    expect(() => new ChainDataset(['ab' as unknown as string[]])).toThrow(ArgumentError);
  });
});

describe('entries', () => {
  it('numbers the batches of an epoch, in both kinds of loop', async () => {
    const loader = new DataLoader(rows(5), { batchSize: 2, shuffle: true });
    manualSeed(3);
    const plain = Array.from(loader, ([x]) => x.toArray());
    manualSeed(3);
    expect(Array.from(loader.entries(), ([i, [x]]) => [i, x.toArray()])).toEqual(plain.map((x, i) => [i, x]));
    const entries = new DataLoader(new Later(), { batchSize: 2 }).entries();
    for (let epoch = 0; epoch < 2; epoch++) {
      const seen: unknown[] = [];
      for await (const entry of entries) seen.push(entry);
      expect(seen).toEqual([
        [0, ['s0', 's1']],
        [1, ['s2']],
      ]);
    }
    expect(() => [...entries]).toThrow(/Use for await/);
    expect([...new DataLoader([tensor([1])]).entries()].length).toBe(1);
  });
});
