// Builds the prebuilt engines: for each platform a folder that is ready to be packed and published as a package of its own. One machine builds
// them all, with zig's clang. Objects are kept in build/engines under a hash of source, headers and flags.
//
//   node scripts/release/engines.mjs [--out DIRECTORY] [--jobs N] [NAME …]
//   node scripts/release/engines.mjs hone-linux-x64-gnu      only that one
//   … --isa avx512                                           only that instruction set, to try something: such a package is not whole
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { common, compileCached, contraction, isaFlags, objectName, parallel, sources } from '../kernel-flags.mjs';
import { baseline, inWords, targets } from './engines/targets.mjs';
import { findZig } from './engines/zig.mjs';
import { addonLicences } from './licences.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const run = promisify(execFile);
const nodeApi = join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include');

/** What differs between the C libraries of a system: threads, and the border to Node. */
const ofHost = (source) => /^(threads|bindings)\//.test(source);
/**
 * How each source is optimised, so that a package stays within 6 MB. The plainest set of x64 is there for old processors, and not for speed: it
 * is made small. In all sets so is what is seldom waited for, and what gains nothing from more: products and convolutions, whose loops are
 * written out as they are to run. Elsewhere clang, unlike gcc, would repeat the bodies of long loops several times over: for memory that is no
 * faster. (Short loops, whose counts are known, must be unrolled: sums are two to four times as slow without.)
 */
function optimisation(source, isa, cpu) {
  if (cpu === 'x64' && isa === 'base') return ['-Os'];
  if (
    /^(linalg\/(gemm_f32|gemm_f64|spectral|solve)|conv\/conv|copy\/(index|taps)|elementwise\/binary_int|reduce\/(scan|sort)|image\/(batch|colour|warp)|loss\/ctc|optim\/(adaptive|matrix|sgd))\./.test(
      source,
    )
  )
    return ['-Os'];
  return ['-O3', '-mllvm', '-unroll-runtime=false', '-mllvm', '-unroll-allow-partial=false'];
}

const compileFlags = (target, isa, source) => [
  ...optimisation(source, isa, target.cpu),
  ...(target.os === 'win32' ? [] : ['-fPIC']),
  '-fvisibility=hidden',
  '-ffunction-sections',
  '-fdata-sections',
  // Nothing here throws. Windows wants the tables all the same.
  ...(target.os === 'win32' ? [] : ['-fno-asynchronous-unwind-tables', '-fno-unwind-tables']),
  ...(target.os === 'darwin' ? ['-D_REENTRANT'] : []), // its header of mathematics hides lgamma_r otherwise
  '-fno-sanitize=all',
  '-g0',
  ...baseline(target),
  ...common,
  ...isaFlags[isa],
];

const linkFlags = ({ os }) => {
  if (os === 'darwin') return ['-Wl,-undefined,dynamic_lookup', '-Wl,-dead_strip', '-Wl,-s'];
  if (os === 'win32') return ['-Wl,--gc-sections', '-s'];
  return ['-Wl,--gc-sections', '-Wl,--build-id=none', '-Wl,-z,noexecstack', '-Wl,-z,relro', '-Wl,-z,now', '-pthread', '-lm', '-ldl', '-s'];
};

/** What is compiled for a platform and instruction set, and linked into one file. */
function plan(target, isa, version) {
  const flags = (source) => compileFlags(target, isa, source);
  // Where a container gives up (a length beyond any memory), its library would call a function of its own.
  const binding = [`-I${nodeApi}`, `-DHONE_ISA="${isa}"`, `-DHONE_VERSION="${version}"`, '-D_LIBCPP_VERBOSE_ABORT(...)=__builtin_abort()'];
  return [
    ...sources.map((source) => ({
      source,
      flags: [...flags(source), contraction(source)],
      of: ofHost(source) ? target.target : (target.kernels ?? target.target),
    })),
    { source: 'bindings/napi.cc', flags: [...flags('bindings/napi.cc'), ...binding], of: target.target },
    {
      source: 'bindings/runtime.cc',
      flags: [...flags('bindings/runtime.cc'), '-fvisibility-global-new-delete=force-hidden'],
      of: target.target,
    },
  ];
}

/**
 * Builds the engines into `out/<name>/`, a folder for each platform: package.json, the addons, README.md and licences.
 * @param {{ out: string, targets?: readonly string[], isas?: readonly string[], version: string, jobs?: number, log?: (line: string) => void }} options
 *   `targets` are names of packages, all by default, as are instruction sets, `isas`; `version` is that of Hone, which an addon of another one is refused.
 * @returns the folders, with name and size in bytes of each.
 */
export async function buildEngines({ out, targets: names, isas, version, jobs = availableParallelism(), log = console.log }) {
  const unknown = names?.find((name) => !targets.some((target) => target.name === name));
  if (unknown) throw new Error(`there is no platform ${unknown}; there are ${targets.map(({ name }) => name).join(', ')}`);
  const chosen = names ? targets.filter(({ name }) => names.includes(name)) : targets;
  const zig = findZig();
  const clang = (language, target) => [...zig.command, language, '-target', target];
  const kept = (target) => join(root, 'build/engines', `zig-${zig.version}`, target);

  const links = [];
  const compiled = new Map();
  for (const target of chosen) {
    const cpu = [
      { source: 'bindings/cpu.cc', flags: [...compileFlags(target, 'base', 'bindings/cpu.cc'), `-I${nodeApi}`], of: target.target },
    ];
    links.push({ target, file: 'hone-cpu.node', parts: cpu });
    for (const isa of target.isas.filter((name) => !isas || isas.includes(name)))
      links.push({ target, file: `hone-${isa}.node`, parts: plan(target, isa, version) });
  }
  // Each object once, those that take long first.
  const wanted = new Map();
  for (const { parts } of links) for (const part of parts) wanted.set((part.key = keyOf(part)), part);
  const slow = ({ source }) => (/^(linalg\/gemm_|conv\/conv\.)/.test(source) ? 0 : 1);
  await parallel(
    [...wanted.entries()]
      .sort(([, a], [, b]) => slow(a) - slow(b))
      .map(([key, { source, flags, of }]) => async () => {
        compiled.set(key, await compileCached(clang('c++', of), source, flags, kept(of)));
      }),
    jobs,
  );

  await parallel(
    links.map((link) => async () => {
      const folder = join(kept(link.target.target), 'linked');
      mkdirSync(folder, { recursive: true });
      // By another name first: the linkers for Windows and macOS leave files of their own beside the one that is wanted.
      link.linked = join(folder, link.file);
      const objects = link.parts.map(({ key }) => compiled.get(key));
      // As C: the C++ library, which is not needed, would be compiled first, for each platform.
      const [program, ...first] = clang('cc', link.target.target);
      await run(program, [...first, '-shared', ...baseline(link.target), '-o', link.linked, ...objects, ...linkFlags(link.target)]);
    }),
    jobs,
  );
  return chosen.map((target) => {
    const folder = join(out, target.name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const addons = links.filter((link) => link.target === target);
    for (const { file, linked } of addons) copyFileSync(linked, join(folder, file));
    describe(
      target,
      folder,
      version,
      addons.map(({ file }) => file),
    );
    const bytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
    log(`hone: ${target.name} (${target.isas.join(', ')}; ${(bytes / 1e6).toFixed(1)} MB)`);
    return { name: target.name, folder, bytes };
  });
}

const keyOf = ({ source, flags, of }) => `${of} ${objectName(source, flags)}`;

/** Writes what a package holds beside its addons. */
function describe(target, folder, version, addons) {
  const { name, os, cpu, libc } = target;
  const { license, repository, homepage, bugs } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const manifest = {
    name,
    version,
    description: `The native engine of Hone for ${inWords(target)}`,
    license,
    repository,
    homepage,
    bugs,
    engines: { node: '>=20' },
    os: [os],
    cpu: [cpu],
    ...(libc ? { libc: [libc] } : {}),
    // A file inside of an archive cannot be loaded as a library: Yarn is to unpack this.
    preferUnplugged: true,
    files: [...addons, 'THIRD-PARTY-LICENSES.md'],
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.md'), addonLicences(target));
  writeFileSync(
    join(folder, 'README.md'),
    `# ${name}

The native engine of [Hone](https://www.npmjs.com/package/hone), deep learning for TypeScript, built for ${inWords(target)}.

You need not name it: \`npm install hone\` brings it along where it fits. Where optional packages were left out, or the lock file comes from
another platform, this adds it:

\`\`\`sh
npm install ${name}@${version}
\`\`\`

It serves Hone ${version} and no other version. Without it, Hone runs on its WebAssembly engine.
`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { out: { type: 'string', default: join(root, 'release/packages') }, jobs: { type: 'string' }, isa: { type: 'string' } },
    allowPositionals: true,
  });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  try {
    await buildEngines({
      out: resolve(values.out),
      version,
      isas: values.isa?.split(','),
      targets: positionals.length > 0 ? positionals : undefined,
      jobs: values.jobs === undefined ? undefined : Number(values.jobs),
    });
  } catch (error) {
    console.error(`hone: ${error.stderr || error.message}`);
    process.exit(1);
  }
}
