/** Images in another dtype, with their values scaled to its range or not: toDtype and convertImageDtype, ToDtype and ConvertImageDtype. */
import { ArgumentError, DTypeError } from '../../../errors.js';
import { div, mul } from '../../../ops/elementwise/binary.js';
import { bitwiseLeftShift, bitwiseRightShift } from '../../../ops/elementwise/bitwise.js';
import { to } from '../../../ops/view/copy.js';
import { type Arguments, readArguments, required, unknownOption } from '../../../tensor/arguments/arguments.js';
import { assertTensor, unexpected } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { pythonBool } from '../../../tensor/arguments/python-text.js';
import { isOptions } from '../../../tensor/arguments/show.js';
import { warnOnce } from '../../../tensor/arguments/warn-once.js';
import { Tensor } from '../../../tensor/tensor.js';
import { assertDType, type DType, isFloating } from '../../../tensor/values/dtype.js';
import { Image as EightBitImage } from '../../image/image.js';
import { Transform } from '../base/transform.js';
import { Image, TVTensor, Video, wrap } from '../base/tv-tensors.js';

/** The largest value, and how many bits a value has. */
const RANGES: Readonly<Partial<Record<DType, readonly [largest: number, bits: number]>>> = {
  uint8: [255, 8],
  int32: [2 ** 31 - 1, 31],
  int64: [2 ** 63, 63],
};

/** @internal The largest value of an image: 1 for floats. */
export const largest = (dtype: DType): number => RANGES[dtype]?.[0] ?? 1;

function bits(op: string, dtype: DType): number {
  const range = RANGES[dtype];
  if (range === undefined) throw new DTypeError(`${op}: values of ${dtype} have no range to scale to or from. Pass scale: false.`);
  return range[1];
}

/** @internal How integers become floats: v2 multiplies by the reciprocal, v1 divides, which may differ in the last bit. */
export type Unit = (x: Tensor, most: number) => Tensor;

/** @internal */
export const byReciprocal: Unit = (x, most) => mul(x, 1 / most);
/** @internal */
export const byQuotient: Unit = (x, most) => div(x, most);

/** @internal An image whose values have become those of the range of another dtype: 0 to 1 for floats, all of the range for integers. */
export function scaled(op: string, image: Tensor, dtype: DType, unit: Unit): Tensor {
  if (image.dtype === dtype) return image;
  if (isFloating(image.dtype)) {
    if (isFloating(dtype)) return to(image, dtype);
    if ((image.dtype === 'float32' && dtype === 'int32') || dtype === 'int64')
      throw new DTypeError(`${op}: ${image.dtype} does not hold all values of ${dtype}. Convert to uint8, or pass scale: false.`);
    return to(mul(image, largest(dtype) + 1 - 1e-3), dtype);
  }
  if (isFloating(dtype)) return unit(to(image, dtype), largest(image.dtype));
  const shift = bits(op, dtype) - bits(op, image.dtype);
  return shift < 0 ? to(bitwiseRightShift(image, -shift), dtype) : bitwiseLeftShift(to(image, dtype), shift);
}

const isImage = (input: Tensor): boolean => !(input instanceof TVTensor) || input instanceof Image || input instanceof Video;

function assertImageTensor(op: string, image: unknown): asserts image is Tensor {
  if (image instanceof EightBitImage)
    throw new ArgumentError(`${op}: got an Image, expected a Tensor. Put ToTensor or ToImage in front of it.`);
  assertTensor(op, 'the image', image);
}

const inKind = <T extends Tensor>(out: Tensor, like: T): T => (like instanceof TVTensor ? wrap(out, { like }) : out) as Tensor as T;

/** The options of {@link toDtype}. */
export interface ToDtypeFunctionOptions {
  /** Default: 'float32'. */
  dtype?: DType;
  /** Whether values of images are scaled to the range of the dtype: 0 to 1 for floats. Default: false. */
  scale?: boolean;
}

/**
 * An image, or masks, boxes and points, in another dtype; values of images are scaled to its range where `scale` says so.
 * @throws {DTypeError} for a dtype that does not exist, and floats that cannot be scaled to int32 or int64.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.functional.to_dtype.html
 * @example
 * transforms.functional.toDtype(tensor([[[0, 255]]], { dtype: 'uint8' }), { scale: true }); // [[[0, 1]]]
 */
export function toDtype<T extends Tensor>(image: T, ...args: Arguments<ToDtypeFunctionOptions, [dtype: 'dtype', scale: 'scale']>): T {
  const { dtype, scale } = readArguments('toDtype', { dtype: 'float32' as DType, scale: false }, args);
  assertDType(dtype, 'toDtype');
  assertImageTensor('toDtype', image);
  return converted('toDtype', image, dtype, scale, byReciprocal);
}

function converted<T extends Tensor>(op: string, image: T, dtype: DType, scale: boolean, unit: Unit): T {
  if (image.dtype === dtype) return image;
  return inKind(scale && isImage(image) ? scaled(op, image, dtype, unit) : to(image, dtype), image);
}

/** The options of {@link convertImageDtype}, and of {@link ConvertImageDtype}. */
export interface ConvertImageDtypeOptions {
  /** Default: 'float32'. */
  dtype?: DType;
}

/**
 * An image tensor in another dtype, its values scaled to the range of that: 0 to 1 for floats.
 * @throws {DTypeError} for a dtype that does not exist, and floats that cannot be scaled to int32 or int64.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.functional.convert_image_dtype.html
 * @example
 * transforms.functional.convertImageDtype(tensor([[[0, 1]]], { dtype: 'float32' }), 'uint8'); // [[[0, 255]]]
 */
export function convertImageDtype<T extends Tensor>(image: T, ...args: Arguments<ConvertImageDtypeOptions, [dtype: 'dtype']>): T {
  const { dtype } = readArguments('convertImageDtype', { dtype: 'float32' as DType }, args);
  assertDType(dtype, 'convertImageDtype');
  assertImageTensor('convertImageDtype', image);
  return converted('convertImageDtype', image, dtype, true, byQuotient);
}

/**
 * Makes images another dtype, and scales their values to its range.
 * @throws {DTypeError} for a dtype that does not exist, and floats that cannot be scaled to int32 or int64.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ConvertImageDtype.html
 * @example
 * new transforms.ConvertImageDtype('uint8').forward(ones([1, 1, 2])); // [[[255, 255]]]
 */
export class ConvertImageDtype extends Transform {
  static override readonly className: string = 'ConvertImageDtype';
  /** The dtype that images get. */
  readonly dtype: DType;

  constructor(...args: Arguments<ConvertImageDtypeOptions, [dtype: 'dtype']>) {
    super();
    const { dtype } = readArguments(classNameOf(new.target), { dtype: 'float32' as DType }, args);
    assertDType(dtype, classNameOf(new.target));
    this.dtype = dtype;
  }

  transform<T extends Tensor>(image: T): T {
    assertImageTensor(classNameOf(this), image);
    return isImage(image) ? converted(classNameOf(this), image, this.dtype, true, this.unit()) : image;
  }

  /** @internal v1 divides. */
  protected unit(): Unit {
    return byQuotient;
  }
}

/** A dtype for each kind of tensor; null leaves a kind as it is, and `others` are those that are not named. */
export interface DTypeByKind {
  /** Plain tensors. */
  Tensor?: DType | null;
  /** `tvTensors.Image`. */
  Image?: DType | null;
  /** `tvTensors.Video`. */
  Video?: DType | null;
  /** `tvTensors.Mask`. */
  Mask?: DType | null;
  /** `tvTensors.BoundingBoxes`. */
  BoundingBoxes?: DType | null;
  /** `tvTensors.KeyPoints`. */
  KeyPoints?: DType | null;
  /** All kinds that are not named. */
  others?: DType | null;
}

const KINDS = ['Tensor', 'Image', 'Video', 'Mask', 'BoundingBoxes', 'KeyPoints', 'others'] as const;

/** The options of {@link ToDtype}. */
export interface ToDtypeOptions {
  /** The dtype of images, or one for each kind: `{ Image: 'float32', Mask: 'int64', others: null }`. */
  dtype: DType | DTypeByKind;
  /** Whether values of images are scaled to the range of the dtype: 0 to 1 for floats. Default: false. */
  scale?: boolean;
}

/**
 * Makes images another dtype, and with one for each kind masks, boxes and points, too.
 * @throws {DTypeError} for a dtype that does not exist, and floats that cannot be scaled to int32 or int64. @throws {ArgumentError} for a kind of which
 *   nothing is said.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.ToDtype.html
 * @example
 * const toFloats = new transforms.ToDtype('float32', { scale: true });
 * toFloats.forward(tensor([[[0, 255]]], { dtype: 'uint8' })); // [[[0, 1]]]
 */
export class ToDtype extends Transform {
  static override readonly className: string = 'ToDtype';
  /** The dtype of images, or one for each kind. */
  readonly dtype: DType | DTypeByKind;
  /** Whether values of images are scaled to the range of the dtype. */
  readonly scale: boolean;

  constructor(...args: [options: ToDtypeOptions] | [dtype: DType | DTypeByKind, scale?: boolean | Omit<ToDtypeOptions, 'dtype'>]) {
    super();
    const op = classNameOf(new.target);
    // An object of dtypes is not an object of options.
    const first: unknown = args[0];
    const byName = isOptions(first) && !Object.hasOwn(first, 'dtype');
    const { dtype, scale } = readArguments<{ dtype: unknown; scale: boolean }>(
      op,
      { dtype: required, scale: false },
      byName ? ['float32', ...args.slice(1)] : (args as readonly unknown[]),
    );
    this.dtype = readDTypes(op, byName ? first : dtype);
    this.scale = scale;
  }

  transform<T extends Tensor>(input: T): T {
    const op = classNameOf(this);
    const dtype = this.dtypeOf(op, input);
    if (dtype !== null) return converted(op, input, dtype, this.scale, byReciprocal);
    if (this.scale && isImage(input) && typeof this.dtype === 'object')
      warnOnce(`${op}: scale is true, but no dtype is given for images, which stay as they are.`);
    return input;
  }

  /** Images of 8 bits pass, as in torchvision. */
  protected override takes(value: unknown): boolean {
    return value instanceof Tensor;
  }

  private dtypeOf(op: string, input: Tensor): DType | null {
    const { dtype } = this;
    if (typeof dtype === 'string') return isImage(input) ? dtype : null;
    const kind = (input instanceof TVTensor ? classNameOf(input) : 'Tensor') as keyof DTypeByKind;
    const found = dtype[kind] === undefined ? dtype.others : dtype[kind];
    if (found === undefined)
      throw new ArgumentError(`${op}: nothing is said about ${kind}. Name it among the dtypes, or pass others: null to leave the rest.`);
    return found;
  }

  protected override extraRepr(): string {
    return `scale=${pythonBool(this.scale)}`;
  }
}

function readDTypes(op: string, value: unknown): DType | DTypeByKind {
  if (!isOptions(value)) {
    if (typeof value !== 'string') throw unexpected(op, 'dtype', value, "a dtype, such as 'float32', or an object of them by kind");
    assertDType(value as DType, op);
    return value as DType;
  }
  for (const [kind, dtype] of Object.entries(value)) {
    if (!KINDS.includes(kind as (typeof KINDS)[number])) throw unknownOption(op, kind, KINDS);
    if (dtype !== null && dtype !== undefined) assertDType(dtype as DType, op);
  }
  return { ...value } as DTypeByKind;
}
