/** Storage: one block of engine memory, shared by a tensor and its views; and scopes, which give blocks back at a known moment. */

import { type Engine, engine, loadedEngine } from '../engine/engine.js';
import type { Block } from '../engine/host.js';
import type { Ptr } from '../engine/kernel-table.gen.js';
import { frame } from '../engine/tasks/async-context.js';
import { EngineError, UseAfterFreeError } from '../errors.js';

/** A block on its way between threads. */
export interface Handed {
  readonly ptr: Ptr;
  readonly bytes: number;
}

export class Storage implements Block {
  ptr: Ptr = 0;
  sizeClass = 0;
  slot = 0;
  group: object | null = null;
  /** The engine whose memory this is. */
  readonly engine: Engine;
  /** Counts in-place changes; autograd compares it with the count at the time a value was saved. */
  version = 0;
  /** The scope that will give the block back, if any. */
  scope: Scope | null;
  /** Gradients in flight that share this block; see autograd/backward.ts. */
  pending = 0;

  /** @param at a block of at least as many bytes that another thread handed over. Default: a new one. */
  constructor(
    readonly bytes: number,
    at?: Handed,
  ) {
    this.engine = engine ?? loadedEngine();
    if (at) this.engine.memory.adopt(at.ptr, at.bytes, this);
    else this.engine.memory.lend(bytes, this);
    const scope = frame().scope as Scope | null;
    this.scope = scope;
    if (scope !== null) scope.storages.push(this);
  }

  /** Gives the block back now. Tensors that use it throw UseAfterFreeError from then on. */
  free(): void {
    this.engine.memory.takeBack(this);
  }

  /** The block's address; throws when it was given back or belongs to another engine than the active one. */
  address(): Ptr {
    if (this.ptr !== 0 && this.engine === engine) return this.ptr;
    if (this.ptr === 0) {
      throw new UseAfterFreeError(
        'this tensor was freed by dispose(), using or the end of a scope. Clone what must outlive a scope, return it from the scope, or mark it with keep().',
      );
    }
    throw new EngineError(
      `this tensor lives on the ${this.engine.name} engine (${this.engine.isa}), but ${engine.name} (${engine.isa}) is active. Tensors cannot move: make it again, or call setEngine before making any.`,
    );
  }
}

/** The storages made while a scope was innermost. */
export interface Scope {
  readonly storages: Storage[];
  readonly parent: Scope | null;
  /** Whether a copy that user code makes on purpose outlives it: true of the steps of fit, which nobody opened by hand. */
  readonly clonesLeave: boolean;
}

/** A scope inside the innermost one, not yet open. */
export function newScope(clonesLeave = false): Scope {
  return { storages: [], parent: frame().scope as Scope | null, clonesLeave };
}

/** Opens a scope by hand; close it with {@link closeScope}. */
export function openScope({ clonesLeave = false } = {}): Scope {
  const scope = newScope(clonesLeave);
  frame().scope = scope;
  return scope;
}

/** Frees what was made in `scope` and is still its own, and opens the one around it again. */
export function closeScope(scope: Scope): void {
  frame().scope = scope.parent;
  freeScope(scope);
}

/** Frees what was made in `scope` and is still its own. */
export function freeScope(scope: Scope): void {
  for (const storage of scope.storages) if (storage.scope === scope) storage.free();
}

/** Moves a storage out of its scope, to the one around it (or to none): it outlives the scope. */
export function escapeScope(storage: Storage, to: Scope | null): void {
  if (storage.scope === null) return;
  storage.scope = to;
  if (to !== null) to.storages.push(storage);
}
