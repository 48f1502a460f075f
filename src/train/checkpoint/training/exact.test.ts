/** A training that is cut short at any step and resumed ends with the bits of one that was not. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { F, Generator, manualSeed, nn, optim, rand, randn, type Tensor, tensor } from 'hone';
import { DataLoader, IterableDataset, RandomSampler, TensorDataset } from 'hone/data';
import {
  accumulateGradients,
  accuracy,
  type Callback,
  csvLogger,
  earlyStopping,
  ema,
  type FitOptions,
  fit,
  gradientClipping,
  type History,
  historyLogger,
  type Loader,
  lrMonitor,
  metric,
  mixup,
  modelCheckpoint,
  normMonitor,
  swa,
  warmup,
} from 'hone/train';
import { afterAll, describe, expect, test, vi } from 'vitest';

// Memory where the system has a folder of it: what is synced is written at once.
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hone-exact-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

type MadeOptimizer = new (params: Tensor[], options: object) => optim.Optimizer;
type Options = FitOptions<readonly Tensor[]>;

/** A model with dropout, batch norm and a state of its own between batches. */
class Net extends nn.Module {
  first = new nn.Linear(4, 8);
  norm = new nn.BatchNorm1d(8);
  drop = new nn.Dropout(0.3);
  last = new nn.Linear(8, 3);
  private calls = 0;
  private memory: Tensor | null = null;

  override forward(x: Tensor): Tensor {
    let hidden = F.relu(this.norm.forward(this.first.forward(x)));
    if (this.training) {
      if (this.memory) hidden = hidden.add(this.memory.mul(0.1));
      this.memory = hidden.mean(0, { keepdim: true }).detach();
      this.calls++;
    }
    return this.last.forward(this.drop.forward(hidden).mul(1 + 0.001 * this.calls));
  }
}

class Crash extends Error {}

/** Throws after the n-th step from now. */
function crashAfter(steps: number): Callback {
  let left = steps;
  return {
    name: 'crash',
    onStep({ phase }) {
      if (phase === 'train' && --left === 0) throw new Crash('crash');
    },
  };
}

/** Makes everything anew, as a program that starts does. */
function program(
  loader: (data: TensorDataset<[Tensor, Tensor]>) => Loader<readonly Tensor[]>,
  more: (optimizer: optim.Optimizer) => Partial<Options>,
  makeOptimizer: (model: nn.Module) => optim.Optimizer = (model) => new optim.NAdam(model.parameters(), { lr: 0.01 }) as never,
) {
  manualSeed(3);
  const x = rand([22, 4]);
  const data = new TensorDataset(x, x.argmax(1).remainder(3)) as TensorDataset<[Tensor, Tensor]>;
  const model = new Net();
  const optimizer = makeOptimizer(model);
  const extra = more(optimizer);
  return {
    model,
    options: {
      train: loader(data),
      validation: new DataLoader(data, { batchSize: 8 }) as unknown as Loader<readonly Tensor[]>,
      loss: new nn.CrossEntropyLoss(),
      optimizer,
      epochs: 3,
      metrics: ['accuracy', metric('margin', (output) => output.amax(1).mean())],
      ...extra,
    } as Options,
  };
}

const bits = (tensors: Record<string, Tensor>) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      Buffer.from(new Uint8Array((tensor.toTypedArray() as Float32Array).buffer)).toString('hex'),
    ]),
  );

/** All that must be the same: weights, history but for the time, the best epoch. */
function result(model: nn.Module, { epochs, steps, optimizerSteps, stopped, best }: History) {
  return {
    weights: bits(model.stateDict()),
    epochs: epochs.map(({ seconds: _, samplesPerSecond: __, ...rest }) => rest),
    counts: [steps, optimizerSteps],
    stopped,
    best: best && { ...best, stateDict: bits(best.stateDict) },
  };
}

async function whole(make: () => ReturnType<typeof program>) {
  const { model, options } = make();
  return result(model, await fit(model, options));
}

/** Runs the program again and again, until it ends; each time it crashes after so many steps, the last time not at all. */
async function inPieces(
  make: () => ReturnType<typeof program>,
  crashes: readonly number[],
  every: NonNullable<Options['checkpoint']> & object,
) {
  const path = join(folder, `${++files}.ckpt`);
  for (const steps of [...crashes, Number.POSITIVE_INFINITY]) {
    const { model, options } = make();
    const all = { ...options, checkpoint: { ...every, path }, resume: true, callbacks: [...(options.callbacks ?? []), crashAfter(steps)] };
    try {
      const history = await fit(model, all);
      return result(model, history);
    } catch (error) {
      if (!((error as Error).cause instanceof Crash)) throw error;
      expect(existsSync(path)).toBe(true);
    }
  }
  throw new Error('it never ended');
}

const arrays = (data: TensorDataset<[Tensor, Tensor]>) =>
  [...new DataLoader(data, { batchSize: 4 })] as unknown as Loader<readonly Tensor[]>;
const shuffled = (data: TensorDataset<[Tensor, Tensor]>) =>
  new DataLoader(data, { batchSize: 4, shuffle: true }) as unknown as Loader<readonly Tensor[]>;

describe.each([
  ['an array of batches', arrays],
  ['a shuffled loader', shuffled],
] as const)('%s', (_, loader) => {
  const plain = () => program(loader, () => ({}));
  test.each([
    ['every step', { steps: 1 }, Array.from({ length: 17 }, () => 1)],
    ['every other step', { steps: 2 }, [3, 5, 1, 2]],
    ['epochs', 'epoch', [1, 7, 8, 2]],
    ['seconds', { seconds: 1e-9 }, [2, 9, 1]],
  ] as const)('saved after %s', async (_, every, crashes) => {
    expect(await inPieces(plain, crashes, { every } as never)).toEqual(await whole(plain));
  });

  test('with a schedule a step, accumulation, early stopping and the best epoch', async () => {
    const rich = () =>
      program(loader, (optimizer) => ({
        scheduler: { scheduler: new optim.lrScheduler.OneCycleLR(optimizer, { maxLr: 0.05, totalSteps: 15 }), every: 'step' },
        callbacks: [accumulateGradients(2)],
        epochs: 5,
        earlyStopping: { patience: 2, monitor: 'validation.loss' },
        restoreBest: true,
        saveBest: true,
        metrics: [accuracy()],
      }));
    const expected = await whole(rich);
    for (const crashes of [[2, 1], [6], [7, 1, 1, 5]])
      expect(await inPieces(rich, crashes, { every: { steps: 1 } } as never)).toEqual(expected);
  });
});

/** A program with one more callback, or several; what they need beside. */
const withCallbacks =
  (callbacks: () => Callback[], more: Partial<Options> = {}) =>
  () =>
    program(shuffled, () => ({ callbacks: callbacks(), epochs: 4, ...more }));

describe('goes on with the callbacks of Hone', () => {
  test.each<[string, () => Callback[], Partial<Options>?]>([
    ['ema', () => [ema({ decay: 0.8, warmup: 'power' })], { saveBest: true }],
    ['ema of its own', () => [ema({ decay: 0.8, apply: false, useBuffers: false, every: 2 })]],
    ['swa', () => [swa({ startEpoch: 2, lr: 0.02, annealEpochs: 2 })], { saveBest: true, restoreBest: true }],
    ['mixup', () => [mixup({ alpha: 0.4, numClasses: 3 })]],
    ['warmup in steps', () => [warmup({ steps: 9, from: 0.1, shape: 'cosine' })]],
    ['warmup in epochs', () => [warmup({ epochs: 3 })]],
    ['clipping and a monitor of rates', () => [gradientClipping({ norm: 0.5 }), lrMonitor({ interval: 'step' })]],
    [
      'early stoppings',
      () => [
        earlyStopping({ patience: { steps: 9 }, monitor: 'train.loss' }),
        earlyStopping({ monitor: 'validation.loss', divergenceThreshold: 1.5, startFromEpoch: 2 }),
      ],
    ],
    ['accumulation of a group that grows', () => [accumulateGradients({ 2: 3 })]],
    ['norms', () => [normMonitor()]],
  ])('%s', async (_, callbacks, more) => {
    const make = withCallbacks(callbacks, more);
    expect(await inPieces(make, [4, 3, 6, 2], { every: { steps: 1 } } as never)).toEqual(await whole(make));
  });

  test('weights of classes and samples, and files that grow or are replaced', async () => {
    const at = (name: string) => join(folder, name);
    const make = (to: string) =>
      withCallbacks(
        () => [
          csvLogger(at(`${to}.csv`)),
          modelCheckpoint(at(`${to}-{epoch}.safetensors`), { saveTopK: 2, saveLast: true }),
          historyLogger(at(`${to}.json`)),
        ],
        {
          classWeights: 'balanced',
        },
      );
    const [a, b] = [await whole(make('whole')), await inPieces(make('pieces'), [4, 3, 6, 2], { every: { steps: 1 } } as never)];
    expect(b).toEqual(a);
    const without = (text: string) =>
      text.split('\n').map((line) =>
        line
          .split(',')
          .filter((_, i) => i !== 1)
          .join(','),
      );
    expect(without(readFileSync(at('pieces.csv'), 'utf8')).length).toBe(without(readFileSync(at('whole.csv'), 'utf8')).length);
    const names = (to: string) =>
      readdirSync(folder)
        .filter((name) => name.startsWith(`${to}-`))
        .map((name) => name.slice(to.length))
        .sort();
    expect(names('pieces')).toEqual(names('whole'));
  });
});

test.each([
  ['rows behind those of earlier trainings', 1],
  ['more of them', 3],
])('a CSV file keeps %s once, however often an epoch is run again', async (_, earlier) => {
  const path = join(folder, `earlier-${earlier}.csv`);
  const run = async (epochs: number, crash: number) => {
    const { model, options } = program(shuffled, () => ({}));
    const crashing: Callback = {
      onEpochEnd({ epoch }) {
        if (epoch === crash) throw new Crash('crash');
      },
    };
    const callbacks = [csvLogger(path, { append: true }), crashing];
    await fit(model, { ...options, epochs, callbacks, checkpoint: `${path}.ckpt`, resume: true }).catch((error: Error) => {
      if (!(error.cause instanceof Crash)) throw error;
    });
  };
  await run(earlier, 0);
  rmSync(`${path}.ckpt`);
  for (const crash of [1, 1, 2, 3, 0]) await run(3, crash);
  const rows = readFileSync(path, 'utf8').trim().split('\n').slice(1);
  expect(rows.map((row) => Number(row.split(',')[0]))).toEqual([...Array.from({ length: earlier }, (_, i) => i + 1), 1, 2, 3]);
});

describe('a training that has ended', () => {
  const at = (name: string) => join(folder, name);
  const run = async (path: string, more: Partial<Options>) => {
    const { model, options } = program(shuffled, () => more);
    const steps: number[] = [];
    const counting: Callback = { onStep: ({ step, phase }) => void (phase === 'train' && steps.push(step)) };
    const history = await fit(model, {
      ...options,
      checkpoint: at(`${path}.ckpt`),
      resume: true,
      ...more,
      callbacks: [...(more.callbacks ?? []), counting],
    });
    return { steps: steps.length, ...result(model, history) };
  };

  test('is given back as it is', async () => {
    const more = { restoreBest: true };
    const { steps, ...first } = await run('ended', more);
    expect(steps).toBe(18);
    expect(await run('ended', more)).toEqual({ ...first, steps: 0 });
    expect((await run('ended', { ...more, epochs: 4 })).steps).toBe(6);
  });

  test('stays so where a callback ended it for good', async () => {
    const enough = () => ({
      callbacks: [
        {
          onStep: (event, run) => void (event.epoch === 2 && event.step === 3 && event.phase === 'train' && run.stop('enough')),
        } as Callback,
      ],
    });
    const { steps, ...first } = await run('enough', enough());
    expect([steps, first.stopped]).toEqual([9, { reason: 'stopped', message: 'enough', epoch: 2, step: 3 }]);
    expect(await run('enough', {})).toEqual({ steps: 0, ...first });
    const { steps: more, ...last } = await run('enough', { epochs: 4 });
    expect([more, last]).toEqual([15, await whole(() => program(shuffled, () => ({ epochs: 4 })))]);
  });

  test('goes on where early stopping has more patience than before, and not where it has as much', async () => {
    const patient = (patience: number) =>
      ({ epochs: 9, earlyStopping: { monitor: 'train.margin', patience, minDelta: 1e9 } }) as Partial<Options>;
    expect((await run('patient', patient(2))).steps).toBe(18);
    expect((await run('patient', patient(2))).steps).toBe(0);
    const { steps, ...more } = await run('patient', patient(4));
    expect([steps, more]).toEqual([12, await whole(() => program(shuffled, () => patient(4)))]);
    const threshold = (value: number) => ({ callbacks: [earlyStopping({ monitor: 'train.loss', stoppingThreshold: value })] });
    expect((await run('reached', threshold(5))).steps).toBe(6);
    expect((await run('reached', threshold(5))).steps).toBe(0);
    expect((await run('reached', threshold(0))).steps).toBe(12);
  });

  test('goes on after an AbortSignal, also one that came within an evaluation', async () => {
    const expected = await whole(() => program(shuffled, () => ({})));
    for (const phase of ['train', 'validation'] as const) {
      const controller = new AbortController();
      const abort: Callback = {
        onStep: (event) => void (event.phase === phase && event.epoch === 2 && event.step === 2 && controller.abort()),
      };
      const first = await run(`abort-${phase}`, {
        signal: controller.signal,
        callbacks: [abort],
        checkpoint: { path: at(`abort-${phase}.ckpt`), every: { epochs: 9 } },
      });
      expect(first.stopped).toMatchObject({ reason: 'aborted', epoch: 2 });
      const { steps, ...second } = await run(`abort-${phase}`, { checkpoint: at(`abort-${phase}.ckpt`) });
      expect([steps, second]).toEqual([18 - first.steps, expected]);
    }
  });
});

/** Every optimizer that steps without a closure. */
const optimizers = Object.entries(optim).flatMap(([name, Class]) =>
  typeof Class === 'function' && Class.prototype instanceof optim.Optimizer && name !== 'LBFGS' && name !== 'Muon'
    ? [[name, Class as unknown as MadeOptimizer] as const]
    : [],
);

test.each(optimizers)('goes on with %s', async (_, Class) => {
  const make = () =>
    program(
      shuffled,
      () => ({ epochs: 2 }),
      (model) => new Class(model.parameters(), { lr: 0.01 }),
    );
  expect(await inPieces(make, [5, 2], { every: { steps: 1 } } as never)).toEqual(await whole(make));
});

const { lrScheduler } = optim;
test.each<[string, (optimizer: optim.Optimizer) => Options['scheduler']]>([
  ['ReduceLROnPlateau', (o) => ({ scheduler: new lrScheduler.ReduceLROnPlateau(o, { patience: 0, threshold: 1 }), monitor: 'train.loss' })],
  ['LambdaLR', (o) => ({ scheduler: new lrScheduler.LambdaLR(o, (epoch) => 0.9 ** epoch), every: 'step' })],
  [
    'CyclicLR',
    (o) => ({ scheduler: new lrScheduler.CyclicLR(o, { baseLr: 0.001, maxLr: 0.02, stepSizeUp: 3, cycleMomentum: false }), every: 'step' }),
  ],
  [
    'CosineAnnealingWarmRestarts',
    (o) => ({ scheduler: new lrScheduler.CosineAnnealingWarmRestarts(o, { t0: 4, tMult: 2 }), every: 'step' }),
  ],
  [
    'SequentialLR',
    (o) => ({
      scheduler: new lrScheduler.SequentialLR(
        o,
        [new lrScheduler.LinearLR(o, { totalIters: 4 }), new lrScheduler.CosineAnnealingLR(o, 12)],
        [4],
      ),
      every: 'step',
    }),
  ],
  [
    'ChainedScheduler',
    (o) => ({
      scheduler: new lrScheduler.ChainedScheduler([
        new lrScheduler.ConstantLR(o, { totalIters: 5 }),
        new lrScheduler.ExponentialLR(o, { gamma: 0.9 }),
      ]),
      every: 'step',
    }),
  ],
])('goes on with %s', async (_, scheduler) => {
  const make = () => program(shuffled, (optimizer) => ({ scheduler: scheduler(optimizer) }));
  expect(await inPieces(make, [7, 2], { every: { steps: 1 } } as never)).toEqual(await whole(make));
});

describe('goes on with', () => {
  const data = () => {
    manualSeed(1);
    const x = rand([22, 4]);
    return new TensorDataset(x, x.argmax(1).remainder(3));
  };
  const mlp = () => new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Dropout(0.2), new nn.Linear(8, 3));
  /** A program of its own model and loader. */
  const own = (model: nn.Module, train: unknown, more: object = {}) => ({
    model: model as Net,
    options: {
      train: train as Options['train'],
      loss: new nn.CrossEntropyLoss(),
      optimizer: new optim.Adam(model.parameters(), { lr: 0.01 }),
      epochs: 3,
      ...more,
    } as Options,
  });
  class Scaled extends nn.Module {
    scale = new nn.Parameter(rand([3]));
    override forward(output: Tensor, target: Tensor): Tensor {
      return F.crossEntropy(output.mul(this.scale), target);
    }
  }
  class Rows extends IterableDataset<[Tensor, Tensor]> {
    constructor(private readonly rows: ReturnType<typeof data>) {
      super();
    }
    override *[Symbol.iterator](): Iterator<[Tensor, Tensor]> {
      const { rows } = this;
      for (let i = 0; i < rows.length; i++) yield rows.get(i) as [Tensor, Tensor];
    }
  }
  /** Its state is of many kinds, and one field comes with the first batch. */
  class Remembering extends nn.Module {
    layer = new nn.Linear(4, 3);
    private readonly counts = new Map<string, number>();
    private readonly seen = new Set<number>();
    private readonly noises = [new Generator(3), { other: new Generator(4) }] as const;
    private first: Tensor | undefined = tensor([2]);
    declare private mean?: Tensor;
    override forward(x: Tensor): Tensor {
      if (!this.training) return this.layer.forward(x);
      const count = (this.counts.get('batches') ?? 0) + 1;
      this.counts.set('batches', count);
      this.seen.add(count);
      this.mean = this.mean ? this.mean.mul(0.9).add(x.mean().detach().mul(0.1)) : x.mean().detach();
      const [one, { other }] = this.noises;
      const noisy = x.add(randn(x.shape, { generator: one }).mul(0.1)).add(randn(x.shape, { generator: other }).mul(0.1));
      const scaled = this.first ? noisy.mul(this.first) : noisy;
      this.first = undefined;
      return this.layer.forward(scaled.add(this.mean)).mul(1 + 0.01 * count + 0.001 * this.seen.size);
    }
  }
  const shuffledRows = () => new DataLoader(data(), { batchSize: 4, shuffle: true });

  test.each<[string, () => ReturnType<typeof own>]>([
    ['lazy layers', () => own(new nn.Sequential(new nn.LazyLinear(8), new nn.ReLU(), new nn.Linear(8, 3)), shuffledRows())],
    [
      'shared and normalised weights',
      () => {
        const [rows, shared] = [shuffledRows(), new nn.Linear(4, 4)];
        const { spectralNorm, weightNorm } = nn.utils.parametrizations;
        return own(
          new nn.Sequential(shared, new nn.ReLU(), shared, spectralNorm(new nn.Linear(4, 8)), weightNorm(new nn.Linear(8, 3))),
          rows,
        );
      },
    ],
    [
      'generators of its own',
      () => {
        const rows = data();
        const noise = new Generator(3);
        const sampler = new RandomSampler(rows, { replacement: true, generator: new Generator(9) });
        const forward = (model: nn.Module, [x, y]: [Tensor, Tensor]) => [model.forward(x.add(randn(x.shape, { generator: noise }))), y];
        return own(mlp(), new DataLoader(rows, { batchSize: 4, sampler }), { forward, checkpoint: { generators: { noise } } });
      },
    ],
    [
      'fields of many kinds',
      () => {
        const rows = shuffledRows();
        return own(new Remembering(), rows);
      },
    ],
    ['a stream', () => own(mlp(), new DataLoader(new Rows(data()), { batchSize: 4 }))],
    [
      'a metric without a state, from the start of the epoch',
      () => own(mlp(), shuffledRows(), { metrics: [{ name: 'own', start: () => ({ update() {}, value: () => 1 }) }] }),
    ],
    [
      'parameters outside the model',
      () => {
        const [rows, model, loss, shift] = [shuffledRows(), mlp(), new Scaled(), rand([3]).requiresGrad_()];
        const forward = (m: nn.Module, [x, y]: [Tensor, Tensor]) => [m.forward(x).add(shift), y];
        return own(model, rows, {
          loss,
          forward,
          optimizer: new optim.Adam([...model.parameters(), ...loss.parameters(), shift], { lr: 0.01 }),
        });
      },
    ],
    [
      'a loader that others look into',
      () => {
        const rows = shuffledRows();
        rows[Symbol.iterator]().next();
        const looking: Callback = { onStep: ({ step }) => void (step === 2 && rows[Symbol.iterator]().next()) };
        return own(mlp(), rows, { callbacks: [looking] });
      },
    ],
    [
      'one loader for everything',
      () => {
        const rows = shuffledRows();
        return own(mlp(), rows, { validation: rows, evaluateTrain: true, saveBest: true, restoreBest: true });
      },
    ],
  ])('%s', async (_, make) => {
    const made = () => {
      manualSeed(2);
      return make();
    };
    const of = () => {
      const { model, options } = made();
      const { checkpoint: _, ...rest } = options;
      return { model, options: rest as Options };
    };
    const expected = await whole(of);
    const path = join(folder, `${++files}.ckpt`);
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (const steps of [3, 4, 7, Number.POSITIVE_INFINITY]) {
      const { model, options } = made();
      const checkpoint = { ...(options.checkpoint as object), path, every: { steps: 1 } };
      const all = { ...options, checkpoint, resume: true, callbacks: [...(options.callbacks ?? []), crashAfter(steps)] };
      const history = await fit(model, all).catch((error: Error) => {
        if (!(error.cause instanceof Crash)) throw error;
      });
      if (history) expect(result(model, history)).toEqual(expected);
      else expect(steps).toBeLessThan(8);
    }
    warned.mockRestore();
  });
});
