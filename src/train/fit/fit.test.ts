/** fit: the numbers, the memory, what it refuses. */
import {
  ArgumentError,
  collectGarbage,
  HoneError,
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
import { accuracy, fit, metric, NonFiniteLossError } from 'hone/train';
import { describe, expect, it } from 'vitest';
import { setting } from '../../../test/helpers/training.js';

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
