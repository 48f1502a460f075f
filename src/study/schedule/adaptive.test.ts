/** Studies whose next runs depend on what was seen: until decided, and successive halving. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nn, optim, rand, type Tensor } from 'hone';
import { TensorDataset } from 'hone/data';
import type { StudyFigures } from 'hone/report';
import { defineStudy, type RunStudyOptions, runStudy, type Study } from 'hone/study';
import { afterAll, describe, expect, test } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'hone-adaptive-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const timeless = (figures: StudyFigures) =>
  JSON.parse(JSON.stringify(figures, (name, value: unknown) => (name === 'seconds' ? undefined : value))) as StudyFigures;

/** Runs a study, which is stopped after every so many steps, until it is done. */
async function inPieces(study: Study, steps: number, options: RunStudyOptions): Promise<{ figures: StudyFigures; pieces: number }> {
  for (let pieces = 1; ; pieces++) {
    const controller = new AbortController();
    let left = steps;
    const figures = await runStudy(study, {
      ...options,
      resume: pieces > 1,
      signal: controller.signal,
      on: { step: () => void (--left === 0 && controller.abort()) },
    });
    if (figures.stopped === undefined) return { figures, pieces };
  }
}

const failed = ({ variants }: StudyFigures) => variants.flatMap(({ runs }) => runs.flatMap((run) => run.failed ?? []));

/** Sums of three numbers are above or below the middle. `test: 'wrong'` says of the test data alone that it is the other way round. */
function sums(test: 'right' | 'wrong' = 'right') {
  const of = (x: Tensor, wrong = false) => new TensorDataset(x, (wrong ? x.sum(1).lt(1.5) : x.sum(1).gt(1.5)).long());
  return () => ({ train: of(rand([40, 3])), validation: of(rand([40, 3])), test: of(rand([40, 3]), test === 'wrong') });
}

const model = () => new nn.Sequential(new nn.Linear(3, 6), new nn.Tanh(), new nn.Linear(6, 2));

describe('successive halving', () => {
  const rates = (test: 'right' | 'wrong' = 'right') =>
    defineStudy({
      title: 'rates',
      data: sums(test),
      model,
      baseline: { lr: 0.003 },
      factors: { lr: [0, 0.01, 0.1, 0.03, 1e-6] },
      optimizer: (model, { lr }) => new optim.Adam(model.parameters(), { lr }),
      scheduler: (optimizer, _, { epochs }) => new optim.lrScheduler.CosineAnnealingLR(optimizer, { tMax: epochs }),
      batchSize: 10,
      epochs: 6,
      repeats: 2,
    }) as Study;
  const droppedIn = ({ variants }: StudyFigures) => Object.fromEntries(variants.map(({ name, droppedAfter }) => [name, droppedAfter]));

  test('drops the worse half by validation scores, and what goes to the end is what it would have been', async () => {
    const [whole, halved] = [
      timeless(await runStudy(rates())),
      timeless(await runStudy(rates(), { halving: true, folder: join(root, 'a') })),
    ];
    expect(failed(whole)).toEqual([]);
    // Five variants beside the baseline: three go on after 2 epochs (a quarter of 6), two after 3.
    const scoreOf = (name: string, until: number) =>
      whole.variants
        .find((variant) => variant.name === name)!
        .runs.reduce((sum, { epochs }) => sum + Math.max(...epochs.slice(0, until).map(({ validation }) => validation['accuracy']!)), 0);
    const best = (names: string[], until: number, count: number) =>
      names.toSorted((a, b) => scoreOf(b, until) - scoreOf(a, until)).slice(0, count);
    const all = whole.variants.slice(1).map(({ name }) => name);
    const second = best(all, 2, 3);
    const last = best(
      all.filter((name) => second.includes(name)),
      3,
      2,
    );
    expect(droppedIn(halved)).toEqual(
      Object.fromEntries(
        whole.variants.map(({ name }, i) => [name, i === 0 || last.includes(name) ? undefined : second.includes(name) ? 3 : 2]),
      ),
    );
    for (const { name, runs, droppedAfter } of halved.variants) {
      const full = whole.variants.find((variant) => variant.name === name)!.runs;
      if (droppedAfter === undefined) expect(runs).toEqual(full);
      else
        expect(runs).toEqual(
          full.map(({ scores: _, stoppedEarly: __, ...run }) => ({
            ...run,
            chosen: expect.any(Number),
            epochs: run.epochs.slice(0, droppedAfter),
            stoppedEarly: `dropped after ${droppedAfter} epochs by successive halving`,
          })),
        );
    }
    expect(halved.settings['successive halving']).toMatch(/^of 5 variants beside the baseline, 3 after 25 % of the epochs, 2 after 50 %/);
    expect(halved.remarks?.join()).toMatch(/^3 variants of 6 did not go to the end/);
    const left = readdirSync(join(root, 'a', 'runs')).flatMap((run) => readdirSync(join(root, 'a', 'runs', run)));
    expect(left.filter((name) => /ckpt/.test(name))).toEqual([]);
  });

  test('does not look at test data', async () => {
    const [right, wrong] = [
      await runStudy(rates(), { halving: { factor: 3 } }),
      await runStudy(rates('wrong'), { halving: { factor: 3 } }),
    ];
    expect(droppedIn(wrong)).toEqual(droppedIn(right));
    const scores = ({ variants }: StudyFigures) =>
      variants.flatMap(({ runs }) => runs.flatMap((run) => run.scores?.test['accuracy'] ?? []));
    expect(scores(wrong).map((score) => Math.round(40 * (1 - score)))).toEqual(scores(right).map((score) => Math.round(40 * score)));
  });

  test('goes on after it was stopped at any step', async () => {
    const whole = timeless(await runStudy(rates(), { halving: true }));
    const { figures, pieces } = await inPieces(rates(), 47, { halving: true, folder: join(root, 'b') });
    expect(timeless(figures)).toEqual(whole);
    expect(pieces).toBeGreaterThan(4);
    await expect(runStudy(rates(), { folder: join(root, 'b'), resume: true })).rejects.toThrow(
      /successive halving was of 5 .*, and is none/,
    );
  });

  test.each([
    [{ halving: 3 as never }, /halving is 3, expected true, false or options/],
    [{ halving: { factor: 1 } }, /factor is 1, expected a whole number of at least 2/],
    [{ halving: { factor: 6 } }, /halving with factor 6 has nothing to do: there are 5 variants beside the baseline, and 6 epochs/],
    [{ halving: true, epochs: 1 }, /nothing to do: there are 5 variants beside the baseline, and 1 epochs/],
    [{ halving: { factors: 3 } as never }, /factors/],
    [{ halving: true, untilDecided: true }, /Halve first/],
  ] as [RunStudyOptions, RegExp][])('%j is refused', async (options, message) => {
    await expect(runStudy(rates(), options)).rejects.toThrow(message);
  });
});

describe('until decided', () => {
  /** One that learns next to nothing, one that is the same, and one that may be better or not. */
  const study = defineStudy({
    title: 'until',
    data: sums(),
    model,
    baseline: { lr: 0.05, tag: 'a' },
    factors: { lr: [1e-6], tag: ['b'] },
    variants: { 'a bit more': { lr: 0.06 } },
    optimizer: (model, { lr }) => new optim.Adam(model.parameters(), { lr }),
    batchSize: 10,
    epochs: 2,
    metric: 'loss',
  }) as Study;
  const counts = ({ variants }: StudyFigures) => Object.fromEntries(variants.map(({ name, runs }) => [name, runs.length]));

  test('runs further repeats only of what is open, with that with which it is compared', async () => {
    const figures = timeless(await runStudy(study, { untilDecided: 12 }));
    expect(failed(figures)).toEqual([]);
    expect(figures.looks).toEqual([9, 10, 11, 12]);
    expect(figures.repeats).toBe(12);
    const { baseline, 'lr 0.000001': slow, 'tag b': same, 'a bit more': more, ...rest } = counts(figures);
    // The first is decided at the first look, the second is beyond hope: no difference at all.
    expect([slow, same, rest]).toEqual([9, 9, {}]);
    expect(baseline).toBe(more);
    // Each run is what it is in a study that was told the number of repeats.
    const fixed = timeless(await runStudy(study, { repeats: 9 }));
    expect(figures.variants.map(({ runs }) => runs.slice(0, 9))).toEqual(fixed.variants.map(({ runs }) => runs));

    const { figures: again, pieces } = await inPieces(study, 150, { untilDecided: 12, folder: join(root, 'until') });
    expect(pieces).toBeGreaterThan(2);
    expect(timeless(again)).toEqual(figures);
    await expect(runStudy(study, { untilDecided: 15, folder: join(root, 'until'), resume: true })).rejects.toThrow(
      /after how many repeats it is looked at was 9, 10, 11, 12, and is 9, /,
    );
  });

  test.each([
    [{ untilDecided: 6 }, /untilDecided is 6, but with 6 repeats no difference can be found: a study with 3 comparisons needs at least 7/],
    [{ untilDecided: 0 }, /untilDecided is 0, expected a whole number of at least 1/],
    [{ untilDecided: true, repeats: 9 }, /repeats is 9, but untilDecided runs as many as are needed/],
  ] as [RunStudyOptions, RegExp][])('%j is refused', async (options, message) => {
    await expect(runStudy(study, options)).rejects.toThrow(message);
  });
});
