// Joins the compiled files of dist/ into a few for Node, dist/node/: one per entry of the package, and what they share. Node opens and links
// modules one by one, and 250 of them take four times as long as these. Bundlers get the single files instead (the condition "module" in
// package.json), of which they leave out what a program does not use.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { transform } from 'esbuild';
import { rolldown } from 'rolldown';

/** What package.json exports beside `hone` itself. */
export const entries = ['data', 'formats', 'vision', 'train', 'study', 'report', 'tensorboard'];

/** The compiled files that bundles begin with, by the names of what is made of them: the entries, and the programs that Hone runs. */
export const inputs = (dist) => ({
  index: join(dist, 'index.js'),
  ...Object.fromEntries(entries.map((name) => [name, join(dist, name, 'index.js')])),
  cli: join(dist, 'cli/main.js'),
  'loader-worker': join(dist, 'vision/worker-index.js'),
  'study-process': join(dist, 'study/processes/program.js'),
  'typescript-hooks': join(dist, 'study/load/typescript-hooks.js'),
});

/** How esbuild writes a bundle: without blanks it is read sooner; in short lines, since Node shows the line from which an error came. */
export const tight = {
  format: 'esm',
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  // A template that goes on in the next line comes out of Vite's minifier as something else; a text in quotes does not.
  supported: { 'template-literal': false },
};

/** Writes dist/node of the package in `root`. */
export async function bundleForNode(root) {
  const dist = join(root, 'dist');
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const hostFile = (name) => join(root, imports[name].node);
  // All that `hone` itself is made of is one file: opening and linking thirty took as long as reading them.
  const core = reachable([join(dist, 'index.js')], hostFile);
  // But for what the command needs to print its help.
  const light = [join(dist, 'errors.js'), join(dist, 'engine/version.gen.js')];
  const bundle = await rolldown({
    input: inputs(dist),
    platform: 'node',
    // The list in package.json names files that no longer stand alone.
    treeshake: { moduleSideEffects: true },
    plugins: [
      {
        name: 'hosts',
        resolveId(id) {
          if (id.startsWith('#')) return hostFile(id);
          return /^[./]/.test(id) ? undefined : { id, external: true };
        },
        async renderChunk(code, { name }) {
          const { code: written, map } = await transform(name === 'core' ? fetchBuiltins(code) : code, {
            ...tight,
            target: 'node20',
            sourcemap: 'external',
            sourcesContent: false,
          });
          return { code: written, map };
        },
      },
    ],
  });
  rmSync(join(dist, 'node'), { recursive: true, force: true });
  await bundle.write({
    // Everything directly in there: the code finds dist/wasm and package.json from where it stands.
    dir: join(dist, 'node'),
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    format: 'esm',
    codeSplitting: {
      groups: [
        { name: 'light', test: (id) => light.includes(id), priority: 1 },
        { name: 'core', test: (id) => core.has(id) },
      ],
    },
    minify: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
  });
  await bundle.close();
}

/**
 * The compiled files that these import, and those import, and so on; not what is imported later, by import(). `hostFile` says which file a name
 * such as #host means; without it those names are passed over.
 */
export function reachable(files, hostFile, found = new Set()) {
  for (const file of files) {
    if (found.has(file)) continue;
    found.add(file);
    const imported = [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;'"]*['"]([^'"]+)['"];/gm)].map(([, id]) =>
      id.startsWith('.') ? resolve(dirname(file), id) : id.startsWith('#') ? hostFile?.(id) : undefined,
    );
    reachable(
      imported.filter((next) => next !== undefined),
      hostFile,
      found,
    );
  }
  return found;
}

/**
 * Takes Node's own modules by `getBuiltinModule`, line for line, so that the source map holds: an import statement looks at all that a module
 * exports, which loads half of Node (with node:fs the streams, for one) and takes as long as a fifth of this package. Node 20 has it from 20.16 on.
 */
export function fetchBuiltins(code) {
  const taken = code
    .replace(/^import (\w+) from "(node:[^"]+)";$/gm, 'const $1 = builtin("$2");')
    .replace(
      /^import \{([^}]*)\} from "(node:[^"]+)";$/gm,
      (_, names, module) => `const {${names.replaceAll(' as ', ': ')}} = builtin("${module}");`,
    )
    .replace(/^import "node:[^"]+";$/gm, '');
  return `import { createRequire } from "node:module"; const builtin = process.getBuiltinModule ?? createRequire(import.meta.url); ${taken}`;
}
