// Tries the prebuilt engines. What their files ask of a system is read for all; those for which a host is at hand run a small program there, whose
// numbers must be those of PyTorch (and, where they are random, to the last bit), on each instruction set that its processor has.
//
//   npm run test:engines                                         the packages in release/packages, on this Node
//   npm run test:engines -- --out DIRECTORY                      packages elsewhere
//   … --host hone-linux-arm64-gnu="qemu-aarch64 -L ROOT NODE"    a command that runs a program with that platform's Node; may be repeated
//   … --host hone-linux-x64-musl="/path/to/a/node/for/musl"
//   … --host hone-linux-x64-gnu=bun                              more than one for a platform, too
//   … --conformance                                              the whole conformance suite as well
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkPackage } from './check.mjs';
import { ownTarget, targets } from './targets.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'release/packages') },
    host: { type: 'string', multiple: true, default: [] },
    conformance: { type: 'boolean', default: false },
  },
});

/** What PyTorch 2.15 gives for the program (smoke.py beside this). */
const expected = JSON.parse(readFileSync(join(root, 'scripts/release/engines/smoke.json'), 'utf8'));

/** An empty project with hone, without addons of its own, and the package. */
function project(folder) {
  const place = mkdtempSync(join(tmpdir(), 'hone-engine-'));
  const modules = join(place, 'node_modules');
  mkdirSync(join(modules, 'hone/dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(modules, 'hone/package.json'));
  for (const part of ['node', 'wasm', 'digits.gz'])
    if (existsSync(join(root, 'dist', part))) cpSync(join(root, 'dist', part), join(modules, 'hone/dist', part), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    if (existsSync(join(root, 'node_modules', name))) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  if (folder) cpSync(folder, join(modules, folder.split(/[\\/]/).at(-1)), { recursive: true });
  cpSync(join(root, 'scripts/release/engines/smoke.mjs'), join(place, 'smoke.mjs'));
  return place;
}

/** Writes the conformance suite as one program, which needs nothing but Hone. */
async function writeSuite(place) {
  const { build } = await import('esbuild');
  const folder = join(root, 'test/conformance');
  mkdirSync(join(place, 'conformance'));
  symlinkSync(join(root, 'conformance/fixtures'), join(place, 'conformance/fixtures'));
  await build({
    stdin: { contents: SUITE, resolveDir: folder, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['hone', 'hone/*'],
    // As deep as it was: the fixtures are found from there.
    outfile: join(place, 'test/conformance/suite.mjs'),
    logLevel: 'error',
  });
}

const SUITE = `
import { engineInfo, manualSeed } from 'hone';
import { families } from './fixtures.js';
import { kinds } from './kinds/index.js';
let cases = 0;
const problems = [];
for (const { name, kind, cases: all } of families)
  for (const [label, floating] of kinds[kind].compared) {
    manualSeed(0);
    for (const one of all.filter((c) => floating === 'float64' || !c.only64)) {
      cases++;
      try {
        problems.push(...kinds[kind].replay(one, floating).problems);
      } catch (error) {
        problems.push(name + ', ' + label + ': ' + error.stack);
      }
    }
  }
console.log(JSON.stringify({ engine: engineInfo(), cases, problems }));
`;

/** What is wrong with what the program printed. */
function problemsOf(out, isas) {
  const problems = [];
  const { engine, losses, threadsAgree, workers, ...drawn } = out;
  if (engine.name !== 'native') return [`the engine is ${engine.name}: ${engine.reason}`];
  if (!isas.includes(engine.isa)) problems.push(`the instruction set is ${engine.isa}, not one of ${isas.join(', ')}`);
  for (const [name, value] of Object.entries(drawn))
    if (JSON.stringify(value) !== JSON.stringify(expected[name])) problems.push(`${name} gives other numbers than PyTorch`);
  losses.forEach((loss, i) => {
    const wanted = expected.losses[i];
    if (!(Math.abs(loss - wanted) <= 2e-5 * wanted)) problems.push(`the loss of step ${i + 1} is ${loss}, PyTorch's ${wanted}`);
  });
  if (!threadsAgree) problems.push('a product on 4 threads has other bits than on one');
  if (workers.length !== 2 || workers.some(({ name }) => name !== 'native'))
    problems.push(`the engine in workers is ${JSON.stringify(workers)}`);
  return problems;
}

let failed = 0;
const say = (name, what, problems) => {
  failed += problems.length;
  console.log(
    `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name}: ${what}${problems.map((problem) => `\n       ${problem}`).join('')}`,
  );
};

const built = targets.filter(({ name }) => existsSync(join(values.out, name, 'package.json')));
if (built.length === 0) {
  console.error(`hone: there are no packages in ${values.out}. node scripts/release/engines.mjs builds them.`);
  process.exit(1);
}
for (const { name } of built) {
  const { bytes, problems } = checkPackage(join(values.out, name), name);
  say(name, `its files, ${(bytes / 1e6).toFixed(1)} MB`, problems);
}

const own = ownTarget()?.name;
const hosts = [
  ...(built.some(({ name }) => name === own) ? [[own, [process.execPath]]] : []),
  ...values.host.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1).split(' ')]),
];
const ran = new Set();
for (const [name, [program, ...first]] of hosts) {
  const target = built.find((one) => one.name === name);
  if (!target) {
    say(name, 'runs', [targets.some((one) => one.name === name) ? 'it was not built' : 'there is no such platform']);
    continue;
  }
  const place = project(join(values.out, name));
  /** What a program of the project prints. @throws with how it ended where that is nothing. */
  const run = (file) => {
    const { stdout, stderr, status, error } = spawnSync(program, [...first, file], {
      cwd: place,
      env: { ...process.env, HONE_ENGINE: '', HONE_NATIVE_DIR: '', NODE_OPTIONS: '' },
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 7_200_000,
    });
    try {
      return JSON.parse(stdout);
    } catch {
      throw new Error(`it ended with ${status ?? error?.message}: ${(stderr || stdout).trim().split('\n').slice(-3).join(' | ')}`);
    }
  };
  const attempt = (what, problems) => {
    try {
      const found = problems();
      say(name, what(), found);
    } catch (error) {
      say(name, what(), [error.message]);
    }
  };
  if (values.conformance) await writeSuite(place);
  // The best set that the processor has, and once its addon is gone the next.
  for (let isas = target.isas; isas.length > 0; ) {
    let isa = isas[0];
    attempt(
      () => `runs by ${[program, ...first].join(' ')} (${isa})`,
      () => {
        const out = run('smoke.mjs');
        isa = out.engine.isa;
        return problemsOf(out, isas);
      },
    );
    if (values.conformance) {
      let cases = 0;
      attempt(
        () => `agrees with PyTorch in ${cases} cases (${isa})`,
        () => {
          const { engine, problems, ...more } = run('test/conformance/suite.mjs');
          cases = more.cases;
          return engine.isa === isa ? problems.slice(0, 20) : [`the engine is ${engine.name} (${engine.isa}): ${engine.reason}`];
        },
      );
    }
    const at = isas.indexOf(isa);
    if (at < 0) break;
    for (const done of isas.slice(0, at + 1)) rmSync(join(place, 'node_modules', name, `hone-${done}.node`), { force: true });
    isas = isas.slice(at + 1);
  }
  rmSync(place, { recursive: true, force: true });
  ran.add(name);
}
for (const { name } of built) if (!ran.has(name)) console.log(`       ${name}: not run, no host for it was named`);
process.exit(failed > 0 ? 1 : 0);
