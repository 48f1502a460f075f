/** Pooling layers whose windows follow from the size that is to come out. */

import { readArguments, tooMany } from '../../tensor/arguments.js';
import { type Rank, sizesPerAxis } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { tuple } from '../module/text.js';
import {
  type AdaptivePair,
  type AdaptiveSingle,
  type AdaptiveTriple,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from './adaptive.js';
import type { Pooled } from './layers.js';

type OutputSize = number | readonly (number | null)[];

/** Checks the sizes of an adaptive pool; null keeps an axis. */
function checkOutputSize(name: string, rank: Rank, outputSize: OutputSize): void {
  sizesPerAxis(name, 'outputSize', Array.isArray(outputSize) ? outputSize.map((s) => s ?? 0) : (outputSize as number), rank, 0);
}

/**
 * Averages of as many windows of [N, C, L] or [C, L] as give `outputSize` (one number, the length), whatever the size of the input.
 * @throws {ArgumentError} for sizes that are no whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
 * @example
 * new nn.AdaptiveAvgPool1d(1);
 */
export class AdaptiveAvgPool1d extends Module {
  static override readonly className: string = 'AdaptiveAvgPool1d';
  constructor(
    /** The size of the output, along each axis. */
    readonly outputSize: AdaptiveSingle,
  ) {
    super();
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
    checkOutputSize(classNameOf(new.target), 1, outputSize);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize);
  }

  override extraRepr(): string {
    return `output_size=${tuple(this.outputSize)}`;
  }
}

/**
 * Averages of as many windows of [N, C, H, W] or [C, H, W] as give `outputSize` (one number for a square; null keeps an axis), whatever the size of the input.
 * @throws {ArgumentError} for sizes that are no whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 * @example
 * new nn.AdaptiveAvgPool2d(1);
 */
export class AdaptiveAvgPool2d extends Module {
  static override readonly className: string = 'AdaptiveAvgPool2d';
  constructor(
    /** The size of the output, along each axis. */
    readonly outputSize: AdaptivePair,
  ) {
    super();
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
    checkOutputSize(classNameOf(new.target), 2, outputSize);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  override extraRepr(): string {
    return `output_size=${tuple(this.outputSize)}`;
  }
}

/**
 * Averages of as many windows of [N, C, D, H, W] or [C, D, H, W] as give `outputSize` (one number for a cube; null keeps an axis), whatever the size of the input.
 * @throws {ArgumentError} for sizes that are no whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool3d.html
 * @example
 * new nn.AdaptiveAvgPool3d(1);
 */
export class AdaptiveAvgPool3d extends Module {
  static override readonly className: string = 'AdaptiveAvgPool3d';
  constructor(
    /** The size of the output, along each axis. */
    readonly outputSize: AdaptiveTriple,
  ) {
    super();
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
    checkOutputSize(classNameOf(new.target), 3, outputSize);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this.outputSize);
  }

  override extraRepr(): string {
    return `output_size=${tuple(this.outputSize)}`;
  }
}

/** `returnIndices` alone, or by name. Default: false. */
type IndicesArgument<Indices extends boolean> = Indices | { returnIndices?: Indices };

/** Whether `returnIndices` was given. */
function wantsIndices(name: string, given: unknown): boolean {
  return readArguments(name, { returnIndices: false }, [given]).returnIndices;
}

/**
 * Maxima of as many windows of [N, C, L] or [C, L] as give `outputSize` (one number, the length), whatever the size of the input.
 * @throws {ArgumentError} for sizes that are no whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html
 * @example
 * new nn.AdaptiveMaxPool1d(2);
 */
export class AdaptiveMaxPool1d<Indices extends boolean = false> extends Module {
  static override readonly className: string = 'AdaptiveMaxPool1d';
  /** Whether the places of the largest elements are returned, too. */
  readonly returnIndices: Indices;

  constructor(
    /** The size of the output, along each axis. */
    readonly outputSize: AdaptiveSingle,
    returnIndices?: IndicesArgument<Indices>,
  ) {
    super();
    if (arguments.length > 2) tooMany(classNameOf(new.target), 2, arguments);
    checkOutputSize(classNameOf(new.target), 1, outputSize);
    this.returnIndices = wantsIndices(classNameOf(new.target), returnIndices) as Indices;
  }

  /** @returns the maxima; with `returnIndices`, followed by where they stood. */
  forward(x: Tensor): Pooled<Indices> {
    return adaptiveMaxPool1d(x, this.outputSize, this.returnIndices as boolean) as Pooled<Indices>;
  }

  override extraRepr(): string {
    return `output_size=${tuple(this.outputSize)}`;
  }
}

/**
 * Maxima of as many windows of [N, C, H, W] or [C, H, W] as give `outputSize` (one number for a square; null keeps an axis), whatever the size of the input.
 * @throws {ArgumentError} for sizes that are no whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
 * @example
 * new nn.AdaptiveMaxPool2d(2);
 */
export class AdaptiveMaxPool2d<Indices extends boolean = false> extends Module {
  static override readonly className: string = 'AdaptiveMaxPool2d';
  /** Whether the places of the largest elements are returned, too. */
  readonly returnIndices: Indices;

  constructor(
    /** The size of the output, along each axis. */
    readonly outputSize: AdaptivePair,
    returnIndices?: IndicesArgument<Indices>,
  ) {
    super();
    if (arguments.length > 2) tooMany(classNameOf(new.target), 2, arguments);
    checkOutputSize(classNameOf(new.target), 2, outputSize);
    this.returnIndices = wantsIndices(classNameOf(new.target), returnIndices) as Indices;
  }

  /** @returns the maxima; with `returnIndices`, followed by where they stood. */
  forward(x: Tensor): Pooled<Indices> {
    return adaptiveMaxPool2d(x, this.outputSize, this.returnIndices as boolean) as Pooled<Indices>;
  }

  override extraRepr(): string {
    return `output_size=${tuple(this.outputSize)}`;
  }
}

/**
 * Maxima of as many windows of [N, C, D, H, W] or [C, D, H, W] as give `outputSize` (one number for a cube; null keeps an axis), whatever the size of the input.
 * @throws {ArgumentError} for sizes that are no whole numbers.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool3d.html
 * @example
 * new nn.AdaptiveMaxPool3d(2);
 */
export class AdaptiveMaxPool3d<Indices extends boolean = false> extends Module {
  static override readonly className: string = 'AdaptiveMaxPool3d';
  /** Whether the places of the largest elements are returned, too. */
  readonly returnIndices: Indices;

  constructor(
    /** The size of the output, along each axis. */
    readonly outputSize: AdaptiveTriple,
    returnIndices?: IndicesArgument<Indices>,
  ) {
    super();
    if (arguments.length > 2) tooMany(classNameOf(new.target), 2, arguments);
    checkOutputSize(classNameOf(new.target), 3, outputSize);
    this.returnIndices = wantsIndices(classNameOf(new.target), returnIndices) as Indices;
  }

  /** @returns the maxima; with `returnIndices`, followed by where they stood. */
  forward(x: Tensor): Pooled<Indices> {
    return adaptiveMaxPool3d(x, this.outputSize, this.returnIndices as boolean) as Pooled<Indices>;
  }

  override extraRepr(): string {
    return `output_size=${tuple(this.outputSize)}`;
  }
}
