/** Rectifiers, limits and thresholds: activations that are linear in pieces. Functions and layers. */
import { noGrad } from '../../autograd/modes/mode.js';
import { named, record } from '../../autograd/node.js';
import { ArgumentError } from '../../errors.js';
import { clamp } from '../../ops/elementwise/clamp.js';
import { ge, le, logicalOr } from '../../ops/elementwise/comparison.js';
import { binaryOp, unary, where } from '../../ops/elementwise/table.js';
import { relu as reluOp } from '../../ops/elementwise/unary.js';
import { type Arguments, readArguments, required, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloating } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { alreadyBounded, type Bounds } from '../module/calls/lent.js';
import { float } from '../module/text.js';
import {
  Activation,
  assertNoBool,
  assertSlope,
  type InPlaceArguments,
  type InPlaceOption,
  overwrite,
  PlainActivation,
  readInPlace,
} from './in-place.js';

/**
 * max(x, 0); gradient 0 at 0. Integers stay integers.
 * @param args inplace, by position or by name. Default: false.
 * @throws {DTypeError} for bools.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html
 * @example
 * F.relu(tensor([-1, 2])); // tensor([0., 2.])
 */
export function relu(x: Tensor, ...args: InPlaceArguments): Tensor {
  return reluOf(x, readInPlace('relu', args));
}

/** {@link relu} in place. */
export const relu_ = (x: Tensor): Tensor => reluOf(x, true);

function reluOf(x: Tensor, inplace: boolean): Tensor {
  assertNoBool('relu', x);
  if (!inplace) return reluOp(x);
  return overwrite('relu_', x, { compute: reluOp, fromResult: (g, y) => binaryOp('relu_grad', g, y), kernel: ['relu'] });
}

/**
 * max(x, 0).
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 * @example
 * new nn.ReLU({ inplace: true });
 */
export class ReLU extends PlainActivation {
  static override readonly className: string = 'ReLU';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  forward(x: Tensor): Tensor {
    return alreadyBounded(x) ? x : reluOf(x, this.inplace);
  }

  /** @internal */
  override bounds(): Bounds {
    return [0, Number.POSITIVE_INFINITY];
  }
}

/** Limits x to [min, max]; the gradient is 0 on the bounds. */
function limited(op: string, x: Tensor, min: number, max: number, inplace: boolean): Tensor {
  assertNoBool(op, x);
  // The result is on a bound exactly where the input was on it or beyond.
  const backward = (g: Tensor, x: Tensor) => where(logicalOr(le(x, min), ge(x, max)), 0, g);
  const compute = (x: Tensor) => {
    const out = noGrad(() => clamp(x, min, max));
    return record(op, out, { inputs: { x }, saved: { x }, composed: (g, { x }) => ({ x: backward(g, x) }) });
  };
  return inplace ? overwrite(`${op}_`, x, { compute, fromResult: backward, kernel: ['clamp', min, max] }) : compute(x);
}

/**
 * x limited to [0, 6]; gradient 0 on the bounds. Integers stay integers.
 * @param args inplace, by position or by name. Default: false.
 * @throws {DTypeError} for bools.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.relu6.html
 */
export function relu6(x: Tensor, ...args: InPlaceArguments): Tensor {
  return limited('relu6', x, 0, 6, readInPlace('relu6', args));
}

/** x limited to [0, 6]. @see https://pytorch.org/docs/stable/generated/torch.nn.ReLU6.html */
export class ReLU6 extends PlainActivation {
  static override readonly className: string = 'ReLU6';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  forward(x: Tensor): Tensor {
    return alreadyBounded(x) ? x : limited('relu6', x, 0, 6, this.inplace);
  }

  /** @internal */
  override bounds(): Bounds {
    return [0, 6];
  }
}

/** The options of {@link hardtanh}. */
export interface HardtanhOptions extends InPlaceOption {
  /** Default: -1. */
  minVal?: number;
  /** Default: 1. */
  maxVal?: number;
}

type HardtanhArguments = Arguments<HardtanhOptions, [minVal: 'minVal', maxVal: 'maxVal', inplace: 'inplace']>;
const HARDTANH: Settings<HardtanhOptions> = { minVal: -1, maxVal: 1, inplace: false };

/**
 * x limited to [minVal, maxVal]; gradient 0 on the bounds. Integers stay integers.
 * @param args minVal (default -1), maxVal (default 1) and inplace (default false), in this order or by name.
 * @throws {ArgumentError} when minVal is above maxVal. @throws {DTypeError} for bools.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardtanh.html
 * @example
 * F.hardtanh(tensor([-3, 1]), { minVal: -2, maxVal: 2 }); // [-2, 1]
 */
export function hardtanh(x: Tensor, ...args: HardtanhArguments): Tensor {
  const { minVal, maxVal, inplace } = readArguments('hardtanh', HARDTANH, args);
  if (!(minVal <= maxVal)) throw new ArgumentError(`hardtanh: minVal ${minVal} is above maxVal ${maxVal}.`);
  return limited('hardtanh', x, minVal, maxVal, inplace);
}

/** {@link hardtanh} in place. */
export const hardtanh_ = (x: Tensor, minVal = -1, maxVal = 1): Tensor => hardtanh(x, minVal, maxVal, true);

/**
 * x limited to [minVal, maxVal].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html
 * @example
 * new nn.Hardtanh(-2, 2).forward(tensor([-3, 1])); // [-2, 1]
 */
export class Hardtanh extends Activation {
  static override readonly className: string = 'Hardtanh';
  /** The lower bound. */
  readonly minVal: number;
  /** The upper bound. */
  readonly maxVal: number;
  /** Whether the input itself is changed. */
  readonly inplace: boolean;

  /**
   * x limited to [minVal, maxVal].
   * @param args minVal (default -1), maxVal (default 1) and inplace (default false), in this order or by name.
   * @throws {ArgumentError} unless minVal is below maxVal.
   */
  constructor(...args: HardtanhArguments) {
    super();
    const name = classNameOf(new.target);
    const { minVal, maxVal, inplace } = readArguments(name, HARDTANH, args);
    if (!(minVal < maxVal))
      throw new ArgumentError(`${name}: minVal is ${minVal} and maxVal ${maxVal}, expected the first below the second.`);
    this.minVal = minVal;
    this.maxVal = maxVal;
    this.inplace = inplace;
  }

  forward(x: Tensor): Tensor {
    return limited('hardtanh', x, this.minVal, this.maxVal, this.inplace);
  }

  protected override numbers(): string {
    return `min_val=${float(this.minVal)}, max_val=${float(this.maxVal)}`;
  }
}

/** The options of {@link leakyRelu}. */
export interface LeakyReluOptions extends InPlaceOption {
  /** The slope below 0. Default: 0.01. */
  negativeSlope?: number;
}

type LeakyReluArguments = Arguments<LeakyReluOptions, [negativeSlope: 'negativeSlope', inplace: 'inplace']>;
const LEAKY_RELU: Settings<LeakyReluOptions> = { negativeSlope: 0.01, inplace: false };

/**
 * x above 0, negativeSlope * x below.
 * @param args negativeSlope (default 0.01) and inplace (default false), in this order or by name.
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu.html
 * @example
 * F.leakyRelu(tensor([-1, 2]), 0.2); // tensor([-0.2000,  2.0000])
 */
export function leakyRelu(x: Tensor, ...args: LeakyReluArguments): Tensor {
  const { negativeSlope, inplace } = readArguments('leakyRelu', LEAKY_RELU, args);
  return leakyReluOf('leakyRelu', x, negativeSlope, inplace);
}

/** {@link leakyRelu} in place. */
export const leakyRelu_ = (x: Tensor, negativeSlope = 0.01): Tensor => leakyRelu(x, negativeSlope, true);

/** @internal {@link leakyRelu} of a slope that is checked; `op` is the function that the user called. */
export function leakyReluOf(op: 'leakyRelu' | 'rrelu', x: Tensor, slope: number, inplace: boolean): Tensor {
  assertFloating(op, 'x', x);
  const compute = (x: Tensor) => unary('leaky_relu', x, slope, 0, op);
  if (!inplace) return compute(x);
  assertSlope(op, 'negativeSlope', slope, x);
  const fromResult = (g: Tensor, y: Tensor) => binaryOp('leaky_relu_grad', g, y, slope);
  return overwrite(`${op}_`, x, { compute, fromResult, kernel: ['leaky_relu', slope] });
}

/**
 * x above 0, negativeSlope * x below.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
 * @example
 * new nn.LeakyReLU(0.2); // or new nn.LeakyReLU({ negativeSlope: 0.2 })
 */
export class LeakyReLU extends Activation {
  static override readonly className: string = 'LeakyReLU';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  /** The slope below 0. */
  readonly negativeSlope: number;
  /** Whether the input itself is changed. */
  readonly inplace: boolean;

  /**
   * x above 0, negativeSlope * x below.
   * @param args negativeSlope (default 0.01) and inplace (default false), in this order or by name.
   */
  constructor(...args: LeakyReluArguments) {
    super();
    const { negativeSlope, inplace } = readArguments(classNameOf(new.target), LEAKY_RELU, args);
    this.negativeSlope = negativeSlope;
    this.inplace = inplace;
  }

  forward(x: Tensor): Tensor {
    return leakyReluOf('leakyRelu', x, this.negativeSlope, this.inplace);
  }

  protected override numbers(): string {
    return `negative_slope=${float(this.negativeSlope)}`;
  }
}

/** The options of {@link threshold}. */
export interface ThresholdOptions extends InPlaceOption {
  /** What x must be above to stay. */
  threshold: number;
  /** What the others become. */
  value: number;
}

type ThresholdArguments = Arguments<ThresholdOptions, [threshold: 'threshold', value: 'value', inplace: 'inplace']>;
const THRESHOLD: Settings<ThresholdOptions> = { threshold: required, value: required, inplace: false };

function readThreshold(op: string, args: ThresholdArguments): Settings<ThresholdOptions> {
  const settings = readArguments(op, THRESHOLD, args);
  for (const number of [settings.threshold, settings.value])
    if (typeof number !== 'number' || Number.isNaN(number))
      throw new ArgumentError(`${op}: threshold is ${show(settings.threshold)} and value ${show(settings.value)}, expected two numbers.`);
  return settings;
}

/**
 * x above `threshold`, else `value`. Integers stay integers.
 * @param args threshold, value and inplace (default false), in this order or by name.
 * @throws {ArgumentError} when a number is missing.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.threshold.html
 */
export function threshold(x: Tensor, ...args: ThresholdArguments): Tensor {
  return thresholdOf(x, readThreshold('threshold', args));
}

/** {@link threshold} in place. */
export const threshold_ = (x: Tensor, limit: number, value: number): Tensor => threshold(x, limit, value, true);

function thresholdOf(x: Tensor, { threshold: limit, value, inplace }: Settings<ThresholdOptions>): Tensor {
  assertNoBool('threshold', x);
  const replacement = isFloating(x.dtype) ? value : Math.trunc(value);
  // Asked the other way round, so that NaN stays NaN.
  const compute = (x: Tensor) => where(le(x, limit), replacement, x);
  if (!inplace) return named('Threshold', compute(x));
  // The result shows which values were replaced, unless the replacement lies above the threshold.
  const fromResult = value <= limit ? (g: Tensor, y: Tensor) => where(le(y, limit), 0, g) : undefined;
  return named('Threshold', overwrite('threshold_', x, { compute, fromResult }));
}

/**
 * x above `threshold`, else `value`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Threshold.html
 * @example
 * new nn.Threshold(0.1, 20).forward(tensor([0, 1])); // [20, 1]
 */
export class Threshold extends Activation {
  static override readonly className: string = 'Threshold';
  /** Values up to this one are replaced. */
  readonly threshold: number;
  /** What replaces them. */
  readonly value: number;
  /** Whether the input itself is changed. */
  readonly inplace: boolean;

  /**
   * x above `threshold`, else `value`.
   * @param args threshold, value (what values up to it become) and inplace (default false), in this order or by name.
   * @throws {ArgumentError} when a number is missing.
   */
  constructor(...args: ThresholdArguments) {
    super();
    const { threshold, value, inplace } = readThreshold(classNameOf(new.target), args);
    this.threshold = threshold;
    this.value = value;
    this.inplace = inplace;
  }

  forward(x: Tensor): Tensor {
    return thresholdOf(x, this);
  }

  protected override numbers(): string {
    // PyTorch prints both as they were written, and whole numbers are what is written.
    return `threshold=${this.threshold}, value=${this.value}`;
  }
}
