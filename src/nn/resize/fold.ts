/** Windows of images as columns, and back. */

import { readArguments, type Trailing } from '../../tensor/arguments.js';
import type { Pair } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { tuple } from '../module/text.js';
import { fold, type UnfoldOptions, unfold } from './fold-functional.js';

type Arguments = Trailing<[dilation: Pair, padding: Pair, stride: Pair], UnfoldOptions>;

/** The options, of which each may be one number or two. */
function optionsOf(layer: string, args: Arguments): Required<UnfoldOptions> {
  const given = readArguments<UnfoldOptions>(layer, { dilation: undefined, padding: undefined, stride: undefined }, args);
  return { dilation: given.dilation ?? 1, padding: given.padding ?? 0, stride: given.stride ?? 1 };
}

/**
 * The windows of images [N, C, H, W] (or [C, H, W]) as columns [N, C KH KW, L].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Unfold.html
 * @example
 * new nn.Unfold(2, { stride: 2 }).forward(ones([1, 3, 4, 4])).shape; // [1, 12, 4]
 */
export class Unfold extends Module {
  static override readonly className: string = 'Unfold';
  /** The distance between the elements of the window, along each axis. */
  readonly dilation: Pair;
  /** What is added around the input, on both sides of each axis. */
  readonly padding: Pair;
  /** How far the window moves, along each axis. */
  readonly stride: Pair;

  /**
   * The windows of images [N, C, H, W] (or [C, H, W]) as columns [N, C KH KW, L].
   * @param args dilation, padding and stride in this order, or the options.
   */
  constructor(
    /** The size of the window, along each axis. */
    readonly kernelSize: Pair,
    ...args: Arguments
  ) {
    super();
    const { dilation, padding, stride } = optionsOf(classNameOf(new.target), args);
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }

  forward(x: Tensor): Tensor {
    return unfold(x, this.kernelSize, this.dilation, this.padding, this.stride);
  }

  override extraRepr(): string {
    const { kernelSize, dilation, padding, stride } = this;
    return `kernel_size=${tuple(kernelSize)}, dilation=${tuple(dilation)}, padding=${tuple(padding)}, stride=${tuple(stride)}`;
  }
}

/**
 * Columns [N, C KH KW, L] (or [C KH KW, L]) added up to images [N, C, H, W].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Fold.html
 * @example
 * new nn.Fold([4, 4], 2, { stride: 2 }).forward(ones([1, 12, 4])).shape; // [1, 3, 4, 4]
 */
export class Fold extends Module {
  static override readonly className: string = 'Fold';
  /** The distance between the elements of the window, along each axis. */
  readonly dilation: Pair;
  /** What is added around the input, on both sides of each axis. */
  readonly padding: Pair;
  /** How far the window moves, along each axis. */
  readonly stride: Pair;

  /**
   * Columns [N, C KH KW, L] (or [C KH KW, L]) added up to images [N, C, H, W].
   * @param args dilation, padding and stride in this order, or the options.
   */
  constructor(
    /** The size of the output, along each axis. */
    readonly outputSize: Pair,
    /** The size of the window, along each axis. */
    readonly kernelSize: Pair,
    ...args: Arguments
  ) {
    super();
    const { dilation, padding, stride } = optionsOf(classNameOf(new.target), args);
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }

  forward(x: Tensor): Tensor {
    return fold(x, this.outputSize, this.kernelSize, this.dilation, this.padding, this.stride);
  }

  override extraRepr(): string {
    const { outputSize, kernelSize, dilation, padding, stride } = this;
    return `output_size=${tuple(outputSize)}, kernel_size=${tuple(kernelSize)}, dilation=${tuple(dilation)}, padding=${tuple(padding)}, stride=${tuple(stride)}`;
  }
}
