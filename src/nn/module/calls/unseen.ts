/**
 * Which forwards nobody sees but who calls them. Hone's own layers say with a static `keepsNothing` that their forward holds on to nothing that it
 * takes or gives, and that what it gives is new, or the memory of its input. Layers of users hold what they like: a class that
 * inherits `keepsNothing`, but has a forward of its own, does not say so.
 */
import type { Module } from '../module.js';
import { type CallHooks, everywhere } from './hooks.js';

const classes = new WeakMap<object, boolean>();

/** Whether the class that the module's forward comes from keeps nothing, and no hook watches. */
export function unseen(module: Module, hooks: CallHooks | null): boolean {
  if (everywhere.size > 0 || (hooks !== null && hooks.size > 0)) return false;
  const own = Object.getPrototypeOf(module) as object;
  let known = classes.get(own);
  if (known === undefined) {
    let owner = own;
    while (!Object.hasOwn(owner, 'forward')) owner = Object.getPrototypeOf(owner) as object;
    const { constructor } = owner as { constructor: typeof Module };
    known = Object.hasOwn(constructor, 'keepsNothing') && constructor.keepsNothing;
    classes.set(own, known);
  }
  return known;
}
