/** Disks that fail: an error where it is known before the first step, and afterwards no more than a warning. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'hone';
import { type Callback, fit } from 'hone/train';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { setting } from '../../../../test/helpers/training.js';

const home = mkdtempSync(join(tmpdir(), 'hone-failing-'));
afterAll(() => rmSync(home, { recursive: true }));

const warned = vi.spyOn(console, 'warn');
beforeEach(() => {
  warned.mockImplementation(() => {});
});
afterEach(() => {
  warned.mockReset();
});
const warnings = () => warned.mock.calls.flat().join('\n');

interface Kept {
  history: { epochs: unknown[] };
}

/** Takes the folder away before an epoch, and gives it back before another one. */
function breaking(folder: string, from: number, to: number): Callback {
  return {
    onEpochStart({ epoch }) {
      if (epoch === from) {
        renameSync(folder, `${folder}-away`);
        writeFileSync(folder, 'a file in its place');
      }
      if (epoch === to) {
        rmSync(folder);
        renameSync(`${folder}-away`, folder);
      }
    },
  };
}

describe('a folder that is gone while a training runs', () => {
  test('costs a warning; the next checkpoint is written again', async () => {
    const folder = join(home, 'gone');
    const path = join(folder, 'a.ckpt');
    const { model, options } = setting(5);
    const history = await fit(model, { ...options, checkpoint: path, callbacks: [breaking(folder, 2, 4)] });
    expect(history.epochs).toHaveLength(5);
    expect(warnings()).toMatch(
      /^hone: fit: checkpoint: .*gone.* is a file.* The training goes on in memory, and tries again at the next checkpoint\. What is on the disk is the training after epoch 1\.$/,
    );
    expect(load<Kept>(path).history.epochs).toHaveLength(5);
    expect(readdirSync(folder)).toEqual(['a.ckpt']);
  });

  test('and stays gone: the training ends, and what is not saved is said', async () => {
    const folder = join(home, 'stays');
    const path = join(folder, 'a.ckpt');
    const { model, options } = setting(3);
    const whole = await fit(model, { ...options, checkpoint: path, callbacks: [breaking(folder, 2, 9)] });
    expect(whole.epochs).toHaveLength(3);
    expect(warned.mock.calls).toHaveLength(2);
    expect(warnings()).toMatch(/the end of the training is not in .*a\.ckpt, which holds the training after epoch 1: fit: checkpoint:/);
    const again = setting(3);
    const saved = join(`${folder}-away`, 'a.ckpt');
    const resumed = await fit(again.model, { ...again.options, checkpoint: saved, resume: true });
    expect(resumed.values('validation.loss')).toEqual(whole.values('validation.loss'));
  });
});

test('a training that is not over is kept where another one starts, and one that is over is not', async () => {
  const path = join(home, 'over.ckpt');
  const stopping: Callback = {
    onStep: ({ epoch, step }) => {
      if (epoch === 2 && step === 2) throw new Error('crash');
    },
  };
  const first = setting(3);
  await expect(fit(first.model, { ...first.options, checkpoint: path, callbacks: [stopping] })).rejects.toThrow('crash');
  const second = setting(2);
  await fit(second.model, { ...second.options, checkpoint: path });
  expect(warnings()).toMatch(/over\.ckpt held a training that is not over, in epoch 1 of 3\. It is .*over\.ckpt\.old now/);
  expect(load<Kept>(`${path}.old`).history.epochs).toHaveLength(1);
  const third = setting(2);
  warned.mockClear();
  await fit(third.model, { ...third.options, checkpoint: path });
  expect(warned).not.toHaveBeenCalled();
});

test('what a killed process was writing is taken away by the next checkpoint, other files are not', async () => {
  const folder = join(home, 'left');
  mkdirSync(folder);
  const { model, options } = setting(1);
  const path = join(folder, 'a.ckpt');
  await fit(model, { ...options, checkpoint: path });
  writeFileSync(join(folder, '.a.ckpt.note.tmp'), 'of somebody else');
  await fit(model, { ...options, checkpoint: path });
  expect(readdirSync(folder).sort()).toEqual(['.a.ckpt.note.tmp', 'a.ckpt']);
});
