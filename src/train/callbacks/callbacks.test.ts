/** What callbacks are told, and what those of Hone save. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'hone';
import { type Callback, type EpochRecord, fit, historyLogger, modelCheckpoint, type StepEvent } from 'hone/train';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scripted, setting } from '../../../test/helpers/training.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-fit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('fit tells its callbacks', () => {
  it('everything, in order', async () => {
    const { model, options } = setting(2);
    const heard: string[] = [];
    const events: StepEvent[] = [];
    const records: EpochRecord[] = [];
    const note = (name: string) => async () => {
      await null;
      heard.push(name);
    };
    await fit(model, {
      ...options,
      evaluateTrain: true,
      callbacks: [
        {
          onTrainStart: note('start'),
          onEpochStart: note('epoch'),
          onStep(event, run) {
            heard.push(event.phase);
            events.push(event);
            expect([run.epoch, run.steps, run.model]).toEqual([event.epoch, 4, model]);
          },
          onEpochEnd(record) {
            heard.push('end');
            records.push(record);
          },
          onTrainEnd: note('done'),
        },
      ],
    });
    const one = [
      'epoch',
      ...new Array<string>(4).fill('train'),
      ...new Array<string>(4).fill('evaluateTrain'),
      'validation',
      'validation',
      'end',
    ];
    expect(heard).toEqual(['start', ...one, ...one, 'done']);
    const last = events[3]!;
    expect(last).toMatchObject({ epoch: 1, epochs: 2, step: 4, steps: 4, samples: 16, lr: [0.02] });
    expect(last.samplesPerSecond).toBeGreaterThan(0);
    expect(last.secondsLeft).toBeGreaterThan(0);
    expect(last.scores.loss).toBeCloseTo(events.slice(0, 4).reduce((sum, { loss }) => sum + loss, 0) / 4, 10);
    expect(events.at(-1)!.scores).toEqual(records[1]!.validation);
    expect(events.at(-1)!.secondsLeft).toBeLessThan(events[0]!.secondsLeft! + 1);
  });

  it('of errors', async () => {
    const { model, options } = setting();
    const heard: unknown[] = [];
    const broken: Callback = {
      onEpochEnd: () => {
        throw new Error('full disk');
      },
    };
    await expect(
      fit(model, { ...options, callbacks: [broken, { onError: (error) => void heard.push((error as Error).message) }] }),
    ).rejects.toThrow('full disk');
    expect(heard).toEqual(['fit: callbacks[0] failed in onEpochEnd, epoch 1: full disk']);
  });
});

describe('fit saves', () => {
  it('the best state in memory and on disk', async () => {
    const { model, options } = scripted([5, 3, 4, 2, 6]);
    const path = join(folder, 'runs/best.safetensors');
    const history = await fit(model, { ...options, saveBest: path });
    expect(history.best).toMatchObject({ epoch: 4, value: 2, path });
    expect(history.best!.stateDict['weight']!.item()).toBe(4);
    expect(load(path)['weight']!.item()).toBe(4);
    expect(model.weight.item()).toBe(5);
    model.loadStateDict(history.best!.stateDict);
    expect(model.weight.item()).toBe(4);
  });

  it('checkpoints, the best or all, and the history', async () => {
    const { model, options } = scripted([5, 3, 4]);
    await fit(model, {
      ...options,
      callbacks: [
        ...options.callbacks,
        modelCheckpoint(join(folder, 'best-{epoch}')),
        modelCheckpoint(join(folder, 'all-{epoch}'), { saveBestOnly: false }),
        historyLogger(join(folder, 'h.csv')),
        historyLogger(join(folder, 'h.json')),
      ],
    });
    expect(['best-1', 'best-2', 'best-3', 'all-1', 'all-2', 'all-3'].map((name) => existsSync(join(folder, name)))).toEqual([
      true,
      true,
      false,
      true,
      true,
      true,
    ]);
    expect(load(join(folder, 'all-3'))['weight']!.item()).toBe(3);
    expect(readFileSync(join(folder, 'h.csv'), 'utf8').trim().split('\n')).toHaveLength(4);
    expect(JSON.parse(readFileSync(join(folder, 'h.json'), 'utf8'))).toMatchObject({
      epochs: [{ epoch: 1 }, {}, {}],
      stopped: { reason: 'finished' },
    });
  });
});
