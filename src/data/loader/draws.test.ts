/** When splits, samplers and loaders draw their random numbers; test/rng-vectors.test.ts holds the numbers against PyTorch's. */
import { defaultGenerator, getRngState, manualSeed } from 'hone';
import { DataLoader } from 'hone/data';
import { describe, expect, it } from 'vitest';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('draws are those of PyTorch', () => {
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
