// Builds the package: the kernels, with the TypeScript compiler dist/, and of that dist/node for Node. `npm ci` runs it (prepare).
//
//   node scripts/build.mjs               all that this machine can build
//   … --if-missing                       only what is missing or stale, and no first native addon: what `npm start` and `npm test` do
// Other flags go to build-kernels.mjs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const require = createRequire(import.meta.url);

function run(script, ...rest) {
  const { status } = spawnSync(process.execPath, [script, ...rest], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function sourceHash() {
  const hash = createHash('sha256');
  for (const file of ['tsconfig.json', 'tsconfig.build.json', 'package.json', 'scripts/bundle-node.mjs'])
    hash.update(readFileSync(join(root, file)));
  const files = readdirSync(join(root, 'src'), { recursive: true })
    .filter((f) => f.endsWith('.ts'))
    .sort();
  for (const file of files) hash.update(file).update(readFileSync(join(root, 'src', file)));
  return hash.digest('hex');
}

run(join(root, 'scripts/build-kernels.mjs'), ...args);

const stamp = join(root, 'build/typescript.stamp');
const hash = sourceHash();
if (
  !existsSync(join(root, 'dist/index.js')) ||
  !existsSync(join(root, 'dist/node/index.js')) ||
  !existsSync(stamp) ||
  readFileSync(stamp, 'utf8') !== hash
) {
  run(join(dirname(require.resolve('typescript/package.json')), 'bin/tsc'), '-p', 'tsconfig.build.json');
  const { bundleForNode } = await import('./bundle-node.mjs');
  await bundleForNode(root);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  console.log('hone: TypeScript built');
}
