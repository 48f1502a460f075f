// Runs the test suite once on each engine that is built, and closes with one line of totals: what `npm test` does.
// Arguments go to vitest: `npm test -- src/ops`.
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

mkdirSync(join(root, 'build'), { recursive: true });
const totals = { passed: 0, failed: 0, skipped: 0 };
let status = 0;
for (const engine of native ? ['native', 'wasm'] : ['wasm']) {
  console.log(`\n=== engine: ${engine} ===`);
  const file = join(root, 'build', `test-${engine}.json`);
  rmSync(file, { force: true });
  // Pages and packages do not depend on the engine that Node uses: those tests run once.
  const once = engine === 'wasm' && native ? ['--exclude', 'test/browser/**', '--exclude', 'test/package/**'] : [];
  const result = spawnSync(
    process.execPath,
    [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...once, ...process.argv.slice(2)],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, HONE_ENGINE: engine },
    },
  );
  if (result.status !== 0) status = result.status ?? 1;
  if (!existsSync(file)) continue;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  totals.passed += report.numPassedTests;
  totals.failed += report.numFailedTests;
  totals.skipped += report.numPendingTests;
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`);
process.exit(status);
