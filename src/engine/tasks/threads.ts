/** Threads beside the one that runs the program, where the host has any: what `#threads` starts, and what a started one knows of its parent. */
import { EngineError } from '../../errors.js';

/** A thread that this one started. The process ends without waiting for it, unless it is held. */
export interface Thread {
  /** Sends a message, as structured clone copies it; the buffers in `moved` are not copied but handed over. */
  post(message: unknown, moved?: readonly ArrayBuffer[]): void;
  /** Keeps the process alive until `release`. */
  hold(): void;
  release(): void;
  /** Stops it wherever it is, in an endless loop, too. */
  stop(): Promise<void>;
}

/** What is told about a thread. */
export interface ThreadEvents {
  message(message: unknown): void;
  /** It has ended, with the error that nobody in it caught, or the exit code. */
  end(error: unknown, exitCode: number): void;
}

/** The thread that started this one. */
export interface ParentThread {
  post(message: unknown, moved?: readonly ArrayBuffer[]): void;
  receive(take: (message: unknown) => void): void;
}

let parent: (() => ParentThread | undefined) | undefined;

/** Called by the host: how a thread finds its parent. */
export function provideParent(find: () => ParentThread | undefined): void {
  parent = find;
}

/** Whose worker this thread is. @throws {EngineError} where it is none. */
export function parentThread(): ParentThread {
  const found = parent?.();
  if (!found) throw new EngineError("DataLoader: this is the program of a loader's worker; it does not run by itself.");
  return found;
}
