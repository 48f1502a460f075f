/** Lengths of vectors and angles between them. */
import { ArgumentError } from '../errors.js';
import { broadcastShapes, normalizeDims } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, div, eq, mul, pow, sub } from './arithmetic.js';
import { detach } from './copy.js';
import { where } from './elementwise.js';
import { abs, clamp, sqrt, square } from './math.js';
import { expand } from './movement.js';
import { type Dims, sum } from './reduce.js';
import { needsFloat } from './window.js';

export interface NormalizeOptions {
  /** The norm's exponent, above 0. Default: 2. */
  p?: number;
  /** Along which dims vectors lie. Default: 1. */
  dim?: Dims;
  /** Shorter vectors are divided by this. Default: 1e-12. */
  eps?: number;
}

/**
 * Vectors divided by their length: x / max(norm(x), eps).
 * @throws {ArgumentError} unless p is finite and above 0. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
 */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  needsFloat(x, 'normalize');
  if (!(p > 0 && Number.isFinite(p))) throw new ArgumentError(`normalize: p is ${p}, expected a finite number above 0.`);
  return div(x, clamp(length(x, p, dim, 'normalize'), { min: eps }));
}

/** The p-norm along `dim`, which stays with size 1. Gradient 0 at vectors of zeros. */
function length(x: Tensor, p: number, dim: Dims, op: string): Tensor {
  const dims = normalizeDims(dim, x.ndim, op);
  if (p === 1) return sum(abs(x), dims, true);
  const powers = sum(p === 2 ? square(x) : pow(abs(x), p), dims, true);
  // The root's slope is infinite at 0: there a constant takes its place.
  const zero = eq(powers, 0);
  const safe = where(zero, 1, powers);
  return where(zero, 0, p === 2 ? sqrt(safe) : pow(safe, 1 / p));
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
    const norm = length(wide, 2, dim, 'cosineSimilarity');
    // As in PyTorch, the lower bound changes the value and not the gradient.
    return div(wide, add(norm, sub(clamp(detach(norm), { min: eps }), detach(norm))));
  };
  return sum(mul(unit(x1), unit(x2)), dim);
}
