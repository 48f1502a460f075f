/** Initialisers that keep the variance of what passes through a layer: Xavier's and Kaiming's. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { type Arguments, readArguments, required, type Settings } from '../../tensor/arguments/arguments.js';
import { assertTensor, oneOf } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { numel } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type InitOptions, normal_, uniform_ } from './basic.js';

/** What a layer's activation is called, for {@link calculateGain}; PyTorch's words. */
export type Nonlinearity =
  | 'linear'
  | 'conv1d'
  | 'conv2d'
  | 'conv3d'
  | 'conv_transpose1d'
  | 'conv_transpose2d'
  | 'conv_transpose3d'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leaky_relu'
  | 'selu';

/** Which count of connections keeps its variance: that of the inputs, or of the outputs. */
export type FanMode = 'fan_in' | 'fan_out';

/** The options of the Kaiming initialisers. */
export interface KaimingOptions extends InitOptions {
  /** The negative slope of a leaky ReLU. Default: 0. */
  a?: number;
  /** Default: `fan_in`. */
  mode?: FanMode;
  /** Default: `leaky_relu`. */
  nonlinearity?: Nonlinearity;
}

/** The options of the Xavier initialisers. */
export interface XavierOptions extends InitOptions {
  /** Default: 1. */
  gain?: number;
}

/** The options of {@link calculateGain}. */
export interface GainOptions {
  /** The negative slope for `leaky_relu`. Default: 0.01. */
  param?: number | null;
}

const XAVIER: Settings<XavierOptions> = { gain: 1, generator: required };

/**
 * The factor by which a nonlinearity's input should be scaled.
 * @param param the negative slope for `leaky_relu`. Default: 0.01.
 * @throws {ArgumentError} for an unknown nonlinearity, and for a slope that is not a number.
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain
 * @example
 * nn.init.calculateGain('leaky_relu', 0.2); // 1.3867504905630728
 */
export function calculateGain(nonlinearity: Nonlinearity, ...args: Arguments<GainOptions, [param: 'param']>): number {
  const { param } = readArguments<Settings<GainOptions>>('calculateGain', { param: null }, args);
  if (nonlinearity === 'leaky_relu' && param !== null && typeof param !== 'number')
    throw new ArgumentError(`calculateGain: param is ${show(param)}, expected the negative slope, a number.`);
  switch (nonlinearity) {
    case 'linear':
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
    case 'conv_transpose1d':
    case 'conv_transpose2d':
    case 'conv_transpose3d':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.sqrt(2);
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
    case 'selu':
      return 3 / 4;
    default:
      throw new ArgumentError(
        `calculateGain: unknown nonlinearity "${nonlinearity as string}". Known are linear, conv1d … conv_transpose3d, sigmoid, tanh, relu, leaky_relu and selu.`,
      );
  }
}

/** How many inputs each output of a weight [out, in, ...] sees, and how many outputs each input. @throws {ShapeError} below 2 dims. */
export function calculateFanInAndFanOut(x: Tensor): { fanIn: number; fanOut: number } {
  return fansOf('calculateFanInAndFanOut', x);
}

function fansOf(op: string, x: Tensor): { fanIn: number; fanOut: number } {
  assertTensor(op, 'x', x);
  if (x.ndim < 2)
    throw new ShapeError(
      `${op}: fan in and fan out need at least 2 dims, got shape ${showShape(x.shape)}. Use normal_ or uniform_ for vectors.`,
    );
  const field = numel(x.shape.slice(2));
  return { fanIn: x.shape[1]! * field, fanOut: x.shape[0]! * field };
}

function xavierStd(x: Tensor, op: string, gain: number): number {
  const { fanIn, fanOut } = fansOf(op, x);
  if (fanIn + fanOut === 0) throw new ShapeError(`${op}: a weight ${showShape(x.shape)} has neither inputs nor outputs.`);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/**
 * Xavier, or Glorot, uniform: from (-a, a), a = gain sqrt(6 / (fanIn + fanOut)).
 * @param gain default 1.
 * @throws {ShapeError} below 2 dims.
 * @see Glorot and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html
 * @example
 * nn.init.xavierUniform_(new nn.Linear(3, 4).weight, { gain: nn.init.calculateGain('tanh') });
 */
export function xavierUniform_(x: Tensor, ...args: Arguments<XavierOptions, [gain: 'gain', generator: 'generator']>): Tensor {
  const { gain, ...from } = readArguments('xavierUniform_', XAVIER, args);
  const a = Math.sqrt(3) * xavierStd(x, 'xavierUniform_', gain); // not gain * sqrt(6 / …): PyTorch's order of roundings
  return uniform_(x, -a, a, from);
}

/**
 * Xavier normal: standard deviation gain sqrt(2 / (fanIn + fanOut)).
 * @param gain default 1.
 * @throws {ShapeError} below 2 dims.
 * @example
 * nn.init.xavierNormal_(zeros([3, 5]), { gain: nn.init.calculateGain('tanh') }).shape; // [3, 5]
 */
export function xavierNormal_(x: Tensor, ...args: Arguments<XavierOptions, [gain: 'gain', generator: 'generator']>): Tensor {
  const { gain, ...from } = readArguments('xavierNormal_', XAVIER, args);
  return normal_(x, 0, xavierStd(x, 'xavierNormal_', gain), from);
}

type KaimingArguments = Arguments<KaimingOptions, [a: 'a', mode: 'mode', nonlinearity: 'nonlinearity', generator: 'generator']>;

const KAIMING: Settings<KaimingOptions> = { a: 0, mode: 'fan_in', nonlinearity: 'leaky_relu', generator: required };

/** The standard deviation, and where to draw from; null for tensors without elements, which stay as they are. */
function kaiming(x: Tensor, op: string, given: readonly unknown[]): { std: number; from: InitOptions } | null {
  const { a, mode, nonlinearity, ...from } = readArguments(op, KAIMING, given);
  assertTensor(op, 'x', x);
  if (x.shape.includes(0)) {
    warnOnce(`${op}: a tensor without elements ${showShape(x.shape)} stays as it is.`);
    return null;
  }
  oneOf(op, 'mode', mode, ['fan_in', 'fan_out']);
  const { fanIn, fanOut } = fansOf(op, x);
  return { std: calculateGain(nonlinearity, a) / Math.sqrt(mode === 'fan_in' ? fanIn : fanOut), from };
}

/**
 * Kaiming, or He, uniform: from (-b, b), b = gain sqrt(3 / fan).
 * @param a the negative slope of a leaky relu, default 0. @param mode default 'fan_in'. @param nonlinearity default 'leaky_relu'.
 * @throws {ShapeError} below 2 dims. @throws {ArgumentError} for another mode or nonlinearity.
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852
 * @example
 * nn.init.kaimingUniform_(new nn.Linear(3, 4).weight, { mode: 'fan_out', nonlinearity: 'relu' });
 */
export function kaimingUniform_(x: Tensor, ...args: KaimingArguments): Tensor {
  const how = kaiming(x, 'kaimingUniform_', args);
  const bound = Math.sqrt(3) * (how?.std ?? 0);
  return how === null ? x : uniform_(x, -bound, bound, how.from);
}

/**
 * Kaiming normal: standard deviation gain / sqrt(fan). Arguments and errors as {@link kaimingUniform_}.
 * @example
 * nn.init.kaimingNormal_(zeros([3, 5]), { mode: 'fan_out', nonlinearity: 'relu' }).shape; // [3, 5]
 */
export function kaimingNormal_(x: Tensor, ...args: KaimingArguments): Tensor {
  const how = kaiming(x, 'kaimingNormal_', args);
  return how === null ? x : normal_(x, 0, how.std, how.from);
}
