/** Trainings that cannot be meant, or that others disturb: errors, or one warning, that say what to do. */
import { ArgumentError, BusyError, F, HoneError, manualSeed, nn, noGrad, ones, optim, randint, randn, type Tensor, zeros } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { imageGrid, lineChart } from 'hone/report';
import {
  accumulateGradients,
  accuracy,
  ema,
  evaluate,
  type FitOptions,
  fit,
  gradientClipping,
  lrFind,
  modelCheckpoint,
  predict,
} from 'hone/train';
import { models } from 'hone/vision';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';

let warnings: MockInstance<typeof console.warn>;
beforeEach(() => {
  warnings = vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => warnings.mockRestore());

const pause = (ms = 2) => new Promise((resolve) => setTimeout(resolve, ms));
const data = () => new TensorDataset(randn([20, 4]), randint(0, 3, [20]));

function setting() {
  manualSeed(0);
  const model = new nn.Linear(4, 3);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const train = new DataLoader(data(), { batchSize: 2 });
  const options = { train, loss: new nn.CrossEntropyLoss(), optimizer, epochs: 2 };
  return { model, optimizer, options };
}

describe('a model that trains', () => {
  class Net extends nn.Module {
    linear = new nn.Linear(4, 1);
    drop = new nn.Dropout(0.5);
    forward(x: Tensor): Tensor {
      return this.drop.forward(this.linear.forward(x));
    }
  }
  const slow = {
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < 4; i++) {
        await pause();
        yield [ones([8, 4]), zeros([8, 1])];
      }
    },
  };
  const optionsOf = (model: nn.Module, more: object = {}) => ({
    train: slow,
    validation: slow,
    loss: new nn.MSELoss(),
    optimizer: new optim.SGD(model.parameters(), { lr: 0.01 }),
    epochs: 2,
    ...more,
  });

  test('is not trained, evaluated or asked by another call; the training goes on undisturbed', async () => {
    const model = new Net();
    const modes: boolean[] = [];
    const training = fit(
      model,
      optionsOf(model, {
        callbacks: [{ onStep: ({ phase }: { phase: string }) => void (phase === 'train' && modes.push(model.training)) }],
      }),
    );
    await pause(3);
    const others = [
      [fit(model, optionsOf(model)), 'fit: this model is being trained by another fit (epoch 1'],
      [fit(model.linear, optionsOf(model.linear)), 'fit: this model is being trained by another fit'],
      [evaluate(model, slow, { loss: new nn.MSELoss() }), 'evaluate: this model is being trained by fit'],
      [predict(model, ones([2, 4])), 'predict: this model is being trained by fit'],
    ] as const;
    for (const [other, message] of others) {
      await expect(other).rejects.toThrow(BusyError);
      await expect(other).rejects.toThrow(message);
    }
    await training;
    expect(modes).toEqual(new Array(8).fill(true));
    expect((await predict(model, ones([2, 4]))).shape).toEqual([2, 1]);
  });

  test('may be evaluated in its callbacks, which keep the mode, but not trained there', async () => {
    const model = new Net();
    const seen: unknown[] = [];
    await fit(
      model,
      optionsOf(model, {
        callbacks: [
          {
            async onStep({ phase }: { phase: string }) {
              if (phase !== 'train') return;
              const out = await predict(model, ones([40, 4]));
              seen.push(out.max().item() === out.min().item());
              await evaluate(model, slow, { loss: new nn.MSELoss() });
              seen.push(model.training);
            },
          },
        ],
        epochs: 1,
      }),
    );
    expect(seen).toEqual(new Array(8).fill(true));
    const inside = fit(model, optionsOf(model, { callbacks: [{ onEpochEnd: () => fit(model, optionsOf(model)) }] }));
    await expect(inside).rejects.toThrow(BusyError);
    expect(model.training).toBe(true);
  });

  test('an evaluation that a callback forgot to await ends when training goes on', async () => {
    const model = new Net();
    let forgotten: Promise<unknown> | undefined;
    await fit(
      model,
      optionsOf(model, {
        callbacks: [{ onTrainStart: () => void (forgotten = evaluate(model, slow, { loss: new nn.MSELoss() }).catch((e) => e)) }],
      }),
    );
    expect(await forgotten).toBeInstanceOf(BusyError);
  });

  test('evaluations side by side are all in evaluation mode, and leave the modes alone', async () => {
    const model = new Net();
    const x = ones([50, 4]);
    const several = {
      async *[Symbol.asyncIterator]() {
        for (let i = 0; i < 3; i++) {
          await pause();
          yield [x];
        }
      },
    };
    const few = {
      async *[Symbol.asyncIterator]() {
        await pause(1);
        yield [x];
      },
    };
    const all = await Promise.all([predict(model, several), predict(model, few), predict(model, several)]);
    for (const out of all) expect(out.max().item()).toBe(out.min().item());
    expect(model.training).toBe(true);
  });

  test('an async noGrad beside a fit does not switch its gradients off', async () => {
    const model = new Net();
    let done = false;
    const beside = (async () => {
      while (!done) await noGrad(() => pause(3));
    })();
    const history = await fit(model, optionsOf(model));
    done = true;
    await beside;
    expect(history.stopped!.reason).toBe('finished');
  });
});

describe('state between batches', () => {
  const forms: [string, (h: Tensor) => unknown, (kept: never) => Tensor][] = [
    ['detached', (h) => h.detach(), (h: Tensor) => h],
    ['a clone', (h) => h.detach().clone(), (h: Tensor) => h],
    ['in a list', (h) => [h.detach()], ([h]: [Tensor]) => h],
    ['in an object', (h) => ({ state: { h: h.detach() } }), ({ state }: { state: { h: Tensor } }) => state.h],
    ['in a map', (h) => new Map([['h', h.detach()]]), (map: Map<string, Tensor>) => map.get('h')!],
  ];
  test.each(forms)('%s, lives under fit as in a loop by hand', async (_, put, take) => {
    class Stateful extends nn.Module {
      cell = new nn.RNNCell(4, 3);
      kept: unknown = null;
      forward(x: Tensor): Tensor {
        const h = this.cell.forward(x, this.kept === null ? undefined : take(this.kept as never));
        this.kept = put(h);
        return h;
      }
    }
    const { options } = setting();
    const run = async (training: (model: Stateful, optimizer: optim.SGD) => unknown) => {
      manualSeed(5);
      const model = new Stateful();
      await training(model, new optim.SGD(model.parameters(), { lr: 0.1 }));
      return model.cell.weightHh.toArray();
    };
    const byFit = await run((model, optimizer) => fit(model, { ...options, optimizer, epochs: 1 }));
    const byHand = await run((model, optimizer) => {
      for (const [x, y] of options.train) {
        optimizer.zeroGrad();
        options.loss.forward(model.forward(x), y).backward();
        optimizer.step();
      }
    });
    expect(byFit).toEqual(byHand);
  });

  test('a clone that is kept outside the model lives on, and lives in predict', async () => {
    const { model, options } = setting();
    const kept: Tensor[] = [];
    await fit(model, {
      ...options,
      forward: (m, [x, y]) => {
        const out = m.forward(x!) as Tensor;
        kept.push(out.detach().clone());
        return [out, y!];
      },
    });
    expect(kept).toHaveLength(20);
    expect(kept.every((out) => out.shape[1] === 3 && Number.isFinite(out.sum().item()))).toBe(true);
  });
});

describe('schedules', () => {
  const { StepLR, OneCycleLR, CosineAnnealingLR, SequentialLR } = optim.lrScheduler;
  test('of another optimizer are refused', async () => {
    const { model, optimizer, options } = setting();
    const other = new optim.SGD(model.parameters(), { lr: 0.1 });
    for (const scheduler of [new StepLR(other, 1), { scheduler: new OneCycleLR(other, 0.1, 20), every: 'step' as const }])
      await expect(fit(model, { ...options, scheduler })).rejects.toThrow(/belongs to another optimizer, so it would change nothing here/);
    await fit(model, { ...options, scheduler: new SequentialLR(optimizer, [new StepLR(optimizer, 1), new StepLR(optimizer, 2)], [1]) });
  });

  test('that count steps do not go by epochs, nor the other way round', async () => {
    const { model, optimizer, options } = setting(); // 2 epochs of 10 steps
    const cycle = (totalSteps: number) => new OneCycleLR(optimizer, { maxLr: 0.1, totalSteps });
    await expect(fit(model, { ...options, scheduler: cycle(20) })).rejects.toThrow(
      /OneCycleLR has totalSteps 20, in a training of 2 epochs of 10 steps.*every: 'step'/,
    );
    await expect(fit(model, { ...options, scheduler: { scheduler: cycle(2), every: 'step' } })).rejects.toThrow(
      /over in epoch 1. Make totalSteps 20, or let it step once an epoch/,
    );
    await expect(fit(model, { ...options, epochs: 3, scheduler: cycle(2) })).rejects.toThrow(/over after epoch 2. Make totalSteps 3/);
    expect(optimizer.hasStepped).toBe(false);
    await fit(model, { ...options, scheduler: { scheduler: cycle(20), every: 'step' } });
    await fit(model, { ...options, scheduler: cycle(2) });
    expect(warnings).not.toHaveBeenCalled();
    await fit(model, { ...options, scheduler: new CosineAnnealingLR(optimizer, 20) });
    await fit(model, { ...options, scheduler: { scheduler: new CosineAnnealingLR(optimizer, 2), every: 'step' } });
    expect(warnings.mock.calls.map(([text]) => /CosineAnnealingLR has tMax \d+.*seems to count (steps|epochs)/.exec(text)?.[1])).toEqual([
      'steps',
      'epochs',
    ]);
  });
});

describe('outputs that a loss does not expect', () => {
  const warned = async (
    layers: nn.Module[],
    loss: nn.CrossEntropyLoss | nn.NLLLoss | nn.BCEWithLogitsLoss | ((o: Tensor, t: Tensor) => Tensor),
    y?: Tensor,
  ) => {
    warnings.mockClear();
    manualSeed(1);
    const model = new nn.Sequential(new nn.Linear(4, 3), ...layers);
    const target = y ?? randint(0, 3, [8]);
    await fit(model, {
      train: [
        [randn([8, 4]), target],
        [randn([8, 4]), target],
      ],
      loss,
      optimizer: new optim.SGD(model.parameters()),
      epochs: 1,
    });
    return warnings.mock.calls.map(([text]) => String(text));
  };
  test('softmax before cross entropy, and logits for nllLoss: one warning with the cure', async () => {
    expect(await warned([new nn.Softmax(1)], new nn.CrossEntropyLoss())).toEqual([
      expect.stringMatching(/crossEntropy: the input holds probabilities.*Leave the softmax out/),
    ]);
    expect(await warned([new nn.Softmax(1)], new nn.CrossEntropyLoss())).toEqual([]);
    expect(await warned([], new nn.NLLLoss())).toEqual([
      expect.stringMatching(/nllLoss: the input holds no log-probabilities.*logSoftmax\(1\)/),
    ]);
    // made otherwise, by its values
    const rows = (output: Tensor, target: Tensor) => F.crossEntropy(F.softmax(output, 1).mul(1), target);
    expect(await warned([], rows)).toEqual([expect.stringMatching(/fit: crossEntropy: the input holds probabilities/)]);
    const yes = ones([8, 3]);
    expect(await warned([new nn.Sigmoid()], new nn.BCEWithLogitsLoss(), yes)).toEqual([expect.stringMatching(/Leave the sigmoid out/)]);
  });
  test('what they do expect: none', async () => {
    expect(await warned([], new nn.CrossEntropyLoss())).toEqual([]);
    expect(await warned([], F.crossEntropy)).toEqual([]);
    expect(await warned([new nn.LogSoftmax(1)], new nn.NLLLoss())).toEqual([]);
    expect(await warned([new nn.Sigmoid()], new nn.CrossEntropyLoss())).toEqual([]);
  });
});

test('what other libraries call the options of callbacks and models, and scores', async () => {
  const wrong: [call: () => unknown, message: string][] = [
    [() => gradientClipping({ maxNorm: 1 } as never), 'Did you mean norm?'],
    [() => accumulateGradients({ steps: 4 } as never), '"steps" is not an epoch, counted from 1. Write accumulateGradients(4)'],
    [() => modelCheckpoint({ dirpath: 'runs' } as never), 'expected the path of a file. It comes first: modelCheckpoint(path, { … }).'],
    [() => ema({ beta: 0.9 } as never), 'Did you mean decay?'],
    [() => accuracy({ task: 'multiclass' } as never), 'Did you mean mode?'],
    [() => models.resnet18({ pretrained: true } as never), 'Did you mean weights?'],
    [() => lineChart([1, 2] as never), 'lineChart: got [1, 2] where options are expected. Write lineChart({ y: … })'],
    [() => imageGrid(randn([2, 1, 4, 4]), { nrow: 2 } as never), 'Did you mean columns?'],
    [() => lineChart({ y: [1, 2], xTicks: { rotate: 45 } as never }), 'Did you mean rotation?'],
    [() => imageGrid([[[0, 1]]] as never), 'Make one: tensor(rows).'],
  ];
  for (const [call, message] of wrong) expect(call).toThrow(message);
  const { model, options } = setting();
  const history = await fit(model, { ...options, epochs: 1, validation: options.train });
  const values = (score: string) => () => history.values(score as never);
  expect(values('loss')).toThrow("there are train.loss, validation.loss. Did you mean 'train.loss'?");
  expect(values('val_loss')).toThrow("Did you mean 'validation.loss'?");
  expect(values('valid/loss')).toThrow("Did you mean 'validation.loss'?");
  expect(values('val_f1')).toThrow('Pass metrics, or validation, to fit.');
  const { train, loss, optimizer } = options;
  await expect(lrFind(model, { train, loss, optimizer, startLr: 1e-5 } as never)).rejects.toThrow('Did you mean minLr?');
});

test('a score that will not be measured is told of before an epoch is spent', async () => {
  const { model, optimizer, options } = setting();
  const { ReduceLROnPlateau } = optim.lrScheduler;
  for (const over of [
    { earlyStopping: { monitor: 'validation.loss' as const } },
    { saveBest: { monitor: 'train.f1' as const } },
    { callbacks: [modelCheckpoint('never.safetensors', { monitor: 'validation.accuracy' })] },
    { scheduler: { scheduler: new ReduceLROnPlateau(optimizer), monitor: 'validation.loss' as const } },
  ])
    await expect(fit(model, { ...options, ...over })).rejects.toThrow(
      /there is no score ".*"; there are train\.loss\. Pass metrics, or validation/,
    );
  expect(optimizer.hasStepped).toBe(false);
});

test('what is missing or of another kind is named, with what to write', async () => {
  const { model, optimizer, options } = setting();
  const wrong: [object, RegExp][] = [
    [{ optimizer: undefined }, /^fit: the optimizer is missing\. Write optimizer: new optim\.Adam\(model\.parameters\(\)\)\.$/],
    [{ optimizer: optim.Adam }, /^fit: the optimizer is the class Adam, expected/],
    [{ optimizer: 'adam' }, /^fit: the optimizer is "adam"/],
    [{ train: undefined }, /^fit: train is missing, expected batches: a DataLoader/],
    [{ train: data() }, /^fit: train is a data set.*Wrap it: new DataLoader/],
    [{ train: ones([4, 4]) }, /^fit: train is a Tensor of shape \[4, 4\]/],
    [{ validation: data() }, /^fit: validation is a data set/],
    [{ loss: undefined }, /^fit: the loss is missing\. Pass loss: new nn\.CrossEntropyLoss\(\)/],
    [{ loss: 'crossEntropy' }, /^fit: the loss is "crossEntropy"; losses have no names here/],
    [{ loss: nn.MSELoss }, /^fit: the loss is the class MSELoss, expected an object of it\. Write loss: new nn\.MSELoss\(\)\./],
    [{ loss: (output: Tensor) => output.mean().item() }, /^fit: the loss is .*without item\(\)/],
    [{ loss: async (output: Tensor) => output.mean() }, /^fit: the loss is a Promise.*without async/],
    [
      { loss: new nn.CrossEntropyLoss({ reduction: 'none' }) },
      /^fit: the loss is of shape \[2\].*reduction: 'none' gives a loss for each item/,
    ],
    [{ metrics: ['f2'] }, /^fit: there is no metric "f2"; by name there are accuracy.*Did you mean f1/],
    [{ metrics: [accuracy] }, /^fit: a metric is a function.*Call it: metrics: \[accuracy\(\)\]/],
    [{ metrics: 'accuracy' }, /^fit: metrics is "accuracy", expected a list/],
    [{ epochs: undefined }, /^fit: epochs is missing/],
    [{ callbacks: [{ onEpochFinish() {} }] }, /there is no option "onEpochFinish".*onEpochEnd/],
    [{ callbacks: [{ onEpochBegin() {} }] }, /no option "onEpochBegin"\. Did you mean onEpochStart\?/],
    [{ callbacks: [{ on_epoch_end() {} }] }, /no option "on_epoch_end"\. Did you mean onEpochEnd\?/],
    [{ callbacks: [{ on_train_begin() {} }] }, /no option "on_train_begin"\. Did you mean onTrainStart\?/],
    [{ callbacks: [{ onTrainEpochEnd() {} }] }, /no option "onTrainEpochEnd"\. Did you mean onEpochEnd\?/],
    [{ callbacks: [{ onTrainBatchEnd() {} }] }, /no option "onTrainBatchEnd"\. Did you mean onStep\?/],
    [{ callbacks: [{ onValidationEpochEnd() {} }] }, /no option "onValidationEpochEnd"\. Did you mean onEvaluationEnd\?/],
    [{ callbacks: [() => {}] }, /^fit: a callback is a function/],
    [{ metrics: ['f1_score'] }, /no metric "f1_score".*Did you mean f1\?/],
    [{ metrics: ['auc'] }, /no metric "auc".*Did you mean auroc\?/],
    [{ accumulateGradBatches: 4 }, /Did you mean callbacks: \[accumulateGradients\(4\)\]\?/],
    [{ gradient_clip_val: 1 }, /Did you mean callbacks: \[gradientClipping\(\{ norm: 1 \}\)\]\?/],
    [{ ckptPath: 'a.ckpt' }, /Did you mean resume\?/],
    [{ earlyStopping: 5 }, /^fit: earlyStopping is 5.*Write earlyStopping: \{ patience: 5 \}/],
    [{ earlyStopping: { patienc: 5 } }, /earlyStopping: there is no option "patienc"\. Did you mean patience/],
    [{ earlyStopping: { monitor: 'val_loss' } }, /monitor is "val_loss".*Did you mean 'validation\.loss'/],
    [{ log: true }, /^fit: log is true, expected a function of a line\. Write log: console\.log\.$/],
    [{ signal: new AbortController() }, /^fit: signal is .*Pass controller\.signal/],
    [{ validationData: [] }, /^fit: there is no option "validationData"/],
    [{ forward: () => undefined }, /^fit: forward gives undefined, expected \[output, target\]/],
  ];
  for (const [over, message] of wrong) {
    const training = fit(model, { ...options, ...over } as FitOptions<readonly Tensor[]>);
    await expect(training, message.source).rejects.toThrow(HoneError);
    await expect(training, message.source).rejects.toThrow(message);
  }
  expect(optimizer.hasStepped).toBe(false);
  await expect(fit(nn.Linear as never, options)).rejects.toThrow(/^fit: the model is the class Linear, expected an nn\.Module\. Make one/);
  await expect(fit(model, undefined as never)).rejects.toThrow(/^fit: got no options/);
  await expect(evaluate(model, options.train, undefined as never)).rejects.toThrow(/^evaluate: the loss is missing/);
  await expect(evaluate(model, options.train, { loss: options.loss, metric: [] } as never)).rejects.toThrow(ArgumentError);
  await expect(predict(model, 5 as never)).rejects.toThrow(/^predict: the loader is 5, expected batches/);
  model.requiresGrad_(false);
  await expect(fit(model, options)).rejects.toThrow(/every parameter that the optimizer holds is frozen/);
});

test('metrics go by name; predict takes a tensor or a data set, evaluate a data set', async () => {
  const { model, options } = setting();
  const set = data();
  const named = await evaluate(model, set, { loss: options.loss, metrics: ['accuracy'] });
  expect(named).toEqual(await evaluate(model, new DataLoader(set, { batchSize: 64 }), { loss: options.loss, metrics: [accuracy()] }));
  const [x] = set.tensors;
  const out = await predict(model, x);
  expect(out.shape).toEqual([20, 3]);
  expect((await predict(model, set)).toArray()).toEqual(out.toArray());
  expect(out.requiresGrad).toBe(false);
});

describe('promises read as results', () => {
  const any = (value: unknown) => value as Record<string, unknown>;
  const setting = () => {
    const model = new nn.Linear(2, 1);
    const train = new DataLoader(new TensorDataset(ones(4, 2), ones(4, 1)));
    return { model, train, loss: new nn.MSELoss(), optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }) };
  };

  test('say to await them', async () => {
    const { model, ...options } = setting();
    const training = fit(model, { ...options, epochs: 1 });
    expect(() => any(training).epochs).toThrow(
      'fit: epochs was read from a promise, whose result is not there yet. Await it: const result = await fit(…).',
    );
    expect(() => any(training).best).toThrow(ArgumentError);
    expect(training).toBeInstanceOf(Promise);
    expect((await training).epochs).toHaveLength(1);
    const scores = evaluate(model, options.train, { loss: options.loss });
    expect(() => any(scores).loss).toThrow('evaluate: loss was read from a promise');
    expect((await scores.finally(() => {})).loss).toBeGreaterThanOrEqual(0);
    const outputs = predict(model, ones(2, 2));
    expect(() => any(outputs).argmax).toThrow('predict: argmax was read from a promise');
    expect((await outputs).shape).toEqual([2, 1]);
    await expect(fit(model, { ...options, epochs: 0 })).rejects.toThrow(ArgumentError);
  });

  test('a model without forward is named', async () => {
    const { train, loss } = setting();
    // @ts-expect-error JavaScript lets one leave forward out
    class Headless extends nn.Module {
      static override readonly className = 'Headless';
      layer = new nn.Linear(2, 1);
    }
    await expect(evaluate(new Headless() as never, train, { loss })).rejects.toThrow(
      'evaluate: Headless has no forward. Give it one: forward(x) { return …; }',
    );
  });
});
