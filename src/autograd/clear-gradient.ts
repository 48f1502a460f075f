/** Clearing gradients between steps. */
import { check, kernels } from '../engine/engine.js';
import { zerosLike } from '../tensor/create/create.js';
import { numel } from '../tensor/shape.js';
import { escapeScope } from '../tensor/storage.js';
import type { Tensor } from '../tensor/tensor.js';
import { code } from '../tensor/values/dtype.js';

/** The options of the `zeroGrad` of optimizers and modules. */
export interface ZeroGradOptions {
  /** Whether gradients are dropped, and their memory with them; false fills them with zeros. Default: true. */
  setToNone?: boolean;
}

/** Drops a leaf's gradient, or fills it with zeros. Memory that no user code can hold goes back at once. */
export function clearGradient(x: Tensor, setToNone: boolean): void {
  const gradient = x.ownGrad;
  if (gradient === null) return;
  if (setToNone) {
    if (!x.gradExposed) gradient.storage.free();
    x.grad = null;
  } else if (gradient.gradFn === null && gradient.isContiguous()) {
    check(kernels.fill(code(gradient.dtype), gradient.ptr, numel(gradient.shape), 0), 'zeroGrad');
    gradient.counter.version++;
  } else {
    const zeros = zerosLike(gradient);
    escapeScope(zeros.storage, x.storage.scope);
    x.grad = zeros;
  }
}
