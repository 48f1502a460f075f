/** A verdict on what successive halving left. */
import { Generator, randn } from 'hone';
import type { StudyFigures, StudyRun, StudyVariantFigures } from 'hone/report';
import { studyVerdict } from 'hone/study';
import { expect, test } from 'vitest';

/** Figures of variants with these scores, repeat by repeat; the baseline first. Of those that are dropped there are no scores. */
function figuresOf(scores: readonly (readonly number[])[], dropped: ReadonlySet<number>): StudyFigures {
  const runOf = (score: number, repeat: number): StudyRun => ({
    repeat,
    seeds: { init: repeat, order: repeat, noise: repeat, split: repeat },
    epochs: [],
    chosen: 1,
    seconds: 1,
    scores: { train: { loss: 1, accuracy: score }, validation: { loss: 1, accuracy: score }, test: { loss: 1, accuracy: score } },
  });
  const variants = scores.map((of, i): StudyVariantFigures => {
    const runs = of.map(runOf);
    const about = { name: i === 0 ? 'baseline' : `variant ${i}`, description: '', setting: {}, parameters: 1, architecture: '' };
    return dropped.has(i) ? { ...about, runs: runs.map(({ scores: _, ...run }) => run), droppedAfter: 2 } : { ...about, runs };
  });
  return {
    format: 1,
    title: '',
    summary: '',
    metric: { name: 'accuracy', better: 'max' },
    chosenBy: 'validation.accuracy',
    data: { train: 1, validation: 1, test: 1 },
    testData: '',
    varies: ['init'],
    seed: 0,
    epochs: 4,
    repeats: scores[0]!.length,
    baseline: 'baseline',
    pairs: [],
    settings: {},
    variants,
  };
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
