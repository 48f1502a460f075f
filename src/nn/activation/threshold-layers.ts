/** Activation layers with a threshold, and relu with random slopes. */

import { readArguments } from '../../tensor/arguments.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type LayerKind, Module } from '../module/module.js';
import { float } from '../module/text.js';
import type { InPlaceOption } from './functional.js';
import { activationText } from './layers.js';
import {
  checkSlopes,
  checkThreshold,
  hardshrink,
  type RreluOptions,
  rrelu,
  type ShrinkOptions,
  softshrink,
  threshold,
} from './threshold.js';

/** The options of {@link Threshold}. */
export interface ThresholdOptions extends InPlaceOption {
  /** What x must be above to stay. */
  threshold: number;
  /** What the others become. */
  value: number;
}

/**
 * x above `threshold`, else `value`.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Threshold.html
 * @example
 * new nn.Threshold(0.1, 20).forward(tensor([0, 1])); // [20, 1]
 */
export class Threshold extends Module {
  static override readonly className: string = 'Threshold';
  /** Values up to this one are replaced. */
  readonly threshold: number;
  /** What replaces them. */
  readonly value: number;
  /** Whether the input itself is changed. */
  readonly inplace: boolean;

  /**
   * x above `threshold`, else `value`.
   * @param limit the threshold.
   * @param value what values up to it become.
   * @param inplace default false. All also by name, in one object.
   */
  constructor(limit: number, value: number, inplace?: boolean | InPlaceOption);
  constructor(options: ThresholdOptions);
  constructor(...given: unknown[]) {
    super();
    const options = readArguments(classNameOf(new.target), { threshold: Number.NaN, value: Number.NaN, inplace: false }, given);
    checkThreshold(classNameOf(new.target), options.threshold, options.value);
    this.threshold = options.threshold;
    this.value = options.value;
    this.inplace = options.inplace;
  }

  forward(x: Tensor): Tensor {
    return threshold(x, this.threshold, this.value, this.inplace);
  }

  override extraRepr(): string {
    // PyTorch prints both as they were written, and whole numbers are what is written.
    return activationText(`threshold=${this.threshold}, value=${this.value}`, this.inplace);
  }
}

/** Their half width, and its text. */
abstract class Shrink extends Module {
  readonly lambd: number;

  constructor(lambd?: number | ShrinkOptions) {
    super();
    this.lambd = readArguments(classNameOf(this), { lambd: 0.5 }, [lambd]).lambd;
  }

  override extraRepr(): string {
    return float(this.lambd);
  }
}

/**
 * x, but 0 from -lambd to lambd.
 * @param lambd half the width of what becomes 0; default 0.5, also by name.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Hardshrink.html
 * @example
 * new nn.Hardshrink(0.5).forward(tensor([-1, 0.5])); // [-1, 0]
 */
export class Hardshrink extends Shrink {
  static override readonly className: string = 'Hardshrink';
  forward(x: Tensor): Tensor {
    return hardshrink(x, this.lambd);
  }
}

/**
 * x moved towards 0 by lambd, and 0 from -lambd to lambd.
 * @param lambd half the width of what becomes 0; default 0.5, also by name.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softshrink.html
 * @example
 * new nn.Softshrink(0.5).forward(tensor([-1, 0.5])); // [-0.5, 0.0]
 */
export class Softshrink extends Shrink {
  static override readonly className: string = 'Softshrink';
  forward(x: Tensor): Tensor {
    return softshrink(x, this.lambd);
  }
}

/**
 * x above 0; below, x times a slope: in training one drawn for each element from [lower, upper), in evaluation their mean.
 * @see Xu et al. 2015, https://arxiv.org/abs/1505.00853; https://pytorch.org/docs/stable/generated/torch.nn.RReLU.html
 * @example
 * new nn.RReLU({ lower: 0.2, upper: 0.4 }).eval().forward(tensor([-1, 2])); // [-0.3, 2.0]
 */
export class RReLU extends Module {
  static override readonly className: string = 'RReLU';
  static override readonly kind: LayerKind | null = 'random';
  /** The smallest slope below 0. */
  readonly lower: number;
  /** The largest slope below 0. */
  readonly upper: number;
  /** Whether the input itself is changed. */
  readonly inplace: boolean;

  /**
   * x above 0; below, x times a slope: in training one drawn for each element from [lower, upper), in evaluation their mean.
   * @param lower default 1/8.
   * @param upper default 1/3.
   * @param inplace default false. All also by name, in one object.
   */
  constructor(
    lower?: number | Omit<RreluOptions, 'training'>,
    upper?: number | Omit<RreluOptions, 'training' | 'lower'>,
    inplace?: boolean | InPlaceOption,
  ) {
    super();
    const options = readArguments(classNameOf(new.target), { lower: 1 / 8, upper: 1 / 3, inplace: false }, [lower, upper, inplace]);
    checkSlopes(classNameOf(new.target), options.lower, options.upper);
    this.lower = options.lower;
    this.upper = options.upper;
    this.inplace = options.inplace;
  }

  forward(x: Tensor): Tensor {
    return rrelu(x, this.lower, this.upper, this.training, this.inplace);
  }

  override extraRepr(): string {
    return activationText(`lower=${float(this.lower)}, upper=${float(this.upper)}`, this.inplace);
  }
}
