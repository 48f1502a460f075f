/** The state of a loader with workers: batches that were loaded ahead are loaded again, with the same random numbers. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultGenerator, Generator, loadBytes, manualSeed, rand, saveBytes, type Tensor } from 'hone';
import { ChainDataset, DataLoader, type DataLoaderState, ModuleDataset, ModuleIterableDataset, RandomSampler } from 'hone/data';
import { datasets, transforms } from 'hone/vision';
import { beforeAll, describe, expect, it } from 'vitest';
import { joinSource } from '../../../../test/helpers/joined-source.js';
import type { Sample } from '../../../../test/modules/squares.js';
import type { StreamSample } from '../../../../test/modules/streams.js';

let modules: Record<'squares' | 'streams' | 'seed-worker', URL>;
beforeAll(async () => {
  modules = await joinSource(['squares', 'streams', 'seed-worker']);
});

type AnyLoader = DataLoader<never, unknown>;
type Make = () => Promise<{ loader: AnyLoader; generators?: Generator[] }>;

const loader = (...args: unknown[]) => new (DataLoader as unknown as new (...args: unknown[]) => AnyLoader)(...args);
const squares = (length: number) => ModuleDataset.load<Sample>(modules.squares, length);
const numbers = (count: number) => ModuleIterableDataset.load<StreamSample>(modules.streams, count);
const two = { batchSize: 2, numWorkers: 2 };

/** Flips, and the order of transforms from Python's random numbers. */
const augmented = () =>
  new datasets.FakeData(9, {
    imageSize: [3, 4, 4],
    transform: new transforms.Compose([
      new transforms.ToTensor(),
      new transforms.RandomOrder([new transforms.RandomHorizontalFlip(), new transforms.Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])]),
    ]),
  });

const SETUPS: Record<string, Make> = {
  'three workers, few batches ahead, seeded first, a generator': async () => {
    const generator = new Generator(4);
    const workerInitFn = new URL(`${modules.streams.href}#init`);
    const options = { batchSize: 2, shuffle: true, numWorkers: 3, prefetchFactor: 1, workerInitFn, generator };
    return { loader: loader(await squares(11), options), generators: [generator] };
  },
  'drawn ahead from the default generator': async () => {
    const data = await squares(11);
    const sampler = new RandomSampler(data, { replacement: true, numSamples: 80, generator: defaultGenerator() });
    return { loader: loader(data, { batchSize: 9, sampler, numWorkers: 2, prefetchFactor: 1 }) };
  },
  'images with transforms, workers that stay': async () => ({
    loader: loader(augmented(), { ...two, shuffle: true, persistentWorkers: true }),
  }),
  'a stream, full batches only, workers that stay': async () => ({
    loader: loader(await numbers(13), { ...two, dropLast: true, persistentWorkers: true }),
  }),
  'a stream of uneven parts': async () => ({
    loader: loader(await ModuleIterableDataset.load(new URL(`${modules.streams.href}#uneven`)), { batchSize: 1, numWorkers: 3 }),
  }),
  'streams one after the other, one of which tells its state': async () => ({
    loader: loader(new ChainDataset([await numbers(5), await ModuleIterableDataset.load(new URL(`${modules.streams.href}#telling`), 3)]), {
      ...two,
      persistentWorkers: true,
    }),
  }),
};

const plain = (batch: unknown): unknown => {
  if (Array.isArray(batch)) return batch.map(plain);
  if (typeof batch !== 'object' || batch === null) return batch;
  return 'toArray' in batch ? (batch as Tensor).toArray() : Object.fromEntries(Object.entries(batch).map(([k, v]) => [k, plain(v)]));
};
const ends = (generators: Generator[] = []) =>
  [defaultGenerator(), ...generators].map((generator) => Buffer.from(generator.getState()).toString('base64'));
const throughFile = (state: DataLoaderState) => loadBytes<{ state: DataLoaderState }>(saveBytes({ state }, { format: 'pth' })).state;

/** What follows, epoch by epoch, until `epochs` have ended. @param leave after which batch of the first epoch the loop is left. */
async function follow(of: AnyLoader, epochs: number, note: (seen: unknown[]) => void = () => {}, leave = Number.POSITIVE_INFINITY) {
  const seen: unknown[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const [i, batch] of of.entries()) {
      seen.push([i, plain(batch), rand(1).item()]);
      note(seen);
      if (epoch === 0 && i === leave) break;
    }
    seen.push('end');
    note(seen);
  }
  return seen;
}

describe('workers go on where they were interrupted, wherever that was', () => {
  it.each(Object.keys(SETUPS))('%s', async (name) => {
    const make = SETUPS[name]!;
    manualSeed(7);
    const { loader: first, generators } = await make();
    const states: [number, DataLoaderState][] = [[0, first.stateDict()]];
    const whole = await follow(first, 2, (seen) => states.push([seen.length, first.stateDict()]));
    const last = ends(generators);
    // In the first epoch or after its last batch, between the epochs or in the second: workers take long to start.
    const end = whole.indexOf('end') + 1;
    const tried = new Set(Object.keys(SETUPS).indexOf(name) % 2 === 0 ? [2, end] : [end - 1, end + 1]);
    for (const [at, state] of states.filter(([n]) => tried.has(n))) {
      manualSeed(500 + at);
      const again = await make();
      again.loader.loadStateDict(throughFile(state));
      const ended = whole.slice(0, at).filter((what) => what === 'end').length;
      expect(await follow(again.loader, 2 - ended)).toEqual(whole.slice(at));
      expect(ends(again.generators)).toEqual(last);
    }
  });

  it('workers that stay, after a loop that was left: what they had drawn ahead is drawn again', async () => {
    const make = async () => loader(await squares(20), { ...two, persistentWorkers: true });
    manualSeed(7);
    const first = await make();
    const states: [number, DataLoaderState][] = [];
    const whole = await follow(first, 2, (seen) => states.push([seen.length, first.stateDict()]), 1);
    for (const [at, state] of states.filter(([n]) => n === 3 || n === 5)) {
      manualSeed(500 + at);
      const again = await make();
      again.loadStateDict(throughFile(state));
      expect(await follow(again, 1)).toEqual(whole.slice(at));
    }
  });
});

describe('the state of a loader with workers', () => {
  it('is refused by one with others', async () => {
    const state = loader(await squares(11), two).stateDict();
    expect(() => loader([1], { batchSize: 2 }).loadStateDict(state)).toThrow('numWorkers: 2 then, 0 here');
  });

  it('that no loader gave is refused', async () => {
    const data = await squares(11);
    const from = loader(data, two);
    const loop = from[Symbol.asyncIterator]();
    const state = loop.stateDict() as unknown as { epoch: object; workers: { tasks: object[] } };
    await loop.return!();
    const { workers, epoch } = state;
    for (const broken of [
      { ...state, workers: undefined },
      { ...state, workers: { ...workers, seed: 'x' } },
      { ...state, workers: { ...workers, memories: [] } },
      { ...state, workers: { ...workers, memories: [1, 2] } },
      { ...state, workers: { ...workers, tasks: [{ worker: 5, awaited: true, indices: [1] }] } },
      { ...state, workers: { ...workers, tasks: [{ worker: 0, awaited: true, indices: ['a'] }] } },
      { ...state, epoch: { ...epoch, turns: { turn: -1, done: [] } } },
    ])
      expect(() => from.loadStateDict(broken)).toThrow(/^DataLoader\.loadStateDict: .*Nothing was changed\.$/);
  });
});

it('a process that is killed is followed by another, with the same batches', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hone-loader-'));
  try {
    const run = (kill: number) =>
      spawnSync(process.execPath, ['--input-type=module', '-e', program(folder, kill)], { encoding: 'utf8', timeout: 100_000 });
    const whole = run(-1);
    expect(whole.stderr).toBe('');
    let said = '';
    for (const kill of [2, 9]) {
      const { stdout, signal } = run(kill);
      expect(signal).toBe('SIGKILL');
      said += stdout;
    }
    expect(said + run(99).stdout).toBe(whole.stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const beside = (name: string) => JSON.stringify(new URL(`./${name}.js`, modules.squares).href);

/** Two epochs of a loader with workers, its state saved after each batch; batch number `kill` is the last. -1: nothing is saved. */
const program = (folder: string, kill: number) => `
  import { existsSync } from 'node:fs';
  import { load, manualSeed, rand, save } from ${beside('index')};
  import { DataLoader, ModuleDataset, setWorkerUrl } from ${beside('data')};
  setWorkerUrl(new URL(${beside('loader-worker')}));
  const path = ${JSON.stringify(join(folder, 'state.pth'))};
  const loader = new DataLoader(await ModuleDataset.load(${beside('squares')}, 11), { batchSize: 2, shuffle: true, numWorkers: 2 });
  manualSeed(${kill === -1} ? 3 : Date.now());
  let done = 0;
  if (${kill} !== -1 && existsSync(path)) {
    const kept = load(path);
    loader.loadStateDict(kept.loader);
    done = kept.done;
  } else manualSeed(3);
  while (done < 12) {
    for await (const { i, draw } of loader) {
      process.stdout.write(JSON.stringify([i.toArray(), draw.toArray(), rand(1).item()]) + '\\n');
      done++;
      if (${kill} === -1) continue;
      save({ loader: loader.stateDict(), done }, path);
      if (done === ${kill}) process.kill(process.pid, 'SIGKILL');
    }
  }
`;
