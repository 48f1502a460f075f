/** What an operation does with each kind of input (the head of transform.ts shows how), and the sizes of the inputs of a sample. */

import { ArgumentError, ShapeError } from '../../../errors.js';
import { tooMany } from '../../../tensor/arguments/arguments.js';
import { show } from '../../../tensor/arguments/show.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { Image } from '../../image/image.js';
import { assertEitherKind, assertImageLike, getDimensions, type ImageLike } from './image-like.js';
import { BoundingBoxes, KeyPoints, Mask, TVTensor, Video, Image as WrappedImage, wrap } from './tv-tensors.js';

/**
 * What an operation does with each kind of input. `op` is the name for errors. Tensors that come out are wrapped as what went in, with its
 * format and canvas; where these change, give `wrap(x, { like: boxes, canvasSize })` instead.
 */
export interface Kinds<Args extends readonly unknown[] = []> {
  /** Images of 8 bits. */
  image(op: string, image: Image, ...args: Args): Image;
  /** Tensors [..., C, H, W]: plain ones, `tvTensors.Image` and `tvTensors.Video`. */
  tensor(op: string, image: Tensor, ...args: Args): Tensor;
  /** Masks [..., H, W]. */
  mask?(op: string, mask: Mask, ...args: Args): Tensor;
  /** Bounding boxes [N, 4]. */
  boxes?(op: string, boxes: BoundingBoxes, ...args: Args): Tensor;
  /** Points [..., 2]. */
  keypoints?(op: string, points: KeyPoints, ...args: Args): Tensor;
}

/** An operation on one input. @throws {ArgumentError} for a kind that the operation does not know. */
export function byKind<I extends ImageLike, Args extends readonly unknown[]>(op: string, kinds: Kinds<Args>, input: I, ...args: Args): I {
  return applied(op, kinds, input, args, true);
}

/** {@link byKind}, which gives the input back where the operation does not know its kind. */
export function byKindOrPass<I extends ImageLike, Args extends readonly unknown[]>(
  op: string,
  kinds: Kinds<Args>,
  input: I,
  ...args: Args
): I {
  return applied(op, kinds, input, args, false);
}

function applied<I extends ImageLike, Args extends readonly unknown[]>(
  op: string,
  kinds: Kinds<Args>,
  input: I,
  args: Args,
  strict: boolean,
): I {
  if (input instanceof Image) return kinds.image(op, input, ...args) as I;
  assertEitherKind(op, input);
  if (!(input instanceof TVTensor)) {
    assertImageLike(op, input);
    return kinds.tensor(op, input as Tensor, ...args) as I;
  }
  const out = ofWrapped(op, kinds, input, args);
  if (out !== undefined) return wrap(out, { like: input }) as unknown as I;
  if (!strict) return input;
  throw new ArgumentError(`${op}: got ${show(input)} of kind ${kindOf(input)}, which it does not take. Pass the image alone.`);
}

function ofWrapped<Args extends readonly unknown[]>(op: string, kinds: Kinds<Args>, input: TVTensor, args: Args): Tensor | undefined {
  if (input instanceof WrappedImage || input instanceof Video) return kinds.tensor(op, input, ...args);
  if (input instanceof Mask) return kinds.mask?.(op, input, ...args);
  if (input instanceof BoundingBoxes) return kinds.boxes?.(op, input, ...args);
  if (input instanceof KeyPoints) return kinds.keypoints?.(op, input, ...args);
  return undefined;
}

const kindOf = (input: TVTensor): string =>
  input instanceof Mask ? 'Mask' : input instanceof BoundingBoxes ? 'BoundingBoxes' : input instanceof KeyPoints ? 'KeyPoints' : 'TVTensor';

/** Height and width of an input of any kind; boxes and points have those of their canvas. */
export function getSize(input: ImageLike): [height: number, width: number] {
  if (arguments.length > 1) tooMany('getSize', 1, arguments);
  if (input instanceof BoundingBoxes || input instanceof KeyPoints) return [...input.canvasSize];
  const [, height, width] = getDimensions(input);
  return [height, width];
}

/** Height and width, which all inputs share. @throws {ShapeError} where they differ. @throws {ArgumentError} where there is no input. */
export function querySize(op: string, inputs: readonly ImageLike[]): [height: number, width: number] {
  return same(op, inputs.map(getSize), 'height and width', 'image, mask, boxes or points') as [number, number];
}

/** Channels, height and width, which all images share. @throws {ShapeError} where they differ. @throws {ArgumentError} without an image. */
export function queryChw(op: string, inputs: readonly ImageLike[]): [channels: number, height: number, width: number] {
  const images = inputs.filter((input) => !(input instanceof TVTensor) || input instanceof WrappedImage || input instanceof Video);
  return same(op, images.map(getDimensions), 'channels, height and width', 'image') as [number, number, number];
}

function same(op: string, sizes: readonly (readonly number[])[], what: string, kinds: string): number[] {
  const first = sizes[0];
  if (first === undefined) throw new ArgumentError(`${op}: the sample has no ${kinds}.`);
  const other = sizes.find((size) => size.some((n, i) => n !== first[i]));
  if (other !== undefined)
    throw new ShapeError(
      `${op}: inputs of one sample have ${what} of [${first.join(', ')}] and [${other.join(', ')}], expected the same for all of them.`,
    );
  return [...first];
}
