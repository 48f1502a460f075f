/**
 * Finding files of packages in Node: beside this code, or, when a bundler has moved it, from where the program stands. Only for the modules
 * behind the package's conditions.
 */
import { readFileSync } from 'node:fs';
// createRequire by way of its module: bundlers that know it by name would look for what is required while they bundle.
import nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

declare const __filename: string | undefined;

/** The file that this code stands in; bundles in CommonJS have no import.meta. */
function ownFile(): string | undefined {
  const url = import.meta.url as string | undefined;
  if (url?.startsWith('file:')) {
    try {
      return fileURLToPath(url);
    } catch {
      // Some bundlers invent an address that is not a path here.
    }
  }
  return typeof __filename === 'string' ? __filename : undefined;
}

/** Files to start a search from: this one, the program's, and one in the working directory. */
function starts(): string[] {
  const found = [ownFile(), process.argv[1], join(process.cwd(), 'hone.js')];
  return [...new Set(found.filter((file) => file !== undefined))];
}

/** `require` as from this code, for addons, which have no other way in. */
export function ownRequire(): NodeJS.Require {
  return nodeModule.createRequire(ownFile() ?? join(process.cwd(), 'hone.js'));
}

/** The folders in which a package is installed, as seen from the places that count: nearest first, without repetition. */
export function packageFolders(name: string): string[] {
  const found = new Set<string>();
  for (const start of starts()) {
    try {
      found.add(dirname(nodeModule.createRequire(start).resolve(`${name}/package.json`)));
    } catch {
      // Not known there.
    }
  }
  return [...found];
}

/** A file of an installed package, or undefined where none of the places that count knows the package. */
export function findInPackage(name: string, file: string): string | undefined {
  const folder = packageFolders(name)[0];
  return folder === undefined ? undefined : join(folder, file);
}

/** This package's folder, if a file stands where its own do: in dist/engine, dist/node or src/engine. */
function homeOf(file: string): string | undefined {
  const folder = join(dirname(file), '../..');
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown };
    return name === 'hone' ? folder : undefined;
  } catch {
    return undefined; // a bundle's folder
  }
}

export interface Home {
  /** The package's folder; undefined where there is none. */
  readonly folder: string | undefined;
  /** The folder of the program that this code was bundled into; undefined where it was not, or where that is unknown. */
  readonly bundle: string | undefined;
  readonly bundled: boolean;
}

/** Where the package is. */
export function findHome(): Home {
  const own = ownFile();
  const folder = own === undefined ? undefined : homeOf(own);
  if (folder !== undefined) return { folder, bundled: false, bundle: undefined };
  const manifest = findInPackage('hone', 'package.json');
  return {
    folder: manifest === undefined ? undefined : dirname(manifest),
    bundled: true,
    bundle: own === undefined ? undefined : dirname(own),
  };
}
