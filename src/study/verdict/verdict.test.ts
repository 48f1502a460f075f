import type { StudyFigures, StudyRun } from 'hone/report';
import { studyVerdict } from 'hone/study';
import { describe, expect, test } from 'vitest';
import { figuresOfRuns, runOfScores } from '../../../test/helpers/study-figures.js';

/** What a variant scores with each seed; null: the run threw. */
type Scores = Record<string, readonly (number | null)[]>;

function figuresOf(scores: Scores, more: Partial<StudyFigures> = {}): StudyFigures {
  const { metric = { name: 'accuracy', better: 'max' }, variants: changed, ...rest } = more;
  const runOf = (score: number | null, repeat: number): StudyRun => {
    if (score === null) return { ...runOfScores(repeat, undefined), chosen: 0, failed: 'the data ran out\nat line 3' };
    const of = (value: number) => ({ loss: 0.5, [metric.name]: value });
    return runOfScores(repeat, { train: of(score + 0.01), validation: of(0), test: of(score) });
  };
  const runs = Object.fromEntries(Object.entries(scores).map(([name, list]) => [name, list.map(runOf)]));
  const figures = figuresOfRuns(runs, { title: 't', metric, ...rest });
  const changeOf = (name: string) => changed?.find((variant) => variant.name === name);
  return { ...figures, variants: figures.variants.map((variant) => ({ ...variant, ...changeOf(variant.name) })) };
}

/** Seeds differ by much, variants on one seed by little. */
const luck = [0.91, 0.95, 0.93, 0.96, 0.92, 0.94, 0.97, 0.9];
const wobble = [0.001, -0.002, 0.002, 0, -0.001, 0.003, -0.003, 0.001];
const base = luck.map((score) => score);
const by = (effect: number, size = 1) => luck.map((score, i) => score + effect + size * wobble[i]!);

describe('in words', () => {
  test('what helped and what hurt, corrected for all comparisons', async () => {
    const { words, comparisons } = await studyVerdict(figuresOf({ base, 'batch norm': by(0.013), dropout: by(-0.02), other: by(0, 2) }));
    expect(words[0]).toMatch(/^batch norm helped: \+1\.3 points \(1\.1 to 1\.5, p = 0\.023 after correction, 8 seeds\)\.$/);
    expect(words[1]).toMatch(/^dropout hurt: −2\.0 points \(−2\.2 to −1\.8, p = 0\.023 after correction, 8 seeds\)\.$/);
    expect(words[2]).toMatch(
      /^other: no difference found \(0\.0 points, −\d\.\d to \d\.\d, p = \d\.\d\d after correction, 8 seeds\); \d+ more seeds would settle ±0\.\d points\.$/,
    );
    expect(words[3]).toBe('batch norm is better than all others.');
    expect(comparisons.map(({ outcome }) => outcome)).toEqual(['helped', 'hurt', 'undecided']);
    expect(comparisons[0]).toMatchObject({
      p: { signFlip: 2 ** -7 },
      adjusted: 3 * 2 ** -7,
      smallestP: 2 ** -7,
      better: { probability: 1 },
    });
    expect(comparisons[0]!.mean).toBeCloseTo(0.013 + 0.000125, 10);
    // Runs take equally long; and gap as in each run, 0.01.
    expect(comparisons[0]).toMatchObject({ time: { ratio: 1, interval: [1, 1] } });
    expect(comparisons[0]!.gap!.difference).toBeCloseTo(0, 12);
  });

  test('too few seeds: how many would do', async () => {
    const three = (scores: readonly number[]) => scores.slice(0, 3);
    const six = Object.fromEntries([1, 2, 3, 4, 5, 6].map((k) => [`v${k}`, three(by(0.01 * k))]));
    const { words, comparisons } = await studyVerdict(figuresOf({ base: three(base), ...six }));
    expect(words).toHaveLength(7);
    expect(words[0]).toMatch(/^v1: \+1\.0 points so far \(.*\)\.$/);
    expect(words[6]).toBe('With 3 seeds no test can decide this: at least 6 are needed, 8 with the correction for 6 comparisons.');
    expect(comparisons[0]!.words).toMatch(
      /but with 3 seeds no test can decide this: at least 6 are needed, 8 with the correction for 6 comparisons$/,
    );
    expect(comparisons.every(({ outcome }) => outcome === 'tooFew')).toBe(true);
    const one = await studyVerdict(figuresOf({ base: [0.9], a: [0.95] }));
    expect(one.words).toEqual(['a: +5.0 points so far, but with one seed no test can decide this: at least 6 are needed.']);
    expect(one.comparisons[0]).toMatchObject({ p: { signFlip: 1, wilcoxon: 1, t: 1 }, adjusted: 1 });
    expect(one.comparisons[0]!.bootstrap).toBe(undefined);
  });

  test('metrics of which less is better, in their own units', async () => {
    const metric = { name: 'mse', better: 'min' as const };
    const { words, variants, comparisons } = await studyVerdict(figuresOf({ base, low: by(-0.1), high: by(0.1) }, { metric }));
    expect(words[0]).toMatch(/^low helped: mse −0\.0999 \(−0\.1017 to −0\.0982, p = 0\.016 after correction, 8 seeds\)\.$/);
    expect(words[1]).toMatch(/^high hurt: mse \+0\.1001 /);
    expect(variants.map(({ name }) => name)).toEqual(['low', 'base', 'high']);
    expect(comparisons.map(({ better }) => better.probability)).toEqual([1, 0]);
    // Lower on training data is a gap above 0.
    expect(variants[0]!.gap).toBeCloseTo(-0.01, 12);
  });

  test('pairs beyond the baseline, and differences that matter to nobody', async () => {
    const figures = figuresOf({ base, a: by(0.01), b: by(0.012, 0.5) }, { pairs: [['b', 'a']], matters: 0.005 });
    const { comparisons, words } = await studyVerdict(figures);
    expect(comparisons.map(({ variant, against, outcome }) => [variant, against, outcome])).toEqual([
      ['a', 'base', 'helped'],
      ['b', 'base', 'helped'],
      ['b', 'a', 'equivalent'],
    ]);
    expect(words[2]).toMatch(/^b against a: no difference that matters \(\+0\.19 points, .* within ±0\.50 points; 8 seeds\)\.$/);
    const apart = await studyVerdict(figuresOf({ base, a: by(0.01), b: by(0.05) }, { pairs: [['b', 'a']] }));
    expect(apart.words[2]).toMatch(/^b did better than a: \+4\.0 points/);
  });

  test('no difference at all', async () => {
    const { words, comparisons, groups } = await studyVerdict(figuresOf({ base, same: base }));
    expect(words[0]).toBe('same: no difference at all, both score the same with each of 8 seeds.');
    expect(comparisons[0]).toMatchObject({ outcome: 'undecided', adjusted: 1, mean: 0, better: { probability: 0.5 } });
    expect(groups).toEqual([['base', 'same']]);
  });
});

describe('groups', () => {
  test('those that cannot be told apart, and the best of them', async () => {
    const { groups, best, variants } = await studyVerdict(figuresOf({ base, top: by(0.02), near: by(0.0201, 3), low: by(-0.03) }));
    expect(variants.map(({ name }) => name)).toEqual(['near', 'top', 'base', 'low']);
    expect(groups).toEqual([['near', 'top'], ['base'], ['low']]);
    expect(best).toEqual(['near', 'top']);
  });

  test('sets overlap where one is like two that differ', async () => {
    // a is told apart from c, b from neither.
    const spread = by(0, 12);
    const { groups } = await studyVerdict(figuresOf({ a: by(0.01), b: spread, c: by(-0.01) }));
    expect(groups).toEqual([
      ['a', 'b'],
      ['b', 'c'],
    ]);
  });
});

describe('runs that are missing', () => {
  test('a repeat without a score is left out, many of them are a result', async () => {
    const some = by(0.03).map((score, i) => (i === 2 ? null : score));
    const none = base.map(() => null);
    const { comparisons, variants } = await studyVerdict(figuresOf({ base, some, none }));
    expect(comparisons[0]).toMatchObject({ repeats: [0, 1, 3, 4, 5, 6, 7], outcome: 'helped', failed: 1 });
    expect(comparisons[0]!.words).toMatch(/^some helped: .*, 7 seeds\); 1 of 8 runs of some failed$/);
    expect(comparisons[1]).toMatchObject({
      outcome: 'failed',
      differences: [],
      words: 'none: cannot be judged, as 8 of 8 runs of none failed (the data ran out); no score is left to compare',
    });
    expect(variants.at(-1)).toMatchObject({ name: 'none', runs: 0, failed: 8 });
    const one = figuresOf({ base: base.slice(0, 1), none: [null] });
    one.variants[1]!.runs[0]!.failed = 'linear: input has 2 features.';
    expect((await studyVerdict(one)).comparisons[0]!.words).toBe(
      'none: cannot be judged, as the only run of none failed (linear: input has 2 features); no score is left to compare',
    );
  });

  describe('that diverged, and have the scores that they were left with', () => {
    /** Of these variants the first runs diverged. */
    function diverged(scores: Scores, counts: Record<string, number>): StudyFigures {
      const figures = figuresOf(scores);
      for (const { name, runs } of figures.variants)
        for (const run of runs.slice(0, counts[name] ?? 0)) run.failed = 'the loss became NaN in epoch 1, step 3';
      return figures;
    }

    test('all of them, by which nothing is decided: it failed, and that comes first', async () => {
      const { comparisons, variants, groups, best, words } = await studyVerdict(diverged({ base, a: by(0, 2), b: by(-0.01) }, { a: 8 }));
      expect(comparisons[0]!.outcome).toBe('failed');
      expect(comparisons[0]!.words).toMatch(
        /^a: cannot be judged, as 8 of 8 runs of a diverged \(the loss became NaN in epoch 1, step 3\); the weights that were left are no basis for a comparison \(0\.0 points, −0\.\d to 0\.\d, 8 seeds\)$/,
      );
      expect(words.join()).not.toContain('no difference');
      expect(variants.map(({ name }) => name)).toEqual(['base', 'b', 'a']);
      expect(groups.flat()).not.toContain('a');
      expect(best).toEqual(['base']);
      expect(words.at(-1)).toBe('base is better than all others that did not fail in at least half of their runs.');
    });

    test('all of them, which did worse beyond chance: it hurt, and that it diverged comes first', async () => {
      const { comparisons } = await studyVerdict(diverged({ base, a: by(-0.5) }, { a: 8 }));
      expect(comparisons[0]!.outcome).toBe('hurt');
      expect(comparisons[0]!.words).toMatch(/^8 of 8 runs of a diverged \(the loss became NaN in epoch 1, step 3\); a hurt: −50\.0 points/);
    });

    test('better than the others, but half of them diverged: it is not the best', async () => {
      const { comparisons, best, variants } = await studyVerdict(diverged({ base, a: by(0.05) }, { a: 4 }));
      expect(comparisons[0]!.outcome).toBe('failed');
      expect(comparisons[0]!.words).toContain('4 of 8 runs of a diverged');
      expect(best).toEqual(['base']);
      expect(variants[0]!.name).toBe('base');
    });

    test('a few of them: the verdict stands, and says so', async () => {
      const { comparisons } = await studyVerdict(diverged({ base, a: by(0.05) }, { a: 1 }));
      expect(comparisons[0]!.outcome).toBe('helped');
      expect(comparisons[0]!.words).toMatch(/^a helped: .*, 8 seeds\); 1 of 8 runs of a diverged$/);
    });

    test('of the baseline: what did better helped, of the rest nothing is said', async () => {
      const { comparisons, best } = await studyVerdict(diverged({ base, a: by(0.5), b: by(0, 2), c: by(-0.1) }, { base: 8 }));
      expect(comparisons.map(({ outcome }) => outcome)).toEqual(['helped', 'failed', 'failed']);
      expect(comparisons[0]!.words).toMatch(/^8 of 8 runs of base diverged \(the loss became NaN in epoch 1, step 3\); a helped: \+50/);
      expect(comparisons[1]!.words).toMatch(/^b: cannot be judged, as 8 of 8 runs of base diverged/);
      expect(best).toEqual(['a']);
    });
  });

  test('figures from a file, whose NaN is null, and runs that have not ended', async () => {
    const figures = figuresOf({ base, a: by(0.03) });
    figures.variants[1]!.runs[0]!.scores!.test['accuracy'] = null as never;
    figures.variants[1]!.runs[1]!.running = true;
    const { comparisons } = await studyVerdict(JSON.parse(JSON.stringify(figures)));
    expect(comparisons[0]!.repeats).toEqual([2, 3, 4, 5, 6, 7]);
    expect(comparisons[0]!.outcome).toBe('helped');
  });

  test('what halving dropped is compared with nothing', async () => {
    const dropped = { name: 'b', droppedAfter: 2 } as never;
    const { comparisons, words, groups, variants } = await studyVerdict(
      figuresOf({ base, a: by(0.02), b: by(0.05) }, { variants: [dropped] }),
    );
    expect(comparisons.map(({ variant }) => variant)).toEqual(['a']);
    // What is left was chosen among all: the correction counts both.
    expect(words[0]).toContain('p = 0.016 after correction, 8 seeds');
    expect(words).toContain('b was dropped after 2 epochs, by its score on validation data, and is compared with nothing.');
    expect(groups.flat()).not.toContain('b');
    expect(variants.at(-1)!.name).toBe('b');
  });
});

describe('until decided', () => {
  const looks = [8, 11, 14];

  test('p counts the looks, and intervals are wider', async () => {
    const fixed = (await studyVerdict(figuresOf({ base, a: by(0.02) }))).comparisons[0]!;
    const looked = (await studyVerdict(figuresOf({ base, a: by(0.02) }, { looks, repeats: 14 }))).comparisons[0]!;
    expect(fixed.p.signFlip).toBe(2 ** -7);
    // What looks to come could add: 1/128 each, in steps of 2/2^11 and 2/2^14.
    expect(looked.p.signFlip).toBe(3 * 2 ** -7);
    expect(looked.outcome).toBe('helped');
    expect(looked.bootstrap![0]).toBeLessThan(fixed.bootstrap![0]);
    expect(looked.t![1]).toBeGreaterThan(fixed.t![1]);
    expect(looked.better.interval[0]).toBeLessThan(fixed.better.interval[0]);
  });

  test('before the first look nothing is judged', async () => {
    const few = { base: base.slice(0, 5), a: by(0.02).slice(0, 5) };
    const { comparisons } = await studyVerdict(figuresOf(few, { looks, repeats: 14 }));
    expect(comparisons[0]!.outcome).toBe('tooFew');
    expect(comparisons[0]!.words).toContain('with 5 seeds no test can decide this: it is looked at after 8, 11 and 14 seeds');
  });
});

test('the claim is judged by who made it; what are no figures is named', async () => {
  const figures = figuresOf({ base, a: by(0.02) });
  const verdict = await studyVerdict(figures, {
    judge: ({ comparisons }, { title }) => ({ verdict: comparisons[0]!.outcome === 'helped' ? 'found' : 'undecided', words: title }),
  });
  expect(verdict.claim).toEqual({ verdict: 'found', words: 't' });
  expect(await studyVerdict(figures)).toEqual(await studyVerdict(JSON.parse(JSON.stringify(figures))));
  await expect(studyVerdict({} as never)).rejects.toThrow('studyVerdict: the figures are');
  await expect(studyVerdict({ ...figures, baseline: 'b' })).rejects.toThrow('have no variant "b". They have "base", "a"');
  await expect(studyVerdict(figures, { judged: 1 } as never)).rejects.toThrow('judged');
});
