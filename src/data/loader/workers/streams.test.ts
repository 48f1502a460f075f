/** Streams with workers: shared out, in PyTorch's order, with its random numbers. */
import { manualSeed, rand, type Tensor, tensor } from 'hone';
import { ChainDataset, DataLoader, IterableDataset, ModuleDataset, ModuleIterableDataset } from 'hone/data';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { joinSource } from '../../../../test/helpers/joined-source.js';
import { all, seen } from '../../../../test/helpers/worker-batches.js';
import type { StreamOptions, StreamSample } from '../../../../test/modules/streams.js';
import { forgetWarnings } from '../../../tensor/arguments/warn-once.js';

let url: URL;
beforeAll(async () => {
  ({ streams: url } = await joinSource(['streams']));
});
const numbers = (count: number, options: StreamOptions = {}) => ModuleIterableDataset.load<StreamSample>(url, count, options);

interface Batch {
  i: Tensor;
  draw: Tensor;
  worker: Tensor;
}

// torch.manual_seed(7); DataLoader(S(n), …) over an IterableDataset of (i, torch.rand(1), worker id), shared out by get_worker_info().
const a = [
  [0, 2],
  [0.116625, 0.134144],
  [0, 0],
];
const b = [
  [1, 3],
  [0.31484, 0.280845],
  [1, 1],
];
const c = [
  [4, 6],
  [0.806562, 0.837458],
  [0, 0],
];
const d = [
  [5, 7],
  [0.867926, 0.484299],
  [1, 1],
];

describe('batches of streams come as PyTorch gives them', () => {
  it.each([
    { count: 9, options: { batchSize: 2, numWorkers: 2 }, expected: [a, b, c, d, [[8], [0.719229], [0]]] },
    { count: 9, options: { batchSize: 2, numWorkers: 2, dropLast: true }, expected: [a, b, c, d] },
    {
      count: 9,
      options: { batchSize: 2, numWorkers: 3, prefetchFactor: 1 },
      expected: [
        [
          [0, 3],
          [0.116625, 0.134144],
          [0, 0],
        ],
        [
          [1, 4],
          [0.31484, 0.280845],
          [1, 1],
        ],
        [
          [2, 5],
          [0.71208, 0.20981],
          [2, 2],
        ],
        [[6], [0.806562], [0]],
        [[7], [0.867926], [1]],
        [[8], [0.849521], [2]],
      ],
    },
    {
      count: 3,
      share: false,
      options: { batchSize: 2, numWorkers: 2 },
      expected: [
        [
          [0, 1],
          [0.116625, 0.134144],
          [0, 0],
        ],
        [
          [0, 1],
          [0.31484, 0.280845],
          [1, 1],
        ],
        [[2], [0.806562], [0]],
        [[2], [0.867926], [1]],
      ],
    },
    {
      count: 5,
      epochs: 2,
      options: { batchSize: 2, numWorkers: 2, persistentWorkers: true },
      expected: [
        a,
        b,
        [[4], [0.806562], [0]],
        [
          [0, 2],
          [0.837458, 0.719229],
          [0, 0],
        ],
        [
          [1, 3],
          [0.867926, 0.484299],
          [1, 1],
        ],
        [[4], [0.57555], [0]],
      ],
    },
    {
      count: 5,
      epochs: 2,
      next: 0.232762,
      options: { batchSize: 2, numWorkers: 2 },
      expected: [
        a,
        b,
        [[4], [0.806562], [0]],
        [
          [0, 2],
          [0.273479, 0.865174],
          [0, 0],
        ],
        [
          [1, 3],
          [0.99016, 0.113527],
          [1, 1],
        ],
        [[4], [0.86548], [0]],
      ],
    },
  ])('$count samples, $options', async ({ count, share, epochs = 1, next = 0.659212, options, expected }) => {
    const loader = new DataLoader<StreamSample, Batch>(await numbers(count, share === undefined ? {} : { share }), options);
    manualSeed(7);
    const found: Batch[] = [];
    for (let epoch = 0; epoch < epochs; epoch++) found.push(...(await all(loader)));
    expect(seen(found)).toEqual(expected);
    expect(rand([1]).item()).toBeCloseTo(next, 5);
  });

  it('where streams end at different times, and are read by promises', async () => {
    const dataset = await ModuleIterableDataset.load<Tensor>(new URL('#uneven', url));
    const found = (await all(new DataLoader(dataset, { numWorkers: 3 }))).map((x) => x.item());
    expect(found).toEqual([0, 10, 20, 11, 21, 12, 22, 13, 14]);
    expect((await all(new DataLoader(dataset))).map((x) => x.item())).toEqual([0]);
  });
});

describe('streams', () => {
  it('cross by themselves where Hone or JavaScript made them', async () => {
    const found = async (dataset: Iterable<number>) =>
      (await all(new DataLoader(dataset as IterableDataset<number>, { batchSize: 2, numWorkers: 1 }))).map((x) => x.toArray());
    expect(await found(new Set([1, 2, 3]))).toEqual([[1, 2], [3]]);
    expect(await found(new ChainDataset([new Set([1, 2]), [5]]) as Iterable<number>)).toEqual([[1, 2], [5]]);
  });

  it('that are left are closed in workers that stay, and begin anew', async () => {
    const closed = new SharedArrayBuffer(4);
    const dataset = await numbers(100, { closed });
    const loader = new DataLoader<StreamSample, Batch>(dataset, { numWorkers: 2, persistentWorkers: true });
    for (let epoch = 0; epoch < 2; epoch++)
      for await (const { i } of loader) {
        expect(i.toArray()).toEqual([0]);
        break;
      }
    // Worker 0 answers after what it was told before.
    await loader[Symbol.asyncIterator]().next();
    expect(new Int32Array(closed)[0]).toBeGreaterThanOrEqual(2);
  });

  it('say what went wrong, after the batches before it', async () => {
    const found: number[] = [];
    const run = async () => {
      for await (const { i } of new DataLoader<StreamSample, Batch>(await numbers(9, { throws: 5 }), { batchSize: 2, numWorkers: 2 }))
        found.push(...(i.toArray() as number[]));
    };
    await expect(run()).rejects.toMatchObject({
      name: 'WorkerError',
      message: 'DataLoader: worker 1 could not load the next 2 samples of its stream: RangeError: no number 5',
      worker: 1,
      indices: [],
    });
    expect(found).toEqual([0, 2, 1, 3, 4, 6]);
  });

  it('of classes that a worker cannot know are refused, and so are modules that make something else', async () => {
    class Own extends IterableDataset<number> {}
    Own.prototype[Symbol.iterator] = [1][Symbol.iterator] as () => Iterator<number>;
    expect(() => new DataLoader(new Own(), { numWorkers: 1 })).toThrow('ModuleIterableDataset.load');
    await expect(ModuleDataset.load(url, 3)).rejects.toThrow('makes a stream, which has no samples by number');
    await expect(ModuleIterableDataset.load(new URL('#doubled', url), [1])).rejects.toThrow('expected an IterableDataset');
    await expect(ModuleIterableDataset.load(new URL('#nothing', url))).rejects.toThrow(
      'has no export nothing. It has default, doubled, init, telling, uneven',
    );
  });

  it('that are longer than they said are warned of, once', async () => {
    class Long extends IterableDataset<number> {
      override readonly length = 2;
      override *[Symbol.iterator]() {
        yield* [1, 2, 3, 4];
      }
    }
    forgetWarnings();
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const loader = new DataLoader(new Long(), { batchSize: 2 });
    await all(loader);
    expect(warn).not.toHaveBeenCalled();
    expect(loader.length).toBe(1);
    for (let epoch = 0; epoch < 2; epoch++) await all(loader);
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      'hone: DataLoader: the length of Long was said to be 2, but more samples came.',
    ]);
    warn.mockRestore();
  });
});

describe('functions in workers', () => {
  it('cross as their text, or come out of a module by name', async () => {
    const batches = async (collate: URL | string | ((samples: number[]) => unknown), numWorkers: number) =>
      await all(new DataLoader<number, Tensor>([1, 2, 3], { batchSize: 2, collate: collate as URL, numWorkers }));
    const sums = await batches((samples) => [samples.length, samples.reduce((sum, x) => sum + x, 0)], 1);
    expect(sums).toEqual([
      [2, 3],
      [1, 3],
    ]);
    for (const numWorkers of [0, 2])
      expect((await batches(new URL('#doubled', url), numWorkers)).map((x) => x.toArray())).toEqual([[2, 4], [6]]);
  });

  it('as workerInitFn', async () => {
    const expected = [100, 101].map((seed) => [manualSeed(seed), rand([2]).toArray()][1]);
    const dataset = await numbers(4);
    const loader = new DataLoader<StreamSample, Batch>(dataset, { batchSize: 2, numWorkers: 2, workerInitFn: new URL('#init', url) });
    expect((await all(loader)).map(({ draw }) => draw.flatten().toArray())).toEqual(expected);
    const told = new DataLoader<StreamSample, Batch>(dataset, {
      batchSize: 2,
      numWorkers: 2,
      workerInitFn: (id) => {
        throw new RangeError(`told ${id}`);
      },
    });
    await expect(all(told)).rejects.toThrow('worker 0 could not load the next 2 samples of its stream: RangeError: told 0');
  });

  it('that need what stands around them say so', async () => {
    const offset = tensor(1).item();
    const loader = new DataLoader([1, 2], { collate: (samples: number[]) => samples.map((x) => x + offset), numWorkers: 1 });
    await expect(all(loader)).rejects.toThrow(
      /ReferenceError: offset is not defined\. Functions cross to a worker as their text \(here collate\)/,
    );
  });
});
