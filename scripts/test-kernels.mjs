// Compiles and runs the C++ tests of kernels/test with AddressSanitizer and UBSan, with the flags of the best instruction set here and of
// the plainest one. `--isa avx2` names others; `--plain` leaves the sanitizers out; further words choose tests by name.
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  common,
  compileCached,
  contraction,
  findCompiler,
  isaFlags,
  kernelDir,
  nativeDir,
  parallel,
  sanitized,
  sanitizedObjects,
  sources,
} from './kernel-flags.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = promisify(execFile);
const args = process.argv.slice(2);
const isaAt = args.indexOf('--isa');
const plain = args.includes('--plain');
const wanted = args.filter((a, i) => !a.startsWith('--') && (isaAt < 0 || i !== isaAt + 1));

const { compiler, why } = findCompiler();
if (!compiler) {
  console.log(`hone: the kernel tests need a C++ compiler: ${why}`);
  process.exit(1);
}
const supported = () => {
  try {
    return createRequire(import.meta.url)(join(nativeDir, 'hone-cpu.node')).supported();
  } catch {
    return ['base'];
  }
};
const sets = isaAt >= 0 ? args[isaAt + 1].split(',') : [...new Set([supported()[0], 'base'])];
const tests = readdirSync(join(kernelDir, 'test')).filter(
  (f) => f.endsWith('_test.cc') && (wanted.length === 0 || wanted.some((w) => f.includes(w))),
);

let passed = 0;
let failed = 0;
for (const isa of sets) {
  const folder = join(root, 'build/kernel-tests', `${isa}${plain ? '' : '-sanitized'}`);
  mkdirSync(folder, { recursive: true });
  const flags = plain ? { compile: [...common, '-O3', '-pthread', ...isaFlags[isa]], link: ['-pthread'] } : sanitized(isa);
  const objects = {};
  await parallel(
    [...sources, ...tests.map((t) => `test/${t}`)].map((source) => async () => {
      const exact = source === 'test/random_test.cc' ? 'random/random.cc' : source;
      const into = plain ? folder : sanitizedObjects(isa);
      objects[source] = await compileCached(compiler, source, [...flags.compile, contraction(exact)], into);
    }),
    availableParallelism(),
  );
  for (const test of tests) {
    const program = join(folder, basename(test, '.cc'));
    await run(compiler, ['-o', program, objects[`test/${test}`], ...sources.map((source) => objects[source]), ...flags.link]);
    const result = spawnSync(program, { encoding: 'utf8', maxBuffer: 1 << 26 });
    const last = result.stdout.trim().split('\n').at(-1) ?? '';
    const counts = /(\d+) passed, (\d+) failed/.exec(last);
    console.log(`${isa} ${basename(test, '.cc')}: ${last}`);
    passed += Number(counts?.[1] ?? 0);
    failed += Number(counts?.[2] ?? 1);
    if (result.status !== 0) {
      if (!counts || Number(counts[2]) === 0) failed++;
      console.error(result.stdout.slice(-4000), result.stderr.slice(-8000));
    }
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
