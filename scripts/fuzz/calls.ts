/**
 * `npm run fuzz:calls -- --seconds 60 [--seed 1] [--step 812] [--only nn.Conv] [--strict]`: random calls of everything that the package exports,
 * with odd tensors and wild numbers, on a native engine built with AddressSanitizer and UBSan whose blocks are exactly as large as asked
 * for. It fails on what a sanitizer reports, on a process that dies, and on a call that never ends; `--strict` also on errors that are not
 * Hone's. Each finding is printed with its seed and step: `--seed S --step N` runs it alone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { readSignatures } from './signatures.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    step: { type: 'string' },
    only: { type: 'string' },
    strict: { type: 'boolean', default: false },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
const root = join(import.meta.dirname, '../..');
/** A step that takes longer counts as one that never ends. */
const PATIENCE = 60;

/** The sanitizers' libraries, which must be in the process before the addon is. */
function sanitizerLibraries(): string {
  const compiler = process.env['CXX'] ?? 'c++';
  return ['libasan.so', 'libubsan.so']
    .map((name) => spawnSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' }).stdout.trim())
    .filter((path) => path.includes('/'))
    .join(':');
}

if (process.platform !== 'linux') {
  console.log('fuzz:calls needs Linux, where the sanitizers are loaded into Node: left out.');
  process.exit();
}
const built = spawnSync(process.execPath, [join(root, 'scripts/build-kernels.mjs'), '--sanitize'], { stdio: 'inherit' });
if (built.status !== 0) process.exit(1);

const targets = readSignatures().filter(({ path }) => values.only === undefined || path.includes(values.only));
const folder = join(root, 'build/fuzz-calls');
mkdirSync(folder, { recursive: true });

interface Line {
  step?: number;
  words?: string;
  raw?: string;
  at?: string;
  counts?: { steps: number; results: number; refused: number };
}

const totals = { steps: 0, results: 0, refused: 0 };
const raw = new Map<string, Line>();
let failures = 0;

/** Runs steps from `first` until time is up or a step ends the process; returns the step to go on with. */
async function round(first: number, until: number, only?: number): Promise<number> {
  const file = join(folder, `task-${process.pid}.json`);
  writeFileSync(file, JSON.stringify({ targets, seed, first, only }));
  const child = spawn(
    process.execPath,
    ['--max-old-space-size=2048', '--import', 'tsx', join(root, 'scripts/fuzz/calls-worker.ts'), file],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        LD_PRELOAD: sanitizerLibraries(),
        ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=1024:detect_stack_use_after_return=0',
        UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
        TSX_TSCONFIG_PATH: join(root, 'tsconfig.tools.json'),
        HONE_NATIVE_DIR: join(root, 'build/sanitized', `${process.platform}-${process.arch}`),
        HONE_ENGINE: 'native',
        HONE_THREADS: '2',
      },
    },
  );
  let last: Line = {};
  let counts = { steps: 0, results: 0, refused: 0 };
  let moved = Date.now();
  let told = '';
  let ending: 'time' | 'hang' | undefined;
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    told = (told + text).slice(0, 20_000);
  });
  const lines = createInterface({ input: child.stdio[3] as Readable });
  lines.on('line', (text) => {
    const line = JSON.parse(text) as Line;
    moved = Date.now();
    if (line.counts) counts = line.counts;
    else if (line.raw === undefined) last = line;
    else if (!raw.has(line.raw)) raw.set(line.raw, line);
  });
  const watch = setInterval(() => {
    if (Date.now() > until) ending = 'time';
    else if (Date.now() - moved > PATIENCE * 1000) ending = 'hang';
    if (ending) child.kill('SIGKILL');
  }, 200);
  const [status, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (code, by) => resolve([code, by]));
  });
  clearInterval(watch);
  for (const name of ['steps', 'results', 'refused'] as const) totals[name] += counts[name];
  const step = last.step ?? first;
  if (ending === 'time' || (only !== undefined && status === 0)) return step;
  failures++;
  const what = ending === 'hang' ? `did not end within ${PATIENCE} s` : `ended the process (${signal ?? status})`;
  console.log(`\nFOUND: --seed ${seed} --step ${step} ${what}\n  ${last.words ?? 'before the first step'}\n${told.slice(0, 4000)}`);
  if (last.step === undefined) process.exit(1); // it could not even start
  return step + 1;
}

console.log(`fuzzing calls of ${targets.length} functions, methods and classes for ${seconds} s from seed ${seed}`);
const until = Date.now() + seconds * 1000;
if (values.step !== undefined) await round(0, Date.now() + 600_000, Number(values.step));
else for (let step = 0; Date.now() < until; ) step = await round(step, until);

if (raw.size > 0) {
  console.log(`\n${raw.size} errors that are not Hone's:`);
  for (const [key, { step, at, words }] of [...raw].slice(0, values.strict ? 1000 : 40))
    console.log(`  --step ${step} ${key}\n    at ${at}\n    ${words}`);
}
console.log(
  `\n${totals.steps} calls: ${totals.results} with a result, ${totals.refused} refused; ${failures} faults, ${raw.size} raw errors`,
);
process.exit(failures > 0 || (values.strict && raw.size > 0) ? 1 : 0);
