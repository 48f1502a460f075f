/** What activations share that may write over their input. */
import { noGrad } from '../../autograd/modes/mode.js';
import { record, willRecord } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { UnaryOp, type UnaryOpName } from '../../engine/kernel-table.gen.js';
import { ArgumentError, DTypeError } from '../../errors.js';
import { checkInPlace, inPlace } from '../../ops/elementwise/inplace.js';
import { clone } from '../../ops/view/copy.js';
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { code, copyInto } from '../../tensor/raw.js';
import { numel } from '../../tensor/shape.js';
import { aliasTensor, type Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../tensor/values/dtype.js';
import { Module } from '../module/module.js';

/** The option of activations that may change their input. */
export interface InPlaceOption {
  /** Writes over the input. Default: false. */
  inplace?: boolean;
}

/** @internal The arguments of activations that have no other option. */
export type InPlaceArguments = Arguments<InPlaceOption, [inplace: 'inplace']>;

const DEFAULTS = { inplace: false };

/** @internal Whether the activation writes over its input. */
export function readInPlace(op: string, args: InPlaceArguments): boolean {
  return readArguments(op, DEFAULTS, args).inplace;
}

/** @internal An activation that may write over its input. */
export abstract class Activation extends Module {
  abstract readonly inplace: boolean;

  /** The text of its numbers: `alpha=1.0`. */
  protected numbers(): string {
    return '';
  }

  override extraRepr(): string {
    return [this.numbers(), this.inplace ? 'inplace=True' : ''].filter((part) => part !== '').join(', ');
  }
}

/** @internal An activation whose only option is `inplace`. */
export abstract class PlainActivation extends Activation {
  readonly inplace: boolean;

  constructor(...args: InPlaceArguments) {
    super();
    this.inplace = readInPlace(classNameOf(this), args);
  }
}

/** @internal Throws for bools, which PyTorch's relu and hardtanh refuse. */
export function assertNoBool(op: string, x: Tensor): void {
  assertTensor(op, 'input', x);
  if (x.dtype === 'bool') throw new DTypeError(`${op}: the input is bool, expected numbers. Use x.to('float32').`);
}

/** @internal Throws where the gradient would have to be found from a result that does not say on which side of 0 the input was. */
export function assertSlope(op: string, option: string, value: number, x: Tensor): void {
  if (value < 0 && x.requiresGrad)
    throw new ArgumentError(`${op}: ${option} is ${value}, and in place the gradient cannot be found for one below 0. Leave out inplace.`);
}

/** @internal How an activation is computed in place. */
export interface Overwriting {
  /** The function, out of place. */
  readonly compute: (x: Tensor) => Tensor;
  /** The gradient from the result alone: then nothing else is kept. Without it, in recording, a copy of the input is. */
  readonly fromResult?: ((g: Tensor, y: Tensor) => Tensor) | undefined;
  /** The kernel that computes it, with its parameters: it then writes without a temporary tensor. */
  readonly kernel?: readonly [op: UnaryOpName, p0?: number, p1?: number];
}

/** @internal Makes `x` hold the activation's result. */
export function overwrite(op: string, x: Tensor, { compute, fromResult, kernel }: Overwriting): Tensor {
  checkInPlace(op, x, []);
  const recorded = willRecord([x]);
  if (!isFloating(x.dtype) || (recorded && (fromResult === undefined || x.viewBase !== null)))
    return inPlace(op, x, [], () => compute(recorded ? clone(x) : x));
  // The result's history begins where the old value's ended.
  const before = aliasTensor(x, x.shape, x.strides, x.offset);
  before.ownGradFn = recorded ? x.gradFn : null;
  before.outputIndex = x.outputIndex;
  if (kernel && x.isContiguous())
    check(kernels.unary(UnaryOp[kernel[0]], code(x.dtype), x.ptr, x.ptr, numel(x.shape), kernel[1] ?? 0, kernel[2] ?? 0), op);
  else
    copyInto(
      x,
      noGrad(() => compute(x)),
      op,
    );
  x.counter.version++;
  if (!recorded || fromResult === undefined) return x;
  return record(op, x, { inputs: { x: before }, saved: { y: x }, composed: (g, { y }) => ({ x: fromResult(g, y) }) });
}
