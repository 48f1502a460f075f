/** Images mirrored: hflip and vflip, RandomHorizontalFlip and RandomVerticalFlip. */
import { flip } from '../../../ops/join/flip.js';
import type { Arguments } from '../../../tensor/arguments/arguments.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import type { ImageLike } from '../base/image-like.js';
import { byKind, type Kinds } from '../base/kinds.js';
import { RandomTransform, type RandomTransformOptions, readProbability } from '../base/transform.js';

const HORIZONTAL: Kinds = {
  image: (_, image) => image.transpose('flipLeftRight'),
  tensor: (_, x) => flip(x, [-1]),
  mask: (_, mask) => flip(mask, [-1]),
};

const VERTICAL: Kinds = {
  image: (_, image) => image.transpose('flipTopBottom'),
  tensor: (_, x) => flip(x, [-2]),
  mask: (_, mask) => flip(mask, [-2]),
};

/**
 * An image mirrored left to right.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.hflip.html
 * @example
 * transforms.functional.hflip(tensor([[[1, 2, 3]]])); // [[[3, 2, 1]]]
 */
export function hflip<I extends ImageLike>(image: I): I {
  return byKind('hflip', HORIZONTAL, image);
}

/**
 * An image mirrored top to bottom.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.vflip.html
 * @example
 * transforms.functional.vflip(tensor([[[1, 2], [3, 4]]])); // [[[3, 4], [1, 2]]]
 */
export function vflip<I extends ImageLike>(image: I): I {
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
