/** Multi-head attention: inputs projected to heads, attention in each, and the heads projected back. */
import { isGradEnabled } from '../../autograd/modes/mode.js';
import { record } from '../../autograd/node.js';
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { add } from '../../ops/elementwise/binary.js';
import { where } from '../../ops/elementwise/table.js';
import { cat, stack } from '../../ops/join/join.js';
import { pad } from '../../ops/join/pad.js';
import { linear } from '../../ops/products/matmul.js';
import { mean } from '../../ops/reduce/sum.js';
import { filled } from '../../ops/view/copy.js';
import { expand, permute, reshape, squeeze, transpose, unsqueeze } from '../../ops/view/movement.js';
import { narrow, select } from '../../ops/view/select.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertTensor, assertTensorOrNull, assertTensors, countOf } from '../../tensor/arguments/checks.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { copyInto, rowMajor } from '../../tensor/raw.js';
import { contiguousStrides, type Shape, sameShape } from '../../tensor/shape.js';
import { aliasTensor, emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { type DType, isFloating } from '../../tensor/values/dtype.js';
import { dropout } from '../dropout/dropout.js';
import { attend, causalMask } from './attend.js';
import { canFuse, fusedAttention, type Heads, type Operands } from './fused.js';

/** The options of {@link multiHeadAttentionForward}. */
export interface MultiHeadAttentionOptions {
  /** Whether dropout acts. Default: true. */
  training?: boolean;
  /** [N, S], or [S] without a batch: bool, true for keys to ignore; or floating, added to the scores. Default: null. */
  keyPaddingMask?: Tensor | null;
  /** Whether the weights are returned as well. Default: true. */
  needWeights?: boolean;
  /** [L, S] or [N * heads, L, S]: bool, true where a query may *not* look at a key; or floating, added to the scores. Default: null. */
  attnMask?: Tensor | null;
  /** Whether `qProjWeight`, `kProjWeight` and `vProjWeight` stand in for `inProjWeight`. Default: false. */
  useSeparateProjWeight?: boolean;
  /** The projection of queries, with `useSeparateProjWeight`. */
  qProjWeight?: Tensor | null;
  /** The projection of keys, with `useSeparateProjWeight`. */
  kProjWeight?: Tensor | null;
  /** The projection of values, with `useSeparateProjWeight`. */
  vProjWeight?: Tensor | null;
  /** [N * heads, S, headDim]: keys that are taken instead of the projected ones. Default: null. */
  staticK?: Tensor | null;
  /** As `staticK`, for the values. */
  staticV?: Tensor | null;
  /** Whether the weights are averaged over the heads. Default: true. */
  averageAttnWeights?: boolean;
  /** Says that `attnMask` is the causal mask. Default: false. */
  isCausal?: boolean;
}

const DEFAULTS: Settings<MultiHeadAttentionOptions> = {
  training: true,
  keyPaddingMask: null,
  needWeights: true,
  attnMask: null,
  useSeparateProjWeight: false,
  qProjWeight: null,
  kProjWeight: null,
  vProjWeight: null,
  staticK: null,
  staticV: null,
  averageAttnWeights: true,
  isCausal: false,
};

/** @internal What {@link multiHeadAttentionForward} and the layer share. */
export interface MultiHeadAttention extends MultiHeadAttentionOptions {
  embedDim: number;
  numHeads: number;
  inProjWeight: Tensor | null;
  inProjBias: Tensor | null;
  biasK: Tensor | null;
  biasV: Tensor | null;
  addZeroAttn: boolean;
  dropoutP: number;
  outProjWeight: Tensor;
  outProjBias: Tensor | null;
  /** Whether inputs and output are [N, L, E] rather than [L, N, E]. */
  batchFirst?: boolean;
}

/**
 * Multi-head attention with given parameters: what nn.MultiheadAttention computes, whose options it shares.
 * @param query [L, N, E] or [L, E]. @param key [S, N, Ek] or [S, Ek]. @param value [S, N, Ev] or [S, Ev].
 * @param inProjWeight [3 E, E]: the projections of query, key and value. @param inProjBias [3 E].
 * @param biasK [1, 1, E]: a key that every query sees; `biasV` is its value.
 * @param addZeroAttn adds a key and a value of zeros.
 * @param args training, keyPaddingMask, needWeights and attnMask in this order, or any option by name.
 * @returns the output, as the query's shape, and the weights: [N, L, S] averaged over the heads, else [N, heads, L, S]; null when not needed.
 * @throws {ShapeError} for sizes that do not fit. @throws {ArgumentError} for `isCausal` without `attnMask`. @throws {DTypeError} for integer masks.
 * @see Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 */
export function multiHeadAttentionForward(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  embedDimToCheck: number,
  numHeads: number,
  inProjWeight: Tensor | null,
  inProjBias: Tensor | null,
  biasK: Tensor | null,
  biasV: Tensor | null,
  addZeroAttn: boolean,
  dropoutP: number,
  outProjWeight: Tensor,
  outProjBias: Tensor | null,
  ...args: Arguments<
    MultiHeadAttentionOptions,
    [training: 'training', keyPaddingMask: 'keyPaddingMask', needWeights: 'needWeights', attnMask: 'attnMask']
  >
): [output: Tensor, weights: Tensor | null] {
  const parameters = { inProjWeight, inProjBias, biasK, biasV, addZeroAttn, dropoutP, outProjWeight, outProjBias };
  return multiHeadAttention('multiHeadAttentionForward', query, key, value, {
    embedDim: embedDimToCheck,
    numHeads,
    ...parameters,
    ...readArguments('multiHeadAttentionForward', DEFAULTS, args),
  });
}

/** @internal {@link multiHeadAttentionForward} with everything by name. */
export function multiHeadAttention(
  op: string,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  given: MultiHeadAttention,
): [output: Tensor, weights: Tensor | null] {
  assertTensors(op, { query, key, value });
  const { numHeads, embedDim, needWeights = true, averageAttnWeights = true, training = true, biasK = null } = given;
  const batched = query.ndim === 3;
  const batchFirst = batched && given.batchFirst === true;
  assertInputs(op, query, key, value, given, batchFirst);
  const N = batched ? query.shape[batchFirst ? 0 : 1]! : 1;
  const [L, S] = [query.shape[batchFirst ? 1 : 0]!, key.shape[batchFirst ? 1 : 0]!];
  const causalHint = given.isCausal === true && given.keyPaddingMask == null && !needWeights;
  assertMasks(op, given, batched, N, L, S);

  const projected = project(op, query, key, value, given);
  const heads: HeadsOf = { numHeads, batchFirst, headDim: embedDim / numHeads };
  const dropoutP = training ? given.dropoutP : 0;
  const own = biasK === null && !given.staticK && !given.staticV && !given.addZeroAttn;
  const mask = own && !needWeights && !causalHint ? mergedMask(op, given, query.dtype, N, S, 0) : null;
  const all = Object.values(projected).filter((x) => x !== null);
  const [result, weights] =
    own && !needWeights && (mask === null || mask.dtype === all[0]!.dtype) && canFuse(all, mask, dropoutP)
      ? [fused(op, projected, heads, [N, L], mask, causalHint, dropoutP), null]
      : attended(op, all, heads, given, [N, L], causalHint, dropoutP);

  // In memory the result lies as [L, N, E], as PyTorch's does: dropout that follows draws in that order.
  const joined = reshape(permute(result, [2, 0, 1, 3]), [L, N, embedDim]);
  const out = linear(joined, given.outProjWeight, given.outProjBias ?? null);
  // Without a tape nobody holds what was made on the way, whose memory is still in the caches.
  if (!isGradEnabled()) for (const made of [...all, result]) made.storage.free();
  const output = batched ? (batchFirst ? transpose(out, 0, 1) : out) : squeeze(out, 1);
  if (!needWeights || weights === null) return [output, null];
  const shown = averageAttnWeights ? mean(weights, 1) : weights;
  return [output, batched ? shown : squeeze(shown, 0)];
}

/** How heads lie in what was projected. */
interface HeadsOf {
  readonly numHeads: number;
  readonly headDim: number;
  readonly batchFirst: boolean;
}

/** Attention by the kernel, which takes heads where they lie. Its result lies as [L, N, E]. */
function fused(
  op: string,
  projected: Operands,
  { numHeads, headDim, batchFirst }: HeadsOf,
  [N, L]: readonly [number, number],
  mask: Tensor | null,
  isCausal: boolean,
  dropoutP: number,
): Tensor {
  const E = numHeads * headDim;
  const views = (x: Tensor | null) => {
    if (x === null) return [];
    const [a, b, width] = x.shape as [number, number, number];
    const parts = permute(reshape(x, [a, b, width / E, numHeads, headDim]), batchFirst ? [2, 0, 3, 1, 4] : [2, 1, 3, 0, 4]);
    return Array.from({ length: width / E }, (_, part) => select(parts, 0, part));
  };
  return fusedAttention(projected, [N, numHeads], {
    op,
    mask,
    isCausal,
    scale: 1 / Math.sqrt(headDim),
    dropoutP,
    heads: ({ x, y, z }) => [...views(x), ...views(y), ...views(z)] as unknown as Heads,
    strides: L === 0 ? null : [E, headDim, N * E, 1],
  });
}

/** Attention of heads of their own, with keys that are not projected, and its weights. */
function attended(
  op: string,
  projected: readonly Tensor[],
  { numHeads, headDim, batchFirst }: HeadsOf,
  given: MultiHeadAttention,
  [N, L]: readonly [number, number],
  causalHint: boolean,
  dropoutP: number,
): [output: Tensor, weights: Tensor] {
  const { needWeights = true, biasK, biasV } = given;
  let [q, k, v] = projected.flatMap((x) => splitHeads(x, x.shape[2]! / (numHeads * headDim), numHeads, batchFirst)) as unknown as Heads;
  let added = 0;
  const extend = (keys: Tensor, values: Tensor) => {
    [k, v] = [cat([k, keys], 2), cat([v, values], 2)];
    added++;
  };
  if (biasK != null && biasV != null) {
    const spread = (bias: Tensor) => expand(reshape(bias, [1, numHeads, 1, headDim]), [N, numHeads, 1, headDim]);
    extend(spread(biasK), spread(biasV));
  }
  if (given.staticK) k = staticHeads(op, 'staticK', given.staticK, N, given);
  if (given.staticV) v = staticHeads(op, 'staticV', given.staticV, N, given);
  if (given.addZeroAttn) {
    const zeros = filled([N, numHeads, 1, headDim], k.dtype, 0);
    extend(zeros, zeros);
  }

  const keys = k.shape[2]!;
  const bias = causalHint ? causalMask(L, keys, q.dtype) : mergedMask(op, given, q.dtype, N, keys, added);
  if (needWeights && bias !== null && bias.dtype !== q.dtype)
    throw new DTypeError(
      `${op}: the masks are ${bias.dtype}, expected bool, or ${q.dtype} as the query. Convert them with to('${q.dtype}').`,
    );
  return attend(q, k, v, bias, 1 / Math.sqrt(headDim), (shares) => dropout(shares, dropoutP), !needWeights);
}

function assertInputs(op: string, query: Tensor, key: Tensor, value: Tensor, given: MultiHeadAttention, batchFirst: boolean): void {
  const { embedDim, numHeads } = given;
  const shapes = `query ${showShape(query.shape)}, key ${showShape(key.shape)}, value ${showShape(value.shape)}`;
  if (query.ndim !== 2 && query.ndim !== 3)
    throw new ShapeError(
      `${op}: query is ${showShape(query.shape)}, expected ${given.batchFirst ? '[N, L, E]' : '[L, N, E]'}, or [L, E] for one item.`,
    );
  if (key.ndim !== query.ndim || value.ndim !== query.ndim)
    throw new ShapeError(`${op}: expected key and value of ${query.ndim} dims as the query, got ${shapes}.`);
  if (query.shape.at(-1) !== embedDim)
    throw new ShapeError(`${op}: query has ${query.shape.at(-1)} features, expected ${embedDim} (${shapes}).`);
  countOf(op, 'numHeads', numHeads, 1);
  if (embedDim % numHeads !== 0)
    throw new ArgumentError(`${op}: ${embedDim} features do not divide into ${numHeads} heads. Choose a divisor of ${embedDim}.`);
  if (!sameShape(key.shape.slice(0, -1), value.shape.slice(0, -1)))
    throw new ShapeError(`${op}: expected the same number of positions and items in key and value, got ${shapes}.`);
  const batchDim = batchFirst ? 0 : 1;
  if (query.ndim === 3 && query.shape[batchDim] !== key.shape[batchDim])
    throw new ShapeError(
      `${op}: query has a batch of ${query.shape[batchDim]}, key and value of ${key.shape[batchDim]} (${shapes}). The layout is ${batchFirst ? '[N, L, E] with batchFirst' : '[L, N, E] without batchFirst'}.`,
    );
  for (const [name, x] of [['key', key] as const, ['value', value] as const]) {
    const weight = given.useSeparateProjWeight ? (name === 'key' ? given.kProjWeight : given.vProjWeight) : given.inProjWeight;
    if (weight && x.shape.at(-1) !== weight.shape[1])
      throw new ShapeError(`${op}: ${name} has ${x.shape.at(-1)} features, expected ${weight.shape[1]} (${shapes}).`);
  }
  if ((given.biasK == null) !== (given.biasV == null)) throw new ArgumentError(`${op}: biasK and biasV must be given together.`);
  if (given.biasK != null && (given.staticK || given.staticV))
    throw new ArgumentError(`${op}: biasK and biasV cannot be added to staticK and staticV. Leave out one pair.`);
}

function assertMasks(op: string, given: MultiHeadAttention, batched: boolean, N: number, L: number, S: number): void {
  const { attnMask, keyPaddingMask, numHeads, isCausal, needWeights = true } = given;
  if (isCausal && attnMask == null)
    throw new ArgumentError(
      `${op}: isCausal says that attnMask is causal, and there is no attnMask. Give one: attnMask: nn.Transformer.generateSquareSubsequentMask(${L}).`,
    );
  for (const [name, mask] of [['attnMask', attnMask] as const, ['keyPaddingMask', keyPaddingMask] as const]) {
    assertTensorOrNull(op, name, mask ?? null);
    if (mask != null && mask.dtype !== 'bool' && !isFloating(mask.dtype))
      throw new DTypeError(`${op}: ${name} is ${mask.dtype}, expected bool or a floating dtype. Use mask.to('bool').`);
  }
  const padding = batched ? [N, S] : [S];
  if (keyPaddingMask != null && !sameShape(keyPaddingMask.shape, padding))
    throw new ShapeError(
      `${op}: keyPaddingMask is ${showShape(keyPaddingMask.shape)}, expected ${showShape(padding)}, one value for each key.`,
    );
  if (attnMask == null) return;
  const whole = [N * numHeads, L, S];
  // As in PyTorch, a mask that isCausal replaces is not looked at.
  const unused = isCausal && keyPaddingMask == null && !needWeights && (attnMask.ndim === 2 || (attnMask.ndim === 3 && batched));
  if (!unused && !sameShape(attnMask.shape, [L, S]) && !sameShape(attnMask.shape, whole))
    throw new ShapeError(
      `${op}: attnMask is ${showShape(attnMask.shape)}, expected ${showShape([L, S])} or ${showShape(whole)} (batch times heads, queries, keys).`,
    );
}

/** A mask as numbers to add: -inf where a bool mask is true. */
export function canonicalMask(op: string, name: string, mask: Tensor, dtype: DType): Tensor {
  if (isFloating(mask.dtype)) return mask;
  if (mask.dtype !== 'bool')
    throw new DTypeError(`${op}: ${name} is ${mask.dtype}, expected bool or a floating dtype. Use mask.to('bool').`);
  return where(mask, filled([], dtype, Number.NEGATIVE_INFINITY), filled([], dtype, 0));
}

/** Warns, as PyTorch does, of a bool and a floating mask together. */
export function warnMixedMasks(
  op: string,
  padding: Tensor | null | undefined,
  mask: Tensor | null | undefined,
  names: [string, string],
): void {
  if (padding != null && mask != null && padding.dtype !== mask.dtype)
    warnOnce(`${op}: ${names[0]} is ${padding.dtype} and ${names[1]} ${mask.dtype}. Give both the same dtype.`);
}

/** Both masks as one that broadcasts to [N, heads, L, keys]; `added` keys at the end are never masked. */
function mergedMask(op: string, given: MultiHeadAttention, dtype: DType, N: number, keys: number, added: number): Tensor | null {
  const { attnMask, keyPaddingMask, numHeads } = given;
  warnMixedMasks(op, keyPaddingMask, attnMask, ['keyPaddingMask', 'attnMask']);
  const prepared = (name: string, mask: Tensor) => {
    const numbers = canonicalMask(op, name, mask, dtype);
    const wide = added > 0 ? pad(numbers, [0, added]) : numbers;
    if (wide.shape.at(-1) !== keys)
      throw new ShapeError(`${op}: ${name} is ${showShape(mask.shape)}, expected one value for each of the ${keys} keys.`);
    return wide;
  };
  let mask: Tensor | null = null;
  if (attnMask != null) {
    mask = prepared('attnMask', attnMask);
    if (mask.ndim === 3) mask = reshape(mask, [N, numHeads, mask.shape[1]!, keys]);
  }
  if (keyPaddingMask == null) return mask;
  const padding = reshape(prepared('keyPaddingMask', keyPaddingMask), [N, 1, 1, keys]);
  return mask === null ? padding : add(mask, padding);
}

function staticHeads(op: string, name: string, x: Tensor, N: number, { numHeads, embedDim }: MultiHeadAttention): Tensor {
  const headDim = embedDim / numHeads;
  assertTensor(op, name, x);
  if (x.ndim !== 3 || x.shape[0] !== N * numHeads || x.shape[2] !== headDim)
    throw new ShapeError(`${op}: ${name} is ${showShape(x.shape)}, expected [${N * numHeads}, S, ${headDim}].`);
  return reshape(x, [N, numHeads, x.shape[1]!, headDim]);
}

/** Queries, keys and values side by side as far as their inputs are the same, [L, N, parts * E] or [N, L, parts * E]: one product for each input. */
function project(op: string, query: Tensor, key: Tensor, value: Tensor, given: MultiHeadAttention): Operands {
  const { embedDim: E, inProjBias: bias } = given;
  const projected = (x: Tensor, weight: Tensor, first: number, parts: number) => {
    const own = bias == null ? null : parts === 3 ? bias : narrow(bias, 0, first * E, parts * E);
    const out = linear(x, weight, own);
    return x.ndim === 2 ? unsqueeze(out, 1) : out;
  };
  if (given.useSeparateProjWeight) {
    const { qProjWeight, kProjWeight, vProjWeight } = given;
    if (!qProjWeight || !kProjWeight || !vProjWeight)
      throw new ArgumentError(`${op}: useSeparateProjWeight needs qProjWeight, kProjWeight and vProjWeight.`);
    return { x: projected(query, qProjWeight, 0, 1), y: projected(key, kProjWeight, 1, 1), z: projected(value, vProjWeight, 2, 1) };
  }
  const weight = given.inProjWeight;
  if (weight == null) throw new ArgumentError(`${op}: inProjWeight is null. Give it, or useSeparateProjWeight.`);
  if (!sameShape(weight.shape, [3 * E, E]))
    throw new ShapeError(`${op}: inProjWeight is ${showShape(weight.shape)}, expected [${3 * E}, ${E}].`);
  const rows = (first: number, count: number) => narrow(weight, 0, first * E, count * E);
  if (query === key && key === value) return { x: projected(query, weight, 0, 3), y: null, z: null };
  const x = projected(query, rows(0, 1), 0, 1);
  if (key === value) return { x, y: projected(key, rows(1, 2), 1, 2), z: null };
  return { x, y: projected(key, rows(1, 1), 1, 1), z: projected(value, rows(2, 1), 2, 1) };
}

/** [L, N, parts * E] (or [N, L, parts * E]) as `parts` tensors [N, heads, L, E / heads], in one copy. */
function splitHeads(x: Tensor, parts: number, heads: number, batchFirst: boolean): Tensor[] {
  const [a, b, width] = x.shape as [number, number, number];
  const folded: Shape = [a, b, parts, heads, width / parts / heads];
  const order = batchFirst ? [2, 0, 3, 1, 4] : [2, 1, 3, 0, 4];
  const source = rowMajor(x, 'splitHeads');
  const steps = contiguousStrides(folded);
  const pick = (list: Shape) => order.map((d) => list[d]!);
  const view = (of: Tensor) => aliasTensor(of, pick(folded), pick(steps), of.offset);
  const whole = rowMajor(view(source), 'splitHeads');
  const shape = whole.shape.slice(1);
  const strides = whole.strides.slice(1);
  const out = Array.from({ length: parts }, (_, p) => aliasTensor(whole, shape, strides, whole.offset + p * whole.strides[0]!));

  const { dtype } = x;
  return record('splitHeads', out, {
    inputs: { x },
    composed: (grads) => {
      const all = grads.map((grad) => grad ?? filled(shape, dtype, 0));
      const back = order.map((_, d) => order.indexOf(d));
      return { x: reshape(permute(stack(all), back), [a, b, width]) };
    },
    fused: (grads) => {
      const grad = emptyTensor([a, b, width], dtype);
      const target = view(grad);
      grads.forEach((part, p) => {
        const place = aliasTensor(target, shape, target.strides.slice(1), target.offset + p * target.strides[0]!);
        copyInto(place, part ?? filled(shape, dtype, 0), 'splitHeads');
      });
      return { x: grad };
    },
  });
}
