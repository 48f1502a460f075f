/** Attention in operations that are recorded one by one: where its weights are asked for, and for second derivatives. */

import { noGrad } from '../../autograd/modes/mode.js';
import { add, mul } from '../../ops/elementwise/binary.js';
import { eq } from '../../ops/elementwise/comparison.js';
import { where } from '../../ops/elementwise/table.js';
import { triu } from '../../ops/join/triangle.js';
import { matmul } from '../../ops/products/matmul.js';
import { amax } from '../../ops/reduce/extrema.js';
import { softmax } from '../../ops/reduce/softmax.js';
import { any } from '../../ops/reduce/sum.js';
import { filled } from '../../ops/view/copy.js';
import { transpose } from '../../ops/view/movement.js';
import { numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { item } from '../../tensor/values/transfer.js';

/** [L, S]: 0 up to the diagonal, -inf above. */
export function causalMask(L: number, S: number, dtype: DType): Tensor {
  return triu(filled([L, S], dtype, Number.NEGATIVE_INFINITY), 1);
}

/** What a mask adds to the scores: nothing where a bool one is true, -inf where it is false. */
export function addedMask(mask: Tensor, dtype: DType): Tensor {
  return mask.dtype === 'bool' ? where(mask, filled([], dtype, 0), filled([], dtype, Number.NEGATIVE_INFINITY)) : mask;
}

/**
 * The attention itself, of tensors that fit: its result and the weights after dropout.
 * @param bias is added to the scores. @param drop drops weights.
 * @param safe a query whose scores are all -inf gets the weights 0, as in PyTorch's function; otherwise NaN, as from softmax.
 */
export function attend(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  bias: Tensor | null,
  scale: number,
  drop: (weights: Tensor) => Tensor,
  safe: boolean,
): [output: Tensor, weights: Tensor] {
  let scores = matmul(mul(query, scale), transpose(key, -2, -1));
  if (bias !== null) scores = add(scores, bias);
  const shares = safe && bias !== null && blocksQueries(bias) ? safeSoftmax(scores) : softmax(scores, -1);
  const weights = drop(shares);
  return [matmul(weights, value), weights];
}

/** Whether the mask leaves some query no key at all. */
function blocksQueries(bias: Tensor): boolean {
  return noGrad(() => numel(bias.shape) > 0 && item(any(blocked(bias))) !== 0);
}

/** Along the last dim, which is kept: whether all is -inf. */
function blocked(x: Tensor): Tensor {
  return eq(amax(x, -1, true), Number.NEGATIVE_INFINITY);
}

/** Softmax that gives zeros, and no gradient, where all of a row is -inf. */
function safeSoftmax(scores: Tensor): Tensor {
  const rows = noGrad(() => blocked(scores));
  // Zeros go in as well, so that no NaN arises that the gradient would multiply.
  return where(rows, 0, softmax(where(rows, 0, scores), -1));
}
