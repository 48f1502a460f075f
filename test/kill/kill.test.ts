/** A training that is killed with SIGKILL at any moment, and started again by the same command, ends with the bits of one that was not. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Generator, randint } from 'hone';
import { afterAll, describe, expect, test } from 'vitest';
import { train } from './run.js';

// Memory where the system has a folder of it: what is synced is written at once.
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hone-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
