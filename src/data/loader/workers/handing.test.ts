/** The memory of batches that workers make: it goes with them, and comes back. */
import { collectGarbage, memoryStats, rand, type Tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { joinSource } from '../../../../test/helpers/joined-source.js';

beforeAll(async () => {
  await joinSource([]);
});

/** A sample of 256 KB, and one of 4 bytes. */
const dataset = (length: number) => ({
  length,
  get(i: number): [Float32Array, number] {
    return [new Float32Array(65_536).fill(i), i];
  },
});

describe('memory', () => {
  it('of large batches is freed, read or not, also where the loop is left', async () => {
    collectGarbage();
    const before = memoryStats().liveBytes;
    for (const last of [20, 3, 0]) {
      const loader = new DataLoader<[Float32Array, number], [Tensor, Tensor]>(dataset(40), { batchSize: 2, numWorkers: 2 });
      let i = 0;
      for await (const [x, y] of loader) {
        expect(x.shape).toEqual([2, 65_536]);
        expect([x.select(0, 1).mean().item(), y.toArray()]).toEqual([2 * i + 1, [2 * i, 2 * i + 1]]);
        x.dispose();
        y.dispose();
        if (++i > last) break;
      }
    }
    collectGarbage();
    expect(memoryStats().liveBytes - before).toBeLessThan(1 << 20);
  });

  it('stays flat over ten epochs larger than what may pile up, where nobody frees anything', async () => {
    const loader = new DataLoader<[Float32Array, number], [Tensor, Tensor]>(dataset(400), {
      batchSize: 8,
      numWorkers: 2,
      persistentWorkers: true,
    });
    const peaks: number[] = [];
    let sum = 0;
    for (let epoch = 0; epoch < 10; epoch++) {
      let most = 0;
      for await (const [x] of loader) {
        sum += x.select(0, 0).select(0, 0).item();
        most = Math.max(most, memoryStats().liveBytes);
      }
      peaks.push(most);
    }
    expect(sum).toBe(10 * 8 * (49 * 25));
    // An epoch is 105 MB.
    expect(Math.max(...peaks)).toBeLessThan(90e6);
    await loader[Symbol.asyncIterator]().return!();
  }, 120_000);

  it('of the data set stays with it, where a batch is a part of it', async () => {
    const rows = { length: 8, x: rand([8, 65_536]), get: (_: number): unknown => 0, getBatch: (_: readonly number[]): unknown => 0 };
    rows.getBatch = function (this: typeof rows, indices: readonly number[]) {
      return this.x.narrow(0, indices[0]!, indices.length);
    };
    const loader = new DataLoader<unknown, Tensor>(rows as never, { batchSize: 4, numWorkers: 1 });
    const found: number[] = [];
    for (let epoch = 0; epoch < 2; epoch++) for await (const x of loader) found.push(x.sum().item());
    const half = (start: number) => rows.x.narrow(0, start, 4).sum().item();
    expect(found).toEqual([half(0), half(4), half(0), half(4)]);
  });
});
