// Runs the test suite and closes with one line of totals: what `npm test` does. Which file runs where stands in vitest.config.ts.
//   npm test -- --engine native    on that engine only, where the default is every engine that is built
//   npm test -- --slow             the examples and the programs of the command line on every engine, too, not on the first only
//   npm test -- src/ops -t cumsum  whatever else vitest takes
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const native = existsSync(join(root, 'dist/native', `${process.platform}-${process.arch}`, 'hone-cpu.node'));
if (!native)
  console.log('hone: no native addon here, so the suite runs on WebAssembly only (npm run build builds it where a C++ compiler is)');

const args = process.argv.slice(2);
/** Takes an option of this script out of the arguments, with its value. */
const take = (name, values = 0) => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 1 + values).at(-1);
};
const slow = take('--slow') !== undefined;
const engine = take('--engine', 1);
const engines = engine === undefined ? (native ? ['native', 'wasm'] : ['wasm']) : [engine];
if (!engines.every((name) => name === 'native' || name === 'wasm')) {
  console.error(`hone: --engine is ${engine}, expected native or wasm`);
  process.exit(2);
}
const projects = ['once', 'pages', ...engines.flatMap((name, i) => [name, `${name}:alone`, ...(slow || i === 0 ? [`${name}:slow`] : [])])];

const file = join(root, 'build', 'test.json');
mkdirSync(dirname(file), { recursive: true });
rmSync(file, { force: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
const { status } = spawnSync(process.execPath, [vitest, 'run', ...projects.flatMap((name) => ['--project', name]), ...reporters, ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, HONE_ENGINE: engines.join() },
});
if (existsSync(file)) {
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = JSON.parse(readFileSync(file, 'utf8'));
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
}
process.exit(status ?? 1);
