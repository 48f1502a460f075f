// Publishes a release, once everything that can be checked about it has been: `npm run release -- --dry-run` checks, and prints what would be
// published, in which order; `npm run release` then does so, by npm's trusted publishing, which adds the provenance.
//
//   … -- --dry-run                       checks only
//   … -- --skip tests,installs           leaves checks out (tree, changelog, lint, types, tests, docs, package, linters, binaries, installs)
//   … -- --only package,linters          makes only these
//   … -- --targets hone-linux-x64-gnu    packages of these platforms only; nothing is published then
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkPackage } from './engines/check.mjs';
import { GLIBC, targets } from './engines/targets.mjs';
import { PLATFORMS } from './manifest.mjs';
import { MARKS, release, sizeOf } from './package.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = { type: 'string' };
const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false }, skip: text, only: text, targets: text } });
const dryRun = values['dry-run'];
const [skip = [], only, chosen] = [values.skip, values.only, values.targets].map((list) => list?.split(','));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const windows = process.platform === 'win32';

/** Runs a command; its output is shown where it fails. */
function run(command, ...rest) {
  const { status, stdout, stderr } = spawnSync(command, rest, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, shell: windows });
  if (status !== 0)
    throw new Error(`${[command, ...rest].join(' ')} failed:\n${`${stdout}${stderr}`.trim().split('\n').slice(-40).join('\n')}`);
  return stdout;
}
const node = (script, ...rest) => run(process.execPath, join(root, script), ...rest);
const stage = (name) => join(release, 'packages', name);

const checks = {
  tree() {
    const changed = run('git', 'status', '--porcelain').trim();
    if (changed !== '') throw new Error(`there are changes that are not committed:\n${changed}`);
    return `clean, at ${run('git', 'rev-parse', '--short', 'HEAD').trim()}`;
  },
  changelog() {
    const text = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
    const [, date] = new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - (\\d{4}-\\d\\d-\\d\\d)$`, 'm').exec(text) ?? [];
    if (date === undefined) throw new Error(`CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD"`);
    const newest = /^## \[(\d[^\]]*)\]/m.exec(text)?.[1];
    if (newest !== version) throw new Error(`the newest version in CHANGELOG.md is ${newest}, in package.json ${version}`);
    const [, unreleased = ''] = /^## \[Unreleased\]\n([\s\S]*?)(?=^## \[)/m.exec(text) ?? [];
    if (unreleased.trim() !== '') throw new Error(`CHANGELOG.md has changes under Unreleased: move them to ${version}`);
    if (run('git', 'tag', '--list', `v${version}`).trim() !== '') throw new Error(`there is a tag v${version} already`);
    return `${version} of ${date}`;
  },
  lint: () => void run('npm', 'run', '--silent', 'lint'),
  types: () => void run('npm', 'run', '--silent', 'typecheck'),
  tests: () => run('npm', 'test').trim().split('\n').at(-1),
  docs: () => run('npm', 'run', '--silent', 'docs:test').trim().split('\n').at(-1),
  package() {
    node('scripts/release/package.mjs', ...(chosen ? ['--targets', chosen.join()] : []));
    const names = readdirSync(join(release, 'packages'));
    const missing = ['hone', ...(chosen ?? PLATFORMS)].filter((name) => !names.includes(name));
    if (missing.length > 0) throw new Error(`release/ lacks ${missing.join(', ')}`);
    return names
      .map(
        (name) => `${name} ${(sizeOf(stage(name)) / 1e6).toFixed(2)} MB (at most ${(name === 'hone' ? MARKS.hone : MARKS.platform) / 1e6})`,
      )
      .join(', ');
  },
  linters() {
    run('npx', '--yes', 'publint@0.3', join(release, 'packages/hone'), '--strict');
    run(
      'npx',
      '--yes',
      '@arethetypeswrong/cli@0.18',
      '--profile',
      'node16',
      '--exclude-entrypoints',
      'digits.gz',
      '--',
      join(release, `hone-${version}.tgz`),
    );
    return 'publint and Are the types wrong? find nothing';
  },
  binaries() {
    const built = targets.map(({ name }) => name).filter((name) => existsSync(stage(name)));
    const problems = built.flatMap((name) => checkPackage(stage(name), name).problems.map((problem) => `${name}: ${problem}`));
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return built.length === 0
      ? 'none are built'
      : `${built.join(', ')}: of their processors, nothing above glibc ${GLIBC}, no library but the system's`;
  },
  installs: () => node('scripts/release/installs.mjs').trim().split('\n').at(-1),
};

const unknown = [...skip, ...(only ?? [])].find((name) => !Object.hasOwn(checks, name));
if (unknown) {
  console.error(`hone: there is no check ${unknown}; there are ${Object.keys(checks).join(', ')}`);
  process.exit(2);
}
let failed = 0;
const left = [];
for (const [name, check] of Object.entries(checks)) {
  if (skip.includes(name) || (only && !only.includes(name))) {
    left.push(name);
    continue;
  }
  try {
    console.log(`✓ ${name}: ${check() ?? 'nothing to complain of'}`);
  } catch (error) {
    failed++;
    console.log(`✗ ${name}: ${error.message}`);
  }
}
if (left.length > 0) console.log(`- not checked: ${left.join(', ')}`);

// The platforms first: whoever installs hone the moment it appears finds its addons.
const files = [...PLATFORMS, 'hone'].map((name) => `${name}-${version}.tgz`).filter((file) => existsSync(join(release, file)));
const tag = version.includes('-') ? 'next' : 'latest';
const publish = (file) => ['publish', join('release', file), '--provenance', '--access', 'public', '--tag', tag];
console.log(`\n${dryRun ? 'Would be' : 'To be'} published, in this order:`);
for (const file of files) console.log(`  npm ${publish(file).join(' ')}`);
console.log(`  git tag v${version} && git push origin v${version}`);
if (failed > 0) {
  console.error(`\nhone: ${failed} of the checks failed, so nothing is published`);
  process.exit(1);
}
if (!dryRun) {
  if (left.length > 0 || files.length !== PLATFORMS.length + 1) {
    console.error('\nhone: nothing is published unless everything was checked, and every package is there');
    process.exit(1);
  }
  for (const file of files) run('npm', ...publish(file));
  run('git', 'tag', `v${version}`);
  console.log(`hone: ${version} is published; push the tag v${version}`);
}
