/** How far vectors are apart. */

import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { type CosineSimilarityOptions, cosineSimilarity, type PairwiseDistanceOptions, pairwiseDistance } from './functional.js';

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
  /** Added where something is divided, so that it is never by 0. */
  readonly eps: number;
  /** Whether the last dim stays, with size 1. */
  readonly keepdim: boolean;

  /**
   * The norm of x1 - x2 + eps along the last dim.
   * @param args p (which norm, default 2), eps (default 1e-6) and keepdim (default false) in this order, or as options.
   */
  constructor(...args: Trailing<[p: number, eps: number, keepdim: boolean], PairwiseDistanceOptions>) {
    super();
    const { p, eps, keepdim } = readArguments(classNameOf(new.target), { p: 2, eps: 1e-6, keepdim: false }, args);
    this.norm = p;
    this.eps = eps;
    this.keepdim = keepdim;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.norm, this.eps, this.keepdim);
  }
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
  /** Added where something is divided, so that it is never by 0. */
  readonly eps: number;

  /**
   * The cosine of the angle between vectors along `dim`.
   * @param args dim (default 1) and eps (the least length that is divided by, default 1e-8) in this order, or as options.
   */
  constructor(...args: Trailing<[dim: number, eps: number], CosineSimilarityOptions>) {
    super();
    const { dim, eps } = readArguments(classNameOf(new.target), { dim: 1, eps: 1e-8 }, args);
    this.dim = dim;
    this.eps = eps;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.dim, this.eps);
  }
}
