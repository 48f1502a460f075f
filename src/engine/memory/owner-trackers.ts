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

/** Bytes of a buffer that makes V8 begin a full collection: more than its limit for that, 64 MiB, less than that at which it stops the program. */
const PROVOKING_BUFFER = 72 << 20;

/** A collection that marks beside the program costs the program this part of one that stops it; where it came too late, so many are not tried beside it. */
const BESIDE = 0.3;
const DISCOURAGED = 8;

/**
 * For hosts that can collect on demand. Only full collections clear WeakRefs, and one that stops the program takes 2 to 10 ms. So there are
 * two steps: at the first the host is made to begin a collection that marks on threads beside the running loop; at the second the
 * program is stopped if that has not ended. A WeakRef keeps its target until the running job ends, and a synchronous loop never ends:
 * `hooks.forgetKept` lifts that.
 */
export class WeakRefTracker implements OwnerTracker {
  readonly thorough = true;
  underWay = false;
  cost = 1;
  private readonly slots = new Slots();
  private readonly refs: (WeakRef<BlockOwner> | undefined)[] = [];
  /** Empty once a full collection has passed. */
  private sentinel = new WeakRef({});
  /** Milliseconds that the last collection took which stopped the program, and that beginning the last other one did. */
  private fullCost = 5;
  private startCost = 0;
  private discouraged = 0;

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
    if (effort === 1 && !this.underWay) {
      this.underWay = true;
      this.startCost = 0;
      if (this.discouraged > 0) {
        this.discouraged--;
      } else {
        const start = performance.now();
        provokeCollection(PROVOKING_BUFFER);
        this.startCost = performance.now() - start;
      }
    } else if (effort > 0) {
      if (effort === 1 && this.startCost > 0) this.discouraged = DISCOURAGED;
      const start = performance.now();
      this.hooks.forgetKept();
      this.hooks.collect();
      this.fullCost = performance.now() - start;
      this.cost = this.startCost + this.fullCost;
    }
    if (this.sentinel.deref() === undefined) {
      if (effort === 0) this.cost = this.startCost + BESIDE * this.fullCost;
      this.look(freed);
    }
    // To look at a WeakRef is to keep its target.
    this.hooks.forgetKept();
    return true;
  }

  async requestCollection(): Promise<void> {}

  private look(freed: (slot: number) => void): void {
    for (let slot = 0; slot < this.refs.length; slot++) {
      const ref = this.refs[slot];
      if (ref === undefined || ref.deref() !== undefined) continue;
      this.untrack(slot);
      freed(slot);
    }
    this.sentinel = new WeakRef({});
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

function provokeCollection(bytes: number): void {
  try {
    new ArrayBuffer(bytes);
  } catch {
    // Refused, after the host has collected what it could.
  }
}
