/** Layers that change the shape. */
import { ArgumentError } from '../../errors.js';
import { flatten, unflatten } from '../../ops/view/movement.js';
import { readArguments, tooMany } from '../../tensor/arguments.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Shape } from '../../tensor/shape.js';
import { show } from '../../tensor/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { tuple } from '../module/text.js';

function assertDim(layer: string, name: string, dim: number): void {
  if (!Number.isInteger(dim)) throw new ArgumentError(`${layer}: ${name} is ${show(dim)}, expected a whole number.`);
}

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
  /** The first dim that is joined. */
  readonly startDim: number;
  /** The last dim that is joined. */
  readonly endDim: number;

  /**
   * Joins the dims from `startDim` to `endDim` into one.
   * @param startDim default 1; or all options.
   */
  constructor(startDim?: number | FlattenOptions, endDim?: number | Pick<FlattenOptions, 'endDim'>) {
    super();
    const options = readArguments(classNameOf(new.target), { startDim: 1, endDim: -1 }, [startDim, endDim]);
    for (const [name, dim] of Object.entries(options)) assertDim(classNameOf(new.target), name, dim);
    this.startDim = options.startDim;
    this.endDim = options.endDim;
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
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
  constructor(
    /** The dim that is cut. */
    readonly dim: number,
    /** The sizes that it is cut into. */
    readonly unflattenedSize: Shape,
  ) {
    super();
    if (arguments.length > 2) tooMany(classNameOf(new.target), 2, arguments);
    assertDim(classNameOf(new.target), 'dim', dim);
    if (!Array.isArray(unflattenedSize) || !unflattenedSize.every(Number.isInteger))
      throw new ArgumentError(`${classNameOf(new.target)}: unflattenedSize is ${show(unflattenedSize)}, expected a list of sizes.`);
  }

  forward(x: Tensor): Tensor {
    return unflatten(x, this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${tuple(this.unflattenedSize)}`;
  }
}
