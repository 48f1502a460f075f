/** Errors that cross to another thread or process: what can travel of them. */
import * as errors from '../../errors.js';
import { show } from './show.js';

/** An error, as far as it can travel. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** Anything may be thrown, also what has no text. */
function thrownText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return show(value);
  }
}

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { name: 'Error', message: thrownText(error), stack: undefined };
  const { name, message, stack } = error;
  return { name, message, stack };
}

/** The error again, of its class where that is one of Hone's or of the language. */
export function unpackError({ name, message, stack }: PackedError): Error {
  const known = { ...errors, RangeError, ReferenceError, SyntaxError, TypeError, URIError } as Record<string, unknown>;
  const Class = name !== 'WorkerError' && Object.hasOwn(known, name) ? (known[name] as new (message: string) => Error) : Error;
  const error = new Class(message);
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true });
  if (stack !== undefined) Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
  return error;
}
