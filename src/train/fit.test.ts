import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ArgumentError,
  collectGarbage,
  HoneError,
  load,
  manualSeed,
  memoryStats,
  nn,
  noGrad,
  ones,
  optim,
  randn,
  type Tensor,
  tensor,
  zeros,
} from 'hone';
import { DataLoader, Dataset, TensorDataset } from 'hone/data';
import {
  accuracy,
  type Callback,
  type EpochRecord,
  earlyStopping,
  evaluate,
  fit,
  historyLogger,
  metric,
  modelCheckpoint,
  NonFiniteLossError,
  predict,
  type StepEvent,
} from 'hone/train';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Points in four dims, class 1 where their sum is above 0. */
function points(n: number) {
  const x = randn([n, 4]);
  return new TensorDataset(x, x.sum(1).gt(0).long());
}

/** A linear classifier with everything that fit needs; `over` replaces some. */
function setting(epochs = 3) {
  manualSeed(0);
  const data = points(64);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
  const train = new DataLoader(data, { batchSize: 16, shuffle: true });
  const validation = new DataLoader(points(32), { batchSize: 16 });
  return { model, options: { train, validation, loss: new nn.CrossEntropyLoss(), optimizer, epochs, metrics: [accuracy()] } };
}

/** A model of one weight whose validation loss follows a script, one value per epoch. */
class Scripted extends nn.Module {
  weight = new nn.Parameter(zeros([1]));
  forward(x: Tensor): Tensor {
    return x.mul(this.weight);
  }
}

function scripted(values: number[], epochs = values.length) {
  const model = new Scripted();
  const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
  let at = -1;
  const counting: Callback = {
    onTrainStart: () => void (at = -1),
    onEpochStart: () => void at++,
  };
  // In training the weight gets the gradient -1: after epoch n it is n. In evaluation the loss is the script's.
  const loss = (output: Tensor, target: Tensor) =>
    model.training ? output.sub(target).mean().neg() : output.mul(0).add(values[at]!).mean();
  const batch = [ones([1]), zeros([1])] as [Tensor, Tensor];
  return { model, options: { train: [batch], validation: [batch], loss, optimizer, epochs, callbacks: [counting] as Callback[] } };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-fit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('fit', () => {
  it("has the numbers of the seed document's fit, made by PyTorch", async () => {
    // manual_seed(0); X = randn(40, 4); y = (X.sum(1) > 0).long(); Sequential(Linear(4, 8), ReLU(), Dropout(0.3), Linear(8, 2)); Adam(lr=0.05);
    // StepLR(2, 0.1); batches of 8 of X[:30], shuffled, and of 4 of X[30:]; per epoch test(train), test(validation), scheduler.step()
    const torch = [
      [0.6713824, 0.6333333, 0.689419, 0.4, 0.05],
      [0.6062882, 0.7333333, 0.6988345, 0.4, 0.05],
      [0.6004205, 0.7666667, 0.6990627, 0.4, 0.005],
      [0.5828275, 0.8, 0.6982038, 0.5, 0.005],
    ];
    manualSeed(0);
    const x = randn([40, 4]);
    const y = x.sum(1).gt(0).long();
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Dropout(0.3), new nn.Linear(8, 2));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
    const history = await fit(model, {
      train: new DataLoader(new TensorDataset(x.slice(0, 0, 30), y.slice(0, 0, 30)), { batchSize: 8, shuffle: true }),
      validation: new DataLoader(new TensorDataset(x.slice(0, 30), y.slice(0, 30)), { batchSize: 4 }),
      loss: new nn.CrossEntropyLoss(),
      optimizer,
      scheduler: new optim.lrScheduler.StepLR(optimizer, { stepSize: 2, gamma: 0.1 }),
      epochs: 4,
      metrics: [accuracy()],
      evaluateTrain: true,
      lossAverage: 'batches', // as the document's loops have it
    });
    history.epochs.forEach((record, i) => {
      const found = [record.train.loss, record.train['accuracy']!, record.validation!.loss, record.validation!['accuracy']!, record.lr[0]!];
      found.forEach((value, k) => expect(value).toBeCloseTo(torch[i]![k]!, 5));
    });
    expect(history.epochs).toHaveLength(4);
  });

  it("has PyTorch's numbers for binary classification", async () => {
    // manual_seed(1); X = randn(20, 3); y = (X[:, :1] > 0).float(); Sequential(Linear(3, 1), Sigmoid()); BCELoss; SGD(lr=0.5, momentum=0.9); batches of 5, shuffled
    const torch = [
      [0.3171589, 0.85],
      [0.2074701, 0.95],
      [0.1335702, 1.0],
    ];
    manualSeed(1);
    const x = randn([20, 3]);
    const y = x.slice(1, 0, 1).gt(0).float();
    const model = new nn.Sequential(new nn.Linear(3, 1), new nn.Sigmoid());
    const history = await fit(model, {
      train: new DataLoader(new TensorDataset(x, y), { batchSize: 5, shuffle: true }),
      loss: new nn.BCELoss(),
      optimizer: new optim.SGD(model.parameters(), { lr: 0.5, momentum: 0.9 }),
      epochs: 3,
      metrics: [accuracy({ mode: 'binary' })],
      evaluateTrain: true,
    });
    torch.forEach(([loss, share], i) => {
      expect(history.epochs[i]!.train.loss).toBeCloseTo(loss!, 5);
      expect(history.epochs[i]!.train['accuracy']).toBeCloseTo(share!, 5);
    });
  });

  it('does, bit for bit, what the loop by hand does', async () => {
    const { model, options } = setting(2);
    await fit(model, { ...options, validation: undefined });
    const weights = model.stateDict()['0.weight']!.toTypedArray();
    const byHand = setting(2);
    for (let epoch = 0; epoch < 2; epoch++) {
      for await (const [x, y] of byHand.options.train) {
        byHand.options.optimizer.zeroGrad();
        const loss = byHand.options.loss.forward(byHand.model.forward(x), y);
        loss.backward();
        byHand.options.optimizer.step();
      }
    }
    expect(byHand.model.stateDict()['0.weight']!.toTypedArray()).toEqual(weights);
  });

  it('learns, and tells how', async () => {
    const { model, options } = setting(15);
    const lines: string[] = [];
    const history = await fit(model, { ...options, log: (line) => lines.push(line) });
    const { train, validation, lr, steps } = history.epochs.at(-1)!;
    expect(train['accuracy']).toBeGreaterThan(0.95);
    expect(validation!['accuracy']).toBeGreaterThan(0.9);
    expect(validation!.loss).toBeLessThan(history.epochs[0]!.validation!.loss);
    expect([lr, steps, history.steps]).toEqual([[0.02], 4, 60]);
    expect(history.stopped).toEqual({ reason: 'finished', message: 'all 15 epochs are done', epoch: 15, step: 4 });
    expect(history.values('validation.accuracy')).toHaveLength(15);
    expect(lines).toHaveLength(15);
    expect(lines[0]).toMatch(
      /^epoch 1\/15 {2}train loss \d\.\d{5} accuracy \d\.\d{5} {2}validation loss \d\.\d{5} accuracy \d\.\d{5} {2}lr 0\.02 {2}\d+\.\d s$/,
    );
    expect(model.training).toBe(true);
    const [head, first] = history.toCsv().split('\n');
    expect(head).toBe('epoch,seconds,lr,train.loss,train.accuracy,validation.loss,validation.accuracy');
    expect(first!.split(',')).toHaveLength(7);
    expect(() => history.values('validation.f1')).toThrow(
      'there is no score "validation.f1"; there are train.loss, train.accuracy, validation.loss, validation.accuracy',
    );
  });

  it("gives each step's memory back", async () => {
    const { model, options } = setting(40);
    const live: number[] = [];
    await fit(model, {
      ...options,
      callbacks: [
        {
          onEpochEnd() {
            collectGarbage();
            live.push(memoryStats().liveBytes);
          },
        },
      ],
    });
    // Never more than after the third epoch; less where garbage of other tests goes meanwhile.
    expect(Math.max(...live.slice(2))).toBe(live[2]);
    // and without any collection: what a step leaves is what it found
    const perStep: number[] = [];
    await fit(model, {
      ...options,
      epochs: 1,
      callbacks: [{ onStep: ({ phase }) => void (phase === 'train' && perStep.push(memoryStats().liveBytes)) }],
    });
    expect(Math.max(...perStep)).toBe(perStep[0]);
    expect(perStep).toHaveLength(4);
  });

  it('frees no batch that is not its own', async () => {
    const { model, options } = setting(3);
    const batches = Array.from(options.train);
    const history = await fit(model, { ...options, train: batches, validation: batches });
    expect(history.epochs).toHaveLength(3);
    expect(batches[0]![0].shape).toEqual([16, 4]);
    expect(batches[0]![0].toTypedArray()).toHaveLength(64);
  });

  it('keeps buffers that a forward replaces', async () => {
    class Counting extends nn.Module {
      linear = new nn.Linear(4, 2);
      seen = this.registerBuffer('seen', zeros([1]));
      forward(x: Tensor): Tensor {
        this.seen = noGrad(() => this.seen.add(x.shape[0]!));
        return this.linear.forward(x);
      }
    }
    const { options } = setting(2);
    const model = new Counting();
    await fit(model, { ...options, validation: undefined, optimizer: new optim.SGD(model.parameters()) });
    expect(model.seen.item()).toBe(128);
  });

  it('lets the event loop turn', async () => {
    const { model, options } = setting(1000);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    const history = await fit(model, { ...options, validation: undefined, epochs: 1_000_000, signal: abort.signal });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
    expect(history.stopped!.reason).toBe('aborted');
  });

  it('takes data sets that answer later, batches of other forms, and functions as loss', async () => {
    class Later extends Dataset<{ input: Tensor; wanted: Tensor }> {
      readonly length = 6;
      async get(i: number) {
        await null;
        return { input: tensor([i]), wanted: tensor([2 * i]) };
      }
    }
    const model = new nn.Linear(1, 1);
    const history = await fit(model, {
      train: new DataLoader(new Later(), { batchSize: 2 }),
      forward: (m, batch) => [m.forward(batch.input) as Tensor, batch.wanted],
      loss: (output, target) => output.sub(target).square().mean(),
      optimizer: new optim.Adam(model.parameters(), { lr: 0.1 }),
      epochs: 60,
      metrics: [metric('mae', (output, target) => output.sub(target).abs().mean())],
    });
    expect(history.epochs.at(-1)!.train.loss).toBeLessThan(0.1);
    expect(history.epochs.at(-1)!.train['mae']).toBeLessThan(0.5);
  });
});

describe('fit ends early', () => {
  it('when the validation loss has not improved for `patience` epochs, as the seed counts', async () => {
    // best at epoch 2; then 3 epochs that are not better, the equal one included
    const { model, options } = scripted([5, 3, 4, 3, 3.5, 1, 0]);
    const history = await fit(model, { ...options, earlyStopping: { patience: 3 } });
    expect(history.values('validation.loss')).toEqual([5, 3, 4, 3, 3.5]);
    expect(history.stopped).toMatchObject({
      reason: 'stopped',
      epoch: 5,
      message: 'no better validation.loss than 3.0000 (epoch 2) for 3 epochs',
    });
    expect(model.weight.item()).toBe(5);
    // The callback starts anew with each training.
    const stopping = earlyStopping({ patience: 1 });
    for (const values of [
      [2, 1, 1],
      [9, 8, 7, 8],
    ]) {
      const again = scripted(values);
      expect((await fit(again.model, { ...again.options, callbacks: [...again.options.callbacks, stopping] })).epochs).toHaveLength(
        values.length,
      );
    }
  });

  it('by minDelta, mode and NaN', async () => {
    const epochs = async (values: number[], stopping: Parameters<typeof earlyStopping>[0]) => {
      const { model, options } = scripted(values);
      return (await fit(model, { ...options, earlyStopping: stopping! })).epochs.length;
    };
    expect(await epochs([1, 0.95, 0.9, 0.2], { patience: 2, minDelta: 0.2 })).toBe(3);
    expect(await epochs([1, 2, 3, 2, 9], { patience: 1, mode: 'max' })).toBe(4);
    const { model, options } = scripted([Number.NaN, 1, Number.NaN, Number.NaN, 0]);
    const history = await fit(model, { ...options, earlyStopping: { patience: 2 } });
    expect(history.epochs).toHaveLength(4);
  });

  it('with the best state restored', async () => {
    for (const way of [{ earlyStopping: { patience: 2, restoreBest: true } }, { earlyStopping: { patience: 2 }, restoreBest: true }]) {
      const { model, options } = scripted([5, 3, 4, 4]);
      const history = await fit(model, { ...options, ...way });
      expect(model.weight.item()).toBe(2);
      expect(history.best).toMatchObject({ epoch: 2, value: 3, monitor: 'validation.loss' });
      expect(JSON.parse(JSON.stringify(history)).best).toEqual({ epoch: 2, value: 3, monitor: 'validation.loss' });
    }
  });

  it('on a signal, after the running step', async () => {
    const { model, options } = setting(5);
    const abort = new AbortController();
    const weightAt: number[] = [];
    const history = await fit(model, {
      ...options,
      signal: abort.signal,
      callbacks: [
        {
          onStep(event) {
            weightAt.push(model.stateDict()['0.weight']!.toTypedArray()[0] as number);
            if (event.epoch === 2 && event.step === 3) abort.abort();
          },
        },
      ],
    });
    expect(history.epochs).toHaveLength(1);
    expect(history.stopped).toEqual({ reason: 'aborted', message: 'aborted in epoch 2 after step 3', epoch: 2, step: 3 });
    expect(history.steps).toBe(7);
    expect(model.stateDict()['0.weight']!.toTypedArray()[0]).toBe(weightAt.at(-1));
    const before = await fit(model, { ...options, signal: AbortSignal.abort() });
    expect([before.epochs.length, before.steps, before.stopped!.reason]).toEqual([0, 0, 'aborted']);
  });

  it('during validation, without a record', async () => {
    const { model, options } = setting(5);
    const abort = new AbortController();
    const history = await fit(model, {
      ...options,
      signal: abort.signal,
      callbacks: [{ onStep: ({ phase }) => void (phase === 'validation' && abort.abort()) }],
    });
    expect([history.epochs.length, history.steps, history.stopped!.reason]).toEqual([0, 4, 'aborted']);
  });

  it('when a callback says so', async () => {
    const { model, options } = setting(5);
    const history = await fit(model, { ...options, callbacks: [{ onEpochEnd: (_, run) => run.stop('enough') }] });
    expect(history.epochs).toHaveLength(1);
    expect(history.stopped).toMatchObject({ reason: 'stopped', message: 'enough' });
  });
});

describe('fit saves', () => {
  it('the best state in memory and on disk', async () => {
    const { model, options } = scripted([5, 3, 4, 2, 6]);
    const path = join(folder, 'runs/best.safetensors');
    const history = await fit(model, { ...options, saveBest: path });
    expect(history.best).toMatchObject({ epoch: 4, value: 2, path });
    expect(history.best!.stateDict['weight']!.item()).toBe(4);
    expect(load(path)['weight']!.item()).toBe(4);
    expect(model.weight.item()).toBe(5);
    model.loadStateDict(history.best!.stateDict);
    expect(model.weight.item()).toBe(4);
  });

  it('checkpoints, the best or all, and the history', async () => {
    const { model, options } = scripted([5, 3, 4]);
    await fit(model, {
      ...options,
      callbacks: [
        ...options.callbacks,
        modelCheckpoint(join(folder, 'best-{epoch}')),
        modelCheckpoint(join(folder, 'all-{epoch}'), { saveBestOnly: false }),
        historyLogger(join(folder, 'h.csv')),
        historyLogger(join(folder, 'h.json')),
      ],
    });
    expect(['best-1', 'best-2', 'best-3', 'all-1', 'all-2', 'all-3'].map((name) => existsSync(join(folder, name)))).toEqual([
      true,
      true,
      false,
      true,
      true,
      true,
    ]);
    expect(load(join(folder, 'all-3'))['weight']!.item()).toBe(3);
    expect(readFileSync(join(folder, 'h.csv'), 'utf8').trim().split('\n')).toHaveLength(4);
    expect(JSON.parse(readFileSync(join(folder, 'h.json'), 'utf8'))).toMatchObject({
      epochs: [{ epoch: 1 }, {}, {}],
      stopped: { reason: 'finished' },
    });
  });
});

describe('fit steps schedulers', () => {
  it('after each epoch, after each step, or with a score', async () => {
    const rates = async (plan: (o: optim.Adam) => object, epochs = 3) => {
      const { model, options } = setting(epochs);
      const history = await fit(model, { ...options, ...plan(options.optimizer) });
      return history.epochs.map(({ lr }) => Number(lr[0]!.toPrecision(6)));
    };
    const halve = (o: optim.Adam) => new optim.lrScheduler.StepLR(o, { stepSize: 1, gamma: 0.5 });
    expect(await rates((o) => ({ scheduler: halve(o) }))).toEqual([0.02, 0.01, 0.005]);
    expect(await rates((o) => ({ scheduler: { scheduler: halve(o), every: 'step' } }), 1)).toEqual([0.00125]);
    const told: (number | undefined)[] = [];
    const scheduler = { step: (score?: number) => void told.push(score) };
    const { model, options } = scripted([5, 3]);
    await fit(model, { ...options, scheduler });
    await fit(model, { ...options, scheduler: { scheduler, monitor: 'validation.loss' } });
    expect(told).toEqual([undefined, undefined, 5, 3]);
  });

  it('but hands no score to a schedule that would take it for an epoch, and refuses plans that never step', async () => {
    const { model, options } = scripted([1, 2]);
    const { StepLR, ReduceLROnPlateau } = optim.lrScheduler;
    const steps = () => new StepLR(options.optimizer, 1);
    const plateau = () => new ReduceLROnPlateau(options.optimizer);
    const plans: [unknown, string][] = [
      [{ scheduler: steps(), monitor: 'validation.loss' }, 'fit: StepLR follows the epochs and takes no score. Leave out monitor'],
      [{ scheduler: plateau(), every: 'step' }, 'fit: ReduceLROnPlateau steps after each step, where there is no score'],
      [{ scheduler: steps(), every: 'step', monitor: 'train.loss' }, 'fit: StepLR steps after each step, where there is no score'],
      [{ scheduler: steps(), every: 'batch' }, "fit: every is \"batch\", expected 'epoch' or 'step'."],
      [StepLR, 'fit: scheduler is the class StepLR, expected an object with step()'],
      [null, 'fit: scheduler is null, expected'],
    ];
    for (const [scheduler, message] of plans) {
      const training = fit(model, { ...options, scheduler: scheduler as never });
      await expect(training).rejects.toThrow(ArgumentError);
      await expect(training).rejects.toThrow(message);
    }
    expect(options.optimizer.hasStepped).toBe(false);
  });

  it('and gives ReduceLROnPlateau the validation loss', async () => {
    const { model, options } = scripted([1, 2, 2, 2]);
    const history = await fit(model, {
      ...options,
      scheduler: new optim.lrScheduler.ReduceLROnPlateau(options.optimizer, { patience: 0, factor: 0.5 }),
    });
    expect(history.epochs.map(({ lr }) => lr[0])).toEqual([1, 1, 0.5, 0.25]);
  });
});

describe('fit tells its callbacks', () => {
  it('everything, in order', async () => {
    const { model, options } = setting(2);
    const heard: string[] = [];
    const events: StepEvent[] = [];
    const records: EpochRecord[] = [];
    const note = (name: string) => async () => {
      await null;
      heard.push(name);
    };
    await fit(model, {
      ...options,
      evaluateTrain: true,
      callbacks: [
        {
          onTrainStart: note('start'),
          onEpochStart: note('epoch'),
          onStep(event, run) {
            heard.push(event.phase);
            events.push(event);
            expect([run.epoch, run.steps, run.model]).toEqual([event.epoch, 4, model]);
          },
          onEpochEnd(record) {
            heard.push('end');
            records.push(record);
          },
          onTrainEnd: note('done'),
        },
      ],
    });
    const one = [
      'epoch',
      ...new Array<string>(4).fill('train'),
      ...new Array<string>(4).fill('evaluateTrain'),
      'validation',
      'validation',
      'end',
    ];
    expect(heard).toEqual(['start', ...one, ...one, 'done']);
    const last = events[3]!;
    expect(last).toMatchObject({ epoch: 1, epochs: 2, step: 4, steps: 4, samples: 16, lr: [0.02] });
    expect(last.samplesPerSecond).toBeGreaterThan(0);
    expect(last.secondsLeft).toBeGreaterThan(0);
    expect(last.scores.loss).toBeCloseTo(events.slice(0, 4).reduce((sum, { loss }) => sum + loss, 0) / 4, 10);
    expect(events.at(-1)!.scores).toEqual(records[1]!.validation);
    expect(events.at(-1)!.secondsLeft).toBeLessThan(events[0]!.secondsLeft! + 1);
  });

  it('of errors', async () => {
    const { model, options } = setting();
    const heard: unknown[] = [];
    const broken: Callback = {
      onEpochEnd: () => {
        throw new Error('full disk');
      },
    };
    await expect(
      fit(model, { ...options, callbacks: [broken, { onError: (error) => void heard.push((error as Error).message) }] }),
    ).rejects.toThrow('full disk');
    expect(heard).toEqual(['full disk']);
  });
});

describe('fit refuses', () => {
  it('losses that are not numbers, before they ruin the weights', async () => {
    const { model, options } = setting();
    const weights = model.stateDict()['0.weight']!.toTypedArray();
    const loss = (output: Tensor) => output.mean().mul(Number.NaN);
    await expect(fit(model, { ...options, loss })).rejects.toThrow(NonFiniteLossError);
    await expect(fit(model, { ...options, loss })).rejects.toThrow(
      /loss is NaN at epoch 1, step 1; the step was not taken. Try a lower learning rate \(it is 0.02\)/,
    );
    expect(model.stateDict()['0.weight']!.toTypedArray()).toEqual(weights);
    expect((await fit(model, { ...options, loss, nonFinite: 'ignore' })).epochs).toHaveLength(3);
  });

  it('what cannot train', async () => {
    const { model, options } = setting();
    const rejects = (over: object, message: RegExp) => expect(fit(model, { ...options, ...over })).rejects.toThrow(message);
    await rejects({ epochs: 0 }, /epochs is 0/);
    await rejects({ train: [] }, /no batches in epoch 1/);
    await rejects(
      {
        train: (function* () {
          yield* options.train;
        })(),
      },
      /no batches in epoch 2.*used up/,
    );
    await rejects({ validation: [] }, /gave no batches/);
    await rejects({ metrics: [accuracy(), accuracy()] }, /two metrics are called "accuracy"/);
    await rejects({ metrics: [metric('loss', () => 1)] }, /called "loss"/);
    await rejects({ loss: (output: Tensor) => output }, /the loss is of shape \[16, 2\].*mean or sum/);
    await rejects({ train: [[ones([1, 4])]] }, /a batch must be \[inputs, targets\]/);
    await rejects({ optimizer: new optim.SGD([new nn.Parameter(ones([1]))]) }, /none of the model's parameters/);
    await rejects({ earlyStopping: { monitor: 'validation.f1' } }, /there is no score "validation.f1"/);
    await rejects({ earlyStopping: { patience: 0 } }, /patience is 0/);
    await rejects(
      { scheduler: { scheduler: { step() {} }, every: 'step', monitor: 'train.loss' } },
      /the scheduler steps after each step, where there is no score/,
    );
    await expect(fit(model, { ...options, epochs: 1.5 })).rejects.toBeInstanceOf(ArgumentError);
    await expect(fit(model, { ...options, epochs: 1.5 })).rejects.toBeInstanceOf(HoneError);
  });
});

describe('evaluate and predict', () => {
  it('measure without changing anything', async () => {
    manualSeed(0);
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.Dropout(0.5), new nn.Linear(8, 2));
    const frozen = model.children()[1]!;
    frozen.eval();
    const before = Object.entries(model.stateDict()).map(([name, value]) => [name, value.toArray()]);
    const data = points(50);
    const loader = new DataLoader(data, { batchSize: 8 });
    const options = { loss: new nn.CrossEntropyLoss(), metrics: [accuracy()] };
    const first = await evaluate(model, loader, options);
    expect(await evaluate(model, loader, options)).toEqual(first);
    expect([model.training, frozen.training]).toEqual([true, false]);
    expect(Object.entries(model.stateDict()).map(([name, value]) => [name, value.toArray()])).toEqual(before);
    expect(Object.keys(first)).toEqual(['loss', 'accuracy']);

    const outputs = await predict(model, loader);
    expect([outputs.shape, outputs.requiresGrad]).toEqual([[50, 2], false]);
    // The mean over samples; by name, that of the batches' means, as the seed's test functions have it.
    model.eval();
    let [total, means] = [0, 0];
    for (const [x, y] of loader) {
      const loss = noGrad(() => options.loss.forward(model.forward(x), y)).item();
      total += loss * x.shape[0]!;
      means += loss;
    }
    expect(first.loss).toBeCloseTo(total / 50, 10);
    expect((await evaluate(model, loader, { ...options, lossAverage: 'batches' })).loss).toBeCloseTo(means / 7, 10);
    expect(outputs.slice(0, 48).toTypedArray()).toEqual(noGrad(() => model.forward(data.tensors[0].slice(0, 48))).toTypedArray());
  });

  it('stop on a signal, and refuse nothing', async () => {
    const { model, options } = setting();
    await expect(evaluate(model, options.validation, { loss: options.loss, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await expect(evaluate(model, [], { loss: options.loss })).rejects.toThrow(/gave no batches/);
    await expect(predict(model, [])).rejects.toThrow(/gave no batches/);
  });
});

it('a forward without return is no model for fit, evaluate and predict', () => {
  class Silent extends nn.Module {
    forward(_x: Tensor) {}
  }
  // @ts-expect-error: its forward gives nothing
  const calls = () => [fit(new Silent(), {} as never), evaluate(new Silent(), [], {} as never), predict(new Silent(), [])];
  expect(calls).toBeTypeOf('function');
});
