/** Margins around images: pad, and Pad. */
import { ArgumentError, ShapeError } from '../../../errors.js';
import { add } from '../../../ops/elementwise/binary.js';
import { slicesAt } from '../../../ops/gather/index-select.js';
import { cat } from '../../../ops/join/join.js';
import { pad as padTensor } from '../../../ops/join/pad.js';
import { narrow } from '../../../ops/view/select.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { oneOf, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { int64Of, tensor } from '../../../tensor/create/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { inkOf, placesFrom } from '../../image/image.js';
import { newPlaces } from '../../image/pixels.js';
import { checkFill } from '../base/arguments.js';
import { tupleText } from '../base/functions.js';
import { getDimensions, type ImageLike } from '../base/image-like.js';
import { byKind, type Kinds } from '../base/kinds.js';
import { Transform } from '../base/transform.js';
import { type CanvasSize, wrap } from '../base/tv-tensors.js';
import { clampBoxes } from '../boxes/clamp.js';

/** Margins: one for all sides; left and right, top and bottom; or left, top, right, bottom. Negative ones take away. */
export type Margins =
  | number
  | readonly [all: number]
  | readonly [leftAndRight: number, topAndBottom: number]
  | readonly [left: number, top: number, right: number, bottom: number];

/** What fills a margin: a constant, the edge, or the image mirrored without its edge or with it. */
export type PaddingMode = 'constant' | 'edge' | 'reflect' | 'symmetric';

/** @internal */
export const PADDING_MODES: readonly PaddingMode[] = ['constant', 'edge', 'reflect', 'symmetric'];

/** @internal Margins of the four sides. */
export type Sides = readonly [left: number, top: number, right: number, bottom: number];

/** @internal Left, top, right and bottom. @throws {ArgumentError} for anything but one, two or four whole numbers. */
export function sidesOf(op: string, padding: unknown): Sides {
  const list: readonly unknown[] = Array.isArray(padding) ? padding : [padding];
  if (![1, 2, 4].includes(list.length) || !list.every((n) => Number.isSafeInteger(n)))
    throw unexpected(op, 'padding', padding, 'a whole number, [left and right, top and bottom], or [left, top, right, bottom]');
  const [left, top = left, right = left, bottom = top] = list as number[];
  return [left!, top!, right!, bottom!];
}

/** The options of {@link pad}. */
export interface PadFunctionOptions {
  /** The margins. */
  padding: Margins;
  /** What 'constant' fills with; an Image takes a list, too, with one for each channel. Default: 0. */
  fill?: number | readonly number[];
  /** What fills the margins. Default: 'constant'. */
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
  return byKind('pad', PAD, image, sidesOf('pad', padding), value, oneOf('pad', 'paddingMode', paddingMode, PADDING_MODES));
}

/** @internal What pad does with each kind. */
export const PAD: Kinds<[sides: Sides, fill: number | readonly number[], mode: PaddingMode]> = {
  image(op, image, sides, fill, mode) {
    const { width, height } = image;
    assertRoom(op, height, width, sides);
    const [left, top, right, bottom] = sides;
    const ink = inkOf(op, 'fill', image, fill);
    const along = (length: number, before: number, after: number) =>
      mode === 'constant' ? placesFrom(op, -before, length + after, length) : mirrored(op, length, before, after, mode, false);
    const size = [left + width + right, top + height + bottom] as const;
    return image.gather(op, size, () => [along(width, left, right), along(height, top, bottom)], ink);
  },
  tensor: padTensorOf,
  mask: padTensorOf,
  boxes(op, boxes, sides, _, mode) {
    assertConstant(op, mode);
    const [left, top] = sides;
    const canvasSize = paddedCanvas(boxes.canvasSize, sides);
    const moved = add(boxes, as(boxes, boxes.format === 'XYXY' ? [left, top, left, top] : [left, top, 0, 0]));
    return wrap(clampBoxes(moved, boxes.format, canvasSize, boxes.clampingMode), { like: boxes, canvasSize });
  },
  keypoints(op, points, sides, _, mode) {
    assertConstant(op, mode);
    return wrap(add(points, as(points, [sides[0], sides[1]])), { like: points, canvasSize: paddedCanvas(points.canvasSize, sides) });
  },
};

/** @internal Numbers as a tensor of the dtype of `like`. */
export const as = (like: Tensor, values: number[]): Tensor => tensor(values, { dtype: like.dtype });

const paddedCanvas = ([height, width]: CanvasSize, [left, top, right, bottom]: Sides): CanvasSize => [
  height + top + bottom,
  width + left + right,
];

function assertConstant(op: string, mode: PaddingMode): void {
  if (mode !== 'constant')
    throw new ArgumentError(`${op}: paddingMode is '${mode}', but boxes and points have no mirror image. Pass 'constant'.`);
}

function padTensorOf(op: string, x: Tensor, sides: Sides, fill: number | readonly number[], mode: PaddingMode): Tensor {
  const [, height, width] = getDimensions(x);
  assertRoom(op, height, width, sides);
  const [left, top, right, bottom] = sides;
  if (mode === 'constant') {
    const margins = [left, right, top, bottom];
    const one = typeof fill === 'number' ? fill : fill.length === 1 ? fill[0]! : undefined;
    if (one !== undefined) return padTensor(x, margins, 'constant', one);
    const list = fill as readonly number[];
    if (x.ndim < 3 || list.length !== x.shape[x.ndim - 3])
      throw unexpected(op, 'fill', fill, `a number, or one for each channel of the image of shape [${x.shape.join(', ')}]`);
    const channels = list.map((value, c) => padTensor(narrow(x, -3, c, 1), margins, 'constant', value));
    return cat(channels, -3);
  }
  const along = (dim: number, places: Int32Array, from: Tensor) => slicesAt(op, from, dim, int64Of(places));
  const rows = along(-2, mirrored(op, height, top, bottom, mode, true), x);
  return along(-1, mirrored(op, width, left, right, mode, true), rows);
}

/** @internal @throws {ArgumentError} where margins take away more than there is. */
export function assertRoom(op: string, height: number, width: number, [left, top, right, bottom]: Sides): void {
  if (width + left + right < 0 || height + top + bottom < 0)
    throw new ArgumentError(
      `${op}: padding [${left}, ${top}, ${right}, ${bottom}] takes away more than the ${height}×${width} pixels that there are.`,
    );
}

/** @internal The places of `length` with margins before and after them, which repeat the edge or mirror the rest; negative margins take away first. */
export function mirrored(op: string, length: number, before: number, after: number, mode: PaddingMode, once: boolean): Int32Array {
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
  const lead = Math.max(before, 0);
  return newPlaces(op, lead + n + Math.max(after, 0), (i) => start + place(i - lead));
}

/** The options of {@link Pad}. */
export interface PadOptions {
  /** The margins. */
  padding: Margins;
  /** What 'constant' fills with; an Image takes a list, too, with one for each channel. Default: 0. */
  fill?: number | readonly number[];
  /** What fills the margins. Default: 'constant'. */
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
  /** What fills the margins. */
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

  transform<I extends ImageLike>(input: I): I {
    return this.byKind(PAD, input, sidesOf(classNameOf(this), this.padding), this.fill, this.paddingMode);
  }

  protected override extraRepr(): string {
    return `padding=${tupleText(this.padding)}, fill=${tupleText(this.fill)}, padding_mode=${this.paddingMode}`;
  }
}
