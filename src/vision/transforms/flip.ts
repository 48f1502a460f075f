/** Transforms that mirror an image at random. */
import { type Arguments, readArguments } from '../../tensor/arguments/arguments.js';
import { probability } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { rand } from '../../tensor/create/random.js';
import { item } from '../../tensor/values/transfer.js';
import { hflip, vflip } from './functional.js';
import { type ImageLike, probabilityText, Transform } from './transform.js';

/** The options of {@link RandomHorizontalFlip}, and of {@link RandomVerticalFlip}. */
export interface RandomFlipOptions {
  /** How likely an image is mirrored. Default: 0.5. */
  p?: number;
}

/** @internal What both flips have in common. */
abstract class RandomFlip extends Transform {
  /** How likely an image is mirrored. */
  readonly p: number;

  constructor(...args: Arguments<RandomFlipOptions, [p: 'p']>) {
    super();
    const op = classNameOf(new.target);
    this.p = probability(op, 'p', readArguments(op, { p: 0.5 }, args).p);
  }

  forward<I extends ImageLike>(image: I): I {
    // A number of float32 is compared with p as float32, as in PyTorch.
    return item(rand(1)) < Math.fround(this.p) ? this.flipped(image) : image;
  }

  protected abstract flipped<I extends ImageLike>(image: I): I;

  protected override extraRepr(): string {
    return `p=${probabilityText(this.p)}`;
  }
}

/**
 * Mirrors an image left to right with probability `p`, drawing as torchvision does: one number for each image.
 * @throws {ArgumentError} unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomHorizontalFlip.html
 * @example
 * new transforms.RandomHorizontalFlip(1).forward(tensor([[[1, 2, 3]]])); // [[[3, 2, 1]]]
 */
export class RandomHorizontalFlip extends RandomFlip {
  static override readonly className: string = 'RandomHorizontalFlip';

  protected flipped<I extends ImageLike>(image: I): I {
    return hflip(image);
  }
}

/**
 * Mirrors an image top to bottom with probability `p`, drawing as torchvision does: one number for each image.
 * @throws {ArgumentError} unless p is from 0 to 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomVerticalFlip.html
 * @example
 * new transforms.RandomVerticalFlip(1).forward(tensor([[[1, 2], [3, 4]]])); // [[[3, 4], [1, 2]]]
 */
export class RandomVerticalFlip extends RandomFlip {
  static override readonly className: string = 'RandomVerticalFlip';

  protected flipped<I extends ImageLike>(image: I): I {
    return vflip(image);
  }
}
