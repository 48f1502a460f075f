/** All parameters as one vector, there and back. */
import { noGrad } from '../../autograd/modes/mode.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { copy_ } from '../../ops/elementwise/inplace.js';
import { cat } from '../../ops/join/join.js';
import { reshape } from '../../ops/view/movement.js';
import { narrow } from '../../ops/view/select.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tensorList } from './tensor-list.js';

/**
 * All parameters as one vector, in their order; gradients flow back to them.
 * @throws {ArgumentError} for no parameters.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.parameters_to_vector.html
 * @example
 * nn.utils.parametersToVector([tensor([[1, 2]]), tensor([3])]).toArray(); // [1, 2, 3]
 */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  const tensors = tensorList('parametersToVector', parameters);
  if (tensors.length === 0) throw new ArgumentError('parametersToVector: got no parameters.');
  return cat(tensors.map((x) => reshape(x, [-1])));
}

/**
 * Copies the parts of a vector into parameters, in their order, whether or not they collect gradients.
 * @param vec one dim, as {@link parametersToVector} makes it; converted to each parameter's dtype.
 * @throws {ShapeError} for another number of elements than the parameters have; nothing is changed then.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.vector_to_parameters.html
 * @example
 * const weights = nn.utils.parametersToVector(model.parameters()).detach();
 * nn.utils.vectorToParameters(weights.mul(0.5), model.parameters());
 */
export function vectorToParameters(vec: Tensor, parameters: Iterable<Tensor>): void {
  const op = 'vectorToParameters';
  assertTensor(op, 'vec', vec);
  const tensors = tensorList(op, parameters);
  const count = tensors.reduce((sum, x) => sum + numel(x.shape), 0);
  if (vec.ndim !== 1 || vec.shape[0] !== count)
    throw new ShapeError(`${op}: the vector is ${showShape(vec.shape)}, the parameters have ${count} elements.`);
  noGrad(() => {
    let at = 0;
    for (const x of tensors) {
      const size = numel(x.shape);
      copy_(x, reshape(narrow(vec, 0, at, size), [...x.shape]));
      at += size;
    }
  });
}
