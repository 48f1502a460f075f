/** Threads of the WebAssembly engine: workers that run the same module on the same, shared memory. Their pool is the kernels' own (kernels/threads). */
import type { Ptr } from '../kernel-table.gen.js';

/** What a host gives the engine to have threads with. */
export interface WorkerHost {
  /** Starts {@link WORKER_PROGRAM} in a thread that the process does not wait for. Throws where it cannot; calls `failed` where it could not later. */
  start(program: string, data: WorkerData, failed: () => void): void;
  /** Whether the thread that calls kernels may sleep; a page's may not. */
  readonly maySleep: boolean;
}

interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly seat: number;
  /** The upper end of its stack, and the memory of its thread_local variables. */
  readonly stack: number;
  readonly local: number;
}

/** What a build with threads exports beside the kernels. */
export interface ThreadExports {
  aligned_alloc(align: number, bytes: number): Ptr;
  free(ptr: Ptr): void;
  pool_most_threads(threads: number): void;
  readonly __tls_size: WebAssembly.Global;
  readonly __tls_align: WebAssembly.Global;
}

/**
 * The program of a worker, as text, so that bundlers need not find it; the host adds the line that calls `work` with its data. It works until the
 * process ends, or sleeps: what it runs are the kernels' slices, and the names are those that the linker gives.
 */
export const WORKER_PROGRAM = `
const work = ({ module, memory, seat, stack, local }) => {
  const none = () => 8;
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory },
    hone: { now: () => performance.now(), may_sleep: () => 1, start_workers: (have) => have },
    wasi_snapshot_preview1: { fd_close: none, fd_seek: none, fd_write: none },
  });
  exports.__stack_pointer.value = stack;
  exports.__wasm_init_tls(local);
  exports.pool_work(seat);
};
`;

/** As scripts/build-kernels.mjs links it, in pages of 64 KiB; and what each worker's stack takes, as much as the first thread's. */
const INITIAL_PAGES = 256;
const MOST_PAGES = 65536;
const STACK_BYTES = 1 << 20;
const MOST_THREADS = 64;

/** Whether the build takes a memory from outside: that is what threads share. */
export function takesMemory(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.imports(module).some(({ kind }) => kind === 'memory');
}

/** Whether memory can be shared with workers here. Pages can where they are isolated from other origins. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && globalThis.crossOriginIsolated !== false;
}

/** Memory for one thread. */
export function ownMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MOST_PAGES });
}

/** Memory that may grow as far as the host lets it: all of its addresses are set aside at once, which some hosts do not have. */
export function sharedMemory(): WebAssembly.Memory {
  for (let maximum = MOST_PAGES; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared: true });
    } catch (error) {
      if (maximum <= 4096) throw error;
    }
  }
}

/** Gives the kernels' pool its workers, once the module is instantiated. */
export class WorkerStarter {
  private started = 0;
  private broken = false;

  constructor(
    private readonly module: WebAssembly.Module,
    private readonly memory: WebAssembly.Memory,
    private readonly host: WorkerHost,
    private readonly exports: ThreadExports,
  ) {
    exports.pool_most_threads(MOST_THREADS);
  }

  /** Called by a kernel that wants `wanted` workers: starts those that there are not yet, and gives how many there are. */
  start(wanted: number): number {
    const { module, memory, exports } = this;
    while (!this.broken && this.started < wanted) {
      const align = Math.max(exports.__tls_align.value, 64);
      const bytes = STACK_BYTES + Math.ceil(exports.__tls_size.value / align) * align;
      const block = exports.aligned_alloc(align, Math.ceil(bytes / align) * align) >>> 0;
      if (block === 0) break;
      const seat = this.started + 1;
      try {
        this.host.start(WORKER_PROGRAM, { module, memory, seat, stack: block + STACK_BYTES, local: block + STACK_BYTES }, () =>
          this.fail(),
        );
      } catch {
        exports.free(block as Ptr);
        this.fail();
        break;
      }
      this.started = seat;
    }
    return this.started;
  }

  /** Workers are not to be had here (a content security policy may say so): the thread that calls works alone. */
  private fail(): void {
    this.broken = true;
    this.exports.pool_most_threads(1);
  }
}
