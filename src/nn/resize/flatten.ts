/** Layers that join dims, and cut them. */
import { flatten, unflatten } from '../../ops/view/movement.js';
import { type Arguments, readArguments, required, type Settings } from '../../tensor/arguments/arguments.js';
import { wholeNumber, wholeNumbers } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Shape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { tuple } from '../module/text.js';

/** The options of {@link Flatten}. */
export interface FlattenOptions {
  /** The first dim to join. Default: 1, all but the batch. */
  startDim?: number;
  /** The last. Default: -1. */
  endDim?: number;
}

/**
 * Joins the dims from `startDim` to `endDim` into one.
 * @throws {IndexError} from `forward`, for dims that the input does not have.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Flatten.html
 * @example
 * new nn.Flatten().forward(ones([2, 1, 28, 28])).shape; // [2, 784]
 */
export class Flatten extends Module {
  static override readonly className: string = 'Flatten';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  /** The first dim that is joined. */
  readonly startDim: number;
  /** The last dim that is joined. */
  readonly endDim: number;

  /**
   * Joins the dims from `startDim` to `endDim` into one.
   * @param args startDim (default 1) and endDim (-1), in this order or by name.
   */
  constructor(...args: Arguments<FlattenOptions, [startDim: 'startDim', endDim: 'endDim']>) {
    super();
    const name = classNameOf(new.target);
    const { startDim, endDim } = readArguments<Settings<FlattenOptions>>(name, { startDim: 1, endDim: -1 }, args);
    this.startDim = wholeNumber(name, 'startDim', startDim);
    this.endDim = wholeNumber(name, 'endDim', endDim);
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** The options of {@link Unflatten}. */
export interface UnflattenOptions {
  /** The dim that is cut. */
  dim: number;
  /** The sizes that it is cut into. */
  unflattenedSize: Shape;
}

/**
 * Splits `dim` into dims of `unflattenedSize`; one of them may be -1.
 * @throws {ShapeError} from `forward`, when the sizes do not multiply to that of the dim.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Unflatten.html
 * @example
 * new nn.Unflatten(1, [1, 28, 28]).forward(ones([2, 784])).shape; // [2, 1, 28, 28]
 */
export class Unflatten extends Module {
  static override readonly className: string = 'Unflatten';
  /** The dim that is cut. */
  readonly dim: number;
  /** The sizes that it is cut into. */
  readonly unflattenedSize: Shape;

  constructor(...args: Arguments<UnflattenOptions, [dim: 'dim', unflattenedSize: 'unflattenedSize']>) {
    super();
    const name = classNameOf(new.target);
    const { dim, unflattenedSize } = readArguments<UnflattenOptions>(name, { dim: required, unflattenedSize: required }, args);
    this.dim = wholeNumber(name, 'dim', dim);
    this.unflattenedSize = wholeNumbers(name, 'unflattenedSize', unflattenedSize);
  }

  forward(x: Tensor): Tensor {
    return unflatten(x, this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${tuple(this.unflattenedSize)}`;
  }
}
