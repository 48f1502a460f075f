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
  /** Runs a full collection now, after letting go of the objects that WeakRefs keep alive until the end of a job. */
  collect(): void;
}

/**
 * For hosts that can collect on demand. A WeakRef keeps its target until the running job ends, and a synchronous loop never ends;
 * `hooks.collect` lifts that, so owners that are gone are found inside the loop.
 */
export class WeakRefTracker implements OwnerTracker {
  private readonly slots = new Slots();
  private readonly refs: (WeakRef<BlockOwner> | undefined)[] = [];

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
    // Looking at a WeakRef keeps its target alive for this job, and a minor collection does not clear WeakRefs: only effort 2 can help.
    if (effort < 2) return true;
    this.hooks.collect();
    for (let slot = 0; slot < this.refs.length; slot++) {
      const ref = this.refs[slot];
      if (ref === undefined || ref.deref() !== undefined) continue;
      this.untrack(slot);
      freed(slot);
    }
    return true;
  }

  async requestCollection(): Promise<void> {}
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
