/** The two forms in which named tensors travel. */
import { ArgumentError } from '../errors.js';
import { show } from '../tensor/arguments/show.js';
import { Tensor } from '../tensor/tensor.js';

/** Named tensors: what `module.stateDict()` gives and `loadStateDict` takes, or a Map of the same. */
export type StateDictLike = ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>;

/** Name and tensor of each entry, in order. @throws {ArgumentError} for a value that is not a tensor. */
export function stateEntries(state: StateDictLike, op: string): [string, Tensor][] {
  const entries: [string, unknown][] = state instanceof Map ? [...state.entries()] : Object.entries(state);
  for (const [name, value] of entries) {
    if (typeof name !== 'string') throw new ArgumentError(`${op}: a key is ${show(name)}, expected strings.`);
    if (!(value instanceof Tensor)) {
      throw new ArgumentError(
        `${op}: "${name}" is ${show(value)}, expected a Tensor. Pass model.stateDict(), or a record or Map of tensors; other values can be saved as a .pth file.`,
      );
    }
  }
  return entries as [string, Tensor][];
}

/** An empty record without a prototype, so that no name means anything to it. */
export function emptyState(): Record<string, Tensor> {
  return Object.create(null) as Record<string, Tensor>;
}
