/** Activations that multiply x with a gate: gelu, silu, mish, hardswish and glu. Functions and layers. */
import { named } from '../../autograd/node.js';
import { ShapeError, showShape } from '../../errors.js';
import { mul } from '../../ops/elementwise/binary.js';
import { unary } from '../../ops/elementwise/table.js';
import { sigmoid } from '../../ops/elementwise/unary.js';
import { narrow } from '../../ops/view/select.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloating, oneOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { normalizeDim } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { type InPlaceArguments, overwrite, PlainActivation, readInPlace } from './in-place.js';

/** The options of {@link gelu}. */
export interface GeluOptions {
  /** 'none' (default) takes the error function, 'tanh' an approximation. */
  approximate?: 'none' | 'tanh';
}

type GeluArguments = Arguments<GeluOptions, [approximate: 'approximate']>;
const GELU_DEFAULTS: Settings<GeluOptions> = { approximate: 'none' };

function readGelu(op: string, args: GeluArguments): 'none' | 'tanh' {
  return oneOf(op, 'approximate', readArguments(op, GELU_DEFAULTS, args).approximate, ['none', 'tanh']);
}

/**
 * x times the standard normal distribution function of x.
 * @param args approximate, by position or by name: 'none' (default) takes the error function, 'tanh' an approximation.
 * @throws {ArgumentError} for another form. @throws {DTypeError} for integers.
 * @see Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415
 * @example
 * F.gelu(tensor([0, 1]), 'tanh'); // [0.0, 0.8412]
 */
export function gelu(x: Tensor, ...args: GeluArguments): Tensor {
  return geluOf(x, readGelu('gelu', args));
}

/** @internal {@link gelu} in a form that is checked. */
export function geluOf(x: Tensor, approximate: 'none' | 'tanh'): Tensor {
  assertFloating('gelu', 'x', x);
  return unary(approximate === 'tanh' ? 'gelu_tanh' : 'gelu', x, 0, 0, 'gelu');
}

/**
 * x times the normal distribution function of x.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GELU.html
 * @example
 * new nn.GELU('tanh').forward(tensor([0, 1])); // [0.0, 0.8412]
 */
export class GELU extends Module {
  static override readonly className: string = 'GELU';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  /** `'none'` for the exact function, `'tanh'` for an approximation. */
  readonly approximate: 'none' | 'tanh';

  /**
   * x times the normal distribution function of x.
   * @param args approximate, by position or by name: 'none' (default) takes the error function, 'tanh' an approximation.
   * @throws {ArgumentError} for another.
   */
  constructor(...args: GeluArguments) {
    super();
    this.approximate = readGelu(classNameOf(new.target), args);
  }

  forward(x: Tensor): Tensor {
    return geluOf(x, this.approximate);
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/**
 * x * sigmoid(x), also called swish.
 * @param args inplace, by position or by name. Default: false.
 * @throws {DTypeError} for integers.
 * @see Elfwing et al. 2017, https://arxiv.org/abs/1702.03118
 */
export function silu(x: Tensor, ...args: InPlaceArguments): Tensor {
  return siluOf(x, readInPlace('silu', args));
}

function siluOf(x: Tensor, inplace: boolean): Tensor {
  assertFloating('silu', 'x', x);
  const compute = (x: Tensor) => unary('silu', x);
  return inplace ? overwrite('silu_', x, { compute, kernel: ['silu'] }) : compute(x);
}

/** x * sigmoid(x), also called swish. @see https://pytorch.org/docs/stable/generated/torch.nn.SiLU.html */
export class SiLU extends PlainActivation {
  static override readonly className: string = 'SiLU';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  forward(x: Tensor): Tensor {
    return siluOf(x, this.inplace);
  }
}

/**
 * x * tanh(softplus(x)).
 * @param args inplace, by position or by name. Default: false.
 * @throws {DTypeError} for integers.
 * @see Misra 2019, https://arxiv.org/abs/1908.08681
 */
export function mish(x: Tensor, ...args: InPlaceArguments): Tensor {
  return mishOf(x, readInPlace('mish', args));
}

function mishOf(x: Tensor, inplace: boolean): Tensor {
  assertFloating('mish', 'x', x);
  const compute = (x: Tensor) => unary('mish', x);
  return inplace ? overwrite('mish_', x, { compute }) : compute(x);
}

/** x * tanh(softplus(x)). @see https://pytorch.org/docs/stable/generated/torch.nn.Mish.html */
export class Mish extends PlainActivation {
  static override readonly className: string = 'Mish';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  forward(x: Tensor): Tensor {
    return mishOf(x, this.inplace);
  }
}

/**
 * x * relu6(x + 3) / 6; gradient 0 at -3 and 1 at 3.
 * @param args inplace, by position or by name. Default: false.
 * @throws {DTypeError} for integers.
 * @see Howard et al. 2019, https://arxiv.org/abs/1905.02244
 */
export function hardswish(x: Tensor, ...args: InPlaceArguments): Tensor {
  return hardswishOf(x, readInPlace('hardswish', args));
}

function hardswishOf(x: Tensor, inplace: boolean): Tensor {
  assertFloating('hardswish', 'x', x);
  const compute = (x: Tensor) => unary('hardswish', x);
  return inplace ? overwrite('hardswish_', x, { compute }) : compute(x);
}

/**
 * x * relu6(x + 3) / 6.
 * @param args inplace, writes over the input: by position or by name. Default: false.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardswish.html
 */
export class Hardswish extends PlainActivation {
  static override readonly className: string = 'Hardswish';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  forward(x: Tensor): Tensor {
    return hardswishOf(x, this.inplace);
  }

  /** PyTorch prints it without its option. */
  override extraRepr(): string {
    return '';
  }
}

/** The options of {@link glu} and of {@link GLU}. */
export interface GluOptions {
  /** The dim that is halved. Default: -1. */
  dim?: number;
}

type GluArguments = Arguments<GluOptions, [dim: 'dim']>;
const GLU_DEFAULTS: Settings<GluOptions> = { dim: -1 };

/**
 * The first half of `x` along `dim`, times the sigmoid of the second.
 * @param args dim, by position or by name. Default: -1.
 * @throws {ShapeError} when the size is odd. @throws {DTypeError} for integers.
 * @see Dauphin et al. 2016, https://arxiv.org/abs/1612.08083
 * @example
 * F.glu(ones([2, 6]), 1).shape; // [2, 3]
 */
export function glu(x: Tensor, ...args: GluArguments): Tensor {
  return gluOf(x, readArguments('glu', GLU_DEFAULTS, args).dim);
}

function gluOf(x: Tensor, dim: number): Tensor {
  assertFloating('glu', 'x', x);
  if (x.ndim === 0) throw new ShapeError('glu: a 0-dim tensor has no dim to halve.');
  const d = normalizeDim(dim, x.ndim, 'glu');
  const size = x.shape[d]!;
  if (size % 2 !== 0) throw new ShapeError(`glu: dim ${d} has size ${size}, expected an even size to halve (x ${showShape(x.shape)}).`);
  return named('Glu', mul(narrow(x, d, 0, size / 2), sigmoid(narrow(x, d, size / 2, size / 2))));
}

/**
 * The first half of x along `dim`, times the sigmoid of the second.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GLU.html
 * @example
 * new nn.GLU(1).forward(ones([2, 6])).shape; // [2, 3]
 */
export class GLU extends Module {
  static override readonly className: string = 'GLU';
  /** The dim that is halved. */
  readonly dim: number;

  /**
   * The first half of x along `dim`, times the sigmoid of the second.
   * @param args dim, by position or by name. Default: -1.
   */
  constructor(...args: GluArguments) {
    super();
    this.dim = readArguments(classNameOf(new.target), GLU_DEFAULTS, args).dim;
  }

  forward(x: Tensor): Tensor {
    return gluOf(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
