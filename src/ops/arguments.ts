/** Arguments with defaults, as PyTorch takes them: the leading ones positionally, all of them by name in one object at the end. */
import { ArgumentError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';

/**
 * The values of an operation's arguments.
 * @param defaults names in PyTorch's order, with the value of each that is not given; it also says of what type a value must be. Null stands for any type.
 * @param given the arguments after the required ones: values in order, then at most one object of values by name. undefined takes the default.
 * @throws {ArgumentError} for an unknown name, a value of another type, and one given twice.
 */
export function readArguments<T extends object>(op: string, defaults: T, given: readonly unknown[]): T {
  if (given.length === 0) return defaults;
  const out = { ...defaults } as Record<string, unknown>;
  const names = Object.keys(defaults);
  let count = given.length;
  while (count > 0 && given[count - 1] === undefined) count--;
  for (let i = 0; i < count; i++) {
    const value = given[i];
    if (isOptions(value)) {
      if (i < count - 1) throw new ArgumentError(`${op}: an object of options comes last, got ${show(given[i + 1])} after it.`);
      for (const [name, named] of Object.entries(value)) {
        const at = names.indexOf(name);
        if (at < 0) throw new ArgumentError(`${op}: there is no option "${name}". ${op} takes ${names.join(', ') || 'none'}.`);
        if (at < i && named !== undefined) throw new ArgumentError(`${op}: ${name} is given twice, by position and by name.`);
        set(op, out, defaults, name, named);
      }
    } else {
      const name = names[i];
      if (name === undefined)
        throw new ArgumentError(`${op}: got ${show(value)} as one argument too many. ${op} takes ${names.join(', ') || 'none'}.`);
      set(op, out, defaults, name, value);
    }
  }
  return out as T;
}

/** Whether it is an object literal: no tensor, list or instance of a class. */
function isOptions(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function set<T extends object>(op: string, out: Record<string, unknown>, defaults: T, name: string, value: unknown): void {
  if (value === undefined) return;
  const like: unknown = defaults[name as keyof T];
  if (like !== null && like !== undefined && typeof value !== typeof like)
    throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected a ${typeof like}.`);
  out[name] = value;
}

function show(value: unknown): string {
  if (value instanceof Tensor) return 'a Tensor';
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'function') return `the function ${value.name}`;
  return Array.isArray(value) ? `[${value.join(', ')}]` : typeof value === 'object' && value !== null ? 'an object' : String(value);
}
