/** What counts give to checkpoints, and take from them. */
import { StateDictError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';

/**
 * The numbers of a count's state, by name.
 * @throws {StateDictError} for anything but an object that has them all.
 */
export function readNumbers<const K extends string>(metric: string, state: unknown, keys: readonly K[]): Record<K, number> {
  const given = (typeof state === 'object' && state !== null ? state : {}) as Partial<Record<K, unknown>>;
  for (const key of keys)
    if (typeof given[key] !== 'number')
      throw new StateDictError(
        `${metric}: the state of its count is ${show(state)}, expected an object with the numbers ${keys.join(', ')}. Was it saved with another metric of that name?`,
      );
  return given as Record<K, number>;
}
