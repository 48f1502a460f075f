/** Softmax and its relatives as layers, whose functions stand in ops/reduce/softmax.ts; and a draw with softmax's shares, gumbelSoftmax. */

import { noGrad } from '../../autograd/modes/mode.js';
import { ShapeError, showShape } from '../../errors.js';
import { add, div, sub } from '../../ops/elementwise/binary.js';
import { log, neg } from '../../ops/elementwise/unary.js';
import { scatter } from '../../ops/gather/gather.js';
import { exponential_ } from '../../ops/random/random.js';
import { argmax } from '../../ops/reduce/extrema.js';
import { logSoftmax, softmax, softmin } from '../../ops/reduce/softmax.js';
import { detach, filled } from '../../ops/view/copy.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloating, assertTensor, wholeNumber } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';

/** What Softmax, LogSoftmax and Softmin take: the dim whose values are shares of 1. */
export interface SoftmaxLayerOptions {
  /** The dim along which the results add up to 1. */
  dim?: number | null;
}

abstract class AlongDim extends Module {
  readonly dim: number | null;

  constructor(...args: Arguments<SoftmaxLayerOptions, [dim: 'dim']>) {
    super();
    const name = classNameOf(this);
    const { dim } = readArguments<{ dim: number | null }>(name, { dim: null }, args);
    this.dim = dim === null ? null : wholeNumber(name, 'dim', dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim ?? 'None'}`;
  }
}

/**
 * exp(x) over its sum along `dim`.
 * @param args dim, along which the results add up to 1, by position or by name. Left out, PyTorch's old rule chooses, with a warning.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softmax.html
 * @example
 * new nn.Softmax({ dim: 1 });
 */
export class Softmax extends AlongDim {
  static override readonly className: string = 'Softmax';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }
}

/**
 * The logarithm of {@link Softmax}.
 * @param args dim, along which the results add up to 1, by position or by name. Left out, PyTorch's old rule chooses, with a warning.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html
 * @example
 * new nn.LogSoftmax(1).forward(zeros([1, 2])); // [[-0.6931, -0.6931]]
 */
export class LogSoftmax extends AlongDim {
  static override readonly className: string = 'LogSoftmax';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }
}

/**
 * {@link Softmax} of -x.
 * @param args dim, along which the results add up to 1, by position or by name. Left out, PyTorch's old rule chooses, with a warning.
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

/** The options of {@link gumbelSoftmax}. */
export interface GumbelSoftmaxOptions {
  /** The temperature: the smaller, the nearer to one-hot. Default: 1. */
  tau?: number;
  /** Gives one-hot rows, with the gradient of the soft ones. Default: false. */
  hard?: boolean;
  /** Has no effect; PyTorch keeps it for old programs. */
  eps?: number;
  /** Default: -1. */
  dim?: number;
}

const GUMBEL: Settings<GumbelSoftmaxOptions> = { tau: 1, hard: false, eps: 1e-10, dim: -1 };

/**
 * A draw from the categorical distribution of `logits` that has a gradient: softmax((logits + gumbel noise) / tau).
 * @param args tau (default 1), hard (default false), eps and dim (default -1), in this order or by name.
 * @throws {DTypeError} for integers. @throws {IndexError} for a dim that is not there.
 * @see Jang et al. 2016, https://arxiv.org/abs/1611.01144; Maddison et al. 2016, https://arxiv.org/abs/1611.00712
 * @example
 * F.gumbelSoftmax(zeros([4, 3]), { hard: true }).sum(1); // [1, 1, 1, 1]
 */
export function gumbelSoftmax(
  logits: Tensor,
  ...args: Arguments<GumbelSoftmaxOptions, [tau: 'tau', hard: 'hard', eps: 'eps', dim: 'dim']>
): Tensor {
  const { tau, hard, eps, dim } = readArguments('gumbelSoftmax', GUMBEL, args);
  assertFloating('gumbelSoftmax', 'logits', logits);
  if (eps !== 1e-10) warnOnce('gumbelSoftmax: eps has no effect.');
  const noise = noGrad(() => neg(log(exponential_(emptyTensor(logits.shape, logits.dtype)))));
  const soft = softmax(div(add(logits, noise), tau), dim);
  if (!hard) return soft;
  const units = noGrad(() => scatter(filled(soft.shape, soft.dtype, 0), dim, argmax(soft, dim, true), 1));
  return add(sub(units, detach(soft)), soft);
}
