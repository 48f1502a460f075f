/** What an engine is built on: the contract between `Engine` and the hosts that load kernels natively and in WebAssembly. */
import type { Kernels, Ptr } from './kernel-table.gen.js';

export type EngineName = 'native' | 'wasm';

/** Anything that owns a block of engine memory; when it is collected, the block goes back. */
export type BlockOwner = object;

/** A block on loan. `ptr` becomes 0 when it is given back. */
export interface Block {
  ptr: Ptr;
  sizeClass: number;
  /** Its slot of the tracker; of a tiny one, below 0, its place in a group: `-1 - place`. */
  slot: number;
  /** What a tiny one holds so that its group lives. */
  group: object | null;
}

/** What is on loan: bytes, and the weak references to those who own them. */
export interface Count {
  readonly bytes: number;
  readonly owners: number;
}

/** How an engine learns that an owner was collected. */
export interface OwnerTracker {
  /** Whether `effort` 1 is the first or second step of a full collection, which misses nothing; the second one finds, and so may `effort` 0. */
  readonly thorough?: boolean;
  /** Whether the first step was done, and the second was not. */
  readonly underWay?: boolean;
  /** The milliseconds that the last one cost, part of which the host spent when it liked. */
  readonly cost?: number;
  /** What may be handed out between two collections at most, where these cost so little that it can be less than elsewhere. */
  readonly most?: Count;
  /** Holds `owner` weakly; the slot names it until `untrack`, or until it is collected. */
  track(owner: BlockOwner): number;
  untrack(slot: number): void;
  /**
   * Reports owners that were collected. `effort` 0 only looks, 1 first asks for a minor collection, 2 for a full one. Returns false when
   * this host cannot do that inside a synchronous loop.
   */
  sweep(effort: 0 | 1 | 2, freed: (slot: number) => void): boolean;
  /**
   * Asks for a minor (1) or full (2) collection and waits for it; the next sweep reports what it freed. For hosts whose finalizers run
   * only between tasks: elsewhere it returns at once.
   */
  requestCollection(effort: 1 | 2): Promise<void>;
}

/** What a host gives `Engine` to build on. */
export interface EngineHost {
  readonly name: EngineName;
  /** The instruction set of the build in use: `avx512`, `avx2`, `base`, `simd128` or `relaxed-simd`. */
  readonly isa: string;
  readonly kernels: Kernels;
  /** Every request gets a block of its own, of just its size, that goes back to the system at once: a sanitizer then sees each overrun. */
  readonly exactBlocks?: boolean;
  /** A 64-byte aligned block, or 0. */
  reserve(bytes: number): Ptr;
  release(ptr: Ptr): void;
  /** Leaves a block of `reserve` to the thread that adopts it, where threads share their memory; gives its bytes. */
  handOver?(ptr: Ptr): number;
  /** Takes a block that another thread handed over; false where it is none. */
  adopt?(ptr: Ptr): boolean;
  /** The bytes that all threads of the process have reserved, where they share one limit. */
  reserved?(): number;
  /** Copies a typed array's bytes in, or out. */
  write(ptr: Ptr, from: ArrayBufferView): void;
  read(ptr: Ptr, into: ArrayBufferView): void;
  /** Where a typed array's bytes stand, for kernels that read or write them there; hosts whose kernels cannot reach them have none. */
  address?(of: ArrayBufferView): Ptr;
  /** One element as a number. */
  peek(dtypeCode: number, ptr: Ptr): number;
  lastError(): string;
  /** Doubles in engine memory for the arguments of strided kernels; `scratchPtr` is its address. May move when memory grows. */
  scratch(): Float64Array;
  readonly scratchPtr: Ptr;
  readonly tracker: OwnerTracker;
  /** The most bytes tensors may take in all, those of other threads included where `reserved` counts them. */
  readonly memoryLimit: number;
}

/** How many doubles the scratch block of a host holds. */
export const SCRATCH_DOUBLES = 1024;
