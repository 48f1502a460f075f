/** Pooling layers. */
import { type AvgPool2dOptions, adaptiveAvgPool2d, avgPool2d, type MaxPool2dOptions, maxPool2d } from '../ops/pool.js';
import type { Pair } from '../ops/window.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { bool, tuple } from './module-text.js';

/** The stride alone, as PyTorch users write it, or options. */
type StrideOr<O> = Pair | O | null;

/** The options, whichever way the stride was given. */
function optionsOf<O extends { stride?: Pair | null }>(stride: StrideOr<O>, rest: O | undefined): O {
  const alone = stride === null || typeof stride === 'number' || Array.isArray(stride);
  return alone ? ({ ...rest, stride: stride as Pair | null } as O) : (stride as O);
}

/**
 * The largest value of each window of [N, C, H, W] or [C, H, W].
 * @param stride default: the kernel size; or all options.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 * @example
 * new nn.MaxPool2d(2);
 * new nn.MaxPool2d(3, 2, { padding: 1 });
 */
export class MaxPool2d<Indices extends boolean = false> extends Module {
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly ceilMode: boolean;
  readonly returnIndices: Indices;

  constructor(
    readonly kernelSize: Pair,
    stride: StrideOr<MaxPool2dOptions & { returnIndices?: Indices }> = null,
    options?: MaxPool2dOptions & { returnIndices?: Indices },
  ) {
    super();
    const given = optionsOf(stride, options);
    this.stride = given.stride ?? kernelSize;
    this.padding = given.padding ?? 0;
    this.dilation = given.dilation ?? 1;
    this.ceilMode = given.ceilMode ?? false;
    this.returnIndices = (given.returnIndices ?? false) as Indices;
  }

  /** @returns the maxima; with `returnIndices`, followed by where they stood. */
  forward(x: Tensor): Indices extends true ? [Tensor, Tensor] : Tensor {
    const { stride, padding, dilation, ceilMode, returnIndices } = this;
    const options: MaxPool2dOptions = { stride, padding, dilation, ceilMode, returnIndices };
    return maxPool2d(x, this.kernelSize, options) as Indices extends true ? [Tensor, Tensor] : Tensor;
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return `kernel_size=${tuple(kernelSize)}, stride=${tuple(stride)}, padding=${tuple(padding)}, dilation=${tuple(dilation)}, ceil_mode=${bool(ceilMode)}`;
  }
}

/**
 * The mean of each window of [N, C, H, W] or [C, H, W].
 * @param stride default: the kernel size; or all options.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 */
export class AvgPool2d extends Module {
  readonly stride: Pair;
  readonly padding: Pair;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(
    readonly kernelSize: Pair,
    stride: StrideOr<AvgPool2dOptions> = null,
    options?: AvgPool2dOptions,
  ) {
    super();
    const given = optionsOf(stride, options);
    this.stride = given.stride ?? kernelSize;
    this.padding = given.padding ?? 0;
    this.ceilMode = given.ceilMode ?? false;
    this.countIncludePad = given.countIncludePad ?? true;
    this.divisorOverride = given.divisorOverride ?? null;
  }

  forward(x: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return avgPool2d(x, this.kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride });
  }

  override extraRepr(): string {
    return `kernel_size=${tuple(this.kernelSize)}, stride=${tuple(this.stride)}, padding=${tuple(this.padding)}`;
  }
}

/**
 * Averages of as many windows as give `outputSize` (one number for a square; null keeps an axis), whatever the size of the image.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 */
export class AdaptiveAvgPool2d extends Module {
  constructor(readonly outputSize: number | readonly [number | null, number | null]) {
    super();
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  override extraRepr(): string {
    return `output_size=${tuple(this.outputSize)}`;
  }
}
