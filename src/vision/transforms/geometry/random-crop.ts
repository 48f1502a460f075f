/** Parts of images at random places: RandomCrop. */
import { ArgumentError } from '../../../errors.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { oneOf } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { checkFill } from '../base/arguments.js';
import { drawInt } from '../base/draws.js';
import { tupleText } from '../base/functions.js';
import type { ImageLike } from '../base/image-like.js';
import { querySize } from '../base/kinds.js';
import { CROP, Crop, type CropOptions } from './crop.js';
import { type Margins, PAD, PADDING_MODES, type PaddingMode, type Sides, sidesOf } from './pad.js';

/** What {@link RandomCrop} draws: the margins that are put around the image one after the other, and the place of the part. */
export interface RandomCropParams {
  /** Left, top, right and bottom. */
  readonly margins: readonly Sides[];
  /** The row at which it begins. */
  readonly top: number;
  /** The column at which it begins. */
  readonly left: number;
}

/** The options of {@link RandomCrop}. */
export interface RandomCropOptions extends CropOptions {
  /** Margins that are put around the image first. Default: none. */
  padding?: Margins | null;
  /** Whether an image that is smaller is padded on both sides to make up the difference. Default: false. */
  padIfNeeded?: boolean;
  /** What 'constant' fills with; an Image takes a list, too, with one for each channel. Default: 0. */
  fill?: number | readonly number[];
  /** What fills the margins. Default: 'constant'. */
  paddingMode?: PaddingMode;
}

/**
 * Cuts a part out of an image, at a place drawn as torchvision does: the top, then the left.
 * @throws {ArgumentError} for values that cannot be meant, and an image smaller than the size.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomCrop.html
 * @example
 * new transforms.RandomCrop(32, { padding: 4 }).forward(rand(3, 32, 32)).shape; // [3, 32, 32]
 */
export class RandomCrop extends Crop<RandomCropParams> {
  static override readonly className: string = 'RandomCrop';
  /** Margins that are put around the image first, as they were given. */
  readonly padding: Margins | null;
  /** Whether an image that is smaller is padded to make up the difference. */
  readonly padIfNeeded: boolean;
  /** What 'constant' fills with. */
  readonly fill: number | readonly number[];
  /** What fills the margins. */
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

  override makeParams(inputs: readonly ImageLike[]): RandomCropParams {
    const op = classNameOf(this);
    const [height, width] = this.size;
    let [h, w] = querySize(op, inputs);
    const margins: Sides[] = [];
    const pad = (sides: Sides) => {
      margins.push(sides);
      [h, w] = [h + sides[1] + sides[3], w + sides[0] + sides[2]];
    };
    if (this.padding !== null) pad(sidesOf(op, this.padding));
    if (this.padIfNeeded && w < width) pad([width - w, 0, width - w, 0]);
    if (this.padIfNeeded && h < height) pad([0, height - h, 0, height - h]);
    if (h < height || w < width)
      throw new ArgumentError(
        `${op}: size is [${height}, ${width}], larger than the image [${h}, ${w}]. Pass padIfNeeded: true, or resize the image first.`,
      );
    if (h === height && w === width) return { margins, top: 0, left: 0 };
    const top = drawInt(0, h - height + 1);
    const left = drawInt(0, w - width + 1);
    return { margins, top, left };
  }

  transform<I extends ImageLike>(input: I, { margins, top, left }: RandomCropParams): I {
    const padded = margins.reduce((x, sides) => this.byKind(PAD, x, sides, this.fill, this.paddingMode), input);
    return this.byKind(CROP, padded, top, left, ...this.size);
  }

  protected override extraRepr(): string {
    return `${super.extraRepr()}, padding=${this.padding === null ? 'None' : tupleText(this.padding)}`;
  }
}
