/** What the ready models are made of: convolutions with their norm and activation, and how weights are drawn. */
import { ReLU } from '../../nn/activation/rectified.js';
import { Sequential } from '../../nn/containers/sequential.js';
import { Conv2d } from '../../nn/conv/conv.js';
import { constant_, normal_, zeros_ } from '../../nn/init/basic.js';
import { kaimingNormal_ } from '../../nn/init/variance.js';
import { Linear } from '../../nn/linear/linear.js';
import { Inner, passed } from '../../nn/module/calls/inner.js';
import { assertModule } from '../../nn/module/is-module.js';
import type { Module } from '../../nn/module/module.js';
import { BatchNorm2d } from '../../nn/norm/batch.js';
import { GroupNorm } from '../../nn/norm/group.js';
import { readOptions, required, type Settings } from '../../tensor/arguments/arguments.js';
import { assertBoolean, unexpected } from '../../tensor/arguments/checks.js';
import { isClass } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';

/** Makes the norm of a layer: a function of its channels, `(channels) => new nn.GroupNorm(8, channels)`, or a class such as nn.BatchNorm2d. */
export type NormLayer = ((channels: number) => Module) | (new (channels: number) => Module);

/** Makes an activation: a function, `() => new nn.SiLU()`, or a class such as nn.ReLU. */
export type ActivationLayer = (() => Module) | (new () => Module);

/** A module that takes a tensor and gives one. */
export type Layer = Module & {
  /** What it makes of a batch. */
  forward(x: Tensor): Tensor;
};

/** @internal What `make` makes, be it a function or a class. @throws {ArgumentError} for anything else. */
export function made(op: string, name: string, make: NormLayer | ActivationLayer, ...args: readonly number[]): Layer {
  if (typeof make !== 'function') throw unexpected(op, name, make, 'a function or class that makes a layer');
  const layer: unknown = isClass(make) ? Reflect.construct(make, args) : (make as (...args: readonly number[]) => unknown)(...args);
  assertModule(op, name, layer);
  return layer as Layer;
}

/** @internal torchvision's default. */
export const batchNorm: NormLayer = (channels) => new BatchNorm2d(channels);

/** The options of {@link Conv2dNormActivation}. */
export interface Conv2dNormActivationOptions {
  /** The side of the kernel. Default: 3. */
  kernelSize?: number;
  /** Default: 1. */
  stride?: number;
  /** Zeros around the input. Default: as many as keep its size at stride 1. */
  padding?: number;
  /** Default: 1. */
  groups?: number;
  /** Space between the kernel's points. Default: 1. */
  dilation?: number;
  /** The norm after the convolution; null for none. Default: nn.BatchNorm2d. */
  normLayer?: NormLayer | null;
  /** The activation at the end; null for none. Default: nn.ReLU, in place. */
  activationLayer?: ActivationLayer | null;
  /** Whether the convolution has a bias. Default: only without a norm. */
  bias?: boolean;
}

const CONV: Settings<Conv2dNormActivationOptions> = {
  kernelSize: 3,
  stride: 1,
  padding: required,
  groups: 1,
  dilation: 1,
  normLayer: required,
  activationLayer: required,
  bias: required,
};

/**
 * A convolution, its norm and its activation: torchvision's building block of that name.
 * @see https://pytorch.org/vision/stable/generated/torchvision.ops.Conv2dNormActivation.html
 * @example
 * new models.Conv2dNormActivation(3, 16, { stride: 2 }).forward(randn([1, 3, 8, 8])).shape; // [1, 16, 4, 4]
 */
export class Conv2dNormActivation extends Sequential {
  static override readonly className: string = 'Conv2dNormActivation';
  /** Channels of the output. */
  readonly outChannels: number;

  constructor(inChannels: number, outChannels: number, options: Conv2dNormActivationOptions = {}) {
    const op = 'Conv2dNormActivation';
    const read = readOptions(op, CONV, options);
    const { kernelSize, stride, groups, dilation } = read;
    const { normLayer: norm = batchNorm, activationLayer: activation = () => new ReLU(true) } = read as Conv2dNormActivationOptions;
    if (read.bias !== undefined) assertBoolean(op, 'bias', read.bias);
    const padding = (read.padding as number | undefined) ?? Math.floor((kernelSize - 1) / 2) * dilation;
    const bias = (read.bias as boolean | undefined) ?? norm === null;
    const layers: Module[] = [new Conv2d(inChannels, outChannels, kernelSize, { stride, padding, dilation, groups, bias })];
    if (norm !== null) layers.push(made(op, 'normLayer', norm, outChannels));
    if (activation !== null) layers.push(made(op, 'activationLayer', activation));
    super(layers);
    this.outChannels = outChannels;
  }
}

/** @internal What `branch`, one layer after the other, makes of x, and `around` added to it. */
export function branchPlus(branch: readonly Layer[], x: Tensor, around: () => Tensor): Tensor {
  return passed(branch, new Inner(x)).plus(new Inner(around())).x;
}

/** @internal How a family of models draws its weights, once they are made. */
export interface Drawing {
  /** Draws convolutions by He's rule, biases 0, norms 1 and 0. */
  readonly nonlinearity: 'relu' | 'leaky_relu';
  /** Draws fully connected layers with a deviation of 0.01, biases 0; otherwise they stay as they were made. */
  readonly linear: boolean;
}

/** @internal Draws the weights of convolutions, norms and fully connected layers, in torchvision's order. */
export function drawWeights(model: Module, { nonlinearity, linear }: Drawing): void {
  for (const module of model.modules()) {
    if (module instanceof Conv2d) {
      kaimingNormal_(module.weight, { mode: 'fan_out', nonlinearity });
      if (module.bias !== null) zeros_(module.bias);
    } else if (module instanceof BatchNorm2d || module instanceof GroupNorm) {
      if (module.weight !== null) constant_(module.weight, 1);
      if (module.bias !== null) zeros_(module.bias);
    } else if (linear && module instanceof Linear) {
      normal_(module.weight, 0, 0.01);
      if (module.bias !== null) zeros_(module.bias);
    }
  }
}
