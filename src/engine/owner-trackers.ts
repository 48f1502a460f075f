/** How engines without the native addon learn that an owner of memory was collected: two trackers over the language's own weak references. */
import type { BlockOwner, OwnerTracker } from './engine.js';
import { nextTask } from './next-task.js';

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

/**
 * Bytes of buffers that make collectors run: they count what buffers hold, though these are never touched and so take no real memory.
 * In Chromium the small one brings a minor collection (2 to 4 ms), which passes by what has lived for a while, and the impossible one
 * four full ones at once (12 ms for a small page), before it is refused. Hosts that refuse that one without looking are given large ones.
 */
const SMALL_NUDGE = 64 << 20;
const LARGE_NUDGE = 256 << 20;
const IMPOSSIBLE_NUDGE = 2 ** 34;
/** Milliseconds between two nudges, and that `relieve` takes at most. */
const PAUSE = 4;
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
  /** Lives from one full collection to the next, and so is old: minor ones pass it by. */
  private witness: object = {};

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
    if (found.length === 0) nudge(SMALL_NUDGE);
    return false;
  }

  /** Nudges the collector until it has run and its finalizers had their turn; where it does not, the loop goes on after a fifth of a second. */
  async relieve(effort: 1 | 2): Promise<void> {
    const start = performance.now();
    let passed = false;
    this.letGo(effort, () => (passed = true));
    for (let nudges = 0; !passed; ) {
      const waited = performance.now() - start;
      if (waited > PATIENCE) return;
      if (waited >= nudges * PAUSE) {
        nudge(effort === 1 ? SMALL_NUDGE : nudges === 0 ? IMPOSSIBLE_NUDGE : LARGE_NUDGE);
        nudges++;
      }
      await nextTask();
    }
    await nextTask();
  }

  /** Drops an object whose end tells of the collection. A function of its own: one that awaits would hold what its registers held. */
  private letGo(effort: 1 | 2, passed: () => void): void {
    this.registry.register(effort === 1 ? {} : this.witness, { passed });
    if (effort === 2) this.witness = {};
  }
}

function nudge(bytes: number): void {
  try {
    new ArrayBuffer(bytes);
  } catch {
    // Refused, after the host has collected what it could.
  }
}
