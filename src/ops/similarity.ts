/** Lengths of vectors and angles between them. */
import { broadcastShapes } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, div, mul, sub } from './arithmetic.js';
import { detach } from './copy.js';
import { clamp } from './math.js';
import { expand } from './movement.js';
import { type Dims, sum } from './reduce.js';
import { norm } from './statistics.js';
import { needsFloat } from './window.js';

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
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
 */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  needsFloat(x, 'normalize');
  return div(x, clamp(norm(x, p, dim, true), { min: eps }));
}

/**
 * The cosine of the angle between vectors along `dim`: x . y / (|x| |y|), lengths no smaller than eps.
 * @param x1 any shape that broadcasts with x2's. @param dim default 1. @param eps default 1e-8.
 * @returns the broadcast shape without `dim`. @throws {ShapeError} for shapes that do not broadcast. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html
 */
export function cosineSimilarity(x1: Tensor, x2: Tensor, dim = 1, eps = 1e-8): Tensor {
  needsFloat(x1, 'cosineSimilarity', 'x1');
  needsFloat(x2, 'cosineSimilarity', 'x2');
  const shape = broadcastShapes(x1.shape, x2.shape, 'cosineSimilarity');
  const unit = (x: Tensor) => {
    const wide = expand(x, shape);
    const length = norm(wide, 2, dim, true);
    // As in PyTorch, the lower bound changes the value and not the gradient.
    return div(wide, add(length, sub(clamp(detach(length), { min: eps }), detach(length))));
  };
  return sum(mul(unit(x1), unit(x2)), dim);
}
