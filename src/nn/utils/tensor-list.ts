/** Tensors as users pass them: one, or any list of them. */
import { ArgumentError } from '../../errors.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { describe, show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';

/** A tensor, or tensors. */
export type Tensors = Tensor | Iterable<Tensor>;

/** All of them. @throws {ArgumentError} for anything else. */
export function tensorList(op: string, tensors: Tensors): Tensor[] {
  if (tensors instanceof Tensor) return [tensors];
  if (typeof tensors?.[Symbol.iterator] !== 'function')
    throw new ArgumentError(`${op}: got ${show(tensors)}, expected a tensor or a list of tensors: model.parameters().`);
  return [...tensors].map((x: unknown, i) => {
    if (Array.isArray(x))
      throw new ArgumentError(`${op}: entry ${i} is ${describe(x)}, expected a Tensor. Pass parameters(), not namedParameters().`);
    assertTensor(op, `entry ${i}`, x);
    return x;
  });
}
