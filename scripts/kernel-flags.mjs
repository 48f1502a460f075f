// What building and testing the kernels share: the list of sources, the compiler, the flags.
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const kernelDir = join(root, 'kernels');
const list = (dir) =>
  readdirSync(join(kernelDir, dir))
    .sort()
    .map((f) => join(dir, f).replaceAll('\\', '/'));
// Every folder but the bindings and the tests is a family of kernels, or what families share.
const families = readdirSync(kernelDir, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['bindings', 'test'].includes(entry.name))
  .map((entry) => entry.name)
  .sort();
const own = [...list('').filter((f) => /\.(h|def)$/.test(f)), ...families.flatMap(list)];
export const sources = own.filter((f) => f.endsWith('.cc'));
export const headers = own.filter((f) => !f.endsWith('.cc'));
export const read = (file) => readFileSync(join(kernelDir, file), 'utf8');

/** A source and the headers that it includes, directly or through others: everything of ours that its object depends on. */
function filesOf(source, found = new Set()) {
  if (found.has(source)) return found;
  found.add(source);
  for (const [, header] of read(source).matchAll(/^#include "(.+)"/gm)) filesOf(header, found);
  return found;
}

/** The file of an object, with a hash of all that it is made from. */
export function objectName(source, flags) {
  const hash = createHash('sha256')
    .update([...filesOf(source)].map(read).join('\0'))
    .update(flags.join(' '))
    .digest('hex')
    .slice(0, 16);
  return `${source.replaceAll('/', '-').replace(/\.cc$/, '')}-${hash}.o`;
}

/** Includes are written from the kernels' own folder. */
const includes = ['-iquote', kernelDir];
export const common = [
  '-std=c++17',
  '-fno-exceptions',
  '-fno-rtti',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-Wall',
  '-Wextra',
  '-Wno-psabi',
];
// Where the exact sequence of roundings matters the compiler must not fuse; elsewhere a * b + c becomes one FMA.
const exactRounding = (source) => /^(random|optim|image)\//.test(source);
export const contraction = (source) => `-ffp-contract=${exactRounding(source) ? 'off' : 'fast'}`;

export const isaFlags = {
  avx512: ['-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mavx2', '-mfma', '-mprefer-vector-width=512'],
  avx2: ['-mavx2', '-mfma'],
  base: [],
};

/** Runs the jobs, as many at once as there are cores. */
export async function parallel(jobs, width = availableParallelism()) {
  const queue = [...jobs];
  const worker = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) await job();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** The C++ compiler, or why there is none. */
export function findCompiler() {
  const tried = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  for (const compiler of tried) {
    const probe = spawnSync(compiler, ['--version'], { encoding: 'utf8' });
    if (probe.status === 0) return { compiler };
  }
  return { why: `no C++ compiler (tried ${tried.join(', ')}; set CXX to name one)` };
}

/** Where the build with sanitizers goes, apart from the one that programs use, and the objects that it shares with the kernel tests. */
export const sanitizedDir = join(root, 'build/sanitized', `${process.platform}-${process.arch}`);
export const sanitizedObjects = (isa) => join(root, 'build/sanitized/objects', isa);
export const nativeDir = join(root, 'dist/native', `${process.platform}-${process.arch}`);

const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined', '-fno-omit-frame-pointer', '-g'];

/** Flags of a build whose memory accesses and arithmetic are checked, for an instruction set: to compile, and to link. */
export const sanitized = (isa) => ({
  compile: ['-fPIC', '-O1', '-pthread', ...common, ...isaFlags[isa], ...sanitizers],
  link: ['-pthread', ...sanitizers],
});

/**
 * Compiles a source of the kernels, or takes the object of the same source, headers and flags that is there. Returns its path. `compiler` is a
 * program, or one with its first arguments.
 */
export async function compileCached(compiler, source, flags, folder) {
  const [program, ...first] = [compiler].flat();
  const object = join(folder, objectName(source, flags));
  if (existsSync(object)) return object;
  mkdirSync(folder, { recursive: true });
  // Two builds at once may want the same object.
  const unfinished = `${object}.${process.pid}.tmp`;
  await promisify(execFile)(program, [...first, '-c', join(kernelDir, source), '-o', unfinished, ...includes, ...flags], {
    maxBuffer: 1 << 26,
  });
  renameSync(unfinished, object);
  return object;
}
