/**
 * Which forwards nobody sees but who calls them. Hone's own layers say with a static `keepsNothing` that their forward holds on to nothing that it
 * takes or gives, and that what it gives is new, or the memory of its input; those that hand what they take to their parts, that it is so where
 * it is so of all of them. Layers of users hold what they like: a class that inherits `keepsNothing`, but has a forward of its own, does
 * not say so.
 */
import type { Module } from '../module.js';
import { type CallHooks, everywhere } from './hooks.js';

export type KeepsNothing = boolean | 'as its parts';

const classes = new WeakMap<object, KeepsNothing>();

/** Whether the class that the module's forward comes from keeps nothing, nor do its parts where they see it, and no hook watches. */
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
  return known === true || (known === 'as its parts' && module.childEntries().every(([, part]) => part.passesOn()));
}
