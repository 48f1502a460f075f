/** The sigmoid and its relatives: tanh, softsign, the hard sigmoid, the sigmoid's logarithm and softplus. Functions and layers. */
import { add, div } from '../../ops/elementwise/binary.js';
import { unary } from '../../ops/elementwise/table.js';
import { abs, sigmoid, tanh } from '../../ops/elementwise/unary.js';
import { contiguous } from '../../ops/view/copy.js';
import { type Arguments, readArguments, type Settings, tooMany } from '../../tensor/arguments/arguments.js';
import { assertFloating } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { float } from '../module/text.js';
import { type InPlaceArguments, overwrite, PlainActivation, readInPlace } from './in-place.js';

/** 1 / (1 + exp(-x)). @see https://pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html */
export class Sigmoid extends Module {
  static override readonly className: string = 'Sigmoid';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** The hyperbolic tangent. @see https://pytorch.org/docs/stable/generated/torch.nn.Tanh.html */
export class Tanh extends Module {
  static override readonly className: string = 'Tanh';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** x / (1 + |x|). @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softsign.html */
export function softsign(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('softsign', 1, arguments);
  return div(x, add(abs(x), 1));
}

/** x / (1 + |x|). @see https://pytorch.org/docs/stable/generated/torch.nn.Softsign.html */
export class Softsign extends Module {
  static override readonly className: string = 'Softsign';
  forward(x: Tensor): Tensor {
    return softsign(x);
  }
}

/**
 * relu6(x + 3) / 6; gradient 0 at -3 and 3.
 * @param args inplace, by position or by name. Default: false.
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardsigmoid.html
 */
export function hardsigmoid(x: Tensor, ...args: InPlaceArguments): Tensor {
  return hardsigmoidOf(x, readInPlace('hardsigmoid', args));
}

function hardsigmoidOf(x: Tensor, inplace: boolean): Tensor {
  assertFloating('hardsigmoid', 'x', x);
  const compute = (x: Tensor) => unary('hardsigmoid', x);
  return inplace ? overwrite('hardsigmoid_', x, { compute }) : compute(x);
}

/**
 * relu6(x + 3) / 6.
 * @param args inplace, writes over the input: by position or by name. Default: false.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html
 */
export class Hardsigmoid extends PlainActivation {
  static override readonly className: string = 'Hardsigmoid';
  forward(x: Tensor): Tensor {
    return hardsigmoidOf(x, this.inplace);
  }

  /** PyTorch prints it without its option. */
  override extraRepr(): string {
    return '';
  }
}

/**
 * log(sigmoid(x)), exact for large negative x.
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html
 */
export function logsigmoid(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('logsigmoid', 1, arguments);
  assertFloating('logsigmoid', 'x', x);
  return unary('logsigmoid', contiguous(x)); // row-major in PyTorch, whatever x is
}

/** log(sigmoid(x)). @see https://pytorch.org/docs/stable/generated/torch.nn.LogSigmoid.html */
export class LogSigmoid extends Module {
  static override readonly className: string = 'LogSigmoid';
  forward(x: Tensor): Tensor {
    return logsigmoid(x);
  }
}

/** The options of {@link softplus} and of {@link Softplus}. */
export interface SoftplusOptions {
  /** How sharp the bend is. Default: 1. */
  beta?: number;
  /** Where beta * x is above it, the result is x itself. Default: 20. */
  threshold?: number;
}

type SoftplusArguments = Arguments<SoftplusOptions, [beta: 'beta', threshold: 'threshold']>;
const SOFTPLUS: Settings<SoftplusOptions> = { beta: 1, threshold: 20 };

/**
 * log(1 + exp(beta * x)) / beta, a smooth relu; x itself where beta * x is above `threshold`.
 * @param args beta (default 1) and threshold (default 20), in this order or by name.
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html
 * @example
 * F.softplus(tensor([0, 20])); // [0.6931, 20.0]
 */
export function softplus(x: Tensor, ...args: SoftplusArguments): Tensor {
  return softplusOf(x, readArguments('softplus', SOFTPLUS, args));
}

function softplusOf(x: Tensor, { beta, threshold }: Settings<SoftplusOptions>): Tensor {
  assertFloating('softplus', 'x', x);
  return unary('softplus', x, beta, threshold);
}

/**
 * log(1 + exp(beta * x)) / beta; x itself where beta * x is above `threshold`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softplus.html
 * @example
 * new nn.Softplus({ beta: 2 }).forward(tensor([0, 20])); // [0.3466, 20.0]
 */
export class Softplus extends Module {
  static override readonly className: string = 'Softplus';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  /** How sharp the bend is. */
  readonly beta: number;
  /** Above it, of `beta x`, it is linear. */
  readonly threshold: number;

  /**
   * log(1 + exp(beta * x)) / beta; x itself where beta * x is above `threshold`.
   * @param args beta (default 1) and threshold (default 20), in this order or by name.
   */
  constructor(...args: SoftplusArguments) {
    super();
    const { beta, threshold } = readArguments(classNameOf(new.target), SOFTPLUS, args);
    this.beta = beta;
    this.threshold = threshold;
  }

  forward(x: Tensor): Tensor {
    return softplusOf(x, this);
  }

  override extraRepr(): string {
    return `beta=${float(this.beta)}, threshold=${float(this.threshold)}`;
  }
}
