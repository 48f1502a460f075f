/** Studies of which the truth is known: how often verdicts are wrong, how often they find what is there. Random numbers come from one seed, bounds are those of chance. */
import type { StudyFigures } from 'hone/report';
import {
  bootstrapInterval,
  holm,
  pairedTInterval,
  plannedLooks,
  repeatsNeeded,
  sequentialTest,
  signFlipTest,
  studyVerdict,
  undecided,
} from 'hone/study';
import { describe, expect, test } from 'vitest';
import { figuresOfRuns, runOfScores } from '../../../test/helpers/study-figures.js';
import { RandomState } from '../../data/split/random-state.js';

class Numbers extends RandomState {
  uniform(): number {
    return (this.uint32() + 0.5) / 2 ** 32;
  }
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
  exponential(): number {
    return -Math.log(this.uniform());
  }
  /** Student's t with 3 degrees of freedom: heavy tails. */
  heavy(): number {
    return this.normal() / Math.sqrt((this.normal() ** 2 + this.normal() ** 2 + this.normal() ** 2) / 3);
  }
}

/** Three standard errors of a share. */
const chance = (share: number, of: number) => 3 * Math.sqrt((share * (1 - share)) / of);

/** A study whose variants score this with each seed, the baseline first. */
function studyOf(scores: Record<string, number[]>, more: Partial<StudyFigures> = {}): StudyFigures {
  const runOf = (accuracy: number, repeat: number) => {
    const part = { loss: 1, accuracy };
    return runOfScores(repeat, { train: part, validation: part, test: part });
  };
  return figuresOfRuns(Object.fromEntries(Object.entries(scores).map(([name, list]) => [name, list.map(runOf)])), more);
}

describe('studies in which nothing has an effect', () => {
  test('a thousand of three comparisons: false alarms at most 5 %, intervals that hold 0 in at least 93 %', async () => {
    const numbers = new Numbers(1);
    const STUDIES = 1000;
    let alarms = 0;
    let [bootstrap, t, intervals] = [0, 0, 0];
    for (let study = 0; study < STUDIES; study++) {
      const draw = [() => numbers.normal(), () => numbers.heavy(), () => numbers.exponential()][study % 3]!;
      const luck = Array.from({ length: 7 }, () => 0.01 * numbers.normal());
      const scores = () => luck.map((of) => 0.95 + of + 0.004 * draw());
      const { comparisons } = await studyVerdict(studyOf({ base: scores(), a: scores(), b: scores(), c: scores() }));
      if (comparisons.some(({ outcome }) => outcome !== 'undecided')) alarms++;
      for (const comparison of comparisons) {
        const holds = ([low, high]: readonly [number, number]) => low <= 0 && high >= 0;
        if (holds(comparison.bootstrap!)) bootstrap++;
        if (holds(comparison.t!)) t++;
        intervals++;
      }
    }
    expect(alarms / STUDIES).toBeLessThanOrEqual(0.05 + chance(0.05, STUDIES));
    expect(alarms).toBeGreaterThan(0);
    expect(bootstrap / intervals).toBeGreaterThanOrEqual(0.93);
    expect(t / intervals).toBeGreaterThanOrEqual(0.93);
  });

  test('a thousand that run until decided: looking often makes no more false alarms, and intervals hold where it stopped', async () => {
    const numbers = new Numbers(2);
    const STUDIES = 1000;
    const looks = plannedLooks({ comparisons: 2, budget: 14 });
    expect(looks.length).toBeGreaterThan(2);
    let [alarms, naive, holds] = [0, 0, 0];
    for (let study = 0; study < STUDIES; study++) {
      const draw = () => (study % 2 ? numbers.normal() : numbers.heavy());
      const base = Array.from({ length: 14 }, draw);
      const all = [0, 1].map(() => base.map((of) => draw() - of));
      let stopped = looks.at(-1)!;
      for (const n of looks) {
        const ps = all.map((d) => sequentialTest({ differences: d.slice(0, n), looks }).p);
        if (holm(ps).some((p) => p <= 0.05)) {
          stopped = n;
          alarms++;
          break;
        }
      }
      if (looks.some((n) => holm(all.map((d) => signFlipTest(d.slice(0, n)).p)).some((p) => p <= 0.05))) naive++;
      const [low, high] = await pairedTInterval(all[0]!.slice(0, stopped), { confidence: 1 - 0.05 / looks.length });
      if (low <= 0 && high >= 0) holds++;
    }
    expect(alarms / STUDIES).toBeLessThanOrEqual(0.05 + chance(0.05, STUDIES));
    expect(alarms).toBeGreaterThan(10);
    // What a test makes of it that does not know of the looks.
    expect(naive / STUDIES).toBeGreaterThan(0.05 + chance(0.05, STUDIES));
    expect(holds / STUDIES).toBeGreaterThanOrEqual(0.93);
  });
});

describe('intervals', () => {
  test.each([
    ['normal', 0.93, (numbers: Numbers) => numbers.normal()],
    ['heavy-tailed', 0.93, (numbers: Numbers) => numbers.heavy()],
    [
      'mildly skewed',
      0.915,
      (numbers: Numbers) => numbers.exponential() + numbers.exponential() + numbers.exponential() + numbers.exponential() - 4,
    ],
    ['very skewed', 0.88, (numbers: Numbers) => numbers.exponential() - 1],
  ] as const)('of five to eight %s differences hold the mean in at least %d', async (_name, least, draw) => {
    const numbers = new Numbers(3);
    for (const [n, times] of [
      [5, 1500],
      [6, 1000],
      [8, 500],
    ] as const) {
      let holds = 0;
      for (let k = 0; k < times; k++) {
        const [low, high] = await bootstrapInterval(Array.from({ length: n }, () => draw(numbers)));
        if (low <= 0 && high >= 0) holds++;
      }
      expect(holds / times, `${n}`).toBeGreaterThanOrEqual(least);
    }
  });
});

describe('intervals of very few values', () => {
  test.each([2, 3, 4])('of %d normal differences hold the mean in at least 93 %%', async (n) => {
    const numbers = new Numbers(7);
    const TIMES = 1500;
    let holds = 0;
    for (let k = 0; k < TIMES; k++) {
      const [low, high] = await bootstrapInterval(Array.from({ length: n }, () => numbers.normal()));
      if (low <= 0 && high >= 0) holds++;
    }
    expect(holds / TIMES).toBeGreaterThanOrEqual(0.93);
  });
});

describe('studies with an effect', () => {
  test.each([
    [2.2, 1],
    [1.2, 3],
    [0.8, 1],
  ])(
    'an effect of %d deviations among %d comparisons is found with the computed number of seeds four times in five',
    async (effect, tests) => {
      const numbers = new Numbers(4);
      const TIMES = 1500;
      const n = (await repeatsNeeded({ effect, alpha: 0.05 / tests }))!;
      const found = (count: number) => {
        let times = 0;
        for (let k = 0; k < TIMES; k++)
          if (signFlipTest(Array.from({ length: count }, () => effect + numbers.normal())).p <= 0.05 / tests + 1e-12) times++;
        return times / TIMES;
      };
      expect(found(n)).toBeGreaterThan(0.8 - 0.02 - chance(0.8, TIMES));
      expect(found(n - 1)).toBeLessThan(0.8 + 0.02 + chance(0.8, TIMES));
    },
  );

  test('the verdict finds those that are there, by their direction, and no others', async () => {
    const numbers = new Numbers(5);
    const STUDIES = 60;
    const counts = { found: 0, wrong: 0, alarms: 0 };
    for (let study = 0; study < STUDIES; study++) {
      const luck = Array.from({ length: 10 }, () => 0.02 * numbers.normal());
      const scores = (effect: number) => luck.map((of) => 0.9 + of + effect + 0.003 * numbers.normal());
      const { comparisons } = await studyVerdict(
        studyOf({ base: scores(0), better: scores(0.012), worse: scores(-0.012), same: scores(0) }),
      );
      const outcome = (name: string) => comparisons.find(({ variant }) => variant === name)!.outcome;
      for (const [name, right] of [
        ['better', 'helped'],
        ['worse', 'hurt'],
      ] as const) {
        if (outcome(name) === right) counts.found++;
        else if (outcome(name) !== 'undecided') counts.wrong++;
      }
      if (outcome('same') !== 'undecided') counts.alarms++;
    }
    // 2.8 deviations: repeatsNeeded says eight for 80 %.
    expect(counts.found / (2 * STUDIES)).toBeGreaterThan(0.95);
    expect(counts.wrong).toBe(0);
    expect(counts.alarms / STUDIES).toBeLessThanOrEqual(0.05 + chance(0.05, STUDIES));
  });

  test('until decided: what is clear is closed early, what is hopeless is given up, what may be there goes on', async () => {
    const numbers = new Numbers(6);
    const looks = plannedLooks({ comparisons: 3, budget: 24 });
    const base = Array.from({ length: 24 }, () => numbers.normal());
    const scores = (effect: number) => base.map((of) => of + effect + numbers.normal());
    const all = { base, clear: scores(4), none: base.map((of, i) => of + (i % 2 ? 0.5 : -0.5) * (1 + 0.01 * i)), small: scores(1) };
    const after = (n: number) =>
      studyOf(Object.fromEntries(Object.entries(all).map(([name, list]) => [name, list.slice(0, n)])), { looks, repeats: 24 });
    expect((await undecided(after(4))).map(({ variant }) => variant)).toContain('small');
    const open = await undecided(after(looks[0]!));
    expect(open.map(({ variant }) => variant)).toEqual(['none', 'small']);
    for (const { adjusted } of open) expect(adjusted).toBeGreaterThan(0.05);
    expect((await undecided(after(looks[2]!))).map(({ variant }) => variant)).not.toContain('none');
    expect(await undecided(after(24))).toEqual([]);
    const { comparisons } = await studyVerdict(after(looks[0]!));
    expect(comparisons.map(({ outcome }) => outcome)).toEqual(['helped', 'undecided', 'undecided']);
  });
});
