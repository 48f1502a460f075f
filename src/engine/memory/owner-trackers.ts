/** How engines without the native addon learn that an owner of memory was collected: two trackers over the language's own weak references. */
import type { BlockOwner, OwnerTracker } from '../host.js';
import { nextTask } from '../tasks/next-task.js';

/** Slot numbers, reused. */
class Slots {
  private readonly unused: number[] = [];
  private next = 0;
  take(): number {
    return this.unused.pop() ?? this.next++;
  }
  giveBack(slot: number): void {
    this.unused.push(slot);
  }
}

/** What Node gives beyond the language: see host-node.ts. */
export interface CollectorHooks {
  /** Runs a full collection now. */
  collect(): void;
  /** Lets go of the objects that WeakRefs keep alive until the end of a job. */
  forgetKept(): void;
}

/**
 * Bytes of a buffer that makes V8 begin a full collection, or go on with one that it has begun: more than its limit for that, 64 MiB, less than that at which
 * it stops the program for a whole one.
 */
const PROVOKING_BUFFER = 72 << 20;

/** Milliseconds that the program waits for such a collection to end at most; where that was not enough, so many are not tried beside it. */
const PATIENCE = 15;
const DISCOURAGED = 8;
/** How often it can be looked whether it has: one that was made while V8 marks would say no more. */
const SENTINELS = 256;

/**
 * For hosts that can collect on demand. Only full collections clear WeakRefs, and one that stops the program takes 2 to 20 ms. So there are
 * two steps: at the first V8 is made to begin a collection that marks on threads beside the running loop; at the second it is made
 * to end it, in 1 to 2 ms, unless it has by itself. What the program makes in between lives until the next one.
 *
 * A WeakRef keeps its target until the running job ends, once it is made or looked at, and a synchronous loop never ends: `hooks.forgetKept` lifts
 * that, and must do so before marking begins.
 */
export class WeakRefTracker implements OwnerTracker {
  readonly thorough = true;
  underWay = false;
  cost = 1;
  private readonly slots = new Slots();
  private readonly refs: (WeakRef<BlockOwner> | undefined)[] = [];
  /** Empty once a full collection has passed. Each is looked at once: what is looked at while V8 marks, it keeps until the collection after that. */
  private sentinels: WeakRef<object>[] = [];
  /** Milliseconds that beginning the last collection took, and ending one. */
  private startCost = 0;
  private endCost = 2;
  private discouraged = 0;
  /** What V8 was provoked with, until the collection has passed. */
  private buffer: ArrayBuffer | undefined;

  constructor(private readonly hooks: CollectorHooks) {}

  track(owner: BlockOwner): number {
    const slot = this.slots.take();
    this.refs[slot] = new WeakRef(owner);
    return slot;
  }

  untrack(slot: number): void {
    this.refs[slot] = undefined;
    this.slots.giveBack(slot);
  }

  sweep(effort: 0 | 1 | 2, freed: (slot: number) => void): boolean {
    const start = performance.now();
    if (effort === 1 && !this.underWay) {
      this.underWay = true;
      if (this.discouraged > 0) {
        this.discouraged--;
      } else {
        this.renewSentinels();
        this.buffer = provokeCollection(PROVOKING_BUFFER);
      }
      this.startCost = performance.now() - start;
      return true;
    }
    if (effort === 0) {
      if (this.hasPassed()) {
        this.cost = this.startCost + this.endCost;
        this.look(freed);
      }
    } else {
      if (effort === 2 || !this.ends()) this.collect();
      this.endCost = performance.now() - start;
      this.cost = this.startCost + this.endCost;
      this.look(freed);
    }
    // To look at a WeakRef is to keep its target.
    this.hooks.forgetKept();
    return true;
  }

  async requestCollection(): Promise<void> {}

  /**
   * Makes V8 end the collection that it has begun; false if it does not. A buffer that moves counts as one more, so V8 marks for a while each time, and
   * when that was all, it ends at the next call of a function. A new buffer would bring a minor collection first, whose survivors live on.
   */
  private ends(): boolean {
    if (this.buffer === undefined) return false;
    for (const start = performance.now(); this.sentinels.length > 0 && performance.now() - start < PATIENCE; ) {
      this.hooks.forgetKept();
      this.buffer = structuredClone(this.buffer, { transfer: [this.buffer] });
      this.hooks.forgetKept();
      if (this.hasPassed()) return true;
    }
    this.discouraged = DISCOURAGED;
    return false;
  }

  /** Collects all at once. */
  private collect(): void {
    this.startCost = 0;
    this.hooks.forgetKept();
    this.hooks.collect();
  }

  /** Whether a full collection has passed since the sentinels were made. */
  private hasPassed(): boolean {
    if (this.sentinels.length === 0 && !this.underWay) this.renewSentinels();
    const sentinel = this.sentinels.pop();
    return sentinel !== undefined && sentinel.deref() === undefined;
  }

  private renewSentinels(): void {
    this.sentinels = Array.from({ length: SENTINELS }, () => new WeakRef({}));
    this.hooks.forgetKept();
  }

  private look(freed: (slot: number) => void): void {
    for (let slot = 0; slot < this.refs.length; slot++) {
      const ref = this.refs[slot];
      if (ref === undefined || ref.deref() !== undefined) continue;
      this.untrack(slot);
      freed(slot);
    }
    this.renewSentinels();
    this.buffer = undefined;
    this.underWay = false;
  }
}

/** What a finalizer gets: the slot of an owner, or what to call once a collection has run. */
type Held = { readonly slot: number } | { readonly onCollected: () => void };

/**
 * Bytes of buffers that make collectors run: they count what buffers hold, though these are never touched and so take no real memory.
 * In Chromium the small one brings a minor collection (2 to 4 ms), which spares what has lived for a while, and the impossible one
 * four full ones at once (12 ms for a small page), before it is refused. Hosts that refuse that one at once are given large ones.
 */
const SMALL_BUFFER = 64 << 20;
const LARGE_BUFFER = 256 << 20;
const IMPOSSIBLE_BUFFER = 2 ** 34;
/** Milliseconds between two such buffers, and that `requestCollection` takes at most. */
const INTERVAL = 4;
const TIMEOUT = 200;

/**
 * For browsers: finalizers run between tasks, once the host has collected. It sees only the few bytes of each tensor's JavaScript side
 * and would put that off, so it is made to.
 */
export class RegistryTracker implements OwnerTracker {
  /** A page shares its memory with others, so that it takes little more from its first steps on than it ever does. */
  readonly most = { bytes: 48 << 20, owners: 24_576 };
  private readonly slots = new Slots();
  private readonly tokens: (object | undefined)[] = [];
  private freed: number[] = [];
  private readonly registry = new FinalizationRegistry<Held>((held) => {
    if ('onCollected' in held) held.onCollected();
    else this.freed.push(held.slot);
  });
  /** Lives from one full collection to the next, and so is old: minor ones spare it. */
  private sentinel: object = {};

  track(owner: BlockOwner): number {
    const slot = this.slots.take();
    const token = { slot };
    this.tokens[slot] = token;
    this.registry.register(owner, token, token);
    return slot;
  }

  untrack(slot: number): void {
    this.registry.unregister(this.tokens[slot]!);
    this.tokens[slot] = undefined;
    this.slots.giveBack(slot);
  }

  sweep(_effort: 0 | 1 | 2, freed: (slot: number) => void): boolean {
    const found = this.freed;
    this.freed = [];
    for (const slot of found) {
      this.tokens[slot] = undefined;
      this.slots.giveBack(slot);
      freed(slot);
    }
    // Loops that await anything else have their finalizers run there, if there was a collection.
    if (found.length === 0) provokeCollection(SMALL_BUFFER);
    return false;
  }

  /** Provokes the collector until it has run and finalizers had their turn; where it does not run, the loop goes on after a fifth of a second. */
  async requestCollection(effort: 1 | 2): Promise<void> {
    const start = performance.now();
    let collected = false;
    this.watch(effort, () => (collected = true));
    for (let tries = 0; !collected; ) {
      const waited = performance.now() - start;
      if (waited > TIMEOUT) return;
      if (waited >= tries * INTERVAL) {
        provokeCollection(effort === 1 ? SMALL_BUFFER : tries === 0 ? IMPOSSIBLE_BUFFER : LARGE_BUFFER);
        tries++;
      }
      await nextTask();
    }
    await nextTask();
  }

  /** Drops an object whose finalizer reports the collection. Not inline: an async function would go on holding it in its registers. */
  private watch(effort: 1 | 2, onCollected: () => void): void {
    this.registry.register(effort === 1 ? {} : this.sentinel, { onCollected });
    if (effort === 2) this.sentinel = {};
  }
}

function provokeCollection(bytes: number): ArrayBuffer | undefined {
  try {
    return new ArrayBuffer(bytes);
  } catch {
    return undefined; // refused, after the host has collected what it could
  }
}
