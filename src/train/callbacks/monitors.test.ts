/** Early stopping by several scores, in epochs and in steps, and files of the best epochs. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError, load } from 'hone';
import { type EarlyStoppingOptions, earlyStopping, fit, History, type ModelCheckpointOptions, modelCheckpoint } from 'hone/train';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scripted } from '../../../test/helpers/training.js';

describe('early stopping', () => {
  const run = async (losses: number[], ...stoppings: EarlyStoppingOptions[]) => {
    const { model, with: using } = scripted(
      losses,
      losses.map((loss) => 1 / loss),
    );
    const history = await fit(model, using({ callbacks: stoppings.map((options) => earlyStopping(options)) }));
    return { epochs: history.epochs.length, message: history.stopped!.message };
  };

  test('ends at once at a threshold that is reached, or lost', async () => {
    expect(await run([5, 3, 2, 1], { stoppingThreshold: 3 })).toEqual({
      epochs: 2,
      message: 'validation.loss is 3.0000, which reaches the threshold 3',
    });
    expect(await run([5, 3, 9, 1], { divergenceThreshold: 8 })).toEqual({
      epochs: 3,
      message: 'validation.loss is 9.0000, above 8, where it counts as diverged',
    });
    const accuracy = { monitor: 'validation.accuracy' } as const;
    expect((await run([5, 2, 1], { ...accuracy, stoppingThreshold: 0.5 })).epochs).toBe(2);
    expect((await run([5, 2, 9], { ...accuracy, divergenceThreshold: 0.15 })).message).toMatch(/below 0\.15/);
    expect((await run([5, 3, 8, 1], { divergenceThreshold: 8 })).epochs).toBe(4);
  });

  test('waits for more than a baseline, as Keras does', async () => {
    // Keras: EarlyStopping(patience=3, baseline=2) ends in the third epoch of 5, 4, 3, and goes on for 5, 1.5, 4, 4.
    expect(await run([5, 4, 3, 1], { patience: 3, baseline: 2 })).toEqual({
      epochs: 3,
      message: 'no better validation.loss than the baseline 2 for 3 epochs; the best was 3.0000 (epoch 3)',
    });
    expect((await run([5, 1.5, 4, 4, 9, 9], { patience: 3, baseline: 2 })).epochs).toBe(5);
  });

  test('begins with an epoch', async () => {
    expect(await run([1, 5, 4, 4, 4, 4], { patience: 2, startFromEpoch: 2 })).toEqual({
      epochs: 5,
      message: 'no better validation.loss than 4.0000 (epoch 3) for 2 epochs',
    });
  });

  test('has patience in steps', async () => {
    // one step an epoch
    expect(await run([3, 2, 4, 4, 4], { patience: { steps: 2 } })).toEqual({
      epochs: 4,
      message: 'no better validation.loss than 2.0000 (epoch 2) for 2 steps',
    });
    expect((await run([3, 2, 4, 4, 4], { patience: { epochs: 3 } })).epochs).toBe(5);
  });

  test('by several scores: the first that has enough', async () => {
    const losses = [3, 2, 4, 1, 1, 1];
    const [slow, quick] = [{ patience: 5 }, { monitor: 'validation.accuracy', patience: 2 }] as const;
    expect((await run(losses, slow, quick)).message).toMatch(/^no better validation\.accuracy/);
    expect((await run(losses, quick, slow)).epochs).toBe(6);
    expect((await run([9, 8, 8, 8], { ...quick, mode: 'min' }, { monitor: 'validation.loss', patience: 2 })).message).toMatch(
      /^no better validation\.accuracy/,
    );
  });

  test('ends a training by one score whose best epoch is chosen by another', async () => {
    const { model, with: using } = scripted([3, 2, 4, 4, 4], [0.1, 0.2, 0.3, 0.4, 0.3]);
    const history = await fit(
      model,
      using({
        earlyStopping: { monitor: 'validation.loss', patience: 2 },
        restoreBest: true,
        saveBest: { monitor: 'validation.accuracy' },
      }),
    );
    expect([history.epochs.length, history.best!.epoch, model.weight.item()]).toEqual([4, 4, 4]);
    const unmeasured = fit(model, using({ callbacks: [earlyStopping({ monitor: 'train.f1' }), earlyStopping()] }));
    await expect(unmeasured).rejects.toThrow(/there is no score "train\.f1"/);
  });

  test('goes on counting where a state or a history was', async () => {
    const first = earlyStopping({ patience: 3 });
    const state = async (epochs: number) => {
      const { model, with: using } = scripted([3, 2, 4, 4, 4, 4]);
      const history = await fit(model, using({ epochs, callbacks: [first] }));
      return { model, history, state: structuredClone(first.stateDict!()) };
    };
    for (const epochs of [1, 2, 3, 4]) {
      const { state: kept, history } = await state(epochs);
      for (const restore of [true, false]) {
        const { model, with: using } = scripted([3, 2, 4, 4, 4, 4]);
        const second = earlyStopping({ patience: 3 });
        if (restore) second.loadStateDict!(kept as never);
        const resumed = Object.assign(new History(), { steps: history.steps });
        resumed.epochs.push(...history.epochs);
        expect((await fit(model, using({ history: resumed, callbacks: [second] }))).epochs).toHaveLength(5);
      }
    }
    // One that had enough says so at once; with more patience it goes on.
    const { history, state: done } = await state(6);
    const resumed = () => Object.assign(new History(), { steps: history.steps, epochs: [...history.epochs] });
    for (const [patience, epochs] of [
      [3, 5],
      [4, 6],
    ] as const) {
      const { model, with: using } = scripted([3, 2, 4, 4, 4, 4]);
      const again = earlyStopping({ patience });
      again.loadStateDict!(done as never);
      expect((await fit(model, using({ history: resumed(), epochs: 1, callbacks: [again] }))).epochs).toHaveLength(epochs);
    }
  });

  test('takes what can be meant', () => {
    for (const wrong of [
      { patience: 0 },
      { patience: {} },
      { patience: { steps: 0 } },
      { patience: { epochs: 1, steps: 1 } },
      { patience: { batches: 1 } },
      { baseline: Number.NaN },
      { baseline: '1' },
      { startFromEpoch: 0 },
      { stoppingThreshold: null },
      { threshold: 1 },
    ])
      expect(() => earlyStopping(wrong as never), JSON.stringify(wrong)).toThrow(ArgumentError);
  });
});

describe('model files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hone-monitors-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const files = async (losses: number[], path: string, options: ModelCheckpointOptions) => {
    const { model, with: using } = scripted(
      losses,
      losses.map((loss) => 1 / loss),
    );
    await fit(model, using({ callbacks: [modelCheckpoint(join(folder, path), options)] }));
    return readdirSync(folder).sort();
  };

  test('of the best epochs stay, worse ones go', async () => {
    expect(await files([5, 3, 4, 9, 2, 3, Number.NaN], '{epoch}.safetensors', { saveTopK: 2 })).toEqual(['2.safetensors', '5.safetensors']);
    expect(load(join(folder, '5.safetensors'))['weight']!.item()).toBe(5);
    expect(await files([5, 3, 4, 9, 2], 'top-{epoch}', { saveTopK: 1, monitor: 'validation.accuracy' })).toEqual([
      '2.safetensors',
      '5.safetensors',
      'top-5',
    ]);
  });

  test('have the epoch, the step and scores in their names', async () => {
    expect(
      await files([0.123456, 0.25], '{epoch:03}-{step}-{validation.loss:.2f}-{validation.accuracy}.pth', { saveBestOnly: false }),
    ).toEqual(['001-1-0.12-8.1001.pth', '002-2-0.25-4.pth']);
  });

  test('of the last epoch, beside the best', async () => {
    expect(await files([5, 3, 4], 'best.safetensors', { saveLast: true })).toEqual(['best.safetensors', 'last.safetensors']);
    expect(load(join(folder, 'best.safetensors'))['weight']!.item()).toBe(2);
    expect(load(join(folder, 'last.safetensors'))['weight']!.item()).toBe(3);
    expect(await files([5, 3, 4], 'best.safetensors', { saveLast: join(folder, 'newest.pth') })).toContain('newest.pth');
  });

  test('every so many epochs or steps', async () => {
    expect(await files([5, 4, 3, 2, 1], 'e{epoch}', { every: 2 })).toEqual(['e2', 'e4']);
    expect(await files([5, 4, 3, 2, 1], 's{step}', { every: { steps: 2 }, saveTopK: 1, saveLast: true })).toEqual([
      'e2',
      'e4',
      'last',
      's4',
    ]);
    expect(load(join(folder, 's4'))['weight']!.item()).toBe(4);
  });

  test('are remembered by a state', async () => {
    const { model, with: using } = scripted([5, 3, 4, 2, 6]);
    const path = join(folder, '{epoch}');
    const first = modelCheckpoint(path, { saveTopK: 2 });
    const history = await fit(model, using({ epochs: 3, callbacks: [first] }));
    const second = modelCheckpoint(path, { saveTopK: 2 });
    second.loadStateDict!(structuredClone(first.stateDict!()) as never);
    await fit(model, using({ history, epochs: 2, callbacks: [second] }));
    expect(readdirSync(folder).sort()).toEqual(['2', '4']);
    // and forgotten by a new training
    const other = scripted([9]);
    await fit(other.model, other.with({ callbacks: [second] }));
    expect(readdirSync(folder).sort()).toEqual(['1', '2', '4']);
  });

  test('take what can be meant', async () => {
    const wrong: [string, object, RegExp][] = [
      ['best', { saveTopK: 2 }, /names one file, and saveTopK is to keep 2/],
      ['{validation.loss}', { saveTopK: 2 }, /Put \{epoch\} into the path/],
      ['{epoch}', { saveTopK: 2, every: { steps: 5 } }, /Put \{step\} into the path/],
      ['{epoch}', { saveTopK: 0 }, /saveTopK/],
      ['{epoch}', { saveTopK: 1, saveBestOnly: true }, /exclude each other/],
      ['{step}', { every: { steps: 5 }, monitor: 'train.loss' }, /no score to choose by/],
      ['{train.loss}', { every: { steps: 5 } }, /no scores between epochs/],
      ['{epoch}', { every: 0 }, /every/],
      ['{epoch}', { every: { steps: 1, epochs: 1 } }, /in epochs or in steps/],
      ['{loss}', {}, /a place \{loss\}, which nothing fills/],
      ['{epoch:.3f}', {}, /whose form is unknown/],
      ['{train.loss:03}', {}, /whose form is unknown/],
      ['', {}, /the path/],
      ['a', { saveLast: '' }, /the path/],
    ];
    for (const [path, options, message] of wrong) {
      expect(() => modelCheckpoint(path, options as never), path).toThrow(message);
      expect(() => modelCheckpoint(path, options as never)).toThrow(ArgumentError);
    }
    const { model, with: using } = scripted([1]);
    await expect(fit(model, using({ callbacks: [modelCheckpoint('{train.f1}')] }))).rejects.toThrow(/there is no score "train\.f1"/);
    await expect(fit(model, using({ saveBest: '{validation.f1}' }))).rejects.toThrow(/there is no score "validation\.f1"/);
  });
});
