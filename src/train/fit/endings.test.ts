/** How trainings end, which epoch is the best, and where a training goes on. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError, load, nn, noGrad, ones, optim, type Tensor, zeros } from 'hone';
import {
  type Callback,
  earlyStopping,
  type FitOptions,
  fit,
  History,
  historyLogger,
  keepBest,
  loadCheckpoint,
  metric,
  modelCheckpoint,
  NonFiniteError,
  NonFiniteGradientError,
  NonFiniteLossError,
  saveCheckpoint,
} from 'hone/train';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'hone-endings-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = (end = 'safetensors') => join(folder, `${++files}.${end}`);

/** One weight, which counts the steps it has seen. */
class Counter extends nn.Module {
  w = new nn.Parameter(zeros([1]));
  forward(x: Tensor): Tensor {
    return x.mul(0).add(this.w);
  }
}

/** Adds 1 to every weight, whatever the gradient. */
class CountUp extends optim.SGD {
  override step(): never {
    noGrad(() => (this.paramGroups[0]!.params[0] as Tensor).add_(1));
    this.hasStepped = true;
    return undefined as never;
  }
}

const batch = [ones([4, 1]), zeros([4, 1])] as const;

/** A training of one step per epoch whose scores follow scripts: after epoch n the weight is n. */
function scripted(losses: readonly number[], scores: readonly number[] = losses) {
  const model = new Counter();
  const optimizer = new CountUp(model.parameters(), { lr: 1 });
  let epoch = 0;
  const counting: Callback = { onEpochStart: (run) => void (epoch = run.epoch) };
  const loss = (output: Tensor) =>
    model.training
      ? output.mean()
      : output
          .mul(0)
          .add(losses[epoch - 1]!)
          .mean();
  const score = metric('accuracy', () => scores[epoch - 1]!);
  const options: FitOptions<readonly Tensor[]> = {
    train: [batch],
    validation: [batch],
    loss,
    optimizer,
    epochs: losses.length,
    metrics: [score],
    callbacks: [counting],
  };
  return {
    model,
    optimizer,
    parts: { model, optimizer },
    options,
    with: (more: Partial<FitOptions<readonly Tensor[]>>) => ({ ...options, ...more, callbacks: [counting, ...(more.callbacks ?? [])] }),
  };
}

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
      expect(history.best!.stateDict['w']!.item()).toBe(2);
      expect([model.w.item(), load(path)['w']!.item()]).toEqual([2, 2]);
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
    expect([model.w.item(), load(follows)['w']!.item(), load(own)['w']!.item()]).toEqual([2, 2, 1]);
  });

  test('two that want different ones are refused, with the way out', async () => {
    const { model, with: using } = both();
    const contradictions: Partial<FitOptions<readonly Tensor[]>>[] = [
      { earlyStopping: { monitor: 'validation.accuracy' }, saveBest: { path: newPath(), monitor: 'validation.loss' } },
      { callbacks: [earlyStopping({ monitor: 'train.loss' })], saveBest: { monitor: 'validation.loss' } },
      { callbacks: [earlyStopping({ mode: 'max' }), keepBest({ mode: 'min' })] },
    ];
    for (const more of contradictions) {
      const training = fit(model, using(more));
      await expect(training).rejects.toThrow(ArgumentError);
      await expect(training).rejects.toThrow(/a training has one best epoch.*modelCheckpoint\(path, \{ monitor \}\)/);
    }
    expect(model.w.item()).toBe(0);
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
    expect(error.message).toBe(message);
    expect(heard).toEqual([error]);
    expect(error.history).toBeInstanceOf(History);
    expect(error.history.epochs.length).toBeGreaterThanOrEqual(3);
    expect(error.history.stopped).toMatchObject({ reason: 'failed', message, epoch: 4 });
    expect(error.history.best).toMatchObject({ epoch: 2, value: 1, path });
    expect([model.w.item(), load(path)['w']!.item(), model.training]).toEqual([2, 2, true]);
    expect(existsSync(log)).toBe(true);
    // The model is free again.
    await fit(model, using({ epochs: 1 }));
  });

  test('NaN, an abort and a stop restore as well', async () => {
    const nan = scripted([3, 1, 2, 9]);
    let step = 0;
    const loss = nan.options.loss as (output: Tensor) => Tensor;
    const error = await fit(
      nan.model,
      nan.with({
        restoreBest: true,
        loss: (output) => (nan.model.training && ++step === 4 ? output.mul(Number.NaN).mean() : loss(output)),
      }),
    ).catch((e) => e);
    expect(error).toBeInstanceOf(NonFiniteLossError);
    expect(error).toMatchObject({ epoch: 4, step: 1, history: { epochs: [{ epoch: 1 }, { epoch: 2 }, { epoch: 3 }] } });
    expect(nan.model.w.item()).toBe(2);

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
    expect([history.stopped!.reason, aborted.model.w.item()]).toEqual(['aborted', 2]);
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
    expect(heard).toEqual(['first']);
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

describe('NaN in gradients under a finite loss', () => {
  class Norm extends nn.Module {
    fine = new nn.Parameter(ones([2]));
    bad = new nn.Parameter(zeros([2]));
    forward(x: Tensor): Tensor {
      return x.mul(this.fine.sum()).add(this.bad.square().sum().sqrt()); // the slope of the root at 0
    }
  }
  test('is seen in its step, before a weight changes, also in the last step', async () => {
    const model = new Norm();
    const options = { train: [batch], loss: new nn.MSELoss(), optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), epochs: 1 };
    const error = await fit(model, options).catch((e) => e);
    expect(error).toBeInstanceOf(NonFiniteGradientError);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error).toMatchObject({ epoch: 1, step: 1, parameters: ['bad'] });
    expect(error.message).toMatch(
      /the gradient of bad is NaN or infinite at epoch 1, step 1; the step was not taken, the weights are as before/,
    );
    expect([model.fine.toArray(), model.bad.toArray()]).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect((await fit(model, { ...options, nonFinite: 'ignore' })).stopped!.reason).toBe('finished');
    expect(model.bad.toArray()).toEqual([Number.NaN, Number.NaN]);
  });

  test('large gradients whose sum overflows are none', async () => {
    const model = new nn.Linear(2, 1, { bias: false });
    const loss = (output: Tensor) => output.mul(1e38).sum();
    const x = ones([2, 2]).mul(3);
    const history = await fit(model, {
      train: [[x, zeros([2, 1])]],
      loss: (output) => loss(output).mul(0.5),
      optimizer: new optim.SGD(model.parameters(), { lr: 1e-38 }),
      epochs: 1,
    });
    expect(history.stopped!.reason).toBe('finished');
  });

  test('weights that overflow in the last step are told of, truthfully', async () => {
    const model = new nn.Linear(1, 1, { bias: false });
    const error = await fit(model, {
      train: [batch],
      loss: (output) => output.mean().mul(1e30),
      optimizer: new optim.SGD(model.parameters(), { lr: 1e30 }),
      epochs: 1,
    }).catch((e) => e);
    expect(error).toBeInstanceOf(NonFiniteGradientError);
    expect(error.message).toMatch(/after epoch 1 weight holds NaN or infinity; the steps up to step 1 were taken/);
  });
});

describe('a training that is resumed', () => {
  test('counts epochs, patience and the best one further, and never replaces the best file by a worse one', async () => {
    const [file, best] = [newPath('pth'), newPath()];
    const losses = [0.5, 0.25, 1, 0.75, 0.625, 0.125];
    const first = scripted(losses);
    await fit(first.model, first.with({ epochs: 3, saveBest: best }));
    saveCheckpoint(file, { model: first.model, optimizer: first.optimizer });
    expect(load(best)['w']!.item()).toBe(2);

    const second = scripted(losses);
    loadCheckpoint(file, { model: second.model, optimizer: second.optimizer });
    const seen: number[] = [];
    const history = await fit(
      second.model,
      second.with({
        epochs: 2,
        saveBest: best,
        restoreBest: true,
        callbacks: [{ onEpochStart: ({ epoch, epochs }) => void seen.push(epoch, epochs) }],
      }),
    );
    expect(seen).toEqual([4, 5, 5, 5]);
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(history.values('validation.loss')).toEqual(losses.slice(0, 5));
    expect(history.best).toMatchObject({ epoch: 2, value: 0.25, path: best });
    expect([load(best)['w']!.item(), second.model.w.item()]).toEqual([2, 2]);
    expect(history.steps).toBe(5);

    // A better epoch is still one.
    second.model.w.data.fill_(5);
    const more = await fit(second.model, second.with({ epochs: 1, saveBest: best, history }));
    expect(more.best).toMatchObject({ epoch: 6, value: 0.125 });
    expect(load(best)['w']!.item()).toBe(6);
  });

  test('from a checkpoint made in a callback, patience goes on, and so do all callbacks', async () => {
    const [file, checkpointed] = [newPath('pth'), newPath()];
    const losses = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
    const first = scripted(losses);
    await fit(
      first.model,
      first.with({
        epochs: 3,
        callbacks: [
          modelCheckpoint(checkpointed),
          {
            onEpochEnd: ({ epoch }) => {
              if (epoch === 2) saveCheckpoint(file, first.parts);
            },
          },
        ],
      }),
    );
    const second = scripted(losses);
    loadCheckpoint(file, second.parts);
    const history = await fit(
      second.model,
      second.with({ epochs: 4, earlyStopping: { patience: 3 }, callbacks: [modelCheckpoint(checkpointed)] }),
    );
    expect(history.stopped).toMatchObject({
      reason: 'stopped',
      epoch: 4,
      message: 'no better validation.loss than 0.20000 (epoch 1) for 3 epochs',
    });
    expect(load(checkpointed)['w']!.item()).toBe(1);
  });

  test('the state that was best in memory comes along; a model alone, or a new history, starts anew', async () => {
    const file = newPath('pth');
    const losses = [0.3, 0.1, 0.5, 0.4];
    const first = scripted(losses);
    await fit(first.model, first.with({ epochs: 3, saveBest: true }));
    saveCheckpoint(file, first.parts);
    const second = scripted(losses);
    loadCheckpoint(file, second.parts);
    await fit(second.model, second.with({ epochs: 1, restoreBest: true }));
    expect(second.model.w.item()).toBe(2);

    for (const anew of ['model', 'history'] as const) {
      const third = scripted(losses);
      loadCheckpoint(file, anew === 'model' ? { model: third.model } : third.parts);
      const history = await fit(third.model, third.with({ epochs: 1, ...(anew === 'history' && { history: new History() }) }));
      expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1]);
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
