/** Softmax and its relatives as layers. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { logSoftmax, softmax, softmin } from '../../ops/reduce/softmax.js';
import { readArguments } from '../../tensor/arguments.js';
import { assertTensor } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import { show } from '../../tensor/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';

/** What Softmax, LogSoftmax and Softmin take: the dim whose values are shares of 1. */
export interface SoftmaxLayerOptions {
  /** The dim along which the results add up to 1. */
  dim?: number | null;
}

abstract class AlongDim extends Module {
  readonly dim: number | null;

  constructor(dim?: number | null | SoftmaxLayerOptions) {
    super();
    const name = classNameOf(this);
    this.dim = readArguments<{ dim: number | null }>(name, { dim: null }, [dim]).dim;
    if (this.dim !== null && !Number.isInteger(this.dim))
      throw new ArgumentError(`${name}: dim is ${show(this.dim)}, expected a whole number or nothing.`);
  }

  override extraRepr(): string {
    return `dim=${this.dim ?? 'None'}`;
  }
}

/**
 * exp(x) over its sum along `dim`.
 * @param dim the dim along which the results add up to 1, as a number or `{ dim }`. Left out, PyTorch's old rule chooses, with a warning.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmax.html
 * @example
 * new nn.Softmax({ dim: 1 });
 */
export class Softmax extends AlongDim {
  static override readonly className: string = 'Softmax';
  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }
}

/**
 * The logarithm of {@link Softmax}.
 * @param dim the dim along which the results add up to 1, as a number or `{ dim }`. Left out, PyTorch's old rule chooses, with a warning.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html
 * @example
 * new nn.LogSoftmax(1).forward(zeros([1, 2])); // [[-0.6931, -0.6931]]
 */
export class LogSoftmax extends AlongDim {
  static override readonly className: string = 'LogSoftmax';
  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }
}

/**
 * {@link Softmax} of -x.
 * @param dim the dim along which the results add up to 1, as a number or `{ dim }`. Left out, PyTorch's old rule chooses, with a warning.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmin.html
 * @example
 * new nn.Softmin(1).forward(zeros([1, 2])); // [[0.5, 0.5]]
 */
export class Softmin extends AlongDim {
  static override readonly className: string = 'Softmin';
  forward(x: Tensor): Tensor {
    return softmin(x, this.dim);
  }
}

/**
 * {@link Softmax} over the channels of [N, C, H, W] or [C, H, W].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmax2d.html
 * @example
 * new nn.Softmax2d().forward(zeros([1, 2, 1, 1])); // [[[[0.5]], [[0.5]]]]
 */
export class Softmax2d extends Module {
  static override readonly className: string = 'Softmax2d';
  /** @throws {ShapeError} unless x has 3 or 4 dims. */
  forward(x: Tensor): Tensor {
    assertTensor(classNameOf(this), 'x', x);
    if (x.ndim !== 3 && x.ndim !== 4)
      throw new ShapeError(
        `${classNameOf(this)}: x is ${showShape(x.shape)}, expected [N, C, H, W] or [C, H, W]. Use Softmax with a dim for others.`,
      );
    return softmax(x, -3);
  }
}
