/** Images mirrored: hflip and vflip, RandomHorizontalFlip and RandomVerticalFlip. */

import { add, sub } from '../../../ops/elementwise/binary.js';
import { neg } from '../../../ops/elementwise/unary.js';
import { flip } from '../../../ops/join/flip.js';
import { cat } from '../../../ops/join/join.js';
import { slice } from '../../../ops/view/select.js';
import type { Arguments } from '../../../tensor/arguments/arguments.js';
import { tooMany } from '../../../tensor/arguments/arguments.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { ImageLike } from '../base/image-like.js';
import { byKind, type Kinds } from '../base/kinds.js';
import { RandomTransform, type RandomTransformOptions, readProbability } from '../base/transform.js';
import type { BoundingBoxes } from '../base/tv-tensors.js';

const HORIZONTAL: Kinds = {
  image: (_, image) => image.transpose('flipLeftRight'),
  tensor: (_, x) => flip(x, [-1]),
  mask: (_, mask) => flip(mask, [-1]),
  boxes: (_, boxes) => mirroredBoxes(boxes, 0, boxes.canvasSize[1]),
  keypoints: (_, points) => cat([mirrored(column(points, 0), points.canvasSize[1] - 1), column(points, 1)], -1),
};

const VERTICAL: Kinds = {
  image: (_, image) => image.transpose('flipTopBottom'),
  tensor: (_, x) => flip(x, [-2]),
  mask: (_, mask) => flip(mask, [-2]),
  boxes: (_, boxes) => mirroredBoxes(boxes, 1, boxes.canvasSize[0]),
  keypoints: (_, points) => cat([column(points, 0), mirrored(column(points, 1), points.canvasSize[0] - 1)], -1),
};

const column = (x: Tensor, i: number) => slice(x, -1, i, i + 1);

/** `length - x`, in torchvision's order of operations. */
const mirrored = (x: Tensor, length: number) => neg(sub(x, length));

/** Boxes mirrored along x (0) or y (1). */
function mirroredBoxes(boxes: BoundingBoxes, axis: 0 | 1, length: number): Tensor {
  const columns = [0, 1, 2, 3].map((i) => column(boxes, i));
  const [place, other] = [columns[axis]!, columns[axis + 2]!];
  if (boxes.format === 'XYXY') [columns[axis], columns[axis + 2]] = [mirrored(other, length), mirrored(place, length)];
  else columns[axis] = mirrored(boxes.format === 'XYWH' ? add(place, other) : place, length);
  return cat(columns, -1);
}

/**
 * An image mirrored left to right.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.hflip.html
 * @example
 * transforms.functional.hflip(tensor([[[1, 2, 3]]])); // [[[3, 2, 1]]]
 */
export function hflip<I extends ImageLike>(image: I): I {
  if (arguments.length > 1) tooMany('hflip', 1, arguments);
  return byKind('hflip', HORIZONTAL, image);
}

/**
 * An image mirrored top to bottom.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.vflip.html
 * @example
 * transforms.functional.vflip(tensor([[[1, 2], [3, 4]]])); // [[[3, 4], [1, 2]]]
 */
export function vflip<I extends ImageLike>(image: I): I {
  if (arguments.length > 1) tooMany('vflip', 1, arguments);
  return byKind('vflip', VERTICAL, image);
}

/** The options of {@link RandomHorizontalFlip}, and of {@link RandomVerticalFlip}. */
export interface RandomFlipOptions extends RandomTransformOptions {}

/**
 * Mirrors an image left to right with probability `p`, drawing as torchvision does: one number for each image.
 * @throws {ArgumentError} unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomHorizontalFlip.html
 * @example
 * new transforms.RandomHorizontalFlip(1).forward(tensor([[[1, 2, 3]]])); // [[[3, 2, 1]]]
 */
export class RandomHorizontalFlip extends RandomTransform {
  static override readonly className: string = 'RandomHorizontalFlip';

  constructor(...args: Arguments<RandomFlipOptions, [p: 'p']>) {
    super(readProbability(classNameOf(new.target), args));
  }

  protected applied<I extends ImageLike>(input: I): I {
    return this.byKind(HORIZONTAL, input);
  }
}

/**
 * Mirrors an image top to bottom with probability `p`, drawing as torchvision does: one number for each image.
 * @throws {ArgumentError} unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomVerticalFlip.html
 * @example
 * new transforms.RandomVerticalFlip(1).forward(tensor([[[1, 2], [3, 4]]])); // [[[3, 4], [1, 2]]]
 */
export class RandomVerticalFlip extends RandomTransform {
  static override readonly className: string = 'RandomVerticalFlip';

  constructor(...args: Arguments<RandomFlipOptions, [p: 'p']>) {
    super(readProbability(classNameOf(new.target), args));
  }

  protected applied<I extends ImageLike>(input: I): I {
    return this.byKind(VERTICAL, input);
  }
}
