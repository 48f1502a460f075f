/** Trainings with these callbacks that are cut short after each of their steps and resumed end with the bits of one that was not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualSeed, nn, optim, rand, randint, type Tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { type Callback, cutmix, ema, type FitOptions, finetuning, fit, lrMonitor, mixupCutmix, swa, timeLimit, warmup } from 'hone/train';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'hone-resumed-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

type Options = FitOptions<readonly Tensor[]>;

const cases: Record<string, (optimizer: optim.SGD) => Partial<Options>> = {
  'ema, warmup by steps, mixupCutmix': (optimizer) => ({
    callbacks: [
      lrMonitor({ interval: 'step' }),
      ema({ decay: 0.9, warmup: 'power', after: 1 }),
      warmup({ steps: 5, from: 0.1, shape: 'cosine' }),
      mixupCutmix({ numClasses: 3, prob: 0.8 }),
      timeLimit({ days: 1 }),
    ],
    scheduler: { scheduler: new optim.lrScheduler.ExponentialLR(optimizer, 0.9), every: 'step' },
    restoreBest: true,
  }),
  'swa, finetuning, warmup by epochs, cutmix': (optimizer) => ({
    callbacks: [
      warmup({ epochs: 2, from: 0.1, delay: true }),
      swa({ startEpoch: 2, lr: 0.02, annealEpochs: 2 }),
      finetuning({ unfreezeAt: { 2: '2', 3: 'all' }, lr: { '0': 0.01 }, lrDecay: 0.5 }),
      cutmix({ numClasses: 3 }),
    ],
    scheduler: new optim.lrScheduler.CosineAnnealingLR(optimizer, 5),
    saveBest: true,
  }),
};

/** Makes everything anew, as a program that starts does. */
function program(more: (optimizer: optim.SGD) => Partial<Options>) {
  manualSeed(3);
  const data = new TensorDataset(rand([20, 2, 3, 4]), randint(0, 3, [20]));
  const model = new nn.Sequential(
    ...[new nn.Conv2d(2, 3, 2), new nn.BatchNorm2d(3), new nn.Conv2d(3, 2, 1), new nn.Dropout(0.2), new nn.Flatten(), new nn.Linear(12, 3)],
  );
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const train = new DataLoader(data, { batchSize: 7, shuffle: true });
  const options = {
    train,
    validation: new DataLoader(data, { batchSize: 8 }),
    loss: new nn.CrossEntropyLoss(),
    optimizer,
    epochs: 3,
    ...more(optimizer),
  };
  return { model, optimizer, options: options as unknown as Options };
}

/** Throws after the n-th step from now. */
function crashAfter(steps: number): Callback {
  let left = steps;
  return {
    name: 'crash',
    onStep({ phase }) {
      if (phase === 'train' && --left === 0) throw new Error('crash');
    },
  };
}

const bits = (tensors: Record<string, Tensor>) =>
  Object.entries(tensors).map(
    ([name, tensor]) => `${name} ${Buffer.from((tensor.toTypedArray() as Float32Array).slice().buffer).toString('hex')}`,
  );

async function outcome({ model, optimizer, options }: ReturnType<typeof program>, more: Partial<Options>) {
  const { epochs, best } = await fit(model, { ...options, ...more, callbacks: [...options.callbacks!, ...(more.callbacks ?? [])] });
  return {
    weights: bits(model.stateDict()),
    records: epochs.map(({ seconds: _, samplesPerSecond: __, ...rest }) => rest),
    best: best && [best.epoch, best.value, ...bits(best.stateDict)],
    lr: optimizer.paramGroups.map(({ lr }) => lr),
  };
}

test.each(Object.entries(cases))('%s', async (_, more) => {
  const expected = await outcome(program(more), {});
  expect(new Set(expected.records.map(({ lr }) => lr.join())).size).toBe(3);
  for (const steps of [1, 3, 4, 8]) {
    const checkpoint = { path: join(folder, `${++files}.ckpt`), every: { steps: 1 } };
    await expect(outcome(program(more), { checkpoint, resume: true, callbacks: [crashAfter(steps)] })).rejects.toThrow('crash');
    expect(await outcome(program(more), { checkpoint, resume: true, callbacks: [crashAfter(1e9)] })).toEqual(expected);
  }
});
