/** The native engine: the kernels as a Node-API addon. Node only; loaded by host-node.ts. */
import { EngineError } from '../errors.js';
import { Engine } from './engine.js';
import { type BlockOwner, type OwnerTracker, SCRATCH_DOUBLES } from './host.js';
import { KERNEL_NAMES, type Kernels, type Ptr } from './kernel-table.gen.js';

/** What kernels/bindings/napi.cc exports. */
export interface Addon {
  readonly isa: string;
  /** The version of Hone that it was built for. */
  readonly version: string;
  /** Built for sanitizers, with blocks as large as asked for. */
  readonly exact?: boolean;
  readonly kernels: Record<string, (...args: number[]) => number>;
  reserve(bytes: number): Ptr;
  release(ptr: Ptr): void;
  handOver(ptr: Ptr): number;
  adopt(ptr: Ptr): boolean;
  reserved(): number;
  limit(bytes: number): number;
  write(ptr: Ptr, from: ArrayBufferView): void;
  read(ptr: Ptr, into: ArrayBufferView): void;
  peek(dtypeCode: number, ptr: Ptr): number;
  address(of: ArrayBuffer | ArrayBufferView): Ptr;
  track(owner: BlockOwner): number;
  untrack(slot: number): void;
  alive(slot: number): boolean;
  sweep(slots: Uint32Array, from: number): number;
  lastError(): string;
}

/** What Node gives beyond the language: see host-node.ts. */
export interface NativeHooks {
  collect(kind: 'minor' | 'major'): void;
  /** Bytes that the process may take for tensors; the first engine of a process decides, its worker threads share it. */
  memoryLimit: number;
  threads: number;
}

/** Weak Node-API references, which are empty as soon as a collection has passed and can be swept inside a synchronous loop. */
class AddonTracker implements OwnerTracker {
  /** Minor collections cost next to nothing. A group of eight tiny tensors is one owner. */
  readonly most = { bytes: 80 << 20, owners: 3072 };
  private readonly slots = new Uint32Array(4096);
  readonly track: (owner: BlockOwner) => number;
  readonly untrack: (slot: number) => void;
  /** The slot of an object that nobody holds: gone once any collection has passed. */
  private sentinel: number;

  constructor(
    private readonly addon: Addon,
    private readonly hooks: NativeHooks,
  ) {
    this.track = addon.track;
    this.untrack = addon.untrack;
    this.sentinel = addon.track({});
  }

  sweep(effort: 0 | 1 | 2, freed: (slot: number) => void): boolean {
    const { addon, slots } = this;
    if (effort > 0) this.hooks.collect(effort === 1 ? 'minor' : 'major');
    else if (addon.alive(this.sentinel)) return true;
    addon.untrack(this.sentinel);
    for (let from = 0, found = slots.length; found === slots.length; ) {
      found = addon.sweep(slots, from);
      for (let i = 0; i < found; i++) freed(slots[i]!);
      if (found > 0) from = slots[found - 1]! + 1;
    }
    this.sentinel = addon.track({});
    return true;
  }

  async requestCollection(): Promise<void> {}
}

/** Makes an engine of a loaded addon. */
export function createNativeEngine(addon: Addon, hooks: NativeHooks): Engine {
  const kernels = {} as Record<string, unknown>;
  for (const [name, symbol] of Object.entries(KERNEL_NAMES)) {
    const kernel = addon.kernels[symbol];
    if (!kernel) throw new EngineError(`native engine: its addon lacks the kernel ${symbol}. Run npm run build.`);
    kernels[name] = kernel;
  }
  const scratch = new Float64Array(SCRATCH_DOUBLES);
  const engine = new Engine({
    name: 'native',
    isa: addon.isa,
    exactBlocks: addon.exact === true,
    kernels: kernels as unknown as Kernels,
    reserve: addon.reserve,
    release: addon.release,
    write: addon.write,
    read: addon.read,
    address: addon.address,
    peek: addon.peek,
    reserved: addon.reserved,
    handOver: addon.handOver,
    adopt: addon.adopt,
    lastError: addon.lastError,
    scratch: () => scratch,
    scratchPtr: addon.address(scratch.buffer),
    tracker: new AddonTracker(addon, hooks),
    memoryLimit: addon.limit(hooks.memoryLimit),
  });
  engine.kernels.setThreads(hooks.threads);
  return engine;
}
