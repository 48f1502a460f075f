/** The WebAssembly engine: the same kernels in linear memory, which threads share where the host lets them. Runs in Node and in browsers. */
import { EngineError } from '../../errors.js';
import { Engine } from '../engine.js';
import { type OwnerTracker, SCRATCH_DOUBLES } from '../host.js';
import { F32, F64, I32, I64, KERNEL_NAMES, type Kernels, type Ptr } from '../kernel-table.gen.js';
import { ownMemory, sharedMemory, type ThreadExports, takesMemory, type WorkerHost, WorkerStarter } from '../tasks/wasm-threads.js';

interface WasmExports extends ThreadExports {
  /** Of builds without threads. */
  memory?: WebAssembly.Memory;
  __wasm_call_ctors(): void;
  hone_last_error_text(): Ptr;
  [kernel: string]: unknown;
}

/** What scripts/build-kernels.mjs wrote into the file: `simd128` or `relaxed-simd`. */
function isaOf(module: WebAssembly.Module): string {
  const [section] = WebAssembly.Module.customSections(module, 'hone.isa');
  return section ? new TextDecoder().decode(section) : 'simd128';
}

const BAD_FILE = 8;
/** The C library's snprintf names these three and never calls them: it writes to memory. */
const noFiles = { fd_close: () => BAD_FILE, fd_seek: () => BAD_FILE, fd_write: () => BAD_FILE };

/** What a host gives the engine beyond the module. */
export interface WasmHooks {
  readonly tracker: OwnerTracker;
  /** Bytes that tensors may take; linear memory ends at 4 GiB anyway. */
  readonly memoryLimit?: number;
  readonly workers: WorkerHost;
  /** Whether memory is shared with workers. */
  readonly share: boolean;
  /** How many threads to use until setNumThreads says another number. */
  readonly threads: number;
}

function memoryFor(share: boolean): WebAssembly.Memory {
  try {
    return share ? sharedMemory() : ownMemory();
  } catch (error) {
    throw new EngineError(`wasm engine: the host has no memory for it: ${(error as Error).message}`, { cause: error });
  }
}

/** An instance, with the memory that it is given, if it takes any. @throws {EngineError} where it needs memory that is shared, and there is none. */
function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory | undefined, imports: WebAssembly.Imports): WasmExports {
  try {
    return new WebAssembly.Instance(module, { ...imports, ...(memory ? { env: { memory } } : {}) }).exports as unknown as WasmExports;
  } catch (error) {
    if (!(error instanceof WebAssembly.LinkError)) throw error;
    throw new EngineError(
      `wasm engine: the module does not fit this host (${error.message}). Where memory cannot be shared among threads a compiled hone-relaxed.wasm does not run: give its bytes or its address, or hone-simd.wasm, or isolate the page from other origins.`,
      { cause: error },
    );
  }
}

/** Makes an engine of compiled kernels. @throws {EngineError} where they need shared memory, and there is none. */
export function createWasmEngine(module: WebAssembly.Module, hooks: WasmHooks): Engine {
  const { tracker, memoryLimit = Number.POSITIVE_INFINITY, workers, share } = hooks;
  const given = takesMemory(module) ? memoryFor(share) : undefined;
  let starter: WorkerStarter | undefined;
  const exports = instantiate(module, given, {
    hone: {
      now: () => performance.now(),
      may_sleep: () => Number(workers.maySleep),
      start_workers: (have: number, wanted: number) => starter?.start(wanted) ?? have,
    },
    wasi_snapshot_preview1: noFiles,
  });
  exports.__wasm_call_ctors();
  const memory = given ?? exports.memory!;
  if (given && share) starter = new WorkerStarter(module, given, workers, exports);

  const kernels = {} as Record<string, unknown>;
  for (const [name, symbol] of Object.entries(KERNEL_NAMES)) {
    const kernel = exports[`hone_${symbol}`];
    if (typeof kernel !== 'function')
      throw new EngineError(`wasm engine: its build lacks the kernel hone_${symbol}: it is of another version. Run npm run build.`);
    kernels[name] = kernel;
  }

  // Views of linear memory become invalid when it grows; `bytes()` makes a new one then.
  let view = new Uint8Array(memory.buffer);
  let data = new DataView(memory.buffer);
  const refresh = () => {
    if (view.buffer !== memory.buffer) {
      view = new Uint8Array(memory.buffer);
      data = new DataView(memory.buffer);
    }
  };
  const asBytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const allocate = (bytes: number): Ptr => (exports.aligned_alloc(64, Math.ceil(bytes / 64) * 64) >>> 0) as Ptr;
  const reserve = (bytes: number): Ptr => {
    if (bytes > 0xffff0000) return 0;
    const before = memory.buffer.byteLength;
    const ptr = allocate(bytes);
    // Each growth makes V8 begin a full collection. So memory grows by a half at once: pages that nobody touches take none.
    if (memory.buffer.byteLength > before) exports.free(allocate(Math.min(Math.max(before / 2, 32 << 20), 512 << 20)));
    return ptr;
  };

  const scratchPtr = reserve(SCRATCH_DOUBLES * 8);
  let scratch = new Float64Array(memory.buffer, scratchPtr, SCRATCH_DOUBLES);

  const engine = new Engine({
    name: 'wasm',
    isa: isaOf(module),
    kernels: kernels as unknown as Kernels,
    reserve,
    release: (ptr) => exports.free(ptr),
    write(ptr, from) {
      refresh();
      view.set(asBytes(from), ptr);
    },
    read(ptr, into) {
      refresh();
      const target = asBytes(into);
      target.set(view.subarray(ptr, ptr + target.length));
    },
    peek(dtypeCode, ptr) {
      refresh();
      switch (dtypeCode) {
        case F32:
          return data.getFloat32(ptr, true);
        case F64:
          return data.getFloat64(ptr, true);
        case I32:
          return data.getInt32(ptr, true);
        case I64:
          return Number(data.getBigInt64(ptr, true));
        default:
          return data.getUint8(ptr);
      }
    },
    lastError() {
      refresh();
      const start = exports.hone_last_error_text() >>> 0;
      return new TextDecoder().decode(view.slice(start, view.indexOf(0, start)));
    },
    scratch() {
      if (scratch.buffer !== memory.buffer) scratch = new Float64Array(memory.buffer, scratchPtr, SCRATCH_DOUBLES);
      return scratch;
    },
    scratchPtr,
    tracker,
    memoryLimit: Math.min(memoryLimit, 0xfff00000),
  });
  engine.kernels.setThreads(hooks.threads);
  return engine;
}
