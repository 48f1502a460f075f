/** Lengths of vectors and angles between them. */

import { named } from '../../autograd/node.js';
import { ArgumentError } from '../../errors.js';
import { add, div, mul, sub } from '../../ops/elementwise/binary.js';
import { clamp } from '../../ops/elementwise/clamp.js';
import { type Dims, sum } from '../../ops/reduce/sum.js';
import { norm } from '../../ops/statistics/moments.js';
import { detach } from '../../ops/view/copy.js';
import { expand } from '../../ops/view/movement.js';
import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { assertFloating } from '../../tensor/checks.js';
import { broadcastShapes } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';

/** The options of {@link Normalize}. */
export interface NormalizeOptions {
  /** Which {@link norm}. Default: 2. */
  p?: number;
  /** Along which dims vectors lie. Default: 1. */
  dim?: Dims;
  /** Shorter vectors are divided by this. Default: 1e-12. */
  eps?: number;
}

/**
 * Vectors divided by their length: x / max(norm(x), eps).
 * @param p default 2. @param dim default 1. @param eps default 1e-12.
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
 * @example
 * F.normalize(tensor([[3, 4]])); // [[0.6, 0.8]]
 */
export function normalize(x: Tensor, ...args: Trailing<[p: number, dim: Dims, eps: number], NormalizeOptions>): Tensor {
  const { p, dim, eps } = readArguments('normalize', { p: 2, dim: null as Dims | null, eps: 1e-12 }, args);
  assertFloating('normalize', 'x', x);
  return div(x, clamp(norm(x, p, dim ?? 1, true), { min: eps }));
}

/** The options of {@link CosineSimilarity}. */
export interface CosineSimilarityOptions {
  /** Along which dim vectors lie. Default: 1. */
  dim?: number;
  /** Lengths count as at least this. Default: 1e-8. */
  eps?: number;
}

/**
 * The cosine of the angle between vectors along `dim`: x . y / (|x| |y|), lengths no smaller than eps.
 * @param x1 any shape that broadcasts with x2's. @param dim default 1. @param eps default 1e-8.
 * @returns the broadcast shape without `dim`. @throws {ShapeError} for shapes that do not broadcast. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html
 * @example
 * F.cosineSimilarity(tensor([1, 0]), tensor([1, 1]), { dim: 0 }); // 0.7071
 */
export function cosineSimilarity(x1: Tensor, x2: Tensor, ...args: Trailing<[dim: number, eps: number], CosineSimilarityOptions>): Tensor {
  const op = 'cosineSimilarity';
  const { dim, eps } = readArguments(op, { dim: 1, eps: 1e-8 }, args);
  if (!(eps >= 0)) throw new ArgumentError(`${op}: eps is ${eps}, expected a number of at least 0.`);
  assertFloating(op, 'x1', x1);
  assertFloating(op, 'x2', x2);
  const shape = broadcastShapes(x1.shape, x2.shape, op);
  const unit = (x: Tensor) => {
    const wide = expand(x, shape);
    const length = norm(wide, 2, dim, true);
    // As in PyTorch, the lower bound changes the value and not the gradient.
    return div(wide, add(length, sub(clamp(detach(length), { min: eps }), detach(length))));
  };
  return sum(mul(unit(x1), unit(x2)), dim);
}

/** The options of {@link PairwiseDistance}. */
export interface PairwiseDistanceOptions {
  /** Which {@link norm}. Default: 2. */
  p?: number;
  /** Added to each difference, so that the gradient is finite where vectors are equal. Default: 1e-6. */
  eps?: number;
  /** Keeps the last dim, with size 1. Default: false. */
  keepdim?: boolean;
}

/**
 * The distance of vectors along the last dim: the norm of x1 - x2 + eps.
 * @param x1 any shape that broadcasts with x2's.
 * @returns the broadcast shape without its last dim. @throws {ShapeError} for shapes that do not broadcast. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html
 * @example
 * F.pairwiseDistance(tensor([[0, 0]]), tensor([[3, 4]]), { eps: 0 }); // [5]
 */
export function pairwiseDistance(
  x1: Tensor,
  x2: Tensor,
  ...args: Trailing<[p: number, eps: number, keepdim: boolean], PairwiseDistanceOptions>
): Tensor {
  const op = 'pairwiseDistance';
  const { p, eps, keepdim } = readArguments(op, { p: 2, eps: 1e-6, keepdim: false }, args);
  return named('NormBackward1', distance(op, x1, x2, p, eps, keepdim));
}

/** {@link pairwiseDistance} in the name of `op`. */
export function distance(op: string, x1: Tensor, x2: Tensor, p: number, eps: number, keepdim = false): Tensor {
  assertFloating(op, 'x1', x1);
  assertFloating(op, 'x2', x2);
  broadcastShapes(x1.shape, x2.shape, op);
  return norm(add(sub(x1, x2), eps), p, -1, keepdim);
}
