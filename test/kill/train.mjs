/**
 * A training that may be killed at any moment and started again: node train.mjs CHECKPOINT SETTINGS. Settings are JSON: `every`, `workers`,
 * `persistent`, `loader` (`loader`, `array` or `stream`). It prints a line at each step, and at its end all that must be the same, as JSON.
 */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { DataLoader, ModuleDataset, WeightedRandomSampler } from '../../dist/node/data.js';
import { manualSeed, nn, optim, rand } from '../../dist/node/index.js';
import * as training from '../../dist/node/train.js';

const { fit, accumulateGradients } = training;
const [path, json = '{}'] = process.argv.slice(2);
const { every = { steps: 1 }, workers = 0, persistent = false, loader = 'loader', epochs = 5, signals, slow = 0 } = JSON.parse(json);

manualSeed(11);
const data = await ModuleDataset.load(new URL('./samples.mjs', import.meta.url));
const model = new nn.Sequential(
  new nn.Conv2d(1, 4, 3),
  new nn.BatchNorm2d(4),
  new nn.ReLU(),
  new nn.Flatten(),
  new nn.Dropout(0.4),
  new nn.Linear(64, 3),
);
const optimizer = new optim.NAdam(model.parameters(), { lr: 0.01 });
const settings = { batchSize: 4, ...(workers > 0 && { numWorkers: workers, persistentWorkers: persistent }) };
const weighted = new WeightedRandomSampler(
  Array.from({ length: 26 }, (_, i) => 1 + (i % 5)),
  26,
);
const train =
  loader === 'weighted'
    ? new DataLoader(data, { ...settings, sampler: weighted })
    : loader === 'stream'
      ? {
          *[Symbol.iterator]() {
            for (let i = 0; i < 7; i++) yield [rand([4, 1, 6, 6]), rand([4]).mul(3).long()];
          },
        }
      : loader === 'array'
        ? [
            ...new DataLoader(
              Array.from({ length: 26 }, (_, i) => data.get(i)),
              { batchSize: 4 },
            ),
          ]
        : new DataLoader(data, { ...settings, shuffle: true });

const averages = training.ema ? [training.ema({ decay: 0.9 })] : [];
const history = await fit(model, {
  train,
  validation: new DataLoader(data, { batchSize: 13, ...(workers > 0 && { numWorkers: 1 }) }),
  loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }),
  optimizer,
  scheduler: { scheduler: new optim.lrScheduler.OneCycleLR(optimizer, { maxLr: 0.05, totalSteps: 4 * epochs }), every: 'step' },
  epochs,
  metrics: ['accuracy'],
  earlyStopping: { patience: 4, monitor: 'validation.loss' },
  saveBest: true,
  restoreBest: true,
  callbacks: [
    accumulateGradients(2),
    ...averages,
    {
      async onStep({ phase, epoch, step }) {
        if (phase !== 'train') return;
        writeSync(1, `step ${epoch}.${step}\n`);
        if (slow > 0) await new Promise((resolve) => setTimeout(resolve, slow));
      },
    },
  ],
  checkpoint: { path, every, ...(signals !== undefined && { signals }) },
  resume: true,
});

const mark = (tensors) => {
  const hash = createHash('sha256');
  for (const [name, tensor] of Object.entries(tensors)) hash.update(name).update(new Uint8Array(tensor.toTypedArray().buffer));
  return hash.digest('hex');
};
const { epochs: records, best, steps, optimizerSteps, stopped } = history;
const result = {
  weights: mark(model.stateDict()),
  epochs: records.map(({ seconds, samplesPerSecond, ...rest }) => rest),
  best: best && { ...best, stateDict: mark(best.stateDict) },
  counts: [steps, optimizerSteps],
  stopped,
};
writeSync(1, `result ${JSON.stringify(result)}\n`);
