/** Layer normalisation: the function and its layer. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { reshape } from '../../ops/view/movement.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import { assertFloating, assertFloatingDType, assertSameDType, assertTensorOrNull, realNumber } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import type { DeviceLike } from '../../tensor/device.js';
import { checkSizes, numel, type Shape, sameShape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { ones_, zeros_ } from '../init/init.js';
import { type LayerKind, Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool, float, tuple } from '../module/text.js';
import { type Rows, rowNorm } from './rows.js';

/** The options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** [...normalizedShape], or null for 1. Default: null. */
  weight?: Tensor | null;
  /** [...normalizedShape], or null for 0. Default: null. */
  bias?: Tensor | null;
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
}

const DEFAULTS: Settings<LayerNormOptions> = { weight: null, bias: null, eps: 1e-5 };

/**
 * Normalises each item over its last dims: `y = (x - mean) / sqrt(var + eps) * weight + bias`, the variance biased.
 * @param x [..., ...normalizedShape], floating. @param normalizedShape sizes of the last dims, or the size of the last one.
 * @param args weight, bias and eps in this order or by name.
 * @throws {ShapeError} when x does not end in normalizedShape. @throws {DTypeError} for integers, or two dtypes.
 * @see Ba et al. 2016, https://arxiv.org/abs/1607.06450; https://pytorch.org/docs/stable/generated/torch.nn.functional.layer_norm.html
 * @example
 * F.layerNorm(tensor([[1, 3], [20, 40]]), 2, { bias: ones([2]) }); // [[0.0, 2.0], [0.0, 2.0]]
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: number | Shape,
  ...args: Arguments<LayerNormOptions, [weight: 'weight', bias: 'bias', eps: 'eps']>
): Tensor {
  const { weight, bias, eps } = readArguments('layerNorm', DEFAULTS, args);
  const shape = sizesOfNorm('layerNorm', normalizedShape);
  assertEndsIn('layerNorm', x, shape, { weight, bias });
  return layerNormOf(x, shape, { weight, bias, eps });
}

/** @internal {@link layerNorm} of checked arguments. */
export function layerNormOf(x: Tensor, shape: Shape, { weight, bias, eps }: Settings<LayerNormOptions>): Tensor {
  return rowNorm(x, flatten(weight), flatten(bias), overLast('layerNorm', x, shape, true, eps));
}

/** @internal A normalizedShape as a list. @throws {ArgumentError} for anything else. @throws {ShapeError} for negative sizes and fractions. */
export function sizesOfNorm(op: string, given: unknown): Shape {
  const shape: unknown = typeof given === 'number' ? [given] : given;
  if (!Array.isArray(shape))
    throw new ArgumentError(`${op}: normalizedShape is ${show(given)}, expected the size of the last dim, or a list of sizes.`);
  checkSizes(shape, op);
  return [...shape];
}

/** @internal Checks that x ends in the shape that is normalised over, which its weights have. */
export function assertEndsIn(op: string, x: Tensor, shape: Shape, parts: Readonly<Record<string, Tensor | null>>): void {
  assertFloating(op, 'input', x);
  const lead = x.ndim - shape.length;
  if (shape.length === 0 || lead < 0 || !sameShape(x.shape.slice(lead), shape)) {
    const hint = shape.length > 0 && lead >= 0 ? ` Make the layer for ${showShape(x.shape.slice(lead))}, or move the dims.` : '';
    throw new ShapeError(`${op}: input is ${showShape(x.shape)}, expected it to end in the normalized shape ${showShape(shape)}.${hint}`);
  }
  for (const [part, value] of Object.entries(parts)) {
    assertTensorOrNull(op, part, value);
    if (value && !sameShape(value.shape, shape))
      throw new ShapeError(`${op}: ${part} is ${showShape(value.shape)}, expected the normalized shape ${showShape(shape)}.`);
  }
  assertSameDType(op, { input: x, ...parts });
}

/** @internal */
export const flatten = (value: Tensor | null): Tensor | null => value && reshape(value, [numel(value.shape)]);

/** @internal Each item's last dims are one row. */
export function overLast(op: string, x: Tensor, shape: Shape, centered: boolean, eps: number): Rows {
  realNumber(op, 'eps', eps);
  return { op, rows: numel(x.shape.slice(0, x.ndim - shape.length)), groups: 1, channels: numel(shape), span: 1, centered, eps };
}

/** The options of {@link LayerNorm}. */
export interface LayerNormLayerOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Learns a scale (and a bias) for each element. Default: true. */
  elementwiseAffine?: boolean;
  /** With `elementwiseAffine`: learns a bias. Default: true. */
  bias?: boolean;
  /** Of the parameters. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

const LAYER: Settings<LayerNormLayerOptions> = { eps: 1e-5, elementwiseAffine: true, bias: true, dtype: 'float32' };

/**
 * `y = (x - mean) / sqrt(var + eps) * weight + bias`, for each item over its last dims.
 * @param normalizedShape sizes of those dims, or the size of the last one. Input [..., ...normalizedShape].
 * @see Ba et al. 2016, https://arxiv.org/abs/1607.06450; https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
 * @example
 * new nn.LayerNorm(6, { eps: 1e-6 }).forward(x).shape; // [8, 6]
 */
export class LayerNorm extends Module {
  static override readonly className: string = 'LayerNorm';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  static override readonly kind: LayerKind | null = 'norm';
  /** The sizes of the last dims, over which it normalises. */
  readonly normalizedShape: Shape;
  /** Added where something is divided, so that it is never by 0. */
  readonly eps: number;
  /** Whether each element learns a scale. */
  readonly elementwiseAffine: boolean;
  /** The learned weight. */
  weight: Parameter | null;
  /** The learned bias; null without one. */
  bias: Parameter | null;

  /**
   * `y = (x - mean) / sqrt(var + eps) * weight + bias`, for each item over its last dims.
   * @param args eps, elementwiseAffine and bias in this order, or the options.
   */
  constructor(
    normalizedShape: number | Shape,
    ...args: Arguments<LayerNormLayerOptions, [eps: 'eps', elementwiseAffine: 'elementwiseAffine', bias: 'bias']>
  ) {
    super();
    const name = classNameOf(new.target);
    const { eps, elementwiseAffine, bias, dtype } = readArguments(name, LAYER, args);
    this.normalizedShape = sizesOfNorm(name, normalizedShape);
    assertFloatingDType(name, 'dtype', dtype);
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    const parameter = () => new Parameter(emptyTensor(this.normalizedShape, dtype));
    this.weight = this.registerParameter('weight', elementwiseAffine ? parameter() : null);
    this.bias = this.registerParameter('bias', elementwiseAffine && bias ? parameter() : null);
    this.resetParameters();
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  forward(x: Tensor): Tensor {
    const { normalizedShape, weight, bias } = this;
    assertEndsIn(classNameOf(this), x, normalizedShape, { weight, bias });
    return layerNormOf(x, normalizedShape, this);
  }

  override extraRepr(): string {
    return `${tuple(this.normalizedShape)}, eps=${float(this.eps)}, elementwise_affine=${bool(this.elementwiseAffine)}, bias=${bool(this.bias !== null)}`;
  }
}
