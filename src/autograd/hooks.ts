/** Hooks on gradients. */
import { GradError } from '../errors.js';
import { assertFunction } from '../tensor/arguments/checks.js';
import type { Tensor } from '../tensor/tensor.js';
import { accumulatorOf, type Node, type TensorHook } from './node.js';

/** Takes a hook off again. */
export interface HookHandle {
  remove(): void;
}

/**
 * Calls `hook` with the gradient of `tensor` in every backward; a tensor that it returns takes the gradient's place.
 * @throws {GradError} when `tensor` does not require gradients. Backward throws a DTypeError or ShapeError when a hook returns another dtype or shape.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.register_hook.html
 */
export function registerHook(tensor: Tensor, hook: TensorHook): HookHandle {
  assertFunction('registerHook', 'hook', hook);
  if (!tensor.requiresGrad) throw new GradError('registerHook: this tensor does not require gradients. Call requiresGrad_() first.');
  const node = (tensor.gradFn as Node | null) ?? accumulatorOf(tensor);
  const entry = { index: tensor.outputIndex, hook };
  const hooks = (node.hooks ??= []);
  hooks.push(entry);
  return {
    remove() {
      const at = hooks.indexOf(entry);
      if (at >= 0) hooks.splice(at, 1);
    },
  };
}

/**
 * Makes a tensor that an operation made keep its gradient in `grad`, as leaves do: what its hooks leave of it, added up over several
 * `backward` calls. After a change in place it is the gradient of the changed tensor.
 * @throws {GradError} when `tensor` does not require gradients.
 * @see https://pytorch.org/docs/stable/generated/torch.Tensor.retain_grad.html
 */
export function retainGrad(tensor: Tensor): void {
  if (!tensor.requiresGrad) throw new GradError('retainGrad: this tensor does not require gradients. Call requiresGrad_() first.');
  if (tensor.ownGradFn === null) return; // a leaf does so anyway
  if ((tensor.ownGradFn as Node).retained?.some((entry) => entry.tensor === tensor)) return;
  const node = tensor.gradFn as Node;
  (node.retained ??= []).push({ index: tensor.outputIndex, tensor });
}
