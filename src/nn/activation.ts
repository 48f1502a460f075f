/** Activation layers: the functions of ops/activation.ts, math.ts and softmax.ts as modules. */
import { elu, gelu, hardswish, hardtanh, leakyRelu, mish, prelu, relu6, selu, silu, softplus } from '../ops/activation.js';
import { clone } from '../ops/copy.js';
import { inPlace, unaryInPlace } from '../ops/inplace.js';
import { relu, sigmoid, tanh } from '../ops/math.js';
import { logSoftmax, softmax, softmin } from '../ops/softmax.js';
import type { DType } from '../tensor/dtype.js';
import { emptyTensor, type Tensor } from '../tensor/tensor.js';
import { constant_ } from './init.js';
import { assertCount } from './linear.js';
import { Module } from './module.js';
import { float } from './module-text.js';
import { assertTrainable, Parameter } from './parameter.js';

export interface InPlaceOption {
  /** Writes over the input. Default: false. */
  inplace?: boolean;
}

/** An activation that may write its result over its input. */
abstract class Activation extends Module {
  readonly inplace: boolean;

  constructor({ inplace = false }: InPlaceOption = {}) {
    super();
    this.inplace = inplace;
  }

  /** The function, out of place. */
  protected abstract compute(x: Tensor): Tensor;

  forward(x: Tensor): Tensor {
    // The gradients of most need the input: in place they are given a copy, so that memory is what it costs, not correctness.
    return this.inplace ? inPlace(`${this.constructor.name}({ inplace: true })`, x, [], () => this.compute(clone(x))) : this.compute(x);
  }

  /** Its numbers, as PyTorch prints them. */
  protected numbers(): string {
    return '';
  }

  override extraRepr(): string {
    return [this.numbers(), this.inplace ? 'inplace=True' : ''].filter((part) => part !== '').join(', ');
  }
}

/** max(x, 0). @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html */
export class ReLU extends Activation {
  protected compute(x: Tensor): Tensor {
    return relu(x);
  }

  override forward(x: Tensor): Tensor {
    return this.inplace ? unaryInPlace('relu_', 'relu', x, () => relu(x)) : relu(x);
  }
}

/** x limited to [0, 6]. */
export class ReLU6 extends Activation {
  protected compute(x: Tensor): Tensor {
    return relu6(x);
  }
}

/** x above 0, negativeSlope * x below. `negativeSlope` defaults to 0.01. */
export class LeakyReLU extends Activation {
  constructor(
    readonly negativeSlope = 0.01,
    options?: InPlaceOption,
  ) {
    super(options);
  }

  protected compute(x: Tensor): Tensor {
    return leakyRelu(x, this.negativeSlope);
  }

  protected override numbers(): string {
    return `negative_slope=${float(this.negativeSlope)}`;
  }
}

/** x above 0, alpha * (exp(x) - 1) below. `alpha` defaults to 1. */
export class ELU extends Activation {
  constructor(
    readonly alpha = 1,
    options?: InPlaceOption,
  ) {
    super(options);
  }

  protected compute(x: Tensor): Tensor {
    return elu(x, this.alpha);
  }

  protected override numbers(): string {
    return `alpha=${float(this.alpha)}`;
  }
}

/** Scaled ELU: keeps mean 0 and variance 1 from layer to layer. */
export class SELU extends Activation {
  protected compute(x: Tensor): Tensor {
    return selu(x);
  }
}

/** x times the normal distribution function of x. */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  /** @param options.approximate 'none' (default) takes the error function, 'tanh' an approximation. */
  constructor({ approximate = 'none' }: { approximate?: 'none' | 'tanh' } = {}) {
    super();
    this.approximate = approximate;
  }

  forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** x * sigmoid(x). */
export class SiLU extends Activation {
  protected compute(x: Tensor): Tensor {
    return silu(x);
  }
}

/** x * tanh(softplus(x)). */
export class Mish extends Activation {
  protected compute(x: Tensor): Tensor {
    return mish(x);
  }
}

/** log(1 + exp(beta * x)) / beta; x itself where beta * x is above `threshold`. */
export class Softplus extends Module {
  constructor(
    readonly beta = 1,
    readonly threshold = 20,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return softplus(x, this.beta, this.threshold);
  }

  override extraRepr(): string {
    return `beta=${float(this.beta)}, threshold=${float(this.threshold)}`;
  }
}

/** x * relu6(x + 3) / 6. */
export class Hardswish extends Activation {
  protected compute(x: Tensor): Tensor {
    return hardswish(x);
  }
}

/** x limited to [minVal, maxVal], by default [-1, 1]. */
export class Hardtanh extends Activation {
  constructor(
    readonly minVal = -1,
    readonly maxVal = 1,
    options?: InPlaceOption,
  ) {
    super(options);
  }

  protected compute(x: Tensor): Tensor {
    return hardtanh(x, this.minVal, this.maxVal);
  }

  protected override numbers(): string {
    return `min_val=${float(this.minVal)}, max_val=${float(this.maxVal)}`;
  }
}

/** 1 / (1 + exp(-x)). */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** What Softmax, LogSoftmax and Softmin take: the dim whose values are shares of 1. */
export interface SoftmaxLayerOptions {
  dim?: number;
}

abstract class AlongDim extends Module {
  readonly dim: number | undefined;

  /** @param dim the dim along which the results add up to 1, as a number or `{ dim }`. Left out, PyTorch's old rule chooses, with a warning. */
  constructor(dim?: number | SoftmaxLayerOptions) {
    super();
    this.dim = typeof dim === 'object' ? dim.dim : dim;
  }

  override extraRepr(): string {
    return `dim=${this.dim ?? 'None'}`;
  }
}

/** exp(x) over its sum along `dim`. */
export class Softmax extends AlongDim {
  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }
}

/** The logarithm of {@link Softmax}. */
export class LogSoftmax extends AlongDim {
  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }
}

/** {@link Softmax} of -x. */
export class Softmin extends AlongDim {
  forward(x: Tensor): Tensor {
    return softmin(x, this.dim);
  }
}

export interface PReLUOptions {
  /** The slope to start from. Default: 0.25. */
  init?: number;
  /** Default: float32. */
  dtype?: DType;
}

/** x above 0, a learned slope times x below: one slope, or one for each of `numParameters` channels. */
export class PReLU extends Module {
  readonly init: number;
  weight: Parameter;

  constructor(
    readonly numParameters = 1,
    { init = 0.25, dtype = 'float32' }: PReLUOptions = {},
  ) {
    super();
    assertCount('PReLU', 'numParameters', numParameters, 1);
    assertTrainable(dtype, 'PReLU');
    this.init = init;
    this.weight = new Parameter(emptyTensor([numParameters], dtype));
    this.resetParameters();
  }

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
