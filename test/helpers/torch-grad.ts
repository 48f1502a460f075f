/** Values together with their gradients, for comparison with what PyTorch made of both. */
import { autograd, type Tensor, tensor } from 'hone';
import { pattern } from './torch-case.js';

/** `fn` of the inputs, then the gradient of each input when that of the result is `pattern(...)` of its shape. */
export function withGrads(fn: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): Tensor[] {
  const leaves = inputs.map((x) => x.detach().requiresGrad_());
  const y = fn(...leaves);
  return [y, ...autograd.grad(y, leaves, { gradOutputs: pattern(...y.shape) })];
}

/** A float64 tensor. */
export function double(values: number[] | number[][] | number[][][]): Tensor {
  return tensor(values, { dtype: 'float64' });
}
