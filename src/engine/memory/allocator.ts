/**
 * The caching allocator: hands out blocks of engine memory, keeps those that come back for the next request of their size, and asks
 * for a collection when the bytes handed out since the last one pass a budget (pace.ts). That is what keeps a plain training loop flat
 * without anybody freeing a tensor.
 *
 * Sizes are rounded up to eight classes an octave (12.5 % waste at most). Blocks up to 64 KiB are cut from 1 MiB slabs; larger ones
 * are reserved one by one, so that they can go back to the system when memory is short.
 */
import { EngineError, OutOfMemoryError } from '../../errors.js';
import type { Block, BlockOwner, Count, EngineHost } from '../host.js';
import type { Ptr } from '../kernel-table.gen.js';
import { TinyGroups } from './groups.js';
import { CollectionPace } from './pace.js';

const SLAB_BYTES = 1 << 20;
const SLAB_MAX = 1 << 16;
const STEPS = 8;
/** The last class of tiny blocks, which have groups.ts: 1 KiB. */
const LAST_TINY = 4 * STEPS;

/** The class of a request: eight steps an octave above 64 bytes. */
function classOf(bytes: number): number {
  if (bytes <= 64) return 0;
  const units = Math.ceil(bytes / 64);
  // Shifts as far as they go: a power takes as long as all else here.
  if (units <= 1 << 24) {
    const octave = 31 - Math.clz32(units);
    const base = 1 << octave;
    return octave * STEPS + ((((units - base) * STEPS + base - 1) / base) | 0);
  }
  const octave = Math.floor(Math.log2(units));
  const base = 2 ** octave;
  return octave * STEPS + Math.ceil(((units - base) * STEPS) / base);
}

function classBytes(index: number): number {
  const octave = Math.floor(index / STEPS);
  const base = 64 * 2 ** octave;
  return Math.ceil((base + (base * (index % STEPS)) / STEPS) / 64) * 64;
}

export interface MemoryStats {
  /** Bytes in blocks on loan, rounded up to their classes. */
  liveBytes: number;
  /** Bytes kept for the next request. */
  cachedBytes: number;
  /** The most liveBytes has been. */
  peakBytes: number;
  /** Blocks on loan. */
  blocks: number;
  collections: number;
}

export class BlockAllocator {
  private readonly free: Ptr[][] = [];
  private readonly bytesOf: number[] = [];
  private readonly slotPtr: Ptr[] = [];
  /** The class of the block that a slot's owner has; of a group's slot, below 0, the group: `-1 - group`. */
  private readonly slotClass: number[] = [];
  /** The bytes of blocks that came from other threads: they go back to the system. */
  private readonly adopted = new Map<Ptr, number>();
  private readonly groups: TinyGroups;
  private slab: Ptr = 0;
  private slabUsed = SLAB_BYTES;
  private live = 0;
  private cached = 0;
  private peak = 0;
  private blocks = 0;
  /** Weak references to owners, those to groups left out. */
  private watched = 0;
  private collections = 0;
  private needsDrain = false;
  private draining: Promise<void> | undefined;
  private readonly pace: CollectionPace;

  private readonly exact: boolean;

  constructor(private readonly host: EngineHost) {
    this.exact = host.exactBlocks === true;
    this.pace = new CollectionPace(host.memoryLimit, host.tracker.most);
    this.groups = new TinyGroups(LAST_TINY + 1, host.tracker, this.slotClass, this.free);
  }

  /** Lends a block of at least `bytes` to `owner`, which fills in ptr, sizeClass and slot; the block returns when the owner is collected. */
  lend(bytes: number, owner: Block & BlockOwner): void {
    if (this.exact) {
      this.lendExact(bytes, owner);
      return;
    }
    const index = classOf(bytes);
    const size = (this.bytesOf[index] ??= classBytes(index));
    if (this.live + size > this.pace.bytesDue || this.owners >= this.pace.ownersDue) this.collect();
    owner.sizeClass = index;
    if (index <= LAST_TINY) {
      const place = this.groups.place(index);
      let ptr = this.groups.blockAt(place);
      if (ptr === 0) ptr = this.take(index, size, bytes);
      else this.cached -= size;
      this.groups.lend(place, ptr, size, owner);
    } else {
      const ptr = this.take(index, size, bytes);
      owner.ptr = ptr;
      const slot = this.watch(owner);
      owner.slot = slot;
      this.slotPtr[slot] = ptr;
      this.slotClass[slot] = index;
    }
    this.live += size;
    this.blocks++;
    if (this.live > this.peak) this.peak = this.live;
  }

  /** A block that is free. */
  private take(index: number, size: number, bytes: number): Ptr {
    const ptr = (this.free[index] ??= []).pop();
    if (ptr === undefined) return this.reserve(index, size, bytes);
    this.cached -= size;
    return ptr;
  }

  private watch(owner: BlockOwner): number {
    this.watched++;
    return this.host.tracker.track(owner);
  }

  private unwatch(slot: number): void {
    this.watched--;
    this.host.tracker.untrack(slot);
  }

  /** {@link lend} with a block of the request's own size: a class for each size, of which none is kept. */
  private lendExact(bytes: number, owner: Block & BlockOwner): void {
    if (this.live + bytes > this.pace.bytesDue || this.owners >= this.pace.ownersDue) this.collect();
    const ptr = this.reserveFromHost(bytes, bytes);
    this.bytesOf[bytes] = bytes;
    this.live += bytes;
    this.blocks++;
    if (this.live > this.peak) this.peak = this.live;
    const slot = this.watch(owner);
    Object.assign(owner, { ptr, sizeClass: bytes, slot });
    this.slotPtr[slot] = ptr;
    this.slotClass[slot] = bytes;
  }

  /** Takes a block back now. */
  takeBack(owner: Block): void {
    if (owner.ptr === 0) return;
    if (owner.slot < 0) this.groups.leave(owner);
    else this.unwatch(owner.slot);
    this.recycle(owner.ptr, owner.sizeClass);
    owner.ptr = 0;
  }

  /**
   * Gives a block to the thread that will {@link adopt} it: its address and bytes. Undefined where that cannot be: small blocks are parts of larger
   * ones, and WebAssembly has a memory for each thread.
   */
  handOver(owner: Block): { ptr: Ptr; bytes: number } | undefined {
    const { host } = this;
    const { ptr, sizeClass } = owner;
    const size = this.exact ? 0 : (this.bytesOf[sizeClass] ?? 0);
    if (!host.handOver || ptr === 0 || size <= SLAB_MAX || this.adopted.has(ptr)) return undefined;
    const bytes = host.handOver(ptr);
    if (bytes === 0) return undefined;
    this.unwatch(owner.slot);
    owner.ptr = 0;
    this.live -= size;
    this.blocks--;
    return { ptr, bytes };
  }

  /** Lends a block that another thread handed over to `owner`. @throws {EngineError} where none was. */
  adopt(ptr: Ptr, bytes: number, owner: Block & BlockOwner): void {
    if (!this.host.adopt?.(ptr)) throw new EngineError(`the ${this.host.name} engine has no block to adopt at ${ptr}.`);
    this.adopted.set(ptr, bytes);
    this.live += bytes;
    this.blocks++;
    if (this.live > this.peak) this.peak = this.live;
    const slot = this.watch(owner);
    Object.assign(owner, { ptr, sizeClass: 0, slot });
    this.slotPtr[slot] = ptr;
    this.slotClass[slot] = 0;
    // Lending looks at the budget; a loop that only takes what others made must, too.
    if (this.live > this.pace.bytesDue) this.collect();
  }

  /** True when a collection is due that this host can only do between tasks; `drain` does it. */
  get underPressure(): boolean {
    return this.needsDrain;
  }

  /** Waits for a collection where a synchronous one is impossible (browsers); returns at once where none is due. */
  drain(): Promise<void> {
    if (!this.needsDrain) return Promise.resolve();
    this.draining ??= this.drainNow().finally(() => {
      this.draining = undefined;
    });
    return this.draining;
  }

  private async drainNow(): Promise<void> {
    const { pace } = this;
    const before = this.count();
    const start = performance.now();
    let cost = 0;
    for (const effort of [1, 2] as const) {
      const began = performance.now();
      await this.host.tracker.requestCollection(effort);
      this.host.tracker.sweep(0, this.onFreed);
      const end = performance.now();
      if (effort === 2) {
        pace.full(this.count(), began, end);
      } else {
        cost = end - began;
        if (!pace.wantsFull(this.count(), true, end)) break;
      }
    }
    pace.next(this.count(), before, start, cost, true);
    this.needsDrain = false;
  }

  /** Tells that what was in use until now has just become garbage, as at the end of a backward pass: a good moment for a collection, if one is due soon. */
  settle(): void {
    this.pace.goodMoments = true;
    if (this.live > this.pace.bytesWanted || this.owners > this.pace.ownersWanted) this.collect(true);
  }

  /** Gives back what unreachable owners hold, with as little work as is enough, and sets when the next collection is due. */
  collect(good = false): void {
    this.collections++;
    const { pace } = this;
    const { tracker } = this.host;
    const before = this.count();
    const start = performance.now();
    // A group that stays open over two collections would grow old, and its members with it.
    this.groups.close();
    // First for what collections have found that the host did for its own reasons.
    if (!tracker.sweep(0, this.onFreed)) {
      this.needsDrain = true;
      pace.postpone(this.count());
      return;
    }
    if (!pace.suffices(this.count(), before)) tracker.sweep(1, this.onFreed);
    if (tracker.underWay) {
      pace.begin(this.count());
      return;
    }
    const end = performance.now();
    if (!tracker.thorough && pace.wantsFull(this.count(), good, end)) {
      tracker.sweep(2, this.onFreed);
      pace.full(this.count(), end, performance.now());
    }
    pace.next(this.count(), before, start, tracker.cost ?? end - start, good, tracker.thorough);
  }

  /** {@link collect}, as thoroughly as it goes. */
  collectAll(): void {
    this.collections++;
    const start = performance.now();
    this.groups.close();
    if (!this.host.tracker.sweep(2, this.onFreed)) {
      this.needsDrain = true;
      return;
    }
    this.pace.full(this.count(), start, performance.now());
    this.pace.restart(this.count());
  }

  private get owners(): number {
    return this.watched + this.groups.owners;
  }

  private count(): Count {
    return { bytes: this.live, owners: this.owners };
  }

  /** Gives every cached large block back to the system. */
  emptyCache(): void {
    for (let index = 0; index < this.free.length; index++) {
      const list = this.free[index];
      const size = this.bytesOf[index]!;
      if (!list || size <= SLAB_MAX) continue;
      for (const ptr of list) this.host.release(ptr);
      this.cached -= size * list.length;
      list.length = 0;
    }
  }

  stats(): MemoryStats {
    return { liveBytes: this.live, cachedBytes: this.cached, peakBytes: this.peak, blocks: this.blocks, collections: this.collections };
  }

  private readonly onFreed = (slot: number): void => {
    const index = this.slotClass[slot]!;
    if (index < 0) {
      const { blocks, index: tiny } = this.groups.takeBack(-1 - index);
      const bytes = blocks * this.bytesOf[tiny]!;
      this.live -= bytes;
      this.cached += bytes;
      this.blocks -= blocks;
      return;
    }
    this.watched--;
    this.recycle(this.slotPtr[slot]!, index);
  };

  private recycle(ptr: Ptr, index: number): void {
    const foreign = this.adopted.size > 0 ? this.adopted.get(ptr) : undefined;
    if (foreign !== undefined) {
      this.adopted.delete(ptr);
      this.live -= foreign;
      this.blocks--;
      this.host.release(ptr);
      return;
    }
    const size = this.bytesOf[index]!;
    this.live -= size;
    this.blocks--;
    if (this.exact) {
      this.host.release(ptr);
      return;
    }
    this.free[index]!.push(ptr);
    this.cached += size;
  }

  private reserve(index: number, size: number, wanted: number): Ptr {
    if (size <= SLAB_MAX) {
      if (this.slabUsed + size > SLAB_BYTES) {
        this.slab = this.reserveFromHost(SLAB_BYTES, wanted);
        this.slabUsed = 0;
      }
      const ptr = (this.slab + this.slabUsed) as Ptr;
      this.slabUsed += size;
      return ptr;
    }
    return this.reserveFromHost(this.bytesOf[index]!, wanted);
  }

  private reserveFromHost(size: number, wanted: number): Ptr {
    const { host } = this;
    const fits = () => (host.reserved?.() ?? this.live + this.cached) + size <= host.memoryLimit;
    let ptr = fits() ? host.reserve(size) : 0;
    if (ptr !== 0) return ptr;
    this.emptyCache();
    if (fits()) ptr = host.reserve(size);
    if (ptr !== 0) return ptr;
    let sweeps = true;
    for (const effort of [1, 2] as const) sweeps = host.tracker.sweep(effort, this.onFreed);
    this.emptyCache();
    if (fits()) ptr = host.reserve(size);
    if (ptr !== 0) return ptr;
    const elsewhere = (host.reserved?.() ?? 0) - this.live - this.cached - 2 * SLAB_BYTES;
    throw new OutOfMemoryError(
      `cannot allocate ${showBytes(wanted)}: ${showBytes(this.live)} are in use${elsewhere > 0 ? ` here, ${showBytes(elsewhere)} in other threads,` : ''} and the ${host.name} engine may take ${showBytes(host.memoryLimit)}. ` +
        'Use a smaller batch or model, drop references to old tensors (a list of losses keeps its graphs: push loss.item()), or wrap evaluation in noGrad().' +
        (sweeps
          ? ''
          : ' In a browser the memory of dropped tensors comes back between tasks only: loop with for await (const batch of loader), or wrap each step in scope().'),
    );
  }
}

/** `1.5 GB`, `640 KB`: bytes for people. */
export function showBytes(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
