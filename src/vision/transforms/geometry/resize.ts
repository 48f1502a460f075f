/** Images made larger or smaller: resize, and Resize. */
import { check, kernels, loadedEngine } from '../../../engine/engine.js';
import { BICUBIC, BILINEAR, LANCZOS, RESIZE_SHARP, RESIZE_TORCH } from '../../../engine/kernel-table.gen.js';
import { ArgumentError } from '../../../errors.js';
import { nearestTaps } from '../../../nn/resize/filter.js';
import { interpolate } from '../../../nn/resize/interpolate.js';
import { mul } from '../../../ops/elementwise/binary.js';
import { clamp } from '../../../ops/elementwise/clamp.js';
import { round } from '../../../ops/elementwise/unary.js';
import { slicesAt } from '../../../ops/gather/index-select.js';
import { contiguous, to } from '../../../ops/view/copy.js';
import { reshape } from '../../../ops/view/movement.js';
import { type Arguments, readArguments, required } from '../../../tensor/arguments/arguments.js';
import { listable, unexpected, wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonBool } from '../../../tensor/arguments/python-text.js';
import { warnOnce } from '../../../tensor/arguments/warn-once.js';
import { int64Of, tensor, zeros } from '../../../tensor/create/create.js';
import { emptyTensor, type Tensor } from '../../../tensor/tensor.js';
import { isFloating } from '../../../tensor/values/dtype.js';
import type { Resample } from '../../image/resize.js';
import type { Size } from '../base/arguments.js';
import { tupleText } from '../base/functions.js';
import { assertImageLike, type ImageLike } from '../base/image-like.js';
import { assertInterpolation, type Interpolation, interpolationOf, interpolationText, refuseNumber } from '../base/interpolation.js';
import { byKind, getSize, type Kinds } from '../base/kinds.js';
import { Transform } from '../base/transform.js';
import { type BoundingBoxes, type KeyPoints, wrap } from '../base/tv-tensors.js';
import type { SizeRule } from '../batch/rules.js';

/** @internal How an input is resized, its size found. */
export interface Resizing {
  readonly interpolation: Interpolation;
  /** Whether tensors are smoothed where they become smaller; null is no for tensors, and says nothing of images. */
  readonly antialias: boolean | null;
  /** Whether bytes of tensors are interpolated as such, as v2 does; as floats, and rounded, otherwise. */
  readonly bytes: boolean;
}

/** @internal What resizing does with each kind. */
export const RESIZE: Kinds<[height: number, width: number, how: Resizing]> = {
  image(op, image, height, width, { interpolation, antialias }) {
    warnOfAntialias(op, antialias);
    return isSize(image, height, width) ? image : image.resize([width, height], resampleOf(interpolation));
  },
  tensor: (op, x, height, width, how) => (isSize(x, height, width) ? x : resizeTensor(op, x, height, width, how)),
  mask: (op, mask, height, width, { interpolation }) =>
    isSize(mask, height, width) ? mask : nearest(op, mask, height, width, interpolation === 'nearestExact'),
  boxes: (_, boxes, height, width) => scaled(boxes, height, width, 2),
  keypoints: (_, points, height, width) => scaled(points, height, width, 1),
};

/** @internal PIL's name of it. */
export const resampleOf = (interpolation: Interpolation): Resample => (interpolation === 'nearestExact' ? 'nearest' : interpolation);

/** @internal Says once that an Image knows no resizing without smoothing. */
export function warnOfAntialias(op: string, antialias: boolean | null): void {
  if (antialias === false)
    warnOnce(`${op}: an Image is always smoothed where it becomes smaller; antialias: false has no effect. Make a tensor of it first.`);
}

const isSize = (input: ImageLike, height: number, width: number): boolean => {
  const [h, w] = getSize(input);
  return h === height && w === width;
};

/** Numbers x and y by how much the canvas grows; of whole numbers the fraction is cut off. */
function scaled(pairs: BoundingBoxes | KeyPoints, height: number, width: number, times: number): Tensor {
  const [h, w] = pairs.canvasSize;
  const ratios = tensor(new Array<number[]>(times).fill([width / w, height / h]).flat());
  const out = isSize(pairs, height, width) ? pairs : to(mul(pairs, ratios), pairs.dtype);
  return wrap(out, { like: pairs as BoundingBoxes, canvasSize: [height, width] });
}

/** The nearest places of a tensor [..., H, W] of any dtype. */
function nearest(op: string, x: Tensor, height: number, width: number, exact: boolean): Tensor {
  const [h, w] = getSize(x);
  for (const size of [height, width]) listable(op, 'places along an axis', size);
  const along = (from: Tensor, dim: number, length: number, size: number) =>
    length === size ? from : slicesAt(op, from, dim, int64Of(nearestTaps(length, size, null, exact, true, true).places[0]!));
  return along(along(x, -2, h, height), -1, w, width);
}

const CODES = { bilinear: BILINEAR, bicubic: BICUBIC, lanczos: LANCZOS } as const;

function resizeTensor(op: string, x: Tensor, height: number, width: number, { interpolation, antialias, bytes }: Resizing): Tensor {
  assertInterpolation(op, interpolation, 'a tensor', ['nearest', 'nearestExact', 'bilinear', 'bicubic', 'lanczos']);
  const smooth = antialias === true;
  if (interpolation === 'lanczos' && !smooth)
    throw new ArgumentError(`${op}: interpolation 'lanczos' of a tensor needs antialias: true, got ${antialias}.`);
  const shape = [...x.shape.slice(0, -2), height, width];
  if (x.numel() === 0) return zeros(shape, { dtype: x.dtype });
  if (interpolation === 'nearest' || interpolation === 'nearestExact')
    return nearest(op, x, height, width, interpolation === 'nearestExact');
  if (x.dtype === 'uint8' && bytes) return resizeBytes(op, x, height, width, CODES[interpolation], smooth);
  const [h, w] = getSize(x);
  const channels = x.ndim > 2 ? x.shape[x.ndim - 3]! : 1;
  const floats = reshape(isFloating(x.dtype) ? x : to(x, 'float32'), [-1, channels, h, w]);
  let out = interpolate(floats, [height, width], { mode: interpolation, antialias: smooth, alignCorners: false });
  if (!isFloating(x.dtype)) {
    if (x.dtype === 'uint8' && interpolation !== 'bilinear') out = clamp(out, 0, 255);
    out = to(x.dtype === 'bool' ? out : round(out), x.dtype);
  }
  return reshape(out, shape);
}

/** PyTorch's interpolation of bytes, in whole numbers. */
function resizeBytes(op: string, x: Tensor, height: number, width: number, filter: number, smooth: boolean): Tensor {
  const [h, w] = getSize(x);
  const from = contiguous(x);
  const out = emptyTensor([...x.shape.slice(0, -2), height, width], 'uint8');
  const { host } = loadedEngine();
  host.scratch().set([0, 0, w, h]);
  const [planes, size, flags] = [x.numel() / (h * w), h * w, smooth ? RESIZE_TORCH : RESIZE_TORCH | RESIZE_SHARP];
  check(kernels.imageResize(out.ptr, from.ptr, planes, 1, h, w, w, size, height, width, filter, flags, host.scratchPtr), op);
  return out;
}

/** @internal A size as torchvision takes it: the smaller side, or height and width; null leaves it to the longest side. */
export type ResizeSize = Size | null;

/** @internal @throws {ArgumentError} for anything but a whole number of at least 1, one or two of them in a list, or null with maxSize. */
export function checkResizeSize(op: string, size: unknown, maxSize: unknown): void {
  if (maxSize !== null) wholeNumber(op, 'maxSize', maxSize, { min: 1 });
  if (size === null) {
    if (maxSize === null)
      throw new ArgumentError(`${op}: size is null, which leaves it to maxSize, and there is none. Pass a size, or maxSize.`);
    return;
  }
  const list: readonly unknown[] = Array.isArray(size) ? size : [size];
  if (list.length < 1 || list.length > 2 || !list.every((n) => Number.isSafeInteger(n) && (n as number) >= 1))
    throw unexpected(op, 'size', size, 'a whole number of at least 1 for the smaller side, or two of them: [height, width]');
  if (list.length === 2 && maxSize !== null)
    throw new ArgumentError(
      `${op}: maxSize is ${maxSize}, which goes with a size of the smaller side only, not with height and width. Leave it out.`,
    );
  if (maxSize !== null && (maxSize as number) <= (list[0] as number))
    throw unexpected(op, 'maxSize', maxSize, `more than the size ${list[0] as number} of the smaller side`);
}

/** @internal Height and width of what is given. @throws {ArgumentError} for anything but a tensor or an image. */
export function sizeIn(op: string, input: ImageLike): [height: number, width: number] {
  assertImageLike(op, input);
  return getSize(input);
}

/** @internal Height and width of the result: a single size is that of the smaller side, and the larger one keeps the proportion, its fraction cut off. */
export function resizedSize(
  op: string,
  [h, w]: readonly [height: number, width: number],
  size: ResizeSize,
  maxSize: number | null,
): [height: number, width: number] {
  const list: readonly number[] | null = size === null ? null : typeof size === 'number' ? [size] : size;
  if (list?.length === 2) return [list[0]!, list[1]!];
  const [short, long] = w <= h ? [w, h] : [h, w];
  if (short < 1)
    throw new ArgumentError(`${op}: the image is ${h}×${w}, which has no proportion to keep. Give height and width: [height, width].`);
  let [small, large] =
    list === null ? [Math.trunc((maxSize! * short) / long), maxSize!] : [list[0]!, Math.trunc((list[0]! * long) / short)];
  if (maxSize !== null && large > maxSize) [small, large] = [Math.trunc((maxSize * small) / large), maxSize];
  if (small < 1)
    throw new ArgumentError(
      `${op}: the image of ${h}×${w} would become ${w <= h ? `${large}×${small}` : `${small}×${large}`} with a longest side of ${maxSize}. Give height and width, or another maxSize.`,
    );
  return w <= h ? [large, small] : [small, large];
}

/** The options of {@link resize}. */
export interface ResizeFunctionOptions {
  /** The size of the smaller side, the other one keeping the proportion; or height and width. null: so that the longer side is `maxSize`. */
  size: Size | null;
  /** How values between pixels are interpolated. 'box' and 'hamming' are for an Image. Default: 'bilinear'. */
  interpolation?: Interpolation;
  /** How long the longer side becomes at most, where `size` is that of the smaller one. Default: as long as it comes out. */
  maxSize?: number | null;
  /** Whether a tensor is smoothed where it becomes smaller; an Image always is. Default: true. */
  antialias?: boolean | null;
}

/** @internal That nothing was said of it, which null would not say. */
export const NO_ANTIALIAS = undefined as unknown as null;

/** @internal true where nothing was said. @throws {ArgumentError} for anything but true, false and null. */
export function antialiasOf(op: string, value: unknown): boolean | null {
  if (value === undefined) return true;
  if (value !== null && typeof value !== 'boolean') throw unexpected(op, 'antialias', value, 'true, false or null');
  return value;
}

/** @internal In torchvision's order. */
export const RESIZE_DEFAULTS: Required<ResizeFunctionOptions> = {
  size: required,
  interpolation: 'bilinear',
  maxSize: null,
  antialias: NO_ANTIALIAS,
};

export type ResizeArguments<Options extends ResizeFunctionOptions> = Arguments<
  Options,
  [size: 'size', interpolation: 'interpolation', maxSize: 'maxSize', antialias: 'antialias']
>;

/**
 * An image in another size: one of 8 bits as PIL makes it, to the grey level, a tensor as torchvision does. Masks take the nearest pixels, boxes and
 * points move along.
 * @param args size, interpolation, maxSize and antialias in this order, or by name.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.resize.html
 * @example
 * transforms.functional.resize(rand(3, 40, 60), 20).shape; // [3, 20, 30]
 */
export function resize<I extends ImageLike>(image: I, ...args: ResizeArguments<ResizeFunctionOptions>): I {
  refuseNumber('resize', args);
  const { size, interpolation, maxSize, antialias } = readArguments<Required<ResizeFunctionOptions>>('resize', RESIZE_DEFAULTS, args);
  const how = { interpolation: interpolationOf('resize', interpolation), antialias: antialiasOf('resize', antialias), bytes: false };
  checkResizeSize('resize', size, maxSize);
  return byKind('resize', RESIZE, image, ...resizedSize('resize', sizeIn('resize', image), size, maxSize), how);
}

/** The options of {@link Resize}. */
export interface ResizeOptions extends ResizeFunctionOptions {}

/** @internal The size that a {@link Resize} makes of another. */
export const RESIZED: SizeRule<Resize> = (step, size) => resizedSize(classNameOf(step), size, step.size, step.maxSize);

/**
 * Makes images larger or smaller, their masks, boxes and points along with them.
 * @throws {ArgumentError} for values that cannot be meant.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Resize.html
 * @example
 * new transforms.Resize(8, { interpolation: 'bicubic' }).forward(new Image('RGB', [32, 16])).size; // [16, 8]
 */
export class Resize extends Transform {
  static override readonly className: string = 'Resize';
  /** @internal */
  static override readonly batchedSize: SizeRule<Resize> = RESIZED;
  /** The size of the smaller side, or height and width; null where `maxSize` says it all. */
  readonly size: Size | null;
  /** How values between pixels are interpolated. */
  readonly interpolation: Interpolation;
  /** How long the longer side becomes at most. */
  readonly maxSize: number | null;
  /** Whether a tensor is smoothed where it becomes smaller. */
  readonly antialias: boolean | null;

  constructor(...args: ResizeArguments<ResizeOptions>) {
    super();
    const op = classNameOf(new.target);
    refuseNumber(op, args);
    const { size, interpolation, maxSize, antialias } = readArguments<Required<ResizeOptions>>(op, RESIZE_DEFAULTS, args);
    checkResizeSize(op, size, maxSize);
    this.size = size;
    this.interpolation = interpolationOf(op, interpolation);
    this.maxSize = maxSize;
    this.antialias = antialiasOf(op, antialias);
  }

  transform<I extends ImageLike>(input: I): I {
    const size = resizedSize(classNameOf(this), getSize(input), this.size, this.maxSize);
    return this.byKind(RESIZE, input, ...size, { interpolation: this.interpolation, antialias: this.antialias, bytes: this.bytes });
  }

  /** @internal Whether bytes of tensors are interpolated as such. */
  protected get bytes(): boolean {
    return false;
  }

  protected override extraRepr(): string {
    const { size, interpolation, maxSize, antialias } = this;
    const text = size === null ? 'None' : tupleText(size);
    return `size=${text}, interpolation=${interpolationText(interpolation)}, max_size=${maxSize ?? 'None'}, antialias=${antialiasText(antialias)}`;
  }
}

/** @internal As Python prints it. */
export const antialiasText = (antialias: boolean | null): string => (antialias === null ? 'None' : pythonBool(antialias));
