/** Trainings that go on after a checkpoint. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'hone';
import { fit, History, loadCheckpoint, modelCheckpoint, saveCheckpoint } from 'hone/train';
import { afterAll, describe, expect, test } from 'vitest';
import { scripted } from '../../../test/helpers/training.js';

const folder = mkdtempSync(join(tmpdir(), 'hone-resume-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = (end = 'safetensors') => join(folder, `${++files}.${end}`);

describe('a training that is resumed', () => {
  test('counts epochs, patience and the best one further, and never replaces the best file by a worse one', async () => {
    const [file, best] = [newPath('pth'), newPath()];
    const losses = [0.5, 0.25, 1, 0.75, 0.625, 0.125];
    const first = scripted(losses);
    await fit(first.model, first.with({ epochs: 3, saveBest: best }));
    saveCheckpoint(file, first.parts);
    expect(load(best)['weight']!.item()).toBe(2);

    const second = scripted(losses);
    loadCheckpoint(file, second.parts);
    const seen: number[] = [];
    const history = await fit(
      second.model,
      second.with({
        epochs: 2,
        saveBest: best,
        restoreBest: true,
        callbacks: [{ onEpochStart: ({ epoch, epochs }) => void seen.push(epoch, epochs) }],
      }),
    );
    expect(seen).toEqual([4, 5, 5, 5]);
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(history.values('validation.loss')).toEqual(losses.slice(0, 5));
    expect(history.best).toMatchObject({ epoch: 2, value: 0.25, path: best });
    expect([load(best)['weight']!.item(), second.model.weight.item()]).toEqual([2, 2]);
    expect(history.steps).toBe(5);

    // A better epoch is still one.
    second.model.weight.data.fill_(5);
    const more = await fit(second.model, second.with({ epochs: 1, saveBest: best, history }));
    expect(more.best).toMatchObject({ epoch: 6, value: 0.125 });
    expect(load(best)['weight']!.item()).toBe(6);
  });

  test('from a checkpoint made in a callback, patience goes on, and so do all callbacks', async () => {
    const [file, checkpointed] = [newPath('pth'), newPath()];
    const losses = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
    const first = scripted(losses);
    await fit(
      first.model,
      first.with({
        epochs: 3,
        callbacks: [
          modelCheckpoint(checkpointed),
          {
            onEpochEnd: ({ epoch }) => {
              if (epoch === 2) saveCheckpoint(file, first.parts);
            },
          },
        ],
      }),
    );
    const second = scripted(losses);
    loadCheckpoint(file, second.parts);
    const history = await fit(
      second.model,
      second.with({ epochs: 4, earlyStopping: { patience: 3 }, callbacks: [modelCheckpoint(checkpointed)] }),
    );
    expect(history.stopped).toMatchObject({
      reason: 'stopped',
      epoch: 4,
      message: 'no better validation.loss than 0.20000 (epoch 1) for 3 epochs',
    });
    expect(load(checkpointed)['weight']!.item()).toBe(1);
  });

  test('the state that was best in memory comes along; a model alone, or a new history, starts anew', async () => {
    const file = newPath('pth');
    const losses = [0.3, 0.1, 0.5, 0.4];
    const first = scripted(losses);
    await fit(first.model, first.with({ epochs: 3, saveBest: true }));
    saveCheckpoint(file, first.parts);
    const second = scripted(losses);
    loadCheckpoint(file, second.parts);
    await fit(second.model, second.with({ epochs: 1, restoreBest: true }));
    expect(second.model.weight.item()).toBe(2);

    for (const anew of ['model', 'history'] as const) {
      const third = scripted(losses);
      loadCheckpoint(file, anew === 'model' ? { model: third.model } : third.parts);
      const history = await fit(third.model, third.with({ epochs: 1, ...(anew === 'history' && { history: new History() }) }));
      expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1]);
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
