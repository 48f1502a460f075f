/** The hooks of callbacks: when each is called, what it may do, and what becomes of errors in it. */
import { ArgumentError, manualSeed, nn, noGrad, ones, optim, type Tensor, tensor } from 'hone';
import { type Callback, CallbackError, evaluate, type FitOptions, fit, History, type TrainingRun } from 'hone/train';
import { describe, expect, test, vi } from 'vitest';
import { scripted, setting } from '../../../test/helpers/training.js';

const HOOKS = [
  'onTrainStart',
  'onEpochStart',
  'onBatchStart',
  'onAfterBackward',
  'onBeforeOptimizerStep',
  'onAfterOptimizerStep',
  'onStep',
  'onEvaluationStart',
  'onEpochEnd',
  'onEvaluationEnd',
  'onTrainEnd',
] as const;

/** A callback that hears of everything. */
const listener = (hear: (hook: string) => unknown): Callback =>
  Object.fromEntries([...HOOKS, 'onError'].map((hook) => [hook, () => hear(hook)]));

test('each hook has its moment', async () => {
  const { model, options } = setting(1);
  const heard: string[] = [];
  await fit(model, { ...options, callbacks: [listener((hook) => void heard.push(hook))] });
  const step = ['onBatchStart', 'onAfterBackward', 'onBeforeOptimizerStep', 'onAfterOptimizerStep', 'onStep'];
  expect(heard).toEqual([
    ...['onTrainStart', 'onEpochStart', ...step, ...step, ...step, ...step],
    ...['onEvaluationStart', 'onStep', 'onStep', 'onEpochEnd', 'onEvaluationEnd', 'onTrainEnd'],
  ]);
});

test('hooks within a step see its gradients, its counts and its loss, and may change gradients and batch', async () => {
  const line = () => {
    const model = new nn.Linear(1, 1, { bias: false });
    noGrad(() => model.weight.fill_(1));
    const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
    return { model, optimizer, train: [1, 2].map(() => [ones([1, 1]), ones([1, 1])]), loss: (output: Tensor) => output.sum(), epochs: 2 };
  };
  const { model, ...options } = line();
  const seen: unknown[] = [];
  const kept: Tensor[] = [];
  const note = (at: string, { step, totalSteps, optimizerSteps, batchLoss, model: m }: TrainingRun) =>
    seen.push([at, step, totalSteps, optimizerSteps, batchLoss, (m as typeof model).weight.item()]);
  await fit(model, {
    ...options,
    epochs: 1,
    callbacks: [
      {
        onBatchStart: ([x, y]) => [x!.mul(3), y],
        onAfterBackward: (run) => void note('backward', run),
        onBeforeOptimizerStep(run) {
          expect(model.weight.grad!.item()).toBe(3);
          kept.push(model.weight.grad!.clone());
          model.weight.grad!.mul_(0.5);
          note('before', run);
        },
        onAfterOptimizerStep(run) {
          kept.push(tensor([run.step]));
          note('after', run);
        },
      },
    ],
  });
  expect(seen).toEqual([
    ['backward', 1, 0, 0, 3, 1],
    ['before', 1, 0, 0, 3, 1],
    ['after', 1, 1, 1, 3, -0.5],
    ['backward', 2, 1, 1, -1.5, -0.5],
    ['before', 2, 1, 1, -1.5, -0.5],
    ['after', 2, 2, 2, -1.5, -2],
  ]);
  expect(kept.map((x) => x.item())).toEqual([3, 1, 3, 2]);
});

test('each callback gets the batch that the one before it made; the batches of the loader live on', async () => {
  const { model, options } = setting(2);
  const batches = [...options.train];
  const seen: number[] = [];
  await fit(model, {
    ...options,
    train: batches,
    callbacks: [
      { onBatchStart: ([x, y]) => [x.mul(0).add(1), y] },
      { onBatchStart: ([x]) => void seen.push(x.mean().item()) },
      { onBatchStart: ([x, y]) => [x.add(1), y] },
      { onBatchStart: ([x]) => void seen.push(x.mean().item()) },
    ],
  });
  expect(new Set(seen)).toEqual(new Set([1, 2]));
  expect(batches[0]![0].toArray()).toHaveLength(16);
});

test('the run tells of the training, so that a callback can evaluate by itself', async () => {
  const { model, options } = setting(1);
  const own: unknown[] = [];
  const history = await fit(model, {
    ...options,
    callbacks: [
      {
        async onEpochEnd(_, { loss, metrics, validation, train, scheduler, forward }) {
          own.push(await evaluate(model, validation!, { loss, metrics }));
          expect(train).toBe(options.train);
          expect([scheduler, forward]).toEqual([undefined, undefined]);
        },
      },
    ],
  });
  expect(own).toEqual([history.epochs[0]!.validation]);
});

describe('around the evaluation', () => {
  /** Puts 100 into the weight while the epoch is measured and kept. */
  const swapping = (log: string[] = []): Callback => {
    let before = 0;
    const of = (run: TrainingRun) => (run.model as unknown as { weight: Tensor }).weight;
    return {
      name: 'swapping',
      onEvaluationStart(run) {
        before = of(run).item();
        noGrad(() => of(run).add_(100));
        log.push('start');
      },
      onEvaluationEnd(run) {
        noGrad(() => of(run).fill_(before));
        log.push('end');
      },
    };
  };
  test('what is put into the model is measured and kept, and gone when training goes on', async () => {
    const { model, with: using } = scripted([3, 1, 2]);
    const history = await fit(model, using({ saveBest: true, callbacks: [swapping()] }));
    expect(history.best!.stateDict['weight']!.item()).toBe(102);
    expect(model.weight.item()).toBe(3);
  });
  test('it is gone also where an evaluation is cut short or fails', async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const cut = scripted([3, 1, 2]);
    await fit(
      cut.model,
      cut.with({
        signal: controller.signal,
        callbacks: [swapping(log), { onStep: ({ phase, epoch }) => void (phase === 'validation' && epoch === 2 && controller.abort()) }],
      }),
    );
    expect([cut.model.weight.item(), log]).toEqual([2, ['start', 'end', 'start', 'end']]);
    const failing = scripted([3, 1, 2]);
    const training = fit(
      failing.model,
      failing.with({
        restoreBest: true,
        callbacks: [
          swapping(),
          {
            onEpochEnd({ epoch }) {
              if (epoch === 3) throw new Error('no');
            },
          },
        ],
      }),
    );
    await expect(training).rejects.toThrow('no');
    expect(failing.model.weight.item()).toBe(102); // the best epoch as it was measured
  });
});

describe('what is noted by log', () => {
  test('stands in the record of its epoch, the last value of each name, and in the table', async () => {
    const { model, with: using } = scripted([3, 1]);
    const history = await fit(
      model,
      using({
        callbacks: [
          {
            onStep: ({ phase }, run) => phase === 'train' && run.log('norm', run.epoch),
            onEpochEnd: ({ epoch }, run) => epoch === 2 && run.log('late', 5),
          } as Callback,
          { onEpochEnd: ({ epoch, logged }, run) => void expect([epoch, logged]).toEqual([run.epoch, run.logged]) },
        ],
      }),
    );
    expect(history.epochs.map(({ logged }) => logged)).toEqual([{ norm: 1 }, { norm: 2, late: 5 }]);
    expect(history.toCsv().split('\n')[0]).toMatch(/,norm,late$/);
    expect(history.toCsv().split('\n')[1]).toMatch(/,1,$/);
    expect(history.values('logged.norm')).toEqual([1, 2]);
  });
  test('is a number', async () => {
    const { model, with: using } = scripted([3]);
    const training = fit(model, using({ callbacks: [{ name: 'mine', onEpochStart: (run) => run.log('lr', '1' as never) }] }));
    await expect(training).rejects.toThrow(/^fit: the callback mine failed in onEpochStart, epoch 1: fit: log of lr .*"1"/);
    await expect(training).rejects.toThrow(ArgumentError);
  });
});

describe('an error in a hook', () => {
  const places: Record<string, string> = {
    onTrainStart: '',
    onEpochStart: ', epoch 1',
    onEvaluationStart: ', epoch 1',
    onEpochEnd: ', epoch 1',
    onEvaluationEnd: ', epoch 1',
    onTrainEnd: '',
    onStep: ', epoch 1, step 1',
  };
  test.each(HOOKS)('%s ends the training, by name; the first of two, and nothing is left half-done', async (hook) => {
    const { model, options } = setting(1);
    const cause = new Error('full disk');
    const heard: unknown[] = [];
    const broken: Callback = {
      name: 'broken',
      [hook]: () => {
        throw cause;
      },
    };
    const callbacks: FitOptions<readonly Tensor[]>['callbacks'] = [broken, { onError: (error) => void heard.push(error) }];
    const error = (await fit(model, { ...options, callbacks }).catch((e) => e)) as CallbackError;
    expect(error).toBeInstanceOf(CallbackError);
    expect(error.message).toBe(`fit: the callback broken failed in ${hook}${places[hook] ?? ', epoch 1, step 1'}: full disk`);
    expect(error.cause).toBe(cause);
    expect(error.history).toBeInstanceOf(History);
    expect(error.history!.stopped).toMatchObject({ reason: 'failed', message: error.message });
    expect(heard).toEqual([error]);
    // The model is free, in its mode, and trains as one that nothing happened to.
    expect(model.training).toBe(true);
    if (hook === 'onTrainStart' || hook === 'onBatchStart') {
      manualSeed(0);
      const other = setting(1);
      expect(Object.values(model.stateDict()).map((x) => x.toArray())).toEqual(
        Object.values(other.model.stateDict()).map((x) => x.toArray()),
      );
    }
    expect((await fit(model, { ...options, history: new History() })).epochs).toHaveLength(1);
  });

  test('names the class, or the place in the list; errors of Hone keep their class, and what they carry', async () => {
    const cause = new ArgumentError('tensor: nothing');
    class Watcher {
      onEpochEnd() {
        throw Object.assign(cause, { value: 7 });
      }
    }
    const { model, options } = setting(1);
    const error = await fit(model, { ...options, callbacks: [new Watcher()] }).catch((e) => e);
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toBe('fit: the callback Watcher failed in onEpochEnd, epoch 1: tensor: nothing');
    expect(error.stack).toContain(`ArgumentError: ${error.message}\n`);
    expect(error.cause).toBe(cause);
    expect([error.name, error.code, error.value, cause.message]).toEqual(['ArgumentError', 'ARGUMENT', 7, 'tensor: nothing']);
    const thrown = fit(model, {
      ...options,
      saveBest: true,
      callbacks: [
        {},
        {
          onEpochEnd: () => {
            throw 'words';
          },
        },
      ],
    });
    await expect(thrown).rejects.toThrow('fit: callbacks[1] failed in onEpochEnd, epoch 1: "words"');
  });

  test.each(['onBatchStart', 'onAfterBackward', 'onBeforeOptimizerStep', 'onAfterOptimizerStep'])('%s cannot be async', async (hook) => {
    const { model, options } = setting(1);
    const callbacks = [{ name: 'late', [hook]: async () => Promise.reject(new Error('unheard')) }];
    await expect(fit(model, { ...options, callbacks })).rejects.toThrow(
      `fit: the callback late in ${hook}, epoch 1, step 1 gives a promise, but it is called within a step, which does not wait. Make it a plain function, without async.`,
    );
  });

  test('a second one at its end is a warning', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { model, options } = setting(1);
    const fail = (text: string) => () => {
      throw new Error(text);
    };
    const training = fit(model, {
      ...options,
      callbacks: [{ onEpochEnd: fail('first'), onEvaluationEnd: fail('second'), onError: fail('third') }],
    });
    await expect(training).rejects.toThrow('first');
    expect(warn.mock.calls.map(([text]) => /in (\w+).*: (\w+)$/.exec(String(text))?.slice(1))).toEqual([
      ['onEvaluationEnd', 'second'],
      ['onError', 'third'],
    ]);
    warn.mockRestore();
  });
});
