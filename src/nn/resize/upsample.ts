/** Layers that make sequences, images and volumes larger or smaller. */

import { readArguments, type Trailing } from '../../tensor/arguments.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { float, tuple } from '../module/text.js';
import { type InterpolateMode, type InterpolateOptions, interpolateAs } from './interpolate.js';

type Numbers = number | readonly number[] | null;
/** The options of {@link Upsample}. */
export type UpsampleOptions = Omit<InterpolateOptions, 'antialias'>;

/** Numbers as Python prints floats. */
function floats(value: number | readonly number[]): string {
  if (typeof value === 'number') return float(value);
  return value.length === 1 ? `(${float(value[0]!)},)` : `(${value.map(float).join(', ')})`;
}

/**
 * Resizes [N, C, L], [N, C, H, W] or [N, C, D, H, W] to a size or by a factor.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Upsample.html
 * @example
 * new nn.Upsample({ scaleFactor: 2, mode: 'bilinear', alignCorners: false });
 */
export class Upsample extends Module {
  static override readonly className: string = 'Upsample';
  /** The size of the output along each axis; null where a factor is given. */
  readonly size: Numbers;
  /** How many times as large each axis becomes; null where a size is given. */
  readonly scaleFactor: Numbers;
  /** How values between elements are found. */
  readonly mode: InterpolateMode;
  /** Whether the corner elements of input and output lie on each other. */
  readonly alignCorners: boolean | null;
  /** Whether the factor is computed again from the rounded size. */
  readonly recomputeScaleFactor: boolean | null;

  /**
   * Resizes [N, C, L], [N, C, H, W] or [N, C, D, H, W] to a size or by a factor.
   * @param args size, scaleFactor, mode and alignCorners in this order, or the options.
   */
  constructor(
    ...args: Trailing<[size: Numbers, scaleFactor: Numbers, mode: InterpolateMode, alignCorners: boolean | null], UpsampleOptions>
  ) {
    super();
    const defaults = { size: null, scaleFactor: null, mode: 'nearest', alignCorners: null, recomputeScaleFactor: null };
    const given = readArguments(classNameOf(this), defaults as Required<UpsampleOptions>, args);
    this.size = given.size;
    this.scaleFactor = given.scaleFactor || null;
    this.mode = given.mode;
    this.alignCorners = given.alignCorners;
    this.recomputeScaleFactor = given.recomputeScaleFactor;
  }

  forward(x: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    return interpolateAs(classNameOf(this), x, { size, scaleFactor, mode, alignCorners, recomputeScaleFactor });
  }

  override extraRepr(): string {
    const info = this.scaleFactor !== null ? `scale_factor=${floats(this.scaleFactor)}` : `size=${tuple(this.size)}`;
    return `${info}, mode='${this.mode}'`;
  }
}

/** The options of {@link UpsamplingNearest2d} and {@link UpsamplingBilinear2d}. */
export interface UpsamplingOptions {
  /** [height, width], or one number for both. Give this or `scaleFactor`. */
  size?: number | readonly [number, number] | null;
  /** How many times as large the image becomes. */
  scaleFactor?: number | readonly [number, number] | null;
}

type Pair = number | readonly [number, number] | null;

/**
 * {@link Upsample} of images by the nearest pixel.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.UpsamplingNearest2d.html
 * @example
 * new nn.UpsamplingNearest2d({ scaleFactor: 2 }).forward(ones([1, 3, 4, 4])).shape; // [1, 3, 8, 8]
 */
export class UpsamplingNearest2d extends Upsample {
  static override readonly className: string = 'UpsamplingNearest2d';
  /**
   * {@link Upsample} of images by the nearest pixel.
   * @param args size and scaleFactor in this order, or the options.
   */
  constructor(...args: Trailing<[size: Pair, scaleFactor: Pair], UpsamplingOptions>) {
    super(readArguments<UpsamplingOptions>(classNameOf(new.target), { size: null, scaleFactor: null }, args));
  }
}

/**
 * {@link Upsample} of images by bilinear interpolation, corners aligned.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.UpsamplingBilinear2d.html
 * @example
 * new nn.UpsamplingBilinear2d({ size: [5, 7] }).forward(ones([1, 3, 4, 4])).shape; // [1, 3, 5, 7]
 */
export class UpsamplingBilinear2d extends Upsample {
  static override readonly className: string = 'UpsamplingBilinear2d';
  /**
   * {@link Upsample} of images by bilinear interpolation, corners aligned.
   * @param args size and scaleFactor in this order, or the options.
   */
  constructor(...args: Trailing<[size: Pair, scaleFactor: Pair], UpsamplingOptions>) {
    const { size, scaleFactor } = readArguments<UpsamplingOptions>(classNameOf(new.target), { size: null, scaleFactor: null }, args);
    super({ size, scaleFactor, mode: 'bilinear', alignCorners: true });
  }
}
