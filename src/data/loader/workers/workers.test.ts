/** Loaders with workers: order and random numbers as PyTorch's, errors, deaths, early ends. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type HoneError, manualSeed, rand, type Tensor, tensor, WorkerError } from 'hone';
import { ConcatDataset, DataLoader, getWorkerInfo, ModuleDataset, randomSplit, Subset, TensorDataset } from 'hone/data';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { joinSource } from '../../../../test/helpers/joined-source.js';
import { all, seen } from '../../../../test/helpers/worker-batches.js';
import type { Sample, Trouble } from '../../../../test/modules/squares.js';
import { forgetWarnings } from '../../../tensor/arguments/warn-once.js';

let modules: Record<'squares' | 'seed-worker', URL>;
beforeAll(async () => {
  modules = await joinSource(['squares', 'seed-worker']);
});
const squares = (length: number, trouble: Trouble = {}) => ModuleDataset.load<Sample>(modules.squares, length, trouble);

interface Batch {
  i: Tensor;
  square: Tensor;
  draw: Tensor;
  worker: Tensor;
}

async function failure(promise: Promise<unknown>): Promise<WorkerError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(WorkerError);
  return error as WorkerError;
}

describe('order and random numbers', () => {
  // torch.manual_seed(7); DataLoader(D(), batch_size=2, shuffle=True, num_workers=…) over ten samples (i, torch.rand(1), worker id).
  const first = [
    [
      [3, 2],
      [0.116625, 0.134144],
      [0, 0],
    ],
    [
      [7, 8],
      [0.31484, 0.280845],
      [1, 1],
    ],
    [
      [6, 1],
      [0.806562, 0.837458],
      [0, 0],
    ],
    [
      [5, 9],
      [0.867926, 0.484299],
      [1, 1],
    ],
    [
      [0, 4],
      [0.719229, 0.57555],
      [0, 0],
    ],
  ];

  it('are those of PyTorch for two workers, epoch after epoch', async () => {
    const loader = new DataLoader<Sample, Batch>(await squares(10), { batchSize: 2, shuffle: true, numWorkers: 2 });
    manualSeed(7);
    expect(seen(await all(loader))).toEqual(first);
    expect(seen(await all(loader))).toEqual([
      [
        [1, 3],
        [0.496107, 0.826191],
        [0, 0],
      ],
      [
        [5, 2],
        [0.053286, 0.658846],
        [1, 1],
      ],
      [
        [8, 9],
        [0.633133, 0.035367],
        [0, 0],
      ],
      [
        [6, 7],
        [0.13727, 0.886777],
        [1, 1],
      ],
      [
        [4, 0],
        [0.069277, 0.499912],
        [0, 0],
      ],
    ]);
    expect(rand([1]).item()).toBeCloseTo(0.36531615257263184, 7);
  });

  it('are those of PyTorch for three workers that load one batch ahead', async () => {
    const loader = new DataLoader<Sample, Batch>(await squares(10), { batchSize: 2, shuffle: true, numWorkers: 3, prefetchFactor: 1 });
    manualSeed(7);
    expect(seen(await all(loader))).toEqual([
      ...first.slice(0, 2),
      [
        [6, 1],
        [0.71208, 0.20981],
        [2, 2],
      ],
      [
        [5, 9],
        [0.806562, 0.837458],
        [0, 0],
      ],
      [
        [0, 4],
        [0.867926, 0.484299],
        [1, 1],
      ],
    ]);
  });

  it('are those of PyTorch for workers that stay', async () => {
    const options = { batchSize: 2, shuffle: true, numWorkers: 2, persistentWorkers: true };
    const loader = new DataLoader<Sample, Batch>(await squares(10), options);
    manualSeed(7);
    expect(seen(await all(loader))).toEqual(first);
    expect(seen(await all(loader))).toEqual([
      [
        [1, 0],
        [0.238606, 0.973269],
        [0, 0],
      ],
      [
        [5, 7],
        [0.15427, 0.987749],
        [1, 1],
      ],
      [
        [8, 2],
        [0.032249, 0.748531],
        [0, 0],
      ],
      [
        [3, 4],
        [0.556208, 0.246631],
        [1, 1],
      ],
      [
        [9, 6],
        [0.671793, 0.151848],
        [0, 0],
      ],
    ]);
    expect(rand([1]).item()).toBeCloseTo(0.20708602666854858, 7);
  });

  it('are never the same in two workers or two epochs', async () => {
    const loader = new DataLoader<Sample, Batch>(await squares(12), { batchSize: 2, numWorkers: 3 });
    const drawn = [...(await all(loader)), ...(await all(loader))].flatMap(({ draw }) => draw.flatten().toArray());
    expect(drawn).toHaveLength(24);
    expect(new Set(drawn).size).toBe(24);
  });

  it('follow workerInitFn', async () => {
    const loader = new DataLoader<Sample, Batch>(await squares(4), { batchSize: 2, numWorkers: 2, workerInitFn: modules['seed-worker'] });
    const drawn = (await all(loader)).map(({ draw }) => draw.flatten().toArray());
    expect(drawn).toEqual([100, 101].map((seed) => [manualSeed(seed), rand([2]).toArray()][1]));
  });
});

describe('batches', () => {
  it('are those that the loader makes without workers, whatever crosses', async () => {
    const [x, y] = [rand([7, 3]), tensor([1, 2, 3, 4, 5, 6, 7])];
    const samples = Array.from(
      { length: 7 },
      (_, i) => [i / 2, { flag: i > 3, name: `n${i}`, big: BigInt(i) }, Uint8Array.of(i, 1)] as const,
    );
    const rows = new TensorDataset(x, y);
    const plain = (b: unknown) => JSON.stringify(b, (_, v) => (v?.dtype ? [v.dtype, v.shape, v.toArray()] : v));
    for (const dataset of [rows, samples, new Subset(rows, [4, 1, 1]), new ConcatDataset([rows, rows]), new ConcatDataset([samples])]) {
      const expected = await all(new DataLoader(dataset as typeof rows, { batchSize: 3 }));
      const found = await all(new DataLoader(dataset as typeof rows, { batchSize: 3, numWorkers: 2 }));
      expect(found.map(plain)).toEqual(expected.map(plain));
    }
  });

  it('come of the parts that randomSplit makes, and with dropLast', async () => {
    const [part] = randomSplit(await squares(10), [7, 3]);
    const options = { batchSize: 2, dropLast: true };
    const numbers = async (numWorkers: number) =>
      (await all(new DataLoader<Sample, Batch>(part!, { ...options, numWorkers }))).map(({ i }) => i.toArray());
    const expected = await numbers(0);
    expect(expected).toHaveLength(3);
    expect(await numbers(2)).toEqual(expected);
  });

  it('have one dtype for a place whichever worker made them', async () => {
    const loader = (values: number[]) => new DataLoader(values, { batchSize: 2, numWorkers: 2 });
    expect((await all(loader([0.5, 1, 2, 3, 4, 5]))).map((x) => x.dtype)).toEqual(['float32', 'float32', 'float32']);
    expect((await all(loader([1, 2, 3, 4]))).map((x) => x.dtype)).toEqual(['int64', 'int64']);
  });

  it('are numbered by entries(), and the data set answers in this thread, too', async () => {
    const dataset = await squares(4);
    const found: [number, unknown][] = [];
    for await (const [n, { square }] of new DataLoader<Sample, Batch>(dataset, { batchSize: 2, numWorkers: 1 }).entries())
      found.push([n, square.toArray()]);
    expect(found).toEqual([
      [0, [0, 1]],
      [1, [4, 9]],
    ]);
    expect((await dataset.get(3)).worker).toBe(-1);
    expect(getWorkerInfo()).toBeUndefined();
    expect(String(dataset)).toBe('ModuleDataset (4 samples)');
  });

  it('are made side by side: samples of two workers wait for each other', async () => {
    const together = new SharedArrayBuffer(4);
    const options = { numWorkers: 2, timeout: 60 };
    const found = await all(new DataLoader<Sample, Batch>(await squares(2, { together }), options));
    expect(found.map(({ worker }) => worker.toArray())).toEqual([[0], [1]]);
  });

  it('are loaded prefetchFactor ahead for each worker, and no further', async () => {
    let drawn = 0;
    const sampler = {
      *[Symbol.iterator]() {
        for (let i = 0; i < 1000; i++, drawn++) yield i;
      },
    };
    const loop = new DataLoader([...Array(1000).keys()], { sampler, numWorkers: 2, prefetchFactor: 3 })[Symbol.asyncIterator]();
    expect(drawn).toBeLessThanOrEqual(6);
    for (let i = 0; i < 10; i++) await loop.next();
    expect(drawn).toBeGreaterThanOrEqual(15);
    expect(drawn).toBeLessThanOrEqual(16);
    await loop.return!();
  });

  it('of two loops at once do not mix', async () => {
    const loader = new DataLoader<Sample, Batch>(await squares(6), { batchSize: 1, numWorkers: 2, persistentWorkers: true });
    const numbers = async () => (await all(loader)).map(({ i }) => i.item());
    expect(await Promise.all([numbers(), numbers()])).toEqual([
      [0, 1, 2, 3, 4, 5],
      [0, 1, 2, 3, 4, 5],
    ]);
  });
});

describe('what goes wrong in a worker', () => {
  it('arrives with the sample, the stack and the cause, after the batches before it', async () => {
    const found: number[] = [];
    const run = async () => {
      for await (const { i } of new DataLoader<Sample, Batch>(await squares(10, { throws: 5 }), { batchSize: 2, numWorkers: 2 }))
        found.push(...(i.toArray() as number[]));
    };
    const error = await failure(run());
    expect(found).toEqual([0, 1, 2, 3]);
    expect(error.message).toBe('DataLoader: worker 0 could not load sample 5: RangeError: no square of 5');
    expect(error).toMatchObject({ code: 'WORKER', worker: 0, indices: [4, 5], index: 5 });
    expect(error.cause).toBeInstanceOf(RangeError);
    expect((error.cause as Error).stack).toContain('squares.js');
  });

  it('is an error when a worker ends', async () => {
    const error = await failure(all(new DataLoader(await squares(10, { exits: 3 }), { batchSize: 2, numWorkers: 2 })));
    expect(error.message).toBe('DataLoader: worker 1 ended while it loaded samples [2, 3], with exit code 3.');
  });

  it('is an error when a worker does not answer in time', async () => {
    const dataset = await squares(4, { hangs: 0 });
    const error = await failure(all(new DataLoader(dataset, { batchSize: 2, numWorkers: 1, timeout: 0.2 })));
    expect(error.message).toBe('DataLoader: worker 0 did not answer within 0.2 s (timeout) while it loaded samples [0, 1].');
  });

  it('waits as long as a timer cannot', async () => {
    for (const timeout of [1e9, Number.POSITIVE_INFINITY])
      expect((await all(new DataLoader(await squares(2), { numWorkers: 1, timeout }))).length).toBe(2);
  });

  it('is an error when it cannot make its data set', async () => {
    // This thread made its own before.
    const dataset = await squares(4);
    (dataset.args as unknown[])[1] = { unmade: true };
    const error = await failure(all(new DataLoader(dataset, { batchSize: 2, numWorkers: 2 })));
    expect(error.message).toBe('DataLoader: worker 0 could not load samples [0, 1]: TypeError: no data set today');
  });

  it('lets workers that stay begin anew', async () => {
    // The second loop never asks for sample 11, not even ahead.
    const dataset = await squares(12, { exits: 11 });
    const loader = new DataLoader<Sample, Batch>(dataset, { batchSize: 1, numWorkers: 2, persistentWorkers: true });
    await failure(all(loader));
    const again: number[] = [];
    for await (const { i } of loader) {
      again.push(i.item());
      if (again.length === 3) break;
    }
    expect(again).toEqual([0, 1, 2]);
  });
});

describe('the end', () => {
  const run = (body: string) => {
    const program = `
      import { DataLoader, ModuleDataset } from 'hone/data';
      const squares = (...args) => ModuleDataset.load(${JSON.stringify(modules.squares.href)}, ...args);
      ${body}`;
    const flags = ['--import', 'tsx', '--input-type=module', '-e', program];
    return spawnSync(process.execPath, flags, {
      cwd: join(import.meta.dirname, '../../../..'),
      env: { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.tools.json' },
      encoding: 'utf8',
      timeout: 100_000,
    });
  };

  it('of a loop that is left stops the workers, of one that is not read any further does not keep the process', () => {
    const { status, stdout, stderr } = run(`
      // Sample 3 never returns.
      const dataset = await squares(100, { hangs: 3 });
      for await (const { i } of new DataLoader(dataset, { numWorkers: 2 })) {
        console.log('left at', i.item());
        break;
      }
      const loop = new DataLoader(dataset, { numWorkers: 2, persistentWorkers: true })[Symbol.asyncIterator]();
      console.log('read', (await loop.next()).value.i.item());
    `);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'left at 0\nread 0\n', stderr: '' });
  });

  it('answers a loop that waits when it is left from outside', async () => {
    for (const persistentWorkers of [false, true]) {
      const options = { numWorkers: 1, persistentWorkers };
      const loop = new DataLoader(await squares(4, { hangs: 0 }), options)[Symbol.asyncIterator]();
      const waiting = loop.next();
      await loop.return!();
      expect(await waiting).toEqual({ done: true, value: undefined });
    }
  });

  it('comes at once where there is nothing to load', async () => {
    expect(await all(new DataLoader([], { numWorkers: 2 }))).toEqual([]);
  });
});

describe('what is refused', () => {
  // biome-ignore lint/suspicious/noExplicitAny: what JavaScript may pass
  const any = (value: unknown): any => value;
  const loader = (options: object, dataset: unknown = [1, 2, 3]) => new DataLoader(any(dataset), any(options));
  class Own extends TensorDataset<[Tensor]> {}

  it.each<[object, string]>([
    [{ numWorkers: -1 }, 'numWorkers'],
    [{ numWorkers: 1.5 }, 'numWorkers'],
    [{ numWorkers: 2, prefetchFactor: 0 }, 'prefetchFactor'],
    [{ numWorkers: 2, timeout: -1 }, 'timeout'],
    [{ prefetchFactor: 2 }, 'prefetchFactor is for workers, but numWorkers is 0'],
    [{ persistentWorkers: true }, 'persistentWorkers is for workers'],
    [{ timeout: 3 }, 'timeout is for workers'],
    [{ workerInitFn: 'file:///a.js' }, 'workerInitFn is for workers'],
    [{ numWorkers: 1, workerInitFn: Math.abs }, 'workerInitFn is a function of the host, or a bound one, which cannot cross'],
    [{ numWorkers: 1, workerInitFn: './a.js' }, "Write new URL('./module.js', import.meta.url)"],
    [{ numWorkers: 1, collate: ((x: unknown) => x).bind(0) }, 'collate is a function of the host, or a bound one, which cannot cross'],
    [{ numWorkers: 1, collate: './a.js' }, "Write new URL('./module.js', import.meta.url)"],
    [{ collateFn: 1 }, 'Did you mean collate?'],
    [{ collate_fn: 1 }, 'Did you mean collate?'],
    [{ num_workers: 1 }, 'Did you mean numWorkers?'],
    [{ worker_init_fn: 1 }, 'Did you mean workerInitFn?'],
    [{ batch_size: 1 }, 'Did you mean batchSize?'],
    [{ numWorkers: 1, multiprocessingContext: 'fork' }, 'the workers here are threads'],
  ])('%o', (options, text) => {
    expect(() => loader(options)).toThrow(text);
  });

  it('data sets that cannot cross, streams, loops without await', () => {
    expect(() => loader({ numWorkers: 1 }, new Own(tensor([1])))).toThrow('the dataset is a Own, which cannot cross to another thread');
    expect(() => [...loader({ numWorkers: 1 })]).toThrow('Use for await');
    expect(() => loader({ numWorkers: 1 }, [{ a: [Symbol('x')] }])).toThrow('the dataset[0].a[0] is a symbol, which cannot cross');
  });

  it('modules that make no data set', async () => {
    await expect(ModuleDataset.load('./squares.js')).rejects.toThrow('expected an absolute address');
    await expect(ModuleDataset.load('data:text/javascript,export const x = 1')).rejects.toThrow('has no default export');
    await expect(ModuleDataset.load('data:text/javascript,export default () => 1')).rejects.toThrow(
      'ModuleDataset: the dataset is a number',
    );
  });

  it('pinMemory is said to have no effect, once', () => {
    forgetWarnings();
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    loader({ pinMemory: true });
    loader({ pinMemory: true });
    expect(warn.mock.calls.map(([text]) => text)).toEqual([expect.stringContaining('pinMemory has no effect')]);
    warn.mockRestore();
  });
});

it('WorkerError is one of the named errors', () => {
  const error: HoneError = new WorkerError('x', { worker: 1, indices: [2] });
  expect([error.name, error.code]).toEqual(['WorkerError', 'WORKER']);
});
