/** Images as TensorBoard wants them, of the tensors and images that callers have. */
import { ArgumentError, ShapeError } from '../../errors.js';
import { above, assertString, unexpected } from '../../tensor/arguments/checks.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import { IMAGE_MODES, Image } from '../../vision/image/image.js';
import { encodePng } from '../../vision/io/encode-png.js';
import type { SummaryValue } from '../summaries/scalar.js';
import { numbersOf } from '../summaries/values.js';

/** Pixels of 8 bits, row by row, the channels of each together. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey with opacity, 3 colour, 4 colour with opacity. */
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Numbers of an image, with the place of each: row, column, channel. */
interface Grid {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  at(y: number, x: number, c: number): number;
}

/**
 * The pixels of an image, or of several laid out in rows of eight.
 * @param dataformats what the dims are, a letter each: `CHW`, `HWC`, `HW`, or with N for several.
 */
export function pixelsOf(op: string, image: unknown, dataformats: unknown): Pixels {
  if (image instanceof Image) return { width: image.width, height: image.height, channels: image.channels, data: image.data };
  assertString(op, 'dataformats', dataformats);
  const { data, shape, dtype } = numbersOf(op, 'imgTensor', image);
  const letters = dataformats.toUpperCase();
  if (!/^(?!.*(.).*\1)(?=.*H)(?=.*W)[NCHW]{2,4}$/.test(letters) || (letters.length === 3 && letters.includes('N')))
    throw unexpected(op, 'dataformats', dataformats, "H and W, with C or with N and C, each once: 'CHW', 'HWC', 'HW' or 'NCHW'");
  if (letters.length !== shape.length)
    throw new ShapeError(
      `${op}: imgTensor has shape [${shape.join(', ')}], expected ${letters.length} dims, which dataformats names: ${letters}. Say what they are, as in { dataformats: '${['HW', 'HW', 'HW', 'HWC', 'NHWC'][shape.length] ?? 'CHW'}' }.`,
    );
  const size = (letter: string) => (letters.includes(letter) ? shape[letters.indexOf(letter)]! : 1);
  const step = (letter: string) => (letters.includes(letter) ? shape.slice(letters.indexOf(letter) + 1).reduce((a, b) => a * b, 1) : 0);
  const [n, c, h, w] = ['N', 'C', 'H', 'W'].map(step) as [number, number, number, number];
  const one = { height: size('H'), width: size('W'), channels: size('C') };
  if (one.height * one.width * size('N') === 0) throw new ShapeError(`${op}: imgTensor has no pixels: its shape is [${shape.join(', ')}].`);
  const several = letters.includes('N');
  if (several ? one.channels !== 1 && one.channels !== 3 : one.channels < 1 || one.channels > 4)
    throw new ShapeError(
      `${op}: imgTensor has ${one.channels} channels (shape [${shape.join(', ')}], dataformats ${letters}), expected ${several ? '1 or 3' : '1 to 4'}. Say where they are, as in { dataformats: '${several ? 'NHWC' : 'HWC'}' }.`,
    );
  warnOfRange(op, dtype, data);

  const value = dtype === 'uint8' ? (i: number) => data[i]! : (i: number) => byteOf(Math.fround(Math.fround(data[i]!) * 255));
  const grid: Grid = { ...one, at: (y, x, k) => value(y * h + x * w + k * c) };
  return draw(several ? tiled(grid, size('N'), (i, y, x, k) => value(i * n + y * h + x * w + k * c)) : grid);
}

/** Above this, an image of floats is not one that was normalised: it reaches to 255. */
const FAR = 16;

/** Warns of images that will be all white: PyTorch takes everything but uint8 to reach from 0 to 1. */
function warnOfRange(op: string, dtype: string, data: ArrayLike<number>): void {
  if (dtype === 'uint8' || dtype === 'bool') return;
  const most = dtype.startsWith('int') ? 1 : FAR;
  for (let i = 0; i < data.length; i++) {
    if (!(data[i]! > most)) continue;
    warnOnce(
      `${op}: ${dtype} images reach from 0 to 1, and this one has ${data[i]}: it is cut off at 1. For levels from 0 to 255 give uint8: image.to('uint8').`,
    );
    return;
  }
}

/** A level, cut off at the ends and below the point; NaN is black. */
export function byteOf(value: number): number {
  return value >= 255 ? 255 : value > 0 ? Math.trunc(value) : 0;
}

/** Images beside each other, eight to a row. */
export function tiled(one: Omit<Grid, 'at'>, count: number, at: (i: number, y: number, x: number, c: number) => number, most = 8): Grid {
  const columns = Math.min(count, most);
  return {
    height: one.height * Math.ceil(count / columns),
    width: one.width * columns,
    channels: one.channels,
    at(y, x, c) {
      const i = Math.floor(y / one.height) * columns + Math.floor(x / one.width);
      return i < count ? at(i, y % one.height, x % one.width, c) : 0;
    },
  };
}

/** Grey becomes colour, as PyTorch writes it. */
export function draw({ height, width, channels, at }: Grid): Pixels {
  const out = channels === 1 ? 3 : channels;
  const data = new Uint8Array(height * width * out);
  let i = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let c = 0; c < out; c++) data[i++] = at(y, x, channels === 1 ? 0 : c);
  return { height, width, channels: out, data };
}

/** An image that TensorBoard shows; made smaller or larger by `rescale`, although the size that is noted stays, as PyTorch notes it. */
export function imageSummary(op: string, tag: string, pixels: Pixels, rescale: unknown = 1): SummaryValue {
  above(op, 'rescale', rescale, 0);
  const image = imageOf(pixels);
  const size = [pixels.width, pixels.height].map((side) => Math.trunc(side * (rescale as number))) as [number, number];
  if (size[0] < 1 || size[1] < 1)
    throw new ArgumentError(`${op}: rescale is ${rescale}, which leaves nothing of an image of ${pixels.width}×${pixels.height}.`);
  return encodedSummary(tag, encodePng(rescale === 1 ? image : image.resize(size, { resample: 'lanczos' })), pixels);
}

/** The pixels as an {@link Image} of `hone/vision`. */
export function imageOf({ width, height, channels, data }: Pixels): Image {
  return new Image(IMAGE_MODES[channels - 1]!, [width, height], data);
}

/** The bytes of an image file. */
export function encodedSummary(tag: string, file: Uint8Array, { height, width, channels }: Omit<Pixels, 'data'>): SummaryValue {
  return { tag, value: { case: 'image', value: { height, width, colorspace: channels, encodedImageString: file } } };
}
