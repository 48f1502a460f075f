/** Signals that ask a training to end: it ends after its step, is saved, and says how to go on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { train } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'hone-signals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Seldom saved otherwise: what the file holds is of the signal.
const settings = { epochs: 2, every: { epochs: 100 } };

test('the training ends after its step, is saved, and goes on with the same command to the same bits', async () => {
  const [path, slow] = [join(folder, 'a.ckpt'), { ...settings, slow: 20 }];
  const [whole, cut] = await Promise.all([
    train(join(folder, 'whole.ckpt'), settings),
    train(path, slow, { steps: 4, wait: 0, signal: 'SIGINT' }),
  ]);
  expect(cut).toMatchObject({ result: undefined, signal: 'SIGINT' });
  expect(cut.steps).toBeLessThan(14);
  expect(cut.stderr).toMatch(
    /fit: SIGINT came\. The training ends after this step and is saved; a second Ctrl-C ends the program at once\./,
  );
  expect(cut.stderr).toMatch(
    /a\.ckpt holds the training in epoch 1 after step [4-7]\. To go on, run it again:\n {2}node .*train\.mjs .*a\.ckpt '\{"epochs":2/,
  );
  const second = await train(path, slow, { steps: 2, wait: 0, signal: 'SIGTERM' });
  expect(second.signal).toBe('SIGTERM');
  const { result, steps } = await train(path, settings);
  expect(result).toEqual(whole.result);
  expect(steps + second.steps + cut.steps).toBe(14);
});

test('fit returns where it is told to, and a second signal ends the process at once', async () => {
  const [returned, twice] = await Promise.all([
    train(join(folder, 'b.ckpt'), { ...settings, slow: 20, signals: 'return' }, { steps: 3, wait: 0, signal: 'SIGTERM' }),
    train(join(folder, 'c.ckpt'), { ...settings, slow: 60_000 }, { steps: 1, wait: 0, signal: 'SIGINT', again: 200 }),
  ]);
  expect(returned).toMatchObject({ code: 0, signal: null });
  expect((returned.result as { stopped: object }).stopped).toMatchObject({
    reason: 'interrupted',
    message: expect.stringMatching(/^SIGTERM came in epoch 1/),
  });
  expect(twice).toMatchObject({ signal: 'SIGINT', steps: 1, result: undefined });
});
