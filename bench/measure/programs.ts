/** Whole programs, from the start of the process to its end: the second document's script, importing, the command's help. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wholeMnist } from '../programs/digits.js';
import { digits } from '../report/format.js';
import type { Context } from './context.js';

const home = fileURLToPath(new URL('../..', import.meta.url));
const python = process.env['HONE_TORCH_PYTHON'];

/** Milliseconds of a process. @throws {Error} where it fails. */
function timeOf(command: string, args: readonly string[], threads = 0): number {
  const env = threads > 0 ? { ...process.env, HONE_THREADS: String(threads), OMP_NUM_THREADS: String(threads) } : process.env;
  const start = performance.now();
  const { status, stderr, error } = spawnSync(command, [...args], { cwd: home, env, encoding: 'utf8' });
  const took = performance.now() - start;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return took;
}

const least = (count: number, run: () => number): number => Math.min(...Array.from({ length: count }, run));

/** What a program prints as a number: the milliseconds of an import. */
function printed(command: string, args: readonly string[]): number {
  const { stdout, stderr, status } = spawnSync(command, [...args], { cwd: home, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

export function measurePrograms({ settings, results }: Context): void {
  const note = (name: string, unit: 'ms' | 's' | 'times', values: Record<string, number | null>, mark: string, met: boolean) => {
    results.figures.push({ part: 'programs', name, unit, values, mark, met });
    const shown = Object.entries(values).map(([who, value]) => `${who} ${value === null ? '-' : digits(value)} ${unit}`);
    console.log(`${met ? '✓' : '✗'} ${name.padEnd(46)} ${shown.join('   ')} (${mark})`);
  };
  console.log('\nWhole programs; least of several runs');
  const repeats = settings.quick ? 3 : 7;
  const importing = (what: string) => `const start = performance.now(); await import('${what}'); console.log(performance.now() - start);`;
  const hone = least(repeats, () => printed(process.execPath, ['--input-type=module', '-e', importing('hone')]));
  const torch =
    python === undefined
      ? null
      : least(settings.quick ? 1 : 2, () =>
          printed(python, ['-c', 'import time; t = time.perf_counter(); import torch; print((time.perf_counter() - t) * 1e3)']),
        );
  note("import 'hone'", 'ms', { hone, ...(torch === null ? {} : { torch }) }, 'below 40', hone < 40);
  const help = least(repeats, () => timeOf(process.execPath, ['dist/node/cli.js', '--help']));
  const empty = least(repeats, () => timeOf(process.execPath, ['-e', '0']));
  note('hone --help', 'ms', { hone: help, 'node alone': empty }, 'below 120', help < 120);

  const root = mkdtempSync(join(tmpdir(), 'hone-bench-'));
  try {
    const real = wholeMnist(root);
    const epochs = settings.quick ? 1 : 10;
    for (const threads of settings.threads.slice(-1)) {
      const run = (command: string, file: string) =>
        timeOf(command, [join('bench/programs', file), root, String(epochs), join(root, 'model.pth')], threads) / 1e3;
      const ours = least(settings.quick ? 1 : 2, () => run(process.execPath, 'document.mjs'));
      const theirs = python === undefined ? null : run(python, 'document.py');
      const name = `second document, ${epochs} epochs${real ? '' : ' (random images)'}, ${threads} threads`;
      note(
        name,
        's',
        { hone: ours, ...(theirs === null ? {} : { torch: theirs, ratio: theirs / ours }) },
        'ratio 15',
        theirs !== null && theirs / ours >= 15,
      );
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
