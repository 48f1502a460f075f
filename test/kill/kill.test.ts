/** A training that is killed with SIGKILL at any moment, and started again by the same command, ends with the bits of one that was not. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Generator, randint } from 'hone';
import { afterAll, describe, expect, test } from 'vitest';

const program = join(import.meta.dirname, 'train.mjs');
const folder = mkdtempSync(join(tmpdir(), 'hone-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  /** What the training came to; undefined where it was killed. */
  readonly result: unknown;
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly steps: number;
  readonly stderr: string;
}

/** Runs the training; it is killed after so many steps of its own and so many milliseconds. */
function train(path: string, settings: object, kill?: { steps: number; wait: number; signal?: NodeJS.Signals }): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, path, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HONE_THREADS: '1', NODE_NO_WARNINGS: '1' },
    });
    let [stdout, stderr, sent] = ['', '', false];
    const send = () => {
      if (sent) return;
      sent = true;
      setTimeout(() => child.kill(kill!.signal ?? 'SIGKILL'), kill!.wait);
    };
    const steps = () => stdout.split('\n').filter((line) => line.startsWith('step ')).length;
    if (kill?.steps === 0) send();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (kill && steps() >= kill.steps) send();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const line = /^result (.*)$/m.exec(stdout)?.[1];
      if (code !== 0 && signal === null && !kill) reject(new Error(stderr));
      else resolve({ result: line === undefined ? undefined : JSON.parse(line), signal, code, steps: steps(), stderr });
    });
  });
}

/** `HONE_KILLS=100` for the long form. */
const KILLS = Number(process.env['HONE_KILLS'] ?? 10);
const seed = Number(process.env['HONE_KILL_SEED'] ?? Math.floor(Date.now() / 1000));

const SETTINGS: Record<string, object> = {
  'saved at each step': { every: { steps: 1 } },
  ...(KILLS > 10 && {
    'saved at each third step': { every: { steps: 3 } },
    'saved at each epoch': { every: 'epoch' },
    'saved as often as it can be': { every: { seconds: 1e-6 } },
    'of weighted samples': { loader: 'weighted' },
    'of an array': { loader: 'array' },
    'of a stream': { loader: 'stream' },
    'with workers': { workers: 2 },
    'with workers that stay': { workers: 2, persistent: true },
  }),
};

describe('a training killed by SIGKILL', () => {
  test.each(Object.entries(SETTINGS))(
    `%s ends as one that was not (seed ${seed})`,
    async (name, settings) => {
      const generator = new Generator(seed);
      const draw = (n: number) => randint(0, n, [1], { generator }).item();
      const path = join(folder, `${name.replaceAll(' ', '-')}.ckpt`);
      const expected = (await train(`${path}.whole.ckpt`, settings)).result;
      expect(expected).toBeDefined();
      let kills = 0;
      while (kills < KILLS) {
        const { result } = await train(path, settings, { steps: 1 + draw(5), wait: draw(12) });
        if (result === undefined) kills++;
        else {
          expect(result).toEqual(expected);
          rmSync(path);
        }
      }
      expect((await train(path, settings)).result).toEqual(expected);
      // What was being written when it was killed is gone as well.
      expect(readdirSync(folder).filter((file) => file.endsWith('.tmp'))).toEqual([]);
      expect(existsSync(path)).toBe(true);
    },
    3_600_000,
  );
});
