/** Scopes: memory that is given back at a known moment. Nobody needs them; they make the moment exact. */
import { inFrame } from '../../engine/tasks/async-context.js';
import { escapeScope, freeScope, newScope, type Scope, type Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Node } from '../node.js';

/** Calls `visit` with every tensor in `value`: a tensor, or arrays, maps, sets and plain objects of them, nested. */
export function eachTensor(value: unknown, visit: (x: Tensor) => void, seen = new Set<object>()): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Tensor) {
    visit(value);
  } else if (Array.isArray(value) || value instanceof Set) {
    for (const item of value) eachTensor(item, visit, seen);
  } else if (value instanceof Map) {
    for (const item of value.values()) eachTensor(item, visit, seen);
  } else if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null) {
    for (const item of Object.values(value)) eachTensor(item, visit, seen);
  }
}

/** Lets a tensor out of `scope`: its memory, its gradient, and what backward through it still needs. */
export function releaseTensor(x: Tensor, scope: Scope, to: Scope | null): void {
  const out = (storage: Storage) => {
    if (storage.scope === scope) escapeScope(storage, to);
  };
  out(x.storage);
  if (x.ownGrad !== null) out(x.ownGrad.storage);
  const seen = new Set<Node>();
  const stack = x.gradFn === null ? [] : [x.gradFn as Node];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const saved of node.savedTensors()) out(saved.storage);
    if (node.leaf) out(node.leaf.storage);
    for (const edge of node.edges) if (edge !== null) stack.push(edge.node);
  }
}

/**
 * Runs `body` and then frees every tensor that was made in it, except those that it returns (also inside arrays, maps and plain objects,
 * with what a later `backward` through them needs), those given to {@link keep}, and gradients of leaves from outside. Using a freed tensor
 * throws UseAfterFreeError. Scopes nest. An async body keeps the scope open until its promise settles, for what it makes itself: tensors
 * that others make meanwhile are not freed.
 * @throws {ArgumentError} for an async body where the host has no AsyncLocalStorage, as browsers do not.
 * @example
 * const loss = scope(() => criterion.forward(model.forward(x), y).item());
 */
export function scope<T>(body: () => T): T {
  const opened = newScope();
  return inFrame(
    'scope',
    { scope: opened },
    body,
    (result) => {
      eachTensor(result, (x) => releaseTensor(x, opened, opened.parent));
      freeScope(opened);
    },
    () => freeScope(opened),
  );
}

/** Takes the tensors in `value` out of every scope, and returns it: they live as tensors do that were made outside. */
export function keep<T>(value: T): T {
  eachTensor(value, (x) => {
    for (let owner = x.storage.scope; owner !== null; owner = owner.parent) releaseTensor(x, owner, null);
  });
  return value;
}
