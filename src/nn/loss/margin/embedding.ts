/** Losses of embeddings: vectors that should be near each other, or apart. */
import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { add, div, minimum, mul, sub } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { eq } from '../../../ops/elementwise/comparison.js';
import { where } from '../../../ops/elementwise/table.js';
import { sqrt } from '../../../ops/elementwise/unary.js';
import { sum } from '../../../ops/reduce/sum.js';
import type { Trailing } from '../../../tensor/arguments.js';
import { assertFloating, assertTensor, assertTensors } from '../../../tensor/checks.js';
import { show } from '../../../tensor/show.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { distance } from '../../distance/functional.js';
import { checkNumber, commonShape, type LossOptions, lossOptions, reduced, type Settled } from '../options.js';
import { type MarginLossOptions, marginOptions } from './margin.js';

/** Added to squared lengths: PyTorch's constant. */
const EPSILON = 1e-12;

/**
 * 1 - cos of the angle between two vectors where the target is 1, max(0, cos - margin) where it is -1, and 0 for other targets.
 * @param input1 [N, D], or [D] for one pair. @param input2 as input1. @param target [N], or [] for one pair. @param margin default 0; -1 to 1 makes sense.
 * @returns one number, or with reduction 'none' one per pair.
 * @throws {ShapeError} for other shapes. @throws {DTypeError} for integer vectors.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
 * @example
 * F.cosineEmbeddingLoss(tensor([[1, 0]]), tensor([[0, 1]]), tensor([1])); // 1
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  ...args: Trailing<[margin: number], MarginLossOptions>
): Tensor {
  const op = 'cosineEmbeddingLoss';
  const { margin, reduction } = marginOptions(op, 0, args);
  assertFloating(op, 'input1', input1);
  assertFloating(op, 'input2', input2);
  assertTensor(op, 'target', target);
  const dim = target.ndim;
  if (dim > 1 || input1.ndim !== dim + 1 || input2.ndim !== dim + 1) {
    const given = [input1, input2, target].map((x) => showShape(x.shape));
    throw new ShapeError(
      `${op}: input1 is ${given[0]}, input2 ${given[1]} and target ${given[2]}, expected [N, D], [N, D] and [N], or [D], [D] and [].`,
    );
  }
  commonShape(op, input1, input2);
  const product = sum(mul(input1, input2), dim);
  const square1 = add(sum(mul(input1, input1), dim), EPSILON);
  const square2 = add(sum(mul(input2, input2), dim), EPSILON);
  const cos = div(product, sqrt(mul(square1, square2)));
  commonShape(op, cos, target);
  const near = where(eq(target, 1), sub(1, cos), 0);
  return reduced(add(near, where(eq(target, -1), clamp(sub(cos, margin), { min: 0 }), 0)), reduction);
}

/** The options of {@link TripletMarginLoss}. */
export interface TripletMarginLossOptions extends LossOptions {
  /** Above 0. Default: 1. */
  margin?: number;
  /** Of the norm that is the distance. Default: 2. */
  p?: number;
  /** Added to the differences of coordinates. Default: 1e-6. */
  eps?: number;
  /** Takes the distance of negative and positive instead where that is smaller. Default: false. */
  swap?: boolean;
}

/** @internal The options with their defaults, checked. */
export function tripletMarginLossOptions(op: string, given: readonly unknown[]): Settled<TripletMarginLossOptions> {
  const defaults = { margin: 1, p: 2, eps: 1e-6, swap: false, reduction: 'mean' } as const;
  const options = lossOptions<Settled<TripletMarginLossOptions>>(op, defaults, given);
  checkNumber(op, 'margin', options.margin, 'a number above 0', (margin) => margin > 0);
  checkNumber(op, 'p', options.p);
  checkNumber(op, 'eps', options.eps);
  return options;
}

/**
 * max(0, margin + d(anchor, positive) - d(anchor, negative)): the anchor should be nearer to the positive than to the negative, by the margin.
 * @param anchor vectors [N, D], or [D]; any dims before the last. @param positive as anchor. @param negative as anchor.
 * @returns one number, or with reduction 'none' one per triplet.
 * @throws {ShapeError} for different numbers of dims, or shapes that do not broadcast. @throws {ArgumentError} unless the margin is above 0. @throws {DTypeError} for integers.
 * @see Balntas et al. 2016, https://bmva-archive.org.uk/bmvc/2016/papers/paper119/; https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
 * @example
 * const [anchor, positive, negative] = [tensor([[0, 0]]), tensor([[0, 1]]), tensor([[0, 1.5]])];
 * F.tripletMarginLoss(anchor, positive, negative, { margin: 1 }); // 0.5
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  ...args: Trailing<[margin: number, p: number], TripletMarginLossOptions>
): Tensor {
  const op = 'tripletMarginLoss';
  const { margin, p, eps, swap, reduction } = tripletMarginLossOptions(op, args);
  return triplet(op, anchor, positive, negative, (a, b) => distance(op, a, b, p, eps), margin, swap, reduction);
}

/** How far apart two tensors of vectors are: one number for each pair. */
export type DistanceFunction = (x1: Tensor, x2: Tensor) => Tensor;

/** The options of {@link TripletMarginWithDistanceLoss}. */
export interface TripletMarginWithDistanceLossOptions extends LossOptions {
  /** Default: {@link pairwiseDistance}. */
  distanceFunction?: DistanceFunction | null;
  /** Above 0. Default: 1. */
  margin?: number;
  /** Takes the distance of negative and positive instead where that is smaller. Default: false. */
  swap?: boolean;
}

/**
 * {@link tripletMarginLoss} with a distance of one's own, which should not be negative.
 * @throws as {@link tripletMarginLoss}, and what the distance function throws.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_with_distance_loss.html
 * @example
 * const distanceFunction = (x1: Tensor, x2: Tensor) => x1.sub(x2).abs().amax(-1);
 * const [anchor, positive, negative] = [tensor([[0, 0]]), tensor([[0, 1]]), tensor([[2, 2]])];
 * F.tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction, margin: 2 }); // 1
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginWithDistanceLossOptions = {},
): Tensor {
  const op = 'tripletMarginWithDistanceLoss';
  const { distanceFunction, margin, swap, reduction } = tripletMarginWithDistanceLossOptions(op, [options]);
  const far = distanceFunction ?? ((a: Tensor, b: Tensor) => distance(op, a, b, 2, 1e-6));
  return triplet(op, anchor, positive, negative, far, margin, swap, reduction);
}

/** @internal The options with their defaults, checked. */
export function tripletMarginWithDistanceLossOptions(op: string, given: readonly unknown[]): Settled<TripletMarginWithDistanceLossOptions> {
  const defaults = { distanceFunction: null, margin: 1, swap: false, reduction: 'mean' } as const;
  const options = lossOptions<Settled<TripletMarginWithDistanceLossOptions>>(op, defaults, given);
  checkNumber(op, 'margin', options.margin, 'a number above 0', (margin) => margin > 0);
  if (options.distanceFunction !== null && typeof options.distanceFunction !== 'function')
    throw new ArgumentError(`${op}: distanceFunction is ${show(options.distanceFunction)}, expected a function of two tensors.`);
  return options;
}

function triplet(
  op: string,
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  far: DistanceFunction,
  margin: number,
  swap: boolean,
  reduction: 'mean' | 'sum' | 'none',
): Tensor {
  assertTensors(op, { anchor, positive, negative });
  if (anchor.ndim !== positive.ndim || anchor.ndim !== negative.ndim) {
    const [a, p, n] = [anchor, positive, negative].map((x) => showShape(x.shape));
    throw new ShapeError(`${op}: anchor is ${a}, positive ${p} and negative ${n}, expected one number of dims.`);
  }
  const near = far(anchor, positive);
  const apart = far(anchor, negative);
  const other = swap ? minimum(apart, far(positive, negative)) : apart;
  return reduced(clamp(sub(add(near, margin), other), { min: 0 }), reduction);
}
