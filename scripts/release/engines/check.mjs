// What must hold for every prebuilt engine, read from its files: so those for other platforms are checked, too.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readBinary } from './binaries.mjs';
import { GLIBC, targets } from './targets.mjs';

/** The most that a package may take on disk. */
export const MOST_BYTES = 6e6;

const EXPORTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];
/** The system's own libraries, which every installation has. */
const SYSTEM = {
  glibc: /^(libc\.so\.6|libm\.so\.6|libdl\.so\.2|libpthread\.so\.0|ld-linux-(x86-64|aarch64)\.so\.[12])$/,
  musl: /^libc\.so$/,
  darwin: /^\/usr\/lib\/libSystem\.B\.dylib$/,
  win32: /^(kernel32|ntdll|api-ms-win-crt-[a-z]+-l1-1-0)\.dll$/i,
};

/** Whether version a is above b, both like 2.28. */
const above = (a, b) => a.localeCompare(b, 'en', { numeric: true }) > 0;

/** What is wrong with one addon; nothing where it is as it must be. */
export function problemsOf(bytes, target) {
  const problems = [];
  const binary = readBinary(bytes);
  const { format, cpu, libraries, imports, exports, versions = [], system, signed } = binary;
  const wanted = { linux: 'elf', darwin: 'mach-o', win32: 'pe' }[target.os];
  if (format !== wanted || cpu !== target.cpu) problems.push(`is ${format} for ${cpu}, not ${wanted} for ${target.cpu}`);
  if (exports.slice().sort().join() !== EXPORTS.join()) problems.push(`exports ${exports.join(', ')}, not just ${EXPORTS.join(', ')}`);
  for (const library of libraries) if (!SYSTEM[target.libc ?? target.os].test(library)) problems.push(`needs the library ${library}`);
  for (const name of imports) {
    // Windows would look for them in a file of that name only.
    if (/^(napi|node_api)_/.test(name) ? target.os === 'win32' : /^_Z|^__cxa_(throw|begin_catch)|^__gxx/.test(name))
      problems.push(`imports ${name}`);
  }
  for (const name of versions) {
    const glibc = /^GLIBC_([\d.]+)$/.exec(name)?.[1];
    if (glibc === undefined || target.libc === 'musl') problems.push(`needs the symbol version ${name}`);
    else if (above(glibc, GLIBC)) problems.push(`needs glibc ${glibc}, more than ${GLIBC}`);
  }
  if (target.os === 'darwin') {
    if (system === undefined || above(system, '11.0')) problems.push(`needs macOS ${system}, more than 11.0`);
    if (target.cpu === 'arm64' && !signed) problems.push('is not signed, so that no Mac loads it');
  }
  return problems;
}

/** What is wrong with the package of a platform in a folder, each line with the file's name. */
export function checkPackage(folder, name) {
  const target = targets.find((one) => one.name === name);
  const files = readdirSync(folder);
  const problems = [];
  for (const file of [
    'package.json',
    'README.md',
    'LICENSE',
    'THIRD-PARTY-LICENSES.md',
    'hone-cpu.node',
    ...target.isas.map((isa) => `hone-${isa}.node`),
  ])
    if (!files.includes(file)) problems.push(`${file} is missing`);
  for (const file of files.filter((one) => one.endsWith('.node')))
    for (const problem of problemsOf(readFileSync(join(folder, file)), target)) problems.push(`${file} ${problem}`);
  const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  if (bytes > MOST_BYTES) problems.push(`takes ${(bytes / 1e6).toFixed(1)} MB, more than ${MOST_BYTES / 1e6}`);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const field of ['scripts', 'dependencies', 'install', 'gypfile']) if (field in manifest) problems.push(`package.json has ${field}`);
  return { bytes, problems };
}
