/** csvLogger and lrMonitor: files that are whole and grow, rates as updates are made with them. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optim } from 'hone';
import { accuracy, type Callback, csvLogger, fit, History, type LrMonitorOptions, lrMonitor, warmup } from 'hone/train';
import { describe, expect, it, test } from 'vitest';
import { setting } from '../../../../test/helpers/training.js';

const folder = mkdtempSync(join(tmpdir(), 'hone-csv-'));
const lines = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');

describe('csvLogger', () => {
  it('writes a row after each epoch, whole at any time, with columns that come later', async () => {
    const path = join(folder, 'new/a.csv');
    const seen: string[][] = [];
    const note: Callback = {
      onEpochStart: (run) => void (run.epoch === 2 && run.log('odd, "name"', 0.5)),
      onEpochEnd: () => void seen.push(lines(path)),
    };
    const { model, options } = setting(3);
    const history = await fit(model, { ...options, callbacks: [csvLogger(path), note] });
    const scores = 'train.loss,train.accuracy,validation.loss,validation.accuracy';
    expect(seen[0]![0]).toBe(`epoch,seconds,lr,${scores}`);
    expect(seen.map((text) => text.length)).toEqual([2, 3, 4]);
    expect(seen[2]![0]).toBe(`epoch,seconds,lr,${scores},"odd, ""name"""`);
    const [first, second, third] = history.epochs.map(({ epoch, seconds, lr, train, validation }) =>
      [epoch, seconds, lr[0], train.loss, train['accuracy'], validation!.loss, validation!['accuracy']].join(),
    );
    expect(seen[2]!.slice(1)).toEqual([`${first},`, `${second},0.5`, `${third},`]);
  });

  it('begins anew, or with append goes on', async () => {
    const path = join(folder, 'b.csv');
    const train = async (append: boolean) => {
      const { model, options } = setting(2);
      await fit(model, { ...options, metrics: append ? [accuracy({ name: 'hits' })] : [], callbacks: [csvLogger(path, { append })] });
      return lines(path).map((line) => line.split(',')[0]);
    };
    expect(await train(true)).toEqual(['epoch', '1', '2']); // no file yet
    expect(await train(false)).toEqual(['epoch', '1', '2']);
    expect(await train(true)).toEqual(['epoch', '1', '2', '1', '2']);
    expect(lines(path)[0]).toBe('epoch,seconds,lr,train.loss,validation.loss,train.hits,validation.hits');
    expect(lines(path)[1]!.endsWith(',,')).toBe(true);
  });

  it.each([false, true])('of a training that goes on holds its epochs once, append: %s', async (append) => {
    const path = join(folder, `c${append}.csv`);
    const { model, options } = setting(3);
    const history = await fit(model, { ...options, callbacks: [csvLogger(path, { append })] });
    // The third epoch was not saved before the program ended.
    const saved = new History();
    saved.epochs.push(...history.epochs.slice(0, 2));
    await fit(model, { ...options, history: saved, callbacks: [csvLogger(path, { append })] });
    expect(lines(path).map((line) => line.split(',')[0])).toEqual(['epoch', '1', '2', '3', '4', '5']);
  });

  it.each([false, true])(
    'has a row for each evaluation within an epoch, too, also in a training that goes on, append: %s',
    async (append) => {
      const path = join(folder, `within${append}.csv`);
      const checkpoint = { path: join(folder, `within${append}.ckpt`), every: { steps: 1 } };
      const run = async (epochs: number, stopAt: number) => {
        const { model, options } = setting(epochs); // of 4 steps
        const leaving: Callback = { name: 'leaving', onStep: (_, at) => void (at.totalSteps === stopAt && at.stop('later')) };
        return fit(model, {
          ...options,
          epochs,
          checkpoint,
          resume: true,
          validateEvery: { steps: 3 },
          callbacks: [csvLogger(path, { append }), leaving],
        });
      };
      await run(2, 5);
      const history = await run(3, 0);
      const [head, ...rows] = lines(path).map((line) => line.split(','));
      expect(head!.slice(0, 3)).toEqual(['epoch', 'step', 'seconds']);
      expect(rows.map(([epoch, step]) => [Number(epoch), Number(step)])).toEqual([
        [1, 3],
        [1, 4],
        [2, 6],
        [2, 8],
        [3, 9],
        [3, 12],
      ]);
      const at = head!.indexOf('validation.loss');
      expect(rows.map((row) => Number(row[at]))).toEqual(history.moments.map(({ record }) => record.validation!.loss));
    },
  );

  it('names the rate of each group, and takes no file that is not its own', async () => {
    const path = join(folder, 'd.csv');
    const { model, options } = setting(1);
    const optimizer = new optim.SGD([{ params: model.parameters().slice(0, 1), lr: 0.5 }, { params: model.parameters().slice(1) }], {
      lr: 0.1,
    });
    await fit(model, { ...options, optimizer, callbacks: [csvLogger(path)] });
    expect(lines(path)[0]).toMatch(/^epoch,seconds,lr\.0,lr\.1,train\.loss/);
    expect(lines(path)[1]!.split(',').slice(2, 4)).toEqual(['0.5', '0.1']);
    writeFileSync(path, 'a,b\n1,2\n');
    await expect(fit(model, { ...options, callbacks: [csvLogger(path, { append: true })] })).rejects.toThrow(
      `csvLogger: ${path} is not a file that csvLogger wrote: it has no column "epoch".`,
    );
    expect(existsSync(path)).toBe(true);
  });
});

describe('lrMonitor', () => {
  const train = async (options: LrMonitorOptions, groups = 1) => {
    const { model, options: given } = setting(2);
    const [first, ...rest] = model.parameters();
    const optimizer =
      groups === 1
        ? new optim.AdamW(model.parameters(), { lr: 0.1, betas: [0.8, 0.99], weightDecay: 0.3 })
        : new optim.SGD([{ params: [first!], lr: 0.5, name: 'head' }, { params: rest }], { lr: 0.1, momentum: 0.9 });
    const monitor = lrMonitor(options);
    const scheduler = { scheduler: new optim.lrScheduler.ExponentialLR(optimizer, 0.5), every: 'step' as const };
    const history = await fit(model, { ...given, optimizer, scheduler, callbacks: [warmup({ steps: 2, from: 0.5 }), monitor] });
    return { values: monitor.values, logged: history.epochs.map(({ logged }) => logged) };
  };
  const close = (...values: number[]) => values.map((value) => expect.closeTo(value, 12));

  it('notes the rate of each update', async () => {
    const { values, logged } = await train({ interval: 'step' });
    // Four steps an epoch; the first is warmed up by 0.5, the second by 0.75.
    expect(values).toEqual({ lr: close(0.05, 0.0375, 0.025, 0.0125, 0.1 / 16, 0.1 / 32, 0.1 / 64, 0.1 / 128) });
    expect(logged).toEqual([{ lr: expect.closeTo(0.0125, 12) }, { lr: expect.closeTo(0.1 / 128, 12) }]);
  });

  it('or the first of each epoch, with momentum and weight decay', async () => {
    const { values, logged } = await train({ logMomentum: true, logWeightDecay: true });
    expect(values).toEqual({ lr: close(0.05, 0.1 / 16), momentum: [0.8, 0.8], weightDecay: [0.3, 0.3] });
    expect(logged[0]).toEqual({ lr: expect.closeTo(0.05, 12), momentum: 0.8, weightDecay: 0.3 });
  });

  it('of each group by its name or number', async () => {
    const { values } = await train({ logMomentum: true }, 2);
    expect(Object.keys(values)).toEqual(['lr/head', 'momentum/head', 'lr/1', 'momentum/1']);
    expect(values['lr/head']).toEqual(close(0.25, 0.5 / 16));
  });

  it('goes on with what it noted', () => {
    const [one, two] = [lrMonitor(), lrMonitor()];
    one.loadStateDict!({ values: [['lr', Float64Array.of(1, 2)]], epoch: 2 } as never);
    two.loadStateDict!(one.stateDict!() as never);
    expect(two.values).toEqual({ lr: [1, 2] });
  });
});

test.each<[() => Callback, string]>([
  [() => csvLogger(''), 'csvLogger: the path is "", expected the path of a file.'],
  [() => csvLogger('a.csv', { appends: true } as never), 'csvLogger: there is no option "appends". Did you mean append?'],
  [() => lrMonitor({ interval: 'batch' as 'step' }), 'lrMonitor: interval is "batch"'],
  [() => lrMonitor({ log_momentum: true } as never), 'lrMonitor: there is no option "log_momentum". Did you mean logMomentum?'],
])('%s', (make, message) => {
  expect(make).toThrow(message);
});
