/** A file of events that is being written. */

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type AppendFile, hostName, openAppend, pathOf } from '#files';
import { joinBytes } from '../../formats/join-bytes.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { EventSchema } from '../proto/event.gen.js';
import { frame } from './record.js';

/** What an event holds, all of it optional. */
export type EventContent = MessageInitShape<typeof EventSchema>;

/** How a file of events is written. */
export interface EventFileSettings {
  /** So many events wait in memory at most. */
  readonly maxQueue: number;
  /** So many seconds they wait at most. */
  readonly flushSecs: number;
  /** What the file's name ends with. */
  readonly filenameSuffix: string;
}

/** How many files this process has begun: their names differ by it. */
let begun = 0;

/** Files with events that wait; what is left when the program ends by itself is written then. */
const waiting = new Set<EventFile>();
let listening = false;

function flushAll(): void {
  for (const file of waiting) {
    try {
      file.flush();
    } catch (error) {
      console.warn(`hone: ${(error as Error).message}`);
    }
  }
}

/** Now, in seconds since 1970. */
export function now(): number {
  return Date.now() / 1000;
}

/**
 * One `events.out.tfevents.…` in a folder. Events wait in memory until there are `maxQueue` of them, or the oldest has waited `flushSecs`; then
 * whole records are appended at once, so that a killed program leaves a file of whole records, or at worst a torn last one.
 */
export class EventFile {
  private readonly file: AppendFile;
  private queue: Uint8Array[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Why the timer could not write; the next call says so. */
  private failure: unknown;

  /** @throws {FileError} where the folder or the file cannot be made. */
  constructor(
    readonly folder: string,
    private readonly settings: EventFileSettings,
  ) {
    const seconds = String(Math.floor(now())).padStart(10, '0');
    const name = `events.out.tfevents.${seconds}.${hostName()}.${globalThis.process?.pid ?? 0}.${begun++}${settings.filenameSuffix}`;
    this.file = openAppend(pathOf(folder, name), 'SummaryWriter');
    // Pages have no process whose end could be heard of: there the timer writes, and close.
    if (!listening) globalThis.process?.once?.('exit', flushAll);
    listening = true;
    this.add({
      wallTime: now(),
      what: { case: 'fileVersion', value: 'brain.Event:2' },
      sourceMetadata: { writer: 'tensorboard.summary.writer.event_file_writer' },
    });
    this.flush();
  }

  /** The file's path. */
  get path(): string {
    return this.file.path;
  }

  /** Adds an event. @throws {FileError} where those that waited cannot be written. */
  add(event: EventContent): void {
    this.queue.push(frame(toBinary(EventSchema, create(EventSchema, event))));
    if (this.queue.length >= this.settings.maxQueue || this.failure !== undefined) {
      this.flush();
      return;
    }
    if (this.timer !== undefined) return;
    waiting.add(this);
    this.timer = setTimeout(() => this.flushLater(), Math.min(this.settings.flushSecs * 1000, 2 ** 31 - 1));
    // A program that has nothing else to do ends.
    (this.timer as { unref?: () => void }).unref?.();
  }

  private flushLater(): void {
    try {
      this.flush();
    } catch (error) {
      this.failure = error;
      warnOnce((error as Error).message);
    }
  }

  /** Writes what waits. What the disk does not take waits on, whole or from the byte on where it stopped. @throws {FileError} where it refuses. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (this.queue.length > 0) {
      const bytes = this.queue.length === 1 ? this.queue[0]! : joinBytes(this.queue);
      this.queue = [bytes];
      waiting.add(this);
      const written = this.file.write(bytes);
      this.queue = written < bytes.length ? [bytes.subarray(written)] : [];
    }
    this.failure = undefined;
    waiting.delete(this);
  }

  /** Writes what waits, and gives the file back. @throws {FileError} where the disk refuses; the file is closed all the same. */
  close(): void {
    try {
      this.flush();
    } finally {
      clearTimeout(this.timer);
      waiting.delete(this);
      this.file.close();
    }
  }
}
