/**
 * The documentation's site. `npm run docs` installs what docs/ needs, makes the API's pages of the doc comments, and builds docs/.vitepress/dist;
 * `npm run docs:dev` serves it while pages are written; `npm run docs:test` builds it and tries everything in it. DOCS_BASE=/hone/ is for a
 * site that does not stand at the root of its host.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const docs = join(root, 'docs');
const run = (command, args, options = {}) =>
  execFileSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' && command === 'npm', ...options });

/** Whether docs/node_modules holds what the lock file says. */
function installed() {
  const there = join(docs, 'node_modules/.package-lock.json');
  if (!existsSync(there)) return false;
  const versions = (file) => {
    const { packages } = JSON.parse(readFileSync(file, 'utf8'));
    return new Map(Object.entries(packages).map(([path, { version }]) => [path, version]));
  };
  const [wanted, found] = [versions(join(docs, 'package-lock.json')), versions(there)];
  return [...found].every(([path, version]) => wanted.get(path) === version);
}

const what = process.argv[2] ?? 'build';
run(process.execPath, ['scripts/build.mjs', '--if-missing']);
if (!installed()) run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: docs });
run(process.execPath, ['api.mjs'], { cwd: docs });
const vitepress = ['node_modules/vitepress/bin/vitepress.js'];
if (what === 'dev') run(process.execPath, [...vitepress, 'dev'], { cwd: docs });
else if (what === 'preview') run(process.execPath, [...vitepress, 'preview'], { cwd: docs });
else run(process.execPath, [...vitepress, 'build'], { cwd: docs });
if (what === 'test') {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  run(process.execPath, [vitest, 'run', 'test/docs/pages.test.ts'], { env: { ...process.env, HONE_DOCS: 'all' } });
  run(process.execPath, [join(root, 'node_modules/tsx/dist/cli.mjs'), '--tsconfig', 'tsconfig.tools.json', 'test/docs/site/press.ts']);
}
