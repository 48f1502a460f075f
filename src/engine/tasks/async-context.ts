/**
 * What holds for the code that runs now, and for what it awaits: gradient modes, the innermost scope.
 *
 * Synchronous code sees the frame that was entered last. Once the body of a frame has turned out to be asynchronous, several run side by
 * side, and each must see its own: Node's AsyncLocalStorage tells them apart, and is asked only while such a body is running. Where the
 * host has none, in browsers, asynchronous bodies are refused.
 */
import { ArgumentError } from '../../errors.js';

export interface Frame {
  recording: boolean;
  inference: boolean;
  /** The innermost scope: see tensor/storage.ts. */
  scope: object | null;
  /** The frame around it, which takes over where this one has ended. */
  readonly outer: Frame | null;
  ended: boolean;
}

/** Node's AsyncLocalStorage, as far as it is used. */
export interface FrameStorage {
  run<R>(frame: Frame, body: () => R): R;
  getStore(): Frame | undefined;
}

const root: Frame = { recording: true, inference: false, scope: null, outer: null, ended: false };
let current = root;
let storage: FrameStorage | null = null;
/** Asynchronous bodies that have not settled. */
let pending = 0;

/** Called by the host where it can tell asynchronous bodies apart. */
export function provideFrameStorage(provided: FrameStorage | null): void {
  storage = provided;
}

/** What the host provided. */
export function frameStorage(): FrameStorage | null {
  return storage;
}

/** What holds now. */
export function frame(): Frame {
  return pending === 0 ? current : frameOfContext();
}

function frameOfContext(): Frame {
  let found = storage!.getStore() ?? root;
  while (found.ended) found = found.outer!;
  return found;
}

type Changes = Partial<Pick<Frame, 'recording' | 'inference' | 'scope'>>;

/**
 * Runs `body` in a frame of its own: `changes` hold in it, also in what it awaits, and for nobody else.
 * @param end called when the body has ended, with what it returned, or not at all where it threw. @param fail called where it threw.
 * @throws {ArgumentError} for an asynchronous body where the host cannot tell them apart.
 */
export function inFrame<T>(op: string, changes: Changes, body: () => T, end?: (result: unknown) => void, fail?: () => void): T {
  if (typeof body !== 'function') throw new ArgumentError(`${op}: expected a function to run, got ${typeof body}. Write ${op}(() => …).`);
  if (storage === null && Object.prototype.toString.call(body) === '[object AsyncFunction]') {
    fail?.();
    throw asyncRefused(op);
  }
  const before = frame();
  const own: Frame = {
    recording: before.recording,
    inference: before.inference,
    scope: before.scope,
    ...changes,
    outer: before,
    ended: false,
  };
  const outside = current;
  current = own;
  let result: T;
  try {
    result = storage === null ? body() : storage.run(own, body);
  } catch (error) {
    current = outside;
    leave(own, before, changes);
    fail?.();
    throw error;
  }
  current = outside;
  if (!(result instanceof Promise)) {
    leave(own, before, changes);
    end?.(result);
    return result;
  }
  if (storage === null) {
    result.catch(() => {}); // the error below says what matters
    leave(own, before, changes);
    fail?.();
    throw asyncRefused(op);
  }
  pending++;
  const settle = () => {
    pending--;
    own.ended = true;
  };
  return result.then(
    (value: unknown) => {
      settle();
      end?.(value);
      return value;
    },
    (error: unknown) => {
      settle();
      fail?.();
      throw error;
    },
  ) as T;
}

/** Ends a frame; what was set in it without being its own stays set, as by setGradEnabled inside scope(). */
function leave(own: Frame, before: Frame, changes: Changes): void {
  own.ended = true;
  if (!('recording' in changes)) before.recording = own.recording;
  if (!('inference' in changes)) before.inference = own.inference;
}

function asyncRefused(op: string): ArgumentError {
  return new ArgumentError(
    `${op}: the function is asynchronous, and this host cannot tell what runs meanwhile from what belongs to it. Await first, and call ${op} around the synchronous part.`,
  );
}
