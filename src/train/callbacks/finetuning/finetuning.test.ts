/** finetuning: what loops of PyTorch give (conformance/callbacks.py), groups and schedules, and models that it fits. */
import { readFileSync } from 'node:fs';
import { manualSeed, nn, optim, randn, type Tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { type Callback, type FinetuningOptions, finetuning, fit, warmup } from 'hone/train';
import { models } from 'hone/vision';
import { describe, expect, it, test } from 'vitest';

const { finetuning: loops } = JSON.parse(readFileSync(new URL('../loops.fixture.json', import.meta.url), 'utf8')) as {
  finetuning: { options: FinetuningOptions; epochs: number; state: Record<string, unknown>; lr: number[] }[];
};
const close = (value: unknown): unknown => (Array.isArray(value) ? value.map(close) : expect.closeTo(value as number, 10));

/** That of the fixture. */
function setting() {
  manualSeed(7);
  const x = randn([44, 4]);
  const y = x.sum(1).gt(0).long();
  const data = new TensorDataset(x.narrow(0, 0, 36).double(), y.narrow(0, 0, 36));
  const model = new nn.Sequential(
    new nn.Linear(4, 6),
    new nn.BatchNorm1d(6),
    new nn.ReLU(),
    new nn.Dropout(0.2),
    new nn.Linear(6, 2),
  ).double();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.2, momentum: 0.9 });
  return {
    model,
    optimizer,
    options: { train: new DataLoader(data, { batchSize: 8, shuffle: true }), loss: new nn.CrossEntropyLoss(), optimizer },
  };
}

test.each(loops)('$options: the weights of PyTorch’s loop', async ({ options, epochs, state, lr }) => {
  const { model, optimizer, options: given } = setting();
  const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.8);
  const first = optimizer.paramGroups[0];
  await fit(model, { ...given, scheduler, epochs, callbacks: [finetuning(options)] });
  const found = Object.entries(model.stateDict()).map(([name, value]) => [name, (value as Tensor).toArray()]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(Object.entries(state).map(([name, value]) => [name, close(value)])));
  const distinct = [...new Set(lr)];
  expect(optimizer.paramGroups.map((group) => group.lr)).toEqual(distinct.map((rate) => expect.closeTo(rate, 12)));
  expect(optimizer.paramGroups[0]).toBe(first);
  expect(model.parameters().every(({ requiresGrad }) => requiresGrad)).toBe(true);
});

describe('rates of layers', () => {
  /** A training in which all weights stay. */
  const rates = async (options: FinetuningOptions, make: (optimizer: optim.SGD) => object, more: Callback[] = []) => {
    const { model, optimizer, options: given } = setting();
    const seen: number[][] = [];
    optimizer.registerStepPreHook(() => void seen.push(optimizer.paramGroups.map(({ lr }) => lr)));
    await fit(model, { ...given, ...make(optimizer), epochs: 3, callbacks: [...more, finetuning({ freeze: null, ...options })] });
    return { seen, optimizer, model };
  };

  it.each<[string, (optimizer: optim.SGD) => object]>([
    ['StepLR', (o) => new optim.lrScheduler.StepLR(o, 1, { gamma: 0.5 })],
    ['LambdaLR', (o) => new optim.lrScheduler.LambdaLR(o, (epoch) => 1 / (1 + epoch))],
    ['CosineAnnealingLR', (o) => new optim.lrScheduler.CosineAnnealingLR(o, 9)],
    ['CyclicLR', (o) => new optim.lrScheduler.CyclicLR(o, 0.1, 0.4, { stepSizeUp: 2, cycleMomentum: false })],
    ['OneCycleLR', (o) => new optim.lrScheduler.OneCycleLR(o, 1, { totalSteps: 15, cycleMomentum: false })],
    [
      'SequentialLR',
      (o) => {
        const parts = [new optim.lrScheduler.LinearLR(o, { totalIters: 3 }), new optim.lrScheduler.ExponentialLR(o, 0.9)];
        return new optim.lrScheduler.SequentialLR(o, parts, [3]);
      },
    ],
    ['ReduceLROnPlateau', (o) => new optim.lrScheduler.ReduceLROnPlateau(o, { patience: 0, threshold: 1e9 })],
  ])('keep their ratios under %s', async (name, make) => {
    const plan = (o: optim.SGD) => ({ scheduler: name === 'ReduceLROnPlateau' ? make(o) : { scheduler: make(o), every: 'step' } });
    const { seen } = await rates({ lr: { '0': 0.02 } }, plan);
    const alone = await rates({}, plan);
    const start = alone.optimizer.paramGroups[0]!.initialLr ?? 0.2;
    expect(seen.length).toBe(15);
    seen.forEach(([lower, whole], k) => {
      expect(whole).toBeCloseTo(alone.seen[k]![0]!, 12);
      expect(lower).toBeCloseTo((alone.seen[k]![0]! * 0.02) / start, 12);
    });
  });

  it('go with a warm-up, wherever it stands', async () => {
    const { seen } = await rates({ lrDecay: 0.5 }, () => ({}), [warmup({ steps: 2, from: 0.5 })]);
    expect(seen.slice(0, 3)).toEqual(
      [
        [0.025, 0.05, 0.1],
        [0.0375, 0.075, 0.15],
        [0.05, 0.1, 0.2],
      ].map((row) => row.map((v) => expect.closeTo(v, 12))),
    );
  });

  it('are not applied twice in a second training', async () => {
    const { model, optimizer, options } = setting();
    const callbacks = [finetuning({ freeze: null, lrDecay: 0.5 })];
    for (let i = 0; i < 2; i++) {
      await fit(model, { ...options, epochs: 1, callbacks });
      expect(optimizer.paramGroups.map(({ lr, params }) => [lr, params.length])).toEqual([
        [0.05, 2],
        [0.1, 2],
        [0.2, 2],
      ]);
    }
  });

  it('keep names of parameters and options of groups', async () => {
    const { model, options } = setting();
    const optimizer = new optim.AdamW([{ params: model.namedParameters(), weightDecay: 0.3, name: 'all' }], { lr: 0.1 });
    await fit(model, { ...options, optimizer, epochs: 1, callbacks: [finetuning({ freeze: null, lr: { '4.bias': 0.2 } })] });
    expect(optimizer.paramGroups.map(({ lr, paramNames, weightDecay, name }) => [lr, paramNames?.length, weightDecay, name])).toEqual([
      [0.1, 5, 0.3, 'all'],
      [0.2, 1, 0.3, 'all'],
    ]);
  });
});

describe('layers', () => {
  const thawed = async (model: nn.Module, options: FinetuningOptions, epochs = 1) => {
    const optimizer = new optim.SGD(model.parameters(), { lr: 0 });
    const seen: string[][] = [];
    const watch: Callback = {
      onEpochEnd: () =>
        void seen.push(
          model
            .namedParameters()
            .filter(([, p]) => p.requiresGrad)
            .map(([name]) => name),
        ),
    };
    const loss = () =>
      model
        .parameters()
        .filter((p) => p.requiresGrad)[0]!
        .sum()
        .mul(0);
    await fit(model, {
      train: [[randn([2, 3, 32, 32]), randn([2, 3, 32, 32])]],
      loss,
      optimizer,
      epochs,
      callbacks: [finetuning(options), watch],
    });
    return seen;
  };

  it('of ready models: the head is the last', async () => {
    expect(await thawed(models.resnet18({ numClasses: 3 }), {})).toEqual([['fc.weight', 'fc.bias']]);
    const epochs = await thawed(models.resnet18({ numClasses: 3 }), { unfreezeAt: { 2: ['layer4.1', 'layer4.0.conv1'], 3: 'all' } }, 3);
    expect(epochs.map(({ length }) => length)).toEqual([2, 9, 62]);
  }, 60_000);

  it('of a model that wraps another: those of the other', async () => {
    const inner = new nn.Sequential(new nn.Flatten(), new nn.Linear(3072, 4), new nn.Sequential(new nn.ReLU(), new nn.Linear(4, 2)));
    expect(await thawed(new nn.Sequential(inner), {})).toEqual([['0.2.1.weight', '0.2.1.bias']]);
    expect(await thawed(inner, { freeze: (name) => name.endsWith('bias') })).toEqual([['1.weight', '2.1.weight']]);
  });

  it('that the optimizer does not hold join it', async () => {
    const { model, options } = setting();
    const head = model.children()[4]!;
    const optimizer = new optim.SGD(head.parameters(), { lr: 0.2, momentum: 0.9 });
    const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.5);
    const before = model.parameters()[0]!.toArray();
    await fit(model, { ...options, optimizer, scheduler, epochs: 2, callbacks: [finetuning({ unfreezeAt: 2, lr: { '0': 0.1 } })] });
    expect(optimizer.paramGroups.map(({ lr, params, momentum }) => [lr, params.length, momentum])).toEqual([
      [0.05, 2, 0.9],
      [0.025, 2, 0.9],
      [0.05, 2, 0.9],
    ]);
    expect(model.parameters()[0]!.toArray()).not.toEqual(before);
  });
});

test.each<[FinetuningOptions, string]>([
  [
    { freeze: 'encoder' },
    'finetuning: freeze names "encoder", but the model has no such layer with parameters; it has 0, 1, 4, and those within them.',
  ],
  [{ freeze: ['0', '9'] }, 'finetuning: freeze names "9"'],
  [{ unfreezeAt: { 2: '7' } }, 'finetuning: unfreezeAt.2 names "7"'],
  [{ lr: { head: 1 } }, 'finetuning: lr names "head"'],
  [{ freeze: ['0', '1', '4'] }, 'finetuning: everything is frozen in epoch 1.'],
])('%o: %s', async (given, message) => {
  const { model, options } = setting();
  await expect(fit(model, { ...options, epochs: 1, callbacks: [finetuning(given)] })).rejects.toThrow(message);
  expect(model.parameters().every(({ requiresGrad }) => requiresGrad)).toBe(true);
});

test.each<[unknown, string]>([
  [{ freeze: 3 }, 'finetuning: freeze is 3, expected names of layers'],
  [{ freeze: null, unfreezeAt: 2 }, 'finetuning: unfreezeAt is given, but nothing is frozen.'],
  [{ unfreezeAt: 0 }, 'finetuning: unfreezeAt is 0'],
  [{ unfreezeAt: { 0: 'all' } }, 'finetuning: an epoch of unfreezeAt is 0'],
  [{ unfreezeAt: { 2: 5 } }, 'finetuning: unfreezeAt.2 is 5'],
  [{ lr: 0.1 }, 'finetuning: lr is 0.1, expected rates by layer'],
  [{ lr: { fc: -1 } }, 'finetuning: lr.fc is -1'],
  [{ lrDecay: 2 }, 'finetuning: lrDecay is 2'],
  [{ unfreeze_at: 2 }, 'finetuning: there is no option "unfreeze_at". Did you mean unfreezeAt?'],
])('%o: %s', (given, message) => {
  expect(() => finetuning(given as never)).toThrow(message);
});

test('an optimizer of other make keeps its groups', async () => {
  const { model, optimizer, options } = setting();
  const own = { paramGroups: optimizer.paramGroups, step: () => optimizer.step(), zeroGrad: () => optimizer.zeroGrad() };
  await expect(fit(model, { ...options, optimizer: own, epochs: 1, callbacks: [finetuning({ lrDecay: 0.5 })] })).rejects.toThrow(
    "finetuning: the optimizer is an object, whose groups can't be cut.",
  );
  const bfgs = new optim.LBFGS(model.parameters());
  await expect(fit(model, { ...options, optimizer: bfgs as never, epochs: 1, callbacks: [finetuning({ lrDecay: 0.5 })] })).rejects.toThrow(
    'finetuning: LBFGS takes one group of parameters.',
  );
});
