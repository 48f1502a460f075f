/** What a loader and its workers say to each other. */
import type { EngineName } from '../../../engine/host.js';
import type { PackedError } from '../../../tensor/arguments/packed-error.js';
import type { Generator } from '../../../tensor/create/random.js';
import type { Crossing, Packet } from './crossing.js';

/** A function that workers call: packed, or the address of a module that exports it. */
export type Function = { readonly packet: Packet } | { readonly url: string };

/** The first message to a worker. */
export interface Setup {
  readonly kind: 'setup';
  readonly id: number;
  readonly numWorkers: number;
  readonly seed: bigint;
  /** Whose random numbers follow. */
  readonly numbers: Generator['numbers'];
  readonly engine: EngineName;
  /** Where the WebAssembly engine comes from, where that is not the file beside the code. */
  readonly wasm: string | WebAssembly.Module | undefined;
  readonly dataset: Packet;
  readonly collate: Function | undefined;
  readonly init: Function | undefined;
  /** What it goes on from, once it is set up. */
  readonly memory: Crossing | undefined;
}

/** Which samples: by their numbers, or the next ones of the stream that a loop reads. */
export type Wanted =
  | { readonly indices: readonly number[] }
  | { readonly loop: number; readonly batchSize: number; readonly dropLast: boolean };

/** Asks for a batch. */
export interface Task {
  readonly kind: 'task';
  readonly number: number;
  readonly wanted: Wanted;
}

/** Says that nobody reads a stream any further. */
export interface Leave {
  readonly kind: 'leave';
  readonly loop: number;
}

/** The samples that a batch leaves out, and why. */
export type Skipped = readonly (readonly [index: number, message: string])[];

/** A batch, that nothing is left of it, the end of the stream, or an error. */
export type Result =
  | { readonly batch: Crossing; readonly skipped: Skipped }
  | { readonly ended: true }
  | { readonly leftOut: true; readonly skipped: Skipped }
  | { readonly error: PackedError; readonly index: number | undefined };

/** The answer to a task. */
export type Answer = Result & {
  readonly number: number;
  /** What the worker remembers now, for a state of the loader; undefined where that is as before. */
  readonly memory: Crossing | undefined;
};
