/** Parts of images: crop and centerCrop, and CenterCrop. */
import { sub } from '../../../ops/elementwise/binary.js';
import { pad as padTensor } from '../../../ops/join/pad.js';
import { narrow } from '../../../ops/view/select.js';
import { type Arguments, readArguments, required, tooMany } from '../../../tensor/arguments/arguments.js';
import { countOf, wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { zeros } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { refuseTwoSizes, type Size, sizeOf } from '../base/arguments.js';
import { type Same, tupleText } from '../base/functions.js';
import type { ImageLike } from '../base/image-like.js';
import { byKind, byKindOrPass, getSize, type Kinds } from '../base/kinds.js';
import { Transform } from '../base/transform.js';
import { BoundingBoxes, KeyPoints, wrap } from '../base/tv-tensors.js';
import { clampBoxes } from '../boxes/clamp.js';
import { as, PAD, type Sides } from './pad.js';

/**
 * A part of an image; what lies outside the image is 0.
 * @throws {ArgumentError} unless all are whole numbers, height and width of at least 0.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.crop.html
 * @example
 * transforms.functional.crop(tensor([[[1, 2, 3], [4, 5, 6]]]), 1, 1, 1, 2); // [[[5, 6]]]
 */
export function crop<I extends ImageLike>(image: I, top: number, left: number, height: number, width: number): I {
  if (arguments.length > 5) tooMany('crop', 5, arguments);
  wholeNumber('crop', 'top', top);
  wholeNumber('crop', 'left', left);
  countOf('crop', 'height', height);
  countOf('crop', 'width', width);
  return byKind('crop', CROP, image, top, left, height, width);
}

/** @internal What crop does with each kind. */
export const CROP: Kinds<[top: number, left: number, height: number, width: number]> = {
  image: (_, image, top, left, height, width) => image.crop([left, top, left + width, top + height]),
  tensor: cropTensor,
  mask: cropTensor,
  boxes(_, boxes, top, left, height, width) {
    const canvasSize = [height, width] as const;
    const moved = sub(boxes, as(boxes, boxes.format === 'XYXY' ? [left, top, left, top] : [left, top, 0, 0]));
    return wrap(clampBoxes(moved, boxes.format, canvasSize, boxes.clampingMode), { like: boxes, canvasSize });
  },
  keypoints: (_, points, top, left, height, width) =>
    wrap(sub(points, as(points, [left, top])), { like: points, canvasSize: [height, width] }),
};

function cropTensor(_: string, x: Tensor, top: number, left: number, height: number, width: number): Tensor {
  const [h, w] = getSize(x);
  const [right, bottom] = [left + width, top + height];
  if (left >= 0 && top >= 0 && right <= w && bottom <= h) return narrow(narrow(x, -2, top, height), -1, left, width);
  if (left >= w || top >= h || right <= 0 || bottom <= 0) return zeros([...x.shape.slice(0, -2), height, width], { dtype: x.dtype });
  return padTensor(x, [-left, right - w, -top, bottom - h]);
}

/**
 * The middle of an image; an image that is smaller is padded with 0 first.
 * @param outputSize height and width, or one number for both.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.center_crop.html
 * @example
 * transforms.functional.centerCrop(tensor([[[1, 2, 3]]]), 1); // [[[2]]]
 */
export function centerCrop<I extends ImageLike>(image: I, outputSize: Size): I {
  if (arguments.length > 2) tooMany('centerCrop', 2, arguments);
  return centred('centerCrop', image, sizeOf('centerCrop', outputSize), byKind);
}

/** The middle of an input; `apply` says what becomes of kinds that crop does not know. */
function centred<I extends ImageLike>(op: string, input: I, size: readonly [number, number], apply: typeof byKind): I {
  const [h, w] = getSize(input);
  // Boxes and points need no margins, which would cut boxes too early.
  if (input instanceof BoundingBoxes || input instanceof KeyPoints)
    return apply(op, CROP, input, halfToEven(h - size[0]), halfToEven(w - size[1]), ...size);
  const { margins, top, left, fits } = centering([h, w], size);
  const out = margins === null ? input : apply(op, PAD, input, margins, 0, 'constant');
  return fits ? out : apply(op, CROP, out, top, left, ...size);
}

/** @internal What gives the middle of an image: margins of 0 first, where it is smaller, then the part that begins at top and left. */
export function centering([h, w]: readonly [number, number], [height, width]: readonly [number, number]) {
  const [high, wide] = [Math.max(height - h, 0), Math.max(width - w, 0)];
  const margins: Sides | null =
    high > 0 || wide > 0 ? [Math.floor(wide / 2), Math.floor(high / 2), Math.ceil(wide / 2), Math.ceil(high / 2)] : null;
  const [below, right] = [h + high - height, w + wide - width];
  return { margins, top: halfToEven(below), left: halfToEven(right), fits: margins !== null && below === 0 && right === 0 };
}

/** Half of a whole number, rounded as Python rounds: to the even one where two are as near. */
const halfToEven = (n: number) => (n % 2 === 0 ? n / 2 : 2 * Math.round(n / 4));

/** The options of {@link CenterCrop}, and of {@link FiveCrop}. */
export interface CropOptions {
  /** Height and width, or one number for both. */
  size: Size;
}

/** @internal What the crops have in common. */
export abstract class Crop<Params = undefined, To = Same> extends Transform<Params, To> {
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

/** @internal The size that a crop takes as its only option. */
export function onlySize(op: string, args: Arguments<CropOptions, [size: 'size']>): Size {
  refuseTwoSizes(op, args);
  return readArguments(op, { size: required }, args).size;
}

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
    super(onlySize(classNameOf(new.target), args));
  }

  transform<I extends ImageLike>(input: I): I {
    return centred(classNameOf(this), input, this.size, byKindOrPass);
  }
}
