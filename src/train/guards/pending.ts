/** Promises that say that they are ones, where their result's members are read before it is there. */
import { ArgumentError } from '../../errors.js';

const prototypes = new Map<string, object>();

/**
 * `promise`, on which reading one of `names`, members of what it gives, is an error that says to await it, rather than undefined.
 * It is a promise like others in everything else.
 */
export function pending<T>(op: string, names: readonly string[], promise: Promise<T>): Promise<T> {
  let prototype = prototypes.get(op);
  if (prototype === undefined) {
    prototype = Object.create(Promise.prototype) as object;
    for (const name of names) Object.defineProperty(prototype, name, { get: () => refuse(op, name), configurable: true });
    prototypes.set(op, prototype);
  }
  return Object.setPrototypeOf(promise, prototype) as Promise<T>;
}

function refuse(op: string, name: string): never {
  throw new ArgumentError(
    `${op}: ${name} was read from a promise, whose result is not there yet. Await it: const result = await ${op}(…).`,
  );
}
