/** Fully connected layers. */

import { linearOf } from '../../ops/products/matmul.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloatingDType, countOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { DeviceLike } from '../../tensor/device.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { resetWeightAndBias } from '../init/reset.js';
import { Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool } from '../module/text.js';

/** The options of {@link Linear}. */
export interface LinearOptions {
  /** Adds a learned bias. Default: true. */
  bias?: boolean;
  /** Of the parameters. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

/**
 * y = x W^T + b.
 * Input [..., inFeatures], output [..., outFeatures]; weight [outFeatures, inFeatures], bias [outFeatures].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 * @example
 * const fc = new nn.Linear(784, 10);
 */
export class Linear extends Module {
  static override readonly className: string = 'Linear';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  /** The learned weight [outFeatures, inFeatures]. */
  weight: Parameter;
  /** The learned bias [outFeatures]; null without one. */
  bias: Parameter | null;

  /**
   * y = x W^T + b. Input [..., inFeatures], output [..., outFeatures]; weight [outFeatures, inFeatures], bias [outFeatures].
   * @param args bias (default true); dtype and device by name.
   * @throws {ArgumentError} for other options and sizes.
   */
  constructor(
    /** Features of the input: the size of its last dim. */
    readonly inFeatures: number,
    /** Features of the output. */
    readonly outFeatures: number,
    ...args: Arguments<LinearOptions, [bias: 'bias']>
  ) {
    super();
    const name = classNameOf(new.target);
    const { bias, dtype } = readArguments<Settings<LinearOptions>>(name, { bias: true, dtype: 'float32' }, args);
    countOf(name, 'inFeatures', inFeatures);
    countOf(name, 'outFeatures', outFeatures);
    assertFloatingDType(name, 'dtype', dtype);
    this.weight = this.registerParameter('weight', new Parameter(emptyTensor([outFeatures, inFeatures], dtype)));
    this.bias = this.registerParameter('bias', bias ? new Parameter(emptyTensor([outFeatures], dtype)) : null);
    this.resetParameters();
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  resetParameters(): void {
    resetWeightAndBias(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    return linearOf(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${bool(this.bias !== null)}`;
  }
}

/**
 * Returns what it gets: a placeholder. Arguments of other layers are accepted and ignored.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Identity.html
 * @example
 * new nn.Identity().forward(x).shape; // [8, 6]
 */
export class Identity extends Module {
  static override readonly className: string = 'Identity';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  constructor(..._ignored: readonly unknown[]) {
    super();
  }

  forward<T>(x: T): T {
    return x;
  }
}
