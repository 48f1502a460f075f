/** Parts of images in another size: resizedCrop, and RandomResizedCrop. */
import { log } from '../../../ops/elementwise/unary.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { countOf, finiteNumber, unexpected, wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonFloat } from '../../../tensor/arguments/python-text.js';
import { tensor } from '../../../tensor/create/create.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import { Image } from '../../image/image.js';
import { refuseTwoSizes, type Size, sizeOf } from '../base/arguments.js';
import { drawInt, drawUniform } from '../base/draws.js';
import { tupleText } from '../base/functions.js';
import type { ImageLike } from '../base/image-like.js';
import { type Interpolation, interpolationOf, interpolationText } from '../base/interpolation.js';
import { byKind, byKindOrPass, getSize, querySize } from '../base/kinds.js';
import { roundToEven } from '../base/round.js';
import { Transform } from '../base/transform.js';
import type { SizeRule } from '../batch/rules.js';
import { CROP } from './crop.js';
import {
  antialiasOf,
  antialiasText,
  checkResizeSize,
  NO_ANTIALIAS,
  RESIZE,
  type Resizing,
  resampleOf,
  resizedSize,
  warnOfAntialias,
} from './resize.js';

/** Where a part of an image lies. */
export interface RandomResizedCropParams {
  /** The row at which it begins. */
  readonly top: number;
  /** The column at which it begins. */
  readonly left: number;
  /** How many rows it has. */
  readonly height: number;
  /** How many columns it has. */
  readonly width: number;
}

/** The options of {@link resizedCrop}. */
export interface ResizedCropFunctionOptions {
  /** The size of the smaller side, the other one keeping the proportion of the part; or height and width. */
  size: Size;
  /** How values between pixels are interpolated. 'box' and 'hamming' are for an Image. Default: 'bilinear'. */
  interpolation?: Interpolation;
  /** Whether a tensor is smoothed where it becomes smaller; an Image always is. Default: true. */
  antialias?: boolean | null;
}

export type ResizedCropArguments = Arguments<
  ResizedCropFunctionOptions,
  [size: 'size', interpolation: 'interpolation', antialias: 'antialias']
>;

/** @internal In torchvision's order. */
export const RESIZED_CROP: Required<ResizedCropFunctionOptions> = { size: required, interpolation: 'bilinear', antialias: NO_ANTIALIAS };

/**
 * A part of an image in another size; what lies outside the image is 0.
 * @param args size, interpolation and antialias in this order, or by name.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.resized_crop.html
 * @example
 * transforms.functional.resizedCrop(rand(3, 40, 60), 10, 5, 20, 30, [8, 8]).shape; // [3, 8, 8]
 */
export function resizedCrop<I extends ImageLike>(
  image: I,
  top: number,
  left: number,
  height: number,
  width: number,
  ...args: ResizedCropArguments
): I {
  return resizedCropOf(image, { top, left, height, width }, readArguments('resizedCrop', RESIZED_CROP, args), false);
}

/** @internal {@link resizedCrop} whose arguments have been read. */
export function resizedCropOf<I extends ImageLike>(
  image: I,
  part: RandomResizedCropParams,
  { size, interpolation, antialias }: Required<ResizedCropFunctionOptions>,
  bytes: boolean,
): I {
  const op = 'resizedCrop';
  wholeNumber(op, 'top', part.top);
  wholeNumber(op, 'left', part.left);
  countOf(op, 'height', part.height, 1);
  countOf(op, 'width', part.width, 1);
  checkResizeSize(op, size, null);
  const how = { interpolation: interpolationOf(op, interpolation), antialias: antialiasOf(op, antialias), bytes };
  return cropAndResize(op, image, part, size, how, byKind);
}

/** A part in another size; `apply` says what becomes of kinds that are not known. */
function cropAndResize<I extends ImageLike>(
  op: string,
  input: I,
  { top, left, height, width }: RandomResizedCropParams,
  size: Size,
  how: Resizing,
  apply: typeof byKind,
): I {
  if (input instanceof Image && top >= 0 && left >= 0 && top + height <= input.height && left + width <= input.width) {
    warnOfAntialias(op, how.antialias);
    const [high, wide] = resizedSize(op, [height, width], size, null);
    return input.resizePart({ left, top, width, height }, wide, high, resampleOf(how.interpolation)) as I;
  }
  const part = apply(op, CROP, input, top, left, height, width);
  return apply(op, RESIZE, part, ...resizedSize(op, getSize(part), size, null), how);
}

/** The options of {@link RandomResizedCrop}. */
export interface RandomResizedCropOptions {
  /** Height and width, or one number for both. */
  size: Size;
  /** The range of the part's share of the image's area. Default: [0.08, 1]. */
  scale?: readonly [min: number, max: number];
  /** The range of the part's proportion of width to height. Default: [3 / 4, 4 / 3]. */
  ratio?: readonly [min: number, max: number];
  /** How values between pixels are interpolated. 'box' and 'hamming' are for an Image. Default: 'bilinear'. */
  interpolation?: Interpolation;
  /** Whether a tensor is smoothed where it becomes smaller; an Image always is. Default: true. */
  antialias?: boolean | null;
}

/** @internal */
export const GIVEN_SIZE: SizeRule<RandomResizedCrop> = ({ size }) => size;

/**
 * Cuts a part out of an image, of a random area, proportion and place, and gives it the same size always. Drawn as torchvision does: share of the
 * area, proportion, top and left; again where the part does not fit, after ten times the middle.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.RandomResizedCrop.html
 * @example
 * new transforms.RandomResizedCrop(8, { scale: [0.5, 1] }).forward(rand(3, 32, 32)).shape; // [3, 8, 8]
 */
export class RandomResizedCrop extends Transform<RandomResizedCropParams> {
  static override readonly className: string = 'RandomResizedCrop';
  /** @internal */
  static override readonly batchedSize: SizeRule<RandomResizedCrop> = GIVEN_SIZE;
  /** Height and width. */
  readonly size: readonly [height: number, width: number];
  /** The range of the part's share of the image's area. */
  readonly scale: readonly [min: number, max: number];
  /** The range of the part's proportion of width to height. */
  readonly ratio: readonly [min: number, max: number];
  /** How values between pixels are interpolated. */
  readonly interpolation: Interpolation;
  /** Whether a tensor is smoothed where it becomes smaller. */
  readonly antialias: boolean | null;
  private readonly logRatio: readonly [number, number];

  constructor(
    ...args: Arguments<
      RandomResizedCropOptions,
      [size: 'size', scale: 'scale', ratio: 'ratio', interpolation: 'interpolation', antialias: 'antialias']
    >
  ) {
    super();
    const op = classNameOf(new.target);
    refuseTwoSizes(op, args);
    const { size, scale, ratio, interpolation, antialias } = readArguments<Required<RandomResizedCropOptions>>(
      op,
      { size: required, scale: [0.08, 1], ratio: [3 / 4, 4 / 3], interpolation: 'bilinear', antialias: NO_ANTIALIAS },
      args,
    );
    this.size = sizeOf(op, size);
    this.scale = rangeOf(op, 'scale', scale, 0);
    this.ratio = rangeOf(op, 'ratio', ratio, Number.MIN_VALUE);
    this.interpolation = interpolationOf(op, interpolation);
    this.antialias = antialiasOf(op, antialias);
    const [low, high] = toTypedArray(log(tensor([...this.ratio], { dtype: 'float32' })));
    this.logRatio = [Number(low), Number(high)];
  }

  override makeParams(inputs: readonly ImageLike[]): RandomResizedCropParams {
    const [height, width] = querySize(classNameOf(this), inputs);
    const area = height * width;
    for (let tries = 0; tries < 10; tries++) {
      const target = area * drawUniform(...this.scale);
      const proportion = Math.fround(Math.exp(drawUniform(...this.logRatio)));
      const [w, h] = [roundToEven(Math.sqrt(target * proportion)), roundToEven(Math.sqrt(target / proportion))];
      if (w > 0 && w <= width && h > 0 && h <= height) {
        const top = drawInt(0, height - h + 1);
        return { top, left: drawInt(0, width - w + 1), height: h, width: w };
      }
    }
    // The largest part of an allowed proportion, in the middle.
    const [least, most] = [Math.min(...this.ratio), Math.max(...this.ratio)];
    const proportion = width / height;
    const h = proportion < least ? roundToEven(width / least) : height;
    const w = proportion > most ? roundToEven(height * most) : width;
    return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w };
  }

  transform<I extends ImageLike>(input: I, params: RandomResizedCropParams): I {
    const how = { interpolation: this.interpolation, antialias: this.antialias, bytes: this.bytes };
    return cropAndResize(classNameOf(this), input, params, this.size, how, byKindOrPass);
  }

  /** @internal Whether bytes of tensors are interpolated as such. */
  protected get bytes(): boolean {
    return false;
  }

  protected override extraRepr(): string {
    const { size, scale, ratio, interpolation, antialias } = this;
    const range = (name: string, values: readonly number[]) =>
      `${name}=(${values.map((x) => pythonFloat(Number(x.toFixed(4)))).join(', ')})`;
    return `size=${tupleText(size)}, ${range('scale', scale)}, ${range('ratio', ratio)}, interpolation=${interpolationText(interpolation)}, antialias=${antialiasText(antialias)}`;
  }
}

/** @throws {ArgumentError} for anything but two finite numbers of at least `least`, the smaller one first. */
function rangeOf(op: string, name: string, range: unknown, least: number): [min: number, max: number] {
  if (!Array.isArray(range) || range.length !== 2) throw unexpected(op, name, range, 'two numbers: [min, max]');
  const [low, high] = range.map((value: unknown, i) => finiteNumber(op, `${name}[${i}]`, value)) as [number, number];
  if (low < least || high < least)
    throw unexpected(op, name, range, least > 0 ? 'two numbers above 0: [min, max]' : 'two numbers of at least 0: [min, max]');
  if (low > high) throw unexpected(op, name, range, 'the smaller number first: [min, max]');
  return [low, high];
}
