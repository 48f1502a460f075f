/**
 * The errors that Hone throws. Each says, in this order, what was called, what was given, what was expected and what to do:
 * `ShapeError: linear: input has 512 features, weight expects 256 (input [32, 512], weight [10, 256])`.
 */

/** The base of every error that Hone throws on purpose. `code` is stable across releases; messages are not. */
export class HoneError extends Error {
  /** What kind of error it is, the same in every release: `SHAPE`, `ARGUMENT`, …. */
  readonly code: string = 'HONE';
  constructor(message?: string, options?: ErrorOptions) {
    // Messages quote names from files and users, and go to terminals.
    super(message === undefined ? message : printable(message), options);
  }
  /** The name of its class. */
  // Written out in each class: minifiers rename classes, and a getter is there when the stack is noted.
  override get name(): string {
    return 'HoneError';
  }
}

/** Sizes that do not fit together. */
export class ShapeError extends HoneError {
  override readonly code = 'SHAPE';
  override get name(): string {
    return 'ShapeError';
  }
}

/** An element type that an operation does not take. */
export class DTypeError extends HoneError {
  override readonly code = 'DTYPE';
  override get name(): string {
    return 'DTypeError';
  }
}

/** A matrix that has no such decomposition: singular, not positive definite, or with values that are not finite. */
export class LinAlgError extends HoneError {
  override readonly code = 'LINALG';
  override get name(): string {
    return 'LinAlgError';
  }
}

/** A dimension, index or label outside its range. */
export class IndexError extends HoneError {
  override readonly code = 'INDEX';
  override get name(): string {
    return 'IndexError';
  }
}

/** An argument that no shape, dtype or index rule covers: a negative learning rate, an unknown option. */
export class ArgumentError extends HoneError {
  override readonly code = 'ARGUMENT';
  override get name(): string {
    return 'ArgumentError';
  }
}

/** A scaler or encoder that has not seen data yet: `fit` comes before `transform`. */
export class NotFittedError extends HoneError {
  override readonly code = 'NOT_FITTED';
  override get name(): string {
    return 'NotFittedError';
  }
}

/** A model that is being trained by another call. */
export class BusyError extends HoneError {
  override readonly code = 'BUSY';
  override get name(): string {
    return 'BusyError';
  }
}

/** A backward pass that cannot be done: no graph, a freed graph, a value changed in place. */
export class GradError extends HoneError {
  override readonly code = 'GRAD';
  override get name(): string {
    return 'GradError';
  }
}

/** A tensor whose memory was given back by `dispose`, `using` or a scope. */
export class UseAfterFreeError extends HoneError {
  override readonly code = 'USE_AFTER_FREE';
  override get name(): string {
    return 'UseAfterFreeError';
  }
}

/** A device that is not there, or that does not exist: Hone has one, the CPU. */
export class DeviceError extends HoneError {
  override readonly code = 'DEVICE';
  override get name(): string {
    return 'DeviceError';
  }
}

/** A request for more memory than there is. */
export class OutOfMemoryError extends HoneError {
  override readonly code = 'OUT_OF_MEMORY';
  override get name(): string {
    return 'OutOfMemoryError';
  }
}

/** An engine that cannot be loaded, or a tensor that lives on another engine than the active one. */
export class EngineError extends HoneError {
  override readonly code = 'ENGINE';
  override get name(): string {
    return 'EngineError';
  }
}

/** A file or byte stream that is not what its format says. */
export class FormatError extends HoneError {
  override readonly code = 'FORMAT';
  override get name(): string {
    return 'FormatError';
  }
}

/** A file that is missing or cannot be read or written. */
export class FileError extends HoneError {
  override readonly code = 'FILE';
  override get name(): string {
    return 'FileError';
  }
}

/** A worker of a DataLoader failed: it threw (see `cause`), ended, or did not answer in time. */
export class WorkerError extends HoneError {
  override readonly code = 'WORKER';
  override get name(): string {
    return 'WorkerError';
  }
  /** The worker's number. */
  readonly worker: number | undefined;
  /** The samples that were asked for. */
  readonly indices: readonly number[];
  /** The sample that could not be had, where that is known. */
  readonly index: number | undefined;

  constructor(message?: string, options?: ErrorOptions & { worker?: number; indices?: readonly number[]; index?: number | undefined }) {
    super(message, options);
    this.worker = options?.worker;
    this.indices = options?.indices ?? [];
    this.index = options?.index;
  }
}

/**
 * A sample that a data set does not have after all: thrown by its `get`, it makes a DataLoader leave the sample out, and its batch is that
 * much smaller.
 */
export class SkippedSampleError extends HoneError {
  override readonly code = 'SKIPPED_SAMPLE';
  override get name(): string {
    return 'SkippedSampleError';
  }
}

/** A state dict that does not fit the model or optimizer it is loaded into. */
export class StateDictError extends HoneError {
  override readonly code = 'STATE_DICT';
  override get name(): string {
    return 'StateDictError';
  }
}

/** What steers a terminal or reorders a line: control characters but for tab and newline, and Unicode's marks of direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A text in which nothing steers a terminal: such characters are written out, `\x1b`. */
export function printable(text: string): string {
  return String(text).replace(STEERING, (char) => {
    const code = char.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** A name from outside in a message: quoted, and cut where it is long. */
export function quoted(name: string): string {
  return `"${name.length > 200 ? `${name.slice(0, 200)}…` : name}"`;
}

/** `[2, 3]`, as messages show a shape. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
