/** Checkpoints of other trainings, files that are none, and options that make no sense: each refused with what is wrong. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError, F, FileError, FormatError, HoneError, load, manualSeed, nn, optim, rand, save, type Tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { type FitOptions, fit, loadCheckpoint, metric, saveCheckpoint } from 'hone/train';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

// Memory where the system has a folder of it: what is synced is written at once.
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hone-refused-'));
const path = join(folder, 'a.ckpt');
afterAll(() => rmSync(folder, { recursive: true }));

interface Choice {
  width?: number;
  more?: boolean;
  p?: number;
  samples?: number;
  shift?: number;
  batchSize?: number;
  shuffle?: boolean;
  loss?: FitOptions<readonly Tensor[]>['loss'];
  optimizer?: (model: nn.Sequential) => optim.Optimizer;
  scheduler?: (optimizer: optim.Optimizer) => FitOptions<readonly Tensor[]>['scheduler'];
  fit?: object;
}

const stepLr = (optimizer: optim.Optimizer) => new optim.lrScheduler.StepLR(optimizer, { stepSize: 3 });

function training({ width = 8, more = false, p = 0.1, samples = 22, shift = 0, batchSize = 4, shuffle = true, ...choice }: Choice = {}) {
  manualSeed(0);
  const x = rand([samples, 4]);
  const data = new TensorDataset(x.add(shift), x.argmax(1).remainder(3));
  const layers = [new nn.Linear(4, width), new nn.ReLU(), new nn.Dropout(p), new nn.Linear(width, 3)];
  const model = new nn.Sequential(...layers, ...(more ? [new nn.Linear(3, 3)] : []));
  const optimizer = choice.optimizer?.(model) ?? (new optim.Adam(model.parameters(), { lr: 0.01 }) as unknown as optim.Optimizer);
  const options = {
    train: new DataLoader(data, { batchSize, shuffle }),
    validation: new DataLoader(data, { batchSize: 8 }),
    loss: choice.loss ?? new nn.CrossEntropyLoss(),
    optimizer,
    scheduler: (choice.scheduler ?? stepLr)(optimizer),
    epochs: 2,
    metrics: ['accuracy'],
    checkpoint: path,
    resume: true,
    ...choice.fit,
  } as unknown as FitOptions<readonly Tensor[]>;
  return { model, options, run: () => fit(model, options) };
}

beforeAll(async () => {
  await training().run();
});

test.each<[string, Choice, RegExp | string]>([
  ['wider layers', { width: 16 }, 'model 0.weight: float32 [8, 4] in the checkpoint, float32 [16, 4] here'],
  ['one more layer', { more: true }, 'model 4.weight: none in the checkpoint, float32 [3, 3] here'],
  ['another dropout', { p: 0.2 }, 'model: (2): Dropout(p=0.1, inplace=False) in the checkpoint, (2): Dropout(p=0.2, inplace=False) here'],
  [
    'another rate',
    { optimizer: (m) => new optim.Adam(m.parameters(), { lr: 0.1 }) as never },
    'optimizer group 0 lr: 0.01 in the checkpoint, 0.1 here',
  ],
  [
    'other betas',
    { optimizer: (m) => new optim.Adam(m.parameters(), { lr: 0.01, betas: [0.8, 0.999] }) as never },
    /betas: \[0\.9, 0\.999\] in the checkpoint, \[0\.8/,
  ],
  [
    'another optimizer',
    { optimizer: (m) => new optim.SGD(m.parameters(), { lr: 0.01 }) as never },
    'optimizer class: Adam in the checkpoint, SGD here',
  ],
  [
    'fewer parameters',
    { optimizer: (m) => new optim.Adam(m.parameters().slice(1), { lr: 0.01 }) as never },
    'optimizer group 0 parameters: 0.weight in the checkpoint, not here',
  ],
  ['no schedule', { fit: { scheduler: undefined } }, 'scheduler: StepLR in the checkpoint, none here'],
  [
    'a schedule of other steps',
    { scheduler: (o) => new optim.lrScheduler.StepLR(o, { stepSize: 5 }) },
    'scheduler step_size: 3 in the checkpoint, 5 here',
  ],
  [
    'another schedule',
    { scheduler: (o) => new optim.lrScheduler.ExponentialLR(o, { gamma: 0.9 }) },
    'scheduler class: StepLR in the checkpoint, ExponentialLR here',
  ],
  [
    'a schedule each step',
    { scheduler: (o) => ({ scheduler: stepLr(o), every: 'step' }) },
    'scheduler every: epoch in the checkpoint, step here',
  ],
  ['another loss', { loss: new nn.MultiMarginLoss() }, 'loss class: CrossEntropyLoss in the checkpoint, MultiMarginLoss here'],
  ['smoothed labels', { loss: new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }) }, 'loss labelSmoothing: 0 in the checkpoint, 0.1 here'],
  ['a function as loss', { loss: (a, b) => F.crossEntropy(a, b) }, 'loss: CrossEntropyLoss in the checkpoint, a function here'],
  [
    'more metrics',
    { fit: { metrics: ['accuracy', metric('mean', (o) => o.mean())] } },
    'metrics: ["accuracy"] in the checkpoint, ["accuracy", "mean"] here',
  ],
  ['weights of classes', { fit: { classWeights: [1, 2, 1] } }, 'fit classWeights: none in the checkpoint, [1, 2, 1] here'],
  ['weights of samples', { fit: { sampleWeights: () => undefined } }, 'fit sampleWeights: none in the checkpoint, a function here'],
  ['a forward', { fit: { forward: () => [] } }, 'fit forward: none in the checkpoint, a function here'],
  ['fewer samples', { samples: 21 }, /train loader: DataLoader \(22 samples .* in the checkpoint, DataLoader \(21 samples/],
  ['other samples', { shift: 1 }, 'train: the samples are not the same'],
  ['larger batches', { batchSize: 5 }, /train loader: .*batchSize: 4.* in the checkpoint, .*batchSize: 5.* here/],
  [
    'no shuffling',
    { shuffle: false },
    /train loader: .*shuffle: true.* in the checkpoint, DataLoader \(22 samples of TensorDataset, batchSize: 4, 6 batches\) here/,
  ],
  ['no validation', { fit: { validation: undefined } }, /validation: DataLoader \(.*\) in the checkpoint, none here/],
  ['other train scores', { fit: { evaluateTrain: true } }, 'fit evaluateTrain: false in the checkpoint, true here'],
  ['fewer epochs', { fit: { epochs: 1 } }, /epochs is 1, but .*a\.ckpt is in epoch 2 already/],
])('%s', async (_, choice, message) => {
  const before = readFileSync(path);
  const { model, run } = training(choice);
  const weights = JSON.stringify(model);
  const error = await run().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HoneError);
  expect((error as Error).message).toMatch(message);
  expect([JSON.stringify(model), readFileSync(path)]).toEqual([weights, before]);
});

test('of a checkpoint that is refused the parts can be loaded, and a training of more epochs goes on', async () => {
  const trained = training();
  expect((await trained.run()).epochs).toHaveLength(2);
  const other = training({ samples: 21 });
  loadCheckpoint(path, { model: other.model });
  expect(other.model.stateDict()['0.weight']!.equal(trained.model.stateDict()['0.weight']!)).toBe(true);
  const whole = training({ fit: { epochs: 4, checkpoint: undefined, resume: undefined } });
  const longer = training({ fit: { epochs: 4, checkpoint: join(folder, 'longer.ckpt'), resume: path } });
  const [a, b] = [await whole.run(), await longer.run()];
  expect(b.values('validation.loss')).toEqual(a.values('validation.loss'));
});

test('other weights are refused, and functions of another text are told of', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const at = join(folder, 'weighed.ckpt');
  const weighed = (fit: object) => training({ fit: { checkpoint: at, ...fit } }).run();
  const sampleWeights = ([x]: readonly Tensor[]) => x!.sum(1);
  await weighed({ classWeights: { 0: 1, 2: 3 }, sampleWeights });
  await expect(weighed({ classWeights: { 0: 1, 2: 4 }, sampleWeights })).rejects.toThrow('fit classWeights 2: 3 in the checkpoint, 4 here');
  await expect(weighed({ classWeights: 'balanced', sampleWeights })).rejects.toThrow(
    /fit classWeights: .* in the checkpoint, balanced here/,
  );
  await expect(weighed({ classWeights: { 0: 1, 2: 3 } })).rejects.toThrow('fit sampleWeights: a function in the checkpoint, none here');
  expect(warned).not.toHaveBeenCalled();
  await weighed({ classWeights: { 0: 1, 2: 3 }, sampleWeights: ([x]: readonly Tensor[]) => x!.sum(1).mul(2) });
  expect(warned.mock.calls.flat().join('\n')).toMatch(/the function given as sampleWeights has another text/);
  warned.mockRestore();
});

test('a function of another text as loss, and callbacks that come or go, are told of', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const at = join(folder, 'told.ckpt');
  const counter = (name: string) => ({ name, stateDict: () => ({ n: 1 }), loadStateDict: () => {} });
  await training({ loss: (a, b) => F.crossEntropy(a, b), fit: { checkpoint: at, callbacks: [counter('left')] } }).run();
  await training({ loss: (a, b) => F.crossEntropy(a, b).mul(2), fit: { checkpoint: at, callbacks: [counter('come')] } }).run();
  const texts = warned.mock.calls.flat().join('\n');
  expect(texts).toMatch(/told\.ckpt holds the state of left, which is not among the callbacks now/);
  expect(texts).toMatch(/told\.ckpt holds no state of come: it starts anew/);
  expect(texts).toMatch(/the function given as loss has another text/);
});

describe('files that are no checkpoint of fit', () => {
  const resume = (file: string) => training({ fit: { checkpoint: file } }).run();

  test('of other kinds', async () => {
    const { model } = training();
    saveCheckpoint(join(folder, 'plain.pth'), { model });
    save(model.stateDict(), join(folder, 'state.pth'));
    writeFileSync(join(folder, 'text.ckpt'), 'once upon a time');
    writeFileSync(join(folder, 'empty.ckpt'), '');
    await expect(resume(join(folder, 'plain.pth'))).rejects.toThrow(/was made by saveCheckpoint .* Load it with loadCheckpoint/);
    await expect(resume(join(folder, 'state.pth'))).rejects.toThrow(/is no checkpoint of fit: it holds 0\.weight/);
    await expect(resume(join(folder, 'text.ckpt'))).rejects.toThrow(
      /^fit: resume: .*text\.ckpt.* Delete the file to start the training anew\.$/,
    );
    await expect(resume(join(folder, 'empty.ckpt'))).rejects.toBeInstanceOf(FormatError);
    await expect(training({ fit: { resume: join(folder, 'no.ckpt') } }).run()).rejects.toThrow(/^fit: resume: there is no file .*no\.ckpt/);
  });

  test('damaged bytes: an error of Hone, or the same training, never anything else', async () => {
    manualSeed(5);
    const whole = readFileSync(path);
    const at = join(folder, 'damaged.ckpt');
    for (let i = 0; i < 150; i++) {
      const place = Math.floor(rand([1], { dtype: 'float64' }).item() * whole.length);
      const bytes = i % 3 === 0 ? whole.subarray(0, place) : Buffer.from(whole);
      if (i % 3 !== 0) bytes[place]! ^= 1 << (i % 8);
      writeFileSync(at, bytes);
      const error: unknown = await resume(at).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error !== undefined) expect(error).toBeInstanceOf(HoneError);
    }
  });

  test('parts in the place of others', async () => {
    const at = join(folder, 'mixed.ckpt');
    type Parts = Record<string, unknown> & { training: Record<string, unknown> };
    const write = (change: (file: Parts) => void) => {
      const file = load<Parts>(path);
      change(file);
      save(file, at);
    };
    const wrong: ((file: Parts) => void)[] = [];
    const { training } = load<Parts>(path);
    for (const name of Object.keys(training)) {
      for (const value of [3, 'x', [], null, { a: { b: 1 } }]) wrong.push((file) => void (file.training[name] = value));
      wrong.push((file) => void delete file.training[name]);
    }
    for (const name of ['model', 'optimizer', 'scheduler', 'rng_state', 'history'])
      for (const value of [3, [], { x: 1 }]) wrong.push((file) => void (file[name] = value));
    let refused = 0;
    for (const change of wrong) {
      write(change);
      const error: unknown = await resume(at).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error === undefined) continue;
      expect(error).toBeInstanceOf(HoneError);
      refused++;
    }
    expect(refused).toBeGreaterThan(wrong.length * 0.6);
  });
});

describe('options', () => {
  test.each<[object, RegExp]>([
    [{ checkpoint: undefined }, /resume is true, but no checkpoint says from where/],
    [{ checkpoint: 'a.safetensors' }, /End the path in \.ckpt/],
    [{ checkpoint: 'a' }, /End the path in \.ckpt/],
    [{ checkpoint: 5 }, /checkpoint is 5, expected a path or options/],
    [{ checkpoint: { pth: path } }, /no option "pth"\. Did you mean path/],
    [{ checkpoint: { path, every: 5 } }, /checkpoint\.every is 5, expected 'epoch'/],
    [{ checkpoint: { path, every: { step: 5 } } }, /checkpoint\.every has step, expected/],
    [{ checkpoint: { path, every: { steps: 0 } } }, /checkpoint\.every\.steps is 0, expected a whole number of at least 1/],
    [{ checkpoint: { path, every: { seconds: 0 } } }, /checkpoint\.every\.seconds is 0, expected a number above 0/],
    [{ checkpoint: { path, every: { steps: 1, seconds: 1 } } }, /checkpoint\.every has steps and seconds/],
    [{ checkpoint: { path, signals: true } }, /checkpoint\.signals is true, expected 'exit' or 'return'/],
    [{ checkpoint: { path, generators: { a: 1 } } }, /checkpoint\.generators\.a is 1, expected a Generator/],
    [{ resume: 3 }, /resume is 3, expected true, false or the path of a checkpoint/],
  ])('%o', async (more, message) => {
    const error: unknown = await training({ fit: more })
      .run()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toMatch(message);
  });

  test('a path where no file can be is an error before the first step', async () => {
    mkdirSync(join(folder, 'folder.ckpt'));
    writeFileSync(join(folder, 'file'), '');
    const steps: unknown[] = [];
    for (const at of [join(folder, 'folder.ckpt'), join(folder, 'file/a.ckpt')]) {
      const run = training({ fit: { checkpoint: at, callbacks: [{ onStep: (event: unknown) => void steps.push(event) }] } }).run();
      await expect(run).rejects.toBeInstanceOf(FileError);
    }
    expect(steps).toEqual([]);
  });
});
