/** Fetching the files of data sets, and unpacking them as torchvision does, so that it finds them, too. */
import { download, downloadNow } from '#download';
import { gunzip, isFile, makeDirectories, pathOf, readBytes, writeBytes } from '#files';
import { FormatError } from '../../errors.js';
import type { Download } from '../../formats/files/download-node.js';
import { ZipReader } from '../../formats/zip/zip.js';
import { locate } from './find-files.js';

/** A file to fetch. */
export interface Resource {
  readonly urls: readonly string[];
  /** Its name in the folder. */
  readonly name: string;
  readonly md5: string;
}

/** Files to fetch, and what is to be done with them then. */
export interface Fetching {
  /** None where all is there. */
  readonly files: readonly Download[];
  unpack(): void;
}

/** Fetches before it returns. */
export function fetchNow(op: string, { files, unpack }: Fetching): void {
  if (files.length === 0) return;
  downloadNow(op, files);
  unpack();
}

/** Fetches while the program goes on. */
export async function fetchMeanwhile(op: string, { files, unpack }: Fetching): Promise<void> {
  if (files.length === 0) return;
  await download(op, files);
  unpack();
}

/** More than any of these files unpacks to. */
const MOST_BYTES = 2 ** 30;
const BLOCK = 512;

/** Those of some gzipped files that are not there, for the folder `below` root; each is unpacked beside itself. */
export function gzippedFiles(op: string, root: string, below: readonly string[], resources: readonly Resource[]): Fetching {
  const raw = (name: string) => name.replace(/\.gz$/, '');
  const files = resources
    // What lies packed in the folder of the raw files is checked, and fetched again where it is damaged.
    .filter(({ name }) => locate(root, below, raw(name), ['']) === undefined && !isFile(pathOf(root, name)))
    .map(({ urls, name, md5 }) => ({ urls, md5, path: pathOf(root, ...below, name) }));
  const unpack = () => {
    for (const { path } of files) if (!isFile(raw(path))) writeBytes(raw(path), [unzipped(op, readBytes(path, op), path)], op);
  };
  return { files, unpack };
}

/** A gzipped tar archive for a folder, into which the files `names` of it are unpacked. */
export function tarFile(op: string, folder: string, resource: Resource, names: readonly string[]): Fetching {
  const path = pathOf(folder, resource.name);
  const unpack = () => {
    const found = tarFiles(op, unzipped(op, readBytes(path, op), path), path);
    for (const name of names) {
      const bytes = found.get(name);
      if (bytes === undefined) throw damaged(op, path, `holds no ${name}`);
      writeBytes(pathOf(folder, name), [bytes], op, { makeDirectories: true });
    }
  };
  return { files: [{ ...resource, path }], unpack };
}

/** A zip archive for a folder, into which the gzipped files `names` of it are unpacked. */
export function zipFile(op: string, folder: string, resource: Resource, names: readonly string[]): Fetching {
  const path = pathOf(folder, resource.name);
  const unpack = () => {
    const zip = new ZipReader(readBytes(path, op), (what) => {
      throw damaged(op, path, what);
    });
    makeDirectories(folder, op);
    for (const name of names) {
      if (!zip.has(name)) throw damaged(op, path, `holds no ${name}`);
      const raw = pathOf(folder, name.replace(/^.*\/|\.gz$/g, ''));
      writeBytes(raw, [unzipped(op, zip.read(name), `${path}: ${name}`)], op);
    }
  };
  return { files: [{ ...resource, path }], unpack };
}

/** Nothing to fetch. */
export const NOTHING: Fetching = { files: [], unpack() {} };

const damaged = (op: string, path: string, what: string) => new FormatError(`${op}: ${path} ${what}. Delete it, and it is fetched again.`);

/** The bytes of a gzip file. @throws {FormatError} for damaged ones. */
export function unzipped(op: string, bytes: Uint8Array, path: string): Uint8Array {
  try {
    return gunzip(bytes, MOST_BYTES);
  } catch (cause) {
    throw new FormatError(
      `${op}: ${path} cannot be unzipped: ${(cause as Error).message}. It is cut short or damaged: delete it, and fetch it again.`,
      { cause },
    );
  }
}

/** The plain files of a tar archive by name. @throws {FormatError} for one that ends early. */
function tarFiles(op: string, bytes: Uint8Array, path: string): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const text = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length)).replace(/\0.*$/s, '');
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12).trim(), 8);
    const start = at + BLOCK;
    if (!(size >= 0) || start + size > bytes.length) throw damaged(op, path, 'is a tar archive that is cut short');
    const kind = text(at + 156, 1);
    if (kind === '0' || kind === '') found.set(text(at, 100), bytes.subarray(start, start + size));
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return found;
}
