/** Modules called one after the other. */
import { isGradEnabled } from '../../autograd/modes/mode.js';
import { Inner, passed } from '../module/calls/inner.js';
import type { Module } from '../module/module.js';

/**
 * What the last of `modules` gives, each called with what the one before gave, the first with `inputs`. Without a tape, what nobody can hold is
 * given back on the way, or written over: see {@link Inner}.
 */
export function inTurn(modules: readonly Module[], inputs: readonly unknown[]): unknown {
  if (modules.length === 0) return inputs[0];
  if (inputs.length === 1 && !isGradEnabled()) return passed(modules, new Inner(inputs[0])).x;
  let current: unknown = modules[0]!.forward(...inputs);
  for (let i = 1; i < modules.length; i++) current = modules[i]!.forward(current);
  return current;
}
