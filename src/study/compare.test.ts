import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError, nn, optim, type Tensor, tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { type Comparison, comparisonPage, comparisonTable } from 'hone/report';
import { type CompareOptions, compare, digitModels, studyDigits } from 'hone/study';
import { metric } from 'hone/train';
import { describe, expect, test } from 'vitest';

/** Points left and right of 0, of two classes. */
function points(from: number, count: number): [Tensor, Tensor] {
  const xs = Array.from({ length: count }, (_, i) => [(i % 2 === 0 ? 1 : -1) * (from + i / count), i / count]);
  return [
    tensor(xs),
    tensor(
      xs.map(([x]) => (x! > 0 ? 1 : 0)),
      { dtype: 'int64' },
    ),
  ];
}

const train = new TensorDataset(...points(0.5, 23));
const test_ = new TensorDataset(...points(0.7, 7));

const linear = (name: string, lr = 0.1) => ({
  name,
  description: `lr ${lr}`,
  model: () => new nn.Sequential(new nn.Linear(2, 2)),
  optimizer: (model: nn.Module) => new optim.SGD(model.parameters(), { lr }),
});

function options(more: Partial<CompareOptions> = {}): CompareOptions {
  return {
    title: 'toys',
    summary: 'points',
    variants: [linear('slow', 0.01), linear('fast', 0.5)],
    loaders: () => ({ train: new DataLoader(train, { batchSize: 5, shuffle: true }), validation: new DataLoader(test_, { batchSize: 4 }) }),
    loss: new nn.CrossEntropyLoss(),
    epochs: 3,
    repeats: 2,
    ...more,
  };
}

describe('compare', () => {
  test('all variants run once before any runs twice, with the seeds of the repeats', async () => {
    const order: string[] = [];
    const result = await compare(
      options({
        variants: [linear('a'), linear('b')],
        seed: 7,
        on: { runStart: (place) => order.push(`${place.run + 1}/${place.runs} ${place.variant} ${place.repeat} ${place.seed}`) },
      }),
    );
    expect(order).toEqual(['1/4 a 0 7', '2/4 b 0 7', '3/4 a 1 8', '4/4 b 1 8']);
    // The same model on the same seed, whatever ran in between: the same weights and shuffles, the same figures.
    const figures = result.variants.map((variant) => variant.runs.map((run) => run.epochs.map(({ seconds: _, ...rest }) => rest)));
    expect(figures[0]).toEqual(figures[1]);
    expect(figures[0]![0]).not.toEqual(figures[0]![1]);
  });

  test('gathers what each epoch measured, and the best', async () => {
    const result = await compare(options());
    expect(result.stopped).toBeUndefined();
    expect(result.variants.map(({ name, description, parameters }) => [name, description, parameters])).toEqual([
      ['slow', 'lr 0.01', 6],
      ['fast', 'lr 0.5', 6],
    ]);
    expect(result.variants[0]!.architecture).toBe('Sequential(\n  (0): Linear(in_features=2, out_features=2, bias=True)\n)');
    for (const { runs } of result.variants) {
      expect(runs.map((run) => run.seed)).toEqual([0, 1]);
      for (const { epochs, bestEpoch } of runs) {
        expect(epochs).toHaveLength(3);
        const losses = epochs.map((e) => e.validationLoss);
        expect(losses[bestEpoch - 1]).toBe(Math.min(...losses));
        for (const e of epochs) {
          expect((e.trainAccuracy! * 23) % 1).toBeCloseTo(0, 9);
          expect((e.validationAccuracy! * 7) % 1).toBeCloseTo(0, 9);
          expect(e.seconds).toBeGreaterThan(0);
        }
      }
    }
    expect(result.variants.map(({ runs }) => runs[0]!.epochs[0]!.lr)).toEqual([0.01, 0.5]);
    const last = (v: number) => result.variants[v]!.runs[0]!.epochs[2]!.trainLoss;
    expect(last(1)).toBeLessThan(last(0));
  });

  test('measures any metric, or none: a regression has no accuracy', async () => {
    const [x, y] = [tensor([[1], [2], [3], [4], [5]]), tensor([[2], [4], [6], [8], [10]])];
    const regression = {
      variants: [{ ...linear('line'), model: () => new nn.Linear(1, 1) }],
      loaders: () => ({
        train: new DataLoader(new TensorDataset(x, y), { batchSize: 2 }),
        validation: new DataLoader(new TensorDataset(x, y), { batchSize: 4 }),
      }),
      loss: new nn.MSELoss(),
      repeats: 1,
    };
    const mae = metric('mae', (output, target) => output.sub(target).abs().mean());
    const measured = await compare(options({ ...regression, metric: mae }));
    expect(measured.metric).toEqual({ name: 'mae', better: 'min' });
    const [figures] = measured.variants[0]!.runs[0]!.epochs;
    // The same weights on the same samples: batches of 2 and of 4 give the same means.
    expect(figures!['trainMae']).toBeCloseTo(figures!['validationMae']!, 5);
    expect(figures!.trainLoss).toBeCloseTo(figures!.validationLoss, 4);
    expect(comparisonTable(measured)).toMatch(/train mae.*test mae/);
    expect(await comparisonPage(measured)).toContain('test mae');
    const bare = await compare(options({ ...regression, metric: null }));
    expect(bare.metric).toBe(null);
    expect(Object.keys(bare.variants[0]!.runs[0]!.epochs[0]!).sort()).toEqual(['lr', 'seconds', 'trainLoss', 'validationLoss']);
    expect(comparisonTable(bare)).not.toContain('accuracy');
    expect(await comparisonPage(bare)).not.toContain('accuracy');
    await expect(compare(options(regression))).rejects.toThrow(/one output per sample.*accuracy\(\{ mode: 'binary' \}\)/);
  });

  test('tells what there is so far, after each epoch and each run', async () => {
    const seen: string[] = [];
    await compare(
      options({
        epochs: 2,
        repeats: 1,
        on: {
          progress: ({ stopped = 'all', variants }) =>
            seen.push(
              `${variants.map(({ name, runs }) => `${name} ${runs.map((run) => `${run.epochs.length}${run.running ? '…' : ''}`)}`).join(', ')}: ${stopped}`,
            ),
        },
      }),
    );
    const so = 'Written while it ran, when';
    expect(seen).toEqual([
      `slow 1…: ${so} 0 of 2 runs were finished.`,
      `slow 2: ${so} 1 of 2 runs were finished.`,
      `slow 2, fast 1…: ${so} 1 of 2 runs were finished.`,
      'slow 2, fast 2: all',
    ]);
  });

  test('measures the training data in evaluation mode, after the epoch', async () => {
    const variant = { ...linear('dropped', 1e-9), model: () => new nn.Sequential(new nn.Linear(2, 2), new nn.Dropout(0.5)) };
    const loaders = () => ({ train: new DataLoader(train, { batchSize: 23 }), validation: new DataLoader(test_, { batchSize: 7 }) });
    const { variants } = await compare(options({ variants: [variant], repeats: 1, epochs: 2, loaders }));
    const [first, second] = variants[0]!.runs[0]!.epochs;
    expect(first!.trainLoss).toBeCloseTo(second!.trainLoss, 6);
  });

  test('a signal ends it: whole runs, the running one up to its last whole epoch, and a sentence', async () => {
    const controller = new AbortController();
    const ended: string[] = [];
    const result = await compare(
      options({
        signal: controller.signal,
        on: {
          step: (event, place) => {
            if (place.run === 2 && event.epoch === 2 && event.phase === 'train' && event.step === 2) controller.abort();
          },
          runEnd: (run, place) => ended.push(`${place.variant} ${run.epochs.length} ${run.interrupted ?? false}`),
        },
      }),
    );
    expect(ended).toEqual(['slow 3 false', 'fast 3 false', 'slow 1 true']);
    expect(result.stopped).toBe('Stopped by hand when 2 of 4 runs were finished.');
    expect(result.variants.map(({ runs }) => runs.map((run) => [run.epochs.length, run.interrupted]))).toEqual([
      [
        [3, undefined],
        [1, true],
      ],
      [[3, undefined]],
    ]);
  });

  test('ended at any step, it goes on to the figures that it would have had', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hone-compare-'));
    const variant = { ...linear('dropped', 0.1), model: () => new nn.Sequential(new nn.Linear(2, 2), new nn.Dropout(0.5)) };
    const all = {
      variants: [linear('slow', 0.01), variant],
      bestModelPath: (name: string, seed: number) => `${folder}/${name}-${seed}.safetensors`,
    };
    const figures = ({ variants }: Comparison) =>
      variants.map(({ runs, ...about }) => ({
        ...about,
        runs: runs.map(({ epochs, ...run }) => ({ ...run, epochs: epochs.map(({ seconds: _, ...rest }) => rest) })),
      }));
    const expected = figures(await compare(options(all)));
    let resume: Comparison | undefined;
    let rounds = 0;
    do {
      const controller = new AbortController();
      let steps = 0;
      const stopped = await compare(
        options({
          ...all,
          checkpoints: folder,
          ...(resume && { resume }),
          signal: controller.signal,
          on: { step: () => void (++steps === 13 && controller.abort()) },
        }),
      );
      resume = JSON.parse(JSON.stringify(stopped)) as Comparison;
      rounds++;
    } while (resume.stopped !== undefined);
    expect(rounds).toBeGreaterThan(4);
    expect(figures(resume)).toEqual(expected);
    expect(readdirSync(folder).filter((file) => file.endsWith('.ckpt'))).toEqual([]);
    const of = { ...resume, title: 'others' };
    await expect(compare(options({ ...all, resume: of }))).rejects.toThrow(
      /resume is of another comparison: its title is "others", here "toys"/,
    );
    rmSync(folder, { recursive: true });
  });

  test('ended before the first epoch, there is nothing to compare', async () => {
    const result = await compare(options({ signal: AbortSignal.abort() }));
    expect(result.variants).toEqual([]);
    expect(result.stopped).toBe('Stopped by hand when 0 of 4 runs were finished.');
  });

  test('a run that diverges says so, and the others go on', async () => {
    class Wild extends nn.Linear {
      private steps = 0;
      override forward(x: Tensor): Tensor {
        return super.forward(this.training && ++this.steps === 8 ? x.mul(Number.NaN) : x); // 5 steps an epoch
      }
    }
    const result = await compare(options({ variants: [{ ...linear('wild'), model: () => new Wild(2, 2) }, linear('calm')], repeats: 1 }));
    const [wild, calm] = result.variants;
    expect(wild!.runs[0]).toMatchObject({ failed: 'the loss became NaN in epoch 2, step 3', epochs: { length: 1 }, bestEpoch: 1 });
    expect(calm!.runs[0]!.epochs).toHaveLength(3);
    expect(result.stopped).toBeUndefined();
  });

  test('tells how long it takes, once each variant that is still to run was measured', async () => {
    const known: boolean[] = [];
    await compare(
      options({
        epochs: 2,
        on: {
          step: (event, place) => {
            expect(event.secondsLeft).toBeGreaterThanOrEqual(0);
            if (event.studySecondsLeft !== undefined) expect(event.studySecondsLeft).toBeGreaterThanOrEqual(event.secondsLeft!);
            known[place.run] = event.studySecondsLeft !== undefined;
          },
        },
      }),
    );
    expect(known).toEqual([false, true, true, true]);
  });

  test('patience ends runs early', async () => {
    const { variants } = await compare(options({ variants: [linear('still', 1e-30)], repeats: 1, epochs: 9, patience: 2 }));
    expect(variants[0]!.runs[0]).toMatchObject({ bestEpoch: 1, epochs: { length: 3 } });
  });

  test.each([
    [{ variants: [] }, /^compare: no variants were given\.$/],
    [{ variants: [linear('a'), linear('a')] }, /^compare: two variants share a name: a, a\. Give each its own\.$/],
    [{ repeats: 0 }, /^compare: repeats is 0, expected a whole number of at least 1\.$/],
    [{ epochs: 1.5 }, /^compare: epochs is 1\.5, expected a whole number of at least 1\.$/],
    [{ seed: -1 }, /^compare: seed is -1, expected a whole number of at least 0\.$/],
  ] as [Partial<CompareOptions>, RegExp][])('refuses %o', async (more, message) => {
    await expect(compare(options(more))).rejects.toThrow(message);
    await expect(compare(options(more))).rejects.toBeInstanceOf(ArgumentError);
  });

  test('errors that are not about the loss end the comparison', async () => {
    const broken = { ...linear('broken'), model: () => new nn.Linear(3, 2) };
    await expect(compare(options({ variants: [broken] }))).rejects.toThrow(/3/);
  });
});

describe('studyDigits', () => {
  test('names the models, and refuses others', async () => {
    expect(digitModels).toEqual(['small', 'big', 'dropout', 'batchnorm']);
    for (const name of ['medium', 'toString']) {
      await expect(studyDigits({ models: [name as 'big'] })).rejects.toThrow(
        `studyDigits: there is no model "${name}"; there are small, big, dropout, batchnorm.`,
      );
    }
  });
});
