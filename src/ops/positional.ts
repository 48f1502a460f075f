/** Arguments that PyTorch takes in order or by name: here in order, by name in one object at the end, or the first in order and the rest by name. */
import { ArgumentError } from '../errors.js';

/** `P` in order, `O` in the place of those that are left. */
export type Trailing<P extends readonly unknown[], O> = P extends readonly [infer A, ...infer Rest]
  ? [] | [options: O] | [A, ...Trailing<Rest, O>]
  : [] | [options: O];

function isOptions(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of whatever realm: tensors and modules have a class in between.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * The arguments by name.
 * @param names of all arguments, in PyTorch's order.
 * @throws {ArgumentError} for a name that is not among them, and for too many arguments.
 */
export function byName<O extends object>(op: string, names: readonly (keyof O & string)[], given: readonly unknown[]): O {
  const out: Record<string, unknown> = {};
  const last = given.at(-1);
  const options = isOptions(last) ? last : {};
  const inOrder = isOptions(last) ? given.slice(0, -1) : given;
  if (inOrder.length > names.length)
    throw new ArgumentError(`${op}: got ${inOrder.length} more arguments, it takes at most ${names.length}: ${names.join(', ')}.`);
  inOrder.forEach((value, i) => {
    if (value !== undefined) out[names[i]!] = value;
  });
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name as keyof O & string))
      throw new ArgumentError(`${op}: there is no option "${name}". There are ${names.join(', ')}.`);
    if (value === undefined) continue;
    if (Object.hasOwn(out, name)) throw new ArgumentError(`${op}: ${name} is given twice, in order and by name.`);
    out[name] = value;
  }
  return out as O;
}
