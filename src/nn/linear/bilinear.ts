/** Forms in two vectors: function and layer. */
import { ShapeError, showShape } from '../../errors.js';
import { add } from '../../ops/elementwise/binary.js';
import { matmul } from '../../ops/products/matmul.js';
import { permute, reshape } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import {
  assertFloating,
  assertFloatingDType,
  assertSameDType,
  assertTensorOrNull,
  assertTensors,
  countOf,
} from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { numel, sameShape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { uniform_ } from '../init/init.js';
import { Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool } from '../module/text.js';
import type { LinearOptions } from './linear.js';

/** The options of {@link bilinear}. */
export interface BilinearOptions {
  /** [O]. Default: null, none. */
  bias?: Tensor | null;
}

/**
 * `y_o = x1^T W_o x2 + b_o`.
 * @param x1 [..., I], floating. @param x2 [..., J], with the same leading dims. @param weight [O, I, J]. @param args bias [O] (default null).
 * @returns [..., O].
 * @throws {ShapeError} for sizes that do not fit. @throws {DTypeError} for integers, or two dtypes.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.bilinear.html
 * @example
 * F.bilinear(tensor([[1, 2]]), tensor([[3]]), ones([1, 2, 1])); // [[9]]
 */
export function bilinear(x1: Tensor, x2: Tensor, weight: Tensor, ...args: Arguments<BilinearOptions, [bias: 'bias']>): Tensor {
  return bilinearOf(x1, x2, weight, readArguments<Settings<BilinearOptions>>('bilinear', { bias: null }, args).bias);
}

function bilinearOf(x1: Tensor, x2: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  assertFloating('bilinear', 'x1', x1);
  assertTensors('bilinear', { x2, weight });
  assertTensorOrNull('bilinear', 'bias', bias);
  const given = `x1 ${showShape(x1.shape)}, x2 ${showShape(x2.shape)}, weight ${showShape(weight.shape)}`;
  assertSameDType('bilinear', { x1, x2, weight, bias });
  if (weight.ndim !== 3) throw new ShapeError(`bilinear: weight is ${showShape(weight.shape)}, expected [O, I, J].`);
  const [o, i, j] = weight.shape as [number, number, number];
  const lead = x1.shape.slice(0, -1);
  if (x1.ndim < 1 || !sameShape(lead, x2.shape.slice(0, -1)) || x1.ndim !== x2.ndim)
    throw new ShapeError(`bilinear: the inputs differ in other dims than the last: ${given}.`);
  for (const [name, x, size] of [
    ['x1', x1, i],
    ['x2', x2, j],
  ] as const) {
    if (x.shape.at(-1) !== size)
      throw new ShapeError(`bilinear: ${name} has ${x.shape.at(-1)} features, weight expects ${size} (${given}).`);
  }
  if (bias && !sameShape(bias.shape, [o])) throw new ShapeError(`bilinear: bias is ${showShape(bias.shape)}, expected [${o}] (${given}).`);
  const rows = numel(lead);
  // x1 against every W_o at once, then each result against x2.
  const half = matmul(reshape(x1, [rows, i]), reshape(permute(weight, [1, 0, 2]), [i, o * j]));
  const y = reshape(matmul(reshape(half, [rows, o, j]), reshape(x2, [rows, j, 1])), [...lead, o]);
  return bias ? add(y, bias) : y;
}

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
   * @param args bias (default true); dtype and device by name.
   */
  constructor(
    /** Features of the first input. */
    readonly in1Features: number,
    /** Features of the second input. */
    readonly in2Features: number,
    /** Features of the output. */
    readonly outFeatures: number,
    ...args: Arguments<LinearOptions, [bias: 'bias']>
  ) {
    super();
    const name = classNameOf(new.target);
    const { bias, dtype } = readArguments<Settings<LinearOptions>>(name, { bias: true, dtype: 'float32' }, args);
    countOf(name, 'in1Features', in1Features, 1);
    countOf(name, 'in2Features', in2Features);
    countOf(name, 'outFeatures', outFeatures);
    assertFloatingDType(name, 'dtype', dtype);
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

  /** @returns [..., outFeatures]. */
  forward(x1: Tensor, x2: Tensor): Tensor {
    return bilinearOf(x1, x2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { in1Features, in2Features, outFeatures, bias } = this;
    return `in1_features=${in1Features}, in2_features=${in2Features}, out_features=${outFeatures}, bias=${bool(bias !== null)}`;
  }
}
