/** Activation layers: the functions of ops/activation.ts, math.ts and softmax.ts as modules. Those with a threshold stand in activation-threshold.ts. */

import { ArgumentError } from '../../errors.js';
import { readArguments, type Settings } from '../../tensor/arguments.js';
import { assertFloatingDType, countOf } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { DeviceLike } from '../../tensor/device.js';
import type { DType } from '../../tensor/dtype.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { constant_ } from '../init/init.js';
import { Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { float } from '../module/text.js';
import {
  celu,
  checkApproximate,
  type EluOptions,
  elu,
  type GeluOptions,
  gelu,
  glu,
  type HardtanhOptions,
  hardsigmoid,
  hardswish,
  hardtanh,
  type InPlaceOption,
  type LeakyReluOptions,
  leakyRelu,
  logsigmoid,
  mish,
  prelu,
  relu,
  relu6,
  type SoftplusOptions,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
  tanhshrink,
} from './functional.js';

export type { InPlaceOption } from './functional.js';

/** PyTorch's text of an activation: its numbers, and whether it works in place. */
export function activationText(numbers: string, inplace: boolean): string {
  return [numbers, inplace ? 'inplace=True' : ''].filter((part) => part !== '').join(', ');
}

/** An activation whose only option is `inplace`. */
abstract class Activation extends Module {
  readonly inplace: boolean;

  constructor(inplace?: boolean | InPlaceOption) {
    super();
    this.inplace = readArguments(classNameOf(this), { inplace: false }, [inplace]).inplace;
  }

  override extraRepr(): string {
    return activationText('', this.inplace);
  }
}

/**
 * max(x, 0).
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 * @example
 * new nn.ReLU({ inplace: true });
 */
export class ReLU extends Activation {
  static override readonly className: string = 'ReLU';
  forward(x: Tensor): Tensor {
    return relu(x, this.inplace);
  }
}

/** x limited to [0, 6]. @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU6.html */
export class ReLU6 extends Activation {
  static override readonly className: string = 'ReLU6';
  forward(x: Tensor): Tensor {
    return relu6(x, this.inplace);
  }
}

/**
 * x above 0, negativeSlope * x below.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
 * @example
 * new nn.LeakyReLU(0.2); // or new nn.LeakyReLU({ negativeSlope: 0.2 })
 */
export class LeakyReLU extends Module {
  static override readonly className: string = 'LeakyReLU';
  /** The slope below 0. */
  readonly negativeSlope: number;
  /** Whether the input itself is changed. */
  readonly inplace: boolean;

  /**
   * x above 0, negativeSlope * x below.
   * @param negativeSlope default 0.01.
   * @param inplace default false. Both also by name, in one object.
   */
  constructor(negativeSlope?: number | LeakyReluOptions, inplace?: boolean | InPlaceOption) {
    super();
    const options = readArguments(classNameOf(new.target), { negativeSlope: 0.01, inplace: false }, [negativeSlope, inplace]);
    this.negativeSlope = options.negativeSlope;
    this.inplace = options.inplace;
  }

  forward(x: Tensor): Tensor {
    return leakyRelu(x, this.negativeSlope, this.inplace);
  }

  override extraRepr(): string {
    return activationText(`negative_slope=${float(this.negativeSlope)}`, this.inplace);
  }
}

/** What ELU and CELU share: their `alpha`. */
abstract class WithAlpha extends Module {
  readonly alpha: number;
  readonly inplace: boolean;

  constructor(alpha?: number | EluOptions, inplace?: boolean | InPlaceOption) {
    super();
    const options = readArguments(classNameOf(this), { alpha: 1, inplace: false }, [alpha, inplace]);
    this.alpha = options.alpha;
    this.inplace = options.inplace;
  }

  override extraRepr(): string {
    return activationText(`alpha=${float(this.alpha)}`, this.inplace);
  }
}

/**
 * x above 0, alpha * (exp(x) - 1) below.
 * @param alpha default 1.
 * @param inplace default false. Both also by name, in one object.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ELU.html
 * @example
 * new nn.ELU(0.5).forward(tensor([-1, 2])); // [-0.3161, 2.0]
 */
export class ELU extends WithAlpha {
  static override readonly className: string = 'ELU';
  forward(x: Tensor): Tensor {
    return elu(x, this.alpha, this.inplace);
  }
}

/**
 * An ELU with slope 1 at 0 for every alpha: alpha * (exp(x / alpha) - 1) below 0.
 * @param alpha default 1.
 * @param inplace default false. Both also by name, in one object.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CELU.html
 * @example
 * new nn.CELU({ alpha: 2 }).forward(tensor([0, 2])); // [0, 2]
 */
export class CELU extends WithAlpha {
  static override readonly className: string = 'CELU';
  forward(x: Tensor): Tensor {
    return celu(x, this.alpha, this.inplace);
  }
}

/** Scaled ELU: keeps mean 0 and variance 1 from layer to layer. @see https://pytorch.org/docs/stable/generated/torch.nn.SELU.html */
export class SELU extends Activation {
  static override readonly className: string = 'SELU';
  forward(x: Tensor): Tensor {
    return selu(x, this.inplace);
  }
}

/**
 * x times the normal distribution function of x.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GELU.html
 * @example
 * new nn.GELU('tanh').forward(tensor([0, 1])); // [0.0, 0.8412]
 */
export class GELU extends Module {
  static override readonly className: string = 'GELU';
  /** `'none'` for the exact function, `'tanh'` for an approximation. */
  readonly approximate: 'none' | 'tanh';

  /**
   * x times the normal distribution function of x.
   * @param approximate 'none' (default) takes the error function, 'tanh' an approximation; also by name.
   * @throws {ArgumentError} for another.
   */
  constructor(approximate?: 'none' | 'tanh' | GeluOptions) {
    super();
    const options = readArguments<{ approximate: 'none' | 'tanh' }>(classNameOf(new.target), { approximate: 'none' }, [approximate]);
    checkApproximate(classNameOf(new.target), options.approximate);
    this.approximate = options.approximate;
  }

  forward(x: Tensor): Tensor {
    return gelu(x, this.approximate);
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** x * sigmoid(x), also called swish. @see https://pytorch.org/docs/stable/generated/torch.nn.SiLU.html */
export class SiLU extends Activation {
  static override readonly className: string = 'SiLU';
  forward(x: Tensor): Tensor {
    return silu(x, this.inplace);
  }
}

/** x * tanh(softplus(x)). @see https://pytorch.org/docs/stable/generated/torch.nn.Mish.html */
export class Mish extends Activation {
  static override readonly className: string = 'Mish';
  forward(x: Tensor): Tensor {
    return mish(x, this.inplace);
  }
}

/**
 * log(1 + exp(beta * x)) / beta; x itself where beta * x is above `threshold`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softplus.html
 * @example
 * new nn.Softplus({ beta: 2 }).forward(tensor([0, 20])); // [0.3466, 20.0]
 */
export class Softplus extends Module {
  static override readonly className: string = 'Softplus';
  /** How sharp the bend is. */
  readonly beta: number;
  /** Above it, of `beta x`, it is linear. */
  readonly threshold: number;

  /**
   * log(1 + exp(beta * x)) / beta; x itself where beta * x is above `threshold`.
   * @param beta default 1.
   * @param threshold default 20. Both also by name, in one object.
   */
  constructor(beta?: number | SoftplusOptions, threshold?: number | Omit<SoftplusOptions, 'beta'>) {
    super();
    const options = readArguments(classNameOf(new.target), { beta: 1, threshold: 20 }, [beta, threshold]);
    this.beta = options.beta;
    this.threshold = options.threshold;
  }

  forward(x: Tensor): Tensor {
    return softplus(x, this.beta, this.threshold);
  }

  override extraRepr(): string {
    return `beta=${float(this.beta)}, threshold=${float(this.threshold)}`;
  }
}

/** An activation that, as in PyTorch, prints without its option `inplace`. */
abstract class SilentActivation extends Activation {
  override extraRepr(): string {
    return '';
  }
}

/**
 * x * relu6(x + 3) / 6.
 * @param inplace writes over the input: as a boolean or among the options. Default: false.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardswish.html
 */
export class Hardswish extends SilentActivation {
  static override readonly className: string = 'Hardswish';
  forward(x: Tensor): Tensor {
    return hardswish(x, this.inplace);
  }
}

/**
 * relu6(x + 3) / 6.
 * @param inplace writes over the input: as a boolean or among the options. Default: false.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html
 */
export class Hardsigmoid extends SilentActivation {
  static override readonly className: string = 'Hardsigmoid';
  forward(x: Tensor): Tensor {
    return hardsigmoid(x, this.inplace);
  }
}

/**
 * x limited to [minVal, maxVal].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html
 * @example
 * new nn.Hardtanh(-2, 2).forward(tensor([-3, 1])); // [-2, 1]
 */
export class Hardtanh extends Module {
  static override readonly className: string = 'Hardtanh';
  /** The lower bound. */
  readonly minVal: number;
  /** The upper bound. */
  readonly maxVal: number;
  /** Whether the input itself is changed. */
  readonly inplace: boolean;

  /**
   * x limited to [minVal, maxVal].
   * @param minVal default -1.
   * @param maxVal default 1.
   * @param inplace default false. All also by name, in one object.
   * @throws {ArgumentError} unless minVal is below maxVal.
   */
  constructor(minVal?: number | HardtanhOptions, maxVal?: number | Omit<HardtanhOptions, 'minVal'>, inplace?: boolean | InPlaceOption) {
    super();
    const options = readArguments(classNameOf(new.target), { minVal: -1, maxVal: 1, inplace: false }, [minVal, maxVal, inplace]);
    if (!(options.minVal < options.maxVal))
      throw new ArgumentError(
        `${classNameOf(new.target)}: minVal is ${options.minVal} and maxVal ${options.maxVal}, expected the first below the second.`,
      );
    this.minVal = options.minVal;
    this.maxVal = options.maxVal;
    this.inplace = options.inplace;
  }

  forward(x: Tensor): Tensor {
    return hardtanh(x, this.minVal, this.maxVal, this.inplace);
  }

  override extraRepr(): string {
    return activationText(`min_val=${float(this.minVal)}, max_val=${float(this.maxVal)}`, this.inplace);
  }
}

/** 1 / (1 + exp(-x)). @see https://pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html */
export class Sigmoid extends Module {
  static override readonly className: string = 'Sigmoid';
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** The hyperbolic tangent. @see https://pytorch.org/docs/stable/generated/torch.nn.Tanh.html */
export class Tanh extends Module {
  static override readonly className: string = 'Tanh';
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** log(sigmoid(x)). @see https://pytorch.org/docs/stable/generated/torch.nn.LogSigmoid.html */
export class LogSigmoid extends Module {
  static override readonly className: string = 'LogSigmoid';
  forward(x: Tensor): Tensor {
    return logsigmoid(x);
  }
}

/** x / (1 + |x|). @see https://pytorch.org/docs/stable/generated/torch.nn.Softsign.html */
export class Softsign extends Module {
  static override readonly className: string = 'Softsign';
  forward(x: Tensor): Tensor {
    return softsign(x);
  }
}

/** x - tanh(x). @see https://pytorch.org/docs/stable/generated/torch.nn.Tanhshrink.html */
export class Tanhshrink extends Module {
  static override readonly className: string = 'Tanhshrink';
  forward(x: Tensor): Tensor {
    return tanhshrink(x);
  }
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
   * @param dim default -1; also by name.
   */
  constructor(dim?: number | { dim?: number }) {
    super();
    this.dim = readArguments(classNameOf(new.target), { dim: -1 }, [dim]).dim;
  }

  forward(x: Tensor): Tensor {
    return glu(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** The options of {@link PReLU}. */
export interface PReLUOptions {
  /** How many slopes: 1, or one for each channel. Default: 1. */
  numParameters?: number;
  /** The slope to start from. Default: 0.25. */
  init?: number;
  /** Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/**
 * x above 0, a learned slope times x below: one slope, or one for each of `numParameters` channels.
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852; https://pytorch.org/docs/stable/generated/torch.nn.PReLU.html
 * @example
 * new nn.PReLU().forward(tensor([-1, 2])); // [-0.25, 2.0]
 */
export class PReLU extends Module {
  static override readonly className: string = 'PReLU';
  /** How many slopes are learned: one, or one for each channel. */
  readonly numParameters: number;
  /** What the slopes start from. */
  readonly init: number;
  /** The learned slopes. */
  weight: Parameter;

  /**
   * x above 0, a learned slope times x below: one slope, or one for each of `numParameters` channels.
   * @param numParameters default 1.
   * @param init default 0.25. All also by name, in one object, with `dtype`.
   */
  constructor(
    numParameters?: number | PReLUOptions,
    init?: number | Omit<PReLUOptions, 'numParameters'>,
    options?: Pick<PReLUOptions, 'dtype'>,
  ) {
    super();
    const given = readArguments<Settings<PReLUOptions>>(classNameOf(new.target), { numParameters: 1, init: 0.25, dtype: 'float32' }, [
      numParameters,
      init,
      options,
    ]);
    countOf(classNameOf(new.target), 'numParameters', given.numParameters);
    assertFloatingDType(classNameOf(new.target), 'dtype', given.dtype);
    this.numParameters = given.numParameters;
    this.init = given.init;
    this.weight = this.registerParameter('weight', new Parameter(emptyTensor([this.numParameters], given.dtype)));
    this.resetParameters();
  }

  /** Sets the slopes to `init`. */
  resetParameters(): void {
    constant_(this.weight, this.init);
  }

  forward(x: Tensor): Tensor {
    return prelu(x, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}
