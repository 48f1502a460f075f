/** Full backward hooks: what a module's outputs and inputs get as gradients, seen and changed during backward. */
import { registerHook } from '../autograd/hooks.js';
import { isGradEnabled } from '../autograd/mode.js';
import { record } from '../autograd/node.js';
import { GradError } from '../errors.js';
import { aliasTensor, Tensor } from '../tensor/tensor.js';
import type { Module } from './module.js';
import type { FullBackwardHook } from './module-call.js';

type Gradients = (Tensor | null)[];

/**
 * Runs a forward between two recorded identities: the one on the outputs notes their gradients, the one on the inputs calls the hooks
 * when the inputs' gradients are complete. Where no input requires gradients the hooks are called at the outputs, with nulls.
 */
export function withBackwardHooks(
  module: Module,
  hooks: readonly FullBackwardHook[],
  inputs: readonly unknown[],
  run: (inputs: unknown[]) => unknown,
): unknown {
  if (!isGradEnabled()) return run([...inputs]);
  let gradOutput: Gradients = [];

  const call = (gradInput: Gradients): Gradients => {
    let current = gradInput;
    for (const hook of [...hooks]) {
      const replaced = hook(module, current, gradOutput);
      if (replaced === undefined || replaced === null) continue;
      const next = Array.isArray(replaced) ? replaced : [replaced];
      if (next.length !== current.length) {
        throw new GradError(
          `${module.constructor.name}: a full backward hook returned ${next.length} gradients for ${current.length} inputs. Return one for each, null for those that have none.`,
        );
      }
      current = next;
    }
    return current;
  };

  const tracked = inputs.map((x) => x instanceof Tensor && x.requiresGrad);
  const wrappedInputs = identity(inputs, tracked, (grads) => {
    const replaced = call(spread(grads, tracked));
    return replaced.filter((_, i) => tracked[i]);
  });
  const output = run(wrappedInputs);

  const outputs: readonly unknown[] = Array.isArray(output) ? output : [output];
  const trackedOutputs = outputs.map((y) => y instanceof Tensor && y.requiresGrad);
  const wrapped = identity(outputs, trackedOutputs, (grads) => {
    gradOutput = spread(grads, trackedOutputs);
    if (!tracked.includes(true)) call(inputs.map(() => null));
    return [...grads];
  });
  return Array.isArray(output) ? wrapped : wrapped[0];
}

/** The values, those that are tracked as new tensors on the same memory whose gradients pass through `backward`. */
function identity(values: readonly unknown[], tracked: readonly boolean[], backward: (grads: Gradients) => Gradients): unknown[] {
  const sources = values.filter((_, i) => tracked[i]) as Tensor[];
  if (sources.length === 0) return [...values];
  const aliases = sources.map((x) => aliasTensor(x, x.shape, x.strides, x.offset));
  record('BackwardHook', aliases, sources, [], (_g, _saved, _needs, grads) => backward(sources.map((_, i) => grads[i] ?? null)));
  // A gradient that a hook has seen is the user's to keep: this marks it.
  for (const alias of aliases) registerHook(alias, () => undefined);
  let next = 0;
  return values.map((value, i) => (tracked[i] ? aliases[next++] : value));
}

/** Gradients of the tracked values, with null for the others. */
function spread(grads: Gradients, tracked: readonly boolean[]): Gradients {
  let next = 0;
  return tracked.map((is) => (is ? (grads[next++] ?? null) : null));
}
