/** The source as a few JavaScript files, for threads that tests start: Node 20 reads no TypeScript, and compiling 300 files anew takes a second. */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = join(ROOT, 'build/source');
/** Modules that threads import call it `hone`, and must find the copy that the thread's program runs on. */
const MANIFEST = { name: 'hone', type: 'module', exports: { '.': './index.js', './data': './data.js', './vision': './vision.js' } };

/**
 * Joins the source as it is now into `build/source`: `hone`, `hone/data`, `hone/vision` and the program of a loader's workers, with what they share.
 * @param modules files of test/modules, all of which are compiled beside them.
 * @returns the addresses of these.
 */
export async function joinSource<Name extends string>(modules: readonly Name[]): Promise<Record<Name, URL>> {
  const options = { absWorkingDir: ROOT, outdir: FOLDER, format: 'esm', platform: 'node', target: 'node20', write: false } as const;
  const source = await build({
    ...options,
    entryPoints: {
      index: 'src/index.ts',
      data: 'src/data/index.ts',
      vision: 'src/vision/index.ts',
      'loader-worker': 'src/vision/worker-index.ts',
    },
    tsconfig: 'tsconfig.tools.json',
    bundle: true,
    splitting: true,
    packages: 'external',
    // As scripts/bundle-node.mjs: the list in package.json names files that no longer stand alone.
    ignoreAnnotations: true,
  });
  // All of them: whoever else runs now may need the others.
  const own = await build({ ...options, entryPoints: ['test/modules/*.ts'] });
  mkdirSync(FOLDER, { recursive: true });
  const manifest = { path: join(FOLDER, 'package.json'), contents: JSON.stringify(MANIFEST) };
  const files = [manifest, ...source.outputFiles, ...own.outputFiles];
  // Other test processes may be reading the same files: each gets its name when it is whole.
  for (const { path, contents } of files) {
    const whole = `${path}.${process.pid}`;
    writeFileSync(whole, contents);
    renameSync(whole, path);
  }
  const current = new Set(files.map(({ path }) => path));
  for (const name of readdirSync(FOLDER))
    if (/\.js$/.test(name) && !current.has(join(FOLDER, name))) rmSync(join(FOLDER, name), { force: true });
  return Object.fromEntries(modules.map((name) => [name, new URL(`../../build/source/${name}.js`, import.meta.url)])) as Record<Name, URL>;
}
