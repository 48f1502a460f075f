import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nn, optim, type Tensor, tensor } from 'hone';
import { TensorDataset } from 'hone/data';
import type { StudyFigures } from 'hone/report';
import { defineStudy, runStudy, type StudyOptions } from 'hone/study';
import { afterAll, describe, expect, test } from 'vitest';

/** Points left and right of 0, of two classes. */
function points(count: number): [Tensor, Tensor] {
  const xs = Array.from({ length: count }, (_, i) => [Math.sin(i * 12.9) + (i % 2) - 0.5, Math.cos(i * 7.3)]);
  return [
    tensor(xs),
    tensor(
      Array.from({ length: count }, (_, i) => i % 2),
      { dtype: 'int64' },
    ),
  ];
}

interface Setting {
  lr: number;
  dropout: number;
}

const options = (more: Partial<StudyOptions<Setting>> = {}): StudyOptions<Setting> => ({
  title: 'toys',
  data: () => ({ train: new TensorDataset(...points(36)) }),
  baseline: { lr: 0.1, dropout: 0 },
  factors: { lr: [0.5], dropout: [0.5] },
  model: ({ dropout }) => new nn.Sequential(new nn.Linear(2, 6), new nn.ReLU(), new nn.Dropout(dropout), new nn.Linear(6, 2)),
  optimizer: (model, { lr }) => new optim.SGD(model.parameters(), { lr }),
  batchSize: 5,
  epochs: 3,
  repeats: 2,
  ...more,
});

/** What must not change: all but how long it took. */
export const timeless = (figures: StudyFigures): unknown =>
  JSON.parse(JSON.stringify(figures, (name, value: unknown) => (name === 'seconds' ? undefined : value)));

const folders: string[] = [];
const newFolder = () => {
  folders.push(mkdtempSync(join(tmpdir(), 'hone-study-')));
  return folders.at(-1)!;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('runStudy', () => {
  test('runs every variant, measures what was asked for, and judges the chosen epoch', async () => {
    const figures = await runStudy(defineStudy(options()));
    expect(figures.variants.map(({ name, runs }) => [name, runs.length])).toEqual([
      ['baseline', 2],
      ['lr 0.5', 2],
      ['dropout 0.5', 2],
    ]);
    expect(figures.data).toEqual({ train: 24, validation: 6, test: 6 });
    for (const { runs } of figures.variants)
      for (const run of runs) {
        expect(run.failed).toBeUndefined();
        expect(run.epochs).toHaveLength(3);
        const best = Math.max(...run.epochs.map(({ validation }) => validation['accuracy']!));
        expect(run.epochs[run.chosen - 1]!.validation['accuracy']).toBe(best);
        expect(run.scores!.validation['accuracy']).toBe(best);
      }
  });

  test('ended at any step, it goes on to the figures that it would have had', async () => {
    const study = defineStudy(options());
    const expected = timeless(await runStudy(study));
    const folder = newFolder();
    let figures: StudyFigures;
    let rounds = 0;
    do {
      const controller = new AbortController();
      let steps = 0;
      figures = await runStudy(study, {
        folder,
        resume: rounds++ > 0,
        signal: controller.signal,
        on: { step: () => void (++steps === 17 && controller.abort()) },
      });
    } while (figures.stopped !== undefined);
    expect(rounds).toBeGreaterThan(4);
    expect(timeless(figures)).toEqual(expected);
    expect(readdirSync(join(folder, 'runs')).sort()).toEqual([
      'baseline-0',
      'baseline-1',
      'dropout-0.5-0',
      'dropout-0.5-1',
      'lr-0.5-0',
      'lr-0.5-1',
    ]);
  });
});
