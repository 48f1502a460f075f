/** Images of 8 bits, with what PIL does to them. */
import { knowClasses } from '../../data/loader/workers/crossing.js';
import { ArgumentError } from '../../errors.js';
import { type Arguments, readArguments, readOptions } from '../../tensor/arguments/arguments.js';
import { assertBytes, countOf, finiteNumber, oneOf, unexpected, wholeNumber } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { type Box, type Part, RESAMPLE_CODES, type Resample, resizePixels } from './resize.js';

/** Grey, grey with opacity, colour, colour with opacity: PIL's modes of 8 bits. */
export type ImageMode = 'L' | 'LA' | 'RGB' | 'RGBA';

/** How {@link Image.transpose} turns an image; rotations go counterclockwise. */
export type TransposeMethod = 'flipLeftRight' | 'flipTopBottom' | 'rotate90' | 'rotate180' | 'rotate270' | 'transpose' | 'transverse';

const CHANNELS: Readonly<Record<ImageMode, number>> = { L: 1, LA: 2, RGB: 3, RGBA: 4 };
/** @internal */
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

/** The options of {@link Image.rotate}. */
export interface RotateOptions {
  /** Whether the new image is as large as the turned one needs. Default: false, as large as this one. */
  expand?: boolean;
  /** Around what to turn, from the top left. Default: the middle. */
  center?: readonly [x: number, y: number] | null;
  /** By how much the turned image is moved. Default: not at all. */
  translate?: readonly [x: number, y: number] | null;
  /** What stands where nothing of the image lies: a number for all channels, or one for each. Default: 0. */
  fillColor?: number | readonly number[] | null;
}

/** The options of {@link Image.resize}. */
export interface ResizeOptions {
  /** How pixels between pixels are found. Default: 'bicubic'. */
  resample?: Resample;
  /** The part that is taken, fractions of pixels too. Default: all of it. */
  box?: Box | null;
}

const RESAMPLES = Object.keys(RESAMPLE_CODES) as Resample[];

/** A place where nothing of the image lies. */
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
    this.data = data ?? new Uint8Array(count);
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
    wholeNumber('getPixel', 'x', x, { min: 0, max: this.width - 1 });
    wholeNumber('getPixel', 'y', y, { min: 0, max: this.height - 1 });
    const at = (y * this.width + x) * this.channels;
    return Array.from(this.data.subarray(at, at + this.channels));
  }

  /**
   * The part between two corners; what lies outside the image is black, or transparent.
   * @throws {ArgumentError} where the right lies left of the left, or the bottom above the top.
   */
  crop(box: readonly [left: number, top: number, right: number, bottom: number]): Image {
    if (!Array.isArray(box) || box.length !== 4 || !box.every(Number.isSafeInteger))
      throw unexpected('crop', 'box', box, 'four whole numbers: [left, top, right, bottom]');
    const [left, top, right, bottom] = box;
    if (right < left)
      throw new ArgumentError(`crop: right is ${right}, left of the left edge ${left}. The box is [left, top, right, bottom].`);
    if (bottom < top)
      throw new ArgumentError(`crop: bottom is ${bottom}, above the top edge ${top}. The box is [left, top, right, bottom].`);
    if (left < 0 || top < 0 || right > this.width || bottom > this.height)
      return this.gather(placesFrom(left, right, this.width), placesFrom(top, bottom, this.height));
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
    const { resample, box } = readArguments<Required<ResizeOptions>>('resize', { resample: 'bicubic', box: null }, args);
    if (!Array.isArray(size) || size.length !== 2) throw unexpected('resize', 'size', size, 'width and height: [width, height]');
    const [width, height] = [countOf('resize', 'size[0]', size[0], 1), countOf('resize', 'size[1]', size[1], 1)];
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
    oneOf('transpose', 'method', method, METHODS);
    const { width, height, channels, data } = this;
    const turned = method === 'rotate90' || method === 'rotate270' || method === 'transpose' || method === 'transverse';
    const fromRight = method === 'flipLeftRight' || method === 'rotate180' || method === 'rotate90' || method === 'transverse';
    const fromBottom = method === 'flipTopBottom' || method === 'rotate180' || method === 'rotate270' || method === 'transverse';
    const out = new Image(this.mode, turned ? [height, width] : [width, height]);
    let at = 0;
    for (let row = 0; row < out.height; row++) {
      for (let column = 0; column < out.width; column++) {
        const [x, y] = turned ? [row, column] : [column, row];
        const from = ((fromBottom ? height - 1 - y : y) * width + (fromRight ? width - 1 - x : x)) * channels;
        for (let c = 0; c < channels; c++) out.data[at++] = data[from + c]!;
      }
    }
    return out;
  }

  /**
   * The image turned counterclockwise by `angle` degrees; each pixel takes the nearest one, as PIL finds it.
   * @throws {ArgumentError} for values that are no finite numbers.
   * @see https://pillow.readthedocs.io/en/stable/reference/Image.html#PIL.Image.Image.rotate
   * @example
   * new Image('L', [2, 2], Uint8Array.of(1, 2, 3, 4)).rotate(90).getPixel(0, 0); // [2]
   */
  rotate(angle: number, options?: RotateOptions): Image {
    finiteNumber('rotate', 'angle', angle);
    const { expand, center, translate, fillColor } = readOptions<Required<RotateOptions>>(
      'rotate',
      { expand: false, center: null, translate: null, fillColor: null },
      options,
    );
    const [{ width, height }, turn] = [this, ((angle % 360) + 360) % 360];
    const [cx, cy] = center === null ? [width / 2, height / 2] : pointOf('center', center);
    const [tx, ty] = translate === null ? [0, 0] : pointOf('translate', translate);
    const fill = fillColor === null ? undefined : inkOf('rotate', 'fillColor', this, fillColor);
    if (center === null && translate === null) {
      if (turn === 0) return this.copy();
      if (turn === 180) return this.transpose('rotate180');
      if ((turn === 90 || turn === 270) && (expand || width === height)) return this.transpose(turn === 90 ? 'rotate90' : 'rotate270');
    }
    const radians = -turn * (Math.PI / 180);
    const [a, b] = [round15(Math.cos(radians)), round15(Math.sin(radians))];
    // From a place of the new image to one of this: [a x + b y + c, -b x + a y + f].
    let c = a * (-cx - tx) + b * (-cy - ty) + cx;
    let f = -b * (-cx - tx) + a * (-cy - ty) + cy;
    let [wide, high] = [width, height];
    if (expand) {
      const corners = [
        [0, 0],
        [width, 0],
        [width, height],
        [0, height],
      ] as const;
      const span = (values: number[]) => Math.ceil(Math.max(...values)) - Math.floor(Math.min(...values));
      wide = span(corners.map(([x, y]) => a * x + b * y + c));
      high = span(corners.map(([x, y]) => -b * x + a * y + f));
      const [dx, dy] = [-(wide - width) / 2, -(high - height) / 2];
      [c, f] = [a * dx + b * dy + c, -b * dx + a * dy + f];
    }
    return this.affine(wide, high, [a, b, c, -b, a, f], fill);
  }

  /** The nearest pixels at a x + b y + c, d x + e y + f, found in steps of 1/65536 as PIL does. */
  private affine(wide: number, high: number, matrix: readonly number[], fill: readonly number[] | undefined): Image {
    const { width, height, channels, data } = this;
    const out = new Image(this.mode, [wide, high]);
    const fixed = (value: number) => Math.floor(value * 65536 + 0.5);
    const [a, b, c, d, e, f] = matrix as [number, number, number, number, number, number];
    const [a0, a1, a3, a4] = [fixed(a), fixed(b), fixed(d), fixed(e)];
    const [a2, a5] = [fixed(c + a * 0.5 + b * 0.5), fixed(f + d * 0.5 + e * 0.5)];
    for (let row = 0, at = 0; row < high; row++) {
      for (let column = 0; column < wide; column++, at += channels) {
        const x = Math.floor((a2 + a1 * row + a0 * column) / 65536);
        const y = Math.floor((a5 + a4 * row + a3 * column) / 65536);
        if (x >= 0 && x < width && y >= 0 && y < height) {
          for (let k = 0, from = (y * width + x) * channels; k < channels; k++) out.data[at + k] = data[from + k]!;
        } else if (fill !== undefined) for (let k = 0; k < channels; k++) out.data[at + k] = fill[k]!;
      }
    }
    return out;
  }

  /**
   * The image in another mode: grey of a colour is its luma (ITU-R 601-2), as PIL rounds it; opacity that is not there is full, and that
   * which the new mode does not have is left out.
   */
  convert(mode: ImageMode): Image {
    oneOf('convert', 'mode', mode, IMAGE_MODES);
    const { channels, data } = this;
    if (mode === this.mode) return this.copy();
    const [colour, opacity] = [channels > 2, channels % 2 === 0];
    const out = new Image(mode, this.size);
    const step = out.channels;
    for (let from = 0, at = 0; from < data.length; from += channels, at += step) {
      if (step > 2) {
        out.data[at] = data[from]!;
        out.data[at + 1] = data[from + (colour ? 1 : 0)]!;
        out.data[at + 2] = data[from + (colour ? 2 : 0)]!;
      } else out.data[at] = colour ? luma(data[from]!, data[from + 1]!, data[from + 2]!) : data[from]!;
      if (step % 2 === 0) out.data[at + step - 1] = opacity ? data[from + channels - 1]! : 255;
    }
    return out;
  }

  /** `<Image mode=RGB size=640x480>`, as PIL shows it. */
  toString(): string {
    return `<Image mode=${this.mode} size=${this.width}x${this.height}>`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** @internal The pixels at these columns and rows; `fill` stands where a place is outside. */
  gather(columns: readonly number[], rows: readonly number[], fill?: readonly number[]): Image {
    const { width, channels, data } = this;
    const out = new Image(this.mode, [columns.length, rows.length]);
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

/** As Python's `round(x, 15)`. */
const round15 = (x: number) => Number(x.toFixed(15));

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

const luma = (r: number, g: number, b: number) => (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;

/** @internal The places from `start` to `end` of `length` that there are; {@link OUTSIDE} for those that there are not. */
export function placesFrom(start: number, end: number, length: number): number[] {
  return Array.from({ length: end - start }, (_, i) => (start + i >= 0 && start + i < length ? start + i : OUTSIDE));
}

/** @internal @throws {ArgumentError} unless it is an {@link Image}. */
export function assertImage(op: string, value: unknown): asserts value is Image {
  if (!(value instanceof Image)) throw new ArgumentError(`${op}: the image is ${show(value)}, expected an Image.`);
}

// Workers of a loader may be given one, or give one.
knowClasses([Image]);
