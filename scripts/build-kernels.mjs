// Builds the kernels: natively, one addon per instruction set, with the machine's own C++ compiler; and to WebAssembly, with the
// clang that the npm package @yowasp/clang carries. Objects are kept in build/ under a hash of source, headers and flags.
//
//   node scripts/build-kernels.mjs            the WebAssembly builds, and native for this machine where a compiler is found
//   … --wasm | --native                       only that
//   … --isa avx2,base | --isa all             these instruction sets instead of the best one
//   … --all                                   every instruction set, for packages
//   … --sanitize                              only a native build with AddressSanitizer and UBSan, in build/sanitized
//   … --if-missing                            build WASM only if it is not there or stale; never native (what `npm start` does)
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import {
  common,
  compileCached,
  contraction,
  findCompiler,
  headers,
  isaFlags,
  nativeDir,
  objectName,
  parallel,
  read,
  sanitized,
  sanitizedDir,
  sanitizedObjects,
  sources,
} from './kernel-flags.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const args = process.argv.slice(2);
const has = (flag) => args.includes(flag);
const valueOf = (flag) => (has(flag) ? args[args.indexOf(flag) + 1] : undefined);
const run = promisify(execFile);
const ofVersion = `-DHONE_VERSION="${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}"`;

// The matrix products take longest to compile, so they start first.
const isSlow = (source) => source.startsWith('linalg/gemm_');

async function buildNative() {
  const { compiler, why } = findCompiler();
  if (!compiler) return why;
  if (process.platform === 'win32') return 'the native addon is not built from source on Windows';
  const include = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const platform = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-static-libstdc++', '-static-libgcc'];
  const objects = join(root, 'build/native');
  mkdirSync(objects, { recursive: true });
  mkdirSync(nativeDir, { recursive: true });

  const compile = (source, flags) => compileCached(compiler, source, flags, objects);
  const link = async (objectFiles, name) => {
    const target = join(nativeDir, name);
    const stampFile = join(objects, `${name}.stamp`);
    const stamp = objectFiles.join('\n');
    if (existsSync(target) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return false;
    await run(compiler, ['-shared', '-o', `${target}.tmp`, ...objectFiles, ...platform, '-pthread']);
    renameSync(`${target}.tmp`, target);
    writeFileSync(stampFile, stamp);
    return true;
  };

  const base = ['-fPIC', '-fvisibility=hidden', '-pthread', `-I${include}`, '-O3', ...common];
  try {
    await link([await compile('bindings/cpu.cc', base)], 'hone-cpu.node');
    const supported = require(join(nativeDir, 'hone-cpu.node')).supported();
    const wanted = has('--all') ? 'all' : valueOf('--isa');
    const sets =
      wanted === 'all' ? (process.arch === 'x64' ? Object.keys(isaFlags) : ['base']) : wanted ? wanted.split(',') : supported.slice(0, 1);
    for (const isa of sets) {
      const jobs = [...sources, 'bindings/napi.cc']
        .sort((a, b) => Number(isSlow(b)) - Number(isSlow(a)))
        .map((source) => ({
          source,
          flags: [
            ...base,
            ...isaFlags[isa],
            `-DHONE_ISA="${isa}"`,
            ...(source === 'bindings/napi.cc' ? [ofVersion] : []),
            contraction(source),
          ],
        }));
      const objectFiles = [];
      await parallel(
        jobs.map(({ source, flags }, i) => async () => {
          objectFiles[i] = await compile(source, flags);
        }),
      );
      if (await link(objectFiles, `hone-${isa}.node`)) console.log(`hone: native addon built (${isa})`);
    }
  } catch (error) {
    if (has('--native')) throw error;
    return `the C++ compiler failed:\n${error.stderr || error.message}`;
  }
}

/** The addon under sanitizers, with blocks of just the size asked for: what `npm run fuzz:calls` runs. Its objects are those of the kernel tests. */
async function buildSanitized() {
  const { compiler, why } = findCompiler();
  if (!compiler) throw new Error(why);
  const include = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const isa = valueOf('--isa') ?? 'base';
  const { compile, link } = sanitized(isa);
  const binding = [...compile, `-I${include}`, '-fvisibility=hidden', '-DHONE_EXACT_BLOCKS', `-DHONE_ISA="${isa}"`, ofVersion];
  const jobs = [
    ...sources.map((source) => ({ source, flags: [...compile, contraction(source)] })),
    { source: 'bindings/napi.cc', flags: binding },
    { source: 'bindings/cpu.cc', flags: binding },
  ].sort((a, b) => Number(isSlow(b.source)) - Number(isSlow(a.source)));
  const objects = {};
  await parallel(
    jobs.map(({ source, flags }) => async () => {
      objects[source] = await compileCached(compiler, source, flags, sanitizedObjects(isa));
    }),
  );
  mkdirSync(sanitizedDir, { recursive: true });
  const { 'bindings/cpu.cc': cpu, ...addon } = objects;
  for (const [name, files] of [
    ['hone-cpu.node', [cpu]],
    [`hone-${isa}.node`, Object.values(addon)],
  ])
    await run(compiler, ['-shared', '-o', join(sanitizedDir, name), ...files, ...link]);
}

/**
 * The builds: whether they use relaxed SIMD, and whether their memory is shared among threads, where the host lets them (src/engine/wasm/wasm-file.ts).
 * The objects are the same but for the products.
 */
const wasmBuilds = {
  simd: { isa: 'simd128', threads: false },
  relaxed: { isa: 'relaxed-simd', threads: true },
};

/** A custom section that says which build the file is, for engineInfo(): names do not last, bundlers give files others. */
function isaSection(isa) {
  const section = 'hone.isa';
  return Buffer.from([0, 1 + section.length + isa.length, section.length, ...Buffer.from(section + isa)]);
}

async function buildWasm() {
  // All, whatever this host runs: the package may be used by a newer Node or a browser, and bundlers look for all files.
  const target = (name) => join(root, 'dist/wasm', `hone-${name}.wasm`);
  // Atomics run on memory that is not shared, too, so that objects serve builds with threads and without.
  const shared = ['-O3', ...common, '-matomics', '-mbulk-memory'];
  const linkBoth = [
    '-nostartfiles',
    '-Wl,--no-entry',
    '-Wl,--export=__wasm_call_ctors',
    '-Wl,--export=aligned_alloc',
    '-Wl,--export=free',
    '-Wl,--stack-first',
    '-Wl,-z,stack-size=1048576',
    '-Wl,--max-memory=4294967296',
    '-Wl,--export=__heap_base',
    '-Wl,--export=pool_most_threads',
    '-Wl,--export=pool_work',
    '-Wl,--initial-memory=16777216', // src/engine/tasks/wasm-threads.ts makes it of that size
    '-Wl,--strip-all',
  ];
  // The C library's own objects do not say that they may be linked so: they know nothing of threads, and only one thread at a time calls them
  // where it matters (support/memory.h). src/engine/tasks/wasm-threads.ts makes the memory, and gives each thread its stack and its
  // thread_local variables.
  const linkThreads = [
    ...['--shared-memory', '--import-memory', '--no-check-features', '--export=__stack_pointer'],
    ...['--export=__wasm_init_tls', '--export=__tls_size', '--export=__tls_align'],
  ].map((flag) => `-Wl,${flag}`);
  const objects = join(root, 'build/wasm');
  mkdirSync(objects, { recursive: true });
  mkdirSync(dirname(target('simd')), { recursive: true });
  // Products only: with relaxed SIMD clang also takes minima and maxima that may lose a NaN, which the other kernels must not.
  const relaxes = (isa, source) => isa === 'relaxed-simd' && /^(linalg\/gemm_f32|linalg\/gemm_f64|conv\/conv)\.cc$/.test(source);
  const plan = Object.entries(wasmBuilds).map(([name, { isa, threads }]) => {
    const linkFlags = [...linkBoth, ...(threads ? linkThreads : [])];
    const parts = sources.map((source) => {
      const flags = [...shared, '-msimd128', ...(relaxes(isa, source) ? ['-mrelaxed-simd'] : []), contraction(source)];
      return { source, flags, object: objectName(source, flags) };
    });
    const stamp = createHash('sha256')
      .update(parts.map((p) => p.object).join() + linkFlags.join() + isaSection(isa).join())
      .digest('hex');
    return { name, isa, linkFlags, parts, stamp, stampFile: join(objects, `${name}.stamp`) };
  });
  const stale = plan.filter(
    ({ name, stamp, stampFile }) => !existsSync(target(name)) || !existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp,
  );
  if (stale.length === 0) return packWasm(target('simd'));

  // Clang's virtual file system: an object for each folder.
  const tree = {};
  for (const file of [...headers, ...sources]) {
    const [name, folder] = file.split('/').reverse();
    const into = folder ? (tree[folder] ??= {}) : tree;
    into[name] = read(file);
  }
  for (const { name, isa, linkFlags, parts, stamp, stampFile } of stale) {
    const built = {};
    for (const { source, flags, object } of parts) {
      const file = join(objects, object);
      if (!existsSync(file)) {
        writeFileSync(`${file}.tmp`, await clang(['clang++', '-c', '-iquote', '.', ...flags, source, '-o', object], tree));
        renameSync(`${file}.tmp`, file);
      }
      built[object] = readFileSync(file);
    }
    const wasm = await clang(['clang++', ...Object.keys(built), ...linkFlags, '-o', 'hone.wasm'], built);
    writeFileSync(`${target(name)}.tmp`, Buffer.concat([wasm, isaSection(isa)]));
    renameSync(`${target(name)}.tmp`, target(name));
    writeFileSync(stampFile, stamp);
    console.log(`hone: WebAssembly engine built (${name}, ${Math.round(wasm.length / 1024)} KiB)`);
  }
  packWasm(target('simd'));
}

/** The engine as a module of text, for bundlers that take modules along and no other files (src/engine/host-browser.ts). */
function packWasm(file) {
  const module = file.replace(/\.wasm$/, '.js');
  if (existsSync(module) && statSync(module).mtimeMs >= statSync(file).mtimeMs) return;
  writeFileSync(module, `export default '${gzipSync(readFileSync(file), { level: 9 }).toString('base64')}';\n`);
}

/** Runs clang and returns the file it writes. One thread: each further one would compile its own copy of a 100 MB clang. */
async function clang(command, files) {
  const { runClang } = await import('@yowasp/clang');
  const chunks = [];
  const collect = (bytes) => {
    if (bytes) chunks.push(bytes);
  };
  const log = console.log;
  console.log = () => {}; // the package's own progress lines
  try {
    return (await runClang(command, files, { stdout: collect, stderr: collect }))[command.at(-1)];
  } catch (error) {
    throw new Error(`${command.join(' ')}: ${error.message}`);
  } finally {
    console.log = log;
    const text = Buffer.concat(chunks).toString();
    if (/(warning|error):/.test(text)) console.error(text);
  }
}

spawnSync(process.execPath, [join(root, 'scripts/gen-kernel-table.mjs')], { stdio: 'inherit' });
if (has('--sanitize')) {
  await buildSanitized();
  process.exit();
}
const only = has('--wasm') || has('--native');
// What `npm start` and `npm test` build first: a native addon only where there was one, so that it is not older than its source.
const wantsNative = !has('--if-missing') || existsSync(join(nativeDir, 'hone-cpu.node'));
const native = (!only && wantsNative) || has('--native') ? buildNative() : undefined;
if (!only || has('--wasm')) await buildWasm();
const why = await native;
if (why) console.log(`hone: the native addon was not built, WebAssembly serves instead: ${why}`);
