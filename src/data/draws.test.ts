/** The random draws of splits, samplers and loaders, held against PyTorch's: values, and the generator's state afterwards. */
import { readFileSync } from 'node:fs';
import { defaultGenerator, Generator, getRngState, manualSeed, rand } from 'hone';
import { DataLoader, RandomSampler, randomSplit, SubsetRandomSampler, WeightedRandomSampler } from 'hone/data';
import { describe, expect, it } from 'vitest';

interface Vector {
  fn: string;
  seed: number;
  args: {
    n: number;
    lengths: number[];
    replacement: boolean;
    num_samples: number | null;
    batch_size: number;
    drop_last: boolean;
    weights: number[];
  };
  value: unknown;
  after: { left: number; next: number; rand2: string };
}

const { vectors } = JSON.parse(readFileSync(new URL('./torch-draws.fixture.json', import.meta.url), 'utf8')) as { vectors: Vector[] };
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** What torch.utils.data did there, in Hone. */
function run({ fn, args, value }: Vector, generator: Generator | undefined): unknown {
  const given = generator ? { generator } : {};
  if (fn.startsWith('random_split')) return randomSplit(range(args.n), args.lengths, given).map((part) => part.indices);
  if (fn.startsWith('RandomSampler')) {
    return [
      ...new RandomSampler(range(args.n), {
        replacement: args.replacement,
        ...(args.num_samples !== null && { numSamples: args.num_samples }),
        ...given,
      }),
    ];
  }
  if (fn.startsWith('SubsetRandomSampler')) return [...new SubsetRandomSampler(range(20).map((i) => 100 + i))];
  if (fn.startsWith('WeightedRandomSampler'))
    return [...new WeightedRandomSampler(args.weights, args.num_samples!, { replacement: args.replacement })];
  if (fn.includes('shuffle=False')) {
    for (const _ of new DataLoader(range(args.n), { batchSize: args.batch_size })) void _;
    return 'state';
  }
  const loader = new DataLoader(range(args.n), { batchSize: args.batch_size, shuffle: true, dropLast: args.drop_last, ...given });
  return range((value as unknown[]).length).map(() => Array.from(loader, (batch) => batch.toArray()));
}

describe('draws are those of PyTorch', () => {
  it.each(vectors.map((v) => [`${v.fn}, seed ${v.seed}, ${JSON.stringify(v.args)}`, v] as const))('%s', (_, vector) => {
    const own = vector.fn.includes('generator=');
    const generator = own ? new Generator(vector.seed) : manualSeed(vector.seed);
    expect(run(vector, own ? generator : undefined)).toEqual(vector.value);
    const state = new DataView(generator.getState().buffer);
    expect([state.getInt32(8, true), Number(state.getBigUint64(16, true))]).toEqual([vector.after.left, vector.after.next]);
    const next = rand([2], { generator }).data() as Float32Array;
    expect(Buffer.from(next.buffer).toString('hex')).toBe(vector.after.rand2);
  });

  it('are made when PyTorch makes them: the base seed at the start of a loop, the sampler seed at its first batch', () => {
    // torch.manual_seed(0); it = iter(DataLoader(range(10), 4, shuffle=True)) moves the default generator by 2 words, next(it) by 2 more.
    manualSeed(0);
    const next = () => Number(new DataView(getRngState().buffer).getBigUint64(16, true));
    const loop = new DataLoader(range(10), { batchSize: 4, shuffle: true })[Symbol.iterator]();
    expect(next()).toBe(2);
    loop.next();
    expect(next()).toBe(4);
  });

  it('are the same for sync and async loops', async () => {
    const loader = new DataLoader(range(10), { batchSize: 4, shuffle: true });
    manualSeed(42);
    const sync = Array.from(loader, (batch) => batch.toArray());
    const state = defaultGenerator().getState();
    manualSeed(42);
    const found: unknown[] = [];
    for await (const batch of loader) found.push(batch.toArray());
    expect(found).toEqual(sync);
    expect(sync).toEqual([
      [8, 0, 9, 1],
      [4, 5, 6, 3],
      [2, 7],
    ]);
    expect(defaultGenerator().getState()).toEqual(state);
  });
});
