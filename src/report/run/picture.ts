/** Tensors and images as pictures of a page: PNG files in data addresses. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { Image } from '../../vision/image/image.js';
import { encodePng } from '../../vision/io/encode-png.js';

/** What a picture can be made of: an Image, or pixels [C, H, W], [H, W] or [1, C, H, W]. */
export type Picture = Image | Tensor;

/** What was done with pixels of 0..1, and is undone for pictures. */
export interface PictureOptions {
  /** What was taken off, one number or one for each channel. */
  readonly mean?: number | readonly number[] | null | undefined;
  /** By what they were divided. */
  readonly std?: number | readonly number[] | null | undefined;
}

/** Larger pictures are made smaller: a page shows them at this size. */
const LARGEST = 160;

/** An Image of pixels. @throws {ShapeError} for tensors of other forms. */
export function imageOf(op: string, picture: Picture, { mean, std }: PictureOptions = {}): Image {
  if (picture instanceof Image) return picture;
  if (!(picture instanceof Tensor))
    throw new ArgumentError(`${op}: a picture is ${show(picture)}, expected an Image or a tensor [C, H, W].`);
  const shape = picture.ndim === 4 && picture.shape[0] === 1 ? picture.shape.slice(1) : picture.shape;
  const [channels, height, width] = shape.length === 2 ? [1, ...shape] : shape;
  if (shape.length < 2 || shape.length > 3 || width === undefined || height === undefined || channels === undefined)
    throw new ShapeError(`${op}: a picture has shape ${showShape(picture.shape)}, expected [C, H, W] or [H, W].`);
  const values = toTypedArray(picture) as ArrayLike<number | bigint>;
  const pixels = unitPixels(picture, values, { mean, std }, height * width);
  const shown = channels === 1 ? 1 : Math.min(channels, 3); // further channels have no colour
  const image = new Image(shown === 1 ? 'L' : 'RGB', [width, height]);
  const area = height * width;
  for (let c = 0; c < (shown === 1 ? 1 : 3); c++)
    for (let i = 0; i < area; i++) image.data[i * (shown === 1 ? 1 : 3) + c] = Math.round(255 * (c < shown ? pixels(c * area + i) : 0));
  return image;
}

/** Pixel i as a number of 0..1: bytes by 255, normalisation undone, or scaled so that the smallest value is black and the largest white. */
function unitPixels(
  { dtype }: Tensor,
  values: ArrayLike<number | bigint>,
  { mean, std }: PictureOptions,
  area: number,
): (i: number) => number {
  const clamped = (value: number) => (value >= 0 ? Math.min(value, 1) : 0); // NaN is black
  if (dtype === 'uint8') return (i) => Number(values[i]) / 255;
  const of = (option: PictureOptions['mean'], i: number, otherwise: number) =>
    typeof option === 'number' ? option : (option?.[Math.floor(i / area)] ?? otherwise);
  if ((mean ?? std) != null) return (i) => clamped(Number(values[i]) * of(std, i, 1) + of(mean, i, 0));
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low >= 0 && high <= 1) return (i) => clamped(Number(values[i]));
  const range = high - low;
  return (i) => (Number.isFinite(range) && range > 0 ? clamped((Number(values[i]) - low) / range) : 0);
}

/** The address of a picture, `data:image/png;base64,…`, and its size. */
export function pictureData(op: string, picture: Picture, options: PictureOptions = {}): { src: string; width: number; height: number } {
  const whole = imageOf(op, picture, options);
  const factor = Math.min(1, LARGEST / Math.max(whole.width, whole.height));
  const size = [Math.max(1, Math.round(whole.width * factor)), Math.max(1, Math.round(whole.height * factor))] as const;
  const image = factor < 1 ? whole.resize(size) : whole;
  return { src: `data:image/png;base64,${base64(encodePng(image))}`, width: image.width, height: image.height };
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
