/** warmup and timeLimit: PyTorch's rates (conformance/callbacks.py), and trainings that end in time. */
import { readFileSync } from 'node:fs';
import { nn, optim, type Tensor, zeros } from 'hone';
import { type Callback, fit, timeLimit, type WarmupOptions, warmup } from 'hone/train';
import { describe, expect, it, test } from 'vitest';

const { warmups } = JSON.parse(readFileSync(new URL('../loops.fixture.json', import.meta.url), 'utf8')) as {
  warmups: { options: WarmupOptions; schedule: 'exponential' | 'cosine' | 'short' | null; every: 'step' | 'epoch'; lr: number[] }[];
};

/** Five steps an epoch, with a rate of 0.5; `lrs` gets that of each update. */
function setting(lrs: number[] = []) {
  const model = new nn.Linear(1, 1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
  optimizer.registerStepPreHook(() => void lrs.push(optimizer.paramGroups[0]!.lr));
  const train = Array.from({ length: 5 }, () => [zeros([2, 1]), zeros([2, 1])] as const) as unknown as Tensor[][];
  return { model, optimizer, options: { train, loss: new nn.MSELoss(), optimizer, epochs: 4 } };
}

const schedules = {
  exponential: (o: optim.Optimizer) => new optim.lrScheduler.ExponentialLR(o, 0.9),
  cosine: (o: optim.Optimizer) => new optim.lrScheduler.CosineAnnealingLR(o, 12),
  short: (o: optim.Optimizer) => new optim.lrScheduler.CosineAnnealingLR(o, 3),
};

describe('warmup', () => {
  test.each(warmups)('$options before $schedule, every $every: PyTorch’s rates', async ({ options, schedule, every, lr }) => {
    const lrs: number[] = [];
    const { model, optimizer, options: given } = setting(lrs);
    const scheduler = schedule === null ? undefined : { scheduler: schedules[schedule](optimizer), every };
    await fit(model, { ...given, scheduler, callbacks: [warmup(options)] });
    expect(lrs).toEqual(lr.map((rate) => expect.closeTo(rate, 12)));
  });

  it('goes step by step before a schedule that goes epoch by epoch', async () => {
    const lrs: number[] = [];
    const { model, optimizer, options } = setting(lrs);
    const scheduler = schedules.exponential(optimizer);
    await fit(model, { ...options, scheduler, callbacks: [warmup({ steps: 8, from: 0, shape: 'cosine' })] });
    const factor = (k: number) => (k >= 8 ? 1 : (1 - Math.cos((Math.PI * k) / 8)) / 2);
    expect(lrs).toEqual(Array.from({ length: 20 }, (_, k) => expect.closeTo(0.5 * 0.9 ** Math.floor(k / 5) * factor(k), 12)));
    expect(scheduler.getLastLr()[0]).toBeCloseTo(0.5 * 0.9 ** 4, 12);
  });

  it('goes before a schedule that follows scores, leaves rates alone that others set, and ends with the training', async () => {
    const lrs: number[] = [];
    const { model, optimizer, options } = setting(lrs);
    const set: Callback = { onEpochStart: (run) => void (run.epoch === 2 && (optimizer.paramGroups[0]!.lr = 0.25)) };
    const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 100 });
    await fit(model, { ...options, epochs: 2, scheduler, callbacks: [set, warmup({ steps: 100, from: 0.1, shape: 'exponential' })] });
    expect(lrs[0]).toBeCloseTo(0.05, 12);
    expect(lrs[4]).toBeCloseTo(0.5 * 0.1 ** 0.96, 12);
    expect(lrs[5]).toBe(0.25);
    expect(lrs[6]).toBeCloseTo(0.25 * 0.1 ** 0.94, 12);
    expect(optimizer.paramGroups[0]!.lr).toBe(0.25);
  });

  it('serves several trainings in turn', async () => {
    const callback = warmup({ steps: 3, from: 0.1 });
    for (let i = 0; i < 2; i++) {
      const lrs: number[] = [];
      const { model, options } = setting(lrs);
      await fit(model, { ...options, epochs: 1, callbacks: [callback] });
      expect(lrs).toEqual([0.05, 0.2, 0.35, 0.5, 0.5].map((rate) => expect.closeTo(rate, 12)));
    }
  });
});

describe('timeLimit', () => {
  it('ends the training after the running step', async () => {
    const { model, options } = setting();
    const history = await fit(model, { ...options, callbacks: [timeLimit({ seconds: 1e-9 })] });
    expect(history.stopped).toMatchObject({ reason: 'stopped', message: 'the time limit of 1e-9 seconds is reached', epoch: 1, step: 1 });
  });

  it('lets an epoch whose steps are done end', async () => {
    const { model, options } = setting();
    const history = await fit(model, { ...options, train: options.train.slice(0, 1), callbacks: [timeLimit({ minutes: 1e-9 })] });
    expect(history.epochs.length).toBe(1);
    expect(history.stopped!.message).toBe('the time limit of 1e-9 minutes is reached');
  });

  it('counts the time before a resume, and each training anew', async () => {
    const limit = timeLimit({ hours: 1, minutes: 30 });
    const once = async () => {
      const { model, options } = setting();
      return (await fit(model, { ...options, epochs: 1, callbacks: [limit] })).stopped!;
    };
    expect((await once()).reason).toBe('finished');
    const { seconds } = limit.stateDict!() as { seconds: number };
    expect(seconds).toBeLessThan(3600);
    limit.loadStateDict!({ seconds: 5401 } as never);
    expect(await once()).toMatchObject({ reason: 'stopped', message: 'the time limit of 1 hour 30 minutes is reached', step: 0 });
    expect((await once()).reason).toBe('finished');
  });
});

test.each<[() => Callback, string]>([
  [() => warmup({}), 'warmup: got neither steps nor epochs, expected one of them. Write warmup({ steps: 500 }).'],
  [() => warmup({ steps: 3, epochs: 1 }), 'warmup: got steps and epochs, expected one of them.'],
  [() => warmup({ steps: 0 }), 'warmup: steps is 0'],
  [() => warmup({ epochs: 1.5 }), 'warmup: epochs is 1.5'],
  [() => warmup({ steps: 3, from: 2 }), 'warmup: from is 2'],
  [() => warmup({ steps: 3, from: 0, shape: 'exponential' }), 'warmup: from is 0, which no factor can raise.'],
  [() => warmup({ steps: 3, shape: 'cos' as 'cosine' }), 'warmup: shape is "cos"'],
  [() => timeLimit({}), 'timeLimit: the time is missing, expected more than 0. Write timeLimit({ hours: 2 }).'],
  [() => timeLimit({ seconds: 0 }), 'timeLimit: the time is 0, expected more than 0.'],
  [() => timeLimit({ seconds: -1, hours: 1 }), 'timeLimit: seconds is -1'],
  [() => timeLimit({ second: 1 } as never), 'timeLimit: there is no option "second". Did you mean seconds?'],
])('%s', (make, message) => {
  expect(make).toThrow(message);
});
