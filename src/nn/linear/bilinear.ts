/** A learned form in two vectors. */

import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { assertFloatingDType, countOf } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { DType } from '../../tensor/dtype.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { uniform_ } from '../init/init.js';
import { Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool } from '../module/text.js';
import { bilinear } from './bilinear-functional.js';
import type { LinearOptions } from './linear.js';

/**
 * `y_o = x1^T W_o x2 + b_o`. Inputs [..., in1Features] and [..., in2Features], output [..., outFeatures].
 * @throws {ArgumentError} for in1Features below 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Bilinear.html
 * @example
 * const form = new nn.Bilinear(2, 3, 4);
 * form.forward(rand([5, 2]), rand([5, 3])).shape; // [5, 4]
 */
export class Bilinear extends Module {
  static override readonly className: string = 'Bilinear';
  /** The learned weight. */
  weight: Parameter;
  /** The learned bias; null without one. */
  bias: Parameter | null;

  /**
   * `y_o = x1^T W_o x2 + b_o`. Inputs [..., in1Features] and [..., in2Features], output [..., outFeatures].
   * @param args bias (default true), as a boolean or among the options.
   */
  constructor(
    /** Features of the first input. */
    readonly in1Features: number,
    /** Features of the second input. */
    readonly in2Features: number,
    /** Features of the output. */
    readonly outFeatures: number,
    ...args: Trailing<[bias: boolean], LinearOptions>
  ) {
    super();
    const { bias, dtype } = readArguments<{ bias: boolean; dtype: DType }>(classNameOf(new.target), { bias: true, dtype: 'float32' }, args);
    countOf(classNameOf(new.target), 'in1Features', in1Features, 1);
    countOf(classNameOf(new.target), 'in2Features', in2Features);
    countOf(classNameOf(new.target), 'outFeatures', outFeatures);
    assertFloatingDType(classNameOf(new.target), 'dtype', dtype);
    this.weight = new Parameter(emptyTensor([outFeatures, in1Features, in2Features], dtype));
    this.bias = this.registerParameter('bias', bias ? new Parameter(emptyTensor([outFeatures], dtype)) : null);
    this.resetParameters();
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias) uniform_(this.bias, -bound, bound);
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return bilinear(x1, x2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { in1Features, in2Features, outFeatures, bias } = this;
    return `in1_features=${in1Features}, in2_features=${in2Features}, out_features=${outFeatures}, bias=${bool(bias !== null)}`;
  }
}
