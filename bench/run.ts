/**
 * `npm run bench`: Hone beside its peers, in one run. bench/README.md says what may be asked.
 *   npm run bench -- steps --threads 1 --only lstm --seconds 4
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { dirname } from 'node:path';
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    kernels: { type: 'boolean', default: false },
    compile: { type: 'boolean', default: false },
    source: { type: 'boolean', default: false },
    engines: { type: 'string', default: 'native' },
    train: { type: 'boolean', default: false },
    forward: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});

const PARTS = ['steps', 'operations', 'javascript', 'overhead', 'collector', 'memory', 'busy', 'programs', 'images'] as const;
const parts = positionals.length > 0 ? positionals : PARTS;
const unknown = parts.filter((part) => !(PARTS as readonly string[]).includes(part));
if (unknown.length > 0) throw new Error(`bench: there is no part called ${unknown.join(', ')}; there are ${PARTS.join(', ')}.`);

const settings: Settings = {
  threads: values.threads.split(',').map(Number),
  engines: values.engines.split(',') as ('native' | 'wasm')[],
  only: values.only.split(','),
  kinds: (['train', 'forward'] as const).filter((kind) => (!values.train && !values.forward) || values[kind]),
  seconds: Number(values.seconds ?? (values.quick ? 1.5 : 4)),
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
    system: `${process.platform} ${release()}`,
    node: process.version,
    versions: {},
    machines: [],
    steps: [],
    operations: [],
    figures: [],
  },
};

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
if (parts.includes('images')) await runImages(settings.quick ? 1 : 3);
if (values.json !== undefined) {
  mkdirSync(dirname(values.json), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify(context.results, undefined, 1)}\n`);
}
