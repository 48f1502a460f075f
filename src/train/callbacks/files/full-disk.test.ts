/** Callbacks on a disk that refuses their files: training goes on, and what waits is written once it can be. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, manualSeed, nn, optim, randn, type Tensor } from 'hone';
import { type Callback, csvLogger, fit, historyLogger, modelCheckpoint, runReport } from 'hone/train';
import { afterAll, afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'hone-disk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let warnings: MockInstance<typeof console.warn>;
beforeEach(() => {
  warnings = vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => warnings.mockRestore());

/** Puts a folder in the place of a file after the first epoch, and takes it away before the end of epoch `until`. */
const blocked = (path: string, until: number): Callback => ({
  name: 'blocked',
  onEpochStart({ epoch }) {
    if (epoch === 2 || epoch === until) rmSync(path, { recursive: true, force: true });
    if (epoch === 2) mkdirSync(path);
  },
});

const training = (callbacks: Callback[], lr = 0.1) => {
  manualSeed(0);
  const model = new nn.Linear(2, 1);
  const options = {
    train: [[randn([4, 2]), randn([4, 1])] as const],
    loss: new nn.MSELoss(),
    optimizer: new optim.SGD(model.parameters(), { lr }),
    epochs: 4,
    callbacks,
  };
  return { model, options };
};

const warned = () => warnings.mock.calls.map(([text]) => String(text)).filter((text) => text.includes(folder));

test('csvLogger has all rows in the end', async () => {
  const path = join(folder, 'scores.csv');
  const { model, options } = training([blocked(path, 4), csvLogger(path)]);
  expect((await fit(model, options)).stopped!.reason).toBe('finished');
  expect(readFileSync(path, 'utf8').match(/^\d+/gm)).toEqual(['1', '2', '3', '4']);
  expect(warned()).toEqual([expect.stringMatching(/csvLogger: .*scores\.csv.* The training goes on, and this is tried again/)]);
});

test('historyLogger has the whole history in the end, and says beforehand where it cannot write', async () => {
  const path = join(folder, 'history.json');
  const { model, options } = training([blocked(path, 4), historyLogger(path)]);
  expect((await fit(model, options)).stopped!.reason).toBe('finished');
  expect(JSON.parse(readFileSync(path, 'utf8')).epochs).toHaveLength(4);
  expect(warned()).toEqual([expect.stringMatching(/historyLogger: .*history\.json.* The training goes on, and this is tried again/)]);

  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  const other = training([historyLogger(join(file, 'history.csv'))]);
  const before = other.model.weight.tolist();
  await expect(fit(other.model, other.options)).rejects.toThrow(/historyLogger/);
  expect(other.model.weight.tolist()).toEqual(before);
});

test('the best model is in its file, also where a later epoch is no better', async () => {
  const path = join(folder, 'best.safetensors');
  // The target is the score: better in the second epoch than ever after.
  const scores = [3, 1, 2, 2];
  const noted: Record<number, number[]> = {};
  const { model, options } = training([blocked(path, 4)]);
  const note: Callback = { onEpochEnd: ({ epoch }) => void (noted[epoch] = model.weight.tolist() as number[]) };
  let at = 0;
  const metrics = [{ name: 'score', start: () => ({ update() {}, value: () => scores[at++]! }) }];
  const history = await fit(model, {
    ...options,
    metrics,
    callbacks: [...options.callbacks, note],
    saveBest: { path, monitor: 'train.score', mode: 'min' },
  });
  expect([history.best!.epoch, history.stopped!.reason]).toEqual([2, 'finished']);
  expect(load<Record<string, Tensor>>(path)['weight']!.tolist()).toEqual(noted[2]);
});

test('modelCheckpoint saves the epoch that was refused, too', async () => {
  const path = join(folder, 'every.safetensors');
  const { model, options } = training([blocked(path, 4), modelCheckpoint(path, { saveBestOnly: false })]);
  await fit(model, options);
  expect(load<Record<string, Tensor>>(path)['weight']!.tolist()).toEqual(model.weight.tolist());
  expect(warned().length).toBe(1);
});

test('what can be known before the first epoch is an error', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  for (const make of [
    (path: string) => csvLogger(path),
    (path: string) => runReport(path),
    (path: string) => modelCheckpoint(`${path}.safetensors`, { monitor: 'train.loss' }),
  ]) {
    const { model, options } = training([make(join(file, 'below'))]);
    const before = model.weight.tolist();
    await expect(fit(model, options)).rejects.toThrow(/failed in onTrainStart: .*is a file, not a directory/);
    expect(model.weight.tolist()).toEqual(before);
  }
});
