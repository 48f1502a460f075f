/** Tensors that say what they are, so that transforms move image, mask, boxes and points together: torchvision's tv_tensors. */
import { knowClasses } from '../../../data/loader/workers/crossing.js';
import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { alias, viewAs } from '../../../ops/view/movement.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { oneOf, unexpected, wholeNumber } from '../../../tensor/arguments/checks.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { show } from '../../../tensor/arguments/show.js';
import { type TensorOptions, tensor } from '../../../tensor/create/create.js';
import { Tensor } from '../../../tensor/tensor.js';
import { tensorToString } from '../../../tensor/values/print.js';
import { Image as PILImage } from '../../image/image.js';
import { bytesOf } from './image-like.js';

/** What tensors of `tvTensors` are made of: a tensor, whose memory is shared, or numbers as `tensor` takes them. */
export type TVTensorData = Parameters<typeof tensor>[0];

/** Height and width of the image that boxes or points belong to. */
export type CanvasSize = readonly [height: number, width: number];

/**
 * The base of tensors that say what they are. Operations on them give plain tensors, except for `clone`, `detach` and `to`; transforms give what
 * went in.
 * @see https://docs.pytorch.org/vision/stable/tv_tensors.html
 */
export abstract class TVTensor extends Tensor {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static override readonly className: string = 'TVTensor';

  /** The base of tensors that say what they are. @param data its values; the memory is shared, and gradients flow. */
  constructor(data: Tensor) {
    if (!(data instanceof Tensor)) throw new ArgumentError(`${classNameOf(new.target)}: the data is ${show(data)}, expected a Tensor.`);
    const from = data.requiresGrad ? alias(data, 'alias') : data;
    super(from.storage, from.shape, from.dtype, from.strides, from.offset);
    takeHistory(this, from);
  }

  /** @internal The same values as a plain tensor, whose memory is shared. */
  plain(): Tensor {
    if (this.requiresGrad) return alias(this, 'alias');
    const out = new Tensor(this.storage, this.shape, this.dtype, this.strides, this.offset);
    takeHistory(out, this);
    return out;
  }

  /** A copy with memory of its own, of the same kind. */
  override clone(...args: Parameters<Tensor['clone']>): this {
    return wrap(super.clone(...args), { like: this });
  }

  /** The same values outside of autograd's graph, of the same kind. */
  override detach(...args: Parameters<Tensor['detach']>): this {
    return wrap(super.detach(...args), { like: this });
  }

  /** The same kind in another dtype. */
  override to(...args: Parameters<Tensor['to']>): this {
    return wrap(super.to(...args), { like: this });
  }

  /** @internal What the text says beside the numbers. */
  protected extraRepr(): string {
    return '';
  }

  /** @internal Another tensor as one of this kind. */
  abstract wrapped(data: Tensor, options: WrapFields): TVTensor;

  /** torchvision's text: `Mask([[0., 1.]])`. */
  override toString(): string {
    return `${tensorToString(this, `${classNameOf(this)}(`).slice(0, -1)}, ${this.extraRepr()})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Gives a tensor on the memory of another one the place of that in autograd's graph. */
function takeHistory(x: Tensor, from: Tensor): void {
  const { ownGradFn, outputIndex, viewBase, viewVersion, viewOrigin, counter, isInference } = from;
  Object.assign(x, { ownGradFn, outputIndex, viewBase, viewVersion, viewOrigin, counter, isInference });
}

const dataOf = (data: TVTensorData, options: TensorOptions | undefined): Tensor =>
  data instanceof Tensor && options === undefined ? data : tensor(data, options);

/**
 * An image as a tensor [..., C, H, W]; one of [H, W] becomes [1, H, W].
 * @param data a tensor, whose memory is shared; numbers; or an image of 8 bits.
 * @throws {ShapeError} for less than two dims.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.tv_tensors.Image.html
 * @example
 * new tvTensors.Image([[1, 2, 3]]).shape; // [1, 1, 3]
 */
export class Image extends TVTensor {
  static override readonly className: string = 'Image';

  /** An image as a tensor [..., C, H, W]. @param data a tensor, whose memory is shared; numbers; or an image of 8 bits. */
  constructor(data: TVTensorData | PILImage, options?: TensorOptions) {
    const x = data instanceof PILImage ? bytesOf(data) : dataOf(data, options);
    if (x.ndim < 2) throw new ShapeError(`Image: the data has shape ${showShape(x.shape)}, expected [..., C, H, W], or [H, W].`);
    super(x.ndim === 2 ? viewAs(x, [1, ...x.shape], 'unsqueeze') : x);
  }

  /** @internal */
  wrapped(data: Tensor): Image {
    return new Image(data);
  }
}

/**
 * A film as a tensor [..., T, C, H, W].
 * @throws {ShapeError} for less than four dims.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.tv_tensors.Video.html
 */
export class Video extends TVTensor {
  static override readonly className: string = 'Video';

  /** A film as a tensor [..., T, C, H, W]. */
  constructor(data: TVTensorData, options?: TensorOptions) {
    const x = dataOf(data, options);
    if (x.ndim < 4) throw new ShapeError(`Video: the data has shape ${showShape(x.shape)}, expected [..., T, C, H, W].`);
    super(x);
  }

  /** @internal */
  wrapped(data: Tensor): Video {
    return new Video(data);
  }
}

/**
 * Masks [..., H, W] of an image: of classes, or one for each object.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.tv_tensors.Mask.html
 * @example
 * String(new tvTensors.Mask([[0, 1]])); // 'Mask([[0., 1.]])'
 */
export class Mask extends TVTensor {
  static override readonly className: string = 'Mask';

  /** Masks [..., H, W] of an image. @param data a tensor, whose memory is shared; numbers; or an image of 8 bits. */
  constructor(data: TVTensorData | PILImage, options?: TensorOptions) {
    super(data instanceof PILImage ? bytesOf(data) : dataOf(data, options));
  }

  /** @internal */
  wrapped(data: Tensor): Mask {
    return new Mask(data);
  }

  override toString(): string {
    return tensorToString(this, 'Mask(');
  }
}

/** How four numbers say where a box is: two corners; a corner, width and height; the middle, width and height. */
export type BoundingBoxFormat = 'XYXY' | 'XYWH' | 'CXCYWH';

const BOX_FORMATS: readonly BoundingBoxFormat[] = ['XYXY', 'XYWH', 'CXCYWH'];

/** How boxes that a transform moved out of the image are cut; null leaves them. For boxes that are not rotated soft and hard are the same. */
export type ClampingMode = 'soft' | 'hard' | null;

/** The options of {@link BoundingBoxes}. */
export interface BoundingBoxesOptions extends TensorOptions {
  /** What the four numbers are. */
  format: BoundingBoxFormat;
  /** Height and width of the image. */
  canvasSize: CanvasSize;
  /** How boxes that a transform moved out of the image are cut; null leaves them. Default: 'soft'. */
  clampingMode?: ClampingMode;
}

/** @internal */
export interface WrapFields {
  format?: BoundingBoxFormat | undefined;
  canvasSize?: CanvasSize | undefined;
  clampingMode?: ClampingMode | undefined;
}

/** @internal @throws {ArgumentError} for anything but two whole numbers. */
export function canvasOf(op: string, canvasSize: unknown): CanvasSize {
  if (!Array.isArray(canvasSize) || canvasSize.length !== 2)
    throw unexpected(op, 'canvasSize', canvasSize, 'height and width of the image: [height, width]');
  return [wholeNumber(op, 'canvasSize[0]', canvasSize[0], { min: 0 }), wholeNumber(op, 'canvasSize[1]', canvasSize[1], { min: 0 })];
}

/** @internal */
export function formatOf(op: string, format: unknown, name = 'format'): BoundingBoxFormat {
  return oneOf(op, name, typeof format === 'string' ? format.toUpperCase() : format, BOX_FORMATS);
}

/** @internal */
export function clampingOf(op: string, mode: unknown): ClampingMode {
  return mode === null ? null : oneOf(op, 'clampingMode', mode, ['soft', 'hard'] as const);
}

/**
 * Bounding boxes [N, 4] of an image; one box [4] becomes [1, 4].
 * @throws {ArgumentError} for a format that does not exist, and without the canvas. @throws {ShapeError} for another shape.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.tv_tensors.BoundingBoxes.html
 * @example
 * const boxes = new tvTensors.BoundingBoxes([[0, 0, 2, 1]], { format: 'XYXY', canvasSize: [4, 6] });
 * transforms.functional.hflip(boxes).toArray(); // [[4, 0, 6, 1]]
 */
export class BoundingBoxes extends TVTensor {
  static override readonly className: string = 'BoundingBoxes';
  /** What the four numbers are. */
  readonly format: BoundingBoxFormat;
  /** Height and width of the image. */
  readonly canvasSize: CanvasSize;
  /** How boxes that a transform moved out of the image are cut; null leaves them. */
  readonly clampingMode: ClampingMode;

  /** Bounding boxes [N, 4] of an image; one box [4] becomes [1, 4]. */
  constructor(data: TVTensorData, options: BoundingBoxesOptions) {
    const op = classNameOf(new.target);
    const { format, canvasSize, clampingMode, ...rest } = readOptions<Record<string, unknown>>(
      op,
      { format: required, canvasSize: required, clampingMode: undefined, ...NO_TENSOR_OPTIONS },
      options ?? {},
    );
    const x = dataOf(data, given(rest));
    const shape = x.ndim === 1 ? [1, ...x.shape] : x.shape;
    if (shape.length !== 2 || shape[1] !== 4)
      throw new ShapeError(`${op}: the data has shape ${showShape(x.shape)}, expected [N, 4], four numbers for each box.`);
    super(x.ndim === 1 ? viewAs(x, shape, 'unsqueeze') : x);
    this.format = formatOf(op, format);
    this.canvasSize = canvasOf(op, canvasSize);
    this.clampingMode = clampingOf(op, clampingMode === undefined ? 'soft' : clampingMode);
  }

  /** @internal */
  wrapped(data: Tensor, fields: WrapFields): BoundingBoxes {
    const { format = this.format, canvasSize = this.canvasSize, clampingMode = this.clampingMode } = fields;
    return new BoundingBoxes(data, { format, canvasSize, clampingMode });
  }

  protected override extraRepr(): string {
    const { format, canvasSize, clampingMode } = this;
    return `format=BoundingBoxFormat.${format}, canvas_size=(${canvasSize.join(', ')}), clamping_mode=${clampingMode ?? 'None'}`;
  }
}

const NO_TENSOR_OPTIONS = { dtype: undefined, device: undefined, requiresGrad: undefined };

/** The options that were given; undefined where none was. */
function given(options: Record<string, unknown>): TensorOptions | undefined {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as TensorOptions);
}

/** The options of {@link KeyPoints}. */
export interface KeyPointsOptions extends TensorOptions {
  /** Height and width of the image. */
  canvasSize: CanvasSize;
}

/**
 * Points [..., 2] of an image, x and y of each; one point [2] becomes [1, 2].
 * @throws {ArgumentError} without the canvas. @throws {ShapeError} for another shape.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.tv_tensors.KeyPoints.html
 * @example
 * new tvTensors.KeyPoints([1, 2], { canvasSize: [4, 6] }).shape; // [1, 2]
 */
export class KeyPoints extends TVTensor {
  static override readonly className: string = 'KeyPoints';
  /** Height and width of the image. */
  readonly canvasSize: CanvasSize;

  /** Points [..., 2] of an image, x and y of each; one point [2] becomes [1, 2]. */
  constructor(data: TVTensorData, options: KeyPointsOptions) {
    const op = classNameOf(new.target);
    const { canvasSize, ...rest } = readOptions<Record<string, unknown>>(op, { canvasSize: required, ...NO_TENSOR_OPTIONS }, options ?? {});
    const x = dataOf(data, given(rest));
    if (x.shape.at(-1) !== 2)
      throw new ShapeError(`${op}: the data has shape ${showShape(x.shape)}, expected [..., 2], x and y of each point.`);
    super(x.ndim === 1 ? viewAs(x, [1, 2], 'unsqueeze') : x);
    this.canvasSize = canvasOf(op, canvasSize);
  }

  /** @internal */
  wrapped(data: Tensor, { canvasSize = this.canvasSize }: WrapFields): KeyPoints {
    return new KeyPoints(data, { canvasSize });
  }

  protected override extraRepr(): string {
    return `canvas_size=(${this.canvasSize.join(', ')})`;
  }
}

/** The options of {@link wrap}. */
export interface WrapOptions<T extends TVTensor = TVTensor> {
  /** What the tensor is to be. */
  like: T;
  /** Of boxes: another format. Default: that of `like`. */
  format?: BoundingBoxFormat;
  /** Of boxes and points: another canvas. Default: that of `like`. */
  canvasSize?: CanvasSize;
  /** Of boxes: another clamping mode. Default: that of `like`. */
  clampingMode?: ClampingMode;
}

/**
 * A tensor as one of the kind of `like`, with its format and canvas. A tensor of that kind already is returned as it is, unless options say otherwise.
 * @throws {ArgumentError} unless `like` is a tensor of `tvTensors`.
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.tv_tensors.wrap.html
 * @example
 * const mask = new tvTensors.Mask(ones([2, 2]));
 * String(tvTensors.wrap(mask.mul(2), { like: mask })); // 'Mask([[2., 2.],\n      [2., 2.]])'
 */
export function wrap<T extends TVTensor>(data: Tensor, options: WrapOptions<T>): T {
  const { like, ...fields } = readOptions<Record<string, unknown>>(
    'wrap',
    { like: required, format: undefined, canvasSize: undefined, clampingMode: undefined },
    options ?? {},
  );
  if (!(data instanceof Tensor)) throw new ArgumentError(`wrap: the data is ${show(data)}, expected a Tensor.`);
  if (!(like instanceof TVTensor)) throw unexpected('wrap', 'like', like, 'a tensor of tvTensors');
  const changed = Object.values(fields).some((value) => value !== undefined);
  if (data instanceof TVTensor && data.constructor === like.constructor && !changed) return data as T;
  return like.wrapped(data, fields as WrapFields) as T;
}

/** @internal Whether it is an image beside which plain tensors are not images. */
export const isExplicitImage = (value: unknown): boolean => value instanceof PILImage || value instanceof Image || value instanceof Video;

// Workers of a loader may be given one, or give one.
knowClasses([Image, Video, Mask, BoundingBoxes, KeyPoints]);
