/** Validation that is measured less often than each epoch, or within epochs. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optim, type Tensor } from 'hone';
import { DataLoader } from 'hone/data';
import {
  type Callback,
  earlyStopping,
  ema,
  evaluate,
  type FitOptions,
  fit,
  type History,
  loadCheckpoint,
  modelCheckpoint,
  saveCheckpoint,
} from 'hone/train';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { points, scripted, setting } from '../../../test/helpers/training.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-validate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What happened, but for the time that it took. */
const facts = ({ epochs, evaluations, steps, best }: History) =>
  JSON.parse(
    JSON.stringify(
      { epochs, evaluations, steps, best: best && { ...best, stateDict: Object.values(best.stateDict).map((x) => x.toArray()) } },
      (key, value) => (/seconds|samplesPerSecond|path/i.test(key) ? undefined : value),
    ),
  );

describe('every so many epochs', () => {
  test('only those have validation scores, by which the best is chosen', async () => {
    const { model, with: using } = scripted([5, 1, 4, 3, 9, 8]);
    const seen: number[] = [];
    const history = await fit(
      model,
      using({
        validateEvery: 2,
        restoreBest: true,
        callbacks: [{ onStep: ({ phase, epoch }) => void (phase === 'validation' && seen.push(epoch)) }],
      }),
    );
    expect(seen).toEqual([2, 4, 6]);
    expect(history.epochs.map(({ validation }) => validation?.loss)).toEqual([undefined, 1, undefined, 3, undefined, 8]);
    expect(history.best).toMatchObject({ epoch: 2, monitor: 'validation.loss', value: 1 });
    expect(model.weight.item()).toBe(2);
    expect(history.toCsv().split('\n')[1]).toMatch(/,$/);
  });

  test('early stopping and ReduceLROnPlateau go by those alone', async () => {
    const { model, options, with: using } = scripted([9, 1, 9, 2, 9, 2, 9, 0]);
    const scheduler = new optim.lrScheduler.ReduceLROnPlateau(options.optimizer, { patience: 0, factor: 0.5 });
    const history = await fit(model, using({ validateEvery: { epochs: 2 }, scheduler, callbacks: [earlyStopping({ patience: 4 })] }));
    expect(history.epochs).toHaveLength(6);
    expect(history.epochs.map(({ lr }) => lr[0])).toEqual([1, 1, 1, 1, 0.5, 0.5]);
  });
});

describe('every so many steps', () => {
  test('within epochs as well as after them, with the scores so far', async () => {
    const { model, options } = setting(2); // of 4 steps
    const heard: unknown[] = [];
    const watching: Callback = {
      onEvaluation: ({ epoch, steps, validation, within }, run) =>
        void heard.push([epoch, steps, run.totalSteps, validation!.loss > 0, within]),
      onEpochEnd: ({ epoch, validation }) => void heard.push([epoch, validation!.loss > 0]),
    };
    const history = await fit(model, { ...options, validateEvery: { steps: 3 }, callbacks: [watching] });
    expect(heard).toEqual([
      [1, 3, 3, true, true],
      [1, true],
      [2, 2, 6, true, true],
      [2, true],
    ]);
    expect(history.evaluations.map(({ epoch, steps, train }) => [epoch, steps, Object.keys(train)])).toEqual([
      [1, 3, ['loss', 'accuracy']],
      [2, 2, ['loss', 'accuracy']],
    ]);
    expect(JSON.parse(JSON.stringify(history)).evaluations).toHaveLength(2);
  });

  test('changes nothing of what is trained', async () => {
    const run = async (over: Partial<FitOptions<readonly Tensor[]>>) => {
      const { model, options } = setting(2);
      const validation = [...options.validation]; // a loader draws a number each time, as PyTorch's
      await fit(model, { ...(options as unknown as FitOptions<readonly Tensor[]>), validation, ...over });
      return Object.values(model.stateDict()).map((x) => x.toArray());
    };
    expect(await run({ validateEvery: { steps: 1 } })).toEqual(await run({}));
  });

  /** Trains on batches without a length, whose validation loss is the script's, one value a step. */
  function bySteps(losses: readonly number[], over: Partial<FitOptions<readonly Tensor[]>> = {}) {
    const { model, options } = scripted([0]);
    let steps = 0;
    const count: Callback = { onAfterOptimizerStep: (run) => void (steps = run.totalSteps) };
    const train = [0, 1, 2, 3].map(() => options.train[0]!);
    const loss = (output: Tensor, target: Tensor) =>
      model.training
        ? output.sub(target).mean().neg()
        : output
            .mul(0)
            .add(losses[steps - 1]!)
            .mean();
    return {
      model,
      parts: { model, optimizer: options.optimizer },
      options: {
        ...options,
        train,
        loss,
        epochs: losses.length / 4,
        validateEvery: { steps: 1 },
        ...over,
        callbacks: [count, ...(over.callbacks ?? [])],
      },
    };
  }

  test('the best may lie within an epoch: early stopping in steps, the kept state and files', async () => {
    const { model, options } = bySteps([9, 8, 3, 7, 6, 5, 5, 5], {
      restoreBest: true,
      callbacks: [earlyStopping({ patience: { steps: 3 } }), modelCheckpoint(join(folder, '{epoch}-{step}'), { saveTopK: 2 })],
    });
    const history = await fit(model, options);
    expect(history.stopped).toMatchObject({
      reason: 'stopped',
      epoch: 2,
      step: 2,
      message: 'no better validation.loss than 3.0000 (epoch 1) for 3 steps',
    });
    expect(history.best).toMatchObject({ epoch: 1, step: 3, value: 3 });
    expect(model.weight.item()).toBe(3);
    expect(readdirSync(folder).sort()).toEqual(['1-3', '2-6']);
  });

  test('a training that goes on remembers it', async () => {
    const path = join(folder, 'training.pth');
    const losses = [9, 8, 3, 7, 6, 5, 4, 4];
    const whole = bySteps(losses);
    const expected = facts(await fit(whole.model, { ...whole.options, saveBest: true }));
    expect(expected.best).toMatchObject({ epoch: 1, step: 3 });
    const first = bySteps(losses);
    await fit(first.model, { ...first.options, epochs: 1, saveBest: true });
    saveCheckpoint(path, first.parts);
    const second = bySteps(losses);
    loadCheckpoint(path, second.parts);
    expect(facts(await fit(second.model, { ...second.options, epochs: 1, saveBest: true }))).toEqual(expected);
  });

  test('with exact resume from any step', async () => {
    const path = join(folder, 'run.ckpt');
    const make = () => {
      const { model, options } = setting(2);
      const train = new DataLoader(points(60), { batchSize: 12, shuffle: true });
      return { model, options: { ...options, train, validateEvery: { steps: 2 }, saveBest: true } };
    };
    const whole = make();
    const expected = facts(await fit(whole.model, whole.options));
    expect(expected.evaluations).toHaveLength(4);
    for (const stopAt of [2, 3, 5, 8]) {
      rmSync(path, { force: true });
      const cut = make();
      const controller = new AbortController();
      const stop: Callback = { onStep: ({ phase }, run) => void (phase === 'train' && run.totalSteps === stopAt && controller.abort()) };
      await fit(cut.model, { ...cut.options, checkpoint: { path, every: { steps: 1 } }, signal: controller.signal, callbacks: [stop] });
      const rest = make();
      expect(
        facts(await fit(rest.model, { ...rest.options, checkpoint: { path, every: { steps: 1 } }, resume: true, callbacks: [stop] })),
      ).toEqual(expected);
    }
  });

  test('measures the average of ema', async () => {
    const { model, options } = setting(1);
    const { loss, validation } = options;
    const after: number[] = [];
    const note: Callback = {
      async onStep({ phase }) {
        if (phase === 'train') after.push((await evaluate(model, validation, { loss })).loss);
      },
    };
    // An average that never moves is the model after its first step.
    const history = await fit(model, {
      ...options,
      validateEvery: { steps: 3 },
      callbacks: [ema({ decay: 1, warmup: 'none', apply: false }), note],
    });
    expect(history.evaluations[0]!.validation!.loss).toBeCloseTo(after[0]!, 6);
    expect(after[2]).toBeLessThan(after[0]!);
  });
});

test('what cannot be meant', async () => {
  const { model, options } = setting(2);
  const rejects = (over: object, message: RegExp) => expect(fit(model, { ...options, ...over })).rejects.toThrow(message);
  await rejects({ validateEvery: 0 }, /validateEvery/);
  await rejects({ validateEvery: { batches: 2 } }, /no option "batches"/);
  await rejects({ validateEvery: { steps: 2 }, validation: undefined }, /no validation data is/);
  await rejects({ validateEvery: 3 }, /validateEvery is 3 epochs, and the training has 2/);
});
