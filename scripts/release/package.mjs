// Makes all that is published, in release/: the package hone and one package for each platform, as tarballs, with SHA256SUMS and the list of
// components sbom.cdx.json. The same sources and tools give the same bytes.
//
//   npm run package                          all platforms
//   … -- --targets linux-x64-gnu,win32-x64   only these platforms' packages
//   … -- --no-engines                        only the package hone
//   … -- --no-build                          of what dist/ holds, without building it first
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundleLibrary, EXTERNAL, entryNames, filesBeneath, typeFiles } from './bundle.mjs';
import { sbom, thirdPartyLicences } from './licences.mjs';
import { publishedManifest, typesOf } from './manifest.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const release = join(root, 'release');

const WASM = ['hone-simd.wasm', 'hone-relaxed.wasm'];

/** How large packages may be when they are unpacked: bytes. */
export const MARKS = { hone: 8e6, platform: 6e6, install: 20e6 };

/** The package hone, ready to be packed, in `out`. Returns the packages that were taken in. */
export async function stageMain(out) {
  rmSync(out, { recursive: true, force: true });
  const write = (file, content) => {
    mkdirSync(dirname(join(out, file)), { recursive: true });
    writeFileSync(join(out, file), content);
  };
  const { inlined } = await bundleLibrary(root, out);
  // Declarations for CommonJS, which modules may import, too: so they are there once.
  for (const [file, text] of typeFiles(root)) write(`dist/types/${file}`, text);
  write('dist/types/package.json', '{ "type": "commonjs" }\n');
  write('dist/types/loader-worker.d.ts', 'export {};\n');
  for (const name of [...entryNames, 'loader-worker']) write(`dist/lib/${name}.d.ts`, `export * from '../types/${typesOf(name)}.js';\n`);
  for (const name of WASM) write(`dist/wasm/${name}.gz`, gzipSync(readFileSync(join(root, 'dist/wasm', name)), { level: 9 }));
  write('dist/digits.gz', readFileSync(join(root, 'dist/digits.gz')));
  write('package.json', `${JSON.stringify(publishedManifest(root), null, 2)}\n`);
  write('THIRD-PARTY-LICENSES.md', thirdPartyLicences(root, inlined));
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md']) copyFileSync(join(root, file), join(out, file));
  return inlined;
}

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

async function main(args) {
  const has = (flag) => args.includes(flag);
  const targets = has('--targets') ? args[args.indexOf('--targets') + 1].split(',') : undefined;
  if (!has('--no-build')) {
    const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--if-missing'], { stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const stage = join(release, 'packages');
  mkdirSync(stage, { recursive: true });
  for (const file of readdirSync(release).filter((name) => /\.tgz$|^SHA256SUMS$|^sbom/.test(name))) rmSync(join(release, file));
  const inlined = await stageMain(join(stage, 'hone'));
  const engines = join(root, 'scripts/release/engines.mjs');
  for (const name of readdirSync(stage)) if (name !== 'hone') rmSync(join(stage, name), { recursive: true });
  if (!has('--no-engines') && existsSync(engines)) {
    const { buildEngines } = await import(pathToFileURL(engines).href);
    await buildEngines({ out: stage, targets, version });
  }
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
    `${JSON.stringify(sbom(root, { version, inlined, external: EXTERNAL, tarballs }), null, 2)}\n`,
  );
  console.log(`hone: ${names.length} packages in release/, with SHA256SUMS and sbom.cdx.json`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
