// Installs the packages of release/ as users do, each in an empty project, and runs a training in it: `npm run test:installs`. Make them first, by
// `npm run package`; the packages of this machine's platform suffice (-- --targets hone-linux-x64-gnu).
//
//   npm run test:installs                       all
//   … -- --only npm,pnpm,vite                   those whose names begin so
//   … -- --nodes /path/to/node22,/path/to/node24    with other versions of Node as well
//   … -- --keep                     keeps the projects where one failed
// Package managers and bundlers are fetched when they are run. Pages are opened in Chromium, where there is one.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { ownTarget, targets } from './engines/targets.mjs';
import { bundlers } from './installs/bundlers.mjs';
import { startRegistry } from './installs/registry.mjs';
import { MARKS, release, sizeOf } from './package.mjs';

const { values } = parseArgs({ options: { only: { type: 'string' }, nodes: { type: 'string' }, keep: { type: 'boolean' } } });
const [only, nodes = []] = [values.only, values.nodes].map((list) => list?.split(','));
const run = promisify(execFile);

if (!existsSync(join(release, 'SHA256SUMS'))) {
  console.error('hone: there are no packages in release/. Run npm run package.');
  process.exit(1);
}

const registry = await startRegistry(release, targets);
/** The package of this platform, and whether it was made. */
const here = ownTarget()?.name;
const hasNative = here !== undefined && existsSync(join(release, `${here}-${registry.version}.tgz`));

const folder = mkdtempSync(join(tmpdir(), 'hone-installs-'));
const cache = join(folder, 'cache');

/** Settings that lead every package manager to the registry here, and to a cache of its own. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|HONE_|NODE_OPTIONS$|INIT_CWD$)/i.test(name))),
  npm_config_registry: registry.address,
  npm_config_cache: cache,
  // Lock files say where packages are, whatever the user's own settings: installing without a network needs that.
  npm_config_omit_lockfile_registry_resolved: 'false',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  YARN_CACHE_FOLDER: join(folder, 'yarn'),
  YARN_GLOBAL_FOLDER: join(folder, 'yarn-global'),
  YARN_NPM_REGISTRY_SERVER: registry.address,
  YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
  YARN_ENABLE_TELEMETRY: '0',
  YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
  YARN_NPM_MINIMAL_AGE_GATE: '0',
  COREPACK_ENABLE_STRICT: '0',
};

/** Runs a command in a project; what it printed. @throws with all of that where it failed. */
async function sh(cwd, command, { node, ...more } = {}) {
  const [program, ...rest] = command;
  const path = node ? { PATH: `${dirname(node)}${delimiter}${env.PATH}` } : {};
  try {
    return await run(program, rest, {
      cwd,
      env: { ...env, ...path, ...more },
      maxBuffer: 1 << 26,
      timeout: 900_000,
      shell: process.platform === 'win32',
    });
  } catch (error) {
    throw new Error(`${command.join(' ')}\n${error.stdout ?? ''}${error.stderr ?? error.message}`.trim());
  }
}

const TRAINING = `
import { engineInfo, manualSeed, nn, optim, tensor, Tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { fit } from 'hone/train';
import { createRequire } from 'node:module';

manualSeed(0);
const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1));
const xor = new TensorDataset(tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), tensor([[0], [1], [1], [0]]));
await fit(model, { train: new DataLoader(xor, { batchSize: 4 }), loss: new nn.MSELoss(), optimizer: new optim.Adam(model.parameters(), { lr: 0.1 }), epochs: 60, progress: false });
const required = createRequire(import.meta.url)('hone');
console.log(JSON.stringify({
  engine: engineInfo().name,
  version: process.version,
  learned: model.forward(tensor([[0, 1]])).item() > 0.8,
  one: required.Tensor === Tensor && required.ones([1]) instanceof Tensor,
}));
`;
const REQUIRE = `const { ones, nn } = require('hone'); const { Digits } = require('hone/vision').datasets; console.log(new nn.Linear(2, 3).forward(ones([1, 2])).shape.join(), new Digits({ train: false }).length);`;

/** An empty project with the programs in it. */
function project(name, manifest = {}) {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'project', version: '1.0.0', private: true, ...manifest }, null, 2));
  writeFileSync(join(place, 'training.mjs'), TRAINING);
  writeFileSync(join(place, 'required.cjs'), REQUIRE);
  return place;
}

/** Runs the programs of a project, and compares what they say with what is to be. */
async function check(place, { engine = hasNative ? 'native' : 'wasm', with: runner = ['node'], node } = {}) {
  const { stdout, stderr } = await sh(place, [...runner, 'training.mjs'], { node });
  const said = JSON.parse(stdout.trim().split('\n').at(-1));
  if (said.engine !== engine) throw new Error(`the engine is ${said.engine}, expected ${engine}: ${stderr}`);
  for (const what of ['learned', 'one']) if (!said[what]) throw new Error(`${what} is not so: ${stdout}${stderr}`);
  const lines = stderr.split('\n').filter((line) => line.startsWith('hone') || line.includes(here));
  if (engine === 'wasm' && hasNative && (lines.length !== 1 || !lines[0].includes(`npm install ${here}`)))
    throw new Error(`not one line that names ${here}: ${stderr}`);
  if (engine === 'native' && stderr !== '') throw new Error(`it says: ${stderr}`);
  const required = await sh(place, [...runner, 'required.cjs'], { node });
  if (required.stdout.trim() !== '1,3 2000') throw new Error(`required: ${required.stdout}${required.stderr}`);
  return `${said.engine}, Node ${said.version}`;
}

const npm = (...more) => ['npm', 'install', '--loglevel=error', 'hone', ...more];

const cases = {
  async npm() {
    const place = project('npm');
    await sh(place, npm());
    const doctor = await sh(place, ['npx', 'hone', 'doctor']);
    if (!doctor.stdout.includes('engine in use')) throw new Error(doctor.stdout);
    const said = await check(place);
    const size = sizeOf(join(place, 'node_modules'));
    if (size > MARKS.install) throw new Error(`an installation takes ${(size / 1e6).toFixed(1)} MB, above ${MARKS.install / 1e6}`);
    return `${said}, ${(size / 1e6).toFixed(1)} MB in node_modules`;
  },
  async 'npm --ignore-scripts'() {
    const place = project('npm-ignore-scripts');
    await sh(place, npm('--ignore-scripts'));
    // Node prints the line from which an error came, which must not bury what the error says.
    const said = await sh(place, ['node', 'training.mjs'], { HONE_ENGINE: 'cuda' }).then(
      () => 'nothing',
      (error) => error.message,
    );
    if (!said.includes('HONE_ENGINE is "cuda", expected native or wasm') || said.length > 3000)
      throw new Error(`to an unknown engine it says: ${said}`);
    return check(place);
  },
  async 'npm --omit=optional'() {
    const place = project('npm-omit-optional');
    await sh(place, npm('--omit=optional'));
    return check(place, { engine: 'wasm' });
  },
  async 'npm, a lock file of another platform'() {
    const place = project('npm-foreign-lock');
    await sh(place, npm('--package-lock-only'));
    // As npm writes it where it forgets the packages of other platforms.
    const file = join(place, 'package-lock.json');
    const lock = JSON.parse(readFileSync(file, 'utf8'));
    const foreign = process.platform === 'darwin' ? 'hone-linux-x64-gnu' : 'hone-darwin-arm64';
    for (const path of Object.keys(lock.packages))
      if (/node_modules\/hone-/.test(path) && !path.endsWith(foreign)) delete lock.packages[path];
    writeFileSync(file, JSON.stringify(lock, null, 2));
    await sh(place, ['npm', 'install', '--loglevel=error']);
    return check(place, { engine: hasNative && existsSync(join(place, 'node_modules', here)) ? 'native' : 'wasm' });
  },
  async 'npm 12'() {
    const place = project('npm-12');
    await sh(place, ['npx', '--yes', 'npm@12', 'install', '--loglevel=error', 'hone']);
    return check(place);
  },
  async 'npm, offline from its cache'() {
    const place = project('npm-offline');
    await sh(place, npm());
    rmSync(join(place, 'node_modules'), { recursive: true });
    await sh(place, ['npm', 'ci', '--offline', '--loglevel=error']);
    return check(place);
  },
  async pnpm() {
    const place = project('pnpm');
    writeFileSync(
      join(place, 'pnpm-workspace.yaml'),
      `storeDir: ${join(folder, 'pnpm')}\ncacheDir: ${join(folder, 'pnpm-cache')}\nminimumReleaseAge: 0\n`,
    );
    await sh(place, ['npx', '--yes', 'pnpm@latest', 'add', 'hone', '--registry', registry.address]);
    return check(place);
  },
  async 'yarn 1'() {
    const place = project('yarn-classic');
    await sh(place, ['npx', '--yes', 'yarn@1', 'add', 'hone', '--registry', registry.address, '--silent']);
    return check(place);
  },
  async 'yarn, node-modules'() {
    const place = project('yarn-node-modules');
    writeFileSync(join(place, '.yarnrc.yml'), 'nodeLinker: node-modules\n');
    writeFileSync(join(place, 'yarn.lock'), '');
    await sh(place, ['npx', '--yes', '@yarnpkg/cli-dist', 'add', 'hone']);
    return check(place);
  },
  async 'yarn, Plug’n’Play'() {
    const place = project('yarn-pnp');
    writeFileSync(join(place, '.yarnrc.yml'), 'nodeLinker: pnp\n');
    writeFileSync(join(place, 'yarn.lock'), '');
    const yarn = ['npx', '--yes', '@yarnpkg/cli-dist'];
    await sh(place, [...yarn, 'add', 'hone']);
    return check(place, { with: ['node', '--require', './.pnp.cjs', '--loader', './.pnp.loader.mjs', '--no-warnings'] });
  },
  ...Object.fromEntries(
    nodes.map((node) => [
      `Node at ${node}`,
      async () => {
        const place = project(`node-${nodes.indexOf(node)}`);
        await sh(place, npm());
        return check(place, { node });
      },
    ]),
  ),
  ...bundlers({ project, sh }),
};

const unknown = only?.find((one) => !Object.keys(cases).some((name) => name.startsWith(one)));
if (unknown !== undefined) {
  console.error(`hone: no install begins with "${unknown}"; there are ${Object.keys(cases).join('; ')}`);
  process.exit(2);
}
let failed = 0;
let passed = 0;
for (const [name, install] of Object.entries(cases)) {
  if (only && !only.some((one) => name.startsWith(one))) continue;
  const began = performance.now();
  try {
    const said = await install();
    passed++;
    console.log(`  ✓ ${name}: ${said} (${Math.round((performance.now() - began) / 1000)} s)`);
  } catch (error) {
    failed++;
    console.log(`  ✗ ${name}: ${error.message}`);
  }
}
registry.close();
if (failed === 0 || !values.keep) rmSync(folder, { recursive: true, force: true });
else console.log(`The projects are kept in ${folder}.`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
