/** Channels and positions that change places. */
import { named } from '../../autograd/node.js';
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { contiguous, formatOf } from '../../ops/view/copy.js';
import { permute, reshape } from '../../ops/view/movement.js';
import { tooMany } from '../../tensor/arguments.js';
import { assertTensor } from '../../tensor/checks.js';
import { show } from '../../tensor/show.js';
import type { Tensor } from '../../tensor/tensor.js';

function checkFactor(op: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected a whole number of at least 1.`);
}

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
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  if (arguments.length > 2) tooMany('pixelShuffle', 2, arguments);
  checkFactor('pixelShuffle', 'upscaleFactor', upscaleFactor);
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
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  if (arguments.length > 2) tooMany('pixelUnshuffle', 2, arguments);
  checkFactor('pixelUnshuffle', 'downscaleFactor', downscaleFactor);
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
export function channelShuffle(x: Tensor, groups: number): Tensor {
  if (arguments.length > 2) tooMany('channelShuffle', 2, arguments);
  checkFactor('channelShuffle', 'groups', groups);
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
