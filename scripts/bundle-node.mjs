// Joins the compiled files of dist/ into a few for Node, dist/node/: one per entry of the package, and what they share. Node opens and links
// modules one by one, and 250 of them take four times as long as these. Bundlers get the single files instead (the condition "module" in
// package.json), of which they leave out what a program does not use.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** What package.json exports. The command, the program of a loader's workers and the hooks that read TypeScript are there, too. */
const entries = ['data', 'formats', 'vision', 'train', 'study', 'report', 'tensorboard'];

/** Writes dist/node of the package in `root`. */
export async function bundleForNode(root) {
  const dist = join(root, 'dist');
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  rmSync(join(dist, 'node'), { recursive: true, force: true });
  await build({
    entryPoints: {
      index: join(dist, 'index.js'),
      ...Object.fromEntries(entries.map((name) => [name, join(dist, name, 'index.js')])),
      cli: join(dist, 'cli/main.js'),
      'loader-worker': join(dist, 'vision/worker-index.js'),
      'study-process': join(dist, 'study/processes/program.js'),
      'typescript-hooks': join(dist, 'study/load/typescript-hooks.js'),
    },
    // Everything directly in there: the code finds dist/wasm and package.json from where it stands.
    outdir: join(dist, 'node'),
    chunkNames: 'shared-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    // The list in package.json names files that no longer stand alone.
    ignoreAnnotations: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    plugins: [
      {
        name: 'hosts',
        setup({ onResolve }) {
          onResolve({ filter: /^#/ }, ({ path }) => ({ path: join(root, imports[path].node) }));
        },
      },
    ],
  });
}
