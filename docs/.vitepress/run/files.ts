/**
 * Files for programs that run in a page of the documentation, in the place of `#files`: a folder in memory, so that what a guide saves, it can
 * load again, and that the page can show the pictures it made.
 */

import digits from '../../../dist/digits.gz?url';
import { FileError } from '../../../dist/errors.js';
import { joinBytes } from '../../../dist/formats/join-bytes.js';

export * from '../../../dist/formats/files/files-browser.js';

const files = new Map<string, Uint8Array>();
let written: (path: string, bytes: Uint8Array) => void = () => {};

/** Calls `then` for each file that a program writes. */
export function watchFiles(then: (path: string, bytes: Uint8Array) => void): void {
  written = then;
}

/** A path without its `./`, and without what goes up again. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const part of String(path).split('/'))
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  return parts.join('/');
}

function put(path: string, bytes: Uint8Array): void {
  files.set(normal(path), bytes);
  written(normal(path), bytes);
}

export function readBytes(path: string, op: string): Uint8Array<ArrayBuffer> {
  const bytes = files.get(normal(path));
  if (!bytes)
    throw new FileError(`${op}: there is no file ${path}. In this page programs see the files that they wrote themselves, and no others.`);
  return bytes.slice();
}

export function openFile(path: string, op: string) {
  const bytes = readBytes(path, op);
  return { size: bytes.length, read: (start: number, end: number) => bytes.slice(start, end), close() {} };
}

export function writeBytes(path: string, chunks: Iterable<Uint8Array>): void {
  // Each is copied as it comes: its maker may use the memory for the next.
  put(path, joinBytes(Array.from(chunks, (chunk) => chunk.slice())));
}

export function openAppend(path: string) {
  return {
    path,
    write(bytes: Uint8Array) {
      put(path, joinBytes([files.get(normal(path)) ?? new Uint8Array(), bytes]));
      return bytes.length;
    },
    close() {},
  };
}

export function tryToWrite(): void {}

export function renameFile(path: string, to: string, op: string): void {
  const bytes = readBytes(path, op);
  files.delete(normal(path));
  put(to, bytes);
}

export function removeFile(path: string): void {
  files.delete(normal(path));
}

export function makeDirectories(): void {}

export const isFile = (path: string) => files.has(normal(path));

const under = (path: string) => (normal(path) === '' ? '' : `${normal(path)}/`);

export const isFolder = (path: string) => [...files.keys()].some((name) => name.startsWith(under(path)));

export function listFolder(path: string, op: string): { name: string; isFolder: boolean }[] {
  if (!isFolder(path))
    throw new FileError(
      `${op}: there is no folder ${path}. In this page programs see the files that they wrote themselves, and no others.`,
    );
  const names = new Map<string, boolean>();
  for (const name of files.keys()) {
    if (!name.startsWith(under(path))) continue;
    const [first, ...rest] = name.slice(under(path).length).split('/');
    names.set(first!, rest.length > 0);
  }
  return [...names].map(([name, folder]) => ({ name, isFolder: folder }));
}

/** The package's own file of digits; the program waits for it, as it does in Node. */
export function readOwnBytes(file: string, op: string): Uint8Array<ArrayBuffer> {
  if (file !== 'digits.gz') throw new FileError(`${op}: there is no file ${file} in this page.`);
  const request = new XMLHttpRequest();
  request.open('GET', new URL(digits, self.location.href), false);
  request.responseType = 'arraybuffer';
  request.send();
  if (request.status !== 200) throw new FileError(`${op}: ${digits} answered ${request.status}.`);
  return new Uint8Array(request.response as ArrayBuffer);
}
