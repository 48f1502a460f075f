import { ArgumentError, ones, optim, StateDictError, tensor } from 'hone';
import { afterEach, describe, expect, it, vi } from 'vitest';

const { lrScheduler } = optim;
type Scheduler = optim.lrScheduler.LRScheduler;

const leaf = () => ones([1], { requiresGrad: true });
const twoGroups = () =>
  new optim.SGD([
    { params: leaf(), lr: 0.1 },
    { params: leaf(), lr: 0.02 },
  ]);
const one = (lr = 0.1) => new optim.SGD([leaf()], { lr });
const rates = (optimizer: optim.SGD) => optimizer.paramGroups.map(({ lr }) => lr);

afterEach(() => {
  vi.restoreAllMocks();
});

/** The rates of the first group, from the start. */
function trace(make: (optimizer: optim.SGD) => Scheduler, steps = 12, momentum = 0.5): number[] {
  const optimizer = new optim.SGD([leaf()], { lr: 0.1, momentum });
  const scheduler = make(optimizer);
  return [
    scheduler.getLastLr()[0]!,
    ...Array.from({ length: steps }, () => {
      optimizer.step();
      if (scheduler instanceof lrScheduler.ReduceLROnPlateau) scheduler.step(1);
      else scheduler.step();
      return scheduler.getLastLr()[0]!;
    }),
  ];
}

// Values: conformance/cases/schedules.py.
describe('arguments', () => {
  const { StepLR, LinearLR, OneCycleLR, CyclicLR, LambdaLR, MultiStepLR, ReduceLROnPlateau, SWALR } = lrScheduler;
  it.each<[string, ((o: optim.SGD) => Scheduler)[]]>([
    ['StepLR', [(o) => new StepLR(o, 3, 0.5), (o) => new StepLR(o, 3, { gamma: 0.5 }), (o) => new StepLR(o, { stepSize: 3, gamma: 0.5 })]],
    ['MultiStepLR', [(o) => new MultiStepLR(o, [3, 5], 0.5), (o) => new MultiStepLR(o, { milestones: [5, 3], gamma: 0.5 })]],
    ['ExponentialLR', [(o) => new lrScheduler.ExponentialLR(o, 0.9), (o) => new lrScheduler.ExponentialLR(o, { gamma: 0.9 })]],
    ['LambdaLR', [(o) => new LambdaLR(o, (e) => 1 / (1 + e)), (o) => new LambdaLR(o, { lrLambda: [(e) => 1 / (1 + e)] })]],
    ['MultiplicativeLR', [(o) => new lrScheduler.MultiplicativeLR(o, () => 0.9), (o) => new lrScheduler.MultiplicativeLR(o, [() => 0.9])]],
    ['ConstantLR', [(o) => new lrScheduler.ConstantLR(o, 0.5, 4), (o) => new lrScheduler.ConstantLR(o, { factor: 0.5, totalIters: 4 })]],
    [
      'LinearLR',
      [
        (o) => new LinearLR(o, 0.5, 1, 9),
        (o) => new LinearLR(o, 0.5, { totalIters: 9 }),
        (o) => new LinearLR(o, { startFactor: 0.5, totalIters: 9 }),
      ],
    ],
    ['PolynomialLR', [(o) => new lrScheduler.PolynomialLR(o, 9, 2), (o) => new lrScheduler.PolynomialLR(o, { totalIters: 9, power: 2 })]],
    [
      'CosineAnnealingLR',
      [(o) => new lrScheduler.CosineAnnealingLR(o, 9, 0.01), (o) => new lrScheduler.CosineAnnealingLR(o, { tMax: 9, etaMin: 0.01 })],
    ],
    [
      'CosineAnnealingWarmRestarts',
      [
        (o) => new lrScheduler.CosineAnnealingWarmRestarts(o, 2, 3, 0.01),
        (o) => new lrScheduler.CosineAnnealingWarmRestarts(o, { t0: 2, tMult: 3, etaMin: 0.01 }),
      ],
    ],
    [
      'CyclicLR',
      [
        (o) => new CyclicLR(o, 0.1, 0.5, 4),
        (o) => new CyclicLR(o, 0.1, 0.5, { stepSizeUp: 4 }),
        (o) => new CyclicLR(o, { baseLr: 0.1, maxLr: [0.5], stepSizeUp: 4, stepSizeDown: null }),
      ],
    ],
    [
      'OneCycleLR',
      [
        (o) => new OneCycleLR(o, 0.5, 12),
        (o) => new OneCycleLR(o, 0.5, { epochs: 3, stepsPerEpoch: 4 }),
        (o) => new OneCycleLR(o, { maxLr: [0.5], totalSteps: 12, epochs: null }),
      ],
    ],
    [
      'ReduceLROnPlateau',
      [
        (o) => new ReduceLROnPlateau(o, 'min', 0.5, 2),
        (o) => new ReduceLROnPlateau(o, 'min', { factor: 0.5, patience: 2 }),
        (o) => new ReduceLROnPlateau(o, { factor: 0.5, patience: 2 }),
      ],
    ],
    ['SWALR', [(o) => new SWALR(o, 0.5, 4, 'linear'), (o) => new SWALR(o, { swaLr: 0.5, annealEpochs: 4, annealStrategy: 'linear' })]],
  ])('%s by position and by name', (_, makers) => {
    const [first, ...others] = makers.map((make) => trace(make));
    expect(new Set(first).size).toBeGreaterThan(1);
    for (const other of others) expect(other).toEqual(first);
  });

  it('names an option that it does not know, one given twice, and too many', () => {
    const o = one();
    // @ts-expect-error there is no such option
    expect(() => new StepLR(o, { stepsize: 3 })).toThrow(
      'StepLR: there is no option "stepsize". Did you mean stepSize? StepLR takes stepSize, gamma, lastEpoch.',
    );
    // @ts-expect-error it is given by position
    expect(() => new StepLR(o, 3, { stepSize: 4 })).toThrow('StepLR: stepSize is given twice, by position and by name.');
    // @ts-expect-error there are three
    expect(() => new StepLR(o, 1, 2, -1, 4)).toThrow('StepLR: got 4 as one argument too many. StepLR takes stepSize, gamma, lastEpoch.');
  });
});

describe('state', () => {
  it('refuses anything but a state, and changes nothing', () => {
    const scheduler = new lrScheduler.StepLR(one(), 3);
    const before = scheduler.stateDict();
    expect(() => scheduler.loadStateDict(null as never)).toThrow(
      'StepLR.loadStateDict: got null, expected what stateDict() gives. Nothing was changed.',
    );
    expect(() => scheduler.loadStateDict({ a: 1 })).toThrow(StateDictError);
    expect(() => scheduler.loadStateDict({ last_epoch: 4, base_lrs: 0.1 })).toThrow('base_lrs is a number, expected a list.');
    expect(scheduler.stateDict()).toEqual(before);
    const chained = new lrScheduler.ChainedScheduler([scheduler]);
    expect(() => chained.loadStateDict({ _last_lr: [1] })).toThrow('it has no states of schedulers (_schedulers), expected 1');
    expect(() => chained.loadStateDict({ _last_lr: 1, _schedulers: [{ ...before, last_epoch: 7 }] })).toThrow(StateDictError);
    expect(scheduler.stateDict()).toEqual(before);
  });

  it('does not share memory, and survives JSON', () => {
    const optimizer = twoGroups();
    const scheduler = new lrScheduler.MultiStepLR(optimizer, [1, 1, 4]);
    const state = JSON.parse(JSON.stringify(scheduler.stateDict())) as Record<string, unknown>;
    expect(state.milestones).toEqual({ 1: 2, 4: 1 });
    const other = new lrScheduler.MultiStepLR(twoGroups(), [9]);
    other.loadStateDict({
      ...state,
      milestones: new Map([
        [4, 1],
        [1, 2],
      ]),
    });
    expect(other.milestones).toEqual([1, 1, 4]);
    (scheduler.stateDict().base_lrs as number[])[0] = 9;
    expect(scheduler.baseLrs).toEqual([0.1, 0.02]);
  });

  it('starts at an epoch only with the rates it started from', () => {
    const optimizer = one();
    expect(() => new lrScheduler.StepLR(optimizer, 2, { lastEpoch: 4 })).toThrow(
      'StepLR: group 0 has no initialLr to resume from at epoch 4.',
    );
    const first = new lrScheduler.StepLR(optimizer, 2);
    expect(optimizer.paramGroups[0]!.initialLr).toBe(0.1);
    optimizer.step();
    first.step();
    const second = new lrScheduler.StepLR(optimizer, { stepSize: 2, lastEpoch: first.lastEpoch });
    expect(second.lastEpoch).toBe(2);
    expect(optimizer.paramGroups[0]!.lr).toBeCloseTo(0.01, 15);
  });
});

describe('ReduceLROnPlateau', () => {
  it('takes a tensor of one element', () => {
    const scheduler = new lrScheduler.ReduceLROnPlateau(one());
    scheduler.step(tensor(0.5));
    expect(scheduler.best).toBe(0.5);
  });

  it('serves groups that are added later, where all have one minLr', () => {
    const optimizer = one();
    const scheduler = new lrScheduler.ReduceLROnPlateau(optimizer, { patience: 0, minLr: 0.05 });
    const each = new lrScheduler.ReduceLROnPlateau(optimizer, { patience: 0, minLr: [0.05] });
    optimizer.addParamGroup({ params: leaf(), lr: 1 });
    scheduler.step(1);
    scheduler.step(1);
    expect(rates(optimizer)).toEqual([0.05, 0.1]);
    each.step(1);
    expect(() => each.step(1)).toThrow('ReduceLROnPlateau: it has 1 minLrs for 2 param groups: groups were added since.');
  });
});

it('a scheduler does not know groups that are added later', () => {
  const optimizer = one();
  const scheduler = new lrScheduler.LambdaLR(optimizer, () => 1);
  optimizer.addParamGroup({ params: leaf() });
  optimizer.step();
  expect(() => scheduler.step()).toThrow('LambdaLR: it has 1 rates for 2 param groups.');
});

it('moves momentum or the first beta, and leaves the other betas', () => {
  const adam = new optim.Adam([leaf()], { betas: [0.3, 0.99] });
  const cyclic = new lrScheduler.CyclicLR(adam, 0.1, 0.2, { stepSizeUp: 2, baseMomentum: 0.6, maxMomentum: 0.8 });
  expect(adam.paramGroups[0]!.betas).toEqual([0.8, 0.99]);
  adam.step();
  cyclic.step();
  expect(adam.paramGroups[0]!.betas[0]).toBeCloseTo(0.7, 15);
});

it("a schedule of one's own", () => {
  class Halving extends lrScheduler.LRScheduler {
    constructor(optimizer: optim.SGD) {
      super(optimizer);
      this.start();
    }
    protected getLr() {
      return this.isInitial ? this.groupLrs : this.groupLrs.map((lr) => lr / 2);
    }
  }
  expect(trace((o) => new Halving(o), 2)).toEqual([0.1, 0.05, 0.025]);
});

it('warns once when it steps before the optimizer, and not otherwise', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const optimizer = one();
  const late = new lrScheduler.ExponentialLR(optimizer, { gamma: 0.5 });
  late.step();
  late.step();
  new lrScheduler.ChainedScheduler([new lrScheduler.StepLR(optimizer, 2), new lrScheduler.LinearLR(optimizer)]).step();
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

function chainOf(make: (optimizer: optim.SGD) => Scheduler) {
  const optimizer = one();
  return new lrScheduler.ChainedScheduler([make(optimizer)]);
}

function sequenceOf(count: number, milestones: number[]) {
  const optimizer = one();
  const schedulers = Array.from({ length: count }, () => new lrScheduler.StepLR(optimizer, 2));
  return new lrScheduler.SequentialLR(optimizer, schedulers, milestones);
}

it.each<[() => unknown, string]>([
  [() => new lrScheduler.StepLR(one(), { stepSize: 0 }), 'StepLR: stepSize is 0'],
  [() => new lrScheduler.StepLR(one(), undefined as unknown as { stepSize: number }), 'StepLR: stepSize is undefined'],
  [
    () => new lrScheduler.StepLR(null as unknown as optim.SGD, { stepSize: 1 }),
    'StepLR: the first argument is null, expected an optimizer.',
  ],
  [() => new lrScheduler.MultiStepLR(one(), { milestones: 3 as unknown as number[] }), 'MultiStepLR: milestones is 3, expected a list'],
  [() => new lrScheduler.MultiStepLR(one(), { milestones: [1, 2.5] }), 'MultiStepLR: milestones[1] is 2.5'],
  [() => new lrScheduler.ExponentialLR(one(), {} as { gamma: number }), 'ExponentialLR: gamma is undefined'],
  [() => new lrScheduler.LambdaLR(one(), { lrLambda: [] }), 'LambdaLR: got 0 functions for 1 param groups.'],
  [() => new lrScheduler.LambdaLR(one(), { lrLambda: 2 as unknown as () => number }), 'LambdaLR: lrLambda is 2'],
  [() => new lrScheduler.CosineAnnealingLR(one(), { tMax: 0 }), 'CosineAnnealingLR: tMax is 0'],
  [() => new lrScheduler.ConstantLR(one(), { factor: 1.5 }), 'ConstantLR: factor is 1.5'],
  [() => new lrScheduler.LinearLR(one(), { startFactor: 0 }), 'LinearLR: startFactor is 0'],
  [() => new lrScheduler.LinearLR(one(), { endFactor: -1 }), 'LinearLR: endFactor is -1'],
  [() => new lrScheduler.ReduceLROnPlateau(one(), { factor: 1 }), 'ReduceLROnPlateau: factor is 1'],
  [() => new lrScheduler.ReduceLROnPlateau(one(), { mode: 'low' as 'min' }), 'ReduceLROnPlateau: mode is "low"'],
  [
    () => new lrScheduler.ReduceLROnPlateau(one(), { minLr: [1, 2] }),
    'ReduceLROnPlateau: got 2 minLr for 1 param groups, expected one number, or one for each group.',
  ],
  [
    () => new lrScheduler.ReduceLROnPlateau(one()).step(undefined as unknown as number),
    'ReduceLROnPlateau: step() got nothing, expected the metric',
  ],
  [() => new lrScheduler.StepLR(one(), 3).step(Number.NaN), 'StepLR.step: epoch is NaN'],
  [() => new lrScheduler.StepLR(one(), 3, Number.POSITIVE_INFINITY), 'StepLR: gamma is Infinity'],
  [() => new lrScheduler.StepLR(one(), 3, { lastEpoch: 1.5 }), 'StepLR: lastEpoch is 1.5'],
  [() => new lrScheduler.PolynomialLR(one(), -1), 'PolynomialLR: totalIters is -1'],
  [() => new lrScheduler.LambdaLR(one(), () => 'a' as unknown as number), 'LambdaLR: lrLambda gave string at epoch 0'],
  [() => new lrScheduler.CosineAnnealingWarmRestarts(one(), 3).step(-1), 'CosineAnnealingWarmRestarts.step: epoch is -1'],
  [() => new lrScheduler.CyclicLR(one(), 0.1, { stepSizeUp: 3 } as never), 'CyclicLR: maxLr is undefined'],
  [() => new lrScheduler.CyclicLR(one(), 0.1, 0.2, 0), 'CyclicLR: stepSizeUp is 0'],
  [() => new lrScheduler.CyclicLR(one(), 0.1, 0.2, { scaleFn: 3 as never }), 'CyclicLR: scaleFn is 3, expected a function or null.'],
  [() => new lrScheduler.OneCycleLR(one(), 0.1, {}), 'OneCycleLR: got neither totalSteps nor both of epochs and stepsPerEpoch.'],
  [() => new lrScheduler.OneCycleLR(one(), 0.1, 10, { pctStart: 0.1 }), 'OneCycleLR: phase 1 of 2 has no steps (totalSteps 10).'],
  [() => new lrScheduler.OneCycleLR(one(), 0.1, 5, { divFactor: 0 }), 'OneCycleLR: divFactor is 0, expected a number to divide by.'],
  [() => trace((o) => new lrScheduler.OneCycleLR(o, 0.1, 5), 6), 'OneCycleLR.step: this is step 6, the cycle has 5.'],
  [() => new lrScheduler.SWALR(one(), { annealEpochs: 3 } as never), 'SWALR: swaLr is undefined'],
  [() => new lrScheduler.SWALR(one(), 0.1, 3, 'exp' as 'cos'), 'SWALR: annealStrategy is "exp"'],
  [() => trace((o) => new lrScheduler.ConstantLR(o, 0, 2)), 'ConstantLR: factor is 0, which epoch 2 cannot undo.'],
  [() => new lrScheduler.ChainedScheduler([]), 'ChainedScheduler: got no schedulers, expected at least one.'],
  [() => new lrScheduler.ChainedScheduler([null] as never), 'ChainedScheduler: schedulers[0] is null, expected a scheduler.'],
  [() => new lrScheduler.ChainedScheduler({} as never), 'ChainedScheduler: schedulers is an object, expected a list of schedulers.'],
  [
    () => new lrScheduler.ChainedScheduler([new lrScheduler.StepLR(one(), 1), new lrScheduler.StepLR(one(), 1)]),
    'ChainedScheduler: schedulers[1] (StepLR) belongs to another optimizer.',
  ],
  [
    () => new lrScheduler.SequentialLR(one(), [new lrScheduler.StepLR(one(), 1)], []),
    'SequentialLR: schedulers[0] (StepLR) belongs to another optimizer.',
  ],
  [
    () => chainOf((o) => new lrScheduler.ReduceLROnPlateau(o)),
    'ChainedScheduler: schedulers[0] is a ReduceLROnPlateau, whose step needs a metric.',
  ],
  [() => sequenceOf(2, [3, 4]), 'SequentialLR: got 2 milestones for 2 schedulers, expected one fewer than schedulers.'],
  [() => sequenceOf(3, [4, 3]), 'SequentialLR: milestones are 4, 3, expected them in ascending order.'],
  [() => sequenceOf(2, [1.5]), 'SequentialLR: milestones[0] is 1.5, expected a whole number'],
])('%s', (build, message) => {
  expect(build).toThrow(ArgumentError);
  expect(build).toThrow(message);
});
