/** Tensors, images and samples as pixels. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { finiteNumber } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { toTypedArray } from '../../tensor/values/transfer.js';
import { Image } from '../../vision/image/image.js';
import { type ColourMap, tableOf } from './colour-maps.js';

/** A picture: a tensor [C, H, W] or [H, W] of 1, 3 or 4 channels, or an image. */
export type PictureLike = Tensor | Image;

/** A picture with its label, as data sets give samples. */
export type PictureSample = readonly [picture: PictureLike, label: unknown];

/** A data set of pictures with labels. */
export interface PictureDataset {
  /** How many samples there are. */
  readonly length?: number;
  /** A sample. */
  get(index: number): unknown;
  /** The classes' names, where it has them. */
  readonly classes?: readonly string[];
}

/** Several pictures: a batch [N, C, H, W] or [N, H, W], one picture, a list of pictures or samples, or a data set. */
export type Pictures = Tensor | Image | readonly (PictureLike | PictureSample)[] | PictureDataset;

/** The values of a picture, row by row, the channels of each pixel together. */
export interface Raw {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly values: Float64Array | Uint8Array;
  /** Whether values are 8-bit already. */
  readonly bytes: boolean;
}

/** Pictures, and the labels that came with them. */
export interface Collected {
  readonly raw: Raw[];
  readonly labels: unknown[] | undefined;
  readonly classes: readonly string[] | undefined;
  /** How many there were, of which `raw` are the first. */
  readonly total: number;
}

const CHANNELS = new Set([1, 3, 4]);

/** The values of a tensor [C, H, W]. */
function rawOf(x: Tensor, offset: number, values: ArrayLike<number | bigint>, [channels, height, width]: readonly number[]): Raw {
  const count = width! * height!;
  const bytes = x.dtype === 'uint8';
  const out = bytes ? new Uint8Array(count * channels!) : new Float64Array(count * channels!);
  for (let c = 0; c < channels!; c++) for (let i = 0; i < count; i++) out[i * channels! + c] = Number(values[offset + c * count + i]!);
  return { width: width!, height: height!, channels: channels as Raw['channels'], values: out, bytes };
}

function refuse(op: string, name: string, x: Tensor): never {
  throw new ShapeError(
    `${op}: ${name} has the shape ${showShape(x.shape)}, expected pictures: [N, C, H, W], [C, H, W] or [H, W] with 1, 3 or 4 channels.`,
  );
}

/** The pictures of one tensor. */
export function ofTensor(op: string, name: string, x: Tensor, most: number): Raw[] {
  const { shape } = x;
  const dims = shape.length;
  if (dims < 2 || dims > 4 || shape.some((size, i) => size === 0 && (i > 0 || dims < 4))) refuse(op, name, x);
  // Three dims are one picture where the first could be its channels, else several without channels.
  const one = dims === 2 || (dims === 3 && CHANNELS.has(shape[0]!));
  const sizes = dims === 2 ? [1, ...shape] : dims === 3 ? (one ? [...shape] : [1, shape[1]!, shape[2]!]) : shape.slice(1);
  if (!CHANNELS.has(sizes[0]!)) refuse(op, name, x);
  const count = one ? 1 : shape[0]!;
  const values = toTypedArray(x as Tensor & { dtype: 'float32' }) as ArrayLike<number | bigint>;
  const each = sizes[0]! * sizes[1]! * sizes[2]!;
  return Array.from({ length: Math.min(count, most) }, (_, i) => rawOf(x, i * each, values, sizes));
}

function ofImage({ width, height, channels, data }: Image): Raw {
  return { width, height, channels: channels as Raw['channels'], values: data, bytes: true };
}

function ofOne(op: string, name: string, value: unknown): Raw {
  if (value instanceof Image) return ofImage(value);
  if (value instanceof Tensor) {
    const found = ofTensor(op, name, value, 2);
    if (found.length === 1) return found[0]!;
    refuse(op, name, value);
  }
  if (value instanceof Promise) throw new ArgumentError(`${op}: ${name} is a promise. Await it.`);
  throw new ArgumentError(
    `${op}: ${name} is ${show(value)}, expected a tensor [C, H, W] or [H, W], or an Image.${Array.isArray(value) ? ' Make one: tensor(rows).' : ''}`,
  );
}

const isDataset = (value: unknown): value is PictureDataset =>
  typeof value === 'object' && value !== null && typeof (value as Partial<PictureDataset>).get === 'function';

/** The first pictures of what was given. @throws {ArgumentError} for what is none. @throws {ShapeError} for tensors of other shapes. */
export function collect(op: string, given: unknown, most: number): Collected {
  if (given instanceof Tensor) {
    const many = given.shape.length === 4 || (given.shape.length === 3 && !CHANNELS.has(given.shape[0]!));
    return { raw: ofTensor(op, 'images', given, most), labels: undefined, classes: undefined, total: many ? given.shape[0]! : 1 };
  }
  if (given instanceof Image) return { raw: [ofImage(given)], labels: undefined, classes: undefined, total: 1 };
  let list: readonly unknown[];
  let classes: readonly string[] | undefined;
  let total: number;
  if (Array.isArray(given)) {
    list = given.slice(0, most);
    total = given.length;
  } else if (isDataset(given)) {
    total = given.length ?? most;
    list = Array.from({ length: Math.min(most, total) }, (_, i) => given.get(i));
    classes = given.classes;
  } else
    throw new ArgumentError(`${op}: images is ${show(given)}, expected a tensor, an Image, a list of them or of samples, or a data set.`);
  const samples = list.length > 0 && list.every((one) => Array.isArray(one) && one.length === 2);
  const raw = list.map((one, i) => ofOne(op, `images[${i}]${samples ? '[0]' : ''}`, samples ? (one as unknown[])[0] : one));
  return { raw, labels: samples ? list.map((one) => (one as unknown[])[1]) : undefined, classes, total };
}

/** How values become shades. */
export interface Shading {
  /** What was subtracted from each channel, and what it was divided by, before. */
  readonly mean: readonly number[] | undefined;
  readonly std: readonly number[] | undefined;
  /** The values that are black and white. */
  readonly range: readonly [number, number] | undefined;
  /** Whether each picture has a range of its own. */
  readonly each: boolean;
  /** Whether the range lies around 0. */
  readonly symmetric?: boolean;
  readonly map: ColourMap;
}

function extremes(pictures: readonly Raw[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { values } of pictures)
    for (let i = 0; i < values.length; i++) {
      const v = values[i]!;
      if (v < low && v !== Number.NEGATIVE_INFINITY) low = v;
      if (v > high && v !== Number.POSITIVE_INFINITY) high = v;
    }
  return low <= high ? [low, high] : [0, 1];
}

/** The values that become black and white: 0 and 1, or 0 and 255, where they lie in there; else the least and the greatest. */
function rangeOf(pictures: readonly Raw[], { range, symmetric }: Shading): readonly [number, number] {
  if (range !== undefined) return range;
  const [low, high] = extremes(pictures);
  if (symmetric) {
    const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
    return [-most, most];
  }
  if (low >= 0 && high <= 1) return [0, 1];
  const whole = low >= 0 && high <= 255 && pictures.every(({ values }) => values.every(Number.isInteger));
  if (whole) return [0, 255];
  return [low, high > low ? high : low + 1];
}

/** Undoes a normalisation. */
function unnormalized(op: string, picture: Raw, { mean, std }: Shading): Raw {
  if (mean === undefined && std === undefined) return picture;
  const { channels, values } = picture;
  const per = (name: string, list: readonly number[] | undefined, fallback: number) => {
    if (list === undefined) return Array<number>(channels).fill(fallback);
    if (list.length !== 1 && list.length !== channels)
      throw new ArgumentError(
        `${op}: ${name} has ${list.length} numbers for pictures of ${channels} ${channels === 1 ? 'channel' : 'channels'}. Give one for each, or one.`,
      );
    return Array.from({ length: channels }, (_, c) => finiteNumber(op, `${name}[${c}]`, list[list.length === 1 ? 0 : c]));
  };
  const [m, s] = [per('mean', mean, 0), per('std', std, 1)];
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = values[i]! * s[i % channels]! + m[i % channels]!;
  return { ...picture, values: out, bytes: false };
}

/** Images of 8 bits. NaN is drawn as nothing is: black, or the map's first colour. */
export function shaded(op: string, given: readonly Raw[], shading: Shading): Image[] {
  const undone = shading.mean !== undefined || shading.std !== undefined;
  const pictures = given.map((picture) => unnormalized(op, picture, shading));
  // What was a picture before it was normalised lies between 0 and 1, but for rounding.
  const fixed = undone && shading.range === undefined && !shading.each ? ([0, 1] as const) : undefined;
  const plain = pictures.filter(({ bytes }) => !bytes);
  const together = fixed ?? rangeOf(plain, shading);
  const table = shading.map === 'gray' ? undefined : tableOf(shading.map);
  return pictures.map((picture) => {
    const { width, height, channels, values, bytes } = picture;
    const [low, high] =
      bytes && shading.range === undefined && !shading.each ? [0, 255] : shading.each ? rangeOf([picture], shading) : together;
    const scale = 255 / (high - low);
    const data = new Uint8Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const v = (values[i]! - low) * scale;
      data[i] = v > 0 ? Math.min(255, Math.round(v)) : 0;
    }
    if (channels > 1 || table === undefined) return new Image((['L', 'LA', 'RGB', 'RGBA'] as const)[channels - 1]!, [width, height], data);
    const coloured = new Uint8Array(3 * data.length);
    for (let i = 0; i < data.length; i++) coloured.set(table.subarray(3 * data[i]!, 3 * data[i]! + 3), 3 * i);
    return new Image('RGB', [width, height], coloured);
  });
}
