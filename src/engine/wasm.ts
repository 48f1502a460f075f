/** The WebAssembly engine: the same kernels in linear memory, which threads share where the host lets them. Runs in Node and in browsers. */
import { EngineError } from '../errors.js';
import { Engine } from './engine.js';
import { type OwnerTracker, SCRATCH_DOUBLES } from './host.js';
import { F32, F64, I32, I64, KERNEL_NAMES, type Kernels, type Ptr } from './kernel-table.gen.js';
import { canShareMemory, sharedMemory, sharesMemory, type ThreadExports, type WorkerHost, WorkerStarter } from './tasks/wasm-threads.js';

interface WasmExports extends ThreadExports {
  /** Of builds without threads. */
  memory?: WebAssembly.Memory;
  __wasm_call_ctors(): void;
  hone_last_error_text(): Ptr;
  [kernel: string]: unknown;
}

/**
 * A function body that uses one relaxed SIMD instruction; validates only where the host has it.
 * (module (func (result v128) v128.const 0 v128.const 0 v128.const 0 f32x4.relaxed_madd))
 */
export function hasRelaxedSimd(): boolean {
  const zero = [0xfd, 0x0c, ...new Array(16).fill(0)];
  const body = [0x00, ...zero, ...zero, ...zero, 0xfd, 0x85, 0x02, 0x0b];
  return WebAssembly.validate(
    new Uint8Array([
      0,
      0x61,
      0x73,
      0x6d,
      1,
      0,
      0,
      0,
      1,
      5,
      1,
      0x60,
      0,
      1,
      0x7b,
      3,
      2,
      1,
      0,
      0x0a,
      body.length + 2,
      1,
      body.length,
      ...body,
    ]),
  );
}

export type WasmFile = 'hone-relaxed-threads.wasm' | 'hone-relaxed.wasm' | 'hone-simd.wasm';

/** The files of the builds that this host runs, best first. @param threads whether it can share memory among threads. */
export function wasmFiles(threads: boolean = canShareMemory()): readonly WasmFile[] {
  if (!hasRelaxedSimd()) return ['hone-simd.wasm'];
  return [...(threads ? (['hone-relaxed-threads.wasm'] as const) : []), 'hone-relaxed.wasm', 'hone-simd.wasm'];
}

/** What scripts/build-kernels.mjs wrote into the file: `simd128` or `relaxed-simd`. */
function isaOf(module: WebAssembly.Module): string {
  const [section] = WebAssembly.Module.customSections(module, 'hone.isa');
  return section ? new TextDecoder().decode(section) : 'simd128';
}

const BAD_FILE = 8;
/** The C library's snprintf names these three and never calls them: it writes to memory. */
const noFiles = { fd_close: () => BAD_FILE, fd_seek: () => BAD_FILE, fd_write: () => BAD_FILE };

function memoryForThreads(): WebAssembly.Memory {
  try {
    return sharedMemory();
  } catch (error) {
    throw new EngineError(
      `wasm engine: this build is for threads, and memory cannot be shared here (${(error as Error).message}). Take hone-relaxed.wasm or hone-simd.wasm, or isolate the page from other origins.`,
      { cause: error },
    );
  }
}

/** What a host gives the engine beyond the module. */
export interface WasmHooks {
  readonly tracker: OwnerTracker;
  /** Bytes that tensors may take; linear memory ends at 4 GiB anyway. */
  readonly memoryLimit?: number;
  readonly workers: WorkerHost;
  /** How many threads to use until setNumThreads says another number. */
  readonly threads: number;
}

/** Makes an engine of compiled kernels. @throws {EngineError} where they need shared memory, and there is none. */
export function createWasmEngine(module: WebAssembly.Module, hooks: WasmHooks): Engine {
  const { tracker, memoryLimit = Number.POSITIVE_INFINITY, workers } = hooks;
  const shared = sharesMemory(module) ? memoryForThreads() : undefined;
  let starter: WorkerStarter | undefined;
  const exports = new WebAssembly.Instance(module, {
    ...(shared ? { env: { memory: shared } } : {}),
    hone: {
      now: () => performance.now(),
      may_sleep: () => Number(workers.maySleep),
      start_workers: (have: number, wanted: number) => starter?.start(wanted) ?? have,
    },
    wasi_snapshot_preview1: noFiles,
  }).exports as unknown as WasmExports;
  exports.__wasm_call_ctors();
  const memory = shared ?? exports.memory!;
  if (shared) starter = new WorkerStarter(module, shared, workers, exports);

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
