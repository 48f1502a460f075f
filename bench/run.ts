/**
 * `npm run bench`: Hone beside its peers, in one run. bench/README.md says what may be asked.
 *   npm run bench -- steps --threads 1 --only lstm --seconds 4
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runImages } from './images.js';
import { measureBusy } from './measure/busy.js';
import { measureCollector } from './measure/collector.js';
import type { Context, Settings } from './measure/context.js';
import { measureJavaScript } from './measure/javascript.js';
import { measureMemory } from './measure/memory.js';
import { measureOperations } from './measure/operations.js';
import { measureOverhead } from './measure/overhead.js';
import { measurePrograms } from './measure/programs.js';
import { measureSteps } from './measure/steps.js';
import { performancePage } from './report/docs.js';
import type { Results } from './report/results.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string' },
    only: { type: 'string', default: '' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    kernels: { type: 'boolean', default: false },
    compile: { type: 'boolean', default: false },
    source: { type: 'boolean', default: false },
    engines: { type: 'string' },
    train: { type: 'boolean', default: false },
    forward: { type: 'boolean', default: false },
    json: { type: 'string' },
    docs: { type: 'boolean', default: false },
    from: { type: 'string' },
  },
});

const PARTS = ['steps', 'operations', 'javascript', 'overhead', 'collector', 'memory', 'busy', 'programs', 'images'] as const;
const parts = positionals.length > 0 ? positionals : PARTS;
const unknown = parts.filter((part) => !(PARTS as readonly string[]).includes(part));
if (unknown.length > 0) throw new Error(`bench: there is no part called ${unknown.join(', ')}; there are ${PARTS.join(', ')}.`);

const home = fileURLToPath(new URL('..', import.meta.url));

const settings: Settings = {
  threads: (values.threads ?? (values.docs ? '1,2' : '1')).split(',').map(Number),
  engines: (values.engines ?? (values.docs ? 'native,wasm' : 'native')).split(',') as ('native' | 'wasm')[],
  only: values.only.split(','),
  kinds: (['train', 'forward'] as const).filter((kind) => (!values.train && !values.forward) || values[kind]),
  seconds: Number(values.seconds ?? (values.quick ? 0.8 : values.docs ? 1.2 : 4)),
  quick: values.quick,
  source: values.source,
  kernels: values.kernels,
  compile: values.compile,
};

const context: Context = {
  settings,
  results: {
    date: new Date().toISOString().slice(0, 10),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    system: process.platform,
    node: process.version,
    versions: {},
    machines: [],
    steps: [],
    operations: [],
    figures: [],
  },
};

async function measure(): Promise<void> {
  for (const threads of settings.threads) {
    if (parts.includes('steps')) await measureSteps(context, threads);
    if (parts.includes('operations')) await measureOperations(context, threads);
    if (parts.includes('javascript')) await measureJavaScript(context, threads);
  }
  if (parts.includes('overhead')) await measureOverhead(context);
  if (parts.includes('collector')) await measureCollector(context);
  if (parts.includes('memory')) await measureMemory(context);
  if (parts.includes('busy')) await measureBusy(context);
  if (parts.includes('programs')) measurePrograms(context);
  if (parts.includes('images')) await runImages(settings.quick || values.docs ? 1 : 3);
}

const started = performance.now();
const from = values.from;
const results = from === undefined ? context.results : (JSON.parse(readFileSync(from, 'utf8')) as Results);
if (from === undefined) {
  await measure();
  const json = values.json ?? join(home, 'runs/bench.json');
  mkdirSync(dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify(results, undefined, 1)}\n`);
  console.log(`\n${json}, after ${((performance.now() - started) / 60_000).toFixed(1)} minutes`);
}
if (values.docs) writeFileSync(join(home, 'docs/performance.md'), performancePage(results));
