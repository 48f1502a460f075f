/** Fetching the files of data sets, and unpacking them as torchvision does, so that it finds them, too. */
import { downloadNow } from '#download';
import { gunzip, isFile, makeDirectories, pathOf, readBytes, writeBytes } from '#files';
import { FormatError } from '../../errors.js';
import { ZipReader } from '../../formats/zip/zip.js';
import { GZIPPED, locate } from './find-files.js';

/** A file to fetch. */
export interface Resource {
  readonly urls: readonly string[];
  /** Its name in the folder. */
  readonly name: string;
  readonly md5: string;
}

/** More than any of these files unpacks to. */
const MOST_BYTES = 2 ** 30;
const BLOCK = 512;

/** Fetches those of some gzipped files that are not there, raw or packed, into the folder `below` root, and unpacks each beside it. */
export function fetchGzipped(op: string, root: string, below: readonly string[], resources: readonly Resource[]): void {
  const raw = (name: string) => name.replace(/\.gz$/, '');
  const missing = resources
    .filter(({ name }) => locate(root, below, raw(name), GZIPPED) === undefined)
    .map(({ urls, name, md5 }) => ({ urls, md5, path: pathOf(root, ...below, name) }));
  downloadNow(op, missing);
  for (const { path } of missing) if (!isFile(raw(path))) writeBytes(raw(path), [unzipped(op, readBytes(path, op), path)], op);
}

/** Fetches a gzipped tar archive into a folder, and unpacks the files `names` of it there. */
export function fetchTar(op: string, folder: string, resource: Resource, names: readonly string[]): void {
  const path = pathOf(folder, resource.name);
  downloadNow(op, [{ ...resource, path }]);
  const found = tarFiles(op, unzipped(op, readBytes(path, op), path), path);
  for (const name of names) {
    const bytes = found.get(name);
    if (bytes === undefined) throw damaged(op, path, `holds no ${name}`);
    writeBytes(pathOf(folder, name), [bytes], op, { makeDirectories: true });
  }
}

/** Fetches a zip archive into a folder, and unpacks the gzipped files `names` of it there. */
export function fetchZip(op: string, folder: string, resource: Resource, names: readonly string[]): void {
  const path = pathOf(folder, resource.name);
  downloadNow(op, [{ ...resource, path }]);
  const zip = new ZipReader(readBytes(path, op), (what) => {
    throw damaged(op, path, what);
  });
  makeDirectories(folder, op);
  for (const name of names) {
    if (!zip.has(name)) throw damaged(op, path, `holds no ${name}`);
    const raw = pathOf(folder, name.replace(/^.*\/|\.gz$/g, ''));
    writeBytes(raw, [unzipped(op, zip.read(name), `${path}: ${name}`)], op);
  }
}

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
