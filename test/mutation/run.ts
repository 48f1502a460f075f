/**
 * Whether the suite notices faults: `npm run test:mutations`, or with `-- sign` only those whose name says so. Each fault of faults.ts is
 * planted while the source is loaded, no file is written; the tests that must notice it run, and one of them must fail.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Fault, faults } from './faults.js';

const root = join(import.meta.dirname, '../..');
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const scratch = mkdtempSync(join(tmpdir(), 'hone-mutation-'));

/** How often the text of a fault stands in src. */
function places({ find }: Fault): number {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (f) => f.endsWith('.ts') && !f.endsWith('.test.ts'),
  );
  return files.reduce((sum, file) => sum + readFileSync(join(root, 'src', file), 'utf8').split(find).length - 1, 0);
}

interface Outcome {
  readonly passed: number;
  /** The names of the tests that failed. */
  readonly failed: readonly string[];
}

/** What tests say with a fault in the source, or without one. */
async function outcome(fault: string, [file, names]: Fault['tests'], id: number): Promise<Outcome> {
  const report = join(scratch, `${id}.json`);
  const args = ['run', '--config', 'test/mutation/vitest.config.ts', file, ...(names === undefined ? [] : ['-t', names])];
  const child = spawn(process.execPath, [vitest, ...args, '--reporter=json', `--outputFile=${report}`], {
    cwd: root,
    stdio: 'ignore',
    env: { ...process.env, HONE_FAULT: fault },
  });
  await new Promise((resolve) => child.on('close', resolve));
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: { assertionResults: { status: string; fullName: string }[] }[];
  };
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  };
}

const [wanted = ''] = process.argv.slice(2);
const chosen = faults.filter(({ name }) => name.includes(wanted));
const problems: string[] = [];

/** Without its fault the tests must pass, with it one must fail: otherwise they say nothing of it. */
async function judge(fault: Fault, id: number): Promise<void> {
  const found = places(fault);
  if (found !== 1) {
    problems.push(`${fault.name}: its text stands ${found} times in src, expected once. Mend test/mutation/faults.ts.`);
    return;
  }
  const before = await outcome('', fault.tests, 2 * id);
  if (before.failed.length > 0 || before.passed === 0) {
    problems.push(`${fault.name}: without it ${before.passed} tests pass and ${before.failed.length} fail.`);
    return;
  }
  const { failed } = await outcome(fault.name, fault.tests, 2 * id + 1);
  if (failed.length === 0) problems.push(`${fault.name}: no test of ${fault.tests.join(', ')} notices it.`);
  else console.log(`${fault.name.padEnd(44)} ${failed.length} of ${before.passed} tests fail: ${failed[0]}`);
}

const queue = [...chosen.entries()];
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await judge(next[1], next[0]);
  }),
);
rmSync(scratch, { recursive: true });
console.log(`\n${chosen.length - problems.length} of ${chosen.length} faults noticed`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 || chosen.length === 0 ? 1 : 0;
