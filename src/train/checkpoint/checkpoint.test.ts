/** Checkpoints: a training that stopped goes on as if it had not, and what does not fit is refused whole. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ArgumentError,
  F,
  FormatError,
  Generator,
  getRngState,
  load,
  manualSeed,
  nn,
  optim,
  rand,
  randint,
  StateDictError,
  save,
  Tensor,
} from 'hone';
import { loadCheckpoint, modelCheckpoint, saveCheckpoint } from 'hone/train';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'hone-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

function training() {
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(8, 3));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 2, gamma: 0.5 });
  const order = new Generator(5);
  const steps = (count: number) =>
    Array.from({ length: count }, () => {
      const x = rand([6, 4]);
      const loss = F.crossEntropy(model.forward(x), randint(0, 3, [6], { generator: order }));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      scheduler.step();
      return loss.item();
    });
  const parts = { model, optimizer, scheduler, generators: { order } };
  return { ...parts, parts, steps };
}

test('a training goes on as if it had never stopped', () => {
  const path = join(folder, 'deep/er/training.pth');
  manualSeed(1);
  const first = training();
  first.steps(3);
  saveCheckpoint(path, { ...first.parts, notes: { epoch: 3, best: 0.25 } });
  const expected = first.steps(4);
  manualSeed(77);
  const second = training();
  expect(loadCheckpoint(path, second.parts)).toEqual({ epoch: 3, best: 0.25 });
  expect(second.steps(4)).toEqual(expected);
});

test('what a file lacks, or does not fit, is said before anything changes', () => {
  const path = join(folder, 'model.pth');
  const { model, optimizer, generators } = training();
  saveCheckpoint(path, { model });
  const other = new nn.Linear(2, 2);
  const state = getRngState();
  expect(() => loadCheckpoint(path, { optimizer })).toThrow(/holds no optimizer; it has model, rng_state/);
  expect(() => loadCheckpoint(path, { model, generators })).toThrow(/holds no generator order/);
  expect(() => loadCheckpoint(path, { model: other })).toThrow(StateDictError);
  save(model.stateDict(), join(folder, 'plain.pth'));
  expect(() => loadCheckpoint(join(folder, 'plain.pth'), {})).toThrow(FormatError);
  save({ model: model.stateDict(), rng_state: new Uint8Array(9) }, join(folder, 'broken.pth'));
  expect(() => loadCheckpoint(join(folder, 'broken.pth'), { model })).toThrow('setState: got 9 bytes');
  expect(getRngState()).toEqual(state);
  expect(() => saveCheckpoint(join(folder, 'model.safetensors'), { model })).toThrow(ArgumentError);
});

test('modelCheckpoint writes the file that its path names', async () => {
  const { model, optimizer } = training();
  const path = join(folder, 'best.pth');
  const callback = modelCheckpoint(path, { monitor: 'train.loss' });
  const run = { model, optimizer, history: [], epoch: 1, epochs: 1, steps: 1, stop() {} } as never;
  await callback.onTrainStart!(run);
  await callback.onEpochEnd!({ epoch: 1, train: { loss: 1 } } as never, run);
  expect(load(path)['0.weight']).toBeInstanceOf(Tensor);
});
