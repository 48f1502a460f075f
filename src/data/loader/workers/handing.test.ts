/** The memory of batches that workers make: it goes with them, and comes back. */
import { collectGarbage, engineInfo, memoryStats, rand, type Tensor } from 'hone';
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

  it('stays flat over four epochs larger than what may pile up, where nobody frees anything', async () => {
    const loader = new DataLoader<[Float32Array, number], [Tensor, Tensor]>(dataset(400), {
      batchSize: 8,
      numWorkers: 2,
      persistentWorkers: true,
    });
    const peaks: number[] = [];
    let sum = 0;
    for (let epoch = 0; epoch < 4; epoch++) {
      let most = 0;
      for await (const [x] of loader) {
        sum += x.select(0, 0).select(0, 0).item();
        most = Math.max(most, memoryStats().liveBytes);
      }
      peaks.push(most);
    }
    expect(sum).toBe(4 * 8 * (49 * 25));
    // An epoch is 105 MB, and a loader's batches on their way are 13. Without the addon 96 MiB may pile up, and half as much again.
    expect(Math.max(...peaks)).toBeLessThan(engineInfo().name === 'native' ? 90e6 : 165e6);
    await loader[Symbol.asyncIterator]().return!();
  }, 120_000);

  it.each([4, 8])('of the data set stays with it, where %i of its 8 samples are a batch that is a view', async (batchSize) => {
    const rows = {
      length: 8,
      x: rand([8, 65_536]),
      get: (_: number): unknown => 0,
      getBatch(indices: readonly number[]): unknown {
        return this.x.narrow(0, indices[0]!, indices.length);
      },
    };
    const loader = new DataLoader<unknown, Tensor>(rows, { batchSize, numWorkers: 1, persistentWorkers: true });
    const found: number[] = [];
    for (let epoch = 0; epoch < 2; epoch++) for await (const x of loader) found.push(x.sum().item());
    const parts = [0, 4].filter((start) => start % batchSize === 0).map((start) => rows.x.narrow(0, start, batchSize).sum().item());
    expect(found).toEqual([...parts, ...parts]);
    await loader[Symbol.asyncIterator]().return!();
  });

  it('is copied where several tensors of a batch share it', async () => {
    const rows = {
      length: 8,
      x: rand([8, 65_536]),
      makesFreshBatches: true,
      get: (_: number): unknown => 0,
      getBatch(_: readonly number[]): unknown {
        const twice = this.x.mul(2);
        return new Map([
          ['twice', twice],
          ['flat', twice.view(-1)],
        ]);
      },
    };
    const wanted = rows.x.sum().item() * 2;
    for await (const batch of new DataLoader<unknown, Map<string, Tensor>>(rows, { batchSize: 8, numWorkers: 1 })) {
      expect(batch.get('flat')!.shape).toEqual([8 * 65_536]);
      for (const x of batch.values()) expect(x.sum().item()).toBeCloseTo(wanted, -1);
    }
  });
});
