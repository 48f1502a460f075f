import { fewestRepeats, holm, pairedPower, plannedLooks, sequentialTest, signFlipTest } from 'hone/study';
import { expect, test } from 'vitest';

test('signs of differences: all alike is the smallest p there is', () => {
  for (const n of [1, 2, 5, 6, 12, 25, 40]) {
    const differences = Array.from({ length: n }, (_, i) => 1 + i / 7);
    expect(signFlipTest(differences).p).toBe(2 ** (1 - n));
    expect(signFlipTest(differences.map((d) => -d)).p).toBe(2 ** (1 - n));
  }
  expect(signFlipTest([]).p).toBe(1);
  expect(signFlipTest([0, 0, 0]).p).toBe(1);
  expect(() => signFlipTest([1, Number.NaN])).toThrow('signFlipTest: differences[1] is NaN');
});

test('looks are planned from the first that may find something to the end of the budget', () => {
  expect(plannedLooks({ comparisons: 3, budget: 20 })).toEqual([9, 12, 15, 20]);
  expect(plannedLooks({ comparisons: 3, budget: 4 })).toEqual([4]);
  for (let budget = 6; budget < 60; budget++) {
    const looks = plannedLooks({ comparisons: 2, budget });
    expect(looks.at(-1)).toBe(budget);
    // What is as clear as can be is found at the first of them.
    const { p } = sequentialTest({ differences: Array.from({ length: looks[0]! }, () => 1), looks });
    if (budget > 7) expect(holm([p, p])[0]).toBeLessThanOrEqual(0.05);
  }
});

test('how many repeats a test needs', async () => {
  expect([1, 2, 3, 6].map((tests) => fewestRepeats(0.05 / tests))).toEqual([6, 7, 7, 8]);
  expect(await pairedPower({ effect: 3, repeats: 5 })).toBe(0);
});
