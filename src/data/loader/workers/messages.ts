/** What a loader and its workers say to each other. */
import type { EngineName } from '../../../engine/host.js';
import type { Generator } from '../../../tensor/create/random.js';
import type { Packed } from './packing.js';
import type { Recipe } from './recipe.js';

/** The first message to a worker. */
export interface Setup {
  readonly kind: 'setup';
  readonly id: number;
  readonly numWorkers: number;
  readonly seed: bigint;
  /** Whose random numbers follow. */
  readonly numbers: Generator['numbers'];
  readonly engine: EngineName;
  readonly recipe: Recipe;
  readonly initUrl: string | undefined;
}

/** Asks for a batch. */
export interface Task {
  readonly kind: 'task';
  readonly number: number;
  readonly indices: readonly number[];
}

/** An error, as far as it can travel. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** The answer to a task. */
export type Answer =
  | { readonly number: number; readonly batch: Packed }
  | { readonly number: number; readonly error: PackedError; readonly index: number | undefined };
