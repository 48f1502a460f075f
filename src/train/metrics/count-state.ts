/** What counts give to checkpoints, and take from them. */
import { StateDictError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';

/**
 * The numbers of a count's state, by name.
 * @throws {StateDictError} for anything but an object that has them all.
 */
export function readNumbers<const K extends string>(metric: string, state: unknown, keys: readonly K[]): Record<K, number> {
  const given = fieldsOf(state) as Partial<Record<K, unknown>>;
  for (const key of keys) if (typeof given[key] !== 'number') throw unfit(metric, state, `an object with the numbers ${keys.join(', ')}`);
  return Object.fromEntries(keys.map((key) => [key, given[key]])) as Record<K, number>;
}

/**
 * A list of numbers in a count's state, as an array of its own; files give typed arrays back as tensors.
 * @throws {StateDictError} for anything else, and for another length.
 */
export function readList(metric: string, state: unknown, key: string, length?: number): Float64Array {
  const given = fieldsOf(state)[key];
  const list = given instanceof Tensor ? toTypedArray(given) : given;
  const fits = ArrayBuffer.isView(list) || (Array.isArray(list) && list.every((value) => typeof value === 'number'));
  const count = (list as ArrayLike<number> | undefined)?.length;
  if (!fits || (length !== undefined && count !== length))
    throw unfit(metric, state, `an object whose ${key} is a list of ${length === undefined ? '' : `${length} `}numbers`);
  return Float64Array.from(list as ArrayLike<number>, Number);
}

const fieldsOf = (state: unknown): Record<string, unknown> =>
  (typeof state === 'object' && state !== null ? state : {}) as Record<string, unknown>;

function unfit(metric: string, state: unknown, expected: string): StateDictError {
  return new StateDictError(
    `${metric}: the state of its count is ${show(state)}, expected ${expected}. Was it saved with another metric of that name?`,
  );
}
