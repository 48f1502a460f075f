// Makes all that is published, in release/: the package hone and one package for each platform, as tarballs, with SHA256SUMS and the list of
// components sbom.cdx.json. The same sources and tools give the same bytes.
//
//   npm run package                                    all platforms; only the package hone where zig, which compiles the others, is not at hand
//   … -- --targets hone-linux-x64-gnu,hone-win32-x64   only these platforms' packages
//   … -- --no-engines                                  only the package hone
//   … -- --no-build                                    of what dist/ holds, without building it first
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { bundleLibrary, EXTERNAL, entryNames, filesBeneath, typeFiles } from './bundle.mjs';
import { MOST_BYTES } from './engines/check.mjs';
import { findZig } from './engines/zig.mjs';
import { buildEngines } from './engines.mjs';
import { sbom, thirdPartyLicences } from './licences.mjs';
import { publishedManifest, typesOf } from './manifest.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const release = join(root, 'release');

const WASM = ['hone-simd.wasm', 'hone-relaxed.wasm'];

/** How large packages may be when they are unpacked: bytes. */
export const MARKS = { hone: 8e6, platform: MOST_BYTES, install: 20e6 };

/** The package hone, ready to be packed, in `out`. Returns the packages of which there is something within. */
async function stageMain(out) {
  rmSync(out, { recursive: true, force: true });
  const write = (file, content) => {
    mkdirSync(dirname(join(out, file)), { recursive: true });
    writeFileSync(join(out, file), content);
  };
  const { inlined } = await bundleLibrary(root, out);
  const within = [...inlined, 'mnist'].sort();
  // Declarations for CommonJS, which modules may import, too: so they are there once.
  for (const [file, text] of typeFiles(root)) write(`dist/types/${file}`, text);
  write('dist/types/package.json', '{ "type": "commonjs" }\n');
  write('dist/types/loader-worker.d.ts', 'export {};\n');
  for (const name of [...entryNames, 'loader-worker']) write(`dist/lib/${name}.d.ts`, `export * from '../types/${typesOf(name)}.js';\n`);
  for (const name of WASM) write(`dist/wasm/${name}.gz`, gzipSync(readFileSync(join(root, 'dist/wasm', name)), { level: 9 }));
  write('dist/digits.gz', readFileSync(join(root, 'dist/digits.gz')));
  write('package.json', `${JSON.stringify(publishedManifest(root), null, 2)}\n`);
  write('THIRD-PARTY-LICENSES.md', thirdPartyLicences(root, within));
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md']) copyFileSync(join(root, file), join(out, file));
  return within;
}

/** How many bytes the files beneath a folder have. */
export const sizeOf = (folder) => filesBeneath(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);

/** Packs a folder; npm gives every file the same time, so that the tarball is the same for the same files. */
function pack(folder) {
  // The user's own settings (ignore-scripts, workspaces) are nothing to it.
  const out = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', release], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const said = JSON.parse(out);
  const [{ filename }] = Array.isArray(said) ? said : Object.values(said);
  return join(release, filename);
}

/** Why zig cannot be run; undefined where it can. */
function whyNoZig() {
  try {
    findZig();
  } catch (error) {
    return error.message;
  }
}

async function main() {
  const { values } = parseArgs({
    options: { targets: { type: 'string' }, 'no-engines': { type: 'boolean' }, 'no-build': { type: 'boolean' } },
  });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const stage = join(release, 'packages');
  mkdirSync(stage, { recursive: true });
  // The engines first, since what a machine may lack is what they need.
  const lacking = values['no-engines'] || values.targets ? undefined : whyNoZig();
  const without = values['no-engines'] || lacking !== undefined;
  const engines = without ? [] : await buildEngines({ out: stage, targets: values.targets?.split(','), version });
  for (const name of readdirSync(stage)) if (!engines.some((one) => one.name === name)) rmSync(join(stage, name), { recursive: true });
  if (!values['no-build']) {
    const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--if-missing'], { stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
  const within = await stageMain(join(stage, 'hone'));
  for (const file of readdirSync(release).filter((name) => /\.tgz$|^SHA256SUMS$|^sbom/.test(name))) rmSync(join(release, file));
  const names = readdirSync(stage).sort();
  const tarballs = names.map((name) => pack(join(stage, name)));
  const sums = tarballs.map((file, i) => {
    const sum = createHash('sha256').update(readFileSync(file)).digest('hex');
    const unpacked = sizeOf(join(stage, names[i]));
    const most = names[i] === 'hone' ? MARKS.hone : MARKS.platform;
    console.log(
      `${names[i].padEnd(24)} ${(statSync(file).size / 1e6).toFixed(2)} MB packed, ${(unpacked / 1e6).toFixed(2)} MB unpacked${unpacked > most ? ` (above its ${most / 1e6} MB)` : ''}`,
    );
    if (unpacked > most) process.exitCode = 1;
    return `${sum}  ${file.slice(release.length + 1)}\n`;
  });
  writeFileSync(join(release, 'SHA256SUMS'), sums.join(''));
  writeFileSync(
    join(release, 'sbom.cdx.json'),
    `${JSON.stringify(sbom(root, { version, within, external: EXTERNAL, tarballs }), null, 2)}\n`,
  );
  console.log(`hone: ${names.length} packages in release/, with SHA256SUMS and sbom.cdx.json`);
  if (lacking !== undefined) console.log(`hone: the platforms' packages are left out, since ${lacking}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    console.error(`hone: ${error.stderr || error.message}`);
    process.exit(1);
  }
}
