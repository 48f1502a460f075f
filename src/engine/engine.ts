/**
 * The active engine: who runs the kernels and owns the memory that tensors live in.
 *
 * `kernels` and `engine` are live bindings: importers see the engine that `setEngine` chose. Nothing above this folder knows which
 * one that is.
 */
import { ArgumentError, DTypeError, EngineError, IndexError, OutOfMemoryError } from '../errors.js';
import { BlockAllocator } from './allocator.js';
import { ABI_VERSION, E_DTYPE, E_INDEX, E_MEMORY, KERNEL_NAMES, type Kernels, type Ptr } from './kernel-table.gen.js';

export type EngineName = 'native' | 'wasm';

/** Anything that owns a block of engine memory; the engine hears of its death and takes the block back. */
export type BlockOwner = object;

/** How an engine learns that an owner was collected. */
export interface OwnerTracker {
  /** Starts to watch `owner` weakly; the slot names it until `untrack` or its death. */
  track(owner: BlockOwner): number;
  untrack(slot: number): void;
  /**
   * Reports owners that are gone. `effort` 0 only looks, 1 first asks for a minor collection, 2 for a full one. Returns false when this
   * host cannot do that inside a synchronous loop.
   */
  sweep(effort: 0 | 1 | 2, dead: (slot: number) => void): boolean;
  /**
   * Waits for a minor (1) or full (2) collection, whose dead the next sweep reports: for hosts whose finalizers run only between tasks.
   * Elsewhere it returns at once.
   */
  relieve(effort: 1 | 2): Promise<void>;
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
  /** The bytes that all threads of the process have reserved, where they share one limit. */
  reserved?(): number;
  /** Copies a typed array's bytes in, or out. */
  write(ptr: Ptr, from: ArrayBufferView): void;
  read(ptr: Ptr, into: ArrayBufferView): void;
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

/**
 * What structuredClone and postMessage come upon, when they are given a tensor (or what holds one), before anything that they fail over:
 * they read an object's own properties in the order in which they were made.
 */
class NotCloned {
  constructor() {
    Object.defineProperty(this, 'clone', {
      enumerable: true,
      get() {
        throw new EngineError(
          "a tensor's memory belongs to this thread's engine: it cannot be cloned or posted. Send bytes: const bytes = saveBytes(model.stateDict()) and postMessage(bytes, [bytes.buffer]) here, loadBytes(bytes) there; or the numbers alone, x.toTypedArray(). A copy in this thread is x.clone(), or clone() of a module.",
        );
      },
    });
  }
}

export class Engine extends NotCloned {
  readonly name: EngineName;
  readonly isa: string;
  readonly kernels: Kernels;
  readonly memory: BlockAllocator;

  constructor(readonly host: EngineHost) {
    super();
    this.name = host.name;
    this.isa = host.isa;
    this.kernels = host.kernels;
    this.memory = new BlockAllocator(host);
    const version = host.kernels.abiVersion();
    if (version !== ABI_VERSION) {
      throw new EngineError(
        `${host.name} engine: its kernels have ABI version ${version}, this library expects ${ABI_VERSION}. Run npm run build.`,
      );
    }
  }
}

/** The active engine. */
export let engine: Engine = undefined as unknown as Engine;
/** The active engine's kernels. Check each status with {@link check}. */
export let kernels: Kernels = unloaded();

/** Loads the default engine at the first kernel call, so that importing Hone costs nothing. */
function unloaded(): Kernels {
  const table = {} as Record<string, (...args: number[]) => number>;
  for (const name of Object.keys(KERNEL_NAMES)) {
    table[name] = (...args) => {
      loadedEngine();
      return (kernels as unknown as typeof table)[name]!(...args);
    };
  }
  return table as unknown as Kernels;
}

let loadDefault: (() => Engine) | undefined;

/** Called once by the host module: how to load the engine when nobody chose one. */
export function provideDefaultEngine(load: () => Engine): void {
  loadDefault = load;
}

/** The active engine, loading the default one if there is none yet. */
export function loadedEngine(): Engine {
  if (engine === undefined) {
    if (!loadDefault) throw new EngineError('no engine is loaded. Import from "hone", which loads one.');
    activate(loadDefault());
  }
  return engine;
}

/** Makes `next` the active engine. Tensors that live on another engine stay there and cannot be used until it is active again. */
export function activate(next: Engine): void {
  engine = next;
  kernels = next.kernels;
}

/** The address `bytes` beyond `base`. */
export function ptrAt(base: Ptr, bytes: number): Ptr {
  return (base + bytes) as Ptr;
}

/** Throws the named error for a kernel's status; `op` is the function the user called. */
export function check(status: number, op: string): void {
  if (status !== 0) throwStatus(status, op);
}

function throwStatus(status: number, op: string): never {
  const message = `${op}: ${engine.host.lastError()}`;
  if (status === E_INDEX) throw new IndexError(message);
  if (status === E_DTYPE) throw new DTypeError(message.endsWith(' bool') ? `${message}. Use x.to('float32').` : `${message}.`);
  if (status === E_MEMORY) throw new OutOfMemoryError(message);
  throw new ArgumentError(message);
}
