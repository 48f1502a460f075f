// package.json of the package that is published, made of the repository's: direct exports, no scripts, and the addons of each platform as
// optional dependencies of just this version.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { entries } from '../bundle-node.mjs';
import { EXTERNAL, entryNames } from './bundle.mjs';
import { targets } from './engines/targets.mjs';

/** The platforms' packages, whose addons an installation takes if it can. */
export const PLATFORMS = targets.map(({ name }) => name);

/** Where the types of an entry are, in dist/types. */
export const typesOf = (name) => (entries.includes(name) ? `${name}/index` : name);

/** The object that becomes package.json. */
export function publishedManifest(root) {
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const lib = (file) => `./dist/lib/${basename(file)}`;
  const entry = (name) => ({
    import: { types: `./dist/lib/${name}.d.ts`, default: `./dist/lib/${name}.js` },
    require: { types: `./dist/types/${typesOf(name)}.d.ts`, default: `./dist/lib/${name}.cjs` },
    default: `./dist/lib/${name}.js`,
  });
  return {
    name: own.name,
    version: own.version,
    description: own.description,
    keywords: [
      'deep learning',
      'machine learning',
      'neural network',
      'tensor',
      'autograd',
      'pytorch',
      'training',
      'webassembly',
      'simd',
      'typescript',
    ],
    license: own.license,
    ...Object.fromEntries(['homepage', 'repository', 'bugs'].filter((key) => own[key]).map((key) => [key, own[key]])),
    type: 'module',
    // Plug'n'Play keeps packages zipped, where CommonJS cannot require modules.
    preferUnplugged: true,
    engines: own.engines,
    bin: { hone: 'dist/lib/cli.js' },
    main: './dist/lib/index.cjs',
    module: './dist/lib/index.js',
    types: './dist/types/index.d.ts',
    imports: Object.fromEntries(
      Object.entries(own.imports).map(([name, hosts]) => [
        name,
        Object.fromEntries(Object.entries(hosts).map(([host, file]) => [host, lib(file)])),
      ]),
    ),
    exports: {
      ...Object.fromEntries(entryNames.map((name) => [name === 'index' ? '.' : `./${name}`, entry(name)])),
      './loader-worker': entry('loader-worker'),
      './digits.gz': './dist/digits.gz',
      './wasm/*': './dist/wasm/*',
      './package.json': './package.json',
    },
    // Every file is looked at; what is unused within one falls out by itself.
    sideEffects: ['./dist/lib/*'],
    files: ['dist', 'THIRD-PARTY-LICENSES.md', 'CHANGELOG.md'],
    dependencies: Object.fromEntries(EXTERNAL.map((name) => [name, own.dependencies[name]])),
    optionalDependencies: Object.fromEntries(PLATFORMS.map((name) => [name, own.version])),
    peerDependencies: own.peerDependencies,
    peerDependenciesMeta: own.peerDependenciesMeta,
  };
}
