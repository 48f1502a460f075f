/** Threads beside the one that runs the program, where the host has any. */
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

/** What the host gives. */
export interface Threads {
  /** Starts the program of a worker of a DataLoader. */
  startLoaderWorker(name: string, events: ThreadEvents): Thread;
  parent(): ParentThread;
}

let threads: Threads | undefined;

/** Called by the host where it has threads. */
export function provideThreads(provided: Threads): void {
  threads = provided;
}

/** What the host provided. @throws {EngineError} where it has none. */
export function hostThreads(op: string): Threads {
  if (!threads) throw new EngineError(`${op}: this host has no worker threads; Node has. Leave numWorkers at 0.`);
  return threads;
}
