/** What the layers of a model give. */
import { ArgumentError } from '../../errors.js';
import type { Module } from '../../nn/module/module.js';
import { clone } from '../../ops/view/copy.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { preservingState } from '../summary/preserve-state.js';

/** The arguments of forward, of one tensor or a list of them. */
function argumentsOf(op: string, input: unknown): readonly unknown[] {
  const list = Array.isArray(input) ? input : [input];
  if (list.length === 0 || !list.every((one) => one instanceof Tensor))
    throw new ArgumentError(`${op}: input is ${show(input)}, expected a tensor, or a list of forward's arguments.`);
  return list;
}

/**
 * What each layer without layers of its own gives, by path and class (`fc1: Linear`), in the order of the calls; or the one that is asked for. Gradients are off; the model, its running
 * statistics and the random numbers are afterwards what they were.
 */
export function activationsOf(op: string, model: Module, input: unknown, only?: Module): [name: string, x: Tensor][] {
  const args = argumentsOf(op, input);
  const found: [string, Tensor][] = [];
  const handles: { remove(): void }[] = [];
  try {
    preservingState(model, () => {
      for (const [path, module] of model.namedModules()) {
        if (only === undefined ? module.children().length > 0 : module !== only) continue;
        handles.push(
          module.registerForwardHook((_module: unknown, _args: unknown, output: unknown) => {
            const outputs = Array.isArray(output) ? output : [output];
            for (const x of outputs) {
              if (!(x instanceof Tensor)) continue;
              const layer = `${path}${path === '' ? '' : ': '}${classNameOf(module)}`;
              const calls = found.filter(([name]) => name === layer || name.startsWith(`${layer} (`)).length;
              // A copy: the next layer may work in place.
              found.push([calls === 0 ? layer : `${layer} (${calls + 1})`, clone(x)]);
            }
          }),
        );
      }
      const output: unknown = model.forward(...args);
      if (output instanceof Promise) throw new ArgumentError(`${op}: the model's forward is asynchronous, which is not watched.`);
    });
  } finally {
    for (const handle of handles) handle.remove();
  }
  return found;
}
