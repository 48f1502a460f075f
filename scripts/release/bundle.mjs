// The JavaScript of the package that is published: dist/lib, one set of files for Node and for bundlers, each entry once as a module and once as
// the few lines with which CommonJS requires that module. So there is one Hone in a process, however it was asked for. What is small enough
// of other packages is within; what a program does not use falls out when it is bundled, as every call that only makes a value says that it is pure.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { transform } from 'esbuild';
import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { minifySync } from 'rolldown/utils';
import { entries, fetchBuiltins, inputs, reachable, tight } from '../bundle-node.mjs';

/** Packages that are not taken in: they are large and asked for by few programs, when they need them; or of CommonJS and for Node, as commander. */
export const EXTERNAL = ['@swc/wasm-typescript', 'cephes', 'commander'];

/** The names of the entries, as programs import them. */
export const entryNames = ['index', ...entries];

/** Says of each call at the top of a module whose value goes to a name that it does nothing else: bundlers leave out what is then not used. */
function markPure(code) {
  const places = new Set();
  const visit = (node) => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) return node.forEach(visit);
    switch (node.type) {
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return;
      case 'MethodDefinition':
        return node.computed ? visit(node.key) : undefined;
      case 'PropertyDefinition':
        return node.static ? visit(node.value) : undefined;
      case 'CallExpression':
      case 'NewExpression':
        places.add(node.start);
        return visit(node.arguments);
    }
    Object.values(node).forEach(visit);
  };
  for (const statement of parseAst(code).body) {
    const declared = statement.type.startsWith('Export') ? statement.declaration : statement;
    if (declared?.type === 'VariableDeclaration' || declared?.type === 'ClassDeclaration') visit(declared);
  }
  // Not after a division sign: minifiers that print no blank between them (Vite 8.4's) would begin a comment of another kind.
  const marked = [...places].filter(
    (at) =>
      !code
        .slice(Math.max(0, at - 8), at)
        .trimEnd()
        .endsWith('/'),
  );
  return marked.sort((a, b) => b - a).reduce((text, at) => `${text.slice(0, at)}/*@__PURE__*/${text.slice(at)}`, code);
}

/** Shorter names for variables. Those of functions and classes, which a stack trace shows, stay: they tell more than they cost. */
function withShortNames(file, code) {
  const { code: short, errors } = minifySync(file, code, { module: true, compress: false, mangle: { toplevel: true, keepNames: true } });
  if (errors.length > 0) throw new Error(`${file}: ${errors.map(({ message }) => message).join('; ')}`);
  return short;
}

/** Bundlers know `new URL('…', import.meta.url)` by its letters, which a short line may have broken. */
const withWholeAddresses = (code) =>
  code.replace(
    /new\s+URL\(\s*"([^"]+)"\s*,\s*import\.\s*meta\.\s*url\s*\)/g,
    (_, path) => `new URL("${path.replaceAll('\\\n', '')}",import.meta.url)`,
  );

/** Names of files that are others in the package. */
const renamed = (code) =>
  code
    .replace(/(hone-(?:simd|relaxed)\.wasm)(?!\.gz)/g, '$1.gz')
    .replaceAll('../../vision/worker-index.js', './loader-worker.js')
    .replaceAll('dist/node/', 'dist/lib/');

const packageOf = (id) => /^(?:.*[\\/])?node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id)?.[1].replaceAll('\\', '/');

const REQUIRE = (name) => `'use strict';
try {
  module.exports = require('./${name}.js');
} catch (error) {
  if (error.code !== 'ERR_REQUIRE_ESM') throw error;
  throw new Error(
    "require('hone'): Node " + process.version + " cannot require modules. Update it to 20.19, 22.12 or later, or write await import('hone').",
    { cause: error },
  );
}
`;

/**
 * What `hone` has as namespaces (`export * as nn`), and their files: each stays a file of its own, for bundlers take out of a file what a program
 * uses of it, and of an object all.
 */
const namespacesOf = (dist) =>
  [...readFileSync(join(dist, 'index.js'), 'utf8').matchAll(/^export \* as (nn|optim) from '([^']+)';/gm)].map(([, name, id]) => [
    name,
    resolve(dist, id),
  ]);

/**
 * Writes dist/lib of the package in `out`, from the compiled files in `root`/dist.
 * @returns the names of the packages that were taken in, and the names that `imports` of package.json gives the files that differ between hosts.
 */
export async function bundleLibrary(root, out) {
  const dist = join(root, 'dist');
  const require = createRequire(join(root, 'package.json'));
  const { imports, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const hosts = Object.entries(imports).flatMap(([name, files]) =>
    Object.entries(files).map(([host, file]) => ({ name, host, file: join(root, file) })),
  );
  const filesOf = (host) => hosts.filter((one) => one.host === host).map(({ file }) => file);
  const pages = reachable([...filesOf('default'), join(dist, 'index.js'), ...entries.map((name) => join(dist, name, 'index.js'))]);
  const nodes = new Set([...reachable(filesOf('node'))].filter((file) => !pages.has(file)));
  const hostFiles = new Set(hosts.map(({ file }) => file));
  // Hosts import what is beneath them, and the rest imports hosts: so there is a file beneath.
  const beneath = new Set([...reachable([...hostFiles])].filter((file) => !nodes.has(file) && !hostFiles.has(file)));
  const core = reachable([join(dist, 'index.js')]);
  // fflate and its kind have files for Node that load by other ways; those for pages serve in both.
  const browserBuild = { fflate: join(dirname(require.resolve('fflate/package.json')), 'esm/browser.js') };
  const inlined = new Set();

  const namespaces = namespacesOf(dist);
  const bundle = await rolldown({
    input: {
      ...inputs(dist),
      ...Object.fromEntries(namespaces),
      ...Object.fromEntries([...hostFiles].map((file) => [basename(file, '.js'), file])),
    },
    // Of no host: what loads Node's modules is in Hone's own files for Node.
    platform: 'neutral',
    resolve: { mainFields: ['module', 'main'], conditionNames: ['import', 'module', 'default'] },
    treeshake: { moduleSideEffects: (id) => packageOf(id) === undefined || undefined },
    plugins: [
      {
        name: 'hone',
        resolveId(id, importer) {
          if (id.startsWith('#')) return { id, external: true };
          const space = importer === join(dist, 'index.js') && namespaces.find(([, file]) => file === resolve(dist, id));
          if (space) return { id: `./${space[0]}.js`, external: true };
          if (/^[./]/.test(id) || importer === undefined || packageOf(importer) !== undefined) return undefined;
          if (browserBuild[id]) return browserBuild[id];
          const name = packageOf(`node_modules/${id}`);
          if (Object.hasOwn(dependencies, name) && !EXTERNAL.includes(name)) return undefined;
          return { id, external: true };
        },
        load(id) {
          const name = packageOf(id);
          if (name !== undefined) inlined.add(name);
          return undefined;
        },
        async renderChunk(code, chunk) {
          const own = chunk.moduleIds.some((id) => packageOf(id) === undefined && id.startsWith(dist));
          const forNode = chunk.moduleIds.length > 0 && chunk.moduleIds.every((id) => nodes.has(id));
          const found = renamed(forNode ? fetchBuiltins(code) : code);
          const { code: written } = await transform(own ? withShortNames(chunk.fileName, found) : found, {
            ...tight,
            target: 'es2022',
            minifyIdentifiers: !own,
            legalComments: 'none',
            // The engine's text stays in one piece: that is shorter, and no error comes from there.
            ...(chunk.name === 'hone-simd' ? { lineLimit: 0 } : {}),
          });
          const whole = withWholeAddresses(written);
          return { code: own ? markPure(whole) : whole, map: null };
        },
      },
    ],
  });
  const { output } = await bundle.write({
    // Everything directly in there: the code finds dist/wasm and package.json from where it stands.
    dir: join(out, 'dist/lib'),
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    format: 'esm',
    minify: false,
    codeSplitting: {
      groups: [
        { debugName: 'packages', name: (id) => packageOf(id)?.replace(/^@/, '').replace('/', '-') ?? null, priority: 3 },
        { name: 'engine', test: (id) => beneath.has(id), priority: 2 },
        { name: 'core', test: (id) => core.has(id) && !hostFiles.has(id), priority: 1 },
      ],
    },
  });
  await bundle.close();
  for (const name of [...entryNames, 'loader-worker']) writeFileSync(join(out, 'dist/lib', `${name}.cjs`), REQUIRE(name));
  return { inlined: [...inlined].sort(), files: output.map(({ fileName }) => fileName) };
}

/**
 * The declarations of types that the entries need: pairs of a path within dist/types and a text. The names that package.json gives the files of hosts are
 * paths here, since the hosts' files say the same.
 * @throws where one names a package whose types an installation does not have.
 */
export function typeFiles(root) {
  const dist = join(root, 'dist');
  const { imports, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const texts = new Map();
  const read = (file) => {
    if (texts.has(file) || !existsSync(file)) return;
    const text = readFileSync(file, 'utf8')
      .replace(/^\/\/# sourceMappingURL=.*\n?/m, '')
      .replace(/^(?: {4})+/gm, (blanks) => ' '.repeat(blanks.length / 4))
      .replace(/(\bfrom\s*|\bimport\(\s*|^import\s*)['"](#\w+)['"]/gm, (_, before, name) => {
        const path = relative(dirname(file), join(root, imports[name].default));
        return `${before}'${path.startsWith('.') ? '' : './'}${path.split(sep).join('/')}'`;
      });
    texts.set(file, renamed(text));
    const code = text.replace(/\/\*[\s\S]*?\*\//g, '');
    for (const [, id] of code.matchAll(/(?:\bfrom\s*|\bimport\(\s*|^import\s*)['"]([^'"\s]+)['"]/gm)) {
      if (id.startsWith('.')) read(resolve(dirname(file), id.replace(/\.js$/, '.d.ts')));
      else if (!id.startsWith('node:') && !Object.hasOwn(peerDependencies, id))
        throw new Error(`${relative(root, file)} needs the types of ${id}, which is not installed with hone`);
    }
  };
  for (const name of entryNames) read(join(dist, name === 'index' ? 'index.d.ts' : `${name}/index.d.ts`));
  return [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, text]) => [relative(dist, file).split(sep).join('/'), text]);
}

/** All files beneath a folder, as paths within it. */
export const filesBeneath = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(folder, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    .sort();
