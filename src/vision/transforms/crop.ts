/** Transforms that cut images, and that put margins around them. */
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { oneOf } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { pythonBool } from '../../tensor/arguments/python-text.js';
import { randint } from '../../tensor/create/random.js';
import { item } from '../../tensor/values/transfer.js';
import {
  centerCrop,
  checkFill,
  crop,
  type FiveCrops,
  fiveCrop,
  getDimensions,
  type Margins,
  PADDING_MODES,
  type PaddingMode,
  padOf,
  type Size,
  sidesOf,
  sizeOf,
  tenCrop,
} from './functional.js';
import { type ImageLike, Transform, tupleText } from './transform.js';

/** The options of {@link CenterCrop}, and of {@link FiveCrop}. */
export interface CropOptions {
  /** Height and width, or one number for both. */
  size: Size;
}

/** @internal What the crops have in common. */
abstract class Crop extends Transform {
  /** Height and width. */
  readonly size: readonly [height: number, width: number];

  constructor(size: Size) {
    super();
    this.size = sizeOf(classNameOf(new.target), size);
  }

  protected override extraRepr(): string {
    return `size=${tupleText(this.size)}`;
  }
}

const NO_SIZE = { size: required };

/**
 * Cuts the middle out of an image; an image that is smaller is padded with 0 first.
 * @throws {ArgumentError} unless the size is a whole number, or two, of at least 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.CenterCrop.html
 * @example
 * new transforms.CenterCrop([2, 4]).forward(rand(3, 5, 7)).shape; // [3, 2, 4]
 */
export class CenterCrop extends Crop {
  static override readonly className: string = 'CenterCrop';

  constructor(...args: Arguments<CropOptions, [size: 'size']>) {
    super(readArguments(classNameOf(new.target), NO_SIZE, args).size);
  }

  forward<I extends ImageLike>(image: I): I {
    return centerCrop(image, this.size);
  }
}

/**
 * Cuts out the four corners of an image, and its middle.
 * @throws {ArgumentError} unless the size is a whole number, or two, of at least 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.FiveCrop.html
 * @example
 * new transforms.FiveCrop(2).forward(rand(3, 5, 7)).length; // 5
 */
export class FiveCrop extends Crop {
  static override readonly className: string = 'FiveCrop';

  constructor(...args: Arguments<CropOptions, [size: 'size']>) {
    super(readArguments(classNameOf(new.target), NO_SIZE, args).size);
  }

  forward<I extends ImageLike>(image: I): FiveCrops<I> {
    return fiveCrop(image, this.size);
  }
}

/** The options of {@link TenCrop}. */
export interface TenCropOptions extends CropOptions {
  /** Whether the mirror image is upside down instead. Default: false. */
  verticalFlip?: boolean;
}

/**
 * Cuts out the four corners of an image and its middle, and those of its mirror image.
 * @throws {ArgumentError} unless the size is a whole number, or two, of at least 1.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.TenCrop.html
 * @example
 * new transforms.TenCrop(2).forward(rand(3, 5, 7)).length; // 10
 */
export class TenCrop extends Crop {
  static override readonly className: string = 'TenCrop';
  /** Whether the mirror image is upside down instead. */
  readonly verticalFlip: boolean;

  constructor(...args: Arguments<TenCropOptions, [size: 'size', verticalFlip: 'verticalFlip']>) {
    const { size, verticalFlip } = readArguments(classNameOf(new.target), { size: required, verticalFlip: false }, args);
    super(size);
    this.verticalFlip = verticalFlip;
  }

  forward<I extends ImageLike>(image: I): I[] {
    return tenCrop(image, this.size, this.verticalFlip);
  }

  protected override extraRepr(): string {
    return `${super.extraRepr()}, vertical_flip=${pythonBool(this.verticalFlip)}`;
  }
}

/** The options of {@link Pad}. */
export interface PadOptions {
  /** The margins. */
  padding: Margins;
  /** What 'constant' fills with; an Image takes a list, too, with one for each channel. Default: 0. */
  fill?: number | readonly number[];
  /** What stands in the margins. Default: 'constant'. */
  paddingMode?: PaddingMode;
}

/**
 * Puts margins around an image.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Pad.html
 * @example
 * new transforms.Pad(1, { paddingMode: 'edge' }).forward(tensor([[[1, 2]]])).shape; // [1, 3, 4]
 */
export class Pad extends Transform {
  static override readonly className: string = 'Pad';
  /** The margins, as they were given. */
  readonly padding: Margins;
  /** What 'constant' fills with. */
  readonly fill: number | readonly number[];
  /** What stands in the margins. */
  readonly paddingMode: PaddingMode;

  constructor(...args: Arguments<PadOptions, [padding: 'padding', fill: 'fill', paddingMode: 'paddingMode']>) {
    super();
    const op = classNameOf(new.target);
    const { padding, fill, paddingMode } = readArguments<Required<PadOptions>>(
      op,
      { padding: required, fill: null as never, paddingMode: 'constant' },
      args,
    );
    sidesOf(op, padding);
    this.padding = padding;
    this.fill = checkFill(op, fill ?? 0);
    this.paddingMode = oneOf(op, 'paddingMode', paddingMode, PADDING_MODES);
  }

  forward<I extends ImageLike>(image: I): I {
    return padOf(classNameOf(this), image, sidesOf('Pad', this.padding), this.fill, this.paddingMode);
  }

  protected override extraRepr(): string {
    return `padding=${tupleText(this.padding)}, fill=${tupleText(this.fill)}, padding_mode=${this.paddingMode}`;
  }
}

/** The options of {@link RandomCrop}. */
export interface RandomCropOptions extends CropOptions {
  /** Margins that are put around the image first. Default: none. */
  padding?: Margins | null;
  /** Whether an image that is smaller is padded on both sides by what it lacks. Default: false. */
  padIfNeeded?: boolean;
  /** What 'constant' fills with; an Image takes a list, too, with one for each channel. Default: 0. */
  fill?: number | readonly number[];
  /** What stands in the margins. Default: 'constant'. */
  paddingMode?: PaddingMode;
}

/**
 * Cuts a part out of an image, at a place drawn as torchvision does: the top, then the left.
 * @throws {ArgumentError} for values that cannot be meant, and an image smaller than the size.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomCrop.html
 * @example
 * new transforms.RandomCrop(32, { padding: 4 }).forward(rand(3, 32, 32)).shape; // [3, 32, 32]
 */
export class RandomCrop extends Crop {
  static override readonly className: string = 'RandomCrop';
  /** Margins that are put around the image first, as they were given. */
  readonly padding: Margins | null;
  /** Whether an image that is smaller is padded by what it lacks. */
  readonly padIfNeeded: boolean;
  /** What 'constant' fills with. */
  readonly fill: number | readonly number[];
  /** What stands in the margins. */
  readonly paddingMode: PaddingMode;

  constructor(
    ...args: Arguments<
      RandomCropOptions,
      [size: 'size', padding: 'padding', padIfNeeded: 'padIfNeeded', fill: 'fill', paddingMode: 'paddingMode']
    >
  ) {
    const op = classNameOf(new.target);
    const { size, padding, padIfNeeded, fill, paddingMode } = readArguments<Required<RandomCropOptions>>(
      op,
      { size: required, padding: null, padIfNeeded: false, fill: null as never, paddingMode: 'constant' },
      args,
    );
    super(size);
    if (padding !== null) sidesOf(op, padding);
    this.padding = padding;
    this.padIfNeeded = padIfNeeded;
    this.fill = checkFill(op, fill ?? 0);
    this.paddingMode = oneOf(op, 'paddingMode', paddingMode, PADDING_MODES);
  }

  forward<I extends ImageLike>(image: I): I {
    const op = classNameOf(this);
    const [height, width] = this.size;
    const padded = (x: I, sides: readonly [number, number, number, number]) => padOf(op, x, sides, this.fill, this.paddingMode);
    let out = this.padding === null ? image : padded(image, sidesOf(op, this.padding));
    let [, h, w] = getDimensions(out);
    if (this.padIfNeeded && w < width) out = padded(out, [width - w, 0, width - w, 0]);
    if (this.padIfNeeded && h < height) out = padded(out, [0, height - h, 0, height - h]);
    [, h, w] = getDimensions(out);
    if (h < height || w < width)
      throw new ArgumentError(
        `${op}: size is [${height}, ${width}], larger than the image [${h}, ${w}]. Pass padIfNeeded: true, or resize the image first.`,
      );
    if (h === height && w === width) return crop(out, 0, 0, h, w);
    const top = item(randint(0, h - height + 1, [1]));
    const left = item(randint(0, w - width + 1, [1]));
    return crop(out, top, left, height, width);
  }

  protected override extraRepr(): string {
    return `${super.extraRepr()}, padding=${this.padding === null ? 'None' : tupleText(this.padding)}`;
  }
}
