/** Files, for browsers, which have none: every function says what to use instead. */
import { inflateSync } from 'fflate';
import { FileError } from '../../errors.js';

export function readBytes(path: string, op: string): Uint8Array<ArrayBuffer> {
  throw new FileError(
    `${op}: browsers cannot open ${path}. Fetch the bytes, then load those: loadBytes(new Uint8Array(await (await fetch(url)).arrayBuffer())).`,
  );
}

export function writeBytes(path: string, _chunks: Iterable<Uint8Array>, op: string, _options?: { makeDirectories?: boolean }): void {
  throw new FileError(
    `${op}: browsers cannot write ${path}. Make the bytes with saveBytes(value) and offer them as a download: new Blob([bytes]).`,
  );
}

export function makeDirectories(path: string, op: string): void {
  throw new FileError(`${op}: browsers cannot create ${path}.`);
}

export function readPackageBytes(packageName: string, file: string, op: string): Uint8Array<ArrayBuffer> {
  throw new FileError(
    `${op}: browsers cannot read ${file} of the npm package ${packageName}. Serve the bytes, fetch them, and use fromBytes.`,
  );
}

/** Undoes deflate: at most `size` bytes. @throws for damaged bytes. */
export function inflateRaw(packed: Uint8Array, size: number): Uint8Array {
  return inflateSync(packed, { out: new Uint8Array(size) });
}

export const systemCrc32: ((bytes: Uint8Array) => number) | undefined = undefined;
