import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError, Generator, nn, optim, randn, type Tensor, tensor } from 'hone';
import { Dataset, TensorDataset } from 'hone/data';
import { defineStudy, type StudyOptions } from 'hone/study';
import { earlyStopping, ema, evaluate } from 'hone/train';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { executeRun } from './execute-run.js';
import { readRun } from './folder.js';

/** Points of two classes. */
function points(count: number, from = 0): TensorDataset<[Tensor, Tensor]> {
  const xs = Array.from({ length: count }, (_, i) => [Math.sin((from + i) * 12.9) + (i % 2) - 0.5, Math.cos((from + i) * 7.3)]);
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  return new TensorDataset(tensor(xs), tensor(labels, { dtype: 'int64' }));
}

interface Setting {
  lr: number;
}

const parts = { train: points(30), validation: points(10, 100), test: points(10, 200) };
const define = (more: Partial<StudyOptions<Setting>> = {}) =>
  defineStudy({
    title: 'toys',
    data: parts,
    baseline: { lr: 0.3 },
    factors: { lr: [0.5] },
    model: () => new nn.Sequential(new nn.Linear(2, 6), new nn.ReLU(), new nn.Linear(6, 2)),
    optimizer: (model, { lr }) => new optim.SGD(model.parameters(), { lr }),
    batchSize: 6,
    epochs: 4,
    ...more,
  } as StudyOptions<Setting>);

const run = (more: Partial<StudyOptions<Setting>> = {}, options = {}) => executeRun(define(more), 'baseline', 0, options);

const folders: string[] = [];
const newFolder = () => {
  folders.push(mkdtempSync(join(tmpdir(), 'hone-run-')));
  return folders.at(-1)!;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A layer that gives NaN from a step on. */
class Wild extends nn.Linear {
  private steps = 0;
  constructor(private readonly from: number) {
    super(2, 2);
  }
  override forward(x: Tensor): Tensor {
    return super.forward(this.training && ++this.steps >= this.from ? x.mul(Number.NaN) : x); // 5 steps an epoch
  }
}

describe('a run', () => {
  test('is judged by the epoch that is best on validation data, whatever comes after it', async () => {
    let trained: nn.Module | undefined;
    // Good at first, then ruined by a learning rate that rises.
    const result = await run({
      inspect: (model) => {
        trained = model;
        return undefined;
      },
      scheduler: (optimizer) => new optim.lrScheduler.StepLR(optimizer, 2, 100),
      epochs: 6,
    });
    const validation = result.epochs.map((epoch) => epoch.validation['accuracy']!);
    expect(result.chosen).toBe(validation.indexOf(Math.max(...validation)) + 1);
    expect(result.chosen).toBeLessThan(6);
    expect(result.scores!.validation).toEqual(result.epochs[result.chosen - 1]!.validation);
    const measured = await evaluate(trained as nn.Sequential, parts.test, { loss: new nn.CrossEntropyLoss(), metrics: ['accuracy'] });
    expect(result.scores!.test).toEqual({ ...measured });
    expect(result.epochs.map(({ epoch, steps, lr }) => [epoch, steps, lr])).toEqual([
      [1, 5, 0.3],
      [2, 10, 0.3],
      [3, 15, 30],
      [4, 20, 30],
      [5, 25, 3000],
      [6, 30, 3000],
    ]);
  });

  test('is judged by the loss, or by its last epoch, where the study says so', async () => {
    const wild = { scheduler: (optimizer: optim.Optimizer) => new optim.lrScheduler.StepLR(optimizer, 2, 100), epochs: 6 };
    const byLoss = await run({ ...wild, choose: 'loss' });
    const losses = byLoss.epochs.map((epoch) => epoch.validation.loss);
    expect(byLoss.chosen).toBe(losses.indexOf(Math.min(...losses)) + 1);
    const last = await run({ ...wild, choose: ({ lr }) => (lr === 0.3 ? 'last' : 'loss') });
    expect(last.chosen).toBe(6);
    expect(last.scores!.validation).toEqual(last.epochs[5]!.validation);
  });

  test('that diverges is judged by its best epoch so far; where none had ended, by the weights before the step that it could not take', async () => {
    const late = await run({ model: () => new Wild(8) });
    expect(late).toMatchObject({ failed: 'the loss became NaN in epoch 2, step 3', epochs: { length: 1 }, chosen: 1 });
    expect(late.scores!.validation).toEqual(late.epochs[0]!.validation);
    const early = await run({ model: () => new Wild(2) });
    expect(early).toMatchObject({ failed: 'the loss became NaN in epoch 1, step 2', epochs: [], chosen: 0 });
    expect(early.scores!.test['accuracy']).toBeGreaterThan(0);
    expect(early.running).toBeUndefined();
    const ignored = await run({ model: () => new Wild(1), fit: () => ({ nonFinite: 'ignore' }), metric: 'loss', choose: 'loss' });
    expect(ignored).toMatchObject({ failed: 'its loss on test data is NaN', chosen: 4, epochs: { length: 4 } });
  });

  test.each([
    ['the model', { model: () => new nn.Linear(3, 2) }, /3/],
    [
      'the study',
      {
        model: () => {
          throw new TypeError('no such layer');
        },
      },
      /^TypeError: no such layer \(execute-run\.test\.ts:\d+:\d+\)$/,
    ],
    ['what is no module', { model: () => 3 as never }, /^defineStudy: model gives 3, expected a module/],
    ['fit', { fit: () => ({ epochs: 3 }) }, /^defineStudy: fit gives epochs\. Give epochs beside fit\.$/],
    ['fit', { fit: () => ({ epoch: 3 }) as never }, /^fit: there is no option "epoch"/],
    ['prepare', { prepare: () => ({ train: [] }) }, /^defineStudy: prepare gives a train that is empty\.$/],
    ['prepare', { prepare: () => ({ tarin: [] }) as never }, /^defineStudy: prepare: there is no option "tarin"\. Did you mean train\?/],
    ['prepare', { prepare: () => undefined as never }, /^defineStudy: prepare gives undefined, expected/],
    ['prepare', { prepare: () => ({ train: 5 as never }) }, /^defineStudy: train of prepare: the dataset is a number, expected a Dataset/],
    [
      'optimizer',
      { optimizer: () => undefined as never },
      /^defineStudy: optimizer gives undefined, expected an optimizer such as new optim\.SGD/,
    ],
    ['callbacks', { callbacks: () => ({}) as never }, /^defineStudy: callbacks gives an object, expected a list/],
  ] as [string, Partial<StudyOptions<Setting>>, RegExp][])('notes what %s throws', async (_, more, message) => {
    const result = await run(more);
    expect(result.failed).toMatch(message);
    expect(result.scores).toBeUndefined();
    expect(result.running).toBeUndefined();
  });

  test('keeps its scores where inspect throws', async () => {
    const result = await run({ inspect: () => ({ activation: 'high' as never }) });
    expect(result.failed).toBe('defineStudy: inspect gives "high" as activation, expected a number or a list of numbers.');
    expect(result.scores!.test['accuracy']).toBeGreaterThan(0);
  });

  test('may end early by plan, measure more, and be given callbacks and losses by setting', async () => {
    let seen = 0;
    const result = await run({
      fit: ({ lr }, { stepsPerEpoch }, model) => ({
        earlyStopping: { patience: 1, minDelta: 1 },
        loss: (output, target) => {
          seen = Math.max(seen, stepsPerEpoch);
          return nn.functional.crossEntropy(output, target).add(model.parameters()[0]!.abs().sum().mul(lr));
        },
      }),
      metrics: ['f1'],
      inspect: (model, { lr }, { test: unseen }) => ({ lr, samples: [unseen.length, model.parameters().length] }),
    });
    expect(result.stoppedEarly).toMatch(/^no better validation\.accuracy than .* for 1 epochs$/);
    expect(result.failed).toBeUndefined();
    expect(result.epochs).toHaveLength(2);
    expect(Object.keys(result.scores!.test)).toEqual(['loss', 'accuracy', 'f1']);
    expect(result.extra).toEqual({ lr: 0.3, samples: [10, 4] });
    expect(seen).toBe(5);
    const callback = await run({ callbacks: () => [earlyStopping({ monitor: 'train.loss', stoppingThreshold: 100 })] });
    expect(callback.stoppedEarly).toMatch(/reaches the threshold 100/);
  });

  test('is judged by averaged weights where those were measured', async () => {
    const result = await run({ callbacks: () => [ema({ decay: 0.5 })] });
    expect(result.failed).toBeUndefined();
    expect(result.scores!.validation).toEqual(result.epochs[result.chosen - 1]!.validation);
    const last = await run({ callbacks: () => [ema({ decay: 0.5 })], choose: 'last' });
    expect(last.scores!.validation).toEqual(last.epochs[3]!.validation);
  });

  test('measures with the weights of classes and samples that it was trained with', async () => {
    const balanced = await run({ fit: () => ({ classWeights: 'balanced' }) });
    expect(balanced.failed).toBeUndefined();
    expect(balanced.scores!.validation).toEqual(balanced.epochs[balanced.chosen - 1]!.validation);
    const weighed = await run({ fit: () => ({ sampleWeights: (batch) => (batch as Tensor[])[0]!.select(1, 0).abs() }) });
    expect(weighed.failed).toBeUndefined();
    expect(weighed.scores!.validation).toEqual(weighed.epochs[weighed.chosen - 1]!.validation);
  });

  test('of a regression, compares what the study names', async () => {
    const line = new TensorDataset(tensor([[1], [2], [3], [4], [5], [6]]), tensor([[2], [4], [6], [8], [10], [12]]));
    const study = defineStudy({
      title: 'line',
      data: { train: line, validation: line, test: line },
      baseline: { lr: 0.01 },
      factors: { lr: [0.001] },
      model: () => new nn.Linear(1, 1),
      loss: new nn.MSELoss(),
      metric: 'mae',
      epochs: 3,
    });
    expect(study.metric).toEqual({ name: 'mae', better: 'min' });
    const { scores, chosen, epochs } = await executeRun(study, 'baseline', 0);
    const errors = epochs.map(({ validation }) => validation['mae']!);
    expect(errors[chosen - 1]).toBe(Math.min(...errors));
    expect(scores!.test['mae']).toBe(errors[chosen - 1]);
  });

  test('writes itself into its folder as it goes on, with a log for TensorBoard, and leaves no checkpoint', async () => {
    const folder = newFolder();
    const seen: [number, boolean][] = [];
    const result = await run(
      {},
      {
        folder,
        on: {
          epoch: () => {
            seen.push([readRun(folder).epochs.length, readRun(folder).running === true]);
          },
        },
      },
    );
    expect(seen).toEqual([
      [1, true],
      [2, true],
      [3, true],
      [4, true],
    ]);
    expect(readRun(folder)).toEqual(result);
    const files = readdirSync(folder).filter((name) => !name.startsWith('events.'));
    expect(files.sort()).toEqual(['run.json', 'test', 'train', 'validation']);
  });

  test('ends after an epoch and goes on later, to the figures that it would have had', async () => {
    const whole = await run({ scheduler: (optimizer) => new optim.lrScheduler.CosineAnnealingLR(optimizer, 4) });
    const folder = newFolder();
    const more = { scheduler: (optimizer: optim.Optimizer) => new optim.lrScheduler.CosineAnnealingLR(optimizer, 4) };
    const first = await run(more, { folder, until: 1 });
    expect(first).toMatchObject({ running: true, epochs: { length: 1 } });
    expect(first.scores).toBeUndefined();
    expect(await run(more, { folder, until: 3, resume: true })).toMatchObject({ running: true, epochs: { length: 3 } });
    const result = await run(more, { folder, resume: true });
    const timeless = (value: object) =>
      JSON.parse(JSON.stringify(value, (name, one: unknown) => (name === 'seconds' ? undefined : one))) as unknown;
    expect(timeless(result)).toEqual(timeless(whole));
    expect(existsSync(join(folder, 'checkpoint.ckpt'))).toBe(false);
  });

  test('whose files cannot be written is no result: it ends with an error, and goes on when they can', async () => {
    const whole = await run();
    for (const [name, error] of [
      ['checkpoint.ckpt', /fit: checkpoint: .*checkpoint\.ckpt/],
      ['train', /SummaryWriter: .*train/],
    ] as const) {
      const folder = newFolder();
      const path = join(folder, name);
      // Something else stands where a file or a folder must go: as with a full disk, the system refuses to write.
      if (name === 'train') writeFileSync(path, '');
      else mkdirSync(path);
      const refused = run({}, { folder });
      await expect(refused).rejects.toBeInstanceOf(FileError);
      await expect(refused).rejects.toThrow(error);
      rmSync(path, { recursive: true });
      const on = await run({}, { folder, resume: true });
      expect({ ...on, seconds: 0, epochs: on.epochs.map((epoch) => ({ ...epoch, seconds: 0 })) }).toEqual({
        ...whole,
        seconds: 0,
        epochs: whole.epochs.map((epoch) => ({ ...epoch, seconds: 0 })),
      });
    }
  });

  test('begins anew where its checkpoint is damaged, and is refused that of another run', async () => {
    const whole = await run();
    const folder = newFolder();
    const checkpoint = join(folder, 'checkpoint.ckpt');
    await run({}, { folder, until: 2 });
    await expect(run({ batchSize: 7, loss: new nn.NLLLoss() }, { folder, resume: true })).rejects.toThrow(
      /is the checkpoint of another training/,
    );
    writeFileSync(checkpoint, readFileSync(checkpoint).subarray(0, 900));
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const result = await run({}, { folder, resume: true });
    expect(warn.mock.calls.flat().join('\n')).toMatch(/the checkpoint of "baseline", repeat 0, is damaged, and the run starts anew/);
    expect(result.scores).toEqual(whole.scores);
  });

  test('goes on with nobody else’s model, nor with random numbers of data sets and callbacks that earlier runs drew from', async () => {
    const model = new nn.Linear(2, 2);
    expect((await run({ model: () => model })).failed).toBeUndefined();
    expect((await run({ model: () => model })).failed).toMatch(/model gives a module that another run has trained\. Make a new one/);
    /** Noise from a generator of its own, as a transform may have one. */
    class Noisy extends Dataset<[Tensor, Tensor]> {
      readonly length = 30;
      readonly generator = new Generator(5);
      get(i: number): [Tensor, Tensor] {
        const [x, y] = parts.train.get(i) as [Tensor, Tensor];
        return [x.add(randn([2], { generator: this.generator })), y];
      }
    }
    const noisy = define({ data: { ...parts, train: new Noisy() } });
    const first = await executeRun(noisy, 'baseline', 0);
    expect(first.failed).toBeUndefined();
    const second = await executeRun(noisy, 'baseline', 1);
    expect((await executeRun(noisy, 'baseline', 0)).scores).toEqual(first.scores);
    expect(second.scores).not.toEqual(first.scores);
  });

  test('is of a variant that there is', async () => {
    await expect(executeRun(define(), 'base line', 0)).rejects.toThrow(
      'executeRun: there is no variant "base line". Did you mean "baseline"? There are "baseline", "lr 0.5".',
    );
  });
});

describe('the data of a study', () => {
  /** Which samples the parts of a run have. */
  const samplesOf = async (data: StudyOptions<Setting>['data'], repeat: number) => {
    const samples = new Map<string, number[]>();
    const study = define({
      data,
      prepare: (given) => {
        for (const [name, part] of Object.entries(given) as [string, { length: number; get(i: number): unknown }][])
          samples.set(
            name,
            Array.from({ length: part.length }, (_, i) => (part.get(i) as Tensor[])[0]!.select(0, 0).item()).sort((a, b) => a - b),
          );
        return {};
      },
    });
    const { failed } = await executeRun(study, 'baseline', repeat);
    expect(failed).toBeUndefined();
    return Object.fromEntries(samples) as Record<'train' | 'validation' | 'test', number[]>;
  };
  const numbered = (count: number, from = 0) =>
    new TensorDataset(
      tensor(Array.from({ length: count }, (_, i) => [from + i, 1])),
      tensor(
        Array.from({ length: count }, (_, i) => i % 2),
        { dtype: 'int64' },
      ),
    );

  test('is split where parts are missing: test data once for all runs, validation data by the repeat', async () => {
    const [a, b] = [await samplesOf({ train: numbered(36) }, 0), await samplesOf({ train: numbered(36) }, 1)];
    for (const { train, validation, test: unseen } of [a, b]) {
      expect([train.length, validation.length, unseen.length]).toEqual([24, 6, 6]);
      expect([...train, ...validation, ...unseen].sort((x, y) => x - y)).toEqual(Array.from({ length: 36 }, (_, i) => i));
    }
    expect(b.test).toEqual(a.test);
    expect(b.validation).not.toEqual(a.validation);
    const given = await samplesOf({ train: numbered(12), test: numbered(5, 100) }, 0);
    expect([given.train.length, given.validation.length, given.test]).toEqual([10, 2, [100, 101, 102, 103, 104]]);
    const other = await samplesOf({ train: numbered(12), validation: numbered(3, 50) }, 0);
    expect([other.train.length, other.validation, other.test.length]).toEqual([10, [50, 51, 52], 2]);
  });

  test.each([
    [() => ({}), 'data has no train'],
    [() => ({ train: [] }), 'data.train is empty'],
    [() => ({ train: numbered(2) }), 'data.train has 2 samples, too few to split test or validation data off'],
    [() => ({ train: 3 }), 'data.train: the dataset is a number, expected a Dataset'],
    [() => ({ train: numbered(9), valdation: numbered(9) }), 'data: there is no option "valdation". Did you mean validation?'],
    [() => numbered(9), 'data: got a TensorDataset where options are expected'],
    [() => undefined, 'data gives undefined, expected { train, validation, test }'],
  ] as [() => never, string][])('refuses %o', async (data, message) => {
    await expect(executeRun(define({ data }), 'baseline', 0)).rejects.toThrow(`defineStudy: ${message}`);
  });
});
