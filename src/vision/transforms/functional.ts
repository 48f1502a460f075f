/** The transforms as functions: of a tensor [..., C, H, W], or of an image of 8 bits. */
import { ArgumentError, DTypeError, ShapeError, showShape } from '../../errors.js';
import { div, mul, sub } from '../../ops/elementwise/binary.js';
import { addInPlace, binaryInPlace } from '../../ops/elementwise/inplace.js';
import { slicesAt } from '../../ops/gather/index-select.js';
import { flip } from '../../ops/join/flip.js';
import { pad as padTensor } from '../../ops/join/pad.js';
import { contiguous, to } from '../../ops/view/copy.js';
import { permute } from '../../ops/view/movement.js';
import { narrow } from '../../ops/view/select.js';
import { type Arguments, readArguments, required } from '../../tensor/arguments/arguments.js';
import { assertFloating, countOf, finiteNumber, oneOf, sizesPerAxis, unexpected, wholeNumber } from '../../tensor/arguments/checks.js';
import { adviceFor, describe } from '../../tensor/arguments/show.js';
import { fromTypedArray, int64Of, zeros } from '../../tensor/create/create.js';
import { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { assertImage, Image, type ImageMode, inkOf, placesFrom } from '../image.js';
import type { ImageLike } from './transform.js';

/** A size: height and width, or one number for both. */
export type Size = number | readonly [size: number] | readonly [height: number, width: number];

/** Margins: one for all sides; left and right, top and bottom; or left, top, right, bottom. Negative ones take away. */
export type Margins =
  | number
  | readonly [all: number]
  | readonly [leftAndRight: number, topAndBottom: number]
  | readonly [left: number, top: number, right: number, bottom: number];

/** What stands in a margin: a constant, the edge, or the image mirrored without its edge or with it. */
export type PaddingMode = 'constant' | 'edge' | 'reflect' | 'symmetric';

/** @internal */
export const PADDING_MODES: readonly PaddingMode[] = ['constant', 'edge', 'reflect', 'symmetric'];

/** @internal @throws {ArgumentError} for anything but a tensor of two dims at least, or an image. */
export function assertImageLike(op: string, value: unknown): asserts value is ImageLike {
  if (value instanceof Image) return;
  if (!(value instanceof Tensor))
    throw new ArgumentError(`${op}: the image is ${describe(value)}, expected a Tensor [..., C, H, W] or an Image.${adviceFor(value)}`);
  if (value.ndim < 2)
    throw new ShapeError(`${op}: the image has shape ${showShape(value.shape)}, expected [..., C, H, W], or [H, W] for one channel.`);
}

/** Channels, height and width of an image. */
export function getDimensions(image: ImageLike): [channels: number, height: number, width: number] {
  assertImageLike('getDimensions', image);
  if (image instanceof Image) return [image.channels, image.height, image.width];
  const { shape, ndim } = image;
  return [ndim > 2 ? shape[ndim - 3]! : 1, shape[ndim - 2]!, shape[ndim - 1]!];
}

/** Width and height of an image, in this order. */
export function getImageSize(image: ImageLike): [width: number, height: number] {
  const [, height, width] = getDimensions(image);
  return [width, height];
}

/** How many channels an image has. */
export function getImageNumChannels(image: ImageLike): number {
  return getDimensions(image)[0];
}

/**
 * An image of 8 bits as a tensor of its bytes.
 * @returns uint8 [C, H, W]. @throws {ArgumentError} for anything but an Image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.pil_to_tensor.html
 * @example
 * transforms.functional.pilToTensor(new Image('RGB', [4, 2])).shape; // [3, 2, 4]
 */
export function pilToTensor(image: Image): Tensor {
  assertImage('pilToTensor', image);
  return contiguous(permute(fromTypedArray(image.data, [image.height, image.width, image.channels]), 2, 0, 1));
}

/**
 * An image of 8 bits as a tensor of 0 to 1. Images that data sets hold come as uint8 tensors [C, H, W], and are taken as such.
 * @returns float32 [C, H, W]. @throws {DTypeError} for tensors of another dtype, which are no images of 8 bits.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.to_tensor.html
 * @example
 * transforms.functional.toTensor(new Image('L', [2, 1], Uint8Array.of(0, 255))); // [[[0, 1]]]
 */
export function toTensor(image: ImageLike): Tensor {
  assertImageLike('toTensor', image);
  if (image instanceof Tensor && image.dtype !== 'uint8')
    throw new DTypeError(
      `toTensor: the image is a tensor of ${image.dtype}, expected an Image, or uint8 [C, H, W]. It is a tensor already.`,
    );
  return div(to(image instanceof Image ? pilToTensor(image) : image, 'float32'), 255);
}

const MODE_OF: Readonly<Record<number, ImageMode>> = { 1: 'L', 2: 'LA', 3: 'RGB', 4: 'RGBA' };

/** The options of {@link toPilImage}. */
export interface ToPilImageOptions {
  /** Default: the one of as many channels: 'L', 'LA', 'RGB' or 'RGBA'. */
  mode?: ImageMode | null;
}

/**
 * A tensor as an image of 8 bits: bytes as they are, floats of 0 to 1 times 255, cut off behind the point.
 * @param image [C, H, W] of one to four channels, or [H, W].
 * @throws {ShapeError} for other shapes. @throws {DTypeError} for other whole numbers than uint8. @throws {ArgumentError} for another mode.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.to_pil_image.html
 * @example
 * transforms.functional.toPilImage(ones([3, 2, 4])).size; // [4, 2]
 */
export function toPilImage(image: Tensor, ...args: Arguments<ToPilImageOptions, [mode: 'mode']>): Image {
  const { mode } = readArguments<Required<ToPilImageOptions>>('toPilImage', { mode: null }, args);
  assertImageLike('toPilImage', image);
  if (image instanceof Image) throw new ArgumentError('toPilImage: got an Image, expected a Tensor. It is one already.');
  const [channels, height, width] = getDimensions(image);
  const natural = MODE_OF[channels];
  if (image.ndim > 3 || natural === undefined)
    throw new ShapeError(`toPilImage: the image has shape ${showShape(image.shape)}, expected [C, H, W] with 1 to 4 channels, or [H, W].`);
  if (mode !== null) oneOf('toPilImage', 'mode', mode, [natural]);
  if (image.dtype !== 'uint8' && image.dtype !== 'float32' && image.dtype !== 'float64')
    throw new DTypeError(`toPilImage: the image is ${image.dtype}, expected uint8, or floats of 0 to 1. Use image.to('uint8').`);
  const rows = image.ndim === 3 ? permute(image, 1, 2, 0) : image;
  const bytes = rows.dtype === 'uint8' ? rows : to(to(mul(rows, 255), 'int32'), 'uint8');
  return new Image(natural, [width, height], toTypedArray(contiguous(bytes)) as Uint8Array);
}

/** The options of {@link normalize}. */
export interface NormalizeFunctionOptions {
  /** Taken off: one for each channel, or one for all. */
  mean: number | readonly number[];
  /** Divided by: one for each channel, or one for all. */
  std: number | readonly number[];
  /** Whether the tensor itself is changed. Default: false. */
  inplace?: boolean;
}

/**
 * A tensor less the mean of each channel, divided by its standard deviation.
 * @param image floats [..., C, H, W].
 * @throws {ArgumentError} for a std of 0. @throws {ShapeError} for another number of channels. @throws {DTypeError} unless they are floats.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.normalize.html
 * @example
 * transforms.functional.normalize(ones([1, 1, 2]), [0.5], [0.25]); // [[[2, 2]]]
 */
export function normalize(
  image: Tensor,
  ...args: Arguments<NormalizeFunctionOptions, [mean: 'mean', std: 'std', inplace: 'inplace']>
): Tensor {
  const { mean, std, inplace } = readArguments('normalize', { mean: required, std: required, inplace: false }, args);
  return normalizeOf('normalize', image, perChannel('normalize', 'mean', mean), perChannel('normalize', 'std', std), inplace);
}

/** @internal A list of numbers, one for each channel, or one number for all. */
export function perChannel(op: string, name: string, value: unknown): number | number[] {
  if (typeof value === 'number') return finiteNumber(op, name, value);
  if (!Array.isArray(value) || value.length === 0) throw unexpected(op, name, value, 'a list of numbers, one for each channel');
  return value.map((number: unknown, i) => finiteNumber(op, `${name}[${i}]`, number));
}

/** @internal The core of {@link normalize}. */
export function normalizeOf(op: string, image: Tensor, mean: number | number[], std: number | number[], inplace: boolean): Tensor {
  if (image instanceof Image) throw new ArgumentError(`${op}: got an Image, expected a Tensor. Put ToTensor in front of it.`);
  assertFloating(op, 'the image', image);
  if (image.ndim < 3) throw new ShapeError(`${op}: the image has shape ${showShape(image.shape)}, expected [..., C, H, W].`);
  const channels = image.shape[image.ndim - 3]!;
  const asTensor = (name: string, values: number | number[]) => {
    const list = typeof values === 'number' ? [values] : values;
    if (list.length !== 1 && list.length !== channels)
      throw new ShapeError(`${op}: ${name} has ${list.length} numbers, the image has ${channels} channels. Pass one for each channel.`);
    const array = image.dtype === 'float32' ? Float32Array.from(list) : Float64Array.from(list);
    if (name === 'std' && array.includes(0))
      throw new ArgumentError(`${op}: std is ${values}, which is 0 in ${image.dtype}. Nothing can be divided by it.`);
    return fromTypedArray(array, [list.length, 1, 1]);
  };
  const [means, stds] = [asTensor('mean', mean), asTensor('std', std)];
  if (!inplace) return div(sub(image, means), stds);
  addInPlace(image, means, 1, 'sub_', true);
  return binaryInPlace('div_', 'div', image, stds, () => div(image, stds));
}

/**
 * An image mirrored left to right.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.hflip.html
 * @example
 * transforms.functional.hflip(tensor([[[1, 2, 3]]])); // [[[3, 2, 1]]]
 */
export function hflip<I extends ImageLike>(image: I): I {
  assertImageLike('hflip', image);
  return (image instanceof Image ? image.transpose('flipLeftRight') : flip(image, [-1])) as I;
}

/**
 * An image mirrored top to bottom.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.vflip.html
 * @example
 * transforms.functional.vflip(tensor([[[1, 2], [3, 4]]])); // [[[3, 4], [1, 2]]]
 */
export function vflip<I extends ImageLike>(image: I): I {
  assertImageLike('vflip', image);
  return (image instanceof Image ? image.transpose('flipTopBottom') : flip(image, [-2])) as I;
}

/** @internal Left, top, right and bottom. @throws {ArgumentError} for anything but one, two or four whole numbers. */
export function sidesOf(op: string, padding: unknown): [left: number, top: number, right: number, bottom: number] {
  const list: readonly unknown[] = Array.isArray(padding) ? padding : [padding];
  if (![1, 2, 4].includes(list.length) || !list.every((n) => Number.isSafeInteger(n)))
    throw unexpected(op, 'padding', padding, 'a whole number, [left and right, top and bottom], or [left, top, right, bottom]');
  const [left, top = left, right = left, bottom = top] = list as number[];
  return [left!, top!, right!, bottom!];
}

/** @internal @throws {ArgumentError} for anything but a number, or a list of numbers. */
export function checkFill(op: string, fill: unknown): number | readonly number[] {
  if (typeof fill === 'number') return finiteNumber(op, 'fill', fill);
  if (!Array.isArray(fill) || fill.length === 0) throw unexpected(op, 'fill', fill, 'a number, or a list of one for each channel');
  return fill.map((number: unknown, i) => finiteNumber(op, `fill[${i}]`, number));
}

/** The options of {@link pad}. */
export interface PadFunctionOptions {
  /** The margins. */
  padding: Margins;
  /** What 'constant' fills with; an Image takes a list, too, with one for each channel. Default: 0. */
  fill?: number | readonly number[];
  /** What stands in the margins. Default: 'constant'. */
  paddingMode?: PaddingMode;
}

/**
 * An image with margins.
 * @param args padding, fill and paddingMode in this order, or by name.
 * @throws {ArgumentError} for values that cannot be meant. @throws {ShapeError} for a tensor whose mirror image is wider than itself.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.pad.html
 * @example
 * transforms.functional.pad(tensor([[[1, 2, 3]]]), [2, 0], { paddingMode: 'reflect' }); // [[[3, 2, 1, 2, 3, 2, 1]]]
 */
export function pad<I extends ImageLike>(
  image: I,
  ...args: Arguments<PadFunctionOptions, [padding: 'padding', fill: 'fill', paddingMode: 'paddingMode']>
): I {
  const { padding, fill, paddingMode } = readArguments<Required<PadFunctionOptions>>(
    'pad',
    { padding: required, fill: null as never, paddingMode: 'constant' },
    args,
  );
  const value = checkFill('pad', fill ?? 0);
  return padOf('pad', image, sidesOf('pad', padding), value, oneOf('pad', 'paddingMode', paddingMode, PADDING_MODES));
}

/** @internal The core of {@link pad}. */
export function padOf<I extends ImageLike>(
  op: string,
  image: I,
  [left, top, right, bottom]: readonly [left: number, top: number, right: number, bottom: number],
  fill: number | readonly number[],
  mode: PaddingMode,
): I {
  assertImageLike(op, image);
  const [, height, width] = getDimensions(image);
  if (width + left + right < 0 || height + top + bottom < 0)
    throw new ArgumentError(
      `${op}: padding [${left}, ${top}, ${right}, ${bottom}] takes away more than the ${height}×${width} pixels that there are.`,
    );
  if (image instanceof Image) {
    const ink = inkOf(op, 'fill', image, fill);
    const columns = mode === 'constant' ? placesFrom(-left, width + right, width) : mirrored(op, width, left, right, mode, false);
    const rows = mode === 'constant' ? placesFrom(-top, height + bottom, height) : mirrored(op, height, top, bottom, mode, false);
    return image.gather(columns, rows, ink) as I;
  }
  const x = image as Tensor;
  if (mode === 'constant') {
    if (typeof fill !== 'number') throw unexpected(op, 'fill', fill, 'one number for a tensor', 'Lists are for an Image.');
    return padTensor(x, [left, right, top, bottom], 'constant', fill) as I;
  }
  const along = (dim: number, places: readonly number[], from: Tensor) => slicesAt(op, from, dim, int64Of(places));
  const rows = along(-2, mirrored(op, height, top, bottom, mode, true), x);
  return along(-1, mirrored(op, width, left, right, mode, true), rows) as I;
}

/** The places of `length` with margins before and after them, which repeat the edge or mirror the rest; negative margins take away first. */
function mirrored(op: string, length: number, before: number, after: number, mode: PaddingMode, once: boolean): number[] {
  const start = Math.max(-before, 0);
  const n = length - Math.max(-after, 0) - start;
  const most = mode === 'edge' ? Number.POSITIVE_INFINITY : mode === 'reflect' ? n - 1 : n;
  const widest = Math.max(before, after);
  if (widest > 0 && (n < 1 || (once && widest > most)))
    throw new ShapeError(
      `${op}: a margin of ${widest} in mode '${mode}' for a side of ${n} pixels, expected at most ${n < 1 ? 0 : most}. Pad less, or by 'edge'.`,
    );
  const period = mode === 'symmetric' ? 2 * n : Math.max(2 * (n - 1), 1);
  const place = (i: number): number => {
    if (mode === 'edge') return Math.min(Math.max(i, 0), n - 1);
    const at = ((i % period) + period) % period;
    return at < n ? at : mode === 'symmetric' ? period - 1 - at : period - at;
  };
  return Array.from({ length: Math.max(before, 0) + n + Math.max(after, 0) }, (_, i) => start + place(i - Math.max(before, 0)));
}

/**
 * A part of an image; what lies outside the image is 0.
 * @throws {ArgumentError} unless all are whole numbers, height and width of at least 0.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.crop.html
 * @example
 * transforms.functional.crop(tensor([[[1, 2, 3], [4, 5, 6]]]), 1, 1, 1, 2); // [[[5, 6]]]
 */
export function crop<I extends ImageLike>(image: I, top: number, left: number, height: number, width: number): I {
  assertImageLike('crop', image);
  wholeNumber('crop', 'top', top);
  wholeNumber('crop', 'left', left);
  countOf('crop', 'height', height);
  countOf('crop', 'width', width);
  if (image instanceof Image) return image.crop([left, top, left + width, top + height]) as I;
  const x = image as Tensor;
  const [, h, w] = getDimensions(x);
  const [right, bottom] = [left + width, top + height];
  if (left >= 0 && top >= 0 && right <= w && bottom <= h) return narrow(narrow(x, -2, top, height), -1, left, width) as I;
  if (left >= w || top >= h || right <= 0 || bottom <= 0) return zeros([...x.shape.slice(0, -2), height, width], { dtype: x.dtype }) as I;
  return padTensor(x, [-left, right - w, -top, bottom - h]) as I;
}

/** @internal Height and width. */
export const sizeOf = (op: string, size: unknown): [height: number, width: number] =>
  sizesPerAxis(op, 'size', size, 2, 1) as [number, number];

/**
 * The middle of an image; an image that is smaller is padded with 0 first.
 * @param outputSize height and width, or one number for both.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.center_crop.html
 * @example
 * transforms.functional.centerCrop(tensor([[[1, 2, 3]]]), 1); // [[[2]]]
 */
export function centerCrop<I extends ImageLike>(image: I, outputSize: Size): I {
  const [height, width] = sizeOf('centerCrop', outputSize);
  let [, h, w] = getDimensions(image);
  let out = image;
  if (width > w || height > h) {
    const [wide, high] = [Math.max(width - w, 0), Math.max(height - h, 0)];
    out = padOf('centerCrop', out, [Math.floor(wide / 2), Math.floor(high / 2), Math.ceil(wide / 2), Math.ceil(high / 2)], 0, 'constant');
    [, h, w] = getDimensions(out);
    if (width === w && height === h) return out;
  }
  return crop(out, halfToEven(h - height), halfToEven(w - width), height, width);
}

/** Half of a whole number, rounded as Python rounds: to the even one where two are as near. */
const halfToEven = (n: number) => (n % 2 === 0 ? n / 2 : 2 * Math.round(n / 4));

/** What {@link fiveCrop} gives. */
export type FiveCrops<I> = [topLeft: I, topRight: I, bottomLeft: I, bottomRight: I, center: I];

/**
 * The four corners of an image and its middle.
 * @param size height and width, or one number for both.
 * @throws {ArgumentError} for a size larger than the image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.five_crop.html
 * @example
 * transforms.functional.fiveCrop(rand(3, 5, 7), 2).length; // 5
 */
export function fiveCrop<I extends ImageLike>(image: I, size: Size): FiveCrops<I> {
  const [height, width] = sizeOf('fiveCrop', size);
  const [, h, w] = getDimensions(image);
  if (height > h || width > w)
    throw new ArgumentError(
      `fiveCrop: size is [${height}, ${width}], larger than the image [${h}, ${w}]. Take a smaller one, or pad first.`,
    );
  const at = (top: number, left: number) => crop(image, top, left, height, width);
  return [at(0, 0), at(0, w - width), at(h - height, 0), at(h - height, w - width), centerCrop(image, [height, width])];
}

/** The options of {@link tenCrop}. */
export interface TenCropFunctionOptions {
  /** Height and width, or one number for both. */
  size: Size;
  /** Whether the mirror image is upside down instead. Default: false. */
  verticalFlip?: boolean;
}

/**
 * {@link fiveCrop} of an image, and of its mirror image.
 * @throws {ArgumentError} for a size larger than the image.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.ten_crop.html
 * @example
 * transforms.functional.tenCrop(rand(3, 5, 7), 2, { verticalFlip: true }).length; // 10
 */
export function tenCrop<I extends ImageLike>(
  image: I,
  ...args: Arguments<TenCropFunctionOptions, [size: 'size', verticalFlip: 'verticalFlip']>
): I[] {
  const { size, verticalFlip } = readArguments('tenCrop', { size: required, verticalFlip: false }, args);
  return [...fiveCrop(image, size), ...fiveCrop(verticalFlip ? vflip(image) : hflip(image), size)];
}
