/** Statistics beside SciPy's and statsmodels': scipy.fixture.json holds what they gave. */
import { readFileSync } from 'node:fs';
import {
  bootstrapInterval,
  detectableEffect,
  fewestRepeats,
  holm,
  pairedPower,
  pairedTInterval,
  pairedTTest,
  plannedLooks,
  probabilityOfImprovement,
  repeatsNeeded,
  sequentialTest,
  signFlipTest,
  wilcoxonTest,
} from 'hone/study';
import { describe, expect, test } from 'vitest';

interface Case {
  d: number[];
  mean: number;
  /** Statistic, p, interval. */
  t?: [number, number, number, number];
  t80?: [number, number];
  signFlip?: number;
  wilcoxon?: [number, number];
  bca?: [number, number];
  improvement: [number, number, number];
}
const recorded = JSON.parse(readFileSync(new URL('./scipy.fixture.json', import.meta.url), 'utf8')) as {
  cases: Case[];
  holm: [number[], number[]][];
  power: [effect: number, repeats: number, alpha: number, power: number][];
};

/** Near, as a part of the size of the numbers at hand. */
function near(got: number, expected: number, size = Math.abs(expected), tolerance = 1e-9): void {
  expect(Math.abs(got - expected), `${got} beside ${expected}`).toBeLessThanOrEqual(tolerance * Math.max(size, 1e-12));
}

describe('as SciPy and statsmodels', () => {
  const size = ({ d }: Case) => Math.max(...d.map(Math.abs));

  test('sign-flip test, ties and zeros too', () => {
    const cases = recorded.cases.filter(({ signFlip }) => signFlip !== undefined);
    expect(cases.length).toBeGreaterThan(30);
    for (const { d, signFlip, mean } of cases) {
      const got = signFlipTest(d);
      near(got.p, signFlip!);
      near(got.statistic, mean, Math.max(...d.map(Math.abs)));
      expect(got.exact).toBe(true);
    }
  });

  test('Wilcoxon', async () => {
    const cases = recorded.cases.filter(({ wilcoxon }) => wilcoxon !== undefined);
    expect(cases.length).toBeGreaterThan(30);
    for (const { d, wilcoxon } of cases) {
      const { statistic, p } = await wilcoxonTest(d);
      expect(statistic).toBe(wilcoxon![0]);
      near(p, wilcoxon![1]);
    }
  });

  test('paired t', async () => {
    for (const one of recorded.cases.filter(({ t }) => t !== undefined)) {
      const [statistic, p, low, high] = one.t!;
      const got = await pairedTTest(one.d);
      near(got.statistic, statistic, Math.max(1, Math.abs(statistic)));
      near(got.p, p);
      const interval = await pairedTInterval(one.d);
      near(interval[0], low, size(one));
      near(interval[1], high, size(one));
      const narrower = await pairedTInterval(one.d, { confidence: 0.8 });
      near(narrower[0], one.t80![0], size(one));
      near(narrower[1], one.t80![1], size(one));
    }
  });

  test('BCa of all resamples', async () => {
    const cases = recorded.cases.filter(({ bca }) => bca !== undefined);
    expect(cases.length).toBeGreaterThan(10);
    for (const one of cases) {
      const [low, high] = await bootstrapInterval(one.d, { expand: false });
      near(low, one.bca![0], size(one));
      near(high, one.bca![1], size(one));
    }
  });

  test('drawn resamples come near to all of them', async () => {
    const nine = [0.3, 1.2, -0.4, 2.5, 0.9, 0.1, 1.7, 0.8, -0.2];
    // The same values twice over: no longer counted, and narrower by about the root of two.
    const [low, high] = await bootstrapInterval([...nine, ...nine], { expand: false, resamples: 40_000 });
    const [a, b] = await bootstrapInterval(nine, { expand: false });
    expect(high - low).toBeGreaterThan(((b - a) / Math.SQRT2) * 0.95);
    expect(high - low).toBeLessThan(((b - a) / Math.SQRT2) * 1.05);
    expect(await bootstrapInterval([...nine, ...nine], { seed: 3 })).toEqual(await bootstrapInterval([...nine, ...nine], { seed: 3 }));
  });

  test('Holm', () => {
    for (const [p, adjusted] of recorded.holm) holm(p).forEach((got, i) => near(got, adjusted[i]!, 1));
  });

  test('probability of improvement, with the exact interval', async () => {
    for (const { d, improvement } of recorded.cases) {
      const { probability, interval } = await probabilityOfImprovement(d);
      [probability, ...interval].forEach((got, i) => near(got, improvement[i]!, 1, 1e-8));
    }
  });

  test('power of the t test at the level that signs have', async () => {
    expect(recorded.power.length).toBeGreaterThan(8);
    for (const [effect, repeats, alpha, power] of recorded.power) near(await pairedPower({ effect, repeats, alpha }), power, 1, 1e-3);
  });
});

describe('few differences, and odd ones', () => {
  test('signs of differences: all alike is the smallest p there is', () => {
    for (const n of [1, 2, 5, 6, 12, 25, 40]) {
      const differences = Array.from({ length: n }, (_, i) => 1 + i / 7);
      expect(signFlipTest(differences, { exactUpTo: 40 }).p).toBe(2 ** (1 - n));
      expect(
        signFlipTest(
          differences.map((d) => -d),
          { exactUpTo: 40 },
        ).p,
      ).toBe(2 ** (1 - n));
    }
    expect(signFlipTest([]).p).toBe(1);
    expect(signFlipTest([0, 0, 0]).p).toBe(1);
  });

  test('differences of accuracies tie although their floating-point values miss each other', async () => {
    // 0.3 - 0.2 and 0.2 - 0.1 differ in the last bits; so do the sums of signs made of them.
    const rounded = [0.3 - 0.2, 0.2 - 0.1, 0.4 - 0.3, -(0.7 - 0.6), 0.9 - 0.6, 0.5 - 0.4];
    expect(new Set(rounded.map(Math.abs)).size).toBeGreaterThan(2);
    const whole = [1, 1, 1, -1, 3, 1];
    expect(signFlipTest(rounded).p).toBe(signFlipTest(whole).p);
    expect(await wilcoxonTest(rounded)).toEqual(await wilcoxonTest(whole));
  });

  test('many differences are drawn, and the drawn p is near to the counted one', () => {
    const differences = Array.from({ length: 30 }, (_, i) => Math.sin(i * 7) + 0.3);
    const counted = signFlipTest(differences);
    const drawn = signFlipTest(differences, { exactUpTo: 10 });
    expect([counted.exact, drawn.exact]).toEqual([true, false]);
    expect(Math.abs(counted.p - drawn.p)).toBeLessThan(5 * Math.sqrt(counted.p / 99_999));
    // The smallest that drawing can give.
    expect(signFlipTest(Array.from({ length: 60 }, () => 1)).p).toBe(1 / 100_000);
  });

  test('differences that are all alike', async () => {
    expect(await pairedTTest([0, 0])).toEqual({ statistic: 0, p: 1 });
    expect(await pairedTTest([2, 2, 2])).toEqual({ statistic: Number.POSITIVE_INFINITY, p: 0 });
    expect(await pairedTInterval([2, 2, 2])).toEqual([2, 2]);
    expect(await bootstrapInterval([0.1, 0.1, 0.1])).toEqual([0.10000000000000002, 0.10000000000000002]);
    expect((await wilcoxonTest([])).p).toBe(1);
    expect(await probabilityOfImprovement([])).toEqual({ probability: 0.5, interval: [0, 1] });
    expect(await probabilityOfImprovement([0, 0])).toMatchObject({ probability: 0.5 });
    expect(holm([])).toEqual([]);
  });

  test('what cannot be meant is named', async () => {
    expect(() => signFlipTest([1, Number.NaN])).toThrow('signFlipTest: differences[1] is NaN, expected finite numbers');
    expect(() => signFlipTest('1' as never)).toThrow('signFlipTest: differences is');
    expect(() => signFlipTest([1], { exact: true } as never)).toThrow('exact');
    expect(() => holm([0.1, 1.2])).toThrow('holm: p[1] is 1.2');
    await expect(pairedTInterval([1])).rejects.toThrow('pairedTInterval: got one value, expected at least 2');
    await expect(bootstrapInterval([])).rejects.toThrow('bootstrapInterval: got 0 values, expected at least 2');
    await expect(bootstrapInterval([1, 2], { confidence: 95 })).rejects.toThrow('confidence is 95');
    await expect(wilcoxonTest([Number.POSITIVE_INFINITY])).rejects.toThrow('differences[0] is Infinity');
    await expect(pairedPower({ effect: 1, repeats: 0 })).rejects.toThrow('repeats is 0');
    expect(() => sequentialTest({ differences: [1], looks: [6, 5] })).toThrow(
      'looks are 6, 5, expected numbers of repeats in ascending order',
    );
    expect(() => sequentialTest({ differences: [1, 2], repeats: [0], looks: [6] })).toThrow('repeats has 1 item');
  });
});

describe('how many repeats', () => {
  test('the fewest that could tell', async () => {
    expect([1, 2, 3, 6].map((tests) => fewestRepeats(0.05 / tests))).toEqual([6, 7, 7, 8]);
    expect(await pairedPower({ effect: 3, repeats: 5 })).toBe(0);
    expect(await detectableEffect({ repeats: 5 })).toBe(Number.POSITIVE_INFINITY);
    expect(await repeatsNeeded({ effect: 0 })).toBe(undefined);
    expect(await repeatsNeeded({ effect: 1e9 })).toBe(6);
  });

  test('power, repeats and effects fit each other', async () => {
    for (const alpha of [0.05, 0.05 / 6]) {
      for (const effect of [0.4, 0.9, 2.5]) {
        const n = (await repeatsNeeded({ effect, alpha }))!;
        expect(await pairedPower({ effect, repeats: n, alpha })).toBeGreaterThanOrEqual(0.8);
        expect(await pairedPower({ effect, repeats: n - 1, alpha })).toBeLessThan(0.8);
        expect(await detectableEffect({ repeats: n, alpha })).toBeLessThanOrEqual(effect * 1.00001);
      }
    }
  });
});

describe('looks', () => {
  test('are planned from the first that may find something to the end of the budget', () => {
    expect(plannedLooks({ comparisons: 3, budget: 20 })).toEqual([9, 12, 15, 20]);
    expect(plannedLooks({ comparisons: 3, budget: 4 })).toEqual([4]);
    for (let budget = 8; budget < 60; budget++) {
      const looks = plannedLooks({ comparisons: 2, budget });
      expect(looks.at(-1)).toBe(budget);
      // What is as clear as can be is found at the first of them.
      const { p } = sequentialTest({ differences: Array.from({ length: looks[0]! }, () => 1), looks });
      expect(holm([p, p])[0]).toBeLessThanOrEqual(0.05);
    }
  });

  test('one look is the sign-flip test', () => {
    for (const d of [
      [1, 2, -0.5, 3, 0.7, 1.1, 2.2],
      [1, 1, 1, 0, -1, 2],
    ]) {
      const { p } = sequentialTest({ differences: d, looks: [d.length] });
      expect(p).toBeCloseTo(signFlipTest(d).p, 12);
    }
  });

  test('at the last look, p is the share of all patterns that would have been as extreme at some look', () => {
    const d = [0.9, 1.4, 0.3, 1.1, -0.2, 0.8, 1.3, -0.6, 0.7, 1];
    const looks = [6, 8, 10];
    const smallest = (signs: readonly number[]) =>
      Math.min(...looks.map((n) => signFlipTest(d.slice(0, n).map((x, i) => x * signs[i]!)).p));
    const seen = smallest(d.map(() => 1));
    let extreme = 0;
    for (let pattern = 0; pattern < 2 ** 10; pattern++)
      if (smallest(d.map((_, i) => ((pattern >> i) & 1 ? 1 : -1))) <= seen + 1e-12) extreme++;
    expect(sequentialTest({ differences: d, looks }).p).toBeCloseTo(extreme / 2 ** 10, 12);
  });

  test.each([
    [[15, 24], 24],
    [[15, 24, 40], 40],
    [[25, 50, 70], 70],
  ])('after %j of many differences, patterns drawn come near to all of them', (looks, n) => {
    // Differences of one size: their sum is a walk in steps of 1, of which every chance can be counted.
    const d = Array.from({ length: n }, (_, i) => (i % 5 === 3 || (i > 30 && i % 2 === 0) ? -1 : 1));
    const binomial = (of: number, k: number): number => (k === 0 ? 1 : (binomial(of, k - 1) * (of - k + 1)) / k);
    const pOf = (of: number, far: number) => {
      let share = 0;
      for (let k = 0; k <= of; k++) if (Math.abs(of - 2 * k) >= far) share += binomial(of, k) / 2 ** of;
      return share;
    };
    const sum = (of: number) => Math.abs(d.slice(0, of).reduce((a, b) => a + b, 0));
    const smallest = Math.min(...looks.map((of) => pOf(of, sum(of))));
    let walk = new Map([[0, 1]]);
    let extreme = 0;
    for (let i = 1; i <= n; i++) {
      const next = new Map<number, number>();
      for (const [at, share] of walk) for (const to of [at - 1, at + 1]) next.set(to, (next.get(to) ?? 0) + share / 2);
      walk = next;
      if (!looks.includes(i)) continue;
      for (const [at, share] of walk) {
        if (pOf(i, Math.abs(at)) > smallest + 1e-12) continue;
        extreme += share;
        walk.delete(at);
      }
    }
    expect(extreme).toBeGreaterThan(smallest);
    const { p } = sequentialTest({ differences: d, looks });
    expect(Math.abs(p - extreme)).toBeLessThan(5 * Math.sqrt(extreme / 99_999));
  });

  test('before the first look nothing is known, and what came after the last one waits for the next', () => {
    const looks = [6, 9, 12];
    expect(sequentialTest({ differences: [1, 1, 1, 1, 1], looks })).toMatchObject({ p: 1, decided: false, looks: [] });
    const after = (differences: number[]) => sequentialTest({ differences, looks });
    expect(after([1, 1, 1, 1, 1, 1, -9, -9])).toEqual(after([1, 1, 1, 1, 1, 1]));
    // A repeat without a score is missed, and the look taken nevertheless.
    const missing = sequentialTest({ differences: [1, 1, 1, 1, 1], repeats: [0, 1, 3, 4, 5], done: 6, looks });
    expect(missing.looks).toEqual([{ n: 6, p: 0.0625 }]);
  });
});
