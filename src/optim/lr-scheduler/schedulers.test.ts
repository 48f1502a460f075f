import { readFileSync } from 'node:fs';
import { ArgumentError, ones, optim } from 'hone';
import { afterEach, describe, expect, it, vi } from 'vitest';

const { lrScheduler } = optim;

// Made by torch: conformance/optim.py.
const fixture = JSON.parse(readFileSync(new URL('../../../conformance/fixtures/optim.json', import.meta.url), 'utf8')) as {
  schedulers: { name: string; options: Record<string, unknown>; lrs: number[][] }[];
  metrics: (number | null)[];
  chain: number[];
};

const names: Record<string, string> = { T_max: 'tMax' };
const camel = (name: string) => names[name] ?? name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase());
const camelKeys = (options: Record<string, unknown>) => Object.fromEntries(Object.entries(options).map(([k, v]) => [camel(k), v]));

const twoGroups = () =>
  new optim.SGD([
    { params: ones([1], { requiresGrad: true }), lr: 0.1 },
    { params: ones([1], { requiresGrad: true }), lr: 0.02 },
  ]);
const one = (lr = 0.1) => new optim.SGD([ones([1], { requiresGrad: true })], { lr });

afterEach(() => {
  vi.restoreAllMocks();
});

function make(name: string, optimizer: optim.Optimizer<never>, options: Record<string, unknown>): optim.lrScheduler.LRScheduler {
  return new (lrScheduler as unknown as Record<string, new (o: unknown, p: object) => optim.lrScheduler.LRScheduler>)[name]!(
    optimizer,
    options,
  );
}

describe('rates against torch', () => {
  it.each(fixture.schedulers.map((s) => [s.name, JSON.stringify(s.options), s] as const))('%s %s', (name, _, { options, lrs }) => {
    const given = name === 'LambdaLR' ? { lrLambda: [(e: number) => 0.95 ** e, (e: number) => 1 / (1 + e)] } : camelKeys(options);
    const optimizer = twoGroups();
    const scheduler = make(name, optimizer as never, given);
    lrs.forEach((expected, epoch) => {
      if (epoch > 0) {
        optimizer.step();
        if (name === 'ReduceLROnPlateau') scheduler.step(fixture.metrics[epoch - 1] ?? Number.NaN);
        else scheduler.step();
      }
      scheduler.getLastLr().forEach((lr, i) => {
        expect(Math.abs(lr - expected[i]!), `epoch ${epoch}: ${lr} against ${expected[i]}`).toBeLessThanOrEqual(
          1e-14 * Math.abs(expected[i]!) + 1e-17,
        );
      });
      expect(optimizer.paramGroups.map((group) => group.lr)).toEqual(scheduler.getLastLr());
    });
  });

  it('chains of two multiply', () => {
    const optimizer = one();
    const first = new lrScheduler.LinearLR(optimizer, { startFactor: 0.2, totalIters: 4 });
    const second = new lrScheduler.ExponentialLR(optimizer, { gamma: 0.9 });
    for (const expected of fixture.chain) {
      optimizer.step();
      first.step();
      second.step();
      expect(optimizer.paramGroups[0]!.lr).toBeCloseTo(expected, 15);
    }
  });
});

describe('state', () => {
  it('has the names of torch', () => {
    expect(new lrScheduler.StepLR(one(), { stepSize: 3 }).stateDict()).toEqual({
      step_size: 3,
      gamma: 0.1,
      base_lrs: [0.1],
      last_epoch: 0,
      _step_count: 1,
      _last_lr: [0.1],
    });
    expect(Object.keys(new lrScheduler.CosineAnnealingLR(one(), { tMax: 3 }).stateDict()).sort()).toEqual([
      'T_max',
      '_last_lr',
      '_step_count',
      'base_lrs',
      'eta_min',
      'last_epoch',
    ]);
    expect(new lrScheduler.ReduceLROnPlateau(one()).stateDict()).toMatchObject({
      num_bad_epochs: 0,
      cooldown_counter: 0,
      min_lrs: [0],
      threshold_mode: 'rel',
      last_epoch: 0,
    });
  });

  it.each([
    ['CosineAnnealingLR', { tMax: 6, etaMin: 0.01 }],
    ['MultiStepLR', { milestones: [2, 6] }],
    ['LinearLR', { totalIters: 9 }],
    ['ReduceLROnPlateau', { patience: 2 }],
  ])('resumes %s exactly', (name, options) => {
    const run = (optimizer: optim.SGD, scheduler: optim.lrScheduler.LRScheduler, epochs: number) => {
      for (let i = 0; i < epochs; i++) {
        optimizer.step();
        scheduler.step(1);
      }
    };
    const optimizer = twoGroups();
    const scheduler = make(name, optimizer as never, options);
    run(optimizer, scheduler, 4);
    const again = twoGroups();
    const resumed = make(name, again as never, options);
    again.loadStateDict(optimizer.stateDict());
    resumed.loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())) as Record<string, unknown>);
    run(optimizer, scheduler, 5);
    run(again, resumed, 5);
    expect(again.paramGroups.map((g) => g.lr)).toEqual(optimizer.paramGroups.map((g) => g.lr));
    expect(resumed.lastEpoch).toBe(9);
  });

  it('starts at an epoch only with the rates it started from', () => {
    const optimizer = one();
    expect(() => new lrScheduler.StepLR(optimizer, { stepSize: 2, lastEpoch: 4 })).toThrow(
      'StepLR: group 0 has no initialLr to resume from at epoch 4.',
    );
    const first = new lrScheduler.StepLR(optimizer, { stepSize: 2 });
    optimizer.step();
    first.step();
    const second = new lrScheduler.StepLR(optimizer, { stepSize: 2, lastEpoch: first.lastEpoch });
    expect(second.lastEpoch).toBe(2);
    expect(optimizer.paramGroups[0]!.lr).toBeCloseTo(0.01, 15);
  });
});

it('warns once when it steps before the optimizer, and not otherwise', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const optimizer = one();
  const late = new lrScheduler.ExponentialLR(optimizer, { gamma: 0.5 });
  late.step();
  late.step();
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn.mock.calls[0]![0]).toContain('scheduler.step() was called before optimizer.step()');
  const good = one();
  const scheduler = new lrScheduler.ExponentialLR(good, { gamma: 0.5 });
  good.step();
  scheduler.step();
  expect(warn).toHaveBeenCalledTimes(1);
});

it('the rate of a user stands until the schedule changes it', () => {
  const optimizer = one();
  const scheduler = new lrScheduler.StepLR(optimizer, { stepSize: 2 });
  optimizer.step();
  optimizer.paramGroups[0]!.lr = 0.5;
  scheduler.step();
  expect(optimizer.paramGroups[0]!.lr).toBe(0.5);
  scheduler.step();
  expect(optimizer.paramGroups[0]!.lr).toBeCloseTo(0.05, 15);
});

it.each([
  [() => new lrScheduler.StepLR(one(), { stepSize: 0 }), 'StepLR: stepSize is 0, expected a whole number of at least 1.'],
  [() => new lrScheduler.StepLR(one(), undefined as unknown as { stepSize: number }), 'StepLR: stepSize is undefined'],
  [
    () => new lrScheduler.StepLR(null as unknown as optim.SGD, { stepSize: 1 }),
    'StepLR: the first argument is null, expected an optimizer.',
  ],
  [() => new lrScheduler.MultiStepLR(one(), { milestones: 3 as unknown as number[] }), 'MultiStepLR: milestones is 3, expected a list'],
  [() => new lrScheduler.MultiStepLR(one(), { milestones: [1, 2.5] }), 'MultiStepLR: milestones[1] is 2.5'],
  [() => new lrScheduler.ExponentialLR(one(), {} as { gamma: number }), 'ExponentialLR: gamma is undefined'],
  [() => new lrScheduler.LambdaLR(one(), { lrLambda: [] }), 'LambdaLR: got 0 functions for 1 param groups.'],
  [() => new lrScheduler.LambdaLR(one(), { lrLambda: 2 as unknown as () => number }), 'LambdaLR: lrLambda is number'],
  [() => new lrScheduler.CosineAnnealingLR(one(), { tMax: 0 }), 'CosineAnnealingLR: tMax is 0'],
  [() => new lrScheduler.ConstantLR(one(), { factor: 1.5 }), 'ConstantLR: factor is 1.5'],
  [() => new lrScheduler.LinearLR(one(), { startFactor: 0 }), 'LinearLR: startFactor is 0'],
  [() => new lrScheduler.LinearLR(one(), { endFactor: -1 }), 'LinearLR: endFactor is -1'],
  [() => new lrScheduler.ReduceLROnPlateau(one(), { factor: 1 }), 'ReduceLROnPlateau: factor is 1, expected below 1.'],
  [() => new lrScheduler.ReduceLROnPlateau(one(), { mode: 'low' as 'min' }), 'ReduceLROnPlateau: mode is "low"'],
  [() => new lrScheduler.ReduceLROnPlateau(one(), { minLr: [1, 2] }), 'ReduceLROnPlateau: got 2 minLr for 1 param groups.'],
  [
    () => new lrScheduler.ReduceLROnPlateau(one()).step(undefined as unknown as number),
    'ReduceLROnPlateau: step() got nothing, expected the metric',
  ],
])('%s', (build, message) => {
  expect(build).toThrow(ArgumentError);
  expect(build).toThrow(message);
});
