/** Scaled dot-product attention: softmax(query keyᵀ * scale + mask) value. */

import { noGrad } from '../../autograd/modes/mode.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { add, mul } from '../../ops/elementwise/binary.js';
import { eq } from '../../ops/elementwise/comparison.js';
import { where } from '../../ops/elementwise/table.js';
import { repeatInterleave } from '../../ops/join/repeat.js';
import { triu } from '../../ops/join/triangle.js';
import { matmul } from '../../ops/products/matmul.js';
import { amax } from '../../ops/reduce/extrema.js';
import { softmax } from '../../ops/reduce/softmax.js';
import { any } from '../../ops/reduce/sum.js';
import { filled, laidAs, to } from '../../ops/view/copy.js';
import { transpose } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloating, assertSameDType, assertTensorOrNull, assertTensors, probability } from '../../tensor/arguments/checks.js';
import { resultStrides } from '../../tensor/layout.js';
import { broadcastShapes, numel, type Shape, sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { item } from '../../tensor/values/transfer.js';
import { dropout } from '../dropout/dropout.js';

/** The options of {@link scaledDotProductAttention}. */
export interface ScaledDotProductAttentionOptions {
  /**
   * Broadcasts to the scores, [..., L, S]. bool: true where a query may look at a key; a floating mask is added to the scores.
   * Default: null, every query looks at every key.
   */
  attnMask?: Tensor | null;
  /** The probability to drop a weight. It acts always: pass 0 in evaluation. Default: 0. */
  dropoutP?: number;
  /** Each query looks at the keys up to its own position. Not together with `attnMask`. Default: false. */
  isCausal?: boolean;
  /** What the products are multiplied by. Default: 1 / sqrt(E). */
  scale?: number | null;
  /** The heads of the query (dim -3) share those of key and value in groups. Default: false. */
  enableGqa?: boolean;
}

/**
 * Each query's mean of the values, weighted by softmax(query keyᵀ * scale + mask). A query that may look at no key gets 0.
 * @param query [..., L, E]. @param key [..., S, E]. @param value [..., S, Ev]; the leading dims broadcast.
 * @param args attnMask, dropoutP and isCausal in this order, or any option by name.
 * @returns [..., L, Ev].
 * @throws {ShapeError} for sizes that do not fit. @throws {DTypeError} for unlike dtypes, and for masks of integers.
 * @throws {ArgumentError} for `attnMask` beside `isCausal`, or a probability outside 0 to 1.
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; https://pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
 * @example
 * const x = randn([2, 4, 10, 16]); // [batch, heads, positions, features]
 * F.scaledDotProductAttention(x, x, x, { isCausal: true }).shape; // [2, 4, 10, 16]
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  ...args: Arguments<ScaledDotProductAttentionOptions, [attnMask: 'attnMask', dropoutP: 'dropoutP', isCausal: 'isCausal']>
): Tensor {
  const { attnMask, dropoutP, isCausal, scale, enableGqa } = readArguments(OP, DEFAULTS, args);
  assertInputs(query, key, value);
  if (attnMask !== null && isCausal)
    throw new ArgumentError(`${OP}: attnMask and isCausal are both given. Give one; add the causal mask to attnMask for both.`);
  probability(OP, 'dropoutP', dropoutP);
  if (enableGqa) [key, value] = [forGroups(query, key, 'key'), forGroups(query, value, 'value')];

  const batch = broadcastShapes(query.shape.slice(0, -2), key.shape.slice(0, -2), OP);
  broadcastShapes(batch, value.shape.slice(0, -2), OP);
  const [L, S] = [query.shape.at(-2)!, key.shape.at(-2)!];
  assertTensorOrNull(OP, 'attnMask', attnMask);
  let bias: Tensor | null = null;
  if (isCausal) bias = causalMask(L, S, query.dtype);
  else if (attnMask !== null) bias = additive(attnMask, query.dtype, [...batch, L, S]);
  const out = attend(query, key, value, bias, scale ?? 1 / Math.sqrt(query.shape.at(-1)!), dropoutP, true)[0];
  // Without dropout PyTorch's fused kernel lays the result out as the query, whose heads are usually a transposed view.
  return dropoutP === 0 && query.ndim === 4 && query.strides[3] === 1 && sameShape(out.shape, query.shape)
    ? laidAs(out, resultStrides(out.shape, [query]))
    : out;
}

const OP = 'scaledDotProductAttention';
const DEFAULTS: Settings<ScaledDotProductAttentionOptions> = {
  attnMask: null,
  dropoutP: 0,
  isCausal: false,
  scale: null,
  enableGqa: false,
};

function assertInputs(query: Tensor, key: Tensor, value: Tensor): void {
  assertTensors(OP, { query, key, value });
  const shapes = `query ${showShape(query.shape)}, key ${showShape(key.shape)}, value ${showShape(value.shape)}`;
  if (query.ndim < 2 || key.ndim < 2 || value.ndim < 2)
    throw new ShapeError(`${OP}: expected at least 2 dims, positions and features, got ${shapes}.`);
  assertSameDType(OP, { query, key, value });
  assertFloating(OP, 'query', query);
  if (query.shape.at(-1) !== key.shape.at(-1))
    throw new ShapeError(`${OP}: query has ${query.shape.at(-1)} features, key ${key.shape.at(-1)}, expected as many (${shapes}).`);
  if (key.shape.at(-2) !== value.shape.at(-2))
    throw new ShapeError(`${OP}: key has ${key.shape.at(-2)} positions, value ${value.shape.at(-2)}, expected as many (${shapes}).`);
}

/** `x` with each head once for every query head of its group. */
function forGroups(query: Tensor, x: Tensor, name: string): Tensor {
  if (query.ndim < 3 || x.ndim < 3)
    throw new ShapeError(
      `${OP}: enableGqa needs heads in dim -3, query is ${showShape(query.shape)} and ${name} ${showShape(x.shape)}. Add the dim with unsqueeze(-3).`,
    );
  const [heads, own] = [query.shape.at(-3)!, x.shape.at(-3)!];
  if (heads === own) return x;
  if (own === 0 || heads % own !== 0)
    throw new ShapeError(`${OP}: query has ${heads} heads, ${name} ${own}; with enableGqa, expected a divisor of ${heads}.`);
  return repeatInterleave(x, heads / own, -3);
}

/** [L, S]: 0 up to the diagonal, -inf above. */
export function causalMask(L: number, S: number, dtype: DType): Tensor {
  return triu(filled([L, S], dtype, Number.NEGATIVE_INFINITY), 1);
}

/** The mask to add to scores of that shape. */
function additive(mask: Tensor, dtype: DType, scores: Shape): Tensor {
  const fits = mask.ndim <= scores.length && mask.shape.every((size, i) => size === 1 || size === scores[i + scores.length - mask.ndim]);
  if (!fits)
    throw new ShapeError(
      `${OP}: attnMask is ${showShape(mask.shape)}, expected [L, S], or another shape that broadcasts to the scores, ${showShape(scores)}.`,
    );
  if (mask.dtype === 'bool') return where(mask, filled([], dtype, 0), filled([], dtype, Number.NEGATIVE_INFINITY));
  if (mask.dtype !== dtype && mask.dtype !== 'float32')
    throw new DTypeError(`${OP}: attnMask is ${mask.dtype}, expected bool, or ${dtype} as the query. Convert it with to('${dtype}').`);
  return to(mask, dtype);
}

/**
 * @internal The attention itself, of tensors that fit: its result and the weights after dropout.
 * @param bias is added to the scores.
 * @param safe a query whose scores are all -inf gets the weights 0, as in PyTorch's function; otherwise NaN, as from softmax.
 */
export function attend(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  bias: Tensor | null,
  scale: number,
  dropoutP: number,
  safe: boolean,
): [output: Tensor, weights: Tensor] {
  let scores = matmul(mul(query, scale), transpose(key, -2, -1));
  if (bias !== null) scores = add(scores, bias);
  const shares = safe && bias !== null && blocksQueries(bias) ? safeSoftmax(scores) : softmax(scores, -1);
  const weights = dropout(shares, dropoutP);
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
