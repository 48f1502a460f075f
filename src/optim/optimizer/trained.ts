/** Which tensors an optimizer steps: asked when a layer that no optimizer knows takes part in training. */
import type { Tensor } from '../../tensor/tensor.js';

const stepped = new WeakSet<Tensor>();

/** How often an optimizer was given parameters; 0 while there is no optimizer, and nothing trains. */
export const training = { generation: 0 };

/** Notes that an optimizer steps these. */
export function noteTrained(params: readonly Tensor[]): void {
  for (const param of params) stepped.add(param);
  training.generation++;
}

/** Whether an optimizer steps this tensor. */
export function isTrained(param: Tensor): boolean {
  return stepped.has(param);
}
