/** ema and swa: what loops of PyTorch with its swa_utils give (conformance/callbacks.py), and their place in a training. */
import { readFileSync } from 'node:fs';
import { manualSeed, nn, optim, randn, type Tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { type AveragingCallback, type Callback, type EmaOptions, ema, evaluate, fit, type SwaOptions, swa } from 'hone/train';
import { describe, expect, it, test } from 'vitest';

interface Loop<O> {
  readonly options: O;
  readonly epochs: number;
  readonly averaged: Record<string, unknown>;
  readonly own: Record<string, unknown>;
}
const fixture = JSON.parse(readFileSync(new URL('../loops.fixture.json', import.meta.url), 'utf8')) as {
  ema: (Loop<EmaOptions> & { scores: number[] })[];
  swa: (Loop<SwaOptions> & { score: number; lrs: number[] })[];
};

/** That of the fixture. */
function setting() {
  manualSeed(7);
  const x = randn([44, 4]);
  const y = x.sum(1).gt(0).long();
  const part = (from: number, to: number) => new TensorDataset(x.narrow(0, from, to - from).double(), y.narrow(0, from, to - from));
  const model = new nn.Sequential(
    new nn.Linear(4, 6),
    new nn.BatchNorm1d(6),
    new nn.ReLU(),
    new nn.Dropout(0.2),
    new nn.Linear(6, 2),
  ).double();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.2, momentum: 0.9 });
  const train = new DataLoader(part(0, 36), { batchSize: 8, shuffle: true });
  const validation = new DataLoader(part(36, 44), { batchSize: 8 });
  return { model, validation, options: { train, loss: new nn.CrossEntropyLoss(), optimizer } };
}

function expectState(model: nn.Module, expected: Record<string, unknown>) {
  const state = Object.fromEntries(Object.entries(model.stateDict()).map(([name, value]) => [name, (value as Tensor).flatten().toArray()]));
  const flat = Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [name, [value].flat(3).map((v) => expect.closeTo(v as number, 10))]),
  );
  expect(state).toEqual(flat);
}

describe('ema', () => {
  test.each(fixture.ema)('$options: the average of PyTorch’s loop', async ({ options, epochs, scores, averaged, own }) => {
    const { model, options: given, validation } = setting();
    const average = ema(options);
    let raw: Record<string, unknown> = {};
    const last: Callback = { onEvaluationEnd: () => void (raw = plain(model)) };
    const history = await fit(model, { ...given, validation, epochs, callbacks: [average, last] });
    expect(history.values('validation.loss')).toEqual(scores.map((score) => expect.closeTo(score, 10)));
    expectState(model, averaged);
    expectState(average.averaged!.module, averaged);
    expect(raw).toEqual(Object.fromEntries(Object.entries(own).map(([name, value]) => [name, close(value)])));
  });

  it('keeps the average as the best, and gives that back, not the last', async () => {
    const { model, options, validation } = setting();
    const history = await fit(model, { ...options, validation, epochs: 4, restoreBest: true, callbacks: [ema({ decay: 0.9 })] });
    const { loss } = await evaluate(model, validation, { loss: options.loss });
    expect(loss).toBe(Math.min(...history.values('validation.loss')));
    expect(loss).toBe(history.best!.value);
  });

  it('with apply: false leaves the model its own weights, as training without it', async () => {
    const [one, two] = [setting(), setting()];
    manualSeed(1);
    await fit(one.model, { ...one.options, validation: one.validation, epochs: 2, callbacks: [ema({ apply: false })] });
    manualSeed(1);
    await fit(two.model, { ...two.options, validation: two.validation, epochs: 2 });
    expect(plain(one.model)).toEqual(plain(two.model));
  });

  it('gives the model its own weights back where an evaluation fails', async () => {
    const { model, options, validation } = setting();
    const states: unknown[] = [];
    const watch: Callback = {
      onEvaluationStart: () => void states.push(plain(model)),
      onEpochEnd() {
        states.push(plain(model));
        throw new Error('planted');
      },
    };
    const average = ema({ decay: 0.5 });
    await expect(fit(model, { ...options, validation, epochs: 2, callbacks: [watch, average] })).rejects.toThrow('planted');
    expect(plain(model)).toEqual(states[0]);
    expect(states[1]).toEqual(plain(average.averaged!.module));
    expect(states[1]).not.toEqual(states[0]);
  });
});

describe('swa', () => {
  test.each(fixture.swa)('$options: the average of PyTorch’s loop', async ({ options, epochs, averaged, own, score, lrs }) => {
    const { model, options: given, validation } = setting();
    const scheduler = new optim.lrScheduler.ExponentialLR(given.optimizer, 0.8);
    const average = swa(options);
    let raw: Record<string, unknown> = {};
    const rates: number[] = [];
    const watch: Callback = {
      onEpochStart: () => void rates.push(given.optimizer.paramGroups[0]!.lr),
      onEvaluationEnd: () => void (raw = plain(model)),
    };
    await fit(model, { ...given, scheduler, epochs, callbacks: [average, watch] });
    expect(rates).toEqual(lrs.map((rate) => expect.closeTo(rate, 12)));
    expect(raw).toEqual(Object.fromEntries(Object.entries(own).map(([name, value]) => [name, close(value)])));
    expectState(model, averaged);
    expect((await evaluate(model, validation, { loss: given.loss })).loss).toBeCloseTo(score, 10);
  });

  it('is what is validated and kept from its first epoch on, and does not change how training goes', async () => {
    const scores: number[][] = [];
    const raws: unknown[] = [];
    for (const callbacks of [[], [swa({ startEpoch: 3 })]] as AveragingCallback[][]) {
      const { model, options, validation } = setting();
      const raw: Callback = { onEvaluationEnd: () => void raws.push(plain(model)) };
      const history = await fit(model, { ...options, validation, epochs: 4, restoreBest: true, callbacks: [...callbacks, raw] });
      scores.push(history.values('validation.loss'));
      const { loss } = await evaluate(model, validation, { loss: options.loss });
      expect(loss).toBe(history.best!.value);
    }
    expect(scores[1]!.slice(0, 2)).toEqual(scores[0]!.slice(0, 2));
    expect(scores[1]![3]).not.toBe(scores[0]![3]);
    expect(raws.slice(4)).toEqual(raws.slice(0, 4));
  });
});

test('swa is measured within epochs as well, as it was at the end of the last one', async () => {
  const { model, options, validation } = setting();
  const average = swa({ startEpoch: 2 });
  const history = await fit(model, { ...options, validation, epochs: 3, validateEvery: { steps: 3 }, callbacks: [average] });
  const scores = Object.fromEntries(
    [...history.evaluations, ...history.epochs].map(({ epoch, steps, validation }) => [`${epoch}/${steps}`, validation!.loss]),
  );
  // Five steps an epoch: after 3, 6, 9, 12 of them.
  expect(Object.keys(scores).sort()).toEqual(['1/3', '1/5', '2/1', '2/4', '2/5', '3/2', '3/5']);
  expect(scores['3/2']).toBe(scores['2/5']);
  expect(scores['2/4']).not.toBe(scores['1/5']);
});

const plain = (model: nn.Module) =>
  Object.fromEntries(Object.entries(model.stateDict()).map(([name, value]) => [name, (value as Tensor).toArray()]));
const close = (value: unknown): unknown => (Array.isArray(value) ? value.map(close) : expect.closeTo(value as number, 10));

test.each<[() => AveragingCallback, string]>([
  [() => ema({ decay: 1.5 }), 'ema: decay is 1.5'],
  [() => ema({ every: 0 }), 'ema: every is 0'],
  [() => ema({ warmup: 'linear' as 'power' }), 'ema: warmup is "linear"'],
  [() => ema({ beta: 0.9 } as never), 'ema: there is no option "beta".'],
  [() => swa({ startEpoch: 0 }), 'swa: startEpoch is 0'],
  [() => swa({ startEpoch: 2, share: 0.5 }), 'swa: got startEpoch and share, expected one of them.'],
  [() => swa({ share: 1 }), 'swa: share is 1'],
  [() => swa({ annealEpochs: 5 }), 'swa: annealEpochs and annealStrategy say how to come to lr, which is missing.'],
  [() => swa({ lr: 0.1, annealStrategy: 'cosine' as 'cos' }), 'swa: annealStrategy is "cosine"'],
])('%s', (make, message) => {
  expect(make).toThrow(message);
});

test.each<[string, AveragingCallback[], string]>([
  ['two averages', [ema(), swa()], 'swa: this training has ema as well, and both average the weights. Leave one out.'],
  ['a start after the end', [swa({ startEpoch: 3 })], 'swa: startEpoch is 3, but the training ends with epoch 2.'],
  ['other rates', [swa({ startEpoch: 1, lr: [0.1, 0.2] })], 'swaLr'],
])('%s are refused', async (_, callbacks, message) => {
  const { model, options } = setting();
  await expect(fit(model, { ...options, epochs: 2, callbacks })).rejects.toThrow(message);
});
