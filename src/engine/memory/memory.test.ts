import { collectGarbage, engineInfo, memoryStats, nn, noGrad, optim, randn, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, it } from 'vitest';

/**
 * What may be on loan at most. Without the addon collections are dear and have two steps: 96 MiB are handed out until the first, and half as much again
 * until the second.
 */
const [BYTES, BLOCKS] = engineInfo().name === 'native' ? [100e6, 40_000] : [155e6, 300_000];

/** The most that was on loan in the first tenth of a loop, and in all of it. Before that it runs once until its pace is found. */
function peaks(steps: number, step: (i: number) => void): { tenth: number; whole: number; collections: number } {
  collectGarbage();
  let [tenth, whole, warm] = [0, 0, 0];
  for (let i = 0; i < steps; i++) {
    step(i);
    warm = Math.max(warm, memoryStats().liveBytes);
  }
  const before = memoryStats().collections;
  for (let i = 0; i < steps; i++) {
    step(i);
    whole = Math.max(whole, memoryStats().liveBytes);
    if (i < steps / 10) tenth = whole;
  }
  return { tenth, whole: Math.max(whole, warm), collections: memoryStats().collections - before };
}

describe('a synchronous loop that frees nothing by hand', () => {
  it('of small training steps stays flat', () => {
    const model = new nn.Sequential(new nn.Linear(4, 128), new nn.ReLU(), new nn.Linear(128, 3));
    const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
    const x = randn([512, 4]);
    const y = tensor(
      Array.from({ length: 512 }, (_, i) => i % 3),
      { dtype: 'int64' },
    );
    const { tenth, whole, collections } = peaks(3000, () => {
      optimizer.zeroGrad();
      nn.functional.crossEntropy(model.forward(x), y).backward();
      optimizer.step();
    });
    expect(collections).toBeGreaterThan(10);
    expect(whole).toBeLessThanOrEqual(1.1 * tenth);
    expect(whole).toBeLessThan(BYTES);
  });

  it('of large tensors stays flat', () => {
    const { tenth, whole, collections } = peaks(
      1000,
      () =>
        void zeros([1 << 18])
          .add(1)
          .mul(2),
    );
    expect(collections).toBeGreaterThan(20);
    expect(whole).toBeLessThanOrEqual(1.1 * tenth);
    expect(whole).toBeLessThan(BYTES);
  });

  it('stays flat after the program has kept much more, and collected it', () => {
    (() => {
      const kept: Tensor[] = [];
      for (let i = 0; i < 100; i++) kept.push(zeros([1 << 20]));
      expect(memoryStats().liveBytes).toBeGreaterThan(400e6);
    })();
    const { whole } = peaks(100, () => void zeros([1 << 20]).add(1));
    expect(whole).toBeLessThan(BYTES);
  });

  it('of tiny tensors stays flat in blocks, too', () => {
    let most = 0;
    for (let i = 0; i < 400_000; i++) {
      tensor(i);
      if (i % 100 === 0) most = Math.max(most, memoryStats().blocks);
    }
    expect(most).toBeLessThan(BLOCKS);
  });

  it('keeps what is still reachable', () => {
    const kept: Tensor[] = [];
    noGrad(() => {
      for (let i = 0; i < 600; i++) {
        const x = zeros([1 << 17]).add(i);
        if (i % 20 === 0) kept.push(x);
      }
    });
    collectGarbage();
    expect(kept.map((x) => x.at(12_345).item())).toEqual(kept.map((_, k) => 20 * k));
    expect(memoryStats().liveBytes).toBeGreaterThan(kept.length * 4 * (1 << 17));
  });
});

describe('tiny tensors, which are watched in groups,', () => {
  it('keep their values while one of their group is given back, and its memory is used again', () => {
    const all = Array.from({ length: 50 }, (_, i) => tensor([i, 2 * i]));
    const before = memoryStats();
    for (let i = 0; i < 50; i += 3) all[i]!.dispose();
    expect(before.blocks - memoryStats().blocks).toBe(17);
    const others = Array.from({ length: 20 }, (_, i) => tensor([1000 + i]));
    collectGarbage();
    all.forEach((x, i) => {
      if (i % 3 !== 0) expect(x.toArray()).toEqual([i, 2 * i]);
      else expect(() => x.toArray()).toThrow(/freed/);
    });
    expect(others.map((x) => x.item())).toEqual(others.map((_, i) => 1000 + i));
  });

  it('come back when nobody holds them, also those made last', () => {
    collectGarbage();
    const before = memoryStats().blocks;
    (() => {
      for (let i = 0; i < 1003; i++) tensor(i);
    })();
    collectGarbage();
    expect(memoryStats().blocks - before).toBeLessThan(3);
  });
});

describe('memoryStats', () => {
  it('counts what is lent and what is kept for reuse', () => {
    collectGarbage();
    const before = memoryStats();
    const x = zeros([1 << 20]);
    const during = memoryStats();
    expect(during.liveBytes - before.liveBytes).toBe(4 << 20);
    expect(during.blocks - before.blocks).toBe(1);
    expect(during.peakBytes).toBeGreaterThanOrEqual(during.liveBytes);
    x.dispose();
    const after = memoryStats();
    expect(after.liveBytes).toBe(before.liveBytes);
    expect(after.cachedBytes - before.cachedBytes).toBe(4 << 20);
    collectGarbage();
    expect(memoryStats().cachedBytes).toBeLessThanOrEqual(before.cachedBytes);
    expect(memoryStats().liveBytes).toBeLessThan(engineInfo().memoryLimit);
  });
});
