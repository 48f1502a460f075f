/** Activations that are exponential below 0: elu, selu and celu. Functions and layers. */
import { named } from '../../autograd/node.js';
import { ArgumentError } from '../../errors.js';
import { add, div, mul } from '../../ops/elementwise/binary.js';
import { le, lt } from '../../ops/elementwise/comparison.js';
import { unary, where } from '../../ops/elementwise/table.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloating } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { float } from '../module/text.js';
import { Activation, assertSlope, type InPlaceArguments, type InPlaceOption, overwrite, PlainActivation, readInPlace } from './in-place.js';

/** The options of {@link elu}. */
export interface EluOptions extends InPlaceOption {
  /** Minus the limit for large negative x. Default: 1. */
  alpha?: number;
}

type EluArguments = Arguments<EluOptions, [alpha: 'alpha', inplace: 'inplace']>;
const DEFAULTS: Settings<EluOptions> = { alpha: 1, inplace: false };

/** elu with a scale: what elu and selu are. */
function scaledElu(op: 'elu' | 'selu', x: Tensor, alpha: number, scale: number, inplace: boolean): Tensor {
  assertFloating(op, 'x', x);
  const compute = (x: Tensor) => unary('elu', x, alpha, scale, op);
  if (!inplace) return compute(x);
  assertSlope(op, 'alpha', alpha, x);
  // y = alpha scale (exp(x) - 1) up to 0: dx = dy (y + alpha scale). At 0 the second derivative is 0, as PyTorch's.
  const fromResult = (g: Tensor, y: Tensor) =>
    where(lt(y, 0), mul(g, add(y, alpha * scale)), where(le(y, 0), mul(g, alpha * scale), mul(g, scale)));
  return overwrite(`${op}_`, x, { compute, fromResult, kernel: ['elu', alpha, scale] });
}

/**
 * x above 0, alpha * (exp(x) - 1) below.
 * @param args alpha (default 1) and inplace (default false), in this order or by name.
 * @throws {DTypeError} for integers.
 * @see Clevert et al. 2015, https://arxiv.org/abs/1511.07289
 * @example
 * F.elu(tensor([-1, 2]), { alpha: 0.5 }); // tensor([-0.3161,  2.0000])
 */
export function elu(x: Tensor, ...args: EluArguments): Tensor {
  const { alpha, inplace } = readArguments('elu', DEFAULTS, args);
  return scaledElu('elu', x, alpha, 1, inplace);
}

/** {@link elu} in place. */
export const elu_ = (x: Tensor, alpha = 1): Tensor => elu(x, alpha, true);

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/**
 * 1.0507 * elu(x, 1.6733): keeps mean 0 and variance 1 from layer to layer.
 * @param args inplace, by position or by name. Default: false.
 * @throws {DTypeError} for integers.
 * @see Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
 */
export function selu(x: Tensor, ...args: InPlaceArguments): Tensor {
  return scaledElu('selu', x, SELU_ALPHA, SELU_SCALE, readInPlace('selu', args));
}

/** {@link selu} in place. */
export const selu_ = (x: Tensor): Tensor => selu(x, true);

/**
 * max(x, 0) + min(0, alpha * (exp(x / alpha) - 1)): an elu with slope 1 at 0 for every `alpha`.
 * @param args alpha (default 1) and inplace (default false), in this order or by name.
 * @throws {ArgumentError} for alpha 0. @throws {DTypeError} for integers.
 * @see Barron 2017, https://arxiv.org/abs/1704.07483
 */
export function celu(x: Tensor, ...args: EluArguments): Tensor {
  return celuOf(x, readArguments('celu', DEFAULTS, args));
}

/** {@link celu} in place. */
export const celu_ = (x: Tensor, alpha = 1): Tensor => celu(x, alpha, true);

function celuOf(x: Tensor, { alpha, inplace }: Settings<EluOptions>): Tensor {
  if (alpha === 0) throw new ArgumentError('celu: alpha is 0, expected another number.');
  assertFloating('celu', 'x', x);
  const compute = (x: Tensor) => unary('celu', x, alpha);
  if (!inplace) return compute(x);
  assertSlope('celu', 'alpha', alpha, x);
  // y = alpha (exp(x / alpha) - 1) up to 0: dx = dy (y / alpha + 1)
  return named('Celu', overwrite('celu_', x, { compute, fromResult: (g, y) => mul(g, add(where(lt(y, 0), div(y, alpha), 0), 1)) }));
}

/** What ELU and CELU share: their `alpha`. */
abstract class EluActivation extends Activation {
  readonly alpha: number;
  readonly inplace: boolean;

  constructor(...args: EluArguments) {
    super();
    const { alpha, inplace } = readArguments(classNameOf(this), DEFAULTS, args);
    this.alpha = alpha;
    this.inplace = inplace;
  }

  protected override numbers(): string {
    return `alpha=${float(this.alpha)}`;
  }
}

/**
 * x above 0, alpha * (exp(x) - 1) below.
 * @param args alpha (default 1) and inplace (default false), in this order or by name.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ELU.html
 * @example
 * new nn.ELU(0.5).forward(tensor([-1, 2])); // [-0.3161, 2.0]
 */
export class ELU extends EluActivation {
  static override readonly className: string = 'ELU';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  forward(x: Tensor): Tensor {
    return scaledElu('elu', x, this.alpha, 1, this.inplace);
  }
}

/** Scaled ELU: keeps mean 0 and variance 1 from layer to layer. @see https://pytorch.org/docs/stable/generated/torch.nn.SELU.html */
export class SELU extends PlainActivation {
  static override readonly className: string = 'SELU';
  forward(x: Tensor): Tensor {
    return scaledElu('selu', x, SELU_ALPHA, SELU_SCALE, this.inplace);
  }
}

/**
 * An ELU with slope 1 at 0 for every alpha: alpha * (exp(x / alpha) - 1) below 0.
 * @param args alpha (default 1) and inplace (default false), in this order or by name.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.CELU.html
 * @example
 * new nn.CELU({ alpha: 2 }).forward(tensor([0, 2])); // [0, 2]
 */
export class CELU extends EluActivation {
  static override readonly className: string = 'CELU';
  forward(x: Tensor): Tensor {
    return celuOf(x, this);
  }
}
