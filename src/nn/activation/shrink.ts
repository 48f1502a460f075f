/** Activations that become 0 around 0: the hard and the soft shrinkage, and x - tanh(x). Functions and layers. */
import { noGrad } from '../../autograd/modes/mode.js';
import { record } from '../../autograd/node.js';
import { add, sub } from '../../ops/elementwise/binary.js';
import { ge, gt, isnan, le, logicalAnd, logicalOr, lt } from '../../ops/elementwise/comparison.js';
import { where } from '../../ops/elementwise/table.js';
import { tanh } from '../../ops/elementwise/unary.js';
import { type Arguments, readArguments, tooMany } from '../../tensor/arguments/arguments.js';
import { assertFloating, atLeast } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { float } from '../module/text.js';

/** The options of {@link hardshrink} and {@link softshrink}. */
export interface ShrinkOptions {
  /** Half the width of what becomes 0. Default: 0.5. */
  lambd?: number;
}

type ShrinkArguments = Arguments<ShrinkOptions, [lambd: 'lambd']>;
const DEFAULTS = { lambd: 0.5 };

/** dy outside [-lambd, lambd], 0 inside and at NaN, as PyTorch's vectorised kernel. */
const shrinkGradient = (g: Tensor, x: Tensor, lambd: number) => where(logicalOr(lt(x, -lambd), gt(x, lambd)), g, 0);

function recordShrink(op: string, out: Tensor, x: Tensor, lambd: number): Tensor {
  return record(op, out, { inputs: { x }, saved: { x }, composed: (g, { x }) => ({ x: shrinkGradient(g, x, lambd) }) });
}

/**
 * x, but 0 from -lambd to lambd.
 * @param args lambd, by position or by name. Default: 0.5.
 * @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.hardshrink.html
 */
export function hardshrink(x: Tensor, ...args: ShrinkArguments): Tensor {
  return hardshrinkOf(x, readArguments('hardshrink', DEFAULTS, args).lambd);
}

function hardshrinkOf(x: Tensor, lambd: number): Tensor {
  assertFloating('hardshrink', 'x', x);
  const out = noGrad(() => where(logicalAnd(ge(x, -lambd), le(x, lambd)), 0, x));
  return recordShrink('hardshrink', out, x, lambd);
}

/**
 * x moved towards 0 by lambd, and 0 from -lambd to lambd.
 * @param args lambd, at least 0, by position or by name. Default: 0.5.
 * @throws {ArgumentError} for one below 0. @throws {DTypeError} for integers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.softshrink.html
 */
export function softshrink(x: Tensor, ...args: ShrinkArguments): Tensor {
  return softshrinkOf(x, readArguments('softshrink', DEFAULTS, args).lambd);
}

function softshrinkOf(x: Tensor, lambd: number): Tensor {
  atLeast('softshrink', 'lambd', lambd, 0);
  assertFloating('softshrink', 'x', x);
  const out = noGrad(() => where(gt(x, lambd), sub(x, lambd), where(lt(x, -lambd), add(x, lambd), where(isnan(x), x, 0))));
  return recordShrink('softshrink', out, x, lambd);
}

/** x - tanh(x). @see https://pytorch.org/docs/stable/generated/torch.nn.functional.tanhshrink.html */
export function tanhshrink(x: Tensor): Tensor {
  if (arguments.length > 1) tooMany('tanhshrink', 1, arguments);
  return sub(x, tanh(x));
}

/** Their half width, and its text. */
abstract class Shrink extends Module {
  readonly lambd: number;

  constructor(...args: ShrinkArguments) {
    super();
    this.lambd = readArguments(classNameOf(this), DEFAULTS, args).lambd;
  }

  override extraRepr(): string {
    return float(this.lambd);
  }
}

/**
 * x, but 0 from -lambd to lambd.
 * @param args lambd, half the width of what becomes 0, by position or by name. Default: 0.5.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardshrink.html
 * @example
 * new nn.Hardshrink(0.5).forward(tensor([-1, 0.5])); // [-1, 0]
 */
export class Hardshrink extends Shrink {
  static override readonly className: string = 'Hardshrink';
  forward(x: Tensor): Tensor {
    return hardshrinkOf(x, this.lambd);
  }
}

/**
 * x moved towards 0 by lambd, and 0 from -lambd to lambd.
 * @param args lambd, half the width of what becomes 0, by position or by name. Default: 0.5.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softshrink.html
 * @example
 * new nn.Softshrink(0.5).forward(tensor([-1, 0.5])); // [-0.5, 0.0]
 */
export class Softshrink extends Shrink {
  static override readonly className: string = 'Softshrink';
  forward(x: Tensor): Tensor {
    return softshrinkOf(x, this.lambd);
  }
}

/** x - tanh(x). @see https://pytorch.org/docs/stable/generated/torch.nn.Tanhshrink.html */
export class Tanhshrink extends Module {
  static override readonly className: string = 'Tanhshrink';
  forward(x: Tensor): Tensor {
    return tanhshrink(x);
  }
}
