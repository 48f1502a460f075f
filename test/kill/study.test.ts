/** Studies in several processes: the same figures in any number of them, whatever is killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Generator, randint } from 'hone';
import type { StudyFigures } from 'hone/report';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hone-study-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** `HONE_KILLS=100` for the long form. */
const KILLS = Math.ceil(Number(process.env['HONE_KILLS'] ?? 10) / 5);
const seed = Number(process.env['HONE_KILL_SEED'] ?? Math.floor(Date.now() / 1000));

interface Ended {
  /** Undefined where it was killed. */
  readonly figures: StudyFigures | undefined;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The processes that it started. */
  readonly children: readonly number[];
}

const childrenIn = (stderr: string) => [...stderr.matchAll(/^process (\d+)$/gm)].map(([, pid]) => Number(pid));

/** Runs study.mjs. @param during called as it writes. */
function run(
  folder: string,
  options: object = {},
  toy = '',
  during?: (child: ChildProcess, stdout: string, children: readonly number[]) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'study.mjs'), folder, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HONE_TOY: toy, NODE_NO_WARNINGS: '1' },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      during?.(child, stdout, childrenIn(stderr));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const line = /^result (.*)$/m.exec(stdout)?.[1];
      if (code !== 0 && signal === null) reject(new Error(stderr));
      else resolve({ figures: line === undefined ? undefined : JSON.parse(line), signal, stdout, stderr, children: childrenIn(stderr) });
    });
  });
}

const epochsIn = (stdout: string) => stdout.split('\n').filter((line) => line.startsWith('epoch ')).length;
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function gone(pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter(isAlive), { timeout: 20_000, interval: 20 }).toEqual([]);
}

/** The figures of a study that nobody disturbed, run in one process. */
let whole: StudyFigures;
beforeAll(async () => {
  whole = (await run('')).figures!;
});

describe('a study', () => {
  test('has the same figures in two and in three processes, with any number of threads', async () => {
    const [two, three] = await Promise.all([run('', { processes: 2 }), run('', { processes: 3, threads: 2 })]);
    expect(two.figures).toEqual(whole);
    expect(three.figures).toEqual(whole);
    expect([two.children.length, three.children.length]).toEqual([2, 3]);
    await gone([...two.children, ...three.children]);
  });

  test(`that is killed goes on to the same figures, and leaves no process behind (seed ${seed})`, async () => {
    const generator = new Generator(seed);
    const draw = (n: number) => randint(0, n, [1], { generator }).item();
    const folder = join(root, 'killed');
    let kills = 0;
    for (;;) {
      const after = 1 + draw(5);
      const wait = draw(20);
      let sent = kills === KILLS;
      const { figures, signal, children } = await run(folder, { processes: 2 }, 'slow', (child, stdout) => {
        if (sent || epochsIn(stdout) < after) return;
        sent = true;
        setTimeout(() => child.kill('SIGKILL'), wait);
      });
      await gone(children);
      if (signal === null) {
        expect(figures).toEqual(whole);
        if (kills === KILLS) break;
        rmSync(folder, { recursive: true });
      } else kills++;
    }
    expect(kills).toBe(KILLS);
    const runs = readdirSync(join(folder, 'runs'));
    expect(runs).toHaveLength(6);
    // What had ended is not run again, and nothing is left of what was cut.
    const again = await run(folder, { processes: 2 }, 'slow');
    expect(again.figures).toEqual(whole);
    expect(again.children).toEqual([]);
    expect(runs.flatMap((name) => readdirSync(join(folder, 'runs', name))).filter((name) => /ckpt|tmp|running/.test(name))).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['figures.json', 'runs']);
  });

  test('whose process is killed gives its run to another, with the same figures', async () => {
    let killed = 0;
    const { figures, children } = await run(join(root, 'child'), { processes: 2 }, 'slow', (_, stdout, pids) => {
      if (killed > 0 || epochsIn(stdout) < 3) return;
      killed = pids[0]!;
      process.kill(killed, 'SIGKILL');
    });
    expect(figures).toEqual(whole);
    expect(children).toHaveLength(3);
  });

  test('goes on where a run ends its process each time: that is its result', async () => {
    const { figures } = await run(join(root, 'dies'), { processes: 2 }, 'dies');
    const dies = figures!.variants.find(({ name }) => name === 'dies in each run')!;
    const later = figures!.variants.find(({ name }) => name === 'dies later')!;
    expect(later.runs.map(({ failed }) => failed)).toEqual(
      Array(2).fill(
        expect.stringMatching(
          /^its process ended twice, the last time by an error that nothing caught: RangeError: too late \(toy-study\.mjs:\d+:\d+\)$/,
        ),
      ),
    );
    expect(dies.runs.map(({ failed, scores, epochs }) => ({ failed, scores, epochs }))).toEqual(
      Array(2).fill({ failed: expect.stringMatching(/^its process ended twice, the last time by SIGKILL/), scores: undefined, epochs: [] }),
    );
    expect(figures!.variants.filter((variant) => variant !== dies && variant !== later).map(({ runs }) => runs)).toEqual(
      whole.variants.map(({ runs }) => runs),
    );
  });

  test('leaves no process behind that is in an endless loop', async () => {
    // A parent that ends by itself ends it at once; where it was killed, a thread of the process sees that, some seconds later.
    for (const signal of KILLS > 2 ? (['SIGINT', 'SIGKILL'] as const) : (['SIGINT'] as const)) {
      let sent = false;
      const folder = join(root, `busy-${signal}`);
      const ended = run(folder, { processes: 2, epochs: 1 }, 'busy', (child, stdout) => {
        if (sent || !stdout.includes('run dies never ends')) return;
        sent = true;
        setTimeout(() => {
          child.kill(signal);
          setTimeout(() => child.kill(signal), 50);
        }, 1000);
      });
      await gone((await ended).children);
    }
  });

  test('ended by hand keeps what there is, and goes on in any number of processes', async () => {
    const folder = join(root, 'stopped');
    let sent = false;
    const { figures, children } = await run(folder, { processes: 2 }, 'slow', (child, stdout) => {
      if (sent || epochsIn(stdout) < 3) return;
      sent = true;
      child.kill('SIGINT');
    });
    expect(figures!.stopped).toMatch(/^Stopped by hand when \d of 6 runs (was|were) finished\.$/);
    expect(figures!.variants.flatMap(({ runs }) => runs).length).toBeLessThan(6);
    await gone(children);
    const saved = readdirSync(join(folder, 'runs')).filter((name) => existsSync(join(folder, 'runs', name, 'checkpoint.ckpt')));
    expect(saved.length).toBeGreaterThan(0);
    // One of them is damaged meanwhile, and the figures of a run that had ended or not.
    writeFileSync(join(folder, 'runs', saved[0]!, 'checkpoint.ckpt'), 'no checkpoint');
    writeFileSync(join(folder, 'runs', readdirSync(join(folder, 'runs'))[0]!, 'run.json'), '{"variant":');
    const { figures: on, stderr } = await run(folder, { processes: 3 });
    expect(on).toEqual(whole);
    expect(stderr).toMatch(/the checkpoint of ".*" is damaged|checkpoint.*damaged/);
    expect(stderr).toMatch(/run\.json is damaged\..* It is run again\./);
  });

  test('whose next runs depend on what was seen has the same figures in two processes as in one', async () => {
    for (const options of [{ halving: true }, { untilDecided: 7, epochs: 1 }]) {
      const [one, two] = await Promise.all([run('', options), run(join(root, Object.keys(options)[0]!), { ...options, processes: 2 })]);
      expect(two.figures).toEqual(one.figures);
      expect(two.figures!.variants.flatMap(({ runs }) => runs).length).toBeGreaterThanOrEqual(6);
    }
  });

  test('does not go on as another one', async () => {
    const folder = join(root, 'other');
    await run(folder, { epochs: 1 });
    await expect(run(folder, { epochs: 2 })).rejects.toThrow(/holds another study:\n {2}the number of epochs was 1, and is 2/);
    await expect(run(folder, { epochs: 1 }, 'dies')).rejects.toThrow(/the variant "dies in each run" is new/);
    await expect(run(folder, { epochs: 1, resume: false })).rejects.toThrow(/holds a study already\. Pass resume: true/);
    expect(JSON.parse(readFileSync(join(folder, 'figures.json'), 'utf8')).epochs).toBe(1);
  });
});
