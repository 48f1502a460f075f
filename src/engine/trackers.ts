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

/** What a finalizer is told: the slot of an owner, or whom to tell that a collection has passed. */
type Held = { readonly slot: number } | { readonly passed: () => void };

/** Bytes of a buffer that makes collectors run: they count what buffers hold, though its pages are never touched and so never real. */
const NUDGE_BYTES = 64 << 20;
/** Milliseconds that `relieve` waits at most. */
const PATIENCE = 200;

/**
 * For browsers: finalizers run between tasks, once the host has collected. It sees only the few bytes of each tensor's JavaScript side
 * and would put that off, so it is nudged.
 */
export class RegistryTracker implements OwnerTracker {
  private readonly slots = new Slots();
  private readonly tokens: (object | undefined)[] = [];
  private dead: number[] = [];
  private readonly registry = new FinalizationRegistry<Held>((held) => {
    if ('passed' in held) held.passed();
    else this.dead.push(held.slot);
  });

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
    // Loops that await something else than `relieve` have their finalizers run there, if a collection has passed.
    if (found.length === 0) nudge();
    return false;
  }

  /**
   * Nudges the collector until it has collected what was unreachable when this was called, and its finalizers had their turn: 1 to 3 ms
   * in Chromium. Where that does not happen, the loop goes on regardless after a fifth of a second.
   */
  async relieve(): Promise<void> {
    const start = performance.now();
    let passed = false;
    this.registry.register(unreachable(), { passed: () => (passed = true) });
    while (!passed && performance.now() - start < PATIENCE) {
      nudge();
      await nextTask();
    }
    await nextTask();
  }
}

/** An object that nobody holds once this has returned; it dies with the next full collection. */
function unreachable(): object {
  return {};
}

function nudge(): void {
  try {
    new ArrayBuffer(NUDGE_BYTES);
  } catch {
    // No room for it: then the host has just collected.
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
