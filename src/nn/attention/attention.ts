/** Scaled dot-product attention: softmax(query keyᵀ * scale + mask) value. */

import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { repeatInterleave } from '../../ops/join/repeat.js';
import { laidAs, to } from '../../ops/view/copy.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloating, assertSameDType, assertTensorOrNull, assertTensors, probability } from '../../tensor/arguments/checks.js';
import { resultStrides } from '../../tensor/layout.js';
import { broadcastShapes, type Shape, sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { dropout } from '../dropout/dropout.js';
import { addedMask, attend, causalMask } from './attend.js';
import { canFuse, fusedAttention } from './fused.js';

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
  const items = broadcastShapes(batch, value.shape.slice(0, -2), OP);
  const [L, S] = [query.shape.at(-2)!, key.shape.at(-2)!];
  assertTensorOrNull(OP, 'attnMask', attnMask);
  const mask = attnMask && fitting(attnMask, query.dtype, [...batch, L, S]);
  const factor = scale ?? 1 / Math.sqrt(query.shape.at(-1)!);
  // Without dropout PyTorch's fused kernel lays the result out as the query, whose heads are usually a transposed view.
  const asQuery = dropoutP === 0 && query.ndim === 4 && query.strides[3] === 1;
  const laidOut = (shape: Shape) => (asQuery && sameShape(shape, query.shape) ? resultStrides(shape, [query]) : null);
  // Weights are drawn for queries and keys, whatever the values repeat.
  if (canFuse([query, key, value], mask, dropoutP) && (dropoutP === 0 || sameShape(batch, items))) {
    const strides = laidOut([...items, L, value.shape.at(-1)!]);
    const how = { op: OP, mask, isCausal, scale: factor, dropoutP, heads: null, strides: strides?.at(-1) === 1 ? strides : null };
    return laidAs(fusedAttention({ x: query, y: key, z: value }, items, how), strides);
  }
  const bias = isCausal ? causalMask(L, S, query.dtype) : mask && addedMask(mask, query.dtype);
  const out = attend(query, key, value, bias, factor, (weights) => dropout(weights, dropoutP), true)[0];
  return laidAs(out, laidOut(out.shape) ?? out.strides);
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
    throw new ShapeError(`${OP}: query has ${query.shape.at(-1)} features, key ${key.shape.at(-1)}, expected the same number (${shapes}).`);
  if (key.shape.at(-2) !== value.shape.at(-2))
    throw new ShapeError(
      `${OP}: key has ${key.shape.at(-2)} positions, value ${value.shape.at(-2)}, expected the same number (${shapes}).`,
    );
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

/** A mask that fits scores of that shape: bool, or numbers of the scores' dtype. */
function fitting(mask: Tensor, dtype: DType, scores: Shape): Tensor {
  const fits = mask.ndim <= scores.length && mask.shape.every((size, i) => size === 1 || size === scores[i + scores.length - mask.ndim]);
  if (!fits)
    throw new ShapeError(
      `${OP}: attnMask is ${showShape(mask.shape)}, expected [L, S], or another shape that broadcasts to the scores, ${showShape(scores)}.`,
    );
  if (mask.dtype === 'bool') return mask;
  if (mask.dtype !== dtype && mask.dtype !== 'float32')
    throw new DTypeError(`${OP}: attnMask is ${mask.dtype}, expected bool, or ${dtype} as the query. Convert it with to('${dtype}').`);
  return to(mask, dtype);
}
