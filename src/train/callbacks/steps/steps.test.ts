/** Callbacks that act within a step: gradients accumulated, and clipped. */
import { ArgumentError, cat, F, manualSeed, nn, optim, randint, randn, type Tensor, tensor } from 'hone';
import { accumulateGradients, type Callback, fit, gradientClipping, type Loss } from 'hone/train';
import { describe, expect, test } from 'vitest';
import { setting } from '../../../../test/helpers/training.js';

const f64 = { dtype: 'float64' } as const;

/** Batches of these sizes, of 3 classes; one label in five is -100. */
function batchesOf(sizes: readonly number[], classes = true): [Tensor, Tensor][] {
  return sizes.map((n) => {
    const x = randn([n, 4], f64);
    if (!classes) return [x, randn([n, 3], f64)];
    const labels = Array.from(randint(0, 3, [n]).toTypedArray(), Number);
    return [
      x,
      tensor(
        labels.map((label, i) => (i % 5 === 4 ? -100 : label), { dtype: 'int64' }),
        { dtype: 'int64' },
      ),
    ];
  });
}

const join = (batches: readonly [Tensor, Tensor][]): [Tensor, Tensor] => [cat(batches.map(([x]) => x)), cat(batches.map(([, y]) => y))];

function newModel() {
  manualSeed(3);
  return new nn.Sequential(new nn.Linear(4, 6, f64), new nn.Tanh(), new nn.Linear(6, 3, f64));
}

/** Weights after two epochs of Adam. */
async function trained(train: unknown, loss: Loss, callbacks: readonly Callback[] = []) {
  const model = newModel();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
  const history = await fit(model, { train: train as [Tensor, Tensor][], loss, optimizer, epochs: 2, callbacks });
  return { weights: model.parameters().flatMap((p) => Array.from(p.detach().flatten().toTypedArray(), Number)), history };
}

function close(a: readonly number[], b: readonly number[]) {
  expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(1e-12);
}

describe('accumulateGradients', () => {
  const weight = tensor([1, 2, 5], f64);
  const losses: [string, Loss, classes?: boolean][] = [
    ['cross entropy, labels ignored', new nn.CrossEntropyLoss()],
    ['cross entropy with weighted classes and smoothing', new nn.CrossEntropyLoss({ weight, labelSmoothing: 0.1 })],
    ['a sum', new nn.CrossEntropyLoss({ reduction: 'sum' })],
    ['a mean of squares', new nn.MSELoss(), false],
    ['a loss for each sample', (output, target) => output.sub(target).square().sum(1), false],
    ['a mean with a penalty', (output, target) => F.crossEntropy(output, target).add(output.square().mean().mul(0)), true],
  ];
  test.each(losses)('equals one large batch, whatever the sizes: %s', async (_, loss, classes) => {
    manualSeed(1);
    const batches = batchesOf([3, 5, 7, 1, 2, 9, 6], classes);
    const large = [batches.slice(0, 3), batches.slice(3, 6), batches.slice(6)].map(join);
    const whole = await trained(large, loss);
    const parts = await trained(batches, loss, [accumulateGradients(3)]);
    close(parts.weights, whole.weights);
    expect([parts.history.steps, parts.history.optimizerSteps, whole.history.optimizerSteps]).toEqual([14, 6, 6]);
    // a loader that does not know its length
    const stream = {
      *[Symbol.iterator]() {
        yield* batches;
      },
    };
    expect((await trained(stream, loss, [accumulateGradients(3)])).weights).toEqual(parts.weights);
  });

  test('a batch in which no label counts adds nothing', async () => {
    manualSeed(1);
    const [one, two] = batchesOf([4, 4]);
    const none: [Tensor, Tensor] = [randn([3, 4], f64), tensor([-100, -100, -100], { dtype: 'int64' })];
    const loss = new nn.CrossEntropyLoss();
    close(
      (await trained([one, none, two, none], loss, [accumulateGradients(4)])).weights,
      (await trained([join([one!, two!])], loss)).weights,
    );
  });

  test('by the epoch, schedulers by the steps of the optimizer', async () => {
    const { model, options } = setting(4); // of 4 steps
    const counts: number[] = [];
    const scheduler = new optim.lrScheduler.StepLR(options.optimizer, 1, 0.5);
    const history = await fit(model, {
      ...options,
      scheduler: { scheduler, every: 'step' },
      callbacks: [accumulateGradients({ 2: 2, 4: 3 }), { onEpochEnd: (_, run) => void counts.push(run.optimizerSteps) }],
    });
    expect(counts).toEqual([4, 6, 8, 10]);
    expect([history.steps, history.optimizerSteps, scheduler.lastEpoch]).toEqual([16, 10, 10]);
  });

  test('the length of a schedule is held against the steps of the optimizer', async () => {
    const { model, options } = setting(2); // of 4 steps
    const cycle = (totalSteps: number) => ({
      scheduler: new optim.lrScheduler.OneCycleLR(options.optimizer, { maxLr: 0.1, totalSteps }),
      every: 'step' as const,
    });
    const callbacks = [accumulateGradients(3)];
    await fit(model, { ...options, scheduler: cycle(4), callbacks });
    await expect(fit(model, { ...options, scheduler: cycle(3), callbacks })).rejects.toThrow(/Make totalSteps 4/);
  });

  test('hooks see sums, then the mean; a stop comes after a whole group, an error leaves no half of one', async () => {
    const { model, options } = setting(1);
    const heard: unknown[] = [];
    const note = (hook: string) => (run: { step: number; accumulating: boolean; optimizerSteps: number }) =>
      void heard.push([hook, run.step, run.accumulating, run.optimizerSteps]);
    const history = await fit(model, {
      ...options,
      callbacks: [
        accumulateGradients(2),
        { onAfterBackward: note('backward'), onBeforeOptimizerStep: note('before'), onAfterOptimizerStep: note('after') },
        { onStep: (_, run) => run.stop('enough') },
      ],
    });
    expect(heard).toEqual([
      ['backward', 1, true, 0],
      ['backward', 2, true, 0],
      ['before', 2, false, 0],
      ['after', 2, false, 1],
    ]);
    expect([history.steps, history.stopped!.step]).toEqual([2, 2]);
    const before = model.parameters().map((p) => p.toArray());
    const failing = fit(model, {
      ...options,
      callbacks: [
        accumulateGradients(3),
        {
          onStep: ({ step }) => {
            if (step === 2) throw new Error('broken');
          },
        },
      ],
    });
    await expect(failing).rejects.toThrow('broken');
    expect(model.parameters().map((p) => [p.toArray(), p.grad])).toEqual(before.map((p) => [p, null]));
  });

  test('takes whole numbers, once', async () => {
    for (const wrong of [0, 1.5, Number.NaN, '4', {}, { 0: 2 }, { 2: 0 }, { two: 2 }, null, undefined])
      expect(() => accumulateGradients(wrong as never)).toThrow(ArgumentError);
    const { model, options } = setting(1);
    await expect(fit(model, { ...options, callbacks: [accumulateGradients(2), accumulateGradients(2)] })).rejects.toThrow(
      /two accumulateGradients/,
    );
  });
});

describe('gradientClipping', () => {
  /** What a loop by hand gives that clips before each step. */
  function byHand(train: readonly [Tensor, Tensor][], clip: (parameters: nn.Parameter[]) => unknown) {
    const model = newModel();
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
    const found: unknown[] = [];
    for (let epoch = 0; epoch < 2; epoch++)
      for (const [x, y] of train) {
        optimizer.zeroGrad();
        F.crossEntropy(model.forward(x), y).backward();
        found.push(clip(model.parameters() as nn.Parameter[]));
        optimizer.step();
      }
    return { weights: model.parameters().flatMap((p) => Array.from(p.detach().flatten().toTypedArray(), Number)), found };
  }
  const loss = new nn.CrossEntropyLoss();

  test.each([2, 1, 'inf'] as const)('by the norm of order %s, which it notes', async (normType) => {
    manualSeed(1);
    const train = batchesOf([6, 6, 6]);
    const hand = byHand(train, (parameters) => nn.utils.clipGradNorm_(parameters, 0.05, { normType }).item());
    const noted: number[] = [];
    const { weights, history } = await trained(train, loss, [
      gradientClipping({ norm: 0.05, normType }),
      { onStep: (_, run) => void noted.push(run.logged['gradientNorm']!) },
    ]);
    expect(weights).toEqual(hand.weights);
    expect(noted).toEqual(hand.found);
    expect(Math.min(...noted)).toBeGreaterThan(0.05);
    expect(history.values('logged.gradientNorm')[1]).toBeCloseTo((noted[3]! + noted[4]! + noted[5]!) / 3, 12);
  });

  test('by value', async () => {
    manualSeed(1);
    const train = batchesOf([6, 6, 6]);
    const hand = byHand(train, (parameters) => nn.utils.clipGradValue_(parameters, 0.01));
    const { weights, history } = await trained(train, loss, [gradientClipping({ value: 0.01 })]);
    expect(weights).toEqual(hand.weights);
    expect(history.epochs[0]!.logged).toBeUndefined();
  });

  test('of accumulated gradients: their mean is clipped', async () => {
    manualSeed(1);
    const batches = batchesOf([3, 5, 2, 6]);
    const clip = () => gradientClipping({ norm: 0.05 });
    const large = await trained([join(batches.slice(0, 2)), join(batches.slice(2))], loss, [clip()]);
    close((await trained(batches, loss, [accumulateGradients(2), clip()])).weights, large.weights);
  });

  test('takes a norm or a value', () => {
    const wrong = [
      undefined,
      {},
      { norm: 1, value: 1 },
      { norm: 0 },
      { norm: -1 },
      { value: Number.NaN },
      { value: 1, normType: 2 },
      { max: 1 },
      1,
    ];
    for (const options of wrong) expect(() => gradientClipping(options as never), JSON.stringify(options)).toThrow(ArgumentError);
  });
});
