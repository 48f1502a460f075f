/** A verdict on what successive halving left. */
import { Generator, randn } from 'hone';
import type { StudyFigures, StudyVariantFigures } from 'hone/report';
import { studyVerdict } from 'hone/study';
import { expect, test } from 'vitest';
import { figuresOfRuns, runOfScores } from '../../../test/helpers/study-figures.js';

/** Figures of variants with these scores, repeat by repeat; the baseline first. Of those that are dropped there are no scores. */
function figuresOf(scores: readonly (readonly number[])[], dropped: ReadonlySet<number>): StudyFigures {
  const runOf = (accuracy: number, repeat: number) => {
    const part = { loss: 1, accuracy };
    return runOfScores(repeat, { train: part, validation: part, test: part });
  };
  const nameOf = (i: number) => (i === 0 ? 'baseline' : `variant ${i}`);
  const figures = figuresOfRuns(Object.fromEntries(scores.map((of, i) => [nameOf(i), of.map(runOf)])));
  const variants = figures.variants.map(
    (variant, i): StudyVariantFigures =>
      dropped.has(i) ? { ...variant, runs: variant.runs.map(({ scores: _, ...run }) => run), droppedAfter: 2 } : variant,
  );
  return { ...figures, variants };
}

test('makes no more false alarms where the best of many was kept by scores that go with those on test data', async () => {
  const [studies, variants, repeats] = [150, 12, 10];
  const generator = new Generator(5);
  let [alarms, uncorrected] = [0, 0];
  for (let study = 0; study < studies; study++) {
    const scores = randn([1 + variants, repeats], { generator }).tolist() as number[][];
    const means = scores.map((of) => of.reduce((sum, score) => sum + score, 0));
    const best = 1 + means.slice(1).indexOf(Math.max(...means.slice(1)));
    const dropped = new Set(scores.map((_, i) => i).filter((i) => i !== 0 && i !== best));
    const { comparisons } = await studyVerdict(figuresOf(scores, dropped));
    if (comparisons[0]!.adjusted <= 0.05) alarms++;
    if (comparisons[0]!.p.signFlip <= 0.05) uncorrected++;
  }
  // 5 % of 150 are 7 or 8; of a test at that level more than 16 come by chance once in a thousand times.
  expect(alarms).toBeLessThanOrEqual(16);
  expect(uncorrected).toBeGreaterThan(16);
});

test('says that the correction counts what was dropped', async () => {
  const scores = [Array(9).fill(0), [1, 1.1, 0.9, 1.2, 1, 1, 0.8, 1.1, 1], ...Array(3).fill(Array(9).fill(0))] as number[][];
  const { comparisons, method, words } = await studyVerdict(figuresOf(scores, new Set([2, 3, 4])));
  expect(comparisons).toHaveLength(1);
  expect(comparisons[0]!.p.signFlip).toBeCloseTo(2 / 2 ** 9, 12);
  expect(comparisons[0]!.adjusted).toBeCloseTo((4 * 2) / 2 ** 9, 12);
  expect(method.join('\n')).toMatch(/corrected for 4 comparisons by Holm's method, those of the 3 variants that were dropped among them/);
  expect(words.join('\n')).toMatch(/variant 1 helped.*p = 0\.016 after correction/);
});
