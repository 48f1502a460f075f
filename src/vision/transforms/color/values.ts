/** The values of images as tensors: how large they get, and how two images are mixed. torchvision's v1 and v2 round at other places. */
import { loadedEngine } from '../../../engine/engine.js';
import { ShapeError, showShape } from '../../../errors.js';
import { add, mul } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { to } from '../../../ops/view/copy.js';
import { squeeze, unsqueeze } from '../../../ops/view/movement.js';
import { atLeast, finiteNumber } from '../../../tensor/arguments/checks.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { type DType, isFloating } from '../../../tensor/values/dtype.js';
import { Image } from '../../image/image.js';
import { byQuotient, byReciprocal, largest, scaled } from '../convert/to-dtype.js';

/** Whose roundings a tensor gets: those of `torchvision.transforms`, or of `torchvision.transforms.v2`. */
export type Version = 'v1' | 'v2';

/** An image as floats, without scaling: those of its own dtype where it has them. */
export const floatsOf = (x: Tensor): Tensor => (isFloating(x.dtype) ? x : to(x, 'float32'));

/** Values between 0 and the bound of a dtype, in that dtype. */
export const clipped = (x: Tensor, dtype: DType): Tensor => to(clamp(x, 0, largest(dtype)), dtype);

/**
 * x + alpha y, rounded once, as PyTorch's vectors have it: whether a byte is one more or less may hang on it. Where the engine's vectors cannot, by
 * way of float64, which holds all products of float32.
 */
export function addFused(x: Tensor, y: Tensor, alpha: number): Tensor {
  if (x.dtype === 'float64' || loadedEngine().host.isa.startsWith('avx')) return add(x, y, { alpha });
  return to(add(to(x, 'float64'), mul(to(y, 'float64'), Math.fround(alpha))), x.dtype);
}

/** `ratio` parts of an image and the rest of another, clipped. */
export function blended(x: Tensor, other: Tensor, ratio: number, version: Version): Tensor {
  const part = mul(floatsOf(x), ratio);
  const rest = floatsOf(other);
  return clipped(version === 'v1' ? add(part, mul(rest, 1 - ratio)) : addFused(part, rest, 1 - ratio), x.dtype);
}

/** An image in float32, scaled to 1. */
export const unitsOf = (op: string, x: Tensor, version: Version): Tensor =>
  scaled(op, x, 'float32', version === 'v1' ? byQuotient : byReciprocal);

/** An image of floats from 0 to 1 in another dtype, with the range of that. */
export const fromUnits = (op: string, x: Tensor, dtype: DType): Tensor => scaled(op, x, dtype, byReciprocal);

/** What `compute` makes of an image [..., 1 or 3, H, W]; [H, W] is one channel. @throws {ShapeError} for other channels. */
export function ofChannels(op: string, x: Tensor, compute: (x: Tensor, channels: number) => Tensor): Tensor {
  if (x.ndim === 2) return squeeze(ofChannels(op, unsqueeze(x, 0), compute), -3);
  const channels = x.shape[x.ndim - 3]!;
  if (channels !== 1 && channels !== 3)
    throw new ShapeError(`${op}: the image has shape ${showShape(x.shape)}, expected 1 or 3 channels: [..., 1, H, W] or [..., 3, H, W].`);
  return compute(x, channels);
}

/** A factor. @throws {ArgumentError} unless it is finite, and at least 0 for a tensor: of an Image Pillow takes negative ones, too. */
export function factorOf(op: string, name: string, image: unknown, factor: unknown): number {
  const number = finiteNumber(op, name, factor);
  return image instanceof Image ? number : atLeast(op, name, number, 0);
}
