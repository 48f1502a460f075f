/** Normalisation over groups of channels: the function and its layer. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { formatOf } from '../../ops/view/copy.js';
import { type Arguments, readArguments, type Settings } from '../../tensor/arguments/arguments.js';
import {
  assertFloating,
  assertFloatingDType,
  assertSameDType,
  assertTensorOrNull,
  countOf,
  realNumber,
} from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { DeviceLike } from '../../tensor/device.js';
import { numel } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import type { DType } from '../../tensor/values/dtype.js';
import { ones_, zeros_ } from '../init/init.js';
import { type LayerKind, Module } from '../module/module.js';
import { Parameter } from '../module/state/parameter.js';
import { bool, float } from '../module/text.js';
import { rowNorm } from './rows.js';

/** The options of {@link groupNorm}. */
export interface GroupNormOptions {
  /** [C], or null for 1. Default: null. */
  weight?: Tensor | null;
  /** [C], or null for 0. Default: null. */
  bias?: Tensor | null;
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
}

const DEFAULTS: Settings<GroupNormOptions> = { weight: null, bias: null, eps: 1e-5 };

/**
 * Normalises the channels of each item in groups: mean and variance are those of a group's channels over all positions.
 * @param x [N, C, ...], floating. @param numGroups must divide C. @param args weight, bias and eps in this order or by name.
 * @throws {ShapeError} when the groups do not divide the channels, weights do not fit, or a group has one value only.
 * @throws {DTypeError} for integers, or two dtypes.
 * @see Wu and He 2018, https://arxiv.org/abs/1803.08494; https://pytorch.org/docs/stable/generated/torch.nn.functional.group_norm.html
 * @example
 * F.groupNorm(tensor([[1, 3, 20, 40]]), 2); // [[-1.0, 1.0, -1.0, 1.0]]
 */
export function groupNorm(
  x: Tensor,
  numGroups: number,
  ...args: Arguments<GroupNormOptions, [weight: 'weight', bias: 'bias', eps: 'eps']>
): Tensor {
  const settings = readArguments('groupNorm', DEFAULTS, args);
  countOf('groupNorm', 'numGroups', numGroups, 1);
  assertGroups('groupNorm', x, numGroups, settings);
  return groupNormOf(x, numGroups, settings);
}

function assertGroups(op: string, x: Tensor, numGroups: number, { weight, bias, eps }: Settings<GroupNormOptions>): void {
  assertFloating(op, 'input', x);
  realNumber(op, 'eps', eps);
  const given = showShape(x.shape);
  if (x.ndim < 2) throw new ShapeError(`${op}: input is ${given}, expected at least [N, C].`);
  const [n, c] = x.shape as [number, number];
  if (c % numGroups !== 0) throw new ShapeError(`${op}: ${numGroups} groups do not divide the ${c} channels of the input ${given}.`);
  for (const [part, value] of Object.entries({ weight, bias })) {
    assertTensorOrNull(op, part, value);
    if (value && (value.ndim !== 1 || value.shape[0] !== c))
      throw new ShapeError(
        `${op}: ${part} is ${showShape(value.shape)}, expected one value for each of the ${c} channels of the input ${given}.`,
      );
  }
  assertSameDType(op, { input: x, weight, bias });
  const span = numel(x.shape.slice(2));
  if (c === 0 || span === 0) throw new ShapeError(`${op}: the input ${given} has no elements to normalise. Only the batch may be empty.`);
  // PyTorch's check: with one item, groups of one value are refused, which training would make constant.
  if (Math.floor((n * c) / numGroups) * span === 1)
    throw new ShapeError(`${op}: the input ${given} has 1 value in each of ${numGroups} groups, expected more. Take fewer groups.`);
}

/** {@link groupNorm} of checked arguments. */
function groupNormOf(x: Tensor, numGroups: number, { weight, bias, eps }: Settings<GroupNormOptions>): Tensor {
  const [n, c] = x.shape as [number, number];
  const span = numel(x.shape.slice(2));
  const rows = { op: 'groupNorm', rows: n * numGroups, groups: numGroups, channels: c / numGroups, span, centered: true, eps };
  const out = rowNorm(x, weight, bias, rows);
  return x.ndim < 4 ? out : formatOf(out, x);
}

/** The options of {@link GroupNorm}. */
export interface GroupNormLayerOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Learns a scale (and a bias) for each channel. Default: true. */
  affine?: boolean;
  /** With `affine`: learns a bias. Default: true. */
  bias?: boolean;
  /** Of the parameters. Default: float32. */
  dtype?: DType;
  /** Where they are: the CPU. @throws {DeviceError} for another device. */
  device?: DeviceLike | null;
}

const LAYER: Settings<GroupNormLayerOptions> = { eps: 1e-5, affine: true, bias: true, dtype: 'float32' };

/**
 * `y = (x - mean) / sqrt(var + eps) * weight + bias`, mean and variance those of a group of channels of one item. Input [N, C, ...].
 * @param numGroups must divide `numChannels`.
 * @throws {ArgumentError} when it does not.
 * @see Wu and He 2018, https://arxiv.org/abs/1803.08494; https://pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
 * @example
 * new nn.GroupNorm(8, 64);
 */
export class GroupNorm extends Module {
  static override readonly className: string = 'GroupNorm';
  /** @internal */
  static override readonly keepsNothing: boolean = true;
  static override readonly kind: LayerKind | null = 'norm';
  /** Added where something is divided, so that it is never by 0. */
  readonly eps: number;
  /** Whether each channel learns a scale and a bias. */
  readonly affine: boolean;
  /** The learned weight. */
  weight: Parameter | null;
  /** The learned bias; null without one. */
  bias: Parameter | null;

  /**
   * `y = (x - mean) / sqrt(var + eps) * weight + bias`, mean and variance those of a group of channels of one item. Input [N, C, ...].
   * @param args eps and affine in this order, or the options.
   */
  constructor(
    /** How many groups the channels are cut into. */
    readonly numGroups: number,
    /** How many channels the input has. */
    readonly numChannels: number,
    ...args: Arguments<GroupNormLayerOptions, [eps: 'eps', affine: 'affine']>
  ) {
    super();
    const name = classNameOf(new.target);
    const { eps, affine, bias, dtype } = readArguments(name, LAYER, args);
    countOf(name, 'numGroups', numGroups, 1);
    countOf(name, 'numChannels', numChannels);
    if (numChannels % numGroups !== 0)
      throw new ArgumentError(`${name}: ${numGroups} groups do not divide ${numChannels} channels. Choose a divisor of ${numChannels}.`);
    assertFloatingDType(name, 'dtype', dtype);
    this.eps = eps;
    this.affine = affine;
    const parameter = () => new Parameter(emptyTensor([numChannels], dtype));
    this.weight = this.registerParameter('weight', affine ? parameter() : null);
    this.bias = this.registerParameter('bias', affine && bias ? parameter() : null);
    this.resetParameters();
  }

  /** Draws the parameters anew, as PyTorch does when the layer is made. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  forward(x: Tensor): Tensor {
    assertGroups(classNameOf(this), x, this.numGroups, this);
    return groupNormOf(x, this.numGroups, this);
  }

  override extraRepr(): string {
    const { numGroups, numChannels, eps, affine, bias } = this;
    return `${numGroups}, ${numChannels}, eps=${float(eps)}, affine=${bool(affine)}, bias=${bool(bias !== null)}`;
  }
}
