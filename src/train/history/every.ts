/** Times in epochs or in steps, as options give them: `5`, `{ epochs: 5 }`, `{ steps: 500 }`. */
import { ArgumentError } from '../../errors.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { countOf } from '../../tensor/arguments/checks.js';
import { isOptions } from '../../tensor/arguments/show.js';

/** So many epochs, or steps. */
export type EpochsOrSteps = number | { epochs: number } | { steps: number };

/** The same, read. */
export interface Every {
  readonly unit: 'epochs' | 'steps';
  readonly count: number;
}

/** @throws {ArgumentError} for anything but whole numbers of at least 1, of epochs or of steps. */
export function readEvery(op: string, name: string, given: EpochsOrSteps): Every {
  if (!isOptions(given)) return { unit: 'epochs', count: countOf(op, name, given, 1) };
  const read = readOptions(`${op}: ${name}`, { epochs: required, steps: required } as unknown as Record<Every['unit'], number>, given);
  const [entry, second] = Object.entries(read).filter(([, value]) => value !== undefined);
  if (!entry || second) throw new ArgumentError(`${op}: ${name} is in epochs or in steps. Write ${name}: 5, or ${name}: { steps: 500 }.`);
  return { unit: entry[0] as Every['unit'], count: countOf(op, `${name}.${entry[0]}`, entry[1], 1) };
}
