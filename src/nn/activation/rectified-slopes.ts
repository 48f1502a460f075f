/** Rectifiers whose slope below 0 is learned, or drawn. Functions and layers. */
import { noGrad } from '../../autograd/modes/mode.js';
import { named } from '../../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { add, mul } from '../../ops/elementwise/binary.js';
import { gt, le } from '../../ops/elementwise/comparison.js';
import { binaryInPlace } from '../../ops/elementwise/inplace.js';
import { where } from '../../ops/elementwise/table.js';
import { relu } from '../../ops/elementwise/unary.js';
import { indexCopy_ } from '../../ops/gather/index-select.js';
import { flatNonzero } from '../../ops/index/masks.js';
import { uniform_ } from '../../ops/random/random.js';
import { filled, to } from '../../ops/view/copy.js';
import { reshape } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings, tooMany } from '../../tensor/arguments/arguments.js';
import { assertFloating, assertFloatingDType, assertSameDType, assertTensor, countOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { DeviceLike } from '../../tensor/device.js';
import { numel } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { constant_ } from '../init/init.js';
import { type LayerKind, Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { float } from '../module/text.js';
import { Activation, type InPlaceOption } from './in-place.js';
import { leakyReluOf } from './rectified.js';

/**
 * x above 0, weight * x below, the weight learned.
 * @param x [N, C, ...]. @param weight [1] for all channels, or [C]; of the dtype of x.
 * @throws {ShapeError} for another weight. @throws {DTypeError} for integers and for different dtypes.
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852
 * @example
 * F.prelu(tensor([-1, 2]), tensor([0.25])); // [-0.25, 2.0]
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  if (arguments.length > 2) tooMany('prelu', 2, arguments);
  assertFloating('prelu', 'x', x);
  assertTensor('prelu', 'weight', weight);
  assertSameDType('prelu', { x, weight });
  if (weight.ndim > 1) throw new ShapeError(`prelu: weight is ${showShape(weight.shape)}, expected one dim.`);
  const count = numel(weight.shape);
  const channels = x.ndim > 1 ? x.shape[1]! : 1;
  if (count !== 1 && count !== channels) {
    throw new ShapeError(
      `prelu: weight has ${count} values, the input ${showShape(x.shape)} has ${channels} channel${channels === 1 ? '' : 's'}. Give one value, or one per channel.`,
    );
  }
  const slope = count === 1 ? reshape(weight, []) : reshape(weight, [count, ...x.shape.slice(2).map(() => 1)]);
  return named('PreluKernel', add(relu(x), mul(slope, where(gt(x, 0), 0, x))));
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

const PRELU: Settings<PReLUOptions> = { numParameters: 1, init: 0.25, dtype: 'float32' };

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
   * @param args numParameters (default 1) and init (default 0.25), in this order or by name in one object with `dtype`.
   */
  constructor(...args: Arguments<PReLUOptions, [numParameters: 'numParameters', init: 'init']>) {
    super();
    const name = classNameOf(new.target);
    const { numParameters, init, dtype } = readArguments(name, PRELU, args);
    countOf(name, 'numParameters', numParameters);
    assertFloatingDType(name, 'dtype', dtype);
    this.numParameters = numParameters;
    this.init = init;
    this.weight = this.registerParameter('weight', new Parameter(emptyTensor([numParameters], dtype)));
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

/** The options of {@link rrelu}. */
export interface RreluOptions extends InPlaceOption {
  /** The least slope. Default: 1/8. */
  lower?: number;
  /** The largest slope. Default: 1/3. */
  upper?: number;
  /** Whether slopes are drawn; otherwise all are the mean of the two. Default: false. */
  training?: boolean;
}

const RRELU: Settings<RreluOptions> = { lower: 1 / 8, upper: 1 / 3, training: false, inplace: false };

function assertRange(op: string, lower: number, upper: number): void {
  if (!Number.isFinite(lower) || !Number.isFinite(upper) || lower > upper)
    throw new ArgumentError(`${op}: lower is ${lower} and upper ${upper}, expected two numbers, the first not above the second.`);
}

/**
 * x above 0; below, x times a slope that in training is drawn for each element from [lower, upper), and else is their mean. The draws are
 * PyTorch's: one for each element that is not above 0, in row-major order.
 * @param args lower (default 1/8), upper (default 1/3), training (default false) and inplace (default false), in this order or by name.
 * @throws {ArgumentError} when lower is above upper. @throws {DTypeError} for integers.
 * @see Xu et al. 2015, https://arxiv.org/abs/1505.00853
 */
export function rrelu(
  x: Tensor,
  ...args: Arguments<RreluOptions, [lower: 'lower', upper: 'upper', training: 'training', inplace: 'inplace']>
): Tensor {
  const settings = readArguments('rrelu', RRELU, args);
  assertRange('rrelu', settings.lower, settings.upper);
  return rreluOf(x, settings);
}

/** {@link rrelu} in place. */
export const rrelu_ = (x: Tensor, lower = 1 / 8, upper = 1 / 3, training = false): Tensor => rrelu(x, lower, upper, training, true);

function rreluOf(x: Tensor, { lower, upper, training, inplace }: Settings<RreluOptions>): Tensor {
  assertFloating('rrelu', 'x', x);
  if (!training) return leakyReluOf('rrelu', x, (lower + upper) / 2, inplace);
  const slopes = noGrad(() => {
    const places = flatNonzero(le(x, 0));
    const drawn = uniform_(emptyTensor(places.shape, 'float64'), lower, upper);
    return reshape(indexCopy_(filled([x.numel()], x.dtype, 1), 0, places, to(drawn, x.dtype)), x.shape);
  });
  return inplace ? binaryInPlace('rrelu_', 'mul', x, slopes, () => mul(x, slopes)) : mul(slopes, x); // row-major, as the slopes
}

/** The options of {@link RReLU}: whether it trains is the model's state. */
export type RReLUOptions = Omit<RreluOptions, 'training'>;

/**
 * x above 0; below, x times a slope: in training one drawn for each element from [lower, upper), in evaluation their mean.
 * @see Xu et al. 2015, https://arxiv.org/abs/1505.00853; https://pytorch.org/docs/stable/generated/torch.nn.RReLU.html
 * @example
 * new nn.RReLU({ lower: 0.2, upper: 0.4 }).eval().forward(tensor([-1, 2])); // [-0.3, 2.0]
 */
export class RReLU extends Activation {
  static override readonly className: string = 'RReLU';
  static override readonly kind: LayerKind | null = 'random';
  /** The smallest slope below 0. */
  readonly lower: number;
  /** The largest slope below 0. */
  readonly upper: number;
  /** Whether the input itself is changed. */
  readonly inplace: boolean;

  /**
   * x above 0; below, x times a slope: in training one drawn for each element from [lower, upper), in evaluation their mean.
   * @param args lower (default 1/8), upper (default 1/3) and inplace (default false), in this order or by name.
   * @throws {ArgumentError} when lower is above upper.
   */
  constructor(...args: Arguments<RReLUOptions, [lower: 'lower', upper: 'upper', inplace: 'inplace']>) {
    super();
    const name = classNameOf(new.target);
    const { lower, upper, inplace } = readArguments(name, { lower: 1 / 8, upper: 1 / 3, inplace: false }, args);
    assertRange(name, lower, upper);
    this.lower = lower;
    this.upper = upper;
    this.inplace = inplace;
  }

  forward(x: Tensor): Tensor {
    return rreluOf(x, this);
  }

  protected override numbers(): string {
    return `lower=${float(this.lower)}, upper=${float(this.upper)}`;
  }
}
