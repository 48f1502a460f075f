/** Dropout layers: they act while training and pass everything in evaluation. */
import { ArgumentError } from '../errors.js';
import { dropout, dropout1d, dropout2d } from '../ops/dropout.js';
import { inPlace } from '../ops/inplace.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { bool, float } from './module-text.js';

export interface DropoutOptions {
  /** The probability to drop. Default: 0.5. */
  p?: number;
  /** Writes over the input. Default: false. */
  inplace?: boolean;
}

abstract class DropoutLayer extends Module {
  readonly p: number;
  readonly inplace: boolean;

  /** @param p the probability to drop, as a number or among the options. @throws {ArgumentError} for one outside 0 to 1. */
  constructor(p: number | DropoutOptions = {}, options: Omit<DropoutOptions, 'p'> = {}) {
    super();
    const { p: probability = 0.5, inplace = false } = typeof p === 'number' ? { ...options, p } : p;
    if (!(probability >= 0 && probability <= 1))
      throw new ArgumentError(`${this.constructor.name}: p is ${String(probability)}, expected the probability to drop, from 0 to 1.`);
    this.p = probability;
    this.inplace = inplace;
  }

  protected abstract drop(x: Tensor): Tensor;

  forward(x: Tensor): Tensor {
    return this.inplace && this.training && this.p > 0
      ? inPlace(`${this.constructor.name}({ inplace: true })`, x, [], () => this.drop(x))
      : this.drop(x);
  }

  override extraRepr(): string {
    return `p=${float(this.p)}, inplace=${bool(this.inplace)}`;
  }
}

/**
 * In training, sets each element to 0 with probability `p` and scales the others by 1 / (1 - p).
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html; https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html
 * @example
 * new nn.Dropout(0.5);
 */
export class Dropout extends DropoutLayer {
  protected drop(x: Tensor): Tensor {
    return dropout(x, this.p, this.training);
  }
}

/** {@link Dropout} of whole channels of [N, C, L] or [C, L]. */
export class Dropout1d extends DropoutLayer {
  protected drop(x: Tensor): Tensor {
    return dropout1d(x, this.p, this.training);
  }
}

/** {@link Dropout} of whole channels of [N, C, H, W]. @see https://pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html */
export class Dropout2d extends DropoutLayer {
  protected drop(x: Tensor): Tensor {
    return dropout2d(x, this.p, this.training);
  }
}
