/** Who works in a folder: a process that writes the files of a run there notes itself, so that no other one writes between them, and one that was killed is known as such. */
import { hostName, isFile, isRunning, ownProcess, pathOf, readBytes, removeFile, writeBytes } from '#files';
import { BusyError, printable } from '../../../errors.js';

/** The file with the note. It is there only while the process works, or where it was killed. */
export const HOLD_FILE = 'running.json';

/** A process that works in a folder, or did when it was killed. */
export interface Holder {
  readonly pid: number;
  /** The name of its machine. */
  readonly host: string;
  /** Since when, as `2026-05-01T12:00:00.000Z`. */
  readonly since: string;
  /** Whether it still runs; undefined where that cannot be seen from here, since it is another machine's, or the note is damaged. */
  readonly alive: boolean | undefined;
}

/** Who works in a folder; undefined where nobody does. */
export function holderOf(folder: string): Holder | undefined {
  const path = pathOf(folder, HOLD_FILE);
  if (!isFile(path)) return undefined;
  const unknown: Holder = { pid: 0, host: '', since: '', alive: undefined };
  try {
    const { pid, here, born, host, since } = JSON.parse(new TextDecoder().decode(readBytes(path, 'holderOf'))) as Record<string, unknown>;
    if (!Number.isSafeInteger(pid) || (pid as number) <= 0) return unknown;
    const mark = { pid: pid as number, here: String(here), born: typeof born === 'string' ? born : '' };
    return { pid: mark.pid, host: printable(String(host)), since: printable(String(since)), alive: isRunning(mark) };
  } catch {
    // It may have gone since we looked.
    return isFile(path) ? unknown : undefined;
  }
}

/**
 * Notes in a folder, which must be there, that this process works in it.
 * @returns what takes the note away again.
 * @throws {BusyError} where another process does, or this one already. @throws {FileError} where nothing can be written.
 */
export function holdFolder(folder: string, op: string): () => void {
  const held = holderOf(folder);
  if (held?.alive)
    throw new BusyError(`${op}: process ${held.pid} works in the folder ${folder}, since ${held.since}. Wait until it ends, or end it.`);
  const path = pathOf(folder, HOLD_FILE);
  const note = { ...ownProcess(), host: hostName(), since: new Date().toISOString() };
  writeBytes(path, [new TextEncoder().encode(`${JSON.stringify(note)}\n`)], op);
  const now = holderOf(folder);
  if (now?.alive && now.pid !== note.pid)
    throw new BusyError(`${op}: process ${now.pid} has begun to work in the folder ${folder}. Wait until it ends, or end it.`);
  let done = false;
  return () => {
    if (done) return;
    done = true;
    try {
      removeFile(path, op);
    } catch {
      // A folder that cannot be written any more: whoever looks sees that the process has ended.
    }
  };
}
