/** docs/study.md says what docs/studies/ holds, and the verdicts there follow from the scores beside them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { studies, studyVerdict } from 'hone/study';
import { describe, expect, test } from 'vitest';
import { pageOf, readKept } from '../../scripts/study/kept.js';

const docs = join(import.meta.dirname, '../../docs');
const files = readdirSync(join(docs, 'studies'));

test('the page is the one that is made of docs/studies: npm run study:docs writes it', () => {
  expect(readFileSync(join(docs, 'study.md'), 'utf8')).toBe(pageOf(join(docs, 'studies'), Object.keys(studies)).page);
});

describe.each(files)('%s', (file) => {
  const { preset, figures, verdict } = readKept(join(docs, 'studies', file));

  test('is of a preset, and its verdict is that on its scores', async () => {
    expect([`${preset}.json`, studies[preset]?.name]).toEqual([file, preset]);
    expect(figures.stopped).toBeUndefined();
    expect(['found', 'refuted', 'undecided']).toContain(verdict.claim?.verdict);
    const again = await studyVerdict(figures);
    const told = ({ comparisons, variants, best }: typeof verdict) => ({
      comparisons: comparisons.map(({ variant, against, outcome, mean, adjusted, words }) => ({
        variant,
        against,
        outcome,
        mean,
        adjusted,
        words,
      })),
      variants: variants.map(({ name, mean, runs, failed }) => ({ name, mean, runs, failed })),
      best,
    });
    expect(JSON.parse(JSON.stringify(told(again)))).toEqual(told(verdict));
  });
});
