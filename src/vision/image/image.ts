/** Images of 8 bits, with what PIL does to them. */
import { knowClasses } from '../../data/loader/workers/crossing.js';
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, readOptions, tooMany } from '../../tensor/arguments/arguments.js';
import { assertBytes, countOf, finiteNumber, oneOf, unexpected, wholeNumber } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { convertPixels } from './colour.js';
import { newBytes, newPlaces } from './pixels.js';
import { type Box, type Part, RESAMPLE_CODES, type Resample, resizePixels } from './resize.js';
import { extentMap, quadMap, rotation, turnOf, WARP_FILTERS, type WarpFilter, type WarpMethod, warpPixels } from './warp.js';

/** Grey, grey with opacity, colour, colour with opacity: PIL's modes of 8 bits. */
export type ImageMode = 'L' | 'LA' | 'RGB' | 'RGBA';

/** How {@link Image.transpose} turns an image; rotations go counterclockwise. */
export type TransposeMethod = 'flipLeftRight' | 'flipTopBottom' | 'rotate90' | 'rotate180' | 'rotate270' | 'transpose' | 'transverse';

const CHANNELS: Readonly<Record<ImageMode, number>> = { L: 1, LA: 2, RGB: 3, RGBA: 4 };
/** @internal The modes of 1, 2, 3 and 4 channels. */
export const IMAGE_MODES = Object.keys(CHANNELS) as ImageMode[];
const METHODS: readonly TransposeMethod[] = [
  'flipLeftRight',
  'flipTopBottom',
  'rotate90',
  'rotate180',
  'rotate270',
  'transpose',
  'transverse',
];

/** The options of {@link Image.transform}. */
export interface TransformOptions {
  /** How values between pixels are interpolated. Default: 'nearest'. */
  resample?: WarpFilter;
  /** What fills the area outside the image: a number for all channels, or one for each. Default: 0. */
  fillColor?: number | readonly number[] | null;
}

/** The options of {@link Image.rotate}. */
export interface RotateOptions extends TransformOptions {
  /** Whether the new image is as large as the turned one needs. Default: false, as large as this one. */
  expand?: boolean;
  /** The point to turn around, [x, y] from the top left. Default: the middle. */
  center?: readonly [x: number, y: number] | null;
  /** By how much the turned image is moved. Default: not at all. */
  translate?: readonly [x: number, y: number] | null;
}

/** The options of {@link Image.resize}. */
export interface ResizeOptions {
  /** How values between pixels are interpolated. Default: 'bicubic'. */
  resample?: Resample;
  /** The part that is taken, fractions of pixels too. Default: all of it. */
  box?: Box | null;
}

/** What a side may measure: kernels count with 32 bits. */
const SIDES = { min: 1, max: 2 ** 31 - 1 };
const RESAMPLES = Object.keys(RESAMPLE_CODES) as Resample[];
/**
 * What the numbers of {@link Image.transform} say: a rectangle that is cut out ([left, top, right, bottom]); 6 or 8 factors; or the corners that are
 * to be drawn out to the new image (top left, bottom left, bottom right, top right, x and y of each).
 */
export type TransformMethod = 'extent' | 'affine' | 'perspective' | 'quad';

const NUMBERS_OF: Readonly<Record<TransformMethod, number>> = { extent: 4, affine: 6, perspective: 8, quad: 8 };
const TRANSFORM_METHODS = Object.keys(NUMBERS_OF) as TransformMethod[];

/** A place outside the image. */
const OUTSIDE = -1;

/**
 * An image of 8 bits, its pixels row by row and the channels of each together, as PIL has it; methods give new images.
 * @throws {ArgumentError} for a mode that does not exist, sizes that cannot be, and bytes of another number.
 * @see https://pillow.readthedocs.io/en/stable/reference/Image.html
 * @example
 * const image = new Image('L', [3, 2], Uint8Array.of(1, 2, 3, 4, 5, 6));
 * image.transpose('flipLeftRight').getPixel(0, 1); // [6]
 * image.convert('RGB').size; // [3, 2]
 */
export class Image {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'Image';
  /** Grey or colour, with opacity or without. */
  readonly mode: ImageMode;
  /** How many pixels a row has. */
  readonly width: number;
  /** How many rows there are. */
  readonly height: number;
  /** The pixels, row by row: height × width × channels bytes. */
  readonly data: Uint8Array;

  /**
   * An image of 8 bits, its pixels row by row and the channels of each together, as PIL has it; methods give new images.
   * @param size width and height, in PIL's order.
   * @param data taken as it is, without a copy. Default: black, or transparent.
   */
  constructor(mode: ImageMode, size: readonly [width: number, height: number], data?: Uint8Array) {
    if (arguments.length > 3) tooMany('Image', 3, arguments);
    this.mode = oneOf('Image', 'mode', mode, IMAGE_MODES);
    if (!Array.isArray(size) || size.length !== 2) throw unexpected('Image', 'size', size, 'width and height: [width, height]');
    this.width = countOf('Image', 'size[0]', size[0]);
    this.height = countOf('Image', 'size[1]', size[1]);
    const count = this.width * this.height * CHANNELS[mode];
    if (data !== undefined) {
      assertBytes('Image', data);
      if (data.length !== count)
        throw new ArgumentError(
          `Image: got ${data.length} bytes, expected ${count} for ${this.width}×${this.height} pixels of ${mode} (${CHANNELS[mode]} a pixel).`,
        );
    }
    this.data = data ?? newBytes('Image', count);
  }

  /** Width and height, in PIL's order. */
  get size(): [width: number, height: number] {
    return [this.width, this.height];
  }

  /** How many bytes a pixel has. */
  get channels(): number {
    return CHANNELS[this.mode];
  }

  /** A copy, with bytes of its own. */
  copy(): Image {
    return new Image(this.mode, this.size, this.data.slice());
  }

  /** The channels of the pixel at column `x` and row `y`. @throws {ArgumentError} outside the image. */
  getPixel(x: number, y: number): number[] {
    if (arguments.length > 2) tooMany('getPixel', 2, arguments);
    wholeNumber('getPixel', 'x', x, { min: 0, max: this.width - 1 });
    wholeNumber('getPixel', 'y', y, { min: 0, max: this.height - 1 });
    const at = (y * this.width + x) * this.channels;
    return Array.from(this.data.subarray(at, at + this.channels));
  }

  /**
   * The part between two corners; what lies outside the image is black, or transparent.
   * @throws {ArgumentError} where the right edge lies to the left of the left one, or the bottom edge above the top one.
   */
  crop(box: readonly [left: number, top: number, right: number, bottom: number]): Image {
    if (Array.isArray(box) && arguments.length > 1) tooMany('crop', 1, arguments);
    if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isSafeInteger))
      throw unexpected('crop', 'box', box, 'four whole numbers: [left, top, right, bottom]');
    const [left, top, right, bottom] = box;
    if (right < left)
      throw new ArgumentError(`crop: right is ${right}, left of the left edge ${left}. The box is [left, top, right, bottom].`);
    if (bottom < top)
      throw new ArgumentError(`crop: bottom is ${bottom}, above the top edge ${top}. The box is [left, top, right, bottom].`);
    if (left < 0 || top < 0 || right > this.width || bottom > this.height)
      return this.gather('crop', [right - left, bottom - top], () => [
        placesFrom('crop', left, right, this.width),
        placesFrom('crop', top, bottom, this.height),
      ]);
    const out = new Image(this.mode, [right - left, bottom - top]);
    const row = out.width * this.channels;
    for (let y = 0, from = (top * this.width + left) * this.channels; y < out.height; y++, from += this.width * this.channels)
      out.data.set(this.data.subarray(from, from + row), y * row);
    return out;
  }

  /**
   * The image, or a part of it, made larger or smaller, to the grey level as PIL 13 does it. Where it has opacity, the colours of transparent
   * pixels count for nothing.
   * @param size width and height, in PIL's order.
   * @throws {ArgumentError} for sizes below 1, a filter that does not exist, and a box that is not within the image.
   * @see https://pillow.readthedocs.io/en/stable/reference/Image.html#PIL.Image.Image.resize
   * @example
   * new Image('L', [4, 1], Uint8Array.of(0, 100, 200, 100)).resize([2, 1], { resample: 'box' }).getPixel(1, 0); // [150]
   */
  resize(size: readonly [width: number, height: number], ...args: Arguments<ResizeOptions, [resample: 'resample', box: 'box']>): Image {
    if (!Array.isArray(size) || size.length !== 2) throw unexpected('resize', 'size', size, 'width and height: [width, height]');
    const { resample, box } = readArguments<Required<ResizeOptions>>('resize', { resample: 'bicubic', box: null }, args);
    const [width, height] = (['size[0]', 'size[1]'] as const).map((name, i) => wholeNumber('resize', name, size[i], SIDES)) as [
      number,
      number,
    ];
    oneOf('resize', 'resample', resample, RESAMPLES);
    if (box !== null) this.checkBox(box);
    if (width === this.width && height === this.height && (box === null || [0, 0, width, height].every((edge, i) => edge === box[i])))
      return this.copy();
    return new Image(this.mode, [width, height], resizePixels('resize', this, width, height, resample, box));
  }

  /** @internal `this.crop(…).resize(…)` of a part within the image, without the copy between them. */
  resizePart(part: Part, width: number, height: number, resample: Resample): Image {
    const { left, top } = part;
    if (part.width === width && part.height === height) return this.crop([left, top, left + width, top + height]);
    return new Image(this.mode, [width, height], resizePixels('resize', this, width, height, resample, null, part));
  }

  private checkBox(box: Box): void {
    if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isFinite))
      throw unexpected('resize', 'box', box, 'four numbers: [left, top, right, bottom]');
    const [left, top, right, bottom] = box;
    if (left < 0 || top < 0 || right > this.width || bottom > this.height || right < left || bottom < top)
      throw unexpected('resize', 'box', box, `edges within the image, from [0, 0] to [${this.width}, ${this.height}]`);
  }

  /** The image mirrored, turned by a right angle, or both. */
  transpose(method: TransposeMethod): Image {
    if (arguments.length > 1) tooMany('transpose', 1, arguments);
    oneOf('transpose', 'method', method, METHODS);
    const { width, height, channels, data } = this;
    if (method === 'flipTopBottom') {
      const [out, row] = [new Image(this.mode, this.size), width * channels];
      for (let y = 0; y < height; y++) out.data.set(data.subarray(y * row, (y + 1) * row), (height - 1 - y) * row);
      return out;
    }
    const { turned, map } = turnOf(method, width, height);
    return this.warped('transpose', turned ? [height, width] : [width, height], 'affine', map, 'nearest');
  }

  /**
   * The image turned counterclockwise by `angle` degrees, pixel for pixel as PIL turns it.
   * @throws {ArgumentError} for values that are not finite numbers.
   * @see https://pillow.readthedocs.io/en/stable/reference/Image.html#PIL.Image.Image.rotate
   * @example
   * new Image('L', [2, 2], Uint8Array.of(1, 2, 3, 4)).rotate(90).getPixel(0, 0); // [2]
   */
  rotate(angle: number, options?: RotateOptions): Image {
    if (arguments.length > 2) tooMany('rotate', 2, arguments);
    finiteNumber('rotate', 'angle', angle);
    const { resample, expand, center, translate, fillColor } = readOptions<Required<RotateOptions>>(
      'rotate',
      { resample: 'nearest', expand: false, center: null, translate: null, fillColor: null },
      options,
    );
    oneOf('rotate', 'resample', resample, WARP_FILTERS);
    const [{ width, height }, turn] = [this, ((angle % 360) + 360) % 360];
    const middle = center === null ? null : pointOf('center', center);
    const moved = translate === null ? null : pointOf('translate', translate);
    const fill = fillColor === null ? undefined : inkOf('rotate', 'fillColor', this, fillColor);
    if (middle === null && moved === null) {
      if (turn === 0) return this.copy();
      if (turn === 180) return this.transpose('rotate180');
      if ((turn === 90 || turn === 270) && (expand || width === height)) return this.transpose(turn === 90 ? 'rotate90' : 'rotate270');
    }
    const { size, map } = rotation([width, height], turn, { expand, center: middle, translate: moved });
    return this.warped('rotate', size, 'affine', map, resample, fill);
  }

  /**
   * An image of `size` whose pixels are taken from where a map says, as PIL takes them. The middle of a pixel of the new image, (x, y), lies at
   * `[a x + b y + c, d x + e y + f]` of this one by 'affine' with the data [a, b, c, d, e, f], and by 'perspective', with g and h after these, at both
   * divided by `g x + h y + 1`.
   * @throws {ArgumentError} for a method or filter that does not exist, and data of another length.
   * @see https://pillow.readthedocs.io/en/stable/reference/Image.html#PIL.Image.Image.transform
   * @example
   * new Image('L', [2, 1], Uint8Array.of(1, 3)).transform([2, 1], 'affine', [1, 0, 1, 0, 1, 0]).getPixel(0, 0); // [3]
   */
  transform(
    size: readonly [width: number, height: number],
    method: TransformMethod,
    data: readonly number[],
    options?: TransformOptions,
  ): Image {
    const op = 'transform';
    if (arguments.length > 4) tooMany(op, 4, arguments);
    if (!Array.isArray(size) || size.length !== 2) throw unexpected(op, 'size', size, 'width and height: [width, height]');
    const [width, height] = [countOf(op, 'size[0]', size[0]), countOf(op, 'size[1]', size[1])];
    oneOf(op, 'method', method, TRANSFORM_METHODS);
    const count = NUMBERS_OF[method];
    if (!Array.isArray(data) || data.length !== count) throw unexpected(op, 'data', data, `a list of ${count} numbers for '${method}'`);
    data.forEach((number: unknown, i) => {
      finiteNumber(op, `data[${i}]`, number);
    });
    const { resample, fillColor } = readOptions<Required<TransformOptions>>(op, { resample: 'nearest', fillColor: null }, options);
    oneOf(op, 'resample', resample, WARP_FILTERS);
    const fill = fillColor === null ? undefined : inkOf(op, 'fillColor', this, fillColor);
    if (method === 'extent') return this.warped(op, [width, height], 'affine', extentMap(data, width, height), resample, fill);
    return this.warped(op, [width, height], method, method === 'quad' ? quadMap(data, width, height) : data, resample, fill);
  }

  /** @internal {@link transform}, its arguments checked. */
  warped(
    op: string,
    [width, height]: readonly [width: number, height: number],
    method: WarpMethod,
    map: readonly number[],
    filter: WarpFilter,
    fill?: readonly number[],
  ): Image {
    const ink = fill ?? new Array<number>(this.channels).fill(0);
    return new Image(this.mode, [width, height], warpPixels(op, this, width, height, { method, map, filter, fill: ink }));
  }

  /**
   * The image in another mode: grey of a colour is its luma (ITU-R 601-2), as PIL rounds it; opacity that is not there is full, and that
   * which the new mode does not have is left out.
   */
  convert(mode: ImageMode): Image {
    if (arguments.length > 1) tooMany('convert', 1, arguments);
    oneOf('convert', 'mode', mode, IMAGE_MODES);
    if (mode === this.mode) return this.copy();
    return new Image(mode, this.size, convertPixels('convert', this, CHANNELS[mode]));
  }

  /** `<Image mode=RGB size=640x480>`, as PIL shows it. */
  toString(): string {
    return `<Image mode=${this.mode} size=${this.width}x${this.height}>`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /**
   * @internal An image of `size` of the pixels at some columns and rows; `fill` stands where a place is outside.
   * @param places gives these columns and rows. It is asked once there is room for the image.
   */
  gather(
    op: string,
    size: readonly [width: number, height: number],
    places: () => readonly [columns: Int32Array, rows: Int32Array],
    fill?: readonly number[],
  ): Image {
    const { width, channels, data } = this;
    const out = new Image(this.mode, size, newBytes(op, size[0] * size[1] * channels));
    const [columns, rows] = places();
    let at = 0;
    for (const y of rows) {
      for (const x of columns) {
        if (x !== OUTSIDE && y !== OUTSIDE)
          for (let c = 0, from = (y * width + x) * channels; c < channels; c++) out.data[at + c] = data[from + c]!;
        else if (fill !== undefined) for (let c = 0; c < channels; c++) out.data[at + c] = fill[c]!;
        at += channels;
      }
    }
    return out;
  }
}

function pointOf(name: string, value: unknown): [x: number, y: number] {
  if (!Array.isArray(value) || value.length !== 2) throw unexpected('rotate', name, value, 'two numbers: [x, y]');
  return [finiteNumber('rotate', `${name}[0]`, value[0]), finiteNumber('rotate', `${name}[1]`, value[1])];
}

/** @internal The value of each channel, as PIL stores it. @throws {ArgumentError} for a list of another length, and anything but a number. */
export function inkOf(op: string, name: string, image: Image, fill: unknown): number[] {
  const one = typeof fill === 'number' ? fill : Array.isArray(fill) && fill.length === 1 ? (fill[0] as unknown) : undefined;
  const list: unknown = one === undefined ? fill : new Array<unknown>(image.channels).fill(one);
  if (!Array.isArray(list) || list.length !== image.channels)
    throw unexpected(op, name, fill, `a number, or ${image.channels} of them for an image of mode ${image.mode}`);
  return list.map((value: unknown, i) => Math.min(255, Math.max(0, Math.trunc(finiteNumber(op, `${name}[${i}]`, value)))));
}

/** @internal The places from `start` to `end` of `length` that there are; {@link OUTSIDE} for those that there are not. */
export function placesFrom(op: string, start: number, end: number, length: number): Int32Array {
  return newPlaces(op, end - start, (i) => (start + i >= 0 && start + i < length ? start + i : OUTSIDE));
}

/** @internal @throws {ArgumentError} unless it is an {@link Image}. */
export function assertImage(op: string, value: unknown): asserts value is Image {
  if (!(value instanceof Image)) throw new ArgumentError(`${op}: the image is ${show(value)}, expected an Image.`);
}

// Workers of a loader may be given one, or give one.
knowClasses([Image]);
