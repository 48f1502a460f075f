/**
 * The active engine: who runs the kernels and owns the memory that tensors live in.
 *
 * `kernels` and `engine` are live bindings: importers see the engine that `setEngine` chose. Nothing above this folder knows which
 * one that is.
 */
import { ArgumentError, DTypeError, EngineError, IndexError, OutOfMemoryError } from '../errors.js';
import type { EngineHost, EngineName } from './host.js';
import { ABI_VERSION, E_DTYPE, E_INDEX, E_MEMORY, KERNEL_NAMES, type Kernels, type Ptr } from './kernel-table.gen.js';
import { BlockAllocator } from './memory/allocator.js';

/**
 * What structuredClone and postMessage meet first when they are given a tensor (or what holds one), before anything on which they would
 * fail with a vague message: they read an object's own properties in the order in which they were made.
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

/** The active engine. Undefined before the first kernel call; there is one wherever there is a tensor, so the type leaves that out. */
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
