/** Layers that change the shape. */
import { flatten, unflatten } from '../ops/movement.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { tuple } from './module-text.js';

/** Joins the dims from `startDim` (default 1: all but the batch) to `endDim` (default -1) into one. */
export class Flatten extends Module {
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** Splits `dim` into dims of `unflattenedSize`; one of them may be -1. */
export class Unflatten extends Module {
  constructor(
    readonly dim: number,
    readonly unflattenedSize: Shape,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return unflatten(x, this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${tuple(this.unflattenedSize)}`;
  }
}
