/** Layers that exchange channels and pixels. */

import { tooMany } from '../../tensor/arguments.js';
import { countOf } from '../../tensor/checks.js';
import { classNameOf } from '../../tensor/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';
import { channelShuffle, pixelShuffle, pixelUnshuffle } from './pixel-shuffle-functional.js';

/**
 * Channels become pixels: [..., C r^2, H, W] to [..., C, H r, W r], r the factor.
 * @see Shi et al. 2016, https://arxiv.org/abs/1609.05158; https://pytorch.org/docs/stable/generated/torch.nn.PixelShuffle.html
 * @example
 * new nn.PixelShuffle(2).forward(ones([1, 8, 3, 3])).shape; // [1, 2, 6, 6]
 */
export class PixelShuffle extends Module {
  static override readonly className: string = 'PixelShuffle';
  constructor(
    /** How many times as large each side becomes. */
    readonly upscaleFactor: number,
  ) {
    super();
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
    countOf(classNameOf(new.target), 'upscaleFactor', upscaleFactor, 1);
  }

  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor);
  }

  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

/**
 * Pixels become channels: [..., C, H r, W r] to [..., C r^2, H, W].
 * @see https://pytorch.org/docs/stable/generated/torch.nn.PixelUnshuffle.html
 * @example
 * new nn.PixelUnshuffle(2).forward(ones([1, 2, 6, 6])).shape; // [1, 8, 3, 3]
 */
export class PixelUnshuffle extends Module {
  static override readonly className: string = 'PixelUnshuffle';
  constructor(
    /** How many times as small each side becomes. */
    readonly downscaleFactor: number,
  ) {
    super();
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
    countOf(classNameOf(new.target), 'downscaleFactor', downscaleFactor, 1);
  }

  forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.downscaleFactor);
  }

  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}

/**
 * Channels of `groups` groups by turns. [N, C, ...] keeps its shape.
 * @see Zhang et al. 2017, https://arxiv.org/abs/1707.01083; https://pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html
 * @example
 * new nn.ChannelShuffle(2).forward(tensor([1, 2, 3, 4]).reshape(1, 4, 1)); // [[[1], [3], [2], [4]]]
 */
export class ChannelShuffle extends Module {
  static override readonly className: string = 'ChannelShuffle';
  constructor(
    /** How many groups the channels are cut into. */
    readonly groups: number,
  ) {
    super();
    if (arguments.length > 1) tooMany(classNameOf(new.target), 1, arguments);
    countOf(classNameOf(new.target), 'groups', groups, 1);
  }

  forward(x: Tensor): Tensor {
    return channelShuffle(x, this.groups);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}
