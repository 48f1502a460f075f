/** Full backward hooks: what a module's outputs and inputs get as gradients, seen and changed during backward. */
import { registerHook } from '../../../autograd/hooks.js';
import { isGradEnabled } from '../../../autograd/modes/mode.js';
import { record } from '../../../autograd/node.js';
import { GradError } from '../../../errors.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { aliasTensor, Tensor } from '../../../tensor/tensor.js';
import type { Module } from '../module.js';
import type { FullBackwardHook, FullBackwardPreHook } from './hooks.js';

type Gradients = (Tensor | null)[];

/** `next(value)`, or a promise of it where the value is one. */
export function whenDone(value: unknown, next: (value: unknown) => unknown): unknown {
  return value instanceof Promise ? value.then(next) : next(value);
}

/**
 * Runs a forward between two recorded identities: the one on the outputs calls the pre-hooks and notes the outputs' gradients, the one on
 * the inputs calls the hooks when the inputs' gradients are complete. Where no input requires gradients the hooks are called at the outputs,
 * with nulls.
 */
export function withBackwardHooks(
  module: Module,
  preHooks: readonly FullBackwardPreHook[],
  hooks: readonly FullBackwardHook[],
  inputs: readonly unknown[],
  run: (inputs: unknown[]) => unknown,
): unknown {
  if (!isGradEnabled()) return run([...inputs]);
  let gradOutput: Gradients = [];

  const replace = (current: Gradients, returned: Gradients | Tensor | undefined | void, what: string): Gradients => {
    if (returned === undefined || returned === null) return current;
    const next = Array.isArray(returned) ? returned : [returned];
    if (next.length !== current.length) {
      throw new GradError(
        `${classNameOf(module)}: a full backward ${what} returned ${next.length} gradients for ${current.length} ${what === 'hook' ? 'inputs' : 'outputs'}. Return one for each, null for those that have none.`,
      );
    }
    return next;
  };
  const call = (gradInput: Gradients): Gradients =>
    hooks.reduce((current, hook) => replace(current, hook(module, current, gradOutput), 'hook'), gradInput);

  const tracked = inputs.map((x) => x instanceof Tensor && x.requiresGrad);
  const wrappedInputs = identity(inputs, tracked, (grads) => call(spread(grads, tracked)).filter((_, i) => tracked[i]));

  return whenDone(run(wrappedInputs), (output) => {
    const outputs: readonly unknown[] = Array.isArray(output) ? output : [output];
    const trackedOutputs = outputs.map((y) => y instanceof Tensor && y.requiresGrad);
    const wrapped = identity(outputs, trackedOutputs, (grads) => {
      const given = spread(grads, trackedOutputs);
      gradOutput = preHooks.reduce((current, hook) => replace(current, hook(module, current), 'pre-hook'), given);
      if (!tracked.includes(true)) call(inputs.map(() => null));
      return gradOutput.filter((_, i) => trackedOutputs[i]);
    });
    return Array.isArray(output) ? wrapped : wrapped[0];
  });
}

/** The values, those that are tracked as new tensors on the same memory whose gradients pass through `backward`. */
function identity(values: readonly unknown[], tracked: readonly boolean[], backward: (grads: Gradients) => Gradients): unknown[] {
  const sources = values.filter((_, i) => tracked[i]) as Tensor[];
  if (sources.length === 0) return [...values];
  const aliases = sources.map((x) => aliasTensor(x, x.shape, x.strides, x.offset));
  record('BackwardHook', aliases, sources, [], (_g, _saved, _needs, grads) => backward(sources.map((_, i) => grads[i] ?? null)));
  // A gradient that a hook has seen is the user's to keep: this marks it.
  for (const alias of aliases) registerHook(alias, () => undefined);
  // So is one that a hook returned.
  for (const source of sources) if (!source.isLeaf) registerHook(source, () => undefined);
  let next = 0;
  return values.map((value, i) => (tracked[i] ? aliases[next++] : value));
}

/** Gradients of the tracked values, with null for the others. */
function spread(grads: Gradients, tracked: readonly boolean[]): Gradients {
  let next = 0;
  return tracked.map((is) => (is ? (grads[next++] ?? null) : null));
}
