/** Modules called one after the other. */
import { isGradEnabled } from '../../autograd/modes/mode.js';
import { Tensor } from '../../tensor/tensor.js';
import { lending } from '../module/calls/lent.js';
import type { Module } from '../module/module.js';

/**
 * What the last of `modules` gives, each called with what the one before gave, the first with `inputs`. Without a tape, what one of Hone's own
 * layers made for the next is given back as soon as that has made something else of it: nobody can hold it, and its memory is still in the
 * processor's caches when it is lent again; a layer that can writes over it at once. What came in is never given back, nor what a layer of the
 * user's or a hook has seen.
 */
export function inTurn(modules: readonly Module[], inputs: readonly unknown[]): unknown {
  if (modules.length === 0) return inputs[0];
  const tidies = !isGradEnabled() && inputs.length === 1;
  let current: unknown = inputs[0];
  let ours = false;
  for (let i = 0; i < modules.length; i++) {
    const module = modules[i]!;
    const next: unknown =
      i === 0 ? module.forward(...inputs) : ours ? withLoan(module, current as Tensor, modules[i + 1]) : module.forward(current);
    if (tidies) {
      const held = current instanceof Tensor && next instanceof Tensor && module.passesOn() ? current.storage : null;
      const same = held !== null && held === (next as Tensor).storage;
      if (ours && !same) held?.free();
      ours = held !== null && (ours || !same);
    }
    current = next;
  }
  return current;
}

/** What the module gives for an input that nobody else holds, and that it may write over where it can. */
function withLoan(module: Module, input: Tensor, next: Module | undefined): unknown {
  if (!(module.constructor as typeof Module).overwrites || !module.passesOn()) return module.forward(input);
  return lending(input, next?.passesOn() ? next.bounds() : null, () => module.forward(input));
}
