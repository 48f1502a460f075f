/** How trainings end, and which epoch is the best. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError, load, nn, ones, optim, type Tensor, zeros } from 'hone';
import {
  type Callback,
  earlyStopping,
  type FitOptions,
  fit,
  History,
  historyLogger,
  keepBest,
  metric,
  modelCheckpoint,
  NonFiniteLossError,
} from 'hone/train';
import { afterAll, describe, expect, test } from 'vitest';
import { scripted } from '../../../test/helpers/training.js';

const folder = mkdtempSync(join(tmpdir(), 'hone-endings-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = (end = 'safetensors') => join(folder, `${++files}.${end}`);

const batch = [ones([4, 1]), zeros([4, 1])] as const;

describe('one best epoch', () => {
  // accuracy is best in epoch 2, the loss in epoch 1
  const both = () => scripted([1, 2, 3, 4, 5], [0.1, 0.9, 0.3, 0.2, 0.1]);

  test('early stopping, the file, history.best and the model mean the same one', async () => {
    const monitor = 'validation.accuracy' as const;
    for (const choose of [
      (path: string) => ({ earlyStopping: { monitor, patience: 3, restoreBest: true }, saveBest: path }),
      (path: string) => ({ earlyStopping: { patience: 3 }, restoreBest: true, saveBest: { path, monitor } }),
      (path: string) => ({ callbacks: [earlyStopping({ monitor, patience: 3, restoreBest: true })], saveBest: path }),
      (path: string) => ({ earlyStopping: { patience: 3 }, callbacks: [keepBest({ path, monitor, restore: true })] }),
    ]) {
      const path = newPath();
      const { model, with: using } = both();
      const history = await fit(model, using(choose(path)));
      expect(history.epochs).toHaveLength(5);
      expect(history.best).toMatchObject({ epoch: 2, monitor, value: 0.9, path });
      expect(history.best!.stateDict['weight']!.item()).toBe(2);
      expect([model.weight.item(), load(path)['weight']!.item()]).toEqual([2, 2]);
    }
  });

  test('modelCheckpoint without a wish of its own follows it, with one keeps its own file', async () => {
    const [follows, own] = [newPath(), newPath()];
    const { model, with: using } = both();
    await fit(
      model,
      using({
        earlyStopping: { monitor: 'validation.accuracy', patience: 9, restoreBest: true },
        callbacks: [modelCheckpoint(follows), modelCheckpoint(own, { monitor: 'validation.loss' })],
      }),
    );
    expect([model.weight.item(), load(follows)['weight']!.item(), load(own)['weight']!.item()]).toEqual([2, 2, 1]);
  });

  test('two that want different ones are refused, with the way out', async () => {
    const { model, with: using } = both();
    const contradictions: Partial<FitOptions<readonly Tensor[]>>[] = [
      { earlyStopping: { monitor: 'validation.accuracy', restoreBest: true }, saveBest: { path: newPath(), monitor: 'validation.loss' } },
      { callbacks: [earlyStopping({ monitor: 'train.loss', restoreBest: true })], saveBest: { monitor: 'validation.loss' } },
      { callbacks: [earlyStopping({ monitor: 'train.loss', minDelta: 1 }), keepBest({ monitor: 'train.loss', minDelta: 2 })] },
      { callbacks: [earlyStopping({ mode: 'max' }), keepBest({ mode: 'min' })] },
    ];
    for (const more of contradictions) {
      const training = fit(model, using(more));
      await expect(training).rejects.toThrow(ArgumentError);
      await expect(training).rejects.toThrow(/a training has one best epoch.*modelCheckpoint\(path, \{ monitor \}\)/);
    }
    expect(model.weight.item()).toBe(0);
  });
});

describe('however a training ends', () => {
  const endings: [string, string, (at: (epoch: number) => boolean) => Partial<FitOptions<readonly Tensor[]>>][] = [
    [
      'an error in a callback',
      'full disk',
      (at) => ({
        callbacks: [
          {
            onEpochEnd: ({ epoch }) => {
              if (at(epoch)) throw new Error('full disk');
            },
          },
        ],
      }),
    ],
    [
      'an error in a later step of a callback',
      'broken',
      (at) => ({
        callbacks: [
          {
            onStep: async ({ epoch }) => {
              await null;
              if (at(epoch)) throw new Error('broken');
            },
          },
        ],
      }),
    ],
    [
      'an error in the data',
      'no such file',
      (at) => {
        let epoch = 0;
        return {
          train: {
            *[Symbol.iterator]() {
              if (at(++epoch)) throw new Error('no such file');
              yield batch;
            },
          },
        };
      },
    ],
    [
      'a metric',
      'no metric',
      (at) => {
        let calls = 0;
        return {
          metrics: [
            metric('odd', () => {
              if (at(Math.ceil(++calls / 2))) throw new Error('no metric');
              return 1;
            }),
          ],
        };
      },
    ],
  ];
  test.each(endings)('%s: the best state, the modes and the history are there', async (_, message, make) => {
    const { model, with: using } = scripted([3, 1, 2, 9, 9, 9]);
    const path = newPath();
    const heard: unknown[] = [];
    const more = make((epoch) => epoch === 4);
    const log = newPath('json');
    const error = await fit(
      model,
      using({
        ...more,
        restoreBest: true,
        saveBest: path,
        callbacks: [...(more.callbacks ?? []), historyLogger(log), { onError: (e) => void heard.push(e) }],
      }),
    ).then(
      () => expect.fail('it should have thrown'),
      (e: Error & { history: History }) => e,
    );
    expect(error.message.replace(/^fit: callbacks\[1\] failed in on(EpochEnd, epoch 4|Step, epoch 4, step 1): /, '')).toBe(message);
    expect(heard).toEqual([error]);
    expect(error.history).toBeInstanceOf(History);
    expect(error.history.epochs.length).toBeGreaterThanOrEqual(3);
    expect(error.history.stopped).toMatchObject({ reason: 'failed', message: error.message, epoch: 4 });
    expect(error.history.best).toMatchObject({ epoch: 2, value: 1, path });
    expect([model.weight.item(), load(path)['weight']!.item(), model.training]).toEqual([2, 2, true]);
    expect(existsSync(log)).toBe(true);
    // The model is free again.
    await fit(model, using({ epochs: 1 }));
  });

  test('NaN, an abort and a stop restore as well', async () => {
    const nan = scripted([3, 1, 2, 9]);
    let step = 0;
    const { loss } = nan.options;
    const error = await fit(
      nan.model,
      nan.with({
        restoreBest: true,
        loss: (output, target) => (nan.model.training && ++step === 4 ? output.mul(Number.NaN).mean() : loss(output, target)),
      }),
    ).catch((e) => e);
    expect(error).toBeInstanceOf(NonFiniteLossError);
    expect(error).toMatchObject({ epoch: 4, step: 1, history: { epochs: [{ epoch: 1 }, { epoch: 2 }, { epoch: 3 }] } });
    expect(nan.model.weight.item()).toBe(2);

    const aborted = scripted([3, 1, 2, 9]);
    const controller = new AbortController();
    const history = await fit(
      aborted.model,
      aborted.with({
        restoreBest: true,
        signal: controller.signal,
        callbacks: [{ onStep: ({ epoch }) => void (epoch === 4 && controller.abort()) }],
      }),
    );
    expect([history.stopped!.reason, aborted.model.weight.item()]).toEqual(['aborted', 2]);
  });

  test('an error in onError hides neither the first nor other callbacks', async () => {
    const { model, with: using } = scripted([1]);
    const heard: string[] = [];
    const callbacks: Callback[] = [
      {
        onEpochEnd: () => {
          throw new Error('first');
        },
      },
      {
        onError: () => {
          throw new Error('second');
        },
      },
      { onError: (error) => void heard.push((error as Error).message) },
    ];
    await expect(fit(model, using({ callbacks }))).rejects.toThrow('first');
    expect(heard).toEqual(['fit: callbacks[1] failed in onEpochEnd, epoch 1: first']);
    const endless: Callback[] = [
      {
        onTrainEnd: () => {
          throw new Error('at the end');
        },
      },
      {
        onError: () => {
          throw new Error('again');
        },
      },
    ];
    await expect(fit(model, using({ callbacks: endless, restoreBest: true }))).rejects.toThrow('at the end');
  });

  test('the modes are as before, also those of parts', async () => {
    const model = new nn.Sequential(new nn.Linear(1, 2), new nn.Dropout(0.5), new nn.Linear(2, 1));
    model.children()[1]!.eval();
    const modes = () => model.modules().map((module) => module.training);
    const before = modes();
    const options = {
      train: [batch],
      validation: [batch],
      loss: new nn.MSELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      epochs: 1,
    };
    await fit(model, options);
    expect(modes()).toEqual(before);
    model.eval();
    const seen: boolean[] = [];
    await fit(model, { ...options, callbacks: [{ onStep: ({ phase }) => void (phase === 'train' && seen.push(...modes())) }] });
    expect(seen).toEqual([true, true, true, true]);
    expect(modes()).toEqual([false, false, false, false]);
  });

  test('the loader hears of it, and the signal keeps no listener', async () => {
    const { model, with: using } = scripted([1, 1]);
    let closed = 0;
    const train = {
      async *[Symbol.asyncIterator]() {
        try {
          for (;;) yield batch;
        } finally {
          closed++;
        }
      },
    };
    const controller = new AbortController();
    const added: string[] = [];
    const { signal } = controller;
    signal.addEventListener = ((type: string) => void added.push(type)) as never;
    await expect(
      fit(
        model,
        using({
          train,
          signal,
          callbacks: [
            {
              onStep: () => {
                throw new Error('enough');
              },
            },
          ],
        }),
      ),
    ).rejects.toThrow('enough');
    await fit(model, using({ train, signal, callbacks: [{ onStep: (_, run) => run.stop('enough') }] }));
    expect([closed, added]).toEqual([2, []]);
  });
});
