/** Channels and pixels that change places: functions and layers. */
import { named } from '../../autograd/node.js';
import { ShapeError, showShape } from '../../errors.js';
import { contiguous, formatOf } from '../../ops/view/copy.js';
import { permute, reshape } from '../../ops/view/movement.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertTensor, countOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module/module.js';

/** The options of {@link pixelShuffle} and {@link PixelShuffle}. */
export interface PixelShuffleOptions {
  /** How many times as large each side becomes. */
  upscaleFactor: number;
}

/** The options of {@link pixelUnshuffle} and {@link PixelUnshuffle}. */
export interface PixelUnshuffleOptions {
  /** How many times as small each side becomes. */
  downscaleFactor: number;
}

/** The options of {@link channelShuffle} and {@link ChannelShuffle}. */
export interface ChannelShuffleOptions {
  /** How many groups the channels are cut into. */
  groups: number;
}

type PixelShuffleArguments = Arguments<PixelShuffleOptions, [upscaleFactor: 'upscaleFactor']>;
type PixelUnshuffleArguments = Arguments<PixelUnshuffleOptions, [downscaleFactor: 'downscaleFactor']>;
type ChannelShuffleArguments = Arguments<ChannelShuffleOptions, [groups: 'groups']>;

function checkImage(op: string, x: Tensor): [number[], number, number, number] {
  assertTensor(op, 'x', x);
  if (x.ndim < 3) throw new ShapeError(`${op}: x is ${showShape(x.shape)}, expected [..., C, H, W].`);
  const [c, h, w] = x.shape.slice(-3) as [number, number, number];
  return [x.shape.slice(0, -3), c, h, w];
}

/**
 * Channels become pixels: [..., C r^2, H, W] to [..., C, H r, W r], r the factor.
 * @throws {ShapeError} unless r^2 divides the channels. @throws {ArgumentError} for a factor below 1.
 * @see Shi et al. 2016, https://arxiv.org/abs/1609.05158; https://pytorch.org/docs/stable/generated/torch.nn.functional.pixel_shuffle.html
 * @example
 * F.pixelShuffle(tensor([1, 2, 3, 4]).reshape(1, 4, 1, 1), 2); // [[[[1, 2], [3, 4]]]]
 */
export function pixelShuffle(x: Tensor, ...args: PixelShuffleArguments): Tensor {
  return pixelShuffleOf(x, readArguments('pixelShuffle', { upscaleFactor: required }, args).upscaleFactor);
}

function pixelShuffleOf(x: Tensor, upscaleFactor: number): Tensor {
  countOf('pixelShuffle', 'upscaleFactor', upscaleFactor, 1);
  const r = upscaleFactor;
  const [lead, c, h, w] = checkImage('pixelShuffle', x);
  if (c % (r * r) !== 0)
    throw new ShapeError(
      `pixelShuffle: x ${showShape(x.shape)} has ${c} channels, which ${r * r} (upscaleFactor ${r} squared) does not divide.`,
    );
  const d = lead.length;
  const parts = reshape(x, [...lead, c / (r * r), r, r, h, w]);
  const order = [...lead.keys(), d, d + 3, d + 1, d + 4, d + 2];
  return named('PixelShuffle', formatOf(reshape(permute(parts, order), [...lead, c / (r * r), h * r, w * r]), x));
}

/**
 * Pixels become channels: [..., C, H r, W r] to [..., C r^2, H, W]; takes {@link pixelShuffle} back.
 * @throws {ShapeError} unless r divides height and width. @throws {ArgumentError} for a factor below 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.pixel_unshuffle.html
 * @example
 * F.pixelUnshuffle(ones([1, 2, 6, 6]), 2).shape; // [1, 8, 3, 3]
 */
export function pixelUnshuffle(x: Tensor, ...args: PixelUnshuffleArguments): Tensor {
  return pixelUnshuffleOf(x, readArguments('pixelUnshuffle', { downscaleFactor: required }, args).downscaleFactor);
}

function pixelUnshuffleOf(x: Tensor, downscaleFactor: number): Tensor {
  countOf('pixelUnshuffle', 'downscaleFactor', downscaleFactor, 1);
  const r = downscaleFactor;
  const [lead, c, h, w] = checkImage('pixelUnshuffle', x);
  if (h % r !== 0 || w % r !== 0)
    throw new ShapeError(`pixelUnshuffle: x ${showShape(x.shape)} is ${h} x ${w}, which downscaleFactor ${r} does not divide.`);
  const d = lead.length;
  const parts = reshape(x, [...lead, c, h / r, r, w / r, r]);
  const order = [...lead.keys(), d, d + 2, d + 4, d + 1, d + 3];
  return named('PixelUnshuffle', formatOf(reshape(permute(parts, order), [...lead, c * r * r, h / r, w / r]), x));
}

/**
 * Channels in another order: those of `groups` groups by turns. [N, C, ...] keeps its shape.
 * @throws {ShapeError} for fewer than 3 dims, or groups that do not divide the channels. @throws {ArgumentError} for groups below 1.
 * @see Zhang et al. 2017, https://arxiv.org/abs/1707.01083; https://pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html
 * @example
 * F.channelShuffle(tensor([1, 2, 3, 4]).reshape(1, 4, 1), 2); // [[[1], [3], [2], [4]]]
 */
export function channelShuffle(x: Tensor, ...args: ChannelShuffleArguments): Tensor {
  return channelShuffleOf(x, readArguments('channelShuffle', { groups: required }, args).groups);
}

function channelShuffleOf(x: Tensor, groups: number): Tensor {
  countOf('channelShuffle', 'groups', groups, 1);
  assertTensor('channelShuffle', 'x', x);
  if (x.ndim < 3) throw new ShapeError(`channelShuffle: x is ${showShape(x.shape)}, expected [N, C, ...] of at least 3 dims.`);
  const [n, c] = x.shape as [number, number];
  const rest = x.shape.slice(2);
  if (c % groups !== 0)
    throw new ShapeError(`channelShuffle: ${groups} groups do not divide the ${c} channels of x ${showShape(x.shape)}.`);
  const parts = reshape(x, [n, groups, c / groups, ...rest]);
  const shuffled = permute(parts, [0, 2, 1, ...rest.map((_, i) => i + 3)]);
  return named('ChannelShuffle', formatOf(reshape(contiguous(shuffled), x.shape), x));
}

/**
 * Channels become pixels: [..., C r^2, H, W] to [..., C, H r, W r], r the factor.
 * @see Shi et al. 2016, https://arxiv.org/abs/1609.05158; https://pytorch.org/docs/stable/generated/torch.nn.PixelShuffle.html
 * @example
 * new nn.PixelShuffle(2).forward(ones([1, 8, 3, 3])).shape; // [1, 2, 6, 6]
 */
export class PixelShuffle extends Module {
  static override readonly className: string = 'PixelShuffle';
  /** How many times as large each side becomes. */
  readonly upscaleFactor: number;

  constructor(...args: PixelShuffleArguments) {
    super();
    const name = classNameOf(new.target);
    this.upscaleFactor = countOf(name, 'upscaleFactor', readArguments(name, { upscaleFactor: required }, args).upscaleFactor, 1);
  }

  /** @returns x, rearranged. */
  forward(x: Tensor): Tensor {
    return pixelShuffleOf(x, this.upscaleFactor);
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
  /** How many times as small each side becomes. */
  readonly downscaleFactor: number;

  constructor(...args: PixelUnshuffleArguments) {
    super();
    const name = classNameOf(new.target);
    this.downscaleFactor = countOf(name, 'downscaleFactor', readArguments(name, { downscaleFactor: required }, args).downscaleFactor, 1);
  }

  /** @returns x, rearranged. */
  forward(x: Tensor): Tensor {
    return pixelUnshuffleOf(x, this.downscaleFactor);
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
  /** How many groups the channels are cut into. */
  readonly groups: number;

  constructor(...args: ChannelShuffleArguments) {
    super();
    const name = classNameOf(new.target);
    this.groups = countOf(name, 'groups', readArguments(name, { groups: required }, args).groups, 1);
  }

  /** @returns x, rearranged. */
  forward(x: Tensor): Tensor {
    return channelShuffleOf(x, this.groups);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}
