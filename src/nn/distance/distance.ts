/** Lengths of vectors, their distances, and angles between them. Functions and layers. */

import { named } from '../../autograd/node.js';
import { add, div, mul, sub } from '../../ops/elementwise/binary.js';
import { clamp } from '../../ops/elementwise/clamp.js';
import { type Dims, sum } from '../../ops/reduce/sum.js';
import { norm } from '../../ops/statistics/moments.js';
import { detach } from '../../ops/view/copy.js';
import { expand } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloating, atLeast } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { broadcastShapes } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';

/** The options of {@link normalize}. */
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
 * @param args p (default 2), dim (default 1) and eps (default 1e-12), in this order or by name.
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
 * @example
 * F.normalize(tensor([[3, 4]])); // [[0.6, 0.8]]
 */
export function normalize(x: Tensor, ...args: Arguments<NormalizeOptions, [p: 'p', dim: 'dim', eps: 'eps']>): Tensor {
  const { p, dim, eps } = readArguments('normalize', { p: 2, dim: null as Dims | null, eps: 1e-12 }, args);
  assertFloating('normalize', 'x', x);
  return div(x, clamp(norm(x, p, dim ?? 1, true), { min: eps }));
}

/** The options of {@link cosineSimilarity} and of {@link CosineSimilarity}. */
export interface CosineSimilarityOptions {
  /** Along which dim vectors lie. Default: 1. */
  dim?: number;
  /** Lengths count as at least this. Default: 1e-8. */
  eps?: number;
}

type CosineArguments = Arguments<CosineSimilarityOptions, [dim: 'dim', eps: 'eps']>;
const COSINE: Settings<CosineSimilarityOptions> = { dim: 1, eps: 1e-8 };

/**
 * The cosine of the angle between vectors along `dim`: x . y / (|x| |y|), lengths no smaller than eps.
 * @param x1 any shape that broadcasts with x2's. @param args dim (default 1) and eps (default 1e-8), in this order or by name.
 * @returns the broadcast shape without `dim`. @throws {ShapeError} for shapes that do not broadcast. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html
 * @example
 * F.cosineSimilarity(tensor([1, 0]), tensor([1, 1]), { dim: 0 }); // 0.7071
 */
export function cosineSimilarity(x1: Tensor, x2: Tensor, ...args: CosineArguments): Tensor {
  return cosineSimilarityOf(x1, x2, readArguments('cosineSimilarity', COSINE, args));
}

function cosineSimilarityOf(x1: Tensor, x2: Tensor, { dim, eps }: Settings<CosineSimilarityOptions>): Tensor {
  const op = 'cosineSimilarity';
  atLeast(op, 'eps', eps, 0);
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

/**
 * The cosine of the angle between vectors along `dim`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CosineSimilarity.html
 * @example
 * new nn.CosineSimilarity(1).forward(tensor([[1, 0]]), tensor([[1, 1]])); // [0.7071]
 */
export class CosineSimilarity extends Module {
  static override readonly className: string = 'CosineSimilarity';
  /** The dim of the vectors. */
  readonly dim: number;
  /** Lengths count as at least this. */
  readonly eps: number;

  /**
   * The cosine of the angle between vectors along `dim`.
   * @param args dim (default 1) and eps (the least length that is divided by, default 1e-8) in this order, or as options.
   */
  constructor(...args: CosineArguments) {
    super();
    const { dim, eps } = readArguments(classNameOf(new.target), COSINE, args);
    this.dim = dim;
    this.eps = eps;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarityOf(x1, x2, this);
  }
}

/** The options of {@link pairwiseDistance} and of {@link PairwiseDistance}. */
export interface PairwiseDistanceOptions {
  /** Which {@link norm}. Default: 2. */
  p?: number;
  /** Added to each difference, so that the gradient is finite where vectors are equal. Default: 1e-6. */
  eps?: number;
  /** Keeps the last dim, with size 1. Default: false. */
  keepdim?: boolean;
}

type DistanceArguments = Arguments<PairwiseDistanceOptions, [p: 'p', eps: 'eps', keepdim: 'keepdim']>;
const DISTANCE: Settings<PairwiseDistanceOptions> = { p: 2, eps: 1e-6, keepdim: false };

/**
 * The distance of vectors along the last dim: the norm of x1 - x2 + eps.
 * @param x1 any shape that broadcasts with x2's. @param args p (default 2), eps (default 1e-6) and keepdim (default false), in this order or by name.
 * @returns the broadcast shape without its last dim. @throws {ShapeError} for shapes that do not broadcast. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html
 * @example
 * F.pairwiseDistance(tensor([[0, 0]]), tensor([[3, 4]]), { eps: 0 }); // [5]
 */
export function pairwiseDistance(x1: Tensor, x2: Tensor, ...args: DistanceArguments): Tensor {
  return pairwiseDistanceOf(x1, x2, readArguments('pairwiseDistance', DISTANCE, args));
}

function pairwiseDistanceOf(x1: Tensor, x2: Tensor, settings: Settings<PairwiseDistanceOptions>): Tensor {
  return named('NormBackward1', distance('pairwiseDistance', x1, x2, settings));
}

/** @internal {@link pairwiseDistance} as part of another function, in whose name it reports. */
export function distance(
  op: string,
  x1: Tensor,
  x2: Tensor,
  { p, eps, keepdim = false }: { readonly p: number; readonly eps: number; readonly keepdim?: boolean },
): Tensor {
  assertFloating(op, 'x1', x1);
  assertFloating(op, 'x2', x2);
  broadcastShapes(x1.shape, x2.shape, op);
  return norm(add(sub(x1, x2), eps), p, -1, keepdim);
}

/**
 * The norm of x1 - x2 + eps along the last dim.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html
 * @example
 * new nn.PairwiseDistance({ p: 1, eps: 0 }).forward(tensor([[0, 0]]), tensor([[3, 4]])); // [7]
 */
export class PairwiseDistance extends Module {
  static override readonly className: string = 'PairwiseDistance';
  /** The order of the norm. */
  readonly norm: number;
  /** Added to each difference, so that the gradient is finite where vectors are equal. */
  readonly eps: number;
  /** Whether the last dim stays, with size 1. */
  readonly keepdim: boolean;

  /**
   * The norm of x1 - x2 + eps along the last dim.
   * @param args p (which norm, default 2), eps (default 1e-6) and keepdim (default false) in this order, or as options.
   */
  constructor(...args: DistanceArguments) {
    super();
    const { p, eps, keepdim } = readArguments(classNameOf(new.target), DISTANCE, args);
    this.norm = p;
    this.eps = eps;
    this.keepdim = keepdim;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistanceOf(x1, x2, { p: this.norm, eps: this.eps, keepdim: this.keepdim });
  }
}
