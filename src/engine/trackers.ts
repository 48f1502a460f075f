/** How engines without the native addon learn that an owner of memory was collected: two trackers over the language's own weak references. */
import type { BlockOwner, OwnerTracker } from './engine.js';

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
 * `hooks.collect` lifts that, so dead owners are found inside the loop.
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

  sweep(effort: 0 | 1 | 2, dead: (slot: number) => void): boolean {
    // Looking at a WeakRef keeps its target alive for this job, and a minor collection does not clear WeakRefs: only effort 2 can help.
    if (effort < 2) return true;
    this.hooks.collect();
    for (let slot = 0; slot < this.refs.length; slot++) {
      const ref = this.refs[slot];
      if (ref === undefined || ref.deref() !== undefined) continue;
      this.untrack(slot);
      dead(slot);
    }
    return true;
  }

  async relieve(): Promise<void> {}
}

/** For browsers: finalizers run between tasks, whenever the host collects. */
export class RegistryTracker implements OwnerTracker {
  private readonly slots = new Slots();
  private readonly tokens: (object | undefined)[] = [];
  private dead: number[] = [];
  private readonly registry = new FinalizationRegistry<{ slot: number }>((held) => this.dead.push(held.slot));

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

  sweep(_effort: 0 | 1 | 2, dead: (slot: number) => void): boolean {
    const found = this.dead;
    this.dead = [];
    for (const slot of found) {
      this.tokens[slot] = undefined;
      this.slots.giveBack(slot);
      dead(slot);
    }
    return false;
  }

  /**
   * Nudges the collector and gives finalizers a turn. Engine memory is invisible to it, so large buffers, never touched and so never
   * backed by real pages, are made and dropped until it runs; after a tenth of a second the loop goes on regardless.
   */
  async relieve(): Promise<void> {
    const start = performance.now();
    for (let round = 0; this.dead.length === 0 && performance.now() - start < 100; round++) {
      new ArrayBuffer(64 << 20);
      await nextTask();
    }
    await nextTask();
  }
}

/** Resolves in a new task; timers would be clamped to 4 ms. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(0);
  });
}
